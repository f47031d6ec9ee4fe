//! What officers see of cases: the list with its pages and filters, one case, its timeline; each role its own part.

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::{Persona, TestApp, steps};

async fn list(app: &TestApp, by: Persona, query: &str) -> Vec<String> {
    let page = app.get(&format!("/v1/cases{query}")).by(by).expect(200).await;
    numbers(page.at("/data"))
}

fn numbers(data: &Value) -> Vec<String> {
    data.as_array().unwrap().iter().map(|case| case["case_number"].as_str().unwrap().to_owned()).collect()
}

async fn in_region(app: &TestApp, region: &str) -> String {
    let mut report = app.report();
    report["conduct"]["region_code"] = region.into();
    app.submit(&report).await.case
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repeat_while_cases_come_in() {
    let app = TestApp::start().await;
    let mut cases = Vec::new();
    for _ in 0..7 {
        cases.push(app.submit(&app.report()).await.case);
    }
    let first = app.get("/v1/cases?limit=3").by(Persona::Triage).expect(200).await;
    assert_eq!(first.at("/page/has_more"), true);
    let late = app.submit(&app.report()).await.case;
    let link = first.header("link").to_owned();
    let next = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
    let second = app.get(next).by(Persona::Triage).expect(200).await;
    let cursor = second.text("/page/next_cursor");
    let third = app.get(&format!("/v1/cases?limit=3&after={cursor}")).by(Persona::Triage).expect(200).await;
    assert_eq!((third.at("/page/has_more"), third.at("/page/next_cursor")), (&json!(false), &Value::Null));
    assert_eq!(third.header("link"), "");
    let mut read = [first.at("/data"), second.at("/data"), third.at("/data")].map(numbers).concat();
    cases.push(late);
    assert_eq!(read, cases, "oldest first, each once");
    read.dedup();
    assert_eq!(read.len(), 8);
}

#[tokio::test]
async fn a_cursor_is_good_only_for_the_list_and_the_seat_it_was_made_for() {
    let app = TestApp::start().await;
    for _ in 0..2 {
        app.submit(&app.report()).await;
    }
    let page = app.get("/v1/cases?limit=1&state=submitted").by(Persona::Triage).expect(200).await;
    let cursor = page.text("/page/next_cursor").to_owned();
    for (by, query) in [
        (Persona::Triage, format!("?after={cursor}&state=triage")),
        (Persona::Triage, format!("?after={cursor}")),
        (Persona::SecondTriage, format!("?after={cursor}&state=submitted")),
        (Persona::Triage, format!("?after={cursor}x&state=submitted")),
        (Persona::Triage, "?after=1&state=submitted".to_owned()),
    ] {
        let refused = app.get(&format!("/v1/cases{query}")).by(by).expect(400).await.problem("invalid-parameter");
        assert_eq!(refused.faults(), [("after", "invalid")], "{query}");
    }
    app.get(&format!("/v1/cases?after={cursor}&state=submitted&limit=9")).by(Persona::Triage).expect(200).await;
}

#[tokio::test]
async fn lists_are_narrowed_by_state_category_agency_region_owner_and_age() {
    let app = TestApp::start().await;
    let old = app.case_after(&["take", "accept"]).await;
    app.advance(Duration::days(10));
    let between = app.now() - Duration::days(1);
    let city = app.case_after(&["take"]).await;
    let province = in_region(&app, "15.01").await;
    let elsewhere = in_region(&app, "73.71").await;
    let owner = app.case(Persona::Triage, &city).await.text("/owner_id").to_owned();
    let triage = Persona::Triage;
    assert_eq!(list(&app, triage, "").await, [old.as_str(), city.as_str(), province.as_str()]);
    assert_eq!(list(&app, Persona::DistantTriage, "").await, [elsewhere.as_str()]);
    assert_eq!(list(&app, triage, "?state=triage").await, [city.as_str()]);
    assert_eq!(list(&app, triage, "?state=triage&state=submitted").await, [city.as_str(), province.as_str()]);
    assert_eq!(list(&app, triage, "?category=discipline").await, [old.as_str()]);
    assert_eq!(list(&app, triage, "?category=ethics").await, [""; 0]);
    assert_eq!(list(&app, triage, "?agency=PEMDA1571").await, [old.as_str()]);
    assert_eq!(list(&app, triage, "?agency=NOBODY").await, [""; 0]);
    assert_eq!(list(&app, triage, "?region=15").await.len(), 3);
    assert_eq!(list(&app, triage, "?region=15.01").await, [province.as_str()]);
    assert_eq!(list(&app, triage, "?region=73").await, [""; 0], "a filter never widens what one sees");
    assert_eq!(list(&app, triage, &format!("?owner={owner}")).await.len(), 2);
    assert_eq!(list(&app, triage, "?older_than_days=9").await, [old.as_str()]);
    let time = |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!(list(&app, triage, &format!("?submitted_before={}", time(between))).await, [old.as_str()]);
    assert_eq!(list(&app, triage, &format!("?submitted_after={}", time(between))).await, [city, province]);
    let wrong = app.get("/v1/cases?colour=red&limit=0&state=lost&limit=x").by(triage).expect(400).await;
    let names: BTreeSet<&str> = wrong.faults().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, BTreeSet::from(["colour", "limit", "state"]), "{}", wrong.body());
    for limit in ["0", "201", "-1", "99999"] {
        app.get(&format!("/v1/cases?limit={limit}")).by(triage).expect(400).await.problem("invalid-parameter");
    }
}

