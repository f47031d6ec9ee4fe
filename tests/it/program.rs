//! The program as its operator runs it: a process of its own, started by its command line and ended by signals. It must
//! not know what the program does.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use netral::config::Config;
use netral::db::{self, Tx};
use netral::postgres::{Cluster, Durability, Settings};
use netral::serve::Database;
use netral::token::Keys;
use serde_json::{Value, json};

use crate::harness::Persona;
use crate::harness::db::wait;
use crate::harness::persona::{PASSWORD, appoint, recovery_code};

const PATIENCE: Duration = Duration::from_secs(60);

/// A folder below which PostgreSQL's own account may go, and which vanishes in the end.
pub fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let all_may_pass = std::fs::Permissions::from_mode(0o755);
    tempfile::Builder::new().prefix("netral-").permissions(all_may_pass).tempdir().unwrap()
}

/// A throw-away PostgreSQL whose commits are as durable as in earnest.
pub fn durable_cluster() -> Cluster {
    let settings = Settings {
        data_dir: std::env::temp_dir(),
        bin_dir: std::env::var_os("NETRAL_PG_BIN").filter(|dir| !dir.is_empty()).map(PathBuf::from),
        search_path: std::env::var_os("PATH"),
        durability: Durability::Durable,
    };
    Cluster::throwaway(&settings).expect("a PostgreSQL for the tests")
}

/// Settings of a program with its files in this folder.
pub fn settings(folder: &Path) -> BTreeMap<String, String> {
    let settings = [
        ("NETRAL_DATA_DIR", folder.to_str().unwrap()),
        ("NETRAL_BIND", "127.0.0.1:0"),
        ("NETRAL_PUBLIC_URL", "http://netral.test"),
        ("NETRAL_WORKERS", "2"),
        ("NETRAL_CONNECTIONS_PER_WORKER", "4"),
        ("NETRAL_MAIL_FROM", "netral <no-reply@netral.test>"),
    ];
    let mut all: BTreeMap<String, String> =
        settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for name in ["PATH", "NETRAL_PG_BIN"] {
        if let Ok(value) = std::env::var(name) {
            all.insert(name.to_owned(), value);
        }
    }
    all
}

/// Brings a database up to date and adds these officers.
pub fn prepare(settings: &BTreeMap<String, String>, officers: &'static [Persona]) {
    let settings = settings.clone();
    // Migrations block their thread, which only a runtime of several threads allows.
    wait(async move { prepared(&settings, officers).await });
}

async fn prepared(settings: &BTreeMap<String, String>, officers: &[Persona]) {
    let config = Config::from_sources(settings, None).unwrap();
    let database = Database::open(&config).await.unwrap();
    database.migrate().await.unwrap();
    let keys = Keys::load_or_create(&config.keys_dir, &config.public_url).unwrap();
    let pool = db::pool(&database.url, None, 1).unwrap();
    let mut tx = Tx::begin(&pool).await.unwrap();
    appoint(&mut tx, &keys, officers).await;
    tx.commit().await.unwrap();
    pool.close();
    database.close().await.unwrap();
}

/// `netral serve`, running. Killed when dropped.
pub struct Program {
    /// Where it listens, as `http://127.0.0.1:port`.
    pub base: String,
    child: Child,
}

impl Program {
    /// Starts it; its log is appended to this file. Answers once it can serve.
    pub async fn start(settings: &BTreeMap<String, String>, log: &Path) -> Self {
        let output = OpenOptions::new().create(true).append(true).open(log).unwrap();
        let said_before = output.metadata().unwrap().len();
        let child = Command::new(env!("CARGO_BIN_EXE_netral"))
            .arg("serve")
            .env_clear()
            .envs(settings)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut program = Self { base: String::new(), child };
        let began = Instant::now();
        while program.base.is_empty() {
            if let Some(status) = program.child.try_wait().unwrap() {
                panic!("netral serve ended with {status}: {}", std::fs::read_to_string(log).unwrap());
            }
            assert!(
                began.elapsed() < PATIENCE,
                "netral serve does not come up: {}",
                std::fs::read_to_string(log).unwrap()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
            program.base = address(log, said_before).map(|address| format!("http://{address}")).unwrap_or_default();
        }
        let ready = reqwest::get(format!("{}/readyz", program.base)).await.unwrap();
        assert!(ready.status().is_success(), "{}", ready.status());
        program
    }

    /// Ends it without a warning (SIGKILL).
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    pub fn stop(mut self) {
        signal("TERM", self.child.id());
        assert!(self.child.wait().unwrap().success(), "an orderly end");
    }

    /// A token of this officer.
    pub async fn token(&self, persona: Persona) -> String {
        // The authenticator shows a new code each half minute only, and none is good twice.
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let code = recovery_code(NEXT.fetch_add(1, Ordering::Relaxed));
        let body = json!({ "email": persona.email(), "password": PASSWORD, "recovery_code": code });
        let answer =
            reqwest::Client::new().post(format!("{}/v1/sessions", self.base)).json(&body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already where a test came to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process.
pub fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status().unwrap();
    assert!(sent.success(), "kill -{name} {process}");
}

/// The address the program says it serves on, in what it logged since.
fn address(log: &Path, since: u64) -> Option<String> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let (mut file, mut text) = (File::open(log).ok()?, String::new());
    file.seek(SeekFrom::Start(since)).ok()?;
    file.read_to_string(&mut text).ok()?;
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line["address"].as_str().map(ToOwned::to_owned)).next()
}
