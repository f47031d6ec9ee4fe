//! The identity vault: seals what must not be read from the database alone, and opens it again. Knows keys and seals;
//! it must not know who may look, and stores nothing.
//!
//! Envelope encryption with AES-256-GCM-SIV: each report and each file has a random data key, wrapped by a key-encryption key (KEK) of
//! the key folder or the environment. A seal binds table, column and row, so that bytes moved elsewhere do not open.

mod keks;

use std::fmt;

use aws_lc_rs::rand;
use uuid::Uuid;
use zeroize::Zeroizing;

use self::keks::Keks;
use crate::config::VaultKey;
use crate::domain::confidential::Confidential;
use crate::domain::sealed::{Field, KeyOf, Sealed, WrappedKey};
use crate::token::keyring::KeyError;
use crate::token::sealed::SealingKey;

/// How a seal is made; in every seal, so that another way can be told from it later.
const SCHEME: u8 = 1;
const KEY_BYTES: usize = 32;

/// Why something cannot be sealed or opened. Names places and versions, never values or keys.
#[derive(Debug)]
pub enum VaultError {
    /// The key folder cannot be used.
    Folder(KeyError),
    /// There are wrapped keys in the database but not the key they were wrapped with: it was lost.
    KekLost(i32),
    /// The key of this version is not the one that keys in the database were wrapped with.
    WrongKek(i32),
    /// A version comes from folder and environment with different keys.
    TwoKeks(i32),
    /// The data key of this report or file does not open: it was changed, or comes from another row.
    KeyBroken(Uuid),
    /// The value of this row does not open: it was changed, or comes from another row or column.
    SealBroken(Field, Uuid),
    /// The cryptographic library refused; it may have no random numbers.
    Cryptography,
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(error) => error.fmt(f),
            Self::KekLost(version) => write!(
                f,
                "version {version} of the vault's key is missing, and data keys in the database are wrapped with it: \
                 restore vault-{version}.key from the backup of the key folder (or name it in NETRAL_VAULT_KEY). \
                 Without it no reporter's address, identity or mailbox and no file can be opened"
            ),
            Self::WrongKek(version) => write!(
                f,
                "version {version} of the vault's key is not the one that data keys in the database are wrapped with: \
                 restore the right vault-{version}.key from the backup of the key folder"
            ),
            Self::TwoKeks(version) => write!(
                f,
                "vault-{version}.key and NETRAL_VAULT_KEY give version {version} of the vault's key differently"
            ),
            Self::KeyBroken(owner) => write!(f, "the data key of {owner} does not open"),
            Self::SealBroken(field, row) => {
                let (table, column) = field.place();
                write!(f, "{table}.{column} of row {row} does not open")
            }
            Self::Cryptography => f.write_str("the cryptographic library refused"),
        }
    }
}

impl std::error::Error for VaultError {}

impl From<KeyError> for VaultError {
    fn from(error: KeyError) -> Self {
        Self::Folder(error)
    }
}

/// The key-encryption keys of this installation.
pub struct Vault(Keks);

impl Vault {
    /// The vault with the keys of `dir`, as `vault-<version>.key`, and those `given` by the configuration. The highest
    /// version wraps, all unwrap. `kept` is one data key of the database for each version in use and each kind.
    ///
    /// The first key is made when there is none anywhere and nothing is kept yet; programs that start at once on one
    /// folder agree. Blocks; to be called at start.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be used, or a kept key does not open: a key was lost, and what was sealed
    /// must not silently become unreadable.
    pub fn open(dir: &std::path::Path, given: &[VaultKey], kept: &[(KeyOf, WrappedKey)]) -> Result<Self, VaultError> {
        let vault = Self(Keks::load(dir, given)?);
        if vault.0.is_empty() {
            match kept.first() {
                Some((_, key)) => return Err(VaultError::KekLost(key.kek_version)),
                None => vault.0.make(1)?,
            }
        }
        for (of, key) in kept {
            vault.unwrap(*of, key).map_err(|error| match error {
                VaultError::KeyBroken(_) => VaultError::WrongKek(key.kek_version),
                other => other,
            })?;
        }
        Ok(vault)
    }

