//! Requests to open an identity, an identity opened, and looks as the reporter reads of them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Label;
use crate::app::Reference;
use crate::db::identity_requests::{IdentityRequestStatus, Listed, Look};
use crate::domain::actor::Role;
use crate::domain::confidential::Confidential;
use crate::flows::identity::OpenIdentity;
use crate::flows::sealing::OpenWitness;

/// A request to be shown who reported. It holds nothing of the case: the custodian decides by reason and role.
#[derive(Serialize, ToSchema)]
pub struct IdentityRequestView {
    /// Key.
    pub id: Uuid,
    /// Which report.
    #[schema(example = "NTR-2026-7K3M9QX2B")]
    pub complaint_number: String,
    /// As what the requester asks.
    pub role: Role,
    /// Agency of his seat.
    pub agency_code: Option<String>,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub status: IdentityRequestStatus,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why so.
    pub decision_reason: Option<String>,
    /// Until when the requester may look.
    pub expires_at: Option<DateTime<Utc>>,
}

impl IdentityRequestView {
    /// The view of a request.
    pub fn new(request: Listed, reference: &Reference) -> Self {
        Self {
            id: request.id,
            complaint_number: request.complaint_number,
            role: request.role,
            agency_code: reference.agency_code(Some(request.agency_id)),
            requested_at: request.requested_at,
            reason: request.reason,
            status: request.status,
            decided_at: request.decided_at,
            decision_reason: request.decision_reason,
            expires_at: request.expires_at,
        }
    }
}

/// A reporter, as far as he said who he is.
#[derive(Serialize, ToSchema)]
pub struct ReporterView {
    /// Name.
    pub name: Option<String>,
    /// NIK.
    pub nik: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
}

/// A witness.
#[derive(Serialize, ToSchema)]
pub struct WitnessView {
    /// Name.
    pub name: String,
    /// Where he lives or works.
    pub address: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
}

/// Who reported, opened for a limited time.
#[derive(Serialize, ToSchema)]
pub struct IdentityView {
    /// Which report.
    #[schema(example = "NTR-2026-7K3M9QX2B")]
    pub complaint_number: String,
    /// Who sent it.
    pub reporter: ReporterView,
    /// Who can confirm it.
    pub witnesses: Vec<WitnessView>,
    /// Until when one may look again.
    pub expires_at: DateTime<Utc>,
}

pub(super) fn revealed(value: Option<Confidential<String>>) -> Option<String> {
    value.map(|value| value.reveal().clone())
}

impl From<OpenWitness> for WitnessView {
    fn from(witness: OpenWitness) -> Self {
        Self { name: witness.name.reveal().clone(), address: revealed(witness.address), phone: revealed(witness.phone) }
    }
}

impl From<OpenIdentity> for IdentityView {
    fn from(opened: OpenIdentity) -> Self {
        let who = opened.reporter;
        Self {
            complaint_number: opened.complaint_number,
            reporter: ReporterView { name: revealed(who.name), nik: revealed(who.nik), phone: revealed(who.phone) },
            witnesses: opened.witnesses.into_iter().map(Into::into).collect(),
            expires_at: opened.expires_at,
        }
    }
}

/// A look at who reported, as the reporter reads of it.
#[derive(Serialize, ToSchema)]
pub struct IdentityLookView {
    /// When.
    #[schema(example = "2026-11-18T03:20:00Z")]
    pub at: DateTime<Utc>,
    /// As what.
    pub role: Role,
    /// The same in words.
    pub role_label: Label,
    /// Of which agency.
    #[schema(example = "Badan Kepegawaian Negara")]
    pub agency: String,
    /// The reason stated.
    #[schema(example = "Keterangan pelapor diperlukan untuk pemeriksaan.")]
    pub reason: String,
}

impl From<Look> for IdentityLookView {
    fn from(look: Look) -> Self {
        let role_label = Label::of(|language| look.role.label(language).to_owned());
        Self { at: look.at, role: look.role, role_label, agency: look.agency, reason: look.reason }
    }
}
