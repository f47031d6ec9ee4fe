//! A reporter who does not agree with an outcome asks once to have it looked at again, and is answered by somebody else.

use chrono::Duration;
use serde_json::json;

use crate::harness::{Persona, Receipt, Reply, TestApp, steps};

const DISAGREES: &str = "Saksi di lokasi belum pernah ditanya; mohon hasilnya ditinjau kembali.";
const REASON: &str = "Saksi itu sudah didengar dalam pemeriksaan dan tidak mengubah hasilnya.";

async fn unproven(app: &TestApp) -> Receipt {
    let mut report = app.report();
    report["reporter"] = json!({ "email": "warga@warga.example" });
    let receipt = app.submit(&report).await;
    app.walk(&receipt.case, &["take", "accept", "find_unproven"]).await;
    receipt
}

async fn ask(app: &TestApp, receipt: &Receipt) -> Reply {
    let token = app.open_mailbox(receipt).await;
    let body = json!({ "kind": "review_request", "body": DISAGREES });
    app.post("/v1/my-report/messages").bearer(&token).json(&body).send().await
}

async fn requests(app: &TestApp, by: Persona, case: &str) -> Reply {
    app.get(&format!("/v1/cases/{case}/review-requests")).by(by).expect(200).await
}

async fn refuse(app: &TestApp, by: Persona, case: &str) -> Reply {
    let id = requests(app, Persona::Auditor, case).await.text("/data/0/id").to_owned();
    let path = format!("/v1/cases/{case}/review-requests/{id}/refusal");
    app.post(&path).by(by).json(&json!({ "reason": REASON })).send().await
}

/// Whom mails since `before` told that a review is asked for.
async fn told(app: &TestApp, before: usize) -> Vec<String> {
    let mails = app.deliver_after_quiet().await;
    let about = mails.iter().skip(before).filter(|mail| mail.subject.starts_with("Permintaan peninjauan"));
    let mut to: Vec<String> = about.map(|mail| mail.to.clone()).collect();
    to.sort_unstable();
    to
}

fn emails<const N: usize>(of: [Persona; N]) -> Vec<String> {
    let mut emails = of.map(|persona| persona.email().to_owned()).to_vec();
    emails.sort_unstable();
    emails
}

#[tokio::test]
async fn a_reporter_who_disagrees_asks_once_and_those_who_can_reopen_the_case_are_told() {
    let app = TestApp::start().await;
    let receipt = unproven(&app).await;
    let before = app.deliver_after_quiet().await.len();
    let asked = ask(&app, &receipt).await;
    assert_eq!(asked.status, 201, "{}", asked.body());
    let twice = ask(&app, &receipt).await;
    assert_eq!(twice.status, 409);
    twice.problem("not-in-state");
    assert_eq!(told(&app, before).await, emails([Persona::Lead, Persona::Auditor, Persona::SecondAuditor]));
    let listed = requests(&app, Persona::Lead, &receipt.case).await;
    assert_eq!((listed.text("/data/0/status"), listed.text("/data/0/due_at")), ("pending", asked.text("/answered_by")));
    assert_eq!(listed.at("/data/1"), &serde_json::Value::Null);
    let messages = app.get(&format!("/v1/cases/{}/messages", receipt.case)).by(Persona::Lead).expect(200).await;
    assert!(messages.body().contains(DISAGREES));
    assert_eq!(app.state(&receipt.case).await, "closed");
}

#[tokio::test]
async fn a_review_is_not_asked_for_before_the_end_nor_more_than_fourteen_days_after_it() {
    let app = TestApp::start().await;
    let (open, late) = (app.submit(&app.report()).await, unproven(&app).await);
    let kept = async || {
        app.db.count("review_requests").await + app.db.count("messages WHERE direction = 'from_reporter'").await
    };
    assert_eq!(ask(&app, &open).await.problem("not-in-state").status, 409);
    app.advance(Duration::days(15));
    assert_eq!(ask(&app, &late).await.problem("not-in-state").status, 409);
    assert_eq!(kept().await, 0, "a refused request left something behind");
}

#[tokio::test]
async fn who_had_a_part_in_the_case_does_not_refuse_and_the_reporter_reads_the_reason_of_another() {
    let app = TestApp::start().await;
    let receipt = unproven(&app).await;
    assert_eq!(ask(&app, &receipt).await.status, 201);
    let approved_it = refuse(&app, Persona::Lead, &receipt.case).await;
    assert_eq!(approved_it.status, 403, "{}", approved_it.body());
    let refused = refuse(&app, Persona::Auditor, &receipt.case).await;
    assert_eq!((refused.status, refused.text("/status")), (200, "refused"), "{}", refused.body());
    assert_eq!(refuse(&app, Persona::SecondAuditor, &receipt.case).await.problem("not-in-state").status, 409);
    let token = app.open_mailbox(&receipt).await;
    let mailbox = app.get("/v1/my-report/messages").bearer(&token).expect(200).await;
    assert!(mailbox.body().contains(REASON), "{}", mailbox.body());
    assert_eq!(ask(&app, &receipt).await.problem("not-in-state").status, 409, "once");
    let timeline = app.get(&format!("/v1/cases/{}/events", receipt.case)).by(Persona::Auditor).expect(200).await;
    assert!(timeline.body().contains("review.refused") && !timeline.body().contains(REASON));
    let anonymous = app.submit(&app.report()).await;
    app.walk(&anonymous.case, &["take", "accept", "find_unproven"]).await;
    assert_eq!(ask(&app, &anonymous).await.status, 201);
    assert_eq!(refuse(&app, Persona::Auditor, &anonymous.case).await.status, 200);
    let told = "deliveries WHERE notice = 'review_refused'";
    assert_eq!(app.db.count(told).await, 1, "who left an address is told that there is an answer, and nobody else");
}

