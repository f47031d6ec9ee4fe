//! Rows of the catalogues as anybody reads them, in both languages. Hold nothing of any case.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::Label;
use crate::db::catalogues::{Election, PlacedAgency, Region, Sanction, SanctionAuthority, TransferBody, ViolationForm};
use crate::domain::action::AppealKind;
use crate::domain::calendar::{Confirmation, Unit};
use crate::domain::case::{Category, ConductPhase, ElectionRegime};
use crate::domain::deadline::{DeadlineCode, DeadlineRule, is_no_clock};
use crate::domain::ids::Language;
use crate::domain::region::RegionKind;
use crate::domain::sanction::{AppliesTo, Authority, PositionLevel, SanctionLevel};

/// A text that is kept in both languages.
fn both(id: &str, en: &str) -> Label {
    Label { id: id.to_owned(), en: en.to_owned() }
}

/// The same where there may be none.
fn if_any(id: Option<String>, en: Option<String>) -> Option<Label> {
    id.zip(en).map(|(id, en)| Label { id, en })
}

/// A code in words.
fn words(label: impl Fn(Language) -> &'static str) -> Label {
    Label::of(|language| label(language).to_owned())
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
    /// That in words.
    pub category_title: Label,
    /// Short description in our own words.
    pub title: Label,
    /// The phase the decree names; a hint.
    pub phase_hint: Option<ConductPhase>,
    /// That in words.
    pub phase_hint_title: Option<Label>,
    /// Norms breached, cited as the statute book does.
    pub norm_refs: Vec<String>,
    /// How heavy; absent for offences.
    pub level: Option<SanctionLevel>,
    /// That in words.
    pub level_title: Option<Label>,
    /// Sanctions to propose from.
    pub sanction_codes: Vec<String>,
    /// The decree or law by its own title.
    pub source_decree: String,
    /// First day it holds.
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
    /// That in words.
    pub confirmation_title: Label,
    /// What is uncertain.
    pub note: Option<Label>,
}

