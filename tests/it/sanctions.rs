//! Acts and sanctions: versions that stay as they were, no act punished twice, what a repeat and an unusual decision
//! show, and what follows a conviction.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::{Persona, Reply, TestApp, steps};

async fn sanctions(app: &TestApp, by: Persona, case: &str) -> Reply {
    app.get(&format!("/v1/cases/{case}/sanctions")).by(by).expect(200).await
}

/// A case with the PPK, of two acts.
async fn of_two_acts(app: &TestApp) -> String {
    let case = app.case_after(&["take", "accept"]).await;
    let mut conclude = steps::input(app, "conclude");
    conclude["findings"] = json!([
        { "act": "Mengunggah poster calon", "proven": true, "category": "discipline" },
        { "act": "Berfoto dengan simbol partai", "proven": true, "category": "ethics" },
        { "act": "Hadir dalam deklarasi", "proven": false },
    ]);
    app.fire_with(&case, "conclude", &conclude).await;
    app.walk(&case, &["send_recommendation"]).await;
    case
}

fn moral(app: &TestApp, acts: &Value) -> Value {
    let mut sanction = steps::input(app, "impose_sanction");
    sanction["category"] = "ethics".into();
    sanction["sanction_code"] = "MORAL_OPEN".into();
    sanction["acts"] = acts.clone();
    json!({ "to": "moral_sanction_open", "sanction": sanction })
}

fn guards(reply: &Reply) -> Vec<&str> {
    reply.at("/guards").as_array().into_iter().flatten().map(|guard| guard["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn one_act_bears_one_sanction_and_another_act_of_the_case_may_take_the_other_category() {
    let app = TestApp::start().await;
    let case = of_two_acts(&app).await;
    let acts = sanctions(&app, Persona::Auditor, &case).await;
    assert_eq!(
        (acts.at("/acts/1/number"), acts.text("/acts/1/description")),
        (&json!(2), "Berfoto dengan simbol partai")
    );
    app.step(Persona::Ppk, &case, "ethics", "council_formed", None).await;
    app.step(Persona::Ppk, &case, "ethics", "hearing", Some(&app.day(0))).await;
    app.try_step(Persona::Ppk, &case, "ethics", &moral(&app, &json!([2]))).await.problem("not-in-state");
    let mut impose = steps::input(&app, "impose_sanction");
    for (acts, guard) in [(json!([3]), "acts_stand"), (json!([9]), "acts_stand")] {
        impose["acts"] = acts;
        let refused = app.try_to(Persona::Ppk, &case, "impose_sanction", &impose).await;
        assert_eq!(guards(&refused.problem("guard-failed")), [guard]);
    }
    impose["acts"] = json!([1]);
    app.fire_with(&case, "impose_sanction", &impose).await;
    let twice = app.try_step(Persona::Ppk, &case, "ethics", &moral(&app, &json!([1]))).await;
    assert_eq!(guards(&twice.problem("guard-failed")), ["not_punished_twice"]);
    let other = app.try_step(Persona::Ppk, &case, "ethics", &moral(&app, &json!([2]))).await;
    assert_eq!((other.status, other.text("/state")), (200, "sanction_decided"), "{}", other.body());
    assert_eq!(other.text("/sanction_code"), "S1", "the case's own decision stays the discipline one");
    let told = sanctions(&app, Persona::Lead, &case).await;
    let lines: Vec<(&str, &Value)> = told
        .at("/data")
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["sanction_code"].as_str().unwrap(), &line["acts"]))
        .collect();
    assert_eq!(lines, [("S1", &json!([1])), ("MORAL_OPEN", &json!([2]))]);
    assert_eq!((told.text("/acts/0/category"), told.text("/acts/1/category")), ("discipline", "ethics"));
    // What the guard refuses the database refuses as well.
    let again = "INSERT INTO punished_acts SELECT case_id, act_number, 'ethics', sanction_id FROM punished_acts WHERE act_number = 1";
    let refused = app.db.refusal(again).await;
    assert!(refused.contains("punished_acts_pkey"), "{refused}");
}

