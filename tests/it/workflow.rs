//! The transition table as a whole: complete, without dead ends, kept by people who exist, and the one the specification
//! describes. The last test holds the two forms of the rule "who sees what" against each other.

use std::collections::BTreeSet;

use netral::domain::action::Verb;
use netral::domain::actor::Role;
use netral::domain::case::{ClosureReason, State, public_label};
use netral::domain::decide::{Verdict, decide};
use netral::domain::ids::Language;
use netral::domain::notice::{Audience, Notice};
use netral::domain::policy::{Permission, granted};
use netral::domain::tracks::driven::DRIVEN;
use netral::domain::tracks::rules::TRACK_RULES;
use netral::domain::tracks::{Track, TrackState};
use netral::domain::workflow::{Firer, OPENING, OPENING_NOTICES, RULES, Rule, Target};
use netral::worker::letter::{LetterContext, Letters};

use crate::sample;

/// Every state a rule can lead to. A question returns to where it was asked; a closing may stop in monitoring.
fn targets(rule: &Rule) -> Vec<State> {
    match rule.to {
        Target::To(state) => vec![state],
        Target::Return => {
            RULES.iter().filter(|r| r.to == Target::To(State::AwaitingReporter)).flat_map(|r| r.from).copied().collect()
        }
        Target::Close(_) => vec![State::Closed, State::Monitoring],
        Target::CloseWithResult => vec![State::Closed],
    }
}

fn reachable_from(start: State) -> BTreeSet<State> {
    let mut found = BTreeSet::from([start]);
    loop {
        let next: BTreeSet<State> =
            RULES.iter().filter(|rule| rule.from.iter().any(|from| found.contains(from))).flat_map(targets).collect();
        let before = found.len();
        found.extend(next);
        if found.len() == before {
            return found;
        }
    }
}

#[test]
fn every_state_can_be_reached_from_a_new_report() {
    let reached = reachable_from(OPENING);
    for state in State::ALL {
        assert!(reached.contains(state), "no way leads to {state}");
    }
}

#[test]
fn every_case_can_still_be_closed_wherever_it_stands() {
    for state in State::ALL {
        assert!(reachable_from(*state).contains(&State::Closed), "{state} is a dead end");
        let way_out = RULES.iter().any(|rule| rule.from.contains(state));
        assert!(way_out, "nothing can be done in {state}");
    }
}

#[test]
fn every_verb_has_a_rule_and_every_rule_says_who_is_told() {
    for verb in Verb::ALL {
        assert!(RULES.iter().any(|rule| rule.verb == *verb), "{verb} has no rule");
    }
    for rule in RULES {
        assert!(!rule.from.is_empty() && !rule.notices.is_empty(), "{} {}", rule.id, rule.verb);
    }
}

#[test]
fn every_step_has_an_officer_who_may_take_it_and_another_who_may_approve_it() {
    let holders = |permission: Permission| Role::ALL.iter().filter(|role| granted(**role, permission)).count();
    for rule in RULES {
        if let Firer::Officer(permission) = rule.by {
            assert!(holders(permission) > 0, "nobody may fire {} {}", rule.id, rule.verb);
        }
        if let Some(permission) = rule.approval {
            assert!(holders(permission) > 0, "nobody may approve {} {}", rule.id, rule.verb);
        }
    }
}

const BEFORE_PPK: &[&str] =
    &["submitted", "triage", "awaiting_reporter", "inspectorate_review", "bawaslu_referral", "recommendation"];
const OPEN: &[&str] = &[
    "submitted",
    "triage",
    "awaiting_reporter",
    "inspectorate_review",
    "bawaslu_referral",
    "recommendation",
    "ppk_action",
    "sanction_decided",
    "appeal",
    "monitoring",
];

/// Where a track can come to from these states by officers' steps alone, in a case of this state.
fn led_to(track: Track, from: &[TrackState], within: State) -> BTreeSet<TrackState> {
    let mut found: BTreeSet<TrackState> = from.iter().copied().collect();
    loop {
        let steps = TRACK_RULES.iter().filter(|rule| rule.track == track && rule.within.contains(&within));
        let next: Vec<TrackState> =
            steps.filter(|rule| rule.from.iter().any(|from| found.contains(from))).map(|rule| rule.to).collect();
        let before = found.len();
        found.extend(next);
        if found.len() == before {
            return found;
        }
    }
}

