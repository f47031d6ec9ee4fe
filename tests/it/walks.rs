//! Random walks through the workflow: whatever is tried in whatever order, no case ends up as something that must not
//! exist, no act is punished twice, and no reporter is left without news. On the bare domain here, against the real database in `stored`.

mod dice;
pub mod stored;

use chrono::{DateTime, Utc};
use netral::domain::actor::{Actor, Role};
use netral::domain::beside::Beside;
use netral::domain::calendar::today;
use netral::domain::case::{Case, CaseFacts, Category, ClosureReason, MasterFacts, State, SubjectResolution};
use netral::domain::deadline::{Clock, ClockStatus, DeadlineCode as D, Office, course};
use netral::domain::decide::{Decision, Effect, Verdict, decide};
use netral::domain::guards::Named;
use netral::domain::ids::Language;
use netral::domain::notice::{Audience, Notice};
use netral::domain::policy;
use netral::domain::sanction::{ActFinding, KnownAct, SanctionOrigin, StandingSanction};
use netral::domain::tracks::driven::DRIVEN;
use netral::domain::tracks::rules::rule_for as step_for;
use netral::domain::tracks::{Stands, Track, TrackState, TrackStates, step};
use netral::domain::workflow::{Firer, Target, rule_for};
use proptest::prelude::*;

use crate::sample;
use dice::Dice;

