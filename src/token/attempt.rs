//! One try at single sign-on, as the browser keeps it: sealed, and worth nothing without our keys. It must not know the
//! provider.

use std::fmt;

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac, rand};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Keys, TokenError, mac, open, seal};

/// How long somebody may take to sign in at the provider.
pub const ATTEMPT_MINUTES: i64 = 10;
const RANDOM: usize = 32;
const CONTEXT: &[u8] = b"attempt";

/// One try at single sign-on. Its three secrets are made of what the browser keeps and of our key, so that neither the
/// cookie nor the address bar tells the others.
pub struct SignOnAttempt {
    /// Comes back with the provider's answer.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Proves to the provider that who redeems the code also asked for it (RFC 7636).
    pub verifier: String,
    /// The seat to act through, where one was asked for.
    pub seat_id: Option<Uuid>,
}

impl fmt::Debug for SignOnAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignOnAttempt").field("seat_id", &self.seat_id).finish_non_exhaustive()
    }
}

impl SignOnAttempt {
    /// Whether an answer belongs to this attempt, in a time that tells nothing.
    pub fn is_answered_by(&self, state: &str) -> bool {
        verify_slices_are_equal(self.state.as_bytes(), state.as_bytes()).is_ok()
    }

    fn of(key: &hmac::Key, random: &[u8], seat_id: Option<Uuid>) -> Self {
        let part = |name: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(mac(key, &[name, random]));
        Self { state: part(b"state"), nonce: part(b"nonce"), verifier: part(b"verifier"), seat_id }
    }
}

impl Keys {
    /// Begins an attempt; the text is for a cookie.
    ///
    /// # Errors
    /// [`TokenError::Signing`], when the system gives no randomness.
    pub fn begin_sign_on(
        &self,
        seat_id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<(SignOnAttempt, String), TokenError> {
        let mut random = [0; RANDOM];
        rand::fill(&mut random).map_err(|_| TokenError::Signing)?;
        let mut payload = random.to_vec();
        payload.extend(now.timestamp().to_be_bytes());
        payload.extend(seat_id.iter().flat_map(|seat| seat.into_bytes()));
        let cookie = seal(&self.single_sign_on, CONTEXT, &payload);
        Ok((SignOnAttempt::of(&self.single_sign_on, &random, seat_id), cookie))
    }

    /// The attempt that a cookie of ours began, if that was not too long ago.
    pub fn continue_sign_on(&self, cookie: &str, now: DateTime<Utc>) -> Option<SignOnAttempt> {
        let payload = open(&self.single_sign_on, CONTEXT, cookie)?;
        let (random, rest) = payload.split_first_chunk::<RANDOM>()?;
        let (began, seat) = rest.split_first_chunk::<8>()?;
        let began = DateTime::from_timestamp(i64::from_be_bytes(*began), 0)?;
        let seat_id = if seat.is_empty() { None } else { Some(Uuid::from_slice(seat).ok()?) };
        let in_time = began <= now && now - began < TimeDelta::minutes(ATTEMPT_MINUTES);
        in_time.then(|| SignOnAttempt::of(&self.single_sign_on, random, seat_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    fn keys(folder: &tempfile::TempDir) -> Keys {
        Keys::load_or_create(&folder.path().join("keys"), "https://netral.example").unwrap()
    }

    #[test]
    fn an_attempt_goes_on_with_its_cookie_for_ten_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keys(&folder);
        let seat = Uuid::from_u128(7);
        for seat_id in [None, Some(seat)] {
            let (began, cookie) = keys.begin_sign_on(seat_id, now()).unwrap();
            let at = |seconds| keys.continue_sign_on(&cookie, now() + TimeDelta::seconds(seconds));
            let same = at(599).unwrap();
            assert_eq!((&same.state, &same.nonce, &same.verifier), (&began.state, &began.nonce, &began.verifier));
            assert_eq!((same.seat_id, same.is_answered_by(&began.state)), (seat_id, true));
            assert!(!same.is_answered_by(&began.nonce) && !same.is_answered_by(""));
            assert!(at(600).is_none() && at(-1).is_none());
        }
    }

    #[test]
    fn a_cookie_that_was_touched_or_made_elsewhere_begins_nothing_and_its_secrets_differ() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (keys, others) = (keys(&folder), self::keys(&elsewhere));
        let (attempt, cookie) = keys.begin_sign_on(None, now()).unwrap();
        assert!(others.continue_sign_on(&cookie, now()).is_none());
        for (at, _) in cookie.char_indices() {
            let mut touched = cookie.clone();
            touched.replace_range(at..=at, if &cookie[at..=at] == "A" { "B" } else { "A" });
            assert!(keys.continue_sign_on(&touched, now()).is_none(), "character {at}");
        }
        let cursor = keys.seal_cursor("attempt", "x");
        assert!(keys.continue_sign_on(&cursor, now()).is_none() && keys.continue_sign_on("", now()).is_none());
        let (next, _) = keys.begin_sign_on(None, now()).unwrap();
        let all = [&attempt.state, &attempt.nonce, &attempt.verifier, &next.state, &next.nonce, &next.verifier];
        for (i, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 43);
            assert!(all.iter().skip(i + 1).all(|other| other != one));
        }
        assert!(!format!("{attempt:?}").contains(&attempt.verifier));
    }
}
