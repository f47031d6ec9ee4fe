//! Reports: by public number, by case, and what their reporters set in motion. Identities leave only for the mail worker.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::statement::{prepared, push};
use super::{DbError, Pool, Tx};
use crate::domain::case::{ClosureReason, KnownReport, ReportFacts, State, public_state};
use crate::domain::confidential::Confidential;
use crate::domain::ids::ComplaintNumber;
use crate::domain::report::{Anonymity, Medium};
use crate::domain::tracks::TrackState;
use crate::schema::{cases, reporter_identities, reports};

/// What a report's number alone tells, and how its mailbox is opened.
#[derive(Clone, Debug)]
pub struct Door {
    /// The report.
    pub report_id: Uuid,
    /// Public number.
    pub complaint_number: String,
    /// Keyed hash of its access code.
    pub access_code_hash: Vec<u8>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// The state the public is shown, of the case that decides about the report.
    pub shown: State,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why it is closed.
    pub closure_reason: Option<ClosureReason>,
}

#[derive(QueryableByName)]
struct FactsRow {
    #[diesel(sql_type = sql::BigInt)]
    count: i64,
    #[diesel(sql_type = sql::BigInt)]
    withdrawals: i64,
    #[diesel(sql_type = sql::Bool)]
    formal_reporter: bool,
    #[diesel(sql_type = sql::BigInt)]
    merged_reports: i64,
    #[diesel(sql_type = sql::Nullable<sql::Date>)]
    occurred_from: Option<NaiveDate>,
    #[diesel(sql_type = sql::Nullable<sql::Date>)]
    occurred_to: Option<NaiveDate>,
    #[diesel(sql_type = sql::Json)]
    known: serde_json::Value,
    #[diesel(sql_type = sql::Json)]
    known_of_merged: serde_json::Value,
}

fn known(json: serde_json::Value) -> QueryResult<Vec<KnownReport>> {
    serde_json::from_value(json).map_err(|error| diesel::result::Error::DeserializationError(error.into()))
}

/// What a decision needs to know of the reports of a case. Asked for by the few actions that depend on it.
pub async fn facts(tx: &mut Tx, case_id: Uuid) -> Result<ReportFacts, DbError> {
    let row: FactsRow = diesel::sql_query(
        "SELECT count(*) AS count, count(r.withdrawal_requested_at) AS withdrawals, \
           coalesce(bool_or(r.consent_to_bawaslu AND i.name IS NOT NULL), false) AS formal_reporter, \
           (SELECT count(*) FROM cases merged JOIN reports m ON m.case_id = merged.id \
             WHERE merged.master_case_id = $1 AND m.withdrawal_requested_at IS NULL) AS merged_reports, \
           (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('id', m.id, 'known_on', m.known_on)), '[]') FROM cases merged \
             JOIN reports m ON m.case_id = coalesce(merged.split_from, merged.id) WHERE merged.master_case_id = $1) AS known_of_merged, \
           min(r.occurred_from) AS occurred_from, max(r.occurred_to) AS occurred_to, \
           coalesce(json_agg(json_build_object('id', r.id, 'known_on', r.known_on) ORDER BY r.id), '[]') AS known \
         FROM reports r LEFT JOIN reporter_identities i ON i.report_id = r.id WHERE r.case_id = \
           (SELECT coalesce(split_from, id) FROM cases WHERE id = $1)",
    )
    .bind::<sql::Uuid, _>(case_id)
    .get_result(tx.connection()?)
    .await?;
    Ok(ReportFacts {
        count: row.count,
        withdrawals: row.withdrawals,
        formal_reporter: row.formal_reporter,
        merged_reports: row.merged_reports,
        occurred: row.occurred_from.zip(row.occurred_to),
        known: known(row.known)?,
        known_of_merged: known(row.known_of_merged)?,
    })
}

/// What decides about the public label of a report.
#[derive(Queryable)]
struct DoorRow {
    report_id: Uuid,
    complaint_number: String,
    access_code_hash: Vec<u8>,
    received_at: DateTime<Utc>,
    state: State,
    since: DateTime<Utc>,
    closure_reason: Option<ClosureReason>,
    criminal_state: TrackState,
    sanctioned: bool,
}

