//! Sealing what a reporter sends and opening what someone may read: between the vault and the rows. Decides about nobody.

use uuid::Uuid;

use super::transition::Setting;
use super::{FlowError, persons};
use crate::db::data_requests::DataRequest;
use crate::db::deliveries::Claimed;
use crate::db::identities::{Contact, Identity};
use crate::db::intake::Witness;
use crate::db::messages::{Locked, Message};
use crate::db::{self, Pool, Tx};
use crate::domain::confidential::Confidential;
use crate::domain::event::hex;
use crate::domain::report::{Direction, NewReport, ReporterContact};
use crate::domain::sealed::{Field, Sealed, WrappedKey};
use crate::token::Keys;
use crate::vault::{DataKey, Vault, VaultError};

type Maybe = Option<Confidential<String>>;

fn seal(key: &DataKey, field: Field, row: Uuid, value: &Maybe) -> Result<Option<Sealed>, VaultError> {
    value.as_ref().map(|value| key.seal(field, row, value.reveal())).transpose()
}

fn open(key: &DataKey, field: Field, row: Uuid, sealed: &Option<Sealed>) -> Result<Maybe, VaultError> {
    sealed.as_ref().map(|sealed| key.open(field, row, sealed)).transpose()
}

/// The people a report names as its own, sealed with a new data key.
pub(super) struct SealedPeople {
    pub key: WrappedKey,
    pub contact: Contact,
    pub witnesses: Vec<Witness>,
}

/// Seals reporter and witnesses of a new report, and makes the indexes by which a reporter is found.
pub(super) fn people(
    vault: &Vault,
    keys: &Keys,
    report_id: Uuid,
    report: &NewReport,
) -> Result<SealedPeople, VaultError> {
    let (key, wrapped) = vault.new_data_key(report_id)?;
    let nobody = ReporterContact::default();
    let who = report.reporter.as_ref().unwrap_or(&nobody);
    let witnesses = report.witnesses.iter().map(|witness| {
        let id = Uuid::now_v7();
        Ok(Witness {
            id,
            name: key.seal(Field::WitnessName, id, witness.name.reveal())?,
            address: seal(&key, Field::WitnessAddress, id, &witness.address)?,
            phone: seal(&key, Field::WitnessPhone, id, &witness.phone)?,
        })
    });
    Ok(SealedPeople {
        contact: contact(&key, keys, report_id, who)?,
        witnesses: witnesses.collect::<Result<_, VaultError>>()?,
        key: wrapped,
    })
}

/// Seals what a reporter says of himself, with the indexes by which he is found.
pub(super) fn contact(
    key: &DataKey,
    keys: &Keys,
    report_id: Uuid,
    who: &ReporterContact,
) -> Result<Contact, VaultError> {
    Ok(Contact {
        name: seal(key, Field::ReporterName, report_id, &who.name)?,
        email: seal(key, Field::ReporterEmail, report_id, &who.email)?,
        phone: seal(key, Field::ReporterPhone, report_id, &who.phone)?,
        nik: seal(key, Field::ReporterNik, report_id, &who.nik)?,
        email_index: who.email.as_ref().map(|email| email_index(keys, email.reveal())),
        nik_index: who.nik.as_ref().map(|nik| nik_index(keys, &persons::nik_index(keys, nik.reveal()))),
    })
}

/// The index under which the reporter with this address is kept.
pub fn email_index(keys: &Keys, email: &str) -> Vec<u8> {
    keys.blind_index("email", &email.trim().to_lowercase())
}

/// The index under which the reporter with this NIK is kept, made of the one a subject with it has: of an officer's NIK no more
/// is known, and without the key neither leads to the other.
pub fn nik_index(keys: &Keys, of_subject: &[u8]) -> Vec<u8> {
    keys.blind_index("reporter nik", &hex(of_subject))
}

const BATCH: i64 = 500;

/// Makes the indexes of NIKs that an earlier version made in another way. Done at the start; soon there are none left. What does
/// not open was changed in the database: nothing is made of it.
pub async fn index_niks(pool: &Pool, vault: &Vault, keys: &Keys) -> Result<(), FlowError> {
    let mut after = Uuid::nil();
    loop {
        let some = db::identities::unindexed(pool, after, BATCH).await?;
        let Some((last, ..)) = some.last() else { return Ok(()) };
        after = *last;
        let mut tx = Tx::begin(pool).await?;
        for (report_id, case_id, sealed, key) in some {
            let nik = vault.data_key(&key).and_then(|key| open(&key, Field::ReporterNik, report_id, &sealed));
            match nik {
                Ok(Some(nik)) => {
                    let index = nik_index(keys, &persons::nik_index(keys, nik.reveal()));
                    db::identities::index(&mut tx, report_id, &index).await?;
                    db::exclusions::renew_marks(&mut tx, case_id).await?;
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "a reporter's NIK cannot be opened"),
            }
        }
        tx.commit().await?;
    }
}

