//! What a reopened case may come to while the sanction imposed before still stands: never to an end that denies it.

use serde_json::{Value, json};

use crate::harness::{Persona, Reply, TestApp, steps};

const CLOSED: [&str; 7] =
    ["take", "accept", "conclude", "send_recommendation", "impose_sanction", "take_effect", "close"];

fn guards(reply: &Reply) -> Vec<&str> {
    reply.at("/guards").as_array().into_iter().flatten().map(|guard| guard["name"].as_str().unwrap()).collect()
}

async fn refused(app: &TestApp, case: &str, verb: &str, input: &Value) {
    let (by, _) = steps::people(verb);
    let reply = app.try_to(by, case, verb, input).await.problem("guard-failed");
    assert_eq!(guards(&reply), ["no_sanction_stands"], "{verb}");
}

#[tokio::test]
async fn a_reopened_case_whose_sanction_stands_is_not_closed_as_unproven_and_with_nothing_new_stays_sanctioned() {
    let app = TestApp::start().await;
    let case = app.case_after(&CLOSED).await;
    app.walk(&case, &["reopen_review"]).await;
    for verb in ["find_unproven", "transfer_out"] {
        refused(&app, &case, verb, &steps::input(&app, verb)).await;
    }
    app.walk(&case, &["conclude"]).await;
    let kept = app.fire(&case, "recommend_nothing").await;
    assert_eq!((kept.text("/state"), kept.text("/sanction_code")), ("monitoring", "S1"), "{}", kept.body());
    let closed = app.fire(&case, "close").await;
    assert_eq!(closed.text("/closure_reason"), "proven_sanctioned", "{}", closed.body());
}

#[tokio::test]
async fn a_sanctioned_case_reopened_in_triage_is_neither_dismissed_nor_merged_nor_withdrawn() {
    let app = TestApp::start().await;
    let report = app.report();
    let case = app.submit(&report).await.case;
    app.walk(&case, &CLOSED).await;
    let other = app.submit(&report).await.case;
    app.walk(&other, &["take", "accept"]).await;
    app.walk(&case, &["reopen_triage"]).await;
    // Or the act would be punished again there.
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = other.as_str().into();
    refused(&app, &case, "merge", &merge).await;
    refused(&app, &case, "dismiss", &steps::input(&app, "dismiss")).await;
    refused(&app, &case, "transfer_out", &steps::input(&app, "transfer_out")).await;
    let asked = app.try_to(Persona::Triage, &case, "withdraw", &steps::input(&app, "withdraw")).await;
    assert!(guards(&asked.problem("guard-failed")).contains(&"no_sanction_stands"));
}

#[tokio::test]
async fn who_left_the_service_while_a_sanctioned_case_is_open_again_ends_it_and_keeps_the_sanction() {
    let app = TestApp::start().await;
    for reopened in ["reopen_review", "reopen_triage"] {
        let case = app.case_after(&CLOSED).await;
        app.walk(&case, &[reopened]).await;
        let left = app.fire(&case, "record_departure").await;
        let end = (left.text("/state"), left.text("/closure_reason"), left.text("/sanction_code"));
        assert_eq!(end, ("closed", "subject_left_service", "S1"), "{}", left.body());
        let told = app.get(&format!("/v1/cases/{case}/sanctions")).by(Persona::Auditor).expect(200).await;
        let versions = told.at("/data").as_array().unwrap();
        assert_eq!((versions.len(), &versions[0]["origin"]), (1, &json!("decided")), "nothing cancelled it");
    }
    assert_eq!(app.db.count("punished_acts").await, 2, "neither act is free to be punished again");
}

#[tokio::test]
async fn a_ppk_that_finds_nothing_proven_any_more_ends_every_sanction_that_stood_and_frees_the_acts() {
    let app = TestApp::start().await;
    let case = crate::remedies::of_two_acts(&app).await;
    let mut impose = steps::input(&app, "impose_sanction");
    impose["acts"] = json!([1]);
    app.fire_with(&case, "impose_sanction", &impose).await;
    app.step(Persona::Ppk, &case, "ethics", "council_formed", None).await;
    app.step(Persona::Ppk, &case, "ethics", "hearing", Some(&app.day(0))).await;
    (impose["acts"], impose["category"], impose["sanction_code"]) = (json!([2]), "ethics".into(), "MORAL_OPEN".into());
    let moral = json!({ "to": "moral_sanction_open", "sanction": impose });
    assert_eq!(app.try_step(Persona::Ppk, &case, "ethics", &moral).await.status, 200);
    app.walk(&case, &["take_effect", "close", "reopen_review", "conclude", "send_recommendation"]).await;
    let unproven = app.fire(&case, "report_unproven").await;
    let end = (unproven.text("/closure_reason"), unproven.at("/sanction_code"));
    assert_eq!(end, ("not_proven", &Value::Null), "{}", unproven.body());
    let told = app.get(&format!("/v1/cases/{case}/sanctions")).by(Persona::Auditor).expect(200).await;
    let ends = told.at("/data").as_array().unwrap();
    let ended: Vec<_> = ends.iter().map(|row| (&row["version"], &row["origin"], &row["version_of"])).collect();
    let (first, second) = (told.at("/data/0/id").clone(), told.at("/data/1/id").clone());
    assert_eq!(ended[2..], [(&json!(3), &json!("cancelled"), &first), (&json!(4), &json!("cancelled"), &second)]);
    assert_eq!((&ends[3]["category"], &ends[3]["acts"]), (&json!("ethics"), &json!([2])));
    assert_eq!(app.db.count("punished_acts").await, 0, "both acts are free");
}
