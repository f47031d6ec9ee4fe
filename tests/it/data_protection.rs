//! Data protection: how long cases are kept and what stops their purge, what reporters ask about their data, and the
//! register of breaches with its 72 hours.

use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};

use crate::harness::{Call, Persona, Receipt, Reply, TestApp};
use crate::walks::stored::every_chain_holds;

const WHY: &str = "Alasan yang cukup panjang untuk dicatat pada berkas.";
const SECRETS: &[&str] = &[
    "Siti Terhapus",
    "siti.terhapus@warga.example",
    "mengajak warga memilih",
    "Akun media sosial pribadi",
    "sosial.example",
    "Tangkapan layar",
    "Budi Santoso",
    "198609262015051001",
    "Dinas Perhubungan",
    "Alasan yang cukup panjang untuk dicatat pada berkas.",
    "Pesan terhapus",
];

fn officer<'a>(app: &'a TestApp, path: &str, body: &Value) -> Call<'a> {
    app.post(path).by(Persona::PrivacyOfficer).json(body)
}

async fn read(app: &TestApp, path: &str) -> Reply {
    app.get(path).by(Persona::PrivacyOfficer).expect(200).await
}

/// A named report whose case was dismissed, with a message in its mailbox.
async fn closed(app: &TestApp) -> Receipt {
    let mut report = app.report();
    report["reporter"] = json!({ "name": SECRETS[0], "email": SECRETS[1] });
    let receipt = app.submit(&report).await;
    let token = app.open_mailbox(&receipt).await;
    app.post("/v1/my-report/messages").bearer(&token).json(&json!({ "body": "Pesan terhapus" })).expect(201).await;
    app.walk(&receipt.case, &["take", "accept", "find_unproven"]).await;
    receipt
}

/// Reasons that officers give beside the case: of a hold that was lifted, to the reporter about his data, and of a wish to
/// know who reported.
async fn reasons_beside(app: &TestApp, receipt: &Receipt) {
    let hold = json!({ "case_number": receipt.case, "reason": WHY });
    let hold = officer(app, "/v1/legal-holds", &hold).expect(201).await;
    officer(app, &format!("/v1/legal-holds/{}/lift", hold.text("/id")), &json!({ "reason": WHY })).expect(200).await;
    let asked = ask(app, &app.open_mailbox(receipt).await, "correction").await;
    assert_eq!(answer(app, asked.text("/id"), "refuse").await.status, 200);
    let request = json!({ "complaint_number": receipt.number, "reason": WHY });
    let path = format!("/v1/cases/{}/identity-requests", receipt.case);
    let request = app.post(&path).by(Persona::Inspector).json(&request).expect(201).await;
    let path = format!("/v1/identity-requests/{}/decision", request.text("/id"));
    officer(app, &path, &json!({ "approve": false, "reason": WHY })).expect(200).await;
}

/// Every row of every table that names the case or one of its reports, but for the purge itself.
async fn everything_about(app: &TestApp, case: &str) -> String {
    let columns = "SELECT table_name || ' ' || column_name AS value FROM information_schema.columns \
        WHERE table_schema = 'public' AND column_name IN ('case_id', 'report_id') AND table_name <> 'purge_proposals'";
    let case = format!("(SELECT id FROM cases WHERE case_number = '{case}')");
    let mut rows = Vec::new();
    for column in app.db.values(columns).await {
        let (table, column) = column.split_once(' ').unwrap();
        let of_it =
            if column == "case_id" { &case } else { &format!("(SELECT id FROM reports WHERE case_id = {case})") };
        let sql = format!("SELECT '{table} ' || row_to_json(t) AS value FROM {table} t WHERE {column} IN {of_it}");
        rows.extend(app.db.values(&sql).await);
    }
    assert!(rows.len() > 10, "{rows:?}");
    rows.join("\n")
}

async fn proposed(app: &TestApp) -> Vec<Value> {
    app.sweep().await;
    read(app, "/v1/purge-proposals").await.at("/data").as_array().unwrap().clone()
}

fn decision<'a>(app: &'a TestApp, proposal: &Value, approve: bool) -> Call<'a> {
    let path = format!("/v1/purge-proposals/{}/decision", proposal["id"].as_str().unwrap());
    officer(app, &path, &json!({ "approve": approve, "reason": WHY }))
}

