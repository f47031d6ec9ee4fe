//! Taking a step of a track beside the main state, and handing tracks over at a merge. Never moves the main state.

use super::resolve::{before_filing, challenged, decided};
use super::transition::{Setting, current, tell};
use super::{FlowError, files};
use crate::db::transition::{NewEvent, Tell};
use crate::db::{self, Tx};
use crate::domain::actor::Actor;
use crate::domain::calendar::today;
use crate::domain::case::{Case, CaseFacts};
use crate::domain::event::{self, Happening};
use crate::domain::guards::Named;
use crate::domain::tracks::step::{self, StepDecision};
use crate::domain::tracks::{Track, TrackState, TrackStep, rules};
use crate::domain::warning::Warning;

/// Takes a step of a track of the case already locked, if the actor may see it and it is still at version `expected`.
/// Answers the case with what the officer is warned of.
pub async fn take(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    locked: Option<CaseFacts>,
    expected: i32,
    track: Track,
    asked: &TrackStep,
) -> Result<(Case, CaseFacts, Vec<Warning>), FlowError> {
    let facts = locked.ok_or(FlowError::NotFound)?;
    if facts.case.version != expected {
        return Err(FlowError::Stale(current(&facts, actor)));
    }
    let mut faults = rules::faults(track, asked);
    let mut named = Named { law: setting.laws.at(tx, facts.law_version).await?, ..Named::default() };
    files::look_up(tx, &facts, actor, &asked.files(), &mut faults).await?;
    if let Some(impose) = asked.sanction.as_ref().filter(|_| faults.is_empty()) {
        decided(tx, &facts, impose, today(setting.now), "/sanction", &mut named, &mut faults).await?;
    }
    let about_decision = track == Track::Discipline
        && matches!(asked.to, TrackState::Cancelled | TrackState::Delivered | TrackState::InForce);
    if faults.is_empty() && (about_decision || (track == Track::Appeal && !asked.to.is_live())) {
        let (code, day) = (asked.sanction_code.as_deref(), today(setting.now));
        challenged(tx, &facts, code, day, "/sanction_code", &mut named, &mut faults).await?;
    }
    let stands = db::tracks::stands(tx, facts.case.id, track).await?;
    if let Some(outcome) = asked.document.as_ref().filter(|_| track == Track::Appeal && !asked.to.is_live()) {
        faults.extend(before_filing(stands, outcome, "/document/dated"));
    }
    if !faults.is_empty() {
        return Err(FlowError::Input(faults));
    }
    let decision = step::decide(&facts, actor, track, asked, stands, &named, setting.now)
        .map_err(|refusal| FlowError::Refused(refusal, current(&facts, actor)))?;
    let warnings = decision.beside().warnings.clone();
    let details = event::salted(&serde_json::to_value(asked).unwrap_or_default());
    let case =
        write(tx, setting, actor, &facts.case, decision, &format!("{track}.{}", asked.to), Some(details)).await?;
    files::named(tx, setting, &asked.files()).await?;
    Ok((case, facts, warnings))
}

/// Gives the live tracks of a case just merged to its master, where they go on as they stood.
pub async fn hand_over(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    merged: &CaseFacts,
    live: &[Track],
) -> Result<(), FlowError> {
    let Some(master) = &merged.master else { return Err(FlowError::NotFound) };
    let master = db::cases::lock_by_id(tx, master.id).await?.ok_or(FlowError::NotFound)?.case;
    db::files::hand_over(tx, merged.case.id, master.id).await?;
    db::tracks::hand_over(tx, merged.case.id, master.id).await?;
    let stand: Vec<_> = live.iter().map(|track| (*track, merged.case.tracks.of(*track))).collect();
    let details = event::salted(&serde_json::json!({ "from": merged.case.case_number, "tracks": live }));
    let decision = step::received(&master, &stand);
    write(tx, setting, actor, &master, decision, "tracks.received", Some(details)).await?;
    Ok(())
}

async fn write(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    before: &Case,
    decision: StepDecision,
    kind: &str,
    details: Option<String>,
) -> Result<Case, FlowError> {
    let happening = Happening { kind, actor, approver: None, from: Some(before.state), to: before.state, details };
    let link = event::next_link(before, setting.now, &happening);
    let event = NewEvent { link: &link, at: setting.now, happening: &happening };
    let (next, notices) = (decision.next().clone(), decision.notices().to_vec());
    let tells: Vec<Tell<'_>> = notices.iter().map(|told| tell(setting, &next, told)).collect();
    Ok(db::transition::apply_step(tx, decision, &event, &tells).await?)
}
