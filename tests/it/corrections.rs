//! A reporter corrects who he is and how he is reached, in his mailbox: sealed as at the intake, a new address confirmed before
//! it gets anything, the old one left in peace, and whoever is kept from the case kept from it by what is true now.

use netral::db::{self, Tx};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Call, Persona, Receipt, TestApp, steps};

const OLD: &str = "lama@warga.example";
const NEW: &str = "baru@warga.example";

fn correct<'a>(app: &'a TestApp, token: &str, said: &Value) -> Call<'a> {
    app.call(Method::PATCH, "/v1/my-report/reporter").bearer(token).json(said)
}

/// Clicks the button behind the newest link that an address got.
async fn confirm(app: &TestApp, address: &str) {
    let link = app.mails_to(address).last().unwrap().link("email-confirmations");
    app.post(link.strip_prefix("http://netral.test").unwrap()).expect(200).await;
}

async fn own(app: &TestApp, receipt: &Receipt) -> Value {
    let token = app.open_mailbox(receipt).await;
    app.get("/v1/my-report/data").bearer(&token).expect(200).await.json
}

#[tokio::test]
async fn a_new_address_is_confirmed_before_it_gets_anything_and_the_old_one_gets_no_more() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report_from(OLD)).await;
    app.deliver_all().await;
    confirm(&app, OLD).await;
    app.walk(&receipt.case, &["take"]).await;
    app.deliver_after_quiet().await;
    let (old, token) = (app.mails_to(OLD), app.open_mailbox(&receipt).await);
    // One mail more waits for the old address when it is changed.
    app.walk(&receipt.case, &["accept"]).await;
    let said = json!({ "email": NEW, "phone": "+62 812 1111 2222" });
    let done = correct(&app, &token, &said).key("perbaikan").expect(200).await;
    assert_eq!(done.at("/address_to_confirm"), true);
    let again = correct(&app, &token, &said).key("perbaikan").expect(200).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    app.deliver_after_quiet().await;
    let link = old[0].link("email-confirmations");
    app.post(link.strip_prefix("http://netral.test").unwrap()).expect(404).await.problem("not-found");
    app.deliver_all().await;
    assert_eq!(app.mails_to(OLD).len(), old.len(), "the old address gets no further mail");
    let first = app.mails_to(NEW);
    assert_eq!(first.len(), 1, "nothing else before it is confirmed");
    assert!(first[0].text.contains(&receipt.number) && !first[0].text.contains(OLD), "{}", first[0].text);
    confirm(&app, NEW).await;
    app.deliver_all().await;
    let mails = app.mails_to(NEW);
    assert_eq!(mails.len(), 2, "what waited goes to the new address");
    assert!(mails.iter().any(|mail| mail.text.contains("Sedang diperiksa")), "{mails:?}");
    assert_eq!(app.mails_to(OLD).len(), old.len());
    // The same address again is no other one.
    let same = json!({ "email": "BARU@warga.example" });
    assert_eq!(correct(&app, &token, &same).expect(200).await.at("/address_to_confirm"), false);
}