#[tokio::test]
async fn the_same_words_are_the_same_act_and_numbers_stay() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude", "request_more_work"]).await;
    let mut conclude = steps::input(&app, "conclude");
    conclude["findings"] = json!([
        { "act": "Rapat di kantor", "proven": true },
        { "act": "  mengunggah POSTER calon", "proven": false },
    ]);
    app.fire_with(&case, "conclude", &conclude).await;
    let acts = sanctions(&app, Persona::Auditor, &case).await.at("/acts").clone();
    let told: Vec<(&Value, &Value)> =
        acts.as_array().unwrap().iter().map(|act| (&act["number"], &act["finding"])).collect();
    assert_eq!(told, [(&json!(1), &json!("not_proven")), (&json!(2), &json!("proven"))]);
}

#[tokio::test]
async fn a_remedy_leaves_a_new_version_and_the_first_stays_as_it_was() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude", "send_recommendation"]).await;
    let mut impose = steps::input(&app, "impose_sanction");
    (impose["sanction_code"], impose["months"]) = ("S3".into(), 12.into());
    app.fire_with(&case, "impose_sanction", &impose).await;
    let first = sanctions(&app, Persona::Ppk, &case).await.at("/data/0").clone();
    app.walk(&case, &["file_appeal"]).await;
    let outcome = json!({ "outcome": "lightened", "sanction_code": "S1", "decision": { "number": "BPASN/1", "dated": app.day(0) } });
    app.fire_with(&case, "decide_appeal", &outcome).await;
    // A new catalogue changes the words of tomorrow, not those of a case.
    app.db.execute("UPDATE sanctions SET title_id = 'Bunyi baru', title_en = 'New words'").await;
    let told = sanctions(&app, Persona::Auditor, &case).await;
    assert_eq!(told.at("/data/0"), &first, "a version never changes");
    let second = told.at("/data/1");
    assert_eq!(
        (&second["origin"], &second["sanction_code"], &second["version"]),
        (&json!("lightened"), &json!("S1"), &json!(2))
    );
    assert_eq!((&second["version_of"], &second["sk_number"]), (&first["id"], &json!("BPASN/1")));
    assert_eq!((&second["acts"], &second["deciding_official"]), (&first["acts"], &first["deciding_official"]));
    assert!(second["title"]["id"].as_str().unwrap().starts_with("Pemotongan"), "{second}");
    let idis = second["idis"].clone();
    assert_eq!((&idis["jenisTingkatHukumanId"], &idis["jenisHukuman"]), (&json!("S"), &second["title"]["id"]));
    assert_eq!(
        (&idis["kedudukanHukum"], &second["employment"]),
        (&Value::Null, &json!("pns")),
        "that is no legal standing"
    );
    let fields = idis.as_object().unwrap();
    let only_siasn = idis["onlySiasnKnows"].as_array().unwrap();
    assert!(only_siasn.contains(&json!("pnsOrangId")) && only_siasn.contains(&json!("path")), "{idis}");
    assert!(only_siasn.iter().all(|field| !fields.contains_key(field.as_str().unwrap())), "{idis}");
    assert_eq!(idis["hukdisYangDiberhentikanId"], first["id"]);
    app.fire(&case, "close").await;
    let closed = sanctions(&app, Persona::Auditor, &case).await;
    assert_eq!((closed.text("/data/1/idis_ref"), closed.at("/data/0/idis_ref")), ("IDIS-2026-1", &Value::Null));
    for persona in [Persona::Triage, Persona::Liaison, Persona::Taskforce] {
        app.get(&format!("/v1/cases/{case}/sanctions")).by(persona).expect(403).await.problem("forbidden");
    }
}