#[tokio::test]
async fn a_case_that_has_not_changed_is_not_sent_again() {
    let app = TestApp::start().await;
    let case = app.case_after(&[]).await;
    let path = format!("/v1/cases/{case}");
    let first = app.case(Persona::Triage, &case).await;
    assert_eq!((first.version(), first.at("/version")), (1, &json!(1)));
    let same = app.get(&path).by(Persona::Triage).header("if-none-match", "\"1\"").expect(304).await;
    assert_eq!((same.header("etag"), same.bytes.len()), ("\"1\"", 0));
    app.walk(&case, &["take"]).await;
    let changed = app.get(&path).by(Persona::Triage).header("if-none-match", "\"1\"").expect(200).await;
    assert_eq!(changed.version(), 2);
}

#[tokio::test]
async fn each_role_sees_a_case_from_its_moment_on_and_nobody_else_knows_of_it() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    let mut seeing =
        vec![Persona::Triage, Persona::SecondTriage, Persona::Auditor, Persona::SecondAuditor, Persona::Taskforce];
    assert_seen_by(&app, &receipt.case, &seeing).await;
    app.walk(&receipt.case, &["take", "accept"]).await;
    seeing.extend([Persona::Inspector, Persona::Lead]);
    assert_seen_by(&app, &receipt.case, &seeing).await;
    app.walk(&receipt.case, &["refer"]).await;
    seeing.push(Persona::Liaison);
    assert_seen_by(&app, &receipt.case, &seeing).await;
    app.walk(&receipt.case, &["record_no_breach", "conclude", "send_recommendation"]).await;
    seeing.push(Persona::Ppk);
    assert_seen_by(&app, &receipt.case, &seeing).await;
    app.walk(&receipt.case, &["reassign_agency"]).await;
    seeing.retain(|persona| *persona != Persona::Ppk);
    seeing.push(Persona::ProvincePpk);
    assert_seen_by(&app, &receipt.case, &seeing).await;
}

async fn assert_seen_by(app: &TestApp, case: &str, seeing: &[Persona]) {
    let unknown = app.get("/v1/cases/REG-BKN-2026-9999999").by(Persona::Triage).expect(404).await;
    for persona in Persona::ALL {
        let sees = seeing.contains(&persona);
        for part in ["", "/events", "/approvals"] {
            let reply = app.get(&format!("/v1/cases/{case}{part}")).by(persona).send().await;
            assert_eq!(reply.status, if sees { 200 } else { 404 }, "{persona:?} reads {part}: {}", reply.body());
            assert!(sees || reply.bytes == unknown.bytes, "{persona:?} can tell it from a case that is not there");
        }
        let listed = app.get("/v1/cases").by(persona).send().await;
        match listed.status {
            200 => assert_eq!(numbers(listed.at("/data")).contains(&case.to_owned()), sees, "{persona:?} lists it"),
            status => assert_eq!((status, sees), (403, false), "{persona:?}"),
        }
        if !sees {
            let fired = app.try_to(persona, case, "take", &Value::Null).await;
            assert_eq!((fired.status, &fired.bytes), (404, &unknown.bytes), "{persona:?} fires on it");
        }
    }
}

