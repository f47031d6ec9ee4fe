//! A case as a row: one subject, one or more reports, one state. Holds vocabulary and facts, decides nothing.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{self, Array, Nullable};
use serde::Deserialize;
use uuid::Uuid;

use crate::domain::action::Employment;
use crate::domain::confidential::Confidential;
use crate::domain::deadline::Clock;
use crate::domain::frozen::FrozenForms;
use crate::domain::ids::Language;
use crate::domain::marks::{self, Marks};
use crate::domain::tracks::{TrackState, TrackStates};
use crate::text_enum;

text_enum! {
    /// Where a case stands. Exactly one state at a time.
    State {
        Submitted = "submitted", "Diterima", "Submitted";
        Triage = "triage", "Verifikasi", "Triage";
        AwaitingReporter = "awaiting_reporter", "Menunggu pelapor", "Awaiting reporter";
        InspectorateReview = "inspectorate_review", "Pemeriksaan inspektorat", "Inspectorate review";
        BawasluReferral = "bawaslu_referral", "Kajian Bawaslu", "Bawaslu referral";
        Recommendation = "recommendation", "Rekomendasi", "Recommendation";
        PpkAction = "ppk_action", "Tindak lanjut PPK", "PPK action";
        SanctionDecided = "sanction_decided", "Keputusan ditetapkan", "Sanction decided";
        Appeal = "appeal", "Upaya administratif", "Appeal";
        Monitoring = "monitoring", "Pemantauan", "Monitoring";
        Closed = "closed", "Selesai", "Closed";
    }
}

impl State {
    /// What the public reads of this state; never more.
    pub const fn public_label(self, language: Language) -> &'static str {
        match language {
            Language::Indonesian => match self {
                Self::Submitted => "Laporan diterima",
                Self::Triage => "Sedang diverifikasi",
                Self::AwaitingReporter => "Menunggu kelengkapan dari Anda",
                Self::InspectorateReview => "Sedang diperiksa",
                Self::BawasluReferral => "Dalam kajian instansi terkait",
                Self::Recommendation => "Penyusunan rekomendasi",
                Self::PpkAction => "Ditindaklanjuti instansi",
                Self::SanctionDecided => "Keputusan telah ditetapkan",
                Self::Appeal => "Proses upaya administratif",
                Self::Monitoring => "Pemantauan pelaksanaan",
                Self::Closed => "Selesai",
            },
            Language::English => match self {
                Self::Submitted => "Report received",
                Self::Triage => "Being verified",
                Self::AwaitingReporter => "Waiting for your answer",
                Self::InspectorateReview => "Being examined",
                Self::BawasluReferral => "Under study by the authority concerned",
                Self::Recommendation => "Recommendation being written",
                Self::PpkAction => "The agency is acting",
                Self::SanctionDecided => "A decision has been made",
                Self::Appeal => "Decision under administrative review",
                Self::Monitoring => "Outcome being carried out",
                Self::Closed => "Closed",
            },
        }
    }

    /// The step that usually comes next, as told to the public. No promise.
    pub const fn public_next_step(self, language: Language) -> &'static str {
        match language {
            Language::Indonesian => match self {
                Self::Submitted => "Petugas akan memverifikasi laporan",
                Self::Triage => "Keputusan apakah laporan diperiksa lebih lanjut",
                Self::AwaitingReporter => "Jawaban Anda atas pertanyaan petugas",
                Self::InspectorateReview => "Kesimpulan pemeriksaan",
                Self::BawasluReferral => "Hasil kajian",
                Self::Recommendation => "Rekomendasi kepada instansi",
                Self::PpkAction => "Keputusan instansi",
                Self::SanctionDecided => "Berakhirnya masa upaya administratif",
                Self::Appeal => "Putusan upaya administratif",
                Self::Monitoring => "Penutupan laporan",
                Self::Closed => "Tidak ada",
            },
            Language::English => match self {
                Self::Submitted => "An officer will verify the report",
                Self::Triage => "A decision whether the report is examined further",
                Self::AwaitingReporter => "Your answer to the officer's question",
                Self::InspectorateReview => "The conclusion of the examination",
                Self::BawasluReferral => "The result of the study",
                Self::Recommendation => "A recommendation to the agency",
                Self::PpkAction => "The agency's decision",
                Self::SanctionDecided => "The end of the time for a review of the decision",
                Self::Appeal => "The outcome of the administrative review",
                Self::Monitoring => "The report will be closed",
                Self::Closed => "None",
            },
        }
    }
}

text_enum! {
    /// The three kinds of sanction a breach can lead to.
    Category {
        Ethics = "ethics", "Kode etik", "Ethics";
        Discipline = "discipline", "Disiplin", "Discipline";
        Criminal = "criminal", "Pidana", "Criminal";
    }
}

