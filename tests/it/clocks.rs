//! Deadlines as officers meet them: on a case, in lists, in the morning's mail, and when the calendar changes. The dates are
//! those of the specification, to which the program's clock is set.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use netral::db::calendar::Keeper;
use serde_json::{Value, json};

use crate::harness::{Persona, Receipt, Reply, TestApp, steps};

const WHY: &str = "Alasan yang cukup panjang untuk dicatat pada berkas.";

/// A program whose clock stands at this minute in Jakarta.
pub async fn app_at(minute: &str) -> TestApp {
    let app = TestApp::start().await;
    set(&app, minute);
    app
}

pub fn set(app: &TestApp, minute: &str) {
    let to: DateTime<Utc> = format!("{minute}:00+07:00").parse().unwrap();
    app.advance(to - app.now());
}

pub fn report(app: &TestApp, regime: &str, known_on: &str) -> Value {
    let mut report = app.report();
    report["election_regime"] = regime.into();
    report["conduct"]["occurred_from"] = known_on.into();
    report["conduct"]["known_on"] = known_on.into();
    report
}

/// The deadlines of a case that are of this code.
pub async fn deadlines(app: &TestApp, case: &str, code: &str) -> Vec<Value> {
    let reply = app.get(&format!("/v1/cases/{case}/deadlines")).by(Persona::Auditor).expect(200).await;
    reply.at("/data").as_array().unwrap().iter().filter(|one| one["code"] == code).cloned().collect()
}

pub async fn deadline(app: &TestApp, case: &str, code: &str) -> Value {
    deadlines(app, case, code).await.pop().unwrap_or_else(|| panic!("{case} has no {code}"))
}

async fn kinds(app: &TestApp, case: &str) -> Vec<String> {
    let sql = format!(
        "SELECT e.kind AS value FROM events e JOIN cases c ON c.id = e.case_id WHERE c.case_number = '{case}' ORDER BY e.seq"
    );
    app.db.values(&sql).await
}

pub fn guards(reply: &Reply) -> Vec<&str> {
    let guards = reply.at("/guards").as_array().into_iter().flatten();
    guards.filter_map(|guard| guard["name"].as_str()).collect()
}

#[tokio::test]
async fn an_anonymous_reporter_answers_and_triage_goes_on_with_the_time_it_had_left() {
    let app = app_at("2026-03-02T10:00").await;
    let receipt = app.submit(&report(&app, "pemilu", "2026-03-01")).await;
    let window = deadline(&app, &receipt.case, "D2").await;
    app.walk(&receipt.case, &["take"]).await;
    set(&app, "2026-03-04T09:00");
    app.walk(&receipt.case, &["ask"]).await;
    let triage = deadline(&app, &receipt.case, "D1").await;
    assert_eq!(
        (&triage["status"], &triage["remaining"], &triage["last_day"]),
        (&json!("paused"), &json!(5), &Value::Null)
    );
    set(&app, "2026-03-06T20:00");
    let mailbox = app.open_mailbox(&receipt).await;
    app.post("/v1/my-report/messages")
        .bearer(&mailbox)
        .json(&json!({ "body": "Masih dapat dilihat." }))
        .expect(201)
        .await;
    assert_eq!(app.state(&receipt.case).await, "triage");
    let triage = deadline(&app, &receipt.case, "D1").await;
    assert_eq!((&triage["status"], &triage["last_day"]), (&json!("running"), &json!("2026-03-11")));
    assert_eq!(deadline(&app, &receipt.case, "D2").await, window);
    assert_eq!(deadline(&app, &receipt.case, "D3").await["status"], "met");
}

#[tokio::test]
async fn a_question_nobody_answers_is_over_when_its_day_ends_where_the_case_is_handled() {
    let app = app_at("2026-03-02T10:00").await;
    let mut far = report(&app, "none", "2026-03-01");
    far["conduct"]["region_code"] = "91.03".into();
    let receipt = app.submit(&far).await;
    let sql = format!("UPDATE cases SET region_code = '15.71' WHERE case_number = '{}'", receipt.case);
    app.db.execute(&sql).await;
    app.walk(&receipt.case, &["take"]).await;
    app.db.execute(&sql.replace("15.71", "91.03")).await;
    app.db.execute("UPDATE seats SET region_code = '' WHERE role = 'triage_officer'").await;
    app.advance(Duration::seconds(1));
    app.walk(&receipt.case, &["ask"]).await;
    set(&app, "2026-03-07T21:58");
    app.sweep().await;
    assert_eq!(app.state(&receipt.case).await, "awaiting_reporter", "two minutes before midnight in Jayapura");
    set(&app, "2026-03-07T22:01");
    app.sweep().await;
    assert_eq!(app.state(&receipt.case).await, "triage");
}

