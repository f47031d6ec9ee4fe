//! Cases: found, locked and listed by what the caller may see. Their state is written in `transition`.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, Array, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::try_join;
use uuid::Uuid;

use super::access::{Shown, Untraced};
use super::approvals::Approval;
use super::deadlines::LIVE_CLOCKS;
use super::exclusions;
use super::reports::{self, Report};
use super::statement::{prepared, push};
use super::{DbError, Pool, Tx};
use crate::domain::case::{Case, CaseFacts, ConductPhase, MasterFacts, Subject};
use crate::domain::duplicate::DAYS_APART;
use crate::domain::policy::{Reach, Visible};
use crate::schema::cases;

/// What a caller may see: a seat's reach, or everything for the service itself and for a reporter's own report.
#[derive(Clone, Debug)]
pub enum Sight {
    /// No limit. Never for an officer.
    Everything,
    /// The reach of a seat.
    Seat(Visible),
}

impl Sight {
    /// Parameters of the condition, in its order.
    fn parts(&self) -> SightParts<'_> {
        match self {
            Self::Everything => SightParts {
                reach: "everything",
                officer_id: Uuid::nil(),
                agency_id: Uuid::nil(),
                region_code: "",
                marks: &[],
            },
            Self::Seat(seat) => SightParts {
                reach: seat.reach.as_str(),
                officer_id: seat.officer_id,
                agency_id: seat.agency_id,
                region_code: &seat.region_code,
                marks: &seat.marks.0,
            },
        }
    }

    /// A seat that reaches no case at all.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Seat(Visible { reach: Reach::NoCase, .. }))
    }
}

/// Writes the parameters of the condition [`SEEN`] as a one-row table `sight`.
pub(super) fn push_sight<'b>(out: &mut AstPass<'_, 'b, Pg>, sight: &'b SightParts<'b>) -> QueryResult<()> {
    push!(out; "sight (reach, officer_id, agency_id, region_code, marks) AS (VALUES (" [sql::Text] sight.reach, "::text, "
        [sql::Uuid] &sight.officer_id, "::uuid, " [sql::Uuid] &sight.agency_id,
        "::uuid, " [sql::Text] sight.region_code, "::text, " [Array<sql::Binary>] sight.marks, "::bytea[]))");
    Ok(())
}

/// The same rule as `policy::sees`, for queries on cases, subjects and `sight`, the parts of a [`Sight`]; a test compares
/// the two case by case.
pub const SEEN: &str = concat!(
    "(sight.reach = 'everything' OR CASE sight.reach \
     WHEN 'region' THEN sight.region_code = '' OR cases.region_code = sight.region_code OR starts_with(cases.region_code, sight.region_code || '.') \
     WHEN 'referred' THEN cases.referral_kind IS NOT NULL AND (sight.region_code = '' OR cases.region_code = sight.region_code OR starts_with(cases.region_code, sight.region_code || '.')) \
     WHEN 'reviewed' THEN cases.reviewing_agency_id = sight.agency_id \
     WHEN 'addressed' THEN cases.addressed AND CASE WHEN cases.conflict_of_interest THEN cases.reviewing_agency_id ELSE cases.agency_id END = sight.agency_id \
     ELSE false END) AND ",
    exclusions::not_excluded!()
);

pub(super) struct SightParts<'a> {
    reach: &'static str,
    officer_id: Uuid,
    agency_id: Uuid,
    region_code: &'a str,
    marks: &'a [Vec<u8>],
}

impl<'a> From<&'a Sight> for SightParts<'a> {
    fn from(sight: &'a Sight) -> Self {
        sight.parts()
    }
}

pub(super) type CaseColumns = <diesel::dsl::AsSelect<Case, Pg> as Expression>::SqlType;
pub(super) type SubjectColumns = <diesel::dsl::AsSelect<Subject, Pg> as Expression>::SqlType;

