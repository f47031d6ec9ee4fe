//! What a decision writes beside the case's own row: tracks, acts, versions of sanctions. Works it out; stores nothing.

use chrono::NaiveDate;

use crate::domain::action::{Action, Document};
use crate::domain::case::{Case, CaseFacts, Category, ClosureReason};
use crate::domain::deadline::appeal_window;
use crate::domain::guards::Named;
use crate::domain::sanction::{self, FoundAct, Ground, SanctionDates, SanctionVersion};
use crate::domain::tracks::{self, Track, TrackChange, TrackState, TrackStep, driven};
use crate::domain::warning::Warning;

/// Everything of one decision; most decisions leave all of it empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Tracks that begin or go on.
    pub tracks: Vec<TrackChange>,
    /// A new version of a sanction.
    pub version: Option<SanctionVersion>,
    /// Versions that end all that stood, since the PPK finds nothing proven any more.
    pub withdrawn: Vec<SanctionVersion>,
    /// What becomes known of versions that stand.
    pub dates: Vec<SanctionDates>,
    /// Acts found or punished.
    pub acts: Vec<FoundAct>,
    /// Live tracks that go over to the master of a merge.
    pub handed_over: Vec<Track>,
    /// What the officer is warned of.
    pub warnings: Vec<Warning>,
}

impl Beside {
    /// Nothing is written beside the case's row.
    pub const fn is_empty(&self) -> bool {
        self.tracks.is_empty()
            && self.version.is_none()
            && self.withdrawn.is_empty()
            && self.dates.is_empty()
            && self.acts.is_empty()
    }
}

/// What an action leaves beside; brings the track states in `next` along.
pub fn of_action(action: &Action, facts: &CaseFacts, named: &Named, next: &mut Case) -> Beside {
    let mut beside = Beside { tracks: driven::changes(action, &facts.case), ..Beside::default() };
    match action {
        Action::Conclude(conclude) => beside.acts = sanction::found(&conclude.findings),
        Action::SendRecommendation(send) => {
            beside.warnings.extend(sanction::outside_range(&send.proposed_sanctions, named));
            beside.warnings.extend(sanction::beyond_officials(named));
        }
        Action::ImposeSanction(impose) => {
            let version = sanction::imposed(impose, named, Ground::Case);
            beside.acts = sanction::proven(version.acts.as_deref().unwrap_or_default(), impose.category);
            beside.warnings = sanction::warnings(impose, named, Ground::Case, facts);
            beside.version = Some(version);
        }
        Action::ReportUnproven(unproven) => {
            let ended = |standing| sanction::cancelled(&unproven.examination_record, Some(standing), named);
            beside.withdrawn = named.standing.iter().filter_map(ended).collect();
            next.sanction_code = None;
        }
        Action::FileAppeal(appeal) => {
            beside.warnings.extend(sanction::other_remedy(appeal.kind, named));
            let against = sanction::challenged(named).map(|one| one.id);
            let filed = beside.tracks.iter_mut().filter(|change| change.track == Track::Appeal);
            filed.for_each(|change| change.against = against);
        }
        Action::TakeEffect(effect) => {
            let category = facts.case.category.unwrap_or(Category::Discipline);
            beside.dates = in_force(category, Some(effect_on(category, effect.delivered_on, &facts.case, named)));
        }
        Action::DecideAppeal(decide) => {
            let (to, code) = (driven::outcome(decide.outcome), decide.sanction_code.as_ref());
            beside.version = sanction::after_appeal(to, code, &decide.decision, named);
            leave_other_decision(named, &mut beside);
            remedied(facts, named, &decide.decision, next, &mut beside);
        }
        Action::CancelOnAppeal(cancel) => {
            beside.version = sanction::cancelled(&cancel.decision, sanction::challenged(named), named);
            leave_other_decision(named, &mut beside);
            left_with(beside.version.as_ref(), named, next);
        }
        Action::Close(close) => beside.dates = sanction::registered(close, named),
        Action::Merge(_) => {
            beside.handed_over = facts.case.tracks.live();
            beside.handed_over.iter().for_each(|track| next.tracks.set(*track, TrackState::None));
        }
        _ => {}
    }
    beside.tracks.iter().for_each(|change| next.tracks.set(change.track, change.state));
    beside
}

