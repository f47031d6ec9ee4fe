//! Days end where the office sits that has the work: a case of one part of the country may be in the hands of another. Times are
//! Jakarta's (WIB); in Papua (WIT) a day is over two hours before.

use reqwest::Method;
use serde_json::{Value, json};

use crate::clocks::{app_at, deadline, deadlines, guards, set};
use crate::harness::{Persona, TestApp, steps};

const TO_PPK: [&str; 4] = ["take", "accept", "conclude", "send_recommendation"];
const TO_DECISION: [&str; 5] = ["take", "accept", "conclude", "send_recommendation", "impose_sanction"];
const PAPUA: &str = "91.03";

/// A program whose verifiers and auditors reach the whole country, with the inspectorate and the PPK of this agency.
async fn app_of(minute: &str, agency: &str) -> TestApp {
    let app = app_at(minute).await;
    let everywhere =
        "UPDATE seats SET region_code = '' WHERE role IN ('triage_officer', 'bkn_auditor', 'bawaslu_liaison')";
    app.db.execute(everywhere).await;
    move_seats(&app, agency).await;
    app
}

/// The officers of Kota Jambi go to work for another agency.
async fn move_seats(app: &TestApp, agency: &str) {
    let moved = "UPDATE seats SET agency_id = a.id, region_code = a.region_code FROM agencies a, agencies before \
                 WHERE before.code = 'PEMDA1571' AND agency_id = before.id AND a.code =";
    app.db.execute(&format!("{moved} '{agency}'")).await;
}

/// A case of conduct in this region, come this far with an agency of this code.
async fn case_of(app: &TestApp, region: &str, agency: &str, verbs: &[&str]) -> String {
    let mut report = app.report();
    report["conduct"]["region_code"] = region.into();
    let case = app.submit(&report).await.case;
    for verb in verbs {
        let mut input = steps::input(app, verb);
        for field in ["agency_code", "reviewing_agency_code", "addressee_agency_code"] {
            if input.get(field).is_some() {
                input[field] = agency.into();
            }
        }
        app.fire_with(&case, verb, &input).await;
    }
    case
}

/// The last day of a deadline, the zone in which it ends, and when that is.
async fn end(app: &TestApp, case: &str, code: &str) -> [String; 3] {
    let deadline = deadline(app, case, code).await;
    ["last_day", "zone", "due_at"].map(|field| deadline[field].as_str().unwrap_or_default().to_owned())
}

async fn local_holiday(app: &TestApp, day: &str, region: &str) {
    let holiday = json!({ "kind": "local_holiday", "name": "Hari jadi daerah", "confirmation": "confirmed" });
    let path = format!("/v1/calendar/days/{day}?region_code={region}");
    app.call(Method::PUT, &path).by(Persona::SystemAdmin).json(&holiday).expect(200).await;
    app.sweep().await;
}

#[tokio::test]
async fn the_ppks_fourteen_days_end_where_the_ppk_sits_and_not_where_the_conduct_was() {
    for (conduct, ppk, last_second, zone, late, over) in [
        (PAPUA, "PEMDA1571", "16:59:59", "WIB", "2026-09-15T23:58", "2026-09-16T00:01"),
        ("15.71", "PEMDA9103", "14:59:59", "WIT", "2026-09-15T21:58", "2026-09-15T22:01"),
    ] {
        let app = app_of("2026-09-01T10:00", ppk).await;
        let case = case_of(&app, conduct, ppk, &TO_PPK).await;
        let follow_up = end(&app, &case, "D7").await;
        assert_eq!(follow_up, ["2026-09-15".to_owned(), zone.to_owned(), format!("2026-09-15T{last_second}Z")]);
        let warning = json!({ "to": "warning", "document": { "number": "W/1", "dated": "2026-09-15" } });
        set(&app, late);
        app.sweep().await;
        assert_eq!(deadline(&app, &case, "D7").await["status"], "running", "{ppk} at {late}");
        let refused = app.try_step(Persona::Auditor, &case, "control", &warning).await;
        assert_eq!(guards(&refused), ["follow_up_overdue_or_explained"], "{ppk} at {late}: {}", refused.body());
        set(&app, over);
        app.sweep().await;
        assert_eq!(deadline(&app, &case, "D7").await["status"], "passed", "{ppk} at {over}");
        let warned = app.try_step(Persona::Auditor, &case, "control", &warning).await;
        assert_eq!(warned.status, 200, "{ppk} at {over}: {}", warned.body());
    }
}

