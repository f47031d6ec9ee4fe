//! The catalogues: who reads them how, what a new version changes and what it must not, what the election calendar suggests.

use netral::db::{self, Tx};
use serde_json::{Value, json};

use crate::harness::{Persona, Reply, TestApp, steps};

const CATALOGUES: [&str; 10] = [
    "violation-forms",
    "sanctions",
    "dismissal-codes",
    "closure-reasons",
    "transfer-bodies",
    "sanction-authorities",
    "deadline-rules",
    "regions",
    "agencies",
    "election-events",
];

fn codes(reply: &Reply) -> Vec<&str> {
    reply.at("/data").as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect()
}

fn row<'a>(reply: &'a Reply, code: &str) -> &'a Value {
    reply.at("/data").as_array().unwrap().iter().find(|row| row["code"] == code).unwrap()
}

#[tokio::test]
async fn every_catalogue_is_read_without_a_token_and_kept_until_it_changes() {
    let app = TestApp::start().await;
    for name in CATALOGUES {
        let path = format!("/v1/reference/{name}");
        let first = app.get(&path).expect(200).await;
        assert!(!codes(&first).is_empty(), "{name}");
        assert_eq!(first.header("cache-control"), "public, max-age=3600");
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 20, "{name}: {tag}");
        let again = app.get(&path).header("if-none-match", &tag).expect(304).await;
        assert!(again.bytes.is_empty() && again.header("etag") == tag);
        app.get(&path).header("if-none-match", "\"anders\"").expect(200).await;
        let titles = first.at("/data").as_array().unwrap().iter().filter_map(|row| row.get("title"));
        assert!(titles.clone().all(|title| title["id"].is_string() && title["en"].is_string()), "{name}");
    }
    let before = app.get("/v1/reference/sanctions").expect(200).await;
    app.db.execute("UPDATE sanctions SET title_en = 'Oral warning' WHERE code = 'R1'").await;
    let after = app.get("/v1/reference/sanctions").header("if-none-match", before.header("etag")).expect(200).await;
    assert_ne!(before.header("etag"), after.header("etag"));
}

/// What stays in the original: codes of what has a title or is one of many, official names, titles of decrees, citations, sources.
const ORIGINAL: [&str; 12] = [
    "code",
    "name",
    "parent_code",
    "region_code",
    "region_codes",
    "sanction_codes",
    "variant",
    "source_decree",
    "decree",
    "norm_refs",
    "basis",
    "source",
];

#[tokio::test]
async fn whatever_is_read_in_a_catalogue_is_read_in_both_languages() {
    let app = TestApp::start().await;
    let day = |text: &str| text.parse::<chrono::NaiveDate>().is_ok();
    for name in CATALOGUES {
        let reply = app.get(&format!("/v1/reference/{name}")).expect(200).await;
        for entry in reply.at("/data").as_array().unwrap() {
            for (field, value) in entry.as_object().unwrap() {
                let place = format!("{name}: {field} of {entry}");
                if let Some(text) = value.as_str() {
                    let said = entry.get(format!("{field}_title")).is_some_and(Value::is_object);
                    assert!(said || ORIGINAL.contains(&field.as_str()) || day(text), "{place}");
                } else if let Some(label) = value.as_object() {
                    let texts: Vec<&str> =
                        ["id", "en"].iter().filter_map(|language| label[*language].as_str()).collect();
                    assert!(texts.len() == 2 && texts.iter().all(|text| !text.is_empty()), "{place}");
                }
            }
        }
    }
    let agencies = app.get("/v1/reference/agencies?kind=bkn_regional_office").expect(200).await;
    assert_eq!(agencies.text("/data/0/kind_title/en"), "Regional office of BKN");
    assert_eq!(agencies.text("/data/0/work/en"), "Watches the follow-up of the PPK in its region");
    let forms = app.get("/v1/reference/violation-forms").expect(200).await;
    assert_eq!(
        row(&forms, "DIS-06")["note"],
        json!({ "id": "butir II.B.6 lampiran", "en": "item II.B.6 of the annex" })
    );
    assert_eq!(row(&forms, "DIS-06")["level_title"]["id"], "Hukuman disiplin berat");
    assert_eq!(row(&forms, "DIS-09")["phase_hint_title"]["en"], "Before candidates are determined");
    let rules = app.get("/v1/reference/deadline-rules").expect(200).await;
    let own = row(&rules, "D4");
    assert_eq!((&own["basis"], &own["confirmation_title"]["id"]), (&Value::Null, &json!("Kebijakan layanan")));
    for table in ["violation_forms", "sanctions", "transfer_bodies", "election_events"] {
        let half = format!("SELECT code AS value FROM {table} WHERE (note_id IS NULL) <> (note_en IS NULL)");
        assert_eq!(app.db.values(&half).await, Vec::<String>::new(), "{table}");
    }
}

