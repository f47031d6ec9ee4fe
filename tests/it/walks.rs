//! Random walks through the workflow: whatever is tried in whatever order, no case ends up as something that must not
//! exist, no act is punished twice, and no reporter is left without news. On the bare domain here, against the real database in `stored`.

mod dice;
pub mod stored;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use netral::domain::actor::{Actor, Role};
use netral::domain::beside::Beside;
use netral::domain::calendar::today;
use netral::domain::case::{Case, CaseFacts, Category, ClosureReason, MasterFacts, State, SubjectResolution};
use netral::domain::deadline::{ClockStatus, DeadlineCode as D, course};
use netral::domain::decide::{Decision, Effect, Verdict, decide};
use netral::domain::guards::Named;
use netral::domain::ids::Language;
use netral::domain::notice::{Audience, Notice};
use netral::domain::policy;
use netral::domain::sanction::{ActFinding, KnownAct, SanctionOrigin};
use netral::domain::tracks::driven::DRIVEN;
use netral::domain::tracks::rules::rule_for as step_for;
use netral::domain::tracks::{Track, TrackState, TrackStates, step};
use netral::domain::workflow::{Firer, Target, rule_for};
use proptest::prelude::*;

use crate::sample;
use dice::Dice;

/// What must hold for every case at any time; the database says most of it again.
fn sound(case: &Case) -> Result<(), TestCaseError> {
    let closed = case.state == State::Closed;
    prop_assert_eq!(closed, case.closure_reason.is_some(), "closed and why go together: {:?}", case);
    prop_assert!(!closed || !case.tracks.any_live(), "closed with a live track: {:?}", case);
    let referred = case.state == State::BawasluReferral;
    prop_assert!(!referred || case.tracks.referral.is_live(), "nothing is with Bawaslu: {:?}", case);
    let appealed = case.state == State::Appeal;
    prop_assert!(!appealed || case.tracks.appeal.is_live(), "no remedy is pending: {:?}", case);
    let awaiting = case.state == State::AwaitingReporter;
    prop_assert_eq!(awaiting, case.return_state.is_some(), "{:?}", case);
    prop_assert_eq!(awaiting, case.reply_due_on.is_some(), "{:?}", case);
    let merged = case.closure_reason == Some(ClosureReason::MergedDuplicate);
    prop_assert_eq!(merged, case.master_case_id.is_some(), "merged and master go together: {:?}", case);
    prop_assert!(case.closure_reason != Some(ClosureReason::Dismissed) || case.dismissal_code.is_some(), "{:?}", case);
    let decided = matches!(case.state, State::SanctionDecided | State::Appeal);
    prop_assert!(!decided || case.sanction_code.is_some(), "a decision without a sanction: {:?}", case);
    let addressed = case.addressed && case.agency_id.is_some();
    prop_assert!(case.state != State::PpkAction || addressed, "nobody to act: {:?}", case);
    let result = case.administrative_result.is_some();
    prop_assert!(case.state != State::Monitoring || result, "nothing to monitor: {:?}", case);
    let reviewer = case.reviewing_agency_id.is_some();
    prop_assert!(case.state != State::InspectorateReview || reviewer, "nobody to review: {:?}", case);
    Ok(())
}

/// What must hold for every step.
fn honest(before: &Case, decision: &Decision) -> Result<(), TestCaseError> {
    let next = decision.next();
    sound(next)?;
    prop_assert_eq!(decision.next().version, before.version);
    prop_assert_eq!(next.state == before.state, next.state_since == before.state_since);
    let (was, is) = (before.public_label(Language::Indonesian), next.public_label(Language::Indonesian));
    let told = |wanted: Audience| decision.notices().iter().any(|(_, audience)| *audience == wanted);
    prop_assert!(was == is || told(Audience::Reporters), "from {} to {} in silence", was, is);
    let said_closed = decision.notices().iter().any(|(notice, _)| *notice == Notice::CaseClosed);
    prop_assert!(!said_closed || next.state == State::Closed, "closed is said of {}", next.state);
    for change in &decision.beside().tracks {
        let verb = decision.rule().verb;
        let mut lines = DRIVEN.iter().filter(|line| line.verb == verb && line.track == change.track);
        prop_assert!(lines.any(|line| line.to.contains(&change.state)), "{} is no work of {}", change.state, verb);
    }
    match decision.rule().to {
        Target::To(state) => prop_assert_eq!(next.state, state),
        Target::Return => prop_assert_eq!(Some(next.state), before.return_state),
        Target::Close(reason) if next.state == State::Monitoring => {
            prop_assert!(next.tracks.any_live());
            prop_assert_eq!(next.administrative_result, Some(reason));
        }
        Target::Close(reason) => prop_assert_eq!(next.closure_reason, Some(reason)),
        Target::CloseWithResult => prop_assert_eq!(next.state, State::Closed),
    }
    Ok(())
}

