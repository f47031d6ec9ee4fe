//! An HTTP client like anyone's: calls, answers, sign-in. It knows addresses and headers of the API, not its rules.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use uuid::Uuid;

use super::officers::Officer;
use crate::serve::StartError;

/// One request.
#[derive(Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Call {
    /// Reads.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), headers: Vec::new(), body: None }
    }

    /// Writes.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::press(path) }
    }

    /// Writes by the address alone, as a button on a page does.
    pub fn press(path: impl Into<String>) -> Self {
        Self { method: Method::POST, ..Self::get(path) }
    }

    /// With a fresh key, so that a repeat after a lost connection would do nothing twice.
    pub fn keyed(self) -> Self {
        self.header("idempotency-key", Uuid::new_v4().to_string())
    }

    /// Only on this version.
    pub fn on_version(self, etag: &str) -> Self {
        self.header("if-match", etag.to_owned())
    }

    /// In this language.
    pub fn language(self, language: &str) -> Self {
        self.header("accept-language", language.to_owned())
    }

    /// As whoever holds this token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Method and path, for the reader.
    pub fn shown(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What came back.
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Version of what was answered.
    pub etag: Option<String>,
    /// The JSON; null for a page.
    pub body: Value,
    asked: String,
}

impl Answer {
    /// The answer, if it has this status.
    pub fn expect(self, status: u16) -> Result<Self, StartError> {
        if self.status == status {
            return Ok(self);
        }
        let problem = ["/code", "/detail", "/guards", "/errors"].iter().filter_map(|part| self.body.pointer(part));
        let problem: Vec<String> = problem.map(ToString::to_string).collect();
        Err(format!("{} answered {} instead of {status}: {}", self.asked, self.status, problem.join(" ")).into())
    }

    /// A text in the body.
    pub fn text(&self, pointer: &str) -> Result<&str, StartError> {
        let text = self.body.pointer(pointer).and_then(Value::as_str);
        text.ok_or_else(|| format!("{} answered without {pointer}", self.asked).into())
    }

    /// A list in the body.
    pub fn list(&self, pointer: &str) -> Result<&[Value], StartError> {
        let list = self.body.pointer(pointer).and_then(Value::as_array);
        list.map(Vec::as_slice).ok_or_else(|| format!("{} answered without the list {pointer}", self.asked).into())
    }

    /// The version.
    pub fn version(&self) -> Result<&str, StartError> {
        self.etag.as_deref().ok_or_else(|| format!("{} answered without ETag", self.asked).into())
    }
}

/// The client, with the officers it can sign in.
pub struct Client<'a> {
    http: reqwest::Client,
    base: String,
    officers: &'a [Officer],
    tokens: HashMap<&'static str, String>,
}

impl<'a> Client<'a> {
    /// A client of the service at `base`.
    pub fn new(base: String, officers: &'a [Officer]) -> Result<Self, StartError> {
        // The service is on this machine: a proxy for the outside world would not reach it.
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { http, base, officers, tokens: HashMap::new() })
    }

    /// Where the service is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The officer the story calls so.
    pub fn officer(&self, key: &str) -> Result<&'a Officer, StartError> {
        let found = self.officers.iter().find(|officer| officer.seat.key == key);
        found.ok_or_else(|| format!("there is no demo officer {key}").into())
    }

    /// Every officer.
    pub fn officers(&self) -> &'a [Officer] {
        self.officers
    }

    /// Sends a request as nobody in particular.
    pub async fn send(&self, call: Call) -> Result<Answer, StartError> {
        let asked = call.shown();
        let mut request = self.http.request(call.method, format!("{}{}", self.base, call.path));
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        // The error of a request would repeat its address.
        let lost = |error: reqwest::Error| format!("{asked} got no answer: {}", error.without_url());
        let response = request.send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name)?.to_str().ok().map(ToOwned::to_owned);
        let (etag, kind) = (header("etag"), header(CONTENT_TYPE.as_str()).unwrap_or_default());
        let bytes = response.bytes().await.map_err(lost)?;
        let body = if kind.contains("json") { serde_json::from_slice(&bytes)? } else { Value::Null };
        Ok(Answer { status, etag, body, asked })
    }

    /// Sends a request as this officer, signing in when there is no token or it has run out.
    pub async fn send_as(&mut self, key: &str, call: Call) -> Result<Answer, StartError> {
        let officer = self.officer(key)?;
        if let Some(token) = self.tokens.get(key) {
            let answer = self.send(call.clone().bearer(token)).await?;
            if answer.status != 401 {
                return Ok(answer);
            }
        }
        let known = json!({ "email": officer.email, "password": officer.password });
        let session = self.send(Call::post("/v1/sessions", known)).await?.expect(201)?;
        let token = session.text("/access_token")?.to_owned();
        let answer = self.send(call.bearer(&token)).await;
        self.tokens.insert(officer.seat.key, token);
        answer
    }
}
