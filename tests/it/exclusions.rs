//! Officers to whom a case does not exist: recused, of the subject's own unit, the subject himself; and cases that a
//! protected subject moves one level up.

use serde_json::{Value, json};

use crate::denials::{Door, World, all, door};
use crate::harness::{Persona, TestApp, steps};

const REASON: &str = "Terlapor adalah kerabat dekat petugas ini.";

/// Every read and write of a case is answered as if there were none, and no list has it.
async fn sees_nothing(app: &TestApp, persona: Persona, case: &str) {
    for part in ["", "/events", "/messages", "/approvals", "/tracks"] {
        app.get(&format!("/v1/cases/{case}{part}")).by(persona).expect(404).await.problem("not-found");
    }
    let list = app.get("/v1/cases?limit=200").by(persona).expect(200).await;
    assert!(!list.body().contains(case), "listed for {persona:?}");
    assert!(!app.get("/v1/approvals").by(persona).expect(200).await.body().contains(case));
    for (path, body) in [
        ("transitions", steps::action("take", &Value::Null)),
        (
            "tracks/criminal/transitions",
            json!({ "to": "suspected", "document": { "number": "1", "dated": app.day(0) } }),
        ),
        ("recusals", json!({ "reason": REASON })),
        ("approvals/018f0000-0000-7000-8000-000000000000/decision", json!({ "approve": true })),
    ] {
        let call = app.post(&format!("/v1/cases/{case}/{path}")).by(persona).if_match(1).json(&body);
        call.expect(404).await.problem("not-found");
    }
}

#[tokio::test]
async fn an_officer_who_is_recused_loses_the_case_for_good_and_a_colleague_goes_on() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let path = format!("/v1/cases/{case}/recusals");
    let short = app.post(&path).by(Persona::Triage).json(&json!({ "reason": "kerabat" })).expect(422).await;
    short.problem("invalid-input");
    let body = json!({ "reason": REASON });
    let declared = app.post(&path).by(Persona::Triage).key("mundur").json(&body).expect(201).await;
    // A repeat is answered the same, though the case is gone for him.
    let again = app.post(&path).by(Persona::Triage).key("mundur").json(&body).expect(201).await;
    assert_eq!(declared.bytes, again.bytes);
    sees_nothing(&app, Persona::Triage, &case).await;
    let seen = app.case(Persona::SecondTriage, &case).await;
    assert!(seen.at("/owner_id").is_null(), "it lies on nobody's desk");
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::SecondTriage).expect(200).await;
    assert!(events.body().contains("recusal.declared"));
    let version = seen.version();
    let accept = steps::action("accept", &steps::input(&app, "accept"));
    let accepted = app.post(&format!("/v1/cases/{case}/transitions")).by(Persona::SecondTriage).if_match(version);
    accepted.json(&accept).expect(200).await;
}

#[tokio::test]
async fn the_draft_of_an_officer_who_is_recused_lapses_and_nobody_can_approve_it() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let body = steps::action("dismiss", &steps::input(&app, "dismiss"));
    let draft = app.post(&format!("/v1/cases/{case}/transitions")).by(Persona::Triage).if_match(2).json(&body);
    let id = draft.expect(202).await.text("/approval/id").to_owned();
    let recusal = json!({ "reason": REASON });
    app.post(&format!("/v1/cases/{case}/recusals")).by(Persona::Triage).json(&recusal).expect(201).await;
    let refused = app.decide(Persona::SecondTriage, &case, &id, &json!({ "approve": true })).await.expect(409).await;
    refused.problem("approval-lapsed");
    let drafts = app.get(&format!("/v1/cases/{case}/approvals")).by(Persona::SecondTriage).expect(200).await;
    assert_eq!(drafts.text("/data/0/status"), "lapsed");
}

#[tokio::test]
async fn an_officer_of_the_subjects_unit_and_the_subject_himself_see_nothing() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"]["work_unit"] = "Inspektorat Pembantu I".into();
    app.fire_with(&case, "accept", &accept).await;
    app.case(Persona::Inspector, &case).await;
    let own_unit = "UPDATE seats SET work_unit = 'inspektorat pembantu i' FROM officers WHERE officer_id = officers.id AND email =";
    app.db.execute(&format!("{own_unit} '{}'", Persona::Inspector.email())).await;
    let nip = accept["subject"]["nip"].as_str().unwrap();
    app.db.execute(&format!("UPDATE officers SET nip = '{nip}' WHERE email = '{}'", Persona::Lead.email())).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    sees_nothing(&app, Persona::Inspector, &case).await;
    sees_nothing(&app, Persona::Lead, &case).await;
    app.case(Persona::SecondTriage, &case).await;
}

