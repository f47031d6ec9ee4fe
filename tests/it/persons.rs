//! Who a subject is: what numbers tell, what they warn of, and one person behind several of them.

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp, steps};

const PPPK: &str = "199009132025242014";

/// The input of an acceptance with these numbers.
fn accept(app: &TestApp, subject: Value) -> Value {
    let mut accept = steps::input(app, "accept");
    accept["subject"] = subject;
    accept
}

fn codes(case: &crate::harness::Reply) -> Vec<String> {
    let warnings = case.at("/warnings").as_array().into_iter().flatten();
    warnings.map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
}

async fn person_of(app: &TestApp, case: &str) -> String {
    let sql = "SELECT person_id::text AS value FROM subjects JOIN cases ON cases.id = case_id WHERE case_number =";
    app.db.value(&format!("{sql} '{case}'")).await
}

#[tokio::test]
async fn a_report_with_name_and_agency_is_taken_and_goes_on_only_when_the_subject_is_known() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let unknown = accept(&app, json!({ "employment": "pns" }));
    let refused = app.try_to(Persona::Triage, &case, "accept", &unknown).await;
    assert_eq!((refused.status, refused.text("/guards/0/name")), (422, "subject_resolved"));
    app.fire(&case, "accept").await;
    assert_eq!(app.case(Persona::Triage, &case).await.text("/subject/resolution"), "confirmed");
}

#[tokio::test]
async fn one_nip_typed_in_two_ways_is_one_person() {
    let app = TestApp::start().await;
    let mut cases = Vec::new();
    for typed in ["19860926 201505 1 001", "19860926.201505.1.001"] {
        let mut report = app.report();
        report["subject"] = json!({ "nip": typed, "name": "Budi Santoso" });
        let case = app.submit(&report).await.case;
        app.walk(&case, &["take"]).await;
        app.fire_with(&case, "accept", &accept(&app, json!({ "employment": "pns" }))).await;
        cases.push(case);
    }
    assert_eq!(person_of(&app, &cases[0]).await, person_of(&app, &cases[1]).await);
    let digits = "SELECT DISTINCT nip AS value FROM subjects";
    assert_eq!(app.db.values(digits).await, ["198609262015051001"]);
}

#[tokio::test]
async fn a_contract_number_is_valid_and_a_tenured_one_with_month_13_warns() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    app.fire_with(&case, "accept", &accept(&app, json!({ "nip": PPPK, "employment": "pppk" }))).await;
    let seen = app.case(Persona::Triage, &case).await;
    assert_eq!(codes(&seen).iter().filter(|code| code.contains("pppk")).count(), 0, "{}", seen.body());
    assert_eq!(seen.text("/subject/decoded/kind"), "ni_pppk");
    assert_eq!(
        (seen.at("/subject/decoded/contract_code"), seen.text("/subject/decoded/appointed")),
        (&json!(24), "2025")
    );
    let case = app.case_after(&["take"]).await;
    let thirteen = accept(&app, json!({ "nip": "198609262015131001", "employment": "pns" }));
    let accepted = app.fire_with(&case, "accept", &thirteen).await;
    assert!(codes(&accepted).contains(&"looks_like_pppk".to_owned()), "{}", accepted.body());
}

#[tokio::test]
async fn a_nik_with_day_60_is_a_woman_born_on_the_20th_and_day_75_is_refused() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let impossible = accept(&app, json!({ "nik": "3273057510900009", "employment": "pns" }));
    let refused = app.try_to(Persona::Triage, &case, "accept", &impossible).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![("/input/subject/nik", "not-a-nik")]));
    let woman = accept(&app, json!({ "nik": "3273 0560 1090 0009", "employment": "pns" }));
    app.fire_with(&case, "accept", &woman).await;
    let seen = app.case(Persona::Triage, &case).await;
    assert_eq!((seen.text("/subject/decoded/sex"), seen.text("/subject/decoded/born_on")), ("female", "1990-10-20"));
}

#[tokio::test]
async fn what_a_number_tells_is_for_officers_who_may_see_the_number() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take"]).await;
    let odd = accept(&app, json!({ "nip": "198609262015051001", "nik": "9973056010900009", "employment": "pns" }));
    app.fire_with(&receipt.case, "accept", &odd).await;
    let seen = app.case(Persona::Inspector, &receipt.case).await;
    assert_eq!(seen.text("/subject/decoded/appointed"), "2015-05");
    let found = codes(&seen);
    for code in ["unknown_region", "birth_dates_differ", "sexes_differ"] {
        assert!(found.contains(&code.to_owned()), "{found:?}");
    }
    let taskforce = app.case(Persona::Taskforce, &receipt.case).await;
    assert!(taskforce.at("/subject/decoded").is_null() && taskforce.at("/warnings").is_null(), "{}", taskforce.body());
    let status = app.get(&format!("/v1/reports/{}/status", receipt.number)).expect(200).await;
    let mailbox = app.open_mailbox(&receipt).await;
    let own = app.get("/v1/my-report/data").bearer(&mailbox).expect(200).await;
    for body in [status.body(), own.body()] {
        assert!(!body.contains("born_on") && !body.contains("2015-05") && !body.contains("birth_dates"), "{body}");
    }
}

