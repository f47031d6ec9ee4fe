//! Recording what the criminal proceedings came to. Never moves the main state.

use super::transition::{Setting, current, note_and_tell, sight};
use super::{Current, FlowError};
use crate::db::{self, Tx};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, CaseFacts};
use crate::domain::criminal::{CriminalState, StopReason};
use crate::domain::decide::Refusal;
use crate::domain::event;
use crate::domain::policy::{self, Permission};

/// A step of the criminal track.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CriminalStep {
    /// Where it leads.
    pub to: CriminalState,
    /// Why it was stopped; only with `stopped`.
    pub stop_reason: Option<StopReason>,
    /// The letter or judgment.
    pub document: crate::domain::action::Document,
}

/// Moves the criminal track of a case still at version `expected`.
pub async fn record(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    number: &str,
    expected: i32,
    step: &CriminalStep,
) -> Result<(Case, CaseFacts), FlowError> {
    let facts = db::cases::lock(tx, number, &sight(actor)).await?.ok_or(FlowError::NotFound)?;
    let now: Current = current(&facts, actor);
    if facts.case.version != expected {
        return Err(FlowError::Stale(now));
    }
    if !policy::may(actor, Permission::RecordCriminal, &facts.case, &facts.subject) {
        return Err(FlowError::Refused(Refusal::Forbidden(Permission::RecordCriminal), now));
    }
    if !facts.case.criminal_state.successors().contains(&step.to) {
        return Err(FlowError::Refused(Refusal::NotInState, now));
    }
    let details = event::salted(&serde_json::to_value(step).unwrap_or_default());
    let kind = format!("criminal.{}", step.to);
    let case = note_and_tell(tx, setting, actor, &facts.case, step.to, &kind, Some(details), &[]).await?;
    Ok((case, facts))
}