const TO_PPK: [&str; 4] = ["take", "accept", "conclude", "send_recommendation"];

#[tokio::test]
async fn a_ppk_silent_for_fourteen_days_is_reported_to_bkn_and_the_task_force_and_the_case_stays_where_it_is() {
    let app = app_at("2026-09-01T10:00").await;
    let case = app.case_after(&TO_PPK).await;
    assert_eq!(deadline(&app, &case, "D7").await["last_day"], "2026-09-15");
    set(&app, "2026-09-15T23:50");
    app.sweep().await;
    assert_eq!(deadline(&app, &case, "D7").await["status"], "running");
    let noticed = async || kinds(&app, &case).await.iter().filter(|kind| *kind == "deadline.passed").count();
    assert_eq!(noticed().await, 1, "Bawaslu's window");
    set(&app, "2026-09-16T00:05");
    app.sweep().await;
    app.sweep().await;
    let late = deadline(&app, &case, "D7").await;
    assert_eq!(
        (&late["status"], &late["overdue"], &late["settled_at"]),
        (&json!("passed"), &json!(true), &Value::Null)
    );
    assert_eq!(app.state(&case).await, "ppk_action");
    let ppks = app.get(&format!("/v1/cases/{case}/deadlines")).by(Persona::Ppk).expect(200).await;
    let shown: Vec<&str> = ppks.at("/data").as_array().unwrap().iter().filter_map(|one| one["code"].as_str()).collect();
    assert!(shown.contains(&"D7") && !shown.contains(&"D2"), "when the reporter knew is none of the PPK's business");
    assert_eq!(noticed().await, 2);
    let before = app.deliver_all().await.len();
    set(&app, "2026-09-16T07:01");
    app.deliver_all().await;
    for watcher in [Persona::Auditor, Persona::SecondAuditor, Persona::Taskforce] {
        let mails = app.mails_to(watcher.email());
        let over: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("PPK lewat tenggat")).collect();
        assert_eq!(over.len(), 1, "{watcher:?} after {before}");
        assert!(over[0].text.contains(&format!("{case}: D7 Tindak lanjut PPK, 15-09-2026")), "{}", over[0].text);
        assert!(!over[0].text.contains("Budi"));
    }
    let overdue = app.get("/v1/cases?overdue=true").by(Persona::Auditor).expect(200).await;
    assert_eq!(overdue.at("/data/0/case_number"), &json!(case));
    let mut impose = steps::input(&app, "impose_sanction");
    impose["decision"]["dated"] = app.day(0).into();
    app.fire_with(&case, "impose_sanction", &impose).await;
    let done = deadline(&app, &case, "D7").await;
    assert_eq!((&done["status"], &done["overdue"]), (&json!("passed"), &json!(false)), "done, but late");
}

