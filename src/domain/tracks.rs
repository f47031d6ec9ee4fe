//! The tracks that run beside the main state: words, states and what a case keeps of them. A track never moves the main
//! state; it can only keep a case from closing. Their tables are in `rules` and `driven`; nothing here decides.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::action::{AppealKind, Document, ImposeSanction};
use crate::domain::case::ReferralKind;
use crate::text_enum;

pub mod driven;
pub mod guards;
pub mod rules;
pub mod step;
pub mod summons;

text_enum! {
    /// What runs beside the main state.
    Track {
        Referral = "referral", "Rujukan ke Bawaslu", "Referral to Bawaslu";
        Ethics = "ethics", "Kode etik", "Ethics";
        Discipline = "discipline", "Disiplin", "Discipline";
        Criminal = "criminal", "Pidana", "Criminal proceedings";
        Appeal = "appeal", "Upaya administratif", "Administrative remedy";
        Control = "control", "Pengendalian", "Control of the PPK";
    }
}

text_enum! {
    /// Where a track stands. Some words serve two tracks; [`rules::TRACK_RULES`] says which belong where.
    TrackState {
        None = "none", "Tidak ada", "None";
        // referral
        Sent = "sent", "Dikirim", "Sent";
        Received = "received", "Diterima", "Received";
        Registered = "registered", "Diregistrasi", "Registered";
        CompletionRequested = "completion_requested", "Diminta dilengkapi", "Completion requested";
        NotRegistered = "not_registered", "Tidak diregistrasi", "Not registered";
        TreatedAsPreliminary = "treated_as_preliminary", "Diperlakukan sebagai informasi awal", "Treated as preliminary information";
        NeedsAgencyExamination = "needs_agency_examination", "Perlu pemeriksaan instansi", "Needs examination by the agency";
        NoBreach = "no_breach", "Bukan pelanggaran", "No breach";
        OtherLawBreach = "other_law_breach", "Pelanggaran peraturan perundang-undangan lainnya", "Breach of other legislation";
        CrimeSuspected = "crime_suspected", "Dugaan tindak pidana", "Crime suspected";
        Recalled = "recalled", "Ditarik", "Recalled";
        // ethics
        CouncilFormed = "council_formed", "Majelis dibentuk", "Council formed";
        Hearing = "hearing", "Sidang majelis", "Hearing";
        MoralSanctionClosed = "moral_sanction_closed", "Sanksi moral tertutup", "Moral sanction, closed";
        MoralSanctionOpen = "moral_sanction_open", "Sanksi moral terbuka", "Moral sanction, open";
        // discipline
        Recommended = "recommended", "Direkomendasikan majelis", "Recommended by the ethics council";
        Summoned = "summoned", "Dipanggil", "Summoned";
        SummonedAgain = "summoned_2", "Dipanggil kedua kali", "Summoned a second time";
        TeamFormed = "team_formed", "Tim pemeriksa dibentuk", "Examining team formed";
        Examined = "examined", "Diperiksa", "Examined";
        Decided = "decided", "Diputus", "Decided";
        Delivered = "delivered", "Disampaikan", "Delivered";
        InForce = "in_force", "Berlaku", "In force";
        // criminal
        Suspected = "suspected", "Dugaan tindak pidana", "Suspected";
        AtGakkumdu = "at_gakkumdu", "Di Sentra Gakkumdu", "At Gakkumdu";
        Investigation = "investigation", "Penyidikan", "Investigation";
        Prosecution = "prosecution", "Penuntutan", "Prosecution";
        Trial = "trial", "Persidangan", "Trial";
        AppealTrial = "appeal_trial", "Banding", "Appeal trial";
        Convicted = "convicted", "Terpidana", "Convicted";
        Acquitted = "acquitted", "Bebas", "Acquitted";
        Stopped = "stopped", "Dihentikan", "Stopped";
        // appeal
        Filed = "filed", "Diajukan", "Filed";
        Upheld = "upheld", "Diperkuat", "Upheld";
        Lightened = "lightened", "Diperingan", "Lightened";
        Aggravated = "aggravated", "Diperberat", "Aggravated";
        Changed = "changed", "Diubah", "Changed";
        Inadmissible = "inadmissible", "Tidak dapat diterima", "Inadmissible";
        // control
        Warning = "warning", "Peringatan", "Warning";
        Reprimand = "reprimand", "Teguran", "Reprimand";
        Blocked = "blocked", "Data SIASN diblokir", "SIASN data blocked";
        Lifted = "lifted", "Dicabut", "Lifted";
        // ends of several
        NotProven = "not_proven", "Tidak terbukti", "Not proven";
        Cancelled = "cancelled", "Dibatalkan", "Cancelled";
    }
}

impl TrackState {
    /// Something is still to come in this track, so the case may not close.
    pub const fn is_live(self) -> bool {
        matches!(
            self,
            Self::Sent
                | Self::Received
                | Self::Registered
                | Self::CompletionRequested
                | Self::CouncilFormed
                | Self::Hearing
                | Self::Recommended
                | Self::Summoned
                | Self::SummonedAgain
                | Self::TeamFormed
                | Self::Examined
                | Self::Decided
                | Self::Delivered
                | Self::Suspected
                | Self::AtGakkumdu
                | Self::Investigation
                | Self::Prosecution
                | Self::Trial
                | Self::AppealTrial
                | Self::Filed
                | Self::Warning
                | Self::Reprimand
                | Self::Blocked
        )
    }

    /// A discipline decision is on record and not in force yet.
    pub const fn awaits_effect(self) -> bool {
        matches!(self, Self::Decided | Self::Delivered)
    }

    /// A discipline decision is on record and was not cancelled.
    pub const fn holds_decision(self) -> bool {
        self.awaits_effect() || matches!(self, Self::InForce)
    }
}

