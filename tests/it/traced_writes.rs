//! What an officer is shown of a case by writing: a refusal that tells how it stands and an answer given again are looks at
//! it, on record before they are answered; what an event tells is not recorded twice.

use serde_json::json;

use crate::harness::{Call, Persona, TestApp, steps};

const REASON: &str = "Alasan yang cukup panjang untuk dicatat pada berkas.";

async fn entries(app: &TestApp) -> Vec<String> {
    let sql = "SELECT concat_ws(' ', operation, role, case_number, outside_agency) AS value FROM access_entries \
        LEFT JOIN cases ON cases.id = case_id ORDER BY access_entries.id";
    app.db.values(sql).await
}

fn fired<'a>(app: &'a TestApp, by: Persona, case: &str, verb: &str, version: i64) -> Call<'a> {
    let body = steps::action(verb, &steps::input(app, verb));
    app.post(&format!("/v1/cases/{case}/transitions")).by(by).if_match(version).json(&body)
}

#[tokio::test]
async fn a_refusal_that_tells_how_the_case_stands_is_a_look_at_it() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let (case, path) = (&receipt.case, format!("/v1/cases/{}", receipt.case));
    let stale = fired(&app, Persona::Triage, case, "take", 9).expect(412).await;
    assert_eq!(stale.at("/current/state"), "submitted");
    fired(&app, Persona::Triage, case, "accept", 1).key("kunci-satu").expect(409).await.problem("not-in-state");
    let forbidden = fired(&app, Persona::Taskforce, case, "take", 1).expect(403).await.problem("forbidden");
    assert!(forbidden.at("/allowed_actions").is_array(), "{}", forbidden.body());
    let step = json!({ "to": "summoned", "document": { "number": "1/2026", "dated": app.day(0) }, "day": app.day(1) });
    let steps = format!("{path}/tracks/discipline/transitions");
    app.post(&steps).by(Persona::Auditor).if_match(9).json(&step).expect(412).await.problem("stale-version");
    let split = json!({ "subjects": [{ "name": "Siti Aminah", "agency": "Pemerintah Kota Jambi" }], "reason": REASON });
    app.post(&format!("{path}/split")).by(Persona::Triage).if_match(1).json(&split).expect(409).await;
    let ask = json!({ "complaint_number": receipt.number, "reason": format!("{REASON} {REASON}") });
    app.post(&format!("{path}/identity-requests")).by(Persona::Taskforce).json(&ask).expect(403).await;
    let looks =
        ["triage_officer", "triage_officer", "taskforce_viewer", "bkn_auditor", "triage_officer", "taskforce_viewer"];
    assert_eq!(entries(&app).await, looks.map(|role| format!("refusal {role} {case} t")));
    // Whoever does not see the case, and whoever is refused before it is looked for, is shown nothing of it.
    fired(&app, Persona::DistantTriage, case, "take", 9).expect(404).await;
    fired(&app, Persona::Ppk, case, "take", 1).expect(404).await;
    app.post(&format!("{path}/transitions")).by(Persona::Triage).json(&json!({ "action": "take" })).expect(428).await;
    assert_eq!(entries(&app).await.len(), looks.len());
    let log = app.get("/v1/access-log?operation=refusal").by(Persona::PrivacyOfficer).expect(200).await;
    assert_eq!(log.at("/data").as_array().unwrap().len(), looks.len());
}

#[tokio::test]
async fn a_second_officer_who_is_told_the_current_case_has_looked_at_it() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let draft = app.try_to(Persona::Triage, &case, "dismiss", &steps::input(&app, "dismiss")).await;
    let (id, approve) = (draft.text("/approval/id"), json!({ "approve": true }));
    let path = format!("/v1/cases/{case}/approvals/{id}/decision");
    app.post(&path).by(Persona::SecondTriage).if_match(1).json(&approve).expect(412).await.problem("stale-version");
    app.decide(Persona::Triage, &case, id, &approve).await.expect(403).await.problem("forbidden");
    let reject = json!({ "approve": false, "reason": REASON });
    app.decide(Persona::Taskforce, &case, id, &reject).await.expect(403).await.problem("forbidden");
    // The drafter works on the case: it is not outside his agency.
    let looks =
        ["triage_officer t", "triage_officer f", "taskforce_viewer t"].map(|look| look.split_once(' ').unwrap());
    let looks = looks.map(|(role, outside)| format!("refusal {role} {case} {outside}"));
    assert_eq!(entries(&app).await, looks);
}

#[tokio::test]
async fn what_an_event_tells_is_not_recorded_twice_and_an_answer_given_again_is_a_look() {
    let app = TestApp::start().await;
    let case = app.submit(&app.report()).await.case;
    let take = || fired(&app, Persona::Triage, &case, "take", 1).key("kunci-satu");
    take().expect(200).await;
    assert_eq!(entries(&app).await, [""; 0], "the event tells who took the case, and when");
    let again = take().expect(200).await;
    assert_eq!((again.header("idempotency-replayed"), again.text("/case_number")), ("true", &*case));
    assert_eq!(entries(&app).await, [format!("repeated_answer triage_officer {case} f")]);
    fired(&app, Persona::Triage, &case, "ask", 1).key("kunci-satu").expect(422).await;
    assert_eq!(entries(&app).await.len(), 1, "another body is answered with nothing of the case");
    // A hold names its case as well; what names none leaves nothing.
    let hold = json!({ "case_number": case, "reason": REASON });
    let set = || app.post("/v1/legal-holds").by(Persona::PrivacyOfficer).key("kunci-dua").json(&hold);
    set().expect(201).await;
    set().expect(201).await;
    assert_eq!(entries(&app).await[1..], [format!("repeated_answer privacy_officer {case} t")]);
}

#[tokio::test]
async fn without_its_entry_no_refusal_tells_how_the_case_stands_and_no_answer_is_repeated() {
    let app = TestApp::start().await;
    let case = app.submit(&app.report()).await.case;
    let take = || fired(&app, Persona::Triage, &case, "take", 1).key("kunci-satu");
    take().expect(200).await;
    app.db.execute("ALTER TABLE access_entries ADD CONSTRAINT none_at_all CHECK (false) NOT VALID").await;
    for call in [take(), fired(&app, Persona::Triage, &case, "accept", 1)] {
        let refused = call.expect(503).await.problem("unavailable");
        assert_eq!(refused.header("retry-after"), "5");
        assert!(["/current", "/allowed_actions"].iter().all(|told| refused.json.pointer(told).is_none()));
        assert!(refused.header("etag").is_empty() && !refused.body().contains(&case), "{}", refused.body());
    }
}
