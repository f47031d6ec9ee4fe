//! The identity vault: what the database alone tells, what happens when it is tampered with, keys that are renewed or lost,
//! who is shown a reporter and how that is remembered, and erasing for good.

use std::process::Command;

use base64::Engine as _;
use chrono::Duration;
use netral::app::{App, Clock};
use netral::db::{self, Tx};
use netral::domain::event::hex;
use serde_json::{Value, json};

use crate::harness::app::environment;
use crate::harness::{Persona, Receipt, Reply, TestApp, TestDb, steps};

const REASON: &str = "Pelapor perlu dimintai keterangan langsung oleh tim, karena pesan di kotak surat tidak dijawab.";
const WHY: &str = "Alasan diterima untuk keperluan pemeriksaan.";

const PEOPLE: &[&str] = &[
    "Siti Tersegel",
    "siti.tersegel@warga.example",
    "+62 812-7777-4321",
    "1571012609860003",
    "Saksi Tersegel",
    "Jalan Tersegel 7, Jambi",
    "+62 813-8888-1234",
];
const ANSWER: &str = "Jawaban tersegel dari pelapor untuk petugas.";

fn report(app: &TestApp) -> Value {
    let mut report = app.report();
    report["reporter"] = json!({ "name": PEOPLE[0], "email": PEOPLE[1], "phone": PEOPLE[2], "nik": PEOPLE[3] });
    report["witnesses"] = json!([
        { "name": PEOPLE[4], "address": PEOPLE[5], "phone": PEOPLE[6] },
        { "name": "Saksi Kedua" },
    ]);
    report["consent_to_bawaslu"] = json!(true);
    report
}

async fn write(app: &TestApp, receipt: &Receipt, text: &str) -> Reply {
    let token = app.open_mailbox(receipt).await;
    app.post("/v1/my-report/messages").bearer(&token).json(&json!({ "body": text })).send().await
}

async fn mailbox(app: &TestApp, receipt: &Receipt) -> Reply {
    let token = app.open_mailbox(receipt).await;
    app.get("/v1/my-report/messages").bearer(&token).send().await
}

async fn ask(app: &TestApp, by: Persona, receipt: &Receipt) -> Reply {
    let body = json!({ "complaint_number": receipt.number, "reason": REASON });
    app.post(&format!("/v1/cases/{}/identity-requests", receipt.case)).by(by).json(&body).send().await
}

async fn decide(app: &TestApp, by: Persona, id: &str, approve: bool) -> Reply {
    let body = json!({ "approve": approve, "reason": WHY });
    app.post(&format!("/v1/identity-requests/{id}/decision")).by(by).json(&body).send().await
}

async fn look(app: &TestApp, by: Persona, id: &str) -> Reply {
    app.get(&format!("/v1/identity-requests/{id}/identity")).by(by).send().await
}

async fn looks(app: &TestApp, receipt: &Receipt) -> Reply {
    let token = app.open_mailbox(receipt).await;
    app.get("/v1/my-report/identity-looks").bearer(&token).expect(200).await
}

async fn kinds(app: &TestApp, receipt: &Receipt) -> Vec<String> {
    let sql = "SELECT kind AS value FROM events e JOIN cases c ON c.id = e.case_id WHERE kind LIKE 'identity.%' AND case_number";
    app.db.values(&format!("{sql} = '{}' ORDER BY seq", receipt.case)).await
}

/// An approved request of the inspector on a case in review.
async fn approved(app: &TestApp) -> (Receipt, String) {
    let receipt = app.submit(&report(app)).await;
    app.walk(&receipt.case, &["take", "accept"]).await;
    let request = ask(app, Persona::Inspector, &receipt).await;
    assert_eq!(request.status, 201, "{}", request.body());
    let id = request.text("/id").to_owned();
    assert_eq!(decide(app, Persona::PrivacyOfficer, &id, true).await.status, 200);
    (receipt, id)
}

/// Everything in every table, as text.
async fn dump(db: &TestDb) -> String {
    let mut all = String::new();
    for table in db.row_counts().await.keys() {
        all.push_str(&db.values(&format!("SELECT row_to_json(t) AS value FROM {table} t")).await.join("\n"));
    }
    all.to_lowercase()
}

