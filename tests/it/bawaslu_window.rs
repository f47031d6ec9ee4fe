//! Bawaslu's window (D2) as reporters and officers meet it: when it closes, who is told, and what it lets and forbids.

use serde_json::{Value, json};

use crate::clocks::{app_at, deadline, deadlines, guards, report, set};
use crate::harness::{Persona, steps};

#[tokio::test]
async fn a_report_known_on_friday_13_march_2026_has_bawaslus_window_until_31_or_20_march() {
    let app = app_at("2026-03-13T15:00").await;
    for (regime, last_day) in [("pemilu", "2026-03-31"), ("pemilihan", "2026-03-20")] {
        let receipt = app.submit(&report(&app, regime, "2026-03-13")).await;
        let window = deadline(&app, &receipt.case, "D2").await;
        assert_eq!((&window["last_day"], &window["status"]), (&json!(last_day), &json!("running")), "{regime}");
        assert_eq!(window["reporter"], "Pelapor #1");
        let case = app.case(Persona::Triage, &receipt.case).await;
        assert_eq!(case.at("/bawaslu_until"), &window["due_at"]);
        assert_eq!(case.at("/next_due_at"), &deadline(&app, &receipt.case, "D1").await["due_at"]);
    }
    let outside = app.submit(&report(&app, "none", "2026-03-13")).await;
    assert!(deadlines(&app, &outside.case, "D2").await.is_empty(), "no election, no window");
}

#[tokio::test]
async fn whoever_names_no_election_is_told_of_bawaslus_window_all_the_same() {
    let app = app_at("2024-10-02T10:00").await;
    let silent = |region: &str, known_on: &str| {
        let mut report = report(&app, "none", known_on);
        report.as_object_mut().unwrap().remove("election_regime");
        report["conduct"]["region_code"] = region.into();
        report
    };
    let send = async |key: &str, body: &Value| app.post("/v1/reports").key(key).json(body).expect(201).await;
    let body = silent("15.71", "2024-10-01");
    let taken = send("jendela-1", &body).await;
    let told = json!({ "last_day": "2024-10-08", "passed": false, "provisional": false });
    assert_eq!(taken.at("/bawaslu_window"), &told, "the regional elections of 2024 have begun");
    let case = app.receipt(&taken).await.case;
    assert_eq!(deadline(&app, &case, "D2").await["last_day"], "2024-10-08");
    set(&app, "2024-10-09T00:01");
    assert_eq!(send("jendela-1", &body).await.bytes, taken.bytes, "a repeat says what the first answer said");
    assert_eq!(send("jendela-2", &body).await.at("/bawaslu_window/passed"), &json!(true));
    set(&app, "2025-11-03T10:00");
    let none = send("jendela-3", &silent("15.71", "2025-11-02")).await;
    assert!(none.at("/bawaslu_window").is_null(), "no election runs: {}", none.body());
}

#[tokio::test]
async fn an_officer_is_warned_while_bawaslus_window_closes_and_once_it_has_closed() {
    let app = app_at("2026-03-13T15:00").await;
    let case = app.submit(&report(&app, "pemilihan", "2026-03-13")).await.case;
    let outside = app.submit(&report(&app, "none", "2026-03-13")).await.case;
    let warned = async |case: &str| -> Vec<String> {
        let seen = app.case(Persona::Triage, case).await;
        let warnings = seen.at("/warnings").as_array().cloned().unwrap_or_default();
        warnings.iter().filter_map(|warning| warning["code"].as_str()).map(ToOwned::to_owned).collect()
    };
    assert_eq!(warned(&case).await, [""; 0]);
    set(&app, "2026-03-18T00:01");
    assert_eq!(warned(&case).await, ["bawaslu_window_near"], "two days before its end");
    set(&app, "2026-03-21T00:01");
    assert_eq!(warned(&case).await, ["bawaslu_window_passed"], "also before a worker has noticed");
    app.sweep().await;
    assert_eq!(warned(&case).await, ["bawaslu_window_passed"]);
    assert_eq!(warned(&outside).await, [""; 0], "no election, no window");
}

