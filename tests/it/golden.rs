//! Golden files: what each seat may do in each state and on each kind of case, and every mail in both languages. A change of a rule or of a
//! wording shows as a difference to be read; `UPDATE_GOLDEN=1 cargo test --test it golden` writes them anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use netral::domain::action::Verb;
use netral::domain::actor::{Actor, Officer, Role};
use netral::domain::case::{CaseFacts, ClosureReason, OfficerIds, ReferralKind, State};
use netral::domain::decide::{Refusal, Verdict, decide};
use netral::domain::ids::Language;
use netral::domain::marks::{self, Marks};
use netral::domain::notice::Notice;
use netral::domain::policy::{self, Permission};
use netral::domain::workflow::{RULES, rule_for};
use netral::worker::letter::{LetterContext, Letters};

use crate::sample;

/// Compares with the golden file, or writes it when asked to.
fn golden(name: &str, text: &str) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden")).join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept == text {
        return;
    }
    let (kept, new): (Vec<_>, Vec<_>) = (kept.lines().collect(), text.lines().collect());
    let at = kept.iter().zip(&new).position(|(a, b)| a != b).unwrap_or(kept.len().min(new.len()));
    panic!(
        "tests/it/golden/{name} differs from line {} on:\n  was: {}\n  now: {}\nIf the change is meant, run with UPDATE_GOLDEN=1 and read the difference.",
        at + 1,
        kept.get(at).unwrap_or(&"(nothing)"),
        new.get(at).unwrap_or(&"(nothing)")
    );
}

