//! Asks the provider over HTTP: with a limit on time and size, following no redirect. It must not know what the answers mean, and no error of it repeats one.

use std::time::Duration;

use reqwest::{
    Client, Response, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, de::DeserializeOwned};

use super::OidcError;

/// The longest answer that is read, in bytes. Discovery documents and key sets are a few kilobytes.
const LONGEST: usize = 256 << 10;

/// What the token endpoint answers, as far as it matters here.
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    pub(super) id_token: String,
    pub(super) access_token: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

pub(super) struct Fetcher(Client);

impl Fetcher {
    pub(super) fn new(timeout: Duration) -> Result<Self, OidcError> {
        let client = Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(Policy::none())
            // Asked so seldom that a kept connection would be one that the provider has closed.
            .pool_max_idle_per_host(0)
            // The environment is read in one place, and that is not here.
            .no_proxy()
            .user_agent(concat!("netral/", env!("CARGO_PKG_VERSION")))
            .build();
        client.map(Self).map_err(|error| OidcError::Provider("certificates", error.without_url().to_string()))
    }

    /// Reads a JSON document.
    pub(super) async fn document<T: DeserializeOwned>(&self, what: &'static str, url: &Url) -> Result<T, OidcError> {
        let request = self.0.get(url.clone()).header(ACCEPT, HeaderValue::from_static("application/json"));
        let response = request.send().await.map_err(|error| lost(what, error))?;
        if response.status() != 200 {
            return Err(OidcError::Provider(what, format!("status {}", response.status().as_u16())));
        }
        read(what, response).await
    }

    /// Redeems a code at the token endpoint.
    pub(super) async fn redeem(
        &self,
        url: &Url,
        credentials: &SecretString,
        form: &[(&str, &str)],
    ) -> Result<TokenAnswer, OidcError> {
        const WHAT: &str = "tokens";
        let unfit = |_| OidcError::Provider(WHAT, "the request cannot be written".to_owned());
        let body = serde_html_form::to_string(form).map_err(|_| unfit(()))?;
        let mut credentials = HeaderValue::from_str(credentials.expose_secret()).map_err(|_| unfit(()))?;
        credentials.set_sensitive(true);
        let request = self.0.post(url.clone()).header(AUTHORIZATION, credentials).body(body);
        let request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        let response = request.send().await.map_err(|error| lost(WHAT, error))?;
        match response.status().as_u16() {
            200 => read(WHAT, response).await,
            400 | 401 => Err(OidcError::refusal(&read::<Refusal>(WHAT, response).await?.error)),
            status => Err(OidcError::Provider(WHAT, format!("status {status}"))),
        }
    }
}

fn lost(what: &'static str, error: reqwest::Error) -> OidcError {
    let why = match (error.is_timeout(), error.is_connect()) {
        (true, _) => "no answer in time",
        (_, true) => "it cannot be reached",
        _ => "the connection broke",
    };
    OidcError::Provider(what, why.to_owned())
}

async fn read<T: DeserializeOwned>(what: &'static str, mut response: Response) -> Result<T, OidcError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| lost(what, error))? {
        if body.len() + chunk.len() > LONGEST {
            return Err(OidcError::Provider(what, format!("more than {LONGEST} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    // The error's words may repeat the answer, which may be a token.
    serde_json::from_slice(&body).map_err(|_| OidcError::Provider(what, "not the JSON it should be".to_owned()))
}