#[tokio::test]
async fn a_copy_of_the_database_tells_nobody_who_reported_or_what_was_written() {
    let app = TestApp::start().await;
    let receipt = app.submit(&report(&app)).await;
    app.deliver_all().await;
    assert_eq!(write(&app, &receipt, ANSWER).await.status, 201);
    let (all, forms) = (dump(&app.db).await, |value: &str| {
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let encoded = [
            base64::engine::general_purpose::STANDARD_NO_PAD.encode(value),
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value),
            hex(value.as_bytes()),
        ];
        let plain = [value.to_owned(), value.to_uppercase()].into_iter();
        plain
            .chain(encoded)
            .chain((digits.len() > 9).then_some(digits))
            .map(|form| form.to_lowercase())
            .collect::<Vec<_>>()
    });
    assert!(all.contains("dinas perhubungan kota jambi"), "the dump holds what is not sealed");
    for value in PEOPLE.iter().chain(&[ANSWER]) {
        for form in forms(value) {
            assert!(!all.contains(&form), "{value} is in the database as {form}");
        }
    }
    assert_eq!(app.mails_to(PEOPLE[1]).len(), 1, "the receipt reached the reporter all the same");
    assert_eq!(mailbox(&app, &receipt).await.text("/data/0/body"), ANSWER);
    let id = app.report_id(&receipt).await;
    let index = format!("SELECT encode(email_index, 'hex') AS value FROM reporter_identities WHERE report_id = '{id}'");
    let known = netral::flows::sealing::email_index(&app.app.keys, " Siti.Tersegel@Warga.example ");
    assert_eq!(
        app.db.value(&index).await,
        hex(&known),
        "who knows the address finds the reporter, however it is written"
    );
}

#[tokio::test]
async fn what_officers_write_to_a_reporter_stands_in_the_mailbox_only() {
    let app = TestApp::start().await;
    let receipt = app.submit(&report(&app)).await;
    app.walk(&receipt.case, &["take"]).await;
    let mut ask = steps::input(&app, "ask");
    ask["questions"] = json!(["Apakah Ibu hadir di Warung Mak Itam?"]);
    app.fire_with(&receipt.case, "ask", &ask).await;
    assert_eq!(write(&app, &receipt, ANSWER).await.status, 201);
    let mut dismiss = steps::input(&app, "dismiss");
    dismiss["public_wording"] = json!("Keterangan Ibu tentang Warung Mak Itam tidak cukup.");
    let drafted = app.try_to(Persona::Triage, &receipt.case, "dismiss", &dismiss).await;
    let drafts = format!("/v1/cases/{}/approvals", receipt.case);
    let waiting = app.get(&drafts).by(Persona::SecondTriage).expect(200).await;
    assert_eq!(waiting.at("/data/0/input/public_wording"), &dismiss["public_wording"], "who decides reads it");
    let yes = json!({ "approve": true });
    app.decide(Persona::SecondTriage, &receipt.case, drafted.text("/approval/id"), &yes).await.expect(200).await;
    let all = dump(&app.db).await;
    assert!(!all.contains("mak itam"), "{:?}", all.lines().find(|row| row.contains("mak itam")));
    let mailbox = mailbox(&app, &receipt).await;
    assert_eq!(mailbox.body().matches("Mak Itam").count(), 2, "the reporter reads both: {}", mailbox.body());
    let events = app.get(&format!("/v1/cases/{}/events", receipt.case)).by(Persona::SecondTriage).expect(200).await;
    assert!(events.body().contains("insufficient_evidence"), "the rest of the decision is on record");
}

