//! The demo officers: one in every kind of seat, two where four eyes are needed. The only part of the demonstration
//! that writes to the database itself, as an administrator does with `netral officer add`.

use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;

use super::say;
use crate::config::Config;
use crate::db::{self, Tx};
use crate::domain::actor::Role;
use crate::flows::officers::{OfficerToAdd, add};
use crate::serve::StartError;
use crate::token::{Keys, random_password};

/// The work unit of all of them, within the agency of each; nobody is reported there.
const UNIT: &str = "Unit Demo";

/// A seat of the story: who, as what, where.
pub struct Seat {
    /// First part of the address; what the story calls the officer.
    pub key: &'static str,
    /// Name.
    pub name: &'static str,
    /// Role.
    pub role: Role,
    /// Agency.
    pub agency: &'static str,
    /// Region reached; empty for the whole country.
    pub region: &'static str,
}

const fn seat(key: &'static str, name: &'static str, role: Role, agency: &'static str, region: &'static str) -> Seat {
    Seat { key, name, role, agency, region }
}

/// Takes and verifies reports.
pub const TRIAGE: &str = "verifikator";
/// Approves what the first one drafts.
pub const SECOND_TRIAGE: &str = "verifikator2";
/// Examines.
pub const INSPECTOR: &str = "auditor";
/// Approves what the inspector drafts.
pub const LEAD: &str = "inspektur";
/// Records what Bawaslu finds.
pub const BAWASLU: &str = "bawaslu";
/// Recommends, follows up, closes.
pub const BKN: &str = "bkn";
/// Approves what the first one drafts.
pub const SECOND_BKN: &str = "bkn2";
/// Acts for the mayor, who appoints and punishes the city's officials.
pub const PPK: &str = "ppk";
/// Looks after the deliveries.
pub const SYSTEM: &str = "sistem";

const SEATS: &[Seat] = &[
    seat(TRIAGE, "Verifikator Demo Satu", Role::TriageOfficer, "BKN", "15"),
    seat(SECOND_TRIAGE, "Verifikator Demo Dua", Role::TriageOfficer, "BKN", "15"),
    seat(INSPECTOR, "Auditor Demo", Role::Inspector, "PEMDA1571", "15.71"),
    seat(LEAD, "Inspektur Demo", Role::InspectorLead, "PEMDA1571", "15.71"),
    seat(BAWASLU, "Penghubung Demo", Role::BawasluLiaison, "BAWASLU1571", "15.71"),
    seat(BKN, "Auditor Manajemen Demo Satu", Role::BknAuditor, "KANREG07", "15"),
    seat(SECOND_BKN, "Auditor Manajemen Demo Dua", Role::BknAuditor, "BKN", ""),
    seat(PPK, "Petugas PPK Demo", Role::PpkOfficer, "PEMDA1571", "15.71"),
    seat("satgas", "Anggota Satgas Demo", Role::TaskforceViewer, "KEMENPANRB", ""),
    seat("admin", "Admin Instansi Demo", Role::AgencyAdmin, "PEMDA1571", "15.71"),
    seat(SYSTEM, "Admin Sistem Demo", Role::SystemAdmin, "BKN", ""),
    seat("pdp", "Pejabat Data Demo", Role::PrivacyOfficer, "BKN", ""),
];

/// A demo officer who can sign in.
pub struct Officer {
    /// The seat.
    pub seat: &'static Seat,
    /// Address, in a domain that is reserved for examples and never delivers.
    pub email: String,
    /// The password of this run.
    pub password: String,
}

impl Officer {
    /// Role and place, for the reader.
    pub fn title(&self) -> String {
        format!("{} of {}", self.seat.role.as_str().replace('_', " "), self.seat.agency)
    }
}

/// Adds the officers, or gives those of an earlier run new passwords.
pub async fn appoint(
    config: &Config,
    database_url: &str,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<Vec<Officer>, StartError> {
    let hasher = keys.password_hasher();
    let mut officers = Vec::new();
    for seat in SEATS {
        officers.push(Officer { seat, email: format!("{}@demo.example", seat.key), password: random_password()? });
    }
    let hashes = try_join_all(officers.iter().map(|officer| hasher.hash(officer.password.clone()))).await?;
    let pool = db::pool(database_url, config.database_role.as_deref(), 1)?;
    let mut tx = Tx::begin(&pool).await?;
    for (n, (officer, hash)) in officers.iter().zip(&hashes).enumerate() {
        // Invented: born on the first days of 1980, appointed in 2005.
        let nip = format!("198001{:02}2005011001", n + 1);
        let new = OfficerToAdd {
            email: &officer.email,
            name: officer.seat.name,
            nip: Some(&nip),
            nik: None,
            language: "id",
            password_hash: hash,
            role: officer.seat.role,
            agency_code: officer.seat.agency,
            region_code: officer.seat.region,
            work_unit: Some(UNIT),
        };
        let added = add(&mut tx, keys, now, &new).await;
        added.map_err(|error| format!("{} cannot be added: {error}", officer.email))?;
    }
    tx.commit().await?;
    Ok(officers)
}

/// What an officer signs in with at the end of the story.
pub struct Credentials {
    /// The seat.
    pub seat: &'static Seat,
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Stands in once for a code of the authenticator, which nobody holds after the story.
    pub recovery_code: String,
}

/// Prints them.
pub fn table(officers: &[Credentials]) {
    row("address", "password", "recovery code", "role", "agency", "region");
    for Credentials { seat, email, password, recovery_code } in officers {
        row(email, password, recovery_code, seat.role.as_str(), seat.agency, region(seat));
    }
}

fn row(address: &str, password: &str, recovery_code: &str, role: &str, agency: &str, region: &str) {
    say::line(&format!("  {address:<25} {password:<29} {recovery_code:<29} {role:<16} {agency:<11} {region}"));
}

/// The region in words a reader understands.
pub fn region(seat: &Seat) -> &'static str {
    if seat.region.is_empty() { "all" } else { seat.region }
}
