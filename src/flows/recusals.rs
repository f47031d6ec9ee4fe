//! An officer steps back from a case: from then on it does not exist for him, nor do those merged with it. Why stands in the
//! timeline, for those who may read details.

use super::approvals::lapse_drafts_of;
use super::transition::{Setting, note, sight};
use super::{FlowError, merges};
use crate::db::{self, Tx};
use crate::domain::actor::Actor;
use crate::domain::event;

/// Declares that the officer must not work on the case, nor on those merged with it. His drafts on them lapse, and they lose him
/// as owner.
pub async fn declare(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    number: &str,
    reason: &str,
) -> Result<(), FlowError> {
    let officer_id = actor.officer().ok_or(FlowError::NotFound)?.officer_id;
    let facts = db::cases::lock(tx, number, &sight(actor)).await?.ok_or(FlowError::NotFound)?;
    let facts = merges::lock_in_order(tx, actor, facts, None).await?;
    let details = event::salted(&serde_json::json!({ "reason": reason }));
    note(tx, setting, actor, &facts.case, "recusal.declared", Some(details)).await?;
    let merged = db::exclusions::lock_merged(tx, facts.case.id, None).await?;
    db::exclusions::recuse(tx, &merged, officer_id).await?;
    for case_id in merged {
        let case = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?.case;
        lapse_drafts_of(tx, setting.now, actor, case, officer_id).await?;
    }
    Ok(())
}
