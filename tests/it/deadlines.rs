//! The rules of deadlines on the bare domain: how clocks are started, paused and met by the steps of the workflow.

use chrono::{DateTime, Duration, Utc};
use netral::domain::action::{Action, AppealKind, AppealOutcome, DecideAppeal, Document, TakeEffect, Verb};
use netral::domain::actor::{Actor, Role};
use netral::domain::case::{CaseFacts, ElectionRegime, KnownReport, ReferralKind, State};
use netral::domain::deadline::{
    Clock, ClockMaker, ClockStatus, DeadlineCode as D, Offices, TO_REPRIMAND, appeal_window, course,
};
use netral::domain::decide::{Decision, Refusal, Verdict, decide};
use netral::domain::guards::Named;
use netral::domain::notice::Audience;
use netral::domain::tracks::TrackState;
use netral::domain::tracks::rules::TRACK_RULES;
use netral::domain::warning::Warning;
use netral::domain::workflow::{OPENING_DEADLINES, RULES};

use crate::law::law;
use crate::sample::{self, day};

const REGION: &str = "15.71";

pub fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00+07:00").parse().unwrap()
}

pub fn maker(law: &netral::domain::deadline::Law, now: DateTime<Utc>) -> ClockMaker<'_> {
    ClockMaker { law, offices: Offices::of_place(law, REGION), now }
}

pub fn decided(facts: &CaseFacts, action: &Action, now: DateTime<Utc>) -> Decision {
    let verb = action.verb();
    let rule = RULES.iter().find(|rule| rule.verb == verb && rule.from.contains(&facts.case.state)).unwrap();
    let actor = match rule.by {
        netral::domain::workflow::Firer::Officer(permission) => {
            let able = |role: &&Role| netral::domain::policy::granted(**role, permission);
            sample::officer(*Role::ALL.iter().find(able).unwrap(), 1)
        }
        netral::domain::workflow::Firer::Reporter => sample::reporter(),
        netral::domain::workflow::Firer::Timer => Actor::System,
    };
    let approver = rule.approval.map(|permission| {
        let able = |role: &&Role| netral::domain::policy::granted(**role, permission);
        sample::officer(*Role::ALL.iter().find(able).unwrap(), 2)
    });
    match decide(facts, &actor, approver.as_ref(), action, &sample::named(verb), now) {
        Ok(Verdict::Decided(decision)) => *decision,
        other => panic!("{verb}: {other:?}"),
    }
}

/// The case with the clocks the step leaves.
pub fn stepped(facts: &mut CaseFacts, action: &Action, now: DateTime<Utc>) {
    let decision = decided(facts, action, now);
    facts.clocks = kept(&facts.clocks, decision.clocks());
    facts.case = decision.next().clone();
}

/// Unsettled clocks after these changes, with keys as the database gives them.
pub fn kept(before: &[Clock], changed: &[Clock]) -> Vec<Clock> {
    let mut all: Vec<Clock> =
        before.iter().filter(|clock| !changed.iter().any(|new| new.id == clock.id)).cloned().collect();
    let mut next = before.iter().filter_map(|clock| clock.id).max().unwrap_or(0);
    for clock in changed {
        next += 1;
        all.push(Clock { id: clock.id.or(Some(next)), ..clock.clone() });
    }
    all.retain(|clock| clock.settled_at.is_none());
    all
}

pub fn one(facts: &CaseFacts, code: D) -> &Clock {
    let mut found = facts.clocks.iter().filter(|clock| clock.code == code);
    let clock = found.next().unwrap_or_else(|| panic!("no {code} in {:?}", facts.clocks));
    assert!(found.next().is_none(), "two {code}");
    clock
}

pub fn last_day(clock: &Clock) -> chrono::NaiveDate {
    law().calendar.day_at(REGION, clock.due_at.unwrap())
}

#[test]
fn every_deadline_the_table_names_has_a_rule_and_a_code() {
    let of_tracks = TRACK_RULES.iter().flat_map(|rule| rule.deadlines);
    for name in RULES.iter().flat_map(|rule| rule.deadlines).chain(OPENING_DEADLINES).chain(of_tracks) {
        let code = D::parse(name).unwrap_or_else(|| panic!("{name} is no deadline"));
        // How long a case is kept follows from the policies of retention.
        assert!(code == D::D13 || law().rules.iter().any(|rule| rule.code == code), "{name} has no rule");
    }
    for kind in AppealKind::ALL {
        for code in [D::D9, D::D10] {
            let rule = law().rule(code, kind.as_str(), ElectionRegime::None, day(2026, 1, 1)).cloned();
            assert!(rule.is_some(), "{code} {kind}");
        }
    }
}

