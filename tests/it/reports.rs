//! Sending a report and asking for its status, as a citizen does.

use serde_json::{Value, json};

use crate::harness::app::fresh_key;
use crate::harness::{Persona, TestApp, steps};

#[tokio::test]
async fn a_report_by_name_and_agency_is_taken_and_its_status_can_be_read() {
    let app = TestApp::start().await;
    let reply = app.post("/v1/reports").key(&fresh_key()).json(&app.report()).expect(201).await;
    let number = reply.text("/complaint_number");
    assert!(number.starts_with("NTR-2"), "{number}");
    assert_eq!(reply.header("location"), reply.text("/status_url"));
    let status = app.get(reply.text("/status_url")).expect(200).await;
    assert_eq!(status.text("/complaint_number"), number);
    assert_eq!(status.text("/label/id"), "Laporan diterima");
    assert_eq!(status.text("/label/en"), "Report received");
    assert_eq!(status.text("/next_step/en"), "An officer will verify the report");
    assert_eq!(status.at("/received_at"), reply.at("/received_at"));
}

#[tokio::test]
async fn the_status_tells_five_things_and_never_more() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report_from("warga@warga.example")).await;
    app.walk(&receipt.case, &["take", "accept", "conclude", "send_recommendation"]).await;
    let status = app.get(&format!("/v1/reports/{}/status", receipt.number)).expect(200).await;
    let members: Vec<&String> = status.json.as_object().unwrap().keys().collect();
    assert_eq!(members, ["complaint_number", "label", "next_step", "received_at", "since"]);
    let body = status.body();
    for secret in ["Budi", steps::NIP, "warga", "PEMDA", "REG-", "Dinas", "poster"] {
        assert!(!body.contains(secret), "{secret} is in {body}");
    }
}

#[tokio::test]
async fn a_number_is_found_however_it_is_written_and_an_unknown_one_tells_nothing() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let status = async |number: &str| app.get(&format!("/v1/reports/{number}/status")).send().await;
    let known = status(&receipt.number).await;
    assert_eq!(status(&receipt.number.to_lowercase()).await.bytes, known.bytes);
    assert_eq!(status(&receipt.number.replace('-', "")).await.bytes, known.bytes);
    // A well-formed number nobody has, one with a wrong check symbol, and no number at all.
    let unknown = netral::domain::ids::ComplaintNumber::new(2026, 12345);
    let refused = status(unknown.as_str()).await;
    assert_eq!(refused.status, 404);
    for number in ["NTR-2026-00000000A", "nothing", "%00", "NTR-2026-%F0%9F%98%80"] {
        assert_eq!(status(number).await.bytes, refused.bytes, "{number}");
    }
}

#[tokio::test]
async fn the_access_code_has_eighty_random_bits_and_is_kept_nowhere() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let symbols: String = receipt.code.chars().filter(|c| *c != '-').collect();
    assert_eq!(symbols.len(), 16, "{}: 16 symbols of five bits", receipt.code);
    assert_ne!(app.submit(&app.report()).await.code, receipt.code);
    for table in app.db.row_counts().await.keys() {
        let sql = format!("SELECT count(*) AS value FROM {table} AS t WHERE t::text LIKE");
        for form in [&receipt.code, &symbols] {
            assert_eq!(app.db.value(&format!("{sql} '%{form}%'")).await, "0", "{table}");
        }
    }
}

#[tokio::test]
async fn a_nip_is_one_number_however_it_is_typed_and_that_of_a_pppk_is_one_too() {
    let app = TestApp::start().await;
    for (typed, kept) in [
        ("19860926 201505 1 001", steps::NIP),
        ("19860926.201505.1.001", steps::NIP),
        (steps::NIP, steps::NIP),
        ("199009132025242014", "199009132025242014"),
    ] {
        let mut report = app.report();
        report["subject"] = json!({ "nip": typed });
        let receipt = app.submit(&report).await;
        let case = app.case(Persona::Triage, &receipt.case).await;
        assert_eq!(case.text("/subject/nip"), kept, "{typed}");
    }
}

#[tokio::test]
async fn an_anonymous_report_leaves_no_trace_of_a_person() {
    let app = TestApp::start().await;
    app.submit(&app.report()).await;
    assert_eq!(app.db.count("reporter_identities").await, 0);
    let mails = app.deliver_after_quiet().await;
    let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, [Persona::Triage.email(), Persona::SecondTriage.email()]);
}

#[tokio::test]
async fn what_a_reporter_says_of_himself_is_shown_to_no_officer() {
    let app = TestApp::start().await;
    let mut report = app.report();
    report["reporter"] = json!({ "name": "Siti Pelapor", "email": "siti@warga.example", "phone": "+62 812-3456-7890" });
    report["consent_to_bawaslu"] = true.into();
    let receipt = app.submit(&report).await;
    app.walk(&receipt.case, &["take", "accept", "conclude", "send_recommendation"]).await;
    for persona in [Persona::Triage, Persona::Inspector, Persona::Auditor, Persona::Ppk, Persona::Taskforce] {
        for part in ["", "/events", "/approvals"] {
            let body = app.get(&format!("/v1/cases/{}{part}", receipt.case)).by(persona).expect(200).await.body();
            for secret in ["Siti", "siti@", "812-3456", "8123456"] {
                assert!(!body.contains(secret), "{persona:?} reads {secret} at {part}");
            }
        }
    }
    let case = app.case(Persona::Triage, &receipt.case).await;
    assert_eq!(case.text("/reports/0/reporter"), "Pelapor #1");
    assert_eq!(case.at("/reports/0/consent_to_bawaslu"), true);
}

#[tokio::test]
async fn the_header_that_makes_repeats_harmless_must_be_there_and_be_a_key() {
    let app = TestApp::start().await;
    let before = app.db.row_counts().await;
    let report = app.report();
    app.post("/v1/reports").json(&report).expect(400).await.problem("missing-idempotency-key");
    for key in ["a b", "\u{e9}", &"k".repeat(256)] {
        let refused = app.post("/v1/reports").key(key).json(&report).expect(400).await;
        refused.problem("invalid-idempotency-key");
    }
    let twice = app.post("/v1/reports").key("one").key("two").json(&report).expect(400).await;
    twice.problem("invalid-idempotency-key");
    assert_eq!(app.db.row_counts().await, before);
}

#[tokio::test]
async fn a_report_counts_in_the_language_it_was_sent_in() {
    let app = TestApp::start().await;
    let report = app.report_from("warga@warga.example");
    app.post("/v1/reports").key(&fresh_key()).language("en-GB, id;q=0.5").json(&report).expect(201).await;
    let mails = app.deliver_all().await;
    assert_eq!(mails[0].header("content-language"), "en");
    let id = app.post("/v1/reports").key(&fresh_key()).json(&Value::Null).language("id").expect(422).await;
    let en = app.post("/v1/reports").key(&fresh_key()).json(&Value::Null).language("en").expect(422).await;
    assert_eq!((id.text("/title"), en.text("/title")), ("Isian tidak sah", "Invalid input"));
    assert_eq!((id.header("content-language"), en.header("content-language")), ("id", "en"));
}
