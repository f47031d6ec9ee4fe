//! Cases that belong together: suggested with their reason, merged, linked, split; and what their reporters see of it.

use netral::domain::confidential::Confidential;
use serde_json::{Value, json};

use crate::harness::{Persona, Receipt, Reply, TestApp, steps};

const REASON: &str = "Alasan yang cukup panjang untuk dicatat pada berkas.";

async fn suggested(app: &TestApp, by: Persona, case: &str) -> Reply {
    app.get(&format!("/v1/cases/{case}/duplicates")).by(by).expect(200).await
}

/// The reasons for which a case is shown; none where it is not.
fn reasons(reply: &Reply, case: &str) -> Vec<String> {
    let shown = reply.at("/data").as_array().unwrap().iter().find(|one| one["case_number"] == case);
    let reasons = shown.and_then(|one| one["reasons"].as_array()).into_iter().flatten();
    reasons.map(|reason| reason["code"].as_str().unwrap().to_owned()).collect()
}

async fn label(app: &TestApp, receipt: &Receipt) -> String {
    let status = app.get(&format!("/v1/reports/{}/status", receipt.number)).expect(200).await;
    status.text("/label/id").to_owned()
}

/// A report on other days and pages than the usual one, about this person.
fn report(app: &TestApp, subject: &Value, day: i64, link: &str) -> Value {
    let mut report = app.report();
    report["subject"] = subject.clone();
    report["conduct"]["occurred_from"] = app.day(day).into();
    report["conduct"]["links"] = json!([link]);
    report
}

async fn merge(app: &TestApp, case: &str, master: &str, further_act: bool) -> Reply {
    let mut merge = steps::input(app, "merge");
    merge["master_case_number"] = master.into();
    merge["further_act"] = further_act.into();
    app.try_to(Persona::Triage, case, "merge", &merge).await
}

async fn deadlines(app: &TestApp, case: &str) -> Vec<Value> {
    let reply = app.get(&format!("/v1/cases/{case}/deadlines")).by(Persona::Triage).expect(200).await;
    reply.at("/data").as_array().unwrap().clone()
}

async fn split(app: &TestApp, case: &str, subjects: Value) -> Reply {
    let version = app.case(Persona::Triage, case).await.version();
    let body = json!({ "subjects": subjects, "reason": REASON });
    app.post(&format!("/v1/cases/{case}/split")).by(Persona::Triage).if_match(version).json(&body).send().await
}

#[tokio::test]
async fn another_report_is_suggested_with_the_reason_and_a_stranger_is_not() {
    let app = TestApp::start().await;
    let budi = json!({ "name": "Budi Santoso", "agency": "Dinas Perhubungan Kota Jambi" });
    let mine = app.submit(&report(&app, &budi, -10, "https://www.sosial.example/p/1?utm_source=wa")).await.case;
    let typed = json!({ "name": "Budi Santosa", "agency": "Dinas Perhubungan Jambi" });
    let similar = app.submit(&report(&app, &typed, -8, "https://lain.example/2")).await.case;
    let page = app
        .submit(&report(&app, &json!({ "name": "Fulan", "position": "Camat" }), -30, "http://sosial.example/p/1/"))
        .await
        .case;
    let late = app.submit(&report(&app, &typed, -1, "https://lain.example/3")).await.case;
    let agency = json!({ "name": "Budi Santoso", "agency": "RSUD Raden Mattaher" });
    let elsewhere = app.submit(&report(&app, &agency, -10, "https://lain.example/4")).await.case;
    let shown = suggested(&app, Persona::Triage, &mine).await;
    assert_eq!(reasons(&shown, &similar), ["similar_name"]);
    assert_eq!(reasons(&shown, &page), ["shared_link"]);
    for other in [&late, &elsewhere, &mine] {
        assert!(reasons(&shown, other).is_empty(), "{other} is shown: {}", shown.body());
    }
    let similar =
        shown.at("/data").as_array().unwrap().iter().find(|one| one["case_number"] == similar.as_str()).unwrap();
    assert!(similar["overlapping"] == true && similar["name_similarity"].as_f64().unwrap() > 0.5, "{similar}");
    // The same number is found whatever the days.
    let numbered = json!({ "name": "B. Santoso", "nip": "198609262015051001" });
    let one = app.submit(&report(&app, &numbered, -300, "https://lain.example/5")).await.case;
    let other = app.submit(&report(&app, &numbered, -3, "https://lain.example/6")).await.case;
    let shown = suggested(&app, Persona::Triage, &one).await;
    assert_eq!(reasons(&shown, &other), ["same_nip"]);
    assert_eq!(shown.at("/data/0/overlapping"), false);
}

