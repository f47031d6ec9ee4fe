//! Who acts: an officer or a machine client in a seat, the reporter of a case, or the clock. Says who one is, not what one may do.

use uuid::Uuid;

use crate::domain::marks::Marks;
use crate::text_enum;

text_enum! {
    /// The roles a seat can have.
    Role {
        TriageOfficer = "triage_officer", "Verifikator", "Triage officer";
        Inspector = "inspector", "Auditor inspektorat", "Inspector";
        InspectorLead = "inspector_lead", "Pengendali inspektorat", "Lead inspector";
        BawasluLiaison = "bawaslu_liaison", "Penghubung Bawaslu", "Bawaslu liaison";
        BknAuditor = "bkn_auditor", "Auditor Manajemen ASN", "BKN auditor";
        PpkOfficer = "ppk_officer", "Petugas PPK", "PPK officer";
        TaskforceViewer = "taskforce_viewer", "Satgas Netralitas", "Task-force viewer";
        AgencyAdmin = "agency_admin", "Admin instansi", "Agency administrator";
        SystemAdmin = "system_admin", "Admin sistem", "System administrator";
        PrivacyOfficer = "privacy_officer", "Pejabat pelindungan data pribadi", "Privacy officer";
        IntegrationClient = "integration_client", "Sistem lain", "Other system";
    }
}

text_enum! {
    /// What a token of a machine client can be for (RFC 6749, 3.3). What each opens is in the policy.
    Scope {
        ReadAgencyCases = "cases:read:agency", "Membaca perkara yang diperiksa inspektorat instansinya", "Read the cases that its agency's inspectorate reviews";
    }
}

/// An officer acting through one seat: role, agency and region together.
#[derive(Clone, Debug)]
pub struct Officer {
    /// The person.
    pub officer_id: Uuid,
    /// The seat acted through.
    pub seat_id: Uuid,
    /// Role of the seat.
    pub role: Role,
    /// Agency of the seat.
    pub agency_id: Uuid,
    /// Region the seat reaches, with all below it; empty for the whole country.
    pub region_code: String,
    /// What the person is recognised by in cases, through whatever seat: own numbers, the units of all seats, and what a
    /// reporter with this address or NIK is known by.
    pub marks: Marks,
    /// Of a machine client, what this token is for; nobody else's rights depend on it.
    pub scopes: Vec<Scope>,
}

/// Whoever fires a transition.
#[derive(Clone, Debug)]
pub enum Actor {
    /// An officer through a seat.
    Officer(Officer),
    /// The reporter of a report of this case, opened with number and access code.
    Reporter {
        /// The report.
        report_id: Uuid,
    },
    /// The service's own clock.
    System,
}

impl Actor {
    /// The officer, if it is one.
    pub const fn officer(&self) -> Option<&Officer> {
        match self {
            Self::Officer(officer) => Some(officer),
            Self::Reporter { .. } | Self::System => None,
        }
    }

    /// The kind of actor, as events name it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Officer(_) => "officer",
            Self::Reporter { .. } => "reporter",
            Self::System => "system",
        }
    }
}