text_enum! {
    /// Which election law rules the time of the conduct.
    ElectionRegime {
        Pemilu = "pemilu", "Pemilu (UU 7/2017)", "General election";
        Pemilihan = "pemilihan", "Pemilihan kepala daerah (UU 10/2016)", "Regional-head election";
        None = "none", "Tidak ada tahapan", "No election stage";
    }
}

text_enum! {
    /// Positions whose holder the own agency cannot be trusted to examine: the case goes one level up.
    ProtectedPosition {
        Ppk = "ppk", "Pejabat Pembina Kepegawaian", "The appointing official (PPK)";
        RegionalSecretary = "regional_secretary", "Sekretaris Daerah", "The regional secretary (Sekda)";
        InspectorateHead = "inspectorate_head", "Pimpinan inspektorat", "The head of the inspectorate";
    }
}

text_enum! {
    /// When the conduct happened, seen from the election stages.
    ConductPhase {
        BeforeDetermination = "before_determination", "Sebelum penetapan calon", "Before candidates are determined";
        AfterDetermination = "after_determination", "Setelah penetapan calon", "After candidates are determined";
        Campaign = "campaign", "Masa kampanye", "Campaign";
        QuietPeriod = "quiet_period", "Masa tenang", "Quiet period";
        VotingDay = "voting_day", "Hari pemungutan suara", "Voting day";
        AfterVoting = "after_voting", "Setelah pemungutan suara", "After voting";
        OutsideStage = "outside_stage", "Di luar tahapan", "Outside any stage";
    }
}

text_enum! {
    /// How a case goes to Bawaslu: as a formal report of a named reporter, or as a tip.
    ReferralKind {
        FormalReport = "formal_report", "Laporan formal", "Formal report";
        PreliminaryInformation = "preliminary_information", "Informasi awal", "Preliminary information";
    }
}

text_enum! {
    /// Why a case ended, or what was found before it may end.
    ClosureReason {
        ProvenSanctioned = "proven_sanctioned", "Terbukti, sanksi dijatuhkan", "Proven, sanction imposed";
        NotProven = "not_proven", "Tidak terbukti", "Not proven";
        Dismissed = "dismissed", "Tidak dapat diproses", "Cannot be processed";
        MergedDuplicate = "merged_duplicate", "Digabung dengan laporan lain", "Merged with another report";
        Transferred = "transferred", "Diteruskan ke instansi lain", "Passed on to another body";
        Withdrawn = "withdrawn", "Dicabut pelapor", "Withdrawn by the reporter";
        CriminalOnly = "criminal_only", "Diputus melalui proses pidana", "Decided in criminal proceedings";
        SubjectLeftService = "subject_left_service", "Terlapor tidak lagi berstatus ASN", "The person reported is no longer a civil servant";
        SanctionCancelled = "sanction_cancelled", "Keputusan dibatalkan melalui upaya administratif", "Decision cancelled in administrative review";
    }
}

text_enum! {
    /// On what ground triage may dismiss. Anonymity, a missing number and Bawaslu's time limit are no grounds.
    DismissalCode {
        IncompleteAfterRequest = "incomplete_after_request", "Tidak dilengkapi setelah diminta", "Still incomplete after a request";
        InsufficientEvidence = "insufficient_evidence", "Bukti tidak cukup", "Insufficient evidence";
        NotANeutralityMatter = "not_a_neutrality_matter", "Bukan perkara netralitas", "Not a matter of neutrality";
        ActNotProhibited = "act_not_prohibited", "Perbuatan tidak dilarang", "The act is not prohibited";
        IdentityUnresolvable = "identity_unresolvable", "Identitas terlapor tidak dapat dipastikan", "The person cannot be identified";
        AlreadyDecided = "already_decided", "Sudah pernah diputus", "Already decided";
        SpamOrAbuse = "spam_or_abuse", "Laporan palsu atau penyalahgunaan", "Spam or abuse";
        ManifestlyUnfounded = "manifestly_unfounded", "Jelas tidak berdasar", "Manifestly unfounded";
    }
}

text_enum! {
    /// How sure the case is of who its subject is.
    SubjectResolution {
        Typed = "typed", "Sebagaimana diketik pelapor", "As the reporter typed it";
        Confirmed = "confirmed", "Sudah dipastikan", "Confirmed";
        Ambiguous = "ambiguous", "Meragukan", "Ambiguous";
    }
}

