//! The program as a test has it: a server on a free port with a database, a clock, keys and a mail folder. It must not
//! know the workflow.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use netral::app::{App, Clock};
use netral::config::Config;
use netral::serve::{self, Running};
use netral::token::OfficerToken;
use netral::worker::letter::Letters;
use netral::worker::{email, sweep};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::client::{Call, Reply};
use super::db::{TestDb, runtime, signed_in, wait};
use super::mailbox::{self, Mail};
use super::persona::Persona;

/// Where the tests' programs say they are reached: one name for all, so that a token of one is a token of each.
pub const PUBLIC_URL: &str = "http://netral.test";

/// A running program. It ends with this value, and its database and files with it.
pub struct TestApp {
    /// What the program runs with.
    pub app: App,
    /// Its clock, which can be moved ahead.
    pub clock: Clock,
    /// Where it listens, as `http://127.0.0.1:port`.
    pub base: String,
    /// Its database.
    pub db: TestDb,
    letters: Letters,
    /// The client of every request.
    pub http: reqwest::Client,
    running: Option<Running>,
    data: TempDir,
}

impl TestApp {
    /// A program whose worker rests: mail goes out when [`TestApp::deliver_all`] says so.
    pub async fn start() -> Self {
        Self::start_with(&[], false).await
    }

    /// The same with settings of its own, and with the worker running where that is asked for.
    pub async fn start_with(settings: &[(&str, &str)], with_worker: bool) -> Self {
        let (db, data) = (TestDb::new(), tempfile::tempdir().expect("a folder"));
        share_keys(&data.path().join("keys"));
        let mut env = environment(&db.url, &data.path().to_string_lossy());
        env.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let config = Config::from_sources(&env, None).expect("a configuration");
        Self::run(db, data, config, Clock::default(), with_worker)
    }

    fn run(db: TestDb, data: TempDir, config: Config, clock: Clock, with_worker: bool) -> Self {
        let (url, its_clock) = (db.url.clone(), clock.clone());
        let running = wait(async move {
            serve::start(config, &url, its_clock, with_worker).await.map_err(|error| error.to_string())
        });
        let running = running.expect("the program starts");
        Self {
            app: running.app.clone(),
            clock,
            base: format!("http://{}", running.address),
            db,
            letters: Letters::new().expect("the templates"),
            http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client"),
            running: Some(running),
            data,
        }
    }

