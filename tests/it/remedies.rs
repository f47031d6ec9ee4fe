//! What a decision waits for before it is in force, which remedy it has, and what the outcome of a remedy leaves, also once the
//! case is only monitored.

use chrono::Duration;
use serde_json::{Value, json};

use crate::clocks::deadline;
use crate::harness::{Persona, Reply, TestApp, steps};

const TO_PPK: [&str; 4] = ["take", "accept", "conclude", "send_recommendation"];
const REASON: &str = "Alasan yang cukup panjang untuk dicatat pada berkas.";

fn guards(reply: &Reply) -> Vec<&str> {
    reply.at("/guards").as_array().into_iter().flatten().map(|guard| guard["name"].as_str().unwrap()).collect()
}

fn warnings(reply: &Reply) -> Vec<&str> {
    reply.at("/warnings").as_array().into_iter().flatten().map(|warning| warning["code"].as_str().unwrap()).collect()
}

async fn sanctions(app: &TestApp, case: &str) -> Reply {
    app.get(&format!("/v1/cases/{case}/sanctions")).by(Persona::Auditor).expect(200).await
}

/// A case of two acts with the PPK.
pub async fn of_two_acts(app: &TestApp) -> String {
    let case = app.case_after(&["take", "accept"]).await;
    let mut conclude = steps::input(app, "conclude");
    conclude["findings"] = json!([
        { "act": "Mengunggah poster calon", "proven": true, "category": "discipline" },
        { "act": "Berfoto dengan simbol partai", "proven": true },
    ]);
    app.fire_with(&case, "conclude", &conclude).await;
    app.walk(&case, &["send_recommendation"]).await;
    case
}

/// A decision of the PPK for these acts.
fn decision(app: &TestApp, code: &str, acts: &Value) -> Value {
    let mut impose = steps::input(app, "impose_sanction");
    impose["sanction_code"] = code.into();
    impose["acts"] = acts.clone();
    impose
}

/// A team examines, so that the PPK may decide on the next act.
async fn examined(app: &TestApp, case: &str) {
    let today = app.day(0);
    app.step(Persona::Ppk, case, "discipline", "summoned", Some(&today)).await;
    app.step(Persona::Ppk, case, "discipline", "team_formed", None).await;
    app.step(Persona::Ppk, case, "discipline", "examined", Some(&today)).await;
}

/// A case with S1 in force for its first act and this sanction just decided for its second, with the answer to that.
async fn of_two_decisions(app: &TestApp, second: &str) -> (String, Reply) {
    let case = of_two_acts(app).await;
    app.fire_with(&case, "impose_sanction", &decision(app, "S1", &json!([1]))).await;
    app.walk(&case, &["take_effect"]).await;
    examined(app, &case).await;
    let further = json!({ "to": "decided", "sanction": decision(app, second, &json!([2])) });
    let further = app.try_step(Persona::Ppk, &case, "discipline", &further).await;
    assert_eq!(further.status, 200, "{}", further.body());
    (case, further)
}

async fn late_appeal(app: &TestApp, case: &str) {
    let mut appeal = steps::input(app, "file_appeal");
    appeal["late_filing_reason"] = REASON.into();
    app.fire_with(case, "file_appeal", &appeal).await;
}

#[tokio::test]
async fn an_ethics_decision_that_takes_effect_leaves_the_examination_of_another_act_running() {
    let app = TestApp::start().await;
    let case = of_two_acts(&app).await;
    app.step(Persona::Ppk, &case, "discipline", "summoned", Some(&app.day(5))).await;
    let mut moral = decision(&app, "MORAL_OPEN", &json!([2]));
    (moral["category"], moral["below_range_explanation"]) = ("ethics".into(), REASON.into());
    app.fire_with(&case, "impose_sanction", &moral).await;
    app.fire_with(&case, "take_effect", &json!({ "delivered_on": app.day(0) })).await;
    assert_eq!(app.track(&case, "discipline").await, "summoned", "nothing was decided on the other act");
    let mut close = steps::input(&app, "close");
    close["idis_ref"] = Value::Null;
    close.as_object_mut().unwrap().remove("idis_ref");
    let refused = app.try_to(Persona::Auditor, &case, "close", &close).await;
    assert_eq!(guards(&refused.problem("guard-failed")), ["all_tracks_terminal"]);
}

