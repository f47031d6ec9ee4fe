//! Officers to whom a case does not exist: recused, of the subject's own unit, the subject himself; and cases that a
//! protected subject moves one level up.

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp, steps};

const REASON: &str = "Terlapor adalah kerabat dekat petugas ini.";

/// Every read and write of a case is answered as if there were none, and no list has it.
async fn sees_nothing(app: &TestApp, persona: Persona, case: &str) {
    for part in ["", "/events", "/messages", "/approvals", "/tracks"] {
        app.get(&format!("/v1/cases/{case}{part}")).by(persona).expect(404).await.problem("not-found");
    }
    let list = app.get("/v1/cases?limit=200").by(persona).expect(200).await;
    assert!(!list.body().contains(case), "listed for {persona:?}");
    assert!(!app.get("/v1/approvals").by(persona).expect(200).await.body().contains(case));
    for (path, body) in [
        ("transitions", steps::action("take", &Value::Null)),
        ("tracks/criminal/transitions", json!({ "to": "suspected" })),
        ("recusals", json!({ "reason": REASON })),
        ("approvals/018f0000-0000-7000-8000-000000000000/decision", json!({ "approve": true })),
    ] {
        let call = app.post(&format!("/v1/cases/{case}/{path}")).by(persona).if_match(1).json(&body);
        let status = call.send().await.status;
        assert!(status == 404 || status == 422, "{path} answered {status} to {persona:?}");
    }
}

#[tokio::test]
async fn an_officer_who_is_recused_loses_the_case_for_good_and_a_colleague_goes_on() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let path = format!("/v1/cases/{case}/recusals");
    let short = app.post(&path).by(Persona::Triage).json(&json!({ "reason": "kerabat" })).expect(422).await;
    short.problem("invalid-input");
    let body = json!({ "reason": REASON });
    let declared = app.post(&path).by(Persona::Triage).key("mundur").json(&body).expect(201).await;
    // A repeat is answered the same, though the case is gone for him.
    let again = app.post(&path).by(Persona::Triage).key("mundur").json(&body).expect(201).await;
    assert_eq!(declared.bytes, again.bytes);
    sees_nothing(&app, Persona::Triage, &case).await;
    let seen = app.case(Persona::SecondTriage, &case).await;
    assert!(seen.at("/owner_id").is_null(), "it lies on nobody's desk");
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::SecondTriage).expect(200).await;
    assert!(events.body().contains("recusal.declared"));
    let version = seen.version();
    let accept = steps::action("accept", &steps::input(&app, "accept"));
    let accepted = app.post(&format!("/v1/cases/{case}/transitions")).by(Persona::SecondTriage).if_match(version);
    accepted.json(&accept).expect(200).await;
}

#[tokio::test]
async fn the_draft_of_an_officer_who_is_recused_lapses_and_nobody_can_approve_it() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let body = steps::action("dismiss", &steps::input(&app, "dismiss"));
    let draft = app.post(&format!("/v1/cases/{case}/transitions")).by(Persona::Triage).if_match(2).json(&body);
    let id = draft.expect(202).await.text("/approval/id").to_owned();
    let recusal = json!({ "reason": REASON });
    app.post(&format!("/v1/cases/{case}/recusals")).by(Persona::Triage).json(&recusal).expect(201).await;
    let refused = app.decide(Persona::SecondTriage, &case, &id, &json!({ "approve": true })).await.expect(409).await;
    refused.problem("approval-lapsed");
    let drafts = app.get(&format!("/v1/cases/{case}/approvals")).by(Persona::SecondTriage).expect(200).await;
    assert_eq!(drafts.text("/data/0/status"), "lapsed");
}

#[tokio::test]
async fn an_officer_of_the_subjects_unit_and_the_subject_himself_see_nothing() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"]["work_unit"] = "Inspektorat Pembantu I".into();
    app.fire_with(&case, "accept", &accept).await;
    app.case(Persona::Inspector, &case).await;
    let own_unit = "UPDATE seats SET work_unit = 'inspektorat pembantu i' FROM officers WHERE officer_id = officers.id AND email =";
    app.db.execute(&format!("{own_unit} '{}'", Persona::Inspector.email())).await;
    let nip = accept["subject"]["nip"].as_str().unwrap();
    app.db.execute(&format!("UPDATE officers SET nip = '{nip}' WHERE email = '{}'", Persona::Lead.email())).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    sees_nothing(&app, Persona::Inspector, &case).await;
    sees_nothing(&app, Persona::Lead, &case).await;
    app.case(Persona::SecondTriage, &case).await;
}

