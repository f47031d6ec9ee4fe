//! To which agencies a case can be handed, and what of it stays with the one before.

use serde_json::{Value, json};

use crate::harness::{Persona, Reply, TestApp, steps};

async fn accept(app: &TestApp, case: &str, change: (&str, &str)) -> Reply {
    let mut accept = steps::input(app, "accept");
    accept[change.0] = change.1.into();
    app.try_to(Persona::Triage, case, "accept", &accept).await
}

#[tokio::test]
async fn a_case_goes_only_where_somebody_may_review_it_and_to_no_other_agencys_inspectorate() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    for (field, code, fault) in [
        ("reviewing_agency_code", "KANREG07", "not-allowed"),
        ("reviewing_agency_code", "PEMDA1101", "not-allowed"),
        ("reviewing_agency_code", "BAWASLU1571", "not-allowed"),
        ("reviewing_agency_code", "ADAKAH", "unknown-code"),
        ("agency_code", "KANREG07", "not-allowed"),
    ] {
        let refused = accept(&app, &case, (field, code)).await;
        let pointer = format!("/input/{field}");
        assert!(refused.faults().contains(&(pointer.as_str(), fault)), "{code}: {}", refused.body());
    }
    assert_eq!(accept(&app, &case, ("reviewing_agency_code", "PEMDA15")).await.status, 200, "one level up may review");
}

#[tokio::test]
async fn a_recommendation_goes_only_to_an_agency_that_has_a_ppk() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude"]).await;
    let mut send = steps::input(&app, "send_recommendation");
    send["addressee_agency_code"] = "KANREG07".into();
    let refused = app.try_to(Persona::Auditor, &case, "send_recommendation", &send).await;
    assert_eq!(refused.faults(), [("/input/addressee_agency_code", "not-allowed")]);
    app.walk(&case, &["send_recommendation"]).await;
    let mut reassign = steps::input(&app, "reassign_agency");
    reassign["agency_code"] = "KANREG07".into();
    let refused = app.try_to(Persona::Auditor, &case, "reassign_agency", &reassign).await;
    assert_eq!(refused.faults(), [("/input/agency_code", "not-allowed")]);
}

#[tokio::test]
async fn a_wrong_ppk_loses_the_case_at_once_its_examination_ends_and_the_log_keeps_what_it_read() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude", "send_recommendation"]).await;
    app.step(Persona::Ppk, &case, "discipline", "summoned", Some(&app.day(3))).await;
    app.case(Persona::Ppk, &case).await;
    app.fire(&case, "reassign_agency").await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Ppk).expect(404).await;
    assert_eq!(app.track(&case, "discipline").await, "none", "the new PPK hears the subject itself");
    let log = format!("/v1/access-log?case_number={case}");
    let log = app.get(&log).by(Persona::PrivacyOfficer).expect(200).await;
    let ppk = app.get("/v1/me").by(Persona::Ppk).expect(200).await.text("/id").to_owned();
    let reads: Vec<&Value> =
        log.at("/data").as_array().unwrap().iter().filter(|look| look["officer_id"] == ppk.as_str()).collect();
    assert!(reads.iter().any(|look| look["operation"] == "get_case"), "{}", log.body());
}

#[tokio::test]
async fn bawaslu_is_passed_over_as_the_source_only_with_its_letter() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept"]).await;
    let mut conclude = steps::input(&app, "conclude");
    let letter = std::mem::take(&mut conclude["bawaslu_letter"]);
    let refused = app.try_to(Persona::Inspector, &case, "conclude", &conclude).await;
    assert_eq!((refused.status, refused.text("/guards/0/name")), (422, "bawaslu_heard_or_skipped"));
    conclude["bawaslu_letter"] = letter;
    app.fire_with(&case, "conclude", &conclude).await;
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Auditor).expect(200).await;
    assert!(events.body().contains("bawaslu_letter"), "{}", json!(events.body()));
}
