//! Who is kept from which case, as a condition of queries, and the marks on a case that it goes by. Whom a mark belongs to is
//! seen by the program alone: no mark of an officer as a reporter is stored.

use diesel::expression::{AppearsOnTable, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{self as sql, Array, Bool, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::statement::push;
use super::{DbError, Pool, Tx};
use crate::domain::actor::Officer;
use crate::domain::confidential::Confidential;
use crate::domain::marks::Marks;
use crate::schema::{cases, officers};

/// What [`crate::domain::case::Subject::marks`] makes of a row of `cases` and of `subjects`.
macro_rules! subject_marks {
    () => {
        "ARRAY[subjects.nip_index, subjects.nik_index, uuid_send(subjects.person_id), \
           convert_to(coalesce(cases.agency_id, subjects.typed_agency_id)::text || ' ' || subjects.folded_unit, 'UTF8'), \
           CASE WHEN cases.conflict_of_interest THEN convert_to('agency ' || coalesce(cases.agency_id, subjects.typed_agency_id)::text, 'UTF8') END]"
    };
}

/// The agency whose name or code a reporter typed, if it is one.
macro_rules! typed_agency {
    ($text:literal) => {
        concat!(
            "(SELECT a.id FROM agencies a WHERE lower(a.name) = folded(",
            $text,
            ") OR lower(a.code) = folded(",
            $text,
            ") LIMIT 1)"
        )
    };
}

/// The same rule as `policy::excluded`, of an officer as `sight (officer_id, marks)` over `cases` and `subjects`.
macro_rules! not_excluded {
    () => {
        concat!(
            "NOT sight.officer_id = ANY (cases.excluded_officers) AND NOT cases.barred_marks && sight.marks \
             AND NOT ",
            $crate::db::exclusions::subject_marks!(),
            " && sight.marks"
        )
    };
}
pub(super) use {not_excluded, subject_marks, typed_agency};

/// That rule as text.
pub(super) const NOT_EXCLUDED: &str = not_excluded!();

/// What is stored of an officer by which he is recognised as subject or of a subject's unit; with account data from which the
/// program makes the rest.
#[derive(Clone, Debug, Queryable)]
pub struct Traits {
    /// Key.
    pub officer_id: Uuid,
    /// Address; none of a machine.
    pub email: Option<String>,
    /// NIP.
    pub nip: Option<Confidential<String>>,
    /// Keyed hash of the NIK, as of a subject's.
    pub nik_index: Option<Vec<u8>>,
    /// Hashes of numbers, those of the same person included; persons; units of all seats he holds or held; agencies of those he
    /// holds, and the agencies above these.
    pub marks: Marks,
}

/// The last field of [`Traits`], of a row of `officers`. The seats are looked for once more: each counts, not only the one acted
/// through. A unit counts for ever: else whoever gives seats could lift an exclusion by giving one anew.
const STORED_MARKS: &str = "officers.numbers \
    || ARRAY(SELECT convert_to(u.agency_id::text || ' ' || folded(unit), 'UTF8') FROM seats u, unnest(array_append(u.former_units, u.work_unit)) unit \
        WHERE u.officer_id = officers.id AND unit IS NOT NULL) \
    || ARRAY(WITH RECURSIVE line (id) AS (SELECT u.agency_id FROM seats u WHERE u.officer_id = officers.id AND u.ended_at IS NULL \
        UNION SELECT a.parent_id FROM line JOIN agencies a USING (id) WHERE a.parent_id IS NOT NULL) SELECT convert_to('agency ' || id::text, 'UTF8') FROM line) \
    || ARRAY(SELECT k.number_index FROM person_numbers n JOIN person_numbers k USING (person_id) WHERE n.number_index = ANY (officers.numbers)) \
    || ARRAY(SELECT uuid_send(n.person_id) FROM person_numbers n WHERE n.number_index = ANY (officers.numbers))";

/// That field as an expression whose statements stay prepared: `diesel::dsl::sql` would have each planned anew.
#[derive(Clone, Copy, Debug, QueryId)]
pub(super) struct StoredMarks;

impl Expression for StoredMarks {
    type SqlType = Array<Nullable<sql::Binary>>;
}

impl<QS> AppearsOnTable<QS> for StoredMarks {}

impl<QS> SelectableExpression<QS> for StoredMarks {}

impl ValidGrouping<()> for StoredMarks {
    type IsAggregate = is_aggregate::No;
}

impl QueryFragment<Pg> for StoredMarks {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(STORED_MARKS);
        Ok(())
    }
}

/// The columns of [`Traits`].
macro_rules! trait_columns {
    () => {
        (
            $crate::schema::officers::id,
            $crate::schema::officers::email,
            $crate::schema::officers::nip,
            $crate::schema::officers::nik_index,
            $crate::db::exclusions::StoredMarks,
        )
    };
}
pub(super) use trait_columns;

async fn traits_by(connection: &mut AsyncPgConnection, officer_id: Uuid) -> QueryResult<Option<Traits>> {
    officers::table.find(officer_id).select(trait_columns!()).first(connection).await.optional()
}

/// What an officer is recognised by.
pub async fn traits(pool: &Pool, officer_id: Uuid) -> Result<Option<Traits>, DbError> {
    Ok(traits_by(&mut *pool.get().await?, officer_id).await?)
}

/// The same within a transaction.
pub async fn traits_in(tx: &mut Tx, officer_id: Uuid) -> Result<Option<Traits>, DbError> {
    Ok(traits_by(tx.connection()?, officer_id).await?)
}

/// A condition of a list in which not every row is read by the reach of a seat: that no case which `column` names, or finds, is
/// hidden from this officer. A row without a case stays.
pub(super) struct OpenTo<'a> {
    pub(super) officer: &'a Officer,
    pub(super) column: &'static str,
}

