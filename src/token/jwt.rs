//! Signed tokens: who an officer, a machine client or a reporter is for the next minutes. It must not decide what they may do.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode, jwk::JwkSet};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;
use uuid::Uuid;

use super::Keys;
use crate::domain::actor::{Role, Scope};
use crate::domain::policy;

/// The `aud` of officers' tokens.
pub(super) const OFFICER_AUDIENCE: &str = "netral";
/// The `client_id` of officers' tokens: they sign in with this program itself.
const OWN_CLIENT: &str = "netral";
/// The `aud` of reporters' tokens; a different one, so that neither passes for the other.
pub(super) const REPORTER_AUDIENCE: &str = "netral-reporter";
/// The one thing a reporter's token is for.
const REPORTER_SCOPE: &str = "report:follow";
/// The `typ` of RFC 9068: keeps other tokens signed with our keys from passing for access tokens.
const TYPE: &str = "at+jwt";
/// How far the clocks of two of our machines may be apart, in seconds.
const LEEWAY: i64 = 30;

/// Why a token is not taken, or not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// It is not one of ours for this purpose, was changed, or lies in the future. No more is told.
    Invalid,
    /// It was good, but its time is over.
    Expired,
    /// It could not be signed.
    Signing,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "the token is not valid",
            Self::Expired => "the token has expired",
            Self::Signing => "the token could not be signed",
        })
    }
}

impl std::error::Error for TokenError {}

/// What an officer's token says. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficerClaims {
    /// Our public URL.
    pub iss: String,
    /// `netral`.
    pub aud: String,
    /// The officer.
    pub sub: Uuid,
    /// To which program it was given (RFC 9068, 2.2): the machine client, or `netral` where an officer signed in here.
    pub client_id: String,
    /// The seat the officer acts through.
    pub seat: Uuid,
    /// The role of that seat when the token was made. For the reader; rights are looked up with the seat.
    pub role: Role,
    /// The permissions of that role, for the reader as well (RFC 9068, 2.2.3). Of a machine client its scopes, which bound its rights.
    pub scope: String,
    /// The sign-in it came of; it ends with it.
    pub sid: Uuid,
    /// The token's own id.
    pub jti: Uuid,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
}

/// Whom a token is made for: an officer, or a machine client in its seat.
#[derive(Clone, Copy, Debug)]
pub struct OfficerToken {
    /// The officer.
    pub officer_id: Uuid,
    /// The seat acted through.
    pub seat_id: Uuid,
    /// Its role.
    pub role: Role,
    /// The sign-in.
    pub sign_in_id: Uuid,
}

/// What a reporter's token says. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReporterClaims {
    /// Our public URL.
    pub iss: String,
    /// `netral-reporter`.
    pub aud: String,
    /// The report.
    pub sub: Uuid,
    /// `report:follow`.
    pub scope: String,
    /// The token's own id.
    pub jti: Uuid,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
}

/// What the library checks of a token for one audience.
pub(super) struct Rules(Validation);

impl Rules {
    pub(super) fn new(issuer: &str, audience: &str) -> Self {
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_issuer(&[issuer]);
        rules.set_audience(&[audience]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library reads the system's clock; ours can be set, so times are checked here.
        rules.validate_exp = false;
        Self(rules)
    }
}

impl Keys {
    /// A token for an officer acting through a seat, good for `life` from `now`.
    ///
    /// # Errors
    /// [`TokenError::Signing`], when the cryptographic library refuses.
    pub fn sign_officer(&self, of: OfficerToken, now: DateTime<Utc>, life: TimeDelta) -> Result<String, TokenError> {
        let scope: Vec<&str> = policy::permissions(of.role).iter().map(|permission| permission.as_str()).collect();
        self.sign_access(of, OWN_CLIENT.to_owned(), &scope, now, life)
    }

    /// The same for a machine client, good for these scopes.
    ///
    /// # Errors
    /// [`TokenError::Signing`], when the cryptographic library refuses.
    pub fn sign_client(
        &self,
        of: OfficerToken,
        scopes: &[Scope],
        now: DateTime<Utc>,
        life: TimeDelta,
    ) -> Result<String, TokenError> {
        let scope: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        self.sign_access(of, of.officer_id.to_string(), &scope, now, life)
    }