const YEAR: i64 = 366;

#[tokio::test]
async fn a_case_over_its_time_is_proposed_once_and_purged_when_the_privacy_officer_agrees() {
    let app = TestApp::start().await;
    let (receipt, open) = (closed(&app).await, app.submit(&app.report_from("tetap@warga.example")).await);
    reasons_beside(&app, &receipt).await;
    app.advance(Duration::days(4 * YEAR));
    assert_eq!(proposed(&app).await, Vec::<Value>::new(), "not proven is kept five years");
    app.advance(Duration::days(YEAR + 2));
    let found = proposed(&app).await;
    assert_eq!((found.len(), &found[0]["case_number"]), (1, &json!(receipt.case)), "{found:?}");
    assert_eq!((&found[0]["closure_reason"], &found[0]["status"]), (&json!("not_proven"), &json!("pending")));
    app.advance(Duration::days(2));
    assert_eq!(proposed(&app).await.len(), 1, "a proposal that waits is not made twice");
    let events = app.db.value("SELECT count(*) AS value FROM events").await;
    let done = decision(&app, &found[0], true).expect(200).await;
    assert_eq!(done.text("/status"), "approved");
    decision(&app, &found[0], true).expect(409).await.problem("approval-lapsed");

    let left = everything_about(&app, &receipt.case).await;
    let holding = |secret: &str| left.lines().filter(|row| row.contains(secret)).collect::<Vec<_>>().join("\n");
    for secret in SECRETS {
        assert!(!left.contains(secret), "{secret} is left: {}", holding(secret));
    }
    assert_eq!(app.db.count("data_keys").await, 1, "the other report keeps its key");
    let stays = "SELECT concat_ws(' ', state, closure_reason, region_code) AS value FROM cases WHERE case_number";
    let stays = app.db.value(&format!("{stays} = '{}'", receipt.case)).await;
    assert_eq!(stays, "closed not_proven 15.71", "what statistics count stays");
    let more = events.parse::<i64>().unwrap() + 1;
    assert_eq!(app.db.count("events").await, more, "no event is gone, and the purge is one");
    every_chain_holds(&app.db).await;
    let timeline =
        app.get(&format!("/v1/cases/{}/events?limit=200", receipt.case)).by(Persona::Triage).expect(200).await;
    let last = timeline.at("/data").as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["role"]), (&json!("case.purged"), &json!("privacy_officer")));
    app.case(Persona::Triage, &receipt.case).await;
    app.case(Persona::Triage, &open.case).await;
    let token = app.open_mailbox(&receipt).await;
    let mailbox = app.get("/v1/my-report/messages").bearer(&token).expect(200).await;
    assert!(mailbox.at("/data/0/body").is_null(), "{}", mailbox.body());
    app.advance(Duration::days(5 * YEAR));
    assert_eq!(proposed(&app).await.len(), 0, "what is purged is not proposed again");
}

#[tokio::test]
async fn the_address_of_a_body_that_an_officer_typed_goes_with_the_case() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "transfer_out"]).await;
    let addresses = "SELECT address AS value FROM deliveries WHERE address IS NOT NULL";
    assert_eq!(app.db.value(addresses).await, "surat@lembaga.example");
    app.advance(Duration::days(11 * YEAR));
    let found = proposed(&app).await;
    decision(&app, &found[0], true).expect(200).await;
    assert_eq!(app.db.value(addresses).await, "");
    let left = everything_about(&app, &case).await;
    assert!(!left.contains("lembaga.example"), "{left}");
    assert!(app.deliver_after_quiet().await.iter().all(|mail| !mail.to.is_empty()), "nothing leaves for nowhere");
}