#[tokio::test]
async fn a_case_that_goes_straight_to_bawaslu_is_reviewed_one_level_up_as_well() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let mut refer = steps::input(&app, "refer_directly");
    refer["protected_position"] = "inspectorate_head".into();
    // While nobody knows the agency, any inspectorate but BKN's might be the subject's own.
    let refused = |reply: &crate::harness::Reply| (reply.status, reply.text("/guards/0/name").to_owned());
    for (agency, reviewing) in [(None, "PEMDA15"), (Some("PEMDA1571"), "PEMDA1571"), (Some("PEMDA1571"), "PEMDA16")] {
        refer["agency_code"] = agency.into();
        refer["reviewing_agency_code"] = reviewing.into();
        let reply = app.try_to(Persona::Triage, &case, "refer_directly", &refer).await;
        assert_eq!(refused(&reply), (422, "reviewed_one_level_up".to_owned()), "{agency:?} by {reviewing}");
    }
    refer["reviewing_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "refer_directly", &refer).await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Lead).expect(404).await;
    assert_eq!(app.case(Persona::ProvinceLead, &case).await.at("/conflict_of_interest"), true);
    // What Bawaslu hands back is accepted by those above, and by nobody else.
    app.fire(&case, "return_referral").await;
    let accept = steps::input(&app, "accept");
    let reply = app.try_to(Persona::Triage, &case, "accept", &accept).await;
    assert_eq!(refused(&reply), (422, "conflict_kept".to_owned()));
}

#[tokio::test]
async fn a_protected_position_found_during_the_review_takes_the_case_from_the_inspectorate() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept"]).await;
    let mut accept = steps::input(&app, "accept");
    let again = app.try_to(Persona::Triage, &case, "accept", &accept).await;
    assert_eq!((again.status, again.text("/guards/0/name")), (422, "not_yet_accepted"));
    accept["protected_position"] = "regional_secretary".into();
    accept["reviewing_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "accept", &accept).await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Lead).expect(404).await;
    assert_eq!(app.case(Persona::ProvinceLead, &case).await.text("/state"), "inspectorate_review");
}

