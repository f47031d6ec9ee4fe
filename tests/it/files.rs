//! Files of documents as officers meet them: uploaded, named by a step, read by whoever is shown the document, sealed in the
//! folder, and gone with the case.

use std::path::PathBuf;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::Duration;
use netral::app::{App, Clock};
use netral::db::{Tx, cases, officers};
use netral::demo::paper::pdf;
use netral::domain::action::{Action, NamedFile, Verb};
use netral::domain::actor::Actor;
use netral::domain::event::hex;
use netral::domain::file::{LONGEST, MediaType};
use netral::domain::tracks::{Track, TrackStep};
use netral::flows::{exclusions, files};
use serde_json::{Value, json};

use crate::harness::db::signed_in;
use crate::harness::{Persona, Receipt, Reply, TestApp, steps};
use crate::sample;
use crate::vault::{rewrap, start_again};

const TO_PPK: [&str; 4] = ["take", "accept", "conclude", "send_recommendation"];
const WORDS: &str = "Keputusan Wali Kota Jambi";

async fn upload(app: &TestApp, by: Persona, case: &str) -> String {
    upload_of(app, by, case, &pdf(&[WORDS])).await
}

async fn upload_of(app: &TestApp, by: Persona, case: &str, bytes: &[u8]) -> String {
    let call = app.post(&format!("/v1/cases/{case}/files")).by(by).file("application/pdf", bytes);
    call.expect(201).await.text("/id").to_owned()
}

async fn read(app: &TestApp, by: Persona, case: &str, id: &str) -> Reply {
    app.get(&format!("/v1/cases/{case}/files/{id}")).by(by).send().await
}

async fn listed(app: &TestApp, by: Persona, case: &str) -> Vec<Value> {
    let reply = app.get(&format!("/v1/cases/{case}/files")).by(by).expect(200).await;
    reply.at("/data").as_array().unwrap().clone()
}

/// Who of these reads the file, which he is then also told of; whoever does not, is not.
async fn readers(app: &TestApp, case: &str, id: &str, among: &[Persona]) -> Vec<Persona> {
    let mut readers = Vec::new();
    for persona in among {
        let status = read(app, *persona, case, id).await.status;
        assert!(matches!(status, 200 | 404), "{persona:?} {status}");
        if status == 200 {
            readers.push(*persona);
        }
        let told = listed(app, *persona, case).await.iter().any(|file| file["id"] == id);
        assert_eq!(told, status == 200, "{persona:?}");
    }
    readers
}

fn objects(app: &TestApp) -> Vec<PathBuf> {
    let entries = app.app.config.files_dir.read_dir().unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| !path.ends_with("belongs-to")).collect()
}

fn letter(app: &TestApp, file: &str) -> Value {
    json!({ "number": "800/1/BKPSDM", "dated": app.day(0), "file": file })
}

fn summons(app: &TestApp, file: &str) -> Value {
    json!({ "to": "summoned", "document": letter(app, file), "day": app.day(5) })
}