#[tokio::test]
async fn a_case_that_goes_straight_to_bawaslu_is_reviewed_one_level_up_as_well() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let mut refer = steps::input(&app, "refer_directly");
    refer["protected_position"] = "inspectorate_head".into();
    // While nobody knows the agency, any inspectorate but BKN's might be the subject's own.
    let refused = |reply: &crate::harness::Reply| (reply.status, reply.text("/guards/0/name").to_owned());
    for (agency, reviewing) in [(None, "PEMDA15"), (Some("PEMDA1571"), "PEMDA1571"), (Some("PEMDA1571"), "PEMDA16")] {
        refer["agency_code"] = agency.into();
        refer["reviewing_agency_code"] = reviewing.into();
        let reply = app.try_to(Persona::Triage, &case, "refer_directly", &refer).await;
        assert_eq!(refused(&reply), (422, "reviewed_one_level_up".to_owned()), "{agency:?} by {reviewing}");
    }
    refer["reviewing_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "refer_directly", &refer).await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Lead).expect(404).await;
    assert_eq!(app.case(Persona::ProvinceLead, &case).await.at("/conflict_of_interest"), true);
    // What Bawaslu hands back is accepted by those above, and by nobody else.
    app.fire(&case, "return_referral").await;
    let accept = steps::input(&app, "accept");
    let reply = app.try_to(Persona::Triage, &case, "accept", &accept).await;
    assert_eq!(refused(&reply), (422, "conflict_kept".to_owned()));
}

#[tokio::test]
async fn a_protected_position_found_during_the_review_takes_the_case_from_the_inspectorate() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept"]).await;
    let mut accept = steps::input(&app, "accept");
    let again = app.try_to(Persona::Triage, &case, "accept", &accept).await;
    assert_eq!((again.status, again.text("/guards/0/name")), (422, "not_yet_accepted"));
    accept["protected_position"] = "regional_secretary".into();
    accept["reviewing_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "accept", &accept).await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Lead).expect(404).await;
    assert_eq!(app.case(Persona::ProvinceLead, &case).await.text("/state"), "inspectorate_review");
}

#[tokio::test]
async fn a_case_reviewed_one_level_up_is_not_merged_into_one_that_is_not() {
    let app = TestApp::start().await;
    let (case, master) = (app.case_after(&["take"]).await, app.case_after(&["take", "accept"]).await);
    let mut accept = steps::input(&app, "accept");
    accept["protected_position"] = "regional_secretary".into();
    accept["reviewing_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "accept", &accept).await;
    let merge = json!({ "master_case_number": master, "reason": "Laporan tentang peristiwa dan orang yang sama." });
    let reply = app.try_to(Persona::Triage, &case, "merge", &merge).await;
    assert!(reply.status == 422 && reply.body().contains("conflict_kept"), "{} {}", reply.status, reply.body());
}

#[tokio::test]
async fn a_protected_subject_moves_the_case_one_level_up() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    for position in ["ppk", "regional_secretary", "inspectorate_head"] {
        let mut accept = steps::input(&app, "accept");
        accept["protected_position"] = position.into();
        // Neither its own agency nor one beside it may judge; the province may.
        for reviewing in ["PEMDA1571", "PEMDA1501", "PEMDA16"] {
            accept["reviewing_agency_code"] = reviewing.into();
            let refused = app.try_to(Persona::Triage, &case, "accept", &accept).await;
            assert_eq!((refused.status, refused.text("/guards/0/name")), (422, "reviewed_one_level_up"), "{reviewing}");
        }
    }
    let mut accept = steps::input(&app, "accept");
    accept["protected_position"] = "regional_secretary".into();
    accept["reviewing_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "accept", &accept).await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Lead).expect(404).await;
    assert_eq!(app.case(Persona::ProvinceLead, &case).await.at("/conflict_of_interest"), true);
    // The sanction is the province's to impose as well: the city's own PPK learns nothing.
    app.db
        .execute("UPDATE cases SET state = 'recommendation', inspectorate_concluded = true, bawaslu_result = 'other_law_breach'")
        .await;
    let mut send = steps::input(&app, "send_recommendation");
    let refused = app.try_to(Persona::Auditor, &case, "send_recommendation", &send).await;
    assert!(refused.status == 422 && refused.body().contains("addressee_confirmed"), "{}", refused.body());
    send["addressee_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "send_recommendation", &send).await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Ppk).expect(404).await;
    app.case(Persona::ProvincePpk, &case).await;
    let mails = app.deliver_after_quiet().await;
    assert!(mails.iter().any(|mail| mail.to == Persona::ProvincePpk.email()));
    assert!(!mails.iter().any(|mail| mail.to == Persona::Ppk.email()), "the city's PPK is told");
}

#[tokio::test]
async fn who_must_not_see_a_case_is_not_written_to_about_it() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let accept = steps::input(&app, "accept");
    let nip = accept["subject"]["nip"].as_str().unwrap();
    app.db.execute(&format!("UPDATE officers SET nip = '{nip}' WHERE email = '{}'", Persona::Inspector.email())).await;
    app.fire_with(&case, "accept", &accept).await;
    let queued = async |persona: Persona| {
        let sql = "SELECT count(*) AS value FROM deliveries d JOIN officers o ON o.id = d.officer_id WHERE d.state = 'queued' AND o.email =";
        app.db.value(&format!("{sql} '{}'", persona.email())).await
    };
    assert_eq!(queued(Persona::Inspector).await, "0", "the subject reads of the review");
    assert_eq!(queued(Persona::Lead).await, "1");
    let body = serde_json::json!({ "reason": "Terlapor adalah kerabat dekat saya sendiri." });
    app.post(&format!("/v1/cases/{case}/recusals")).by(Persona::Lead).json(&body).expect(201).await;
    assert_eq!(queued(Persona::Lead).await, "0", "what waited is sent to one who stepped back");
}
