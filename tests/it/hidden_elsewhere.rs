//! What other cases tell of one that is hidden: timelines that name it, sanctions that count it, numbers that are known by it.

use serde_json::{Value, json};

use crate::harness::{Persona, Reply, TestApp, steps};

const REASON: &str = "Terlapor adalah kerabat dekat petugas ini.";

async fn recuse(app: &TestApp, by: Persona, case: &str) {
    app.post(&format!("/v1/cases/{case}/recusals")).by(by).json(&json!({ "reason": REASON })).expect(201).await;
}

async fn timeline(app: &TestApp, by: Persona, case: &str) -> String {
    app.get(&format!("/v1/cases/{case}/events?limit=200")).by(by).expect(200).await.body()
}

/// The timeline names the other case to one and, once hidden from him, to the other no longer, nor says why.
async fn hides(app: &TestApp, case: &str, other: &str, why: &str) {
    let before = timeline(app, Persona::SecondTriage, case).await;
    assert!(before.contains(other) && before.contains(why), "{before}");
    recuse(app, Persona::SecondTriage, other).await;
    let seen = timeline(app, Persona::SecondTriage, case).await;
    assert!(!seen.contains(other) && (why.is_empty() || !seen.contains(why)), "{seen}");
    assert!(timeline(app, Persona::Triage, case).await.contains(other));
}

#[tokio::test]
async fn no_action_of_a_timeline_names_a_hidden_case() {
    let app = TestApp::start().await;
    // A merge that was undone: both ways, with what ran on in the master meanwhile.
    let why = "Kedua laporan menyebut peristiwa dan orang yang sama persis.";
    for from_master in [false, true] {
        let (master, merged) = (app.case_after(&["take", "accept"]).await, app.case_after(&["take", "accept"]).await);
        if from_master {
            app.walk(&merged, &["refer"]).await;
            let mut breach = steps::input(&app, "record_breach");
            breach["result"] = "crime_suspected".into();
            app.fire_with(&merged, "record_breach", &breach).await;
        }
        let merge = json!({ "master_case_number": master, "reason": why });
        assert_eq!(app.try_to(Persona::Triage, &merged, "merge", &merge).await.status, 200);
        app.fire(&merged, "unmerge").await;
        if from_master {
            assert!(timeline(&app, Persona::Triage, &master).await.contains("tracks.received"));
            hides(&app, &master, &merged, "").await;
        } else {
            hides(&app, &merged, &master, why).await;
        }
    }
    // An acceptance that says who it is.
    let known = app.case_after(&["take", "accept"]).await;
    let case = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    accept["same_person_as"] = known.as_str().into();
    accept["phase_reason"] = format!("Lihat juga {known}, yang menyebut hari yang sama.").into();
    app.fire_with(&case, "accept", &accept).await;
    hides(&app, &case, &known, "menyebut hari yang sama").await;
    // A link and a split, from both sides.
    let (one, other) = (app.case_after(&["take"]).await, app.case_after(&["take"]).await);
    let link = json!({ "case_number": other, "reason": why });
    app.post(&format!("/v1/cases/{one}/links")).by(Persona::Triage).json(&link).expect(201).await;
    hides(&app, &one, &other, why).await;
    for hide_part in [true, false] {
        let case = app.case_after(&["take"]).await;
        let body = json!({ "subjects": [{ "nip": "197001011995031001" }], "reason": why });
        let split = app.post(&format!("/v1/cases/{case}/split")).by(Persona::Triage).if_match(app.version(&case).await);
        let part = split.json(&body).expect(201).await.text("/case_numbers/0").to_owned();
        if hide_part { hides(&app, &case, &part, why).await } else { hides(&app, &part, &case, why).await }
    }
    // Whatever else a case number is sent with comes back here: a field of that name has to be tried above.
    let inputs = include_str!("../../openapi.yaml").lines().map(str::trim).filter(|line| line.ends_with(':'));
    let named = inputs.filter(|name| name.ends_with("_case_number:") || name.starts_with("same_"));
    let mut named: Vec<&str> = named.collect();
    named.sort_unstable();
    named.dedup();
    assert_eq!(named, ["master_case_number:", "other_case_number:", "same_person_as:"]);
}

