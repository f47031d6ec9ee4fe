//! What a recommendation to the PPK must hold: an act that stands, a form that the PPK can decide on, and sanctions that fit.

use serde_json::{Value, json};

use crate::harness::{Persona, Reply, TestApp, steps};

const TO_RECOMMENDATION: [&str; 3] = ["take", "accept", "conclude"];

fn guards(reply: &Reply) -> Vec<&str> {
    reply.at("/guards").as_array().into_iter().flatten().map(|guard| guard["name"].as_str().unwrap()).collect()
}

fn naming(app: &TestApp, forms: &Value, sanctions: &Value) -> Value {
    let mut send = steps::input(app, "send_recommendation");
    (send["violation_forms"], send["proposed_sanctions"]) = (forms.clone(), sanctions.clone());
    send
}

async fn refused(app: &TestApp, case: &str, send: &Value, guard: &str) {
    let reply = app.try_to(Persona::Auditor, case, "send_recommendation", send).await;
    assert_eq!(guards(&reply.problem("guard-failed")), [guard]);
}

#[tokio::test]
async fn nothing_is_recommended_of_acts_that_were_all_found_unproven() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept"]).await;
    let mut conclude = steps::input(&app, "conclude");
    let unproven = |act: &str| json!({ "act": act, "proven": false });
    conclude["findings"] = json!([unproven("Mengunggah poster calon"), unproven("Hadir dalam deklarasi")]);
    app.fire_with(&case, "conclude", &conclude).await;
    refused(&app, &case, &steps::input(&app, "send_recommendation"), "some_act_stands").await;
    app.fire(&case, "request_more_work").await;
    conclude["findings"] = json!([{ "act": "Hadir dalam deklarasi", "proven": true }]);
    app.fire_with(&case, "conclude", &conclude).await;
    app.fire(&case, "send_recommendation").await;
}

#[tokio::test]
async fn a_crime_alone_is_not_recommended_to_a_ppk_and_beside_another_form_leaves_it_a_case_it_can_decide() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_RECOMMENDATION).await;
    let crime = json!({ "code": "CRM-K188", "category": "criminal" });
    refused(&app, &case, &naming(&app, &json!([crime]), &json!(["B1"])), "ppk_may_decide").await;
    let both = json!([crime, { "code": "DIS-12", "category": "discipline" }]);
    let sent = app.fire_with(&case, "send_recommendation", &naming(&app, &both, &json!(["B1"]))).await;
    assert_eq!(sent.text("/category"), "discipline", "{}", sent.body());
}

#[tokio::test]
async fn a_proposed_sanction_that_no_form_provides_for_is_warned_of() {
    let app = TestApp::start().await;
    let (ethics, party) =
        (json!({ "code": "ETH-01", "category": "ethics" }), json!({ "code": "DIS-05", "category": "discipline" }));
    for (form, proposed, unusual) in [
        (&ethics, json!(["B1"]), true),
        (&ethics, json!(["MORAL_OPEN"]), false),
        (&party, json!(["R1"]), true),
        (&party, json!(["PTDH"]), false),
        (&party, json!(["PTDH", "MORAL_OPEN"]), true),
    ] {
        let case = app.case_after(&TO_RECOMMENDATION).await;
        let sent = app.fire_with(&case, "send_recommendation", &naming(&app, &json!([form]), &proposed)).await;
        let warned = sent.at("/warnings/0/code") == "proposal_outside_range";
        assert_eq!(warned, unusual, "{form} {proposed}: {}", sent.body());
    }
}

fn codes(warnings: &Value) -> Vec<&str> {
    warnings.as_array().into_iter().flatten().map(|warning| warning["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn who_drafts_a_recommendation_and_who_decides_the_draft_see_what_is_unusual_before_it_is_sent() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_RECOMMENDATION).await;
    let ethics = json!([{ "code": "ETH-01", "category": "ethics" }]);
    let mut send = naming(&app, &ethics, &json!(["R1", "B1"]));
    send["position_level"] = "pelaksana".into();
    let draft = app.try_to(Persona::Auditor, &case, "send_recommendation", &send).await;
    assert_eq!(draft.status, 202, "{}", draft.body());
    let told = codes(draft.at("/approval/warnings"));
    assert_eq!(told, ["proposal_outside_range"], "a supervisor may reprimand an executor, a regent demote him");
    let waiting = app.get("/v1/approvals").by(Persona::SecondAuditor).expect(200).await;
    assert_eq!(codes(waiting.at("/data/0/approval/warnings")), told);
    let listed = app.get(&format!("/v1/cases/{case}/approvals")).by(Persona::SecondAuditor).expect(200).await;
    assert_eq!(codes(listed.at("/data/0/warnings")), told);
    let kept_away = app.get(&format!("/v1/cases/{case}/approvals")).by(Persona::Taskforce).expect(200).await;
    assert_eq!(codes(kept_away.at("/data/0/warnings")), [""; 0], "who reads no details reads no warnings of them");
}

#[tokio::test]
async fn a_proposal_that_nobody_in_the_agency_may_impose_on_that_position_is_warned_of_when_drafted() {
    let app = TestApp::start().await;
    let forms = json!([{ "code": "DIS-06", "category": "discipline" }, { "code": "DIS-03", "category": "discipline" }]);
    for (proposed, level, beyond) in [
        ("B3", Some("jpt_madya"), true),
        ("B3", Some("administrator"), false),
        ("B3", None, false),
        ("S1", Some("jf_utama"), true),
        ("S1", Some("pengawas"), false),
    ] {
        let case = app.case_after(&TO_RECOMMENDATION).await;
        let mut send = naming(&app, &forms, &json!([proposed]));
        if let Some(level) = level {
            send["position_level"] = level.into();
        }
        let draft = app.try_to(Persona::Auditor, &case, "send_recommendation", &send).await;
        let told = codes(draft.at("/approval/warnings")).contains(&"proposal_beyond_officials");
        assert_eq!((draft.status, told), (202, beyond), "{proposed} on {level:?}: {}", draft.body());
    }
}
