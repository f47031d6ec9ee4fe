//! The logout token (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6): every check beside the signature, and whom it
//! speaks of.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::OidcError;
use super::claims::{LEEWAY, Signed};

/// The event that a logout token tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The oldest logout token that is accepted, in seconds. Its ids need be remembered no longer.
const OLDEST: i64 = 600;

/// What a logout token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// The account.
    pub subject: Option<String>,
    /// The one session of it that ended; all of them where it is not said.
    pub session: Option<String>,
    /// The token's own id.
    pub id: String,
    /// Until when the same token could be sent again.
    pub good_until: DateTime<Utc>,
}

pub(super) fn check(token: &Signed, issuer: &str, client_id: &str, now: DateTime<Utc>) -> Result<Logout, OidcError> {
    // Older providers still write JWT, or nothing; what is typed as something else is something else.
    let kind = token.header.typ.as_deref().unwrap_or("JWT").to_ascii_lowercase();
    if !matches!(kind.strip_prefix("application/").unwrap_or(&kind), "logout+jwt" | "jwt") {
        return Err(OidcError::Token("typ"));
    }
    token.check_parties(issuer, client_id)?;
    let made = token.check_made(now, OLDEST)?;
    token.check_not_over(now)?;
    if !token.claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object) {
        return Err(OidcError::Token("events"));
    }
    // What has one is an ID token.
    if token.claims.contains_key("nonce") {
        return Err(OidcError::Token("nonce"));
    }
    let (subject, session) = (token.id("sub")?, token.id("sid")?);
    if subject.is_none() && session.is_none() {
        return Err(OidcError::Token("sub"));
    }
    let good_until = DateTime::from_timestamp(made, 0).ok_or(OidcError::Token("iat"))?;
    let good_until = good_until + TimeDelta::seconds(OLDEST + 2 * LEEWAY);
    Ok(Logout { subject, session, id: token.id("jti")?.ok_or(OidcError::Token("jti"))?, good_until })
}
