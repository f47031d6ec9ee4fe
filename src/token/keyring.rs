//! The key folder: finds the keys, and makes them once. The vault keeps its own here too. Nothing here uses a key.

use std::{
    fmt,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_lc_rs::{
    rand,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use pem::{EncodeConfig, LineEnding, Pem};
use uuid::Uuid;

use crate::domain::event::{hex, unhex};

const SECRET: &str = "secret.key";
const SECRET_BYTES: usize = 32;
/// The file whose lock is held while keys are made.
const LOCK: &str = "lock";

/// Why the keys cannot be used. No key is ever repeated.
#[derive(Debug)]
pub enum KeyError {
    /// The operating system refused: what was tried, on what, and why.
    Io(&'static str, PathBuf, io::Error),
    /// A file does not hold the key it should: which file, and what it should hold.
    Damaged(PathBuf, &'static str),
    /// There are signing keys but not this file with the secret: it was lost.
    SecretLost(PathBuf),
    /// The cryptographic library refused; it may have no random numbers.
    Cryptography,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(tried, path, error) => write!(f, "cannot {tried} {}: {error}", path.display()),
            Self::Damaged(path, wanted) => write!(f, "{} must hold {wanted}", path.display()),
            Self::SecretLost(path) => write!(
                f,
                "{} is missing beside the signing keys: restore it from the backup. Without it no access code ever \
                 shown opens its report; to accept that, remove the signing keys too",
                path.display()
            ),
            Self::Cryptography => f.write_str("the cryptographic library refused"),
        }
    }
}

impl std::error::Error for KeyError {}

/// One key that signs tokens.
pub(super) struct SigningKey {
    /// Its RFC 7638 thumbprint, the `kid` of tokens.
    pub(super) kid: String,
    pub(super) private: EncodingKey,
    pub(super) public: DecodingKey,
    /// What is published of it.
    pub(super) jwk: Jwk,
    pub(super) file: PathBuf,
    /// When the file was last written.
    pub(super) made: DateTime<Utc>,
}

pub(super) struct Keyring {
    /// The newest first; never empty.
    pub(super) signing: Vec<Arc<SigningKey>>,
    pub(super) secret: [u8; SECRET_BYTES],
}

pub(super) fn load_or_create(dir: &Path) -> Result<Keyring, KeyError> {
    // At first without the lock: a complete folder may well be mounted read-only.
    if let Some(ring) = load(dir)? {
        return Ok(ring);
    }
    let _lock = lock(dir)?;
    // Whoever had to wait for the lock finds the keys of whoever had it. The secret comes first, so that signing keys
    // without it always mean a loss, and a program killed in between means none.
    if load(dir)?.is_none() {
        if !dir.join(SECRET).exists() {
            write_durably(dir, SECRET, &random_secret()?)?;
        }
        make_signing_key(dir)?;
    }
    // Read again instead of kept: what is used is what the next start will find.
    load(dir)?.ok_or_else(|| KeyError::Damaged(dir.to_owned(), "the keys just made"))
}

/// Makes a signing key in the folder, whose lock is held; answers its id.
pub(super) fn make_signing_key(dir: &Path) -> Result<String, KeyError> {
    let pkcs8 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| KeyError::Cryptography)?;
    let pkcs8 = pkcs8.to_pkcs8v1().map_err(|_| KeyError::Cryptography)?;
    let text = pem::encode_config(
        &Pem::new("PRIVATE KEY", pkcs8.as_ref()),
        EncodeConfig::new().set_line_ending(LineEnding::LF),
    );
    let kid = parts(text.as_bytes()).ok_or(KeyError::Cryptography)?.kid;
    write_durably(dir, &format!("signing-{kid}.pem"), &text)?;
    Ok(kid)
}

/// Makes a file of the key folder unless it is there; programs that start at once on one folder agree.
pub(crate) fn make_once(
    dir: &Path,
    name: &str,
    text: impl FnOnce() -> Result<String, KeyError>,
) -> Result<(), KeyError> {
    let _lock = lock(dir)?;
    if dir.join(name).exists() { Ok(()) } else { write_durably(dir, name, &text()?) }
}

/// Makes the folder if need be and holds its lock until the answer is dropped.
pub(super) fn lock(dir: &Path) -> Result<File, KeyError> {
    make_folder(dir)?;
    let path = dir.join(LOCK);
    let lock = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).tried("open", &path)?;
    lock.lock().tried("lock", &path)?;
    Ok(lock)
}