#[tokio::test]
async fn a_sanction_is_in_force_from_the_fifteenth_day_for_its_months() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude", "send_recommendation"]).await;
    let mut impose = steps::input(&app, "impose_sanction");
    (impose["sanction_code"], impose["months"]) = ("S2".into(), 9.into());
    (impose["punishment_reason"], impose["remarks"]) = ("Netralitas ASN".into(), "Diserahkan langsung".into());
    app.fire_with(&case, "impose_sanction", &impose).await;
    let delivered = app.day(0);
    app.advance(Duration::days(40));
    app.fire_with(&case, "take_effect", &json!({ "delivered_on": delivered })).await;
    let told = sanctions(&app, Persona::Ppk, &case).await;
    let start = app.date(-40) + Duration::days(15);
    let end = start.checked_add_months(chrono::Months::new(9)).unwrap();
    assert_eq!((told.text("/data/0/start_on"), told.text("/data/0/end_on")), (&*start.to_string(), &*end.to_string()));
    assert_eq!((told.at("/data/0/idis/masaTahun"), told.at("/data/0/idis/masaBulan")), (&json!(0), &json!(9)));
    assert_eq!(told.text("/data/0/idis/hukumanTanggal"), start.format("%d-%m-%Y").to_string());
    let words = (told.text("/data/0/idis/alasanHukumanDisiplin"), told.text("/data/0/idis/keterangan"));
    assert_eq!(words, ("Netralitas ASN", "Diserahkan langsung"));
}

#[tokio::test]
async fn an_officer_who_may_see_sanctions_sees_that_it_is_a_repeat() {
    let app = TestApp::start().await;
    let before = ["take", "accept", "conclude", "send_recommendation", "impose_sanction"];
    let old = app.case_after(&before).await;
    let new = app.case_after(&["take", "accept"]).await;
    assert_eq!(sanctions(&app, Persona::Lead, &new).await.at("/earlier"), &json!({ "cases": 1, "codes": ["S1"] }));
    app.walk(&old, &["file_appeal", "cancel_on_appeal"]).await;
    let told = sanctions(&app, Persona::Lead, &new).await;
    assert_eq!(told.at("/earlier"), &json!({ "cases": 0, "codes": [] }), "what was cancelled does not count");
}

#[tokio::test]
async fn a_repeat_under_a_number_that_came_later_is_one_too() {
    let app = TestApp::start().await;
    let old = app.case_after(&["take", "accept", "conclude", "send_recommendation", "impose_sanction"]).await;
    let new = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"] = json!({ "name": "Budi Santoso", "nip": "198609262025211001", "employment": "pppk" });
    accept["same_person_as"] = old.as_str().into();
    app.fire_with(&new, "accept", &accept).await;
    assert_eq!(sanctions(&app, Persona::Lead, &new).await.at("/earlier"), &json!({ "cases": 1, "codes": ["S1"] }));
}

#[tokio::test]
async fn an_official_the_law_does_not_name_and_a_missing_team_are_warned_of_and_hinder_nothing() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude", "send_recommendation"]).await;
    let mut impose = steps::input(&app, "impose_sanction");
    impose["sanction_code"] = "B2".into();
    (impose["authority"], impose["position_level"]) = ("pengawas".into(), "administrator".into());
    let decided = app.fire_with(&case, "impose_sanction", &impose).await;
    let codes: Vec<&Value> =
        decided.at("/warnings").as_array().unwrap().iter().map(|warning| &warning["code"]).collect();
    assert_eq!(codes, ["authority_not_listed", "team_not_recorded"]);
    assert_eq!(decided.text("/state"), "sanction_decided");
    let listed = app.case_after(&["take", "accept", "conclude", "send_recommendation"]).await;
    (impose["authority"], impose["sanction_code"]) = ("ppk_regency_city".into(), "S1".into());
    let decided = app.fire_with(&listed, "impose_sanction", &impose).await;
    assert!(decided.at("/warnings").is_null(), "{}", decided.body());
    // Without the kind of official, what is known is who there is in the agency, and the President.
    for (code, position, unusual) in [
        ("S1", Some("jf_utama"), true),
        ("S1", Some("jpt_madya"), false),
        ("S1", Some("pelaksana"), false),
        ("S1", None, false),
    ] {
        let case = app.case_after(&["take", "accept", "conclude", "send_recommendation"]).await;
        let mut impose = steps::input(&app, "impose_sanction");
        impose["sanction_code"] = code.into();
        if let Some(position) = position {
            impose["position_level"] = position.into();
        }
        let decided = app.fire_with(&case, "impose_sanction", &impose).await;
        let warned = decided.at("/warnings").to_string().contains("authority_not_listed");
        assert_eq!(warned, unusual, "{code} on {position:?}: {}", decided.body());
    }
}