#[tokio::test]
async fn a_file_is_read_back_byte_for_byte_by_whoever_is_shown_the_document_that_names_it() {
    use Persona::{Auditor, Inspector, Liaison, Ppk, Taskforce, Triage};
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let (bytes, path) = (pdf(&[WORDS, "800/1/BKPSDM"]), format!("/v1/cases/{case}/files"));
    let kept = app.post(&path).by(Ppk).file("application/pdf", &bytes).expect(201).await;
    let id = kept.text("/id").to_owned();
    let sum = hex(digest(&SHA256, &bytes).as_ref());
    assert_eq!((kept.text("/sha256"), kept.at("/byte_size")), (&*sum, &json!(bytes.len())));
    assert_eq!((kept.text("/media_type"), kept.text("/case_number")), ("application/pdf", &*case));
    assert!(kept.text("/hint/id").contains(&id) && kept.header("location").ends_with(&format!("{path}/{id}")));
    assert_eq!(kept.version(), app.case(Ppk, &case).await.version(), "the answer says the version to go on with");

    let all = [Triage, Inspector, Auditor, Taskforce, Ppk];
    assert_eq!(readers(&app, &case, &id, &all).await, [Inspector, Ppk], "before it is named, only its agency's");
    let moved = app.try_step(Ppk, &case, "discipline", &summons(&app, &id)).await;
    assert_eq!(moved.status, 200, "{}", moved.body());
    assert_eq!(readers(&app, &case, &id, &all).await, all, "whoever is shown the summons is shown its file");
    for stranger in
        [Persona::DistantTriage, Persona::ProvincePpk, Liaison, Persona::SystemAdmin, Persona::PrivacyOfficer]
    {
        assert_eq!(read(&app, stranger, &case, &id).await.status, 404, "{stranger:?} does not see the case");
    }

    let opened = read(&app, Auditor, &case, &id).await;
    assert_eq!(opened.bytes, bytes);
    assert_eq!(opened.header("content-type"), "application/pdf");
    assert_eq!(opened.header("content-disposition"), format!("attachment; filename=\"{id}.pdf\""));
    assert!(opened.header("content-security-policy").starts_with("sandbox"));
    assert_eq!((opened.header("x-content-type-options"), opened.header("cache-control")), ("nosniff", "no-store"));

    let file = listed(&app, Auditor, &case).await.remove(0);
    assert_eq!(
        (&file["sha256"], &file["documents"]),
        (&json!(sum), &json!([{ "number": "800/1/BKPSDM", "dated": app.day(0) }]))
    );
    let tracks = app.get(&format!("/v1/cases/{case}/tracks")).by(Taskforce).expect(200).await;
    assert!(tracks.body().contains(&format!("\"document_file\":\"{id}\"")), "{}", tracks.body());
    let events = app.get(&format!("/v1/cases/{case}/events")).by(Auditor).expect(200).await;
    assert!(events.body().contains("file.uploaded") && events.body().contains(&sum), "its checksum is in the chain");
}

#[tokio::test]
async fn every_look_at_a_file_is_on_record_before_it_is_answered() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let id = upload(&app, Persona::Ppk, &case).await;
    let looks =
        "SELECT operation || ' ' || role AS value FROM access_entries WHERE operation LIKE '%case_file%' ORDER BY id";
    assert_eq!(read(&app, Persona::Auditor, &case, &id).await.status, 404);
    assert_eq!(app.db.values(looks).await, [""; 0], "who was shown nothing has not looked");
    assert_eq!(read(&app, Persona::Ppk, &case, &id).await.status, 200);
    listed(&app, Persona::Auditor, &case).await;
    assert_eq!(app.db.values(looks).await, ["get_case_file ppk_officer", "list_case_files bkn_auditor"]);
    app.db
        .execute("ALTER TABLE access_entries ADD CONSTRAINT closed CHECK (operation <> 'get_case_file') NOT VALID")
        .await;
    let refused = read(&app, Persona::Ppk, &case, &id).await;
    assert_eq!(refused.status, 503, "no entry, no answer: {}", refused.body());
}

#[tokio::test]
async fn a_file_is_shown_by_the_rules_of_the_document_that_names_it() {
    use Persona::{Auditor, Inspector, Lead, Liaison, Ppk, Taskforce, Triage};
    let app = TestApp::start().await;
    let case = app.submit(&app.report()).await.case;
    app.walk(&case, &["take", "accept", "refer", "return_referral"]).await;
    let report = upload(&app, Inspector, &case).await;
    let mut conclude = steps::input(&app, "conclude");
    conclude["inspection_report"]["file"] = report.as_str().into();
    let draft = app.try_to(Inspector, &case, "conclude", &conclude).await;
    assert_eq!(draft.status, 202, "{}", draft.body());
    let all = [Triage, Inspector, Lead, Liaison, Auditor, Taskforce];
    assert_eq!(readers(&app, &case, &report, &all).await, [Triage, Inspector, Lead, Auditor], "who reads the draft");
    let path = format!("/v1/cases/{case}/approvals/{}/decision", draft.text("/approval/id"));
    let approve = app.post(&path).by(Lead).if_match(app.case(Lead, &case).await.version());
    approve.json(&json!({ "approve": true })).expect(200).await;
    app.walk(&case, &["send_recommendation"]).await;
    let all = [Triage, Inspector, Lead, Liaison, Auditor, Ppk, Taskforce];
    assert_eq!(
        readers(&app, &case, &report, &all).await,
        [Triage, Inspector, Lead, Auditor],
        "details of the timeline"
    );

    let (decision, record) = (upload(&app, Ppk, &case).await, upload(&app, Ppk, &case).await);
    let mut impose = steps::input(&app, "impose_sanction");
    impose["decision"]["file"] = decision.as_str().into();
    impose["examination_record"]["file"] = record.as_str().into();
    app.fire_with(&case, "impose_sanction", &impose).await;
    assert_eq!(readers(&app, &case, &decision, &all).await, all, "the discipline track names the decision to all");
    let decided = [Triage, Inspector, Lead, Auditor, Ppk];
    assert_eq!(readers(&app, &case, &record, &all).await, decided, "by the sanction, or the details of the timeline");
    let sanctions = app.get(&format!("/v1/cases/{case}/sanctions")).by(Ppk).expect(200).await;
    let shown = (sanctions.text("/data/0/sk_file"), sanctions.text("/data/0/record_file"));
    assert_eq!(shown, (&*decision, &*record), "{}", sanctions.body());
}

