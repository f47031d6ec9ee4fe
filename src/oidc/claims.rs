//! What ID tokens and logout tokens have in common: header, signature, issuer, audience, time. It must not know what
//! either is for.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::OidcError;

/// How far the provider's clock may be from ours, in seconds.
pub(super) const LEEWAY: i64 = 60;
/// The only signatures accepted. Neither `none` nor one made with a secret that we share is among them.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];
/// The longest token that is looked at, in bytes.
const LONGEST: usize = 16 << 10;

/// A token whose signature was checked; nothing else of it was.
pub(super) struct Signed {
    pub(super) header: Header,
    pub(super) claims: Map<String, Value>,
}

/// The header of a token that could be good.
pub(super) fn header(token: &str) -> Result<Header, OidcError> {
    if token.len() > LONGEST {
        return Err(OidcError::Token("length"));
    }
    // An algorithm that the library does not know, such as `none`, is an error already here.
    let header = decode_header(token).map_err(|_| OidcError::Token("header"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(OidcError::Token("alg"));
    }
    // What must be understood (RFC 7515, 4.1.11) is nothing that we understand.
    if header.crit.is_some() {
        return Err(OidcError::Token("crit"));
    }
    Ok(header)
}

/// The claims, if the signature is this key's.
pub(super) fn verified(token: &str, header: Header, key: &DecodingKey) -> Result<Signed, OidcError> {
    let mut rules = Validation::new(header.alg);
    // Claims are checked one by one by whoever knows the token, with a clock that can be set.
    rules.required_spec_claims.clear();
    (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
    let claims = decode::<Map<String, Value>>(token, key, &rules).map_err(|_| OidcError::Token("signature"))?.claims;
    Ok(Signed { header, claims })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Signed {
    /// The text of a claim; `None` where it is missing or empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A time, in whole seconds since 1970; `None` where it is missing.
    pub(super) fn time(&self, name: &'static str) -> Result<Option<i64>, OidcError> {
        let Some(value) = self.claims.get(name) else { return Ok(None) };
        // NumericDate may have a fraction (RFC 7519, 2).
        let seconds = value.as_i64().or_else(|| value.as_f64().filter(|s| s.is_finite()).map(|s| s as i64));
        seconds.map(Some).ok_or(OidcError::Token(name))
    }

    /// An identifier that goes into a column: not empty, and no longer than the specification lets it be.
    pub(super) fn id(&self, name: &'static str) -> Result<Option<String>, OidcError> {
        match self.claims.get(name) {
            None => Ok(None),
            Some(Value::String(id)) if (1..=255).contains(&id.len()) && !id.contains(char::is_control) => {
                Ok(Some(id.clone()))
            }
            Some(_) => Err(OidcError::Token(name)),
        }
    }

    /// From whom and for whom it is (OpenID Connect Core 1.0, 3.1.3.7, steps 2 to 5).
    pub(super) fn check_parties(&self, issuer: &str, client_id: &str) -> Result<(), OidcError> {
        if self.text("iss") != Some(issuer) {
            return Err(OidcError::Token("iss"));
        }
        let audience = self.claims.get("aud").cloned().and_then(|aud| serde_json::from_value(aud).ok());
        let audience = match audience.ok_or(OidcError::Token("aud"))? {
            Audience::One(one) => vec![one],
            Audience::Several(several) => several,
        };
        if !audience.iter().any(|one| one == client_id) {
            return Err(OidcError::Token("aud"));
        }
        match self.claims.get("azp") {
            Some(azp) if azp != client_id => Err(OidcError::Token("azp")),
            None if audience.len() > 1 => Err(OidcError::Token("azp")),
            _ => Ok(()),
        }
    }

    /// When it was made, and that this is neither in the future nor longer ago than `oldest` seconds.
    pub(super) fn check_made(&self, now: DateTime<Utc>, oldest: i64) -> Result<i64, OidcError> {
        let made = self.time("iat")?.ok_or(OidcError::Token("iat"))?;
        let age = now.timestamp().saturating_sub(made);
        if (-LEEWAY..=oldest.saturating_add(LEEWAY)).contains(&age) { Ok(made) } else { Err(OidcError::Token("iat")) }
    }

    /// That its time is not over, where it says when that is.
    pub(super) fn check_not_over(&self, now: DateTime<Utc>) -> Result<Option<i64>, OidcError> {
        let ends = self.time("exp")?;
        match ends {
            Some(ends) if ends.saturating_add(LEEWAY) <= now.timestamp() => Err(OidcError::Token("exp")),
            _ => Ok(ends),
        }
    }
}