#[test]
fn bawaslus_window_has_seven_working_days_in_a_general_election_and_seven_days_in_a_regional_one() {
    let window = |regime| {
        law().bawaslu_window(Offices::of_place(&law(), REGION), regime, day(2026, 3, 13)).map(|reached| reached.day)
    };
    assert_eq!(window(ElectionRegime::Pemilu), Some(day(2026, 3, 31)));
    assert_eq!(window(ElectionRegime::Pemilihan), Some(day(2026, 3, 20)));
    assert_eq!(window(ElectionRegime::None), None);
}

#[test]
fn a_question_stops_the_time_for_triage_and_an_answer_lets_it_go_on_with_what_was_left() {
    let law = law();
    let mut facts = sample::case(State::Triage);
    facts.case.election_regime = ElectionRegime::Pemilihan;
    let report = KnownReport { id: uuid::Uuid::from_u128(0xD), known_on: day(2026, 3, 1) };
    let opened = at("2026-03-02T10:00");
    facts.clocks = kept(&[], &course::opening(&law, REGION, ElectionRegime::Pemilihan, report, opened).changed);
    let window = one(&facts, D::D2).clone();
    assert_eq!(last_day(one(&facts, D::D1)), day(2026, 3, 9));
    let mut ask = sample::action(Verb::Ask);
    if let Action::Ask(ask) = &mut ask {
        ask.answer_by = day(2026, 3, 10);
    }
    stepped(&mut facts, &ask, at("2026-03-04T09:00"));
    let triage = one(&facts, D::D1);
    assert_eq!((triage.status, triage.remaining, triage.due_at), (ClockStatus::Paused, Some(5), None));
    assert_eq!(last_day(one(&facts, D::D3)), day(2026, 3, 10));
    assert_eq!(one(&facts, D::D3).variant, "bawaslu_window");
    stepped(&mut facts, &Action::Answer, at("2026-03-06T20:00"));
    assert_eq!(last_day(one(&facts, D::D1)), day(2026, 3, 11), "five days from the answer");
    assert!(!facts.clocks.iter().any(|clock| clock.code == D::D3));
    assert_eq!(*one(&facts, D::D2), window, "Bawaslu's window took no notice");
}

#[test]
fn a_case_that_closes_leaves_no_clock_and_one_opened_again_starts_anew() {
    let law = law();
    let mut facts = sample::case(State::Triage);
    let report = facts.reports.as_ref().unwrap().known[0];
    facts.clocks =
        kept(&[], &course::opening(&law, REGION, ElectionRegime::Pemilihan, report, at("2026-10-01T09:00")).changed);
    stepped(&mut facts, &sample::action(Verb::Dismiss), at("2026-10-03T09:00"));
    assert_eq!(facts.case.state, State::Closed);
    assert_eq!(facts.clocks, []);
    assert_eq!((facts.case.bawaslu_until, facts.case.next_due_at), (None, None));
    stepped(&mut facts, &sample::action(Verb::ReopenTriage), at("2026-10-05T09:00"));
    assert_eq!(last_day(one(&facts, D::D1)), day(2026, 10, 12));
    assert_eq!(last_day(one(&facts, D::D2)), day(2026, 10, 6), "the reporter's knowledge is as old as it was");
}

#[test]
fn a_step_taken_late_leaves_its_deadline_passed_whether_or_not_anybody_had_noticed() {
    let law = law();
    let facts = |noticed: bool| {
        let mut facts = sample::case(State::Recommendation);
        let mut clock =
            maker(&law, at("2026-10-01T09:00")).start(D::D6, "", ElectionRegime::None, day(2026, 10, 1)).unwrap();
        if noticed {
            assert!(maker(&law, at("2026-10-20T09:00")).pass(&mut clock));
        }
        facts.clocks = kept(&[], &[clock]);
        facts
    };
    let late = at("2026-10-21T09:00");
    let ended = |noticed| decided(&facts(noticed), &sample::action(Verb::SendRecommendation), late).clocks()[0].clone();
    assert_eq!(ended(true), ended(false));
    assert_eq!((ended(true).status, ended(true).settled_at), (ClockStatus::Passed, Some(late)));
    let in_time = decided(&facts(false), &sample::action(Verb::SendRecommendation), at("2026-10-08T23:59"));
    assert_eq!(in_time.clocks()[0].status, ClockStatus::Met, "the fifth working day is whole");
}