#[tokio::test]
async fn a_merged_case_goes_with_the_one_it_was_merged_into() {
    let app = TestApp::start().await;
    let (master, merged) = (app.submit(&app.report()).await, app.submit(&app.report()).await);
    app.walk(&master.case, &["take"]).await;
    app.walk(&merged.case, &["take"]).await;
    let mut merge = crate::harness::steps::input(&app, "merge");
    merge["master_case_number"] = json!(master.case);
    app.fire_with(&merged.case, "merge", &merge).await;
    app.advance(Duration::days(20 * YEAR));
    assert_eq!(proposed(&app).await.len(), 0, "as long as the case it went into is open, it stays");
    app.walk(&master.case, &["dismiss"]).await;
    app.advance(Duration::days(2 * YEAR + 2));
    let found = proposed(&app).await;
    assert_eq!((found.len(), &found[0]["case_number"]), (1, &json!(master.case)));
    decision(&app, &found[0], true).expect(200).await;
    assert_eq!(app.db.count("data_keys").await, 0);
    assert_eq!(app.db.value("SELECT count(name) AS value FROM subjects").await, "0");
    every_chain_holds(&app.db).await;
}

#[tokio::test]
async fn a_hold_stops_the_purge_also_between_proposal_and_approval_until_it_is_lifted() {
    let app = TestApp::start().await;
    let (one, two) = (closed(&app).await, closed(&app).await);
    let set = json!({ "case_number": one.case, "reason": WHY });
    let hold = officer(&app, "/v1/legal-holds", &set).expect(201).await;
    officer(&app, "/v1/legal-holds", &set).expect(409).await.problem("legal-hold");
    app.advance(Duration::days(6 * YEAR));
    let found = proposed(&app).await;
    assert_eq!((found.len(), &found[0]["case_number"]), (1, &json!(two.case)), "what is held is not proposed");
    let late = json!({ "case_number": two.case, "reason": WHY });
    let late = officer(&app, "/v1/legal-holds", &late).expect(201).await;
    decision(&app, &found[0], true).expect(409).await.problem("legal-hold");
    assert_eq!(app.db.count("data_keys").await, 2, "nothing was erased");
    assert_eq!(read(&app, "/v1/legal-holds").await.at("/data").as_array().unwrap().len(), 2);
    let lift = |id: &str| format!("/v1/legal-holds/{id}/lift");
    for hold in [&hold, &late] {
        let lifted = officer(&app, &lift(hold.text("/id")), &json!({ "reason": WHY })).expect(200).await;
        assert_eq!(lifted.text("/lift_reason"), WHY);
        officer(&app, &lift(hold.text("/id")), &json!({ "reason": WHY })).expect(404).await;
    }
    assert_eq!(read(&app, "/v1/legal-holds").await.at("/data"), &json!([]));
    app.advance(Duration::days(1));
    assert_eq!(proposed(&app).await.len(), 2, "with the hold gone its time counts again");
    let kinds =
        "SELECT kind AS value FROM events e JOIN cases c ON c.id = e.case_id WHERE kind LIKE 'hold.%' AND case_number";
    assert_eq!(app.db.values(&format!("{kinds} = '{}' ORDER BY seq", two.case)).await, ["hold.set", "hold.lifted"]);
    officer(&app, "/v1/legal-holds", &json!({ "case_number": "REG-BKN-2026-9", "reason": WHY })).expect(404).await;
}

#[tokio::test]
async fn a_rejected_purge_comes_again_after_a_year_and_a_reopened_case_is_no_longer_proposed() {
    let app = TestApp::start().await;
    let receipt = closed(&app).await;
    app.advance(Duration::days(6 * YEAR));
    let found = proposed(&app).await;
    let rejected = decision(&app, &found[0], false).expect(200).await;
    assert_eq!((rejected.text("/status"), rejected.text("/reason")), ("rejected", WHY));
    app.advance(Duration::days(300));
    assert_eq!(proposed(&app).await.len(), 0);
    app.advance(Duration::days(70));
    let again = proposed(&app).await;
    assert_eq!(again.len(), 1);
    app.walk(&receipt.case, &["reopen_review"]).await;
    decision(&app, &again[0], true).expect(409).await.problem("approval-lapsed");
    app.advance(Duration::days(1));
    assert_eq!(proposed(&app).await.len(), 0);
    assert_eq!(app.db.count("data_keys").await, 1);
}