#[tokio::test]
async fn a_decision_takes_effect_once_the_time_for_a_remedy_is_over_where_the_ppk_sits() {
    for (conduct, ppk, last_second, late, over) in [
        (PAPUA, "PEMDA1571", "2026-03-27T16:59:59Z", "2026-03-27T23:58", "2026-03-28T00:01"),
        ("15.71", "PEMDA9103", "2026-03-27T14:59:59Z", "2026-03-27T21:58", "2026-03-27T22:01"),
    ] {
        let app = app_of("2026-03-02T10:00", ppk).await;
        let case = case_of(&app, conduct, ppk, &TO_DECISION).await;
        let other = case_of(&app, conduct, ppk, &TO_DECISION).await;
        app.step(Persona::Ppk, &case, "discipline", "delivered", Some("2026-03-02")).await;
        assert_eq!(end(&app, &case, "D9").await[2], last_second);
        let delivered = json!({ "delivered_on": "2026-03-02" });
        let appeal = |filed_on: &str| json!({ "kind": "objection", "filed_on": filed_on, "body": "Kepala daerah", "delivered_on": "2026-03-02" });
        set(&app, late);
        for case in [&case, &other] {
            let refused = app.try_to(Persona::Ppk, case, "take_effect", &delivered).await;
            assert_eq!(guards(&refused), ["appeal_window_passed"], "{ppk} at {late}: {}", refused.body());
        }
        let tomorrow = app.try_to(Persona::Ppk, &other, "file_appeal", &appeal("2026-03-28")).await;
        assert_eq!(guards(&tomorrow)[0], "filed_by_today", "{ppk} at {late}: {}", tomorrow.body());
        set(&app, over);
        let effective = app.try_to(Persona::Ppk, &case, "take_effect", &delivered).await;
        assert_eq!(effective.status, 200, "{ppk} at {over}: {}", effective.body());
        let today = app.try_to(Persona::Ppk, &other, "file_appeal", &appeal("2026-03-28")).await;
        assert_eq!(guards(&today), ["appeal_in_time_or_explained"], "{ppk} at {over}: {}", today.body());
    }
}

#[tokio::test]
async fn a_day_off_where_the_ppk_sits_lengthens_its_times_and_one_where_the_conduct_was_does_not() {
    let app = app_of("2026-03-02T10:00", "PEMDA1571").await;
    let case = case_of(&app, PAPUA, "PEMDA1571", &TO_DECISION).await;
    app.step(Persona::Ppk, &case, "discipline", "delivered", Some("2026-03-02")).await;
    local_holiday(&app, "2026-03-10", "91").await;
    assert_eq!(end(&app, &case, "D9").await[0], "2026-03-27");
    local_holiday(&app, "2026-03-11", "15.71").await;
    assert_eq!(end(&app, &case, "D9").await[0], "2026-03-30");
    let delivered = json!({ "delivered_on": "2026-03-02" });
    set(&app, "2026-03-30T23:58");
    let refused = app.try_to(Persona::Ppk, &case, "take_effect", &delivered).await;
    assert_eq!(guards(&refused), ["appeal_window_passed"], "{}", refused.body());
    set(&app, "2026-03-31T00:01");
    let effective = app.try_to(Persona::Ppk, &case, "take_effect", &delivered).await;
    assert_eq!(effective.status, 200, "{}", effective.body());
}