#[tokio::test]
async fn nobody_is_suggested_a_case_he_may_not_see_and_every_one_shown_is_traced() {
    let app = TestApp::start().await;
    let (one, other) = (app.submit(&app.report()).await.case, app.submit(&app.report()).await.case);
    let shown = suggested(&app, Persona::Triage, &one).await;
    assert!(reasons(&shown, &other).contains(&"shared_link".to_owned()), "{}", shown.body());
    let traced = "SELECT case_number AS value FROM access_entries JOIN cases ON cases.id = case_id \
                  WHERE operation = 'list_duplicates' ORDER BY 1";
    let mut both = vec![one.clone(), other.clone()];
    both.sort();
    assert_eq!(app.db.values(traced).await, both);
    let recusal = json!({ "reason": REASON });
    app.post(&format!("/v1/cases/{other}/recusals")).by(Persona::Triage).json(&recusal).expect(201).await;
    assert!(reasons(&suggested(&app, Persona::Triage, &one).await, &other).is_empty());
    app.get(&format!("/v1/cases/{other}/duplicates")).by(Persona::Triage).expect(404).await;
    app.get(&format!("/v1/cases/{one}/duplicates")).by(Persona::DistantTriage).expect(404).await;
    assert!(!reasons(&suggested(&app, Persona::SecondTriage, &one).await, &other).is_empty());
}