#[tokio::test]
async fn a_remedy_against_one_decision_leaves_the_examination_of_another_act_running() {
    let app = TestApp::start().await;
    let case = of_two_acts(&app).await;
    app.fire_with(&case, "impose_sanction", &decision(&app, "S1", &json!([1]))).await;
    app.walk(&case, &["take_effect"]).await;
    app.step(Persona::Ppk, &case, "discipline", "summoned", Some(&app.day(5))).await;
    late_appeal(&app, &case).await;
    app.fire(&case, "decide_appeal").await;
    assert_eq!(app.track(&case, "discipline").await, "summoned");
    late_appeal(&app, &case).await;
    assert_eq!(app.fire(&case, "cancel_on_appeal").await.text("/state"), "monitoring");
    assert_eq!(app.track(&case, "discipline").await, "summoned", "only the decision that was challenged is cancelled");
}

#[tokio::test]
async fn cancelling_one_decision_leaves_the_act_of_another_punished_and_its_sanction_standing() {
    let app = TestApp::start().await;
    let (case, further) = of_two_decisions(&app, "S2").await;
    assert_eq!(further.text("/sanction_code"), "S2");
    let letter = json!({ "number": "800/9/2026", "dated": app.day(0) });
    let cancel = json!({ "to": "cancelled", "document": letter, "reason": REASON });
    let cancelled = app.try_step(Persona::Ppk, &case, "discipline", &cancel).await;
    assert_eq!((cancelled.status, cancelled.text("/sanction_code")), (200, "S1"), "{}", cancelled.body());
    examined(&app, &case).await;
    let again = json!({ "to": "decided", "sanction": decision(&app, "S3", &json!([1])) });
    let refused = app.try_step(Persona::Ppk, &case, "discipline", &again).await;
    assert_eq!(guards(&refused.problem("guard-failed")), ["not_punished_twice"], "S1 still stands for act 1");
    let free = json!({ "to": "decided", "sanction": decision(&app, "S3", &json!([2])) });
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &free).await.status, 200, "act 2 is free again");
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &cancel).await.status, 200);
    // The remedy is against what still stands, not against what is cancelled already.
    late_appeal(&app, &case).await;
    let ended = app.fire(&case, "cancel_on_appeal").await;
    assert_eq!((ended.text("/closure_reason"), ended.at("/sanction_code")), ("sanction_cancelled", &Value::Null));
    let told = sanctions(&app, &case).await;
    let last = told.at("/data").as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["version_of"], &last["acts"]), (told.at("/data/0/id"), &json!([1])));
}

