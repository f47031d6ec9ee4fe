//! What must stay between the reporter, the officers and the database: it is planted everywhere a person can put it, a
//! case is driven to its end, and then everything that leaves or stays on the way is searched for it.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Mail, Persona, TestDb, mailbox};
use crate::program::{Program, durable_cluster, folder, prepare, settings};

/// What only the reporter and the officers of the case may ever read.
const PLANTED: &[(&str, &str)] = &[
    ("the subject's name", "Sulaeman Tertanam"),
    ("the subject's NIP", "198609262015051001"),
    ("the subject's NIK", "1571012609860003"),
    ("the subject's agency", "Dinas Rahasia Tertanam"),
    ("the narrative", "mengajak warga memilih pasangan tertanam"),
    ("the place", "Lapangan Tertanam"),
    ("the evidence", "Rekaman suara tertanam"),
    ("the link", "https://sosial.example/tertanam"),
    ("the reporter's name", "Pelapor Tertanam"),
    ("the reporter's telephone", "+62 812-7777-0001"),
    ("the reporter's NIK", "1571015509900007"),
    ("a witness", "Saksi Tertanam"),
    ("a question", "Apakah pertanyaan tertanam ini terbaca?"),
    ("an answer", "Ini jawaban tertanam dari pelapor"),
    ("an officer's reason", "Alasan tertanam dari petugas untuk berkas"),
    ("the wording for the reporter", "Penjelasan tertanam hanya bagi pelapor"),
];

fn planted(what: &str) -> &'static str {
    PLANTED.iter().find(|(known, _)| *known == what).unwrap().1
}

/// Fails when any of it is in the text, as it is or encoded for an address.
fn must_hold_nothing(place: &str, text: &str) {
    let text = text.to_lowercase();
    for (what, value) in PLANTED {
        let value = value.to_lowercase();
        let forms = [value.clone(), value.replace(' ', "%20"), value.replace(' ', "+")];
        assert!(!forms.iter().any(|form| text.contains(form)), "{what} is in {place}: {text}");
    }
}

struct Office<'a> {
    program: &'a Program,
    http: reqwest::Client,
}

