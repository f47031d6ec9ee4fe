//! Dates of letters are held against what they are about: a slip of the pen must not move a deadline into the past.

use serde_json::json;

use crate::clocks::deadline;
use crate::harness::{Persona, Reply, TestApp, steps};

const TO_PPK: [&str; 4] = ["take", "accept", "conclude", "send_recommendation"];

fn warnings(reply: &Reply) -> Vec<&str> {
    reply.at("/warnings").as_array().into_iter().flatten().map(|warning| warning["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_decision_is_not_dated_before_the_first_day_of_its_acts() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let mut impose = steps::input(&app, "impose_sanction");
    (impose["decision"]["dated"], impose["examination_record"]["dated"]) = ("2019-06-03".into(), app.day(-31).into());
    let refused = app.try_to(Persona::Ppk, &case, "impose_sanction", &impose).await;
    let both = [("/input/decision/dated", "before-occurred"), ("/input/examination_record/dated", "before-occurred")];
    assert_eq!(refused.faults(), both);
    (impose["decision"]["dated"], impose["examination_record"]["dated"]) = (app.day(-30).into(), app.day(-30).into());
    app.fire_with(&case, "impose_sanction", &impose).await;
    assert_eq!(deadline(&app, &case, "D8").await["starts_on"], app.day(-30), "the day of the act will do");
    impose["decision"]["dated"] = app.day(-31).into();
    let step = json!({ "to": "decided", "sanction": impose });
    let refused = app.try_step(Persona::Ppk, &case, "discipline", &step).await;
    assert_eq!(refused.faults(), [("/sanction/decision/dated", "before-occurred")]);
}

#[tokio::test]
async fn a_decision_older_than_the_recommendation_or_the_examination_is_warned_of() {
    let app = TestApp::start().await;
    // Recommended twenty days ago, examined seventeen.
    for (dated, warned) in [
        (-16, &[][..]),
        (-18, &["decision_before_examination"]),
        (-21, &["decision_before_examination", "decision_before_recommendation"]),
    ] {
        let case = app.case_after(&TO_PPK).await;
        let mut impose = steps::input(&app, "impose_sanction");
        impose["decision"]["dated"] = app.day(dated).into();
        let decided = app.fire_with(&case, "impose_sanction", &impose).await;
        assert_eq!(warnings(&decided), warned, "{}", decided.body());
    }
}

#[tokio::test]
async fn the_outcome_of_a_remedy_is_not_dated_before_it_was_filed() {
    let app = TestApp::start().await;
    let filed = [&TO_PPK[..], &["impose_sanction", "file_appeal"]].concat();
    let case = app.case_after(&filed).await;
    for verb in ["decide_appeal", "cancel_on_appeal"] {
        let mut input = steps::input(&app, verb);
        input["decision"]["dated"] = app.day(-1).into();
        let refused = app.try_to(Persona::Ppk, &case, verb, &input).await;
        assert_eq!(refused.faults(), [("/input/decision/dated", "before-filed")], "{verb}");
    }
    app.fire(&case, "record_departure").await;
    let upheld = |day| json!({ "to": "upheld", "document": { "number": "B/1", "dated": app.day(day) } });
    let refused = app.try_step(Persona::Ppk, &case, "appeal", &upheld(-1)).await;
    assert_eq!(refused.faults(), [("/document/dated", "before-filed")]);
    assert_eq!(app.try_step(Persona::Ppk, &case, "appeal", &upheld(0)).await.status, 200);
}
