//! Problems as RFC 9457 shows them: what a handler returns when it refuses, and how it is written out in the caller's
//! language. It decides nothing, and no value a caller sent may get into its words.

pub mod boundary;
pub mod table;

use std::borrow::Cow;
use std::fmt;

use actix_web::http::{
    StatusCode,
    header::{self, HeaderName, HeaderValue},
};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

pub use self::table::ProblemCode;
use crate::db::access::Untraced;
use crate::domain::fault::FieldFault;
use crate::domain::guards::Guard;
use crate::domain::ids::Language;
use crate::flows::Current;

/// The media type of every problem.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// How many faults one answer lists; whoever sends more of them reads enough in these.
const MOST_FAULTS: usize = 100;

/// The address under which the public reaches the service, without a slash at its end. Handed to handlers as app data.
#[derive(Clone, Debug, Default)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Keeps the address; a slash at its end is dropped.
    pub fn new(url: &str) -> Self {
        Self(url.trim_end_matches('/').to_owned())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A refusal or failure on its way to the caller. In a box, since every `Result` with it is as large as it is.
#[derive(Clone, Debug)]
pub struct Problem(Box<Content>);

#[derive(Clone, Debug)]
struct Content {
    code: ProblemCode,
    detail: Option<[Cow<'static, str>; 2]>,
    faults: Vec<FieldFault>,
    guards: Vec<&'static Guard>,
    extensions: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    standing: Option<Untraced<Current>>,
    cause: Option<String>,
}

impl Problem {
    /// A problem with nothing but what the table says of it.
    pub fn new(code: ProblemCode) -> Self {
        let headers = if code.status() == StatusCode::UNAUTHORIZED {
            // A 401 without a challenge is not HTTP (RFC 9110, 15.5.2).
            vec![(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"netral\""))]
        } else {
            Vec::new()
        };
        let (detail, faults, guards, extensions) = (None, Vec::new(), Vec::new(), Map::new());
        Self(Box::new(Content { code, detail, faults, guards, extensions, headers, standing: None, cause: None }))
    }

    /// A failure of ours. The cause is logged once at the boundary and never shown.
    pub fn internal(cause: &(dyn std::error::Error + '_)) -> Self {
        Self::new(ProblemCode::Internal).because(cause)
    }

    /// With a cause that is logged and never shown.
    #[must_use]
    pub fn because(self, cause: &(dyn std::error::Error + '_)) -> Self {
        let chain = std::iter::successors(cause.source(), |error| error.source());
        let text = chain.fold(cause.to_string(), |text, error| format!("{text}: {error}"));
        self.with_cause(text)
    }

    /// Not now: to be tried again after so many seconds. The cause, where there is one, is logged.
    pub fn unavailable(seconds: u64, cause: Option<&(dyn std::error::Error + '_)>) -> Self {
        let mut problem = Self::new(ProblemCode::Unavailable).retry_after(seconds);
        problem.0.cause = cause.and_then(|cause| Self::internal(cause).0.cause);
        problem
    }

    /// Wrong input, each fault at its place: `invalid-input`.
    pub fn input(faults: Vec<FieldFault>) -> Self {
        Self::new(ProblemCode::InvalidInput).faults(faults)
    }

    /// Words for this occurrence in place of the table's, in Indonesian and English.
    #[must_use]
    pub fn detail(mut self, indonesian: impl Into<Cow<'static, str>>, english: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some([indonesian.into(), english.into()]);
        self
    }

    /// What is wrong with which field.
    #[must_use]
    pub fn faults(mut self, mut faults: Vec<FieldFault>) -> Self {
        faults.truncate(MOST_FAULTS);
        self.0.faults = faults;
        self
    }

    /// Which conditions do not hold; shown as the member `guards`.
    #[must_use]
    pub fn guards(mut self, guards: Vec<&'static Guard>) -> Self {
        self.0.guards = guards;
        self
    }

    /// A further member, the same in every language.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.extensions.insert(member.to_owned(), value.into());
        self
    }

    /// The member `current` and the header `ETag`: what the caller did not know.
    #[must_use]
    pub fn current(self, state: &str, version: i32) -> Self {
        let tag = HeaderValue::from_str(&format!("\"{version}\""));
        let problem = self.with("current", json!({ "state": state, "version": version }));
        match tag {
            Ok(tag) => problem.header(header::ETAG, tag),
            Err(_) => problem,
        }
    }

    /// With how the case stands, which is told only once `trace::refusal` has put the look on record: until then it is left out.
    #[must_use]
    pub fn standing(mut self, current: Untraced<Current>) -> Self {
        self.0.standing = Some(current);
        self
    }

    /// What is still to be put on record before it is told.
    pub fn take_standing(&mut self) -> Option<Untraced<Current>> {
        self.0.standing.take()
    }

    /// What to log of a failure of ours.
    #[must_use]
    fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// A header of the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The header `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The code.
    pub fn code(&self) -> ProblemCode {
        self.0.code
    }

    /// What is wrong with which field.
    pub fn field_faults(&self) -> &[FieldFault] {
        &self.0.faults
    }

    /// What to log, where it is a failure of ours.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The JSON in a language. `request_id` is shown only where the service is at fault, so that two refusals of the
    /// same kind are the same to the last byte.
    pub fn body(&self, language: Language, base: &str, request_id: Option<&str>) -> Value {
        let words = self.0.code.words(language);
        let detail = match (&self.0.detail, language) {
            (Some([indonesian, _]), Language::Indonesian) => indonesian.as_ref(),
            (Some([_, english]), Language::English) => english.as_ref(),
            (None, _) => words.meaning,
        };
        let mut body = Map::new();
        body.insert("type".into(), format!("{base}/problems/{}", self.0.code.as_str()).into());
        body.insert("title".into(), words.title.into());
        body.insert("status".into(), self.0.code.status().as_u16().into());
        body.insert("detail".into(), detail.into());
        body.insert("code".into(), self.0.code.as_str().into());
        if !self.0.faults.is_empty() {
            body.insert("errors".into(), self.0.faults.iter().map(|fault| field_error(fault, language)).collect());
        }
        if !self.0.guards.is_empty() {
            let guards =
                self.0.guards.iter().map(|guard| json!({ "name": guard.name, "detail": guard.text(language) }));
            body.insert("guards".into(), guards.collect());
        }
        if let Some(id) = request_id.filter(|_| self.0.code.status().is_server_error()) {
            body.insert("request_id".into(), id.into());
        }
        body.extend(self.0.extensions.clone());
        Value::Object(body)
    }

    /// The whole answer.
    pub fn render(&self, language: Language, base: &str, request_id: Option<&str>) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.0.code.status());
        for (name, value) in &self.0.headers {
            response.append_header((name.clone(), value.clone()));
        }
        response
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)))
            .insert_header((header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code())))
            .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
            .append_header((header::VARY, HeaderValue::from_static("Accept-Language")))
            .body(self.body(language, base, request_id).to_string())
    }
}

