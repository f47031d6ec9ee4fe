//! openapi.yaml and what it promises: it is current, it knows every operation, and every problem leads to a page. Who is
//! let in where is for `denials`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use netral::api::problem::ProblemCode;
use serde_json::{Value, json};

use crate::harness::contract::{filled, operations};
use crate::harness::{Persona, TestApp, contract};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_file_in_the_repository_is_the_one_the_program_prints() {
    let printed = netral::api::openapi::yaml(&netral::api::document()).unwrap();
    let kept = std::fs::read_to_string(root().join("openapi.yaml")).unwrap();
    assert!(kept == printed, "openapi.yaml is stale: `make generated` prints it anew");
}

#[tokio::test]
async fn the_program_serves_its_document_and_leads_to_it_from_its_root() {
    let app = TestApp::start().await;
    let served = app.get("/openapi.yaml").expect(200).await;
    assert_eq!(served.body(), netral::api::openapi::yaml(&netral::api::document()).unwrap());
    let front = app.get("/").expect(200).await;
    for rel in ["service-desc", "service-doc", "help"] {
        assert!(front.header("link").contains(&format!("rel=\"{rel}\"")), "{}", front.header("link"));
    }
    for page in ["openapi", "docs", "problems"] {
        app.get(front.text(&format!("/{page}"))).expect(200).await;
    }
}

#[test]
fn every_route_in_the_source_is_an_operation_of_the_document() {
    let mut routes = BTreeMap::new();
    for entry in root().join("src/api").read_dir().unwrap() {
        let path = entry.unwrap().path();
        // These two serve pages about the API, which are no operations of it.
        let page = matches!(path.file_name().and_then(|name| name.to_str()), Some("docs.rs" | "problem_pages.rs"));
        if page || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some((method, rest)) = line.strip_prefix("#[").and_then(|line| line.split_once("(\"")) else {
                continue;
            };
            if !matches!(method, "get" | "post" | "put" | "patch" | "delete") {
                continue;
            }
            let route = rest.split('"').next().unwrap().to_owned();
            let handler = lines.next().unwrap().split("fn ").nth(1).unwrap().split('(').next().unwrap();
            routes.insert((method.to_uppercase(), route), handler.to_owned());
        }
    }
    let named: BTreeMap<_, _> = operations()
        .into_iter()
        .map(|(method, path, operation)| ((method, path), operation["operationId"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(routes, named, "left: the source, right: the document");
}

#[tokio::test]
async fn every_operation_of_the_document_is_mounted() {
    let app = TestApp::start().await;
    for (_, path, _) in operations() {
        let reply =
            app.call(reqwest::Method::TRACE, &filled(&path, &[])).expect(405).await.problem("method-not-allowed");
        let mut methods: BTreeSet<&str> = reply.header("allow").split(", ").collect();
        assert_eq!(methods.remove("HEAD"), methods.contains("GET"), "{path}");
        let documented: BTreeSet<&str> = contract::document()["paths"][&path]
            .as_object()
            .unwrap()
            .keys()
            .filter_map(|method| {
                ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().find(|known| known.eq_ignore_ascii_case(method))
            })
            .collect();
        assert_eq!(methods, documented, "{path}");
    }
}

#[tokio::test]
async fn a_head_request_is_answered_as_a_get_without_the_body() {
    let app = TestApp::start().await;
    let (case, token) = (app.case_after(&["take"]).await, app.token(Persona::Triage).await);
    let seen = format!("/v1/cases/{case}");
    for path in ["/readyz", "/openapi.yaml", &seen, "/v1/nowhere"] {
        let ask = async |method: reqwest::Method| {
            let asked = app.http.request(method, format!("{}{path}", app.base)).bearer_auth(&token);
            asked.send().await.unwrap()
        };
        let (get, head) = (ask(reqwest::Method::GET).await, ask(reqwest::Method::HEAD).await);
        assert_eq!(head.status(), get.status(), "{path}");
        for header in ["content-type", "content-length", "etag", "cache-control"] {
            assert_eq!(head.headers().get(header), get.headers().get(header), "{header} of {path}");
        }
        assert_eq!(head.text().await.unwrap(), "", "{path}");
    }
    let looks = format!(
        "access_entries WHERE operation = 'get_case' AND case_id = (SELECT id FROM cases WHERE case_number = '{case}')"
    );
    assert_eq!(app.db.count(&looks).await, 2, "looking at the headers is a look as well");
}

#[test]
fn every_operation_says_what_it_is_and_how_it_may_fail() {
    let mut ids = BTreeSet::new();
    let tags: BTreeSet<&str> =
        contract::document()["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    for (method, path, operation) in operations() {
        let what = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{what}: its id is taken");
        assert!(operation["summary"].as_str().is_some_and(|summary| summary.ends_with('.')), "{what}: summary");
        assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{what}: tag");
        assert!(operation["security"].is_array(), "{what}: who may call it");
        let responses = operation["responses"].as_object().unwrap();
        let signed_in = operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty());
        assert!(!signed_in || responses.contains_key("401"), "{what}: no 401");
        assert!(path == "/livez" || responses.contains_key("500"), "{what}: no 500");
        if method == "POST" && operation["requestBody"].is_object() {
            // A form is for another program, which is told 400 by the specification that has it sent.
            let json = operation["requestBody"]["content"]["application/json"].is_object();
            for status in ["400", "413", "415", "422"].into_iter().filter(|status| json || *status != "422") {
                assert!(responses.contains_key(status), "{what}: no {status}");
            }
        }
        for parameter in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let named = operation["parameters"].as_array().unwrap().iter().any(|p| p["name"] == parameter);
            assert!(named, "{what}: {parameter} is not described");
        }
    }
}

