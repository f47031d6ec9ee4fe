//! The data that each verb needs up to the recommendation, one struct a verb; unknown fields are refused. Decides nothing.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{BawasluSkipReason, BreachResult, Employment, ReturnResult};
use crate::domain::case::{Category, ConductPhase, DismissalCode, ElectionRegime, ProtectedPosition, ReferralKind};
use crate::domain::sanction::PositionLevel;

/// An official letter or decision, by number and date. Numbers are other bodies' own: text, never parsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Number as printed on it.
    #[schema(min_length = 1, max_length = 64, example = "006/REG/LP/PW/Kota/05.01/XI/2026")]
    pub number: String,
    /// Date printed on it.
    #[schema(example = "2026-11-20")]
    pub dated: NaiveDate,
    /// Its file, as it was uploaded to the case or to one merged into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Uuid>,
}

/// Who the case is about, as the officer confirmed it; what is left out stays as the reporter typed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmedSubject {
    /// Name without titles, where they are not part of it.
    #[schema(min_length = 2, max_length = 200)]
    pub name: Option<String>,
    /// NIP or NI PPPK, 18 digits; blanks and dots are ignored.
    #[schema(min_length = 18, max_length = 30, example = "198609262015051001")]
    pub nip: Option<String>,
    /// NIK, 16 digits.
    #[schema(min_length = 16, max_length = 30)]
    pub nik: Option<String>,
    /// Position held.
    #[schema(min_length = 2, max_length = 200)]
    pub position: Option<String>,
    /// Work unit in the agency.
    #[schema(min_length = 2, max_length = 200)]
    pub work_unit: Option<String>,
    /// How employed; confirms that the matter concerns a civil servant.
    pub employment: Employment,
}

/// T03: questions to the reporter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The questions; they appear in the reporter's mailbox only.
    #[schema(min_items = 1, max_items = 10, min_length = 5, max_length = 2000)]
    pub questions: Vec<String>,
    /// Last day to answer (D3).
    #[schema(example = "2026-11-30")]
    pub answer_by: NaiveDate,
}

/// T06: acceptance into inspectorate review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// Who it is about.
    pub subject: ConfirmedSubject,
    /// The subject's agency.
    #[schema(min_length = 2, max_length = 24, example = "PEMDA1571")]
    pub agency_code: String,
    /// The agency whose inspectorate reviews: its own, or one level up under a conflict of interest.
    #[schema(min_length = 2, max_length = 24, example = "PEMDA1571")]
    pub reviewing_agency_code: String,
    /// Preliminary category.
    pub category: Category,
    /// Phase of the conduct.
    pub conduct_phase: ConductPhase,
    /// Which election law applies.
    pub election_regime: ElectionRegime,
    /// The subject holds this position; then the case is reviewed and sanctioned one level up.
    pub protected_position: Option<ProtectedPosition>,
    /// The subject is close to the PPK in another way, with the same consequence.
    #[serde(default)]
    pub conflict_of_interest: bool,
    /// Why phase or election law are others than the election calendar suggests.
    #[schema(min_length = 20, max_length = 4000)]
    pub phase_reason: Option<String>,
    /// The subject is the same person as that of this case, under a number not known yet: a NI PPPK changes with the agency.
    #[schema(min_length = 8, max_length = 64, example = "REG-BKN-2026-1000001")]
    pub same_person_as: Option<String>,
}

impl Accept {
    /// Whether the agency of the subject must not judge it.
    pub const fn one_level_up(&self) -> bool {
        self.conflict_of_interest || self.protected_position.is_some()
    }
}

/// T07: straight to Bawaslu, whose window is shorter than any review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferDirectly {
    /// As what it goes to Bawaslu.
    pub referral_kind: ReferralKind,
    /// Which election law applies.
    pub election_regime: ElectionRegime,
    /// The agency whose inspectorate reviews when Bawaslu hands the case back: the subject's own, or under a conflict of
    /// interest one above it; where the subject's is not known, BKN.
    #[schema(min_length = 2, max_length = 24, example = "PEMDA1571")]
    pub reviewing_agency_code: String,
    /// The subject's agency, where it is known already.
    #[schema(min_length = 2, max_length = 24, example = "PEMDA1571")]
    pub agency_code: Option<String>,
    /// The subject holds this position; then the case is reviewed one level up from the start.
    pub protected_position: Option<ProtectedPosition>,
    /// The subject is close to the PPK in another way, with the same consequence.
    #[serde(default)]
    pub conflict_of_interest: bool,
}

impl ReferDirectly {
    /// Whether the agency of the subject must not judge it.
    pub const fn one_level_up(&self) -> bool {
        self.conflict_of_interest || self.protected_position.is_some()
    }
}