#[tokio::test]
async fn the_reporter_of_a_merged_report_sees_the_masters_label_and_unmerging_restores_his_own() {
    let app = TestApp::start().await;
    let (a, b) = (app.submit(&app.report()).await, app.submit(&app.report()).await);
    app.walk(&a.case, &["take", "accept"]).await;
    app.walk(&b.case, &["take"]).await;
    assert_eq!(merge(&app, &b.case, &a.case, false).await.status, 200);
    assert_eq!(label(&app, &b).await, "Sedang diperiksa");
    // Whoever examines the master reads both reports; the master's reporter learns nothing of the other.
    let seen = app.case(Persona::Inspector, &a.case).await;
    assert_eq!(seen.at("/reports").as_array().unwrap().len(), 2);
    let (mine, his) = (app.open_mailbox(&a).await, app.open_mailbox(&b).await);
    let words = json!({ "body": "Saya juga melihat kejadian itu." });
    app.post("/v1/my-report/messages").bearer(&his).json(&words).expect(201).await;
    for page in ["messages", "data"] {
        let shown = app.get(&format!("/v1/my-report/{page}")).bearer(&mine).expect(200).await;
        assert!(!shown.body().contains("juga melihat") && !shown.body().contains(&b.number), "{}", shown.body());
    }
    let read = app.get(&format!("/v1/cases/{}/messages", a.case)).by(Persona::Inspector).expect(200).await;
    assert!(
        read.body().contains("juga melihat"),
        "what the merged reporter writes reaches whoever works on the master"
    );
    app.fire(&b.case, "unmerge").await;
    assert_eq!(
        (label(&app, &b).await.as_str(), label(&app, &a).await.as_str()),
        ("Sedang diverifikasi", "Sedang diperiksa")
    );
    assert_eq!(app.case(Persona::Inspector, &a.case).await.at("/reports").as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_may_not_see_a_merged_case_does_not_read_its_report_through_the_master() {
    let app = TestApp::start().await;
    let (a, b) = (app.submit(&app.report()).await, app.submit(&app.report()).await);
    app.walk(&a.case, &["take"]).await;
    app.walk(&b.case, &["take"]).await;
    let recusal = json!({ "reason": REASON });
    app.post(&format!("/v1/cases/{}/recusals", b.case)).by(Persona::SecondTriage).json(&recusal).expect(201).await;
    app.case(Persona::SecondTriage, &a.case).await;
    assert_eq!(merge(&app, &b.case, &a.case, false).await.status, 200);
    app.get(&format!("/v1/cases/{}", a.case)).by(Persona::SecondTriage).expect(404).await;
    app.case(Persona::Triage, &a.case).await;
}

#[tokio::test]
async fn a_withdrawal_leaves_a_case_open_that_has_a_second_report() {
    let app = TestApp::start().await;
    let (a, b) = (app.submit(&app.report()).await, app.submit(&app.report()).await);
    app.walk(&a.case, &["take"]).await;
    app.walk(&b.case, &["take"]).await;
    assert_eq!(merge(&app, &b.case, &a.case, false).await.status, 200);
    let request = json!({ "body": "Saya ingin mencabut laporan saya.", "kind": "withdrawal_request" });
    let mine = app.open_mailbox(&a).await;
    app.post("/v1/my-report/messages").bearer(&mine).json(&request).expect(201).await;
    let withdraw = steps::input(&app, "withdraw");
    let refused = app.try_to(Persona::Triage, &a.case, "withdraw", &withdraw).await;
    assert_eq!((refused.status, refused.text("/guards/0/name")), (422, "no_other_report"));
    assert_eq!(app.state(&a.case).await, "triage");
    let his = app.open_mailbox(&b).await;
    app.post("/v1/my-report/messages").bearer(&his).json(&request).expect(201).await;
    app.fire(&a.case, "withdraw").await;
}

#[tokio::test]
async fn a_further_act_joins_an_open_case_while_it_can_be_examined_and_is_linked_after() {
    let app = TestApp::start().await;
    let subject = json!({ "name": "Budi Santoso", "nip": "198609262015051001" });
    let first = app.submit(&report(&app, &subject, -60, "https://lain.example/1")).await;
    app.walk(&first.case, &["take", "accept"]).await;
    let second = app.submit(&report(&app, &subject, -5, "https://lain.example/2")).await;
    app.walk(&second.case, &["take"]).await;
    let refused = merge(&app, &second.case, &first.case, false).await;
    assert_eq!(refused.text("/guards/0/name"), "overlapping_act");
    assert_eq!(merge(&app, &second.case, &first.case, true).await.status, 200);
    let seen = app.case(Persona::Inspector, &first.case).await;
    assert_eq!(seen.at("/reports").as_array().unwrap().len(), 2, "the further act is read with the case");
    app.walk(&first.case, &["conclude"]).await;
    let third = app.submit(&report(&app, &subject, -4, "https://lain.example/3")).await;
    app.walk(&third.case, &["take"]).await;
    let refused = merge(&app, &third.case, &first.case, true).await;
    assert_eq!((refused.status, refused.text("/guards/0/name")), (422, "further_act_before_findings"));
    app.walk(&first.case, &["send_recommendation"]).await;
    let refused = merge(&app, &third.case, &first.case, true).await;
    assert_eq!(refused.text("/guards/0/name"), "further_act_before_findings");
    let link = json!({ "case_number": first.case, "reason": REASON });
    let path = format!("/v1/cases/{}/links", third.case);
    let linked = app.post(&path).by(Persona::Triage).json(&link).expect(201).await;
    assert_eq!(linked.text("/other_case_number"), first.case);
    app.post(&path).by(Persona::Triage).json(&link).expect(201).await;
    for (case, other) in [(&first.case, &third.case), (&third.case, &first.case)] {
        assert!(reasons(&suggested(&app, Persona::Triage, case).await, other).contains(&"linked".to_owned()));
        let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Triage).expect(200).await;
        assert_eq!(events.body().matches("case.linked").count(), 1, "{}", events.body());
        assert!(events.body().contains(other.as_str()));
    }
    for wrong in ["REG-BKN-2026-1", &third.case] {
        let link = json!({ "case_number": wrong, "reason": REASON });
        let refused = app.post(&path).by(Persona::Triage).json(&link).expect(422).await;
        assert_eq!(refused.faults(), [("/case_number", "unknown-code")], "{wrong}");
    }
    let stranger =
        app.submit(&report(&app, &json!({ "name": "Fulan", "position": "Camat" }), -4, "https://lain.example/4")).await;
    let link = json!({ "case_number": stranger.case, "reason": REASON });
    let refused = app.post(&path).by(Persona::Triage).json(&link).expect(422).await;
    assert_eq!(refused.text("/guards/0/name"), "same_subject");
}

#[tokio::test]
async fn a_group_photo_becomes_a_case_for_each_and_its_reporter_reads_the_least_advanced_label() {
    let app = TestApp::start().await;
    let mut report = app.report_from("foto@warga.example");
    report["election_regime"] = "pemilihan".into();
    let receipt = app.submit(&report).await;
    let link = app.deliver_all().await[0].link("email-confirmations");
    app.post(&link).expect(200).await;
    app.walk(&receipt.case, &["take"]).await;
    let wrong = split(&app, &receipt.case, json!([{ "name": "Siti" }, { "nip": "123456789012345678" }])).await;
    assert_eq!(wrong.faults(), [("/subjects/0", "not-enough-to-identify"), ("/subjects/1/nip", "not-a-nip")]);
    let others = json!([{ "name": "Siti Aminah", "agency": "Dinas Perhubungan Kota Jambi" }, { "nip": "1970 0101 1995 0310 01" }]);
    let done = split(&app, &receipt.case, others).await;
    assert_eq!(done.status, 201, "{}", done.body());
    let cases: Vec<String> = done.texts("/case_numbers").into_iter().map(ToOwned::to_owned).collect();
    assert_eq!(cases.len(), 2);
    for case in &cases {
        let seen = app.case(Persona::Triage, case).await;
        assert_eq!(
            (seen.text("/state"), seen.text("/reports/0/complaint_number")),
            ("triage", receipt.number.as_str())
        );
        let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Triage).expect(200).await;
        assert_eq!(events.text("/data/0/kind"), "case.split_off");
        // Its time runs as that of the case it came from: it is late on the same day, and Bawaslu's window closes with it.
        assert_eq!(deadlines(&app, case).await, deadlines(&app, &receipt.case).await);
        assert_eq!(deadlines(&app, case).await.len(), 2);
        let of = app.case(Persona::Triage, &receipt.case).await;
        assert_eq!(
            (seen.at("/next_due_at"), seen.at("/bawaslu_until")),
            (of.at("/next_due_at"), of.at("/bawaslu_until"))
        );
    }
    assert_eq!(app.case(Persona::Triage, &cases[1]).await.text("/subject/nip"), "197001011995031001");
    assert_eq!(reasons(&suggested(&app, Persona::Triage, &cases[0]).await, &cases[1]), ["same_report"]);
    // One goes ahead, one is asked about, one is dismissed: the label follows the last of them.
    app.walk(&receipt.case, &["accept"]).await;
    assert_eq!(label(&app, &receipt).await, "Sedang diverifikasi");
    app.walk(&cases[0], &["ask"]).await;
    app.walk(&cases[1], &["dismiss"]).await;
    assert_eq!(label(&app, &receipt).await, "Menunggu kelengkapan dari Anda");
    let mailbox = app.open_mailbox(&receipt).await;
    let asked = app.get("/v1/my-report/messages").bearer(&mailbox).expect(200).await;
    assert!(asked.body().contains("masih dapat dilihat"), "{}", asked.body());
    let words = json!({ "body": "Ya, unggahan itu masih ada." });
    app.post("/v1/my-report/messages").bearer(&mailbox).json(&words).expect(201).await;
    assert_eq!(app.state(&cases[0]).await, "triage", "the answer went to the case that asked");
    app.walk(&cases[0], &["dismiss"]).await;
    assert_eq!(label(&app, &receipt).await, "Sedang diperiksa");
    app.deliver_after_quiet().await;
    let told: Vec<String> = app.mails_to("foto@warga.example").into_iter().map(|mail| mail.text).collect();
    assert!(told.len() >= 2 && told.iter().all(|text| !text.contains("Siti") && !text.contains("Hasil:")), "{told:?}");
    let again = split(&app, &cases[0], json!([{ "nip": "197001011995031001" }])).await;
    assert_eq!(again.status, 409, "{}", again.body());
}