#[tokio::test]
async fn a_case_reviewed_one_level_up_is_not_merged_into_one_that_is_not() {
    let app = TestApp::start().await;
    let (case, master) = (app.case_after(&["take"]).await, app.case_after(&["take", "accept"]).await);
    let mut accept = steps::input(&app, "accept");
    accept["protected_position"] = "regional_secretary".into();
    accept["reviewing_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "accept", &accept).await;
    let merge = json!({ "master_case_number": master, "reason": "Laporan tentang peristiwa dan orang yang sama." });
    let reply = app.try_to(Persona::Triage, &case, "merge", &merge).await;
    assert!(reply.status == 422 && reply.body().contains("conflict_kept"), "{} {}", reply.status, reply.body());
}

#[tokio::test]
async fn a_protected_subject_moves_the_case_one_level_up() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    for position in ["ppk", "regional_secretary", "inspectorate_head"] {
        let mut accept = steps::input(&app, "accept");
        accept["protected_position"] = position.into();
        // Neither its own agency nor one beside it may judge; the province may.
        for reviewing in ["PEMDA1571", "PEMDA1501", "PEMDA16"] {
            accept["reviewing_agency_code"] = reviewing.into();
            let refused = app.try_to(Persona::Triage, &case, "accept", &accept).await;
            assert_eq!((refused.status, refused.text("/guards/0/name")), (422, "reviewed_one_level_up"), "{reviewing}");
        }
    }
    let mut accept = steps::input(&app, "accept");
    accept["protected_position"] = "regional_secretary".into();
    accept["reviewing_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "accept", &accept).await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Lead).expect(404).await;
    assert_eq!(app.case(Persona::ProvinceLead, &case).await.at("/conflict_of_interest"), true);
    // The sanction is the province's to impose as well: the city's own PPK learns nothing.
    app.db
        .execute("UPDATE cases SET state = 'recommendation', inspectorate_concluded = true, bawaslu_result = 'other_law_breach'")
        .await;
    let mut send = steps::input(&app, "send_recommendation");
    let refused = app.try_to(Persona::Auditor, &case, "send_recommendation", &send).await;
    assert!(refused.status == 422 && refused.body().contains("addressee_confirmed"), "{}", refused.body());
    send["addressee_agency_code"] = "PEMDA15".into();
    app.fire_with(&case, "send_recommendation", &send).await;
    app.get(&format!("/v1/cases/{case}")).by(Persona::Ppk).expect(404).await;
    app.case(Persona::ProvincePpk, &case).await;
    let mails = app.deliver_after_quiet().await;
    assert!(mails.iter().any(|mail| mail.to == Persona::ProvincePpk.email()));
    assert!(!mails.iter().any(|mail| mail.to == Persona::Ppk.email()), "the city's PPK is told");
}

/// Makes what was changed in the database known to a running program.
pub async fn noticed() {
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
}

/// Gives officers a second seat, in this work unit of Kota Jambi; they go on acting through the first.
async fn second_seat(app: &TestApp, emails: &str, unit: &str) {
    let seat = "INSERT INTO seats (id, officer_id, role, agency_id, region_code, work_unit) \
                SELECT gen_random_uuid(), o.id, 'agency_admin', a.id, '15.71'";
    app.db
        .execute(&format!(
            "{seat}, '{unit}' FROM officers o, agencies a WHERE a.code = 'PEMDA1571' AND o.email {emails}"
        ))
        .await;
    noticed().await;
}

/// What the mails to an officer say.
async fn mailed(app: &TestApp, persona: Persona) -> String {
    app.deliver_after_quiet().await;
    app.mails_to(persona.email()).into_iter().map(|mail| mail.text).collect()
}

#[tokio::test]
async fn who_must_not_see_a_case_is_not_written_to_about_it() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let other = app.case_after(&["take"]).await;
    let mut accept = steps::input(&app, "accept");
    // The two notices for one recipient become one mail, about the case he may know of.
    app.fire_with(&other, "accept", &accept).await;
    accept["subject"]["nip"] = Persona::Inspector.nip().into();
    app.fire_with(&case, "accept", &accept).await;
    let body = serde_json::json!({ "reason": "Terlapor adalah kerabat dekat saya sendiri." });
    app.post(&format!("/v1/cases/{case}/recusals")).by(Persona::Lead).json(&body).expect(201).await;
    for persona in [Persona::Inspector, Persona::Lead] {
        let told = mailed(&app, persona).await;
        assert!(!told.contains(&case) && told.contains(&other), "{persona:?} reads: {told}");
    }
    assert!(mailed(&app, Persona::Auditor).await.is_empty());
}

#[tokio::test]
async fn a_mail_about_a_case_does_not_outlive_the_seat_that_saw_the_case() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept"]).await;
    second_seat(&app, &format!("= '{}'", Persona::Inspector.email()), "Bidang Lain").await;
    let ended = "UPDATE seats SET ended_at = now() FROM officers o WHERE o.id = officer_id AND role = 'inspector'";
    app.db.execute(&format!("{ended} AND o.email = '{}'", Persona::Inspector.email())).await;
    let told = mailed(&app, Persona::Inspector).await;
    assert!(!told.contains(&case), "who sees no case any more reads: {told}");
    assert!(mailed(&app, Persona::Lead).await.contains(&case));
}

#[tokio::test]
async fn the_units_of_all_seats_count_whichever_is_acted_through() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    second_seat(&app, &format!("= '{}'", Persona::SecondTriage.email()), " bidang UJI ").await;
    second_seat(&app, &format!("= '{}'", Persona::Inspector.email()), "bidang uji").await;
    app.case(Persona::SecondTriage, &case).await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"]["work_unit"] = "Bidang Uji".into();
    app.fire_with(&case, "accept", &accept).await;
    sees_nothing(&app, Persona::SecondTriage, &case).await;
    sees_nothing(&app, Persona::Inspector, &case).await;
    assert!(!mailed(&app, Persona::Inspector).await.contains(&case), "told of the case of his own unit");
    app.case(Persona::Lead, &case).await;
}

