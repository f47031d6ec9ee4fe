//! Keeping cases no longer than needed: holds, proposals to purge, and the purge itself.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::FlowError;
use super::transition::{Setting, note};
use crate::db::cases::Sight;
use crate::db::readers::Erased;
use crate::db::retention::{LegalHold, PurgeProposal, PurgeStatus};
use crate::db::{self, Pool, Tx};
use crate::domain::actor::{Actor, Officer};
use crate::domain::case::{Case, CaseFacts, State};
use crate::domain::event;
use crate::domain::policy;

/// Proposals of one day at most; what is left over comes the next day.
const BATCH: i64 = 1000;

/// The privacy officer needs not see cases, but never touches one about himself or his work unit.
fn not_his_own<'a>(actor: &'a Actor, facts: &CaseFacts) -> Result<&'a Officer, FlowError> {
    let officer = actor.officer().ok_or(FlowError::NotFound)?;
    if policy::excluded(officer, &facts.case, &facts.subject) { Err(FlowError::NotFound) } else { Ok(officer) }
}

/// Sets a hold on the case with this number: nothing of it is erased while it stands.
pub async fn hold(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    number: &str,
    reason: &str,
) -> Result<(LegalHold, Case), FlowError> {
    let facts = db::cases::lock(tx, number, &Sight::Everything).await?.ok_or(FlowError::NotFound)?;
    let officer = not_his_own(actor, &facts)?;
    // A merged case is purged under the lock of the one it went into: whoever comes first is seen by the other.
    if let Some(master) = facts.case.master_case_id {
        db::cases::lock_by_id(tx, master).await?;
    }
    let hold = LegalHold {
        id: Uuid::now_v7(),
        case_id: facts.case.id,
        set_by: officer.officer_id,
        set_at: setting.now,
        reason: reason.to_owned(),
        lifted_by: None,
        lifted_at: None,
        lift_reason: None,
    };
    db::retention::set_hold(tx, &hold)
        .await
        .map_err(|error| if error.is_duplicate() { FlowError::LegalHold } else { error.into() })?;
    let details = event::salted(&serde_json::json!({ "hold_id": hold.id, "reason": reason }));
    let case = note(tx, setting, actor, &facts.case, "hold.set", Some(details)).await?;
    Ok((hold, case))
}

/// Lifts a hold that stands.
pub async fn lift(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    id: Uuid,
    reason: &str,
) -> Result<(LegalHold, Case), FlowError> {
    let case_id = db::retention::case_of_hold(tx, id).await?.ok_or(FlowError::NotFound)?;
    let facts = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    let officer = not_his_own(actor, &facts)?;
    let lifted = db::retention::lift_hold(tx, id, officer.officer_id, setting.now, reason).await?;
    let hold = lifted.ok_or(FlowError::NotFound)?;
    let details = event::salted(&serde_json::json!({ "hold_id": id, "reason": reason }));
    let case = note(tx, setting, actor, &facts.case, "hold.lifted", Some(details)).await?;
    Ok((hold, case))
}

/// Once a day: proposes to purge what is over its time. Several workers may call it at any time.
pub async fn propose_daily(pool: &Pool, now: DateTime<Utc>) -> Result<(), FlowError> {
    let mut tx = Tx::begin(pool).await?;
    if db::daily::take(&mut tx, "purge proposals", now).await? {
        db::retention::lapse_reopened(&mut tx, now).await?;
        db::retention::propose(&mut tx, now, BATCH).await?;
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(())
}

/// Decides a proposal. An approved one purges the case at once, unless a hold was set or the case opened
/// meanwhile, or another case needs its reports.
pub async fn decide(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    id: Uuid,
    approve: bool,
    reason: &str,
) -> Result<(PurgeProposal, Case), FlowError> {
    let case_id = db::retention::case_of_proposal(tx, id).await?.ok_or(FlowError::NotFound)?;
    let facts = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    let officer = not_his_own(actor, &facts)?;
    let mut proposal = db::retention::lock_proposal(tx, id).await?.ok_or(FlowError::NotFound)?;
    let stands = facts.case.state == State::Closed && facts.case.state_since == proposal.closed_at;
    if proposal.status != PurgeStatus::Pending || !stands {
        return Err(FlowError::ApprovalLapsed);
    }
    if approve {
        let erased = Erased::WithCase(case_id);
        db::readers::lock(tx, erased, case_id).await?;
        if db::readers::held(tx, erased).await? {
            return Err(FlowError::LegalHold);
        }
        if db::readers::needed(tx, case_id, setting.now).await? {
            return Err(FlowError::CaseOpen);
        }
    }
    proposal.status = if approve { PurgeStatus::Approved } else { PurgeStatus::Rejected };
    proposal.decided_by = Some(officer.officer_id);
    proposal.decided_at = Some(setting.now);
    proposal.reason = Some(reason.to_owned());
    db::retention::settle_proposal(tx, &proposal).await?;
    let case = if approve {
        db::erasure::purge(tx, case_id, setting.now).await?;
        let details = event::salted(&serde_json::json!({ "proposal_id": id }));
        note(tx, setting, actor, &facts.case, "case.purged", Some(details)).await?
    } else {
        facts.case
    };
    Ok((proposal, case))
}
