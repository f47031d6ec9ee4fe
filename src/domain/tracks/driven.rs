//! What the case's own transitions do to tracks: one line a verb and track. Steps that officers take by themselves are in
//! `rules`.

use super::{Track, TrackChange, TrackState as T};
use crate::domain::action::{Action, AppealOutcome, BreachResult, Document, ReturnResult, Verb};
use crate::domain::case::{Case, Category};

/// One line: firing the verb brings the track to what `pick` answers, which is one of `to`, or leaves it.
pub struct Driven {
    /// The verb.
    pub verb: Verb,
    /// The track.
    pub track: Track,
    /// Where it may come to.
    pub to: &'static [T],
    pick: fn(&Action, &Case) -> Option<T>,
}

const fn driven(verb: Verb, track: Track, to: &'static [T], pick: fn(&Action, &Case) -> Option<T>) -> Driven {
    Driven { verb, track, to, pick }
}

const RETURNED: &[T] = &[T::NotRegistered, T::TreatedAsPreliminary, T::NeedsAgencyExamination];
const BREACHES: &[T] = &[T::OtherLawBreach, T::CrimeSuspected];
const OUTCOMES: &[T] = &[T::Upheld, T::Lightened, T::Aggravated, T::Changed, T::Inadmissible];

/// What each verb drives; a verb without a line drives nothing. A merge moves live tracks to the master instead.
pub const DRIVEN: &[Driven] = &[
    driven(Verb::ReferDirectly, Track::Referral, &[T::Sent], |_, _| Some(T::Sent)),
    driven(Verb::Refer, Track::Referral, &[T::Sent], |_, _| Some(T::Sent)),
    driven(Verb::ReturnReferral, Track::Referral, RETURNED, bawaslu),
    driven(Verb::RecordBreach, Track::Referral, BREACHES, bawaslu),
    driven(Verb::RecordBreachForReview, Track::Referral, BREACHES, bawaslu),
    driven(Verb::RecordBreachAsSufficient, Track::Referral, BREACHES, bawaslu),
    driven(Verb::RecordNoBreach, Track::Referral, &[T::NoBreach], |_, _| Some(T::NoBreach)),
    driven(Verb::Recall, Track::Referral, &[T::Recalled], |_, _| Some(T::Recalled)),
    driven(Verb::RecordBreach, Track::Criminal, &[T::Suspected], suspected),
    driven(Verb::RecordBreachForReview, Track::Criminal, &[T::Suspected], suspected),
    driven(Verb::RecordBreachAsSufficient, Track::Criminal, &[T::Suspected], suspected),
    // What the former PPK was warned of is not the new one's.
    driven(Verb::ReassignAgency, Track::Control, &[T::None, T::Lifted], |_, case| match case.tracks.control {
        T::Warning => Some(T::None),
        T::Reprimand | T::Blocked => Some(T::Lifted),
        _ => None,
    }),
    // Nor is its examination: the new one hears the subject itself.
    driven(Verb::ReassignAgency, Track::Ethics, &[T::None], |_, case| undecided(case.tracks.ethics)),
    driven(Verb::ReassignAgency, Track::Discipline, &[T::None], |_, case| undecided(case.tracks.discipline)),
    driven(Verb::ImposeSanction, Track::Discipline, &[T::Decided], |action, _| match action {
        Action::ImposeSanction(impose) if impose.category == Category::Discipline => Some(T::Decided),
        _ => None,
    }),
    driven(Verb::ImposeSanction, Track::Ethics, &[T::MoralSanctionClosed, T::MoralSanctionOpen], |action, _| {
        match action {
            Action::ImposeSanction(impose) if impose.category == Category::Ethics => moral(&impose.sanction_code),
            _ => None,
        }
    }),
    driven(Verb::ReportUnproven, Track::Ethics, &[T::NotProven], |_, case| {
        let alone = !case.tracks.discipline.is_live() && case.category == Some(Category::Ethics);
        (case.tracks.ethics.is_live() || alone).then_some(T::NotProven)
    }),
    driven(Verb::ReportUnproven, Track::Discipline, &[T::NotProven], |_, case| {
        let alone = !case.tracks.ethics.is_live() && case.category != Some(Category::Ethics);
        (case.tracks.discipline.is_live() || alone).then_some(T::NotProven)
    }),
    driven(Verb::FileAppeal, Track::Appeal, &[T::Filed], |_, _| Some(T::Filed)),
    driven(Verb::TakeEffect, Track::Discipline, &[T::InForce], in_force),
    driven(Verb::DecideAppeal, Track::Appeal, OUTCOMES, |action, _| match action {
        Action::DecideAppeal(decide) => Some(outcome(decide.outcome)),
        _ => None,
    }),
    driven(Verb::DecideAppeal, Track::Discipline, &[T::InForce], in_force),
    driven(Verb::CancelOnAppeal, Track::Appeal, &[T::Cancelled], |_, _| Some(T::Cancelled)),
    driven(Verb::CancelOnAppeal, Track::Discipline, &[T::Cancelled], |_, case| {
        case.tracks.discipline.holds_decision().then_some(T::Cancelled)
    }),
];