#[tokio::test]
async fn the_subject_is_recognised_by_nik_by_an_older_number_and_by_one_linked_to_the_person() {
    let app = TestApp::start().await;
    let numbers = async |persona: Persona, body: Value| {
        let id = app.get("/v1/me").by(persona).expect(200).await.text("/id").to_owned();
        let path = format!("/v1/officers/{id}/numbers");
        app.call(reqwest::Method::PUT, &path).by(Persona::SystemAdmin).json(&body).expect(200).await;
    };
    let about = async |subject: Value| {
        let mut report = app.report();
        report["subject"] = subject;
        app.submit(&report).await.case
    };
    numbers(Persona::SecondTriage, json!({ "nik": "1571014506900001", "nip": "199006052023211001" })).await;
    noticed().await;
    let by_nik = about(json!({ "name": "Siapa Saja", "nik": "1571 0145 0690 0001" })).await;
    let by_new = about(json!({ "nip": "199006052023211001" })).await;
    let by_old = about(json!({ "nip": Persona::SecondTriage.nip() })).await;
    for case in [&by_nik, &by_new, &by_old] {
        sees_nothing(&app, Persona::SecondTriage, case).await;
        app.case(Persona::Triage, case).await;
    }
    // Another number of a person whom an officer has recognised under the one that is known of the account.
    let first = about(json!({ "name": "Tri Utami", "nip": Persona::Lead.nip() })).await;
    let second = about(json!({ "name": "Tri Utami", "nip": "199006052024211002" })).await;
    app.walk(&first, &["take"]).await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"]["nip"] = Persona::Lead.nip().into();
    app.fire_with(&first, "accept", &accept).await;
    app.walk(&second, &["take"]).await;
    accept["subject"]["nip"] = "199006052024211002".into();
    accept["same_person_as"] = first.as_str().into();
    app.fire_with(&second, "accept", &accept).await;
    noticed().await;
    sees_nothing(&app, Persona::Lead, &first).await;
    sees_nothing(&app, Persona::Lead, &second).await;
    app.case(Persona::Inspector, &second).await;
    let third = about(json!({ "nip": "199006052024211002" })).await;
    app.walk(&third, &["take"]).await;
    app.db.execute("UPDATE cases SET reviewing_agency_id = (SELECT id FROM agencies WHERE code = 'PEMDA1571')").await;
    sees_nothing(&app, Persona::Lead, &third).await;
    app.case(Persona::Inspector, &third).await;
}

#[tokio::test]
async fn who_is_kept_from_a_merged_case_is_kept_from_its_master_and_only_as_long() {
    let app = TestApp::start().await;
    let mut report = app.report();
    let master = app.submit(&report).await.case;
    report["subject"]["nip"] = Persona::SecondTriage.nip().into();
    let merged = app.submit(&report).await.case;
    app.walk(&master, &["take"]).await;
    app.walk(&merged, &["take"]).await;
    app.case(Persona::SecondTriage, &master).await;
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = master.as_str().into();
    app.fire_with(&merged, "merge", &merge).await;
    app.walk(&master, &["accept"]).await;
    sees_nothing(&app, Persona::SecondTriage, &master).await;
    app.case(Persona::Triage, &master).await;
    app.fire(&merged, "unmerge").await;
    app.case(Persona::SecondTriage, &master).await;
    sees_nothing(&app, Persona::SecondTriage, &merged).await;
}

#[tokio::test]
async fn an_owner_who_turns_out_to_be_the_subject_loses_the_case_and_hears_no_more_of_it() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    assert!(app.case(Persona::Triage, &case).await.at("/owner_id").is_string());
    let mut accept = steps::input(&app, "accept");
    accept["subject"]["nip"] = Persona::Triage.nip().into();
    let accepted = app.try_to(Persona::SecondTriage, &case, "accept", &accept).await;
    assert_eq!((accepted.status, accepted.at("/owner_id")), (200, &Value::Null), "{}", accepted.body());
    assert!(app.case(Persona::SecondTriage, &case).await.at("/owner_id").is_null(), "it lies on his desk");
    sees_nothing(&app, Persona::Triage, &case).await;
    // One who stays the owner in the database, whatever put him there, is not written to either.
    let owner =
        format!("UPDATE cases SET owner_id = (SELECT id FROM officers WHERE email = '{}')", Persona::Triage.email());
    app.deliver_after_quiet().await;
    app.db.execute(&owner).await;
    app.walk(&case, &["refer", "record_breach"]).await;
    app.advance(chrono::Duration::days(30));
    app.sweep().await;
    assert!(!mailed(&app, Persona::Triage).await.contains(&case), "he is told of his own case");
}