#[test]
fn every_example_is_what_its_schema_says() {
    let components = &contract::document()["components"];
    for (name, response) in components["responses"].as_object().unwrap() {
        for (media, content) in response["content"].as_object().unwrap() {
            for (code, example) in content["examples"].as_object().unwrap() {
                let mut schema = content["schema"].clone();
                schema["components"] = json!({ "schemas": components["schemas"] });
                let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
                assert!(validator.is_valid(&example["value"]), "{name} {media} {code}: {}", example["value"]);
                assert_eq!(example["value"]["code"], json!(code));
            }
        }
    }
    for (name, schema) in components["schemas"].as_object().unwrap() {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let properties = properties.map(|(property, schema)| (format!("{name}.{property}"), schema));
        for (what, schema) in properties.chain([(name.clone(), schema)]) {
            let Some(example) = schema.get("example") else { continue };
            let mut root = schema.clone();
            root["components"] = json!({ "schemas": components["schemas"] });
            let validator = jsonschema::options().should_validate_formats(true).build(&root).unwrap();
            assert!(validator.is_valid(example), "{what}: {example}");
        }
    }
}

/// Whether a schema shows what it means: by an example of its own, of a part, or of what it refers to.
fn has_example(schema: &Value) -> bool {
    let schemas = &contract::document()["components"]["schemas"];
    let referred = schema["$ref"].as_str().and_then(|address| address.rsplit('/').next()).map(|name| &schemas[name]);
    let parts = ["oneOf", "anyOf", "allOf"].iter().filter_map(|kind| schema[*kind].as_array()).flatten();
    let properties = schema["properties"].as_object().into_iter().flatten().map(|(_, property)| property);
    schema.get("example").is_some()
        || parts.chain(properties).chain(schema.get("items")).chain(referred).any(has_example)
}

