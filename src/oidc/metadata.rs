//! What a provider publishes of itself (OpenID Connect Discovery 1.0). What speaks of another provider is refused, and so
//! is what would have secrets sent where anyone can read them.

use reqwest::Url;
use serde::Deserialize;

use super::OidcError;
use super::http::Fetcher;
use crate::config::is_private_channel;

const WHAT: &str = "discovery document";

/// Where a provider does what.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    /// Whether its answers say who answers (RFC 9207).
    pub(super) names_itself_in_answers: bool,
}

#[derive(Deserialize)]
pub(super) struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

pub(super) async fn read(fetch: &Fetcher, issuer: &str) -> Result<Metadata, OidcError> {
    let document = address(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))?;
    checked(fetch.document(WHAT, &document).await?, issuer)
}

pub(super) fn checked(document: Document, issuer: &str) -> Result<Metadata, OidcError> {
    if document.issuer != issuer {
        return Err(OidcError::Provider(WHAT, "it names another issuer than the one configured".to_owned()));
    }
    Ok(Metadata {
        authorization_endpoint: address(&document.authorization_endpoint)?,
        token_endpoint: address(&document.token_endpoint)?,
        jwks_uri: address(&document.jwks_uri)?,
        names_itself_in_answers: document.authorization_response_iss_parameter_supported,
    })
}

fn address(text: &str) -> Result<Url, OidcError> {
    let url = Url::parse(text).ok().filter(|_| is_private_channel(text));
    url.ok_or_else(|| OidcError::Provider(WHAT, "it names an address that is not https".to_owned()))
}
