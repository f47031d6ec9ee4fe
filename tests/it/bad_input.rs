//! What cannot be right is refused with a problem that names every bad field, in the caller's language, and nothing of
//! it is stored.

use serde_json::{Value, json};

use crate::clocks::app_at;
use crate::harness::app::fresh_key;
use crate::harness::{Persona, Reply, TestApp, steps};

async fn send(app: &TestApp, body: &[u8]) -> Reply {
    app.post("/v1/reports").key(&fresh_key()).language("en").bytes(body).send().await
}

/// A report in which each pointer has another value; null takes the member away.
fn changed(app: &TestApp, changes: &[(&str, Value)]) -> Value {
    let mut report = app.report();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = report.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(name);
        } else {
            parent.insert((*name).to_owned(), value.clone());
        }
    }
    report
}

#[tokio::test]
async fn every_wrong_field_of_a_report_is_named_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let before = app.db.row_counts().await;
    let long = |n: usize| Value::String("a".repeat(n));
    let cases: Vec<(&str, Value, &str)> = vec![
        // wrong types
        ("/conduct", json!("text"), "wrong-type"),
        ("/conduct/description", json!(7), "wrong-type"),
        ("/conduct/links", json!("https://a.example"), "wrong-type"),
        ("/truth_declaration", json!("true"), "wrong-type"),
        ("/evidence", json!({}), "wrong-type"),
        ("/subject/name", json!(["Budi"]), "wrong-type"),
        // not there, not known
        ("/conduct/place", Value::Null, "required"),
        ("/conduct/occurred_from", Value::Null, "required"),
        ("/subject", Value::Null, "required"),
        ("/colour", json!("red"), "unknown-field"),
        ("/conduct/colour", json!("red"), "unknown-field"),
        ("/subject/gelar~jabatan", json!("S.H."), "unknown-field"),
        // too long, too short, of another form
        ("/conduct/description", json!("terlalu pendek"), "too-short"),
        ("/conduct/description", long(10_001), "too-long"),
        ("/conduct/links", json!(vec!["https://a.example"; 21]), "too-long"),
        ("/conduct/place", json!("x"), "too-short"),
        ("/conduct/medium", json!("television"), "not-allowed"),
        ("/conduct/region_code", json!("Jambi"), "bad-format"),
        ("/conduct/occurred_from", json!("kemarin"), "bad-format"),
        ("/conduct/occurred_from", json!("2026-02-30"), "bad-format"),
        ("/reporter", json!({ "email": "bukan alamat" }), "bad-format"),
        // what only knowledge shows
        ("/conduct/region_code", json!("99.99"), "unknown-code"),
        ("/conduct/occurred_from", json!(app.day(3)), "in-future"),
        ("/conduct/known_on", json!(app.day(3)), "in-future"),
        ("/conduct/occurred_from", json!("1998-05-21"), "too-long-ago"),
        ("/conduct/known_on", json!(app.day(-31)), "before-occurred"),
        ("/conduct/occurred_to", json!(app.day(-31)), "before-occurred"),
        ("/subject", json!({ "name": "Budi Santoso" }), "not-enough-to-identify"),
        ("/subject", json!({ "nip": "198613262015051001" }), "not-a-nip"),
        ("/subject", json!({ "nik": "3273057510900009" }), "not-a-nik"),
        ("/truth_declaration", json!(false), "must-be-true"),
        ("/consent_to_bawaslu", json!(true), "name-needed"),
        // what a text must not hold
        ("/conduct/place", json!("Kota\u{0}Jambi"), "control-character"),
        ("/subject/name", json!("Budi\u{1b}[2J"), "control-character"),
    ];
    for (pointer, value, code) in cases {
        let reply = send(&app, changed(&app, &[(pointer, value)]).to_string().as_bytes()).await;
        assert_eq!(reply.status, 422, "{pointer} {code}: {}", reply.body());
        let named = match (pointer, code) {
            ("/subject", "not-a-nip") => "/subject/nip",
            ("/subject", "not-a-nik") => "/subject/nik",
            ("/reporter", _) => "/reporter/email",
            ("/subject/gelar~jabatan", _) => "/subject/gelar~0jabatan",
            _ => pointer,
        };
        assert!(reply.faults().contains(&(named, code)), "{pointer} {code}: {}", reply.body());
    }
    assert_eq!(app.db.row_counts().await, before);
}

