//! Parses JSON more strictly than serde_json: nothing twice, nothing too deep, no control characters. It knows no schemas.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::api::problem::{Problem, ProblemCode};
use crate::domain::fault::{Fault, FieldFault};

/// How deep arrays and objects may nest; no body of ours needs a quarter of it.
const DEEPEST: u8 = 32;
/// A name longer than this is not repeated in a pointer.
const LONGEST_NAME: usize = 100;

/// The one value in the bytes, or `invalid-json`.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let mut failure = None;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let parsed = Strict { depth: 0, failure: &mut failure }.deserialize(&mut json);
    let error = match parsed.and_then(|value| json.end().map(|()| value)) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let problem = Problem::new(ProblemCode::InvalidJson);
    Err(match failure {
        Some(Failure::TooDeep) => problem.detail(
            format!("JSON bersarang lebih dari {DEEPEST} tingkat."),
            format!("The JSON nests deeper than {DEEPEST} levels."),
        ),
        Some(Failure::Twice(names)) => {
            let pointer = names.iter().rev().fold(String::new(), |pointer, name| join(&pointer, name));
            problem
                .detail("Sebuah nama muncul dua kali dalam satu objek.", "A name appears twice in one object.")
                .faults(vec![FieldFault::new(pointer, Fault::Invalid)])
        }
        None => {
            let (line, column) = (error.line(), error.column());
            problem.detail(
                format!("Isi permintaan bukan JSON yang dapat dibaca: baris {line}, kolom {column}."),
                format!("The body is not JSON that can be read: line {line}, column {column}."),
            )
        }
    })
}

/// A fault for each text or name with a control character other than tab and line break. PostgreSQL cannot keep NUL,
/// and the others only ever hide something.
pub(super) fn control_characters(value: &Value) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    walk(value, &mut String::new(), &mut faults);
    faults
}

fn walk(value: &Value, pointer: &mut String, faults: &mut Vec<FieldFault>) {
    let here = pointer.len();
    match value {
        Value::String(text) if has_control(text) => {
            faults.push(FieldFault::new(pointer.clone(), Fault::ControlCharacter))
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                push(pointer, &index.to_string());
                walk(item, pointer, faults);
                pointer.truncate(here);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if has_control(name) {
                    // At the object: the name itself must not be repeated.
                    faults.push(FieldFault::new(pointer.clone(), Fault::ControlCharacter));
                }
                push(pointer, name);
                walk(member, pointer, faults);
                pointer.truncate(here);
            }
        }
        _ => {}
    }
}

/// Whether a text has a control character other than tab and line break.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// The pointer to a member of what `pointer` names. A name too long or unprintable to repeat leaves it as it is.
pub(super) fn join(pointer: &str, name: &str) -> String {
    let mut joined = pointer.to_owned();
    if name.len() <= LONGEST_NAME && !has_control(name) {
        push(&mut joined, name);
    }
    joined
}

fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    for c in name.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// Why this parser, and not serde_json, gave up.
enum Failure {
    TooDeep,
    /// The names that lead to the name given twice, innermost first; filled in on the way out.
    Twice(Vec<String>),
}

struct Strict<'a> {
    depth: u8,
    failure: &'a mut Option<Failure>,
}

impl Strict<'_> {
    fn inner<E: Error>(&mut self) -> Result<Strict<'_>, E> {
        if self.depth >= DEEPEST {
            *self.failure = Some(Failure::TooDeep);
            return Err(E::custom("too deep"));
        }
        Ok(Strict { depth: self.depth + 1, failure: &mut *self.failure })
    }

    /// Notes where an inner failure was, while it passes through.
    fn passed(&mut self, name: impl ToString) {
        if let Some(Failure::Twice(names)) = self.failure {
            names.push(name.to_string());
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let inner = self.inner()?;
            match access.next_element_seed(inner) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return Ok(Value::Array(items)),
                Err(error) => {
                    self.passed(items.len());
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            if members.contains_key(&name) {
                *self.failure = Some(Failure::Twice(vec![name]));
                return Err(A::Error::custom("twice"));
            }
            let inner = self.inner()?;
            match access.next_value_seed(inner) {
                Ok(member) => members.insert(name, member),
                Err(error) => {
                    self.passed(name);
                    return Err(error);
                }
            };
        }
        Ok(Value::Object(members))
    }
}
