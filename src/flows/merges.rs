//! What a merge, and its undoing, mean for the case merged into. Whether it is allowed, the table of transitions says.

use uuid::Uuid;

use super::FlowError;
use super::transition::{Setting, note_and_tell, tell};
use crate::db::{self, Tx};
use crate::domain::actor::Actor;
use crate::domain::case::Case;
use crate::domain::event;
use crate::domain::notice::{Audience, Notice};

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