#[tokio::test]
async fn a_day_is_in_the_future_until_it_begins_where_it_happened() {
    // Half past ten in the evening in Jakarta; half past eleven in Makassar; in Jayapura the next day has begun.
    let app = app_at("2026-03-31T22:30").await;
    let days = ["/conduct/occurred_from", "/conduct/occurred_to", "/conduct/known_on"];
    for (region, day, future) in [
        ("15.71", "2026-03-31", false),
        ("15.71", "2026-04-01", true),
        ("73.71", "2026-04-01", true),
        ("91.03", "2026-04-01", false),
        ("91.03", "2026-04-02", true),
        ("99.99", "2026-04-01", false), // no such region: the day of the east, where days begin first
        ("99.99", "2026-04-02", true),
    ] {
        let mut changes = days.map(|pointer| (pointer, json!(day))).to_vec();
        changes.push(("/conduct/region_code", json!(region)));
        let reply = send(&app, changed(&app, &changes).to_string().as_bytes()).await;
        for pointer in days {
            let refused = reply.status == 422 && reply.faults().contains(&(pointer, "in-future"));
            assert_eq!(refused, future, "{region} {day}: {}", reply.body());
        }
        assert_eq!(reply.status == 201, !future && region != "99.99", "{region} {day}: {}", reply.body());
    }
}

#[tokio::test]
async fn who_leaves_out_when_he_learned_of_it_learned_of_it_on_the_day_it_is_where_it_happened() {
    let app = app_at("2026-03-31T22:30").await;
    for (region, day) in [("15.71", "2026-03-31"), ("91.03", "2026-04-01")] {
        let report = changed(&app, &[("/conduct/region_code", json!(region)), ("/conduct/known_on", Value::Null)]);
        let receipt = app.submit(&report).await;
        let sql = format!("SELECT known_on::text AS value FROM reports WHERE complaint_number = '{}'", receipt.number);
        assert_eq!(app.db.value(&sql).await, day, "{region}");
    }
}

#[tokio::test]
async fn several_faults_are_named_at_once_in_both_languages() {
    let app = TestApp::start().await;
    let report = changed(
        &app,
        &[
            ("/conduct/description", Value::Null),
            ("/conduct/occurred_from", json!(app.day(5))),
            ("/conduct/region_code", json!("99.99")),
            ("/subject/nip", json!("1")),
            ("/truth_declaration", json!(false)),
            ("/colour", json!("red")),
        ],
    );
    let ask = async |language| {
        app.post("/v1/reports")
            .key("several")
            .language(language)
            .json(&report)
            .expect(422)
            .await
            .problem("invalid-input")
    };
    let (en, id) = (ask("en").await, ask("id").await);
    let mut pointers: Vec<&str> = en.faults().iter().map(|(pointer, _)| *pointer).collect();
    pointers.sort_unstable();
    pointers.dedup();
    let expected = [
        "/colour",
        "/conduct/description",
        "/conduct/known_on",
        "/conduct/occurred_from",
        "/conduct/region_code",
        "/subject/nip",
        "/truth_declaration",
    ];
    assert_eq!(pointers, expected);
    assert_eq!(id.faults(), en.faults(), "codes are never translated");
    let words = |reply: &Reply| -> Vec<String> {
        let errors = reply.at("/errors").as_array().unwrap();
        errors.iter().map(|error| error["detail"].as_str().unwrap().to_owned()).collect()
    };
    assert!(words(&en).contains(&"must not be in the future".to_owned()), "{:?}", words(&en));
    assert!(words(&id).contains(&"tidak boleh di masa depan".to_owned()), "{:?}", words(&id));
    // A key is spent by what was stored only: the same one serves the corrected report.
    app.post("/v1/reports").key("several").json(&app.report()).expect(201).await;
}