#[tokio::test]
async fn where_two_decisions_stand_a_remedy_names_one_and_its_outcome_leaves_the_other_as_it_was() {
    let app = TestApp::start().await;
    let (case, _) = of_two_decisions(&app, "S2").await;
    let mut appeal = steps::input(&app, "file_appeal");
    appeal["late_filing_reason"] = REASON.into();
    let unnamed = app.try_to(Persona::Ppk, &case, "file_appeal", &appeal).await;
    assert_eq!((unnamed.status, unnamed.faults()), (422, vec![("/input/against_version", "required")]));
    appeal["against_version"] = 3.into();
    let unknown = app.try_to(Persona::Ppk, &case, "file_appeal", &appeal).await;
    assert_eq!(unknown.faults(), [("/input/against_version", "unknown-code")]);
    appeal["against_version"] = 1.into();
    appeal.as_object_mut().unwrap().remove("late_filing_reason");
    let late = app.try_to(Persona::Ppk, &case, "file_appeal", &appeal).await;
    assert_eq!(guards(&late.problem("guard-failed")), ["appeal_in_time_or_explained"], "its delivery is not on record");
    appeal["late_filing_reason"] = REASON.into();
    app.fire_with(&case, "file_appeal", &appeal).await;
    let told = sanctions(&app, &case).await;
    let (first, second) = (told.at("/data/0/id").clone(), told.at("/data/1").clone());
    let tracks = app.get(&format!("/v1/cases/{case}/tracks")).by(Persona::Auditor).expect(200).await;
    let filed = tracks.at("/data").as_array().unwrap().iter().find(|track| track["track"] == "appeal").unwrap().clone();
    assert_eq!(filed["runs"][0]["against"], first, "{filed}");
    let outcome =
        json!({ "outcome": "lightened", "sanction_code": "R2", "decision": { "number": "B/1", "dated": app.day(0) } });
    app.fire_with(&case, "decide_appeal", &outcome).await;
    let told = sanctions(&app, &case).await;
    assert_eq!((told.at("/data/2/version_of"), told.at("/data/2/acts")), (&first, &json!([1])));
    assert_eq!(told.at("/data/1"), &second, "the other one stands as it was");
    assert_eq!(app.track(&case, "discipline").await, "decided", "it still waits to be delivered");
    // Of the two that stand now the older one, the second decision, is cancelled by its own remedy.
    appeal["against_version"] = 2.into();
    app.fire_with(&case, "file_appeal", &appeal).await;
    let ended = app.fire(&case, "cancel_on_appeal").await;
    assert_eq!(ended.text("/sanction_code"), "R2", "{}", ended.body());
    let told = sanctions(&app, &case).await;
    assert_eq!((told.text("/data/3/origin"), told.at("/data/3/version_of")), ("cancelled", &second["id"]));
}

#[tokio::test]
async fn a_dismissal_decided_later_waits_for_its_appeal_window_unless_the_ppk_says_why_not() {
    let app = TestApp::start().await;
    let (case, _) = of_two_decisions(&app, "B3").await;
    let today = app.day(0);
    app.step(Persona::Ppk, &case, "discipline", "delivered", Some(&today)).await;
    let in_force = json!({ "to": "in_force" });
    let early = app.try_step(Persona::Ppk, &case, "discipline", &in_force).await;
    assert_eq!(guards(&early.problem("guard-failed")), ["fifteenth_day_reached", "appeal_window_passed"]);
    app.advance(Duration::days(15));
    let window = app.try_step(Persona::Ppk, &case, "discipline", &in_force).await;
    assert_eq!(guards(&window.problem("guard-failed")), ["appeal_window_passed"], "fourteen working days are more");
    let why = json!({ "to": "in_force", "reason": "Terlapor menyatakan menerima keputusan secara tertulis." });
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &why).await.status, 200);
    let told = sanctions(&app, &case).await;
    assert_eq!(told.text("/data/1/start_on"), app.day(0), "the fifteenth day");
}

#[tokio::test]
async fn after_the_appeal_window_a_later_decision_is_in_force_without_a_reason() {
    let app = TestApp::start().await;
    let (case, _) = of_two_decisions(&app, "S2").await;
    app.step(Persona::Ppk, &case, "discipline", "delivered", Some(&app.day(0))).await;
    // The lengths are data: a rule of ten days is followed.
    app.db.execute("UPDATE deadline_rules SET length = 20 WHERE code = 'D9' AND variant = 'in_force'").await;
    app.db.execute("UPDATE deadline_rules SET length = 1 WHERE code = 'D9' AND variant <> 'in_force'").await;
    app.db.execute("UPDATE law_versions SET version = version + 1").await;
    app.advance(Duration::days(19));
    let early = app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "in_force" })).await;
    assert_eq!(guards(&early.problem("guard-failed")), ["fifteenth_day_reached"]);
    app.advance(Duration::days(1));
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "in_force" })).await.status, 200);
    assert_eq!(sanctions(&app, &case).await.text("/data/1/start_on"), app.day(0));
}