/// The columns of a case and its subject, in the order [`Found`] reads them.
pub(super) struct FoundColumns(diesel::dsl::AsSelect<Case, Pg>, diesel::dsl::AsSelect<Subject, Pg>);

impl FoundColumns {
    pub(super) fn all() -> Self {
        Self(Case::as_select(), Subject::as_select())
    }

    pub(super) fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(", ");
        self.1.walk_ast(out.reborrow())
    }
}

/// A case with its subject.
#[derive(Debug, Queryable)]
pub struct Found {
    /// The case.
    pub case: Case,
    /// Its subject.
    pub subject: Subject,
}

impl Shown for Found {
    fn case(&self) -> Option<&Case> {
        Some(&self.case)
    }
}

impl Shown for (Found, Vec<(Report, bool)>) {
    fn case(&self) -> Option<&Case> {
        self.0.case()
    }
}

/// A row as it was when it was read: any change of it since, by whomever, makes another. Only for statements that follow at
/// once.
#[derive(Clone, Debug)]
pub struct RowVersion(pub(super) String);

/// By which key a case is named.
enum Key<'a> {
    Number(&'a str),
    Id(&'a Uuid),
}

struct Find<'a> {
    columns: FoundColumns,
    number: &'a str,
    sight: SightParts<'a>,
}
prepared!(Find returns (CaseColumns, SubjectColumns));

impl QueryFragment<Pg> for Find<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH ");
        push_sight(&mut out, &self.sight)?;
        out.push_sql(" SELECT ");
        self.columns.walk_ast(out.reborrow())?;
        push!(out; " FROM cases JOIN subjects ON subjects.case_id = cases.id, sight WHERE cases.case_number = " [sql::Text] self.number, " AND " {SEEN});
        Ok(())
    }
}

/// The case with this number, if the caller may see it.
pub async fn find(pool: &Pool, number: &str, sight: &Sight) -> Result<Option<Untraced<Found>>, DbError> {
    let mut connection = pool.get().await?;
    let find = Find { columns: FoundColumns::all(), number, sight: sight.into() };
    Ok(find.get_result(&mut connection).await.optional()?.map(Untraced))
}

/// The same with its reports, oldest first, each with whether its reporter's address turned out dead; in one flight.
pub async fn find_with_reports(
    pool: &Pool,
    number: &str,
    sight: &Sight,
) -> Result<Option<Untraced<(Found, Vec<(Report, bool)>)>>, DbError> {
    let connection = pool.get().await?;
    let (mut finder, mut reader): (&AsyncPgConnection, &AsyncPgConnection) = (&connection, &connection);
    let find = Find { columns: FoundColumns::all(), number, sight: sight.into() };
    let found = async { find.get_result(&mut finder).await.optional() };
    let (found, reports) = try_join!(found, reports::of_number(&mut reader, number))?;
    // Who may not see the case sees none of its reports.
    Ok(found.map(|found| Untraced((found, reports))))
}

type FactsRow = (Case, Subject, Option<NaiveDate>, serde_json::Value, i64, bool, bool, bool, String);

/// Reads what a decision needs to know of a case; `$tail` locks it, or not.
macro_rules! facts_statement {
    ($name:ident, $column:literal, $sql_type:ty, $rust:ty, $tail:literal) => {
        struct $name<'a> {
            columns: FoundColumns,
            key: &'a $rust,
            sight: SightParts<'a>,
        }
        prepared!($name returns (CaseColumns, SubjectColumns, Nullable<sql::Date>, sql::Json, sql::BigInt, sql::Bool, sql::Bool, sql::Bool, sql::Text));

        impl QueryFragment<Pg> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql("WITH ");
                push_sight(&mut out, &self.sight)?;
                out.push_sql(" SELECT ");
                self.columns.walk_ast(out.reborrow())?;
                push!(out; ", (SELECT max(r.occurred_to) FROM reports r WHERE r.case_id = coalesce(cases.split_from, cases.id)), " {LIVE_CLOCKS}
                    ", (SELECT version FROM law_versions), EXISTS (SELECT FROM approvals a WHERE a.case_id = cases.id AND a.status = 'pending'), EXISTS (SELECT FROM cases merged WHERE merged.master_case_id = cases.id), \
                    EXISTS (SELECT FROM cases seen WHERE seen.id = cases.id AND seen.xmin = cases.xmin), cases.xmin::text \
                    FROM cases JOIN subjects ON subjects.case_id = cases.id, sight WHERE "
                    {$column} " = " [$sql_type] self.key, " AND " {SEEN} $tail);
                Ok(())
            }
        }
    };
}
facts_statement!(ReadByNumber, "cases.case_number", sql::Text, str, "");
facts_statement!(LockByNumber, "cases.case_number", sql::Text, str, " FOR UPDATE OF cases");
facts_statement!(LockById, "cases.id", sql::Uuid, Uuid, " FOR UPDATE OF cases");

