//! Work units: written in whatever way, they keep an officer from the cases of his own, and nobody lifts that by renaming his seat.

use netral::domain::marks;
use reqwest::Method;
use serde_json::json;

use crate::exclusions::noticed;
use crate::harness::{Persona, TestApp, steps};

async fn sight(app: &TestApp, case: &str) -> u16 {
    app.get(&format!("/v1/cases/{case}")).by(Persona::Inspector).send().await.status
}

/// A case in review about somebody of this unit of Kota Jambi.
async fn case_of(app: &TestApp, unit: &str) -> String {
    let case = app.case_after(&["take"]).await;
    let mut accept = steps::input(app, "accept");
    accept["subject"]["work_unit"] = unit.into();
    app.fire_with(&case, "accept", &accept).await;
    case
}

#[tokio::test]
async fn the_program_and_the_database_compare_units_alike() {
    let app = TestApp::start().await;
    let typed = [
        "Bidang Angkutan",
        " bidang\tangkutan ",
        "BIDANG  \u{a0}\u{2003}ANGKUTAN",
        "Bidang\u{200b} Angkutan\u{feff}",
        "Bidang-Angkutan",
        "Bidang\u{3000}\u{1680}Satu\u{85}\n",
        "\u{2060}",
        "ÉTAGE Ç Ünit",
        "UPTD 3 / B",
    ];
    for unit in typed {
        let escaped: String = unit.chars().map(|c| format!("\\{:04x}", u32::from(c))).collect();
        let sql = format!("SELECT folded(U&'{escaped}') AS value");
        assert_eq!(app.db.value(&sql).await, marks::folded(unit), "{unit:?}");
    }
    assert_eq!(marks::folded(typed[2]), marks::folded(typed[0]));
}

#[tokio::test]
async fn a_unit_written_with_other_blanks_is_the_same_unit() {
    let app = TestApp::start().await;
    let own =
        "UPDATE seats SET work_unit = 'Bidang  Angkutan ' FROM officers WHERE officer_id = officers.id AND email =";
    app.db.execute(&format!("{own} '{}'", Persona::Inspector.email())).await;
    noticed().await;
    for unit in ["Bidang Angkutan", " BIDANG \t Angkutan", "Bidang\u{a0}Angkutan\u{200b}"] {
        assert_eq!(sight(&app, &case_of(&app, unit).await).await, 404, "{unit:?}");
    }
    assert_eq!(sight(&app, &case_of(&app, "BidangAngkutan").await).await, 200);
    // Before acceptance as well, and in the name of the agency.
    let mut report = app.report();
    report["subject"] =
        json!({ "name": "Budi", "agency": "Pemerintah  Kota\u{a0}Jambi", "work_unit": "Bidang  Angkutan" });
    let case = app.submit(&report).await.case;
    let moved =
        "UPDATE cases SET reviewing_agency_id = (SELECT id FROM agencies WHERE code = 'PEMDA1571') WHERE case_number =";
    app.db.execute(&format!("{moved} '{case}'")).await;
    assert_eq!(sight(&app, &case).await, 404);
    app.get(&format!("/v1/cases/{case}")).by(Persona::Lead).expect(200).await;
}

#[tokio::test]
async fn an_administrator_lifts_no_exclusion_by_giving_a_seat_another_unit_or_ending_it() {
    let app = TestApp::start().await;
    let me = app.get("/v1/me").by(Persona::Inspector).expect(200).await;
    let (path, seat_id) = (format!("/v1/officers/{}/seats", me.text("/id")), me.text("/seats/0/id").to_owned());
    let seat = |unit: &str, role: &str| json!({ "role": role, "agency_code": "PEMDA1571", "region_code": "15.71", "work_unit": unit });
    let give = async |unit: &str, role: &str| {
        let given = app.post(&path).by(Persona::AgencyAdmin).json(&seat(unit, role)).expect(201).await;
        noticed().await;
        given
    };
    give("Bidang Angkutan", "inspector").await;
    let case = case_of(&app, "Bidang Angkutan").await;
    assert_eq!(sight(&app, &case).await, 404);
    for other in ["Bidang  Lain", "bidang angkutan", "Bidang Ketiga"] {
        give(other, "inspector").await;
        assert_eq!(sight(&app, &case).await, 404, "{other}");
    }
    assert_eq!(sight(&app, &case_of(&app, "bidang lain").await).await, 404, "nor is one that came between");
    let own = format!("seat_id = '{seat_id}'");
    let told = "SELECT concat_ws(' > ', old_unit, new_unit) AS value FROM officer_events WHERE kind = 'seat_given' AND by_officer IS NOT NULL AND";
    let told = app.db.values(&format!("{told} {own} ORDER BY at, id")).await;
    assert_eq!(
        told,
        [
            "Unit Petugas Uji > Bidang Angkutan",
            "Bidang Angkutan > Bidang  Lain",
            "Bidang  Lain > bidang angkutan",
            "bidang angkutan > Bidang Ketiga"
        ]
    );
    // A seat of another role, and the end of the one that was of that unit.
    let other = give("Bidang Keempat", "ppk_officer").await.text("/seats/1/id").to_owned();
    app.call(Method::DELETE, &format!("{path}/{seat_id}")).by(Persona::AgencyAdmin).expect(200).await;
    noticed().await;
    app.db.execute("UPDATE cases SET addressed = true").await;
    let through =
        |case: &str| app.get(&format!("/v1/cases/{case}")).by(Persona::Inspector).header("netral-seat", &other).send();
    let unrelated = case_of(&app, "Bidang Umum").await;
    app.db.execute("UPDATE cases SET addressed = true").await;
    assert_eq!((through(&case).await.status, through(&unrelated).await.status), (404, 200));
}

