//! What an officer asks of a case: one variant per verb with exactly the data that verb needs. Decides nothing.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::case::{Category, ConductPhase, DismissalCode, ElectionRegime, ReferralKind};
use crate::text_enum;

text_enum! {
    /// What Bawaslu answered to a referral.
    BawasluResult {
        NotRegistered = "not_registered", "Tidak diregistrasi", "Not registered";
        TreatedAsPreliminary = "treated_as_preliminary", "Diperlakukan sebagai informasi awal", "Treated as preliminary information";
        NeedsAgencyExamination = "needs_agency_examination", "Perlu pemeriksaan instansi", "Needs examination by the agency";
        NoBreach = "no_breach", "Bukan pelanggaran", "No breach";
        OtherLawBreach = "other_law_breach", "Pelanggaran peraturan perundang-undangan lainnya", "Breach of other legislation";
        CrimeSuspected = "crime_suspected", "Dugaan tindak pidana", "Crime suspected";
    }
}

text_enum! {
    /// Results with which Bawaslu returns a case unstudied.
    ReturnResult {
        NotRegistered = "not_registered", "Tidak diregistrasi", "Not registered";
        TreatedAsPreliminary = "treated_as_preliminary", "Diperlakukan sebagai informasi awal", "Treated as preliminary information";
        NeedsAgencyExamination = "needs_agency_examination", "Perlu pemeriksaan instansi", "Needs examination by the agency";
    }
}

text_enum! {
    /// Results in which Bawaslu finds a breach.
    BreachResult {
        OtherLawBreach = "other_law_breach", "Pelanggaran peraturan perundang-undangan lainnya", "Breach of other legislation";
        CrimeSuspected = "crime_suspected", "Dugaan tindak pidana", "Crime suspected";
    }
}

text_enum! {
    /// Why a case is concluded without a result of Bawaslu.
    BawasluSkipReason {
        RegimeNone = "regime_none", "Tidak ada tahapan pemilihan", "No election stage";
        SourceIsBawaslu = "source_is_bawaslu", "Berasal dari Bawaslu", "Bawaslu is the source";
        OutOfTime = "out_of_time", "Lewat batas waktu Bawaslu", "Out of Bawaslu's time limit";
    }
}

text_enum! {
    /// How the subject is employed. Every value is a civil servant, so choosing one confirms jurisdiction.
    Employment {
        Pns = "pns", "PNS", "Tenured civil servant";
        Cpns = "cpns", "Calon PNS", "Civil servant on probation";
        Pppk = "pppk", "PPPK", "Government employee on contract";
    }
}

text_enum! {
    /// The two administrative remedies (PP 79/2021).
    AppealKind {
        Objection = "objection", "Keberatan", "Objection";
        AdministrativeAppeal = "administrative_appeal", "Banding administratif", "Administrative appeal";
    }
}

text_enum! {
    /// How an appeal ended when the decision stands in some form.
    AppealOutcome {
        Upheld = "upheld", "Diperkuat", "Upheld";
        Lightened = "lightened", "Diperingan", "Lightened";
        Aggravated = "aggravated", "Diperberat", "Aggravated";
        Changed = "changed", "Diubah", "Changed";
        Inadmissible = "inadmissible", "Tidak dapat diterima", "Inadmissible";
    }
}

text_enum! {
    /// How the subject left the service.
    DepartureKind {
        Retired = "retired", "Pensiun", "Retired";
        Resigned = "resigned", "Mengundurkan diri", "Resigned";
        Died = "died", "Meninggal dunia", "Died";
        DismissedElsewhere = "dismissed_elsewhere", "Diberhentikan dalam perkara lain", "Dismissed in another case";
    }
}

text_enum! {
    /// On what ground a closed case is opened again.
    ReopenGround {
        NewEvidence = "new_evidence", "Bukti baru", "New evidence";
        CourtDecision = "court_decision", "Putusan pengadilan atau BPASN", "Decision of a court or BPASN";
        ProceduralError = "procedural_error", "Kesalahan prosedur", "Procedural error";
        WrongMerge = "wrong_merge", "Penggabungan keliru", "Wrong merge";
    }
}

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
    /// The subject leads the inspectorate, is Sekda or close to the PPK.
    #[serde(default)]
    pub conflict_of_interest: bool,
}

/// T07: straight to Bawaslu, whose window is shorter than any review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferDirectly {
    /// As what it goes to Bawaslu.
    pub referral_kind: ReferralKind,
    /// Which election law applies.
    pub election_regime: ElectionRegime,
    /// The agency whose inspectorate reviews when Bawaslu hands the case back.
    #[schema(min_length = 2, max_length = 24, example = "PEMDA1571")]
    pub reviewing_agency_code: String,
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

/// T09: merge into another case on the same act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The case that goes on.
    #[schema(min_length = 8, max_length = 64, example = "REG-BKN-2026-1000001")]
    pub master_case_number: String,
    /// Why they are the same.
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: String,
}

/// T10: the matter belongs to another body. A wrong PPK is no transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferOut {
    /// The body, by name.
    #[schema(min_length = 3, max_length = 200)]
    pub receiving_body: String,
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

/// What was concluded on one act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The act, in short.
    #[schema(min_length = 5, max_length = 500)]
    pub act: String,
    /// Whether it is proven.
    pub proven: bool,
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

