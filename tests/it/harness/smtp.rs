//! Starts and stops the SMTP server of the tests (`tests/it/smtp_server.py`) and reads what it received.
//! It must not know the program under test: it is a mail server among others, in a process of its own.

#![allow(clippy::expect_used, reason = "a test that cannot have its mail server has failed")]
#![allow(clippy::disallowed_methods, reason = "which Python runs the server is no setting of the program")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// A running SMTP server; stops when dropped. Its log outlives a restart and ends with this value.
pub struct SmtpServer {
    /// The port on 127.0.0.1.
    pub port: u16,
    /// One line of JSON for each message it accepted.
    pub log: PathBuf,
    process: Option<Child>,
    _folder: TempDir,
}

impl SmtpServer {
    /// Starts a server on a free port. The Python that runs it, `NETRAL_TEST_PYTHON` or `python3`, needs `aiosmtpd`.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the mail log");
        let log = folder.path().join("messages.jsonl");
        let (process, port) = launch(0, &log);
        Self { port, log, process: Some(process), _folder: folder }
    }

    /// What goes into the program's configuration.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Every message accepted so far, in order, across restarts.
    pub fn messages(&self) -> Vec<Value> {
        let Ok(text) = fs::read_to_string(&self.log) else {
            return Vec::new();
        };
        // A last line without its end is still being written.
        text.split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
            .map(|line| serde_json::from_str(line).expect("the mail log holds JSON"))
            .collect()
    }

    /// Waits until at least `count` messages are in, and returns them all.
    pub fn wait_for(&self, count: usize, limit: Duration) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let messages = self.messages();
            if messages.len() >= count {
                return messages;
            }
            assert!(began.elapsed() < limit, "{} of {count} mails after {limit:?}", messages.len());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Takes the server down; connections to its port are refused from then on. Twice is as good as once.
    pub fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let asked = Command::new("kill").arg("-TERM").arg(process.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            // It may have ended by itself; a message it accepted is on disk either way.
            let _ = process.kill();
        }
        process.wait().expect("the mail server ends");
    }

    /// Brings the server back where the program expects it. What it counted by address begins anew; the log goes on.
    pub fn restart_on_same_port(&mut self) {
        self.stop();
        let (process, port) = launch(self.port, &self.log);
        assert_eq!(port, self.port);
        self.process = Some(process);
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn launch(port: u16, log: &Path) -> (Child, u16) {
    let python = std::env::var("NETRAL_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut process = Command::new(&python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/smtp_server.py"))
        .args(["--port", &port.to_string(), "--log"])
        .arg(log)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{python} does not start ({error}); set NETRAL_TEST_PYTHON"));
    let mut first = String::new();
    let stdout = process.stdout.take().expect("its output is piped");
    BufReader::new(stdout).read_line(&mut first).expect("its output can be read");
    let port = first.trim().parse().unwrap_or_else(|_| {
        let _ = process.wait();
        panic!("the mail server did not start: is aiosmtpd installed for {python}? (python3 -m pip install aiosmtpd)")
    });
    (process, port)
}
