//! Reports: by public number, by case, and what their reporters set in motion. Identities leave only for the mail worker.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::case::{ClosureReason, ReportFacts, State, public_state};
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
    #[diesel(sql_type = sql::Bool)]
    is_master: bool,
    #[diesel(sql_type = sql::Nullable<sql::Date>)]
    occurred_from: Option<NaiveDate>,
    #[diesel(sql_type = sql::Nullable<sql::Date>)]
    occurred_to: Option<NaiveDate>,
}

/// What a decision needs to know of the reports of a case. Asked for by the few actions that depend on it.
pub async fn facts(tx: &mut Tx, case_id: Uuid) -> Result<ReportFacts, DbError> {
    let row: FactsRow = diesel::sql_query(
        "SELECT count(*) AS count, count(r.withdrawal_requested_at) AS withdrawals, \
           coalesce(bool_or(r.consent_to_bawaslu AND i.name IS NOT NULL), false) AS formal_reporter, \
           EXISTS (SELECT FROM cases WHERE master_case_id = $1) AS is_master, \
           min(r.occurred_from) AS occurred_from, max(r.occurred_to) AS occurred_to \
         FROM reports r LEFT JOIN reporter_identities i ON i.report_id = r.id WHERE r.case_id = $1",
    )
    .bind::<sql::Uuid, _>(case_id)
    .get_result(tx.connection()?)
    .await?;
    Ok(ReportFacts {
        count: row.count,
        withdrawals: row.withdrawals,
        formal_reporter: row.formal_reporter,
        is_master: row.is_master,
        occurred: row.occurred_from.zip(row.occurred_to),
    })
}

/// What decides about the public label of a case.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cases)]
struct Face {
    state: State,
    state_since: DateTime<Utc>,
    closure_reason: Option<ClosureReason>,
    criminal_state: TrackState,
    sanction_code: Option<String>,
    master_case_id: Option<Uuid>,
}

type DoorRow = (Uuid, String, Vec<u8>, DateTime<Utc>, Face);

/// The report with this public number, in the state of the case that decides about it.
pub async fn by_number(pool: &Pool, number: &ComplaintNumber) -> Result<Option<Door>, DbError> {
    let mut connection = pool.get().await?;
    let row: Option<DoorRow> = reports::table
        .inner_join(cases::table)
        .filter(reports::complaint_number.eq(number.as_str()))
        .select((
            reports::id,
            reports::complaint_number,
            reports::access_code_hash,
            reports::received_at,
            Face::as_select(),
        ))
        .first(&mut connection)
        .await
        .optional()?;
    let Some((report_id, complaint_number, access_code_hash, received_at, own)) = row else { return Ok(None) };
    // A merged report follows the case it was merged into.
    let face = match own.master_case_id {
        Some(master) => cases::table.find(master).select(Face::as_select()).first(&mut connection).await?,
        None => own,
    };
    Ok(Some(Door {
        report_id,
        complaint_number,
        access_code_hash,
        received_at,
        shown: public_state(face.state, face.criminal_state, face.sanction_code.is_some()),
        since: face.state_since,
        closure_reason: face.closure_reason,
    }))
}

/// The case that decides about a report: its own, or the one it was merged into.
pub async fn deciding_case(pool: &Pool, report_id: Uuid) -> Result<Option<Uuid>, DbError> {
    let mut connection = pool.get().await?;
    let row: Option<(Uuid, Option<Uuid>)> = reports::table
        .inner_join(cases::table)
        .filter(reports::id.eq(report_id))
        .select((cases::id, cases::master_case_id))
        .first(&mut connection)
        .await
        .optional()?;
    Ok(row.map(|(own, master)| master.unwrap_or(own)))
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

/// The reports of the case with this number, oldest first, each with whether its reporter's address turned out dead.
/// Whether the caller may see them is for `cases` to say.
pub(super) async fn of_number(
    connection: &mut &AsyncPgConnection,
    case_number: &str,
) -> QueryResult<Vec<(Report, bool)>> {
    reports::table
        .inner_join(cases::table)
        .left_join(reporter_identities::table)
        .filter(cases::case_number.eq(case_number))
        .order(reports::id)
        .select((Report::as_select(), reporter_identities::email_disabled_at.nullable().is_not_null()))
        .load(connection)
        .await
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

/// The report with this number, if it belongs to this case or to one merged into it.
pub async fn of_case_side(tx: &mut Tx, case_id: Uuid, number: &ComplaintNumber) -> Result<Option<Sender>, DbError> {
    Ok(reports::table
        .inner_join(cases::table)
        .filter(reports::complaint_number.eq(number.as_str()))
        .filter(cases::id.eq(case_id).or(cases::master_case_id.is_not_distinct_from(case_id)))
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

/// Confirms a reporter's address; false when there is none. Confirming again changes nothing.
pub async fn confirm_email(tx: &mut Tx, report_id: Uuid, at: DateTime<Utc>) -> Result<bool, DbError> {
    let identity = reporter_identities::table.find(report_id).filter(reporter_identities::email.is_not_null());
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