#[tokio::test]
async fn the_ppk_is_not_shown_the_files_of_criminal_proceedings() {
    let app = TestApp::start().await;
    let case = app.submit(&app.report()).await.case;
    app.walk(&case, &["take", "accept", "refer"]).await;
    let mut breach = steps::input(&app, "record_breach");
    breach["result"] = "crime_suspected".into();
    app.fire_with(&case, "record_breach", &breach).await;
    let id = upload(&app, Persona::Liaison, &case).await;
    let step = json!({ "to": "at_gakkumdu", "document": letter(&app, &id) });
    assert_eq!(app.try_step(Persona::Liaison, &case, "criminal", &step).await.status, 200);
    app.walk(&case, &["send_recommendation"]).await;
    let all = [Persona::Liaison, Persona::Taskforce, Persona::Ppk];
    assert_eq!(readers(&app, &case, &id, &all).await, all[..2]);
}

/// A refused upload: what it says, and that nothing of it is left.
async fn refused(app: &TestApp, case: &str, media: &str, bytes: &[u8], status: u16, code: &str) {
    let call = app.post(&format!("/v1/cases/{case}/files")).by(Persona::Ppk).file(media, bytes);
    let reply = call.expect(status).await.problem(code);
    assert_eq!((app.db.count("files").await, objects(app).len()), (0, 0), "{}", reply.body());
}