#[tokio::test]
async fn what_is_no_json_is_refused_and_told_where() {
    let app = TestApp::start().await;
    let before = app.db.row_counts().await;
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let in_field = app.report().to_string().replacen("[\"Tangkapan", &format!("{}\"Tangkapan", "[".repeat(60)), 1);
    let invalid_utf8 = [app.report().to_string().into_bytes(), vec![0xff, 0xfe]].concat();
    let mut latin1 = app.report().to_string().into_bytes();
    let place = latin1.windows(5).position(|bytes| bytes == b"Jambi").unwrap();
    latin1[place] = 0xe9;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("half", b"{\"conduct\": {".to_vec()),
        ("two", b"{} {}".to_vec()),
        ("deep", deep.into_bytes()),
        ("deep in a field", in_field.into_bytes()),
        ("not UTF-8 behind", invalid_utf8),
        ("not UTF-8 inside", latin1),
        ("a lone surrogate", br#"{"subject": {"name": "\ud800"}}"#.to_vec()),
        ("a name twice", br#"{"subject": {"name": "A"}, "subject": {"name": "B"}}"#.to_vec()),
        ("NUL bytes", vec![0; 100]),
        ("a form", b"conduct=a&subject=b".to_vec()),
    ];
    for (what, body) in cases {
        let reply = send(&app, &body).await;
        assert_eq!(reply.status, 400, "{what}: {}", reply.body());
        reply.problem("invalid-json");
    }
    for (what, body) in [("a list", "[]"), ("a text", "\"x\""), ("null", "null"), ("a number", "1e999")] {
        let reply = send(&app, body.as_bytes()).await;
        assert!(matches!(reply.status, 400 | 422), "{what}: {}", reply.body());
    }
    assert_eq!(app.db.row_counts().await, before);
}

#[tokio::test]
async fn a_body_larger_than_the_limit_is_413_with_and_without_a_length() {
    let app = TestApp::start().await;
    let before = app.db.row_counts().await;
    let large = changed(&app, &[("/conduct/description", json!("a".repeat(300_000)))]).to_string();
    send(&app, large.as_bytes()).await.problem("payload-too-large");
    let request = format!(
        "POST /v1/reports HTTP/1.1\r\nHost: netral.test\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\n\
         Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
        large.len()
    );
    let answer = raw(&app, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"code\":\"payload-too-large\""), "{answer}");
    assert_eq!(app.db.row_counts().await, before);
}

/// What the server answers to these very bytes.
async fn raw(app: &TestApp, request: &[u8]) -> String {
    use std::io::{Read as _, Write as _};
    let (address, request) = (app.base.trim_start_matches("http://").to_owned(), request.to_vec());
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
        // The server may refuse, and close, before it has read everything.
        stream.write_all(&request).ok();
        let (mut answer, mut part) = (Vec::new(), [0; 4096]);
        while let Ok(read @ 1..) = stream.read(&mut part) {
            answer.extend_from_slice(&part[..read]);
        }
        answer
    });
    String::from_utf8_lossy(&answer.await.unwrap()).into_owned()
}

#[tokio::test]
async fn what_is_not_announced_as_json_is_415_and_says_what_is_taken() {
    let app = TestApp::start().await;
    let report = app.report().to_string();
    for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json"] {
        let reply = app.post("/v1/reports").key(&fresh_key()).text(media, &report).expect(415).await;
        assert_eq!(reply.problem("unsupported-media-type").header("accept"), "application/json", "{media}");
    }
    let zipped = app.post("/v1/reports").key(&fresh_key()).header("content-encoding", "gzip").json(&app.report());
    assert_eq!(zipped.expect(415).await.header("accept-encoding"), "identity");
}