    /// A second program on the same database, with the same keys and clock.
    pub async fn another_instance(&self) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        share_keys(&data.path().join("keys"));
        let config = Config::from_sources(&environment(&self.db.url, &data.path().to_string_lossy()), None);
        Self::run(TestDb::of(&self.db.url), data, config.expect("a configuration"), self.clock.clone(), false)
    }

    /// A GET. A whole address of this program, from a mail or a header, does as well as a path.
    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A POST.
    pub fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// Any request.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call::new(self, method, path.strip_prefix(PUBLIC_URL).unwrap_or(path))
    }

    /// The time it is for the program.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The day so many days from now in Jakarta, as JSON has it.
    pub fn day(&self, from_now: i64) -> String {
        self.date(from_now).to_string()
    }

    /// The same as a date.
    pub fn date(&self, from_now: i64) -> NaiveDate {
        netral::domain::calendar::today(self.now()) + Duration::days(from_now)
    }

    /// Moves the program's clock ahead.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Sets the program's clock to this time and less than a second more: however slow the machine is, no time has passed.
    pub fn set_clock(&self, to: DateTime<Utc>) {
        self.clock.advance(to - self.clock.now());
    }

    /// Sends every mail that is due, as the worker would, and answers all mail sent so far.
    pub async fn deliver_all(&self) -> Vec<Mail> {
        while email::deliver_due(&self.app, &self.letters).await.expect("the round ends") > 0 {}
        self.mails()
    }

    /// The same after the quiet time in which notices gather has passed.
    pub async fn deliver_after_quiet(&self) -> Vec<Mail> {
        self.advance(Duration::minutes(11));
        self.deliver_all().await
    }

    /// Does what time alone brings about, as the worker would.
    pub async fn sweep(&self) {
        sweep::round(&self.app).await.expect("the round ends");
    }

    /// All mail sent so far, in the order it was written.
    pub fn mails(&self) -> Vec<Mail> {
        mailbox::read(&self.mail_folder())
    }

    /// All mail sent so far to one address.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// The folder that takes the mail.
    pub fn mail_folder(&self) -> PathBuf {
        self.data.path().join("mail")
    }

    /// The body of a report that is taken: anonymous, by name and agency, of yesterday, in Kota Jambi.
    pub fn report(&self) -> Value {
        json!({
            "conduct": {
                "description": "Pada Senin malam yang bersangkutan mengunggah poster calon wali kota di akun media \
                    sosialnya dan mengajak warga memilihnya.",
                "medium": "social_media",
                "occurred_from": self.day(-30),
                "known_on": self.day(-1),
                "place": "Akun media sosial pribadi, Kota Jambi",
                "region_code": "15.71",
                "links": ["https://sosial.example/unggahan/1"],
            },
            "subject": { "name": "Budi Santoso", "agency": "Dinas Perhubungan Kota Jambi" },
            "evidence": ["Tangkapan layar unggahan"],
            "truth_declaration": true,
        })
    }

    /// The same from a reporter who left an address.
    pub fn report_from(&self, email: &str) -> Value {
        let mut report = self.report();
        report["reporter"] = json!({ "email": email });
        report
    }

    /// Sends a report under a fresh key.
    pub async fn submit(&self, report: &Value) -> Receipt {
        let reply = self.post("/v1/reports").key(&fresh_key()).json(report).expect(201).await;
        self.receipt(&reply).await
    }

    /// What the answer to a report says, and the case it became.
    pub async fn receipt(&self, reply: &Reply) -> Receipt {
        let number = reply.text("/complaint_number").to_owned();
        let case = self.case_of(&number).await;
        Receipt { case, number, code: reply.text("/access_code").to_owned() }
    }

    /// The number of the case that a report became. The public never learns it, so it is read from the database.
    pub async fn case_of(&self, complaint_number: &str) -> String {
        let sql = "SELECT case_number AS value FROM cases JOIN reports ON reports.case_id = cases.id \
                   WHERE complaint_number =";
        self.db.value(&format!("{sql} '{complaint_number}'")).await
    }

    /// The key of a report.
    pub async fn report_id(&self, receipt: &Receipt) -> Uuid {
        let sql = format!("SELECT id AS value FROM reports WHERE complaint_number = '{}'", receipt.number);
        self.db.value(&sql).await.parse().expect("a key")
    }

    /// Puts another address in the place of the reporter's, as nobody can without the vault's key.
    pub async fn reseal_email(&self, receipt: &Receipt, email: &str) {
        let id = self.report_id(receipt).await;
        let mut tx = netral::db::Tx::begin(&self.app.pool).await.expect("a transaction");
        let key = netral::db::data_keys::hold(&mut tx, id).await.expect("an answer").expect("a key");
        tx.rollback().await.expect("the end");
        let key = self.app.vault.data_key(&key).expect("the key opens");
        let sealed = key.seal(netral::domain::sealed::Field::ReporterEmail, id, email).expect("a seal");
        let bytes = netral::domain::event::hex(sealed.bytes());
        let sql = format!("UPDATE reporter_identities SET email = '\\x{bytes}' WHERE report_id = '{id}'");
        self.db.execute(&sql).await;
    }

    /// Opens the mailbox of a report; answers the token.
    pub async fn open_mailbox(&self, receipt: &Receipt) -> String {
        let body = json!({ "complaint_number": receipt.number, "access_code": receipt.code });
        let reply = self.post("/v1/reporter-sessions").json(&body).expect(201).await;
        reply.text("/access_token").to_owned()
    }

    /// A bearer token of this officer, whose sign-in every test database has. Signing in has tests of its own.
    pub async fn token(&self, persona: Persona) -> String {
        self.sign(signed_in(persona))
    }

    /// A token of ten minutes, made with the program's own keys.
    pub fn sign(&self, of: OfficerToken) -> String {
        self.app.keys.sign_officer(of, self.now(), Duration::minutes(10)).expect("a token")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // Not waited for: the database goes away next, and with it whatever is still under way.
            runtime().spawn(async move { running.stop().await.map_err(|error| error.to_string()) });
        }
    }
}

/// The settings of a program on this database, with its files in this folder.
pub fn environment(url: &str, data_dir: &str) -> BTreeMap<String, String> {
    let settings = [
        ("DATABASE_URL", url),
        ("NETRAL_DATABASE_ROLE", "netral_service"),
        ("NETRAL_DATA_DIR", data_dir),
        ("NETRAL_BIND", "127.0.0.1:0"),
        ("NETRAL_PUBLIC_URL", PUBLIC_URL),
        ("NETRAL_WORKERS", "1"),
        ("NETRAL_CONNECTIONS_PER_WORKER", "3"),
        ("NETRAL_MAIL_FROM", "netral <no-reply@netral.test>"),
    ];
    settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The keys that all programs of this run have.
pub fn keys() -> netral::token::Keys {
    let scratch = tempfile::tempdir().expect("a folder");
    share_keys(&scratch.path().join("keys"));
    netral::token::Keys::load_or_create(&scratch.path().join("keys"), PUBLIC_URL).expect("keys")
}

/// Gives a program the keys that all programs of this run have.
pub fn share_keys(folder: &std::path::Path) {
    static KEYS: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let scratch = tempfile::tempdir().expect("a folder");
        let folder = scratch.path().join("keys");
        netral::token::Keys::load_or_create(&folder, PUBLIC_URL).expect("keys");
        let files = folder.read_dir().expect("the key folder").map(|entry| entry.expect("a file").path());
        files
            .map(|file| {
                let name = file.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
                (name, fs::read(file).expect("a key"))
            })
            .collect()
    });
    fs::create_dir_all(folder).expect("the key folder");
    for (name, bytes) in keys {
        fs::write(folder.join(name), bytes).expect("a key");
    }
}

/// An idempotency key nobody has used.
pub fn fresh_key() -> String {
    Uuid::new_v4().to_string()
}

/// What a reporter keeps, and the case's number, which only officers know.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The public number.
    pub number: String,
    /// The access code.
    pub code: String,
    /// The number of the case.
    pub case: String,
}