#[tokio::test]
async fn of_an_event_only_the_details_can_be_erased_and_only_after_an_approved_purge() {
    let app = TestApp::start().await;
    closed(&app).await;
    for change in [
        "UPDATE events SET kind = 'x'",
        "UPDATE events SET details = 'x' WHERE details IS NOT NULL",
        "UPDATE events SET details = NULL, body = body || ' ' WHERE details IS NOT NULL",
        "UPDATE events SET details = NULL, at = now() WHERE details IS NOT NULL",
        "DELETE FROM events",
        "TRUNCATE events CASCADE",
    ] {
        assert!(app.db.refusal(change).await.contains("append-only"), "{change}");
    }
    let with_details = "SELECT count(details) AS value FROM events";
    let before = app.db.value(with_details).await;
    app.db.execute("SELECT erase_event_details(id) FROM cases").await;
    assert_eq!(app.db.value(with_details).await, before, "no purge was approved");
    app.db.execute("UPDATE events SET details = NULL WHERE details IS NOT NULL").await;
    every_chain_holds(&app.db).await;
}

async fn ask(app: &TestApp, token: &str, kind: &str) -> Reply {
    let body = json!({ "kind": kind, "text": "Permintaan tertutup saya." });
    app.post("/v1/my-report/data-requests").bearer(token).json(&body).send().await
}

async fn answer(app: &TestApp, id: &str, decision: &str) -> Reply {
    let path = format!("/v1/data-requests/{id}/decision");
    officer(app, &path, &json!({ "decision": decision, "reason": WHY })).send().await
}

#[tokio::test]
async fn a_reporter_reads_his_own_data_at_once_and_nobody_elses() {
    let app = TestApp::start().await;
    let mut report = app.report();
    report["reporter"] = json!({ "name": SECRETS[0], "email": SECRETS[1], "nik": "1571012609860003" });
    report["witnesses"] = json!([{ "name": "Saksi Satu" }]);
    let (own, other) = (app.submit(&report).await, app.submit(&app.report()).await);
    let token = app.open_mailbox(&own).await;
    let made = ask(&app, &token, "access").await;
    assert_eq!((made.status, made.text("/status")), (201, "granted"), "{}", made.body());
    assert!(made.text("/hint/en").contains("/v1/my-report/data"));
    let data = app.get("/v1/my-report/data").bearer(&token).expect(200).await;
    assert_eq!((data.text("/reporter/name"), data.text("/reporter/nik")), (SECRETS[0], "1571012609860003"));
    assert_eq!((data.text("/reporter/email"), data.text("/witnesses/0/name")), (SECRETS[1], "Saksi Satu"));
    assert!(data.text("/description").contains("mengajak warga") && data.at("/erased") == false);
    let token = app.open_mailbox(&other).await;
    let data = app.get("/v1/my-report/data").bearer(&token).expect(200).await;
    assert!(!data.body().contains("Siti") && data.at("/reporter/name").is_null(), "{}", data.body());
    let list = app.get("/v1/my-report/data-requests").bearer(&token).expect(200).await;
    assert_eq!(list.at("/data"), &json!([]));
}