/// A step that needs nothing but a reason (T17, T18, T33).
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
    /// Needed after the time for filing; the body decides whether it is admissible.
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
    /// Registration in I'DIS; needed for a discipline sanction.
    #[schema(min_length = 3, max_length = 64)]
    pub idis_ref: Option<String>,
    /// The outcome, in words for the reporter.
    #[schema(min_length = 20, max_length = 2000)]
    pub public_wording: String,
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

/// Declares the verbs, the request body and what ties them, once.
macro_rules! actions {
    ($($verb:ident = $text:literal, $label_id:literal, $label_en:literal $(, $input:ident)?;)+) => {
        text_enum! {
            /// The verbs of the workflow, T02 to T33. T01 is the report itself.
            Verb { $($verb = $text, $label_id, $label_en;)+ }
        }

        /// The body of a transition: the verb under `action`, its data under `input`.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(tag = "action", content = "input", rename_all = "snake_case", deny_unknown_fields)]
        pub enum Action { $(#[doc = $label_en] $verb $(($input))?,)+ }

        impl Action {
            /// The verb of this body.
            pub const fn verb(&self) -> Verb {
                match self { $(actions!(@pattern $verb $($input)?) => Verb::$verb,)+ }
            }
        }

        impl Verb {
            /// Name of the schema of its `input` in openapi.yaml; `None` for a verb without data.
            pub const fn input_schema(self) -> Option<&'static str> {
                match self { $(Self::$verb => actions!(@schema $($input)?),)+ }
            }
        }
    };
    (@pattern $verb:ident $input:ident) => { Self::$verb(_) };
    (@pattern $verb:ident) => { Self::$verb };
    (@schema $input:ident) => { Some(stringify!($input)) };
    (@schema) => { None };
}

actions! {
    Take = "take", "Ambil", "Take";
    Ask = "ask", "Tanya pelapor", "Ask the reporter", Ask;
    Answer = "answer", "Jawaban pelapor", "The reporter answers";
    ExpireQuestion = "expire_question", "Tidak ada jawaban", "No answer in time";
    Accept = "accept", "Terima untuk diperiksa", "Accept into review", Accept;
    ReferDirectly = "refer_directly", "Rujuk langsung ke Bawaslu", "Refer to Bawaslu at once", ReferDirectly;
    Dismiss = "dismiss", "Tolak", "Dismiss", Dismiss;
    Merge = "merge", "Gabungkan", "Merge", Merge;
    TransferOut = "transfer_out", "Teruskan ke instansi lain", "Pass on to another body", TransferOut;
    Refer = "refer", "Rujuk ke Bawaslu", "Refer to Bawaslu", Refer;
    Conclude = "conclude", "Simpulkan", "Conclude", Conclude;
    FindUnproven = "find_unproven", "Nyatakan tidak terbukti", "Find not proven", Unproven;
    ReturnReferral = "return_referral", "Dikembalikan Bawaslu", "Returned by Bawaslu", ReturnReferral;
    RecordBreach = "record_breach", "Hasil Bawaslu: pelanggaran", "Bawaslu finds a breach", RecordBreach;
    RecordBreachForReview = "record_breach_for_review", "Hasil Bawaslu: pelanggaran, perlu pemeriksaan", "Bawaslu finds a breach, review to follow", RecordBreach;
    RecordBreachAsSufficient = "record_breach_as_sufficient", "Hasil Bawaslu: pelanggaran, kajian dinilai cukup", "Bawaslu finds a breach, its study suffices", RecordBreach;
    RecordNoBreach = "record_no_breach", "Hasil Bawaslu: bukan pelanggaran", "Bawaslu finds no breach", RecordNoBreach;
    Recall = "recall", "Tarik rujukan", "Recall the referral", Reasoned;
    RequestMoreWork = "request_more_work", "Minta pemeriksaan tambahan", "Ask for more work", Reasoned;
    SendRecommendation = "send_recommendation", "Kirim rekomendasi", "Send the recommendation", SendRecommendation;
    RecommendNothing = "recommend_nothing", "Tanpa rekomendasi", "No recommendation", Unproven;
    Contest = "contest", "PPK keberatan atas rekomendasi", "The PPK contests", Contest;
    ReassignAgency = "reassign_agency", "Alihkan ke PPK yang tepat", "Reassign to the right PPK", ReassignAgency;
    ImposeSanction = "impose_sanction", "Jatuhkan sanksi", "Impose a sanction", ImposeSanction;
    ReportUnproven = "report_unproven", "PPK: tidak terbukti", "The PPK finds it not proven", ReportUnproven;
    FileAppeal = "file_appeal", "Upaya administratif diajukan", "An appeal is filed", FileAppeal;
    TakeEffect = "take_effect", "Berlaku", "The decision takes effect", TakeEffect;
    DecideAppeal = "decide_appeal", "Putusan upaya administratif", "The appeal is decided", DecideAppeal;
    CancelOnAppeal = "cancel_on_appeal", "Keputusan dibatalkan", "The decision is cancelled on appeal", CancelOnAppeal;
    Close = "close", "Tutup", "Close", Close;
    RecordDeparture = "record_departure", "Terlapor bukan ASN lagi", "The subject left the service", RecordDeparture;
    Withdraw = "withdraw", "Cabut", "Withdraw", Withdraw;
    ReopenTriage = "reopen_triage", "Buka kembali ke verifikasi", "Reopen in triage", Reopen;
    ReopenReview = "reopen_review", "Buka kembali ke pemeriksaan", "Reopen in review", Reopen;
    Unmerge = "unmerge", "Pisahkan kembali", "Undo the merge", Reasoned;
}
