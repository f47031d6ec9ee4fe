//! What the service points out to officers: what a number tells, what is unusual, which phase the calendar suggests, which
//! cases may belong together. Never for the reporter or the public.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Label, SubjectView};
use crate::app::Reference;
use crate::db::duplicates::Suggested;
use crate::domain::actor::Officer;
use crate::domain::case::{Case, State, Subject};
use crate::domain::deadline::window::warning;
use crate::domain::duplicate::Reason;
use crate::domain::election::{Suggestion, suggest};
use crate::domain::frozen::FrozenForm;
use crate::domain::person_number::{self, Decoded, Nik, Nip, NumberKind, Sex};
use crate::domain::warning::Warning;

/// Something to look at again; it stops nothing.
#[derive(Serialize, ToSchema)]
pub struct WarningView {
    /// Code, never translated.
    pub code: Warning,
    /// In words.
    pub detail: Label,
}

impl From<Warning> for WarningView {
    fn from(code: Warning) -> Self {
        Self { code, detail: Label::of(|language| code.label(language).to_owned()) }
    }
}

/// What the subject's number tells.
#[derive(Serialize, ToSchema)]
pub struct DecodedView {
    /// The number it was read from.
    pub kind: NumberKind,
    /// Birth date; of a NIK the century is the likelier one.
    pub born_on: Option<NaiveDate>,
    /// Age on the day the case was received.
    pub age_when_reported: Option<u32>,
    /// Sex.
    pub sex: Sex,
    /// Month of appointment, or the year a contract began.
    #[schema(example = "2015-05")]
    pub appointed: Option<String>,
    /// Code of the contract of a government employee on contract.
    pub contract_code: Option<u32>,
}

impl From<Decoded> for DecodedView {
    fn from(decoded: Decoded) -> Self {
        Self {
            kind: decoded.kind,
            born_on: decoded.born_on,
            age_when_reported: decoded.age,
            sex: decoded.sex,
            appointed: decoded.appointed,
            contract_code: decoded.contract_code,
        }
    }
}

fn read(subject: &Subject) -> (Option<Nip>, Option<Nik>) {
    let nip = subject.nip.as_ref().and_then(|nip| Nip::read(nip.reveal()));
    (nip, subject.nik.as_ref().and_then(|nik| Nik::read(nik.reveal())))
}

/// What the subject's numbers tell, seen on the day the case was received.
pub fn decoded(case: &Case, subject: &Subject) -> Option<DecodedView> {
    let (nip, nik) = read(subject);
    let received_on = crate::domain::calendar::today(case.created_at);
    person_number::decode(nip.as_ref(), nik.as_ref(), subject.employment, received_on).map(DecodedView::from)
}

/// What is unusual about the subject's numbers.
pub fn warnings(subject: &Subject, reference: &Reference) -> Vec<WarningView> {
    let (nip, nik) = read(subject);
    let known = |code: &str| reference.regions.contains(code);
    let found = person_number::warnings(nip.as_ref(), nik.as_ref(), subject.employment, known);
    found.into_iter().map(WarningView::from).collect()
}

/// What the election calendar suggests for the act, and where the officer has decided otherwise.
pub fn suggested(case: &Case, act_day: NaiveDate, reference: &Reference) -> (Suggestion, Vec<WarningView>) {
    let suggestion = suggest(&reference.elections, &case.region_code, act_day);
    let mut warnings = Vec::new();
    // Before triage has chosen a phase there is nothing to differ.
    if case.conduct_phase.is_some_and(|phase| phase != suggestion.phase) {
        warnings.push(Warning::PhaseDiffers.into());
    }
    if case.conduct_phase.is_some() && case.election_regime != suggestion.regime {
        warnings.push(Warning::RegimeDiffers.into());
    }
    (suggestion, warnings)
}

/// What is to be said of Bawaslu's window.
pub fn window(case: &Case, now: DateTime<Utc>) -> Option<WarningView> {
    warning(case, now).map(WarningView::from)
}

/// A form of violation as the case keeps it.
#[derive(Serialize, ToSchema)]
pub struct NamedFormView {
    /// Code.
    #[schema(example = "DIS-06")]
    pub code: String,
    /// Category.
    pub category: crate::domain::case::Category,
    /// Title as the catalogue had it for the day of the act.
    pub title: Label,
    /// The decree or law.
    pub source_decree: String,
    /// First day that version held.
    pub valid_from: NaiveDate,
}

impl From<&FrozenForm> for NamedFormView {
    fn from(form: &FrozenForm) -> Self {
        Self {
            code: form.code.clone(),
            category: form.category,
            title: Label { id: form.title_id.clone(), en: form.title_en.clone() },
            source_decree: form.source_decree.clone(),
            valid_from: form.valid_from,
        }
    }
}

/// Why another case is shown.
#[derive(Serialize, ToSchema)]
pub struct ReasonView {
    /// Code.
    pub code: Reason,
    /// In words.
    pub text: Label,
}

/// Another case that may be about the same thing.
#[derive(Serialize, ToSchema)]
pub struct DuplicateView {
    /// Its number.
    #[schema(example = "REG-BKN-2026-1000002")]
    pub case_number: String,
    /// Where it stands.
    pub state: State,
    /// When its first report arrived.
    pub received_at: DateTime<Utc>,
    /// Region of the conduct.
    pub region_code: String,
    /// The subject's agency.
    pub agency_code: Option<String>,
    /// Who it is about.
    pub subject: SubjectView,
    /// Why it is shown.
    pub reasons: Vec<ReasonView>,
    /// How similar the names are, from 0 to 1.
    pub name_similarity: Option<f32>,
    /// The days reported are at most three apart: it may be the same act.
    pub overlapping: bool,
}

impl DuplicateView {
    /// The view for this officer.
    pub fn new(suggested: &Suggested, officer: &Officer, reference: &Reference) -> Self {
        let (case, subject) = (&suggested.found.case, &suggested.found.subject);
        let reason =
            |code: &Reason| ReasonView { code: *code, text: Label::of(|language| code.label(language).to_owned()) };
        Self {
            case_number: case.case_number.clone(),
            state: case.state,
            received_at: case.created_at,
            region_code: case.region_code.clone(),
            agency_code: reference.agency_code(case.agency_id),
            subject: SubjectView::new(case, subject, officer.role),
            reasons: suggested.reasons.iter().map(reason).collect(),
            name_similarity: suggested.name_similarity,
            overlapping: suggested.overlapping,
        }
    }
}