#[tokio::test]
async fn a_copy_of_the_database_does_not_tell_which_officer_reported() {
    let app = TestApp::start().await;
    let (reporter, colleague) = (Persona::Triage, Persona::SecondTriage);
    let id = app.get("/v1/me").by(reporter).expect(200).await.text("/id").to_owned();
    let numbers = json!({ "nik": PEOPLE[3] });
    let put = app.call(reqwest::Method::PUT, &format!("/v1/officers/{id}/numbers"));
    put.by(Persona::SystemAdmin).json(&numbers).expect(200).await;
    let mut mine = report(&app);
    mine["reporter"]["email"] = json!(reporter.email());
    mine["subject"]["nik"] = json!("1571010101900007");
    let receipt = app.submit(&mine).await;
    app.get(&format!("/v1/cases/{}", receipt.case)).by(reporter).expect(404).await;
    app.get(&format!("/v1/cases/{}", receipt.case)).by(colleague).expect(200).await;
    app.deliver_after_quiet().await;
    let told = |persona: Persona, case: &str| app.mails_to(persona.email()).iter().any(|mail| mail.text.contains(case));
    assert!(!told(reporter, &receipt.case) && told(colleague, &receipt.case));
    // Of two notices that become one mail he gets the one about the other case, whichever is newer.
    let mut about = app.report();
    about["subject"] = json!({ "name": "Petugas Itu", "nik": "1571010101900008" });
    let first = app.submit(&about).await;
    app.submit(&mine).await;
    app.deliver_after_quiet().await;
    assert!(told(reporter, &first.case) && !told(colleague, &first.case));
    app.submit(&mine).await;
    let last = app.submit(&about).await;
    about["subject"]["nik"] = json!(PEOPLE[3]);
    app.deliver_after_quiet().await;
    assert!(told(reporter, &last.case));
    app.submit(&about).await;
    app.deliver_after_quiet().await;
    app.sweep().await;
    // Reminded of drafts that wait, he is told of the other case only.
    for case in [&receipt.case, &first.case] {
        for (verb, status) in [("take", 200), ("dismiss", 202)] {
            let done = app.try_to(colleague, case, verb, &crate::harness::steps::input(&app, verb)).await;
            assert_eq!(done.status, status, "{}", done.body());
        }
    }
    app.advance(Duration::hours(25));
    app.sweep().await;
    app.deliver_after_quiet().await;
    let reminded = |case: &str| {
        let mails = app.mails_to(reporter.email());
        mails.iter().filter(|mail| mail.text.contains(case)).count()
    };
    assert_eq!((reminded(&receipt.case), reminded(&first.case)), (0, 2));
    let reminders = "SELECT count(*) AS value FROM deliveries d JOIN officers o ON o.id = d.officer_id WHERE d.notice = 'approval_waiting' AND d.state = 'sent' AND o.email =";
    assert_eq!(app.db.value(&format!("{reminders} '{}'", reporter.email())).await, "2");
    // No value of an officer stands with a report or its case.
    let of_officers = "SELECT unnest(numbers) AS value FROM officers UNION SELECT nik_index FROM officers \
                       UNION SELECT uuid_send(id) FROM officers UNION SELECT convert_to(email, 'UTF8') FROM officers";
    let of_reports = "SELECT unnest(barred_marks) AS value FROM cases UNION SELECT unnest(ARRAY[email_index, nik_index]) FROM reporter_identities \
                      UNION SELECT uuid_send(unnest(excluded_officers)) FROM cases";
    let shared = format!("SELECT count(*) AS value FROM ({of_officers}) o JOIN ({of_reports}) r USING (value)");
    assert_eq!(app.db.value(&shared).await, "0");
    assert_ne!(app.db.value(&format!("SELECT count(value) AS value FROM ({of_reports}) r")).await, "0");
    // Nor is it told by a mail that he was not sent: it looks sent like his colleague's.
    let mailed = async |persona: Persona| {
        let sql = "SELECT concat_ws(' ', d.notice, d.state, d.attempts, d.settled_at IS NULL, d.last_error) AS value \
                   FROM deliveries d JOIN officers o ON o.id = d.officer_id WHERE d.notice = 'report_arrived'";
        let sql = format!("{sql} AND o.email = '{}' ORDER BY d.id", persona.email());
        app.db.values(&sql).await
    };
    assert_eq!(mailed(reporter).await, mailed(colleague).await);
    assert_eq!(mailed(reporter).await.len(), 6);
}

#[tokio::test]
async fn niks_that_an_earlier_version_indexed_are_indexed_anew_at_the_start() {
    let app = TestApp::start().await;
    app.submit(&report(&app)).await;
    let state = "SELECT i.nik_index::text || c.barred_marks::text AS value FROM reporter_identities i, cases c";
    let before = app.db.value(state).await;
    app.db
        .execute("UPDATE cases SET barred_marks = ARRAY(SELECT email_index FROM reporter_identities); UPDATE reporter_identities SET nik_index = NULL")
        .await;
    let App { pool, vault, keys, .. } = &app.app;
    netral::flows::sealing::index_niks(pool, vault, keys).await.unwrap();
    assert_eq!(app.db.value(state).await.len(), before.len(), "an index or a mark is missing");
    let index = "SELECT nik_index = ANY (barred_marks) AS value FROM reporter_identities, cases";
    assert_eq!(app.db.value(index).await, "true");
}

#[tokio::test]
async fn the_same_person_is_found_by_nik_and_no_two_seals_are_alike() {
    let app = TestApp::start().await;
    let mut other = report(&app);
    other["reporter"]["nik"] = json!("1571 0126 0986 0003");
    app.submit(&report(&app)).await;
    app.submit(&other).await;
    let different = |column: &str| format!("SELECT count(DISTINCT {column}) AS value FROM reporter_identities");
    assert_eq!(app.db.value(&different("nik_index")).await, "1");
    assert_eq!(app.db.value(&different("nik")).await, "2");
    assert_eq!(app.db.value(&different("length(nik)")).await, "1", "blanks are not kept");
}