#[tokio::test]
async fn a_dismissal_goes_to_bpasn_and_everything_else_is_objected_to_or_the_officer_is_warned() {
    let app = TestApp::start().await;
    let way = |code: &'static str| {
        let app = &app;
        async move {
            let case = app.case_after(&TO_PPK).await;
            let mut impose = steps::input(app, "impose_sanction");
            impose["sanction_code"] = code.into();
            app.fire_with(&case, "impose_sanction", &impose).await;
            case
        }
    };
    let (objection, appeal) = ("objection", "administrative_appeal");
    for (code, kind, differs) in
        [("S1", objection, false), ("S1", appeal, true), ("B3", appeal, false), ("PTDH", objection, true)]
    {
        let case = way(code).await;
        let mut filed = steps::input(&app, "file_appeal");
        filed["kind"] = kind.into();
        let reply = app.fire_with(&case, "file_appeal", &filed).await;
        assert_eq!(warnings(&reply).contains(&"remedy_differs"), differs, "{code} {kind}: {}", reply.body());
        assert_eq!(reply.text("/state"), "appeal", "the body decides what it admits");
    }
    let catalogue = app.get("/v1/reference/sanctions").expect(200).await;
    let remedies: Vec<(&Value, &Value)> =
        catalogue.at("/data").as_array().unwrap().iter().map(|row| (&row["code"], &row["remedy"])).collect();
    for (code, remedy) in [("MORAL_OPEN", Value::Null), ("B1", json!(objection)), ("PX-TERMINATION", json!(appeal))] {
        assert!(remedies.contains(&(&json!(code), &remedy)), "{code}");
    }
}

#[tokio::test]
async fn a_sanction_of_tenured_officials_for_one_on_contract_is_warned_of() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"] = json!({ "name": "Budi Santoso", "nip": "199009132025242014", "employment": "pppk" });
    app.fire_with(&case, "accept", &accept).await;
    app.walk(&case, &["conclude", "send_recommendation"]).await;
    let decided = app.fire(&case, "impose_sanction").await;
    assert_eq!(warnings(&decided), ["sanction_not_for_employment"], "{}", decided.body());
    app.walk(&case, &["file_appeal"]).await;
    let outcome = |code: &str| json!({ "outcome": "changed", "sanction_code": code, "decision": { "number": "B/1", "dated": app.day(0) } });
    let changed = app.fire_with(&case, "decide_appeal", &outcome("PX-LIGHT")).await;
    assert_eq!(warnings(&changed), Vec::<&str>::new());
    let tenured = app.case_after(&[&TO_PPK[..], &["impose_sanction", "file_appeal"]].concat()).await;
    let changed = app.fire_with(&tenured, "decide_appeal", &outcome("PX-HEAVY")).await;
    assert_eq!(warnings(&changed), ["sanction_not_for_employment"]);
}

#[tokio::test]
async fn a_remedy_pending_when_the_subject_left_ends_with_a_new_sanction_and_then_the_case_closes() {
    let app = TestApp::start().await;
    let case = app.case_after(&[&TO_PPK[..], &["impose_sanction", "file_appeal", "record_departure"]].concat()).await;
    assert_eq!(app.state(&case).await, "monitoring");
    let waiting =
        app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "delivered", "day": app.day(0) })).await;
    assert_eq!(waiting.status, 200, "{}", waiting.body());
    let letter = json!({ "number": "BPASN/7", "dated": app.day(0) });
    let bare = app.try_step(Persona::Ppk, &case, "appeal", &json!({ "to": "lightened", "document": letter })).await;
    assert_eq!(bare.faults(), [("/sanction_code", "required")]);
    let unknown = json!({ "to": "lightened", "document": letter, "sanction_code": "R9" });
    assert_eq!(
        app.try_step(Persona::Ppk, &case, "appeal", &unknown).await.faults(),
        [("/sanction_code", "unknown-code")]
    );
    let moral = json!({ "to": "lightened", "document": letter, "sanction_code": "MORAL_OPEN" });
    let refused = app.try_step(Persona::Ppk, &case, "appeal", &moral).await;
    assert_eq!(guards(&refused.problem("guard-failed")), ["new_sanction_named"]);
    let given = json!({ "to": "upheld", "document": letter, "sanction_code": "R2" });
    assert_eq!(
        app.try_step(Persona::Ppk, &case, "appeal", &given).await.faults(),
        [("/sanction_code", "unknown-field")]
    );
    let lightened = json!({ "to": "lightened", "document": letter, "sanction_code": "R2" });
    let done = app.try_step(Persona::Ppk, &case, "appeal", &lightened).await;
    assert_eq!((done.status, done.text("/sanction_code")), (200, "R2"), "{}", done.body());
    assert_eq!(app.track(&case, "discipline").await, "in_force", "it waited for the outcome");
    let told = sanctions(&app, &case).await;
    let last = (told.text("/data/1/origin"), told.text("/data/1/sk_number"), told.at("/data/1/version_of"));
    assert_eq!(last, ("lightened", "BPASN/7", told.at("/data/0/id")));
    assert_eq!(told.text("/data/1/start_on"), app.day(0));
    let owed = deadline(&app, &case, "D12").await;
    assert_eq!(
        (&owed["status"], &owed["starts_on"]),
        (&json!("running"), &json!(app.day(0))),
        "I'DIS is owed the new one"
    );
    assert_eq!(app.fire(&case, "close").await.text("/closure_reason"), "subject_left_service");
}