#[tokio::test]
async fn a_demotion_delivered_on_2_march_2026_takes_effect_after_27_march_and_is_appealed_in_time_until_then() {
    let app = app_at("2026-03-02T10:00").await;
    let demoted = async || {
        let case = app.case_after(&TO_PPK).await;
        let mut impose = steps::input(&app, "impose_sanction");
        (impose["sanction_code"], impose["decision"]["dated"]) = ("B1".into(), "2026-03-02".into());
        impose["examination_record"]["dated"] = "2026-02-27".into();
        let decided = app.fire_with(&case, "impose_sanction", &impose).await;
        assert_eq!(decided.text("/sanction_code"), "B1");
        case
    };
    let (case, other, third) = (demoted().await, demoted().await, demoted().await);
    let delivered = json!({ "delivered_on": "2026-03-02" });
    let try_at = async |minute: &str, input: &Value| {
        set(&app, minute);
        app.try_to(Persona::Ppk, &case, "take_effect", input).await
    };
    let refused = try_at("2026-03-16T10:00", &delivered).await;
    assert_eq!(guards(&refused), ["day_15_reached", "appeal_window_passed"]);
    let mut hasty = delivered.clone();
    hasty["early_effect_reason"] = WHY.into();
    assert_eq!(guards(&try_at("2026-03-16T10:01", &hasty).await), ["day_15_reached"], "not even with a reason");
    for minute in ["2026-03-17T10:00", "2026-03-27T23:50"] {
        let refused = try_at(minute, &delivered).await;
        assert_eq!((refused.status, guards(&refused)), (422, vec!["appeal_window_passed"]), "{minute}");
    }
    let appeal = |filed_on: &str| json!({ "kind": "objection", "filed_on": filed_on, "body": "Wali Kota Jambi", "delivered_on": "2026-03-02" });
    set(&app, "2026-03-30T10:00");
    let late = app.try_to(Persona::Ppk, &other, "file_appeal", &appeal("2026-03-30")).await;
    assert_eq!(guards(&late), ["appeal_in_time_or_explained"]);
    let mut explained = appeal("2026-03-30");
    explained["late_filing_reason"] = WHY.into();
    app.fire_with(&third, "file_appeal", &explained).await;
    app.fire_with(&other, "file_appeal", &appeal("2026-03-27")).await;
    let objection = deadline(&app, &other, "D10").await;
    assert_eq!((&objection["variant"], &objection["starts_on"]), (&json!("objection"), &json!("2026-03-27")));
    let effective = try_at("2026-03-30T10:05", &delivered).await;
    assert_eq!(effective.status, 200, "{}", effective.body());
    assert_eq!(deadline(&app, &case, "D12").await["last_day"], "2026-03-31", "from the fifteenth day on");
}

#[tokio::test]
async fn without_the_decree_of_2027_a_deadline_is_provisional_until_it_is_entered() {
    let app = app_at("2026-12-18T10:00").await;
    let case = app.case_after(&["take", "accept"]).await;
    let review = deadline(&app, &case, "D4").await;
    assert_eq!((&review["provisional"], &review["last_day"]), (&json!(true), &json!("2027-01-11")));
    assert_eq!(deadline(&app, &case, "D1").await["provisional"], false, "seven calendar days need no calendar");
    app.sweep().await;
    app.deliver_all().await;
    let told = app.mails_to(Persona::SystemAdmin.email());
    assert_eq!(told.iter().filter(|mail| mail.subject.contains("2027")).count(), 1);
    let new_year = json!({ "kind": "national_holiday", "name": "Tahun Baru 2027", "decree": "SKB 2027", "confirmation": "confirmed" });
    app.call(reqwest::Method::PUT, "/v1/calendar/days/2027-01-01")
        .by(Persona::SystemAdmin)
        .json(&new_year)
        .expect(200)
        .await;
    let known = json!({ "official": true, "decree": "SKB 2027", "confirmation": "confirmed" });
    app.post("/v1/calendar/years/2027").by(Persona::SystemAdmin).json(&known).expect(200).await;
    app.sweep().await;
    let review = deadline(&app, &case, "D4").await;
    assert_eq!((&review["provisional"], &review["last_day"]), (&json!(false), &json!("2027-01-12")));
    assert_eq!(kinds(&app, &case).await.iter().filter(|kind| *kind == "deadline.recounted").count(), 1);
    app.advance(Duration::days(1));
    app.sweep().await;
    app.deliver_all().await;
    let told = app.mails_to(Persona::SystemAdmin.email());
    assert_eq!(told.iter().filter(|mail| mail.subject.contains("2027")).count(), 1, "once is enough");
}

#[tokio::test]
async fn work_that_was_late_by_a_calendar_that_is_corrected_is_late_no_more() {
    let app = app_at("2026-09-01T10:00").await;
    let case = app.case_after(&["take", "accept"]).await;
    set(&app, "2026-09-22T08:00");
    app.sweep().await;
    assert_eq!(deadline(&app, &case, "D4").await["status"], "passed");
    let calendar = "/v1/calendar/days/2026-09-10?region_code=15.71";
    let day = json!({ "kind": "local_holiday", "name": "Hari jadi kota", "confirmation": "confirmed" });
    app.call(reqwest::Method::PUT, calendar).by(Persona::SystemAdmin).json(&day).expect(200).await;
    app.sweep().await;
    let review = deadline(&app, &case, "D4").await;
    assert_eq!((&review["last_day"], &review["status"]), (&json!("2026-09-22"), &json!("running")));
    assert_eq!(kinds(&app, &case).await.last().unwrap(), "deadline.recounted");
}

