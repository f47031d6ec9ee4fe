//! The keys and everything made with them: signed tokens, access codes and their hashes, confirmation links, cursors,
//! passwords. The only place that touches the key folder, but for the vault's own keys. It must not read the clock, know HTTP or ask the database.

mod attempt;
mod checkpoint;
mod jwt;
pub(crate) mod keyring;
mod password;
pub(crate) mod sealed;
mod second_factor;
mod signing;

use std::{fmt, path::Path};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    hkdf::{HKDF_SHA256, Prk, Salt},
    hmac::{self, HMAC_SHA256},
};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use uuid::Uuid;

pub use self::{
    attempt::{ATTEMPT_MINUTES, SignOnAttempt},
    checkpoint::CheckpointKey,
    jwt::{OfficerClaims, OfficerToken, ReporterClaims, TokenError},
    keyring::KeyError,
    password::{PasswordError, PasswordHasher, random_password},
    second_factor::{
        SecondFactor, client_secret, client_secret_hash, client_secret_matches, refresh_token, refresh_token_hash,
    },
    signing::{Rotation, rotate},
};
use crate::domain::ids::AccessCode;

use self::{jwt::Rules, sealed::SealingKey, signing::SigningKeys};

/// How much of a MAC goes into links and cursors: 128 bits cannot be guessed, and keep a link short enough to type.
const SHORT_MAC: usize = 16;

/// All keys of this installation. Whoever has the key folder can act as anyone: it belongs in no image and no log.
pub struct Keys {
    issuer: String,
    signing: SigningKeys,
    officer_rules: Rules,
    reporter_rules: Rules,
    access_code: hmac::Key,
    access_code_hash: hmac::Key,
    idempotency: hmac::Key,
    fingerprint: hmac::Key,
    confirmation: hmac::Key,
    cursor: hmac::Key,
    one_time: hmac::Key,
    delay: hmac::Key,
    second_factor: SealingKey,
    pepper: [u8; 32],
    blind_index: hmac::Key,
    single_sign_on: hmac::Key,
    check: [u8; 32],
}

impl Keys {
    /// The keys in `dir`, which is made and filled when it holds none; programs that start at once on one folder agree.
    /// `issuer` is the public URL, the `iss` of every token.
    ///
    /// `secret.key` holds 32 bytes as hexadecimal digits, each `signing-<kid>.pem` a PKCS#8 P-256 key. Keys that
    /// [`rotate`] adds, or somebody copies there, are noticed while the program runs. Blocks; to be called at start.
    ///
    /// # Errors
    /// When the folder or a file in it cannot be used, or `secret.key` is missing beside signing keys: it was lost, and
    /// a new one would make every access code ever shown worthless.
    pub fn load_or_create(dir: &Path, issuer: &str) -> Result<Self, KeyError> {
        let ring = keyring::load_or_create(dir)?;
        let root = Salt::new(HKDF_SHA256, b"netral/v1").extract(&ring.secret);
        Ok(Self {
            issuer: issuer.to_owned(),
            signing: SigningKeys::new(dir, ring.signing),
            officer_rules: Rules::new(issuer, jwt::OFFICER_AUDIENCE),
            reporter_rules: Rules::new(issuer, jwt::REPORTER_AUDIENCE),
            access_code: derive(&root, "access code")?,
            access_code_hash: derive(&root, "access code hash")?,
            idempotency: derive(&root, "idempotency key hash")?,
            fingerprint: derive(&root, "request fingerprint")?,
            confirmation: derive(&root, "e-mail confirmation")?,
            cursor: derive(&root, "cursor")?,
            one_time: derive(&root, "one-time code hash")?,
            delay: derive(&root, "sign-in delay")?,
            second_factor: SealingKey::new(&derive_bytes(&root, "second factor")?).ok_or(KeyError::Cryptography)?,
            pepper: derive_bytes(&root, "password pepper")?,
            blind_index: derive(&root, "blind index")?,
            single_sign_on: derive(&root, "single sign-on")?,
            check: derive_bytes(&root, "installation")?,
        })
    }

    /// What a database remembers of the secret, 32 bytes: tells whether another program has the same one, and nothing
    /// else.
    pub const fn secret_check(&self) -> &[u8; 32] {
        &self.check
    }

    /// A hasher of passwords whose hashes are worthless without the key folder.
    pub fn password_hasher(&self) -> PasswordHasher {
        PasswordHasher::start(self.pepper)
    }

    /// The access code of a report: a repeated request shows the same one, though it is stored nowhere. Neither the
    /// database (which has no key) nor the key folder (which has no idempotency key) alone tells it.
    pub fn access_code(&self, report_id: Uuid, idempotency_key: &str) -> AccessCode {
        AccessCode::from_digest(&mac(&self.access_code, &[report_id.as_bytes(), idempotency_key.as_bytes()]))
    }