    fn sign_access(
        &self,
        of: OfficerToken,
        client_id: String,
        scope: &[&str],
        now: DateTime<Utc>,
        life: TimeDelta,
    ) -> Result<String, TokenError> {
        self.sign(
            now,
            &OfficerClaims {
                iss: self.issuer.clone(),
                aud: OFFICER_AUDIENCE.to_owned(),
                sub: of.officer_id,
                client_id,
                seat: of.seat_id,
                role: of.role,
                scope: scope.join(" "),
                sid: of.sign_in_id,
                jti: Uuid::new_v4(),
                iat: now.timestamp(),
                exp: (now + life).timestamp(),
            },
        )
    }

    /// A token for the reporter of a report, good for `life` from `now`.
    ///
    /// # Errors
    /// [`TokenError::Signing`], when the cryptographic library refuses.
    pub fn sign_reporter(&self, report_id: Uuid, now: DateTime<Utc>, life: TimeDelta) -> Result<String, TokenError> {
        self.sign(
            now,
            &ReporterClaims {
                iss: self.issuer.clone(),
                aud: REPORTER_AUDIENCE.to_owned(),
                sub: report_id,
                scope: REPORTER_SCOPE.to_owned(),
                jti: Uuid::new_v4(),
                iat: now.timestamp(),
                exp: (now + life).timestamp(),
            },
        )
    }

    /// What an officer's token says, if it is ours and good now.
    ///
    /// # Errors
    /// [`TokenError::Expired`] or [`TokenError::Invalid`].
    pub fn verify_officer(&self, token: &str, now: DateTime<Utc>) -> Result<OfficerClaims, TokenError> {
        let claims: OfficerClaims = self.verify(token, now, &self.officer_rules)?;
        in_time(claims.iat, claims.exp, now)?;
        Ok(claims)
    }

    /// What a reporter's token says, if it is ours and good now.
    ///
    /// # Errors
    /// [`TokenError::Expired`] or [`TokenError::Invalid`].
    pub fn verify_reporter(&self, token: &str, now: DateTime<Utc>) -> Result<ReporterClaims, TokenError> {
        let claims: ReporterClaims = self.verify(token, now, &self.reporter_rules)?;
        if claims.scope != REPORTER_SCOPE {
            return Err(TokenError::Invalid);
        }
        in_time(claims.iat, claims.exp, now)?;
        Ok(claims)
    }

    /// The public keys as a JWK set (RFC 7517), with which others can check our tokens of now and of the next minutes.
    pub fn jwks(&self, now: DateTime<Utc>) -> serde_json::Value {
        let set = JwkSet { keys: self.signing.published(now).iter().map(|key| key.jwk.clone()).collect() };
        // Strings and enums only: this cannot fail.
        serde_json::to_value(set).unwrap_or_default()
    }

    fn sign(&self, now: DateTime<Utc>, claims: &impl Serialize) -> Result<String, TokenError> {
        let key = self.signing.signer(now).ok_or(TokenError::Signing)?;
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        encode(&header, claims, &key.private).map_err(|_| TokenError::Signing)
    }

    fn verify<C: DeserializeOwned>(&self, token: &str, now: DateTime<Utc>, rules: &Rules) -> Result<C, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        let kid = header.kid.filter(|_| header.typ.as_deref() == Some(TYPE));
        let key = kid.and_then(|kid| self.signing.accepted(&kid, now)).ok_or(TokenError::Invalid)?;
        decode(token, &key.public, &rules.0).map(|token| token.claims).map_err(|_| TokenError::Invalid)
    }
}

fn in_time(made: i64, ends: i64, now: DateTime<Utc>) -> Result<(), TokenError> {
    let now = now.timestamp();
    if made > now.saturating_add(LEEWAY) {
        Err(TokenError::Invalid)
    } else if ends.saturating_add(LEEWAY) <= now {
        Err(TokenError::Expired)
    } else {
        Ok(())
    }
}
