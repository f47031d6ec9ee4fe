//! Time-based one-time passwords (RFC 6238), recovery codes, invitations and refresh tokens: what an officer proves
//! himself with beside the password. It must not know accounts, nor what was used before.

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest, rand};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use super::{Keys, TokenError, mac, random_password};
use crate::domain::confidential::Confidential;

/// What authenticator programs show above the code.
const ISSUER: &str = "netral";
/// As many bytes as SHA-1 gives: what RFC 4226 recommends and every authenticator takes.
const SECRET_BYTES: usize = 20;
/// So many recovery codes an officer gets.
const RECOVERY_CODES: usize = 10;

/// The secret that an officer's authenticator and we share.
pub struct SecondFactor(Confidential<Vec<u8>>);

impl SecondFactor {
    /// A fresh one.
    ///
    /// # Errors
    /// When there are no random numbers.
    pub fn random() -> Result<Self, TokenError> {
        let mut bytes = vec![0; SECRET_BYTES];
        rand::fill(&mut bytes).map_err(|_| TokenError::Signing)?;
        Ok(Self(Confidential::new(bytes)))
    }

    /// The secret of an `otpauth` address, as an authenticator reads it.
    pub fn from_address(address: &str) -> Option<Self> {
        Some(Self(Confidential::new(Totp::from_url(address).ok()?.secret().as_bytes().to_vec())))
    }

    /// The `otpauth` address for an authenticator program.
    ///
    /// # Errors
    /// When the account's name cannot stand in such an address.
    pub fn address(&self, account: &str) -> Result<String, TokenError> {
        let builder = Builder::new().with_account_name(account).with_issuer(Some(ISSUER));
        let totp = builder.with_secret(self.0.reveal().as_slice()).build().map_err(|_| TokenError::Signing)?;
        totp.to_url().map_err(|_| TokenError::Signing)
    }

    /// The code of this moment.
    ///
    /// # Errors
    /// When the library refuses the secret.
    pub fn code(&self, now: DateTime<Utc>) -> Result<String, TokenError> {
        Ok(self.totp()?.generate(seconds(now)).to_string())
    }

    /// The time step whose code this is: the present one, the one before or the one after. Whoever asks must see to it
    /// that no step is used twice.
    pub fn step(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        self.totp().ok()?.check(code, seconds(now)).and_then(|step| i64::try_from(step).ok())
    }

    fn totp(&self) -> Result<Totp, TokenError> {
        Builder::new().with_secret(self.0.reveal().as_slice()).build().map_err(|_| TokenError::Signing)
    }
}

fn seconds(now: DateTime<Utc>) -> u64 {
    u64::try_from(now.timestamp()).unwrap_or(0)
}

impl Keys {
    /// What the database keeps of a second factor: sealed, and of use for this officer only.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub fn seal_second_factor(&self, officer_id: Uuid, factor: &SecondFactor) -> Result<Vec<u8>, TokenError> {
        self.second_factor.seal(&[], officer_id.as_bytes(), factor.0.reveal()).ok_or(TokenError::Signing)
    }

    /// The second factor of this officer, if it was sealed by us for him.
    pub fn open_second_factor(&self, officer_id: Uuid, sealed: &[u8]) -> Option<SecondFactor> {
        let secret = self.second_factor.open(officer_id.as_bytes(), sealed)?;
        Some(SecondFactor(Confidential::new(secret.to_vec())))
    }

    /// Fresh recovery codes.
    ///
    /// # Errors
    /// When there are no random numbers.
    pub fn recovery_codes(&self) -> Result<Vec<String>, TokenError> {
        (0..RECOVERY_CODES).map(|_| self.one_time_code()).collect()
    }

    /// A code to be used once, as a person types it.
    ///
    /// # Errors
    /// When there are no random numbers.
    pub fn one_time_code(&self) -> Result<String, TokenError> {
        random_password().map_err(|_| TokenError::Signing)
    }

    /// What the database keeps of such a code, 32 bytes. Letters may be typed large, groups without hyphens.
    pub fn one_time_code_hash(&self, code: &str) -> Vec<u8> {
        let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        mac(&self.one_time, &[typed.to_ascii_lowercase().as_bytes()])
    }

    /// By what failed attempts are counted: an account's address or a network, neither of which is kept.
    pub fn delay_key(&self, kind: &str, value: &str) -> Vec<u8> {
        mac(&self.delay, &[kind.as_bytes(), value.as_bytes()])
    }
}

/// A fresh refresh token, 256 random bits.
///
/// # Errors
/// When there are no random numbers.
pub fn refresh_token() -> Result<String, TokenError> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| TokenError::Signing)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// What the database keeps of a refresh token: no key is needed for 256 random bits.
pub fn refresh_token_hash(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().to_vec()
}

/// The beginning of every secret of a machine client, by which programs that look for leaked secrets know one.
const CLIENT_SECRET: &str = "netral_client_";

/// A fresh secret of a machine client, 256 random bits. No character of it has to be escaped in a form (RFC 6749, 2.3.1).
///
/// # Errors
/// When there are no random numbers.
pub fn client_secret() -> Result<String, TokenError> {
    Ok(format!("{CLIENT_SECRET}{}", refresh_token()?))
}

/// What the database keeps of such a secret, 32 bytes: as of a refresh token, no key is needed.
pub fn client_secret_hash(secret: &str) -> Vec<u8> {
    refresh_token_hash(secret)
}

/// Whether this is the secret whose hash is stored, in a time that tells neither how much of it is right nor whether there is one.
pub fn client_secret_matches(secret: &str, stored: Option<&[u8]>) -> bool {
    let same = verify_slices_are_equal(&client_secret_hash(secret), stored.unwrap_or(&[0; 32])).is_ok();
    same && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_for_its_step_and_the_two_beside_it() {
        let factor = SecondFactor::random().unwrap();
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let code = factor.code(now).unwrap();
        let step = factor.step(&code, now).unwrap();
        assert_eq!(step, 60_000_000);
        for (seconds, good) in [(-31, false), (-30, true), (59, true), (60, false)] {
            assert_eq!(factor.step(&code, now + chrono::Duration::seconds(seconds)).is_some(), good, "{seconds}");
        }
        let address = factor.address("verifikator@bkn.example").unwrap();
        assert_eq!(SecondFactor::from_address(&address).unwrap().code(now).unwrap(), code);
    }
}