/// One row of `cases`. The only writer of `state` is a [`crate::domain::decide::Decision`].
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = crate::schema::cases)]
pub struct Case {
    /// Primary key.
    pub id: Uuid,
    /// `REG-<agency>-<year>-<sequence>`, for officers only.
    pub case_number: String,
    /// Counts every write; the ETag.
    pub version: i32,
    /// Where the case stands.
    pub state: State,
    /// Since when it stands there.
    pub state_since: DateTime<Utc>,
    /// Where an answer of the reporter, or its lack, leads back to.
    pub return_state: Option<State>,
    /// By when the reporter is asked to answer (D3).
    pub reply_due_on: Option<NaiveDate>,
    /// Which election law applies.
    pub election_regime: ElectionRegime,
    /// Region of the conduct; reach is measured by it.
    pub region_code: String,
    /// The subject's agency, once known: the PPK addressed.
    pub agency_id: Option<Uuid>,
    /// The agency whose inspectorate reviews the case.
    pub reviewing_agency_id: Option<Uuid>,
    /// The officer who works on it.
    pub owner_id: Option<Uuid>,
    /// Preliminary category, then the decided one.
    pub category: Option<Category>,
    /// When the conduct happened.
    pub conduct_phase: Option<ConductPhase>,
    /// The subject is protected by its own agency; it is reviewed one level up.
    pub conflict_of_interest: bool,
    /// The inspectorate has put findings on record.
    pub inspectorate_concluded: bool,
    /// The reporter was asked and did not answer in time.
    pub no_reporter_response: bool,
    /// How it last went to Bawaslu; absent when it never did.
    pub referral_kind: Option<ReferralKind>,
    /// Bawaslu's last result.
    pub bawaslu_result: Option<crate::domain::action::BawasluResult>,
    /// The recommendation has been sent, so the PPK may see the case.
    pub addressed: bool,
    /// How often the PPK contested the recommendation.
    pub contest_count: i16,
    /// Weight of the lightest sanction proposed to the PPK.
    pub proposed_weight: Option<i16>,
    /// Weight of the heaviest one.
    pub heaviest_proposed: Option<i16>,
    /// The sanction in its newest version.
    pub sanction_code: Option<String>,
    /// The day the decision reached the subject.
    pub delivered_on: Option<NaiveDate>,
    /// What was found, while something still keeps the case open.
    pub administrative_result: Option<ClosureReason>,
    /// Why the case ended.
    pub closure_reason: Option<ClosureReason>,
    /// On what ground it was dismissed.
    pub dismissal_code: Option<DismissalCode>,
    /// Where the tracks beside it stand.
    #[diesel(embed)]
    pub tracks: TrackStates,
    /// The case this one was merged into.
    pub master_case_id: Option<Uuid>,
    /// How often it was reopened.
    pub reopen_count: i16,
    /// Number of the newest event.
    pub event_seq: i32,
    /// Hash of the newest event: the head of the chain.
    pub event_hash: Vec<u8>,
    /// When the first report arrived.
    pub created_at: DateTime<Utc>,
    /// Officers who declared a recusal, here or on a case merged with it.
    pub excluded_officers: OfficerIds,
    /// Marks of its reporters, and of reporters and subjects of the cases merged with it.
    pub barred_marks: Marks,
    /// End of the latest Bawaslu window (D2) still running.
    pub bawaslu_until: Option<DateTime<Utc>>,
    /// First end among the clocks of those who work on it, passed or to come.
    pub next_due_at: Option<DateTime<Utc>>,
    /// The forms of violation the recommendation names, as the catalogue had them.
    pub violation_forms: Option<FrozenForms>,
    /// The case whose reports named several persons, where this one is about another of them.
    pub split_from: Option<Uuid>,
}

/// Keys of officers, as an array column.
#[derive(Clone, Debug, Default, PartialEq, Eq, diesel::deserialize::FromSqlRow)]
pub struct OfficerIds(pub Vec<Uuid>);

impl diesel::deserialize::FromSql<Array<Nullable<sql_types::Uuid>>, Pg> for OfficerIds {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let ids = <Vec<Option<Uuid>> as diesel::deserialize::FromSql<_, Pg>>::from_sql(bytes)?;
        Ok(Self(ids.into_iter().flatten().collect()))
    }
}

impl Case {
    /// The agency whose PPK acts: the subject's own, or under a conflict of interest the one that reviews in its place.
    pub fn ppk_agency_id(&self) -> Option<Uuid> {
        if self.conflict_of_interest { self.reviewing_agency_id } else { self.agency_id }
    }

    /// What the public reads: the label of the state it is shown, and on closing the reason.
    pub fn public_label(&self, language: Language) -> String {
        let shown = public_state(self.state, self.tracks.criminal, self.sanction_code.is_some());
        public_label(shown, self.closure_reason, language)
    }
}

/// The state the public is shown. A case that only criminal proceedings keep open looks as if it were still with the
/// authority that studies it, since those proceedings are not public yet.
pub const fn public_state(state: State, criminal: TrackState, sanctioned: bool) -> State {
    match state {
        State::Monitoring if criminal.is_live() && !sanctioned => State::BawasluReferral,
        shown => shown,
    }
}