#[tokio::test]
async fn a_correction_is_sealed_and_on_record_without_what_it_says() {
    let app = TestApp::start().await;
    let mut report = app.report_from(OLD);
    report["reporter"]["name"] = "Siti Aminah".into();
    let receipt = app.submit(&report).await;
    let token = app.open_mailbox(&receipt).await;
    let said = json!({ "name": "Siti Aminah Putri", "phone": "+62 812 1111 2222", "nik": "1571 0160 0190 0001" });
    correct(&app, &token, &said).expect(200).await;
    let kept = own(&app, &receipt).await["reporter"].clone();
    let expected =
        json!({ "name": "Siti Aminah Putri", "email": OLD, "phone": "+62 812 1111 2222", "nik": "1571016001900001" });
    assert_eq!(kept, expected, "what is left out stays");
    let rows = "SELECT row_to_json(i)::text || encode(coalesce(name, ''), 'escape') || encode(coalesce(nik, ''), 'escape') AS value \
                FROM reporter_identities i";
    let rows = app.db.value(rows).await;
    let events = app.get(&format!("/v1/cases/{}/events", receipt.case)).by(Persona::Triage).expect(200).await;
    let newest = events.at("/data").as_array().unwrap().last().unwrap().clone();
    assert_eq!(newest["kind"], "reporter.corrected");
    let stored = app
        .db
        .value("SELECT coalesce(details, '') || body AS value FROM events WHERE kind = 'reporter.corrected'")
        .await;
    for secret in ["Putri", "1111", "1571016001900001", OLD] {
        assert!(!rows.contains(secret), "{secret} is not sealed");
        assert!(!newest.to_string().contains(secret) && !stored.contains(secret), "the event tells {secret}: {stored}");
    }
    let indexed = "SELECT count(DISTINCT m) AS value FROM cases, unnest(barred_marks) m JOIN reporter_identities i ON m IN (i.email_index, i.nik_index)";
    assert_eq!(app.db.value(indexed).await, "2", "address and NIK keep whoever has them from the case");
}

#[tokio::test]
async fn who_left_no_identity_may_leave_it_later_and_raises_nothing_else() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take"]).await;
    let token = app.open_mailbox(&receipt).await;
    let before = own(&app, &receipt).await;
    assert_eq!((&before["anonymity"], &before["reporter"]["name"]), (&json!("anonymous"), &Value::Null));
    let done = correct(&app, &token, &json!({ "name": "Siti Aminah" })).expect(200).await;
    assert_eq!(done.at("/address_to_confirm"), false);
    let after = own(&app, &receipt).await;
    assert_eq!((&after["anonymity"], &after["reporter"]["name"]), (&json!("confidential"), &json!("Siti Aminah")));
    assert_eq!(after["consent_to_bawaslu"], false, "a name is no consent");
    let case = app.case(Persona::Triage, &receipt.case).await;
    assert_eq!(case.text("/state"), "triage");
    assert!(!case.body().contains("Siti"), "{}", case.body());
    assert_eq!(app.deliver_after_quiet().await.iter().filter(|mail| mail.to.contains("warga")).count(), 0);
}

#[tokio::test]
async fn who_is_kept_from_a_case_follows_what_its_reporter_corrects() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report_from(Persona::Triage.email())).await;
    let token = app.open_mailbox(&receipt).await;
    let sees = async |by: Persona, case: &str| app.get(&format!("/v1/cases/{case}")).by(by).send().await.status;
    assert_eq!(
        (sees(Persona::Triage, &receipt.case).await, sees(Persona::SecondTriage, &receipt.case).await),
        (404, 200)
    );
    correct(&app, &token, &json!({ "email": Persona::SecondTriage.email() })).expect(200).await;
    assert_eq!(
        (sees(Persona::Triage, &receipt.case).await, sees(Persona::SecondTriage, &receipt.case).await),
        (200, 404)
    );
    correct(&app, &token, &json!({ "email": NEW })).expect(200).await;
    assert_eq!(sees(Persona::SecondTriage, &receipt.case).await, 200);
    // A merged report is read with its master's: it bars from that one too.
    let master = app.submit(&app.report()).await;
    app.walk(&master.case, &["take"]).await;
    app.walk(&receipt.case, &["take"]).await;
    let reason = "Laporan tentang perbuatan yang sama.";
    app.fire_with(&receipt.case, "merge", &json!({ "master_case_number": master.case, "reason": reason })).await;
    assert_eq!(sees(Persona::Auditor, &master.case).await, 200);
    correct(&app, &token, &json!({ "email": Persona::Auditor.email() })).expect(200).await;
    let both = async || (sees(Persona::Auditor, &master.case).await, sees(Persona::Auditor, &receipt.case).await);
    assert_eq!(both().await, (200, 404), "an address that nobody confirmed takes no officer off another case");
    app.deliver_after_quiet().await;
    let mail = app
        .mails_to(Persona::Auditor.email())
        .into_iter()
        .find(|mail| mail.text.contains("email-confirmations"))
        .unwrap();
    app.post(&mail.link("email-confirmations")).expect(200).await;
    assert_eq!(both().await, (404, 404));
    assert_eq!(sees(Persona::SecondAuditor, &master.case).await, 200);
}

