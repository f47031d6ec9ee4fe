//! A worker that works says so, and one that does not is found out, as a supervisor sees it.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::harness::TestDb;
use crate::program::{folder, settings, signal};

fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what} does not come about");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test]
async fn a_worker_is_found_healthy_while_its_rounds_go_well_and_no_longer() {
    let (db, home) = (TestDb::new(), folder());
    let mut settings = settings(home.path());
    settings.insert("DATABASE_URL".into(), db.url.clone());
    let (heartbeat, log) = (home.path().join("heartbeat"), home.path().join("log"));
    let netral = |command: &str| {
        let mut netral = Command::new(env!("CARGO_BIN_EXE_netral"));
        netral.args([command, "--heartbeat"]).arg(&heartbeat).env_clear().envs(&settings);
        netral.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        netral
    };
    let healthy = || netral("healthcheck").status().unwrap().success();
    let start = || netral("work").stderr(File::create(&log).unwrap()).spawn().unwrap();
    let hour_ago = || {
        let file = File::options().write(true).open(&heartbeat).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3_600)).unwrap();
    };
    assert!(!healthy(), "nothing has worked yet");
    let mut worker = start();
    until("a first sign", healthy);
    hour_ago();
    until("another sign", healthy);
    signal("TERM", worker.id());
    assert!(worker.wait().unwrap().success(), "an orderly end");
    assert!(healthy(), "a worker that has just ended may be on its way back");
    hour_ago();
    assert!(!healthy(), "nothing has worked for an hour");

    db.execute("ALTER TABLE deliveries RENAME TO deliveries_away").await;
    let mut worker = start();
    let failures = || fs::read_to_string(&log).unwrap_or_default().matches("e-mail round failed").count();
    until("a second failed round", || failures() > 1);
    assert!(!healthy(), "it runs, but nothing works");
    signal("TERM", worker.id());
    assert!(worker.wait().unwrap().success(), "an orderly end");
}