#[tokio::test]
async fn who_reads_cases_says_of_which_unit_he_is() {
    let app = TestApp::start().await;
    let mut seat = json!({ "role": "inspector", "agency_code": "PEMDA1571", "region_code": "15.71" });
    let id = app.get("/v1/me").by(Persona::Lead).expect(200).await.text("/id").to_owned();
    let path = format!("/v1/officers/{id}/seats");
    for unit in [json!(null), json!(" \u{a0} ")] {
        seat["work_unit"] = unit;
        let refused = app.post(&path).by(Persona::AgencyAdmin).json(&seat).expect(422).await;
        assert_eq!(refused.faults(), [("/work_unit", "required")]);
    }
    seat["work_unit"] = "Inspektorat Pembantu".into();
    app.post(&path).by(Persona::AgencyAdmin).json(&seat).expect(201).await;
    let admin = json!({ "role": "agency_admin", "agency_code": "PEMDA1571", "region_code": "15.71" });
    app.post(&path).by(Persona::AgencyAdmin).json(&admin).expect(201).await;
}

#[tokio::test]
async fn a_unit_that_was_typed_wrongly_is_corrected_by_who_reviews_and_then_keeps_its_officers_out() {
    let app = TestApp::start().await;
    let unit = async |persona: Persona, unit: &str| {
        let own =
            format!("UPDATE seats SET work_unit = '{unit}' FROM officers WHERE officer_id = officers.id AND email =");
        app.db.execute(&format!("{own} '{}'", persona.email())).await;
        noticed().await;
    };
    unit(Persona::Inspector, "Bidang Angkutan").await;
    let (case, merged) = (case_of(&app, "Bidang Angkutn").await, app.case_after(&["take"]).await);
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = case.as_str().into();
    app.fire_with(&merged, "merge", &merge).await;
    app.db
        .execute(&format!(
            "UPDATE cases SET owner_id = (SELECT id FROM officers WHERE email = '{}')",
            Persona::Inspector.email()
        ))
        .await;
    let path = format!("/v1/cases/{case}/subject/work-unit");
    let body = json!({ "work_unit": "Bidang  Angkutan", "reason": "Salah ketik pada saat laporan diterima." });
    let correct = async |by: Persona, version: i64| {
        app.call(Method::PUT, &path).by(by).if_match(version).json(&body).send().await
    };
    let version = app.version(&case).await;
    correct(Persona::Lead, version - 1).await.problem("stale-version");
    correct(Persona::Triage, version).await.problem("forbidden");
    assert_eq!((sight(&app, &case).await, sight(&app, &merged).await), (200, 200));
    let done = correct(Persona::Lead, version).await;
    assert_eq!((done.status, done.text("/subject/work_unit")), (200, "Bidang  Angkutan"), "{}", done.body());
    assert!(done.at("/owner_id").is_null() && done.version() == version + 1, "{}", done.body());
    assert_eq!((sight(&app, &case).await, sight(&app, &merged).await), (404, 404));
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Lead).expect(200).await;
    let newest = events.at("/data").as_array().unwrap().last().unwrap().clone();
    assert_eq!(newest["kind"], "subject.corrected");
    assert_eq!(
        (&newest["details"]["before"], &newest["details"]["work_unit"]),
        (&json!("Bidang Angkutn"), &json!("Bidang  Angkutan"))
    );
    // Before the acceptance it is what the reporter typed: who verifies says more.
    let typed = app.case_after(&["take"]).await;
    let early = app.call(Method::PUT, &format!("/v1/cases/{typed}/subject/work-unit")).by(Persona::Auditor);
    let early = early.if_match(app.version(&typed).await).json(&body).send().await;
    assert_eq!(early.status, 409, "{}", early.body());
}
