//! The people of the tests: one officer for each seat that matters. Knows their seats, not what these allow.

use netral::domain::actor::Role;
use netral::flows::officers::OfficerToAdd;

/// Every officer's password.
pub const PASSWORD: &str = "sandi rahasia untuk uji";

/// An officer of the tests. They all work on cases of Kota Jambi unless their name says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Persona {
    /// Triage for the province of Jambi.
    Triage,
    /// A second one, for four eyes.
    SecondTriage,
    /// Triage for another province.
    DistantTriage,
    /// The city's inspectorate.
    Inspector,
    /// Its head.
    Lead,
    /// The head of the province's inspectorate.
    ProvinceLead,
    /// Bawaslu's desk in the city.
    Liaison,
    /// BKN's regional office.
    Auditor,
    /// A second one.
    SecondAuditor,
    /// The city's personnel office.
    Ppk,
    /// The province's personnel office.
    ProvincePpk,
    /// A ministry looking on.
    Taskforce,
    /// Runs the service.
    SystemAdmin,
    /// Keeps the accounts of an agency.
    AgencyAdmin,
    /// Watches over personal data.
    PrivacyOfficer,
}

impl Persona {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Triage,
        Self::SecondTriage,
        Self::DistantTriage,
        Self::Inspector,
        Self::Lead,
        Self::ProvinceLead,
        Self::Liaison,
        Self::Auditor,
        Self::SecondAuditor,
        Self::Ppk,
        Self::ProvincePpk,
        Self::Taskforce,
        Self::SystemAdmin,
        Self::AgencyAdmin,
        Self::PrivacyOfficer,
    ];

    /// Address, role, agency, region.
    const fn seat(self) -> (&'static str, Role, &'static str, &'static str) {
        match self {
            Self::Triage => ("verifikator@bkn.example", Role::TriageOfficer, "BKN", "15"),
            Self::SecondTriage => ("verifikator2@bkn.example", Role::TriageOfficer, "BKN", "15"),
            Self::DistantTriage => ("verifikator-jauh@bkn.example", Role::TriageOfficer, "BKN", "73"),
            Self::Inspector => ("auditor@kota.example", Role::Inspector, "PEMDA1571", "15.71"),
            Self::Lead => ("inspektur@kota.example", Role::InspectorLead, "PEMDA1571", "15.71"),
            Self::ProvinceLead => ("inspektur@provinsi.example", Role::InspectorLead, "PEMDA15", "15"),
            Self::Liaison => ("penghubung@bawaslu.example", Role::BawasluLiaison, "BAWASLU1571", "15.71"),
            Self::Auditor => ("auditor@kanreg.example", Role::BknAuditor, "KANREG07", "15"),
            Self::SecondAuditor => ("auditor2@kanreg.example", Role::BknAuditor, "KANREG07", "15"),
            Self::Ppk => ("bkpsdm@kota.example", Role::PpkOfficer, "PEMDA1571", "15.71"),
            Self::ProvincePpk => ("bkd@provinsi.example", Role::PpkOfficer, "PEMDA15", "15"),
            Self::Taskforce => ("satgas@kemenpanrb.example", Role::TaskforceViewer, "KEMENPANRB", ""),
            Self::SystemAdmin => ("admin@bkn.example", Role::SystemAdmin, "BKN", ""),
            Self::AgencyAdmin => ("admin@kota.example", Role::AgencyAdmin, "PEMDA1571", "15.71"),
            Self::PrivacyOfficer => ("pdp@bkn.example", Role::PrivacyOfficer, "BKN", ""),
        }
    }

    /// What is signed in with, and where mail goes.
    pub const fn email(self) -> &'static str {
        self.seat().0
    }

    /// The officer as `officer add` makes one.
    pub const fn officer(self, password_hash: &str) -> OfficerToAdd<'_> {
        let (email, role, agency_code, region_code) = self.seat();
        OfficerToAdd {
            email,
            name: "Petugas Uji",
            nip: None,
            language: "id",
            password_hash,
            role,
            agency_code,
            region_code,
            work_unit: None,
        }
    }
}
