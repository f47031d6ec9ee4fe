//! Deciding a draft: a second officer approves it on the case as it stands now, or rejects it with a reason.

use uuid::Uuid;

use super::transition::{Fired, Setting, current, fire_on, note, sight};
use super::{FlowError, transition};
use crate::db::approvals::{Approval, ApprovalStatus};
use crate::db::{self, Tx};
use crate::domain::action::Action;
use crate::domain::actor::Actor;
use crate::domain::case::{Case, CaseFacts};
use crate::domain::decide::Refusal;
use crate::domain::policy;
use crate::domain::workflow::rule_for;

/// Approves a draft: the action is decided again, with both officers, on the current case.
pub async fn approve(
    tx: &mut Tx,
    setting: &Setting,
    approver: &Actor,
    number: &str,
    id: Uuid,
) -> Result<Fired, FlowError> {
    let (facts, mut approval) = open(tx, approver, number, id).await?;
    // Asked before the draft is settled: the table holds no approval of one's own, not even for a moment.
    if approver.officer().is_none_or(|officer| officer.officer_id == approval.drafted_by) {
        return Err(FlowError::Refused(Refusal::OwnDraft, current(&facts, approver)));
    }
    let drafter = db::officers::acting_in(tx, approval.drafted_seat)
        .await?
        .map(Actor::Officer)
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
    number: &str,
    id: Uuid,
    reason: &str,
) -> Result<Case, FlowError> {
    let (facts, mut approval) = open(tx, officer, number, id).await?;
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
    let details = crate::domain::event::salted(&serde_json::json!({ "action": approval.verb, "reason": reason }));
    note(tx, setting, officer, &facts.case, kind, Some(details)).await
}

async fn open(tx: &mut Tx, officer: &Actor, number: &str, id: Uuid) -> Result<(CaseFacts, Approval), FlowError> {
    let facts = db::cases::lock(tx, number, &sight(officer)).await?.ok_or(FlowError::NotFound)?;
    let approval = db::approvals::lock(tx, facts.case.id, id).await?.ok_or(FlowError::NotFound)?;
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
