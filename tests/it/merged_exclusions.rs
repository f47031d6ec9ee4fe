//! Cases that share a report, merged or split: who is kept from one of them learns from none who sent it, and what was merged is
//! hidden together.

use serde_json::{Value, json};

use crate::harness::{Persona, Receipt, Reply, TestApp, steps};

const REASON: &str = "Terlapor adalah kerabat dekat petugas ini, sehingga perkara ini tidak boleh ditangani olehnya.";

/// A report about a person without a number, from somebody who left a name, taken into triage.
async fn reported(app: &TestApp) -> Receipt {
    let mut report = app.report();
    report["subject"] = json!({ "name": "Orang Satu", "agency": "Dinas Perhubungan Kota Jambi" });
    report["reporter"] = json!({ "name": "Siti Pelapor" });
    let receipt = app.submit(&report).await;
    app.walk(&receipt.case, &["take"]).await;
    receipt
}

async fn merge(app: &TestApp, case: &str, master: &str) {
    let mut merge = steps::input(app, "merge");
    merge["master_case_number"] = master.into();
    app.fire_with(case, "merge", &merge).await;
}

/// Accepts a case about this officer.
async fn accept_as(app: &TestApp, case: &str, subject: Persona) {
    let mut accept = steps::input(app, "accept");
    accept["subject"]["nip"] = subject.nip().into();
    app.fire_with(case, "accept", &accept).await;
}

async fn recuse(app: &TestApp, by: Persona, case: &str) {
    app.post(&format!("/v1/cases/{case}/recusals")).by(by).json(&json!({ "reason": REASON })).expect(201).await;
}

async fn split(app: &TestApp, case: &str, subject: Value) -> String {
    let version = app.version(case).await;
    let body = json!({ "subjects": [subject], "reason": REASON });
    let split = app.post(&format!("/v1/cases/{case}/split")).by(Persona::Triage).if_match(version).json(&body);
    split.expect(201).await.text("/case_numbers/0").to_owned()
}

async fn ask(app: &TestApp, by: Persona, case: &str, report: &Receipt) -> Reply {
    let body = json!({ "complaint_number": report.number, "reason": REASON });
    app.post(&format!("/v1/cases/{case}/identity-requests")).by(by).json(&body).send().await
}

async fn decide(app: &TestApp, request: &str) -> Reply {
    let body = json!({ "approve": true, "reason": "Alasan diterima untuk keperluan pemeriksaan." });
    app.post(&format!("/v1/identity-requests/{request}/decision")).by(Persona::PrivacyOfficer).json(&body).send().await
}

/// Asked for through the case and allowed.
async fn allowed(app: &TestApp, by: Persona, case: &str, report: &Receipt) -> String {
    let asked = ask(app, by, case, report).await;
    assert_eq!(asked.status, 201, "{}", asked.body());
    assert_eq!(decide(app, asked.text("/id")).await.status, 200);
    asked.text("/id").to_owned()
}

async fn look(app: &TestApp, by: Persona, request: &str) -> u16 {
    app.get(&format!("/v1/identity-requests/{request}/identity")).by(by).send().await.status
}

/// What the officer is answered at each part of a case.
async fn sight(app: &TestApp, by: Persona, case: &str) -> Vec<u16> {
    let mut answers = Vec::new();
    for part in ["", "/events", "/messages", "/approvals"] {
        answers.push(app.get(&format!("/v1/cases/{case}{part}")).by(by).send().await.status);
    }
    answers.dedup();
    answers
}

async fn listed(app: &TestApp, by: Persona, path: &str, text: &str) -> bool {
    app.get(path).by(by).expect(200).await.body().contains(text)
}

const SUBJECT: Persona = Persona::SecondTriage;

