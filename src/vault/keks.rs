//! The key-encryption keys: finds them in the key folder and in the configuration, and makes new ones in the folder.
//! Nothing here seals.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::VaultError;
use crate::config::VaultKey;
use crate::domain::event::unhex;
use crate::token::keyring::{self, KeyError, Tried as _};
use crate::token::sealed::SealingKey;

/// How often the folder is looked through for a newer key before wrapping.
pub(super) const LOOK_AGAIN: Duration = Duration::from_secs(1);

type Kek = Arc<SealingKey>;

pub(super) struct Keks {
    folder: PathBuf,
    given: bool,
    ring: RwLock<Ring>,
}

struct Ring {
    keks: BTreeMap<i32, Kek>,
    looked: Instant,
}

impl Keks {
    pub(super) fn load(folder: &Path, given: &[VaultKey]) -> Result<Self, VaultError> {
        let mut found = in_folder(folder)?;
        for VaultKey { version, digits } in given {
            let key = unhex(digits.expose_secret()).ok_or(VaultError::Cryptography)?;
            if found.insert(*version, Zeroizing::new(key)).is_some_and(|other| *other != key) {
                return Err(VaultError::TwoKeks(*version));
            }
        }
        let keks =
            found.iter().map(|(version, bytes)| Ok((*version, kek(bytes)?))).collect::<Result<_, VaultError>>()?;
        let ring = RwLock::new(Ring { keks, looked: Instant::now() });
        Ok(Self { folder: folder.to_owned(), given: !given.is_empty(), ring })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.read().keks.is_empty()
    }

    pub(super) const fn is_given(&self) -> bool {
        self.given
    }

    /// The highest version. The folder is looked through now and then, so that a key made while the program runs is used.
    pub(super) fn newest(&self) -> Result<(i32, Kek), VaultError> {
        if self.read().looked.elapsed() >= LOOK_AGAIN {
            self.look()?;
        }
        let newest = self.read().keks.last_key_value().map(|(version, kek)| (*version, kek.clone()));
        newest.ok_or(VaultError::KekLost(1))
    }

    /// A version, looked for in the folder when it is not known yet.
    pub(super) fn version(&self, version: i32) -> Result<Option<Kek>, VaultError> {
        let known = self.read().keks.get(&version).cloned();
        if known.is_some() {
            return Ok(known);
        }
        self.look()?;
        Ok(self.read().keks.get(&version).cloned())
    }

    /// Makes a version in the folder, unless somebody has made it meanwhile.
    pub(super) fn make(&self, version: i32) -> Result<(), VaultError> {
        keyring::make_once(&self.folder, &file_name(version), keyring::random_secret)?;
        self.look()
    }

    /// Takes in what the folder has and we do not know. A key that is known stays, whatever its file says now.
    fn look(&self) -> Result<(), VaultError> {
        let found = in_folder(&self.folder)?;
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        for (version, bytes) in found {
            if let Entry::Vacant(unknown) = ring.keks.entry(version) {
                unknown.insert(kek(&bytes)?);
            }
        }
        ring.looked = Instant::now();
        Ok(())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn file_name(version: i32) -> String {
    format!("vault-{version}.key")
}

fn kek(bytes: &Zeroizing<[u8; 32]>) -> Result<Kek, VaultError> {
    SealingKey::new(bytes.as_slice()).map(Arc::new).ok_or(VaultError::Cryptography)
}

fn in_folder(folder: &Path) -> Result<BTreeMap<i32, Zeroizing<[u8; 32]>>, KeyError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries.tried("read", folder)?,
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        let name = entry.tried("read", folder)?.file_name();
        let version = name.to_str().and_then(|name| name.strip_prefix("vault-")?.strip_suffix(".key"));
        let Some(version) = version.and_then(|version| version.parse().ok()).filter(|version| *version > 0) else {
            continue;
        };
        let path = folder.join(name);
        let text = Zeroizing::new(fs::read_to_string(&path).tried("read", &path)?);
        let key = unhex(text.trim()).ok_or(KeyError::Damaged(path, "64 hexadecimal digits"))?;
        found.insert(version, Zeroizing::new(key));
    }
    Ok(found)
}
