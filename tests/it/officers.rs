//! Administrators at work: appointing, inviting, seats, disabling; how far each reaches; and that no officer handles what
//! he reported himself.

use chrono::Duration;
use netral::domain::notice::Notice;
use netral::flows::exclusions::kept_from;
use netral::token::SecondFactor;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Persona, TestApp, steps};

fn person(email: &str, role: &str, agency: &str, region: &str) -> Value {
    let seat = json!({ "role": role, "agency_code": agency, "region_code": region, "work_unit": "Inspektorat" });
    // Another person with each address.
    let sequence = email.bytes().fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 991) + 1;
    json!({ "email": email, "name": "Petugas Baru", "nip": format!("199001012015051{sequence:03}"), "seat": seat })
}

#[tokio::test]
async fn an_officer_is_appointed_invited_enrolled_and_signs_in() {
    let app = TestApp::start().await;
    let body = person("Auditor-Baru@kota.example", "inspector", "PEMDA1571", "15.71");
    let officer = app.post("/v1/officers").by(Persona::AgencyAdmin).key("angkat").json(&body).expect(201).await;
    let path = format!("/v1/officers/{}", officer.text("/id"));
    assert_eq!((officer.text("/email"), officer.text("/seats/0/role")), ("auditor-baru@kota.example", "inspector"));
    let again = app.post("/v1/officers").by(Persona::AgencyAdmin).json(&body).expect(422).await;
    assert_eq!((again.text("/errors/0/pointer"), again.text("/errors/0/code")), ("/email", "taken"));
    let invited = app.post(&format!("{path}/invitations")).by(Persona::AgencyAdmin).expect(201).await;
    let accept = |code: &str, password: &str| {
        let body = json!({ "invitation": code, "password": password });
        app.post("/v1/invitations/acceptance").json(&body).send()
    };
    let password = "perahu kecil menyeberang sungai";
    assert_eq!(accept("aaaaa-bbbbb-ccccc-ddddd-eeeee", password).await.problem("sign-in-refused").status, 401);
    let weak = accept(invited.text("/invitation"), "petugaspetugas").await.problem("invalid-input");
    assert_eq!(weak.text("/errors/0/code"), "weak-password");
    assert_eq!(accept(invited.text("/invitation"), password).await.status, 204);
    assert_eq!(accept(invited.text("/invitation"), password).await.status, 401, "good once");
    let mut known = json!({ "email": "auditor-baru@kota.example", "password": password });
    let offer = app.post("/v1/second-factor").json(&known).expect(201).await;
    let factor = SecondFactor::from_address(offer.text("/otpauth_uri")).unwrap();
    known["code"] = factor.code(app.clock.wall()).unwrap().into();
    app.post("/v1/second-factor/confirmation").json(&known).expect(201).await;
    let session = app.post("/v1/sessions").json(&known).expect(201).await;
    app.get("/v1/cases").bearer(session.text("/access_token")).expect(200).await;
    // Who lost everything is invited again: what was known before opens nothing.
    let second = app.post(&format!("{path}/invitations")).by(Persona::AgencyAdmin).expect(201).await;
    assert_eq!(accept(second.text("/invitation"), "gunung tinggi berselimut kabut").await.status, 204);
    app.post("/v1/sessions/refresh")
        .json(&json!({ "refresh_token": session.text("/refresh_token") }))
        .expect(401)
        .await;
    let fresh = json!({ "email": "auditor-baru@kota.example", "password": "gunung tinggi berselimut kabut" });
    app.post("/v1/sessions").json(&fresh).expect(403).await.problem("second-factor-missing");
    let late = app.post(&format!("{path}/invitations")).by(Persona::AgencyAdmin).expect(201).await;
    app.advance(Duration::days(4));
    assert_eq!(accept(late.text("/invitation"), password).await.status, 401, "three days are over");
}

