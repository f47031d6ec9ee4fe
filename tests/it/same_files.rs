//! Cases to which the same file was uploaded are shown to each other's officers, as long as both have it.

use chrono::Duration;
use netral::demo::paper::pdf;
use serde_json::{Value, json};

use crate::harness::{Persona, TestApp, steps};

const REASON: &str = "Alasan yang cukup panjang untuk dicatat pada berkas.";

/// A case in triage about this person, on days and pages that no other case shares.
async fn case_about(app: &TestApp, nip: &str, day: i64) -> String {
    let mut report = app.report();
    report["subject"] = json!({ "nip": nip, "name": format!("Pegawai {nip}"), "agency": format!("Dinas {nip}") });
    report["conduct"]["occurred_from"] = app.day(day).into();
    report["conduct"]["links"] = json!([format!("https://lain.example/{nip}")]);
    let case = app.submit(&report).await.case;
    app.walk(&case, &["take"]).await;
    case
}

async fn upload(app: &TestApp, case: &str, words: &str) {
    let call = app.post(&format!("/v1/cases/{case}/files")).by(Persona::Triage);
    call.file("application/pdf", &pdf(&[words])).expect(201).await;
}

/// What is shown beside a case: the number of each other case with the codes of its reasons.
async fn shown(app: &TestApp, case: &str) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let reply = app.get(&format!("/v1/cases/{case}/duplicates")).by(Persona::Triage).expect(200).await;
    let all = reply.at("/data").as_array().unwrap().iter();
    let codes = |one: &Value| one["reasons"].as_array().unwrap().iter().map(|reason| text(&reason["code"])).collect();
    all.map(|one| (text(&one["case_number"]), codes(one))).collect()
}

fn by_file(case: &str) -> Vec<(String, Vec<String>)> {
    vec![(case.to_owned(), vec!["same_file".to_owned()])]
}

#[tokio::test]
async fn a_case_with_the_very_same_file_is_suggested_and_says_so_in_both_languages() {
    let app = TestApp::start().await;
    let one = case_about(&app, "198609262015051001", -300).await;
    let two = case_about(&app, "197001011995031001", -100).await;
    let three = case_about(&app, "199001012015051001", -10).await;
    for (case, words) in [(&one, "Daftar hadir kampanye"), (&two, "Daftar hadir kampanye"), (&three, "Surat lain")] {
        upload(&app, case, words).await;
    }
    assert_eq!(shown(&app, &one).await, by_file(&two));
    assert_eq!(shown(&app, &two).await, by_file(&one));
    assert_eq!(shown(&app, &three).await, []);
    upload(&app, &one, "Daftar hadir kampanye").await;
    assert_eq!(shown(&app, &two).await, by_file(&one), "twice in one case is one case");
    let reply = app.get(&format!("/v1/cases/{one}/duplicates")).by(Persona::Triage).expect(200).await;
    let words = reply.at("/data/0/reasons/0/text");
    assert_eq!(words["id"], "Berkas dokumen yang sama persis");
    assert_eq!(words["en"], "A file of a document with the very same content");
    let recusal = json!({ "reason": REASON });
    app.post(&format!("/v1/cases/{two}/recusals")).by(Persona::Triage).json(&recusal).expect(201).await;
    assert_eq!(shown(&app, &one).await, [], "a case he may not see is not betrayed by a file");
}

#[tokio::test]
async fn a_case_split_off_has_none_of_the_files_and_a_merged_case_keeps_its_own() {
    let app = TestApp::start().await;
    let (one, two) =
        (case_about(&app, "198609262015051001", -300).await, case_about(&app, "197001011995031001", -10).await);
    upload(&app, &one, "Daftar hadir kampanye").await;
    upload(&app, &two, "Daftar hadir kampanye").await;
    let split = json!({ "subjects": [{ "nip": "199001012015051001" }], "reason": REASON });
    let path = format!("/v1/cases/{one}/split");
    let done = app.post(&path).by(Persona::Triage).if_match(app.version(&one).await).json(&split).expect(201).await;
    let part = done.text("/case_numbers/0").to_owned();
    let files = app.get(&format!("/v1/cases/{part}/files")).by(Persona::Triage).expect(200).await;
    assert_eq!(files.at("/data"), &json!([]), "what was uploaded is about the one the case goes on about");
    assert_eq!(shown(&app, &part).await, [(one.clone(), vec!["same_report".to_owned()])]);
    let master = case_about(&app, "197001011995031001", -10).await;
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = master.as_str().into();
    app.fire_with(&two, "merge", &merge).await;
    let files = app.get(&format!("/v1/cases/{master}/files")).by(Persona::Triage).expect(200).await;
    assert_eq!(files.at("/data").as_array().unwrap().len(), 1, "who works on the master reads them");
    let beside: Vec<String> = shown(&app, &one).await.into_iter().map(|(case, _)| case).collect();
    assert!(beside.contains(&two) && !beside.contains(&master), "where the file is, and not its master: {beside:?}");
    assert_eq!(shown(&app, &master).await, []);
}

#[tokio::test]
async fn a_file_that_was_purged_leads_to_no_other_case() {
    let app = TestApp::start().await;
    let (one, two) =
        (case_about(&app, "198609262015051001", -300).await, case_about(&app, "197001011995031001", -10).await);
    upload(&app, &one, "Daftar hadir kampanye").await;
    upload(&app, &two, "Daftar hadir kampanye").await;
    app.walk(&one, &["dismiss"]).await;
    assert_eq!(shown(&app, &two).await, by_file(&one));
    app.advance(Duration::days(3 * 366));
    app.sweep().await;
    let proposed = app.get("/v1/purge-proposals").by(Persona::PrivacyOfficer).expect(200).await;
    assert_eq!(proposed.text("/data/0/case_number"), one);
    let path = format!("/v1/purge-proposals/{}/decision", proposed.text("/data/0/id"));
    let purge = json!({ "approve": true, "reason": REASON });
    app.post(&path).by(Persona::PrivacyOfficer).json(&purge).expect(200).await;
    assert_eq!(shown(&app, &two).await, []);
}

#[tokio::test]
async fn a_file_that_an_officer_is_not_shown_leads_him_to_no_case_that_he_sees() {
    let app = TestApp::start().await;
    let (one, two) =
        (case_about(&app, "199001012015051001", -300).await, case_about(&app, "197001011995031001", -10).await);
    upload(&app, &one, "Daftar hadir kampanye").await;
    app.walk(&two, &["accept"]).await;
    let call = app.post(&format!("/v1/cases/{two}/files")).by(Persona::Inspector);
    let kept = call.file("application/pdf", &pdf(&["Daftar hadir kampanye"])).expect(201).await;
    let file = format!("/v1/cases/{two}/files/{}", kept.text("/id"));
    app.get(&format!("/v1/cases/{two}")).by(Persona::Triage).expect(200).await;
    app.get(&file).by(Persona::Triage).expect(404).await;
    assert_eq!(shown(&app, &one).await, [], "no step has named it: it is the inspectorate's own");
    assert_eq!(shown(&app, &two).await, [], "nor from its own case");
    let agency = "UPDATE files SET agency_id = (SELECT id FROM agencies WHERE code = 'BKN')";
    app.db.execute(agency).await;
    app.get(&file).by(Persona::Triage).expect(200).await;
    assert_eq!(shown(&app, &one).await, by_file(&two), "once he is shown it");
}