/// The case whose label the reporter of report `r` reads: that of his report, or where it named several persons the least
/// advanced of theirs; a merged case speaks through the one it was merged into. Proceedings that are not public yet look
/// as they do in `public_state`; a test keeps the order of states.
pub(super) const FACE_OF_R: &str = "(SELECT face.id FROM (SELECT r.case_id AS id UNION ALL SELECT split.id FROM cases split WHERE split.split_from = r.case_id) side \
     JOIN cases part ON part.id = side.id JOIN cases face ON face.id = coalesce(part.master_case_id, part.id) \
     ORDER BY array_position(ARRAY['submitted', 'triage', 'awaiting_reporter', 'inspectorate_review', 'bawaslu_referral', 'recommendation', 'ppk_action', \
       'sanction_decided', 'appeal', 'monitoring', 'closed'], CASE WHEN face.state = 'monitoring' AND face.sanction_code IS NULL \
       AND face.criminal_state NOT IN ('none', 'convicted', 'acquitted', 'stopped') THEN 'bawaslu_referral' ELSE face.state END), face.state_since DESC LIMIT 1)";

struct FindDoor<'a> {
    number: &'a str,
}
prepared!(FindDoor returns (sql::Uuid, sql::Text, sql::Binary, sql::Timestamptz, sql::Text, sql::Timestamptz, Nullable<sql::Text>, sql::Text, sql::Bool));

impl QueryFragment<Pg> for FindDoor<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push!(out; "SELECT r.id, r.complaint_number, r.access_code_hash, r.received_at, c.state, c.state_since, c.closure_reason, c.criminal_state, \
            c.sanction_code IS NOT NULL FROM reports r JOIN cases c ON c.id = " {FACE_OF_R} " WHERE r.complaint_number = " [sql::Text] self.number, "");
        Ok(())
    }
}

/// The report with this public number, in the state of the case that decides about it.
pub async fn by_number(pool: &Pool, number: &ComplaintNumber) -> Result<Option<Door>, DbError> {
    let mut connection = pool.get().await?;
    let row: Option<DoorRow> = FindDoor { number: number.as_str() }.get_result(&mut connection).await.optional()?;
    Ok(row.map(|row| Door {
        report_id: row.report_id,
        complaint_number: row.complaint_number,
        access_code_hash: row.access_code_hash,
        received_at: row.received_at,
        shown: public_state(row.state, row.criminal_state, row.sanctioned),
        since: row.since,
        closure_reason: row.closure_reason,
    }))
}

#[derive(QueryableByName)]
struct Deciding {
    #[diesel(sql_type = sql::Uuid)]
    id: Uuid,
}

/// The case that the reporter's words go to: the one of his report, or the one it was merged into; where the report named
/// several persons, the one that awaits an answer.
pub async fn deciding_case(pool: &Pool, report_id: Uuid) -> Result<Option<Uuid>, DbError> {
    let mut connection = pool.get().await?;
    let case: Option<Deciding> = diesel::sql_query(
        "SELECT face.id FROM reports r CROSS JOIN LATERAL (SELECT r.case_id AS id UNION ALL SELECT s.id FROM cases s WHERE s.split_from = r.case_id) side \
         JOIN cases part ON part.id = side.id JOIN cases face ON face.id = coalesce(part.master_case_id, part.id) WHERE r.id = $1 \
         ORDER BY face.state = 'awaiting_reporter' DESC, side.id = r.case_id DESC, side.id LIMIT 1",
    )
    .bind::<sql::Uuid, _>(report_id)
    .get_result(&mut connection)
    .await
    .optional()?;
    Ok(case.map(|case| case.id))
}

/// The cases whose reports belong to this one: itself, or the one it was split from, and those merged into it.
pub(super) async fn sources(connection: &mut AsyncPgConnection, case_id: Uuid) -> QueryResult<Vec<Uuid>> {
    let merged = cases::master_case_id.is_not_distinct_from(case_id);
    let sides: Vec<(Uuid, Option<Uuid>)> = cases::table
        .filter(cases::id.eq(case_id).or(merged))
        .select((cases::id, cases::split_from))
        .load(connection)
        .await?;
    Ok(sides.into_iter().map(|(own, root)| root.unwrap_or(own)).collect())
}

/// A report as officers read it, without who sent it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = reports)]
pub struct Report {
    /// Key.
    pub id: Uuid,
    /// Public number.
    pub complaint_number: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// What happened.
    pub description: Confidential<String>,
    /// Through what.
    pub medium: Medium,
    /// First day.
    pub occurred_from: NaiveDate,
    /// Last day.
    pub occurred_to: NaiveDate,
    /// Day known.
    pub known_on: NaiveDate,
    /// Day known was assumed.
    pub known_assumed: bool,
    /// Where.
    pub place: Confidential<String>,
    /// Pages that show it.
    pub links: serde_json::Value,
    /// Evidence in words.
    pub evidence: serde_json::Value,
    /// What the reporter shows of himself.
    pub anonymity: Anonymity,
    /// The name may go to Bawaslu.
    pub consent_to_bawaslu: bool,
    /// Asked to withdraw.
    pub withdrawal_requested_at: Option<DateTime<Utc>>,
}

