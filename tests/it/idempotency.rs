//! The same request twice does its work once and is answered the same; with another body it is refused.

use serde_json::{Value, json};

use crate::harness::app::fresh_key;
use crate::harness::{Persona, TestApp, steps};

#[tokio::test]
async fn the_same_key_twice_makes_one_report_and_shows_the_same_access_code() {
    let app = TestApp::start().await;
    let (report, key) = (app.report_from("warga@warga.example"), fresh_key());
    let first = app.post("/v1/reports").key(&key).json(&report).expect(201).await;
    let again = app.post("/v1/reports").key(&key).json(&report).expect(201).await;
    assert_eq!(first.bytes, again.bytes);
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(first.header("location"), again.header("location"));
    // In quotes it is the same key (the header is a structured field).
    let quoted = app.post("/v1/reports").key(&format!("\"{key}\"")).json(&report).expect(201).await;
    assert_eq!(quoted.bytes, first.bytes);
    assert_eq!((app.db.count("reports").await, app.db.count("cases").await, app.db.count("events").await), (1, 1, 1));
    app.deliver_after_quiet().await;
    assert_eq!(app.mails_to("warga@warga.example").len(), 1);
    app.open_mailbox(&app.receipt(&again).await).await;
}

#[tokio::test]
async fn another_body_with_a_used_key_is_refused_and_changes_nothing() {
    let app = TestApp::start().await;
    let (report, key) = (app.report(), fresh_key());
    app.post("/v1/reports").key(&key).json(&report).expect(201).await;
    let before = app.db.row_counts().await;
    let mut other = report.clone();
    other["subject"]["name"] = "Orang Lain".into();
    app.post("/v1/reports").key(&key).json(&other).expect(422).await.problem("idempotency-key-reused");
    assert_eq!(app.db.row_counts().await, before);
}

#[tokio::test]
async fn many_at_once_with_one_key_make_one_report() {
    let app = TestApp::start().await;
    let (report, key) = (app.report(), fresh_key());
    let sends = (0..8).map(|_| app.post("/v1/reports").key(&key).json(&report).expect(201));
    let replies = futures_util::future::join_all(sends).await;
    assert!(replies.iter().all(|reply| reply.bytes == replies[0].bytes));
    assert_eq!(replies.iter().filter(|reply| reply.header("idempotency-replayed").is_empty()).count(), 1);
    assert_eq!((app.db.count("reports").await, app.db.count("idempotency_keys").await), (1, 1));
}

#[tokio::test]
async fn many_at_once_with_keys_of_their_own_make_as_many_reports() {
    let app = TestApp::start().await;
    let report = app.report();
    let sends = (0..24).map(|n| app.post("/v1/reports").key(&format!("kunci-{n}")).json(&report).expect(201));
    let replies = futures_util::future::join_all(sends).await;
    let mut numbers: Vec<&str> = replies.iter().map(|reply| reply.text("/complaint_number")).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!((numbers.len(), app.db.count("reports").await), (24, 24));
    let cases = app.db.values("SELECT DISTINCT case_number AS value FROM cases").await;
    assert_eq!(cases.len(), 24);
}

#[tokio::test]
async fn no_kept_reply_holds_a_secret() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let token = app.open_mailbox(&receipt).await;
    let message = json!({ "body": "Keterangan yang sangat rahasia." });
    app.post("/v1/my-report/messages").bearer(&token).key("kunci").json(&message).expect(201).await;
    for reply in app.db.values("SELECT reply AS value FROM idempotency_keys").await {
        assert!(!reply.contains(&receipt.code) && !reply.contains("rahasia"), "{reply}");
    }
}