/// What comes of trying, in words.
fn outcome(facts: &CaseFacts, actor: &Actor, approver: Option<&Actor>, verb: Verb) -> String {
    match decide(facts, actor, approver, &sample::action(verb), &sample::named(verb), sample::now()) {
        Ok(Verdict::Decided(decision)) => {
            let next = decision.next();
            next.closure_reason.map_or_else(
                || format!("moves to {}", next.state),
                |reason| format!("moves to {} ({reason})", next.state),
            )
        }
        Ok(Verdict::NeedsApproval(permission, _)) => format!("needs approval by {permission}"),
        Err(Refusal::NotInState) => "-".to_owned(),
        Err(Refusal::Forbidden(_) | Refusal::NotForOfficers) => "forbidden".to_owned(),
        Err(Refusal::OwnDraft) => "own draft".to_owned(),
        Err(Refusal::Guards(guards)) => {
            format!("guard: {}", guards.iter().map(|guard| guard.name).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Every seat that can act, by name.
fn seats() -> Vec<(String, Actor)> {
    let officers = Role::ALL.iter().map(|role| (role.to_string(), sample::officer(*role, 1)));
    officers.chain([("reporter".to_owned(), sample::reporter()), ("clock".to_owned(), Actor::System)]).collect()
}

/// One line for each outcome, naming the seats that get it.
fn write_outcomes(text: &mut String, verb: Verb, outcomes: &[(String, String)]) {
    let mut by_outcome: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (seat, outcome) in outcomes {
        by_outcome.entry(outcome).or_default().push(seat);
    }
    let mut lines: Vec<_> = by_outcome.into_iter().collect();
    lines.sort_by_key(|(outcome, _)| *outcome == "forbidden");
    for (outcome, seats) in lines {
        let seats = if seats.len() == outcomes.len() { "everyone".to_owned() } else { seats.join(", ") };
        writeln!(text, "{verb} | {outcome} | {seats}").unwrap();
    }
}

#[test]
fn what_each_seat_may_do_in_each_state_is_as_agreed() {
    let mut text = String::from(
        "State x verb x seat: what comes of a standard action on a standard case within the seat's reach.\n\
         verb | outcome | seats\n\nThe case was reviewed and addressed, is about a matter of discipline, and its reporter asked to withdraw.\n",
    );
    for state in State::ALL {
        writeln!(text, "\n## {state}").unwrap();
        let facts = sample::case(*state);
        let mut absent = Vec::new();
        for verb in Verb::ALL {
            let outcomes: Vec<_> =
                seats().into_iter().map(|(name, actor)| (name, outcome(&facts, &actor, None, *verb))).collect();
            if outcomes.iter().all(|(_, outcome)| outcome == "-") {
                absent.push(verb.as_str());
            } else {
                write_outcomes(&mut text, *verb, &outcomes);
            }
        }
        writeln!(text, "- | {}", absent.join(", ")).unwrap();
    }
    text.push_str("\n# Approving a colleague's draft\n");
    for rule in RULES.iter().filter(|rule| rule.approval.is_some()) {
        let facts = sample::case(rule.from[0]);
        let drafter = seats().into_iter().map(|(_, actor)| actor);
        let drafter = drafter
            .into_iter()
            .find(|actor| outcome(&facts, actor, None, rule.verb).starts_with("needs approval"))
            .expect("somebody may draft it");
        let outcomes: Vec<_> = Role::ALL
            .iter()
            .map(|role| (role.to_string(), outcome(&facts, &drafter, Some(&sample::officer(*role, 2)), rule.verb)))
            .collect();
        writeln!(text, "\n## {}", rule.from[0]).unwrap();
        write_outcomes(&mut text, rule.verb, &outcomes);
    }
    golden("workflow.txt", &text);
}

#[test]
fn the_standard_case_shows_each_step_succeed_somewhere() {
    // Those that exclude each other on one case, and what they need instead.
    let apart = [Verb::RecordBreachForReview, Verb::RecordBreachAsSufficient, Verb::Unmerge];
    for verb in Verb::ALL.iter().filter(|verb| !apart.contains(verb)) {
        let succeeds = State::ALL.iter().filter(|state| rule_for(*verb, **state).is_some()).any(|state| {
            let facts = sample::case(*state);
            seats().iter().any(|(_, actor)| {
                let outcome = outcome(&facts, actor, None, *verb);
                outcome.starts_with("moves") || outcome.starts_with("needs")
            })
        });
        assert!(succeeds, "{verb} never succeeds: the golden file says nothing about it");
    }
}

/// The kinds of case that differ in who sees them, as seen from the agency all seats are in.
fn kinds() -> Vec<(&'static str, CaseFacts)> {
    let made = |change: fn(&mut CaseFacts)| {
        let mut facts = sample::case(State::Triage);
        let case = &mut facts.case;
        (case.agency_id, case.reviewing_agency_id) = (Some(sample::OTHER_AGENCY), Some(sample::OTHER_AGENCY));
        (case.referral_kind, case.addressed) = (None, false);
        change(&mut facts);
        facts
    };
    let own = |facts: &mut CaseFacts| {
        let case = &mut facts.case;
        (case.agency_id, case.reviewing_agency_id) = (Some(sample::AGENCY), Some(sample::AGENCY));
        (case.referral_kind, case.addressed) = (Some(ReferralKind::FormalReport), true);
    };
    // All but one thing would let everybody in.
    let but = |change: fn(&mut CaseFacts)| {
        let mut facts = made(own);
        change(&mut facts);
        facts
    };
    vec![
        (
            "not accepted yet: no agency",
            made(|facts| {
                (facts.case.agency_id, facts.case.reviewing_agency_id) = (None, None);
            }),
        ),
        ("another agency's, in the region", made(|_| ())),
        ("another agency's, in another region", made(|facts| facts.case.region_code = "73.71".to_owned())),
        ("the own agency's, reviewed by another", made(|facts| facts.case.agency_id = Some(sample::AGENCY))),
        (
            "another agency's, reviewed by the own",
            made(|facts| {
                facts.case.reviewing_agency_id = Some(sample::AGENCY);
            }),
        ),
        (
            "referred to Bawaslu, in the region",
            made(|facts| {
                facts.case.referral_kind = Some(ReferralKind::FormalReport);
            }),
        ),
        (
            "referred to Bawaslu, in another region",
            made(|facts| {
                facts.case.referral_kind = Some(ReferralKind::FormalReport);
                facts.case.region_code = "73.71".to_owned();
            }),
        ),
        (
            "the own agency's, recommendation sent to it",
            made(|facts| {
                (facts.case.agency_id, facts.case.addressed) = (Some(sample::AGENCY), true);
            }),
        ),
        ("another agency's, recommendation sent to it", made(|facts| facts.case.addressed = true)),
        (
            "conflict of interest in the own agency, sent one level up",
            made(|facts| {
                (facts.case.agency_id, facts.case.addressed) = (Some(sample::AGENCY), true);
                facts.case.conflict_of_interest = true;
            }),
        ),
        (
            "conflict of interest in an agency below, sent to the own",
            made(|facts| {
                (facts.case.reviewing_agency_id, facts.case.addressed) = (Some(sample::AGENCY), true);
                facts.case.conflict_of_interest = true;
            }),
        ),
        ("the own agency's, reviewed, referred and addressed", but(|_| ())),
        (
            "the same, but of the seat's own work unit",
            but(|facts| {
                facts.subject.work_unit = Some(" bidang UJI".to_owned());
            }),
        ),
        (
            "the same unit's name, but in another agency",
            but(|facts| {
                facts.subject.work_unit = Some("Bidang Uji".to_owned());
                facts.case.agency_id = Some(sample::OTHER_AGENCY);
            }),
        ),
        (
            "the same, but the officer is the subject",
            but(|facts| {
                facts.subject.nip_index = Some(OWN_NUMBER.to_vec());
            }),
        ),
        (
            "the same, but the officer is the subject by his other number",
            but(|facts| {
                facts.subject.nik_index = Some(OTHER_NUMBER.to_vec());
            }),
        ),
        (
            "the same, but the officer reported it, or is the subject of a case merged with it",
            but(|facts| {
                facts.case.barred_marks = Marks(vec![vec![7; 32], AS_REPORTER.to_vec()]);
            }),
        ),
        (
            "the same, but the officer stepped back",
            but(|facts| {
                let everybody = Role::ALL.iter().filter_map(|role| sample::officer(*role, 1).officer().cloned());
                facts.case.excluded_officers = OfficerIds(everybody.map(|officer| officer.officer_id).collect());
            }),
        ),
    ]
}

/// What every officer of the table is recognised by.
const OWN_NUMBER: [u8; 32] = [1; 32];
const OTHER_NUMBER: [u8; 32] = [2; 32];
const AS_REPORTER: [u8; 32] = [3; 32];

/// The officer of this role, recognised by what exclusions go by.
fn person(role: Role) -> Officer {
    let officer = sample::officer(role, 1).officer().cloned().expect("an officer");
    let unit = marks::unit(sample::AGENCY, "Bidang Uji");
    let agency = marks::agency(sample::AGENCY);
    Officer {
        marks: Marks(vec![OWN_NUMBER.to_vec(), OTHER_NUMBER.to_vec(), AS_REPORTER.to_vec(), unit, agency]),
        ..officer
    }
}

#[test]
fn what_each_seat_may_do_on_each_kind_of_case_is_as_agreed() {
    let mut text = String::from(
        "Kind of case x role: whether the seat sees the case, and what it may do there when the state allows it.\n\
         Every seat is in the own agency and reaches the region 15. A seat that does not see a case may do nothing.\n",
    );
    for (name, facts) in kinds() {
        writeln!(text, "\n## {name}").unwrap();
        let mut unseen = Vec::new();
        for role in Role::ALL {
            let officer = person(*role);
            let sees = policy::sees(&officer, &facts.case, &facts.subject);
            let actor = Actor::Officer(officer);
            let usable = Permission::ALL.iter().filter(|it| policy::may(&actor, **it, &facts.case, &facts.subject));
            let usable: Vec<&str> = usable.map(|permission| permission.as_str()).collect();
            assert!(sees || usable.is_empty(), "{role} acts unseen on {name}: {usable:?}");
            if sees {
                writeln!(text, "{role} | {}", usable.join(", ")).unwrap();
            } else {
                unseen.push(role.as_str());
            }
        }
        writeln!(text, "not seen by | {}", unseen.join(", ")).unwrap();
    }
    golden("sight.txt", &text);
}

/// Fixed values, as the worker fills them in.
fn context(notice: Notice, language: Language) -> LetterContext {
    use Notice as N;
    let to_reporter = matches!(
        notice,
        N::ReportReceived
            | N::AddressChanged
            | N::StatusChanged
            | N::QuestionAsked
            | N::QuestionExpired
            | N::CaseClosed
            | N::ReportMerged
            | N::ReportTransferred
            | N::CaseReopened
    );
    let (number, link) = if matches!(notice, N::BreachDue | N::BreachOverdue) {
        ("", "https://netral.example/v1/breaches")
    } else if notice == N::CalendarMissing {
        ("2027", "https://netral.example/v1/calendar?year=2027")
    } else if to_reporter {
        ("NTR-2026-7K3M9QX2B", "https://netral.example/v1/reports/NTR-2026-7K3M9QX2B/status")
    } else {
        ("REG-BKN-2026-1000001", "https://netral.example/v1/cases/REG-BKN-2026-1000001")
    };
    let letter = matches!(notice, N::RecommendationSent | N::CaseTransferredToBody);
    LetterContext {
        number: number.to_owned(),
        link: if notice == N::CaseTransferredToBody { String::new() } else { link.to_owned() },
        label: to_reporter.then(|| State::InspectorateReview.public_label(language).to_owned()),
        reason: (notice == N::CaseClosed).then(|| ClosureReason::NotProven.label(language).to_owned()),
        due: (notice == N::QuestionAsked || !notice.deadlines().is_empty()).then(|| "27-11-2026".to_owned()),
        count: None,
        letter_number: letter.then(|| "B/12/XI/2026".to_owned()),
        confirm_link: notice
            .confirms_address()
            .then(|| "https://netral.example/v1/email-confirmations/0123456789abcdef".to_owned()),
        lines: vec!["REG-BKN-2026-1000001: D4 Pemeriksaan inspektorat, 27-11-2026".to_owned()],
    }
}

#[test]
fn every_mail_reads_as_agreed_in_both_languages() {
    let letters = Letters::new().unwrap();
    for notice in Notice::ALL {
        for language in Language::ALL {
            let letter = letters
                .write(notice.as_str(), language.code(), &context(*notice, language))
                .unwrap_or_else(|error| panic!("{notice}: {error:#}"));
            let text = format!("Subject: {}\n\n{}\n=== HTML ===\n{}", letter.subject, letter.text, letter.html);
            golden(&format!("mails/{notice}.{}.txt", language.code()), &text);
        }
    }
}
