//! Which key signs tokens when, and which are accepted and published: a key is published first, then signs, then is only
//! accepted, then over. Holds no token, and gets the time from whoever signs or verifies.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::keyring::{self, KeyError, SigningKey, Tried as _};

/// How long a new key is published before it signs: longer than others may keep our key set (5 minutes, the max-age of
/// its answer) and than any of our programs takes to notice it.
pub(super) const SETTLING: TimeDelta = TimeDelta::minutes(10);
/// How long a key is accepted after a newer one began to sign: the longest life a token can be given.
pub(super) const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// How often the folder is looked through in any case.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// How often at most for tokens that name a key we do not know: anyone can send such.
const LOOK_FOR_UNKNOWN: Duration = Duration::from_secs(1);

/// The signing keys of the folder as they were when last looked at.
pub(super) struct SigningKeys {
    folder: PathBuf,
    ring: RwLock<Ring>,
}

struct Ring {
    /// The newest first; never empty.
    keys: Vec<Arc<SigningKey>>,
    looked: Instant,
    looked_for_unknown: Option<Instant>,
}

impl SigningKeys {
    pub(super) fn new(folder: &Path, keys: Vec<Arc<SigningKey>>) -> Self {
        let ring = Ring { keys, looked: Instant::now(), looked_for_unknown: None };
        Self { folder: folder.to_owned(), ring: RwLock::new(ring) }
    }

    /// The key that signs now.
    pub(super) fn signer(&self, now: DateTime<Utc>) -> Option<Arc<SigningKey>> {
        self.look_again();
        signer(&self.read().keys, now).cloned()
    }

    /// The key with this id, if tokens signed by it are taken now.
    pub(super) fn accepted(&self, kid: &str, now: DateTime<Utc>) -> Option<Arc<SigningKey>> {
        self.look_again();
        let known = || accepted(&self.read().keys, now).find(|key| key.kid == kid).cloned();
        known().or_else(|| if self.looked_for_unknown() { known() } else { None })
    }

    /// The keys that are published now, the newest first.
    pub(super) fn published(&self, now: DateTime<Utc>) -> Vec<Arc<SigningKey>> {
        self.look_again();
        accepted(&self.read().keys, now).cloned().collect()
    }

    /// The ids of all keys.
    pub(super) fn kids(&self) -> Vec<String> {
        self.read().keys.iter().map(|key| key.kid.clone()).collect()
    }

    fn look_again(&self) {
        // In a statement of its own, so that the lock is given back before it is taken for writing.
        let due = self.read().looked.elapsed() >= LOOK_AGAIN;
        if due {
            self.look();
        }
    }

    /// Whether it was time to look for a key we do not know.
    fn looked_for_unknown(&self) -> bool {
        let mut ring = self.write();
        let due = ring.looked_for_unknown.is_none_or(|looked| looked.elapsed() >= LOOK_FOR_UNKNOWN);
        if due {
            ring.looked_for_unknown = Some(Instant::now());
            drop(ring);
            self.look();
        }
        due
    }

    /// Takes the keys that the folder has now. A key whose file is gone is no longer ours; a folder that cannot be read,
    /// or has none, changes nothing: a file may be half copied.
    fn look(&self) {
        self.write().looked = Instant::now();
        match keyring::signing_keys(&self.folder) {
            Ok(keys) if keys.is_empty() => tracing::warn!("the key folder has no signing key: the known ones stay"),
            Ok(keys) => self.write().keys = keys,
            Err(error) => tracing::warn!(%error, "the key folder cannot be looked through: the known keys stay"),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Ring> {
        self.ring.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The newest key that has settled; before any has, the oldest.
fn signer(keys: &[Arc<SigningKey>], now: DateTime<Utc>) -> Option<&Arc<SigningKey>> {
    keys.iter().find(|key| key.made + SETTLING <= now).or_else(|| keys.last())
}

/// The keys that are not over: the newest, and each whose next newer one has not signed for long.
fn accepted(keys: &[Arc<SigningKey>], now: DateTime<Utc>) -> impl Iterator<Item = &Arc<SigningKey>> {
    let newer = std::iter::once(None).chain(keys.iter().map(Some));
    let current = move |newer: Option<&Arc<SigningKey>>| newer.is_none_or(|newer| now < over(newer.made));
    keys.iter().zip(newer).filter(move |(_, newer)| current(*newer)).map(|(key, _)| key)
}

/// When the keys older than one made at `made` are over.
fn over(made: DateTime<Utc>) -> DateTime<Utc> {
    made + SETTLING + OVERLAP
}

/// What a rotation did, and what will follow by itself.
#[derive(Debug)]
pub struct Rotation {
    /// The id of the new key.
    pub kid: String,
    /// When it begins to sign.
    pub signs_from: DateTime<Utc>,
    /// Until when tokens signed by older keys are accepted; `None` when there are no older keys.
    pub older_accepted_until: Option<DateTime<Utc>>,
    /// The files of keys that were over, now removed.
    pub removed: Vec<PathBuf>,
}

/// Adds a signing key to the folder, which running programs notice by themselves, and removes those that are over.
///
/// # Errors
/// When the folder or a file in it cannot be used.
pub fn rotate(folder: &Path, now: DateTime<Utc>) -> Result<Rotation, KeyError> {
    let lock = keyring::lock(folder)?;
    let before = keyring::signing_keys(folder)?;
    let mut removed = Vec::new();
    for key in before.iter().filter(|key| !accepted(&before, now).any(|other| other.kid == key.kid)) {
        fs::remove_file(&key.file).tried("remove", &key.file)?;
        removed.push(key.file.clone());
    }
    if before.is_empty() {
        // The folder is new, or its only key was taken away; the rest of it is looked at as at a start.
        drop(lock);
        let made = keyring::load_or_create(folder)?.signing;
        let made = made.first().ok_or(KeyError::Cryptography)?;
        return Ok(Rotation { kid: made.kid.clone(), signs_from: made.made, older_accepted_until: None, removed });
    }
    let kid = keyring::make_signing_key(folder)?;
    let made = keyring::signing_keys(folder)?.into_iter().find(|key| key.kid == kid).ok_or(KeyError::Cryptography)?;
    let signs_from = made.made + SETTLING;
    Ok(Rotation { kid, signs_from, older_accepted_until: Some(over(made.made)), removed })
}