#[tokio::test]
async fn a_catalogue_says_what_its_file_says_and_how_sure_that_is() {
    let app = TestApp::start().await;
    let forms = app.get("/v1/reference/violation-forms").expect(200).await;
    assert_eq!(codes(&forms).len(), 25);
    let form = row(&forms, "DIS-09");
    assert_eq!((&form["phase_hint"], &form["confirmation"]), (&json!("before_determination"), &json!("unconfirmed")));
    assert_eq!(row(&forms, "DIS-06")["norm_refs"].as_array().unwrap().len(), 3);
    assert_eq!(row(&forms, "DIS-06")["sanction_codes"][0], "B1");
    let sanctions = app.get("/v1/reference/sanctions").expect(200).await;
    assert_eq!((&row(&sanctions, "S2")["months"], &row(&sanctions, "S2")["applies_to"]), (&json!(9), &json!("pns")));
    assert!(!codes(&sanctions).contains(&"LEGACY-S1"), "it ended with PP 94/2021");
    let old = app.get("/v1/reference/sanctions?on=2020-05-01").expect(200).await;
    assert!(codes(&old).contains(&"LEGACY-S1") && !codes(&old).contains(&"R1"));
    let officials = app.get("/v1/reference/sanction-authorities").expect(200).await;
    assert_eq!(
        (officials.text("/data/0/code"), officials.text("/data/0/position_level_title/en")),
        ("president", "Highest senior executive")
    );
    assert!(officials.at("/data/0/sanction_codes").as_array().unwrap().contains(&json!("B3")));
    let rules = app.get("/v1/reference/deadline-rules").expect(200).await;
    let window =
        rules.at("/data").as_array().unwrap().iter().find(|row| row["code"] == "D2" && row["regime"] == "pemilu");
    assert_eq!((&window.unwrap()["length"], &window.unwrap()["unit"]), (&json!(7), &json!("working_day")));
    let still = rules.at("/data").as_array().unwrap().iter().filter(|row| row["runs"] == false);
    let mut still: Vec<&str> = still.map(|row| row["variant"].as_str().unwrap()).collect();
    still.retain(|variant| !variant.starts_with("review_"));
    assert_eq!(still, ["second_summons", "summons"], "no case has such a clock");
    let before = app.get("/v1/reference/deadline-rules?on=2014-05-01").expect(200).await;
    assert!(!codes(&before).contains(&"D2"), "the law on regional-head elections came in 2015");
    let dismissal = app.get("/v1/reference/dismissal-codes").expect(200).await;
    assert!(codes(&dismissal).contains(&"already_decided"));
    app.get("/v1/reference/sanctions?on=kemarin").expect(400).await.problem("invalid-parameter");
}

#[tokio::test]
async fn regions_go_from_province_to_district_and_every_region_has_its_agencies() {
    let app = TestApp::start().await;
    let provinces = app.get("/v1/reference/regions").expect(200).await;
    assert_eq!(codes(&provinces).len(), 38);
    let below = app.get("/v1/reference/regions?parent=15").expect(200).await;
    assert_eq!(row(&below, "15.71")["name"], "Kota Jambi");
    let districts = app.get("/v1/reference/regions?parent=15.71").expect(200).await;
    assert!(codes(&districts).len() > 5 && districts.at("/data/0/kind") == "district");
    let jambi = app.get("/v1/reference/agencies?region=15&kind=regional_government").expect(200).await;
    assert_eq!(codes(&jambi).len(), 12);
    assert_eq!(row(&jambi, "PEMDA1571")["parent_code"], "PEMDA15");
    let central = app.get("/v1/reference/agencies?kind=central_body").expect(200).await;
    assert!(codes(&central).contains(&"KEMENKEU"));
    let then = app.get("/v1/reference/agencies?on=2024-08-01").expect(200).await;
    assert!(codes(&then).contains(&"KASN") && !codes(&then).contains(&"KEMENHAM"));
    for (day, holds, not) in [("2025-10-05", "KEMENBUMN", "BPBUMN"), ("2025-10-06", "BPBUMN", "KEMENBUMN")] {
        let then = app.get(&format!("/v1/reference/agencies?kind=central_body&on={day}")).expect(200).await;
        assert!(codes(&then).contains(&holds) && !codes(&then).contains(&not), "{day}");
    }
    // Nothing is bound to a district.
    let mut report = app.report();
    report["conduct"]["region_code"] = "15.71.01".into();
    app.post("/v1/reports").key("kunci-laporan-kecamatan-0001").json(&report).expect(422).await;
}

