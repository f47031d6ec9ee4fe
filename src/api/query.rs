//! Reads query strings: an unknown name is refused, never ignored; a repeated name means OR. It knows no handler.

use std::collections::BTreeSet;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use utoipa::IntoParams;

use crate::api::body::has_control;
use crate::api::problem::{Problem, ProblemCode};
use crate::domain::fault::{Fault, FieldFault};

/// A query string read as `T`; its fields are the only names known. Fields that may be repeated are `Vec`s with
/// `#[serde(default)]`.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + IntoParams> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

/// Reads a query string, or names every parameter that is unknown or wrong.
pub fn read<T: DeserializeOwned + IntoParams>(query: &str) -> Result<T, Problem> {
    let mut pairs: Vec<(String, String)> =
        serde_html_form::from_str(query).map_err(|_| Problem::new(ProblemCode::InvalidParameter))?;
    let known = known::<T>();
    let mut faults = unfit(&pairs, &known);
    pairs.retain(|(name, _)| known.contains(name));
    // One wrong value ends a reading: take its parameter out and read on, until no further one is found.
    loop {
        let text = serde_html_form::to_string(&pairs).map_err(|error| Problem::internal(&error))?;
        let name = match typed::<T>(&text) {
            Ok(read) if faults.is_empty() => return Ok(read),
            Ok(_) => break,
            Err(name) => name,
        };
        let before = pairs.len();
        pairs.retain(|(key, _)| *key != name);
        if pairs.len() == before {
            // Not one that was sent: a required one is missing.
            if faults.is_empty() {
                faults.push(FieldFault::new(name, Fault::Required));
            }
            break;
        }
        if !faults.iter().any(|fault| fault.pointer == name) {
            faults.push(FieldFault::new(name, Fault::Invalid));
        }
    }
    Err(Problem::new(ProblemCode::InvalidParameter).faults(faults))
}

fn known<T: IntoParams>() -> BTreeSet<String> {
    T::into_params(|| None).into_iter().map(|parameter| parameter.name).collect()
}

fn unfit(pairs: &[(String, String)], known: &BTreeSet<String>) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    for (name, value) in pairs {
        let fault = match (known.contains(name), has_control(name) || has_control(value)) {
            (_, true) => Fault::ControlCharacter,
            (false, _) => Fault::UnknownField,
            _ => continue,
        };
        let shown = if has_control(name) || name.len() > 100 { "" } else { name.as_str() };
        let fault = FieldFault::new(shown, fault);
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    faults
}

/// The query as its type, or the name of the parameter it fails at; never the error's words, which hold the value.
fn typed<T: DeserializeOwned>(query: &str) -> Result<T, String> {
    serde_path_to_error::deserialize(serde_html_form::Deserializer::from_bytes(query.as_bytes())).map_err(|error| {
        let first = error.path().iter().next().cloned();
        match first {
            Some(Segment::Map { key }) => key,
            _ => missing_field(&error.inner().to_string()),
        }
    })
}

/// serde names a missing field only in its words, and that name is ours.
fn missing_field(text: &str) -> String {
    text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::domain::case::State;

    #[derive(Debug, Default, PartialEq, Deserialize, IntoParams)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        #[serde(default)]
        state: Vec<State>,
        limit: Option<u8>,
        q: Option<String>,
    }

    #[derive(Debug, Deserialize, IntoParams)]
    struct Needs {
        #[allow(dead_code)]
        number: String,
    }

    fn refused(query: &str) -> Vec<(String, Fault)> {
        let problem = read::<Filter>(query).unwrap_err();
        assert_eq!(problem.code(), ProblemCode::InvalidParameter);
        problem.field_faults().iter().map(|f| (f.pointer.clone(), f.fault)).collect()
    }

    #[test]
    fn a_repeated_name_means_or() {
        let filter = read::<Filter>("state=triage&limit=5&state=closed").unwrap();
        assert_eq!(filter, Filter { state: vec![State::Triage, State::Closed], limit: Some(5), q: None });
        assert_eq!(read::<Filter>("").unwrap(), Filter::default());
        assert_eq!(read::<Filter>("q=a+b%26c").unwrap().q.as_deref(), Some("a b&c"));
    }

    #[test]
    fn every_unknown_or_wrong_parameter_is_named() {
        let expected = [("colour", Fault::UnknownField), ("limit", Fault::Invalid), ("state", Fault::Invalid)];
        let mut faults = refused("colour=red&limit=300&state=triage&state=lost");
        faults.sort();
        assert_eq!(faults, expected.map(|(name, fault)| (name.to_owned(), fault)));
        assert_eq!(refused("limit=1&limit=2"), [("limit".to_owned(), Fault::Invalid)]);
        assert_eq!(refused("q=a%00b"), [("q".to_owned(), Fault::ControlCharacter)]);
    }

    #[test]
    fn a_missing_parameter_is_named() {
        let problem = read::<Needs>("").unwrap_err();
        assert_eq!(problem.field_faults(), [FieldFault::new("number", Fault::Required)]);
    }
}