text_enum! {
    /// Why criminal proceedings were stopped.
    StopReason {
        NoOffence = "no_offence", "Bukan tindak pidana", "No offence";
        Evidence = "evidence", "Bukti tidak cukup", "Insufficient evidence";
        Expired = "expired", "Kedaluwarsa", "Out of time";
        Other = "other", "Lainnya", "Other";
    }
}

/// Where the newest track of each kind stands, as the case's own row keeps it: guards and the closing of a case need no
/// other table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::cases)]
pub struct TrackStates {
    /// Of the referral.
    #[diesel(column_name = referral_state)]
    pub referral: TrackState,
    /// Of the ethics track.
    #[diesel(column_name = ethics_state)]
    pub ethics: TrackState,
    /// Of the discipline track.
    #[diesel(column_name = discipline_state)]
    pub discipline: TrackState,
    /// Of the criminal proceedings.
    #[diesel(column_name = criminal_state)]
    pub criminal: TrackState,
    /// Of the administrative remedy.
    #[diesel(column_name = appeal_state)]
    pub appeal: TrackState,
    /// Of the control of the PPK.
    #[diesel(column_name = control_state)]
    pub control: TrackState,
}

impl Default for TrackStates {
    fn default() -> Self {
        let none = TrackState::None;
        Self { referral: none, ethics: none, discipline: none, criminal: none, appeal: none, control: none }
    }
}

impl TrackStates {
    /// Where this track stands.
    pub const fn of(&self, track: Track) -> TrackState {
        match track {
            Track::Referral => self.referral,
            Track::Ethics => self.ethics,
            Track::Discipline => self.discipline,
            Track::Criminal => self.criminal,
            Track::Appeal => self.appeal,
            Track::Control => self.control,
        }
    }

    /// Puts this track where it now stands.
    pub const fn set(&mut self, track: Track, state: TrackState) {
        match track {
            Track::Referral => self.referral = state,
            Track::Ethics => self.ethics = state,
            Track::Discipline => self.discipline = state,
            Track::Criminal => self.criminal = state,
            Track::Appeal => self.appeal = state,
            Track::Control => self.control = state,
        }
    }

    /// The tracks that keep the case open.
    pub fn live(&self) -> Vec<Track> {
        Track::ALL.iter().copied().filter(|track| self.of(*track).is_live()).collect()
    }

    /// Some track keeps the case open.
    pub fn any_live(&self) -> bool {
        Track::ALL.iter().any(|track| self.of(*track).is_live())
    }
}

/// What is asked of a track: where it goes, and the data of that step. Which of them a step needs is in its rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackStep {
    /// Where the track stands now.
    pub to: TrackState,
    /// The letter, minutes or judgment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// The day the step is about: set for the examination, held, delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-27")]
    pub day: Option<NaiveDate>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 20, max_length = 4000)]
    pub reason: Option<String>,
    /// Why proceedings were stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// The subject is released from duty until the decision (PP 94/2021, suspected heavy breaches).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporary_release: Option<bool>,
    /// The ethics council recommends administrative action: the discipline track opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_action_recommended: Option<bool>,
    /// The new sanction, where the outcome of a remedy changes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 2, max_length = 24, example = "S1")]
    pub sanction_code: Option<String>,
    /// A further decision of the PPK beside the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sanction: Option<ImposeSanction>,
}

/// How a track of a case stands.
#[derive(Clone, Copy, Debug)]
pub struct Stands {
    /// Since when it stands where it stands.
    pub since: DateTime<Utc>,
    /// The last day it was told of: of a summons, or of the filing of a remedy.
    pub day: Option<NaiveDate>,
}

/// One track as it is to be written: opened, or brought on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrackChange {
    /// Key of the row, where one is opened.
    pub id: Uuid,
    /// Which track.
    pub track: Track,
    /// Where it stands now.
    pub state: TrackState,
    /// It begins with this; otherwise the newest of its kind goes on.
    pub opens: bool,
    /// It ends with this.
    pub ends: bool,
    /// The document's number.
    pub document_number: Option<String>,
    /// The document's date.
    pub document_dated: Option<NaiveDate>,
    /// The document's file.
    pub document_file: Option<Uuid>,
    /// The day the step is about.
    pub day: Option<NaiveDate>,
    /// As what a referral goes to Bawaslu.
    pub referral_kind: Option<ReferralKind>,
    /// Which remedy.
    pub appeal_kind: Option<AppealKind>,
    /// The body that decides it.
    pub appeal_body: Option<String>,
    /// The version of a sanction it is against.
    pub against: Option<Uuid>,
    /// Why proceedings were stopped.
    pub stop_reason: Option<StopReason>,
    /// The subject is released from duty for the time being.
    pub temporary_release: Option<bool>,
    /// The ethics council recommended administrative action.
    pub admin_action_recommended: Option<bool>,
}

impl TrackChange {
    /// Brings a track that stands at `from` to `to`. Where nothing of its kind is live a new one begins, but a decision
    /// in force that is cancelled is the same track still.
    pub fn new(track: Track, from: TrackState, to: TrackState, document: Option<&Document>) -> Self {
        let revised = from == TrackState::InForce && to == TrackState::Cancelled;
        Self {
            id: Uuid::now_v7(),
            track,
            state: to,
            opens: !from.is_live() && !revised,
            ends: !to.is_live(),
            document_number: document.map(|document| document.number.clone()),
            document_dated: document.map(|document| document.dated),
            document_file: document.and_then(|document| document.file),
            day: None,
            referral_kind: None,
            appeal_kind: None,
            appeal_body: None,
            against: None,
            stop_reason: None,
            temporary_release: None,
            admin_action_recommended: None,
        }
    }
}