#[tokio::test]
async fn who_turns_out_to_be_the_masters_subject_loses_what_was_merged_and_learns_no_name_through_it() {
    let app = TestApp::start().await;
    let (master, merged, beside) = (reported(&app).await, reported(&app).await, reported(&app).await);
    for one in [&merged, &beside] {
        merge(&app, &one.case, &master.case).await;
    }
    let asked = allowed(&app, SUBJECT, &merged.case, &merged).await;
    let waits = ask(&app, SUBJECT, &beside.case, &beside).await.text("/id").to_owned();
    assert_eq!(look(&app, SUBJECT, &asked).await, 200, "nobody knows yet whom it is about");
    accept_as(&app, &master.case, SUBJECT).await;
    for case in [&master.case, &merged.case, &beside.case] {
        assert_eq!(sight(&app, SUBJECT, case).await, [404], "{case}");
        assert!(!listed(&app, SUBJECT, "/v1/cases?limit=200", case).await);
        assert_eq!(sight(&app, Persona::Triage, case).await, [200], "a colleague still works on {case}");
        assert_eq!(ask(&app, SUBJECT, case, &merged).await.status, 404);
    }
    assert_eq!(look(&app, SUBJECT, &asked).await, 404);
    assert!(!listed(&app, SUBJECT, "/v1/identity-requests", &asked).await);
    assert_eq!(decide(&app, &waits).await.status, 200, "the custodian is told nothing");
    assert_eq!(look(&app, SUBJECT, &waits).await, 404);
    // What turned out to be about somebody else is his colleague again.
    app.fire(&merged.case, "unmerge").await;
    assert_eq!(
        (sight(&app, SUBJECT, &merged.case).await, sight(&app, SUBJECT, &beside.case).await),
        (vec![200], vec![404])
    );
    assert_eq!(sight(&app, SUBJECT, &master.case).await, [404]);
}

#[tokio::test]
async fn an_officer_of_the_masters_unit_loses_what_was_merged_before_and_after() {
    let app = TestApp::start().await;
    let unit = "UPDATE seats SET work_unit = 'Bidang Uji', agency_id = (SELECT id FROM agencies WHERE code = 'PEMDA1571') FROM officers \
                WHERE officer_id = officers.id AND email =";
    app.db.execute(&format!("{unit} '{}'", SUBJECT.email())).await;
    let (master, before, after) = (reported(&app).await, reported(&app).await, reported(&app).await);
    merge(&app, &before.case, &master.case).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(sight(&app, SUBJECT, &before.case).await, [200]);
    let mut accept = steps::input(&app, "accept");
    accept["subject"] = json!({ "nip": steps::NIP, "employment": "pns", "work_unit": "bidang uji" });
    app.fire_with(&master.case, "accept", &accept).await;
    assert_eq!(sight(&app, SUBJECT, &before.case).await, [404]);
    assert_eq!(sight(&app, SUBJECT, &after.case).await, [200]);
    merge(&app, &after.case, &master.case).await;
    assert_eq!(sight(&app, SUBJECT, &after.case).await, [404]);
}

#[tokio::test]
async fn who_is_kept_from_one_part_of_a_split_report_learns_its_reporter_through_no_other() {
    let app = TestApp::start().await;
    let report = reported(&app).await;
    let part =
        split(&app, &report.case, json!({ "name": "Orang Dua", "agency": "Dinas Perhubungan Kota Jambi" })).await;
    let asked = allowed(&app, SUBJECT, &part, &report).await;
    accept_as(&app, &report.case, SUBJECT).await;
    assert_eq!((sight(&app, SUBJECT, &report.case).await, sight(&app, SUBJECT, &part).await), (vec![404], vec![200]));
    assert_eq!(look(&app, SUBJECT, &asked).await, 404, "he would learn who reported him");
    assert!(!listed(&app, SUBJECT, "/v1/identity-requests", &asked).await);
    let refused = ask(&app, SUBJECT, &part, &report).await.problem("nothing-to-open");
    // The same words as where nobody left a name.
    let nameless = app.submit(&app.report()).await;
    app.walk(&nameless.case, &["take"]).await;
    let nothing = ask(&app, SUBJECT, &nameless.case, &nameless).await;
    assert_eq!((refused.status, refused.text("/detail")), (nothing.status, nothing.text("/detail")));
    assert_eq!(ask(&app, Persona::Triage, &part, &report).await.status, 201, "a colleague may ask");
    // Nor where his own was split off, nor through what another part was merged into.
    let other = reported(&app).await;
    let about_him = split(&app, &other.case, json!({ "nip": SUBJECT.nip() })).await;
    assert_eq!(
        (sight(&app, SUBJECT, &other.case).await, sight(&app, SUBJECT, &about_him).await),
        (vec![200], vec![404])
    );
    ask(&app, SUBJECT, &other.case, &other).await.problem("nothing-to-open");
    let master = reported(&app).await;
    merge(&app, &other.case, &master.case).await;
    assert_eq!(
        sight(&app, SUBJECT, &master.case).await,
        [200],
        "whoever is reported beside the subject may work on that case"
    );
    ask(&app, SUBJECT, &master.case, &other).await.problem("nothing-to-open");
    assert_eq!(ask(&app, SUBJECT, &master.case, &master).await.status, 201, "this report is not about him");
}