/// What a step of a track leaves, and what of the case's row it changes.
pub fn of_step(track: Track, step: &TrackStep, facts: &CaseFacts, named: &Named, next: &mut Case) -> Beside {
    let before = &facts.case;
    let turned = |track: Track, to| TrackChange::new(track, before.tracks.of(track), to, step.document.as_ref());
    let mut change = turned(track, step.to);
    change.day = step.day;
    change.stop_reason = step.stop_reason;
    change.temporary_release = step.temporary_release;
    change.admin_action_recommended = step.admin_action_recommended;
    let mut beside = Beside { tracks: vec![change], ..Beside::default() };
    match (track, step.to) {
        (Track::Discipline, TrackState::Delivered) => next.delivered_on = step.day,
        (Track::Discipline, TrackState::InForce) => {
            let start_on = before.delivered_on.map(|day| effect_on(Category::Discipline, day, before, named));
            beside.dates = in_force(Category::Discipline, start_on);
        }
        (Track::Discipline | Track::Appeal, TrackState::Cancelled) => {
            let newest = || sanction::newest(Category::Discipline, named);
            let ended = if track == Track::Appeal { sanction::challenged(named) } else { newest() };
            beside.version = step.document.as_ref().and_then(|document| sanction::cancelled(document, ended, named));
            let of_track = track == Track::Appeal && sanction::challenges_newest(named);
            if of_track && before.tracks.discipline.holds_decision() {
                beside.tracks.push(turned(Track::Discipline, TrackState::Cancelled));
            }
            left_with(beside.version.as_ref(), named, next);
        }
        (Track::Appeal, to) if !to.is_live() => {
            if let Some(outcome) = &step.document {
                beside.version = sanction::after_appeal(to, step.sanction_code.as_ref(), outcome, named);
                remedied(facts, named, outcome, next, &mut beside);
            }
            if before.tracks.discipline.awaits_effect() && sanction::challenges_newest(named) {
                beside.tracks.push(turned(Track::Discipline, TrackState::InForce));
            }
        }
        (Track::Referral, TrackState::CrimeSuspected) if !before.tracks.criminal.is_live() => {
            beside.tracks.push(turned(Track::Criminal, TrackState::Suspected));
        }
        _ => {}
    }
    if step.admin_action_recommended == Some(true) && !before.tracks.discipline.is_live() {
        beside.tracks.push(turned(Track::Discipline, TrackState::Recommended));
    }
    if let Some(impose) = &step.sanction {
        decided(impose, facts, named, next, &mut beside);
    }
    beside.tracks.iter().for_each(|change| next.tracks.set(change.track, change.state));
    beside
}

/// The discipline track is about the newest decision: a remedy against one before it moves nothing there.
fn leave_other_decision(named: &Named, beside: &mut Beside) {
    if !sanction::challenges_newest(named) {
        beside.tracks.retain(|change| change.track != Track::Discipline);
    }
}

/// The newest sanction of this category is in force since that day.
fn in_force(category: Category, start_on: Option<NaiveDate>) -> Vec<SanctionDates> {
    vec![SanctionDates { id: None, category, start_on, idis_ref: None }]
}

/// The day a decision delivered on this day is in force: a discipline decision by the law's rule (PP 94/2021), without which
/// no condition lets it, a moral statement at once.
fn effect_on(category: Category, delivered_on: NaiveDate, case: &Case, named: &Named) -> NaiveDate {
    let window = || appeal_window(&named.law, case, delivered_on, None);
    if category == Category::Ethics { delivered_on } else { window().map_or(delivered_on, |it| it.in_force_on) }
}

/// What the outcome of a remedy changes beside the version it leaves: a decision that waited and stands as it was is in force
/// from the day of the outcome on.
fn remedied(facts: &CaseFacts, named: &Named, outcome: &Document, next: &mut Case, beside: &mut Beside) {
    match &beside.version {
        Some(version) => {
            if sanction::challenges_newest(named) {
                next.sanction_code.clone_from(&version.sanction_code);
            }
            beside.warnings.extend(sanction::unfit_for(facts.subject.employment, named));
            beside.warnings.extend(sanction::belies_outcome(version, named));
        }
        None if facts.case.tracks.discipline.awaits_effect() && sanction::challenges_newest(named) => {
            beside.dates = in_force(Category::Discipline, Some(outcome.dated));
        }
        None => {}
    }
}

/// Once a sanction is cancelled the case stands by what is left of the others, and was not sanctioned where nothing is.
fn left_with(cancelled: Option<&SanctionVersion>, named: &Named, next: &mut Case) {
    let left = sanction::left_standing(cancelled, named);
    next.sanction_code = left.map(|left| left.sanction_code.clone());
    next.category = left.map(|left| left.category).or(next.category);
    if left.is_none() && next.administrative_result == Some(ClosureReason::ProvenSanctioned) {
        next.administrative_result = Some(ClosureReason::SanctionCancelled);
    }
}

/// A further decision beside the case's first one.
fn decided(
    impose: &crate::domain::action::ImposeSanction,
    facts: &CaseFacts,
    named: &Named,
    next: &mut Case,
    beside: &mut Beside,
) {
    let before = &facts.case;
    let ground = tracks::guards::ground(before, impose, named);
    let version = sanction::imposed(impose, named, ground);
    beside.acts = sanction::proven(version.acts.as_deref().unwrap_or_default(), impose.category);
    beside.warnings = sanction::warnings(impose, named, ground, facts);
    beside.version = Some(version);
    if let Some(change) = beside.tracks.first_mut() {
        change.document_number = Some(impose.decision.number.clone());
        change.document_dated = Some(impose.decision.dated);
        change.document_file = impose.decision.file;
        change.temporary_release = Some(false);
    }
    if impose.category == Category::Discipline || before.sanction_code.is_none() {
        next.sanction_code = Some(impose.sanction_code.clone());
        next.category = Some(impose.category);
    }
    if impose.category == Category::Discipline {
        next.delivered_on = None;
    }
    if matches!(before.administrative_result, Some(ClosureReason::NotProven | ClosureReason::SanctionCancelled)) {
        next.administrative_result = Some(ClosureReason::ProvenSanctioned);
    }
}