    /// A new data key for a report, and what is kept of it.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub fn new_data_key(&self, owner_id: Uuid) -> Result<(DataKey, WrappedKey), VaultError> {
        self.new_key(KeyOf::Report, owner_id)
    }

    /// The same for a file.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub fn new_file_key(&self, file_id: Uuid) -> Result<(DataKey, WrappedKey), VaultError> {
        self.new_key(KeyOf::File, file_id)
    }

    fn new_key(&self, of: KeyOf, owner_id: Uuid) -> Result<(DataKey, WrappedKey), VaultError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        rand::fill(bytes.as_mut_slice()).map_err(|_| VaultError::Cryptography)?;
        Ok((DataKey::new(owner_id, bytes.as_slice())?, self.wrap(of, owner_id, bytes.as_slice())?))
    }

    fn wrap(&self, of: KeyOf, owner_id: Uuid, key: &[u8]) -> Result<WrappedKey, VaultError> {
        let (kek_version, kek) = self.0.newest()?;
        let (table, column) = of.place();
        let wrapped = seal(&kek, &context(table, column, owner_id, kek_version), key)?;
        Ok(WrappedKey { owner_id, kek_version, wrapped })
    }

    fn unwrap(&self, of: KeyOf, key: &WrappedKey) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let kek = self.0.version(key.kek_version)?.ok_or(VaultError::KekLost(key.kek_version))?;
        let (table, column) = of.place();
        let context = context(table, column, key.owner_id, key.kek_version);
        open(&kek, &context, &key.wrapped).ok_or(VaultError::KeyBroken(key.owner_id))
    }

    /// Opens the data key of a report. A version not known yet is looked for in the folder.
    ///
    /// # Errors
    /// When its key-encryption key is not there, or it does not open.
    pub fn data_key(&self, key: &WrappedKey) -> Result<DataKey, VaultError> {
        DataKey::new(key.owner_id, &self.unwrap(KeyOf::Report, key)?)
    }

    /// The same for a file.
    ///
    /// # Errors
    /// As [`Vault::data_key`].
    pub fn file_key(&self, key: &WrappedKey) -> Result<DataKey, VaultError> {
        DataKey::new(key.owner_id, &self.unwrap(KeyOf::File, key)?)
    }

    /// The same data key under the newest key-encryption key.
    ///
    /// # Errors
    /// As [`Vault::data_key`].
    pub fn rewrap(&self, of: KeyOf, key: &WrappedKey) -> Result<WrappedKey, VaultError> {
        self.wrap(of, key.owner_id, &self.unwrap(of, key)?)
    }

    /// The version that wraps now.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn newest_version(&self) -> Result<i32, VaultError> {
        Ok(self.0.newest()?.0)
    }

    /// Whether the configuration gives the keys; then a new one is made there, by whoever keeps it.
    pub fn is_given(&self) -> bool {
        self.0.is_given()
    }

    /// Makes the next version in the key folder and answers its number. Programs that run find it within
    /// [`Vault::NOTICED`].
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn make_next(&self) -> Result<i32, VaultError> {
        let next = self.newest_version()? + 1;
        self.0.make(next)?;
        Ok(next)
    }

    /// After this time every running program wraps with a key that was made before it.
    pub const NOTICED: std::time::Duration = keks::LOOK_AGAIN.saturating_mul(2);
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// The key of one report or file. Its bytes are wiped when it is dropped; it is kept nowhere between two requests, so that
/// what was shredded stays shredded.
pub struct DataKey {
    owner_id: Uuid,
    key: SealingKey,
}

impl DataKey {
    fn new(owner_id: Uuid, bytes: &[u8]) -> Result<Self, VaultError> {
        let key = SealingKey::new(bytes).ok_or(VaultError::Cryptography)?;
        Ok(Self { owner_id, key })
    }

    /// The report, or the file.
    pub const fn owner_id(&self) -> Uuid {
        self.owner_id
    }

    /// Seals the value of a field of a row.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub fn seal(&self, field: Field, row: Uuid, value: &str) -> Result<Sealed, VaultError> {
        self.seal_bytes(field, row, value.as_bytes())
    }

    /// The same for what is no text.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub fn seal_bytes(&self, field: Field, row: Uuid, value: &[u8]) -> Result<Sealed, VaultError> {
        let (table, column) = field.place();
        seal(&self.key, &context(table, column, row, i32::from(SCHEME)), value)
    }

    /// Opens the value of a field of a row.
    ///
    /// # Errors
    /// When it does not open: it was changed, or it stood elsewhere.
    pub fn open(&self, field: Field, row: Uuid, sealed: &Sealed) -> Result<Confidential<String>, VaultError> {
        let bytes = self.open_bytes(field, row, sealed)?;
        let text = std::str::from_utf8(&bytes).ok().map(ToOwned::to_owned);
        text.map(Confidential::new).ok_or(VaultError::SealBroken(field, row))
    }

    /// The same for what is no text.
    ///
    /// # Errors
    /// When it does not open: it was changed, or it stood elsewhere.
    pub fn open_bytes(&self, field: Field, row: Uuid, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let (table, column) = field.place();
        let bytes = open(&self.key, &context(table, column, row, i32::from(SCHEME)), sealed);
        bytes.ok_or(VaultError::SealBroken(field, row))
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").field("owner_id", &self.owner_id).finish_non_exhaustive()
    }
}

/// What a seal is bound to. Names end in a NUL and the rest has a fixed length, so that no two places look the same.
fn context(table: &str, column: &str, row: Uuid, version: i32) -> Vec<u8> {
    [b"netral\0", table.as_bytes(), b"\0", column.as_bytes(), b"\0", row.as_bytes(), &version.to_be_bytes()].concat()
}

/// Scheme, nonce, ciphertext, tag.
fn seal(key: &SealingKey, context: &[u8], value: &[u8]) -> Result<Sealed, VaultError> {
    Ok(Sealed::new(key.seal(&[SCHEME], context, value).ok_or(VaultError::Cryptography)?))
}

fn open(key: &SealingKey, context: &[u8], sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = sealed.bytes().split_first().filter(|(scheme, _)| **scheme == SCHEME)?;
    key.open(context, rest)
}

#[cfg(test)]
mod tests;