#[test]
fn a_monitored_case_can_always_be_closed_since_every_live_track_can_be_ended() {
    for track in Track::ALL {
        for state in sample::states_of(*track).into_iter().filter(|state| state.is_live()) {
            let ends = led_to(*track, &[state], State::Monitoring);
            assert!(ends.iter().any(|state| !state.is_live()), "{track} never ends from {state}: {ends:?}");
        }
    }
}

#[test]
fn every_state_of_a_track_can_be_reached_and_every_step_has_somebody_who_may_take_it() {
    for track in Track::ALL {
        let driven = DRIVEN.iter().filter(|line| line.track == *track).flat_map(|line| line.to).copied();
        let mut begun: Vec<TrackState> = driven.chain([TrackState::None]).collect();
        for within in State::ALL {
            begun.extend(led_to(*track, &begun, *within));
        }
        for state in sample::states_of(*track) {
            let by_the_council = state == TrackState::Recommended;
            assert!(begun.contains(&state) || by_the_council, "no way leads {track} to {state}");
        }
    }
    for rule in TRACK_RULES {
        let holders = Role::ALL.iter().filter(|role| granted(**role, rule.permission)).count();
        assert!(holders > 0 && !rule.from.is_empty() && !rule.within.contains(&State::Closed), "{rule:?}");
    }
}

/// The specification a second time, by hand: id, verb, from, to, a second officer needed.
const SPECIFIED: &[(&str, &str, &[&str], &str, bool)] = &[
    ("T02", "take", &["submitted"], "triage", false),
    ("T03", "ask", &["triage", "inspectorate_review"], "awaiting_reporter", false),
    ("T04", "answer", &["awaiting_reporter"], "return", false),
    ("T05", "expire_question", &["awaiting_reporter"], "return", false),
    ("T06", "accept", &["triage", "inspectorate_review"], "inspectorate_review", false),
    ("T07", "refer_directly", &["triage"], "bawaslu_referral", false),
    ("T08", "dismiss", &["triage"], "closed: dismissed", true),
    ("T09", "merge", BEFORE_PPK, "closed: merged_duplicate", false),
    ("T10", "transfer_out", &["triage", "inspectorate_review"], "closed: transferred", false),
    ("T11", "refer", &["inspectorate_review"], "bawaslu_referral", true),
    ("T12", "conclude", &["inspectorate_review"], "recommendation", true),
    ("T13", "find_unproven", &["inspectorate_review"], "closed: not_proven", true),
    ("T14", "return_referral", &["bawaslu_referral"], "inspectorate_review", false),
    ("T15", "record_breach", &["bawaslu_referral"], "recommendation", false),
    ("T15", "record_breach_for_review", &["bawaslu_referral"], "inspectorate_review", false),
    ("T15", "record_breach_as_sufficient", &["bawaslu_referral"], "recommendation", false),
    ("T16", "record_no_breach", &["bawaslu_referral"], "inspectorate_review", false),
    ("T17", "recall", &["bawaslu_referral"], "inspectorate_review", false),
    ("T18", "request_more_work", &["recommendation"], "inspectorate_review", false),
    ("T19", "send_recommendation", &["recommendation"], "ppk_action", true),
    ("T20", "recommend_nothing", &["recommendation"], "closed: not_proven", true),
    ("T21", "contest", &["ppk_action"], "recommendation", false),
    ("T22", "reassign_agency", &["ppk_action"], "ppk_action", false),
    ("T23", "impose_sanction", &["ppk_action"], "sanction_decided", false),
    ("T24", "report_unproven", &["ppk_action"], "closed: not_proven", true),
    ("T25", "file_appeal", &["sanction_decided", "monitoring"], "appeal", false),
    ("T26", "take_effect", &["sanction_decided"], "monitoring", false),
    ("T27", "decide_appeal", &["appeal"], "monitoring", false),
    ("T28", "cancel_on_appeal", &["appeal"], "closed: sanction_cancelled", false),
    ("T29", "close", &["monitoring"], "closed: result", false),
    ("T30", "record_departure", OPEN, "closed: subject_left_service", false),
    ("T31", "withdraw", &["submitted", "triage", "awaiting_reporter"], "closed: withdrawn", false),
    ("T32", "reopen_triage", &["closed"], "triage", false),
    ("T32", "reopen_review", &["closed"], "inspectorate_review", false),
    ("T33", "unmerge", &["closed"], "triage", false),
];

