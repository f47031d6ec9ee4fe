//! Nothing acknowledged is lost and nothing is done twice, though the program is killed in the middle of its work, again
//! and again, and the database as well, with it and alone. Clients do what careful clients do: what was not answered is asked again
//! with the same key.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::smtp::SmtpServer;
use crate::harness::{Persona, TestDb};
use crate::program::{Program, durable_cluster, folder, prepare, settings, signal};
use crate::walks::stored::every_chain_holds;

const ROUNDS: usize = 4;
const CLIENTS: usize = 6;
/// Answers of a round before the program is killed.
const ANSWERS: usize = 45;
const PATIENCE: Duration = Duration::from_secs(60);

/// A report as its sender knows it.
#[derive(Clone)]
struct Sent {
    key: String,
    body: Value,
    /// Number and access code, once answered.
    receipt: Option<(String, String)>,
    case: Option<String>,
    /// The keys of the steps taken on the case; the last may be unanswered.
    steps: Vec<String>,
    answered_steps: usize,
}

/// One client with everything it sent.
struct Client {
    name: usize,
    http: reqwest::Client,
    db: Arc<TestDb>,
    sent: Vec<Sent>,
    answers: Arc<AtomicUsize>,
}

/// The connection broke: whether the request was carried out is not known.
struct Unanswered;

fn body(email: &str, day: &str) -> Value {
    json!({
        "conduct": {
            "description": "Pada Senin malam yang bersangkutan mengunggah poster calon dan mengajak warga memilihnya.",
            "medium": "social_media", "occurred_from": day, "place": "Media sosial", "region_code": "15.71",
        },
        "subject": { "name": "Budi Santoso", "agency": "Dinas Perhubungan Kota Jambi" },
        "no_evidence": true, "truth_declaration": true, "reporter": { "email": email },
    })
}

fn day(from_now: i64) -> String {
    let now = netral::app::Clock::default().now() + chrono::Duration::days(from_now);
    netral::domain::calendar::today(now).to_string()
}

impl Client {
    async fn ask(&self, request: RequestBuilder, wanted: u16) -> Result<Value, Unanswered> {
        let response = request.send().await.map_err(|_| Unanswered)?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(|_| Unanswered)?;
        // What goes down may still say so.
        if status >= 500 {
            return Err(Unanswered);
        }
        assert_eq!(status, wanted, "{text}");
        self.answers.fetch_add(1, Ordering::Relaxed);
        Ok(serde_json::from_str(&text).unwrap())
    }

    async fn report(&mut self, base: &str, at: usize) -> Result<(), Unanswered> {
        let Sent { key, body, .. } = self.sent[at].clone();
        let request = self.http.post(format!("{base}/v1/reports")).header("idempotency-key", key).json(&body);
        let answer = self.ask(request, 201).await?;
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        self.sent[at].receipt = Some((text("complaint_number"), text("access_code")));
        Ok(())
    }

    /// Takes the next step on a case, or asks again for the one that was not answered.
    async fn step(&mut self, base: &str, token: &str, at: usize) -> Result<(), Unanswered> {
        if self.sent[at].case.is_none() {
            let (number, _) = self.sent[at].receipt.clone().unwrap();
            let sql = "SELECT case_number AS value FROM cases JOIN reports ON reports.case_id = cases.id WHERE complaint_number =";
            self.sent[at].case = Some(self.db.value(&format!("{sql} '{number}'")).await);
        }
        let sent = &mut self.sent[at];
        if sent.steps.len() == sent.answered_steps {
            sent.steps.push(Uuid::new_v4().to_string());
        }
        let action = match sent.answered_steps {
            0 => json!({ "action": "take" }),
            _ => {
                json!({ "action": "ask", "input": { "questions": ["Apakah unggahan itu masih ada?"], "answer_by": day(5) } })
            }
        };
        let (case, key) = (sent.case.clone().unwrap(), sent.steps[sent.answered_steps].clone());
        let version = sent.answered_steps + 1;
        let request = self.http.post(format!("{base}/v1/cases/{case}/transitions")).bearer_auth(token);
        let request = request.header("idempotency-key", key).header("if-match", format!("\"{version}\""));
        let answer = self.ask(request.json(&action), 200).await?;
        assert_eq!(answer["version"], version + 1, "{answer}");
        self.sent[at].answered_steps += 1;
        Ok(())
    }

