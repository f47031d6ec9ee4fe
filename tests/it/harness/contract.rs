//! Holds every answer against openapi.yaml: the operation must exist, have that status, that media type, those headers
//! and a body of that schema, without a member the schema does not name. So each test is a contract test as well.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::{Draft, Validator};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// The document of this program, as JSON.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::to_value(netral::api::document()).expect("the document is JSON"))
}

/// Every operation as method, path and what the document says of it.
pub fn operations() -> Vec<(String, String, &'static Value)> {
    let paths = document()["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("operations");
        item.iter().map(|(method, operation)| (method.to_uppercase(), path.clone(), operation))
    });
    all.filter(|(method, ..)| matches!(method.as_str(), "GET" | "POST" | "PUT" | "PATCH" | "DELETE")).collect()
}

/// A path with these values in the place of its parameters, and with something that is nowhere in the place of others.
pub fn filled(path: &str, values: &[(&str, &str)]) -> String {
    let fill = |part: &str| {
        let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else { return part.to_owned() };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => (*value).to_owned(),
            None if matches!(name, "delivery_id" | "flag_id") => "1".to_owned(),
            None if name.ends_with("_id") => uuid::Uuid::nil().to_string(),
            None => "x".to_owned(),
        }
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// The operation behind a method and a path without its query; `None` for a page that is no operation.
pub fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let paths = document()["paths"].as_object().expect("paths");
    let mut found: Vec<(&String, &Value)> = paths.iter().filter(|(template, _)| matches(template, path)).collect();
    // A literal path wins over one with a parameter.
    found.sort_by_key(|(template, _)| template.matches('{').count());
    found.first().and_then(|(_, item)| item.get(method.to_lowercase()))
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(path).all(|(part, given)| part == &given || (part.starts_with('{') && !given.is_empty()))
}

/// Panics where an answer is not what the document promises.
pub fn check(method: &str, path: &str, status: u16, headers: &HeaderMap, body: &[u8]) {
    let path = path.split('?').next().unwrap_or_default();
    let what = format!("{method} {path} answered {status}");
    let Some(operation) = operation(method, path) else {
        if status >= 400 {
            check_body(&what, &json!({ "$ref": "#/components/schemas/ProblemBody" }), body);
        }
        return;
    };
    let response = &operation["responses"][status.to_string()];
    assert!(response.is_object(), "{what}, which openapi.yaml does not name: {}", String::from_utf8_lossy(body));
    let response = resolved(response);
    for name in response["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
        let optional = matches!(name.as_str(), "Retry-After" | "ETag") && status >= 400;
        assert!(optional || headers.contains_key(name), "{what} without the header {name}");
    }
    let Some(content) = response["content"].as_object() else {
        assert!(body.is_empty(), "{what} with a body that openapi.yaml does not name");
        return;
    };
    let given = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = given.split(';').next().unwrap_or_default();
    let content = content.get(media).unwrap_or_else(|| panic!("{what} as {given}, which openapi.yaml does not name"));
    if media.ends_with("json") {
        check_body(&what, &content["schema"], body);
    }
}

fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(pointer) => document().pointer(pointer.trim_start_matches('#')).expect("a reference that leads somewhere"),
        None => value,
    }
}

fn check_body(what: &str, schema: &Value, body: &[u8]) {
    let value: Value = serde_json::from_slice(body).unwrap_or_else(|error| {
        panic!("{what} with a body that is no JSON ({error}): {}", String::from_utf8_lossy(body))
    });
    let faults: Vec<String> =
        validator(schema).iter_errors(&value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{what} with a body that is not its schema's:\n{}\n{value:#}", faults.join("\n"));
}

fn validator(schema: &Value) -> Arc<Validator> {
    static MADE: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    let mut made = MADE.get_or_init(Mutex::default).lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let made = made.entry(schema.to_string()).or_insert_with(|| {
        let mut root = schema.clone();
        root["components"] = json!({ "schemas": strict_schemas() });
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        Arc::new(options.build(&root).expect("a schema"))
    });
    Arc::clone(made)
}

/// The document's schemas, in which an object has only the members it names: what is not promised must not be sent.
fn strict_schemas() -> &'static Value {
    static STRICT: OnceLock<Value> = OnceLock::new();
    STRICT.get_or_init(|| {
        let mut schemas = document()["components"]["schemas"].clone();
        close(&mut schemas);
        schemas
    })
}

fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let closes = members.get("properties").is_some_and(Value::is_object)
                && members.get("type") == Some(&json!("object"))
                && !members.contains_key("additionalProperties");
            if closes {
                members.insert("additionalProperties".to_owned(), false.into());
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
