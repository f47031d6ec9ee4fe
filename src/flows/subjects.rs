//! What is corrected of a subject after the acceptance. Who it is, an acceptance says.

use super::transition::{Setting, current, note};
use super::{FlowError, exclusions, merges};
use crate::db::{self, Tx};
use crate::domain::actor::Actor;
use crate::domain::case::{CaseFacts, SubjectResolution};
use crate::domain::decide::Refusal;
use crate::domain::event;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::marks;
use crate::domain::policy::{self, Permission};

/// Puts another work unit in the place of the subject's, on the case already locked, if the actor may see it and it is still at
/// version `expected`. It is hidden from the officers of that unit, with what was merged with it. Answers the case as it now is.
pub async fn correct_unit(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    locked: Option<CaseFacts>,
    expected: i32,
    unit: &str,
    reason: &str,
) -> Result<CaseFacts, FlowError> {
    let facts = merges::lock_in_order(tx, actor, locked.ok_or(FlowError::NotFound)?, None).await?;
    if facts.case.version != expected {
        return Err(FlowError::Stale(current(&facts, actor)));
    }
    let permission = Permission::CorrectSubject;
    if !policy::may(actor, permission, &facts.case, &facts.subject) {
        return Err(FlowError::Refused(Refusal::Forbidden(permission), current(&facts, actor)));
    }
    if facts.subject.resolution != SubjectResolution::Confirmed {
        return Err(FlowError::Refused(Refusal::NotInState, current(&facts, actor)));
    }
    if marks::folded(unit).is_empty() {
        return Err(FlowError::Input(vec![FieldFault::new("/work_unit", Fault::Required)]));
    }
    db::persons::set_unit(tx, facts.case.id, unit).await?;
    let details = serde_json::json!({ "before": facts.subject.work_unit, "work_unit": unit, "reason": reason });
    note(tx, setting, actor, &facts.case, "subject.corrected", Some(event::salted(&details))).await?;
    exclusions::spread(tx, setting, actor, facts.case.id).await?;
    db::cases::lock_by_id(tx, facts.case.id).await?.ok_or(FlowError::NotFound)
}