#[test]
fn a_referral_is_recalled_only_after_bawaslus_time_or_as_an_error() {
    let law = law();
    let mut facts = sample::case(State::BawasluReferral);
    let clock =
        maker(&law, at("2026-11-09T09:00")).start(D::D5, "", ElectionRegime::Pemilihan, day(2026, 11, 9)).unwrap();
    assert_eq!(last_day(&clock), day(2026, 11, 12));
    facts.clocks = kept(&[], &[clock]);
    let lead = sample::officer(Role::InspectorLead, 1);
    let recall = |error, now| {
        let reason = "Kajian tidak kunjung datang dari Bawaslu.".to_owned();
        let action = Action::Recall(netral::domain::action::Recall { reason, error });
        decide(&facts, &lead, None, &action, &sample::named(Verb::Recall), now)
    };
    let refused = recall(false, at("2026-11-12T23:59"));
    assert!(
        matches!(&refused, Err(Refusal::Guards(guards)) if guards[0].name == "bawaslu_study_overdue"),
        "{refused:?}"
    );
    assert!(matches!(recall(false, at("2026-11-13T00:01")), Ok(Verdict::Decided(_))));
    assert!(matches!(recall(true, at("2026-11-10T09:00")), Ok(Verdict::Decided(_))));
}

#[test]
fn the_window_of_any_reporter_who_is_still_in_time_keeps_the_formal_way_open() {
    let mut facts = sample::case(State::InspectorateReview);
    facts.reports.as_mut().unwrap().formal_reporter = true;
    let known = |on| KnownReport { id: uuid::Uuid::new_v4(), known_on: on };
    let inspector = sample::officer(Role::Inspector, 1);
    let refer = |facts: &CaseFacts| {
        let findings_summary = "Ditemukan unggahan yang mengajak memilih calon.".to_owned();
        let action = Action::Refer(netral::domain::action::Refer {
            referral_kind: ReferralKind::FormalReport,
            findings_summary,
        });
        decide(facts, &inspector, None, &action, &sample::named(Verb::Refer), at("2026-10-10T09:00"))
    };
    facts.reports.as_mut().unwrap().known = vec![known(day(2026, 9, 20)), known(day(2026, 10, 2))];
    assert!(matches!(refer(&facts), Err(Refusal::Guards(_))), "both are over");
    facts.reports.as_mut().unwrap().known.push(known(day(2026, 10, 3)));
    assert!(matches!(refer(&facts), Ok(Verdict::NeedsApproval(..))), "the tenth is the seventh day after the third");
}

#[test]
fn the_time_for_an_appeal_ends_with_the_fourteenth_working_day_and_not_with_day_fifteen() {
    let window = appeal_window(&law(), &sample::case(State::SanctionDecided).case, day(2026, 3, 2), None).unwrap();
    assert_eq!((window.last_day, window.in_force_on), (day(2026, 3, 27), day(2026, 3, 17)));
}