struct OfNumber<'a> {
    report: diesel::dsl::AsSelect<Report, Pg>,
    number: &'a str,
}
type ReportColumns = <diesel::dsl::AsSelect<Report, Pg> as Expression>::SqlType;
prepared!(OfNumber returns (ReportColumns, sql::Bool));

impl QueryFragment<Pg> for OfNumber<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        self.report.walk_ast(out.reborrow())?;
        push!(out; ", identity.email_disabled_at IS NOT NULL FROM cases own CROSS JOIN LATERAL (SELECT coalesce(own.split_from, own.id) AS id \
            UNION ALL SELECT coalesce(merged.split_from, merged.id) FROM cases merged WHERE merged.master_case_id = own.id) source \
            JOIN reports ON reports.case_id = source.id LEFT JOIN reporter_identities identity ON identity.report_id = reports.id \
            WHERE own.case_number = " [sql::Text] self.number, " ORDER BY reports.id");
        Ok(())
    }
}

/// The reports of the case with this number, oldest first, those of cases merged into it included, each with whether its
/// reporter's address turned out dead. Whether the caller may see them is for `cases` to say.
pub(super) async fn of_number(
    connection: &mut &AsyncPgConnection,
    case_number: &str,
) -> QueryResult<Vec<(Report, bool)>> {
    OfNumber { report: Report::as_select(), number: case_number }.load(connection).await
}

/// A report as far as opening its reporter's identity needs it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = reports)]
pub struct Sender {
    /// Key.
    pub id: Uuid,
    /// Public number.
    pub complaint_number: String,
    /// The name may go to Bawaslu.
    pub consent_to_bawaslu: bool,
}

/// The report with this number, if it belongs to this case, to one merged into it or to the one it was split from.
pub async fn of_case_side(tx: &mut Tx, case_id: Uuid, number: &ComplaintNumber) -> Result<Option<Sender>, DbError> {
    let sources = sources(tx.connection()?, case_id).await?;
    Ok(reports::table
        .filter(reports::complaint_number.eq(number.as_str()).and(reports::case_id.eq_any(sources)))
        .select(Sender::as_select())
        .first(tx.connection()?)
        .await
        .optional()?)
}

/// The report with this key.
pub async fn by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Sender>, DbError> {
    Ok(reports::table.find(id).select(Sender::as_select()).first(tx.connection()?).await.optional()?)
}

/// The whole report with this key.
pub async fn whole(tx: &mut Tx, id: Uuid) -> Result<Option<Report>, DbError> {
    Ok(reports::table.find(id).select(Report::as_select()).first(tx.connection()?).await.optional()?)
}

/// Notes that the reporter asked to withdraw.
pub async fn request_withdrawal(tx: &mut Tx, report_id: Uuid, at: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(reports::table.find(report_id))
        .set(reports::withdrawal_requested_at.eq(Some(at)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Notes that the reporter has said who he is; answers the case of the report.
pub async fn named(tx: &mut Tx, report_id: Uuid, named: bool) -> Result<Uuid, DbError> {
    if named {
        diesel::update(reports::table.find(report_id))
            .set(reports::anonymity.eq(Anonymity::Confidential))
            .execute(tx.connection()?)
            .await?;
    }
    case_of(tx, report_id).await
}

/// Whether Bawaslu may learn who reported.
pub async fn set_consent(tx: &mut Tx, report_id: Uuid, given: bool) -> Result<(), DbError> {
    diesel::update(reports::table.find(report_id))
        .set(reports::consent_to_bawaslu.eq(given))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The case that a report came in with.
pub async fn case_of(tx: &mut Tx, report_id: Uuid) -> Result<Uuid, DbError> {
    Ok(reports::table.find(report_id).select(reports::case_id).first(tx.connection()?).await?)
}

/// Confirms the reporter's address of this version; false when there is none, or another by now. Confirming again changes nothing.
pub async fn confirm_email(tx: &mut Tx, report_id: Uuid, version: i16, at: DateTime<Utc>) -> Result<bool, DbError> {
    let this = reporter_identities::email.is_not_null().and(reporter_identities::email_version.eq(version));
    let identity = reporter_identities::table.find(report_id).filter(this);
    let known = diesel::update(identity)
        .set(
            reporter_identities::email_confirmed_at.eq(diesel::dsl::sql::<
                diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>,
            >("coalesce(email_confirmed_at, ")
            .bind::<diesel::sql_types::Timestamptz, _>(at)
            .sql(")")),
        )
        .execute(tx.connection()?)
        .await?;
    Ok(known == 1)
}

/// An address was refused for good: nothing more is sent to it.
pub async fn disable_email(tx: &mut Tx, report_id: Uuid, at: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(reporter_identities::table.find(report_id))
        .set(reporter_identities::email_disabled_at.eq(Some(at)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