#[tokio::test]
async fn earlier_sanctions_in_a_case_that_is_hidden_from_the_reader_are_not_counted() {
    let app = TestApp::start().await;
    let old = app.case_after(&["take", "accept", "conclude", "send_recommendation", "impose_sanction"]).await;
    let new = app.case_after(&["take", "accept"]).await;
    let earlier = async |by: Persona| {
        let told = app.get(&format!("/v1/cases/{new}/sanctions")).by(by).expect(200).await;
        told.at("/earlier").clone()
    };
    let (known, unknown) = (json!({ "cases": 1, "codes": ["S1"] }), json!({ "cases": 0, "codes": [] }));
    assert_eq!(earlier(Persona::Lead).await, known);
    recuse(&app, Persona::Lead, &old).await;
    assert_eq!(earlier(Persona::Lead).await, unknown, "who stepped back learns how it ended");
    // Who is only out of its reach decides with it in mind.
    app.db.execute(&format!("UPDATE cases SET region_code = '16.71' WHERE case_number = '{old}'")).await;
    assert_eq!(earlier(Persona::Auditor).await, known);
}

async fn accept(app: &TestApp, by: Persona, case: &str, input: &Value) -> Reply {
    app.try_to(by, case, "accept", input).await
}

fn faults(reply: &Reply) -> Vec<(String, String)> {
    reply.faults().into_iter().map(|(at, fault)| (at.to_owned(), fault.to_owned())).collect()
}

#[tokio::test]
async fn an_acceptance_does_not_tell_which_numbers_are_known_through_hidden_cases() {
    let app = TestApp::start().await;
    let (secret, open) = ("197001011995031001", steps::NIP);
    let accepted = async |by: Persona, nip: &str| {
        let mut report = app.report();
        report["subject"] = json!({ "name": "Siapa Saja", "nip": nip });
        let case = app.submit(&report).await.case;
        app.walk(&case, &["take"]).await;
        let mut input = steps::input(&app, "accept");
        input["subject"]["nip"] = nip.into();
        let done = accept(&app, by, &case, &input).await;
        assert_eq!(done.status, 200, "{}", done.body());
        case
    };
    let hidden = accepted(Persona::SecondTriage, secret).await;
    let known = accepted(Persona::Triage, open).await;
    recuse(&app, Persona::Triage, &hidden).await;
    let mut try_out = steps::input(&app, "accept");
    try_out["same_person_as"] = known.as_str().into();
    // With something else wrong nothing is said of any number, to nobody: that could be tried for ever, and leaves no trace.
    let case = app.case_after(&["take"]).await;
    for by in [Persona::Triage, Persona::SecondTriage] {
        for nip in [secret, "197001011995031007"] {
            let mut wrong = try_out.clone();
            wrong["subject"]["nip"] = nip.into();
            wrong["agency_code"] = "ADAKAH".into();
            let refused = accept(&app, by, &case, &wrong).await;
            assert_eq!(faults(&refused), [("/input/agency_code".to_owned(), "unknown-code".to_owned())], "{nip}");
            wrong["agency_code"] = "PEMDA1571".into();
            wrong["protected_position"] = "ppk".into();
            let refused = accept(&app, by, &case, &wrong).await;
            assert_eq!((refused.status, refused.text("/guards/0/name")), (422, "reviewed_one_level_up"), "{nip}");
        }
    }
    // Who sees the other case is told; to whom it is hidden, the number is like any other.
    try_out["subject"]["nip"] = secret.into();
    let told = accept(&app, Persona::SecondTriage, &case, &try_out).await;
    assert_eq!(faults(&told), [("/input/same_person_as".to_owned(), "taken".to_owned())]);
    let taken = accept(&app, Persona::Triage, &case, &try_out).await;
    assert_eq!(taken.status, 200, "{}", taken.body());
    // Whoever sees both finds the contradiction, and who the number was known of before keeps it.
    let found = app.get(&format!("/v1/cases/{case}/duplicates")).by(Persona::SecondTriage).expect(200).await;
    let other = found.at("/data").as_array().unwrap().iter().find(|one| one["case_number"] == hidden.as_str());
    let other = other.unwrap_or_else(|| panic!("{}", found.body()));
    let reasons: Vec<&str> = other["reasons"].as_array().unwrap().iter().filter_map(|it| it["code"].as_str()).collect();
    assert!(reasons.contains(&"same_nip") && !reasons.contains(&"same_person"), "{reasons:?}");
    let persons = "SELECT count(DISTINCT person_id)::text AS value FROM subjects WHERE nip =";
    assert_eq!(app.db.value(&format!("{persons} '{secret}'")).await, "2");
}
