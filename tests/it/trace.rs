//! The trace of every look: a read leaves its entry before its answer, or there is no answer; only the privacy officer
//! reads the log; unusual reading is flagged once.

use std::collections::BTreeSet;

use chrono::Duration;
use futures_util::future::join_all;
use netral::domain::access::Operation;
use netral::worker::lookout;
use serde_json::{Value, json};

use crate::harness::{Persona, Reply, TestApp, contract};

/// The entries there are, oldest first: operation, role, number of the case (or nothing), outside the agency.
async fn entries(app: &TestApp) -> Vec<String> {
    let sql = "SELECT concat_ws(' ', operation, role, case_number, outside_agency) AS value FROM access_entries \
        LEFT JOIN cases ON cases.id = case_id ORDER BY access_entries.id";
    app.db.values(sql).await
}

async fn officer(app: &TestApp, persona: Persona) -> String {
    app.db.value(&format!("SELECT id AS value FROM officers WHERE email = '{}'", persona.email())).await
}

async fn log(app: &TestApp, query: &str) -> Reply {
    app.get(&format!("/v1/access-log{query}")).by(Persona::PrivacyOfficer).expect(200).await
}

fn operations(reply: &Reply) -> Vec<&str> {
    reply.at("/data").as_array().unwrap().iter().map(|entry| entry["operation"].as_str().unwrap()).collect()
}

/// Every read that shows a case.
fn reads(case: &str) -> [String; 6] {
    let path = format!("/v1/cases/{case}");
    ["/events", "/messages", "/approvals", "/tracks", ""]
        .map(|part| format!("{path}{part}"))
        .into_iter()
        .chain(["/v1/cases".to_owned()])
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

#[tokio::test]
async fn each_read_leaves_an_entry_and_a_list_one_for_each_case_it_shows() {
    let app = TestApp::start().await;
    let (first, second) = (app.submit(&app.report()).await.case, app.submit(&app.report()).await.case);
    for read in &reads(&first)[..5] {
        app.get(read).by(Persona::Triage).expect(200).await;
    }
    let of = |operation: &str, case: &str| format!("{operation} triage_officer {case} t");
    let singly = ["list_case_events", "list_case_messages", "list_approvals", "list_tracks", "get_case"]
        .map(|name| of(name, &first));
    assert_eq!(entries(&app).await, singly);
    let page = app.get("/v1/cases?limit=1").by(Persona::Triage).expect(200).await;
    assert_eq!(entries(&app).await[5..], [of("list_cases", &first)], "what lies behind the page is not shown");
    app.get(&format!("/v1/cases?limit=1&after={}", page.text("/page/next_cursor")))
        .by(Persona::Triage)
        .expect(200)
        .await;
    app.get("/v1/cases").by(Persona::Triage).expect(200).await;
    let listed = [&second, &first, &second].map(|case| of("list_cases", case));
    assert_eq!(entries(&app).await[6..], listed);
    app.get("/v1/cases?state=closed").by(Persona::Triage).expect(200).await;
    assert_eq!(entries(&app).await.len(), 9, "an empty list shows nothing");
}

#[tokio::test]
async fn a_case_known_to_be_unchanged_was_looked_at_and_one_refused_was_not() {
    let app = TestApp::start().await;
    let case = app.submit(&app.report()).await.case;
    let path = format!("/v1/cases/{case}");
    app.get(&path).by(Persona::Triage).header("if-none-match", "\"1\"").expect(304).await;
    assert_eq!(entries(&app).await, [format!("get_case triage_officer {case} t")]);
    app.get(&path).by(Persona::DistantTriage).expect(404).await;
    app.get("/v1/cases/REG-BKN-2026-1").by(Persona::Triage).expect(404).await;
    app.get(&path).expect(401).await;
    app.get(&format!("{path}/messages")).by(Persona::Taskforce).expect(403).await;
    assert_eq!(app.db.count("access_entries").await, 1);
}

#[tokio::test]
async fn outside_ones_agency_is_neither_its_case_nor_its_review_nor_ones_own_work() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "conclude", "send_recommendation"]).await;
    let looks = [
        (Persona::Ppk, "false"),
        (Persona::Inspector, "false"),
        (Persona::Auditor, "true"),
        (Persona::Taskforce, "true"),
        (Persona::SecondTriage, "true"),
        (Persona::Triage, "true"),
    ];
    app.db.execute("UPDATE cases SET owner_id = NULL").await;
    for (by, outside) in looks {
        app.case(by, &case).await;
        let newest = "SELECT outside_agency AS value FROM access_entries ORDER BY id DESC LIMIT 1";
        assert_eq!(app.db.value(newest).await, outside, "{by:?}");
    }
    let own = format!("UPDATE cases SET owner_id = '{}'", officer(&app, Persona::Triage).await);
    app.db.execute(&own).await;
    app.case(Persona::Triage, &case).await;
    assert!(entries(&app).await.last().unwrap().ends_with(" f"), "the owner's own work");
}

