//! The table of deadlines for docs/workflow.md, from the rules the program ships and from whom it reminds. Only prints them.

use std::fmt::Write;

use super::or_dash;
use crate::domain::calendar::{Confirmation, Unit};
use crate::domain::case::State;
use crate::domain::deadline::{
    DeadlineCode, Office, REVIEW_ANSWERED, REVIEW_ASKED, RULES_FILE, TO_REPRIMAND, is_no_clock, is_statutory,
};
use crate::domain::ids::Language;
use crate::domain::notice::Audience;

const HEAD: &str = "\n## Deadlines (batas waktu)\n\n\
    The rules shipped in `data/deadline_rules.csv`; what runs in a service is what its database holds, at `/v1/reference/deadline-rules`. A day \
    is one of the office that has the work: it ends in the time zone of that region (WIB, WITA, WIT), whose local days off count. Where no such \
    agency is known yet it is the region of the conduct, and bodies of the whole country sit in Jakarta without local days off. The day on which \
    a clock begins is not counted. Reminders are in one digest a person and \
    morning (M16, M17): two days before the end, on its day, and every three working days after it.\n\n\
    | Code | Batas waktu | Deadline | Begins | Length | Days of | Election law | Basis | Reminded | When passed |\n|---|---|---|---|---|---|---|---|---|---|\n";

/// The table, with what belongs to no row of the file.
pub(super) fn markdown(text: &mut String) {
    text.push_str(HEAD);
    let mut file = csv::Reader::from_reader(RULES_FILE.as_bytes());
    let heads = file.headers().cloned().unwrap_or_default();
    for row in file.records().flatten() {
        let cell =
            |name: &str| heads.iter().position(|head| head == name).and_then(|at| row.get(at)).unwrap_or_default();
        let Some(code) = DeadlineCode::parse(cell("code")) else { continue };
        let unit = Unit::parse(cell("unit")).map_or("", |unit| unit.label(Language::English));
        let forward = if cell("roll_forward") == "true" { ", then the next working day" } else { "" };
        let paused = if cell("pausable") == "true" { "; stands still while the reporter is asked" } else { "" };
        let _ = writeln!(
            text,
            "| {code} | {} | {} | {} | {} {unit}{forward}{paused} | {} | {} | {} | {} | {} |",
            cell("title_id"),
            cell("title_en"),
            cell("starts"),
            cell("length"),
            days_of(code, cell("variant")),
            cell("regime"),
            basis(cell("basis"), cell("confirmation")),
            or_dash(reminded(code, cell("variant"))),
            or_dash(when_passed(code, cell("variant")).to_owned()),
        );
    }
    let (code, id, en) = (DeadlineCode::D13, Language::Indonesian, Language::English);
    let _ = writeln!(
        text,
        "\n{code} ({}, {}) is no clock: it is counted in years from the closing, by `data/retention_policies.csv`.",
        code.label(id),
        code.label(en)
    );
}

/// The provision a rule rests on, else how far a rule without one can be trusted.
fn basis(provision: &str, confirmation: &str) -> String {
    let words = Confirmation::parse(confirmation).map_or("", |mark| mark.label(Language::English));
    if provision.is_empty() { or_dash(words.to_owned()) } else { provision.replace(';', "; ") }
}

/// Whose days they are.
fn days_of(code: DeadlineCode, variant: &str) -> &'static str {
    match Office::of(code, variant) {
        Office::Place => "the place of the conduct",
        Office::Reviewer => "the reviewing agency",
        Office::Ppk => "the PPK's agency",
        Office::Centre => "BPASN, in Jakarta",
    }
}

/// What then becomes possible or happens by itself, beside reminders.
fn when_passed(code: DeadlineCode, variant: &str) -> &'static str {
    match code {
        _ if is_statutory(code, variant) => "nothing here: it is Bawaslu's own time",
        DeadlineCode::D1 => "shown as overdue",
        DeadlineCode::D2 => {
            "Bawaslu is told as `preliminary_information` only (T07, T11), or passed over as `out_of_time` (T12)"
        }
        DeadlineCode::D3 => "the case goes back unanswered (T05)",
        DeadlineCode::D4 | DeadlineCode::D6 => "shown as overdue, and goes up one level",
        DeadlineCode::D5 => "the referral may be recalled (T17)",
        DeadlineCode::D7 if is_no_clock(variant) => "recorded all the same, with a warning",
        DeadlineCode::D7 if variant == TO_REPRIMAND => "the PPK may be reprimanded (`control.reprimand`), then blocked",
        DeadlineCode::D7 => "the PPK may be warned (`control.warning`)",
        DeadlineCode::D8 | DeadlineCode::D10 => "shown as overdue",
        DeadlineCode::D9 if variant == "in_force" => {
            "with the time for a remedy over as well, the decision may take effect (T26)"
        }
        DeadlineCode::D9 => {
            "a remedy is filed with a reason for the delay only (T25); the decision may take effect (T26)"
        }
        DeadlineCode::D11 if variant == REVIEW_ASKED => "a request is refused",
        DeadlineCode::D11 if variant == REVIEW_ANSWERED => "the BKN auditors are told",
        DeadlineCode::D11 => "nothing: the closing itself tells the reporter",
        DeadlineCode::D12 => "shown as overdue; `/v1/compliance` counts the sanction as unregistered",
        DeadlineCode::D13 => "a purge is proposed",
    }
}

/// Whom it reminds in any state, and who is told besides once it is over.
fn reminded(code: DeadlineCode, variant: &str) -> String {
    if is_statutory(code, variant) || is_no_clock(variant) {
        return String::new();
    }
    let of = |late| {
        let mut all: Vec<Audience> = State::ALL.iter().flat_map(|state| code.reminded(*state, late)).copied().collect();
        all.extend(code.watched().iter().filter(|_| late));
        all.sort_unstable();
        all.dedup();
        all
    };
    let (early, late) = (of(false), of(true));
    let names = |list: &[Audience]| list.iter().map(|audience| audience.as_str()).collect::<Vec<_>>().join(", ");
    let besides: Vec<Audience> = late.into_iter().filter(|audience| !early.contains(audience)).collect();
    let also = if besides.is_empty() { String::new() } else { format!("; once over also {}", names(&besides)) };
    format!("{}{also}", names(&early))
}