impl Expression for OpenTo<'_> {
    type SqlType = Bool;
}

impl<QS> AppearsOnTable<QS> for OpenTo<'_> {}

impl ValidGrouping<()> for OpenTo<'_> {
    type IsAggregate = is_aggregate::No;
}

impl QueryId for OpenTo<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for OpenTo<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push!(out; "NOT EXISTS (SELECT FROM cases JOIN subjects ON subjects.case_id = cases.id CROSS JOIN (SELECT "
            [sql::Uuid] &self.officer.officer_id, "::uuid AS officer_id, " [Array<sql::Binary>] &self.officer.marks.0,
            "::bytea[] AS marks) sight WHERE cases.id IN (" {self.column} ") AND NOT (" {NOT_EXCLUDED} "))");
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Nullable<sql::Uuid>)]
    id: Option<Uuid>,
}

/// What a column of cases hidden from an officer holds; `$1` is the officer, `$2` the marks, `$3` the values asked about.
macro_rules! hidden {
    ($column:literal) => {
        concat!(
            "SELECT ",
            $column,
            " FROM cases JOIN subjects ON subjects.case_id = cases.id CROSS JOIN (SELECT $1 AS officer_id, $2 AS marks) sight WHERE ",
            $column,
            " = ANY ($3) AND NOT (",
            not_excluded!(),
            ")"
        )
    };
}

/// Whether one of these cases is hidden from an officer.
pub async fn hides_any(tx: &mut Tx, officer: &Officer, ids: &[Uuid]) -> Result<bool, DbError> {
    Ok(!hidden(tx.connection()?, officer, ids).await?.is_empty())
}

/// Which of these cases are hidden from an officer.
async fn hidden(connection: &mut AsyncPgConnection, officer: &Officer, ids: &[Uuid]) -> QueryResult<Vec<Id>> {
    diesel::sql_query(hidden!("cases.id"))
        .bind::<sql::Uuid, _>(officer.officer_id)
        .bind::<Array<sql::Binary>, _>(&officer.marks.0)
        .bind::<Array<sql::Uuid>, _>(ids)
        .load(connection)
        .await
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = sql::Text)]
    case_number: String,
}