impl Office<'_> {
    async fn call(&self, token: Option<&str>, method: Method, path: &str, version: Option<i64>, body: &Value) -> Value {
        let mut request = self.http.request(method, format!("{}{path}", self.program.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = request.header("idempotency-key", uuid::Uuid::new_v4().to_string()).send().await.unwrap();
        for (name, value) in answer.headers() {
            must_hold_nothing(&format!("the header {name}"), value.to_str().unwrap_or_default());
        }
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Fires a verb, lets a second officer approve it where that is needed, and answers the new version.
    async fn fire(&self, by: &str, second: Option<&str>, case: &str, version: i64, action: Value) -> i64 {
        let path = format!("/v1/cases/{case}/transitions");
        let answer = self.call(Some(by), Method::POST, &path, Some(version), &action).await;
        let Some(second) = second else { return answer["version"].as_i64().unwrap() };
        let path = format!("/v1/cases/{case}/approvals/{}/decision", answer["approval"]["id"].as_str().unwrap());
        let answer =
            self.call(Some(second), Method::POST, &path, answer["version"].as_i64(), &json!({ "approve": true })).await;
        answer["version"].as_i64().unwrap()
    }
}

fn report(day: &str) -> Value {
    json!({
        "conduct": {
            "description": format!("Pada Senin malam yang bersangkutan {} di hadapan banyak orang.", planted("the narrative")),
            "medium": "event", "occurred_from": day, "place": planted("the place"), "region_code": "15.71",
            "links": [planted("the link")],
        },
        "subject": {
            "name": planted("the subject's name"), "nip": planted("the subject's NIP"), "nik": planted("the subject's NIK"),
            "agency": planted("the subject's agency"),
        },
        "evidence": [planted("the evidence")],
        "truth_declaration": true, "consent_to_bawaslu": true,
        "reporter": {
            "name": planted("the reporter's name"), "phone": planted("the reporter's telephone"),
            "email": "pelapor-tertanam@warga.example", "nik": planted("the reporter's NIK"),
        },
        "witnesses": [{ "name": planted("a witness") }],
    })
}

/// Asks to fail in every way that repeats what was sent: what is wrong may be named, its value may not.
async fn be_refused(office: &Office<'_>, day: &str) {
    let mut wrong = report(day);
    wrong["subject"]["nip"] = "198613262015051009".into();
    wrong["tertanam_tak_dikenal"] = planted("the subject's name").into();
    let answer =
        office.http.post(format!("{}/v1/reports", office.program.base)).header("idempotency-key", "kunci-acak-1");
    let answer = answer.json(&wrong).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    must_hold_nothing("a refusal", &answer.text().await.unwrap());
    let broken = format!("{{\"subject\": \"{}\", ", planted("the subject's name"));
    let answer =
        office.http.post(format!("{}/v1/reports", office.program.base)).header("idempotency-key", "kunci-acak-2");
    let answer = answer.header("content-type", "application/json").body(broken).send().await.unwrap();
    assert!(answer.status().is_client_error());
    must_hold_nothing("a refusal", &answer.text().await.unwrap());
}

fn mails(home: &Path) -> Vec<Mail> {
    mailbox::read(&home.join("mail"))
}

/// Waits until the worker has nothing left to send.
async fn all_sent(db: &TestDb) {
    let began = std::time::Instant::now();
    while db.value("SELECT count(*) AS value FROM deliveries WHERE state = 'queued'").await != "0" {
        assert!(began.elapsed().as_secs() < 30, "mail is not sent");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn no_mail_log_address_or_delivery_tells_who_or_what_a_case_is_about() {
    let (cluster, home) = (durable_cluster(), folder());
    let mut settings = settings(home.path());
    settings.insert("DATABASE_URL".into(), cluster.url("postgres"));
    settings.insert("NETRAL_MAIL_QUIET_MINUTES".into(), "0".into());
    // The most talkative log there is.
    settings.insert("NETRAL_LOG".into(), "trace".into());
    prepare(&settings, &[Persona::Triage, Persona::Inspector, Persona::Lead, Persona::Auditor, Persona::SystemAdmin]);
    let (db, log) = (TestDb::of(&cluster.url("postgres")), home.path().join("log"));
    let program = Program::start(&settings, &log).await;
    let office = Office { program: &program, http: reqwest::Client::new() };
    let day = netral::domain::calendar::today(netral::app::Clock::default().now()).to_string();
    be_refused(&office, &day).await;

    let receipt = office.call(None, Method::POST, "/v1/reports", None, &report(&day)).await;
    all_sent(&db).await;
    let confirmation =
        mails(home.path()).iter().find(|mail| mail.to.contains("pelapor")).unwrap().link("email-confirmations");
    let confirmation = confirmation.replace("http://netral.test", "");
    office.call(None, Method::POST, &confirmation, None, &Value::Null).await;
    let case = db.value("SELECT case_number AS value FROM cases").await;
    let (triage, inspector, lead) = (
        program.token(Persona::Triage).await,
        program.token(Persona::Inspector).await,
        program.token(Persona::Lead).await,
    );
    let reason = planted("an officer's reason");
    let version = office.fire(&triage, None, &case, 1, json!({ "action": "take" })).await;
    let tomorrow = netral::domain::calendar::today(netral::app::Clock::default().now()) + chrono::Duration::days(3);
    let ask = json!({ "action": "ask", "input": { "questions": [planted("a question")], "answer_by": tomorrow.to_string() } });
    office.fire(&triage, None, &case, version, ask).await;
    let door = json!({ "complaint_number": receipt["complaint_number"], "access_code": receipt["access_code"] });
    let mailbox = office.call(None, Method::POST, "/v1/reporter-sessions", None, &door).await;
    let reporter = mailbox["access_token"].as_str().unwrap().to_owned();
    let answer = json!({ "body": planted("an answer") });
    office.call(Some(&reporter), Method::POST, "/v1/my-report/messages", None, &answer).await;
    let path = format!("/v1/cases/{case}");
    let seen = office.call(Some(&triage), Method::GET, &path, None, &Value::Null).await;
    let accept = json!({ "action": "accept", "input": {
        "subject": { "name": planted("the subject's name"), "nip": planted("the subject's NIP"), "employment": "pns" },
        "agency_code": "PEMDA1571", "reviewing_agency_code": "PEMDA1571", "category": "discipline",
        "conduct_phase": "campaign", "election_regime": "pemilihan", "phase_reason": reason,
    } });
    let version = office.fire(&triage, None, &case, seen["version"].as_i64().unwrap(), accept).await;
    let seen = office.call(Some(&triage), Method::GET, &path, None, &Value::Null).await;
    assert_eq!(seen["subject"]["resolution"], "confirmed");
    let unproven = json!({ "action": "find_unproven", "input": {
        "reason": reason, "public_wording": planted("the wording for the reporter"),
    } });
    office.fire(&inspector, Some(&lead), &case, version, unproven).await;
    all_sent(&db).await;

    // Those who may read it do: it was planted in earnest.
    let path = format!("/v1/cases/{case}");
    let seen = office.call(Some(&inspector), Method::GET, &path, None, &Value::Null).await.to_string();
    assert!(seen.contains(planted("the narrative")) && seen.contains(planted("the subject's name")), "{seen}");
    assert!(!seen.contains(planted("the reporter's name")), "officers read what, not who reported: {seen}");

    let sent = mails(home.path());
    assert!(sent.len() >= 6, "{} mails", sent.len());
    for mail in &sent {
        must_hold_nothing("a mail", &format!("{} {} {} {:?}", mail.subject, mail.text, mail.html, mail.headers));
    }
    let deliveries = db.values("SELECT row_to_json(d) AS value FROM deliveries d").await;
    assert!(deliveries.len() >= sent.len());
    must_hold_nothing("a delivery", &deliveries.join("\n"));
    let admin = program.token(Persona::SystemAdmin).await;
    let path = "/v1/deliveries?state=sent&state=queued&state=held&state=dead&state=collapsed";
    let listed = office.call(Some(&admin), Method::GET, path, None, &Value::Null).await.to_string();
    must_hold_nothing("the list of deliveries", &listed);
    assert!(!listed.contains("warga.example"), "{listed}");
    let kept = "SELECT reply AS value FROM idempotency_keys WHERE reply LIKE '%complaint_number%'";
    must_hold_nothing("what is kept of the answer to a report", &db.value(kept).await);
    must_hold_nothing("an event's hashed text", &db.values("SELECT body AS value FROM events").await.join("\n"));
    program.stop();
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.lines().count() > 20, "{log}");
    must_hold_nothing("the log", &log);
    for secret in [receipt["access_code"].as_str().unwrap(), "pelapor-tertanam@", &reporter, &triage] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}

/// What the database holds of people, in a form that would be recognised anywhere.
const PEOPLE: &str = "SELECT DISTINCT value FROM (\
    SELECT unnest(ARRAY[name, nip, nik, work_unit]) AS value FROM subjects \
    UNION ALL SELECT unnest(ARRAY[description, place] || translate(links::text, '[]\"', '')) FROM reports) told WHERE length(value) > 9";

#[tokio::test]
async fn a_whole_run_of_the_demo_writes_no_name_number_or_code_into_logs_addresses_or_mails() {
    let (home, cluster) = (folder(), durable_cluster());
    let mut settings = settings(home.path());
    settings.insert("DATABASE_URL".to_owned(), cluster.url("postgres"));
    settings.insert("NETRAL_LOG".to_owned(), "trace".to_owned());
    let mut demo = std::process::Command::new(env!("CARGO_BIN_EXE_netral"));
    let ran = demo.args(["demo", "--exit"]).env_clear().envs(&settings).output().unwrap();
    let (shown, log) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert!(ran.status.success(), "{log}");
    let db = TestDb::of(&cluster.url("postgres"));
    let mut secrets = db.values(PEOPLE).await;
    assert!(secrets.len() > 10 && secrets.iter().any(|nip| nip.len() == 18), "{secrets:?}");
    let codes =
        shown.lines().filter_map(|line| Some(line.strip_suffix(" (shown once)")?.rsplit_once("access code ")?.1));
    secrets.extend(codes.map(ToOwned::to_owned));
    // Anything shorter stands by chance in a random number of another kind.
    assert!(secrets.iter().all(|secret| secret.len() > 9), "{secrets:?}");
    let reports: usize = db.count("reports").await.try_into().unwrap();
    assert!(secrets.len() > 10 + reports);
    let sent = mails(home.path());
    assert!(sent.len() > 20 && log.contains("/v1/cases/{case_number}"), "{} mails, {} of log", sent.len(), log.len());
    for mail in &sent {
        assert!(!log.contains(&mail.to), "{} is in the log", mail.to);
    }
    let places = sent.iter().map(|mail| format!("{} {} {} {:?}", mail.subject, mail.text, mail.html, mail.headers));
    for place in places.chain([log]) {
        let place = place.to_lowercase();
        for secret in &secrets {
            assert!(!place.contains(&secret.to_lowercase()), "{secret} is in {place}");
        }
    }
}
