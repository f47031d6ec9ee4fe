//! The audit as its users have it: the command line and its exit code, on the database and on an export, after somebody
//! who owns the database has changed what happened.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::Duration;
use netral::worker::lookout;

use crate::harness::{Persona, TestApp};

/// What the program said, and whether it ended well.
struct Said {
    out: String,
    good: bool,
}

impl Said {
    fn finds(&self, what: &str) {
        assert!(!self.good && self.out.lines().any(|line| line == what), "no \u{ab}{what}\u{bb} in: {}", self.out);
    }

    fn finds_nothing(&self) {
        assert!(self.good, "{}", self.out);
    }
}

/// A program with one case that has gone some way, one that has not, and a folder for what the commands write.
struct Office {
    app: TestApp,
    case: String,
    other: String,
    folder: tempfile::TempDir,
}

impl Office {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let case = app.case_after(&["take", "accept", "conclude"]).await;
        let other = app.submit(&app.report()).await.case;
        Self { app, case, other, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `netral audit …` with this program's database and keys.
    fn audit(&self, arguments: &[&str]) -> Said {
        let keys = self.app.app.config.keys_dir.clone();
        run(arguments, &[("DATABASE_URL", &self.app.db.url), ("NETRAL_KEYS_DIR", keys.to_str().unwrap())])
    }

    fn export(&self, name: &str) -> PathBuf {
        let file = self.path(name);
        self.audit(&["export", file.to_str().unwrap()]).finds_nothing();
        file
    }

    async fn checkpoint(&self) {
        lookout::round(&self.app.app, Duration::hours(1)).await.unwrap();
    }

    /// Does what the owner of the database can, past the triggers.
    async fn as_owner(&self, sql: &str) {
        self.app.db.execute(&format!("SET session_replication_role = replica; {sql}")).await;
    }

    /// Changes an event and hashes the whole case anew, head included: in itself the chain holds.
    async fn rewrite(&self, case: &str, seq: i32) {
        let id = self.app.db.value(&format!("SELECT id AS value FROM cases WHERE case_number = '{case}'")).await;
        let change = format!(
            "UPDATE events SET at = at - interval '1 day', body = replace(body, body::json->>'at', \
             to_char((at - interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')) \
             WHERE case_id = '{id}' AND seq = {seq};"
        );
        let rehash = format!(
            "DO $$ DECLARE previous bytea := decode(repeat('00', 32), 'hex'); e record; BEGIN \
             FOR e IN SELECT * FROM events WHERE case_id = '{id}' ORDER BY seq LOOP \
               previous := sha256(previous || convert_to(e.body, 'UTF8')); \
               UPDATE events SET hash = previous WHERE id = e.id; \
             END LOOP; \
             UPDATE cases SET event_hash = previous WHERE id = '{id}'; END $$;"
        );
        self.as_owner(&format!("{change} {rehash}")).await;
    }
}

fn run(arguments: &[&str], env: &[(&str, &str)]) -> Said {
    let path = std::env::var("PATH").unwrap_or_default();
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_netral"))
        .arg("audit")
        .args(arguments)
        .env_clear()
        .env("PATH", path)
        .env("NETRAL_LOG", "warn")
        .env("NETRAL_DATA_DIR", home.path())
        .envs(env.iter().copied())
        .current_dir(home.path())
        .output()
        .unwrap();
    let out = [output.stdout, output.stderr].concat();
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{code:?}");
    Said { out: String::from_utf8(out).unwrap(), good: code == Some(0) }
}

/// `netral audit verify --export`, without a database, settings or keys.
fn offline(file: &Path, more: &[&str]) -> Said {
    run(&[&["verify", "--export", file.to_str().unwrap()], more].concat(), &[])
}

#[tokio::test]
async fn what_nobody_touched_passes_on_the_database_and_offline() {
    let office = Office::new().await;
    office.audit(&["verify"]).finds_nothing();
    office.checkpoint().await;
    office.app.fire(&office.other, "take").await;
    let said = office.audit(&["verify"]);
    said.finds_nothing();
    assert!(said.out.contains("cases: 2, checkpoints: 1\n") && said.out.trim().ends_with("speaks: 1"), "{}", said.out);
    let file = office.export("whole");
    let said = offline(&file, &[]);
    said.finds_nothing();
    assert!(said.out.contains("the export's own key"), "{}", said.out);
    assert!(!office.audit(&["export", file.to_str().unwrap()]).good, "a file that exists is not replaced");
}

#[tokio::test]
async fn a_case_split_off_from_another_has_a_whole_chain_of_its_own() {
    let office = Office::new().await;
    let (app, case) = (&office.app, &office.other);
    app.fire(case, "take").await;
    let split = serde_json::json!({
        "subjects": [{ "nip": "197001011995031001" }], "reason": "Foto bersama memperlihatkan dua pegawai.",
    });
    let path = format!("/v1/cases/{case}/split");
    app.post(&path).by(crate::harness::Persona::Triage).if_match(2).json(&split).expect(201).await;
    let said = office.audit(&["verify"]);
    said.finds_nothing();
    assert!(said.out.contains("cases: 3"), "{}", said.out);
}

#[tokio::test]
async fn an_old_row_changed_by_the_owner_of_the_database_is_found_on_the_database_and_on_an_export() {
    let office = Office::new().await;
    let number = &office.case;
    let one = format!("seq = 2 AND case_id = (SELECT id FROM cases WHERE case_number = '{number}')");
    // What the service shows, but not what was hashed.
    office.as_owner(&format!("UPDATE events SET at = at - interval '1 day' WHERE {one}")).await;
    office.audit(&["verify"]).finds(&format!("{number} event 2 was changed: at is not what was hashed"));
    offline(&office.export("columns"), &[]).finds_nothing();
    office.as_owner(&format!("UPDATE events SET at = at + interval '1 day' WHERE {one}")).await;
    office.audit(&["verify"]).finds_nothing();
    office.as_owner(&format!("UPDATE events SET details = '{{}}' WHERE {one}")).await;
    office.audit(&["verify"]).finds(&format!("{number} event 2 was changed: details is not what was hashed"));
    // What no column shows any more, and what only the case says.
    office.as_owner("UPDATE events SET details = NULL").await;
    office
        .audit(&["verify"])
        .finds(&format!("{number} event 3 has lost its details, though no purge of the case was approved"));
    office.as_owner(&format!("UPDATE cases SET state = 'triage' WHERE case_number = '{}'", office.other)).await;
    let found = format!("{} stands in another state than its last event left it in", office.other);
    office.audit(&["verify"]).finds(&found);
    // What was hashed as well.
    let change = "kind = 'refer_directly', body = replace(body, '\"kind\":\"take\"', '\"kind\":\"refer_directly\"')";
    office.as_owner(&format!("UPDATE events SET {change} WHERE {one}")).await;
    let found = format!("{number} event 2 was changed, or the one before it: the hash is not that of its text");
    office.audit(&["verify"]).finds(&found);
    offline(&office.export("texts"), &[]).finds(&found);
}

#[tokio::test]
async fn a_chain_rewritten_without_a_flaw_is_found_by_the_checkpoint_before() {
    let office = Office::new().await;
    office.rewrite(&office.case, 2).await;
    office.audit(&["verify"]).finds_nothing();
    let office = Office::new().await;
    office.checkpoint().await;
    office.rewrite(&office.case, 2).await;
    let last = office.app.db.value("SELECT max(event_seq) AS value FROM cases").await;
    let found = format!("{} event {last} was rewritten: checkpoint 1 knew another", office.case);
    office.audit(&["verify"]).finds(&found);
    offline(&office.export("rewritten"), &[]).finds(&found);
    // The checkpoint cannot be brought in line without its key.
    office
        .as_owner("UPDATE audit_checkpoint_heads h SET hash = event_hash FROM cases WHERE cases.id = h.case_id")
        .await;
    let said = office.audit(&["verify"]);
    said.finds("checkpoint 1 was changed, or one before it: the root is another");
    offline(&office.export("roots"), &[]).finds("checkpoint 1 was changed, or one before it: the root is another");
}

#[tokio::test]
async fn an_event_or_a_case_that_was_deleted_is_found() {
    let office = Office::new().await;
    office.checkpoint().await;
    let (number, other) = (&office.case, &office.other);
    office
        .as_owner(&format!(
            "DELETE FROM events WHERE seq = 3 AND case_id = (SELECT id FROM cases WHERE case_number = '{number}')"
        ))
        .await;
    office.audit(&["verify"]).finds(&format!("{number} event 3 is missing"));
    let id = office.app.db.value(&format!("SELECT id AS value FROM cases WHERE case_number = '{other}'")).await;
    office.as_owner(&format!("DELETE FROM events WHERE case_id = '{id}'")).await;
    office.audit(&["verify"]).finds(&format!("{other} has no events"));
    office.as_owner(&format!("DELETE FROM cases WHERE id = '{id}'")).await;
    let gone = format!("{id} event 1 is gone: checkpoint 1 knew it");
    office.audit(&["verify"]).finds(&gone);
    offline(&office.export("deleted"), &[]).finds(&gone);
}

#[tokio::test]
async fn an_export_that_was_cut_and_one_by_another_key_are_found() {
    let office = Office::new().await;
    office.checkpoint().await;
    let file = office.export("whole");
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let cut = office.path("cut");
    fs::write(&cut, lines[..lines.len() - 1].join("\n")).unwrap();
    offline(&cut, &[]).finds(&format!("line {} should be the end, with as many records as were written", lines.len()));
    let key = office.audit(&["checkpoint"]).out;
    let key = key.lines().last().unwrap().rsplit_once(' ').unwrap().1.to_owned();
    offline(&file, &["--key", &key]).finds_nothing();
    let foreign = tempfile::tempdir().unwrap();
    let foreign = netral::token::CheckpointKey::load_or_create(foreign.path(), "http://netral.test").unwrap();
    offline(&file, &["--key", &foreign.public().to_string()]).finds("checkpoint 1 is not signed by the key");
}

#[tokio::test]
async fn history_begun_anew_is_found_by_who_kept_a_checkpoint() {
    let office = Office::new().await;
    office.checkpoint().await;
    let kept = office.path("kept");
    let note = office.app.get("/v1/audit/checkpoint").by(Persona::PrivacyOfficer).expect(200).await;
    fs::write(&kept, &note.bytes).unwrap();
    let (verify, kept) =
        (|office: &Office, kept: &str| office.audit(&["verify", "--kept", kept]), kept.to_str().unwrap());
    verify(&office, kept).finds_nothing();
    offline(&office.export("kept.jsonl"), &["--kept", kept]).finds_nothing();
    office.rewrite(&office.case, 1).await;
    office.as_owner("DELETE FROM audit_checkpoint_heads; DELETE FROM audit_checkpoints").await;
    office.checkpoint().await;
    office.audit(&["verify"]).finds_nothing();
    let told = "checkpoint 1 and those before it are not the ones there were: the one kept is not among them";
    verify(&office, kept).finds(told);
    offline(&office.export("anew.jsonl"), &["--kept", kept]).finds(told);
}

#[tokio::test]
async fn a_day_has_one_checkpoint_however_many_instances_there_are() {
    let office = Office::new().await;
    let app = &office.app;
    app.get("/v1/audit/checkpoint").by(Persona::PrivacyOfficer).expect(404).await.problem("not-found");
    let round = || lookout::round(&app.app, Duration::hours(1));
    let rounds = tokio::join!(round(), round(), round());
    assert!(rounds.0.is_ok() && rounds.1.is_ok() && rounds.2.is_ok(), "{rounds:?}");
    assert_eq!(app.db.count("audit_checkpoints").await, 1);
    let events = app.db.count("events").await;
    let note = app.get("/v1/audit/checkpoint").by(Persona::PrivacyOfficer).expect(200).await.body();
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!((lines[0], lines[1]), ("netral.test/audit", &*events.to_string()));
    assert!(lines[5].starts_with("\u{2014} netral.test/audit "), "{note}");
    assert_eq!(app.db.count("audit_checkpoint_heads").await, 2);
    app.fire(&office.other, "take").await;
    app.advance(Duration::days(1));
    office.checkpoint().await;
    office.checkpoint().await;
    assert_eq!(app.db.count("audit_checkpoints").await, 2);
    assert_eq!(app.db.count("audit_checkpoint_heads").await, 3, "only what has changed is named again");
    let printed = office.audit(&["checkpoint"]).out;
    assert!(printed.starts_with(&format!("netral.test/audit\n{}\n", events + 1)), "{printed}");
    assert_eq!(app.db.count("audit_checkpoints").await, 3, "one asked for beside the daily ones");
    office.audit(&["verify"]).finds_nothing();
}

#[tokio::test]
async fn an_export_holds_nothing_but_what_was_hashed() {
    let office = Office::new().await;
    office.checkpoint().await;
    let text = fs::read_to_string(office.export("export")).unwrap();
    for word in
        ["Budi", "poster", "Dinas", "Jambi", crate::harness::steps::NIP, "Petugas", "salt", "NTR-", "@", "PRIVATE"]
    {
        assert!(!text.contains(word), "{word} is in {text}");
    }
    assert_eq!(text.matches("{\"event\":").count(), usize::try_from(office.app.db.count("events").await).unwrap());
}