#[tokio::test]
async fn an_erasure_waits_for_the_end_of_the_case_and_then_erases_for_good() {
    let app = TestApp::start().await;
    let mut report = app.report();
    report["reporter"] = json!({ "name": SECRETS[0], "email": SECRETS[1] });
    let receipt = app.submit(&report).await;
    let token = app.open_mailbox(&receipt).await;
    let made = ask(&app, &token, "erasure").await;
    assert!(made.text("/hint/id").contains("Selama perkara berjalan"), "{}", made.body());
    let id = made.text("/id").to_owned();
    let kept = app.db.values("SELECT row_to_json(t) AS value FROM data_requests t").await.join("");
    assert!(!kept.contains("tertutup"), "{kept}");
    let waiting = read(&app, "/v1/data-requests").await;
    assert_eq!((waiting.text("/data/0/text"), waiting.text("/data/0/kind")), ("Permintaan tertutup saya.", "erasure"));
    answer(&app, &id, "grant").await.problem("case-open");
    let deferred = answer(&app, &id, "defer").await;
    assert_eq!((deferred.status, deferred.text("/status")), (200, "deferred"), "{}", deferred.body());
    let own = app.get("/v1/my-report/data-requests").bearer(&token).expect(200).await;
    assert_eq!((own.text("/data/0/status"), own.text("/data/0/reason")), ("deferred", WHY));
    app.walk(&receipt.case, &["take", "dismiss"]).await;
    let hold =
        officer(&app, "/v1/legal-holds", &json!({ "case_number": receipt.case, "reason": WHY })).expect(201).await;
    answer(&app, &id, "grant").await.problem("legal-hold");
    let lift = format!("/v1/legal-holds/{}/lift", hold.text("/id"));
    officer(&app, &lift, &json!({ "reason": WHY })).expect(200).await;
    assert_eq!(answer(&app, &id, "grant").await.text("/status"), "granted");
    answer(&app, &id, "refuse").await.problem("approval-lapsed");
    let token = app.open_mailbox(&receipt).await;
    let data = app.get("/v1/my-report/data").bearer(&token).expect(200).await;
    assert!(data.at("/erased") == true && data.at("/reporter/name").is_null(), "{}", data.body());
    let own = app.get("/v1/my-report/data-requests").bearer(&token).expect(200).await;
    assert_eq!((own.text("/data/0/status"), own.at("/data/0/text")), ("granted", &Value::Null));
    ask(&app, &token, "access").await.problem("report-erased");
    assert_eq!(app.db.count("data_keys").await, 0);
    let kinds =
        "SELECT kind AS value FROM events WHERE kind LIKE 'data_request.%' OR kind = 'report.erased' ORDER BY seq";
    let expected = ["data_request.made", "data_request.decided", "data_request.decided", "report.erased"];
    assert_eq!(app.db.values(kinds).await, expected);
    assert_eq!(read(&app, "/v1/data-requests").await.at("/data"), &json!([]));
    every_chain_holds(&app.db).await;
}

#[tokio::test]
async fn a_correction_is_answered_with_a_reason_and_a_repeat_is_one_request() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let token = app.open_mailbox(&receipt).await;
    let body = json!({ "kind": "correction", "text": "Mohon tempatnya diperbaiki." });
    let call = || app.post("/v1/my-report/data-requests").bearer(&token).key("kunci").json(&body);
    let (first, again) = (call().expect(201).await, call().expect(201).await);
    assert_eq!((first.bytes, again.header("idempotency-replayed")), (again.bytes.clone(), "true"));
    let refused = answer(&app, again.text("/id"), "refuse").await;
    assert_eq!(refused.text("/status"), "refused");
    let short = json!({ "decision": "refuse", "reason": "Tidak." });
    let path = format!("/v1/data-requests/{}/decision", again.text("/id"));
    assert_eq!(officer(&app, &path, &short).expect(422).await.faults(), [("/reason", "too-short")]);
    for wrong in [json!({ "kind": "sale", "text": "Permintaan lain." }), json!({ "kind": "access" })] {
        app.post("/v1/my-report/data-requests").bearer(&token).json(&wrong).expect(422).await;
    }
}

fn breach(app: &TestApp, hours_ago: i64) -> Value {
    let discovered = app.now() - Duration::hours(hours_ago);
    json!({
        "discovered_at": discovered.to_rfc3339_opts(SecondsFormat::Secs, true), "persons_affected": 12,
        "data_affected": "Salinan cadangan tanpa kunci.", "found_how": "Pemeriksaan rutin penyimpanan.",
    })
}