#[tokio::test]
async fn an_officer_links_a_new_number_to_the_person_of_another_case_and_nobody_elses_number() {
    let app = TestApp::start().await;
    let known = app.case_after(&["take", "accept"]).await;
    let moved = app.case_after(&["take"]).await;
    let mut same = accept(&app, json!({ "nip": PPPK, "employment": "pppk" }));
    same["same_person_as"] = known.clone().into();
    app.fire_with(&moved, "accept", &same).await;
    assert_eq!(person_of(&app, &moved).await, person_of(&app, &known).await);
    let numbers = "SELECT kind AS value FROM person_numbers ORDER BY kind";
    assert_eq!(app.db.values(numbers).await, ["ni_pppk", "nip"]);
    // A third case with that number finds its person by itself.
    let third = app.case_after(&["take"]).await;
    app.fire_with(&third, "accept", &accept(&app, json!({ "nip": PPPK, "employment": "pppk" }))).await;
    assert_eq!(person_of(&app, &third).await, person_of(&app, &known).await);
    // A number of somebody else is not taken away from him.
    let stranger = app.case_after(&["take"]).await;
    app.fire_with(&stranger, "accept", &accept(&app, json!({ "nip": "197001011995031001", "employment": "pns" })))
        .await;
    let wrong = app.case_after(&["take"]).await;
    let mut taken = accept(&app, json!({ "nip": "197001011995031001", "employment": "pns" }));
    taken["same_person_as"] = known.into();
    let refused = app.try_to(Persona::Triage, &wrong, "accept", &taken).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![("/input/same_person_as", "taken")]));
    taken["same_person_as"] = "REG-BKN-2026-1".into();
    let refused = app.try_to(Persona::Triage, &wrong, "accept", &taken).await;
    assert_eq!(refused.faults(), [("/input/same_person_as", "unknown-code")]);
}

#[tokio::test]
async fn two_persons_on_record_who_turn_out_to_be_one_are_joined_with_a_reason() {
    let app = TestApp::start().await;
    let nik = "3602041211870001";
    let by_nip = app.case_after(&["take", "accept", "conclude", "send_recommendation", "impose_sanction"]).await;
    let by_nik = app.case_after(&["take"]).await;
    app.fire_with(&by_nik, "accept", &accept(&app, json!({ "nik": nik, "employment": "pns" }))).await;
    assert_ne!(person_of(&app, &by_nik).await, person_of(&app, &by_nip).await);
    // A third case with both numbers contradicts what is on record, whichever of the two it is said to be about.
    let third = app.case_after(&["take"]).await;
    let mut both = accept(&app, json!({ "nip": steps::NIP, "nik": nik, "employment": "pns" }));
    for one in [&by_nip, &by_nik] {
        both["same_person_as"] = one.as_str().into();
        let refused = app.try_to(Persona::Triage, &third, "accept", &both).await;
        assert_eq!(refused.faults(), [("/input/same_person_as", "taken")], "{}", refused.body());
    }
    let path = format!("/v1/cases/{by_nik}/subject/person");
    let join = async |by: Persona, other: &str| {
        let body = json!({ "same_person_as": other, "reason": "NIK dan NIP tercantum pada satu SK pengangkatan." });
        let version = app.version(&by_nik).await;
        app.call(reqwest::Method::PUT, &path).by(by).if_match(version).json(&body).send().await
    };
    let nobody = join(Persona::Lead, "REG-BKN-2026-1").await;
    assert_eq!(nobody.faults(), [("/same_person_as", "unknown-code")]);
    let unaccepted = join(Persona::Auditor, &third).await;
    assert_eq!(unaccepted.faults(), [("/same_person_as", "unknown-code")], "nobody is known yet there");
    // Whoever examines the case turns out to be its subject, by the other number.
    let inspector = Persona::Inspector.email();
    let owner = "UPDATE cases SET owner_id = officers.id FROM officers WHERE case_number";
    app.db.execute(&format!("{owner} = '{by_nik}' AND email = '{inspector}'")).await;
    let id = app.get("/v1/me").by(Persona::Inspector).expect(200).await.text("/id").to_owned();
    let numbers = app.call(reqwest::Method::PUT, &format!("/v1/officers/{id}/numbers")).by(Persona::SystemAdmin);
    numbers.json(&json!({ "nip": steps::NIP })).expect(200).await;
    crate::exclusions::noticed().await;
    let seen = async || app.get(&format!("/v1/cases/{by_nik}")).by(Persona::Inspector).send().await.status;
    assert_eq!(seen().await, 200, "nothing says yet that it is he");
    let joined = join(Persona::Lead, &by_nip).await;
    assert_eq!(joined.status, 200, "{}", joined.body());
    assert!(joined.at("/owner_id").is_null(), "{}", joined.body());
    crate::exclusions::noticed().await;
    assert_eq!(seen().await, 404);
    assert_eq!(person_of(&app, &by_nik).await, person_of(&app, &by_nip).await);
    assert_eq!(app.db.count("persons").await, 1);
    for (case, other) in [(&by_nik, &by_nip), (&by_nip, &by_nik)] {
        let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Lead).expect(200).await;
        let last = events.at("/data").as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["kind"], &last["details"]["same_person_as"]), (&json!("subject.joined"), &json!(other)));
        assert!(last["details"]["reason"].as_str().unwrap().contains("SK pengangkatan"));
    }
    let sanctions = app.get(&format!("/v1/cases/{by_nik}/sanctions")).by(Persona::Lead).expect(200).await;
    assert_eq!(sanctions.at("/earlier"), &json!({ "cases": 1, "codes": ["S1"] }), "a repeat is seen as one");
    let again = join(Persona::Lead, &by_nip).await;
    assert_eq!(again.faults(), [("/same_person_as", "not-allowed")], "they are one already");
    // What contradicted it no longer does.
    app.fire_with(&third, "accept", &both).await;
    assert_eq!(person_of(&app, &third).await, person_of(&app, &by_nip).await);
}