#[tokio::test]
async fn an_outcome_called_lighter_or_heavier_that_is_not_is_warned_of() {
    let app = TestApp::start().await;
    for (outcome, code, unusual) in [
        ("lightened", "B1", true),
        ("lightened", "S1", true),
        ("lightened", "R3", false),
        ("aggravated", "R3", true),
        ("aggravated", "S2", false),
        ("changed", "S2", false),
    ] {
        let case = app.case_after(&[&TO_PPK[..], &["impose_sanction", "file_appeal"]].concat()).await;
        let letter = json!({ "number": "KEB/1", "dated": app.day(0) });
        let decide = json!({ "outcome": outcome, "decision": letter, "sanction_code": code });
        let decided = app.fire_with(&case, "decide_appeal", &decide).await;
        assert_eq!(
            warnings(&decided).contains(&"outcome_not_as_called"),
            unusual,
            "{outcome} {code}: {}",
            decided.body()
        );
    }
}

#[tokio::test]
async fn a_decision_does_not_come_into_force_beside_a_pending_remedy_and_does_once_it_is_upheld() {
    let app = TestApp::start().await;
    let case = app.case_after(&[&TO_PPK[..], &["impose_sanction", "file_appeal", "record_departure"]].concat()).await;
    app.step(Persona::Ppk, &case, "discipline", "delivered", Some(&app.day(0))).await;
    app.advance(Duration::days(40));
    let early = app.try_step(Persona::Ppk, &case, "discipline", &json!({ "to": "in_force" })).await;
    assert_eq!(guards(&early.problem("guard-failed")), ["no_remedy_pending"]);
    app.step(Persona::Ppk, &case, "appeal", "upheld", None).await;
    assert_eq!(app.track(&case, "discipline").await, "in_force");
    assert_eq!(sanctions(&app, &case).await.text("/data/0/start_on"), app.day(0));
    assert_eq!(deadline(&app, &case, "D12").await["starts_on"], app.day(0), "it is in force by the outcome");
    app.fire(&case, "close").await;
    assert_eq!(deadline(&app, &case, "D12").await["status"], "met");
}