/// The facts in a row, unless it had to be waited for: who waited for the lock has the new row, but all else as it was before.
fn facts(row: FactsRow) -> QueryResult<Option<(CaseFacts, RowVersion)>> {
    let (case, subject, act_day, clocks, law_version, drafts_wait, is_master, all_of_one_moment, row_version) = row;
    if !all_of_one_moment {
        return Ok(None);
    }
    let unread = |error: serde_json::Error| diesel::result::Error::DeserializationError(error.into());
    let clocks = serde_json::from_value(clocks).map_err(unread)?;
    let facts =
        CaseFacts { case, subject, act_day, reports: None, clocks, law_version, drafts_wait, is_master, master: None };
    Ok(Some((facts, RowVersion(row_version))))
}

async fn lock_by(mut connection: &AsyncPgConnection, key: Key<'_>, sight: &Sight) -> QueryResult<Option<CaseFacts>> {
    loop {
        let (columns, sight) = (FoundColumns::all(), sight.into());
        let locked: Option<FactsRow> = match key {
            Key::Number(key) => LockByNumber { columns, key, sight }.get_result(&mut connection).await,
            Key::Id(key) => LockById { columns, key, sight }.get_result(&mut connection).await,
        }
        .optional()?;
        let Some(locked) = locked else { return Ok(None) };
        // Else it is read again, now that nobody can change it.
        if let Some((facts, _)) = facts(locked)? {
            return Ok(Some(facts));
        }
    }
}

/// A case that is to be decided about.
#[derive(Clone, Copy)]
pub struct Sought<'a> {
    /// Its number.
    pub number: &'a str,
    /// What the caller may see.
    pub sight: &'a Sight,
}

impl Sought<'_> {
    /// What a decision needs to know of it, if the caller may see it, and the row that was read. Nothing is locked.
    pub async fn read(self, pool: &Pool) -> Result<Option<(CaseFacts, RowVersion)>, DbError> {
        let (columns, sight) = (FoundColumns::all(), self.sight.into());
        let read = ReadByNumber { columns, key: self.number, sight };
        let row: Option<FactsRow> = read.get_result(&mut pool.get().await?).await.optional()?;
        Ok(row.map_or(Ok(None), facts)?)
    }

    pub(super) async fn lock(self, connection: &AsyncPgConnection) -> QueryResult<Option<CaseFacts>> {
        lock_by(connection, Key::Number(self.number), self.sight).await
    }
}

/// Locks the case with this number until the transaction ends, if the caller may see it.
pub async fn lock(tx: &mut Tx, number: &str, sight: &Sight) -> Result<Option<CaseFacts>, DbError> {
    Ok(lock_by(tx.connection()?, Key::Number(number), sight).await?)
}

/// Locks the case with this key until the transaction ends.
pub async fn lock_by_id(tx: &mut Tx, id: Uuid) -> Result<Option<CaseFacts>, DbError> {
    Ok(lock_by(tx.connection()?, Key::Id(&id), &Sight::Everything).await?)
}