#[tokio::test]
async fn a_seat_must_fit_the_kind_of_agency_and_what_it_covers() {
    let app = TestApp::start().await;
    let faults = async |role: &str, agency: &str, region: &str| {
        let body = person("baru@contoh.example", role, agency, region);
        let refused = app.post("/v1/officers").by(Persona::SystemAdmin).json(&body).expect(422).await;
        let errors = refused.at("/errors").as_array().unwrap().clone();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(faults("bkn_auditor", "PEMDA1571", "15.71").await, ["/seat/role"]);
    assert_eq!(faults("bawaslu_liaison", "BKN", "").await, ["/seat/role"]);
    assert_eq!(faults("inspector", "PEMDA1571", "15.01").await, ["/seat/region_code"]);
    assert_eq!(faults("inspector", "PEMDA1571", "").await, ["/seat/region_code"]);
    assert_eq!(faults("bkn_auditor", "KANREG07", "73").await, ["/seat/region_code"], "not one it covers");
    assert_eq!(faults("ppk_officer", "KANREG07", "73").await, ["/seat/role", "/seat/region_code"]);
    assert_eq!(faults("inspector", "PEMDA9999", "15.71").await, ["/seat/agency_code"]);
    let body = person("baru@contoh.example", "bkn_auditor", "KANREG07", "16");
    app.post("/v1/officers").by(Persona::SystemAdmin).json(&body).expect(201).await;
}

#[tokio::test]
async fn an_agencys_administrator_reaches_the_own_agency_and_those_below_it_only() {
    let app = TestApp::start().await;
    let id_of = async |persona: Persona| {
        app.db.value(&format!("SELECT id::text AS value FROM officers WHERE email = '{}'", persona.email())).await
    };
    let by = Persona::AgencyAdmin;
    // The province is above the city, another city beside it, the service's own seats out of reach.
    for (role, agency, region) in [
        ("inspector", "PEMDA15", "15"),
        ("inspector", "PEMDA1572", "15.72"),
        ("bkn_auditor", "BKN", ""),
        ("system_admin", "PEMDA1571", "15.71"),
        ("privacy_officer", "PEMDA1571", "15.71"),
    ] {
        let body = person("baru@contoh.example", role, agency, region);
        app.post("/v1/officers").by(by).json(&body).expect(403).await.problem("forbidden");
    }
    for stranger in [Persona::ProvinceLead, Persona::Triage, Persona::SystemAdmin] {
        let path = format!("/v1/officers/{}", id_of(stranger).await);
        app.get(&path).by(by).expect(404).await;
        app.post(&format!("{path}/invitations")).by(by).expect(404).await;
        let reason = json!({ "reason": "Pindah tugas ke instansi lain." });
        app.post(&format!("{path}/disable")).by(by).json(&reason).expect(404).await;
    }
    let listed = app.get("/v1/officers?limit=200").by(by).expect(200).await;
    assert!(listed.body().contains(Persona::Inspector.email()) && !listed.body().contains("bkn.example"));
    let all = app.get("/v1/officers?limit=200").by(Persona::SystemAdmin).expect(200).await;
    assert_eq!(all.at("/data").as_array().unwrap().len(), Persona::ALL.len());
    // Nobody administers himself.
    let own = format!("/v1/officers/{}", id_of(by).await);
    app.get(&own).by(by).expect(200).await;
    let seat = person("", "inspector", "PEMDA1571", "15.71")["seat"].clone();
    app.post(&format!("{own}/seats")).by(by).json(&seat).expect(403).await;
    app.post(&format!("{own}/invitations")).by(by).expect(403).await;
    // Below: the province's administrator reaches the city.
    let above = person("admin@provinsi.example", "agency_admin", "PEMDA15", "15");
    let above = app.post("/v1/officers").by(Persona::SystemAdmin).json(&above).expect(201).await;
    assert_eq!(above.text("/seats/0/agency_code"), "PEMDA15");
}

#[tokio::test]
async fn a_disabled_officer_is_out_within_a_second_and_comes_back_when_enabled() {
    let app = TestApp::start().await;
    let second = app.another_instance().await;
    let token = app.token(Persona::Inspector).await;
    let me = second.get("/v1/me").bearer(&token).expect(200).await;
    let path = format!("/v1/officers/{}", me.text("/id"));
    let reason = json!({ "reason": "Pindah tugas ke instansi lain." });
    app.post(&format!("{path}/disable")).by(Persona::AgencyAdmin).json(&reason).expect(200).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    for instance in [&app, &second] {
        instance.get("/v1/cases").bearer(&token).expect(401).await;
    }
    let enabled = app.post(&format!("{path}/enable")).by(Persona::AgencyAdmin).json(&reason).expect(200).await;
    assert!(enabled.at("/disabled_at").is_null());
    // The sign-in stays ended: he signs in anew.
    app.get("/v1/cases").bearer(&token).expect(401).await;
    let events = app.db.values("SELECT kind AS value FROM officer_events WHERE reason IS NOT NULL ORDER BY at").await;
    assert_eq!(events, ["disabled", "enabled"]);
}

#[tokio::test]
async fn a_seat_that_is_given_works_at_once_and_one_that_is_ended_no_more() {
    let app = TestApp::start().await;
    let id = app.get("/v1/me").by(Persona::Inspector).expect(200).await.text("/id").to_owned();
    let path = format!("/v1/officers/{id}/seats");
    let seat = person("", "ppk_officer", "PEMDA1571", "15.71")["seat"].clone();
    let given = app.post(&path).by(Persona::AgencyAdmin).json(&seat).expect(201).await;
    let (old, new) = (given.text("/seats/0/id"), given.text("/seats/1/id"));
    app.get("/v1/cases").by(Persona::Inspector).header("netral-seat", new).expect(200).await;
    app.call(Method::DELETE, &format!("{path}/{old}")).by(Persona::AgencyAdmin).expect(200).await;
    app.call(Method::DELETE, &format!("{path}/{old}")).by(Persona::AgencyAdmin).expect(404).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    app.get("/v1/cases").by(Persona::Inspector).expect(401).await;
    app.get("/v1/cases").by(Persona::Inspector).header("netral-seat", new).expect(200).await;
}

#[tokio::test]
async fn no_officer_sees_a_case_that_he_reported_himself_whichever_came_first() {
    let app = TestApp::start().await;
    let own = app.submit(&app.report_from(&Persona::Triage.email().to_uppercase())).await;
    let other = app.submit(&app.report_from("warga@warga.example")).await;
    app.get(&format!("/v1/cases/{}", own.case)).by(Persona::Triage).expect(404).await;
    app.get(&format!("/v1/cases/{}", own.case)).by(Persona::SecondTriage).expect(200).await;
    app.get(&format!("/v1/cases/{}", other.case)).by(Persona::Triage).expect(200).await;
    // Appointed later, known by NIK.
    let mut report = app.report();
    report["reporter"] = json!({ "name": "Siti Pelapor", "nik": "1571014506900001" });
    let by_nik = app.submit(&report).await;
    let mut new = person("warga@warga.example", "triage_officer", "BKN", "15");
    new["nik"] = "1571014506900001".into();
    let officer = app.post("/v1/officers").by(Persona::SystemAdmin).json(&new).expect(201).await;
    let id: uuid::Uuid = officer.text("/id").parse().unwrap();
    let hidden = async |case: &str| {
        let of =
            app.db.value(&format!("SELECT id AS value FROM cases WHERE case_number = '{case}'")).await.parse().unwrap();
        !kept_from(&app.app.pool, &app.app.keys, id, Notice::ReportArrived, &[of]).await.unwrap().is_empty()
    };
    assert!(hidden(&other.case).await && hidden(&by_nik.case).await && !hidden(&own.case).await);
    // Through a case split from his, and one that his was merged into, he would read what he wrote.
    app.walk(&other.case, &["take"]).await;
    let version = app.case(Persona::SecondTriage, &other.case).await.version();
    let split = app.post(&format!("/v1/cases/{}/split", other.case)).by(Persona::SecondTriage).if_match(version);
    let subjects = json!([{ "name": "Siti Aminah", "agency": "Dinas Perhubungan Kota Jambi" }]);
    let body = json!({ "subjects": subjects, "reason": "Laporan menyebut dua orang yang berbeda." });
    let split = split.json(&body).expect(201).await;
    assert!(hidden(split.text("/case_numbers/0")).await);
    let master = app.submit(&app.report()).await;
    app.walk(&master.case, &["take", "accept"]).await;
    assert!(!hidden(&master.case).await);
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = master.case.as_str().into();
    app.fire_with(&other.case, "merge", &merge).await;
    assert!(!hidden(&master.case).await, "nobody has confirmed that the report is his");
    app.deliver_after_quiet().await;
    let mails = app.mails_to("warga@warga.example");
    let mail = mails.into_iter().find(|mail| mail.text.contains("email-confirmations")).unwrap();
    app.post(&mail.link("email-confirmations")).expect(200).await;
    assert!(hidden(&master.case).await);
    app.fire(&other.case, "unmerge").await;
    assert!(!hidden(&master.case).await && hidden(&other.case).await);
    let stored = app.db.values("SELECT o::text AS value FROM officers o").await;
    assert!(!stored.iter().any(|row| row.contains("1571014506900001")), "the NIK is kept");
}

#[tokio::test]
async fn who_works_on_cases_is_known_by_a_number() {
    let app = TestApp::start().await;
    let by = Persona::SystemAdmin;
    let mut new = person("tanpa@kota.example", "inspector", "PEMDA1571", "15.71");
    new.as_object_mut().unwrap().remove("nip");
    let refused = app.post("/v1/officers").by(by).json(&new).expect(422).await;
    assert_eq!(refused.faults(), [("/nip", "number-needed")]);
    // Whoever only keeps accounts needs none, until he is to work on cases.
    new["seat"]["role"] = "agency_admin".into();
    let id = app.post("/v1/officers").by(by).json(&new).expect(201).await.text("/id").to_owned();
    let seat = person("", "inspector", "PEMDA1571", "15.71")["seat"].clone();
    let refused = app.post(&format!("/v1/officers/{id}/seats")).by(by).json(&seat).expect(422).await;
    assert_eq!(refused.faults(), [("/role", "number-needed")]);
    let put = |body: Value| app.call(Method::PUT, &format!("/v1/officers/{id}/numbers")).by(by).json(&body).send();
    assert_eq!(put(json!({})).await.faults(), [("/nip", "number-needed")]);
    assert_eq!(put(json!({ "nip": Persona::Inspector.nip() })).await.faults(), [("/nip", "taken")]);
    assert_eq!(put(json!({ "nik": "1571017509860003" })).await.faults(), [("/nik", "not-a-nik")]);
    assert_eq!(put(json!({ "nik": "1571014506900001" })).await.status, 200);
    app.post(&format!("/v1/officers/{id}/seats")).by(by).json(&seat).expect(201).await;
    let own = app.get("/v1/me").by(by).expect(200).await.text("/id").to_owned();
    let path = format!("/v1/officers/{own}/numbers");
    let body = json!({ "nik": "1571014506900002" });
    app.call(Method::PUT, &path).by(by).json(&body).expect(403).await.problem("forbidden");
}

#[tokio::test]
async fn one_person_has_one_account() {
    let app = TestApp::start().await;
    let appoint = |email: &str, nip: &str, nik: &str| {
        let mut body = person(email, "inspector", "PEMDA1571", "15.71");
        (body["nip"], body["nik"]) = (nip.into(), nik.into());
        app.post("/v1/officers").by(Persona::AgencyAdmin).json(&body).send()
    };
    assert_eq!(appoint("satu@kota.example", "199001012015051001", "1571060101900001").await.status, 201);
    let again = appoint("dua@kota.example", "199001012015051001", "1571060101900001").await.problem("invalid-input");
    let faults = again.at("/errors").as_array().unwrap().clone();
    let taken: Vec<&str> = faults.iter().filter_map(|fault| fault["pointer"].as_str()).collect();
    assert_eq!(taken, ["/nip", "/nik"], "{}", again.body());
    assert_eq!(appoint("dua@kota.example", "199001012015051002", "1571060101900002").await.status, 201);
}

#[tokio::test]
async fn who_acts_for_an_agency_acts_for_all_of_it() {
    let app = TestApp::start().await;
    let narrow = person("sempit@provinsi.example", "inspector", "PEMDA15", "15.71");
    let refused = app.post("/v1/officers").by(Persona::SystemAdmin).json(&narrow).expect(422).await;
    assert_eq!(refused.text("/errors/0/pointer"), "/seat/region_code");
    let whole = person("penuh@provinsi.example", "inspector", "PEMDA15", "15");
    app.post("/v1/officers").by(Persona::SystemAdmin).json(&whole).expect(201).await;
}

#[tokio::test]
async fn a_seat_ends_with_its_agency() {
    let app = TestApp::start().await;
    app.get("/v1/cases").by(Persona::Inspector).expect(200).await;
    app.db.execute("UPDATE agencies SET valid_to = '2020-01-01' WHERE code = 'PEMDA1571'").await;
    app.sweep().await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    app.get("/v1/cases").by(Persona::Inspector).expect(401).await;
    app.get("/v1/cases").by(Persona::Triage).expect(200).await;
}

#[tokio::test]
async fn a_seat_ends_when_its_agency_no_longer_covers_the_region() {
    let app = TestApp::start().await;
    app.sweep().await;
    app.get("/v1/cases").by(Persona::Auditor).expect(200).await;
    let lost = "UPDATE agency_regions SET valid_to = '2020-01-01' FROM agencies a WHERE a.id = agency_id AND a.code = 'KANREG07'";
    app.db.execute(&format!("{lost} AND agency_regions.region_code = '16'")).await;
    app.advance(chrono::Duration::days(1));
    app.sweep().await;
    let seats = |of: &str| {
        format!(
            "SELECT count(*) AS value FROM seats s JOIN officers o ON o.id = s.officer_id WHERE s.ended_at IS NULL {of}"
        )
    };
    let (own, all) = (seats(&format!("AND o.email = '{}'", Persona::Auditor.email())), seats(""));
    let before: i64 = app.db.value(&all).await.parse().unwrap();
    assert_eq!(app.db.value(&own).await, "1", "another region was lost");
    app.db.execute(&format!("{lost} AND agency_regions.region_code = '15'")).await;
    app.advance(chrono::Duration::days(1));
    app.sweep().await;
    assert_eq!(app.db.value(&own).await, "0");
    let after: i64 = app.db.value(&all).await.parse().unwrap();
    assert!(before - after <= 2, "only those of this office: {before} {after}");
}