/// Which of these numbers are of cases hidden from an officer.
pub async fn hidden_numbers(pool: &Pool, officer: &Officer, numbers: &[String]) -> Result<Vec<String>, DbError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = pool.get().await?;
    let hidden: Vec<Number> = diesel::sql_query(hidden!("cases.case_number"))
        .bind::<sql::Uuid, _>(officer.officer_id)
        .bind::<Array<sql::Binary>, _>(&officer.marks.0)
        .bind::<Array<sql::Text>, _>(numbers)
        .load(&mut connection)
        .await?;
    Ok(hidden.into_iter().map(|row| row.case_number).collect())
}

/// Whether a case is hidden from the officer that one of these numbers names: its own, or that of a report.
pub async fn hides(pool: &Pool, officer: &Officer, numbers: &[String]) -> Result<bool, DbError> {
    let mut connection = pool.get().await?;
    let named: Vec<Id> = diesel::sql_query(
        "SELECT id FROM cases WHERE case_number = ANY ($1) \
         UNION SELECT unnest(ARRAY[c.id, c.master_case_id]) FROM reports r JOIN cases c ON c.id = r.case_id WHERE r.complaint_number = ANY ($1)",
    )
    .bind::<Array<sql::Text>, _>(numbers)
    .load(&mut connection)
    .await?;
    let ids: Vec<Uuid> = named.into_iter().filter_map(|row| row.id).collect();
    Ok(!hidden(&mut connection, officer, &ids).await?.is_empty())
}

