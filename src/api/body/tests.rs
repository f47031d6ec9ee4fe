//! What a caller is told of a wrong body.

use actix_web::test::TestRequest;
use utoipa::OpenApi;

use super::*;
use crate::api::problem::ProblemCode;
use crate::domain::action::Ask;
use crate::domain::ids::Language;
use crate::domain::report::NewReport;

#[derive(OpenApi)]
#[openapi(components(schemas(NewReport, Action)))]
struct Document;

fn schemas() -> Schemas {
    let document = serde_json::to_value(Document::openapi()).unwrap();
    Schemas::new(&document, &["NewReport"]).unwrap()
}

fn report() -> Value {
    json!({
        "conduct": {
            "description": "Mengunggah poster calon wali kota dan mengajak warga memilihnya lewat akun pribadi.",
            "medium": "social_media", "occurred_from": "2026-11-16", "place": "Kota Jambi", "region_code": "15.71",
            "links": ["https://example.org/1"]
        },
        "subject": { "name": "Budi Santoso", "agency": "Dinas Perhubungan" },
        "reporter": { "email": "warga@example.org" },
        "election_regime": null,
        "truth_declaration": true
    })
}

fn faults(problem: &Problem) -> Vec<(&str, Fault)> {
    let mut faults: Vec<_> = problem.field_faults().iter().map(|f| (f.pointer.as_str(), f.fault)).collect();
    faults.sort();
    faults
}

fn refused(bytes: &[u8]) -> Problem {
    read::<NewReport>(&schemas(), "NewReport", bytes).unwrap_err()
}

fn refused_json(value: &Value) -> Problem {
    let problem = refused(value.to_string().as_bytes());
    assert_eq!(problem.code(), ProblemCode::InvalidInput);
    problem
}

#[test]
fn a_right_report_is_read() {
    let report = read::<NewReport>(&schemas(), "NewReport", report().to_string().as_bytes()).unwrap();
    assert_eq!(report.conduct.region_code, "15.71");
}

#[test]
fn every_fault_is_named_at_once() {
    let mut wrong = report();
    wrong["conduct"]["description"] = json!("pendek");
    wrong["conduct"]["medium"] = json!("smoke_signal");
    wrong["conduct"]["occurred_from"] = json!("2026-02-30");
    wrong["conduct"]["occurred_to"] = json!(5);
    wrong["conduct"]["region_code"] = json!("Jambi");
    wrong["conduct"]["links"] = json!(["https://example.org/1", "x"]);
    wrong["conduct"].as_object_mut().unwrap().remove("place");
    wrong["reporter"] = json!({ "email": "nobody", "phone": "call me" });
    wrong["election_regime"] = json!("monarchy");
    wrong["truth_declaration"] = json!("yes");
    wrong["a/b~c"] = json!(1);
    wrong["evidence"] = json!(vec!["foto"; 21]);
    let problem = refused_json(&wrong);
    let expected = [
        ("/a~1b~0c", Fault::UnknownField),
        ("/conduct/description", Fault::TooShort),
        ("/conduct/links/1", Fault::TooShort),
        ("/conduct/medium", Fault::NotAllowed),
        ("/conduct/occurred_from", Fault::BadFormat),
        ("/conduct/occurred_to", Fault::WrongType),
        ("/conduct/place", Fault::Required),
        ("/conduct/region_code", Fault::BadFormat),
        ("/election_regime", Fault::NotAllowed),
        ("/evidence", Fault::TooLong),
        ("/reporter/email", Fault::BadFormat),
        ("/reporter/phone", Fault::BadFormat),
        ("/truth_declaration", Fault::WrongType),
    ];
    assert_eq!(faults(&problem), expected);
    let body = problem.body(Language::English, "", None).to_string();
    assert!(!body.contains("smoke_signal") && !body.contains("monarchy") && !body.contains("nobody"));
}

#[test]
fn a_wrong_type_is_the_only_fault_of_its_field() {
    let mut wrong = report();
    wrong["conduct"]["medium"] = json!(5);
    wrong["election_regime"] = json!(5);
    wrong["reporter"] = json!([]);
    wrong["subject"] = json!(null);
    let expected = ["/conduct/medium", "/election_regime", "/reporter", "/subject"].map(|p| (p, Fault::WrongType));
    assert_eq!(faults(&refused_json(&wrong)), expected);
    assert_eq!(faults(&refused(b"[]")), [("", Fault::WrongType)]);
}

#[test]
fn control_characters_are_refused_in_values_and_names() {
    let mut wrong = report();
    wrong["conduct"]["place"] = json!("Kota\0 Jambi");
    wrong["subject"]["name"] = json!("Budi\u{1b}[2J");
    wrong["subject"]["agency"] = json!("Dinas\nPerhubungan\t");
    wrong["conduct"]["x\u{7}"] = json!(1);
    let expected = [
        ("/conduct", Fault::UnknownField),
        ("/conduct", Fault::ControlCharacter),
        ("/conduct/place", Fault::ControlCharacter),
        ("/subject/name", Fault::ControlCharacter),
    ];
    assert_eq!(faults(&refused_json(&wrong)), expected);
}