#[test]
fn reminders_come_two_days_before_on_the_day_and_every_three_working_days_after() {
    let law = law();
    let maker = maker(&law, at("2026-11-02T09:00"));
    let clock = maker.start(D::D4, "", ElectionRegime::None, day(2026, 11, 2)).unwrap();
    let days = |clock: &Clock| {
        let mut days = vec![clock.next_reminder_on.unwrap()];
        while days.len() < 5
            && let Some(next) = maker.reminder(clock, *days.last().unwrap())
        {
            days.push(next);
        }
        days.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(days(&clock), ["2026-11-18", "2026-11-20", "2026-11-25", "2026-11-30", "2026-12-03"]);
    let ppk = maker.start(D::D7, "", ElectionRegime::None, day(2026, 11, 2)).unwrap();
    assert_eq!(days(&ppk), ["2026-11-14", "2026-11-16", "2026-11-17", "2026-11-19", "2026-11-24"]);
    let window = maker.start(D::D2, "", ElectionRegime::Pemilihan, day(2026, 11, 2)).unwrap();
    assert_eq!(days(&window), ["2026-11-07", "2026-11-09"], "what has closed reminds nobody");
    // However long nobody looked, one reminder makes up for all.
    assert_eq!(maker.reminder(&clock, day(2027, 3, 1)).map(|day| day > sample::day(2027, 3, 1)), Some(true));
}

#[test]
fn a_change_of_the_law_moves_what_runs_and_leaves_alone_what_an_officer_set() {
    let (old, mut new) = (law(), (*law()).clone());
    new.version = 2;
    for rule in new.rules.iter_mut().filter(|rule| rule.code == D::D6) {
        rule.length = 7;
    }
    let now = at("2026-10-05T09:00");
    let mut clock = maker(&old, now).start(D::D6, "", ElectionRegime::None, day(2026, 10, 5)).unwrap();
    assert_eq!(last_day(&clock), day(2026, 10, 12));
    assert!(maker(&new, now + Duration::days(1)).recount(&mut clock));
    assert_eq!((last_day(&clock), clock.law_version), (day(2026, 10, 14), 2));
    let mut asked = maker(&old, now).start(D::D3, "", ElectionRegime::None, day(2026, 10, 5)).unwrap();
    maker(&old, now).end_on(&mut asked, day(2026, 10, 30));
    assert!(!maker(&new, now).recount(&mut asked));
    assert_eq!(last_day(&asked), day(2026, 10, 30));
}

#[test]
fn who_leaves_the_service_while_a_question_waits_leaves_no_work_of_triage_to_be_late_with() {
    let mut facts = sample::case(State::Triage);
    let report = facts.reports.as_ref().unwrap().known[0];
    facts.clocks =
        kept(&[], &course::opening(&law(), REGION, ElectionRegime::Pemilihan, report, sample::now()).changed);
    stepped(&mut facts, &sample::action(Verb::Ask), sample::now());
    assert_eq!(one(&facts, D::D1).status, ClockStatus::Paused);
    facts.case.tracks.criminal = TrackState::Suspected;
    stepped(&mut facts, &sample::action(Verb::RecordDeparture), sample::now() + Duration::days(1));
    assert_eq!(facts.case.state, State::Monitoring);
    assert_eq!(facts.clocks.iter().filter(|clock| clock.code != D::D2).count(), 0, "{:?}", facts.clocks);
    assert_eq!(facts.case.next_due_at, None);
}

#[test]
fn a_day_to_answer_beyond_the_time_for_completion_is_allowed_and_warned_of() {
    let mut facts = sample::case(State::Triage);
    facts.case.election_regime = ElectionRegime::None;
    let warned = |answer_by| {
        let mut ask = sample::action(Verb::Ask);
        if let Action::Ask(ask) = &mut ask {
            ask.answer_by = answer_by;
        }
        decided(&facts, &ask, sample::now()).beside().warnings.clone()
    };
    assert_eq!(warned(day(2026, 11, 27)), [], "the fifth working day");
    assert_eq!(warned(day(2026, 11, 28)), [Warning::AnswerLaterThanRule]);
}

#[test]
fn what_was_done_in_time_and_recorded_late_was_in_time_whether_or_not_anybody_had_noticed() {
    let law = law();
    let ended = |state, (code, variant, from), noticed: bool, action: &Action, now| {
        let mut facts = sample::case(state);
        let mut clock = maker(&law, at("2026-10-01T09:00")).start(code, variant, ElectionRegime::None, from).unwrap();
        if noticed {
            assert!(maker(&law, now).pass(&mut clock), "{code} is over");
        }
        facts.clocks = kept(&[], &[clock]);
        let decided = decided(&facts, action, now);
        decided.clocks().iter().find(|clock| clock.code == code).unwrap().status
    };
    let effect = |delivered_on| {
        let early_effect_reason = Some("Terlapor menerima keputusan secara tertulis.".to_owned());
        Action::TakeEffect(TakeEffect { delivered_on, early_effect_reason })
    };
    let outcome = |dated| {
        let decision = Document { number: "B/1".to_owned(), dated, file: None };
        Action::DecideAppeal(DecideAppeal { outcome: AppealOutcome::Upheld, decision, sanction_code: None })
    };
    let decision = |dated| {
        let mut action = sample::action(Verb::ImposeSanction);
        if let Action::ImposeSanction(impose) = &mut action {
            impose.decision.dated = dated;
        }
        action
    };
    let (decided_on, filed_on, sent_on) = (day(2026, 11, 29), day(2026, 10, 1), day(2026, 11, 1));
    let delivery = (State::SanctionDecided, (D::D8, "", decided_on), at("2026-12-29T10:00"));
    let objection = (State::Appeal, (D::D10, "objection", filed_on), sample::now());
    let follow_up = (State::PpkAction, (D::D7, "", sent_on), sample::now());
    for ((state, clock, now), in_time, late) in [
        (delivery, effect(day(2026, 12, 3)), effect(day(2026, 12, 14))),
        (objection, outcome(day(2026, 10, 30)), outcome(day(2026, 11, 2))),
        (follow_up, decision(day(2026, 11, 15)), decision(day(2026, 11, 16))),
    ] {
        for noticed in [false, true] {
            assert_eq!(ended(state, clock, noticed, &in_time, now), ClockStatus::Met, "{}", clock.0);
            assert_eq!(ended(state, clock, noticed, &late, now), ClockStatus::Passed, "{}", clock.0);
        }
    }
}

#[test]
fn registration_is_owed_from_the_day_a_sanction_is_in_force_and_not_from_the_day_that_is_recorded() {
    let mut facts = sample::case(State::Appeal);
    let decision = Document { number: "B/1".to_owned(), dated: day(2026, 11, 12), file: None };
    let outcome = DecideAppeal { outcome: AppealOutcome::Lightened, decision, sanction_code: Some("R2".to_owned()) };
    stepped(&mut facts, &Action::DecideAppeal(outcome), sample::now());
    assert_eq!(one(&facts, D::D12).starts_on, day(2026, 11, 12), "the remedy's outcome");
}

#[test]
fn a_day_before_any_rule_held_is_counted_by_the_first_that_came() {
    let (law, long_ago) = (law(), day(2019, 6, 3));
    let clock = maker(&law, sample::now()).start(D::D8, "", ElectionRegime::None, long_ago).unwrap();
    assert_eq!((last_day(&clock), clock.status), (day(2019, 6, 17), ClockStatus::Passed));
    assert!(law.rule(D::D9, "in_force", ElectionRegime::Pemilu, long_ago).is_some());
    assert!(law.rule(D::D2, "", ElectionRegime::None, long_ago).is_none(), "there is none to come either");
    // One for the election law that holds later does not go before one for any that holds now.
    let mut changed = (*law).clone();
    let mut later = changed.rules.iter().find(|rule| rule.code == D::D6).unwrap().clone();
    (later.regime, later.valid_from, later.length) = (Some(ElectionRegime::Pemilu), day(2028, 1, 1), 1);
    changed.rules.insert(0, later);
    assert_eq!(changed.rule(D::D6, "", ElectionRegime::Pemilu, day(2026, 1, 1)).unwrap().length, 5);
}

#[test]
fn a_recommendation_that_is_late_is_told_one_level_up() {
    let told = |late| D::D6.reminded(State::Recommendation, late);
    assert_eq!(
        (told(false), told(true)),
        (&[Audience::BknAuditors][..], &[Audience::BknAuditors, Audience::TaskForce][..])
    );
}

#[test]
fn a_time_that_runs_on_when_the_case_goes_one_level_up_is_counted_where_the_new_ppk_sits() {
    let law = law();
    let mut facts = sample::case(State::InspectorateReview);
    facts.case.tracks.control = TrackState::Warning;
    let now = at("2026-11-19T09:00");
    let warned = maker(&law, now).start(D::D7, TO_REPRIMAND, ElectionRegime::Pemilihan, day(2026, 11, 19)).unwrap();
    assert_eq!(warned.due_at, Some(at("2026-11-24T23:59") + Duration::seconds(59)));
    facts.clocks = kept(&[], &[warned]);
    let mut accept = sample::action(Verb::Accept);
    if let Action::Accept(accept) = &mut accept {
        accept.conflict_of_interest = true;
    }
    let above = Named {
        reviewing_agency_id: Some(sample::OTHER_AGENCY),
        reviewer_is_above: true,
        ..sample::named(Verb::Accept)
    };
    let triage = sample::officer(Role::TriageOfficer, 1);
    let Ok(Verdict::Decided(decision)) = decide(&facts, &triage, None, &accept, &above, now) else {
        panic!("it goes one level up")
    };
    let running = |code| decision.clocks().iter().find(|clock| clock.code == code && clock.settled_at.is_none());
    let two_hours_before = Some(at("2026-11-24T21:59") + Duration::seconds(59));
    assert_eq!(
        running(D::D7).map(|clock| clock.due_at),
        Some(two_hours_before),
        "the agency one level up sits in Papua"
    );
    assert_eq!(decision.next().next_due_at, two_hours_before);
}