/// The public label of a shown state; a closed case says why.
pub fn public_label(shown: State, reason: Option<ClosureReason>, language: Language) -> String {
    let label = shown.public_label(language);
    reason
        .filter(|_| shown == State::Closed)
        .map_or_else(|| label.to_owned(), |r| format!("{label} – {}", r.label(language)))
}

/// One row of `subjects`: the civil servant a case is about.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = crate::schema::subjects)]
pub struct Subject {
    /// The case.
    pub case_id: Uuid,
    /// Name as typed or confirmed.
    pub name: Option<Confidential<String>>,
    /// NIP or NI PPPK, 18 digits.
    pub nip: Option<Confidential<String>>,
    /// NIK, 16 digits.
    pub nik: Option<Confidential<String>>,
    /// Position held.
    pub position: Option<String>,
    /// Agency in the reporter's words.
    pub agency_text: Option<String>,
    /// Work unit within the agency.
    pub work_unit: Option<String>,
    /// How sure this is.
    pub resolution: SubjectResolution,
    /// How employed, once an officer has confirmed it.
    pub employment: Option<Employment>,
    /// Who it is, once an officer has confirmed it.
    pub person_id: Option<Uuid>,
    /// Keyed hash of the NIP or NI PPPK.
    pub nip_index: Option<Vec<u8>>,
    /// Keyed hash of the NIK.
    pub nik_index: Option<Vec<u8>>,
    /// The agency the reporter typed, where it is one.
    pub typed_agency_id: Option<Uuid>,
}

impl Subject {
    /// What the subject of this case is recognised by, who is of his unit, and who is of his agency where that protects him.
    pub fn marks(&self, case: &Case) -> Marks {
        let agency_id = case.agency_id.or(self.typed_agency_id);
        let unit = agency_id.zip(self.work_unit.as_deref()).map(|(agency_id, unit)| marks::unit(agency_id, unit));
        let protecting = agency_id.filter(|_| case.conflict_of_interest).map(marks::agency);
        let numbers = [self.nip_index.clone(), self.nik_index.clone()];
        Marks(numbers.into_iter().chain([self.person_id.map(marks::person), unit, protecting]).flatten().collect())
    }
}

/// What a decision needs to know beside the row itself.
#[derive(Clone, Debug)]
pub struct CaseFacts {
    /// The row.
    pub case: Case,
    /// Who it is about.
    pub subject: Subject,
    /// The day of the act by which phase and catalogue are chosen: the last day reported.
    pub act_day: Option<NaiveDate>,
    /// Its reports, where the action depends on them; a guard that looks for them in vain does not hold.
    pub reports: Option<ReportFacts>,
    /// Its clocks that are not settled.
    pub clocks: Vec<Clock>,
    /// Version of the law when the case was read.
    pub law_version: i64,
    /// Drafts wait for a second officer.
    pub drafts_wait: bool,
    /// Other cases were merged into this one: their reporters hear of it too.
    pub is_master: bool,
    /// The other case a merge names, when the caller may see it.
    pub master: Option<MasterFacts>,
}

/// What a decision needs to know of the reports of a case.
#[derive(Clone, Debug)]
pub struct ReportFacts {
    /// How many belong to it.
    pub count: i64,
    /// How many of them their reporters asked to withdraw.
    pub withdrawals: i64,
    /// At least one reporter gave a name and allowed it to go to Bawaslu.
    pub formal_reporter: bool,
    /// How many reports came with them that nobody asked to withdraw.
    pub merged_reports: i64,
    /// First and last day of the reported conduct.
    pub occurred: Option<(NaiveDate, NaiveDate)>,
    /// Each with the day its reporter knew.
    pub known: Vec<KnownReport>,
    /// The same of the cases merged into it.
    pub known_of_merged: Vec<KnownReport>,
}

/// A report, and since when its reporter knew of the breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct KnownReport {
    /// The report.
    pub id: Uuid,
    /// The day.
    pub known_on: NaiveDate,
}

/// What a merge needs to know of the case it merges into.
#[derive(Clone, Debug)]
pub struct MasterFacts {
    /// Its key.
    pub id: Uuid,
    /// Its subject's agency.
    pub agency_id: Option<Uuid>,
    /// The agency whose inspectorate reviews it.
    pub reviewing_agency_id: Option<Uuid>,
    /// Its state.
    pub state: State,
    /// Its inspectorate has come to findings.
    pub concluded: bool,
    /// It was itself merged away.
    pub merged: bool,
    /// It is reviewed one level up.
    pub conflict_of_interest: bool,
    /// Its subject is the same person.
    pub same_subject: bool,
    /// Its reported days touch those of this case.
    pub overlapping: bool,
    /// Where its tracks stand.
    pub tracks: TrackStates,
}