#[tokio::test]
async fn without_its_entry_no_read_is_answered() {
    let app = TestApp::start().await;
    let case = app.submit(&app.report()).await.case;
    app.db.execute("ALTER TABLE access_entries ADD CONSTRAINT none_at_all CHECK (false) NOT VALID").await;
    let unchanged = app.get(&format!("/v1/cases/{case}")).by(Persona::Triage).header("if-none-match", "\"1\"");
    let calls = reads(&case).map(|read| app.get(&read).by(Persona::Triage));
    let logs = ["/v1/access-log", "/v1/access-flags"].map(|read| app.get(read).by(Persona::PrivacyOfficer));
    for call in calls.into_iter().chain(logs).chain([unchanged]) {
        let refused = call.expect(503).await.problem("unavailable");
        assert_eq!(refused.header("retry-after"), "5");
        assert!(!refused.body().contains(&case) && !refused.body().contains("Budi Santoso"), "{}", refused.body());
    }
    app.db.execute("ALTER TABLE access_entries DROP CONSTRAINT none_at_all").await;
    for read in reads(&case) {
        app.get(&read).by(Persona::Triage).expect(200).await;
    }
    assert_eq!(app.db.count("access_entries").await, 6);
}

#[tokio::test]
async fn many_who_read_at_once_each_leave_their_entry() {
    let app = TestApp::start().await;
    let mut cases = Vec::new();
    for _ in 0..4 {
        cases.push(app.submit(&app.report()).await.case);
    }
    let (triage, auditor) = (app.token(Persona::Triage).await, app.token(Persona::Auditor).await);
    let looks = (0..200).map(|i| {
        let token = if i % 3 == 0 { &auditor } else { &triage };
        app.get(&format!("/v1/cases/{}", cases[i % 4])).bearer(token).expect(200)
    });
    join_all(looks).await;
    let sql = "SELECT concat_ws(' ', role, case_number, count(*)) AS value FROM access_entries JOIN cases ON cases.id = case_id \
        GROUP BY role, case_number ORDER BY role, case_number";
    let expected: Vec<String> = [("bkn_auditor", 0), ("triage_officer", 1)]
        .iter()
        .flat_map(|(role, third)| {
            cases.iter().enumerate().map(move |(at, case)| {
                let looks = (0..200).filter(|i| i % 4 == at && usize::from(i % 3 != 0) == *third).count();
                format!("{role} {case} {looks}")
            })
        })
        .collect();
    assert_eq!(app.db.values(sql).await, expected);
}