/// Puts a text into the mailbox of every report of the case, those of cases merged into it included. A report that has
/// been shredded has no mailbox any more.
pub(super) async fn tell_reporters(tx: &mut Tx, setting: &Setting, case_id: Uuid, text: &str) -> Result<(), FlowError> {
    let keys = db::data_keys::of_mailboxes(tx, case_id).await?;
    let messages: Result<Vec<Message>, FlowError> =
        keys.iter().map(|key| message(setting, key, Direction::ToReporter, text)).collect();
    Ok(db::messages::insert(tx, &messages?).await?)
}

/// A message of now, sealed.
pub(super) fn message(
    setting: &Setting,
    key: &WrappedKey,
    direction: Direction,
    text: &str,
) -> Result<Message, FlowError> {
    let (id, report_id) = (Uuid::now_v7(), key.owner_id);
    let body = setting.vault.data_key(key)?.seal(Field::MessageBody, id, text)?;
    Ok(Message { id, report_id, direction, body: Some(body), sent_at: setting.now })
}

/// A message that can be read.
#[derive(Clone, Debug)]
pub struct OpenMessage {
    /// Key.
    pub id: Uuid,
    /// Which way it went.
    pub direction: Direction,
    /// The text; absent once erased.
    pub body: Maybe,
    /// When.
    pub sent_at: chrono::DateTime<chrono::Utc>,
}

/// Opens mailboxes.
///
/// # Errors
/// When a text does not open, which is not the same as one that was erased: it was changed in the database.
pub fn messages(vault: &Vault, mailbox: &[Locked]) -> Result<Vec<OpenMessage>, VaultError> {
    // The messages of a report come with the same key: it is opened once.
    let mut known: Option<DataKey> = None;
    let mut opened = Vec::with_capacity(mailbox.len());
    for (message, key) in mailbox {
        let body = match key {
            Some(key) => {
                if known.as_ref().is_none_or(|known| known.owner_id() != key.owner_id) {
                    known = Some(vault.data_key(key)?);
                }
                known
                    .as_ref()
                    .map(|key| open(key, Field::MessageBody, message.id, &message.body))
                    .transpose()?
                    .flatten()
            }
            None => None,
        };
        opened.push(OpenMessage { id: message.id, direction: message.direction, body, sent_at: message.sent_at });
    }
    Ok(opened)
}

/// Seals what a reporter asks about his data.
pub(super) fn seal_request_text(vault: &Vault, key: &WrappedKey, id: Uuid, text: &str) -> Result<Sealed, VaultError> {
    vault.data_key(key)?.seal(Field::DataRequestBody, id, text)
}

/// Opens it again; `None` once erased.
pub(super) fn request_text(
    vault: &Vault,
    request: &DataRequest,
    key: Option<&WrappedKey>,
) -> Result<Maybe, VaultError> {
    let Some(key) = key else { return Ok(None) };
    open(&vault.data_key(key)?, Field::DataRequestBody, request.id, &request.body)
}

/// Where a delivery goes; `None` when the address was taken away or erased.
///
/// # Errors
/// When a reporter's address does not open.
pub fn address(vault: &Vault, claimed: &Claimed) -> Result<Maybe, VaultError> {
    match (claimed.report_id, claimed.key()) {
        (Some(report_id), Some(key)) => {
            open(&vault.data_key(&key)?, Field::ReporterEmail, report_id, &claimed.sealed_address)
        }
        _ => Ok(claimed.address.clone()),
    }
}

/// A person a report names as its own.
#[derive(Clone, Debug, Default)]
pub struct OpenReporter {
    /// Name.
    pub name: Maybe,
    /// E-mail address.
    pub email: Maybe,
    /// Telephone.
    pub phone: Maybe,
    /// NIK.
    pub nik: Maybe,
}

/// A witness.
#[derive(Clone, Debug)]
pub struct OpenWitness {
    /// Name.
    pub name: Confidential<String>,
    /// Where he lives.
    pub address: Maybe,
    /// Telephone.
    pub phone: Maybe,
}

/// Opens who reported and who witnessed.
pub(super) fn identity(
    vault: &Vault,
    report_id: Uuid,
    identity: &Identity,
) -> Result<(OpenReporter, Vec<OpenWitness>), VaultError> {
    let key = vault.data_key(&identity.key)?;
    let reporter = match &identity.reporter {
        Some(who) => OpenReporter {
            name: open(&key, Field::ReporterName, report_id, &who.name)?,
            email: open(&key, Field::ReporterEmail, report_id, &who.email)?,
            phone: open(&key, Field::ReporterPhone, report_id, &who.phone)?,
            nik: open(&key, Field::ReporterNik, report_id, &who.nik)?,
        },
        None => OpenReporter::default(),
    };
    let witnesses = identity.witnesses.iter().map(|witness| {
        Ok(OpenWitness {
            name: key.open(Field::WitnessName, witness.id, &witness.name)?,
            address: open(&key, Field::WitnessAddress, witness.id, &witness.address)?,
            phone: open(&key, Field::WitnessPhone, witness.id, &witness.phone)?,
        })
    });
    Ok((reporter, witnesses.collect::<Result<_, VaultError>>()?))
}