#[tokio::test]
async fn a_kept_answer_is_not_repeated_to_whom_the_case_is_hidden_from_since() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let path = format!("/v1/cases/{}/transitions", receipt.case);
    let take = app.post(&path).by(Persona::Triage).if_match(1).key("ambil").json(&steps::action("take", &Value::Null));
    take.clone().expect(200).await;
    take.clone().expect(200).await;
    let hold = json!({ "case_number": receipt.case, "reason": REASON });
    let hold = app.post("/v1/legal-holds").by(Persona::PrivacyOfficer).key("tahan").json(&hold);
    hold.clone().expect(201).await;
    let mut accept = steps::input(&app, "accept");
    accept["subject"]["nip"] = Persona::Triage.nip().into();
    accept["subject"]["work_unit"] = "Bidang Uji".into();
    assert_eq!(app.try_to(Persona::SecondTriage, &receipt.case, "accept", &accept).await.status, 200);
    second_seat(&app, &format!("= '{}'", Persona::PrivacyOfficer.email()), "Bidang Uji").await;
    take.expect(404).await.problem("not-found");
    hold.expect(404).await.problem("not-found");
}

#[tokio::test]
async fn a_kept_answer_is_for_the_seat_it_was_given_to_and_only_while_that_seat_sees_the_case() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take"]).await;
    let path = format!("/v1/cases/{case}/transitions");
    let body = steps::action("dismiss", &steps::input(&app, "dismiss"));
    let dismiss = app.post(&path).by(Persona::Triage).if_match(2).key("tolak").json(&body);
    let drafted = dismiss.clone().expect(202).await;
    assert_eq!(
        (dismiss.clone().expect(202).await.bytes, drafted.text("/case_number")),
        (drafted.bytes.clone(), &*case)
    );
    // Through another seat of his, the officer asks something else.
    let seat = uuid::Uuid::new_v4();
    let officer = Persona::Triage.email();
    app.db
        .execute(&format!(
            "INSERT INTO seats (id, officer_id, role, agency_id, region_code, created_at) \
             SELECT '{seat}', s.officer_id, 'taskforce_viewer', s.agency_id, '', now() FROM seats s JOIN officers o ON o.id = s.officer_id WHERE o.email = '{officer}'"
        ))
        .await;
    let other = dismiss.clone().header("netral-seat", &seat.to_string()).send().await;
    assert_ne!((other.status, other.header("idempotency-replayed")), (202, "true"));
    // Whoever stepped back, or whose seat no longer reaches the case, does not get it back.
    let recusal = json!({ "reason": REASON });
    app.post(&format!("/v1/cases/{case}/recusals")).by(Persona::Triage).json(&recusal).expect(201).await;
    dismiss.expect(404).await.problem("not-found");
    let case = app.case_after(&["take", "accept", "refer", "record_breach", "send_recommendation"]).await;
    let (path, version) = (format!("/v1/cases/{case}/transitions"), app.version(&case).await);
    let body = steps::action("contest", &steps::input(&app, "contest"));
    let contest = app.post(&path).by(Persona::Ppk).if_match(version).key("keberatan").json(&body);
    contest.clone().expect(200).await;
    contest.clone().expect(200).await;
    app.walk(&case, &["send_recommendation", "reassign_agency"]).await;
    contest.expect(404).await.problem("not-found");
}

#[tokio::test]
async fn an_agency_that_is_typed_exactly_excludes_its_units_officers_before_acceptance() {
    let app = TestApp::start().await;
    second_seat(&app, &format!("= '{}'", Persona::SecondTriage.email()), "Bidang Uji").await;
    for (agency, hidden) in [
        (" pemerintah KOTA Jambi ", true),
        ("pemda1571", true),
        ("Dinas Perhubungan Kota Jambi", false),
        ("PEMDA15", false),
    ] {
        let mut report = app.report();
        report["subject"] = json!({ "name": "Budi Santoso", "agency": agency, "work_unit": "bidang uji" });
        let case = app.submit(&report).await.case;
        let seen = app.get(&format!("/v1/cases/{case}")).by(Persona::SecondTriage).send().await;
        assert_eq!(seen.status, if hidden { 404 } else { 200 }, "{agency}");
    }
    let group = app.case_after(&["take"]).await;
    let version = app.case(Persona::Triage, &group).await.version();
    let other = json!({ "name": "Siti Aminah", "agency": "PEMDA1571", "work_unit": "bidang uji" });
    let split = app.post(&format!("/v1/cases/{group}/split")).by(Persona::Triage).if_match(version);
    let split = split.json(&json!({ "subjects": [other], "reason": REASON })).expect(201).await;
    sees_nothing(&app, Persona::SecondTriage, split.text("/case_numbers/0")).await;
    app.case(Persona::SecondTriage, &group).await;
}

