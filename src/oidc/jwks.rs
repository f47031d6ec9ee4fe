//! The provider's keys (RFC 7517): kept for an hour, read again when a token names one that is not among them. Forged
//! tokens cannot make us ask the provider more than once a minute.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, Header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use super::OidcError;
use super::cache::Cache;
use super::http::Fetcher;

const WHAT: &str = "keys";
/// The shortest time between two readings for the sake of an unknown key.
const REST: TimeDelta = TimeDelta::minutes(1);

#[derive(Deserialize)]
pub(super) struct KeySet {
    keys: Vec<Value>,
}

impl KeySet {
    /// The keys of a kind that is known. Read one by one: another kind must not hide them.
    pub(super) fn known(self) -> Vec<Jwk> {
        self.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect()
    }
}

async fn read(fetch: &Fetcher, address: &Url) -> Result<Vec<Jwk>, OidcError> {
    Ok(fetch.document::<KeySet>(WHAT, address).await?.known())
}

/// The key that this header names, from the keys as they were last read or, where that is due, read anew.
pub(super) async fn key_for(
    header: &Header,
    cache: &mut Cache<Vec<Jwk>>,
    fetch: &Fetcher,
    address: &Url,
    now: DateTime<Utc>,
) -> Result<DecodingKey, OidcError> {
    if let Some((keys, age)) = cache.fresh(now) {
        match chosen(keys, header) {
            Some(key) => return Ok(key),
            None if age < REST => return Err(OidcError::Token("kid")),
            None => {}
        }
    }
    let keys = cache.renew(now, read(fetch, address)).await?;
    chosen(keys, header).ok_or(OidcError::Token("kid"))
}

/// The one key that the header names, or, where it names none, the only one that fits.
pub(super) fn chosen(keys: &[Jwk], header: &Header) -> Option<DecodingKey> {
    let named = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
    let mut fitting = keys.iter().filter(|key| fits(key, header.alg)).filter(named);
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => DecodingKey::from_jwk(key).ok(),
        _ => None,
    }
}

/// Whether a key is one for signatures by this algorithm; that the token says so is not enough.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let signs = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let kind = match (algorithm, &key.algorithm) {
        (Algorithm::RS256, AlgorithmParameters::RSA(_)) => Some(KeyAlgorithm::RS256),
        (Algorithm::ES256, AlgorithmParameters::EllipticCurve(ec)) if ec.curve == EllipticCurve::P256 => {
            Some(KeyAlgorithm::ES256)
        }
        _ => None,
    };
    signs && kind.is_some() && (key.common.key_algorithm.is_none() || key.common.key_algorithm == kind)
}
