//! The data that each verb needs once the PPK has the recommendation, one struct a verb; unknown fields are refused. Decides
//! nothing.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AppealKind, AppealOutcome, DepartureKind, Document, ReopenGround};
use crate::domain::case::Category;
use crate::domain::sanction::{Authority, PositionLevel};

/// T21: the PPK contests the recommendation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contest {
    /// Why.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
    /// The PPK's letter.
    pub letter: Document,
}

/// T22: the recommendation had gone to the wrong PPK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReassignAgency {
    /// The right agency.
    #[schema(min_length = 2, max_length = 24, example = "PEMDA15")]
    pub agency_code: String,
    /// Official mailbox to be told beside the PPK's officers.
    #[schema(format = "email", max_length = 254)]
    pub addressee_email: Option<String>,
    /// Why.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
}

/// T23: the PPK's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImposeSanction {
    /// Ethics or discipline.
    pub category: Category,
    /// Code of the catalogue: one, the heaviest (PP 94/2021).
    #[schema(min_length = 2, max_length = 24, example = "B1")]
    pub sanction_code: String,
    /// The decision letter (SK).
    pub decision: Document,
    /// The office that decided, not a name.
    #[schema(min_length = 3, max_length = 200, example = "Wali Kota Jambi")]
    pub deciding_official: String,
    /// Articles applied.
    #[schema(min_length = 3, max_length = 500, example = "PP 94/2021 Pasal 14 huruf i")]
    pub legal_basis: String,
    /// Examination record (BAP) or minutes of the ethics council.
    pub examination_record: Document,
    /// Needed when the sanction is lighter than every proposed one.
    #[schema(min_length = 20, max_length = 4000)]
    pub below_range_explanation: Option<String>,
    /// Numbers of the acts it is for; without it, all that stand and bear no sanction of the other category, and for a dismissal
    /// after a conviction all that stand.
    #[schema(min_items = 1, max_items = 50)]
    pub acts: Option<Vec<i16>>,
    /// Length, where the decision sets it; else the catalogue's.
    #[schema(minimum = 1, maximum = 600)]
    pub months: Option<i16>,
    /// Why, in the words of I'DIS (*alasan hukuman disiplin*).
    #[schema(min_length = 3, max_length = 500, example = "Pelanggaran netralitas ASN")]
    pub punishment_reason: Option<String>,
    /// Remarks for I'DIS (*keterangan*).
    #[schema(min_length = 3, max_length = 1000)]
    pub remarks: Option<String>,
    /// What kind of official decided; the service warns where the law names another. Left out, it can only see whether any official
    /// of the agency, or the President, may impose the sanction.
    pub authority: Option<Authority>,
    /// Level of the subject's position. Left out, the service can only see whether the sanction may be imposed on any.
    pub position_level: Option<PositionLevel>,
}

/// T24: the PPK's examination proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportUnproven {
    /// Examination record or report.
    pub examination_record: Document,
    /// Why, for the file.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
    /// Why, in words for the reporter.
    #[schema(min_length = 20, max_length = 2000)]
    pub public_wording: String,
}

/// T25: the subject uses an administrative remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileAppeal {
    /// Which.
    pub kind: AppealKind,
    /// When it was filed.
    #[schema(example = "2026-12-01")]
    pub filed_on: NaiveDate,
    /// The body that decides.
    #[schema(min_length = 3, max_length = 200, example = "BPASN")]
    pub body: String,
    /// The day the decision reached the subject, where that is not on record yet; the time for filing (D9) runs from it.
    #[schema(example = "2026-11-20")]
    pub delivered_on: Option<NaiveDate>,
    /// Which discipline decision it is against, by its version in the list of sanctions; needed where two stand.
    #[schema(minimum = 1, maximum = 32_767)]
    pub against_version: Option<i16>,
    /// Needed after the time for filing; the body decides whether it is admissible. Also where it is against a decision before the
    /// newest and does not say when that was delivered.
    #[schema(min_length = 20, max_length = 4000)]
    pub late_filing_reason: Option<String>,
}

/// T26: the decision takes effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeEffect {
    /// The day the decision reached the subject, or the moral statement was made.
    #[schema(example = "2026-12-01")]
    pub delivered_on: NaiveDate,
    /// Why the PPK does not wait for the end of the time for an appeal (D9), which lies behind day 15.
    #[schema(min_length = 20, max_length = 4000)]
    pub early_effect_reason: Option<String>,
}

/// T27: the appeal is decided and the decision stands in some form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideAppeal {
    /// How.
    pub outcome: AppealOutcome,
    /// The decision on the appeal.
    pub decision: Document,
    /// The new sanction, where the outcome changes it.
    #[schema(min_length = 2, max_length = 24)]
    pub sanction_code: Option<String>,
}

/// T28: the appeal cancels the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelOnAppeal {
    /// The decision on the appeal.
    pub decision: Document,
    /// Why, in words for the reporter.
    #[schema(min_length = 20, max_length = 2000)]
    pub public_wording: String,
}

/// T29: everything is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Registration in I'DIS of the newest discipline sanction that stands; needed unless it is on record.
    #[schema(min_length = 3, max_length = 64)]
    pub idis_ref: Option<String>,
    /// The same of other discipline sanctions that stand; each needs one.
    #[schema(min_items = 1, max_items = 20)]
    pub registrations: Option<Vec<Registration>>,
    /// The outcome, in words for the reporter.
    #[schema(min_length = 20, max_length = 2000)]
    pub public_wording: String,
}

/// Where I'DIS has a sanction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Its version in the list of sanctions.
    #[schema(minimum = 1, maximum = 32_767)]
    pub version: i16,
    /// Its registration.
    #[schema(min_length = 3, max_length = 64)]
    pub idis_ref: String,
}

/// T30: the subject is no longer a civil servant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDeparture {
    /// How.
    pub kind: DepartureKind,
    /// Since when.
    #[schema(example = "2026-10-01")]
    pub departed_on: NaiveDate,
    /// The proof.
    pub proof: Document,
}

/// T31: the reporter asked to withdraw and nothing calls for going on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The officer sees no reason to continue ex officio; must be true.
    pub no_reason_to_continue: bool,
    /// Why.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
}

/// T32: a closed case is opened again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopen {
    /// The ground.
    pub ground: ReopenGround,
    /// Why.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
}