#[tokio::test]
async fn a_file_that_is_not_what_it_is_called_or_too_large_is_refused_and_leaves_nothing() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let (paper, png) = (pdf(&[WORDS]), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    for (media, bytes) in [
        ("application/pdf", &b"<html><script>alert(1)</script></html>"[..]),
        ("application/pdf", png),
        ("image/png", &paper),
        ("text/html", b"<html></html>"),
        ("application/zip", b"PK\x03\x04"),
        ("image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ] {
        refused(&app, &case, media, bytes, 415, "unsupported-media-type").await;
    }
    refused(&app, &case, "application/pdf", b"", 422, "invalid-input").await;
    let mut longest = paper.clone();
    longest.resize(LONGEST + 1, b' ');
    refused(&app, &case, "application/pdf", &longest, 413, "payload-too-large").await;
    longest.pop();
    let id = upload_of(&app, Persona::Ppk, &case, &longest).await;
    assert!(read(&app, Persona::Ppk, &case, &id).await.bytes == longest, "ten MiB are taken");
    let watched = app.post(&format!("/v1/cases/{case}/files")).by(Persona::Taskforce).file("application/pdf", &paper);
    watched.expect(403).await.problem("forbidden");
}

#[tokio::test]
async fn a_file_of_another_case_or_that_one_may_not_see_cannot_be_named() {
    let app = TestApp::start().await;
    let (case, other) = (app.case_after(&TO_PPK).await, app.case_after(&TO_PPK).await);
    let foreign = upload(&app, Persona::Ppk, &other).await;
    let before = app.case(Persona::Ppk, &case).await;
    let step = app.try_step(Persona::Ppk, &case, "discipline", &summons(&app, &foreign)).await.problem("invalid-input");
    assert_eq!(step.faults(), [("/document/file", "unknown-code")]);
    let mut impose = steps::input(&app, "impose_sanction");
    impose["decision"]["file"] = foreign.as_str().into();
    impose["examination_record"]["file"] = uuid::Uuid::now_v7().to_string().into();
    let fired = app.try_to(Persona::Ppk, &case, "impose_sanction", &impose).await.problem("invalid-input");
    let both = [("/input/decision/file", "unknown-code"), ("/input/examination_record/file", "unknown-code")];
    assert_eq!(fired.faults(), both);
    // A verb that the case alone decides otherwise, on a row that is not locked.
    let mut contest = steps::input(&app, "contest");
    contest["letter"]["file"] = foreign.as_str().into();
    let fired = app.try_to(Persona::Ppk, &case, "contest", &contest).await.problem("invalid-input");
    assert_eq!(fired.faults(), [("/input/letter/file", "unknown-code")]);
    impose["decision"]["file"] = "SK.pdf".into();
    let fired = app.try_to(Persona::Ppk, &case, "impose_sanction", &impose).await.problem("invalid-input");
    assert_eq!(fired.faults()[0], ("/input/decision/file", "bad-format"));
    assert_eq!(app.case(Persona::Ppk, &case).await.json, before.json, "nothing has changed");
    // BKN has not been shown what the PPK uploaded, so BKN cannot have it shown to all by naming it.
    let own = upload(&app, Persona::Ppk, &case).await;
    app.advance(Duration::days(15));
    let warning = json!({ "to": "warning", "document": letter(&app, &own) });
    let step = app.try_step(Persona::Auditor, &case, "control", &warning).await.problem("invalid-input");
    assert_eq!(step.faults(), [("/document/file", "unknown-code")]);
    assert_eq!(readers(&app, &case, &own, &[Persona::Auditor, Persona::Ppk]).await, [Persona::Ppk]);
}

/// Puts a file into every document of an input; answers where.
fn with_files(value: &mut Value, at: &str, places: &mut Vec<String>) {
    let Value::Object(members) = value else { return };
    if members.contains_key("number") && members.contains_key("dated") {
        members.insert("file".to_owned(), json!(uuid::Uuid::nil()));
        places.push(format!("{at}/file"));
    }
    members.iter_mut().for_each(|(name, member)| with_files(member, &format!("{at}/{name}"), places));
}

#[test]
fn no_verb_and_no_step_takes_a_document_whose_file_is_not_looked_up() {
    let mut all = 0;
    let mut hold = |mut places: Vec<String>, named: Vec<NamedFile>| {
        let mut known: Vec<String> = named.into_iter().map(|(pointer, _)| pointer).collect();
        places.sort();
        known.sort();
        assert_eq!(known, places);
        all += known.len();
    };
    for verb in Verb::ALL {
        let (mut body, mut places) = (serde_json::to_value(sample::action(*verb)).unwrap(), Vec::new());
        with_files(&mut body, "", &mut places);
        hold(places, serde_json::from_value::<Action>(body).unwrap().files());
    }
    for (track, to) in Track::ALL.iter().flat_map(|track| sample::states_of(*track).into_iter().map(|to| (*track, to)))
    {
        let (mut body, mut places) = (serde_json::to_value(sample::step(track, to)).unwrap(), Vec::new());
        with_files(&mut body, "", &mut places);
        hold(places, serde_json::from_value::<TrackStep>(body).unwrap().files());
    }
    assert!(all > 40, "{all}");
}

#[tokio::test]
async fn a_merge_takes_the_files_of_live_tracks_along_and_the_master_may_name_those_of_the_merged_case() {
    let app = TestApp::start().await;
    let (merged, master) = (app.submit(&app.report()).await.case, app.submit(&app.report()).await.case);
    app.walk(&merged, &["take", "refer_directly"]).await;
    let mut breach = steps::input(&app, "record_breach_as_sufficient");
    breach["result"] = "crime_suspected".into();
    let (named, loose) = (upload(&app, Persona::Liaison, &merged).await, upload(&app, Persona::Liaison, &merged).await);
    app.fire_with(&merged, "record_breach_as_sufficient", &breach).await;
    let step = json!({ "to": "at_gakkumdu", "document": letter(&app, &named) });
    assert_eq!(app.try_step(Persona::Liaison, &merged, "criminal", &step).await.status, 200);
    app.walk(&master, &["take", "accept", "refer"]).await;
    assert_eq!(read(&app, Persona::Auditor, &master, &named).await.status, 404);
    let merge = json!({ "master_case_number": master, "reason": "Laporan tentang perbuatan yang sama." });
    app.fire_with(&merged, "merge", &merge).await;
    assert_eq!(read(&app, Persona::Auditor, &master, &named).await.bytes, pdf(&[WORDS]), "the track is read there now");
    let step = json!({ "to": "investigation", "document": letter(&app, &loose) });
    let moved = app.try_step(Persona::Liaison, &master, "criminal", &step).await;
    assert_eq!(moved.status, 200, "{}", moved.body());
    assert_eq!(read(&app, Persona::Auditor, &master, &loose).await.status, 200);
    app.fire_with(&merged, "unmerge", &json!({ "reason": "Perbuatan ternyata tidak sama." })).await;
    assert_eq!(read(&app, Persona::Auditor, &master, &named).await.status, 200, "what went over stays");
}

#[tokio::test]
async fn an_upload_that_is_repeated_with_its_key_is_kept_once() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let call = || app.post(&format!("/v1/cases/{case}/files")).by(Persona::Ppk).key("unggah-1");
    let first = call().file("application/pdf", &pdf(&[WORDS])).expect(201).await;
    let again = call().file("application/pdf", &pdf(&[WORDS])).expect(201).await;
    assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &first.json));
    assert_eq!((app.db.count("files").await, objects(&app).len()), (1, 1));
    let other = call().file("application/pdf", &pdf(&["Lain"])).expect(422).await;
    other.problem("idempotency-key-reused");
}