#[tokio::test]
async fn what_is_wrong_with_the_people_of_a_report_is_named() {
    let app = TestApp::start().await;
    let mut wrong = report(&app);
    wrong["reporter"]["nik"] = json!("1571017509860003");
    wrong["witnesses"][0]["phone"] = json!("x");
    wrong["witnesses"][1] = json!({ "address": "Jalan Tanpa Nama" });
    let refused = app.post("/v1/reports").key("kunci").json(&wrong).expect(422).await;
    let mut faults = refused.faults();
    faults.sort_unstable();
    let expected =
        [("/reporter/nik", "not-a-nik"), ("/witnesses/0/phone", "bad-format"), ("/witnesses/1/name", "required")];
    assert_eq!(faults, expected);
    let mut many = report(&app);
    many["witnesses"] = json!(vec![json!({ "name": "Saksi" }); 6]);
    let refused = app.post("/v1/reports").key("kunci").json(&many).expect(422).await;
    assert_eq!(refused.faults(), [("/witnesses", "too-long")]);
    assert_eq!(app.db.count("witnesses").await, 0);
}

#[tokio::test]
async fn what_was_moved_to_another_row_does_not_open_and_harms_nobody_else() {
    let app = TestApp::start().await;
    let (one, two) = (app.submit(&report(&app)).await, app.submit(&app.report_from("dua@warga.example")).await);
    let untouched = app.submit(&app.report_from("tiga@warga.example")).await;
    for receipt in [&one, &two, &untouched] {
        assert_eq!(write(&app, receipt, ANSWER).await.status, 201);
    }
    let (a, b) = (app.report_id(&one).await, app.report_id(&two).await);
    let swap = |table: &str, column: &str| {
        format!(
            "UPDATE {table} t SET {column} = o.{column} FROM {table} o WHERE t.report_id <> o.report_id \
             AND t.report_id IN ('{a}', '{b}') AND o.report_id IN ('{a}', '{b}')"
        )
    };
    app.db.execute(&swap("reporter_identities", "email")).await;
    app.db.execute(&swap("messages", "body")).await;
    app.deliver_all().await;
    let told: Vec<String> =
        app.mails().into_iter().map(|mail| mail.to).filter(|to| to.ends_with("warga.example")).collect();
    assert_eq!(told, ["tiga@warga.example"], "no mail goes to an address that was moved");
    let dead = app.get("/v1/deliveries").by(Persona::SystemAdmin).expect(200).await;
    assert_eq!(dead.text("/data/0/last_error"), "the address does not open");
    for receipt in [&one, &two] {
        let refused = mailbox(&app, receipt).await.problem("seal-broken");
        assert_eq!(refused.status, 500);
        let path = format!("/v1/cases/{}/messages", receipt.case);
        app.get(&path).by(Persona::Triage).expect(500).await.problem("seal-broken");
    }
    assert_eq!(mailbox(&app, &untouched).await.text("/data/0/body"), ANSWER);
    // The key of another report opens nothing either.
    app.db.execute(&swap("messages", "body")).await;
    assert_eq!(mailbox(&app, &one).await.text("/data/0/body"), ANSWER);
    let keys = format!(
        "UPDATE data_keys t SET wrapped = o.wrapped FROM data_keys o WHERE t.owner_id <> o.owner_id \
         AND t.owner_id IN ('{a}', '{b}') AND o.owner_id IN ('{a}', '{b}')"
    );
    app.db.execute(&keys).await;
    mailbox(&app, &one).await.problem("seal-broken");
    write(&app, &one, ANSWER).await.problem("seal-broken");
}