#[tokio::test]
async fn a_correction_says_something_right_within_limits_and_of_a_report_that_is_there() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report_from(OLD)).await;
    let token = app.open_mailbox(&receipt).await;
    let wrong = [
        (json!({}), ("", "required")),
        (json!({ "nik": "1571017501900001" }), ("/nik", "not-a-nik")),
        (json!({ "email": "bukan alamat" }), ("/email", "bad-format")),
        (json!({ "name": "Siti Aminah", "consent_to_bawaslu": true }), ("/consent_to_bawaslu", "unknown-field")),
    ];
    for (said, fault) in wrong {
        let refused = correct(&app, &token, &said).expect(422).await.problem("invalid-input");
        assert_eq!(refused.faults(), [fault], "{said}");
    }
    for n in 0..5 {
        correct(&app, &token, &json!({ "email": format!("warga{n}@warga.example") })).expect(200).await;
    }
    let refused = correct(&app, &token, &json!({ "email": NEW })).expect(429).await.problem("too-many-requests");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(
        own(&app, &receipt).await["reporter"]["email"],
        "warga4@warga.example",
        "what is refused changes nothing"
    );
    correct(&app, &token, &json!({ "phone": "+62 812 1111 2222" })).expect(200).await;
    let mut tx = Tx::begin(&app.app.pool).await.unwrap();
    db::erasure::shred(&mut tx, app.report_id(&receipt).await, app.now()).await.unwrap();
    tx.commit().await.unwrap();
    correct(&app, &token, &json!({ "name": "Siti Aminah" })).expect(409).await.problem("report-erased");
    assert_eq!(app.db.value("SELECT count(name) AS value FROM reporter_identities").await, "0");
}

#[tokio::test]
async fn who_names_himself_later_and_agrees_can_have_a_formal_report_and_may_take_it_back() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take"]).await;
    let token = app.open_mailbox(&receipt).await;
    let consent = |given: bool| {
        let body = json!({ "consent_to_bawaslu": given });
        app.call(Method::PUT, "/v1/my-report/consent").bearer(&token).json(&body)
    };
    let unnamed = consent(true).expect(422).await;
    assert_eq!(unnamed.faults(), [("/consent_to_bawaslu", "name-needed")]);
    correct(&app, &token, &json!({ "name": "Siti Pelapor" })).expect(200).await;
    let mut formal = steps::input(&app, "refer_directly");
    formal["referral_kind"] = "formal_report".into();
    let refused = app.try_to(Persona::Triage, &receipt.case, "refer_directly", &formal).await;
    assert_eq!(refused.text("/guards/0/name"), "reporter_consents");
    assert_eq!(consent(true).expect(200).await.at("/consent_to_bawaslu"), true);
    consent(false).expect(200).await;
    let refused = app.try_to(Persona::Triage, &receipt.case, "refer_directly", &formal).await;
    assert_eq!(refused.text("/guards/0/name"), "reporter_consents", "it was taken back");
    consent(true).expect(200).await;
    app.fire_with(&receipt.case, "refer_directly", &formal).await;
    let events = app.get(&format!("/v1/cases/{}/events", receipt.case)).by(Persona::Auditor).expect(200).await;
    assert!(
        events.body().contains("reporter.consent_withdrawn") && !events.body().contains("Siti"),
        "{}",
        events.body()
    );
}
