//! Deciding a draft: a second officer approves it on the case as it stands now, or rejects it with a reason.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::transition::{Fired, Setting, current, fire_on, note, note_and_tell, sight};
use super::{FlowError, exclusions, transition};
use crate::db::approvals::{Approval, ApprovalStatus};
use crate::db::deliveries::{Recipient, Told};
use crate::db::{self, Pool, Tx};
use crate::domain::action::{Action, Verb};
use crate::domain::actor::{Actor, Officer, Role};
use crate::domain::case::{Case, CaseFacts, Subject};
use crate::domain::decide::Refusal;
use crate::domain::event::salted;
use crate::domain::notice::Notice;
use crate::domain::policy;
use crate::domain::workflow::rule_for;

/// The draft an officer decides, on the case as the officer has read it.
pub struct Draft<'a> {
    /// The case.
    pub case_number: &'a str,
    /// The version that was read.
    pub case_version: i32,
    /// The draft.
    pub id: Uuid,
}

/// Approves a draft: the action is decided again, with both officers, on the current case.
pub async fn approve(tx: &mut Tx, setting: &Setting, approver: &Actor, draft: &Draft<'_>) -> Result<Fired, FlowError> {
    let (facts, mut approval) = open(tx, approver, draft).await?;
    // Asked before the draft is settled: the table holds no approval of one's own, not even for a moment.
    if approver.officer().is_none_or(|officer| officer.officer_id == approval.drafted_by) {
        return Err(FlowError::Refused(Refusal::OwnDraft, current(&facts, approver)));
    }
    let drafter = db::officers::acting_in(tx, approval.drafted_seat)
        .await?
        .map(|drafter| Actor::Officer(exclusions::recognised(&setting.keys, drafter)))
        .ok_or(FlowError::ApprovalLapsed)?;
    let action: Action = serde_json::from_value(approval.action.clone()).map_err(|_| FlowError::ApprovalLapsed)?;
    settle(setting, approver, &mut approval, ApprovalStatus::Approved, None);
    db::approvals::settle(tx, &approval).await?;
    fire_on(tx, setting, &drafter, Some(approver), facts, action).await
}

/// Rejects a draft; whoever drafted it may take it back the same way.
pub async fn reject(
    tx: &mut Tx,
    setting: &Setting,
    officer: &Actor,
    draft: &Draft<'_>,
    reason: &str,
) -> Result<Case, FlowError> {
    let (facts, mut approval) = open(tx, officer, draft).await?;
    let own = officer.officer().is_some_and(|o| o.officer_id == approval.drafted_by);
    if own {
        settle(setting, officer, &mut approval, ApprovalStatus::Lapsed, Some(reason));
        approval.decided_by = None;
    } else {
        let needed = rule_for(approval.verb, facts.case.state)
            .and_then(|rule| rule.approval)
            .ok_or(FlowError::ApprovalLapsed)?;
        if !policy::may(officer, needed, &facts.case, &facts.subject) {
            return Err(FlowError::Refused(Refusal::Forbidden(needed), current(&facts, officer)));
        }
        settle(setting, officer, &mut approval, ApprovalStatus::Rejected, Some(reason));
    }
    db::approvals::settle(tx, &approval).await?;
    let kind = if own { "approval.withdrawn" } else { "approval.rejected" };
    let details = salted(&serde_json::json!({ "action": approval.verb, "reason": reason }));
    note(tx, setting, officer, &facts.case, kind, Some(details)).await
}

