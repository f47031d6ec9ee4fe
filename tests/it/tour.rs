//! The README's tour, walked as it stands there, with the same programs a reader has.

use std::process::Command;

use crate::harness::Persona;
use crate::harness::persona::{PASSWORD, recovery_code};
use crate::program::{Program, durable_cluster, folder, prepare, settings};

/// What a reader pastes: the shell lines between two headings of the README.
fn pasted(heading: &str) -> String {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let part = readme.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    part.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect()
}

#[tokio::test]
async fn the_tour_of_the_readme_works_to_the_letter() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("no curl on this machine: the tour was not walked");
        return;
    }
    let (cluster, home) = (durable_cluster(), folder());
    let mut settings = settings(home.path());
    settings.insert("DATABASE_URL".into(), cluster.url("postgres"));
    prepare(&settings, &[Persona::Triage]);
    let program = Program::start(&settings, &home.path().join("log")).await;
    let mut script = pasted("A tour in five minutes");
    for (written, here) in [
        ("localhost:8080", program.base.trim_start_matches("http://").to_owned()),
        ("verifikator@demo.example", Persona::Triage.email().to_owned()),
        ("PASSWORD='...'", format!("PASSWORD='{PASSWORD}'")),
        ("RECOVERY_CODE='...'", format!("RECOVERY_CODE='{}'", recovery_code(0))),
    ] {
        assert!(script.contains(written), "the tour does not say {written}");
        script = script.replace(written, &here);
    }
    let walked = Command::new("sh").args(["-euc", &script]).output().unwrap();
    let (said, complaint) = (String::from_utf8(walked.stdout).unwrap(), String::from_utf8(walked.stderr).unwrap());
    assert!(walked.status.success(), "{said}\n{complaint}");
    // Receipt, status, mailbox, queue, and the case that was taken, one answer after the other.
    for part in
        ["\"access_code\":\"", "Laporan diterima", "{\"data\":[]}", "\"case_number\":\"", "\"state\":\"triage\""]
    {
        assert!(said.contains(part), "{part} is not in what it answered: {said}");
    }
    program.stop();
}
