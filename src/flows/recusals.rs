//! An officer steps back from a case: from then on it does not exist for him. Why stands in the timeline, for those who may
//! read details.

use super::FlowError;
use super::transition::{Setting, note, sight};
use crate::db::{self, Tx};
use crate::domain::actor::Actor;
use crate::domain::event;

/// Declares that the officer must not work on the case. His drafts on it lapse, and it loses him as owner.
pub async fn declare(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    number: &str,
    reason: &str,
) -> Result<(), FlowError> {
    let officer_id = actor.officer().ok_or(FlowError::NotFound)?.officer_id;
    let facts = db::cases::lock(tx, number, &sight(actor)).await?.ok_or(FlowError::NotFound)?;
    let details = event::salted(&serde_json::json!({ "reason": reason }));
    note(tx, setting, actor, &facts.case, "recusal.declared", Some(details)).await?;
    db::exclusions::recuse(tx, facts.case.id, officer_id).await?;
    Ok(db::approvals::lapse_drafts_of(tx, facts.case.id, officer_id, setting.now).await?)
}
