//! The ID token (OpenID Connect Core 1.0, 3.1.3.7): every check beside the signature, and what it says of a person.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::OidcError;
use super::claims::Signed;
use crate::domain::confidential::Confidential;

/// The oldest ID token that is accepted, in seconds: it was made for the code that we redeemed a moment ago.
const OLDEST: i64 = 600;
/// Values of `acr` that say "two factors": OpenID PAPE's and REFEDS' names, and those of OpenID EAP (phishing-resistant).
const STRONG: [&str; 4] =
    ["http://schemas.openid.net/pape/policies/2007/06/multi-factor", "https://refeds.org/profile/mfa", "phr", "phrh"];
/// Values of `amr` (RFC 8176) for something known.
const KNOWN: [&str; 3] = ["pwd", "pin", "kba"];
/// Values of `amr` for something had or something one is.
const HAD: [&str; 12] = ["otp", "hwk", "swk", "sc", "sms", "tel", "pop", "face", "fpt", "iris", "retina", "vbm"];

/// Who signed in at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account, as the provider names it for ever.
    pub subject: String,
    /// What the officer claim holds, as it was written.
    pub officer: Option<Confidential<String>>,
    /// The session at the provider, where it names one.
    pub session: Option<String>,
    /// Whether the provider says that it saw two factors.
    pub two_factors: bool,
}

/// What an ID token must match.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) access_token: Option<&'a str>,
    pub(super) officer_claim: &'a str,
}

pub(super) fn check(token: &Signed, expected: &Expected<'_>, now: DateTime<Utc>) -> Result<Identity, OidcError> {
    // A logout token of the same provider is signed by the same key.
    if token.claims.contains_key("events") {
        return Err(OidcError::Token("events"));
    }
    token.check_parties(expected.issuer, expected.client_id)?;
    token.check_not_over(now)?.ok_or(OidcError::Token("exp"))?;
    token.check_made(now, OLDEST)?;
    let nonce = token.text("nonce").unwrap_or_default();
    verify_slices_are_equal(nonce.as_bytes(), expected.nonce.as_bytes()).map_err(|_| OidcError::Token("nonce"))?;
    check_access_token(token, expected.access_token)?;
    Ok(Identity {
        subject: token.id("sub")?.ok_or(OidcError::Token("sub"))?,
        officer: officer(token, expected.officer_claim),
        session: token.id("sid")?,
        two_factors: two_factors(token),
    })
}

/// `at_hash`, where there is one: the access token that came along is the one this token was made with.
fn check_access_token(token: &Signed, access_token: Option<&str>) -> Result<(), OidcError> {
    let Some(given) = token.claims.get("at_hash") else { return Ok(()) };
    let hash = access_token.map(|access| digest(&SHA256, access.as_bytes()));
    let half = hash.as_ref().and_then(|hash| hash.as_ref().get(..16)).map(|half| BASE64_URL_SAFE_NO_PAD.encode(half));
    if half.is_some_and(|half| given == half.as_str()) { Ok(()) } else { Err(OidcError::Token("at_hash")) }
}

/// The officer claim; some directories keep a NIP as a number.
fn officer(token: &Signed, claim: &str) -> Option<Confidential<String>> {
    let text = match token.claims.get(claim)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_u64()?.to_string(),
        _ => return None,
    };
    Some(Confidential::new(text))
}

fn two_factors(token: &Signed) -> bool {
    let amr: Vec<&str> = match token.claims.get("amr") {
        Some(Value::Array(methods)) => methods.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let among = |known: &[&str]| amr.iter().any(|method| known.contains(method));
    let strong = token.text("acr").is_some_and(|acr| STRONG.contains(&acr));
    strong || among(&["mfa"]) || (among(&KNOWN) && among(&HAD))
}