#[tokio::test]
async fn the_review_ends_where_the_inspectorate_sits_and_verification_where_the_conduct_was() {
    let app = app_of("2026-09-01T10:00", "PEMDA9103").await;
    let case = case_of(&app, "15.71", "PEMDA9103", &["take", "accept"]).await;
    assert_eq!(end(&app, &case, "D1").await[1..], ["WIB", "2026-09-08T16:59:59Z"]);
    assert_eq!(end(&app, &case, "D4").await, ["2026-09-21", "WIT", "2026-09-21T14:59:59Z"]);
    local_holiday(&app, "2026-09-10", "15").await;
    assert_eq!(end(&app, &case, "D4").await[0], "2026-09-21");
    local_holiday(&app, "2026-09-11", PAPUA).await;
    assert_eq!(end(&app, &case, "D4").await[0], "2026-09-22");
    // A body of the whole country sits in Jakarta and keeps no region's days off.
    let central = case_of(&app, PAPUA, "KEMENDAGRI", &["take", "accept"]).await;
    local_holiday(&app, "2026-09-14", "31").await;
    assert_eq!(end(&app, &central, "D4").await, ["2026-09-21", "WIB", "2026-09-21T16:59:59Z"]);
}

#[tokio::test]
async fn another_ppk_has_its_own_fourteen_days_where_it_sits() {
    let app = app_of("2026-09-01T10:00", "PEMDA1571").await;
    let case = case_of(&app, "15.71", "PEMDA1571", &TO_PPK).await;
    assert_eq!(end(&app, &case, "D7").await[1], "WIB");
    set(&app, "2026-09-03T22:30");
    let reassign = json!({ "agency_code": "PEMDA9103", "reason": "Terlapor bertugas pada instansi lain sejak Juli." });
    app.fire_with(&case, "reassign_agency", &reassign).await;
    let anew = deadline(&app, &case, "D7").await;
    assert_eq!(
        (&anew["starts_on"], &anew["zone"]),
        (&json!("2026-09-04"), &json!("WIT")),
        "there it is Friday already"
    );
    assert_eq!(anew["due_at"], "2026-09-18T14:59:59Z");
    let former = &deadlines(&app, &case, "D7").await[0];
    let shown = ["status", "last_day", "zone"].map(|field| former[field].as_str().unwrap());
    assert_eq!(shown, ["cancelled", "2026-09-15", "WIB"], "what ended is shown as it was counted");
}

#[tokio::test]
async fn a_mail_names_the_day_on_which_it_ends_where_the_ppk_sits() {
    let app = app_of("2026-09-01T10:00", "PEMDA1571").await;
    let case = case_of(&app, PAPUA, "PEMDA1571", &TO_PPK).await;
    app.deliver_all().await;
    let letter = app.mails_to(Persona::Ppk.email()).pop().unwrap();
    assert!(letter.text.contains("15-09-2026"), "{}", letter.text);
    set(&app, "2026-09-13T00:05");
    app.sweep().await;
    set(&app, "2026-09-13T07:01");
    app.deliver_all().await;
    let digest = app.mails_to(Persona::Ppk.email()).pop().unwrap();
    assert!(digest.text.contains(&format!("{case}: D7 Tindak lanjut PPK, 15-09-2026")), "{}", digest.text);
}

async fn recounted(app: &TestApp, case: &str) -> Vec<Value> {
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Auditor).expect(200).await;
    let all = events.at("/data").as_array().unwrap().clone();
    all.into_iter().filter(|event| event["kind"] == "deadline.recounted").collect()
}

