//! Reads JSON bodies against the schemas of our own openapi.yaml, so that every wrong field is named at once and the
//! limits stand in one place. It must not know what a body is for; values never get into its words.

mod faults;
mod strict;

pub(crate) use self::strict::has_control;

use std::collections::HashMap;
use std::fmt;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jsonschema::{Draft, PatternOptions, Validator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use serde_path_to_error::Segment;

use crate::api::problem::{Problem, ProblemCode};
use crate::domain::action::{Action, Verb};
use crate::domain::fault::{Fault, FieldFault};

/// Validators of the request bodies, made once from the OpenAPI document.
pub struct Schemas(HashMap<&'static str, Validator>);

/// A schema is missing from the document or is no schema: a mistake in the program, found at its start.
#[derive(Debug)]
pub struct SchemaError(String);

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SchemaError {}

impl Schemas {
    /// Makes the validators of the named components, and of the input of every verb.
    pub fn new(document: &Value, names: &[&'static str]) -> Result<Self, SchemaError> {
        let inputs = Verb::ALL.iter().filter_map(|verb| verb.input_schema());
        let mut validators = HashMap::new();
        for name in inputs.chain(names.iter().copied()) {
            if !validators.contains_key(name) {
                validators.insert(name, validator(document, name)?);
            }
        }
        Ok(Self(validators))
    }

    /// Every fault of a value, with pointers below `prefix`.
    fn check(&self, name: &'static str, value: &Value, prefix: &str) -> Result<Vec<FieldFault>, Problem> {
        let missing = || Problem::internal(&SchemaError(format!("no validator for {name}")));
        let validator = self.0.get(name).ok_or_else(missing)?;
        // The short way first: nearly every body is right, and a plain yes costs a fraction of a list of faults.
        if validator.is_valid(value) { Ok(Vec::new()) } else { Ok(faults::of(validator.iter_errors(value), prefix)) }
    }
}

fn validator(document: &Value, name: &str) -> Result<Validator, SchemaError> {
    let schemas = document.pointer("/components/schemas");
    let mut needed = serde_json::Map::new();
    gather(schemas, name, &mut needed)?;
    let schema = json!({ "$ref": format!("#/components/schemas/{name}"), "components": { "schemas": needed } });
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        // Linear time whatever the text; the default engine may backtrack.
        .with_pattern_options(PatternOptions::regex())
        .build(&schema)
        .map_err(|error| SchemaError(format!("schema {name}: {error}")))
}

/// The schema and those it refers to: a validator keeps a copy of all it is given.
fn gather(schemas: Option<&Value>, name: &str, needed: &mut serde_json::Map<String, Value>) -> Result<(), SchemaError> {
    if needed.contains_key(name) {
        return Ok(());
    }
    let schema = schemas.and_then(|schemas| schemas.get(name));
    let schema = schema.ok_or_else(|| SchemaError(format!("openapi.yaml has no schema {name}")))?;
    needed.insert(name.to_owned(), schema.clone());
    let mut parts = vec![schema];
    while let Some(part) = parts.pop() {
        match part {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    gather(schemas, reference.rsplit('/').next().unwrap_or_default(), needed)?;
                }
                parts.extend(members.values());
            }
            Value::Array(items) => parts.extend(items),
            _ => {}
        }
    }
    Ok(())
}

/// Reads a body as the component `name`: 400 where it is no JSON, 422 with every fault where it is not what it should be.
pub fn read<T: DeserializeOwned>(schemas: &Schemas, name: &'static str, bytes: &[u8]) -> Result<T, Problem> {
    read_checked(schemas, name, bytes, |_| Vec::new())
}

/// The same, with faults that a schema cannot see. Those at a place the schema refuses already are left out.
pub fn read_checked<T: DeserializeOwned>(
    schemas: &Schemas,
    name: &'static str,
    bytes: &[u8],
    check: impl FnOnce(&Value) -> Vec<FieldFault>,
) -> Result<T, Problem> {
    let value = strict::parse(bytes)?;
    let mut faults = strict::control_characters(&value);
    faults.extend(schemas.check(name, &value, "")?);
    let known: Vec<String> = faults.iter().map(|fault| fault.pointer.clone()).collect();
    faults.extend(check(&value).into_iter().filter(|fault| !known.contains(&fault.pointer)));
    refuse(faults)?;
    typed(value)
}

/// Reads the body of a transition: `{"action": <verb>, "input": {...}}`, where the verb says what its input is.
pub fn read_action(schemas: &Schemas, bytes: &[u8]) -> Result<Action, Problem> {
    let value = strict::parse(bytes)?;
    let mut faults = strict::control_characters(&value);
    let Value::Object(mut envelope) = value else {
        return Err(Problem::input(vec![FieldFault::new("", Fault::WrongType)]));
    };
    for name in envelope.keys().filter(|name| !matches!(name.as_str(), "action" | "input")) {
        faults.push(FieldFault::new(strict::join("", name), Fault::UnknownField));
    }
    match verb(&envelope) {
        Ok(verb) => faults.extend(check_input(schemas, verb, &mut envelope)?),
        Err(fault) => faults.push(FieldFault::new("/action", fault)),
    }
    refuse(faults)?;
    typed(Value::Object(envelope))
}

fn verb(envelope: &Map<String, Value>) -> Result<Verb, Fault> {
    match envelope.get("action") {
        Some(Value::String(text)) => Verb::parse(text).ok_or(Fault::NotAllowed),
        Some(_) => Err(Fault::WrongType),
        None => Err(Fault::Required),
    }
}

fn check_input(schemas: &Schemas, verb: Verb, envelope: &mut Map<String, Value>) -> Result<Vec<FieldFault>, Problem> {
    match (verb.input_schema(), envelope.get("input")) {
        (Some(schema), Some(input)) => schemas.check(schema, input, "/input"),
        (Some(_), None) => Ok(vec![FieldFault::new("/input", Fault::Required)]),
        (None, None) => Ok(Vec::new()),
        (None, Some(Value::Null)) => {
            envelope.remove("input");
            Ok(Vec::new())
        }
        (None, Some(_)) => Ok(vec![FieldFault::new("/input", Fault::UnknownField)]),
    }
}

fn refuse(faults: Vec<FieldFault>) -> Result<(), Problem> {
    if faults.is_empty() { Ok(()) } else { Err(Problem::input(faults)) }
}

/// The value as its type. What the schema let through and the type does not is named without the error's words.
fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = error.path().iter().fold(String::new(), |pointer, segment| match segment {
            Segment::Map { key } => strict::join(&pointer, key),
            Segment::Seq { index } => strict::join(&pointer, &index.to_string()),
            Segment::Enum { .. } | Segment::Unknown => pointer,
        });
        Problem::input(vec![FieldFault::new(pointer, Fault::Invalid)])
    })
}