/// What `netral keys rewrap` says beside the running program.
pub fn rewrap(app: &TestApp) -> String {
    let data = app.app.config.keys_dir.parent().unwrap().to_str().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_netral"))
        .args(["keys", "rewrap"])
        .env_clear()
        .envs(environment(&app.db.url, data))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Another program with the same settings on the same database.
pub async fn start_again(app: &TestApp) -> Result<App, String> {
    let config = (*app.app.config).clone();
    App::new(config, &app.db.url, Clock::default()).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn keys_are_wrapped_anew_while_the_service_runs_and_the_old_key_may_go() {
    let app = TestApp::start().await;
    let receipt = app.submit(&report(&app)).await;
    assert_eq!(write(&app, &receipt, ANSWER).await.status, 201);
    let sealed = "SELECT body AS value FROM messages";
    let before = app.db.value(sealed).await;
    let said = rewrap(&app);
    assert!(said.contains("made vault-2.key") && said.contains("1 data keys wrapped anew with version 2"), "{said}");
    assert!(said.contains("version 2 wraps 1 data keys"), "{said}");
    // The running service meets a version it does not know, and wraps with it from then on.
    assert_eq!(mailbox(&app, &receipt).await.text("/data/0/body"), ANSWER);
    app.submit(&app.report_from("baru@warga.example")).await;
    let versions = app.db.values("SELECT DISTINCT kek_version AS value FROM data_keys").await;
    assert_eq!(versions, ["2"]);
    assert_eq!(app.db.value(sealed).await, before, "what is sealed was not touched");
    std::fs::remove_file(app.app.config.keys_dir.join("vault-1.key")).unwrap();
    let again = start_again(&app).await.unwrap();
    let messages = db::messages::of_report(&again.pool, app.report_id(&receipt).await).await.unwrap();
    let opened = netral::flows::sealing::messages(&again.vault, &messages).unwrap();
    assert_eq!(opened[0].body.as_ref().unwrap().reveal(), ANSWER);
    let told = app.deliver_all().await;
    assert!(told.iter().any(|mail| mail.to == PEOPLE[1]) && told.iter().any(|mail| mail.to == "baru@warga.example"));
}

#[tokio::test]
async fn wrapping_that_was_broken_off_goes_on_with_the_same_key() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        app.submit(&report(&app)).await;
    }
    app.app.vault.make_next().unwrap();
    let said = rewrap(&app);
    assert!(!said.contains("made vault-") && said.contains("3 data keys wrapped anew with version 2"), "{said}");
}

#[tokio::test]
async fn without_the_key_that_wraps_what_is_kept_the_service_does_not_start() {
    let app = TestApp::start().await;
    let key = app.app.config.keys_dir.join("vault-1.key");
    let digits = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    start_again(&app).await.expect("nothing is kept yet: a new key harms nobody");
    std::fs::write(&key, &digits).unwrap();
    app.submit(&report(&app)).await;
    std::fs::remove_file(&key).unwrap();
    let refused = start_again(&app).await.map(drop).unwrap_err();
    assert!(refused.contains("version 1 of the vault's key is missing") && refused.contains("backup"), "{refused}");
    assert!(!key.exists(), "no new key hides the loss");
    std::fs::write(&key, "0".repeat(64)).unwrap();
    let refused = start_again(&app).await.map(drop).unwrap_err();
    assert!(refused.contains("is not the one that data keys in the database are wrapped with"), "{refused}");
}

#[tokio::test]
async fn an_identity_is_opened_by_two_people_and_every_look_is_told_to_the_reporter() {
    let app = TestApp::start().await;
    let receipt = app.submit(&report(&app)).await;
    app.walk(&receipt.case, &["take", "accept"]).await;
    let request = ask(&app, Persona::Inspector, &receipt).await;
    assert_eq!((request.status, request.text("/status")), (201, "pending"), "{}", request.body());
    let id = request.text("/id").to_owned();
    ask(&app, Persona::Inspector, &receipt).await.problem("approval-pending");
    look(&app, Persona::Inspector, &id).await.problem("approval-pending");

    let waiting = app.get("/v1/identity-requests").by(Persona::PrivacyOfficer).expect(200).await;
    assert_eq!((waiting.text("/data/0/id"), waiting.text("/data/0/role")), (id.as_str(), "inspector"));
    assert_eq!((waiting.text("/data/0/reason"), waiting.text("/data/0/complaint_number")), (REASON, &*receipt.number));
    for hidden in [PEOPLE[0], &receipt.case, "Budi Santoso", "poster"] {
        assert!(!waiting.body().contains(hidden), "the custodian reads {hidden}: {}", waiting.body());
    }
    let decided = decide(&app, Persona::PrivacyOfficer, &id, true).await;
    assert_eq!((decided.status, decided.text("/status")), (200, "approved"), "{}", decided.body());
    decide(&app, Persona::PrivacyOfficer, &id, false).await.problem("approval-lapsed");
    let own = app.get("/v1/identity-requests").by(Persona::Inspector).expect(200).await;
    assert_eq!((own.text("/data/0/status"), own.text("/data/0/decision_reason")), ("approved", WHY));
    assert_eq!(looks(&app, &receipt).await.at("/data"), &json!([]), "nobody has looked yet");

    let opened = look(&app, Persona::Inspector, &id).await;
    assert_eq!(opened.status, 200, "{}", opened.body());
    assert_eq!(opened.at("/reporter"), &json!({ "name": PEOPLE[0], "nik": PEOPLE[3], "phone": PEOPLE[2] }));
    let witness = json!({ "name": PEOPLE[4], "address": PEOPLE[5], "phone": PEOPLE[6] });
    assert_eq!((opened.at("/witnesses/0"), opened.text("/witnesses/1/name")), (&witness, "Saksi Kedua"));
    assert!(!opened.body().contains('@'), "the service alone writes to the address: {}", opened.body());
    assert_eq!(look(&app, Persona::Inspector, &id).await.status, 200);

    let told = looks(&app, &receipt).await;
    assert_eq!(told.at("/data").as_array().unwrap().len(), 2, "each look counts");
    assert_eq!((told.text("/data/0/role"), told.text("/data/0/reason")), ("inspector", REASON));
    assert!(told.text("/data/0/agency").contains("Kota Jambi") && told.at("/data/0/at").is_string());
    assert!(!told.body().contains("Petugas Uji") && !told.body().contains("auditor@"), "{}", told.body());
    let events = ["identity.requested", "identity.approved", "identity.opened", "identity.opened"];
    assert_eq!(kinds(&app, &receipt).await, events);
    let said = app.db.values("SELECT concat(body, details) AS value FROM events WHERE kind LIKE 'identity.%'").await;
    assert!(said.iter().all(|event| PEOPLE.iter().all(|value| !event.contains(value))), "{said:?}");
    for change in ["DELETE FROM identity_looks", "UPDATE identity_looks SET reason = ''", "TRUNCATE identity_looks"] {
        assert!(app.db.refusal(change).await.contains("append-only"), "{change}");
    }
}