fn field_error(fault: &FieldFault, language: Language) -> Value {
    json!({ "pointer": fault.pointer, "code": fault.fault.as_str(), "detail": fault.fault.label(language) })
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.as_str())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.code.status()
    }

    /// Without the request there is no language to choose: the boundary writes it again with one.
    fn error_response(&self) -> HttpResponse {
        self.render(Language::Indonesian, "", None)
    }
}

/// One wrong field.
#[derive(Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON Pointer (RFC 6901) into the body, or the name of a parameter or header.
    #[schema(example = "/conduct/place")]
    pub pointer: String,
    /// What, as a code.
    #[schema(example = "required")]
    pub code: String,
    /// What, in words.
    #[schema(example = "wajib diisi")]
    pub detail: String,
}

/// One condition of a transition that does not hold.
#[derive(Serialize, ToSchema)]
pub struct FailedGuard {
    /// Stable name.
    #[schema(example = "subject_resolved")]
    pub name: String,
    /// The condition in words.
    pub detail: String,
}

/// Where a case stands.
#[derive(Serialize, ToSchema)]
pub struct CurrentVersion {
    /// Its state.
    #[schema(example = "triage")]
    pub state: String,
    /// Its version, which is also its ETag.
    #[schema(example = 4)]
    pub version: i32,
}