#[tokio::test]
async fn one_level_up_the_officials_are_those_of_the_agency_whose_ppk_acts() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    (accept["conflict_of_interest"], accept["reviewing_agency_code"]) = (true.into(), "PEMDA15".into());
    app.fire_with(&case, "accept", &accept).await;
    app.db
        .execute("UPDATE cases SET state = 'recommendation', inspectorate_concluded = true, bawaslu_result = 'other_law_breach'")
        .await;
    let mut send = steps::input(&app, "send_recommendation");
    send["addressee_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "send_recommendation", &send).await;
    let mut impose = steps::input(&app, "impose_sanction");
    (impose["sanction_code"], impose["position_level"]) = ("S1".into(), "jf_utama".into());
    let decided = app.try_to(Persona::ProvincePpk, &case, "impose_sanction", &impose).await;
    assert_eq!(decided.status, 200, "{}", decided.body());
    let warned = decided.at("/warnings").to_string().contains("authority_not_listed");
    assert!(!warned, "a city's PPK may not, the province's may: {}", decided.body());
}

#[tokio::test]
async fn a_conviction_while_the_case_is_monitored_may_be_followed_by_a_dismissal() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "refer"]).await;
    let mut breach = steps::input(&app, "record_breach");
    breach["result"] = "crime_suspected".into();
    app.fire_with(&case, "record_breach", &breach).await;
    app.walk(&case, &["send_recommendation", "impose_sanction", "take_effect"]).await;
    let mut dismissal = steps::input(&app, "impose_sanction");
    dismissal["sanction_code"] = "PTDH".into();
    let step = json!({ "to": "decided", "sanction": dismissal });
    for to in ["at_gakkumdu", "investigation", "prosecution", "trial"] {
        app.step(Persona::Liaison, &case, "criminal", to, None).await;
    }
    let early = app.try_step(Persona::Ppk, &case, "discipline", &step).await;
    assert_eq!(guards(&early.problem("guard-failed")), ["convicted", "not_punished_twice"]);
    app.step(Persona::Liaison, &case, "criminal", "convicted", None).await;
    let decided = app.try_step(Persona::Ppk, &case, "discipline", &step).await;
    assert_eq!((decided.text("/state"), decided.text("/sanction_code")), ("monitoring", "PTDH"), "{}", decided.body());
    let told = sanctions(&app, Persona::Auditor, &case).await;
    assert_eq!(
        (told.text("/data/1/origin"), told.at("/data/1/version_of"), told.at("/data/1/acts")),
        ("changed", told.at("/data/0/id"), &json!([1])),
        "the act bears it in the place of the first"
    );
    let close = steps::input(&app, "close");
    let live = app.try_to(Persona::Auditor, &case, "close", &close).await;
    assert_eq!(guards(&live.problem("guard-failed")), ["all_tracks_terminal"]);
    let today = app.day(0);
    app.step(Persona::Ppk, &case, "discipline", "delivered", Some(&today)).await;
    let early = app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "in_force" })).await;
    assert_eq!(guards(&early.problem("guard-failed")), ["fifteenth_day_reached", "appeal_window_passed"]);
    app.advance(Duration::days(35));
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "in_force" })).await.status, 200);
    assert_eq!(app.fire_with(&case, "close", &close).await.text("/closure_reason"), "proven_sanctioned");
}