#[tokio::test]
async fn a_repeated_transition_is_one_and_is_answered_as_it_was_even_after_the_case_moved_on() {
    let app = TestApp::start().await;
    let case = app.case_after(&[]).await;
    let path = format!("/v1/cases/{case}/transitions");
    let take = async |by: Persona, key: &str, version: i64| {
        app.post(&path).by(by).key(key).if_match(version).json(&json!({ "action": "take" })).send().await
    };
    let first = take(Persona::Triage, "ambil", 1).await;
    assert_eq!(first.status, 200);
    app.walk(&case, &["accept"]).await;
    let again = take(Persona::Triage, "ambil", 1).await;
    assert_eq!((again.status, &again.bytes, again.version()), (200, &first.bytes, 2));
    assert_eq!(again.header("idempotency-replayed"), "true");
    // The key of another officer is another key; so is one on another case.
    assert_eq!(take(Persona::SecondTriage, "ambil", 1).await.status, 412);
    let other = app.case_after(&[]).await;
    let reply = app.post(&format!("/v1/cases/{other}/transitions")).by(Persona::Triage).key("ambil").if_match(1);
    reply.json(&json!({ "action": "take" })).expect(200).await;
    let body = steps::action("ask", &steps::input(&app, "ask"));
    let reused = app.post(&path).by(Persona::Triage).key("ambil").if_match(3).json(&body).expect(422).await;
    reused.problem("idempotency-key-reused");
    assert_eq!(app.state(&case).await, "inspectorate_review");
}

#[tokio::test]
async fn the_same_transition_twice_at_once_is_one() {
    let app = TestApp::start().await;
    for n in 0..4 {
        let case = app.case_after(&[]).await;
        let path = format!("/v1/cases/{case}/transitions");
        let take = || {
            let call = app.post(&path).by(Persona::Triage).key(&format!("ambil-{n}")).if_match(1);
            call.json(&json!({ "action": "take" })).expect(200)
        };
        let (first, second) = tokio::join!(take(), take());
        assert_eq!(first.bytes, second.bytes);
        assert_eq!(app.db.count("events WHERE kind = 'take'").await, n + 1);
    }
}

#[tokio::test]
async fn a_transition_whose_reply_cannot_be_kept_has_not_happened() {
    let app = TestApp::start().await;
    let case = app.case_after(&[]).await;
    app.db.execute("ALTER TABLE idempotency_keys ADD CONSTRAINT full_disk CHECK (reply = '') NOT VALID").await;
    let path = format!("/v1/cases/{case}/transitions");
    let take = || app.post(&path).by(Persona::Triage).key("ambil").if_match(1).json(&json!({ "action": "take" }));
    take().expect(500).await;
    assert_eq!(app.state(&case).await, "submitted");
    app.db.execute("ALTER TABLE idempotency_keys DROP CONSTRAINT full_disk").await;
    take().expect(200).await;
}

#[tokio::test]
async fn a_refused_request_spends_no_key() {
    let app = TestApp::start().await;
    let case = app.case_after(&[]).await;
    let path = format!("/v1/cases/{case}/transitions");
    let call = || app.post(&path).by(Persona::Triage).key("sama");
    let body = steps::action("accept", &steps::input(&app, "accept"));
    call().if_match(1).json(&body).expect(409).await.problem("not-in-state");
    call().if_match(7).json(&json!({ "action": "take" })).expect(412).await;
    call().if_match(1).json(&json!({ "action": "take" })).expect(200).await;
}

#[tokio::test]
async fn a_draft_and_its_approval_can_be_repeated() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let body = steps::action("dismiss", &steps::input(&app, "dismiss"));
    let path = format!("/v1/cases/{case}/transitions");
    let draft = async || app.post(&path).by(Persona::Triage).key("usul").if_match(2).json(&body).expect(202).await;
    let (first, again) = (draft().await, draft().await);
    assert_eq!((&first.bytes, first.header("location")), (&again.bytes, again.header("location")));
    let id = first.text("/approval/id");
    let approve = async || {
        app.decide(Persona::SecondTriage, &case, id, &json!({ "approve": true })).await.key("setuju").expect(200).await
    };
    let (first, again) = (approve().await, approve().await);
    assert_eq!((&first.bytes, first.version()), (&again.bytes, again.version()));
    assert_eq!(app.db.count("approvals").await, 1);
    assert_eq!(app.db.count("events WHERE kind = 'dismiss'").await, 1);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let app = TestApp::start().await;
    let (report, key) = (app.report(), fresh_key());
    let first = app.post("/v1/reports").key(&key).json(&report).expect(201).await;
    app.advance(chrono::Duration::hours(23));
    app.sweep().await;
    assert_eq!(app.post("/v1/reports").key(&key).json(&report).expect(201).await.bytes, first.bytes);
    app.advance(chrono::Duration::hours(2));
    app.sweep().await;
    let fresh: Value = app.post("/v1/reports").key(&key).json(&report).expect(201).await.json;
    assert_ne!(fresh["complaint_number"], first.json["complaint_number"]);
}
