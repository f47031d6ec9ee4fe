//! Who a subject is: numbers become keyed hashes, and hashes lead to a person. Nothing here shows a number to anybody.

use uuid::Uuid;

use super::FlowError;
use super::transition::{Setting, sight};
use crate::db::persons::{Confirmation, KnownBy};
use crate::db::{self, Pool, Tx};
use crate::domain::action::{ConfirmedSubject, Employment};
use crate::domain::actor::Actor;
use crate::domain::case::CaseFacts;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::person_number::{Nip, NumberKind};
use crate::token::Keys;

/// The hash under which a subject's NIP or NI PPPK is found.
pub fn nip_index(keys: &Keys, digits: &str) -> Vec<u8> {
    keys.blind_index("subject nip", digits)
}

/// The hash under which a subject's NIK is found. Made apart from that of reporters: nobody is to see from the database
/// that somebody reported himself, or is reported and reports.
pub fn nik_index(keys: &Keys, digits: &str) -> Vec<u8> {
    keys.blind_index("subject nik", digits)
}

/// Every number the subject has once the officer's are put in place.
fn numbers(keys: &Keys, facts: &CaseFacts, given: &ConfirmedSubject) -> Vec<KnownBy> {
    let typed = &facts.subject;
    let nip = given.nip.as_ref().or(typed.nip.as_ref().map(|nip| nip.reveal()));
    let nik = given.nik.as_ref().or(typed.nik.as_ref().map(|nik| nik.reveal()));
    let kind =
        |nip: &str, employment: Employment| Nip::read(nip).map_or(NumberKind::Nip, |nip| nip.kind(Some(employment)));
    let nip = nip.map(|nip| KnownBy { index: nip_index(keys, nip), kind: kind(nip, given.employment) });
    let nik = nik.map(|nik| KnownBy { index: nik_index(keys, nik), kind: NumberKind::Nik });
    nip.into_iter().chain(nik).collect()
}

/// Puts the confirmed subject in place and links it to its person.
pub(super) async fn confirm(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    facts: &CaseFacts,
    subject: &ConfirmedSubject,
    person_id: Option<Uuid>,
) -> Result<(), FlowError> {
    let confirmation = Confirmation {
        numbers: &numbers(&setting.keys, facts, subject),
        person_id,
        officer_id: actor.officer().map(|officer| officer.officer_id),
        at: setting.now,
    };
    Ok(db::persons::confirm_subject(tx, facts.case.id, subject, &confirmation).await?)
}

/// The person of the case the officer names as the same.
pub(super) async fn named(
    tx: &mut Tx,
    actor: &Actor,
    number: &str,
    faults: &mut Vec<FieldFault>,
) -> Result<Option<Uuid>, FlowError> {
    let other = db::cases::lock(tx, number, &sight(actor)).await?;
    let person_id = other.and_then(|other| other.subject.person_id);
    if person_id.is_none() {
        faults.push(FieldFault::new("/input/same_person_as", Fault::UnknownCode));
    }
    Ok(person_id)
}

/// A number that is known to be another person's is a fault: one of the two is wrong. Asked when nothing else is wrong, and only of
/// persons in whose cases the officer can see it; else anybody could try numbers until one is known. What contradicts a case out
/// of his sight is put in place: whoever sees both cases finds them among those that may belong together, by their number.
pub(super) async fn contradicted(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    facts: &CaseFacts,
    subject: &ConfirmedSubject,
    person_id: Option<Uuid>,
) -> Result<(), FlowError> {
    let Some(person_id) = person_id else { return Ok(()) };
    let numbers = numbers(&setting.keys, facts, subject);
    let indexes: Vec<Vec<u8>> = numbers.into_iter().map(|number| number.index).collect();
    if db::persons::seen_as_another(tx, &indexes, person_id, &sight(actor)).await? {
        return Err(FlowError::Input(vec![FieldFault::new("/input/same_person_as", Fault::Taken)]));
    }
    Ok(())
}

const BATCH: i64 = 500;

/// Adds the hashes of numbers that an earlier version stored without. Done at the start; soon there are none left.
pub async fn index_numbers(pool: &Pool, keys: &Keys) -> Result<(), FlowError> {
    loop {
        let some = db::officer_numbers::unnumbered(pool, BATCH).await?;
        if some.is_empty() {
            break;
        }
        let mut tx = Tx::begin(pool).await?;
        for (officer_id, nip) in some {
            let index = nip.map(|nip| nip_index(keys, nip.reveal()));
            db::officer_numbers::set_numbers(
                &mut tx,
                officer_id,
                None,
                None,
                &index.as_deref().into_iter().collect::<Vec<_>>(),
            )
            .await?;
        }
        tx.commit().await?;
    }
    loop {
        let some = db::persons::unindexed(pool, BATCH).await?;
        if some.is_empty() {
            return Ok(());
        }
        let mut tx = Tx::begin(pool).await?;
        for subject in some {
            let nip = subject.nip.as_ref().map(|nip| nip_index(keys, nip.reveal()));
            let nik = subject.nik.as_ref().map(|nik| nik_index(keys, nik.reveal()));
            db::persons::index(&mut tx, subject.case_id, nip, nik).await?;
        }
        tx.commit().await?;
    }
}