    /// Asks again for everything that was not answered.
    async fn again(&mut self, base: &str, token: &str) -> Result<(), Unanswered> {
        for at in 0..self.sent.len() {
            if self.sent[at].receipt.is_none() {
                self.report(base, at).await?;
            }
            if self.sent[at].steps.len() > self.sent[at].answered_steps {
                self.step(base, token, at).await?;
            }
        }
        Ok(())
    }

    /// Reports and works on cases until the connection breaks.
    async fn work(mut self, base: String, token: String) -> Self {
        let Ok(()) = self.again(&base, &token).await else { return self };
        loop {
            let (name, at) = (self.name, self.sent.len());
            let email = format!("warga-{name}-{at}@warga.example");
            let (key, body) = (Uuid::new_v4().to_string(), body(&email, &day(-1)));
            self.sent.push(Sent { key, body, receipt: None, case: None, steps: Vec::new(), answered_steps: 0 });
            let Ok(()) = self.report(&base, at).await else { return self };
            for at in at.saturating_sub(1)..=at {
                if self.sent[at].answered_steps < 2 {
                    let Ok(()) = self.step(&base, &token, at).await else { return self };
                }
            }
        }
    }
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "{what} does not come about");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Every report and step that was answered is there, and none of them twice.
async fn everything_is_there_once(db: &TestDb, clients: &[Client], base: &str) {
    let sent: Vec<&Sent> = clients.iter().flat_map(|client| &client.sent).collect();
    assert_eq!(db.count("reports").await, i64::try_from(sent.len()).unwrap(), "a report is missing or there twice");
    let numbers: BTreeSet<&String> = sent.iter().map(|sent| &sent.receipt.as_ref().unwrap().0).collect();
    assert_eq!(numbers.len(), sent.len());
    let rows = "SELECT c.case_number || ' ' || string_agg(e.kind, ' ' ORDER BY e.seq) AS value \
                FROM cases c JOIN events e ON e.case_id = c.id GROUP BY c.case_number";
    let rows = db.values(rows).await;
    let events: BTreeMap<&str, &str> = rows.iter().filter_map(|row| row.split_once(' ')).collect();
    let http = reqwest::Client::new();
    for sent in &sent {
        let (number, code) = sent.receipt.as_ref().unwrap();
        let status = http.get(format!("{base}/v1/reports/{number}/status")).send().await.unwrap();
        assert_eq!(status.status(), 200, "{number} is lost");
        let door = json!({ "complaint_number": number, "access_code": code });
        let opened = http.post(format!("{base}/v1/reporter-sessions")).json(&door).send().await.unwrap();
        assert_eq!(opened.status(), 201, "the mailbox of {number} does not open");
        if let Some(case) = &sent.case {
            let wanted = ["submit", "submit take", "submit take ask"][sent.answered_steps];
            assert_eq!(events[case.as_str()], wanted, "{case}");
        }
    }
    every_chain_holds(db).await;
}