/// A new text for a form, in force from this day on.
async fn new_version(app: &TestApp, code: &str, title: &str, from: &str) {
    app.db.execute(&format!("UPDATE violation_forms SET valid_to = '{from}' WHERE code = '{code}'")).await;
    app.db
        .execute(&format!(
            "INSERT INTO violation_forms (code, category, title_id, title_en, source_decree, valid_from) \
             VALUES ('{code}', 'discipline', '{title}', '{title}', 'SKB baru', '{from}')"
        ))
        .await;
}

#[tokio::test]
async fn a_new_version_of_the_catalogue_leaves_the_text_of_old_cases_alone() {
    let app = TestApp::start().await;
    let way = ["take", "accept", "conclude", "send_recommendation"];
    let old = app.case_after(&way).await;
    let title = |case: &Reply| case.text("/violation_forms/0/title/id").to_owned();
    let before = title(&app.case(Persona::Auditor, &old).await);
    assert!(before.contains("pemenangan calon"), "{before}");
    // The new decree holds from yesterday; reports speak of the day before.
    new_version(&app, "DIS-06", "Bunyi baru", &app.day(-1)).await;
    let earlier = app.case_after(&way).await;
    let mut report = app.report();
    report["conduct"]["occurred_from"] = app.day(-1).into();
    let later = app.submit(&report).await.case;
    app.walk(&later, &way).await;
    assert_eq!(title(&app.case(Persona::Auditor, &old).await), before, "it keeps its text");
    assert_eq!(title(&app.case(Persona::Auditor, &earlier).await), before, "an act of the old days has the old text");
    assert_eq!(title(&app.case(Persona::Ppk, &later).await), "Bunyi baru");
    // What is no longer there, or was not yet there, cannot be named.
    app.db.execute("UPDATE violation_forms SET valid_to = '2024-01-01' WHERE code = 'DIS-07'").await;
    let case = app.case_after(&["take", "accept", "conclude"]).await;
    let mut send = steps::input(&app, "send_recommendation");
    send["violation_forms"][0]["code"] = "DIS-07".into();
    let refused = app.try_to(Persona::Auditor, &case, "send_recommendation", &send).await;
    assert_eq!(refused.faults(), [("/input/violation_forms/0/code", "unknown-code")]);
}

#[tokio::test]
async fn phase_and_election_law_are_suggested_and_the_officer_decides_with_a_reason() {
    let app = TestApp::start().await;
    let mut report = app.report();
    report["conduct"]["occurred_from"] = "2024-10-01".into();
    report["conduct"]["known_on"] = app.day(-1).into();
    let case = app.submit(&report).await.case;
    app.walk(&case, &["take"]).await;
    let seen = app.case(Persona::Triage, &case).await;
    assert_eq!(seen.text("/suggested_election_event"), "PILKADA-2024");
    assert_eq!(seen.text("/suggested_election_regime"), "pemilihan");
    assert_eq!(seen.text("/suggested_conduct_phase"), "campaign");
    let mut accept = steps::input(&app, "accept");
    accept["conduct_phase"] = "before_determination".into();
    accept.as_object_mut().unwrap().remove("phase_reason");
    let unexplained = app.try_to(Persona::Triage, &case, "accept", &accept).await;
    assert_eq!((unexplained.status, unexplained.faults()), (422, vec![("/input/phase_reason", "required")]));
    accept["phase_reason"] = "Foto itu dibuat pada bulan Juli dan baru diunggah ulang pada bulan Oktober.".into();
    let accepted = app.fire_with(&case, "accept", &accept).await;
    assert_eq!((accepted.status, accepted.text("/conduct_phase")), (200, "before_determination"));
    assert!(accepted.at("/warnings").to_string().contains("phase_differs"), "{}", accepted.body());
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Triage).expect(200).await;
    assert!(events.body().contains("baru diunggah ulang"), "the reason is on record");
    let other = app.case_after(&["take"]).await;
    let seen = app.case(Persona::Triage, &other).await;
    assert_eq!(seen.text("/suggested_conduct_phase"), "outside_stage");
    assert!(seen.at("/suggested_election_event").is_null());
    assert!(app.case(Persona::Taskforce, &other).await.at("/suggested_conduct_phase").is_null());
}