#[tokio::test]
async fn a_breach_has_72_hours_and_its_history_only_grows() {
    let app = TestApp::start().await;
    let entered = officer(&app, "/v1/breaches", &breach(&app, 1)).expect(201).await;
    let (id, found) = (entered.text("/id").to_owned(), |reply: &Reply| reply.at("/data/0/overdue").clone());
    let time = |pointer: &str| entered.text(pointer).parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(time("/due_at") - time("/discovered_at"), Duration::hours(72));
    app.advance(Duration::hours(70));
    assert_eq!(found(&read(&app, "/v1/breaches").await), json!(false));
    app.advance(Duration::hours(2));
    assert_eq!(found(&read(&app, "/v1/breaches").await), json!(true));
    let path = format!("/v1/breaches/{id}/steps");
    let step = |kind: &str| officer(&app, &path, &json!({ "kind": kind, "note": "Surat nomor 12/PDP/2026." }));
    // The people concerned are not forgotten by closing the file.
    step("closed").expect(409).await.problem("not-in-state");
    let told = step("authority_notified").expect(201).await;
    assert!(told.at("/overdue") == true && told.at("/authority_notified_at").is_string(), "{}", told.body());
    assert_eq!(step("subjects_notified").expect(201).await.at("/overdue"), &json!(false));
    step("subjects_notified").expect(409).await.problem("not-in-state");
    step("noted").expect(201).await;
    step("noted").expect(201).await;
    let done = step("closed").expect(201).await;
    assert_eq!((done.at("/steps").as_array().unwrap().len(), done.at("/closed_at").is_string()), (5, true));
    step("noted").expect(409).await.problem("not-in-state");
    for change in ["UPDATE breaches SET persons_affected = 0", "DELETE FROM breach_steps", "TRUNCATE breaches CASCADE"]
    {
        assert!(app.db.refusal(change).await.contains("append-only"), "{change}");
    }
}

#[tokio::test]
async fn a_breach_and_its_steps_are_not_of_the_future_and_no_step_precedes_it() {
    let app = TestApp::start().await;
    let refused = officer(&app, "/v1/breaches", &breach(&app, -2)).expect(422).await;
    assert_eq!(refused.faults(), [("/discovered_at", "in-future")]);
    let refused = officer(&app, "/v1/breaches", &breach(&app, 24 * 365 * 11)).expect(422).await;
    assert_eq!(refused.faults(), [("/discovered_at", "too-long-ago")]);
    let entered = officer(&app, "/v1/breaches", &breach(&app, 5)).expect(201).await;
    let path = format!("/v1/breaches/{}/steps", entered.text("/id"));
    for (hours, fault) in [(1, "in-future"), (-9, "out-of-range")] {
        let at = (app.now() + Duration::hours(hours)).to_rfc3339_opts(SecondsFormat::Secs, true);
        let step = json!({ "kind": "noted", "at": at, "note": "Catatan pemeriksaan." });
        assert_eq!(officer(&app, &path, &step).expect(422).await.faults(), [("/at", fault)]);
    }
    let nowhere = format!("/v1/breaches/{}/steps", uuid::Uuid::nil());
    officer(&app, &nowhere, &json!({ "kind": "noted", "note": "Catatan pemeriksaan." })).expect(404).await;
}

#[tokio::test]
async fn only_the_privacy_officer_protects_data() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let nil = uuid::Uuid::nil();
    let posts = [
        ("/v1/legal-holds".to_owned(), json!({ "case_number": receipt.case, "reason": WHY })),
        (format!("/v1/legal-holds/{nil}/lift"), json!({ "reason": WHY })),
        (format!("/v1/purge-proposals/{nil}/decision"), json!({ "approve": true, "reason": WHY })),
        (format!("/v1/data-requests/{nil}/decision"), json!({ "decision": "grant", "reason": WHY })),
        ("/v1/breaches".to_owned(), breach(&app, 1)),
        (format!("/v1/breaches/{nil}/steps"), json!({ "kind": "noted", "note": "Catatan pemeriksaan." })),
    ];
    let before = app.db.row_counts().await;
    for persona in Persona::ALL.into_iter().filter(|persona| *persona != Persona::PrivacyOfficer) {
        for (path, body) in &posts {
            let refused = app.post(path).by(persona).json(body).expect(403).await.problem("forbidden");
            assert_eq!(refused.at("/permission"), "data_protect", "{persona:?} {path}");
        }
        for path in ["/v1/legal-holds", "/v1/purge-proposals", "/v1/data-requests", "/v1/breaches"] {
            app.get(path).by(persona).expect(403).await.problem("forbidden");
        }
    }
    let mut after = app.db.row_counts().await;
    for signed_in in ["sign_ins", "refresh_tokens", "sign_in_attempts"] {
        after.remove(signed_in);
    }
    assert!(after.iter().all(|(table, rows)| before.get(table) == Some(rows)), "{before:?} {after:?}");
    for (path, body) in &posts[1..4] {
        officer(&app, path, body).expect(404).await.problem("not-found");
    }
}