/// Where an examination goes that has come to no decision, once it is no longer its PPK's.
const fn undecided(state: T) -> Option<T> {
    if state.is_live() && !state.holds_decision() { Some(T::None) } else { None }
}

/// The state a moral sanction brings the ethics track to.
pub fn moral(sanction_code: &str) -> Option<T> {
    match sanction_code {
        "MORAL_CLOSED" => Some(T::MoralSanctionClosed),
        "MORAL_OPEN" => Some(T::MoralSanctionOpen),
        _ => None,
    }
}

/// The state an outcome brings the remedy's track to.
pub const fn outcome(outcome: AppealOutcome) -> T {
    match outcome {
        AppealOutcome::Upheld => T::Upheld,
        AppealOutcome::Lightened => T::Lightened,
        AppealOutcome::Aggravated => T::Aggravated,
        AppealOutcome::Changed => T::Changed,
        AppealOutcome::Inadmissible => T::Inadmissible,
    }
}

fn bawaslu(action: &Action, _: &Case) -> Option<T> {
    match action {
        Action::ReturnReferral(returned) => Some(match returned.result {
            ReturnResult::NotRegistered => T::NotRegistered,
            ReturnResult::TreatedAsPreliminary => T::TreatedAsPreliminary,
            ReturnResult::NeedsAgencyExamination => T::NeedsAgencyExamination,
        }),
        Action::RecordBreach(breach)
        | Action::RecordBreachForReview(breach)
        | Action::RecordBreachAsSufficient(breach) => Some(match breach.result {
            BreachResult::OtherLawBreach => T::OtherLawBreach,
            BreachResult::CrimeSuspected => T::CrimeSuspected,
        }),
        _ => None,
    }
}

/// Proceedings that run already are not opened again.
fn suspected(action: &Action, case: &Case) -> Option<T> {
    let suspected = bawaslu(action, case) == Some(T::CrimeSuspected);
    (suspected && !case.tracks.criminal.is_live()).then_some(T::Suspected)
}

/// An examination that runs on another act has no decision that could be in force.
fn in_force(_: &Action, case: &Case) -> Option<T> {
    case.tracks.discipline.awaits_effect().then_some(T::InForce)
}

/// What the action does to the tracks of a case that stands as `before`.
pub fn changes(action: &Action, before: &Case) -> Vec<TrackChange> {
    let verb = action.verb();
    let lines = DRIVEN.iter().filter(|line| line.verb == verb);
    lines
        .filter_map(|line| {
            let to = (line.pick)(action, before)?;
            let mut change = TrackChange::new(line.track, before.tracks.of(line.track), to, document(action));
            describe(&mut change, action);
            Some(change)
        })
        .collect()
}

/// The document of an action that drives tracks.
const fn document(action: &Action) -> Option<&Document> {
    match action {
        Action::ReturnReferral(returned) => Some(&returned.letter),
        Action::RecordBreach(breach)
        | Action::RecordBreachForReview(breach)
        | Action::RecordBreachAsSufficient(breach) => Some(&breach.letter),
        Action::RecordNoBreach(no_breach) => Some(&no_breach.letter),
        Action::ImposeSanction(impose) => Some(&impose.decision),
        Action::ReportUnproven(unproven) => Some(&unproven.examination_record),
        Action::DecideAppeal(decide) => Some(&decide.decision),
        Action::CancelOnAppeal(cancel) => Some(&cancel.decision),
        _ => None,
    }
}

/// What else of the action belongs to the track.
fn describe(change: &mut TrackChange, action: &Action) {
    match action {
        Action::ReferDirectly(refer) => change.referral_kind = Some(refer.referral_kind),
        Action::Refer(refer) => change.referral_kind = Some(refer.referral_kind),
        Action::FileAppeal(appeal) => {
            change.appeal_kind = Some(appeal.kind);
            change.appeal_body = Some(appeal.body.clone());
            change.day = Some(appeal.filed_on);
        }
        Action::TakeEffect(effect) => change.day = Some(effect.delivered_on),
        // Until the decision, not after it.
        Action::ImposeSanction(_) => change.temporary_release = Some(false),
        _ => {}
    }
}