#[test]
fn what_is_no_json_is_told_so() {
    let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33));
    let deepest = format!("{}1{}", "[".repeat(32), "]".repeat(32));
    let bottomless = "[".repeat(200_000);
    for wrong in
        [&b""[..], b"{", b"{} {}", b"{\"a\": 1,}", b"\xff", b"\"\\ud800\"", deep.as_bytes(), bottomless.as_bytes()]
    {
        assert_eq!(refused(wrong).code(), ProblemCode::InvalidJson);
    }
    assert_eq!(refused(deepest.as_bytes()).code(), ProblemCode::InvalidInput);
    let words = refused(deep.as_bytes()).body(Language::English, "", None);
    assert_eq!(words["detail"], "The JSON nests deeper than 32 levels.");
    assert_eq!(
        refused(b"{\n  \"a\" 1}").body(Language::English, "", None)["detail"],
        "The body is not JSON that can be read: line 2, column 7."
    );
}

#[test]
fn a_name_given_twice_is_no_json() {
    let problem = refused(b"{\"a\": [0, {\"b\": 1, \"b\": 2}]}");
    assert_eq!(problem.code(), ProblemCode::InvalidJson);
    assert_eq!(faults(&problem), [("/a/1/b", Fault::Invalid)]);
}

#[test]
fn a_flood_of_faults_is_cut_short() {
    let mut wrong = report();
    for i in 0..1000 {
        wrong[format!("unknown{i}")] = json!(1);
    }
    wrong["x".repeat(10_000)] = json!(1);
    let body = refused_json(&wrong).body(Language::English, "", None);
    assert_eq!(body["errors"].as_array().unwrap().len(), 100);
    assert!(body.to_string().len() < 20_000);
}

#[test]
fn an_action_is_read_with_the_input_of_its_verb() {
    let schemas = schemas();
    let ask = json!({ "action": "ask", "input": { "questions": ["Kapan kejadiannya?"], "answer_by": "2026-11-30" } });
    let action = read_action(&schemas, ask.to_string().as_bytes()).unwrap();
    assert!(matches!(action, Action::Ask(Ask { questions, .. }) if questions.len() == 1));
    for take in [json!({ "action": "take" }), json!({ "action": "take", "input": null })] {
        assert_eq!(read_action(&schemas, take.to_string().as_bytes()).unwrap(), Action::Take);
    }
}

#[test]
fn a_wrong_action_names_every_fault_of_envelope_and_input() {
    let schemas = schemas();
    let faults_of = |body: Value| {
        let problem = read_action(&schemas, body.to_string().as_bytes()).unwrap_err();
        faults(&problem).into_iter().map(|(p, f)| (p.to_owned(), f)).collect::<Vec<_>>()
    };
    let at = |p: &str, f: Fault| (p.to_owned(), f);
    let ask = json!({ "action": "ask", "input": { "questions": [], "answer_on": "x" }, "comment": "x" });
    let expected = [
        at("/comment", Fault::UnknownField),
        at("/input/answer_by", Fault::Required),
        at("/input/answer_on", Fault::UnknownField),
        at("/input/questions", Fault::TooShort),
    ];
    assert_eq!(faults_of(ask), expected);
    assert_eq!(faults_of(json!({ "action": "ask" })), [at("/input", Fault::Required)]);
    assert_eq!(faults_of(json!({ "action": "ask", "input": null })), [at("/input", Fault::WrongType)]);
    assert_eq!(faults_of(json!({ "action": "fly" })), [at("/action", Fault::NotAllowed)]);
    assert_eq!(faults_of(json!({ "action": 1 })), [at("/action", Fault::WrongType)]);
    assert_eq!(faults_of(json!({ "input": {} })), [at("/action", Fault::Required)]);
    assert_eq!(faults_of(json!({ "action": "take", "input": {} })), [at("/input", Fault::UnknownField)]);
    assert_eq!(faults_of(json!([])), [at("", Fault::WrongType)]);
}

#[test]
fn only_plain_json_is_taken() {
    let says = |kind: &'static str, coding: &'static str| {
        let request =
            TestRequest::default().insert_header(("Content-Type", kind)).insert_header(("Content-Encoding", coding));
        says_json(request.to_srv_request().headers()).is_ok()
    };
    assert!(says("application/json", "") && says("Application/JSON; charset=utf-8", "identity"));
    assert!(says("application/merge-patch+json", ""));
    assert!(
        !says("text/plain", "") && !says("application/x-www-form-urlencoded", "") && !says("application/json", "gzip")
    );
    assert!(says_json(&HeaderMap::new()).is_err());
}