fn apply(facts: &mut CaseFacts, decision: &Decision) {
    let version = facts.case.version + 1;
    facts.clocks = crate::deadlines::kept(&facts.clocks, decision.clocks());
    facts.case = Case { version, event_seq: version, ..decision.next().clone() };
    if decision.effects().iter().any(|effect| matches!(effect, Effect::ConfirmSubject(..))) {
        facts.subject.resolution = SubjectResolution::Confirmed;
    }
}

/// Which sanction stands for which act; no act may come to bear two.
type Punished = BTreeMap<i16, Category>;

/// What a decision does to the acts.
fn punish(punished: &mut Punished, beside: &Beside) -> Result<(), TestCaseError> {
    let Some(version) = &beside.version else { return Ok(()) };
    if version.origin == SanctionOrigin::Cancelled {
        punished.retain(|_, category| *category != version.category);
    }
    for act in version.acts.iter().flatten() {
        let before = punished.insert(*act, version.category);
        let replaced = version.supersedes && before == Some(version.category);
        prop_assert!(before.is_none() || replaced, "act {} is punished twice", act);
    }
    Ok(())
}

/// What the codes stand for, in a case of three acts.
fn named(base: Named, punished: &Punished) -> Named {
    let act = |number: i16| KnownAct { number, finding: ActFinding::Open, punished: punished.get(&number).copied() };
    Named { acts: (1..=3).map(act).collect(), ..base }
}

/// An officer takes a step of a track, or tries to.
fn on_a_track(
    facts: &mut CaseFacts,
    dice: &mut Dice<'_>,
    punished: &mut Punished,
    now: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    let (track, asked) = dice.step(&facts.case, today(now));
    let permission =
        step_for(track, facts.case.tracks.of(track), asked.to, facts.case.state).map(|rule| rule.permission);
    let able = |role: &Role| permission.is_some_and(|permission| policy::granted(*role, permission));
    let able: Vec<Role> = Role::ALL.iter().copied().filter(able).collect();
    let mut actor = sample::officer(if able.is_empty() { dice.pick(Role::ALL) } else { dice.pick(&able) }, 1);
    if let Actor::Officer(officer) = &mut actor {
        officer.agency_id = facts.case.ppk_agency_id().unwrap_or(sample::AGENCY);
    }
    let mut known = named(Named { law: crate::law::law(), ..Named::default() }, punished);
    known.sanction = asked.sanction.as_ref().map(|sanction| (sanction.category, 301));
    let since = Some(now - chrono::Duration::days(5));
    let before = facts.case.clone();
    if let Ok(decision) = step::decide(facts, &actor, track, &asked, since, &known, now) {
        let next = decision.next();
        sound(next)?;
        prop_assert_eq!(next.state, before.state, "a track moved the case");
        let (was, is) = (before.public_label(Language::Indonesian), next.public_label(Language::Indonesian));
        let told = decision.notices().iter().any(|(_, audience)| *audience == Audience::Reporters);
        prop_assert!(was == is || told, "from {} to {} in silence", was, is);
        punish(punished, decision.beside())?;
        facts.clocks = crate::deadlines::kept(&facts.clocks, decision.clocks());
        facts.case = Case { version: before.version + 1, event_seq: before.version + 1, ..next.clone() };
    }
    Ok(())
}

/// No clock is lost and none is left behind: the one of the state is there, and only what may run beside it.
fn timed(facts: &CaseFacts) -> Result<(), TestCaseError> {
    let codes: Vec<D> = facts.clocks.iter().filter(|c| c.code != D::D2).map(|c| c.code).collect();
    let wanted = match facts.case.state {
        State::Submitted | State::Triage => vec![D::D1],
        State::InspectorateReview => vec![D::D4],
        State::BawasluReferral => vec![D::D5],
        State::Recommendation => vec![D::D6],
        State::PpkAction => vec![D::D7],
        // Once it is delivered the time for a remedy runs.
        State::SanctionDecided if facts.case.delivered_on.is_some() && codes != [D::D8] => vec![D::D9],
        State::SanctionDecided => vec![D::D8],
        State::Appeal => vec![D::D10],
        // The clock of the state before stands still, or was late already when the question was asked.
        State::AwaitingReporter if codes.len() == 1 => vec![D::D3],
        State::AwaitingReporter => {
            let before = if facts.case.return_state == Some(State::Triage) { D::D1 } else { D::D4 };
            vec![before, D::D3]
        }
        // A closing that stopped here has nothing to be registered.
        State::Monitoring if codes.is_empty() => vec![],
        State::Monitoring => vec![D::D12],
        State::Closed => vec![],
    };
    prop_assert_eq!(codes, wanted, "{:?}", facts.case.state);
    let windows = facts.clocks.iter().filter(|c| c.code == D::D2);
    prop_assert!(windows.clone().count() <= 1 && windows.clone().all(|c| c.status != ClockStatus::Paused));
    prop_assert!(facts.case.state != State::Closed || facts.clocks.is_empty());
    Ok(())
}