#[test]
fn the_table_is_the_one_of_the_specification() {
    let written: Vec<(String, String, BTreeSet<String>, String, bool)> = RULES
        .iter()
        .map(|rule| {
            let to = match rule.to {
                Target::To(state) => state.to_string(),
                Target::Return => "return".to_owned(),
                Target::Close(reason) => format!("closed: {reason}"),
                Target::CloseWithResult => "closed: result".to_owned(),
            };
            let from = rule.from.iter().map(ToString::to_string).collect();
            (rule.id.to_owned(), rule.verb.to_string(), from, to, rule.approval.is_some())
        })
        .collect();
    let specified: Vec<_> = SPECIFIED
        .iter()
        .map(|(id, verb, from, to, approved)| {
            let from: BTreeSet<String> = from.iter().map(|state| (*state).to_owned()).collect();
            ((*id).to_owned(), (*verb).to_owned(), from, (*to).to_owned(), *approved)
        })
        .collect();
    assert_eq!(written, specified);
}

/// Who fires what, by the specification's column: every role that may, and no other.
#[test]
fn each_step_belongs_to_the_offices_the_specification_names() {
    use Role::{
        BawasluLiaison as L, BknAuditor as B, Inspector as I, InspectorLead as H, PpkOfficer as P, TriageOfficer as T,
    };
    let specified: &[(Verb, &[Role])] = &[
        (Verb::Take, &[T]),
        (Verb::Ask, &[T, I]),
        (Verb::Accept, &[T]),
        (Verb::ReferDirectly, &[T]),
        (Verb::Dismiss, &[T]),
        (Verb::Merge, &[T, I]),
        (Verb::TransferOut, &[T, H]),
        (Verb::Refer, &[I]),
        (Verb::Conclude, &[I]),
        (Verb::FindUnproven, &[I]),
        (Verb::ReturnReferral, &[H, L]),
        (Verb::RecordBreach, &[L]),
        (Verb::RecordBreachForReview, &[L]),
        (Verb::RecordBreachAsSufficient, &[B]),
        (Verb::RecordNoBreach, &[L]),
        (Verb::Recall, &[H]),
        (Verb::RequestMoreWork, &[B]),
        (Verb::SendRecommendation, &[B]),
        (Verb::RecommendNothing, &[B]),
        (Verb::Contest, &[P]),
        (Verb::ReassignAgency, &[B]),
        (Verb::ImposeSanction, &[P]),
        (Verb::ReportUnproven, &[P]),
        (Verb::FileAppeal, &[P]),
        (Verb::TakeEffect, &[P]),
        (Verb::DecideAppeal, &[B, P]),
        (Verb::CancelOnAppeal, &[B, P]),
        (Verb::Close, &[B]),
        (Verb::RecordDeparture, &[B, P]),
        (Verb::Withdraw, &[T]),
        (Verb::ReopenTriage, &[H, B]),
        (Verb::ReopenReview, &[H, B]),
        (Verb::Unmerge, &[H]),
    ];
    for rule in RULES {
        let Firer::Officer(permission) = rule.by else {
            assert!(matches!(rule.verb, Verb::Answer | Verb::ExpireQuestion), "{} is fired by no officer", rule.verb);
            continue;
        };
        let may: BTreeSet<Role> = Role::ALL.iter().copied().filter(|role| granted(*role, permission)).collect();
        let (_, named) = specified.iter().find(|(verb, _)| *verb == rule.verb).expect("each verb is specified");
        assert_eq!(may, named.iter().copied().collect(), "{} {}", rule.id, rule.verb);
    }
}

#[test]
fn nobody_approves_his_own_draft() {
    for rule in RULES.iter().filter(|rule| rule.approval.is_some()) {
        let facts = sample::case(rule.from[0]);
        for role in Role::ALL {
            let drafter = sample::officer(*role, 1);
            let (action, named) = (sample::action(rule.verb), sample::named(rule.verb));
            let approved_by_himself = decide(&facts, &drafter, Some(&drafter), &action, &named, sample::now());
            assert!(approved_by_himself.is_err(), "{role} approves his own {}", rule.verb);
            let alone = decide(&facts, &drafter, None, &action, &named, sample::now());
            assert!(!matches!(alone, Ok(Verdict::Decided(_))), "{role} does {} alone", rule.verb);
        }
    }
}

