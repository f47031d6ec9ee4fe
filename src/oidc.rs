//! Single sign-on: netral as a relying party of one OpenID provider. From the way there to "this is a token of the
//! provider, for us, for this attempt, and it names this account". It must not know officers, HTTP handlers or the database.
//!
//! OpenID Connect Core 1.0 (code flow), Discovery 1.0, Back-Channel Logout 1.0, RFC 7636 (PKCE), RFC 9207 (`iss` of the answer).

mod cache;
mod claims;
mod http;
mod id_token;
mod jwks;
mod logout_token;
mod metadata;

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::Jwk;
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use self::{cache::Cache, http::Fetcher, id_token::Expected, metadata::Metadata};
pub use self::{id_token::Identity, logout_token::Logout};

/// What is asked for beside the subject: `profile` holds the claims that name a person.
const SCOPE: &str = "openid profile";

/// The codes with which a provider may refuse (RFC 6749, 4.1.2.1 and 5.2; OpenID Connect Core 1.0, 3.1.2.6).
const REFUSALS: [&str; 17] = [
    "access_denied",
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_request_object",
    "invalid_request_uri",
    "invalid_scope",
    "login_required",
    "request_not_supported",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
];

/// What a provider and netral agreed on when netral was registered there.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The provider, exactly as it names itself.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: SecretString,
    /// Where the provider sends people back to.
    pub redirect_uri: String,
    /// The claim of the ID token that holds the officer's NIP.
    pub officer_claim: String,
    /// Whether an ID token must say that two factors were used. Else whoever runs netral vouches for it.
    pub two_factors_proven: bool,
    /// The longest wait for any one answer of the provider.
    pub timeout: Duration,
}

/// Why single sign-on did not come about. No token, code, claim or address of a person is ever repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OidcError {
    /// The provider cannot be reached or answers what no provider should: what was asked, and what went wrong.
    Provider(&'static str, String),
    /// The provider refuses: its own code, of those that the specifications know.
    Refused(&'static str),
    /// A token is not accepted: the check it fails.
    Token(&'static str),
    /// The token is good, but does not say that two factors were used.
    OneFactor,
}

impl fmt::Display for OidcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(asked, why) => write!(f, "the OpenID provider, asked for its {asked}: {why}"),
            Self::Refused(code) => write!(f, "the OpenID provider refuses: {code}"),
            Self::Token(check) => write!(f, "a token of the OpenID provider is not accepted: {check}"),
            Self::OneFactor => f.write_str("the OpenID provider does not say that two factors were used"),
        }
    }
}

impl std::error::Error for OidcError {}

impl OidcError {
    /// A refusal in the provider's own words, if they are words that a specification knows.
    pub fn refusal(code: &str) -> Self {
        Self::Refused(REFUSALS.iter().find(|known| **known == code).unwrap_or(&"for a reason of its own"))
    }
}

/// What ties an answer to the attempt it belongs to. All three are secret, hard to guess and used once.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// Comes back with the answer.
    pub state: &'a str,
    /// Comes back in the ID token.
    pub nonce: &'a str,
    /// Proves that whoever redeems the code is whoever asked for it.
    pub verifier: &'a str,
}

/// What the provider says by way of the browser.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The code to redeem.
    pub code: &'a str,
    /// Who answers, where the provider says so.
    pub issuer: Option<&'a str>,
}