#[tokio::test]
async fn a_further_case_of_a_joined_person_says_so_and_leads_to_no_other() {
    let app = TestApp::start().await;
    let further = app.case_after(&["take", "accept"]).await;
    let by_nip = app.case_after(&["take", "accept"]).await;
    let by_nik = app.case_after(&["take"]).await;
    app.fire_with(&by_nik, "accept", &accept(&app, json!({ "nik": "3602041211870001", "employment": "pns" }))).await;
    let body = json!({ "same_person_as": by_nip, "reason": format!("Sama dengan terlapor pada berkas {by_nip}.") });
    let before = app.version(&further).await;
    let join = app.call(reqwest::Method::PUT, &format!("/v1/cases/{by_nik}/subject/person")).by(Persona::Lead);
    join.if_match(app.version(&by_nik).await).json(&body).expect(200).await;
    let events = app.get(&format!("/v1/cases/{further}/events")).by(Persona::Lead).expect(200).await;
    let last = events.at("/data").as_array().unwrap().last().unwrap();
    assert_eq!(last["kind"], "subject.joined");
    assert!(!events.body().contains(&by_nip) && !events.body().contains(&by_nik), "{}", events.body());
    assert_eq!(app.version(&further).await, before + 1, "who had read it before reads it again");
}

#[tokio::test]
async fn nobody_sees_from_the_database_that_a_subject_reported_or_a_reporter_is_reported() {
    let app = TestApp::start().await;
    let nik = "3602041211870001";
    let mut report = app.report();
    report["subject"] = json!({ "nik": nik });
    report["reporter"] = json!({ "name": "Siti", "nik": nik });
    app.submit(&report).await;
    let both = "SELECT count(*)::text AS value FROM subjects s JOIN reporter_identities i ON";
    assert_eq!(app.db.value(&format!("{both} s.nik_index IS NOT NULL AND i.nik_index IS NOT NULL")).await, "1");
    assert_eq!(app.db.value(&format!("{both} s.nik_index = i.nik_index")).await, "0");
}

#[tokio::test]
async fn the_hash_of_a_number_is_added_to_what_an_earlier_version_stored() {
    let app = TestApp::start().await;
    let mut report = app.report();
    report["subject"]["nip"] = "198609262015051001".into();
    let (old, new) = (app.submit(&report).await, app.submit(&report).await);
    let forget = "UPDATE subjects SET nip_index = NULL FROM cases WHERE cases.id = case_id AND case_number =";
    app.db.execute(&format!("{forget} '{}'", old.case)).await;
    app.db.execute("UPDATE reports SET link_hashes = NULL").await;
    netral::flows::persons::index_numbers(&app.app.pool, &app.app.keys).await.unwrap();
    netral::flows::duplicates::hash_links(&app.app.pool).await.unwrap();
    let path = format!("/v1/cases/{}/duplicates", new.case);
    let found = app.get(&path).by(Persona::Triage).expect(200).await;
    let reasons: Vec<&str> =
        found.at("/data/0/reasons").as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect();
    assert!(reasons.contains(&"same_nip") && reasons.contains(&"shared_link"), "{reasons:?}");
}