#[test]
fn the_public_never_reads_of_criminal_proceedings_that_are_not_over() {
    let words = ["pidana", "kriminal", "crim", "police", "polisi", "gakkumdu", "penyidik", "tersangka", "bawaslu"];
    for language in Language::ALL {
        for state in State::ALL {
            let said = format!("{} {}", state.public_label(language), state.public_next_step(language)).to_lowercase();
            assert!(!words.iter().any(|word| said.contains(word)), "{state}: {said}");
        }
        for reason in ClosureReason::ALL.iter().filter(|reason| **reason != ClosureReason::CriminalOnly) {
            let said = public_label(State::Closed, Some(*reason), language).to_lowercase();
            assert!(!words.iter().any(|word| said.contains(word)), "{reason}: {said}");
        }
    }
    for state in State::ALL {
        let mut facts = sample::case(*state);
        let label = facts.case.public_label(Language::Indonesian);
        for criminal in sample::states_of(Track::Criminal) {
            facts.case.tracks.criminal = criminal;
            assert_eq!(facts.case.public_label(Language::Indonesian), label, "{state} shows {criminal}");
        }
    }
}

#[test]
fn a_case_ends_as_criminal_only_after_a_conviction_and_nothing_else() {
    for criminal in sample::states_of(Track::Criminal) {
        for result in ClosureReason::ALL {
            let mut facts = sample::case(State::Monitoring);
            facts.case.tracks.criminal = criminal;
            facts.case.administrative_result = Some(*result);
            let (action, named) = (sample::action(Verb::Close), sample::named(Verb::Close));
            let auditor = sample::officer(Role::BknAuditor, 1);
            match decide(&facts, &auditor, None, &action, &named, sample::now()) {
                Ok(Verdict::Decided(decision)) => {
                    assert!(!criminal.is_live(), "closed while the track is at {criminal}");
                    let ends = decision.next().closure_reason;
                    if *result != ClosureReason::CriminalOnly {
                        let convicted_only = *result == ClosureReason::NotProven && criminal == TrackState::Convicted;
                        assert_eq!(ends == Some(ClosureReason::CriminalOnly), convicted_only, "{criminal} {result}");
                    }
                }
                Ok(Verdict::NeedsApproval(..)) => panic!("closing needs no second officer"),
                Err(_) => assert!(criminal.is_live(), "not closed although the track is at {criminal}"),
            }
        }
    }
}

#[test]
fn every_notice_has_its_letters_in_both_languages_and_is_sent_by_some_rule() {
    let letters = Letters::new().unwrap();
    let context = LetterContext {
        number: "NTR-2026-7K3M9QX2B".to_owned(),
        link: "https://netral.example/x".to_owned(),
        label: Some("Sedang diperiksa".to_owned()),
        reason: Some("Tidak terbukti".to_owned()),
        due: Some("27-11-2026".to_owned()),
        count: None,
        letter_number: Some("B/12/XI/2026".to_owned()),
        confirm_link: Some("https://netral.example/y".to_owned()),
        lines: vec!["REG-BKN-2026-1000001: D4, 27-11-2026".to_owned()],
    };
    let of_tracks = TRACK_RULES.iter().flat_map(|rule| rule.notices);
    let sent: BTreeSet<Notice> = RULES
        .iter()
        .flat_map(|rule| rule.notices)
        .chain(OPENING_NOTICES)
        .chain(of_tracks)
        .map(|(notice, _)| *notice)
        .collect();
    for notice in Notice::ALL {
        let beside_the_rules =
            matches!(notice, Notice::CredentialsChanged | Notice::RefreshReused | Notice::ApprovalWaiting)
                || matches!(notice, Notice::DeadlineDigest | Notice::PpkOverdue | Notice::CalendarMissing)
                || matches!(notice, Notice::ClientSecretMade)
                || matches!(notice, Notice::ReviewRequested | Notice::ReviewRefused)
                || matches!(notice, Notice::BreachDue | Notice::BreachOverdue | Notice::AddressChanged);
        assert!(sent.contains(notice) || beside_the_rules, "no rule sends {notice}");
        for language in Language::ALL {
            letters.write(notice.as_str(), language.code(), &context).unwrap_or_else(|e| panic!("{notice}: {e:#}"));
        }
    }
    let named: BTreeSet<&str> = Notice::ALL.iter().map(|notice| notice.as_str()).collect();
    assert_eq!(named, Letters::templates().iter().copied().collect(), "a letter no notice sends");
}

#[test]
fn each_change_of_status_is_mailed_under_the_code_that_the_mail_rules_give_it() {
    let code = |id: &str| {
        let rule = RULES.iter().find(|rule| rule.id == id).unwrap();
        let told = rule.notices.iter().find(|(_, audience)| *audience == Audience::Reporters).unwrap();
        rule.mail_code(told.0)
    };
    let codes = ["T02", "T03", "T06", "T07", "T11", "T12", "T23", "T29"].map(code);
    assert_eq!(codes, ["M3", "M4", "M6", "M6", "M6b", "M6b", "M6b", "M9"]);
}