#[tokio::test]
async fn losing_the_folder_of_files_reveals_nothing() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let (one, other) = (upload(&app, Persona::Ppk, &case).await, upload(&app, Persona::Ppk, &case).await);
    let objects = objects(&app);
    assert_eq!(objects.len(), 2);
    let contents: Vec<Vec<u8>> = objects.iter().map(|object| std::fs::read(object).unwrap()).collect();
    for (object, content) in objects.iter().zip(&contents) {
        let name = object.file_name().unwrap().to_str().unwrap();
        assert!([&one, &other].contains(&&name.to_owned()), "{name} says more than a key");
        for plain in ["%PDF", "Helvetica", WORDS, &case] {
            let found = content.windows(plain.len()).any(|bytes| bytes == plain.as_bytes());
            assert!(!found, "{plain} is in the folder");
        }
    }
    assert_ne!(contents[0], contents[1], "the same paper twice does not look the same");
    // Neither does it help to put an object or a key in the place of another.
    let folder = &app.app.config.files_dir;
    std::fs::copy(folder.join(&one), folder.join(&other)).unwrap();
    read(&app, Persona::Ppk, &case, &other).await.problem("seal-broken");
    app.db.execute(&format!("UPDATE files SET wrapped = (SELECT wrapped FROM files WHERE id = '{one}')")).await;
    read(&app, Persona::Ppk, &case, &other).await.problem("seal-broken");
    assert_eq!(read(&app, Persona::Ppk, &case, &one).await.status, 200);
    std::fs::remove_file(folder.join(&one)).unwrap();
    assert_eq!(read(&app, Persona::Ppk, &case, &one).await.status, 500, "lost is not the same as not found");
}

#[tokio::test]
async fn the_keys_of_files_are_wrapped_anew_as_well() {
    let app = TestApp::start().await;
    let receipt = app.submit(&app.report_from("siti@warga.example")).await;
    app.walk(&receipt.case, &TO_PPK).await;
    let id = upload(&app, Persona::Ppk, &receipt.case).await;
    let before = std::fs::read(app.app.config.files_dir.join(&id)).unwrap();
    let said = rewrap(&app);
    let keys = app.db.count("data_keys").await + 1;
    assert!(said.contains(&format!("{keys} data keys wrapped anew with version 2")), "{said}");
    assert_eq!(app.db.value("SELECT kek_version AS value FROM files").await, "2");
    assert_eq!(std::fs::read(app.app.config.files_dir.join(&id)).unwrap(), before, "what is sealed was not touched");
    assert_eq!(read(&app, Persona::Ppk, &receipt.case, &id).await.bytes, pdf(&[WORDS]));
    std::fs::remove_file(app.app.config.keys_dir.join("vault-1.key")).unwrap();
    start_again(&app).await.expect("the old key may go");
    // A key of a file alone is reason enough not to start without it.
    app.db.execute("DELETE FROM data_keys").await;
    std::fs::remove_file(app.app.config.keys_dir.join("vault-2.key")).unwrap();
    let refused = start_again(&app).await.map(drop).unwrap_err();
    assert!(refused.contains("version 2 of the vault's key is missing"), "{refused}");
}