struct AnyUnseen<'a> {
    numbers: &'a [String],
    sight: SightParts<'a>,
}
prepared!(AnyUnseen returns sql::Bool);

impl QueryFragment<Pg> for AnyUnseen<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH ");
        push_sight(&mut out, &self.sight)?;
        push!(out; " SELECT EXISTS (SELECT FROM cases JOIN subjects ON subjects.case_id = cases.id, sight WHERE cases.case_number = ANY ("
            [Array<sql::Text>] self.numbers, ") AND NOT (" {SEEN} "))");
        Ok(())
    }
}

/// Whether the caller does not see one of the cases with these numbers.
pub async fn any_unseen(pool: &Pool, numbers: &[String], sight: &Sight) -> Result<bool, DbError> {
    let any = AnyUnseen { numbers, sight: sight.into() };
    Ok(any.get_result(&mut pool.get().await?).await?)
}

/// The cases that these numbers name: their own, or those of their reports.
pub async fn named(pool: &Pool, numbers: &[String]) -> Result<Vec<Untraced<Case>>, DbError> {
    use crate::schema::{cases, reports};
    let mut connection = pool.get().await?;
    let of_reports = reports::table.filter(reports::complaint_number.eq_any(numbers)).select(reports::case_id);
    let named = cases::table.filter(cases::case_number.eq_any(numbers).or(cases::id.eq_any(of_reports)));
    let found: Vec<Case> = named.select(Case::as_select()).load(&mut connection).await?;
    Ok(found.into_iter().map(Untraced).collect())
}

/// The cases with these keys.
pub async fn of(pool: &Pool, ids: &[Uuid]) -> Result<Vec<Untraced<Found>>, DbError> {
    use crate::schema::{cases, subjects};
    let mut connection = pool.get().await?;
    let of = cases::table.inner_join(subjects::table).filter(cases::id.eq_any(ids));
    let rows: Vec<(Case, Subject)> = of.select((Case::as_select(), Subject::as_select())).load(&mut connection).await?;
    Ok(rows.into_iter().map(|(case, subject)| Untraced(Found { case, subject })).collect())
}

/// What a merge needs to know of its master, if the caller may see it.
pub async fn master_facts(
    tx: &mut Tx,
    number: &str,
    sight: &Sight,
    merged: &CaseFacts,
) -> Result<Option<MasterFacts>, DbError> {
    // Locked as well, so that it cannot be closed or merged away meanwhile.
    let Some(master) = lock(tx, number, sight).await? else { return Ok(None) };
    let theirs = reports::facts(tx, master.case.id).await?.occurred;
    let ours = merged.reports.as_ref().and_then(|reports| reports.occurred);
    let overlapping = ours.zip(theirs).is_some_and(|((a, b), (c, d))| {
        let slack = chrono::Duration::days(DAYS_APART);
        a <= d + slack && c <= b + slack
    });
    Ok(Some(MasterFacts {
        id: master.case.id,
        agency_id: master.case.agency_id,
        reviewing_agency_id: master.case.reviewing_agency_id,
        state: master.case.state,
        concluded: master.case.inspectorate_concluded,
        merged: master.case.master_case_id.is_some(),
        conflict_of_interest: master.case.conflict_of_interest,
        same_subject: same_subject(merged, &master),
        overlapping,
        tracks: master.case.tracks,
    }))
}