#[tokio::test]
async fn a_phase_accepted_by_mistake_is_corrected_with_a_reason_until_there_are_findings() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept"]).await;
    let path = format!("/v1/cases/{case}/conduct-phase");
    let correct = async |by: Persona, phase: &str| {
        let body = json!({ "conduct_phase": phase, "reason": "Unggahan ternyata dibuat pada masa tenang." });
        let version = app.version(&case).await;
        app.call(reqwest::Method::PUT, &path).by(by).if_match(version).json(&body).send().await
    };
    correct(Persona::Triage, "quiet_period").await.problem("forbidden");
    let corrected = correct(Persona::Inspector, "quiet_period").await;
    assert_eq!((corrected.status, corrected.text("/conduct_phase")), (200, "quiet_period"), "{}", corrected.body());
    assert_eq!(app.case(Persona::Auditor, &case).await.text("/conduct_phase"), "quiet_period");
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Auditor).expect(200).await;
    let last = events.at("/data").as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["details"]["before"]), (&json!("phase.corrected"), &json!("campaign")));
    app.fire(&case, "conclude").await;
    correct(Persona::Auditor, "campaign").await.problem("not-in-state");
    let early = app.case_after(&["take"]).await;
    let body = json!({ "conduct_phase": "campaign", "reason": "Belum diterima, jadi belum ada tahapnya." });
    let early =
        app.call(reqwest::Method::PUT, &format!("/v1/cases/{early}/conduct-phase")).by(Persona::Auditor).if_match(2);
    early.json(&body).send().await.problem("not-in-state");
}

#[tokio::test]
async fn a_start_with_the_same_files_loads_nothing_and_a_changed_one_loads_again() {
    let app = TestApp::start().await;
    let owner = db::pool(&app.db.url, None, 1).unwrap();
    let load = async || {
        let mut tx = Tx::begin(&owner).await.unwrap();
        db::reference::load(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    };
    app.db.execute("UPDATE regions SET name = 'Jambi Raya' WHERE code = '15.71'").await;
    load().await;
    let name = "SELECT name AS value FROM regions WHERE code = '15.71'";
    assert_eq!(app.db.value(name).await, "Jambi Raya", "the file had not changed");
    app.db.execute("UPDATE reference_loads SET checksum = '' WHERE name = 'regions'").await;
    load().await;
    assert_eq!(app.db.value(name).await, "Kota Jambi");
}

#[tokio::test]
async fn no_citation_is_older_than_what_it_cites() {
    let app = TestApp::start().await;
    let laws =
        [("UU 20/2023", "2023-10-31"), ("Putusan MK 136/PUU-XXII/2024", "2024-11-14"), ("PP 94/2021", "2021-08-31")];
    for (law, since) in laws {
        let early = format!(
            "SELECT code AS value FROM violation_forms WHERE array_to_string(norm_refs, ';') LIKE '%{law}%' AND valid_from < '{since}' \
             UNION ALL SELECT code FROM sanctions WHERE basis LIKE '%{law}%' AND valid_from < '{since}'"
        );
        assert_eq!(app.db.values(&early).await, Vec::<String>::new(), "{law}");
    }
    let gaps = "SELECT a.code AS value FROM violation_forms a WHERE a.code IN ('DIS-05', 'CRM-K188') AND a.valid_to IS NOT NULL \
        AND NOT EXISTS (SELECT FROM violation_forms b WHERE b.code = a.code AND b.valid_from = a.valid_to)";
    assert_eq!(app.db.values(gaps).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_watchers_have_a_ppk_for_their_own_staff() {
    let app = TestApp::start().await;
    for kind in ["bkn", "bawaslu"] {
        let roles = format!(
            "SELECT role AS value FROM agency_roles WHERE agency_kind = '{kind}' AND role IN ('inspector', 'inspector_lead', 'ppk_officer')"
        );
        assert_eq!(app.db.values(&roles).await.len(), 3, "{kind}");
    }
    let central = app.get("/v1/reference/agencies?kind=central_body").expect(200).await;
    assert_eq!(row(&central, "LPSK")["kind"], "central_body");
}