#[tokio::test]
async fn reopening_the_case_grants_the_review_and_the_next_outcome_can_be_asked_about_again() {
    let app = TestApp::start().await;
    let receipt = unproven(&app).await;
    assert_eq!(ask(&app, &receipt).await.status, 201);
    app.walk(&receipt.case, &["reopen_review"]).await;
    assert_eq!(requests(&app, Persona::Lead, &receipt.case).await.text("/data/0/status"), "granted");
    app.walk(&receipt.case, &["find_unproven"]).await;
    assert_eq!(requests(&app, Persona::Lead, &receipt.case).await.text("/data/0/status"), "granted");
    assert_eq!(ask(&app, &receipt).await.status, 201);
    assert_eq!(requests(&app, Persona::Lead, &receipt.case).await.text("/data/1/status"), "pending");
}

#[tokio::test]
async fn a_review_that_nobody_answers_in_ten_working_days_is_told_to_bkn_once_however_many_sweep() {
    let app = TestApp::start().await;
    let receipt = unproven(&app).await;
    assert_eq!(ask(&app, &receipt).await.status, 201);
    app.sweep().await;
    let before = app.deliver_after_quiet().await.len();
    app.advance(Duration::days(30));
    tokio::join!(app.sweep(), app.sweep());
    app.sweep().await;
    assert_eq!(told(&app, before).await, emails([Persona::Auditor, Persona::SecondAuditor]));
}

#[tokio::test]
async fn who_refused_one_reporter_may_answer_the_other_and_neither_reads_the_others_answer() {
    let app = TestApp::start().await;
    let master = unproven_of_two(&app).await;
    for receipt in &master {
        assert_eq!(ask(&app, receipt).await.status, 201);
    }
    let case = &master[0].case;
    let listed = requests(&app, Persona::Auditor, case).await;
    assert_eq!((listed.text("/data/0/reporter"), listed.text("/data/1/reporter")), ("Pelapor #1", "Pelapor #2"));
    for (nth, reason) in [REASON, "Keberatan ini tidak menyebut hal baru dibanding laporan semula."].iter().enumerate()
    {
        let path = format!("/v1/cases/{case}/review-requests/{}/refusal", listed.text(&format!("/data/{nth}/id")));
        app.post(&path).by(Persona::Auditor).json(&json!({ "reason": reason })).expect(200).await;
        for (other, receipt) in master.iter().enumerate() {
            let token = app.open_mailbox(receipt).await;
            let mailbox = app.get("/v1/my-report/messages").bearer(&token).expect(200).await;
            assert_eq!(mailbox.body().contains(reason), other == nth, "{nth} {other}");
        }
    }
}

/// A case closed as unproven into which the report of somebody else was merged.
async fn unproven_of_two(app: &TestApp) -> [Receipt; 2] {
    let report = app.report();
    let (master, merged) = (app.submit(&report).await, app.submit(&report).await);
    app.walk(&master.case, &["take", "accept"]).await;
    app.walk(&merged.case, &["take"]).await;
    let mut merge = steps::input(app, "merge");
    merge["master_case_number"] = master.case.as_str().into();
    app.fire_with(&merged.case, "merge", &merge).await;
    app.walk(&master.case, &["find_unproven"]).await;
    [master, merged]
}

#[tokio::test]
async fn a_merged_report_that_is_taken_out_again_takes_its_request_along() {
    let app = TestApp::start().await;
    let [master, merged] = unproven_of_two(&app).await;
    assert_eq!(ask(&app, &merged).await.status, 201);
    app.fire(&merged.case, "unmerge").await;
    let listed = requests(&app, Persona::Auditor, &master.case).await;
    assert_eq!((listed.text("/data/0/status"), listed.at("/data/0/reporter")), ("granted", &serde_json::Value::Null));
    assert_eq!(refuse(&app, Persona::Auditor, &master.case).await.problem("not-in-state").status, 409);
}

#[tokio::test]
async fn who_stepped_back_since_is_not_told_again_what_he_answered() {
    let app = TestApp::start().await;
    let receipt = unproven(&app).await;
    assert_eq!(ask(&app, &receipt).await.status, 201);
    let id = requests(&app, Persona::Auditor, &receipt.case).await.text("/data/0/id").to_owned();
    let path = format!("/v1/cases/{}/review-requests/{id}/refusal", receipt.case);
    let body = json!({ "reason": REASON });
    app.post(&path).by(Persona::Auditor).key("tolak").json(&body).expect(200).await;
    app.post(&path).by(Persona::Auditor).key("tolak").json(&body).expect(200).await;
    let recusal = json!({ "reason": "Terlapor adalah kerabat dekat saya." });
    app.post(&format!("/v1/cases/{}/recusals", receipt.case)).by(Persona::Auditor).json(&recusal).expect(201).await;
    app.post(&path).by(Persona::Auditor).key("tolak").json(&body).expect(404).await.problem("not-found");
}
