//! The key that signs checkpoints of the audit chain: `checkpoint.key` in the key folder, made once, in the form of a
//! signed-note key (`PRIVATE+KEY+name+id+base64`). It signs nothing else.

use std::{fmt, fs, io, path::Path};

use aws_lc_rs::{
    rand,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::keyring::{KeyError, Tried as _, make_once};
use crate::domain::checkpoint::{Checkpoint, PublicKey};
use crate::domain::event::hex;

const FILE: &str = "checkpoint.key";
const PREFIX: &str = "PRIVATE+KEY+";
const ED25519: u8 = 1;

/// Signs checkpoints. Whoever has it can pass off another history as ours.
pub struct CheckpointKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl CheckpointKey {
    /// The key in `dir`; made when there is none, with the public URL as its name. Blocks for a moment.
    ///
    /// # Errors
    /// When the folder or the file cannot be used.
    pub fn load_or_create(dir: &Path, public_url: &str) -> Result<Self, KeyError> {
        if let Some(key) = Self::load(dir)? {
            return Ok(key);
        }
        make_once(dir, FILE, || {
            let mut seed = [0; 32];
            rand::fill(&mut seed).map_err(|_| KeyError::Cryptography)?;
            let public = public(&seed, &name(public_url)).ok_or(KeyError::Cryptography)?;
            let secret = BASE64_STANDARD.encode([&[ED25519], seed.as_slice()].concat());
            Ok(format!("{PREFIX}{}+{}+{secret}\n", public.name(), hex(&public.id())))
        })?;
        Self::load(dir)?.ok_or(KeyError::Cryptography)
    }

    /// The key in `dir`, if there is one.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn load(dir: &Path) -> Result<Option<Self>, KeyError> {
        let path = dir.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.tried("read", &path)?,
        };
        Self::parse(text.trim()).map(Some).ok_or(KeyError::Damaged(path, "a private key of signed notes"))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(PREFIX)?.splitn(3, '+');
        let (name, id, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = BASE64_STANDARD.decode(secret).ok()?;
        let (algorithm, seed) = bytes.split_first()?;
        let public = public(seed, name)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        (*algorithm == ED25519 && id == hex(&public.id())).then_some(Self { pair, public })
    }

    /// What checks its signatures.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The checkpoint as a signed note.
    pub fn sign(&self, checkpoint: &Checkpoint) -> String {
        let text = checkpoint.text();
        self.public.note(&text, self.pair.sign(text.as_bytes()).as_ref())
    }
}

impl fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckpointKey").field("public", &self.public).finish_non_exhaustive()
    }
}

fn public(seed: &[u8], name: &str) -> Option<PublicKey> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    PublicKey::new(name, pair.public_key().as_ref().try_into().ok()?)
}

/// A name in the form that is usual for logs: a URL without its scheme, and without the sign that parts key texts.
fn name(public_url: &str) -> String {
    let place = public_url.split_once("://").map_or(public_url, |(_, place)| place);
    format!("{}/audit", place.replace('+', "-"))
}