#[tokio::test]
async fn a_report_is_not_purged_while_a_case_split_from_it_still_needs_it() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take"]).await;
    let done = split(&app, &receipt.case, json!([{ "nip": "197001011995031001" }])).await;
    let other = done.text("/case_numbers/0").to_owned();
    app.walk(&receipt.case, &["dismiss"]).await;
    app.advance(chrono::Duration::days(3 * 366));
    app.sweep().await;
    let proposed = app.get("/v1/purge-proposals").by(Persona::PrivacyOfficer).expect(200).await;
    assert!(!proposed.body().contains(&receipt.case), "{}", proposed.body());
    app.walk(&other, &["dismiss"]).await;
    app.advance(chrono::Duration::days(3 * 366));
    app.sweep().await;
    let decide = json!({ "approve": true, "reason": REASON });
    for case in [&other, &receipt.case] {
        let proposed = app.get("/v1/purge-proposals").by(Persona::PrivacyOfficer).expect(200).await;
        assert_eq!(proposed.text("/data/0/case_number"), case);
        let path = format!("/v1/purge-proposals/{}/decision", proposed.text("/data/0/id"));
        app.post(&path).by(Persona::PrivacyOfficer).json(&decide).expect(200).await;
        app.advance(chrono::Duration::days(2));
        app.sweep().await;
    }
    let left = "SELECT count(*)::text AS value FROM subjects WHERE nip IS NOT NULL OR nip_index IS NOT NULL";
    assert_eq!(app.db.value(left).await, "0");
}

