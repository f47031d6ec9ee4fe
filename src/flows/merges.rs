//! What a merge, and its undoing, mean for the case merged into. Whether it is allowed, the table of transitions says.

use uuid::Uuid;

use super::FlowError;
use super::transition::{Setting, note_and_tell, sight, tell};
use crate::db::{self, Tx};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, CaseFacts};
use crate::domain::event;
use crate::domain::notice::{Audience, Notice};

/// Locks a case that is already locked anew, after those merged with it: all who lock several do so in one order, merged cases before
/// their masters, or two of them would wait for each other for ever. `into` is the number of the case it is to be merged into, or whose
/// subject it is about. Nothing may have been written yet. Answers the case as it then is; what is merged with no other is left as it was.
pub(super) async fn lock_in_order(
    tx: &mut Tx,
    actor: &Actor,
    facts: CaseFacts,
    into: Option<&str>,
) -> Result<CaseFacts, FlowError> {
    let alone = into.is_none() && !facts.is_master && facts.case.master_case_id.is_none();
    if alone {
        return Ok(facts);
    }
    tx.begin_anew().await?;
    db::exclusions::lock_merged(tx, facts.case.id, into).await?;
    db::cases::lock(tx, &facts.case.case_number, &sight(actor)).await?.ok_or(FlowError::NotFound)
}

/// Puts on record of the master that a case was merged into it, or taken out again: who works on it is told, and drafts lapse, since
/// they were written without knowing the other's reports.
pub(super) async fn note_on_master(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    merged: &Case,
    (before, after): (Option<Uuid>, Option<Uuid>),
) -> Result<(), FlowError> {
    let Some(master_id) = after.or(before) else { return Ok(()) };
    let master = db::cases::lock_by_id(tx, master_id).await?.ok_or(FlowError::NotFound)?.case;
    db::approvals::lapse_drafts(tx, master.id, setting.now).await?;
    let kind = if after.is_some() { "merge.received" } else { "merge.undone" };
    let details = event::salted(&serde_json::json!({ "from": merged.case_number }));
    let told = tell(setting, &master, &(Notice::CaseHandedOver, Audience::OwnerOrUnit));
    note_and_tell(tx, setting.now, actor, &master, kind, Some(details), &[told]).await?;
    Ok(())
}
