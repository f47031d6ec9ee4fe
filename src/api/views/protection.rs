//! What the privacy officer works with, and a reporter's own data: nothing here shows what a case is about.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::identity::{WitnessView, revealed};
use super::{Label, MessageView};
use crate::db::breaches::{Breach, BreachStep, BreachStepKind};
use crate::db::data_requests::{DataRequestKind, DataRequestStatus};
use crate::db::retention::{LegalHold, PurgeProposal, PurgeStatus};
use crate::domain::case::ClosureReason;
use crate::domain::ids::Language;
use crate::domain::report::{Anonymity, Medium};
use crate::flows::breaches::{due_at, overdue};
use crate::flows::data_requests::{OpenRequest, OwnData};

/// A hold on a case.
#[derive(Serialize, ToSchema)]
pub struct LegalHoldView {
    /// Key.
    pub id: Uuid,
    /// The case.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// Why.
    pub reason: String,
    /// When it was set.
    pub set_at: DateTime<Utc>,
    /// When it was lifted.
    pub lifted_at: Option<DateTime<Utc>>,
    /// Why.
    pub lift_reason: Option<String>,
}

impl LegalHoldView {
    /// The view of a hold on the case with this number.
    pub fn new(hold: LegalHold, case_number: String) -> Self {
        Self {
            id: hold.id,
            case_number,
            reason: hold.reason,
            set_at: hold.set_at,
            lifted_at: hold.lifted_at,
            lift_reason: hold.lift_reason,
        }
    }
}

/// A proposal to purge a case.
#[derive(Serialize, ToSchema)]
pub struct PurgeProposalView {
    /// Key.
    pub id: Uuid,
    /// The case.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// Why it was closed.
    pub closure_reason: ClosureReason,
    /// When it was closed.
    pub closed_at: DateTime<Utc>,
    /// When its time was over.
    pub due_at: DateTime<Utc>,
    /// When the purge was proposed.
    pub proposed_at: DateTime<Utc>,
    /// Where it stands.
    pub status: PurgeStatus,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why so.
    pub reason: Option<String>,
}

impl PurgeProposalView {
    /// The view of a proposal for the case with this number.
    pub fn new(proposal: PurgeProposal, case_number: String) -> Self {
        Self {
            id: proposal.id,
            case_number,
            closure_reason: proposal.closure_reason,
            closed_at: proposal.closed_at,
            due_at: proposal.due_at,
            proposed_at: proposal.proposed_at,
            status: proposal.status,
            decided_at: proposal.decided_at,
            reason: proposal.reason,
        }
    }
}

/// What a reporter asks about his data.
#[derive(Serialize, ToSchema)]
pub struct DataRequestView {
    /// Key.
    pub id: Uuid,
    /// Which report.
    #[schema(example = "NTR-2026-7K3M9QX2B")]
    pub complaint_number: String,
    /// What is asked.
    pub kind: DataRequestKind,
    /// In the reporter's words; absent once erased.
    pub text: Option<String>,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Where it stands.
    pub status: DataRequestStatus,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why so.
    pub reason: Option<String>,
    /// What the reporter should know right away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Label>,
}

impl From<OpenRequest> for DataRequestView {
    fn from(open: OpenRequest) -> Self {
        let request = open.request;
        Self {
            id: request.id,
            complaint_number: open.complaint_number,
            kind: request.kind,
            text: revealed(open.text),
            made_at: request.made_at,
            status: request.status,
            decided_at: request.decided_at,
            reason: request.reason,
            hint: None,
        }
    }
}

impl DataRequestView {
    /// With what the reporter should know: where his data are, or that an erasure waits for the end of the case.
    pub fn with_hint(mut self, case_open: bool) -> Self {
        let words = match self.kind {
            DataRequestKind::Access => Some([
                "Data Anda dapat dibaca sekarang di /v1/my-report/data.",
                "Your data can be read now at /v1/my-report/data.",
            ]),
            DataRequestKind::Correction => Some([
                "Nama, alamat surel, telepon, dan NIK dapat Anda perbaiki sendiri sekarang melalui PATCH /v1/my-report/reporter.",
                "You can correct name, e-mail address, telephone and NIK yourself now by PATCH /v1/my-report/reporter.",
            ]),
            DataRequestKind::Erasure if case_open => Some([
                "Selama perkara berjalan data tidak dihapus; permintaan ini dapat ditangguhkan atau ditolak dengan alasan.",
                "Nothing is erased while the case is open; this request may be deferred or refused with a reason.",
            ]),
            _ => None,
        };
        self.hint = words.map(|[indonesian, english]| {
            Label::of(|language| if language == Language::English { english } else { indonesian }.to_owned())
        });
        self
    }
}

/// A reporter's own particulars.
#[derive(Serialize, ToSchema)]
pub struct OwnContactView {
    /// Name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// NIK.
    pub nik: Option<String>,
}

