//! The client of the tests: a request is put together, sent, and its answer held against openapi.yaml.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::app::TestApp;
use super::contract;
use super::persona::Persona;

/// A request in the making.
#[derive(Clone)]
pub struct Call<'a> {
    app: &'a TestApp,
    method: Method,
    path: String,
    by: Option<Persona>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl<'a> Call<'a> {
    /// A request without anything.
    pub fn new(app: &'a TestApp, method: Method, path: &str) -> Self {
        Self { app, method, path: path.to_owned(), by: None, headers: Vec::new(), body: None }
    }

    /// As this officer, who signs in where that is needed.
    pub const fn by(mut self, persona: Persona) -> Self {
        self.by = Some(persona);
        self
    }

    /// With a header; a second one of the same name is sent as well.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With an idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// On this version.
    pub fn if_match(self, version: i64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    /// In this language.
    pub fn language(self, language: &str) -> Self {
        self.header("accept-language", language)
    }

    /// With a body.
    pub fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string().as_bytes())
    }

    /// With a body that may be anything but is called JSON.
    pub fn bytes(self, body: &[u8]) -> Self {
        let body = body.to_vec();
        Self { body: Some(body), ..self }.header("content-type", "application/json")
    }

    /// With a file as the body.
    pub fn file(self, media: &str, bytes: &[u8]) -> Self {
        let body = bytes.to_vec();
        Self { body: Some(body), ..self }.header("content-type", media)
    }

    /// With a body of another media type.
    pub fn text(self, media: &str, body: &str) -> Self {
        self.file(media, body.as_bytes())
    }

    /// Sends it. The answer must be one that openapi.yaml promises, and have this status.
    pub async fn expect(self, status: u16) -> Reply {
        let what = format!("{} {}", self.method, self.path);
        let reply = self.send().await;
        assert_eq!(reply.status, status, "{what} answered {}", reply.body());
        reply
    }

    /// Sends it. The answer must be one that openapi.yaml promises.
    pub async fn send(self) -> Reply {
        let url = format!("{}{}", self.app.base, self.path);
        let mut request = self.app.http.request(self.method.clone(), url);
        if let Some(persona) = self.by {
            request = request.bearer_auth(self.app.token(persona).await);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("a body").to_vec();
        contract::check(self.method.as_str(), &self.path, status, &headers, &bytes);
        Reply { status, headers, json: serde_json::from_slice(&bytes).unwrap_or_default(), bytes }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body where it is JSON, else null.
    pub json: Value,
}

impl Reply {
    /// A header; empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The version in the ETag.
    pub fn version(&self) -> i64 {
        self.header("etag").trim_matches('"').parse().expect("an ETag with a version")
    }

    /// The body as text.
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What a JSON Pointer leads to; null where there is nothing.
    pub fn at(&self, pointer: &str) -> &Value {
        self.json.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The text a JSON Pointer leads to.
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer} of {}", self.json))
    }

    /// The texts of the list a JSON Pointer leads to.
    pub fn texts(&self, pointer: &str) -> Vec<&str> {
        self.at(pointer).as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Makes sure it is this problem.
    pub fn problem(self, code: &str) -> Self {
        assert_eq!(self.at("/code"), code, "{}", self.body());
        assert!(self.header("content-type").starts_with("application/problem+json"));
        self
    }

    /// The wrong fields of a problem, as pointer and code.
    pub fn faults(&self) -> Vec<(&str, &str)> {
        let errors = self.at("/errors").as_array().into_iter().flatten();
        errors.map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())).collect()
    }
}