#[tokio::test]
async fn what_an_earlier_program_counted_where_the_conduct_was_is_counted_again_once() {
    let app = app_of("2026-09-01T10:00", "PEMDA1571").await;
    let case = case_of(&app, PAPUA, "PEMDA1571", &TO_PPK).await;
    app.db.execute(include_str!("../../migrations/2026-11-25-090000_count_days_where_the_work_is/down.sql")).await;
    app.db.execute("UPDATE deadlines SET due_at = due_at - interval '2 hours' WHERE code = 'D7'").await;
    app.db.execute(include_str!("../../migrations/2026-11-25-090000_count_days_where_the_work_is/up.sql")).await;
    for _ in 0..2 {
        app.sweep().await;
    }
    assert_eq!(end(&app, &case, "D7").await[2], "2026-09-15T16:59:59Z");
    let told = recounted(&app, &case).await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].pointer("/details/deadlines"),
        Some(&json!([{ "deadline": "D7", "last_day": "2026-09-15", "provisional": false }]))
    );
    let changes = app.get("/v1/calendar/changes?limit=1").by(Persona::Triage).expect(200).await;
    assert_eq!(changes.at("/data/0/kind"), "program_files");
}

#[tokio::test]
async fn an_agency_whose_seat_the_files_put_right_has_its_deadlines_counted_again() {
    let app = app_of("2026-09-01T10:00", "PEMDA1571").await;
    // As an earlier version of the program had it.
    let elsewhere = "UPDATE agencies SET region_code = '91.03' WHERE code = 'PEMDA1571'; UPDATE law_versions SET version = version + 1";
    app.db.execute(elsewhere).await;
    let case = case_of(&app, "15.71", "PEMDA1571", &["take", "accept"]).await;
    assert_eq!(end(&app, &case, "D4").await[1..], ["WIT", "2026-09-21T14:59:59Z"]);
    let owner = netral::db::pool(&app.db.url, None, 1).unwrap();
    let mut tx = netral::db::Tx::begin(&owner).await.unwrap();
    netral::db::law::load(&mut tx, app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    app.sweep().await;
    assert_eq!(end(&app, &case, "D4").await[1..], ["WIB", "2026-09-21T16:59:59Z"]);
    assert_eq!(recounted(&app, &case).await.len(), 1);
}

#[tokio::test]
async fn until_it_is_counted_again_a_clock_ends_on_the_day_it_was_counted_to() {
    let app = app_of("2026-09-01T10:00", "PEMDA1571").await;
    let case = case_of(&app, PAPUA, "PEMDA1571", &TO_PPK).await;
    assert_eq!(end(&app, &case, "D7").await[2], "2026-09-15T16:59:59Z");
    // The seat is put right, and the worker has not come by: this end is on the sixteenth in Papua.
    let elsewhere = "UPDATE agencies SET region_code = '91.03' WHERE code = 'PEMDA1571'; UPDATE law_versions SET version = version + 1";
    app.db.execute(elsewhere).await;
    set(&app, "2026-09-15T22:30");
    let warning = json!({ "to": "warning", "document": { "number": "W/1", "dated": "2026-09-15" } });
    let warned = app.try_step(Persona::Auditor, &case, "control", &warning).await;
    assert_eq!(warned.status, 200, "{}", warned.body());
}

#[tokio::test]
async fn bpasn_decides_by_the_days_of_jakarta_and_the_ppk_by_its_own() {
    let app = app_of("2026-09-01T10:00", "PEMDA9103").await;
    for (kind, zone) in [("administrative_appeal", "WIB"), ("objection", "WIT")] {
        let case = case_of(&app, PAPUA, "PEMDA9103", &TO_DECISION).await;
        let mut appeal = steps::input(&app, "file_appeal");
        appeal["kind"] = kind.into();
        app.fire_with(&case, "file_appeal", &appeal).await;
        let before = end(&app, &case, "D10").await;
        assert_eq!(before[1], zone, "{kind}");
        local_holiday(&app, if zone == "WIB" { "2026-09-10" } else { "2026-09-11" }, PAPUA).await;
        assert_eq!(end(&app, &case, "D10").await[0] == before[0], zone == "WIB", "{kind}");
    }
}