#[tokio::test]
async fn a_day_off_that_is_entered_or_taken_out_moves_what_runs_and_says_so_on_the_case() {
    let app = app_at("2026-09-01T10:00").await;
    let (here, calendar) =
        (app.case_after(&["take", "accept"]).await, "/v1/calendar/days/2026-09-10?region_code=15.71");
    assert_eq!(deadline(&app, &here, "D4").await["last_day"], "2026-09-21");
    let day = json!({ "kind": "local_holiday", "name": "Hari jadi kota", "confirmation": "confirmed" });
    for _ in 0..2 {
        app.call(reqwest::Method::PUT, calendar).by(Persona::SystemAdmin).json(&day).expect(200).await;
        app.sweep().await;
    }
    assert_eq!(deadline(&app, &here, "D4").await["last_day"], "2026-09-22");
    let elsewhere = "/v1/calendar/days/2026-09-11?region_code=73";
    app.call(reqwest::Method::PUT, elsewhere).by(Persona::SystemAdmin).json(&day).expect(200).await;
    app.sweep().await;
    assert_eq!(deadline(&app, &here, "D4").await["last_day"], "2026-09-22", "another province's day");
    app.call(reqwest::Method::DELETE, calendar).by(Persona::SystemAdmin).expect(200).await;
    app.call(reqwest::Method::DELETE, calendar).by(Persona::SystemAdmin).expect(404).await;
    app.sweep().await;
    assert_eq!(deadline(&app, &here, "D4").await["last_day"], "2026-09-21");
    let moved = kinds(&app, &here).await.iter().filter(|kind| *kind == "deadline.recounted").count();
    assert_eq!(moved, 2, "there and back; what moves nothing is not recorded");
    let changes = app.get("/v1/calendar/changes?limit=4").by(Persona::Triage).expect(200).await;
    let row = |at: usize, name: &str| changes.at(&format!("/data/{at}/{name}/kind")).clone();
    assert_eq!((row(0, "before"), row(0, "after")), (json!("local_holiday"), json!("ordinary_day")));
    assert_eq!((row(3, "before"), row(3, "after")), (Value::Null, json!("local_holiday")));
    let keeper = app.get("/v1/me").by(Persona::SystemAdmin).expect(200).await;
    assert_eq!(changes.at("/data/0/officer_id"), keeper.at("/id"), "nobody moves a deadline unnamed");
    let cursor = changes.text("/page/next_cursor");
    let older = app.get(&format!("/v1/calendar/changes?limit=4&after={cursor}")).by(Persona::Triage).expect(200).await;
    assert_eq!((older.at("/data/0/kind"), older.at("/data/0/officer_id")), (&json!("program_files"), &Value::Null));
    let year = app.get("/v1/calendar?year=2026").by(Persona::Triage).expect(200).await;
    assert_eq!(year.at("/year/official"), true);
    assert_eq!(year.at("/days").as_array().unwrap().len(), 27, "25 of the decree, one entered, one ordinary again");
    for (path, body, fault) in [
        ("/v1/calendar/days/2026-09-10?region_code=99.99", day.clone(), ("/region_code", "unknown-code")),
        (
            "/v1/calendar/days/2026-09-10",
            json!({ "kind": "ordinary_day", "name": "Bukan libur", "confirmation": "confirmed" }),
            ("/kind", "not-allowed"),
        ),
    ] {
        let refused = app.call(reqwest::Method::PUT, path).by(Persona::SystemAdmin).json(&body).expect(422).await;
        assert_eq!(refused.faults(), [fault]);
    }
    let undecreed = json!({ "official": true, "confirmation": "confirmed" });
    let refused = app.post("/v1/calendar/years/2028").by(Persona::SystemAdmin).json(&undecreed).expect(422).await;
    assert_eq!(refused.faults(), [("/decree", "required")]);
}