#[tokio::test]
async fn a_conviction_is_followed_by_one_dismissal_which_takes_the_place_of_a_moral_sanction_and_by_nothing_else() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "refer"]).await;
    let mut breach = steps::input(&app, "record_breach");
    breach["result"] = "crime_suspected".into();
    app.fire_with(&case, "record_breach", &breach).await;
    app.walk(&case, &["send_recommendation"]).await;
    let mut impose = moral(&app, &json!([1]))["sanction"].clone();
    impose["below_range_explanation"] = "Sikap kooperatif selama pemeriksaan.".into();
    app.fire_with(&case, "impose_sanction", &impose).await;
    app.fire_with(&case, "take_effect", &json!({ "delivered_on": app.day(0) })).await;
    for to in ["at_gakkumdu", "investigation", "prosecution", "trial", "convicted"] {
        app.step(Persona::Liaison, &case, "criminal", to, None).await;
    }
    let decide = async |code: &str| {
        let mut sanction = steps::input(&app, "impose_sanction");
        sanction["sanction_code"] = code.into();
        app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "decided", "sanction": sanction })).await
    };
    for code in ["R1", "B2", "B3"] {
        let refused = decide(code).await.problem("guard-failed");
        assert_eq!(guards(&refused), ["dismissal_only", "not_punished_twice"], "{code}");
    }
    let dismissed = decide("PTDH").await;
    assert_eq!(dismissed.text("/sanction_code"), "PTDH", "{}", dismissed.body());
    let bears = "SELECT act_number || ' ' || category AS value FROM punished_acts";
    assert_eq!(app.db.values(bears).await, ["1 discipline"]);
    app.step(Persona::Ppk, &case, "discipline", "delivered", Some(&app.day(0))).await;
    app.advance(Duration::days(35));
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "in_force" })).await.status, 200);
    let again = decide("PTDH").await.problem("guard-failed");
    assert_eq!(guards(&again), ["not_dismissed_already"]);
    app.fire(&case, "close").await;
}

#[tokio::test]
async fn a_purge_leaves_the_codes_and_days_of_sanctions_and_no_act_or_letter() {
    let app = TestApp::start().await;
    let case = of_two_acts(&app).await;
    let mut impose = steps::input(&app, "impose_sanction");
    (impose["punishment_reason"], impose["remarks"]) = ("Alasan rekaan".into(), "Keterangan rekaan".into());
    app.fire_with(&case, "impose_sanction", &impose).await;
    app.walk(&case, &["take_effect", "close"]).await;
    app.advance(Duration::days(11 * 366));
    app.sweep().await;
    let proposals = app.get("/v1/purge-proposals").by(Persona::PrivacyOfficer).expect(200).await;
    let path = format!("/v1/purge-proposals/{}/decision", proposals.text("/data/0/id"));
    let yes = json!({ "approve": true, "reason": "Masa simpan sudah berakhir menurut jadwal." });
    app.post(&path).by(Persona::PrivacyOfficer).json(&yes).expect(200).await;
    let told = sanctions(&app, Persona::Auditor, &case).await;
    assert_eq!((told.text("/data/0/sanction_code"), told.at("/data/0/sk_number")), ("S1", &Value::Null));
    for gone in ["poster", "Wali Kota", "rekaan"] {
        assert!(!told.body().contains(gone), "{}", told.body());
    }
    let ran = app.get(&format!("/v1/cases/{case}/tracks")).by(Persona::Auditor).expect(200).await;
    assert!(ran.body().contains("in_force") && !ran.body().contains("100/"), "{}", ran.body());
}

#[tokio::test]
async fn compliance_counts_what_each_ppk_made_of_what_was_sent_to_it() {
    let app = TestApp::start().await;
    let to_ppk = ["take", "accept", "conclude", "send_recommendation"];
    app.case_after(&to_ppk).await;
    app.advance(Duration::days(15));
    let decided = app.case_after(&to_ppk).await;
    app.walk(&decided, &["impose_sanction", "take_effect"]).await;
    let unproven = app.case_after(&to_ppk).await;
    app.walk(&unproven, &["report_unproven"]).await;
    let count = async |by: Persona| {
        let reply = app.get("/v1/compliance").by(by).expect(200).await;
        reply.at("/data/0").clone()
    };
    let city = json!({
        "agency_code": "PEMDA1571", "sent": 3, "waiting": 1, "overdue": 1, "decided": 1, "not_proven": 1, "unregistered": 1,
        "warned": 0, "blocked": 0,
    });
    assert_eq!(count(Persona::Auditor).await, city);
    assert_eq!(count(Persona::Taskforce).await, city);
    app.fire(&decided, "close").await;
    assert_eq!(count(Persona::Auditor).await["unregistered"], 0);
    app.get("/v1/compliance").by(Persona::Ppk).expect(403).await.problem("forbidden");
}
