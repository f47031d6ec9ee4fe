//! What is corrected after the acceptance: the unit of the subject, that two on record are one, the phase of the conduct. Who the subject
//! is, an acceptance says.

use uuid::Uuid;

use super::transition::{Setting, current, note, sight};
use super::{FlowError, exclusions, merges};
use crate::db::{self, Tx};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, CaseFacts, ConductPhase, State, SubjectResolution};
use crate::domain::decide::Refusal;
use crate::domain::event;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::marks;
use crate::domain::policy::{self, Permission};

/// The case, if the actor may correct its subject and it is still at version `expected`.
fn correctable(actor: &Actor, facts: CaseFacts, expected: i32) -> Result<CaseFacts, FlowError> {
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
    Ok(facts)
}

/// Puts another phase of the conduct in the place of the one accepted, on the case already locked, as long as its inspectorate has come
/// to no findings. Answers the case as it now is.
pub async fn correct_phase(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    locked: Option<CaseFacts>,
    expected: i32,
    phase: ConductPhase,
    reason: &str,
) -> Result<CaseFacts, FlowError> {
    let facts = correctable(actor, locked.ok_or(FlowError::NotFound)?, expected)?;
    let open = matches!(facts.case.state, State::InspectorateReview | State::AwaitingReporter | State::BawasluReferral);
    if !open || facts.case.inspectorate_concluded {
        return Err(FlowError::Refused(Refusal::NotInState, current(&facts, actor)));
    }
    db::cases::set_phase(tx, facts.case.id, phase).await?;
    let details = serde_json::json!({ "before": facts.case.conduct_phase, "conduct_phase": phase, "reason": reason });
    note(tx, setting, actor, &facts.case, "phase.corrected", Some(event::salted(&details))).await?;
    db::cases::lock_by_id(tx, facts.case.id).await?.ok_or(FlowError::NotFound)
}

/// Makes the subject of the case already locked and that of the case `other` one person, who has the numbers of both from then on, if
/// the actor may see both cases. On record of every case about that person, each of which is hidden from whom one of the numbers names;
/// only these two say of each other why. Answers the case as it now is.
pub async fn join_persons(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    locked: Option<CaseFacts>,
    expected: i32,
    other: &str,
    reason: &str,
) -> Result<CaseFacts, FlowError> {
    // Who may not is refused before anybody else's case is waited for.
    let number = correctable(actor, locked.ok_or(FlowError::NotFound)?, expected)?.case.case_number;
    let joined = loop {
        if let Some(joined) = joined(tx, actor, &number, expected, other).await? {
            break joined;
        }
    };
    let [own, other] = joined.cases.each_ref();
    for case_id in db::persons::cases_about(tx, joined.person).await? {
        let case = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?.case;
        let same = [(own, other), (other, own)].into_iter().find(|(one, _)| one.id == case_id);
        // Whoever reads a further case may be kept from these two, and the reason may name them.
        let details = same.map(|(_, same)| serde_json::json!({ "same_person_as": same.case_number, "reason": reason }));
        note(tx, setting, actor, &case, "subject.joined", details.as_ref().map(event::salted)).await?;
        exclusions::spread(tx, setting, actor, case_id).await?;
    }
    db::cases::lock_by_id(tx, own.id).await?.ok_or(FlowError::NotFound)
}

/// Two persons made one.
struct Joined {
    /// The cases that were named: the actor's, and the other.
    cases: [Case; 2],
    /// Who is left.
    person: Uuid,
}

/// Begins anew, locks all cases about the two persons in the order of all who lock several, and joins them if that is still to be
/// done; none where a case came to be about one of them, or merged with such a case, before all were locked.
async fn joined(
    tx: &mut Tx,
    actor: &Actor,
    number: &str,
    expected: i32,
    other: &str,
) -> Result<Option<Joined>, FlowError> {
    tx.begin_anew().await?;
    let (numbers, fault) = ([number, other], |fault| FlowError::Input(vec![FieldFault::new("/same_person_as", fault)]));
    let held = db::exclusions::lock_about(tx, numbers).await?;
    let facts = db::cases::lock(tx, number, &sight(actor)).await?.ok_or(FlowError::NotFound)?;
    let facts = correctable(actor, facts, expected)?;
    let other = db::cases::lock(tx, other, &sight(actor)).await?;
    let other = other.and_then(|other| other.subject.person_id.map(|person| (other.case, person)));
    let (other, person) = other.ok_or_else(|| fault(Fault::UnknownCode))?;
    let former = facts.subject.person_id.filter(|former| *former != person);
    db::persons::join(tx, former.ok_or_else(|| fault(Fault::NotAllowed))?, person).await?;
    let all_held = db::exclusions::about(tx, numbers).await?.iter().all(|id| held.contains(id));
    Ok(all_held.then_some(Joined { cases: [facts.case, other], person }))
}

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
    let facts = correctable(actor, facts, expected)?;
    if marks::folded(unit).is_empty() {
        return Err(FlowError::Input(vec![FieldFault::new("/work_unit", Fault::Required)]));
    }
    db::persons::set_unit(tx, facts.case.id, unit).await?;
    let details = serde_json::json!({ "before": facts.subject.work_unit, "work_unit": unit, "reason": reason });
    note(tx, setting, actor, &facts.case, "subject.corrected", Some(event::salted(&details))).await?;
    exclusions::spread(tx, setting, actor, facts.case.id).await?;
    db::cases::lock_by_id(tx, facts.case.id).await?.ok_or(FlowError::NotFound)
}