/// How two cases with subjects like these stand to each other.
fn one_person(ours: &Value, theirs: &Value) -> bool {
    let of = |told: &Value| {
        let mut facts = crate::sample::case(netral::domain::case::State::Triage);
        let text = |field: &str| told[field].as_str().map(|text| Confidential::new(text.to_owned()));
        let subject = &mut facts.subject;
        (subject.nip, subject.nik, subject.name) = (text("nip"), text("nik"), text("name"));
        subject.agency_text = told["agency"].as_str().map(ToOwned::to_owned);
        subject.person_id = told["person"].as_u64().map(|id| uuid::Uuid::from_u128(id.into()));
        facts.case.agency_id = None;
        facts
    };
    netral::db::cases::same_subject(&of(ours), &of(theirs))
}

#[test]
fn two_people_of_one_name_and_agency_are_told_apart_by_their_numbers_and_by_officers() {
    let person = |more: Value| {
        let mut person = json!({ "name": "Budi Santoso", "agency": "Dinas Perhubungan" });
        person.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        person
    };
    let (nip, other) = (json!({ "nip": "198609262015051001" }), json!({ "nip": "197001011995031001" }));
    assert!(one_person(&person(json!({})), &person(nip.clone())), "one of them gave no number");
    assert!(!one_person(&person(nip.clone()), &person(other.clone())));
    let (ours, theirs) = (json!({ "person": 1, "nip": nip["nip"] }), json!({ "person": 2, "nip": nip["nip"] }));
    assert!(!one_person(&person(ours.clone()), &person(theirs)), "officers know two people");
    let renumbered = json!({ "person": 1, "nip": other["nip"] });
    assert!(one_person(&person(ours), &person(renumbered)), "a person has several numbers");
    let (nik, same) = (
        json!({ "nip": nip["nip"], "nik": "1571012609860001" }),
        json!({ "nip": other["nip"], "nik": "1571012609860001" }),
    );
    assert!(one_person(&person(nik), &person(same)), "one NIK is one person");
    let nowhere = json!({ "name": "Budi Santoso" });
    assert!(!one_person(&nowhere, &nowhere), "a name without an agency is nobody's alone");
}