/// Everything that is kept of a reporter and of what he sent.
#[derive(Serialize, ToSchema)]
pub struct OwnDataView {
    /// Which report.
    #[schema(example = "NTR-2026-7K3M9QX2B")]
    pub complaint_number: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// His particulars and messages have been erased.
    pub erased: bool,
    /// His particulars.
    pub reporter: OwnContactView,
    /// Whom he named as witnesses.
    pub witnesses: Vec<WitnessView>,
    /// What he wrote.
    pub description: String,
    /// Through what it showed.
    pub medium: Medium,
    /// First day.
    pub occurred_from: NaiveDate,
    /// Last day.
    pub occurred_to: NaiveDate,
    /// Day known.
    pub known_on: NaiveDate,
    /// Where.
    pub place: String,
    /// Pages that show it.
    #[schema(value_type = Vec<String>)]
    pub links: serde_json::Value,
    /// Evidence in words.
    #[schema(value_type = Vec<String>)]
    pub evidence: serde_json::Value,
    /// What he shows of himself.
    pub anonymity: Anonymity,
    /// The name may go to Bawaslu.
    pub consent_to_bawaslu: bool,
    /// When he asked to withdraw.
    pub withdrawal_requested_at: Option<DateTime<Utc>>,
    /// His mailbox, oldest first.
    pub messages: Vec<MessageView>,
}

impl From<OwnData> for OwnDataView {
    fn from(own: OwnData) -> Self {
        let (report, who) = (own.report, own.reporter);
        Self {
            complaint_number: report.complaint_number,
            received_at: report.received_at,
            erased: own.erased,
            reporter: OwnContactView {
                name: revealed(who.name),
                email: revealed(who.email),
                phone: revealed(who.phone),
                nik: revealed(who.nik),
            },
            witnesses: own.witnesses.into_iter().map(Into::into).collect(),
            description: report.description.reveal().clone(),
            medium: report.medium,
            occurred_from: report.occurred_from,
            occurred_to: report.occurred_to,
            known_on: report.known_on,
            place: report.place.reveal().clone(),
            links: report.links,
            evidence: report.evidence,
            anonymity: report.anonymity,
            consent_to_bawaslu: report.consent_to_bawaslu,
            withdrawal_requested_at: report.withdrawal_requested_at,
            messages: own.messages.into_iter().map(Into::into).collect(),
        }
    }
}

/// A step taken about a breach.
#[derive(Serialize, ToSchema)]
pub struct BreachStepView {
    /// What was done.
    pub kind: BreachStepKind,
    /// When.
    #[schema(example = "2026-11-18T09:00:00Z")]
    pub at: DateTime<Utc>,
    /// When it was entered.
    #[schema(example = "2026-11-18T09:05:00Z")]
    pub recorded_at: DateTime<Utc>,
    /// In words.
    #[schema(example = "Pemberitahuan tertulis disampaikan kepada lembaga pelindungan data pribadi.")]
    pub note: String,
}

/// A breach of personal data.
#[derive(Serialize, ToSchema)]
pub struct BreachView {
    /// Key.
    #[schema(example = "01930c5e-7d2a-7c31-9a44-5b1f0e6a2c10")]
    pub id: Uuid,
    /// When it was discovered.
    #[schema(example = "2026-11-18T01:00:00Z")]
    pub discovered_at: DateTime<Utc>,
    /// When it was entered.
    #[schema(example = "2026-11-18T03:20:00Z")]
    pub recorded_at: DateTime<Utc>,
    /// What data.
    #[schema(example = "Alamat surel pelapor pada 12 laporan")]
    pub data_affected: String,
    /// How many people.
    #[schema(example = 12)]
    pub persons_affected: i32,
    /// How it was found.
    #[schema(example = "Laporan penyedia layanan surel")]
    pub found_how: String,
    /// Until when authority and persons must be told: 72 hours after the discovery (UU 27/2022, art. 46).
    #[schema(example = "2026-11-21T01:00:00Z")]
    pub due_at: DateTime<Utc>,
    /// A notice is missing though the time is over.
    #[schema(example = false)]
    pub overdue: bool,
    /// When the authority was told.
    #[schema(example = "2026-11-18T09:00:00Z")]
    pub authority_notified_at: Option<DateTime<Utc>>,
    /// When the persons were told.
    #[schema(example = "2026-11-19T02:00:00Z")]
    pub subjects_notified_at: Option<DateTime<Utc>>,
    /// When it was closed.
    #[schema(example = "2026-12-01T02:00:00Z")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Everything done, in order.
    pub steps: Vec<BreachStepView>,
}

impl BreachView {
    /// The view at this moment.
    pub fn new(breach: Breach, steps: Vec<BreachStep>, now: DateTime<Utc>) -> Self {
        let when = |kind| steps.iter().find(|step| step.kind == kind).map(|step| step.at);
        Self {
            id: breach.id,
            discovered_at: breach.discovered_at,
            recorded_at: breach.recorded_at,
            persons_affected: breach.persons_affected,
            due_at: due_at(&breach),
            overdue: overdue(&breach, &steps, now),
            authority_notified_at: when(BreachStepKind::AuthorityNotified),
            subjects_notified_at: when(BreachStepKind::SubjectsNotified),
            closed_at: when(BreachStepKind::Closed),
            data_affected: breach.data_affected,
            found_how: breach.found_how,
            steps: steps
                .into_iter()
                .map(|step| BreachStepView {
                    kind: step.kind,
                    at: step.at,
                    recorded_at: step.recorded_at,
                    note: step.note,
                })
                .collect(),
        }
    }
}