impl From<ViolationForm> for ViolationFormView {
    fn from(row: ViolationForm) -> Self {
        Self {
            title: both(&row.title_id, &row.title_en),
            code: row.code,
            category_title: words(|language| row.category.label(language)),
            category: row.category,
            phase_hint_title: row.phase_hint.map(|phase| words(|language| phase.label(language))),
            phase_hint: row.phase_hint,
            norm_refs: row.norm_refs.into_iter().flatten().collect(),
            level_title: row.level.map(|level| words(|language| level.label(language))),
            level: row.level,
            sanction_codes: row.sanction_codes.into_iter().flatten().collect(),
            source_decree: row.source_decree,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation_title: words(|language| row.confirmation.label(language)),
            confirmation: row.confirmation,
            note: if_any(row.note_id, row.note_en),
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
    /// That in words.
    pub category_title: Label,
    /// How heavy.
    pub level: SanctionLevel,
    /// That in words.
    pub level_title: Label,
    /// Name.
    pub title: Label,
    /// Length; absent where it has none, is permanent, or is not fixed.
    pub months: Option<i16>,
    /// On whom it may be imposed.
    pub applies_to: AppliesTo,
    /// That in words.
    pub applies_to_title: Label,
    /// The remedy against it; absent where there is none.
    pub remedy: Option<AppealKind>,
    /// That in words.
    pub remedy_title: Option<Label>,
    /// Legal basis, cited as the statute book does.
    pub basis: String,
    /// First day it holds.
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
    /// That in words.
    pub confirmation_title: Label,
    /// What is uncertain.
    pub note: Option<Label>,
}

impl From<Sanction> for CatalogueSanctionView {
    fn from(row: Sanction) -> Self {
        Self {
            title: both(&row.title_id, &row.title_en),
            code: row.code,
            category_title: words(|language| row.category.label(language)),
            category: row.category,
            level_title: words(|language| row.level.label(language)),
            level: row.level,
            months: row.months,
            applies_to_title: words(|language| row.applies_to.label(language)),
            applies_to: row.applies_to,
            remedy_title: row.remedy.map(|remedy| words(|language| remedy.label(language))),
            remedy: row.remedy,
            basis: row.basis,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation_title: words(|language| row.confirmation.label(language)),
            confirmation: row.confirmation,
            note: if_any(row.note_id, row.note_en),
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
        Self { code, title: words(label) }
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
    /// How far it can be trusted.
    pub confirmation: Confirmation,
    /// That in words.
    pub confirmation_title: Label,
    /// What is uncertain.
    pub note: Option<Label>,
}

impl From<TransferBody> for TransferBodyView {
    fn from(row: TransferBody) -> Self {
        Self {
            title: both(&row.title_id, &row.title_en),
            matter: both(&row.matter_id, &row.matter_en),
            code: row.code,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation_title: words(|language| row.confirmation.label(language)),
            confirmation: row.confirmation,
            note: if_any(row.note_id, row.note_en),
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
    pub position_level_title: Label,
    /// Sanctions that this official may impose on a holder of that position.
    #[schema(example = json!(["S1", "S2", "S3", "B1", "B2", "B3"]))]
    pub sanction_codes: Vec<String>,
    /// Legal basis, cited as the statute book does.
    #[schema(example = "PP 94/2021")]
    pub basis: String,
    /// First day it holds.
    #[schema(example = "2021-08-31")]
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// How far it can be trusted.
    #[schema(example = "unconfirmed")]
    pub confirmation: Confirmation,
    /// That in words.
    pub confirmation_title: Label,
}

impl From<SanctionAuthority> for SanctionAuthorityView {
    fn from(row: SanctionAuthority) -> Self {
        Self {
            title: words(|language| row.authority.label(language)),
            position_level_title: words(|language| row.position_level.label(language)),
            code: row.authority,
            position_level: row.position_level,
            sanction_codes: row.sanction_codes.into_iter().flatten().collect(),
            basis: row.basis,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation_title: words(|language| row.confirmation.label(language)),
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
    /// Runs as a clock on cases; `false` where it does not, and what is recorded outside it is warned of or refused.
    pub runs: bool,
    /// The clock in words.
    pub title: Label,
    /// How many days.
    pub length: u32,
    /// Which days count.
    pub unit: Unit,
    /// That in words.
    pub unit_title: Label,
    /// The election law it is for; absent for any.
    pub regime: Option<ElectionRegime>,
    /// That in words.
    pub regime_title: Option<Label>,
    /// It stands still while the reporter is asked.
    pub pausable: bool,
    /// An end on a day off moves to the next working day.
    pub roll_forward: bool,
    /// Collective leave counts as a working day.
    pub collective_leave_counts: bool,
    /// The provision it rests on, cited as the statute book does; absent where there is none.
    pub basis: Option<String>,
    /// First day it holds.
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
    /// That in words.
    pub confirmation_title: Label,
}

impl From<&DeadlineRule> for DeadlineRuleView {
    fn from(rule: &DeadlineRule) -> Self {
        Self {
            code: rule.code,
            variant: rule.variant.clone(),
            runs: !is_no_clock(&rule.variant),
            title: Label::of(|language| rule.title(language).to_owned()),
            length: rule.length,
            unit_title: words(|language| rule.counting.unit.label(language)),
            unit: rule.counting.unit,
            regime_title: rule.regime.map(|regime| words(|language| regime.label(language))),
            regime: rule.regime,
            pausable: rule.pausable,
            roll_forward: rule.counting.roll_forward,
            collective_leave_counts: rule.counting.collective_leave_counts,
            basis: rule.basis.clone(),
            valid_from: rule.valid_from,
            valid_to: rule.valid_to,
            confirmation_title: words(|language| rule.confirmation.label(language)),
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
    /// Its level.
    pub kind: RegionKind,
    /// That in words.
    pub kind_title: Label,
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
    /// Decrees and pages it was taken from, with the day of a page; absent where none was found.
    pub source: Option<String>,
}

impl From<Region> for RegionView {
    fn from(row: Region) -> Self {
        Self {
            code: row.code,
            name: row.name,
            kind_title: words(|language| row.kind.label(language)),
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
    #[schema(example = "regional_government")]
    pub kind: String,
    /// That in words; absent for a kind the catalogue has none for.
    pub kind_title: Option<Label>,
    /// The region it governs or supervises.
    pub region_code: Option<String>,
    /// The agency above it.
    pub parent_code: Option<String>,
    /// Its part in a neutrality case.
    pub work: Option<Label>,
    /// First day it holds.
    pub valid_from: Option<NaiveDate>,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
    /// That in words.
    pub confirmation_title: Label,
    /// Decrees and pages it was taken from, with the day of a page; absent where none was found.
    pub source: Option<String>,
}

impl From<PlacedAgency> for AgencyView {
    fn from((row, parent_code, kind): PlacedAgency) -> Self {
        Self {
            kind_title: kind.map(|(id, en)| Label { id, en }),
            code: row.code,
            name: row.name,
            kind: row.kind,
            region_code: row.region_code,
            parent_code,
            work: if_any(row.work_id, row.work_en),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            confirmation_title: words(|language| row.confirmation.label(language)),
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
    /// That in words.
    pub regime_title: Label,
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
    /// How far it can be trusted.
    pub confirmation: Confirmation,
    /// That in words.
    pub confirmation_title: Label,
    /// Decrees and pages it was found in, with the day of a page.
    pub source: String,
    /// What is uncertain.
    pub note: Option<Label>,
}

impl From<Election> for ElectionEventView {
    fn from(row: Election) -> Self {
        Self {
            title: both(&row.title_id, &row.title_en),
            code: row.code,
            regime_title: words(|language| row.regime.label(language)),
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
            confirmation_title: words(|language| row.confirmation.label(language)),
            confirmation: row.confirmation,
            source: row.source,
            note: if_any(row.note_id, row.note_en),
        }
    }
}
