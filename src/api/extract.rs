//! What handlers ask of a request's headers: version, idempotency key, language. It must not know who is calling.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpRequest};

use crate::api::problem::{Problem, ProblemCode};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::ids::Language;

/// The header that makes a repeated request harmless.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How long an idempotency key may be.
pub const LONGEST_KEY: usize = 255;

/// The version the caller last read, from `If-Match: "<version>"`. Missing: 428; anything else: 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub i32);

impl IfMatch {
    /// Reads it from the headers.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut values = headers.get_all(header::IF_MATCH);
        let value = values.next().ok_or_else(|| Problem::new(ProblemCode::PreconditionRequired))?;
        let digits = value.to_str().ok().and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
        let version = digits.filter(|text| text.bytes().all(|b| b.is_ascii_digit())).and_then(|text| text.parse().ok());
        match (version, values.next()) {
            (Some(version), None) => Ok(Self(version)),
            _ => Err(bad_header(ProblemCode::InvalidParameter, "If-Match")),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request.headers()))
    }
}

/// The caller's key for this request: 1 to 255 visible ASCII characters, in quotes or without (both name the same key).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

impl IdempotencyKey {
    /// Reads it from the headers; `None` when there is none.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut values = headers.get_all(IDEMPOTENCY_KEY);
        let Some(value) = values.next() else { return Ok(None) };
        let key = value.to_str().ok().and_then(|text| bare(text.trim()));
        let key = key.filter(|key| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()));
        match (key, values.next()) {
            (Some(key), None) => Ok(Some(Self(key))),
            _ => Err(bad_header(ProblemCode::InvalidIdempotencyKey, "Idempotency-Key")),
        }
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing = || Problem::new(ProblemCode::MissingIdempotencyKey);
        ready(Self::of(request.headers()).and_then(|key| key.ok_or_else(missing)))
    }
}

/// The key where it may be left out. (`Option<IdempotencyKey>` would take a wrong key for none.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionalIdempotencyKey(pub Option<IdempotencyKey>);

impl FromRequest for OptionalIdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(IdempotencyKey::of(request.headers()).map(Self))
    }
}

/// The language a caller reads best, from `Accept-Language`. Never refused: Indonesian where it names neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreferredLanguage(pub Language);

impl PreferredLanguage {
    /// Reads it from the headers. The greatest weight wins, then the order; weight 0 excludes.
    pub fn of(headers: &HeaderMap) -> Self {
        let ranges = headers.get_all(header::ACCEPT_LANGUAGE).filter_map(|value| value.to_str().ok());
        let mut best: Option<(f32, Language)> = None;
        for (weight, language) in ranges.flat_map(|text| text.split(',')).filter_map(weighed) {
            if weight > best.map_or(0.0, |(weight, _)| weight) {
                best = Some((weight, language));
            }
        }
        Self(best.map_or(Language::Indonesian, |(_, language)| language))
    }
}

impl FromRequest for PreferredLanguage {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, std::convert::Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request.headers())))
    }
}

/// One language range, where it names a language of ours.
fn weighed(range: &str) -> Option<(f32, Language)> {
    let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
    let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
    let language = Language::ALL.into_iter().find(|language| language.code() == primary)?;
    let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.trim().parse().ok())?;
    Some((weight, language))
}

/// What stands in a string as structured fields write it (RFC 8941), or the text itself where it has no quotes.
fn bare(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else { return Some(text.to_owned()) };
    let mut key = String::with_capacity(quoted.len());
    let mut rest = quoted.strip_suffix('"')?.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return None,
            '\\' => key.push(rest.next().filter(|c| matches!(c, '"' | '\\'))?),
            _ => key.push(c),
        }
    }
    Some(key)
}

pub(super) fn bad_header(code: ProblemCode, name: &str) -> Problem {
    Problem::new(code).faults(vec![FieldFault::new(name, Fault::BadFormat)])
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        TestRequest::default().insert_header((name, value)).to_srv_request().headers().clone()
    }

    #[test]
    fn only_a_strong_tag_with_a_version_is_a_version() {
        assert_eq!(IfMatch::of(&headers("If-Match", "\"7\"")).unwrap(), IfMatch(7));
        let missing = IfMatch::of(&HeaderMap::new()).unwrap_err();
        assert_eq!(missing.code(), ProblemCode::PreconditionRequired);
        for wrong in ["7", "W/\"7\"", "*", "\"7\", \"8\"", "\"\"", "\"+7\"", "\"-7\"", "\"99999999999\"", "\"", ""] {
            let refused = IfMatch::of(&headers("If-Match", wrong)).unwrap_err();
            assert_eq!(refused.code(), ProblemCode::InvalidParameter, "{wrong}");
        }
    }

    #[test]
    fn a_key_is_the_same_in_quotes_and_without() {
        let key = |value| IdempotencyKey::of(&headers("Idempotency-Key", value));
        assert_eq!(key("abc-1").unwrap(), Some(IdempotencyKey("abc-1".into())));
        assert_eq!(key("\"abc-1\"").unwrap(), Some(IdempotencyKey("abc-1".into())));
        assert_eq!(key("\"a\\\"b\"").unwrap(), Some(IdempotencyKey("a\"b".into())));
        for wrong in ["", "\"\"", "a b", "\"a b\"", "\"a", "\"a\\b\"", "\"a\"b\""] {
            assert_eq!(key(wrong).unwrap_err().code(), ProblemCode::InvalidIdempotencyKey, "{wrong}");
        }
        assert_eq!(IdempotencyKey::of(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn weights_choose_the_language() {
        let language = |value| PreferredLanguage::of(&headers("Accept-Language", value)).0;
        assert_eq!(language("en"), Language::English);
        assert_eq!(language("id;q=0.5, en-US"), Language::English);
        assert_eq!(language("ms, id-ID, en"), Language::Indonesian);
        assert_eq!(language("en;q=0, *"), Language::Indonesian);
        assert_eq!(language("ind, enm"), Language::Indonesian);
        assert_eq!(language(""), Language::Indonesian);
    }
}