/// Every mail that was due has reached the mail server, each under one Message-ID of its own.
async fn every_mail_arrived(db: &TestDb, smtp: &SmtpServer, base: &str) {
    let idle = async || db.value("SELECT count(*) AS value FROM deliveries WHERE state = 'queued'").await == "0";
    // A killed worker's lease runs for ten minutes: they pass at once here.
    let pass = "UPDATE deliveries SET due_at = now() WHERE state = 'queued'";
    db.execute(pass).await;
    until("an empty queue", idle).await;
    let links: BTreeSet<String> = smtp
        .messages()
        .iter()
        .flat_map(|mail| {
            mail["text"].as_str().unwrap_or_default().split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()
        })
        .filter(|word| word.contains("/v1/email-confirmations/"))
        .map(|link| link.replace("http://netral.test", base))
        .collect();
    let http = reqwest::Client::new();
    for link in &links {
        assert_eq!(http.post(link).send().await.unwrap().status(), 200);
    }
    assert_eq!(db.count("reports").await, i64::try_from(links.len()).unwrap(), "a receipt did not arrive");
    until("an empty queue", idle).await;
    let unsent = "SELECT state || ' ' || coalesce(last_error, '') AS value FROM deliveries WHERE state NOT IN ('sent', 'collapsed')";
    assert_eq!(db.values(unsent).await, Vec::<String>::new());
    let ids = |state: &str| {
        format!(
            "SELECT '<' || replace(event_id::text, '-', '') || '.' || id || '@netral.test>' AS value FROM deliveries WHERE state = '{state}'"
        )
    };
    let sent: BTreeSet<String> = db.values(&ids("sent")).await.into_iter().collect();
    let known: BTreeSet<String> = sent.iter().cloned().chain(db.values(&ids("collapsed")).await).collect();
    let arrived: BTreeSet<String> =
        smtp.messages().iter().map(|mail| mail["message_id"].as_str().unwrap().to_owned()).collect();
    let missing: Vec<_> = sent.difference(&arrived).collect();
    assert!(missing.is_empty(), "called sent, but never arrived: {missing:?}");
    let foreign: Vec<_> = arrived.difference(&known).collect();
    assert!(foreign.is_empty(), "under a Message-ID of no delivery: {foreign:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_killed_again_and_again_loses_nothing_and_does_nothing_twice() {
    let (cluster, home, smtp) = (durable_cluster(), folder(), SmtpServer::start());
    let mut settings = settings(home.path());
    settings.insert("DATABASE_URL".into(), cluster.url("postgres"));
    settings.insert("NETRAL_SMTP_URL".into(), smtp.url());
    settings.insert("NETRAL_MAIL_QUIET_MINUTES".into(), "0".into());
    prepare(&settings, &[Persona::Triage]);
    let db = Arc::new(TestDb::of(&cluster.url("postgres")));
    let log = home.path().join("log");
    let answers = Arc::new(AtomicUsize::new(0));
    let mut clients: Vec<Client> = (0..CLIENTS)
        .map(|name| Client {
            name,
            http: reqwest::Client::new(),
            db: db.clone(),
            sent: Vec::new(),
            answers: answers.clone(),
        })
        .collect();
    let mut unanswered = 0;
    for _ in 0..ROUNDS {
        let program = Program::start(&settings, &log).await;
        let token = program.token(Persona::Triage).await;
        let before = answers.load(Ordering::Relaxed);
        let working: Vec<_> =
            clients.into_iter().map(|client| tokio::spawn(client.work(program.base.clone(), token.clone()))).collect();
        until("work", async || answers.load(Ordering::Relaxed) > before + ANSWERS).await;
        program.kill();
        clients = Vec::new();
        for client in working {
            clients.push(client.await.unwrap());
        }
        let open = |sent: &&Sent| sent.receipt.is_none() || sent.steps.len() > sent.answered_steps;
        unanswered += clients.iter().flat_map(|client| &client.sent).filter(open).count();
    }
    assert!(unanswered >= ROUNDS, "the kills interrupted nothing: {unanswered}");
    let program = Program::start(&settings, &log).await;
    let token = program.token(Persona::Triage).await;
    for client in &mut clients {
        assert!(client.again(&program.base, &token).await.is_ok());
    }
    everything_is_there_once(&db, &clients, &program.base).await;
    every_mail_arrived(&db, &smtp, &program.base).await;
    program.stop();
}

/// The process of the private PostgreSQL of a folder, as its pid file names it.
fn postmaster(home: &Path) -> Option<u32> {
    let file = home.join("postgres/data/postmaster.pid");
    std::fs::read_to_string(file).ok().and_then(|text| text.lines().next()?.parse().ok())
}

/// Ends the private PostgreSQL of a folder without a warning, if it runs.
fn kill_postgres(home: &Path) {
    if let Some(id) = postmaster(home) {
        signal("KILL", id);
    }
}

struct Private(tempfile::TempDir);

impl Drop for Private {
    fn drop(&mut self) {
        if std::thread::panicking() {
            kill_postgres(self.0.path());
        }
    }
}

async fn send(http: &reqwest::Client, base: &str, key: &str) -> reqwest::Result<reqwest::Response> {
    let request = http.post(format!("{base}/v1/reports")).header("idempotency-key", key);
    request.json(&body("warga@warga.example", &day(-1))).send().await
}

#[tokio::test]
async fn a_database_killed_together_with_the_program_keeps_every_answered_report() {
    let home = Private(folder());
    let (settings, log) = (settings(home.0.path()), home.0.path().join("log"));
    let program = Program::start(&settings, &log).await;
    let http = reqwest::Client::new();
    let mut numbers = Vec::new();
    let began = Instant::now();
    // The server's own processes outlive their parent for a moment; what is answered meanwhile counts as well.
    let refused = loop {
        assert!(began.elapsed() < PATIENCE, "reports are still taken without a database");
        let key = format!("kunci-acak-{:08}", numbers.len());
        let answer = send(&http, &program.base, &key).await.unwrap();
        if answer.status() != 201 {
            break answer;
        }
        let answer: Value = answer.json().await.unwrap();
        numbers.push(answer["complaint_number"].as_str().unwrap().to_owned());
        if numbers.len() == 20 {
            kill_postgres(home.0.path());
        }
    };
    // A reporter who comes now is told that it did not work, and may try again.
    assert!(numbers.len() >= 20 && refused.status().is_server_error(), "{}", refused.status());
    assert!(refused.headers()["content-type"].to_str().unwrap().starts_with("application/problem+json"));
    program.kill();
    let program = Program::start(&settings, &log).await;
    for number in &numbers {
        let status = http.get(format!("{}/v1/reports/{number}/status", program.base)).send().await.unwrap();
        assert_eq!(status.status(), 200, "{number} is lost");
    }
    let again = send(&http, &program.base, &format!("kunci-acak-{:08}", numbers.len())).await.unwrap();
    assert_eq!(again.status(), 201);
    let repeated: Value = send(&http, &program.base, "kunci-acak-00000000").await.unwrap().json().await.unwrap();
    assert_eq!(repeated["complaint_number"], numbers[0].as_str(), "the same key, the same report");
    program.stop();
}

#[tokio::test]
async fn a_database_killed_under_the_running_program_comes_back_with_every_answered_report() {
    let home = Private(folder());
    let (settings, log) = (settings(home.0.path()), home.0.path().join("log"));
    let program = Program::start(&settings, &log).await;
    let http = reqwest::Client::new();
    let mut numbers = Vec::new();
    // Twice: the second time it is the server that was brought up again that is killed.
    for round in ["pertama", "kedua"] {
        for n in 0..10 {
            let answer = send(&http, &program.base, &format!("kunci-{round}-{n}")).await.unwrap();
            assert_eq!(answer.status(), 201);
            let answer: Value = answer.json().await.unwrap();
            numbers.push(answer["complaint_number"].as_str().unwrap().to_owned());
        }
        let before = postmaster(home.0.path());
        kill_postgres(home.0.path());
        let again = format!("kunci-{round}-sesudahnya");
        until("another server", async || postmaster(home.0.path()) != before).await;
        until("a report taken again", async || send(&http, &program.base, &again).await.unwrap().status() == 201).await;
        until("readiness", async || {
            reqwest::get(format!("{}/readyz", program.base)).await.unwrap().status().is_success()
        })
        .await;
    }
    for number in &numbers {
        let status = http.get(format!("{}/v1/reports/{number}/status", program.base)).send().await.unwrap();
        assert_eq!(status.status(), 200, "{number} is lost");
    }
    let said = std::fs::read_to_string(&log).unwrap();
    assert_eq!(said.matches("brought up again").count(), 2, "the operator is told");
    program.stop();
    assert_eq!(postmaster(home.0.path()), None, "the server that was brought up again stops with the program");
}