/// T08: dismissal in triage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dismiss {
    /// The ground.
    pub dismissal_code: DismissalCode,
    /// Why, for the file.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
    /// Why, in words for the reporter.
    #[schema(min_length = 20, max_length = 2000)]
    pub public_wording: String,
}

/// T09: merge into another case on the same act, or on another act of the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The case that goes on.
    #[schema(min_length = 8, max_length = 64, example = "REG-BKN-2026-1000001")]
    pub master_case_number: String,
    /// Why they are the same, or belong together.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
    /// It is another act of the same person, which the other case takes as a further one.
    #[serde(default)]
    pub further_act: bool,
}

/// T10: the matter belongs to another body. A wrong PPK is no transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferOut {
    /// The body, by its code in the catalogue of today; a unit of it is named in the letter.
    #[schema(min_length = 2, max_length = 32, example = "DKPP")]
    pub receiving_body_code: String,
    /// Its official address, when it is to be told by e-mail.
    #[schema(format = "email", max_length = 254)]
    pub receiving_email: Option<String>,
    /// The covering letter.
    pub letter: Document,
    /// Why.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
}

/// T11: referral after review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refer {
    /// As what it goes to Bawaslu.
    pub referral_kind: ReferralKind,
    /// What the inspectorate found so far.
    #[schema(min_length = 20, max_length = 8000)]
    pub findings_summary: String,
}

/// What was concluded on one act. The service numbers acts in the order they are first named; the same words are the
/// same act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The act, in short.
    #[schema(min_length = 5, max_length = 500)]
    pub act: String,
    /// Whether it is proven.
    pub proven: bool,
    /// Category it is put under.
    pub category: Option<Category>,
}

/// T12: conclusion of the review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Conclude {
    /// The conclusion per act.
    #[schema(min_items = 1, max_items = 50)]
    pub findings: Vec<Finding>,
    /// The inspection report (LHP).
    pub inspection_report: Document,
    /// Needed when Bawaslu has given no result.
    pub bawaslu_skip_reason: Option<BawasluSkipReason>,
    /// Bawaslu's own letter; needed when Bawaslu is the source.
    pub bawaslu_letter: Option<Document>,
}

/// A reasoned end without a finding against the subject (T13, T20).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unproven {
    /// Why, for the file.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
    /// Why, in words for the reporter.
    #[schema(min_length = 20, max_length = 2000)]
    pub public_wording: String,
}

/// T14: Bawaslu hands the case back unstudied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnReferral {
    /// How.
    pub result: ReturnResult,
    /// Bawaslu's letter.
    pub letter: Document,
}

/// T15: Bawaslu finds a breach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordBreach {
    /// Which; `crime_suspected` opens the criminal track.
    pub result: BreachResult,
    /// Bawaslu's letter.
    pub letter: Document,
}

/// T16: Bawaslu finds no breach of election law.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordNoBreach {
    /// Bawaslu's letter.
    pub letter: Document,
}

/// T17: the referral is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    /// Why.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
    /// The referral was an error: then it may be recalled before the time for Bawaslu's study (D5) has passed.
    #[serde(default)]
    pub error: bool,
}

/// A step that needs nothing but a reason (T18, T33).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reasoned {
    /// Why, or what is missing.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
}

/// One form of violation the recommendation names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedForm {
    /// Code of the catalogue (SKB 22 September 2022).
    #[schema(min_length = 3, max_length = 16, example = "DIS-06")]
    pub code: String,
    /// Category it is put under.
    pub category: Category,
}

/// T19: the recommendation goes to the PPK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendRecommendation {
    /// The forms of violation found.
    #[schema(min_items = 1, max_items = 20)]
    pub violation_forms: Vec<NamedForm>,
    /// The sanctions proposed, lightest first.
    #[schema(min_items = 1, max_items = 10, min_length = 2, max_length = 24)]
    pub proposed_sanctions: Vec<String>,
    /// Level of the subject's position: with it the service warns where no official of the agency may impose a proposed sanction.
    pub position_level: Option<PositionLevel>,
    /// The agency whose PPK is addressed; must be the subject's.
    #[schema(min_length = 2, max_length = 24, example = "PEMDA1571")]
    pub addressee_agency_code: String,
    /// The officer has checked the addressee: letters to the wrong PPK have happened.
    pub addressee_confirmed: bool,
    /// Official mailbox to be told beside the PPK's officers.
    #[schema(format = "email", max_length = 254)]
    pub addressee_email: Option<String>,
    /// The letter.
    pub letter: Document,
    /// The evidence shown to the PPK has been cleared of traces of the reporter.
    pub evidence_redacted: bool,
    /// The PPK may contest once more than the one time it always may.
    #[serde(default)]
    pub further_contest_allowed: bool,
}