#[tokio::test]
async fn a_look_ends_with_its_time_and_with_the_sight_of_the_case() {
    let app = TestApp::start().await;
    let (receipt, id) = approved(&app).await;
    app.advance(Duration::minutes(59));
    assert_eq!(look(&app, Persona::Inspector, &id).await.status, 200);
    app.db.execute("UPDATE cases SET reviewing_agency_id = NULL").await;
    look(&app, Persona::Inspector, &id).await.problem("not-found");
    app.db.execute("UPDATE cases SET reviewing_agency_id = agency_id").await;
    app.advance(Duration::minutes(1));
    look(&app, Persona::Inspector, &id).await.problem("approval-lapsed");
    assert_eq!(looks(&app, &receipt).await.at("/data").as_array().unwrap().len(), 1);
    let again = ask(&app, Persona::Inspector, &receipt).await;
    let again = again.text("/id").to_owned();
    assert_eq!(decide(&app, Persona::PrivacyOfficer, &again, false).await.text("/status"), "rejected");
    look(&app, Persona::Inspector, &again).await.problem("approval-lapsed");
    assert_eq!(kinds(&app, &receipt).await.last().unwrap(), "identity.rejected");
}

#[tokio::test]
async fn nobody_else_asks_decides_or_looks() {
    let app = TestApp::start().await;
    let (receipt, id) = approved(&app).await;
    for persona in Persona::ALL {
        if persona != Persona::Inspector {
            let refused = look(&app, persona, &id).await;
            assert_eq!(refused.status, 404, "{persona:?}: {}", refused.body());
        }
        if persona != Persona::PrivacyOfficer {
            decide(&app, persona, &id, true).await.problem("forbidden");
        }
    }
    app.walk(&receipt.case, &["conclude", "send_recommendation"]).await;
    for persona in Persona::ALL {
        let expected = match persona {
            Persona::Triage | Persona::SecondTriage | Persona::Inspector | Persona::Lead => 201,
            Persona::Auditor | Persona::SecondAuditor => 201,
            // These see the case, but never who reported.
            Persona::Ppk | Persona::Taskforce => 403,
            _ => 404,
        };
        let reply = ask(&app, persona, &receipt).await;
        assert_eq!(reply.status, expected, "{persona:?}: {}", reply.body());
        let listed = app.get("/v1/identity-requests").by(persona).send().await;
        let may_ask =
            expected == 201 || matches!(persona, Persona::DistantTriage | Persona::ProvinceLead | Persona::Liaison);
        match persona {
            Persona::PrivacyOfficer => assert_eq!(listed.at("/data").as_array().unwrap().len(), 6, "all that wait"),
            _ if may_ask => {
                let made = if persona == Persona::Inspector { 2 } else { i64::from(expected == 201) };
                let own = listed.at("/data").as_array().unwrap();
                assert_eq!(i64::try_from(own.len()).unwrap(), made, "{persona:?} reads but his own: {}", listed.body());
            }
            _ => assert_eq!(listed.status, 403, "{persona:?}: {}", listed.body()),
        }
    }
    let nowhere = uuid::Uuid::nil().to_string();
    decide(&app, Persona::PrivacyOfficer, &nowhere, true).await.problem("not-found");
    look(&app, Persona::Inspector, &nowhere).await.problem("not-found");
}

