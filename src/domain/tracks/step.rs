//! The one maker of decisions on a track: asks its table, the policy and the guards. It never moves the main state.

use chrono::{DateTime, Utc};

use super::guards::TrackSituation;
use super::rules::{TRACK_RULES, TrackRule, rule_for};
use super::{Stands, Track, TrackState, TrackStep, summons};
use crate::domain::actor::Actor;
use crate::domain::beside::{self, Beside};
use crate::domain::case::{Case, CaseFacts, Subject};
use crate::domain::deadline::{Clock, course};
use crate::domain::decide::{Refusal, told};
use crate::domain::guards::{Check, Guard, Named};
use crate::domain::notice::{Audience, Notice};
use crate::domain::policy;
use crate::domain::sanction;

/// An allowed step, ready to be written. Made only here and in [`received`]; writing it consumes it.
#[derive(Debug)]
pub struct StepDecision {
    next: Case,
    beside: Beside,
    clocks: Vec<Clock>,
    notices: Vec<(Notice, Audience)>,
}

impl StepDecision {
    /// The case as it will be, in the state it is in.
    pub const fn next(&self) -> &Case {
        &self.next
    }
    /// What is written beside the case's row.
    pub const fn beside(&self) -> &Beside {
        &self.beside
    }
    /// Clocks that begin or change.
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }
    /// Who is told what.
    pub fn notices(&self) -> &[(Notice, Audience)] {
        &self.notices
    }
}

/// Decides whether the step may be taken now, on a track that stands like this.
///
/// # Errors
/// The refusal, as for a transition: no such step from here, not permitted, or conditions that do not hold.
pub fn decide(
    facts: &CaseFacts,
    actor: &Actor,
    track: Track,
    step: &TrackStep,
    stands: Option<Stands>,
    named: &Named,
    now: DateTime<Utc>,
) -> Result<StepDecision, Refusal> {
    let before = &facts.case;
    let rule = rule_for(track, before.tracks.of(track), step.to, before.state).ok_or(Refusal::NotInState)?;
    if !policy::may(actor, rule.permission, before, &facts.subject) {
        return Err(Refusal::Forbidden(rule.permission));
    }
    let offices = named.law.offices(before);
    let day = |at| offices.day_at(track, at);
    let situation =
        TrackSituation { facts, track, step, since: stands.map(|it| day(it.since)), today: day(now), named };
    let holds = |guard: &Guard| !matches!(guard.check, Check::OnTrack(check) if !check(&situation));
    let failed: Vec<&'static Guard> = rule.guards.iter().filter(|guard| !holds(guard)).collect();
    if !failed.is_empty() {
        return Err(Refusal::Guards(failed));
    }
    let mut next = before.clone();
    let mut beside = beside::of_step(track, step, facts, named, &mut next);
    if track == Track::Discipline && matches!(step.to, TrackState::Summoned | TrackState::SummonedAgain) {
        let missed = stands.and_then(|run| run.day);
        beside.warnings.extend(summons::warnings(step, missed, &named.law, before));
    }
    let notices = told(rule.notices, before, &next, false);
    let owed_since = sanction::owed_since(beside.version.as_ref(), &beside.dates, named);
    let taken = course::TrackMove { facts, next: &next, rule, step, owed_since, remedy: sanction::remedy(named) };
    let course = course::after_step(&taken, &named.law, now);
    (next.bawaslu_until, next.next_due_at) = (course.bawaslu_until, course.next_due_at);
    Ok(StepDecision { next, beside, clocks: course.changed, notices })
}

/// The tracks a merge brings to the master: they stand there as they stood.
pub fn received(master: &Case, tracks: &[(Track, TrackState)]) -> StepDecision {
    let mut next = master.clone();
    tracks.iter().for_each(|(track, state)| next.tracks.set(*track, *state));
    let notices = told(&[], master, &next, false);
    StepDecision { next, beside: Beside::default(), clocks: Vec::new(), notices }
}

/// The steps of a track this officer may try now: state and permission fit. Guards are left to the attempt.
pub fn allowed_steps(case: &Case, subject: &Subject, actor: &Actor, track: Track) -> Vec<TrackState> {
    let from = case.tracks.of(track);
    let fits =
        |rule: &&TrackRule| rule.track == track && rule.from.contains(&from) && rule.within.contains(&case.state);
    TRACK_RULES
        .iter()
        .filter(fits)
        .filter(|rule| policy::may(actor, rule.permission, case, subject))
        .map(|rule| rule.to)
        .collect()
}