/// What else happens to a case meanwhile.
fn meanwhile(facts: &mut CaseFacts, dice: &mut Dice<'_>) {
    if let Some(reports) = &mut facts.reports {
        reports.withdrawals = dice.pick(&[0, 1, 2]);
        reports.is_master = dice.once_in(5);
        reports.formal_reporter = dice.once_in(2);
    }
    facts.master = (!dice.once_in(4)).then(|| MasterFacts {
        id: dice.pick(&[sample::MASTER, facts.case.id]),
        reviewing_agency_id: facts.case.reviewing_agency_id,
        state: dice.pick(&[State::Triage, State::Closed]),
        merged: dice.once_in(4),
        same_subject: true,
        overlapping: true,
        tracks: TrackStates { control: dice.pick(&[TrackState::None, TrackState::Warning]), ..TrackStates::default() },
    });
}

fn actor(dice: &mut Dice<'_>, facts: &CaseFacts, verb: netral::domain::action::Verb) -> Actor {
    match rule_for(verb, facts.case.state).map(|rule| rule.by) {
        Some(Firer::Reporter) if !dice.once_in(6) => sample::reporter(),
        Some(Firer::Timer) if !dice.once_in(6) => Actor::System,
        Some(Firer::Officer(permission)) if !dice.once_in(6) => {
            let able: Vec<Role> = Role::ALL.iter().copied().filter(|role| policy::granted(*role, permission)).collect();
            sample::officer(dice.pick(&able), 1)
        }
        _ => sample::officer(dice.pick(Role::ALL), 1),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_tried_a_case_stays_sound_and_its_reporter_informed(
        rolls in proptest::collection::vec(proptest::array::uniform10(0_u16..), 1..300)
    ) {
        let mut facts = sample::case(netral::domain::workflow::OPENING);
        facts.case.addressed = false;
        facts.case.agency_id = None;
        facts.case.reviewing_agency_id = None;
        facts.case.referral_kind = None;
        facts.case.inspectorate_concluded = false;
        facts.subject.resolution = SubjectResolution::Typed;
        sound(&facts.case)?;
        let mut punished = Punished::new();
        let opened = course::opening(&crate::law::law(), &facts.case.region_code, facts.case.election_regime, facts.reports.as_ref().unwrap().known[0], sample::now());
        facts.clocks = crate::deadlines::kept(&[], &opened.changed);
        for (i, roll) in rolls.iter().enumerate() {
            let mut dice = Dice::new(roll);
            let now = sample::now() + chrono::Duration::days(i64::try_from(i).unwrap());
            let verb = dice.verb(facts.case.state);
            let action = dice.action(verb, today(now), &[]);
            let mut actor = actor(&mut dice, &facts, verb);
            // Seats that reach the case only later: give them the whole of it now and then.
            if let Actor::Officer(officer) = &mut actor {
                officer.agency_id = facts.case.reviewing_agency_id.unwrap_or(sample::AGENCY);
            }
            meanwhile(&mut facts, &mut dice);
            if dice.once_in(2) {
                on_a_track(&mut facts, &mut dice, &mut punished, now)?;
                continue;
            }
            let approver = dice.once_in(2).then(|| sample::officer(dice.pick(Role::ALL), 2));
            let verdict = decide(&facts, &actor, approver.as_ref(), &action, &named(sample::named(verb), &punished), now);
            if let Ok(Verdict::Decided(decision)) = verdict {
                honest(&facts.case, &decision)?;
                punish(&mut punished, decision.beside())?;
                apply(&mut facts, &decision);
                timed(&facts)?;
            }
        }
    }
}

#[test]
fn a_closed_case_answers_only_to_reopening() {
    for criminal in sample::states_of(Track::Criminal).into_iter().filter(|state| !state.is_live()) {
        let mut facts = sample::case(State::Closed);
        facts.case.tracks.criminal = criminal;
        for role in Role::ALL {
            let verbs =
                netral::domain::decide::allowed_actions(&facts.case, &facts.subject, &sample::officer(*role, 1));
            assert!(
                verbs.iter().all(|verb| verb.as_str().starts_with("reopen") || verb.as_str() == "unmerge"),
                "{verbs:?}"
            );
        }
    }
}