/// A provider, with what it published of itself. One value a provider; it is asked for little and seldom.
pub struct Provider {
    settings: Settings,
    fetch: Fetcher,
    metadata: Mutex<Cache<Metadata>>,
    keys: Mutex<Cache<Vec<Jwk>>>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Provider {
    /// A provider, not yet asked for anything.
    ///
    /// # Errors
    /// When the HTTP client cannot be built: the system has no certificates to trust.
    pub fn new(settings: Settings) -> Result<Self, OidcError> {
        let fetch = Fetcher::new(settings.timeout)?;
        Ok(Self { settings, fetch, metadata: Mutex::default(), keys: Mutex::default() })
    }

    /// Who it is, as it names itself.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Where to send the browser.
    ///
    /// # Errors
    /// [`OidcError::Provider`], when the provider does not say where.
    pub async fn authorization_url(&self, attempt: &Attempt<'_>, now: DateTime<Utc>) -> Result<String, OidcError> {
        let mut url = self.metadata(now).await?.authorization_endpoint;
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, attempt.verifier.as_bytes()));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.settings.redirect_uri)
            .append_pair("scope", SCOPE)
            .append_pair("state", attempt.state)
            .append_pair("nonce", attempt.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Redeems a code and checks the ID token. Whoever calls has compared the answer's state with the attempt's.
    ///
    /// # Errors
    /// Every [`OidcError`].
    pub async fn redeem(
        &self,
        attempt: &Attempt<'_>,
        answer: &Answer<'_>,
        now: DateTime<Utc>,
    ) -> Result<Identity, OidcError> {
        let metadata = self.metadata(now).await?;
        // Another provider's answer could be slipped in here (mix-up), were the issuer not compared.
        let from_it = match answer.issuer {
            Some(issuer) => issuer == self.settings.issuer,
            None => !metadata.names_itself_in_answers,
        };
        if !from_it {
            return Err(OidcError::Token("iss of the answer"));
        }
        let form = [
            ("grant_type", "authorization_code"),
            ("code", answer.code),
            ("redirect_uri", &self.settings.redirect_uri),
            ("code_verifier", attempt.verifier),
        ];
        let tokens = self.fetch.redeem(&metadata.token_endpoint, &self.credentials(), &form).await?;
        let signed = self.signed_by_provider(&tokens.id_token, &metadata.jwks_uri, now).await?;
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: attempt.nonce,
            access_token: tokens.access_token.as_deref(),
            officer_claim: &self.settings.officer_claim,
        };
        let identity = id_token::check(&signed, &expected, now)?;
        if self.settings.two_factors_proven && !identity.two_factors {
            return Err(OidcError::OneFactor);
        }
        Ok(identity)
    }

    /// Checks a logout token. Whether it was used before is for the caller to find out.
    ///
    /// # Errors
    /// Every [`OidcError`] but `Refused`.
    pub async fn logout(&self, token: &str, now: DateTime<Utc>) -> Result<Logout, OidcError> {
        let metadata = self.metadata(now).await?;
        let signed = self.signed_by_provider(token, &metadata.jwks_uri, now).await?;
        logout_token::check(&signed, &self.settings.issuer, &self.settings.client_id, now)
    }

    async fn metadata(&self, now: DateTime<Utc>) -> Result<Metadata, OidcError> {
        let mut cache = self.metadata.lock().await;
        if let Some((metadata, _)) = cache.fresh(now) {
            return Ok(metadata.clone());
        }
        cache.renew(now, metadata::read(&self.fetch, &self.settings.issuer)).await.cloned()
    }

    /// The header and claims of a token, once its signature is known to be the provider's.
    async fn signed_by_provider(
        &self,
        token: &str,
        keys: &Url,
        now: DateTime<Utc>,
    ) -> Result<claims::Signed, OidcError> {
        let header = claims::header(token)?;
        let key = jwks::key_for(&header, &mut *self.keys.lock().await, &self.fetch, keys, now).await?;
        claims::verified(token, header, &key)
    }

    /// `client_secret_basic` (RFC 6749, 2.3.1): both parts are form-encoded first.
    fn credentials(&self) -> SecretString {
        let encoded = |text: &str| {
            let pair = serde_html_form::to_string([("x", text)]).unwrap_or_default();
            // A blank as %20: providers that decode as URLs do would keep a plus.
            pair.strip_prefix("x=").unwrap_or_default().replace('+', "%20")
        };
        let pair =
            format!("{}:{}", encoded(&self.settings.client_id), encoded(self.settings.client_secret.expose_secret()));
        format!("Basic {}", BASE64_STANDARD.encode(pair)).into()
    }
}

#[cfg(test)]
mod tests;