#[tokio::test]
async fn every_operation_on_a_hidden_case_finds_nothing_and_no_list_names_it() {
    let world = World::new().await;
    let app = &world.app;
    let is_on_a_case = |id: &str, path: &str| {
        let keys = ["{case_number}", "{request_id}", "{hold_id}", "{proposal_id}"];
        id == "set_legal_hold" || keys.iter().any(|key| path.contains(key))
    };
    let guarded = || {
        all().into_iter().filter_map(|(id, method, path)| match door(id) {
            Door::Only(seats) => Some((id, method, path, *seats)),
            _ => None,
        })
    };
    let numbers = "SELECT case_number AS value FROM cases WHERE agency_id IS NOT NULL UNION SELECT complaint_number FROM reports r \
                   JOIN cases c ON c.id = r.case_id WHERE agency_id IS NOT NULL";
    let numbers = app.db.values(numbers).await;
    let lists = async || {
        let mut named = 0;
        for (id, method, path, seats) in
            guarded().filter(|(_, method, path, _)| *method == reqwest::Method::GET && !path.contains('{'))
        {
            for persona in seats {
                let listed = world.call(id, &method, &path).await.by(*persona).send().await.body();
                named += numbers.iter().filter(|number| listed.contains(number.as_str())).count();
            }
        }
        named
    };
    assert!(lists().await > 20, "the lists name the cases before");
    app.db.execute("UPDATE subjects SET work_unit = 'Bidang Uji'").await;
    second_seat(app, "<> ''", "bidang uji").await;
    assert_eq!(lists().await, 0, "a list names a hidden case");
    let before = app.db.row_counts().await;
    let mut tried = 0;
    for (id, method, path, seats) in guarded().filter(|(id, _, path, _)| is_on_a_case(id, path)) {
        for persona in seats {
            let reply = world.call(id, &method, &path).await.by(*persona).send().await;
            assert_eq!(reply.status, 404, "{id} answered {persona:?} {}", reply.body());
            tried += 1;
        }
    }
    assert!(tried > 60, "only {tried} were tried");
    assert_eq!(app.db.row_counts().await, before, "something was written");
}

#[tokio::test]
async fn a_timeline_names_no_case_that_is_hidden_from_its_reader() {
    let app = TestApp::start().await;
    let (case, linked) = (app.case_after(&["take"]).await, app.case_after(&["take"]).await);
    let version = app.version(&case).await;
    let other = |nip: &str| json!({ "nip": nip });
    let split = app.post(&format!("/v1/cases/{case}/split")).by(Persona::Triage).if_match(version);
    let others = [other("197001011995031001"), other("197001011995031002")];
    let split = split.json(&json!({ "subjects": others, "reason": REASON })).expect(201).await;
    let parts: Vec<String> = split.texts("/case_numbers").into_iter().map(ToOwned::to_owned).collect();
    let link = json!({ "case_number": linked, "reason": REASON });
    app.post(&format!("/v1/cases/{case}/links")).by(Persona::Triage).json(&link).expect(201).await;
    for hidden in [&linked, &parts[0]] {
        let body = json!({ "reason": REASON });
        app.post(&format!("/v1/cases/{hidden}/recusals")).by(Persona::SecondTriage).json(&body).expect(201).await;
    }
    let timeline = async |persona: Persona, case: &str| {
        app.get(&format!("/v1/cases/{case}/events")).by(persona).expect(200).await.body()
    };
    let (whole, seen) = (timeline(Persona::Triage, &case).await, timeline(Persona::SecondTriage, &case).await);
    for number in [&linked, &parts[0], &parts[1]] {
        assert!(whole.contains(number), "{whole}");
    }
    assert!(whole.contains(REASON) && !seen.contains(REASON), "{seen}");
    assert!(!seen.contains(&linked) && !seen.contains(&parts[0]) && seen.contains(&parts[1]), "{seen}");
    let body = json!({ "reason": REASON });
    app.post(&format!("/v1/cases/{case}/recusals")).by(Persona::SecondTriage).json(&body).expect(201).await;
    let part = timeline(Persona::SecondTriage, &parts[1]).await;
    assert!(!part.contains(&case) && timeline(Persona::Triage, &parts[1]).await.contains(&case), "{part}");
}