/// A problem (RFC 9457). `type` leads to a page that explains it.
#[derive(Serialize, ToSchema)]
pub struct ProblemBody {
    /// Address of the page that explains this kind of problem.
    #[schema(format = "uri-reference", example = "https://netral.example/problems/invalid-input")]
    pub r#type: String,
    /// What kind of problem, in words.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time, in words.
    pub detail: String,
    /// What kind of problem, as a code that is never translated.
    pub code: String,
    /// The wrong fields, all at once.
    #[schema(value_type = Vec<FieldError>, required = false)]
    pub errors: Option<Vec<FieldError>>,
    /// The conditions that do not hold, all at once.
    #[schema(value_type = Vec<FailedGuard>, required = false)]
    pub guards: Option<Vec<FailedGuard>>,
    /// Where the case stands now.
    #[schema(value_type = CurrentVersion, required = false)]
    pub current: Option<CurrentVersion>,
    /// What can be done in the state the case is in.
    #[schema(value_type = Vec<String>, required = false)]
    pub allowed_actions: Option<Vec<String>>,
    /// What one's seat does not permit.
    #[schema(value_type = String, required = false)]
    pub permission: Option<String>,
    /// Where the thing stands with which this cannot be done now.
    #[schema(value_type = String, required = false)]
    pub state: Option<String>,
    /// Names this request to the operator; only where the service is at fault.
    #[schema(value_type = String, required = false)]
    pub request_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::Fault;

    #[test]
    fn a_problem_reads_in_both_languages_and_its_code_in_neither() {
        let problem = Problem::input(vec![FieldFault::new("/conduct/place", Fault::Required)]);
        let id = problem.body(Language::Indonesian, "https://netral.example", Some("r1"));
        let en = problem.body(Language::English, "https://netral.example", Some("r1"));
        assert_eq!(id["type"], "https://netral.example/problems/invalid-input");
        assert_eq!((&id["title"], &en["title"]), (&json!("Isian tidak sah"), &json!("Invalid input")));
        assert_eq!((&id["code"], &en["code"]), (&json!("invalid-input"), &json!("invalid-input")));
        assert_eq!(id["errors"], json!([{ "pointer": "/conduct/place", "code": "required", "detail": "wajib diisi" }]));
        assert_eq!(en["errors"][0]["detail"], "is required");
        assert_eq!(id["request_id"], Value::Null);
    }

    #[test]
    fn a_failure_of_ours_shows_the_request_id_and_nothing_of_its_cause() {
        let cause = std::io::Error::other("relation \"cases\" does not exist");
        let problem = Problem::internal(&cause);
        let body = problem.body(Language::English, "", Some("r1"));
        assert_eq!(body["request_id"], "r1");
        assert!(!body.to_string().contains("relation"));
        assert!(problem.cause().is_some_and(|cause| cause.contains("relation")));
    }

    #[test]
    fn a_stale_version_says_what_is_current() {
        let response = Problem::new(ProblemCode::StaleVersion).current("triage", 4).render(Language::English, "", None);
        assert_eq!(response.status(), StatusCode::PRECONDITION_FAILED);
        assert_eq!(response.headers().get(header::ETAG).unwrap(), "\"4\"");
        assert_eq!(response.headers().get(header::VARY).unwrap(), "Accept-Language");
    }

    #[test]
    fn every_401_carries_a_challenge() {
        for code in ProblemCode::ALL.iter().filter(|code| code.status() == StatusCode::UNAUTHORIZED) {
            let response = Problem::new(*code).error_response();
            assert!(response.headers().contains_key(header::WWW_AUTHENTICATE), "{code:?}");
        }
    }
}