#[tokio::test]
async fn on_day_eight_a_formal_report_to_bawaslu_is_refused_and_preliminary_information_is_not() {
    let app = app_at("2026-03-13T15:00").await;
    let mut named = report(&app, "pemilihan", "2026-03-13");
    named["reporter"] = json!({ "name": "Siti Pelapor", "email": "siti@warga.example" });
    named["consent_to_bawaslu"] = true.into();
    let mut in_time = named.clone();
    in_time["subject"] = json!({ "name": "Rina Wati", "agency": "Dinas Sosial Kota Jambi" });
    let (late, early) = (app.submit(&named).await, app.submit(&in_time).await);
    app.walk(&late.case, &["take"]).await;
    app.walk(&early.case, &["take"]).await;
    let mut refer = steps::input(&app, "refer_directly");
    refer["referral_kind"] = "formal_report".into();
    set(&app, "2026-03-20T23:58");
    app.fire_with(&early.case, "refer_directly", &refer).await;
    assert_eq!(deadline(&app, &early.case, "D2").await["status"], "met");
    set(&app, "2026-03-21T00:01");
    let refused = app.try_to(Persona::Triage, &late.case, "refer_directly", &refer).await;
    assert_eq!((refused.status, guards(&refused)), (422, vec!["bawaslu_window_open"]), "{}", refused.body());
    refer["referral_kind"] = "preliminary_information".into();
    app.fire_with(&late.case, "refer_directly", &refer).await;
    assert_eq!(deadline(&app, &late.case, "D5").await["last_day"], "2026-03-27", "leave and Idulfitri lie between");
}

#[tokio::test]
async fn bawaslu_is_not_passed_over_as_out_of_time_while_its_window_is_open() {
    let app = app_at("2026-03-13T15:00").await;
    let case = app.submit(&report(&app, "pemilihan", "2026-03-13")).await.case;
    app.walk(&case, &["take", "accept"]).await;
    let mut conclude = steps::input(&app, "conclude");
    conclude["bawaslu_skip_reason"] = "out_of_time".into();
    set(&app, "2026-03-20T23:58");
    let refused = app.try_to(Persona::Inspector, &case, "conclude", &conclude).await;
    assert_eq!((refused.status, guards(&refused)), (422, vec!["bawaslu_heard_or_skipped"]), "{}", refused.body());
    set(&app, "2026-03-21T00:01");
    app.fire_with(&case, "conclude", &conclude).await;
}

#[tokio::test]
async fn the_window_of_a_merged_report_runs_on_for_the_case_it_was_merged_into() {
    let app = app_at("2026-09-01T10:00").await;
    let early = app.submit(&report(&app, "pemilihan", "2026-08-27")).await;
    let late = app.submit(&report(&app, "pemilihan", "2026-08-30")).await;
    app.walk(&early.case, &["take"]).await;
    app.walk(&late.case, &["take"]).await;
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = early.case.clone().into();
    app.fire_with(&late.case, "merge", &merge).await;
    let windows = deadlines(&app, &early.case, "D2").await;
    let days: Vec<&str> = windows.iter().filter_map(|window| window["last_day"].as_str()).collect();
    assert_eq!(days, ["2026-09-03", "2026-09-06"]);
    assert_eq!(app.case(Persona::Triage, &early.case).await.at("/bawaslu_until"), &windows[1]["due_at"]);
    assert_eq!(deadline(&app, &late.case, "D2").await["status"], "cancelled");
    // Neither had an inspectorate when they were merged; the one that comes to review the master can undo it.
    app.walk(&early.case, &["accept"]).await;
    app.walk(&late.case, &["unmerge"]).await;
    assert_eq!(deadlines(&app, &early.case, "D2").await[1]["status"], "cancelled");
    assert_eq!(deadline(&app, &late.case, "D2").await["last_day"], "2026-09-06");
    assert_eq!(app.case(Persona::Triage, &early.case).await.at("/bawaslu_until"), &windows[0]["due_at"]);
}

#[tokio::test]
async fn a_merged_report_keeps_its_window_when_another_election_law_turns_out_to_apply() {
    let app = app_at("2026-09-01T10:00").await;
    let early = app.submit(&report(&app, "none", "2026-08-27")).await;
    let late = app.submit(&report(&app, "none", "2026-08-30")).await;
    app.walk(&early.case, &["take"]).await;
    app.walk(&late.case, &["take"]).await;
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = early.case.clone().into();
    app.fire_with(&late.case, "merge", &merge).await;
    assert!(deadlines(&app, &early.case, "D2").await.is_empty());
    app.walk(&early.case, &["accept"]).await;
    let windows = deadlines(&app, &early.case, "D2").await;
    let mut days: Vec<&str> = windows.iter().filter_map(|window| window["last_day"].as_str()).collect();
    days.sort_unstable();
    assert_eq!(days, ["2026-09-03", "2026-09-06"]);
}
