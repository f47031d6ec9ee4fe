//! Rows of the catalogues as anybody reads them, in both languages. Hold nothing of any case.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::Label;
use crate::db::catalogues::{Agency, Election, Region, Sanction, SanctionAuthority, TransferBody, ViolationForm};
use crate::domain::action::AppealKind;
use crate::domain::calendar::{Confirmation, Unit};
use crate::domain::case::{Category, ElectionRegime};
use crate::domain::deadline::{DeadlineCode, DeadlineRule};
use crate::domain::ids::Language;
use crate::domain::sanction::{Authority, PositionLevel};

/// A text that is kept in both languages.
fn both(id: &str, en: &str) -> Label {
    Label { id: id.to_owned(), en: en.to_owned() }
}

/// A list of one catalogue.
#[derive(Serialize, ToSchema)]
pub struct Catalogue<T: ToSchema> {
    /// In the order of the catalogue.
    pub data: Vec<T>,
}

/// A form of violation.
#[derive(Serialize, ToSchema)]
pub struct ViolationFormView {
    /// Code.
    #[schema(example = "DIS-06")]
    pub code: String,
    /// Category.
    pub category: Category,
    /// Short description in our own words.
    pub title: Label,
    /// The phase the decree names; a hint.
    pub phase_hint: Option<String>,
    /// Norms breached.
    pub norm_refs: Vec<String>,
    /// `moral`, `medium`, `heavy` or `dismissal`; absent for offences.
    pub level: Option<String>,
    /// Sanctions to propose from.
    pub sanction_codes: Vec<String>,
    /// The decree or law.
    pub source_decree: String,
    /// First day it holds.
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// `confirmed`, `unconfirmed`, `conflict` or `own_choice`.
    pub confirmation: String,
    /// What is uncertain.
    pub note: Option<String>,
}

impl From<ViolationForm> for ViolationFormView {
    fn from(row: ViolationForm) -> Self {
        Self {
            title: both(&row.title_id, &row.title_en),
            code: row.code,
            category: row.category,
            phase_hint: row.phase_hint,
            norm_refs: row.norm_refs.into_iter().flatten().collect(),
            level: row.level,
            sanction_codes: row.sanction_codes.into_iter().flatten().collect(),
            source_decree: row.source_decree,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation: row.confirmation,
            note: row.note,
        }
    }
}

/// A sanction.
#[derive(Serialize, ToSchema)]
pub struct CatalogueSanctionView {
    /// Code.
    #[schema(example = "B1")]
    pub code: String,
    /// Ethics or discipline.
    pub category: Category,
    /// `moral`, `light`, `medium`, `heavy` or `dismissal`.
    pub level: String,
    /// Name.
    pub title: Label,
    /// Length; absent where it has none, is permanent, or is not fixed.
    pub months: Option<i16>,
    /// `pns`, `pppk`, or `asn` for both.
    pub applies_to: String,
    /// The remedy against it; absent where there is none.
    pub remedy: Option<AppealKind>,
    /// Legal basis.
    pub basis: String,
    /// First day it holds.
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// `confirmed`, `unconfirmed`, `conflict` or `own_choice`.
    pub confirmation: String,
    /// What is uncertain.
    pub note: Option<String>,
}

impl From<Sanction> for CatalogueSanctionView {
    fn from(row: Sanction) -> Self {
        Self {
            title: both(&row.title_id, &row.title_en),
            code: row.code,
            category: row.category,
            level: row.level,
            months: row.months,
            applies_to: row.applies_to,
            remedy: row.remedy,
            basis: row.basis,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation: row.confirmation,
            note: row.note,
        }
    }
}

/// A code with its words.
#[derive(Serialize, ToSchema)]
pub struct CodeView {
    /// Code.
    #[schema(example = "insufficient_evidence")]
    pub code: &'static str,
    /// In words; for a closure reason, what the public reads.
    pub title: Label,
}

impl CodeView {
    /// A value of a vocabulary.
    pub fn new(code: &'static str, label: impl Fn(Language) -> &'static str) -> Self {
        Self { code, title: Label::of(|language| label(language).to_owned()) }
    }
}

