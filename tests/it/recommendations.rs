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