    /// What the database keeps of an access code, 32 bytes. No slow hash is needed: the code has 80 random bits.
    pub fn access_code_hash(&self, code: &AccessCode) -> Vec<u8> {
        mac(&self.access_code_hash, &[code.reveal().as_bytes()])
    }

    /// Whether the code is the one whose hash is stored, in a time that tells nothing.
    pub fn access_code_matches(&self, code: &AccessCode, stored: &[u8]) -> bool {
        verify_slices_are_equal(&self.access_code_hash(code), stored).is_ok()
    }

    /// What the database keeps of an idempotency key, 32 bytes: with the key itself an access code could be derived.
    /// `scope` is who asks, so that one caller's key never finds another's reply.
    pub fn idempotency_hash(&self, scope: &str, route: &str, key: &str) -> Vec<u8> {
        mac(&self.idempotency, &[scope.as_bytes(), route.as_bytes(), key.as_bytes()])
    }

    /// What the database keeps of a request's body, 32 bytes: tells whether an idempotency key comes again with another
    /// request. Keyed, so that nobody who reads the database can try out what a report may have said.
    pub fn fingerprint(&self, body: &[u8]) -> Vec<u8> {
        mac(&self.fingerprint, &[body])
    }

    /// What a confirmation link carries: the report, which of its addresses, and a proof that we made the link. Fit for a URL, 43
    /// characters for the first address. It has no end of life, and always the same value for the same address of a report.
    pub fn confirmation_token(&self, report_id: Uuid, address: i16) -> String {
        let number = address.to_be_bytes();
        let payload = [report_id.as_bytes().as_slice(), if address == 0 { &[] } else { &number }].concat();
        seal(&self.confirmation, b"", &payload)
    }

    /// The report of a confirmation link and which of its addresses it was sent to, if we made it.
    pub fn confirm(&self, token: &str) -> Option<(Uuid, i16)> {
        let payload = open(&self.confirmation, b"", token)?;
        let (report_id, number) = payload.split_at_checked(16)?;
        let address = if number.is_empty() { 0 } else { i16::from_be_bytes(number.try_into().ok()?) };
        Some((Uuid::from_slice(report_id).ok()?, address))
    }

    /// What the database keeps of a personal value to find it again without opening anything, 32 bytes: HMAC-SHA-256 of
    /// the value in its normal form. `kind` says what it is, so that no value of one kind is found as another. There are
    /// few enough NIKs to try them all, so the key is never in the database.
    pub fn blind_index(&self, kind: &str, value: &str) -> Vec<u8> {
        mac(&self.blind_index, &[kind.as_bytes(), value.as_bytes()])
    }

    /// A cursor that only we can make and that only opens in the same context: the list with its filters and order, and
    /// who asks. Its payload can be read by whoever decodes it; it must hold nothing secret.
    pub fn seal_cursor(&self, context: &str, payload: &str) -> String {
        seal(&self.cursor, context.as_bytes(), payload.as_bytes())
    }

    /// The payload of a cursor of ours for this context.
    pub fn open_cursor(&self, context: &str, token: &str) -> Option<String> {
        String::from_utf8(open(&self.cursor, context.as_bytes(), token)?).ok()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("signing", &self.signing.kids()).finish_non_exhaustive()
    }
}

fn derive(root: &Prk, label: &str) -> Result<hmac::Key, KeyError> {
    root.expand(&[label.as_bytes()], HMAC_SHA256).map(hmac::Key::from).map_err(|_| KeyError::Cryptography)
}

fn derive_bytes(root: &Prk, label: &str) -> Result<[u8; 32], KeyError> {
    let mut bytes = [0; 32];
    let derived = root.expand(&[label.as_bytes()], HKDF_SHA256).and_then(|key| key.fill(&mut bytes));
    derived.map(|()| bytes).map_err(|_| KeyError::Cryptography)
}

/// HMAC-SHA256. Each part comes with its length, so that no two lists of parts look the same.
fn mac(key: &hmac::Key, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}

fn short_mac(key: &hmac::Key, context: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut mac = mac(key, &[context, payload]);
    mac.truncate(SHORT_MAC);
    mac
}

fn seal(key: &hmac::Key, context: &[u8], payload: &[u8]) -> String {
    let mut sealed = short_mac(key, context, payload);
    sealed.extend_from_slice(payload);
    BASE64_URL_SAFE_NO_PAD.encode(sealed)
}

fn open(key: &hmac::Key, context: &[u8], token: &str) -> Option<Vec<u8>> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let (mac, payload) = sealed.split_at_checked(SHORT_MAC)?;
    verify_slices_are_equal(mac, &short_mac(key, context, payload)).ok()?;
    Some(payload.to_vec())
}

#[cfg(test)]
mod tests;