/// Ends that say of a case that it bears no sanction.
const DENYING: [ClosureReason; 7] = [
    ClosureReason::NotProven,
    ClosureReason::Dismissed,
    ClosureReason::MergedDuplicate,
    ClosureReason::Transferred,
    ClosureReason::Withdrawn,
    ClosureReason::CriminalOnly,
    ClosureReason::SanctionCancelled,
];

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
    let denied = case.closure_reason.is_some_and(|reason| DENYING.contains(&reason));
    prop_assert!(!denied || case.sanction_code.is_none(), "its sanction stands: {:?}", case);
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
        let decided = before.tracks.discipline.awaits_effect();
        prop_assert!(decided || change.state != TrackState::InForce, "undecided and in force: {:?}", before);
    }
    match decision.rule().to {
        Target::To(state) => prop_assert_eq!(next.state, state),
        Target::Return => prop_assert_eq!(Some(next.state), before.return_state),
        Target::Close(reason) if next.state == State::Monitoring => {
            let stands = next.sanction_code.is_some() && DENYING.contains(&reason);
            prop_assert!(next.tracks.any_live() || stands);
            let result = if stands { ClosureReason::ProvenSanctioned } else { reason };
            prop_assert_eq!(next.administrative_result, Some(result));
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

/// The sanctions that stand; no act may come to bear two, and no conviction to be followed by two dismissals.
#[derive(Default)]
struct Standing {
    bear: Vec<StandingSanction>,
    /// A dismissal was decided since the last conviction.
    spent: bool,
}

/// How a decision may come about: by the case's own transition, or by a step of a track.
#[derive(PartialEq)]
enum By {
    Transition,
    Step,
}

/// A decision that punishes no act rests on a conviction, which one dismissal follows and nothing else.
fn dismissed_once(standing: &mut Standing, beside: &Beside, next: &Case, by: &By) -> Result<(), TestCaseError> {
    if beside.tracks.iter().any(|change| change.state == TrackState::Convicted) {
        standing.spent = false;
    }
    let Some(version) = beside.version.as_ref().filter(|version| version.acts.is_some()) else { return Ok(()) };
    let convicted = *by == By::Step && next.tracks.criminal == TrackState::Convicted;
    let dismisses = version.level.as_deref() == Some("dismissal");
    let of_no_act = version.acts.as_ref().is_some_and(Vec::is_empty);
    prop_assert!(!of_no_act || (convicted && dismisses), "{:?} punishes nothing", version.sanction_code);
    let twice = standing.spent || standing.bear.iter().any(|one| one.level == "dismissal");
    prop_assert!(!(convicted && dismisses && twice), "one conviction, two dismissals");
    standing.spent |= dismisses;
    Ok(())
}

/// What a decision does to them.
fn punish(standing: &mut Standing, beside: &Beside, next: &Case, by: &By) -> Result<(), TestCaseError> {
    dismissed_once(standing, beside, next, by)?;
    let standing = &mut standing.bear;
    for told in beside.dates.iter().filter(|told| told.id.is_none() && told.start_on.is_some()) {
        let newest = standing.iter_mut().rfind(|one| one.category == told.category);
        newest.into_iter().for_each(|one| one.start_on = told.start_on);
    }
    if !beside.withdrawn.is_empty() {
        let ends: Vec<_> = beside.withdrawn.iter().map(|version| version.version_of).collect();
        let stood: Vec<_> = standing.drain(..).map(|one| Some(one.id)).collect();
        prop_assert_eq!(ends, stood, "all that stood ends");
        prop_assert!(next.sanction_code.is_none());
    }
    let Some(version) = &beside.version else { return Ok(()) };
    let bearing =
        |standing: &[StandingSanction]| -> Vec<i16> { standing.iter().flat_map(|one| one.acts.clone()).collect() };
    let before = bearing(standing);
    let old = standing.iter().find(|one| Some(one.id) == version.version_of).cloned();
    prop_assert_eq!(old.is_some(), version.version_of.is_some(), "it replaces what does not stand");
    let acts = version.acts.clone().or(old.clone().map(|old| old.acts)).unwrap_or_default();
    // A second decision on the case takes the place of all those its acts bear, a cancellation of one alone.
    let again = version.origin == SanctionOrigin::Changed && version.acts.is_some();
    let shares = |one: &StandingSanction| again && one.acts.iter().any(|act| acts.contains(act));
    let other: Vec<_> = standing.iter().filter(|one| one.category != version.category).cloned().collect();
    let taken: Vec<i16> = bearing(&other).into_iter().filter(|act| again && acts.contains(act)).collect();
    prop_assert_eq!(&taken, &version.takes_over, "an act bears a sanction of another category");
    standing.retain(|one| Some(one.id) != version.version_of && !shares(one));
    if version.origin != SanctionOrigin::Cancelled {
        prop_assert!(!acts.iter().any(|act| bearing(standing).contains(act)), "an act of {:?} is punished twice", acts);
        let sanction_code = version.sanction_code.clone().unwrap_or_default();
        let level = version.level.clone().or(old.as_ref().map(|old| old.level.clone())).unwrap_or_default();
        let sk_date = version.sk_date.or(old.and_then(|old| old.sk_date));
        let version_start = version.start_on;
        let (id, category, remedy) = (version.id, version.category, None);
        let version = i16::try_from(standing.len()).unwrap() + 1;
        let (idis_ref, challenged) = (None, false);
        standing.push(StandingSanction {
            id,
            category,
            sanction_code,
            level,
            weight: None,
            acts,
            remedy,
            version,
            sk_date,
            start_on: version_start,
            idis_ref,
            challenged,
        });
    }
    let after = bearing(standing);
    let freed: Vec<i16> = before.into_iter().filter(|act| !after.contains(act)).collect();
    prop_assert_eq!(&freed, &version.frees, "other acts are freed than bear nothing now");
    prop_assert_eq!(next.sanction_code.is_some(), !standing.is_empty(), "{:?} of {:?}", next.sanction_code, standing);
    Ok(())
}

/// What the codes stand for, in a case of three acts.
fn named(base: Named, standing: &Standing) -> Named {
    let punished = |number| standing.bear.iter().find(|one| one.acts.contains(&number)).map(|one| one.category);
    let act = |number: i16| KnownAct { number, finding: ActFinding::Open, punished: punished(number) };
    let (acts, standing, conviction_spent) = ((1..=3).map(act).collect(), standing.bear.clone(), standing.spent);
    Named { acts, standing, conviction_spent, ..base }
}

/// An officer takes a step of a track, or tries to.
fn on_a_track(
    facts: &mut CaseFacts,
    dice: &mut Dice<'_>,
    standing: &mut Standing,
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
    let mut known = named(Named { law: crate::law::law(), ..Named::default() }, standing);
    known.sanction = asked.sanction.as_ref().map(|sanction| (sanction.category, 301));
    known.sanction = known.sanction.or(asked.sanction_code.as_ref().map(|_| (Category::Discipline, 101)));
    let level = |code: &str| if code == "PTDH" { "dismissal" } else { "medium" };
    known.decided = asked.sanction.as_ref().map(|sanction| sample::entry(level(&sanction.sanction_code)));
    let since = Some(Stands { since: now - chrono::Duration::days(5), day: None });
    let before = facts.case.clone();
    if let Ok(decision) = step::decide(facts, &actor, track, &asked, since, &known, now) {
        let next = decision.next();
        sound(next)?;
        prop_assert_eq!(next.state, before.state, "a track moved the case");
        let (was, is) = (before.public_label(Language::Indonesian), next.public_label(Language::Indonesian));
        let told = decision.notices().iter().any(|(_, audience)| *audience == Audience::Reporters);
        prop_assert!(was == is || told, "from {} to {} in silence", was, is);
        punish(standing, decision.beside(), decision.next(), &By::Step)?;
        facts.clocks = crate::deadlines::kept(&facts.clocks, decision.clocks());
        facts.case = Case { version: before.version + 1, event_seq: before.version + 1, ..next.clone() };
    }
    Ok(())
}

/// No clock is lost and none is left behind: the one of the state is there, and only what may run beside it.
fn timed(facts: &CaseFacts) -> Result<(), TestCaseError> {
    let (case, tracks) = (&facts.case, &facts.case.tracks);
    let live = |code: D| {
        // A question is asked while Bawaslu's window runs or later, and a remedy is one or the other.
        let one_of_several = matches!(code, D::D3 | D::D10);
        facts.clocks.iter().any(|clock| clock.code == code && (one_of_several || clock.variant.is_empty()))
    };
    // What is late stays late while the reporter is asked.
    let before = if case.return_state == Some(State::Triage) { D::D1 } else { D::D4 };
    let of_state = match case.state {
        State::Submitted | State::Triage => Some(D::D1),
        State::AwaitingReporter => Some(D::D3),
        State::InspectorateReview => Some(D::D4),
        State::BawasluReferral => Some(D::D5),
        State::Recommendation => Some(D::D6),
        State::PpkAction => Some(D::D7),
        State::SanctionDecided if case.delivered_on.is_none() => Some(D::D8),
        State::Appeal => Some(D::D10),
        State::SanctionDecided | State::Monitoring | State::Closed => None,
    };
    let missing = of_state.filter(|code| !live(*code));
    prop_assert_eq!(missing, None, "{:?}: {:?}", case.state, facts.clocks);
    let later = matches!(case.state, State::SanctionDecided | State::Appeal | State::Monitoring);
    let law = crate::law::law();
    for clock in &facts.clocks {
        prop_assert_eq!(
            &clock.region_code,
            law.offices(case).region(Office::of(clock.code, &clock.variant)),
            "not where the work is: {:?}",
            case
        );
        let zone = law.calendar.zone(&clock.region_code);
        let ends = clock.due_at.map(|due| due.with_timezone(&zone).time().to_string());
        prop_assert!(ends.is_none_or(|ends| ends == "23:59:59"), "not the end of a day: {:?} in {:?}", clock, case);
        let fits = match (clock.code, clock.variant.as_str()) {
            (D::D2, _) => clock.status != ClockStatus::Paused && case.state != State::Closed,
            (D::D5, "statutory" | "statutory_extended") => {
                case.state == State::BawasluReferral && tracks.referral == TrackState::Registered
            }
            (D::D7, "reprimand") => tracks.control == TrackState::Warning,
            (D::D8, _) => later && (case.state == State::SanctionDecided || tracks.discipline == TrackState::Decided),
            (D::D9, _) => later && (case.state == State::SanctionDecided || tracks.discipline == TrackState::Delivered),
            (D::D12, _) => case.state == State::Monitoring,
            (code, _) if case.state == State::AwaitingReporter => code == D::D3 || code == before,
            (code, _) => Some(code) == of_state,
        };
        prop_assert!(fits, "{:?} in {:?}", clock, case);
        let same = |other: &&Clock| {
            (other.code, &other.variant, other.report_id) == (clock.code, &clock.variant, clock.report_id)
        };
        prop_assert_eq!(facts.clocks.iter().filter(same).count(), 1, "{} runs twice: {:?}", clock.code, facts.clocks);
    }
    prop_assert!(case.state != State::Closed || facts.clocks.is_empty());
    Ok(())
}

/// What else happens to a case meanwhile.
fn meanwhile(facts: &mut CaseFacts, dice: &mut Dice<'_>) {
    if let Some(reports) = &mut facts.reports {
        reports.withdrawals = dice.pick(&[0, 1, 2]);
        reports.formal_reporter = dice.once_in(2);
    }
    facts.is_master = dice.once_in(5);
    facts.master = (!dice.once_in(4)).then(|| MasterFacts {
        conflict_of_interest: dice.once_in(2),
        id: dice.pick(&[sample::MASTER, facts.case.id]),
        agency_id: facts.case.agency_id,
        reviewing_agency_id: facts.case.reviewing_agency_id,
        state: dice.pick(&[State::Triage, State::Closed]),
        concluded: dice.once_in(3),
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
        let mut standing = Standing::default();
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
                on_a_track(&mut facts, &mut dice, &mut standing, now)?;
                timed(&facts)?;
                continue;
            }
            let approver = dice.once_in(2).then(|| sample::officer(dice.pick(Role::ALL), 2));
            let verdict = decide(&facts, &actor, approver.as_ref(), &action, &named(sample::named(verb), &standing), now);
            if let Ok(Verdict::Decided(decision)) = verdict {
                honest(&facts.case, &decision)?;
                punish(&mut standing, decision.beside(), decision.next(), &By::Transition)?;
                apply(&mut facts, &decision);
                timed(&facts)?;
            }
            if facts.case.state == State::Triage {
                // A case split off now is as far on as this one.
                let clocks = crate::deadlines::kept(&[], &course::split_off(&facts, now).changed);
                timed(&CaseFacts { clocks, ..facts.clone() })?;
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
