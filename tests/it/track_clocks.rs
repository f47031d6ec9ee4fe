//! What steps of tracks do with the clocks of a case, on the bare domain.

use chrono::{DateTime, Duration, Utc};
use netral::domain::action::{Action, AppealKind, Verb};
use netral::domain::actor::{Actor, Role};
use netral::domain::case::{CaseFacts, Category, ElectionRegime, State};
use netral::domain::deadline::{Clock, ClockStatus, DeadlineCode as D};
use netral::domain::decide::{Refusal, Verdict, decide};
use netral::domain::guards::Named;
use netral::domain::sanction::{ActFinding, KnownAct};
use netral::domain::tracks::rules::{Datum, TRACK_RULES, TrackRule};
use netral::domain::tracks::step::{self, StepDecision};
use netral::domain::tracks::{Stands, Track, TrackState, TrackStep};

use crate::deadlines::{at, decided, kept, last_day, maker, one, stepped};
use crate::law::law;
use crate::sample::{self, day};

/// A track that stands where it stands for nine days.
fn since(now: DateTime<Utc>) -> Stands {
    Stands { since: now - Duration::days(9), day: None }
}

/// The step of a track as an officer who may takes it, in a case where nothing stands in its way.
fn stepped_on(facts: &CaseFacts, rule: &TrackRule, step: &TrackStep, now: DateTime<Utc>) -> StepDecision {
    let able = |role: &&Role| netral::domain::policy::granted(**role, rule.permission);
    let officer = sample::officer(*Role::ALL.iter().find(able).unwrap(), 1);
    let acts = vec![KnownAct { number: 1, finding: ActFinding::Open, punished: None }];
    // Where a conviction takes the place of an examination it has to be a dismissal.
    let named = Named { acts, decided: Some(sample::entry("dismissal")), ..sample::named(Verb::ImposeSanction) };
    let decided = step::decide(facts, &officer, rule.track, step, Some(since(now)), &named, now);
    decided.unwrap_or_else(|refusal| panic!("{} {} in {}: {refusal:?}", rule.track, rule.to, facts.case.state))
}

fn rule_of(track: Track, to: TrackState) -> &'static TrackRule {
    TRACK_RULES.iter().find(|rule| rule.track == track && rule.to == to).unwrap()
}