async fn privacy(app: &TestApp, path: &str, body: &Value) -> Reply {
    app.post(path).by(Persona::PrivacyOfficer).json(body).send().await
}

async fn hold(app: &TestApp, case: &str) -> String {
    let hold = privacy(app, "/v1/legal-holds", &json!({ "case_number": case, "reason": REASON })).await;
    assert_eq!(hold.status, 201, "{}", hold.body());
    hold.text("/id").to_owned()
}

async fn lift(app: &TestApp, hold: &str) {
    let lifted = privacy(app, &format!("/v1/legal-holds/{hold}/lift"), &json!({ "reason": REASON })).await;
    assert_eq!(lifted.status, 200, "{}", lifted.body());
}

/// The cases whose purge is proposed after so many days, each with its proposal.
async fn proposed_after(app: &TestApp, days: i64) -> Vec<(String, String)> {
    app.advance(chrono::Duration::days(days));
    app.sweep().await;
    let proposed = app.get("/v1/purge-proposals").by(Persona::PrivacyOfficer).expect(200).await;
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let mut found: Vec<_> = proposed
        .at("/data")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(one, "case_number"), text(one, "id")))
        .collect();
    found.sort();
    found
}

async fn purge(app: &TestApp, proposal: &str) -> Reply {
    privacy(app, &format!("/v1/purge-proposals/{proposal}/decision"), &json!({ "approve": true, "reason": REASON }))
        .await
}

/// Accepted for triage, about the usual person or the one with this number.
async fn taken(app: &TestApp, nip: Option<&str>) -> Receipt {
    let mut report = app.report();
    if let Some(nip) = nip {
        report["subject"] = json!({ "nip": nip, "name": "Siti Aminah", "agency": "Dinas Perhubungan Kota Jambi" });
    }
    let receipt = app.submit(&report).await;
    app.walk(&receipt.case, &["take"]).await;
    receipt
}

/// Splits the other person off.
async fn other_of(app: &TestApp, case: &str, nip: &str) -> String {
    let done = split(app, case, json!([{ "nip": nip }])).await;
    assert_eq!(done.status, 201, "{}", done.body());
    done.text("/case_numbers/0").to_owned()
}

async fn merged(app: &TestApp, case: &str, master: &str) {
    let done = merge(app, case, master, false).await;
    assert_eq!(done.status, 200, "{}", done.body());
}

const OTHER: &str = "197001011995031001";
const USUAL: &str = "198609262015051001";
const LONG: i64 = 3 * 366;

#[tokio::test]
async fn a_report_of_a_merged_case_outlives_its_master_while_a_case_split_from_it_is_open_or_held() {
    let app = TestApp::start().await;
    let (first, master) = (taken(&app, None).await, taken(&app, None).await);
    let open = other_of(&app, &first.case, OTHER).await;
    merged(&app, &first.case, &master.case).await;
    app.walk(&master.case, &["dismiss"]).await;
    let held = hold(&app, &open).await;
    assert_eq!(proposed_after(&app, LONG).await, [], "held and open");
    lift(&app, &held).await;
    assert_eq!(proposed_after(&app, 2).await, [], "open");
    app.walk(&open, &["dismiss"]).await;
    assert_eq!(proposed_after(&app, 2).await, [], "its own time is not over");
    let due = proposed_after(&app, LONG).await;
    assert_eq!((due.len(), &due[0].0), (1, &open));
    assert_eq!(purge(&app, &due[0].1).await.status, 200);
    let due = proposed_after(&app, 2).await;
    assert_eq!((due.len(), &due[0].0), (1, &master.case), "now nobody reads the reports any more");
    assert_eq!(app.db.count("data_keys").await, 2);
    assert_eq!(purge(&app, &due[0].1).await.status, 200);
    assert_eq!(app.db.count("data_keys").await, 0);
}

