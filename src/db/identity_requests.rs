//! Requests to be shown who reported, what the custodian said, and every look that followed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::access::{Concerning, Untraced};
use super::exclusions::OpenTo;
use super::readers::sides;
use super::{DbError, Pool, Tx};
use crate::domain::actor::{Officer, Role};
use crate::domain::case::Case;
use crate::schema::{agencies, cases, identity_looks, identity_requests, reports, seats};
use crate::text_enum;

text_enum! {
    /// Where a request to open an identity stands.
    IdentityRequestStatus {
        Pending = "pending", "Menunggu keputusan", "Pending";
        Approved = "approved", "Disetujui", "Approved";
        Rejected = "rejected", "Ditolak", "Rejected";
    }
}

/// A request.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = identity_requests, treat_none_as_default_value = false)]
pub struct IdentityRequest {
    /// Key.
    pub id: Uuid,
    /// The case through which the officer asked.
    pub case_id: Uuid,
    /// The report.
    pub report_id: Uuid,
    /// Who asked.
    pub requested_by: Uuid,
    /// Through which seat.
    pub requested_seat: Uuid,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub status: IdentityRequestStatus,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why so.
    pub decision_reason: Option<String>,
    /// Until when the requester may look.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Keeps a request. A second one of the same officer for the same report that waits is a duplicate.
pub async fn insert(tx: &mut Tx, request: &IdentityRequest) -> Result<(), DbError> {
    diesel::insert_into(identity_requests::table).values(request).execute(tx.connection()?).await?;
    Ok(())
}

/// The case a request is about.
pub async fn case_of(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let case = identity_requests::table.find(id).select(identity_requests::case_id);
    Ok(case.first(tx.connection()?).await.optional()?)
}

/// Locks a request. The caller holds the lock of its case.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<IdentityRequest>, DbError> {
    let request = identity_requests::table.find(id).for_update().select(IdentityRequest::as_select());
    Ok(request.first(tx.connection()?).await.optional()?)
}

/// Writes what the custodian said.
pub async fn settle(tx: &mut Tx, request: &IdentityRequest) -> Result<(), DbError> {
    diesel::update(identity_requests::table.find(request.id))
        .set((
            identity_requests::status.eq(request.status),
            identity_requests::decided_by.eq(request.decided_by),
            identity_requests::decided_at.eq(request.decided_at),
            identity_requests::decision_reason.eq(&request.decision_reason),
            identity_requests::expires_at.eq(request.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// A request as custodian and requester read it: nothing of the case.
#[derive(Clone, Debug, Queryable)]
pub struct Listed {
    /// Key.
    pub id: Uuid,
    /// Number of the report.
    pub complaint_number: String,
    /// As what the requester asks.
    pub role: Role,
    /// Agency of his seat.
    pub agency_id: Uuid,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub status: IdentityRequestStatus,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why so.
    pub decision_reason: Option<String>,
    /// Until when the requester may look.
    pub expires_at: Option<DateTime<Utc>>,
}

macro_rules! listed {
    () => {
        identity_requests::table
            .inner_join(reports::table)
            .inner_join(seats::table)
            .inner_join(cases::table)
            .order(identity_requests::id)
            .select((
                (
                    identity_requests::id,
                    reports::complaint_number,
                    seats::role,
                    seats::agency_id,
                    identity_requests::requested_at,
                    identity_requests::reason,
                    identity_requests::status,
                    identity_requests::decided_at,
                    identity_requests::decision_reason,
                    identity_requests::expires_at,
                ),
                Case::as_select(),
            ))
    };
}

/// Requests as they are listed, each with the case it was made through.
type Requests = Vec<Untraced<Concerning<Listed>>>;

fn locked(found: Vec<(Listed, Case)>) -> Requests {
    found.into_iter().map(|(listed, case)| Untraced(Concerning { key: listed.id, what: listed, case })).collect()
}

/// No case that reads the report is hidden from him: through none of them must he learn who sent it.
const fn open_to(officer: &Officer) -> OpenTo<'_> {
    OpenTo { officer, column: sides!("identity_requests.report_id") }
}

/// What waits for a custodian, oldest first, behind `after`, where no case that reads the report is hidden from him.
pub async fn pending(pool: &Pool, custodian: &Officer, after: Uuid, limit: i64) -> Result<Requests, DbError> {
    let mut connection = pool.get().await?;
    let waiting = identity_requests::status.eq(IdentityRequestStatus::Pending).and(identity_requests::id.gt(after));
    let found = listed!().filter(waiting.and(open_to(custodian))).limit(limit);
    Ok(locked(found.load(&mut connection).await?))
}

/// What an officer asked himself, oldest first, behind `after`, as long as no case that reads the report is hidden from him.
pub async fn of_officer(pool: &Pool, officer: &Officer, after: Uuid, limit: i64) -> Result<Requests, DbError> {
    let mut connection = pool.get().await?;
    let own = identity_requests::requested_by.eq(officer.officer_id).and(identity_requests::id.gt(after));
    let found = listed!().filter(own.and(open_to(officer))).limit(limit);
    Ok(locked(found.load(&mut connection).await?))
}

/// One request as it is listed.
pub async fn listed(tx: &mut Tx, id: Uuid) -> Result<Listed, DbError> {
    let (listed, _): (Listed, Case) = listed!().filter(identity_requests::id.eq(id)).first(tx.connection()?).await?;
    Ok(listed)
}

/// A look at who reported.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = identity_looks, treat_none_as_default_value = false)]
pub struct NewLook<'a> {
    /// Key, in order of time.
    pub id: Uuid,
    /// The request that allowed it.
    pub request_id: Uuid,
    /// The report.
    pub report_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// As what.
    pub role: Role,
    /// Of which agency.
    pub agency_id: Uuid,
    /// The reason stated.
    pub reason: &'a str,
}

/// Records a look, for ever.
pub async fn record_look(tx: &mut Tx, look: &NewLook<'_>) -> Result<(), DbError> {
    diesel::insert_into(identity_looks::table).values(look).execute(tx.connection()?).await?;
    Ok(())
}

/// A look as the reporter reads of it.
#[derive(Clone, Debug, Queryable)]
pub struct Look {
    /// When.
    pub at: DateTime<Utc>,
    /// As what.
    pub role: Role,
    /// Of which agency.
    pub agency: String,
    /// The reason stated.
    pub reason: String,
}

/// Every look at the reporter of a report, oldest first.
pub async fn looks_of_report(pool: &Pool, report_id: Uuid) -> Result<Vec<Look>, DbError> {
    let mut connection = pool.get().await?;
    Ok(identity_looks::table
        .inner_join(agencies::table)
        .filter(identity_looks::report_id.eq(report_id))
        .order(identity_looks::id)
        .select((identity_looks::at, identity_looks::role, agencies::name, identity_looks::reason))
        .load(&mut connection)
        .await?)
}
