//! Subjects whom their own agency protects: no seat of it, or of one below it, reaches the case, and merged cases go with it.

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp, steps};

/// Moves an officer's seat to another agency.
async fn seat_at(app: &TestApp, persona: Persona, agency: &str) {
    let moved = "UPDATE seats SET agency_id = (SELECT id FROM agencies WHERE code =";
    let of = "FROM officers WHERE officer_id = officers.id AND email =";
    app.db.execute(&format!("{moved} '{agency}') {of} '{}'", persona.email())).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
}

async fn sight(app: &TestApp, by: Persona, case: &str) -> u16 {
    let listed = app.get("/v1/cases?limit=200").by(by).expect(200).await.body().contains(case);
    let status = app.get(&format!("/v1/cases/{case}")).by(by).send().await.status;
    assert_eq!(listed, status == 200, "the list and the case differ for {by:?}");
    status
}

/// An acceptance of the case of a regional secretary of this agency, reviewed by that one.
fn protected(app: &TestApp, agency: &str, reviewing: &str) -> Value {
    let mut accept = steps::input(app, "accept");
    (accept["agency_code"], accept["reviewing_agency_code"]) = (agency.into(), reviewing.into());
    accept["protected_position"] = "regional_secretary".into();
    accept
}

async fn merge(app: &TestApp, case: &str, master: &str) {
    let mut merge = steps::input(app, "merge");
    merge["master_case_number"] = master.into();
    app.fire_with(case, "merge", &merge).await;
}

#[tokio::test]
async fn no_seat_of_a_protected_subjects_agency_or_below_it_reaches_the_case() {
    let app = TestApp::start().await;
    seat_at(&app, Persona::SecondTriage, "PEMDA1571").await;
    let (city, province) = (app.case_after(&["take"]).await, app.case_after(&["take"]).await);
    assert_eq!(
        (sight(&app, Persona::SecondTriage, &city).await, sight(&app, Persona::SecondTriage, &province).await),
        (200, 200)
    );
    app.fire_with(&city, "accept", &protected(&app, "PEMDA1571", "PEMDA15")).await;
    assert_eq!(sight(&app, Persona::SecondTriage, &city).await, 404, "the secretary's own verifier reads it");
    assert_eq!(
        (sight(&app, Persona::ProvinceLead, &city).await, sight(&app, Persona::Triage, &city).await),
        (200, 200)
    );
    app.fire_with(&province, "accept", &protected(&app, "PEMDA15", "BKN")).await;
    assert_eq!(sight(&app, Persona::SecondTriage, &province).await, 404, "the city is below the province");
    assert_eq!(sight(&app, Persona::Auditor, &province).await, 200);
    // Nor through a seat elsewhere, as long as he holds one there as well.
    seat_at(&app, Persona::SecondTriage, "BKN").await;
    assert_eq!(sight(&app, Persona::SecondTriage, &city).await, 200);
    let second = "INSERT INTO seats (id, officer_id, role, agency_id, region_code, work_unit) SELECT gen_random_uuid(), o.id, 'agency_admin', a.id, \
                  '15.71', 'Sekretariat' FROM officers o, agencies a WHERE a.code = 'PEMDA1571' AND o.email =";
    app.db.execute(&format!("{second} '{}'", Persona::SecondTriage.email())).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(sight(&app, Persona::SecondTriage, &city).await, 404);
    let told = app.deliver_after_quiet().await.into_iter().filter(|mail| mail.to == Persona::SecondTriage.email());
    assert!(told.into_iter().all(|mail| !mail.text.contains(&city)), "he is written to about it");
}

#[tokio::test]
async fn an_owner_in_the_protected_subjects_agency_loses_the_case() {
    let app = TestApp::start().await;
    seat_at(&app, Persona::Triage, "PEMDA1571").await;
    for verb in ["accept", "refer_directly"] {
        let case = app.case_after(&["take"]).await;
        let mut input = steps::input(&app, verb);
        (input["agency_code"], input["reviewing_agency_code"]) = ("PEMDA1571".into(), "PEMDA15".into());
        input["protected_position"] = "ppk".into();
        let done = app.try_to(Persona::SecondTriage, &case, verb, &input).await;
        assert_eq!((done.status, done.at("/owner_id")), (200, &Value::Null), "{verb}: {}", done.body());
        assert!(app.case(Persona::SecondTriage, &case).await.at("/owner_id").is_null());
        assert_eq!(sight(&app, Persona::Triage, &case).await, 404);
    }
}

#[tokio::test]
async fn what_was_merged_moves_up_with_its_master_and_stays_there_when_the_merge_is_undone() {
    let app = TestApp::start().await;
    seat_at(&app, Persona::SecondTriage, "PEMDA1571").await;
    let master = app.case_after(&["take", "accept"]).await;
    let (before, reviewed, after) =
        (app.case_after(&["take"]).await, app.case_after(&["take", "accept"]).await, app.case_after(&["take"]).await);
    merge(&app, &before, &master).await;
    assert_eq!(sight(&app, Persona::Lead, &before).await, 200);
    app.fire_with(&master, "accept", &protected(&app, "PEMDA1571", "PEMDA15")).await;
    for case in [&reviewed, &after] {
        merge(&app, case, &master).await;
    }
    for case in [&before, &reviewed, &after] {
        let hidden = [Persona::Lead, Persona::Inspector, Persona::SecondTriage];
        for by in hidden {
            assert_eq!(sight(&app, by, case).await, 404, "{by:?}");
        }
        let reason = json!({ "reason": "Ternyata laporan ini mengenai orang yang lain." });
        assert_eq!(app.try_to(Persona::Lead, case, "unmerge", &reason).await.status, 404);
        let undone = app.try_to(Persona::ProvinceLead, case, "unmerge", &reason).await;
        assert_eq!((undone.status, undone.at("/conflict_of_interest")), (200, &json!(true)), "{}", undone.body());
        assert_eq!(undone.text("/reviewing_agency_code"), "PEMDA15");
        for by in hidden {
            assert_eq!(sight(&app, by, case).await, 404, "{by:?} after the merge was undone");
        }
        let back = app.try_to(Persona::Triage, case, "accept", &steps::input(&app, "accept")).await;
        assert!(back.status == 422 && back.body().contains("conflict_kept"), "{}", back.body());
    }
}