/// Whether two cases are about the same person: by officers' word, else by number, else by name and agency. A number of one kind
/// that differs tells two people of one name apart, unless another number or an officer says that they are one.
pub fn same_subject(one: &CaseFacts, other: &CaseFacts) -> bool {
    let (ours, theirs) = (&one.subject, &other.subject);
    if let Some((ours, theirs)) = ours.person_id.zip(theirs.person_id) {
        return ours == theirs;
    }
    let numbers = [(&ours.nip, &theirs.nip), (&ours.nik, &theirs.nik)];
    let known = || numbers.iter().filter_map(|(ours, theirs)| Some(ours.as_ref()? == theirs.as_ref()?));
    if known().next().is_some() {
        return known().any(|equal| equal);
    }
    let folded = |name: &Option<crate::domain::confidential::Confidential<String>>| {
        name.as_ref().map(|n| n.reveal().trim().to_lowercase())
    };
    let same = |ours: &Option<_>, theirs: &Option<_>| ours.is_some() && ours == theirs;
    same(&folded(&ours.name), &folded(&theirs.name))
        && (same(&ours.agency_text, &theirs.agency_text)
            || (one.case.agency_id.is_some() && one.case.agency_id == other.case.agency_id))
}

/// How many drafts are listed at most, and how many are read at once: who may see a case need not be whom its draft concerns.
const DRAFTS: usize = 500;

struct Waiting<'a> {
    columns: FoundColumns,
    approvals: diesel::dsl::AsSelect<Approval, Pg>,
    sight: SightParts<'a>,
    after: (DateTime<Utc>, Uuid),
}
type ApprovalColumns = <diesel::dsl::AsSelect<Approval, Pg> as Expression>::SqlType;
prepared!(Waiting returns (CaseColumns, SubjectColumns, ApprovalColumns));

impl QueryFragment<Pg> for Waiting<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH ");
        push_sight(&mut out, &self.sight)?;
        out.push_sql(" SELECT ");
        self.columns.walk_ast(out.reborrow())?;
        out.push_sql(", ");
        self.approvals.walk_ast(out.reborrow())?;
        push!(out; " FROM approvals JOIN cases ON cases.id = approvals.case_id JOIN subjects ON subjects.case_id = cases.id, sight \
            WHERE approvals.status = 'pending' AND (approvals.drafted_at, approvals.id) > (" [sql::Timestamptz] &self.after.0, ", "
            [sql::Uuid] &self.after.1, ") AND " {SEEN} " ORDER BY approvals.drafted_at, approvals.id LIMIT 500");
        Ok(())
    }
}

/// A draft that waits, with its case.
pub struct WaitingDraft {
    /// The case.
    pub found: Found,
    /// The draft.
    pub approval: Approval,
}

impl Shown for WaitingDraft {
    fn case(&self) -> Option<&Case> {
        Some(&self.found.case)
    }
}

/// Drafts that wait on the cases the caller may see and that concern him, oldest first.
pub async fn waiting_approvals(
    pool: &Pool,
    sight: &Sight,
    concerns: impl Fn(&Found, &Approval) -> bool,
) -> Result<Vec<Untraced<WaitingDraft>>, DbError> {
    let mut connection = pool.get().await?;
    let (mut concerning, mut after) = (Vec::new(), Some((DateTime::UNIX_EPOCH, Uuid::nil())));
    while let Some(last) = after
        && concerning.len() < DRAFTS
    {
        let (columns, approvals) = (FoundColumns::all(), Approval::as_select());
        let waiting = Waiting { columns, approvals, sight: sight.into(), after: last };
        let rows: Vec<(Case, Subject, Approval)> = waiting.load(&mut connection).await?;
        after = rows.last().filter(|_| rows.len() == DRAFTS).map(|(.., draft)| (draft.drafted_at, draft.id));
        let waiting = rows.into_iter().map(|(case, subject, approval)| (Found { case, subject }, approval));
        let chosen = waiting.filter(|(found, approval)| concerns(found, approval));
        concerning.extend(chosen.map(|(found, approval)| Untraced(WaitingDraft { found, approval })));
    }
    concerning.truncate(DRAFTS);
    Ok(concerning)
}

/// Puts the phase of the conduct in place.
pub async fn set_phase(tx: &mut Tx, case_id: Uuid, phase: ConductPhase) -> Result<(), DbError> {
    let case = diesel::update(cases::table.find(case_id)).set(cases::conduct_phase.eq(Some(phase)));
    case.execute(tx.connection()?).await?;
    Ok(())
}