#[tokio::test]
async fn a_report_outlives_its_case_while_the_master_of_a_split_case_is_open_or_held_and_is_purged_then() {
    let app = TestApp::start().await;
    let (first, master) = (taken(&app, None).await, taken(&app, Some(OTHER)).await);
    let token = app.open_mailbox(&first).await;
    let body = json!({ "kind": "erasure", "text": "Permintaan tertutup saya." });
    let asked = app.post("/v1/my-report/data-requests").bearer(&token).json(&body).expect(201).await;
    let path = format!("/v1/data-requests/{}/decision", asked.text("/id"));
    let grant = json!({ "decision": "grant", "reason": REASON });
    let part = other_of(&app, &first.case, OTHER).await;
    merged(&app, &part, &master.case).await;
    app.walk(&first.case, &["dismiss"]).await;
    privacy(&app, &path, &grant).await.problem("case-open");
    assert_eq!(proposed_after(&app, LONG).await, []);
    app.walk(&master.case, &["dismiss"]).await;
    for case in [&master.case, &part] {
        let held = hold(&app, case).await;
        privacy(&app, &path, &grant).await.problem("legal-hold");
        lift(&app, &held).await;
    }
    let due = proposed_after(&app, LONG).await;
    assert_eq!((due.len(), &due[0].0), (1, &master.case));
    assert_eq!(purge(&app, &due[0].1).await.status, 200);
    let due = proposed_after(&app, 2).await;
    assert_eq!((due.len(), &due[0].0), (1, &first.case), "what was merged is purged with its master");
    let granted = privacy(&app, &path, &grant).await;
    assert_eq!(granted.status, 200, "{}", granted.body());
    assert_eq!(purge(&app, &due[0].1).await.status, 200);
}

#[tokio::test]
async fn two_cases_that_read_each_others_report_are_purged_when_the_time_of_both_is_over() {
    let app = TestApp::start().await;
    let (one, two) = (taken(&app, Some(USUAL)).await, taken(&app, Some(OTHER)).await);
    let (to_two, to_one) = (other_of(&app, &one.case, OTHER).await, other_of(&app, &two.case, USUAL).await);
    merged(&app, &to_two, &two.case).await;
    merged(&app, &to_one, &one.case).await;
    app.walk(&one.case, &["dismiss"]).await;
    assert_eq!(proposed_after(&app, LONG).await, []);
    app.walk(&two.case, &["dismiss"]).await;
    let due = proposed_after(&app, LONG).await;
    assert_eq!(due.iter().map(|(case, _)| case).collect::<Vec<_>>(), [&one.case, &two.case]);
    let held = hold(&app, &to_two).await;
    for (_, proposal) in &due {
        purge(&app, proposal).await.problem("legal-hold");
    }
    lift(&app, &held).await;
    app.db
        .execute(&format!(
            "UPDATE cases SET state_since = state_since + interval '9 years' WHERE case_number = '{}'",
            two.case
        ))
        .await;
    purge(&app, &due[0].1).await.problem("case-open");
    app.db
        .execute(&format!(
            "UPDATE cases SET state_since = state_since - interval '9 years' WHERE case_number = '{}'",
            two.case
        ))
        .await;
    for (_, proposal) in &due {
        let done = purge(&app, proposal).await;
        assert_eq!(done.status, 200, "{}", done.body());
    }
    assert_eq!(app.db.count("data_keys").await, 0);
}
