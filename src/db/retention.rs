//! How long cases are kept: legal holds, and the proposals to purge what is over its time.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::access::{Concerning, Untraced};
use super::exclusions::OpenTo;
use super::readers::kept_for_others;
use super::{DbError, Pool, Tx};
use crate::domain::actor::Officer;
use crate::domain::calendar::Confirmation;
use crate::domain::case::{Case, ClosureReason};
use crate::schema::{cases, legal_holds, purge_proposals};
use crate::text_enum;

text_enum! {
    /// Where a proposal to purge a case stands.
    PurgeStatus {
        Pending = "pending", "Menunggu keputusan", "Pending";
        Approved = "approved", "Disetujui", "Approved";
        Rejected = "rejected", "Ditolak", "Rejected";
        Lapsed = "lapsed", "Gugur", "Lapsed";
    }
}

/// A legal hold.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = legal_holds, treat_none_as_default_value = false)]
pub struct LegalHold {
    /// Key.
    pub id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// Who set it.
    pub set_by: Uuid,
    /// When.
    pub set_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Who lifted it.
    pub lifted_by: Option<Uuid>,
    /// When.
    pub lifted_at: Option<DateTime<Utc>>,
    /// Why.
    pub lift_reason: Option<String>,
}

/// Sets a hold. A second one on a case is a duplicate.
pub async fn set_hold(tx: &mut Tx, hold: &LegalHold) -> Result<(), DbError> {
    diesel::insert_into(legal_holds::table).values(hold).execute(tx.connection()?).await?;
    Ok(())
}

/// The case of a hold that stands.
pub async fn case_of_hold(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let hold = legal_holds::table.find(id).filter(legal_holds::lifted_at.is_null()).select(legal_holds::case_id);
    Ok(hold.first(tx.connection()?).await.optional()?)
}

/// Lifts a hold that stands; `None` when somebody has lifted it before.
pub async fn lift_hold(
    tx: &mut Tx,
    id: Uuid,
    by: Uuid,
    at: DateTime<Utc>,
    reason: &str,
) -> Result<Option<LegalHold>, DbError> {
    Ok(diesel::update(legal_holds::table.find(id).filter(legal_holds::lifted_at.is_null()))
        .set((
            legal_holds::lifted_by.eq(Some(by)),
            legal_holds::lifted_at.eq(Some(at)),
            legal_holds::lift_reason.eq(Some(reason)),
        ))
        .returning(LegalHold::as_returning())
        .get_result(tx.connection()?)
        .await
        .optional()?)
}

/// Holds that stand, with their cases, oldest first, behind `after`; those on cases hidden from who asks are left out.
pub async fn holds(
    pool: &Pool,
    by: &Officer,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Untraced<Concerning<LegalHold>>>, DbError> {
    let mut connection = pool.get().await?;
    let holds: Vec<(LegalHold, Case)> = legal_holds::table
        .inner_join(cases::table)
        .filter(legal_holds::lifted_at.is_null().and(legal_holds::id.gt(after)))
        .filter(OpenTo { officer: by, column: "legal_holds.case_id" })
        .order(legal_holds::id)
        .limit(limit)
        .select((LegalHold::as_select(), Case::as_select()))
        .load(&mut connection)
        .await?;
    Ok(holds.into_iter().map(|(hold, case)| Untraced(Concerning { key: hold.id, what: hold, case })).collect())
}

/// A proposal to purge a case.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = purge_proposals, treat_none_as_default_value = false)]
pub struct PurgeProposal {
    /// Key.
    pub id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// Why it was closed.
    pub closure_reason: ClosureReason,
    /// When it was closed.
    pub closed_at: DateTime<Utc>,
    /// When its time was over.
    pub due_at: DateTime<Utc>,
    /// When this was proposed.
    pub proposed_at: DateTime<Utc>,
    /// Where it stands.
    pub status: PurgeStatus,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why so.
    pub reason: Option<String>,
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = sql::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql::Text)]
    closure_reason: ClosureReason,
    #[diesel(sql_type = sql::Timestamptz)]
    closed_at: DateTime<Utc>,
    #[diesel(sql_type = sql::Timestamptz)]
    due_at: DateTime<Utc>,
}

/// The policy `p` of a closed case `c`: the row valid on the day of closing. A merged case has none.
const POLICY: &str = "p.closure_reason = c.closure_reason AND p.valid_from <= (c.state_since AT TIME ZONE 'Asia/Jakarta')::date \
    AND (p.valid_to IS NULL OR p.valid_to > (c.state_since AT TIME ZONE 'Asia/Jakarta')::date)";

/// Whether the case with this key is closed and its time is over, as a condition.
pub(super) fn over(case: &str, now: &str) -> String {
    format!(
        "EXISTS (SELECT FROM cases c JOIN retention_policies p ON {POLICY} WHERE c.id = {case} AND c.state = 'closed' \
         AND c.state_since + make_interval(years => p.years) <= {now})"
    )
}

/// How long a closed case is kept (D13).
#[derive(Debug, QueryableByName)]
pub struct Kept {
    /// When it was closed.
    #[diesel(sql_type = sql::Timestamptz)]
    pub closed_at: DateTime<Utc>,
    /// When its time is over and its purge is proposed, unless a hold stands.
    #[diesel(sql_type = sql::Timestamptz)]
    pub until: DateTime<Utc>,
    /// The provision that rests on; `None` where there is none.
    #[diesel(sql_type = sql::Nullable<sql::Text>)]
    pub basis: Option<String>,
    /// How far that can be trusted.
    #[diesel(sql_type = sql::Text)]
    pub confirmation: Confirmation,
}

