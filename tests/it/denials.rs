//! Who is let in where: one line for each operation of openapi.yaml, held against the program with requests that fail for
//! nothing but the permission. An operation without a line is red, and so is a line without an operation.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use netral::demo::paper::pdf;
use serde_json::{Value, json};

use crate::clients;
use crate::harness::contract::{filled, operations};
use crate::harness::db::signed_in;
use crate::harness::{Call, Persona, Receipt, Reply, TestApp, steps};

/// Who is let in; everyone else is refused.
pub enum Door {
    /// Anybody, without a token, for this reason.
    Public(&'static str),
    /// A machine client with its secret.
    Client,
    /// The reporter, and only to his own report.
    Reporter,
    /// Whoever is signed in as an officer, for this reason.
    AnyOfficer(&'static str),
    /// These, on the cases of this test.
    Only(&'static [Persona]),
}

use Door::{AnyOfficer, Client, Only, Public, Reporter};
use Persona as P;

/// Those who see the case of this test: it was referred to Bawaslu and its recommendation went to the city. The first of
/// a list is also tried, so it must not be one who steps back from the case.
const SEE_IT: &[P] = &[
    P::Triage,
    P::SecondTriage,
    P::Inspector,
    P::Lead,
    P::Liaison,
    P::Auditor,
    P::SecondAuditor,
    P::Ppk,
    P::Taskforce,
];
/// Of these, whoever may read what the reporter wrote.
const READ_THE_REPORT: &[P] =
    &[P::Triage, P::SecondTriage, P::Inspector, P::Lead, P::Liaison, P::Auditor, P::SecondAuditor];
/// Of these, whoever may ask for the reporter's name. He did not agree that Bawaslu is told.
const ASK_FOR_HIS_NAME: &[P] = &[P::Triage, P::SecondTriage, P::Inspector, P::Lead, P::Auditor, P::SecondAuditor];
/// Whoever works on cases at all, of this region or another.
const WORK_ON_CASES: &[P] = &[
    P::Triage,
    P::SecondTriage,
    P::DistantTriage,
    P::Inspector,
    P::Lead,
    P::ProvinceLead,
    P::Liaison,
    P::Auditor,
    P::SecondAuditor,
    P::Ppk,
    P::ProvincePpk,
    P::Taskforce,
];
/// Whoever has requests for names of his own, and who decides on them.
const HAVE_IDENTITY_REQUESTS: &[P] = &[
    P::PrivacyOfficer,
    P::Triage,
    P::SecondTriage,
    P::DistantTriage,
    P::Inspector,
    P::Lead,
    P::ProvinceLead,
    P::Liaison,
    P::Auditor,
    P::SecondAuditor,
];
/// Whoever may step back from the case: all who see it.
const STEP_BACK: &[P] = &[
    P::Taskforce,
    P::Triage,
    P::SecondTriage,
    P::Inspector,
    P::Lead,
    P::Liaison,
    P::Auditor,
    P::SecondAuditor,
    P::Ppk,
];
/// Of those who see it, whoever may merge cases.
const DECIDE_WHAT_BELONGS_TOGETHER: &[P] = &[P::Triage, P::SecondTriage, P::Inspector];
const PRIVACY: &[P] = &[P::PrivacyOfficer];

const SIGNS_IN: &str = "who calls it is about to prove who he is; failures are slowed down";
const STATIC: &str = "it says the same to everybody and nothing of any case";

const ADMINISTER: &[P] = &[P::SystemAdmin, P::AgencyAdmin];

const DOORS: &[(&str, Door)] = &[
    ("get_jwks", Public("other programs check tokens with these public keys")),
    ("get_livez", Public(STATIC)),
    ("get_readyz", Public(STATIC)),
    ("get_workflow", Public(STATIC)),
    ("list_violation_forms", Public(STATIC)),
    ("list_catalogue_sanctions", Public(STATIC)),
    ("list_dismissal_codes", Public(STATIC)),
    ("list_closure_reasons", Public(STATIC)),
    ("list_transfer_bodies", Public(STATIC)),
    ("list_sanction_authorities", Public(STATIC)),
    ("list_deadline_rules", Public(STATIC)),
    ("list_regions", Public(STATIC)),
    ("list_agencies", Public(STATIC)),
    ("list_election_events", Public(STATIC)),
    ("submit_report", Public("anybody may report, and need not say who he is")),
    ("get_report_status", Public("it tells five things that lead to nobody")),
    ("open_reporter_session", Public("number and access code are the reporter's proof")),
    ("show_email_confirmation", Public("the link in the mail is the proof")),
    ("confirm_email", Public("the link in the mail is the proof")),
    ("sign_in", Public(SIGNS_IN)),
    ("refresh_session", Public("the refresh token is the proof")),
    ("accept_invitation", Public("the code in the invitation is the proof")),
    ("offer_second_factor", Public(SIGNS_IN)),
    ("confirm_second_factor", Public(SIGNS_IN)),
    ("get_client_token", Client),
    ("get_oauth_metadata", Public(STATIC)),
    ("start_single_sign_on", Public(SIGNS_IN)),
    ("finish_single_sign_on", Public("the provider's code and the attempt's cookie are the proof")),
    ("end_single_sign_on", Public("the provider's signed logout token is the proof")),
    ("list_my_messages", Reporter),
    ("post_my_message", Reporter),
    ("list_my_identity_looks", Reporter),
    ("list_my_data_requests", Reporter),
    ("make_data_request", Reporter),
    ("get_my_data", Reporter),
    ("correct_my_particulars", Reporter),
    ("set_my_consent", Reporter),
    ("get_me", AnyOfficer("it tells an officer of himself")),
    ("change_password", AnyOfficer("it changes the caller's own password, whose current one it asks for")),
    ("end_sign_in", Only(&[P::AgencyAdmin])),
    ("list_cases", Only(WORK_ON_CASES)),
    ("list_waiting_approvals", Only(WORK_ON_CASES)),
    ("get_case", Only(SEE_IT)),
    ("list_case_events", Only(SEE_IT)),
    ("list_approvals", Only(SEE_IT)),
    ("list_case_messages", Only(READ_THE_REPORT)),
    ("list_review_requests", Only(READ_THE_REPORT)),
    ("refuse_review", Only(&[P::Lead, P::Auditor, P::SecondAuditor])),
    ("list_case_deadlines", Only(SEE_IT)),
    ("count_deadlines", Only(WORK_ON_CASES)),
    ("get_calendar", AnyOfficer("it is public law, the same for everybody")),
    ("list_law_changes", AnyOfficer("who keeps the law answers to everybody who works by it")),
    ("put_calendar_day", Only(&[P::SystemAdmin])),
    ("take_out_calendar_day", Only(&[P::SystemAdmin])),
    ("set_calendar_year", Only(&[P::SystemAdmin])),
    ("declare_recusal", Only(STEP_BACK)),
    ("correct_subject_unit", Only(&[P::Inspector, P::Lead, P::Auditor, P::SecondAuditor])),
    ("join_subject_persons", Only(&[P::Inspector, P::Lead, P::Auditor, P::SecondAuditor])),
    ("correct_conduct_phase", Only(&[P::Inspector, P::Lead, P::Auditor, P::SecondAuditor])),
    ("fire_transition", Only(&[P::Ppk])),
    ("list_duplicates", Only(DECIDE_WHAT_BELONGS_TOGETHER)),
    ("link_case", Only(DECIDE_WHAT_BELONGS_TOGETHER)),
    ("split_case", Only(&[P::Triage, P::SecondTriage])),
    ("decide_approval", Only(&[P::Auditor, P::SecondAuditor])),
    ("list_tracks", Only(SEE_IT)),
    ("take_track_step", Only(&[P::Ppk])),
    ("list_sanctions", Only(&[P::Auditor, P::SecondAuditor, P::Ppk, P::Lead])),
    ("upload_case_file", Only(&[P::Auditor, P::SecondAuditor, P::Ppk])),
    ("list_case_files", Only(SEE_IT)),
    ("get_case_file", Only(SEE_IT)),
    ("list_compliance", Only(&[P::Auditor, P::SecondAuditor, P::Taskforce])),
    ("request_identity", Only(ASK_FOR_HIS_NAME)),
    ("list_identity_requests", Only(HAVE_IDENTITY_REQUESTS)),
    ("decide_identity_request", Only(PRIVACY)),
    ("open_identity", Only(&[P::Inspector])),
    ("list_access_log", Only(PRIVACY)),
    ("list_access_flags", Only(PRIVACY)),
    ("review_access_flag", Only(PRIVACY)),
    ("get_audit_checkpoint", Only(PRIVACY)),
    ("set_legal_hold", Only(PRIVACY)),
    ("list_legal_holds", Only(PRIVACY)),
    ("lift_legal_hold", Only(PRIVACY)),
    ("list_purge_proposals", Only(PRIVACY)),
    ("decide_purge_proposal", Only(PRIVACY)),
    ("list_data_requests", Only(PRIVACY)),
    ("decide_data_request", Only(PRIVACY)),
    ("register_breach", Only(PRIVACY)),
    ("list_breaches", Only(PRIVACY)),
    ("record_breach_step", Only(PRIVACY)),
    ("appoint_officer", Only(ADMINISTER)),
    ("list_officers", Only(ADMINISTER)),
    ("get_officer", Only(ADMINISTER)),
    ("invite_officer", Only(ADMINISTER)),
    ("give_seat", Only(ADMINISTER)),
    ("end_seat", Only(ADMINISTER)),
    ("disable_officer", Only(ADMINISTER)),
    ("enable_officer", Only(ADMINISTER)),
    ("set_officer_numbers", Only(ADMINISTER)),
    ("register_client", Only(&[P::SystemAdmin])),
    ("list_clients", Only(&[P::SystemAdmin])),
    ("get_client", Only(&[P::SystemAdmin])),
    ("renew_client_secret", Only(&[P::SystemAdmin])),
    ("disable_client", Only(&[P::SystemAdmin])),
    ("enable_client", Only(&[P::SystemAdmin])),
    ("list_deliveries", Only(&[P::SystemAdmin])),
    ("resend_delivery", Only(&[P::SystemAdmin])),
];

const WHY: &str = "Alasan yang cukup panjang untuk dicatat pada berkas, dengan kata-kata sendiri.";
const NAME: &str = "Siti Pelapor";
const WRITTEN: &str = "Unggahan itu masih dapat dilihat.";

pub fn door(operation: &str) -> &'static Door {
    &DOORS.iter().find(|(id, _)| *id == operation).unwrap_or_else(|| panic!("{operation} has no line")).1
}

/// Every operation as id, method and path.
pub fn all() -> Vec<(&'static str, reqwest::Method, String)> {
    let id = |operation: &'static Value| operation["operationId"].as_str().unwrap();
    operations().into_iter().map(|(method, path, of)| (id(of), method.parse().unwrap(), path)).collect()
}

/// Two reports, with something behind every address that takes a key.
pub struct World {
    /// The program.
    pub app: TestApp,
    receipt: Receipt,
    other: Receipt,
    keys: BTreeMap<&'static str, String>,
}

impl World {
    pub async fn new() -> Self {
        let app = TestApp::start().await;
        let old = app.case_after(&["take", "accept", "find_unproven"]).await;
        app.advance(Duration::days(5 * 366 + 2));
        app.sweep().await;
        let mut report = app.report();
        report["reporter"] = json!({ "name": NAME, "email": "siti@warga.example" });
        let (receipt, other) = (app.submit(&report).await, app.submit(&app.report()).await);
        let mut world = Self { app, receipt, other, keys: BTreeMap::new() };
        world.app.walk(&world.receipt.case, &["take", "accept", "refer"]).await;
        world.record_breach_with_file().await;
        world.app.walk(&world.receipt.case, &["send_recommendation"]).await;
        world.plant(&old).await;
        world
    }

    /// Bawaslu's result with the file of its letter: a document that is shown to whoever sees the case.
    async fn record_breach_with_file(&mut self) {
        let (app, case) = (&self.app, &self.receipt.case);
        let upload = app.post(&format!("/v1/cases/{case}/files")).by(P::Liaison);
        let file = upload.file("application/pdf", &pdf(&["Surat Bawaslu"])).expect(201).await.text("/id").to_owned();
        let mut breach = steps::input(app, "record_breach");
        breach["letter"]["file"] = file.as_str().into();
        app.fire_with(case, "record_breach", &breach).await;
        self.keys.insert("file_id", file);
    }

    /// Something of each kind that can be asked for.
    async fn plant(&mut self, old: &str) {
        let (app, case) = (&self.app, &self.receipt.case);
        let mine = app.open_mailbox(&self.receipt).await;
        app.post("/v1/my-report/messages").bearer(&mine).json(&json!({ "body": WRITTEN })).expect(201).await;
        let reply = app.post("/v1/my-report/data-requests").bearer(&mine).json(&self.body("make_data_request"));
        let data_request = reply.expect(201).await.text("/id").to_owned();
        let draft = app.try_to(P::Ppk, case, "report_unproven", &steps::input(app, "report_unproven")).await;
        let made = async |by: Persona, operation: &str, path: &str| {
            let reply = app.post(path).by(by).json(&self.body(operation)).expect(201).await;
            reply.text("/id").to_owned()
        };
        let asked = made(P::Inspector, "request_identity", &format!("/v1/cases/{case}/identity-requests")).await;
        let hold = made(P::PrivacyOfficer, "set_legal_hold", "/v1/legal-holds").await;
        let breach = made(P::PrivacyOfficer, "register_breach", "/v1/breaches").await;
        let proposals = app.get("/v1/purge-proposals").by(P::PrivacyOfficer).expect(200).await;
        assert!(proposals.body().contains(old), "{}", proposals.body());
        let mut colleague = self.body("appoint_officer");
        colleague["email"] = "rekan@kota.example".into();
        colleague["nip"] = "199001012015051002".into();
        let colleague = app.post("/v1/officers").by(P::AgencyAdmin).json(&colleague).expect(201).await;
        let client =
            app.post("/v1/clients").by(P::SystemAdmin).json(&clients::body("Sistem pengawasan")).expect(201).await;
        let flag = format!(
            "INSERT INTO access_flags (officer_id, kind, window_start, cases, raised_at) \
             VALUES ('{}', 'many_cases', date_trunc('hour', now()), 90, now())",
            signed_in(P::Triage).officer_id
        );
        app.db.execute(&flag).await;
        netral::worker::lookout::round(&app.app, Duration::hours(1)).await.unwrap();
        let review = "INSERT INTO review_requests (id, case_id, report_id, made_at) \
            SELECT gen_random_uuid(), case_id, id, now() FROM reports WHERE complaint_number =";
        app.db.execute(&format!("{review} '{}'", self.receipt.number)).await;
        self.keys.extend([
            ("review_request_id", app.db.value("SELECT id::text AS value FROM review_requests").await),
            ("case_number", case.clone()),
            ("officer_id", colleague.text("/id").to_owned()),
            ("seat_id", colleague.text("/seats/0/id").to_owned()),
            ("client_id", client.text("/client/id").to_owned()),
            ("approval_id", draft.text("/approval/id").to_owned()),
            ("breach_id", breach),
            ("hold_id", hold),
            ("proposal_id", proposals.text("/data/0/id").to_owned()),
            ("flag_id", app.db.value("SELECT max(id)::text AS value FROM access_flags").await),
            ("delivery_id", app.db.value("SELECT max(id)::text AS value FROM deliveries").await),
            ("sign_in_id", signed_in(P::AgencyAdmin).sign_in_id.to_string()),
            ("complaint_number", self.receipt.number.clone()),
            ("track", "discipline".to_owned()),
            ("date", "2026-12-25".to_owned()),
            ("year", "2027".to_owned()),
            ("data request", data_request),
            ("identity request", asked),
        ]);
    }

    fn path(&self, path: &str) -> String {
        let request = if path.starts_with("/v1/data-requests") { "data request" } else { "identity request" };
        let mut values: Vec<(&str, &str)> = self.keys.iter().map(|(name, value)| (*name, value.as_str())).collect();
        values.push(("request_id", self.keys.get(request).map_or("", String::as_str)));
        filled(path, &values)
    }

    /// A body that has nothing wrong with it; null where none is taken.
    fn body(&self, operation: &str) -> Value {
        let letter = json!({ "number": "100/UJI/2026", "dated": self.app.day(0) });
        match operation {
            "appoint_officer" => json!({
                "email": "petugas-baru@kota.example", "name": "Petugas Baru", "nip": "199001012015051001", "seat": self.body("give_seat"),
            }),
            "set_officer_numbers" => json!({ "nik": "1571014506900001" }),
            "give_seat" => {
                json!({ "role": "inspector", "agency_code": "PEMDA1571", "region_code": "15.71", "work_unit": "Inspektorat" })
            }
            "register_client" => clients::body("Sistem lain"),
            "disable_officer" | "enable_officer" | "disable_client" | "enable_client" | "renew_client_secret" => {
                json!({ "reason": WHY })
            }
            "review_access_flag" => json!({ "note": WHY }),
            "register_breach" => json!({
                "discovered_at": self.app.now(), "persons_affected": 12,
                "data_affected": "Salinan cadangan tanpa kunci.", "found_how": "Pemeriksaan rutin penyimpanan.",
            }),
            "record_breach_step" => json!({ "kind": "noted", "note": WHY }),
            "decide_approval" => json!({ "approve": true }),
            "decide_identity_request" | "decide_purge_proposal" => json!({ "approve": true, "reason": WHY }),
            "request_identity" => json!({ "complaint_number": self.receipt.number, "reason": WHY }),
            "link_case" => json!({ "case_number": self.other.case, "reason": WHY }),
            "split_case" => json!({ "subjects": [{ "name": "Rekan", "position": "Camat" }], "reason": WHY }),
            "correct_subject_unit" => json!({ "work_unit": "Bidang Angkutan", "reason": WHY }),
            "correct_conduct_phase" => json!({ "conduct_phase": "quiet_period", "reason": WHY }),
            "join_subject_persons" => json!({ "same_person_as": self.other.case, "reason": WHY }),
            "declare_recusal" | "refuse_review" | "lift_legal_hold" => json!({ "reason": WHY }),
            "set_legal_hold" => json!({ "case_number": self.receipt.case, "reason": WHY }),
            "take_track_step" => json!({ "to": "summoned", "document": letter, "day": self.app.day(7) }),
            "fire_transition" => steps::action("impose_sanction", &steps::input(&self.app, "impose_sanction")),
            "decide_data_request" => json!({ "decision": "refuse", "reason": WHY }),
            "change_password" => {
                json!({ "current_password": "bukan sandi ini", "new_password": "sandi baru yang panjang" })
            }
            "put_calendar_day" => {
                json!({ "kind": "local_holiday", "name": "Hari libur daerah", "confirmation": "confirmed" })
            }
            "set_calendar_year" => json!({ "official": false, "confirmation": "unconfirmed" }),
            "make_data_request" => json!({ "kind": "correction", "text": "Mohon nama saya diperbaiki." }),
            "set_my_consent" => json!({ "consent_to_bawaslu": false }),
            "correct_my_particulars" => json!({ "phone": "+62 812 0000 0000" }),
            "post_my_message" => json!({ "body": "Pesan lain." }),
            _ => Value::Null,
        }
    }

    pub async fn call(&self, operation: &str, method: &reqwest::Method, path: &str) -> Call<'_> {
        let version = format!("SELECT version AS value FROM cases WHERE case_number = '{}'", self.receipt.case);
        let call = self.app.call(method.clone(), &self.path(path));
        let call = call.if_match(self.app.db.value(&version).await.parse().unwrap());
        if operation == "upload_case_file" {
            return call.file("application/pdf", &pdf(&["Berita acara"]));
        }
        let body = self.body(operation);
        if body.is_null() { call } else { call.json(&body) }
    }

    /// How many rows there are, but for looks that refusals gave at a case: these are on record.
    async fn left(&self) -> BTreeMap<String, i64> {
        let mut rows = self.app.db.row_counts().await;
        let looks = self.app.db.count("access_entries WHERE operation <> 'refusal'").await;
        rows.insert("access_entries".to_owned(), looks);
        rows
    }

    /// What the four pages of a mailbox show.
    async fn mailbox(&self, token: &str) -> String {
        let mut shown = String::new();
        for page in ["messages", "identity-looks", "data-requests", "data"] {
            let reply = self.app.get(&format!("/v1/my-report/{page}")).bearer(token).expect(200).await;
            shown.push_str(&reply.body());
        }
        shown
    }
}

/// Without a token, or with one of the other kind, nobody is known.
async fn unknown(world: &World, token: &str, operation: &str, method: &reqwest::Method, path: &str) {
    let call = world.call(operation, method, path).await;
    let nobody = call.clone().expect(401).await.problem("unauthorized");
    assert!(nobody.header("www-authenticate").starts_with("Bearer"), "{operation}");
    call.bearer(token).expect(401).await.problem("unauthorized");
}

#[test]
fn each_operation_has_one_line_that_agrees_with_the_document() {
    let lines: Vec<&str> = DOORS.iter().map(|(id, _)| *id).collect();
    let known: BTreeSet<&str> = lines.iter().copied().collect();
    let documented: BTreeSet<&str> = all().into_iter().map(|(id, ..)| id).collect();
    assert_eq!(known, documented, "left: the table, right: the document");
    assert_eq!(lines.len(), known.len(), "an operation has two lines");
    for (method, path, operation) in operations() {
        let scheme = operation["security"][0].as_object().and_then(|scheme| scheme.keys().next()).map(String::as_str);
        let (expected, why) = match door(operation["operationId"].as_str().unwrap()) {
            Public(why) => (None, *why),
            Client => (Some("client"), "its secret is the proof"),
            Reporter => (Some("reporter"), "his own"),
            AnyOfficer(why) => (Some("officer"), *why),
            Only(seats) => (Some("officer"), if seats.is_empty() { "" } else { "these" }),
        };
        assert_eq!(scheme, expected, "{method} {path}");
        assert!(!why.is_empty(), "{method} {path}: no reason");
    }
}

#[tokio::test]
async fn what_is_for_machine_clients_asks_for_id_and_secret() {
    let world = World::new().await;
    let officer = world.app.token(P::SystemAdmin).await;
    for (_, method, path) in all().into_iter().filter(|(id, ..)| matches!(door(id), Client)) {
        let call =
            world.app.call(method, &path).text("application/x-www-form-urlencoded", "grant_type=client_credentials");
        for call in [call.clone(), call.bearer(&officer)] {
            let refused = call.expect(401).await;
            assert_eq!(refused.text("/error"), "invalid_client");
            assert!(refused.header("www-authenticate").starts_with("Basic"));
        }
    }
}

#[tokio::test]
async fn what_is_public_asks_nobody_who_he_is() {
    let world = World::new().await;
    for (id, method, path) in all().into_iter().filter(|(id, ..)| matches!(door(id), Public(_))) {
        let reply: Reply = world.call(id, &method, &path).await.send().await;
        assert!(reply.status < 500 && reply.status != 403, "{id} answered {}", reply.body());
        assert_ne!(reply.at("/code"), "unauthorized", "{id}");
    }
}

#[tokio::test]
async fn a_mailbox_is_closed_to_every_officer_and_another_reporter_finds_his_own() {
    let world = World::new().await;
    let (mine, others) = (world.app.open_mailbox(&world.receipt).await, world.app.open_mailbox(&world.other).await);
    let before = world.mailbox(&mine).await;
    let secrets = [NAME, WRITTEN, &world.receipt.number, &world.keys["data request"]];
    for secret in secrets {
        assert!(before.contains(secret), "the reporter does not find {secret}: {before}");
    }
    for (id, method, path) in all().into_iter().filter(|(id, ..)| matches!(door(id), Reporter)) {
        let officers = world.app.token(P::Triage).await;
        unknown(&world, &officers, id, &method, &path).await;
        for persona in P::ALL {
            world.call(id, &method, &path).await.by(persona).expect(401).await.problem("unauthorized");
        }
        let reply = world.call(id, &method, &path).await.bearer(&others).send().await;
        assert!(matches!(reply.status, 200 | 201), "{id}: {}", reply.body());
        for secret in secrets {
            assert!(!reply.body().contains(secret), "{id} shows {secret} to another reporter");
        }
    }
    assert_eq!(world.mailbox(&mine).await, before, "somebody else wrote into it");
}

#[tokio::test]
async fn what_is_for_officers_refuses_every_seat_it_is_not_for_and_changes_nothing() {
    let world = World::new().await;
    let reporters = world.app.open_mailbox(&world.receipt).await;
    let guarded: Vec<_> = all().into_iter().filter(|(id, ..)| matches!(door(id), AnyOfficer(_) | Only(_))).collect();
    let before = world.left().await;
    let mut refused = 0;
    for (id, method, path) in &guarded {
        unknown(&world, &reporters, id, method, path).await;
        let Only(seats) = door(id) else { continue };
        for persona in P::ALL.into_iter().filter(|persona| !seats.contains(persona)) {
            let reply = world.call(id, method, path).await.by(persona).send().await;
            let code = if reply.status == 403 { "forbidden" } else { "not-found" };
            assert!(matches!(reply.status, 403 | 404), "{id} answered {persona:?} {}: {}", reply.status, reply.body());
            let body = reply.problem(code).body();
            assert!(!body.contains(NAME) && !body.contains(WRITTEN), "{id} tells {persona:?} {body}");
            refused += 1;
        }
    }
    assert!(refused > 300, "only {refused} were tried");
    assert_eq!(world.left().await, before, "a refused request left something behind");
    // The same requests by one who is let in: that the others were refused is not for another reason.
    for (id, method, path) in &guarded {
        let first = if let Only(seats) = door(id) { seats[0] } else { P::DistantTriage };
        let reply = world.call(id, method, path).await.by(first).send().await;
        let wrong_password = *id == "change_password" && reply.at("/code") != "unauthorized";
        let let_in = !matches!(reply.status, 401 | 403 | 404 | 500..) || wrong_password;
        assert!(let_in, "{id} answered {first:?} {}: {}", reply.status, reply.body());
    }
}