/// Lets the drafts lapse whose officer no longer acts through the seat they were made in, each in a transaction of its own. Nobody can
/// approve them meanwhile, so taking a seat away waits for no case.
pub async fn lapse_orphans(pool: &Pool, now: DateTime<Utc>) -> Result<(), FlowError> {
    for (case_id, id, verb) in db::approvals::orphans(pool).await? {
        let mut tx = Tx::begin(pool).await?;
        let case = db::cases::lock_by_id(&mut tx, case_id).await?.ok_or(FlowError::NotFound)?.case;
        lapse(&mut tx, now, &Actor::System, case, (id, verb)).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Lets the drafts of an officer on a case lapse. The caller holds the case's lock. Answers the case as it then is.
pub(super) async fn lapse_drafts_of(
    tx: &mut Tx,
    now: DateTime<Utc>,
    actor: &Actor,
    mut case: Case,
    officer_id: Uuid,
) -> Result<Case, FlowError> {
    for draft in db::approvals::drafts_of(tx, case.id, officer_id).await? {
        case = lapse(tx, now, actor, case, draft).await?;
    }
    Ok(case)
}

/// Lets one draft lapse, unless it was settled meanwhile; the timeline of its case says so.
async fn lapse(
    tx: &mut Tx,
    now: DateTime<Utc>,
    actor: &Actor,
    case: Case,
    (id, verb): (Uuid, Verb),
) -> Result<Case, FlowError> {
    if !db::approvals::lapse_one(tx, id, now).await? {
        return Ok(case);
    }
    let details = salted(&serde_json::json!({ "action": verb }));
    Ok(note_and_tell(tx, now, actor, &case, "approval.lapsed", Some(details), &[]).await?.0)
}

/// Reminds everyone who may approve a draft that it waits, once. Answers how many were reminded.
pub async fn remind(
    tx: &mut Tx,
    setting: &Setting,
    case_id: Uuid,
    approval_id: Uuid,
    event_id: Uuid,
) -> Result<usize, FlowError> {
    let facts = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    if !db::approvals::reminded(tx, approval_id, setting.now).await? {
        return Ok(0);
    }
    let approval = db::approvals::lock(tx, case_id, approval_id).await?.ok_or(FlowError::NotFound)?;
    let Some(needed) = rule_for(approval.verb, facts.case.state).and_then(|rule| rule.approval) else { return Ok(0) };
    let roles: Vec<Role> = Role::ALL.iter().copied().filter(|role| policy::granted(*role, needed)).collect();
    let seats = db::officers::in_roles(tx, &roles).await?;
    let seats: Vec<Officer> = seats.into_iter().map(|seated| exclusions::recognised(&setting.keys, seated)).collect();
    let may =
        |officer: &Officer| officer.officer_id != approval.drafted_by && policy::meant(officer, needed, &facts.case);
    let told: BTreeSet<Uuid> = seats.iter().filter(|officer| may(officer)).map(|officer| officer.officer_id).collect();
    for officer_id in &told {
        let (told, to) = (Told::Case { case_id, event_id }, Recipient::Officer(*officer_id));
        db::deliveries::tell(tx, told, to, Notice::ApprovalWaiting, setting.now).await?;
    }
    Ok(told.len())
}

/// Whether the officer may decide a draft of this verb on the case as it stands. That it is not his own is for the caller
/// to see.
pub fn may_decide(officer: &Actor, verb: Verb, case: &Case, subject: &Subject) -> bool {
    let needed = rule_for(verb, case.state).and_then(|rule| rule.approval);
    needed.is_some_and(|needed| policy::may(officer, needed, case, subject))
}

async fn open(tx: &mut Tx, officer: &Actor, draft: &Draft<'_>) -> Result<(CaseFacts, Approval), FlowError> {
    let facts = db::cases::lock(tx, draft.case_number, &sight(officer)).await?.ok_or(FlowError::NotFound)?;
    let approval = db::approvals::lock(tx, facts.case.id, draft.id).await?.ok_or(FlowError::NotFound)?;
    if facts.case.version != draft.case_version {
        return Err(FlowError::Stale(current(&facts, officer)));
    }
    if approval.status != ApprovalStatus::Pending {
        return Err(FlowError::ApprovalLapsed);
    }
    Ok((facts, approval))
}

fn settle(
    setting: &transition::Setting,
    officer: &Actor,
    approval: &mut Approval,
    status: ApprovalStatus,
    reason: Option<&str>,
) {
    approval.status = status;
    approval.decided_by = officer.officer().map(|o| o.officer_id);
    approval.decided_at = Some(setting.now);
    approval.reason = reason.map(ToOwned::to_owned);
}