#[tokio::test]
async fn a_custodian_who_is_kept_from_another_part_of_the_report_does_not_decide_about_its_reporter() {
    let app = TestApp::start().await;
    let report = reported(&app).await;
    split(&app, &report.case, json!({ "nip": Persona::PrivacyOfficer.nip() })).await;
    let asked = ask(&app, Persona::Triage, &report.case, &report).await.text("/id").to_owned();
    assert_eq!(decide(&app, &asked).await.status, 404);
    assert!(!listed(&app, Persona::PrivacyOfficer, "/v1/identity-requests", &asked).await);
}

#[tokio::test]
async fn a_request_made_through_a_master_opens_nothing_once_the_report_is_no_longer_read_there() {
    let app = TestApp::start().await;
    let (master, merged) = (reported(&app).await, reported(&app).await);
    merge(&app, &merged.case, &master.case).await;
    app.walk(&master.case, &["accept"]).await;
    let asked = allowed(&app, Persona::Inspector, &master.case, &merged).await;
    assert_eq!(look(&app, Persona::Inspector, &asked).await, 200);
    app.fire(&merged.case, "unmerge").await;
    assert_eq!(look(&app, Persona::Inspector, &asked).await, 404);
}

#[tokio::test]
async fn who_steps_back_from_one_of_several_merged_cases_loses_all_and_their_owner_leaves_the_desk() {
    let app = TestApp::start().await;
    for declared in 0..3 {
        let cases = [reported(&app).await.case, reported(&app).await.case, reported(&app).await.case];
        for merged in &cases[1..] {
            merge(&app, merged, &cases[0]).await;
        }
        let drafted = steps::input(&app, "dismiss");
        assert_eq!(app.try_to(Persona::Triage, &cases[0], "dismiss", &drafted).await.status, 202);
        recuse(&app, Persona::Triage, &cases[declared]).await;
        for case in &cases {
            assert_eq!(sight(&app, Persona::Triage, case).await, [404], "stepped back from {declared}");
            assert_eq!(sight(&app, SUBJECT, case).await, [200]);
        }
        assert!(app.case(SUBJECT, &cases[0]).await.at("/owner_id").is_null(), "it lies on his desk");
        let drafts = app.get(&format!("/v1/cases/{}/approvals", cases[0])).by(SUBJECT).expect(200).await;
        assert_eq!(drafts.text("/data/0/status"), "lapsed");
        assert!(!app.deliver_after_quiet().await.is_empty());
    }
}

#[tokio::test]
async fn who_stepped_back_from_the_master_is_kept_from_what_is_merged_into_it_later() {
    let app = TestApp::start().await;
    let (master, merged) = (reported(&app).await.case, reported(&app).await.case);
    recuse(&app, SUBJECT, &master).await;
    assert_eq!(sight(&app, SUBJECT, &merged).await, [200]);
    merge(&app, &merged, &master).await;
    assert_eq!(sight(&app, SUBJECT, &merged).await, [404]);
}