#[tokio::test]
async fn nobody_decides_his_own_request_through_another_seat() {
    let app = TestApp::start().await;
    let receipt = app.submit(&report(&app)).await;
    app.walk(&receipt.case, &["take"]).await;
    let id = ask(&app, Persona::Triage, &receipt).await.text("/id").to_owned();
    // The person of the privacy officer holds the triage seat as well, and asked through it.
    app.db
        .execute(&format!(
            "UPDATE identity_requests SET requested_by = (SELECT id FROM officers WHERE email = '{}')",
            Persona::PrivacyOfficer.email()
        ))
        .await;
    for approve in [true, false] {
        decide(&app, Persona::PrivacyOfficer, &id, approve).await.problem("forbidden");
    }
    look(&app, Persona::PrivacyOfficer, &id).await.problem("not-found");
    assert_eq!(kinds(&app, &receipt).await, ["identity.requested"]);
}

#[tokio::test]
async fn bawaslu_is_shown_only_who_agreed_to_it() {
    let app = TestApp::start().await;
    let mut quiet = report(&app);
    quiet["consent_to_bawaslu"] = json!(false);
    let (agreed, quiet) = (app.submit(&report(&app)).await, app.submit(&quiet).await);
    for receipt in [&agreed, &quiet] {
        app.walk(&receipt.case, &["take", "accept", "refer"]).await;
    }
    ask(&app, Persona::Liaison, &quiet).await.problem("forbidden");
    let id = ask(&app, Persona::Liaison, &agreed).await.text("/id").to_owned();
    assert_eq!(decide(&app, Persona::PrivacyOfficer, &id, true).await.status, 200);
    assert_eq!(look(&app, Persona::Liaison, &id).await.text("/reporter/name"), PEOPLE[0]);
}

#[tokio::test]
async fn only_what_is_there_can_be_asked_for_and_with_a_reason() {
    let app = TestApp::start().await;
    let (named, nobody) = (app.submit(&report(&app)).await, app.submit(&app.report()).await);
    ask(&app, Persona::Triage, &nobody).await.problem("nothing-to-open");
    let path = format!("/v1/cases/{}/identity-requests", nobody.case);
    let call = |body: Value| app.post(&path).by(Persona::Triage).json(&body);
    let elsewhere = call(json!({ "complaint_number": named.number, "reason": REASON })).expect(422).await;
    assert_eq!(elsewhere.faults(), [("/complaint_number", "unknown-code")]);
    let short = call(json!({ "complaint_number": nobody.number, "reason": "Perlu." })).expect(422).await;
    assert_eq!(short.faults(), [("/reason", "too-short")]);
}