#[tokio::test]
async fn an_upload_that_a_crash_breaks_off_leaves_no_row_and_its_object_is_swept() {
    let app = TestApp::start().await;
    let case = app.case_after(&TO_PPK).await;
    let kept = upload(&app, Persona::Ppk, &case).await;
    // The flow up to the commit, which never comes.
    let mut tx = Tx::begin(&app.app.pool).await.unwrap();
    let seated = officers::acting_in(&mut tx, signed_in(Persona::Ppk).seat_id).await.unwrap().unwrap();
    let officer = exclusions::recognised(&app.app.keys, seated);
    let facts = cases::lock(&mut tx, &case, &cases::Sight::Everything).await.unwrap();
    let (setting, actor) = (netral::api::setting(&app.app), Actor::Officer(officer));
    let bytes = pdf(&["Terputus"]);
    let (file, _) =
        files::keep(&mut tx, &setting, &app.app.store, &actor, facts, MediaType::Pdf, &bytes).await.unwrap();
    drop(tx);
    let object = app.app.config.files_dir.join(file.id.to_string());
    std::fs::write(app.app.config.files_dir.join(format!("{}#1", file.id)), "half").unwrap();
    assert!(object.exists() && app.db.count("files").await == 1, "the object was durable first");
    assert_eq!(read(&app, Persona::Ppk, &case, &file.id.to_string()).await.status, 404);
    app.sweep().await;
    assert!(object.exists(), "it may still be about to be committed");
    app.advance(Duration::hours(25));
    app.sweep().await;
    assert_eq!(objects(&app), [app.app.config.files_dir.join(&kept)], "what a row knows stays");
    assert_eq!(read(&app, Persona::Ppk, &case, &kept).await.status, 200);
}

/// A case that was found not proven, with a file that its conclusion names.
async fn closed_with_file(app: &TestApp) -> (Receipt, String) {
    let receipt = app.submit(&app.report()).await;
    app.walk(&receipt.case, &["take", "accept"]).await;
    let id = upload(app, Persona::Inspector, &receipt.case).await;
    app.walk(&receipt.case, &["find_unproven"]).await;
    (receipt, id)
}

#[tokio::test]
async fn a_purge_takes_key_and_object_of_a_file_along_and_a_hold_keeps_them() {
    let app = TestApp::start().await;
    let ((purged, gone), (held, stays)) = (closed_with_file(&app).await, closed_with_file(&app).await);
    let officer = |path: &str| app.post(path).by(Persona::PrivacyOfficer);
    app.advance(Duration::days(5 * 366 + 2));
    app.sweep().await;
    let why = "Alasan yang cukup panjang untuk dicatat pada berkas.";
    officer("/v1/legal-holds").json(&json!({ "case_number": held.case, "reason": why })).expect(201).await;
    let proposals = app.get("/v1/purge-proposals").by(Persona::PrivacyOfficer).expect(200).await;
    for proposal in proposals.at("/data").as_array().unwrap() {
        let path = format!("/v1/purge-proposals/{}/decision", proposal["id"].as_str().unwrap());
        let status = if proposal["case_number"] == purged.case.as_str() { 200 } else { 409 };
        officer(&path).json(&json!({ "approve": true, "reason": why })).expect(status).await;
    }
    assert_eq!(app.db.values("SELECT id AS value FROM files").await, [&*stays], "the key went with the row");
    let folder = app.app.config.files_dir.clone();
    assert!(folder.join(&gone).exists(), "what nobody can open any more is removed by the worker");
    assert_eq!(read(&app, Persona::Inspector, &purged.case, &gone).await.status, 404);
    app.advance(Duration::hours(25));
    app.sweep().await;
    assert!(!folder.join(&gone).exists() && folder.join(&stays).exists());
    assert_eq!(read(&app, Persona::Inspector, &held.case, &stays).await.status, 200);
}

#[tokio::test]
async fn a_program_that_is_shown_the_folder_of_another_database_does_not_start_and_removes_nothing() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    let case = app.case_after(&TO_PPK).await;
    upload(&app, Persona::Ppk, &case).await;
    let mut config = (*other.app.config).clone();
    config.files_dir.clone_from(&app.app.config.files_dir);
    let refused = App::new(config, &other.db.url, Clock::default()).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("holds the files of another database"), "{refused}");
    assert_eq!(objects(&app).len(), 1);
}