#[tokio::test]
async fn no_problem_repeats_a_value_that_was_sent() {
    let app = TestApp::start().await;
    let secret = "3602041211870001";
    for changes in [
        ("/subject/nik", json!(format!("{secret}0"))),
        ("/conduct/occurred_from", json!(secret)),
        ("/conduct/medium", json!(secret)),
        ("/conduct/region_code", json!(secret)),
        ("/conduct/links", json!([secret.repeat(200)])),
    ] {
        let reply = send(&app, changed(&app, std::slice::from_ref(&changes)).to_string().as_bytes()).await;
        assert_eq!(reply.status, 422);
        assert!(!reply.body().contains(secret), "{}", reply.body());
    }
    let broken = format!("{{\"subject\": {{\"nik\": \"{secret}\", }}}}");
    assert!(!send(&app, broken.as_bytes()).await.body().contains(secret));
}

#[tokio::test]
async fn every_wrong_field_of_a_transition_is_named_below_its_input() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take"]).await;
    let before = app.db.row_counts().await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"]["nip"] = json!("abc");
    accept["category"] = json!("criminality");
    accept["agency_code"] = json!(7);
    accept["colour"] = json!("red");
    let reply = app.try_to(Persona::Triage, &receipt.case, "accept", &accept).await;
    assert_eq!(reply.status, 422);
    let pointers: Vec<&str> = reply.faults().iter().map(|(pointer, _)| *pointer).collect();
    for pointer in ["/input/subject/nip", "/input/category", "/input/agency_code", "/input/colour"] {
        assert!(pointers.contains(&pointer), "{pointer} is not among {pointers:?}");
    }
    let mut unknown = steps::input(&app, "accept");
    unknown["agency_code"] = json!("PEMDA99");
    unknown["reviewing_agency_code"] = json!("PEMDA98");
    unknown["subject"]["nip"] = json!("198613262015051001");
    let reply = app.try_to(Persona::Triage, &receipt.case, "accept", &unknown).await;
    let mut faults = reply.faults();
    faults.sort_unstable();
    assert_eq!(
        faults,
        [
            ("/input/agency_code", "unknown-code"),
            ("/input/reviewing_agency_code", "unknown-code"),
            ("/input/subject/nip", "not-a-nip"),
        ]
    );
    for (body, pointer, code) in [
        (json!({}), "/action", "required"),
        (json!({ "action": "fly" }), "/action", "not-allowed"),
        (json!({ "action": 3 }), "/action", "wrong-type"),
        (json!({ "action": "accept" }), "/input", "required"),
        (json!({ "action": "take", "input": {} }), "/input", "unknown-field"),
        (json!({ "action": "take", "note": "x" }), "/note", "unknown-field"),
        (json!([]), "", "wrong-type"),
    ] {
        let path = format!("/v1/cases/{}/transitions", receipt.case);
        let reply = app.post(&path).by(Persona::Triage).if_match(2).json(&body).expect(422).await;
        assert!(reply.faults().contains(&(pointer, code)), "{body}: {}", reply.body());
    }
    assert_eq!(app.db.row_counts().await, before);
    assert_eq!(app.state(&receipt.case).await, "triage");
}

#[tokio::test]
async fn an_address_no_operation_has_and_a_method_it_does_not_know_are_problems_too() {
    let app = TestApp::start().await;
    app.get("/v1/nothing").expect(404).await.problem("not-found");
    let reply = app.call(reqwest::Method::DELETE, "/v1/reports").expect(405).await.problem("method-not-allowed");
    assert_eq!(reply.header("allow"), "POST");
    let long = format!("/v1/cases?region={}", "1".repeat(70_000));
    let answer =
        raw(&app, format!("GET {long} HTTP/1.1\r\nHost: netral.test\r\nConnection: close\r\n\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{}", &answer[..answer.len().min(200)]);
    let answer = raw(&app, b"GET / SMTP/1.1\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(!answer.contains("SMTP"));
}

#[tokio::test]
async fn a_nul_in_an_address_names_nothing() {
    let app = TestApp::start().await;
    for path in [
        "/v1/cases/%00",
        "/v1/cases/REG%00/events",
        "/v1/cases/%00/approvals",
        "/v1/reports/%00/status",
        "/v1/officers/%00",
    ] {
        app.get(path).by(Persona::Triage).expect(404).await.problem("not-found");
    }
}