/// A body cases are passed on to.
#[derive(Serialize, ToSchema)]
pub struct TransferBodyView {
    /// Code.
    #[schema(example = "DKPP")]
    pub code: String,
    /// Name.
    pub title: Label,
    /// What it takes.
    pub matter: Label,
    /// First day it holds.
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// `confirmed`, `unconfirmed`, `conflict` or `own_choice`.
    pub confirmation: String,
    /// What is uncertain.
    pub note: Option<String>,
}

impl From<TransferBody> for TransferBodyView {
    fn from(row: TransferBody) -> Self {
        Self {
            title: both(&row.title_id, &row.title_en),
            matter: both(&row.matter_id, &row.matter_en),
            code: row.code,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation: row.confirmation,
            note: row.note,
        }
    }
}

/// Who may impose which sanctions on the holder of a position: a warning, never a bar.
#[derive(Serialize, ToSchema)]
pub struct SanctionAuthorityView {
    /// Kind of official.
    #[schema(example = "ppk_regency_city")]
    pub code: Authority,
    /// It in words.
    #[schema(example = json!({ "id": "PPK kabupaten atau kota", "en": "PPK of a regency or city" }))]
    pub title: Label,
    /// Level of the subject's position.
    #[schema(example = "administrator")]
    pub position_level: PositionLevel,
    /// It in words.
    pub position_title: Label,
    /// Sanctions that this official may impose on a holder of that position.
    #[schema(example = json!(["S1", "S2", "S3", "B1", "B2", "B3"]))]
    pub sanction_codes: Vec<String>,
    /// Legal basis.
    #[schema(example = "PP 94/2021")]
    pub basis: String,
    /// First day it holds.
    #[schema(example = "2021-08-31")]
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// `confirmed`, `unconfirmed`, `conflict` or `own_choice`.
    #[schema(example = "unconfirmed")]
    pub confirmation: String,
}

impl From<SanctionAuthority> for SanctionAuthorityView {
    fn from(row: SanctionAuthority) -> Self {
        Self {
            title: Label::of(|language| row.authority.label(language).to_owned()),
            position_title: Label::of(|language| row.position_level.label(language).to_owned()),
            code: row.authority,
            position_level: row.position_level,
            sanction_codes: row.sanction_codes.into_iter().flatten().collect(),
            basis: row.basis,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation: row.confirmation,
        }
    }
}

/// How long a deadline is, and how its days are counted.
#[derive(Serialize, ToSchema)]
pub struct DeadlineRuleView {
    /// The clock.
    pub code: DeadlineCode,
    /// Tells several clocks of one code apart; empty for the usual one.
    #[schema(example = "objection")]
    pub variant: String,
    /// The clock in words.
    pub title: Label,
    /// How many days.
    pub length: u32,
    /// Which days count.
    pub unit: Unit,
    /// The election law it is for; absent for any.
    pub regime: Option<ElectionRegime>,
    /// It stands still while the reporter is asked.
    pub pausable: bool,
    /// An end on a day off moves to the next working day.
    pub roll_forward: bool,
    /// Collective leave counts as a working day.
    pub collective_leave_counts: bool,
    /// The provision it rests on.
    pub basis: String,
    /// First day it holds.
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
}

impl From<&DeadlineRule> for DeadlineRuleView {
    fn from(rule: &DeadlineRule) -> Self {
        Self {
            code: rule.code,
            variant: rule.variant.clone(),
            title: Label::of(|language| rule.title(language).to_owned()),
            length: rule.length,
            unit: rule.counting.unit,
            regime: rule.regime,
            pausable: rule.pausable,
            roll_forward: rule.counting.roll_forward,
            collective_leave_counts: rule.counting.collective_leave_counts,
            basis: rule.basis.clone(),
            valid_from: rule.valid_from,
            valid_to: rule.valid_to,
            confirmation: rule.confirmation,
        }
    }
}

