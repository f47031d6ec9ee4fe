//! The people of the tests: one officer for each seat that matters. Knows their seats, not what these allow.

use std::collections::HashMap;

use chrono::Duration;
use netral::app::Clock;
use netral::db::officers::Seat;
use netral::db::sign_ins::{self, SignIn};
use netral::db::{self, Tx};
use netral::domain::actor::Role;
use netral::domain::sign_in::SignInMethod;
use netral::flows::officers::{OfficerToAdd, add};
use netral::token::{Keys, OfficerToken, SecondFactor};
use uuid::Uuid;

/// Every officer's password.
pub const PASSWORD: &str = "sandi rahasia untuk uji";

/// Every officer's authenticator.
pub const AUTHENTICATOR: &str = "otpauth://totp/netral:petugas?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=netral";

/// The second factor of every officer.
pub fn second_factor() -> SecondFactor {
    SecondFactor::from_address(AUTHENTICATOR).expect("an address that authenticators read")
}

/// One of the 64 recovery codes of every officer.
pub fn recovery_code(n: usize) -> String {
    format!("kode pemulihan {n}")
}

/// Adds officers who have their second factor and are signed in for as long as a test may move its clock.
pub async fn appoint(tx: &mut Tx, keys: &Keys, officers: &[Persona]) -> HashMap<Persona, OfficerToken> {
    let now = Clock::default().now();
    let hash = keys.password_hasher().hash(PASSWORD.to_owned()).await.expect("a hash");
    let mut tokens = HashMap::new();
    for persona in officers {
        let id = add(tx, keys, now, &persona.officer(&hash)).await.expect("the officer is added");
        let sealed = keys.seal_second_factor(id, &second_factor()).expect("a sealed secret");
        assert!(sign_ins::offer_second_factor(tx, id, &sealed, now).await.expect("the secret is kept"));
        let codes: Vec<Vec<u8>> = (0..64).map(|n| keys.one_time_code_hash(&recovery_code(n))).collect();
        assert!(sign_ins::confirm_second_factor(tx, id, 1, &codes, now).await.expect("the secret is confirmed"));
        let sign_in = SignIn {
            id: Uuid::now_v7(),
            officer_id: id,
            method: SignInMethod::Password,
            started_at: now,
            last_used_at: now,
            expires_at: now + Duration::days(36_500),
            ended_at: None,
            ended_by: None,
        };
        sign_ins::insert(tx, &sign_in).await.expect("the sign-in is kept");
        let seat = seat_of(tx, id).await;
        let token = OfficerToken { officer_id: id, seat_id: seat.id, role: seat.role, sign_in_id: sign_in.id };
        tokens.insert(*persona, token);
    }
    tokens
}

async fn seat_of(tx: &mut Tx, id: Uuid) -> Seat {
    db::officers::seats_of(tx, id).await.expect("the seats").pop().expect("a seat")
}

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

    /// By which he would be recognised in a case about himself.
    pub const fn nip(self) -> &'static str {
        const NIPS: [&str; 15] = [
            "198501012010011001",
            "198501022010011002",
            "198501032010011003",
            "198501042010011004",
            "198501052010011005",
            "198501062010011006",
            "198501072010011007",
            "198501082010011008",
            "198501092010011009",
            "198501102010011010",
            "198501112010011011",
            "198501122010011012",
            "198501132010011013",
            "198501142010011014",
            "198501152010011015",
        ];
        NIPS[self as usize]
    }

    /// The officer as `officer add` makes one.
    pub const fn officer(self, password_hash: &str) -> OfficerToAdd<'_> {
        let (email, role, agency_code, region_code) = self.seat();
        OfficerToAdd {
            email,
            name: "Petugas Uji",
            nip: Some(self.nip()),
            nik: None,
            language: "id",
            password_hash,
            role,
            agency_code,
            region_code,
            work_unit: Some("Unit Petugas Uji"),
        }
    }
}