#[tokio::test]
async fn days_are_held_against_the_decision_and_against_what_is_on_record() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let mut impose = steps::input(&app, "impose_sanction");
    impose["decision"]["dated"] = app.day(2).into();
    let ahead = app.try_to(Persona::Ppk, &case, "impose_sanction", &impose).await;
    assert_eq!(guards(&ahead.problem("guard-failed")), ["decision_by_today"]);
    impose["decision"]["dated"] = app.day(-30).into();
    app.fire_with(&case, "impose_sanction", &impose).await;
    let mut appeal = steps::input(&app, "file_appeal");
    appeal["filed_on"] = app.day(-31).into();
    let before = app.try_to(Persona::Ppk, &case, "file_appeal", &appeal).await;
    assert_eq!(guards(&before.problem("guard-failed")), ["since_decision"]);
    let early = json!({ "delivered_on": app.day(-31), "early_effect_reason": REASON });
    let early = app.try_to(Persona::Ppk, &case, "take_effect", &early).await;
    assert_eq!(guards(&early.problem("guard-failed")), ["since_decision"]);
    let letter = json!({ "to": "delivered", "day": app.day(-31) });
    let early = app.try_step(Persona::Ppk, &case, "discipline", &letter).await;
    assert_eq!(guards(&early.problem("guard-failed")), ["since_decision"]);
    app.step(Persona::Ppk, &case, "discipline", "delivered", Some(&app.day(-30))).await;
    // Another day of delivery would make of a late filing one in time.
    appeal = steps::input(&app, "file_appeal");
    appeal["delivered_on"] = app.day(-3).into();
    let other = app.try_to(Persona::Ppk, &case, "file_appeal", &appeal).await;
    assert_eq!(guards(&other.problem("guard-failed")), ["delivered_by_today"]);
    appeal["delivered_on"] = app.day(-30).into();
    let late = app.try_to(Persona::Ppk, &case, "file_appeal", &appeal).await;
    assert_eq!(guards(&late.problem("guard-failed")), ["appeal_in_time_or_explained"]);
    appeal["late_filing_reason"] = REASON.into();
    app.fire_with(&case, "file_appeal", &appeal).await;
    for verb in ["decide_appeal", "cancel_on_appeal"] {
        let mut input = steps::input(&app, verb);
        input["decision"]["dated"] = app.day(2).into();
        let ahead = app.try_to(Persona::Ppk, &case, verb, &input).await;
        assert_eq!(guards(&ahead.problem("guard-failed")), ["decision_by_today"], "{verb}");
    }
}

#[tokio::test]
async fn of_two_sanctions_each_is_registered_before_the_case_closes_and_the_time_for_the_first_runs_on() {
    let app = TestApp::start().await;
    let case = of_two_acts(&app).await;
    app.fire_with(&case, "impose_sanction", &decision(&app, "S1", &json!([1]))).await;
    app.walk(&case, &["take_effect"]).await;
    let owed = async || {
        let path = format!("/v1/cases/{case}/deadlines");
        let told = app.get(&path).by(Persona::Auditor).expect(200).await;
        let rows = told.at("/data").as_array().unwrap().clone();
        let of_register: Vec<Value> = rows.into_iter().filter(|row| row["code"] == "D12").collect();
        of_register.into_iter().map(|row| (row["status"].clone(), row["last_day"].clone())).collect::<Vec<_>>()
    };
    let first = owed().await;
    app.advance(Duration::days(2));
    examined(&app, &case).await;
    let further = json!({ "to": "decided", "sanction": decision(&app, "S2", &json!([2])) });
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &further).await.status, 200);
    app.step(Persona::Ppk, &case, "discipline", "delivered", Some(&app.day(-16))).await;
    let now = json!({ "to": "in_force", "reason": REASON });
    assert_eq!(app.try_step(Persona::Ppk, &case, "discipline", &now).await.status, 200);
    assert_eq!(owed().await, first, "the second decision does not put off the first registration");
    let unregistered = async || {
        let told = app.get("/v1/compliance").by(Persona::Auditor).expect(200).await;
        told.at("/data/0/unregistered").clone()
    };
    assert_eq!(unregistered().await, json!(2));
    let mut close = steps::input(&app, "close");
    let one = app.try_to(Persona::Auditor, &case, "close", &close).await;
    assert_eq!(guards(&one.problem("guard-failed")), ["registered_in_idis"]);
    close["registrations"] =
        json!([{ "version": 1, "idis_ref": "IDIS-2026-7" }, { "version": 9, "idis_ref": "IDIS-2026-8" }]);
    let unknown = app.try_to(Persona::Auditor, &case, "close", &close).await;
    assert_eq!(unknown.faults(), [("/input/registrations/1/version", "unknown-code")]);
    close["registrations"] = json!([{ "version": 1, "idis_ref": "IDIS-2026-7" }]);
    app.fire_with(&case, "close", &close).await;
    let told = sanctions(&app, &case).await;
    assert_eq!((told.text("/data/0/idis_ref"), told.text("/data/1/idis_ref")), ("IDIS-2026-7", "IDIS-2026-1"));
    assert_eq!(unregistered().await, json!(0));
}