#[tokio::test]
async fn a_file_of_days_is_entered_whole_or_not_at_all_and_survives_the_files_of_the_program() {
    let app = app_at("2026-12-01T10:00").await;
    let days = async || app.db.count("calendar_days").await;
    let load = async |file: &str| {
        let mut tx = netral::db::Tx::begin(&app.app.pool).await.unwrap();
        let keeper = Keeper { officer_id: None, at: app.app.clock.now() };
        let done = netral::flows::calendar::load(&mut tx, keeper, &app.app.reference.regions, file).await;
        if done.is_ok() {
            tx.commit().await.unwrap()
        } else {
            tx.rollback().await.unwrap()
        }
        done
    };
    let before = days().await;
    let head = "date,region_code,kind,name,decree,source,confirmation\n";
    let wrong = format!(
        "{head}2027-01-01,,national_holiday,Tahun Baru,SKB,,confirmed\n2027-01-40,,national_holiday,X,,,confirmed\n"
    );
    assert!(load(&wrong).await.is_err());
    assert_eq!(days().await, before);
    let right = format!(
        "{head}2027-01-01,,national_holiday,Tahun Baru,SKB,,confirmed\n2026-12-25,,collective_leave,Diubah,,,own_choice\n"
    );
    assert_eq!(load(&right).await, Ok(2));
    assert_eq!(days().await, before + 1);
    let pool = netral::db::pool(&app.db.url, None, 1).unwrap();
    let mut tx = netral::db::Tx::begin(&pool).await.unwrap();
    netral::db::law::load(&mut tx, app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let kept = "SELECT name AS value FROM calendar_days WHERE date = '2026-12-25'";
    assert_eq!(app.db.value(kept).await, "Diubah", "who keeps the calendar knows better than the program");
}

/// Every clock as it stands, without its key.
async fn rows(app: &TestApp) -> Vec<String> {
    let sql = "SELECT c.case_number || ' ' || code || ' ' || d.status || ' ' || d.starts_on || ' ' || coalesce(d.due_at::text, '-') || ' ' \
        || coalesce((d.settled_at = d.due_at)::text, 'open') || ' ' || coalesce(d.next_reminder_on::text, '-') || ' ' || c.state \
        || ' ' || coalesce(c.next_due_at::text, '-') || ' ' || coalesce(c.bawaslu_until::text, '-') AS value \
        FROM deadlines d JOIN cases c ON c.id = d.case_id ORDER BY c.case_number, d.id";
    app.db.values(sql).await
}

async fn some_cases(app: &TestApp) {
    set(app, "2026-09-01T10:00");
    for way in [&[][..], &["take"], &["take", "accept"], &["take", "ask"], &TO_PPK] {
        let receipt = app.submit(&report(app, "pemilihan", "2026-08-31")).await;
        // The clock of the program runs on the wall's: what happens in these minutes is the same in both worlds.
        app.walk(&receipt.case, way).await;
    }
}

#[tokio::test]
async fn two_workers_at_once_each_day_and_one_after_a_standstill_leave_the_same_rows() {
    let (daily, stopped) = (TestApp::start().await, TestApp::start().await);
    some_cases(&daily).await;
    some_cases(&stopped).await;
    for day in 2..=22 {
        for hour in [1, 13] {
            set(&daily, &format!("2026-09-{day:02}T{hour:02}:00"));
            tokio::join!(daily.sweep(), daily.sweep());
        }
    }
    set(&stopped, "2026-09-22T13:00");
    tokio::join!(stopped.sweep(), stopped.sweep());
    stopped.sweep().await;
    let (each_day, at_once) = (rows(&daily).await, rows(&stopped).await);
    assert_eq!(each_day, at_once);
    assert!(each_day.iter().any(|row| row.contains(" passed ")) && each_day.len() > 10, "{each_day:#?}");
    // What one event says of several clocks in the one world, several say in the other: each clock is noticed once in both.
    let noticed = "SELECT c.case_number || ' ' || (one ->> 'deadline') || ' ' || (one ->> 'last_day') AS value FROM events e \
        JOIN cases c ON c.id = e.case_id, jsonb_array_elements(e.details::jsonb -> 'input' -> 'deadlines') one \
        WHERE e.kind = 'deadline.passed' ORDER BY 1";
    let noticed = (daily.db.values(noticed).await, stopped.db.values(noticed).await);
    assert_eq!(noticed.0, noticed.1);
    assert!(noticed.0.len() > 6 && noticed.0.windows(2).all(|two| two[0] != two[1]), "{noticed:#?}");
    for app in [&daily, &stopped] {
        let twice = "SELECT count(*) AS value FROM (SELECT 1 FROM deliveries v JOIN digests g ON g.id = v.digest_id \
            GROUP BY g.officer_id, g.notice, g.day HAVING count(*) > 1) twice";
        assert_eq!(app.db.value(twice).await, "0", "two digests for one person and day");
    }
    // Whoever was passed over while nobody worked is reminded by one mail, not by one for each day.
    let days = "SELECT count(DISTINCT day) AS value FROM digests WHERE notice = 'deadline_digest'";
    assert_eq!(stopped.db.value(days).await, "1");
    assert!(daily.db.value(days).await.parse::<i64>().unwrap() > 3);
}

#[tokio::test]
async fn each_person_gets_one_mail_a_day_that_lists_all_that_is_due() {
    let app = app_at("2026-09-01T10:00").await;
    let cases: Vec<Receipt> = [app.submit(&app.report()).await, app.submit(&app.report()).await].into_iter().collect();
    app.deliver_after_quiet().await;
    let mails = |persona: Persona| {
        app.mails_to(persona.email()).into_iter().filter(|m| m.subject.contains("Tenggat")).collect::<Vec<_>>()
    };
    assert!(mails(Persona::Triage).is_empty());
    let mut by_day = BTreeMap::new();
    for day in 2..=15 {
        set(&app, &format!("2026-09-{day:02}T00:30"));
        app.sweep().await;
        app.sweep().await;
        app.deliver_all().await;
        assert!(by_day.values().sum::<usize>() == mails(Persona::Triage).len(), "before offices open");
        set(&app, &format!("2026-09-{day:02}T07:30"));
        app.sweep().await;
        app.deliver_all().await;
        by_day.insert(day, mails(Persona::Triage).len() - by_day.values().sum::<usize>());
    }
    let reminded: Vec<i32> = by_day
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .inspect(|(day, count)| assert_eq!(*count, 1, "{day}"))
        .map(|(day, _)| day)
        .collect();
    // Due on the eighth: two days before, on the day, and three working days later.
    assert_eq!(reminded, [6, 8, 11]);
    let last = mails(Persona::Triage).pop().unwrap();
    for case in &cases {
        assert!(last.text.contains(&format!("{}: D1 Verifikasi laporan, 08-09-2026", case.case)), "{}", last.text);
    }
    assert!(mails(Persona::DistantTriage).is_empty() && mails(Persona::Inspector).is_empty());
}

#[tokio::test]
async fn lists_show_bawaslus_windows_first_and_then_what_is_due_next() {
    let app = app_at("2026-09-01T10:00").await;
    let plain = app.submit(&report(&app, "none", "2026-08-31")).await.case;
    let review = app.case_after(&["take", "accept"]).await;
    let pemilu = app.submit(&report(&app, "pemilu", "2026-08-31")).await.case;
    let pemilihan = app.submit(&report(&app, "pemilihan", "2026-08-31")).await.case;
    let listed = async |query: &str| {
        let mut found = Vec::new();
        let mut path = format!("/v1/cases?{query}");
        loop {
            let page = app.get(&path).by(Persona::Triage).expect(200).await;
            let data = page.at("/data").as_array().unwrap().clone();
            found.extend(data.iter().map(|case| case["case_number"].as_str().unwrap().to_owned()));
            let Some(cursor) = page.at("/page/next_cursor").as_str() else { return found };
            path = format!("/v1/cases?{query}&after={cursor}");
        }
    };
    let wanted = [pemilihan.clone(), pemilu.clone(), plain.clone(), review.clone()];
    // `accept` makes the third case one of a regional election as well: its window is that of yesterday's knowledge.
    let windows = listed("sort=deadline").await;
    assert_eq!(windows.iter().collect::<BTreeSet<_>>(), wanted.iter().collect());
    for limit in [1, 2, 3] {
        assert_eq!(listed(&format!("sort=deadline&limit={limit}")).await, windows, "{limit} at a time");
    }
    let place = |case: &String| windows.iter().position(|listed| listed == case).unwrap();
    assert!(place(&pemilihan) < place(&pemilu) && place(&pemilu) < place(&plain), "{windows:?}");
    assert_eq!(listed("limit=2").await, windows, "unless another order is asked for");
    assert_eq!(listed("sort=received&limit=1").await, [plain.clone(), review, pemilu.clone(), pemilihan.clone()]);
    assert_eq!(listed("overdue=true").await, [""; 0]);
    let soon = listed("due_before=2026-09-08T00:00:00Z").await;
    assert!(soon.contains(&pemilihan) && !soon.contains(&plain) && !soon.contains(&pemilu), "{soon:?}");
    let counts = app.get("/v1/deadlines/counts").by(Persona::Triage).expect(200).await;
    let of = |reply: &Reply, code: &str, what: &str| {
        let all = reply.at("/data").as_array().unwrap().clone();
        all.iter().find(|one| one["code"] == code).map_or(0, |one| one[what].as_i64().unwrap())
    };
    assert_eq!((of(&counts, "D1", "running"), of(&counts, "D2", "running"), of(&counts, "D4", "running")), (3, 3, 1));
    let none = app.get("/v1/deadlines/counts").by(Persona::DistantTriage).expect(200).await;
    assert_eq!(none.at("/data"), &json!([]));
    set(&app, "2026-09-09T10:00");
    app.sweep().await;
    assert_eq!(listed("sort=received&overdue=true").await, [plain, pemilu.clone(), pemilihan]);
    let counts = app.get("/v1/deadlines/counts").by(Persona::Triage).expect(200).await;
    assert_eq!((of(&counts, "D1", "passed"), of(&counts, "D2", "passed"), of(&counts, "D2", "running")), (3, 0, 1));
    assert_eq!(listed("sort=deadline&limit=2").await[0], pemilu, "the only window still open");
}

#[tokio::test]
async fn a_rule_corrected_in_the_files_moves_what_it_counts_and_the_case_says_so() {
    let app = app_at("2026-09-01T10:00").await;
    // As an earlier version of the program had it.
    app.db
        .execute(
            "UPDATE deadline_rules SET length = 5 WHERE code = 'D4'; UPDATE law_versions SET version = version + 1",
        )
        .await;
    let case = app.case_after(&["take", "accept"]).await;
    assert_eq!(deadline(&app, &case, "D4").await["last_day"], "2026-09-08");
    let due = deadline(&app, &case, "D4").await["due_at"].clone();
    assert_eq!(app.case(Persona::Inspector, &case).await.at("/next_due_at"), &due);
    let owner = netral::db::pool(&app.db.url, None, 1).unwrap();
    let mut tx = netral::db::Tx::begin(&owner).await.unwrap();
    netral::db::law::load(&mut tx, app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    app.sweep().await;
    let review = deadline(&app, &case, "D4").await;
    assert_eq!((&review["last_day"], &review["status"]), (&json!("2026-09-21"), &json!("running")));
    assert_eq!(app.case(Persona::Inspector, &case).await.at("/next_due_at"), &review["due_at"]);
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Persona::Auditor).expect(200).await;
    let events = events.at("/data").as_array().unwrap().clone();
    let recounted: Vec<&Value> = events.iter().filter(|event| event["kind"] == "deadline.recounted").collect();
    assert_eq!(recounted.len(), 1, "what did not move is not recorded");
    assert!(recounted[0].to_string().contains("2026-09-21"), "{}", recounted[0]);
}

#[tokio::test]
async fn a_closed_case_says_how_long_it_is_kept_until_it_is_opened_again() {
    let app = app_at("2026-09-01T10:00").await;
    let case = app.case_after(&["take", "dismiss"]).await;
    let kept = deadline(&app, &case, "D13").await;
    assert_eq!((&kept["starts_on"], &kept["last_day"]), (&json!("2026-09-01"), &json!("2028-09-01")), "two years");
    assert_eq!((&kept["status"], &kept["overdue"]), (&json!("running"), &json!(false)));
    assert!(app.case(Persona::Triage, &case).await.at("/next_due_at").is_null(), "nobody works against it");
    let reopened = app.try_to(Persona::Auditor, &case, "reopen_triage", &steps::input(&app, "reopen_triage")).await;
    assert_eq!(reopened.status, 200, "{}", reopened.body());
    assert!(deadlines(&app, &case, "D13").await.is_empty());
    let merged = app.case_after(&["take"]).await;
    let mut merge = steps::input(&app, "merge");
    merge["master_case_number"] = case.into();
    app.fire_with(&merged, "merge", &merge).await;
    assert!(deadlines(&app, &merged, "D13").await.is_empty(), "it goes with its master");
}