#[tokio::test]
async fn the_ppk_reads_no_report_the_task_force_no_number_and_administrators_nothing() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take", "accept", "conclude", "send_recommendation"]).await;
    let auditor = app.case(Persona::Auditor, &receipt.case).await;
    assert_eq!(auditor.text("/subject/nip"), steps::NIP);
    assert!(auditor.text("/reports/0/description").contains("poster calon"));
    assert_eq!(
        app.get(&format!("/v1/cases/{}/events", receipt.case))
            .by(Persona::Auditor)
            .expect(200)
            .await
            .text("/data/2/details/input/agency_code"),
        "PEMDA1571"
    );
    for (persona, nip) in [(Persona::Ppk, true), (Persona::Taskforce, false)] {
        let case = app.case(persona, &receipt.case).await;
        assert_eq!(case.text("/subject/name"), "Budi Santoso");
        for part in ["", "/events", "/approvals"] {
            let body = app.get(&format!("/v1/cases/{}{part}", receipt.case)).by(persona).expect(200).await.body();
            assert!(!body.contains("poster") && !body.contains("sosial.example"), "{persona:?} {part}: {body}");
            assert!(!body.contains(&receipt.number) && !body.contains("Pelapor"), "{persona:?} {part}: {body}");
            assert!(nip || !body.contains(steps::NIP), "{persona:?} {part}: {body}");
            assert!(!body.contains("Mengunggah poster"), "the findings are internal: {persona:?} {part}: {body}");
        }
        let mailbox = app.get(&format!("/v1/cases/{}/messages", receipt.case)).by(persona).expect(403).await;
        assert_eq!(mailbox.problem("forbidden").text("/permission"), "report_read");
    }
    for persona in [Persona::SystemAdmin, Persona::AgencyAdmin, Persona::PrivacyOfficer] {
        app.get("/v1/cases").by(persona).expect(403).await.problem("forbidden");
    }
    let lists = app.get("/v1/cases").by(Persona::Triage).expect(200).await;
    assert!(lists.at("/data/0/reports").is_null(), "narratives are not in lists");
}

#[tokio::test]
async fn the_ppk_is_told_that_criminal_proceedings_run_and_not_how() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept", "refer"]).await;
    let mut breach = steps::input(&app, "record_breach");
    breach["result"] = "crime_suspected".into();
    app.fire_with(&case, "record_breach", &breach).await;
    app.walk(&case, &["send_recommendation"]).await;
    let version = app.case(Persona::Auditor, &case).await.version();
    let step = json!({ "to": "at_gakkumdu", "document": { "number": "1", "dated": app.day(0) } });
    let path = format!("/v1/cases/{case}/tracks/criminal/transitions");
    app.post(&path).by(Persona::Liaison).if_match(version).json(&step).expect(200).await;
    let seen = app.case(Persona::Ppk, &case).await;
    assert_eq!((seen.at("/criminal_proceedings"), seen.at("/criminal_state")), (&json!(true), &Value::Null));
    let timeline = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Ppk).expect(200).await;
    assert!(!timeline.body().contains("gakkumdu"), "{}", timeline.body());
    let timeline = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Auditor).expect(200).await;
    assert!(timeline.body().contains("gakkumdu"), "{}", timeline.body());
}

#[tokio::test]
async fn an_officer_never_sees_a_case_about_himself_or_his_own_unit() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take", "accept"]).await;
    app.get(&format!("/v1/cases/{}", receipt.case)).by(Persona::Inspector).expect(200).await;
    app.db
        .execute(&format!(
            "UPDATE officers SET nip = '{}' WHERE email = '{}'; UPDATE seats SET work_unit = 'Bidang Umum' FROM officers \
             WHERE officer_id = officers.id AND email = '{}'; UPDATE subjects SET work_unit = 'Bidang Umum'",
            steps::NIP,
            Persona::Auditor.email(),
            Persona::Lead.email()
        ))
        .await;
    for persona in [Persona::Auditor, Persona::Lead] {
        app.get(&format!("/v1/cases/{}", receipt.case)).by(persona).expect(404).await.problem("not-found");
        assert_eq!(list(&app, persona, "").await, [""; 0]);
        let fired =
            app.try_to(persona, &receipt.case, "record_departure", &steps::input(&app, "record_departure")).await;
        assert_eq!(fired.status, 404);
    }
}

