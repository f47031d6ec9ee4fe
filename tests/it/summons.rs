//! Summonses and the examination they lead to (PP 94/2021): unusual days are warned of, and nobody is decided about unheard.

use serde_json::{Value, json};

use crate::harness::{Persona, Reply, TestApp, steps};

const TO_PPK: [&str; 4] = ["take", "accept", "conclude", "send_recommendation"];

fn warnings(reply: &Reply) -> Vec<&str> {
    assert_eq!(reply.status, 200, "{}", reply.body());
    reply.at("/warnings").as_array().into_iter().flatten().map(|warning| warning["code"].as_str().unwrap()).collect()
}

/// A summons to an examination on `day`, written on `dated`.
async fn summon(app: &TestApp, case: &str, to: &str, dated: i64, day: i64) -> Reply {
    let letter = json!({ "number": "800/1/BKPSDM", "dated": app.day(dated) });
    let step = json!({ "to": to, "document": letter, "day": app.day(day) });
    app.try_step(Persona::Ppk, case, "discipline", &step).await
}

#[tokio::test]
async fn an_examination_before_its_summons_or_long_after_it_is_warned_of() {
    let app = TestApp::start().await;
    for (dated, day, unusual) in [(0, 1, false), (0, 60, true), (0, -1, true), (-20, -16, false), (-40, -16, true)] {
        let case = app.case_after(&TO_PPK).await;
        let warned = warnings(&summon(&app, &case, "summoned", dated, day).await) == ["summons_day_unusual"];
        assert_eq!(warned, unusual, "written on {dated} for {day}");
    }
    for (dated, day, wanted) in [
        (-29, -28, &[][..]),
        (-31, -29, &["second_summons_unusual"]),
        (0, 1, &["second_summons_unusual"]),
        (0, -1, &["summons_day_unusual", "second_summons_unusual"]),
    ] {
        let case = app.case_after(&TO_PPK).await;
        // The first one was missed thirty days ago.
        summon(&app, &case, "summoned", -32, -30).await;
        let again = summon(&app, &case, "summoned_2", dated, day).await;
        assert_eq!(warnings(&again), wanted, "again on {dated} for {day}");
    }
}

#[tokio::test]
async fn the_days_of_a_summons_are_those_of_the_rule_that_holds() {
    let app = TestApp::start().await;
    let longer = "UPDATE deadline_rules SET length = 60 WHERE code = 'D7' AND variant = 'summons'";
    app.db.execute(&format!("{longer}; UPDATE law_versions SET version = version + 1")).await;
    let case = app.case_after(&TO_PPK).await;
    assert_eq!(warnings(&summon(&app, &case, "summoned", 0, 60).await), [""; 0]);
}

#[tokio::test]
async fn who_was_neither_examined_nor_summoned_twice_is_not_decided_about() {
    let app = TestApp::start().await;
    let case = crate::remedies::of_two_acts(&app).await;
    let mut impose = steps::input(&app, "impose_sanction");
    impose["acts"] = json!([1]);
    app.fire_with(&case, "impose_sanction", &impose).await;
    app.fire_with(&case, "take_effect", &steps::input(&app, "take_effect")).await;
    impose["acts"] = json!([2]);
    let decide = json!({ "to": "decided", "sanction": impose });
    summon(&app, &case, "summoned", -6, -5).await;
    app.step(Persona::Ppk, &case, "discipline", "team_formed", None).await;
    let unheard = app.try_step(Persona::Ppk, &case, "discipline", &decide).await.problem("guard-failed");
    assert_eq!(unheard.text("/guards/0/name"), "examined_or_summoned_twice", "{}", unheard.body());
    let ended = json!({
        "to": "not_proven", "document": { "number": "1", "dated": app.day(0) },
        "reason": "Pemeriksaan dimulai kembali dari awal.",
    });
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &ended).await.status, 200);
    summon(&app, &case, "summoned", -6, -5).await;
    summon(&app, &case, "summoned_2", -5, -4).await;
    app.step(Persona::Ppk, &case, "discipline", "team_formed", None).await;
    let decided = app.try_step(Persona::Ppk, &case, "discipline", &decide).await;
    assert_eq!(decided.status, 200, "missed twice: {}", decided.body());
}

#[tokio::test]
async fn a_first_decision_amid_an_examination_is_taken_with_a_warning() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    summon(&app, &case, "summoned", -6, -5).await;
    let decided = app.fire(&case, "impose_sanction").await;
    assert_eq!(warnings(&decided), ["examination_not_recorded"]);
    let heard = app.case_after(&TO_PPK).await;
    let decided = app.fire(&heard, "impose_sanction").await;
    assert_eq!((warnings(&decided), decided.at("/warnings")), (vec![], &Value::Null), "no examination was begun here");
}