/// A region. Its name is official and the same in both languages.
#[derive(Serialize, ToSchema)]
pub struct RegionView {
    /// Kemendagri code.
    #[schema(example = "15.71")]
    pub code: String,
    /// Name.
    #[schema(example = "Kota Jambi")]
    pub name: String,
    /// `province`, `regency`, `city` or `district`.
    pub kind: String,
    /// The region it lies in.
    pub parent_code: Option<String>,
    /// Has a government, and with it a PPK, of its own.
    pub autonomous: bool,
    /// The decree whose code it carries.
    pub decree: Option<String>,
    /// First day it holds.
    pub valid_from: Option<NaiveDate>,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// Where it was taken from.
    pub source: Option<String>,
}

impl From<Region> for RegionView {
    fn from(row: Region) -> Self {
        Self {
            code: row.code,
            name: row.name,
            kind: row.kind,
            parent_code: row.parent_code,
            autonomous: row.autonomous,
            decree: row.decree,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            source: row.source,
        }
    }
}

/// An agency. Its name is official and the same in both languages.
#[derive(Serialize, ToSchema)]
pub struct AgencyView {
    /// Code.
    #[schema(example = "PEMDA1571")]
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind: `bkn`, `ministry`, `central_body`, `regional_government` and others.
    pub kind: String,
    /// The region it governs or supervises.
    pub region_code: Option<String>,
    /// The agency above it.
    pub parent_code: Option<String>,
    /// Its part in a neutrality case, in Indonesian.
    pub work: Option<String>,
    /// First day it holds.
    pub valid_from: Option<NaiveDate>,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// `confirmed`, `unconfirmed`, `conflict` or `own_choice`.
    pub confirmation: String,
    /// Where it was taken from.
    pub source: Option<String>,
}

impl From<(Agency, Option<String>)> for AgencyView {
    fn from((row, parent_code): (Agency, Option<String>)) -> Self {
        Self {
            code: row.code,
            name: row.name,
            kind: row.kind,
            region_code: row.region_code,
            parent_code,
            work: row.work,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation: row.confirmation,
            source: row.source,
        }
    }
}

/// An election with the dates of its stages. Days named `_to` still belong to their stage, but `valid_to` does not.
#[derive(Serialize, ToSchema)]
pub struct ElectionEventView {
    /// Code.
    #[schema(example = "PILKADA-2024")]
    pub code: String,
    /// Which election law.
    pub regime: ElectionRegime,
    /// Where it is held, with all below; empty for the whole country.
    pub region_codes: Vec<String>,
    /// Name.
    pub title: Label,
    /// First day of its stages.
    pub valid_from: NaiveDate,
    /// The day KPU sets the list of candidates.
    pub candidate_determination_date: NaiveDate,
    /// First day of the campaign.
    pub campaign_from: Option<NaiveDate>,
    /// Last day of the campaign.
    pub campaign_to: Option<NaiveDate>,
    /// First quiet day.
    pub quiet_from: Option<NaiveDate>,
    /// Last quiet day.
    pub quiet_to: Option<NaiveDate>,
    /// The day of voting.
    pub voting_day: NaiveDate,
    /// First day after its stages.
    pub valid_to: NaiveDate,
    /// `confirmed`, `unconfirmed`, `conflict` or `own_choice`.
    pub confirmation: String,
    /// Where it was found.
    pub source: String,
    /// What is uncertain.
    pub note: Option<String>,
}

impl From<Election> for ElectionEventView {
    fn from(row: Election) -> Self {
        Self {
            title: both(&row.title_id, &row.title_en),
            code: row.code,
            regime: row.regime,
            region_codes: row.region_codes.into_iter().flatten().collect(),
            valid_from: row.valid_from,
            candidate_determination_date: row.candidate_determination_date,
            campaign_from: row.campaign_from,
            campaign_to: row.campaign_to,
            quiet_from: row.quiet_from,
            quiet_to: row.quiet_to,
            voting_day: row.voting_day,
            valid_to: row.valid_to,
            confirmation: row.confirmation,
            source: row.source,
            note: row.note,
        }
    }
}
