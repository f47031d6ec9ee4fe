//! Four eyes: who sees what waits, who may decide it, who is reminded, and what a second seat of one person is worth.

use chrono::Duration;
use serde_json::json;

use crate::harness::{Persona, TestApp, steps};

/// A case with a dismissal that waits; the key of the draft.
async fn drafted(app: &TestApp) -> (String, String) {
    let case = app.case_after(&["take"]).await;
    let body = steps::action("dismiss", &steps::input(app, "dismiss"));
    let draft = app.post(&format!("/v1/cases/{case}/transitions")).by(Persona::Triage).if_match(2).json(&body);
    let id = draft.expect(202).await.text("/approval/id").to_owned();
    (case, id)
}

#[tokio::test]
async fn each_officer_finds_what_waits_for_him_and_what_he_drafted() {
    let app = TestApp::start().await;
    let (case, id) = drafted(&app).await;
    let waiting = async |persona: Persona| app.get("/v1/approvals").by(persona).expect(200).await;
    let second = waiting(Persona::SecondTriage).await;
    assert_eq!((second.text("/data/0/case_number"), second.at("/data/0/own")), (case.as_str(), &json!(false)));
    assert_eq!(second.text("/data/0/approval/id"), id);
    assert_eq!(waiting(Persona::Triage).await.at("/data/0/own"), &json!(true));
    for nobody in [Persona::DistantTriage, Persona::Auditor, Persona::Inspector, Persona::Ppk] {
        assert_eq!(waiting(nobody).await.at("/data"), &json!([]), "{nobody:?}");
    }
    app.decide(Persona::SecondTriage, &case, &id, &json!({ "approve": true })).await.expect(200).await;
    assert_eq!(waiting(Persona::SecondTriage).await.at("/data"), &json!([]));
    app.get("/v1/approvals").by(Persona::SystemAdmin).expect(403).await.problem("forbidden");
}

#[tokio::test]
async fn one_person_with_two_seats_is_still_one_person() {
    let app = TestApp::start().await;
    let (case, id) = drafted(&app).await;
    let seat = "018f0000-0000-7000-8000-00000000000a";
    let insert = format!(
        "INSERT INTO seats (id, officer_id, role, agency_id, region_code) SELECT '{seat}', officers.id, \
         'triage_officer', agencies.id, '' FROM officers, agencies WHERE email = '{}' AND code = 'BKN'",
        Persona::Triage.email()
    );
    app.db.execute(&insert).await;
    let decision = json!({ "approve": true });
    let by_the_other_seat = app.decide(Persona::Triage, &case, &id, &decision).await.header("netral-seat", seat);
    by_the_other_seat.expect(403).await.problem("forbidden");
    assert_eq!(app.state(&case).await, "triage");
    app.decide(Persona::SecondTriage, &case, &id, &decision).await.expect(200).await;
}

#[tokio::test]
async fn those_who_may_approve_are_reminded_once_after_a_day_and_the_drafter_is_not() {
    let app = TestApp::start().await;
    let (case, _) = drafted(&app).await;
    app.deliver_after_quiet().await;
    let before = app.mails().len();
    app.sweep().await;
    assert_eq!(app.deliver_all().await.len(), before, "too early");
    app.advance(Duration::hours(25));
    tokio::join!(app.sweep(), app.sweep());
    app.sweep().await;
    let mails = app.deliver_all().await;
    let reminders: Vec<_> = mails[before..].iter().collect();
    assert_eq!(reminders.len(), 1, "{:?}", reminders.iter().map(|mail| &mail.to).collect::<Vec<_>>());
    assert_eq!(reminders[0].to, Persona::SecondTriage.email());
    assert!(reminders[0].subject.contains(&case) && reminders[0].subject.starts_with("Usulan menunggu"));
}

#[tokio::test]
async fn a_rejection_carries_its_reason_to_the_drafter() {
    let app = TestApp::start().await;
    let (case, id) = drafted(&app).await;
    app.decide(Persona::SecondTriage, &case, &id, &json!({ "approve": false })).await.expect(422).await;
    let reason = "Bukti tangkapan layar cukup untuk pemeriksaan.";
    app.decide(Persona::SecondTriage, &case, &id, &json!({ "approve": false, "reason": reason }))
        .await
        .expect(200)
        .await;
    let drafts = app.get(&format!("/v1/cases/{case}/approvals")).by(Persona::Triage).expect(200).await;
    assert_eq!((drafts.text("/data/0/status"), drafts.text("/data/0/reason")), ("rejected", reason));
    assert_eq!(app.state(&case).await, "triage");
}

#[tokio::test]
async fn the_draft_of_an_officer_who_is_disabled_lapses_and_another_can_draft_anew() {
    let app = TestApp::start().await;
    let (case, id) = drafted(&app).await;
    let drafter =
        app.db.value(&format!("SELECT id AS value FROM officers WHERE email = '{}'", Persona::Triage.email())).await;
    let body = json!({ "reason": "Pegawai ini pindah ke instansi lain mulai hari ini." });
    app.post(&format!("/v1/officers/{drafter}/disable")).by(Persona::SystemAdmin).json(&body).expect(200).await;
    let second = app.get("/v1/approvals").by(Persona::SecondTriage).expect(200).await;
    assert_eq!(second.at("/data"), &json!([]));
    app.decide(Persona::SecondTriage, &case, &id, &json!({ "approve": true }))
        .await
        .expect(409)
        .await
        .problem("approval-lapsed");
    let again = steps::action("dismiss", &steps::input(&app, "dismiss"));
    let path = format!("/v1/cases/{case}/transitions");
    app.post(&path).by(Persona::SecondTriage).if_match(4).json(&again).expect(202).await;
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::SecondTriage).expect(200).await;
    let kinds: Vec<&str> =
        events.at("/data").as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["submit", "take", "approval.requested", "approval.lapsed", "approval.requested"]);
}

#[tokio::test]
async fn a_merge_is_on_record_of_the_master_and_what_was_drafted_without_it_lapses() {
    let app = TestApp::start().await;
    let master = app.case_after(&["take", "accept"]).await;
    let body = steps::action("find_unproven", &steps::input(&app, "find_unproven"));
    let version = app.case(Persona::Inspector, &master).await.version();
    let draft =
        app.post(&format!("/v1/cases/{master}/transitions")).by(Persona::Inspector).if_match(version).json(&body);
    let id = draft.expect(202).await.text("/approval/id").to_owned();
    let drafted = app.case(Persona::Lead, &master).await.version();
    let duplicate = app.case_after(&["take"]).await;
    app.deliver_after_quiet().await;
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = master.as_str().into();
    app.fire_with(&duplicate, "merge", &merge).await;
    assert!(app.case(Persona::Lead, &master).await.version() > drafted, "who read it before reads it again");
    let late = app.decide(Persona::Lead, &master, &id, &json!({ "approve": true })).await.expect(409).await;
    late.problem("approval-lapsed");
    assert_eq!(app.state(&master).await, "inspectorate_review");
    let events = async || app.get(&format!("/v1/cases/{master}/events")).by(Persona::Lead).expect(200).await;
    let received = events().await;
    assert!(received.body().contains("merge.received") && received.body().contains(&duplicate), "{}", received.body());
    app.deliver_after_quiet().await;
    let told = app.mails_to(Persona::Lead.email());
    assert!(told.last().is_some_and(|mail| mail.text.contains(&master)), "{told:?}");
    app.fire(&duplicate, "unmerge").await;
    assert!(events().await.body().contains("merge.undone"));
}