#[test]
fn every_json_body_is_shown_by_an_example() {
    let mut bare = Vec::new();
    for (method, path, operation) in operations() {
        let answers = operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
        let bodies = answers.map(|(status, answer)| (status.as_str(), answer));
        for (which, body) in bodies.chain([("request", &operation["requestBody"])]) {
            let Some(content) = body["content"].get("application/json") else { continue };
            if content.get("example").is_none() && !has_example(&content["schema"]) {
                bare.push(format!("{method} {path} {which}"));
            }
        }
    }
    assert_eq!(bare, [""; 0]);
}

#[tokio::test]
async fn every_problem_leads_to_a_page_that_explains_it_in_both_languages() {
    let app = TestApp::start().await;
    let all = app.get("/problems").language("en").expect(200).await;
    for code in ProblemCode::ALL {
        let path = format!("/problems/{}", code.as_str());
        assert!(all.body().contains(code.as_str()), "{path} is not in the list");
        for language in netral::domain::ids::Language::ALL {
            let page = app.get(&path).language(language.code()).expect(200).await;
            assert!(page.header("content-type").starts_with("text/html"), "{path}");
            let words = code.words(language);
            for text in [words.title, code.as_str()] {
                assert!(page.body().contains(&text.replace('\'', "&#x27;")), "{path} in {language:?}: {text}");
            }
        }
    }
    app.get("/problems/nothing").expect(404).await;
}

#[tokio::test]
async fn the_type_of_a_problem_is_the_address_of_its_page() {
    let app = TestApp::start().await;
    let problem = app.get("/v1/cases").expect(401).await;
    let page = app.get(problem.text("/type")).language("en").expect(200).await;
    assert!(page.body().contains("Not signed in"), "{}", page.body());
}

#[tokio::test]
async fn the_docs_page_loads_nothing_from_elsewhere() {
    let app = TestApp::start().await;
    let moved = app.get("/docs").expect(308).await;
    assert_eq!(moved.header("location"), "/docs/");
    let page = app.get("/docs/").expect(200).await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("http"), "{policy}");
    let body = page.body();
    let sources: Vec<&str> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|attribute| body.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(sources.len() >= 3, "{body}");
    for source in sources {
        assert!(!source.contains("//"), "{source} is loaded from elsewhere");
        app.get(&format!("/docs/{}", source.trim_start_matches("./"))).expect(200).await;
    }
    let script = app.get("/docs/swagger-initializer.js").expect(200).await;
    assert!(script.body().contains("../openapi.yaml") && !script.body().contains("https://"), "{}", script.body());
}

#[tokio::test]
async fn the_workflow_is_served_with_labels_in_both_languages() {
    let app = TestApp::start().await;
    let workflow = app.get("/v1/workflow").expect(200).await;
    let states = workflow.at("/states").as_array().unwrap();
    assert_eq!((states.len(), &states[0]["public_label"]["id"]), (11, &json!("Laporan diterima")));
    let transitions = workflow.at("/transitions").as_array().unwrap();
    assert_eq!(transitions.len(), netral::domain::workflow::RULES.len());
    let accept = transitions.iter().find(|rule| rule["action"] == "accept").unwrap();
    assert_eq!((&accept["id"], &accept["permission"]), (&json!("T06"), &json!("case_triage")));
    assert_eq!(accept["guards"][1]["name"], "subject_resolved");
}

#[tokio::test]
async fn a_service_that_can_serve_says_so_and_one_without_its_tables_does_not() {
    let app = TestApp::start().await;
    app.get("/livez").expect(204).await;
    app.get("/readyz").expect(204).await;
    app.db.execute("DELETE FROM __diesel_schema_migrations").await;
    let reply = app.get("/readyz").expect(503).await.problem("unavailable");
    assert_eq!(reply.header("retry-after"), "5");
    app.get("/livez").expect(204).await;
}

#[test]
fn every_path_of_the_repository_that_a_test_reads_is_there() {
    for path in ["openapi.yaml", "docs/workflow.md", "docs/authorization.md", "src/lib.rs", "src/schema.rs"] {
        assert!(Path::new(&root().join(path)).is_file(), "{path}");
    }
}
