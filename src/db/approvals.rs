//! Drafts that wait for a second officer.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::action::Verb;
use crate::domain::warning::Warning;
use crate::schema::{approvals, events, officers, seats};
use crate::text_enum;

text_enum! {
    /// Where a draft stands.
    ApprovalStatus {
        Pending = "pending", "Menunggu persetujuan", "Pending";
        Approved = "approved", "Disetujui", "Approved";
        Rejected = "rejected", "Ditolak", "Rejected";
        Lapsed = "lapsed", "Gugur", "Lapsed";
    }
}

/// A draft.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = approvals, treat_none_as_default_value = false)]
pub struct Approval {
    /// Key.
    pub id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// The verb.
    pub verb: Verb,
    /// The whole action.
    pub action: serde_json::Value,
    /// Who drafted it.
    pub drafted_by: Uuid,
    /// Through which seat.
    pub drafted_seat: Uuid,
    /// When.
    pub drafted_at: DateTime<Utc>,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// What the drafter was warned of.
    pub warnings: Vec<Option<Warning>>,
}

/// Keeps a draft. A second one for the same verb on the same case is a duplicate.
pub async fn insert(tx: &mut Tx, approval: &Approval) -> Result<(), DbError> {
    diesel::insert_into(approvals::table).values(approval).execute(tx.connection()?).await?;
    Ok(())
}

/// Whether a draft of this verb waits on the case.
pub async fn pending(tx: &mut Tx, case_id: Uuid, verb: Verb) -> Result<bool, DbError> {
    let waiting = approvals::table.filter(approvals::case_id.eq(case_id)).filter(approvals::verb.eq(verb));
    let waiting = waiting.filter(approvals::status.eq(ApprovalStatus::Pending));
    Ok(diesel::select(diesel::dsl::exists(waiting)).get_result(tx.connection()?).await?)
}

/// The drafts of a case, newest first.
pub async fn of_case(pool: &Pool, case_id: Uuid) -> Result<Vec<Approval>, DbError> {
    let mut connection = pool.get().await?;
    Ok(approvals::table
        .filter(approvals::case_id.eq(case_id))
        .order(approvals::id.desc())
        .limit(200)
        .select(Approval::as_select())
        .load(&mut connection)
        .await?)
}

/// Locks one draft of the case.
pub async fn lock(tx: &mut Tx, case_id: Uuid, id: Uuid) -> Result<Option<Approval>, DbError> {
    Ok(approvals::table
        .find(id)
        .filter(approvals::case_id.eq(case_id))
        .for_update()
        .select(Approval::as_select())
        .first(tx.connection()?)
        .await
        .optional()?)
}

/// What waits on a case of an officer's drafts, and what each proposes.
pub async fn drafts_of(tx: &mut Tx, case_id: Uuid, officer_id: Uuid) -> Result<Vec<(Uuid, Verb)>, DbError> {
    let own = approvals::case_id.eq(case_id).and(approvals::drafted_by.eq(officer_id));
    Ok(approvals::table
        .filter(own.and(approvals::status.eq(ApprovalStatus::Pending)))
        .order(approvals::id)
        .select((approvals::id, approvals::verb))
        .load(tx.connection()?)
        .await?)
}

/// Lets every draft on a case lapse.
pub async fn lapse_drafts(tx: &mut Tx, case_id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    let waiting = approvals::case_id.eq(case_id).and(approvals::status.eq(ApprovalStatus::Pending));
    diesel::update(approvals::table.filter(waiting))
        .set((approvals::status.eq(ApprovalStatus::Lapsed), approvals::decided_at.eq(Some(now))))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Drafts that wait though their officer no longer acts through the seat they were made in: case, draft and what it proposes,
/// always in one order.
pub async fn orphans(pool: &Pool) -> Result<Vec<(Uuid, Uuid, Verb)>, DbError> {
    let mut connection = pool.get().await?;
    let gone = seats::table.inner_join(officers::table).select(seats::id);
    let gone = gone.filter(seats::ended_at.is_not_null().or(officers::disabled_at.is_not_null()));
    Ok(approvals::table
        .filter(approvals::status.eq(ApprovalStatus::Pending).and(approvals::drafted_seat.eq_any(gone)))
        .order((approvals::case_id, approvals::id))
        .select((approvals::case_id, approvals::id, approvals::verb))
        .load(&mut connection)
        .await?)
}

/// Lets one draft lapse; false where it no longer waits. The caller holds the lock of its case.
pub async fn lapse_one(tx: &mut Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let waiting = approvals::table.find(id).filter(approvals::status.eq(ApprovalStatus::Pending));
    let lapsed = diesel::update(waiting)
        .set((approvals::status.eq(ApprovalStatus::Lapsed), approvals::decided_at.eq(Some(now))))
        .execute(tx.connection()?)
        .await?;
    Ok(lapsed == 1)
}

/// Drafts that wait since before this moment and of which nobody was reminded, with the event that tells of each.
pub async fn to_remind(pool: &Pool, before: DateTime<Utc>, limit: i64) -> Result<Vec<(Uuid, Uuid, Uuid)>, DbError> {
    let mut connection = pool.get().await?;
    Ok(approvals::table
        .inner_join(events::table.on(events::case_id.eq(approvals::case_id).and(events::at.eq(approvals::drafted_at))))
        .filter(events::kind.eq("approval.requested"))
        .filter(approvals::status.eq(ApprovalStatus::Pending).and(approvals::reminded_at.is_null()))
        .filter(approvals::drafted_at.lt(before))
        .order(approvals::drafted_at)
        .limit(limit)
        .select((approvals::case_id, approvals::id, events::id))
        .load(&mut connection)
        .await?)
}

/// Notes that those who may approve were reminded; false when another worker was faster.
pub async fn reminded(tx: &mut Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let waiting = approvals::table.find(id).filter(approvals::reminded_at.is_null());
    let waiting = waiting.filter(approvals::status.eq(ApprovalStatus::Pending));
    Ok(diesel::update(waiting).set(approvals::reminded_at.eq(Some(now))).execute(tx.connection()?).await? == 1)
}

/// Writes how a draft ended.
pub async fn settle(tx: &mut Tx, approval: &Approval) -> Result<(), DbError> {
    diesel::update(approvals::table.find(approval.id))
        .set((
            approvals::status.eq(approval.status),
            approvals::decided_by.eq(approval.decided_by),
            approvals::decided_at.eq(approval.decided_at),
            approvals::reason.eq(&approval.reason),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