#[tokio::test]
async fn the_timeline_tells_everything_that_happened_in_an_unbroken_chain() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take", "accept", "conclude"]).await;
    let path = format!("/v1/cases/{}/events", receipt.case);
    let events = app.get(&path).by(Persona::Auditor).expect(200).await;
    let events = events.at("/data").as_array().unwrap().clone();
    let kinds: Vec<&str> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["submit", "take", "accept", "approval.requested", "conclude"]);
    let seqs: Vec<i64> = events.iter().map(|event| event["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
    assert_eq!((&events[0]["actor"], &events[1]["role"]), (&json!("reporter"), &json!("triage_officer")));
    let first = app.get(&format!("{path}?limit=2")).by(Persona::Auditor).expect(200).await;
    let cursor = first.text("/page/next_cursor");
    let rest = app.get(&format!("{path}?limit=9&after={cursor}")).by(Persona::Auditor).expect(200).await;
    assert_eq!([first.at("/data"), rest.at("/data")].map(|data| data.as_array().unwrap().clone()).concat(), events);
    let hashes: BTreeSet<&str> = events.iter().map(|event| event["hash"].as_str().unwrap()).collect();
    assert_eq!(hashes.len(), 5);
    let head = app.db.value("SELECT encode(event_hash, 'hex') AS value FROM cases").await;
    assert_eq!(events[4]["hash"], json!(head));
    let broken = "SELECT count(*) AS value FROM events LEFT JOIN events before ON before.case_id = events.case_id AND \
        before.seq = events.seq - 1 WHERE events.hash <> \
        sha256(coalesce(before.hash, decode(repeat('00', 32), 'hex')) || convert_to(events.body, 'UTF8'))";
    assert_eq!(app.db.value(broken).await, "0", "each hash is that of the one before and the event's own text");
}

#[tokio::test]
async fn an_event_can_be_neither_changed_nor_taken_away() {
    use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
    let app = TestApp::start().await;
    app.submit(&app.report()).await;
    let mut connection = diesel_async::AsyncPgConnection::establish(&app.db.url).await.unwrap();
    for sql in ["UPDATE events SET kind = 'x'", "DELETE FROM events", "TRUNCATE events CASCADE"] {
        let refused = connection.batch_execute(sql).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn those_who_run_the_service_see_that_mail_failed_and_send_it_again() {
    let app = TestApp::start().await;
    app.submit(&app.report()).await;
    app.deliver_after_quiet().await;
    app.db.execute("UPDATE deliveries SET state = 'dead', last_error = 'smtp 550 5.1.1 at recipient'").await;
    app.get("/v1/deliveries").by(Persona::Triage).expect(403).await.problem("forbidden");
    let dead = app.get("/v1/deliveries?limit=1").by(Persona::SystemAdmin).expect(200).await;
    assert_eq!((dead.text("/data/0/state"), dead.text("/data/0/code")), ("dead", "M2"));
    assert_eq!(dead.at("/page/has_more"), true);
    assert!(!dead.body().contains('@'), "{}", dead.body());
    let path = format!("/v1/deliveries/{}/resend", dead.at("/data/0/id"));
    app.post(&path).by(Persona::Triage).expect(403).await.problem("forbidden");
    let before = app.mails().len();
    let again = app.post(&path).by(Persona::SystemAdmin).key("sekali").expect(202).await;
    assert_eq!(again.text("/state"), "queued");
    app.post(&path).by(Persona::SystemAdmin).key("sekali").expect(202).await;
    app.deliver_all().await;
    assert_eq!(app.mails().len(), before, "the same Message-ID, so the same file");
    app.post(&path).by(Persona::SystemAdmin).expect(409).await.problem("not-in-state");
    app.post("/v1/deliveries/999999/resend").by(Persona::SystemAdmin).expect(404).await.problem("not-found");
    let sent = app.get("/v1/deliveries?state=sent&state=dead").by(Persona::SystemAdmin).expect(200).await;
    assert_eq!(sent.at("/data").as_array().unwrap().len(), 2);
}