#[test]
fn every_deadline_a_step_of_a_track_names_leaves_a_clock_wherever_the_step_may_be_taken() {
    let mut seen = Vec::new();
    for rule in TRACK_RULES.iter().filter(|rule| !rule.deadlines.is_empty()) {
        for state in rule.within {
            // Bawaslu's study is awaited in its own state only: elsewhere the case does not wait for it.
            if rule.track == Track::Referral && *state == State::Monitoring {
                continue;
            }
            let mut facts = sample::case(*state);
            facts.case.tracks.set(rule.track, rule.from[0]);
            if rule.track == Track::Appeal {
                // What is cancelled is owed to nobody: only another sanction would be.
                if rule.to == TrackState::Cancelled {
                    continue;
                }
                facts.case.tracks.discipline = TrackState::Delivered;
            }
            if rule.guards.iter().any(|guard| guard.name == "convicted") {
                facts.case.tracks.criminal = TrackState::Convicted;
            }
            facts.case.delivered_on = Some(day(2026, 10, 20));
            let mut step = sample::step(rule.track, rule.to);
            step.reason = rule.takes.contains(&Datum::Reason).then(|| "PPK tidak menjawab surat.".to_owned());
            if let Some(sanction) = &mut step.sanction {
                sanction.acts = Some(vec![1]);
            }
            let decision = stepped_on(&facts, rule, &step, sample::now());
            let begun: Vec<&str> = decision.clocks().iter().map(|clock| clock.code.as_str()).collect();
            for code in rule.deadlines {
                assert!(
                    begun.contains(code),
                    "{} {} in {state} names {code} and leaves {begun:?}",
                    rule.track,
                    rule.to
                );
                seen.push(*code);
            }
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, ["D12", "D5", "D7", "D8", "D9"]);
}

#[test]
fn a_further_decision_in_monitoring_is_delivered_appealed_and_registered_in_its_own_time() {
    let mut facts = sample::case(State::Monitoring);
    facts.case.tracks.discipline = TrackState::Examined;
    let mut take = |to: TrackState, day: Option<chrono::NaiveDate>, now: &str| {
        let rule = TRACK_RULES
            .iter()
            .find(|rule| {
                (rule.track, rule.to) == (Track::Discipline, to) && rule.from.contains(&facts.case.tracks.discipline)
            })
            .unwrap();
        let mut step = sample::step(Track::Discipline, to);
        step.day = day;
        let decision = stepped_on(&facts, rule, &step, at(now));
        let settled: Vec<_> = decision.clocks().iter().filter(|clock| clock.settled_at.is_some()).cloned().collect();
        facts.clocks = kept(&facts.clocks, decision.clocks());
        facts.case = decision.next().clone();
        let running: Vec<_> = facts.clocks.iter().map(|clock| (clock.code, last_day(clock).to_string())).collect();
        (settled.iter().map(|clock| (clock.code, clock.status)).collect::<Vec<_>>(), running)
    };
    let decided = take(TrackState::Decided, None, "2026-11-20T10:00");
    assert_eq!(decided, (vec![], vec![(D::D8, "2026-12-03".to_owned())]), "fourteen days from the letter of the 19th");
    let delivered = take(TrackState::Delivered, Some(day(2026, 11, 23)), "2026-11-24T10:00");
    assert_eq!(delivered, (vec![(D::D8, ClockStatus::Met)], vec![(D::D9, "2026-12-11".to_owned())]));
    let in_force = take(TrackState::InForce, None, "2026-12-14T10:00");
    assert_eq!(
        in_force,
        (vec![(D::D9, ClockStatus::Passed)], vec![(D::D12, "2026-12-22".to_owned())]),
        "from the fifteenth day"
    );
}

#[test]
fn a_moral_sanction_is_not_awaited_in_the_register_of_discipline() {
    let mut facts = sample::case(State::SanctionDecided);
    facts.case.category = Some(Category::Ethics);
    facts.case.tracks.discipline = TrackState::None;
    facts.case.tracks.ethics = TrackState::MoralSanctionOpen;
    stepped(&mut facts, &sample::action(Verb::TakeEffect), sample::now());
    assert_eq!((facts.case.state, facts.clocks.len()), (State::Monitoring, 0));
    let mut facts = sample::case(State::SanctionDecided);
    facts.case.delivered_on = Some(day(2026, 10, 20));
    let effect = netral::domain::action::TakeEffect { delivered_on: day(2026, 10, 20), early_effect_reason: None };
    stepped(&mut facts, &Action::TakeEffect(effect), sample::now());
    assert_eq!(last_day(one(&facts, D::D12)), day(2026, 11, 18), "fourteen days after the fifteenth");
}

#[test]
fn a_warning_gives_the_ppk_three_working_days_and_ends_with_the_reprimand_or_with_its_decision() {
    let mut facts = sample::case(State::PpkAction);
    let ppk = maker(&law(), sample::now()).start(D::D7, "", ElectionRegime::None, day(2026, 11, 1));
    facts.clocks = kept(&[], &ppk.into_iter().collect::<Vec<_>>());
    let warn = rule_of(Track::Control, TrackState::Warning);
    let step = sample::step(Track::Control, TrackState::Warning);
    let decision = stepped_on(&facts, warn, &step, sample::now());
    facts.clocks = kept(&facts.clocks, decision.clocks());
    facts.case = decision.next().clone();
    let warned = facts.clocks.iter().find(|clock| clock.variant == "reprimand").unwrap();
    assert_eq!((warned.code, last_day(warned)), (D::D7, day(2026, 11, 25)));
    let ended =
        |clocks: &[Clock]| clocks.iter().filter(|c| c.variant == "reprimand").map(|c| c.status).collect::<Vec<_>>();
    let reprimand = rule_of(Track::Control, TrackState::Reprimand);
    let step =
        TrackStep { reason: Some("PPK menolak.".to_owned()), ..sample::step(Track::Control, TrackState::Reprimand) };
    let decision = stepped_on(&facts, reprimand, &step, at("2026-11-23T10:00"));
    assert_eq!(ended(decision.clocks()), [ClockStatus::Met]);
    assert_eq!(kept(&facts.clocks, decision.clocks()).len(), 1, "the PPK's own time runs on");
    let decided = decided(&facts, &sample::action(Verb::ImposeSanction), at("2026-11-23T10:00"));
    assert_eq!(ended(decided.clocks()), [ClockStatus::Met], "it has acted");
}

#[test]
fn bawaslus_study_is_counted_from_its_receipt_and_its_time_by_law_is_shown_and_held_against_nobody() {
    let law = law();
    let mut facts = sample::case(State::BawasluReferral);
    let sent =
        maker(&law, at("2026-11-09T09:00")).start(D::D5, "", ElectionRegime::Pemilihan, day(2026, 11, 9)).unwrap();
    facts.clocks = kept(&[], &[sent]);
    let mut take = |to: TrackState, dated: u32, now: &str| {
        let mut step = sample::step(Track::Referral, to);
        step.document.as_mut().unwrap().dated = day(2026, 11, dated);
        let decision = stepped_on(&facts, rule_of(Track::Referral, to), &step, at(now));
        facts.clocks = kept(&facts.clocks, decision.clocks());
        facts.case = decision.next().clone();
    };
    take(TrackState::Received, 11, "2026-11-12T09:00");
    take(TrackState::Registered, 30, "2026-11-13T09:00");
    let ends: Vec<_> = facts.clocks.iter().map(|clock| (clock.variant.as_str(), last_day(clock).to_string())).collect();
    let wanted = [("", "2026-11-16"), ("statutory", "2026-11-16"), ("statutory_extended", "2026-11-18")];
    assert_eq!(
        ends,
        wanted.map(|(variant, day)| (variant, day.to_owned())),
        "a letter of the future counts from today"
    );
    for clock in facts.clocks.iter().filter(|clock| !clock.variant.is_empty()) {
        assert_eq!((clock.is_window(), clock.next_reminder_on), (true, None), "{}", clock.variant);
    }
    // Were the plain one the longer, the other two would open no way back.
    facts.clocks[0] =
        maker(&law, at("2026-11-13T09:00")).start(D::D5, "", ElectionRegime::Pemilihan, day(2026, 11, 30)).unwrap();
    let reason = "Kajian tidak kunjung datang dari Bawaslu.".to_owned();
    let recall = Action::Recall(netral::domain::action::Recall { reason, error: false });
    let lead = sample::officer(Role::InspectorLead, 1);
    let refused = decide(&facts, &lead, None, &recall, &sample::named(Verb::Recall), at("2026-11-25T09:00"));
    assert!(matches!(refused, Err(Refusal::Guards(_))), "{refused:?}");
}

#[test]
fn days_are_those_of_the_ppk_that_has_the_track() {
    // Half past eleven in Jakarta is half past one of the next day in Jayapura, where the other agency sits.
    let now = at("2026-11-19T23:30");
    let mut facts = sample::case(State::PpkAction);
    facts.case.agency_id = Some(sample::OTHER_AGENCY);
    facts.case.tracks.discipline = TrackState::Summoned;
    facts.case.proposed_weight = None;
    let mut step = sample::step(Track::Discipline, TrackState::Examined);
    step.day = Some(day(2026, 11, 20));
    let mut ppk = sample::officer(Role::PpkOfficer, 1);
    if let Actor::Officer(officer) = &mut ppk {
        officer.agency_id = sample::OTHER_AGENCY;
    }
    let named = sample::named(Verb::ImposeSanction);
    let taken = step::decide(&facts, &ppk, Track::Discipline, &step, None, &named, now);
    assert!(taken.is_ok(), "{taken:?}");
    let mut facts = sample::case(State::Appeal);
    facts.case.agency_id = Some(sample::OTHER_AGENCY);
    let mut action = sample::action(Verb::DecideAppeal);
    if let Action::DecideAppeal(decide) = &mut action {
        decide.decision.dated = day(2026, 11, 20);
    }
    let Ok(Verdict::Decided(decided)) = decide(&facts, &ppk, None, &action, &named, now) else { panic!("refused") };
    assert_eq!(decided.beside().dates.first().and_then(|dates| dates.start_on), Some(day(2026, 11, 20)));
}

#[test]
fn the_time_for_a_remedy_is_that_of_the_remedy_which_the_catalogue_gives() {
    let delivered = |remedy: Option<AppealKind>| {
        let mut facts = sample::case(State::SanctionDecided);
        facts.case.tracks.discipline = TrackState::Decided;
        let mut named = sample::named(Verb::ImposeSanction);
        named.standing[0].remedy = remedy;
        let (step, ppk) =
            (sample::step(Track::Discipline, TrackState::Delivered), sample::officer(Role::PpkOfficer, 1));
        let decision = step::decide(&facts, &ppk, Track::Discipline, &step, None, &named, sample::now()).unwrap();
        decision.clocks().iter().map(|clock| (clock.code, clock.variant.clone())).collect::<Vec<_>>()
    };
    for kind in AppealKind::ALL {
        assert_eq!(delivered(Some(*kind)), [(D::D9, kind.as_str().to_owned())]);
    }
    assert_eq!(delivered(None).len(), 1, "one of the two where it is not known");
}

#[test]
fn what_is_delivered_in_time_and_recorded_late_was_delivered_in_time() {
    let delivered = |on: chrono::NaiveDate| {
        let mut facts = sample::case(State::Monitoring);
        facts.case.tracks.discipline = TrackState::Decided;
        let mut clock =
            maker(&law(), at("2026-11-01T09:00")).start(D::D8, "", ElectionRegime::None, day(2026, 11, 1)).unwrap();
        assert!(maker(&law(), sample::now()).pass(&mut clock));
        facts.clocks = kept(&[], &[clock]);
        let mut step = sample::step(Track::Discipline, TrackState::Delivered);
        step.day = Some(on);
        let decision = stepped_on(&facts, rule_of(Track::Discipline, TrackState::Delivered), &step, sample::now());
        decision.clocks().iter().find(|clock| clock.code == D::D8).unwrap().status
    };
    assert_eq!(delivered(day(2026, 11, 15)), ClockStatus::Met);
    assert_eq!(delivered(day(2026, 11, 16)), ClockStatus::Passed);
}

#[test]
fn a_dismissal_that_takes_the_place_of_a_sanction_in_force_is_registered_in_its_stead() {
    let mut facts = sample::case(State::Monitoring);
    facts.case.tracks.criminal = TrackState::Convicted;
    let owed = maker(&law(), sample::now()).start(D::D12, "", ElectionRegime::None, day(2026, 11, 18));
    facts.clocks = kept(&[], &owed.into_iter().collect::<Vec<_>>());
    let acts = vec![KnownAct { number: 1, finding: ActFinding::Proven, punished: Some(Category::Discipline) }];
    let mut named = Named { acts, decided: Some(sample::entry("dismissal")), ..sample::named(Verb::ImposeSanction) };
    (named.standing[0].acts, named.standing[0].start_on) = (vec![1], Some(day(2026, 11, 18)));
    let (step, ppk) = (sample::step(Track::Discipline, TrackState::Decided), sample::officer(Role::PpkOfficer, 1));
    let decision = step::decide(&facts, &ppk, Track::Discipline, &step, None, &named, sample::now()).unwrap();
    let clocks: Vec<_> = decision.clocks().iter().map(|clock| (clock.code, clock.status)).collect();
    assert_eq!(clocks, [(D::D12, ClockStatus::Cancelled), (D::D8, ClockStatus::Running)]);
    facts.case.tracks.appeal = TrackState::Filed;
    let pending = step::decide(&facts, &ppk, Track::Discipline, &step, None, &named, sample::now());
    let Err(Refusal::Guards(guards)) = pending else { panic!("{pending:?}") };
    assert_eq!(guards.iter().map(|guard| guard.name).collect::<Vec<_>>(), ["remedy_awaited"]);
}