#[tokio::test]
async fn entries_can_be_neither_changed_nor_taken_away() {
    use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
    let app = TestApp::start().await;
    let case = app.submit(&app.report()).await.case;
    app.case(Persona::Triage, &case).await;
    let mut connection = diesel_async::AsyncPgConnection::establish(&app.db.url).await.unwrap();
    for sql in ["UPDATE access_entries SET role = 'x'", "DELETE FROM access_entries", "TRUNCATE access_entries"] {
        let refused = connection.batch_execute(sql).await.unwrap_err();
        assert!(refused.to_string().contains("access_entries are append-only"), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn the_privacy_officer_finds_who_looked_at_what_and_when() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept"]).await;
    let other = app.submit(&app.report()).await.case;
    app.case(Persona::Triage, &other).await;
    app.advance(Duration::minutes(30));
    let between = app.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    app.case(Persona::Inspector, &case).await;
    app.get(&format!("/v1/cases/{case}/events")).by(Persona::Auditor).expect(200).await;
    let all = log(&app, "").await;
    assert_eq!(operations(&all), ["list_case_events", "get_case", "get_case"], "newest first");
    let newest = all.at("/data/0");
    assert_eq!((&newest["role"], &newest["case_number"]), (&json!("bkn_auditor"), &json!(case)));
    assert_eq!((&newest["agency_code"], &newest["outside_agency"]), (&json!("KANREG07"), &json!(true)));
    let auditor = officer(&app, Persona::Auditor).await;
    assert_eq!(newest["officer_id"], json!(auditor));
    for word in ["Budi", "poster", "Petugas", "@", crate::harness::steps::NIP] {
        assert!(!all.body().contains(word), "{word} is in {}", all.body());
    }
    let found = |query: String| {
        let app = &app;
        async move { operations(&log(app, &query).await).len() }
    };
    assert_eq!(found(format!("?officer={auditor}")).await, 1);
    assert_eq!(found(format!("?case_number={case}")).await, 2);
    assert_eq!(found(format!("?case_number={case}&outside_agency=false")).await, 1);
    assert_eq!(found("?operation=get_case".to_owned()).await, 2);
    assert_eq!(found(format!("?since={between}&operation=get_case")).await, 1);
    assert_eq!(found(format!("?until={between}&operation=get_case")).await, 1);
    assert_eq!(found("?case_number=REG-BKN-2026-1".to_owned()).await, 0);
    let own = log(&app, "?operation=list_access_log").await;
    assert_eq!(operations(&own).len(), 8, "reading the log is a look too");
    assert_eq!((own.at("/data/0/role"), own.at("/data/0/case_number")), (&json!("privacy_officer"), &Value::Null));
    for wrong in ["?operation=fire_transition", "?officer=x", "?since=kemarin", "?nama=x", "?after=x"] {
        let refused = app.get(&format!("/v1/access-log{wrong}")).by(Persona::PrivacyOfficer).expect(400).await;
        refused.problem("invalid-parameter");
    }
}

#[tokio::test]
async fn pages_of_the_log_follow_one_another_though_reading_them_adds_to_it() {
    let app = TestApp::start().await;
    let case = app.submit(&app.report()).await.case;
    for _ in 0..5 {
        app.case(Persona::Triage, &case).await;
    }
    let (mut query, mut ids) = ("?limit=2".to_owned(), Vec::new());
    loop {
        let page = log(&app, &query).await;
        ids.extend(page.at("/data").as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()));
        let Some(cursor) = page.at("/page/next_cursor").as_str() else { break };
        query = format!("?limit=2&after={cursor}");
    }
    assert!(ids.is_sorted_by(|a, b| a > b), "{ids:?}");
    assert_eq!(ids.len(), 5, "each once");
}

#[tokio::test]
async fn nobody_but_the_privacy_officer_reads_the_trace() {
    let app = TestApp::start().await;
    let note = json!({ "note": "Sudah ditanyakan kepada yang bersangkutan." });
    for persona in Persona::ALL.into_iter().filter(|persona| *persona != Persona::PrivacyOfficer) {
        for path in ["/v1/access-log", "/v1/access-flags", "/v1/audit/checkpoint"] {
            let refused = app.get(path).by(persona).expect(403).await.problem("forbidden");
            assert_eq!(refused.text("/permission"), "access_log_read", "{persona:?}");
        }
        app.post("/v1/access-flags/1/review").by(persona).json(&note).expect(403).await.problem("forbidden");
    }
    assert_eq!(app.db.count("access_entries").await, 0);
    app.get("/v1/cases").by(Persona::PrivacyOfficer).expect(403).await.problem("forbidden");
}

async fn flags(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app.get(&format!("/v1/access-flags{query}")).by(Persona::PrivacyOfficer).expect(200).await;
    page.at("/data").as_array().unwrap().clone()
}

async fn look_out_twice(app: &TestApp) {
    let (one, other) =
        tokio::join!(lookout::round(&app.app, Duration::hours(1)), lookout::round(&app.app, Duration::hours(1)));
    one.and(other).expect("both rounds end");
}

/// To the beginning of the next hour, so that a test's reads lie within one.
fn next_hour(app: &TestApp) {
    use chrono::Timelike as _;
    app.advance(Duration::seconds(3600 - i64::from(app.now().num_seconds_from_midnight() % 3600)));
}

#[tokio::test]
async fn unusual_reading_is_flagged_once_for_an_hour_however_many_watch() {
    let limits = [("NETRAL_FLAG_CASES", "3"), ("NETRAL_FLAG_CASES_OUTSIDE_AGENCY", "2")];
    let app = TestApp::start_with(&limits, false).await;
    next_hour(&app);
    let mut cases = Vec::new();
    for _ in 0..4 {
        cases.push(app.submit(&app.report()).await.case);
    }
    for case in &cases[..2] {
        app.case(Persona::Triage, case).await;
        app.case(Persona::Triage, case).await;
    }
    look_out_twice(&app).await;
    assert_eq!(flags(&app, "").await, [json!(null); 0], "as many as are usual, and one case twice is one case");
    app.case(Persona::Triage, &cases[2]).await;
    look_out_twice(&app).await;
    let raised = flags(&app, "").await;
    assert_eq!((raised.len(), &raised[0]["kind"], &raised[0]["cases"]), (1, &json!("many_outside_agency"), &json!(3)));
    app.get("/v1/cases").by(Persona::Triage).expect(200).await;
    look_out_twice(&app).await;
    look_out_twice(&app).await;
    let raised = flags(&app, "").await;
    let kinds: BTreeSet<&str> = raised.iter().map(|flag| flag["kind"].as_str().unwrap()).collect();
    assert_eq!((raised.len(), kinds), (2, BTreeSet::from(["many_cases", "many_outside_agency"])));
    assert!(raised.iter().all(|flag| flag["cases"] == 4), "a flag follows the count: {raised:?}");
    assert_eq!(raised[0]["officer_id"], json!(officer(&app, Persona::Triage).await));
    // The next hour is counted by itself, and the one before stays.
    app.advance(Duration::hours(1));
    app.get("/v1/cases").by(Persona::Triage).expect(200).await;
    look_out_twice(&app).await;
    assert_eq!(flags(&app, "").await.len(), 4);
}

#[tokio::test]
async fn the_worker_looks_once_a_minute_and_at_first_a_day_back() {
    let app = TestApp::start_with(&[("NETRAL_FLAG_CASES", "1")], false).await;
    next_hour(&app);
    for _ in 0..2 {
        app.submit(&app.report()).await;
    }
    app.get("/v1/cases").by(Persona::Triage).expect(200).await;
    app.advance(Duration::hours(5));
    let mut worker = lookout::Lookout::default();
    worker.round_if_due(&app.app).await.unwrap();
    assert_eq!(app.db.count("access_flags").await, 1, "what happened while nobody watched");
    app.get("/v1/cases").by(Persona::Auditor).expect(200).await;
    worker.round_if_due(&app.app).await.unwrap();
    assert_eq!(app.db.count("access_flags").await, 1, "not yet");
    app.advance(Duration::minutes(1));
    worker.round_if_due(&app.app).await.unwrap();
    assert_eq!(app.db.count("access_flags").await, 2);
}

#[tokio::test]
async fn a_flag_is_reviewed_once_with_a_note_and_not_by_whom_it_is_about() {
    let app = TestApp::start().await;
    let (triage, privacy) = (officer(&app, Persona::Triage).await, officer(&app, Persona::PrivacyOfficer).await);
    for officer in [&triage, &privacy] {
        let insert = "INSERT INTO access_flags (officer_id, kind, window_start, cases, raised_at) VALUES";
        app.db.execute(&format!("{insert} ('{officer}', 'many_cases', date_trunc('hour', now()), 90, now())")).await;
    }
    let note = json!({ "note": "Petugas menyusun laporan bulanan atas permintaan pimpinan." });
    let review = |id: u8| app.post(&format!("/v1/access-flags/{id}/review")).by(Persona::PrivacyOfficer);
    let short = review(1).json(&json!({ "note": "ya" })).expect(422).await.problem("invalid-input");
    assert_eq!(short.faults(), [("/note", "too-short")]);
    review(2).json(&note).expect(403).await.problem("forbidden");
    review(3).json(&note).expect(404).await.problem("not-found");
    let reviewed = review(1).json(&note).key("tinjauan").expect(200).await;
    assert_eq!((reviewed.text("/note"), reviewed.text("/reviewed_by")), (note["note"].as_str().unwrap(), &*privacy));
    review(1).json(&note).key("tinjauan").expect(200).await;
    review(1).json(&note).expect(409).await.problem("not-in-state");
    let waiting = flags(&app, "?reviewed=false").await;
    assert_eq!(waiting.iter().map(|flag| flag["id"].as_i64().unwrap()).collect::<Vec<_>>(), [2]);
    assert_eq!(flags(&app, "?reviewed=true").await.len(), 1);
}

#[tokio::test]
async fn lists_of_requests_holds_and_purges_are_looks_at_the_cases_they_name() {
    let app = TestApp::start().await;
    let (receipt, held) = (app.submit(&app.report_from("warga@warga.example")).await, app.submit(&app.report()).await);
    let case = &receipt.case;
    app.walk(case, &["take", "accept"]).await;
    let why = "Keterangan pelapor diperlukan tim pemeriksa, karena pesan tidak dijawab.";
    let ask = json!({ "complaint_number": receipt.number, "reason": why });
    app.post(&format!("/v1/cases/{case}/identity-requests")).by(Persona::Inspector).json(&ask).expect(201).await;
    app.walk(case, &["find_unproven"]).await;
    let hold = json!({ "case_number": held.case, "reason": why });
    app.post("/v1/legal-holds").by(Persona::PrivacyOfficer).json(&hold).expect(201).await;
    let token = app.open_mailbox(&receipt).await;
    let wish = json!({ "kind": "correction", "text": "Mohon nomor telepon saya diperbaiki." });
    app.post("/v1/my-report/data-requests").bearer(&token).json(&wish).expect(201).await;
    app.advance(Duration::days(6 * 366));
    app.sweep().await;
    assert_eq!(entries(&app).await, [""; 0]);
    app.get("/v1/identity-requests").by(Persona::Inspector).expect(200).await;
    for list in ["identity-requests", "legal-holds", "purge-proposals", "data-requests"] {
        let page = app.get(&format!("/v1/{list}")).by(Persona::PrivacyOfficer).expect(200).await;
        assert_eq!(page.at("/data").as_array().unwrap().len(), 1, "{list}: {}", page.body());
    }
    let expected = [
        format!("list_identity_requests inspector {case} f"),
        format!("list_identity_requests privacy_officer {case} t"),
        format!("list_legal_holds privacy_officer {} t", held.case),
        format!("list_purge_proposals privacy_officer {case} t"),
        format!("list_data_requests privacy_officer {case} t"),
    ];
    assert_eq!(entries(&app).await, expected);
    app.db.execute("ALTER TABLE access_entries ADD CONSTRAINT none_at_all CHECK (false) NOT VALID").await;
    for list in ["identity-requests", "legal-holds", "purge-proposals", "data-requests"] {
        app.get(&format!("/v1/{list}")).by(Persona::PrivacyOfficer).expect(503).await.problem("unavailable");
    }
}

/// Reads by officers that show nothing of a case, and what they show. Everything else that an officer reads must be an operation
/// of the trace.
const UNTRACED: &[(&str, &str)] = &[
    ("count_deadlines", "numbers of clocks within one's reach"),
    ("get_audit_checkpoint", "hashes over all chains"),
    ("get_calendar", "days off"),
    ("get_client", "a system, its seat and its scopes"),
    ("get_me", "the own account"),
    ("get_officer", "an account and its seats"),
    ("list_breaches", "what happened to data, which must not repeat any"),
    ("list_clients", "systems, their seats and their scopes"),
    ("list_compliance", "counts for each agency"),
    ("list_deliveries", "which mail failed, neither to whom nor about what"),
    ("list_law_changes", "days off and who entered them"),
    ("list_officers", "accounts and their seats"),
];

#[test]
fn every_read_by_officers_is_traced_or_shows_no_case() {
    let paths = contract::document()["paths"].as_object().unwrap();
    let reads = paths.values().filter_map(|item| item.get("get"));
    let by_officers = reads.filter(|read| read["security"][0].get("officer").is_some());
    let ids: BTreeSet<&str> = by_officers.map(|read| read["operationId"].as_str().unwrap()).collect();
    let traced: BTreeSet<&str> = Operation::ALL.iter().map(|operation| operation.as_str()).collect();
    let of_writes = ["refusal", "repeated_answer"];
    let traced: BTreeSet<&str> = traced.into_iter().filter(|operation| !of_writes.contains(operation)).collect();
    assert!(traced.is_subset(&ids), "the trace knows an operation that is none: {traced:?}");
    let rest: Vec<&str> = ids.difference(&traced).copied().collect();
    let mut untraced: Vec<&str> = UNTRACED.iter().map(|(operation, _)| *operation).collect();
    untraced.sort_unstable();
    assert_eq!(rest, untraced, "each of these is neither traced nor known to show no case");
}

#[test]
fn what_is_read_without_a_trace_is_shown_by_no_handler() {
    fn search(folder: &std::path::Path) -> usize {
        let mut files = 0;
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files += search(&path);
            } else {
                files += 1;
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(!text.contains("shown_to_nobody"), "{} shows what was read untraced", path.display());
            }
        }
        files
    }
    assert!(search(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api")) > 20);
}