/// The bytes of a body that says it is JSON. 415 before a byte is read, 413 above the app's `PayloadConfig`.
#[derive(Debug)]
pub struct JsonBody(pub web::Bytes);

impl FromRequest for JsonBody {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if let Err(problem) = says_json(request.headers()) {
            return std::future::ready(Err(problem.into())).boxed_local();
        }
        let bytes = web::Bytes::from_request(request, payload);
        async move { Ok(Self(bytes.await?)) }.boxed_local()
    }
}

/// Refuses what is not announced as plain JSON.
pub fn says_json(headers: &HeaderMap) -> Result<(), Problem> {
    let essence = essence(headers);
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    if json {
        return says_plain(headers);
    }
    let refused = Problem::new(ProblemCode::UnsupportedMediaType);
    Err(refused.header(header::ACCEPT, HeaderValue::from_static("application/json")))
}

/// The media type a request announces, without its parameters; empty where it announces none.
pub fn essence(headers: &HeaderMap) -> String {
    text(headers, header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Refuses what is announced as compressed.
pub fn says_plain(headers: &HeaderMap) -> Result<(), Problem> {
    let coding = text(headers, header::CONTENT_ENCODING);
    if coding.is_empty() || coding.eq_ignore_ascii_case("identity") {
        return Ok(());
    }
    let refused = Problem::new(ProblemCode::UnsupportedMediaType);
    Err(refused.header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