/// How long a case is kept; `None` while it is open, and for a merged one, which goes with its master.
pub async fn kept(pool: &Pool, case_id: Uuid) -> Result<Option<Kept>, DbError> {
    let mut connection = pool.get().await?;
    let statement = format!(
        "SELECT c.state_since AS closed_at, c.state_since + make_interval(years => p.years) AS until, p.basis, p.confirmation \
         FROM cases c JOIN retention_policies p ON {POLICY} WHERE c.id = $1 AND c.state = 'closed'"
    );
    Ok(diesel::sql_query(statement).bind::<sql::Uuid, _>(case_id).get_result(&mut connection).await.optional()?)
}

/// A case whose purge was rejected is proposed again only after this.
pub(super) const ASKED_AGAIN: Duration = Duration::days(365);

/// Proposes to purge up to `limit` closed cases whose time is over; answers how many. What was purged, waits, or was rejected
/// within a year is left out, and so is a case whose reports are read by another that is held or still needs them.
pub async fn propose(tx: &mut Tx, now: DateTime<Utc>, limit: i64) -> Result<usize, DbError> {
    let due: Vec<Due> = diesel::sql_query(
        "SELECT c.id, c.closure_reason, c.state_since AS closed_at, c.state_since + make_interval(years => p.years) AS due_at \
         FROM cases c JOIN retention_policies p ON "
            .to_owned()
            + POLICY
            + " \
         WHERE c.state = 'closed' AND c.state_since + make_interval(years => p.years) <= $1 \
           AND NOT EXISTS (SELECT FROM purge_proposals q WHERE q.case_id = c.id AND (q.status = 'pending' \
             OR q.status = 'approved' AND q.closed_at = c.state_since OR q.status = 'rejected' AND q.decided_at > $2)) \
           AND NOT "
            + &kept_for_others("c.id", "$1", "$2")
            + " \
         ORDER BY due_at LIMIT $3",
    )
    .bind::<sql::Timestamptz, _>(now)
    .bind::<sql::Timestamptz, _>(now - ASKED_AGAIN)
    .bind::<sql::BigInt, _>(limit)
    .load(tx.connection()?)
    .await?;
    let proposals: Vec<PurgeProposal> = due
        .into_iter()
        .map(|due| PurgeProposal {
            id: Uuid::now_v7(),
            case_id: due.id,
            closure_reason: due.closure_reason,
            closed_at: due.closed_at,
            due_at: due.due_at,
            proposed_at: now,
            status: PurgeStatus::Pending,
            decided_by: None,
            decided_at: None,
            reason: None,
        })
        .collect();
    Ok(diesel::insert_into(purge_proposals::table)
        .values(&proposals)
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?)
}

/// Proposals for cases that were opened again since lapse.
pub async fn lapse_reopened(tx: &mut Tx, now: DateTime<Utc>) -> Result<usize, DbError> {
    Ok(diesel::sql_query(
        "UPDATE purge_proposals q SET status = 'lapsed', decided_at = $1 FROM cases c WHERE c.id = q.case_id \
         AND q.status = 'pending' AND (c.state <> 'closed' OR c.state_since <> q.closed_at)",
    )
    .bind::<sql::Timestamptz, _>(now)
    .execute(tx.connection()?)
    .await?)
}

/// Proposals that wait, with their cases, oldest first, behind `after`; those on cases hidden from who asks are
/// left out.
pub async fn pending(
    pool: &Pool,
    by: &Officer,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Untraced<Concerning<PurgeProposal>>>, DbError> {
    let mut connection = pool.get().await?;
    let pending: Vec<(PurgeProposal, Case)> = purge_proposals::table
        .inner_join(cases::table)
        .filter(purge_proposals::status.eq(PurgeStatus::Pending).and(purge_proposals::id.gt(after)))
        .filter(OpenTo { officer: by, column: "purge_proposals.case_id" })
        .order(purge_proposals::id)
        .limit(limit)
        .select((PurgeProposal::as_select(), Case::as_select()))
        .load(&mut connection)
        .await?;
    Ok(pending.into_iter().map(|(one, case)| Untraced(Concerning { key: one.id, what: one, case })).collect())
}

/// The case of a proposal.
pub async fn case_of_proposal(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let case = purge_proposals::table.find(id).select(purge_proposals::case_id);
    Ok(case.first(tx.connection()?).await.optional()?)
}

/// Locks a proposal. The caller holds the lock of its case.
pub async fn lock_proposal(tx: &mut Tx, id: Uuid) -> Result<Option<PurgeProposal>, DbError> {
    let proposal = purge_proposals::table.find(id).for_update().select(PurgeProposal::as_select());
    Ok(proposal.first(tx.connection()?).await.optional()?)
}

/// Writes what was decided.
pub async fn settle_proposal(tx: &mut Tx, proposal: &PurgeProposal) -> Result<(), DbError> {
    diesel::update(purge_proposals::table.find(proposal.id))
        .set((
            purge_proposals::status.eq(proposal.status),
            purge_proposals::decided_by.eq(proposal.decided_by),
            purge_proposals::decided_at.eq(proposal.decided_at),
            purge_proposals::reason.eq(&proposal.reason),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