/// Shreds a report as an approved erasure does.
async fn shred(app: &TestApp, receipt: &Receipt) {
    let mut tx = Tx::begin(&app.app.pool).await.unwrap();
    assert!(db::erasure::shred(&mut tx, app.report_id(receipt).await, app.now()).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_shredded_report_is_unreadable_even_with_its_old_rows_and_nothing_crashes() {
    let app = TestApp::start().await;
    let (receipt, id) = approved(&app).await;
    let other = app.submit(&report(&app)).await;
    for receipt in [&receipt, &other] {
        assert_eq!(write(&app, receipt, ANSWER).await.status, 201);
    }
    app.db
        .execute(
            "CREATE TABLE old_identities AS TABLE reporter_identities; CREATE TABLE old_messages AS TABLE messages; \
             CREATE TABLE old_witnesses AS TABLE witnesses",
        )
        .await;
    shred(&app, &receipt).await;
    // What a backup or a careless copy still holds comes back, but the key does not.
    app.db
        .execute(
            "UPDATE reporter_identities n SET name = o.name, email = o.email, phone = o.phone, nik = o.nik FROM old_identities o WHERE o.report_id = n.report_id; \
             UPDATE messages n SET body = o.body FROM old_messages o WHERE o.id = n.id; \
             INSERT INTO witnesses SELECT * FROM old_witnesses o WHERE NOT EXISTS (SELECT FROM witnesses w WHERE w.id = o.id)",
        )
        .await;
    let read = mailbox(&app, &receipt).await;
    assert_eq!((read.status, read.at("/data/0/body")), (200, &Value::Null), "{}", read.body());
    write(&app, &receipt, "Masih ada?").await.problem("report-erased");
    look(&app, Persona::Inspector, &id).await.problem("nothing-to-open");
    ask(&app, Persona::Triage, &receipt).await.problem("nothing-to-open");
    let officers = app.get(&format!("/v1/cases/{}/messages", receipt.case)).by(Persona::Triage).expect(200).await;
    assert_eq!(officers.at("/data/0/body"), &Value::Null);
    let asked = app.try_to(Persona::Inspector, &receipt.case, "ask", &crate::harness::steps::input(&app, "ask")).await;
    assert_eq!(asked.status, 200, "the case goes on: {}", asked.body());
    app.get(&format!("/v1/reports/{}/status", receipt.number)).expect(200).await;
    app.deliver_after_quiet().await;
    assert_eq!(app.mails_to(PEOPLE[1]).len(), 1, "only the other report's reporter is written to");
    assert_eq!(mailbox(&app, &other).await.text("/data/0/body"), ANSWER);
    assert_eq!(looks(&app, &receipt).await.status, 200);
}

#[tokio::test]
async fn shredding_leaves_no_sealed_value_no_index_and_no_waiting_mail() {
    let app = TestApp::start().await;
    let receipt = app.submit(&report(&app)).await;
    assert_eq!(write(&app, &receipt, ANSWER).await.status, 201);
    shred(&app, &receipt).await;
    let left = "SELECT count(*) AS value FROM reporter_identities WHERE num_nonnulls(name, email, phone, nik, email_index, nik_index) > 0";
    assert_eq!(app.db.value(left).await, "0");
    assert_eq!(app.db.value("SELECT barred_marks AS value FROM cases").await, "{}", "a mark of the reporter is left");
    assert_eq!(app.db.value("SELECT count(body) AS value FROM messages").await, "0");
    for table in ["data_keys", "witnesses"] {
        assert_eq!(app.db.count(table).await, 0, "{table}");
    }
    let waiting = "SELECT DISTINCT state AS value FROM deliveries WHERE report_id IS NOT NULL";
    assert_eq!(app.db.values(waiting).await, ["cancelled"]);
    assert_eq!((app.db.count("cases").await, app.db.count("reports").await), (1, 1), "statistics stay");
    let mut tx = Tx::begin(&app.app.pool).await.unwrap();
    let again = db::erasure::shred(&mut tx, app.report_id(&receipt).await, app.now()).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(!again, "there is nothing to shred twice");
}

#[tokio::test]
async fn the_migration_takes_what_was_in_the_clear_out_of_a_database_in_use() {
    let db = TestDb::empty();
    db.execute(include_str!("../../migrations/2026-11-22-000000_create_case_work/up.sql")).await;
    db.execute(
        "INSERT INTO regions VALUES ('15', 'Jambi', 'province', NULL); \
         INSERT INTO cases (id, case_number, version, state, state_since, election_regime, region_code, event_seq, event_hash, created_at) \
           VALUES (gen_random_uuid(), 'REG-BKN-2026-1', 1, 'submitted', now(), 'none', '15', 1, decode(repeat('00', 32), 'hex'), now()); \
         INSERT INTO reports SELECT gen_random_uuid(), id, 'NTR-2026-1', '', 'id', now(), '', 'other', current_date, current_date, current_date, \
           false, '', '[]', '[]', 'anonymous', false, NULL FROM cases; \
         INSERT INTO events (id, case_id, seq, at, kind, actor, to_state, body, hash) SELECT gen_random_uuid(), id, 1, now(), 'submit', 'reporter', 'submitted', '', '' FROM cases; \
         INSERT INTO reporter_identities (report_id, name, email) SELECT id, 'Siti Terang', 'siti@warga.example' FROM reports; \
         INSERT INTO messages SELECT gen_random_uuid(), id, 'from_reporter', 'Pesan terang', now() FROM reports; \
         INSERT INTO deliveries (case_id, event_id, notice, report_id, due_at, created_at) \
           SELECT e.case_id, e.id, 'report_received', r.id, now(), now() FROM events e, reports r",
    )
    .await;
    db.execute(include_str!("../../migrations/2026-11-22-110000_seal_identities/up.sql")).await;
    assert_eq!((db.count("reporter_identities").await, db.count("messages").await), (0, 0));
    assert_eq!((db.count("cases").await, db.count("reports").await, db.count("events").await), (1, 1, 1));
    assert_eq!(db.value("SELECT state AS value FROM deliveries").await, "cancelled");
    assert!(!dump(&db).await.contains("terang"));
}
