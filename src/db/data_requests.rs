//! What reporters ask about their own data, and what they were answered.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::exclusions::OpenTo;
use super::{DbError, Pool, Tx};
use crate::domain::actor::Officer;
use crate::domain::case::Case;
use crate::domain::sealed::{Sealed, WrappedKey};
use crate::schema::{cases, data_keys, data_requests, reports};
use crate::text_enum;

text_enum! {
    /// What a reporter asks (UU 27/2022, art. 5 and following).
    DataRequestKind {
        Access = "access", "Akses", "Access";
        Correction = "correction", "Perbaikan", "Correction";
        Erasure = "erasure", "Penghapusan", "Erasure";
        Objection = "objection", "Keberatan", "Objection";
    }
}

text_enum! {
    /// Where it stands.
    DataRequestStatus {
        Pending = "pending", "Menunggu keputusan", "Pending";
        Deferred = "deferred", "Ditangguhkan", "Deferred";
        Granted = "granted", "Dikabulkan", "Granted";
        Refused = "refused", "Ditolak", "Refused";
    }
}

/// A request.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = data_requests, treat_none_as_default_value = false)]
pub struct DataRequest {
    /// Key.
    pub id: Uuid,
    /// The report.
    pub report_id: Uuid,
    /// What is asked.
    pub kind: DataRequestKind,
    /// In the reporter's words; absent once erased.
    pub body: Option<Sealed>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Where it stands.
    pub status: DataRequestStatus,
    /// Who decided; absent where the service answered by itself.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why so.
    pub reason: Option<String>,
}

/// A request with the number of its report, the case of that, and the key that opens it unless the report has been shredded.
pub type Locked = (DataRequest, String, Case, Option<WrappedKey>);

macro_rules! locked {
    () => {
        data_requests::table
            .inner_join(reports::table.inner_join(cases::table))
            .left_join(data_keys::table.on(data_keys::owner_id.eq(data_requests::report_id)))
            .order(data_requests::id)
            .select((
                DataRequest::as_select(),
                reports::complaint_number,
                Case::as_select(),
                Option::<WrappedKey>::as_select(),
            ))
    };
}

/// Keeps a request.
pub async fn insert(tx: &mut Tx, request: &DataRequest) -> Result<(), DbError> {
    diesel::insert_into(data_requests::table).values(request).execute(tx.connection()?).await?;
    Ok(())
}

/// The requests of a report, oldest first.
pub async fn of_report(pool: &Pool, report_id: Uuid) -> Result<Vec<Locked>, DbError> {
    let mut connection = pool.get().await?;
    Ok(locked!().filter(data_requests::report_id.eq(report_id)).load(&mut connection).await?)
}

/// What waits or was deferred, oldest first, behind `after`; what is about a case hidden from who asks is left out.
pub async fn open(pool: &Pool, by: &Officer, after: Uuid, limit: i64) -> Result<Vec<Locked>, DbError> {
    let mut connection = pool.get().await?;
    let open = data_requests::status.eq_any([DataRequestStatus::Pending, DataRequestStatus::Deferred]);
    // The case that decides about the report: a master hides what those merged into it hide.
    let column = "(SELECT coalesce(own.master_case_id, own.id) FROM cases own WHERE own.id = reports.case_id)";
    let open = open.and(data_requests::id.gt(after)).and(OpenTo { officer: by, column });
    Ok(locked!().filter(open).limit(limit).load(&mut connection).await?)
}

/// One request as it is listed.
pub async fn listed(tx: &mut Tx, id: Uuid) -> Result<Locked, DbError> {
    Ok(locked!().filter(data_requests::id.eq(id)).first(tx.connection()?).await?)
}

/// The case that decides about the report of a request: its own, or the one it was merged into.
pub async fn case_of(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(Uuid, Option<Uuid>)> = data_requests::table
        .inner_join(reports::table.inner_join(cases::table))
        .filter(data_requests::id.eq(id))
        .select((cases::id, cases::master_case_id))
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(row.map(|(own, master)| master.unwrap_or(own)))
}

/// Locks a request. The caller holds the lock of its case.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<DataRequest>, DbError> {
    let request = data_requests::table.find(id).for_update().select(DataRequest::as_select());
    Ok(request.first(tx.connection()?).await.optional()?)
}

/// Writes what was decided.
pub async fn settle(tx: &mut Tx, request: &DataRequest) -> Result<(), DbError> {
    diesel::update(data_requests::table.find(request.id))
        .set((
            data_requests::status.eq(request.status),
            data_requests::decided_by.eq(request.decided_by),
            data_requests::decided_at.eq(request.decided_at),
            data_requests::reason.eq(&request.reason),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