/// Hides cases from an officer for good, takes them off his desk, and cancels what waits to be mailed to him about them.
pub async fn recuse(tx: &mut Tx, ids: &[Uuid], officer_id: Uuid) -> Result<(), DbError> {
    diesel::sql_query(
        "UPDATE cases SET excluded_officers = array_append(array_remove(excluded_officers, $2), $2), owner_id = nullif(owner_id, $2) \
         WHERE id = ANY ($1)",
    )
    .bind::<Array<sql::Uuid>, _>(ids)
    .bind::<sql::Uuid, _>(officer_id)
    .execute(tx.connection()?)
    .await?;
    diesel::sql_query(
        "UPDATE deliveries SET state = 'cancelled', settled_at = now() \
         WHERE case_id = ANY ($1) AND officer_id = $2 AND state IN ('queued', 'held')",
    )
    .bind::<Array<sql::Uuid>, _>(ids)
    .bind::<sql::Uuid, _>(officer_id)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Takes the case off its owner's desk.
pub async fn clear_owner(tx: &mut Tx, id: Uuid) -> Result<(), DbError> {
    diesel::update(cases::table.find(id)).set(cases::owner_id.eq(None::<Uuid>)).execute(tx.connection()?).await?;
    Ok(())
}

/// The cases that `head (id)` names and those merged into them. A merged case comes before its master, as it does in `readers`.
macro_rules! with_merged {
    ($head:literal, $tail:literal) => {
        concat!(
            "WITH ",
            $head,
            " SELECT c.id FROM cases c WHERE c.id IN (SELECT id FROM head UNION ALL SELECT m.id FROM cases m JOIN head ON m.master_case_id = head.id) \
             ORDER BY c.master_case_id IS NULL, c.id",
            $tail
        )
    };
}

/// The same of every case about the persons whom two cases, by their numbers, are about; and of these two.
macro_rules! about_persons {
    ($tail:literal) => {
        with_merged!(
            "named AS (SELECT c.id, s.person_id FROM cases c JOIN subjects s ON s.case_id = c.id WHERE c.case_number = ANY ($1)), \
             about AS (SELECT id FROM named UNION SELECT s.case_id FROM named JOIN subjects s USING (person_id)), \
             head AS (SELECT coalesce(c.master_case_id, c.id) AS id FROM about JOIN cases c USING (id))",
            $tail
        )
    };
}

/// Locks a case and those merged with it: the one it was merged into and all others merged into that; and the same of the case
/// that it is to be merged into, by its number. What hides one hides each.
pub async fn lock_merged(tx: &mut Tx, case_id: Uuid, into: Option<&str>) -> Result<Vec<Uuid>, DbError> {
    let locked: Vec<Id> = diesel::sql_query(with_merged!(
        "head AS (SELECT coalesce(master_case_id, id) AS id FROM cases WHERE id = $1 OR case_number = $2)",
        " FOR UPDATE"
    ))
    .bind::<sql::Uuid, _>(case_id)
    .bind::<Nullable<sql::Text>, _>(into)
    .load(tx.connection()?)
    .await?;
    Ok(locked.into_iter().filter_map(|row| row.id).collect())
}

/// Locks, in that same order, every case about the persons whom two cases are about, and those merged with one of these.
pub async fn lock_about(tx: &mut Tx, numbers: [&str; 2]) -> Result<Vec<Uuid>, DbError> {
    about_by(tx, about_persons!(" FOR UPDATE"), numbers).await
}

/// Which cases these are now, as far as others have committed.
pub async fn about(tx: &mut Tx, numbers: [&str; 2]) -> Result<Vec<Uuid>, DbError> {
    about_by(tx, about_persons!(""), numbers).await
}

async fn about_by(tx: &mut Tx, statement: &str, numbers: [&str; 2]) -> Result<Vec<Uuid>, DbError> {
    let query = diesel::sql_query(statement).bind::<Array<sql::Text>, _>(numbers.as_slice());
    let found: Vec<Id> = query.load(tx.connection()?).await?;
    Ok(found.into_iter().filter_map(|row| row.id).collect())
}

/// Makes anew whom a case is hidden from beside its own subject, and those it was merged with, and every case in which its reports
/// are read: split from it, or merged with one of these. All of a merge carry the marks and recusals of each; marks go with it when
/// it is undone, recusals stay. Across a merge only confirmed addresses count: else anybody could take an officer off a case by
/// reporting the same in his name. To be called when a merge is made or undone, when the subject or the agency of a merged case
/// changes, and when reports lose their reporter, or have him corrected or his address confirmed.
pub async fn renew_marks(tx: &mut Tx, case_id: Uuid) -> Result<(), DbError> {
    diesel::sql_query(concat!(
        "WITH head AS (SELECT DISTINCT coalesce(master_case_id, id) AS id FROM cases WHERE id = $1 OR split_from = $1), \
           merged (head, id) AS (SELECT id, id FROM head UNION ALL SELECT head.id, m.id FROM head JOIN cases m ON m.master_case_id = head.id) \
         UPDATE cases face SET excluded_officers = ARRAY(SELECT DISTINCT unnest(cases.excluded_officers) FROM merged other \
             JOIN cases ON cases.id = other.id WHERE other.head = me.head), \
           barred_marks = ARRAY(SELECT DISTINCT m.mark FROM merged other JOIN cases ON cases.id = other.id \
             JOIN subjects ON subjects.case_id = cases.id CROSS JOIN LATERAL ( \
               SELECT unnest(ARRAY[CASE WHEN cases.id = face.id OR i.email_confirmed_at IS NOT NULL THEN i.email_index END, i.nik_index]) \
                 AS mark FROM reports r JOIN reporter_identities i ON i.report_id = r.id \
                 WHERE r.case_id = coalesce(cases.split_from, cases.id) \
               UNION ALL SELECT unnest(",
        subject_marks!(),
        ") WHERE cases.id <> face.id) m WHERE other.head = me.head AND m.mark IS NOT NULL) \
         FROM merged me WHERE face.id = me.id"
    ))
    .bind::<sql::Uuid, _>(case_id)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