/// 32 random bytes as hexadecimal digits, as a file of the folder holds them.
pub(crate) fn random_secret() -> Result<String, KeyError> {
    let mut bytes = [0; SECRET_BYTES];
    rand::fill(&mut bytes).map_err(|_| KeyError::Cryptography)?;
    Ok(format!("{}\n", hex(&bytes)))
}

/// The keys, or `None` when they are not complete yet.
fn load(dir: &Path) -> Result<Option<Keyring>, KeyError> {
    let signing = signing_keys(dir)?;
    let path = dir.join(SECRET);
    let secret = match fs::read_to_string(&path) {
        Ok(text) => unhex(text.trim()).ok_or(KeyError::Damaged(path, "64 hexadecimal digits"))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return if signing.is_empty() { Ok(None) } else { Err(KeyError::SecretLost(path)) };
        }
        Err(error) => return Err(error).tried("read", &path),
    };
    Ok((!signing.is_empty()).then_some(Keyring { signing, secret }))
}

/// The signing keys of the folder, the newest first; none when there is no folder.
pub(super) fn signing_keys(dir: &Path) -> Result<Vec<Arc<SigningKey>>, KeyError> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.tried("read", dir)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.tried("read", dir)?;
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with("signing-") && name.ends_with(".pem")) {
            let file = entry.path();
            // By path: in a Kubernetes secret each file is a symbolic link.
            let made = fs::metadata(&file).and_then(|data| data.modified()).tried("read", &file)?.into();
            let text = fs::read(&file).tried("read", &file)?;
            let damaged = || KeyError::Damaged(file.clone(), "a PKCS#8 P-256 key as PEM");
            let Parts { kid, private, public, jwk } = parts(&text).ok_or_else(damaged)?;
            found.push(Arc::new(SigningKey { kid, private, public, jwk, file, made }));
        }
    }
    // Two files of the same moment, as after a restore, still have the same order everywhere.
    found.sort_by(|one, other| (other.made, &other.kid).cmp(&(one.made, &one.kid)));
    Ok(found)
}

/// What the text of a key file says.
struct Parts {
    kid: String,
    private: EncodingKey,
    public: DecodingKey,
    jwk: Jwk,
}

fn parts(pem: &[u8]) -> Option<Parts> {
    let private = EncodingKey::from_ec_pem(pem).ok()?;
    // The library takes any curve for any algorithm until it signs.
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private.as_bytes()).ok()?;
    let mut jwk = Jwk::from_encoding_key(&private, Algorithm::ES256).ok()?;
    let kid = jwk.thumbprint(ThumbprintHash::SHA256).ok()?;
    jwk.common.key_id = Some(kid.clone());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Some(Parts { kid, private, public: DecodingKey::from_jwk(&jwk).ok()?, jwk })
}

/// Only the folder itself is closed to others: one above it may be meant for more than us. One that exists keeps the
/// rights its owner gave it.
fn make_folder(dir: &Path) -> Result<(), KeyError> {
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent).tried("create", parent)?;
    }
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error).tried("create", dir),
        _ => Ok(()),
    }
}

/// There is the whole file or none, also for whoever reads without the lock, and a file that exists is never replaced.
fn write_durably(dir: &Path, name: &str, text: &str) -> Result<(), KeyError> {
    let (aside, path) = (dir.join(format!(".{}.tmp", Uuid::new_v4().simple())), dir.join(name));
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::hard_link(&aside, &path)
    })();
    // The failure itself is what matters; a leftover is hidden and harmless.
    let _ = fs::remove_file(&aside);
    written.and_then(|()| File::open(dir)?.sync_all()).tried("write", &path)
}

/// Says what was tried on which file when the operating system refuses.
pub(crate) trait Tried<T> {
    fn tried(self, what: &'static str, path: &Path) -> Result<T, KeyError>;
}

impl<T> Tried<T> for io::Result<T> {
    fn tried(self, what: &'static str, path: &Path) -> Result<T, KeyError> {
        self.map_err(|error| KeyError::Io(what, path.to_owned(), error))
    }
}
