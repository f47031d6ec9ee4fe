//! An HTTP client like anyone's: calls, answers, sign-in. It knows addresses and headers of the API, not its rules.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use uuid::Uuid;

use super::officers::Officer;
use crate::app::Clock;
use crate::serve::StartError;
use crate::token::SecondFactor;

/// One request.
#[derive(Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<(&'static str, Vec<u8>)>,
}

impl Call {
    /// Reads.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), headers: Vec::new(), body: None }
    }

    /// Writes.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(("application/json", body.to_string().into_bytes())), ..Self::press(path) }
    }

    /// Uploads a PDF.
    pub fn upload(path: impl Into<String>, pdf: Vec<u8>) -> Self {
        Self { body: Some(("application/pdf", pdf)), ..Self::press(path) }
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

/// What an officer is signed in with.
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    fn of(session: &Answer) -> Result<Self, StartError> {
        Ok(Self {
            access: session.text("/access_token")?.to_owned(),
            refresh: session.text("/refresh_token")?.to_owned(),
        })
    }
}

/// The client, with the officers it can sign in.
pub struct Client<'a> {
    http: reqwest::Client,
    base: String,
    officers: &'a [Officer],
    clock: Clock,
    tokens: HashMap<&'static str, Tokens>,
    recovery_codes: HashMap<&'static str, Vec<String>>,
}

impl<'a> Client<'a> {
    /// A client of the service at `base`.
    pub fn new(base: String, officers: &'a [Officer], clock: Clock) -> Result<Self, StartError> {
        // The service is on this machine: a proxy for the outside world would not reach it.
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { http, base, officers, clock, tokens: HashMap::new(), recovery_codes: HashMap::new() })
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
        if let Some((media, body)) = call.body {
            request = request.header(CONTENT_TYPE, media).body(body);
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
        let Tokens { access, refresh } = self.tokens.get(key).ok_or_else(|| format!("{key} is not signed in"))?;
        let answer = self.send(call.clone().bearer(access)).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let refreshed = Call::post("/v1/sessions/refresh", json!({ "refresh_token": refresh }));
        let mut session = self.send(refreshed).await?;
        if session.status == 401 {
            session = self.sign_in_again(key).await?;
        }
        let tokens = Tokens::of(&session.expect(201)?)?;
        let answer = self.send(call.bearer(&tokens.access)).await;
        self.tokens.insert(self.officer(key)?.seat.key, tokens);
        answer
    }

    /// The sign-in has ended. The story moves its clock faster than an authenticator shows new codes, so a recovery code
    /// stands in.
    async fn sign_in_again(&mut self, key: &str) -> Result<Answer, StartError> {
        let (officer, recovery_code) = (self.officer(key)?, self.recovery_code(key)?);
        let known = json!({ "email": officer.email, "password": officer.password, "recovery_code": recovery_code });
        self.send(Call::post("/v1/sessions", known)).await
    }

    /// Gives every officer an authenticator and signs him in with its first code.
    pub async fn enrol(&mut self) -> Result<(), StartError> {
        for officer in self.officers {
            let known = json!({ "email": officer.email, "password": officer.password });
            let offer = self.send(Call::post("/v1/second-factor", known)).await?.expect(201)?;
            let factor =
                SecondFactor::from_address(offer.text("/otpauth_uri")?).ok_or("no authenticator reads this")?;
            let code = factor.code(self.clock.wall())?;
            let known = json!({ "email": officer.email, "password": officer.password, "code": code });
            let confirmed =
                self.send(Call::post("/v1/second-factor/confirmation", known.clone())).await?.expect(201)?;
            let codes = confirmed.list("/recovery_codes")?.iter().filter_map(Value::as_str).map(ToOwned::to_owned);
            self.recovery_codes.insert(officer.seat.key, codes.collect());
            let session = self.send(Call::post("/v1/sessions", known)).await?.expect(201)?;
            self.tokens.insert(officer.seat.key, Tokens::of(&session)?);
        }
        Ok(())
    }

    /// Takes one of the officer's recovery codes.
    pub fn recovery_code(&mut self, key: &str) -> Result<String, StartError> {
        let code = self.recovery_codes.get_mut(key).and_then(Vec::pop);
        code.ok_or_else(|| format!("the demo officer {key} has no recovery code left").into())
    }
}
