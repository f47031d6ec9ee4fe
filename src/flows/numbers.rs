//! The numbers an officer is known by: read, unique, and there for everybody who works on cases. Kept as hashes but for the NIP.

use uuid::Uuid;

use super::{FlowError, persons};
use crate::db::{self, Tx};
use crate::domain::actor::Role;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::{person_number, policy};
use crate::token::Keys;

/// Numbers of a person, read.
pub(super) struct Numbers {
    /// NIP or NI PPPK.
    pub nip: Option<String>,
    nip_index: Option<Vec<u8>>,
    /// Keyed hash of the NIK.
    pub nik_index: Option<Vec<u8>>,
}

impl Numbers {
    /// Reads what was typed; `at` begins the pointer of a fault.
    pub fn read(keys: &Keys, nip: Option<&str>, nik: Option<&str>, at: &str) -> Result<Self, FlowError> {
        let read = |typed: Option<&str>, name: &str, fault: Fault, digits: fn(&str) -> Option<String>| {
            let wrong = || FlowError::Input(vec![FieldFault::new(format!("{at}{name}"), fault)]);
            typed.map(|typed| digits(typed).ok_or_else(wrong)).transpose()
        };
        let nip = read(nip, "nip", Fault::NotANip, person_number::nip)?;
        let nik = read(nik, "nik", Fault::NotANik, person_number::nik)?;
        Ok(Self {
            nip_index: nip.as_deref().map(|nip| persons::nip_index(keys, nip)),
            nik_index: nik.as_deref().map(|nik| persons::nik_index(keys, nik)),
            nip,
        })
    }

    /// The keyed hash of each.
    pub fn indexes(&self) -> Vec<&[u8]> {
        self.nip_index.iter().chain(&self.nik_index).map(Vec::as_slice).collect()
    }
}

/// Puts them in place.
pub(super) async fn set_numbers(tx: &mut Tx, officer_id: Uuid, numbers: &Numbers) -> Result<(), FlowError> {
    let (nip, nik_index) = (numbers.nip.as_deref(), numbers.nik_index.as_deref());
    Ok(db::officer_numbers::set_numbers(tx, officer_id, nip, nik_index, &numbers.indexes()).await?)
}

/// Names the numbers that are another account's.
pub(super) async fn free(tx: &mut Tx, own: Option<Uuid>, numbers: &Numbers, at: &str) -> Result<(), FlowError> {
    let (nip, nik_index) = (numbers.nip.as_deref(), numbers.nik_index.as_deref());
    let taken = db::officers::taken(tx, own, None, nip, nik_index).await?;
    let fault = |field| FieldFault::new(format!("{at}{field}"), Fault::Taken);
    if taken.is_empty() { Ok(()) } else { Err(FlowError::Input(taken.into_iter().map(fault).collect())) }
}

/// Whoever works on cases is known by NIP or NIK: without, nobody sees that a case is about him, or that he has two accounts.
pub(super) async fn known_by_number(tx: &mut Tx, officer_id: Uuid, role: Role, at: &str) -> Result<(), FlowError> {
    if !policy::handles_cases(role) || db::officer_numbers::is_known_by_number(tx, officer_id).await? {
        return Ok(());
    }
    Err(FlowError::Input(vec![FieldFault::new(at, Fault::NumberNeeded)]))
}
