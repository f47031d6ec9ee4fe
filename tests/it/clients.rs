//! Machine clients: who registers one, what its token opens, on which cases, and how it is shut out.

use std::collections::BTreeSet;
use std::time::Duration as Wait;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use chrono::Duration;
use netral::domain::actor::{Role, Scope};
use netral::token::OfficerToken;
use reqwest::Method;
use serde_json::{Value, json};

use crate::denials::{Door, World, all, door};
use crate::harness::contract::document;
use crate::harness::smtp::SmtpServer;
use crate::harness::{Call, Persona, Reply, TestApp, steps};

const READ: &str = "cases:read:agency";
const FORM: &str = "application/x-www-form-urlencoded";
const GRANT: &str = "grant_type=client_credentials";
const REASON: &str = "Sistem ini tidak dipakai lagi oleh instansinya.";
/// The unit whose people see what the clients of these tests read.
const UNIT: &str = "Subbagian Teknologi Informasi";

/// The body that registers a system of the city's inspectorate.
pub fn body(name: &str) -> Value {
    json!({ "name": name, "agency_code": "PEMDA1571", "region_code": "15.71", "work_unit": UNIT, "scopes": [READ] })
}

/// A registered client.
struct Client {
    id: String,
    secret: String,
}

async fn register(app: &TestApp, body: &Value) -> Client {
    let made = app.post("/v1/clients").by(Persona::SystemAdmin).json(body).expect(201).await;
    assert_eq!(made.header("cache-control"), "no-store");
    Client { id: made.text("/client/id").to_owned(), secret: made.text("/client_secret").to_owned() }
}

fn asking<'a>(app: &'a TestApp, id: &str, secret: &str, form: &str) -> Call<'a> {
    let pair = BASE64_STANDARD.encode(format!("{id}:{secret}"));
    app.post("/oauth/token").header("authorization", &format!("Basic {pair}")).text(FORM, form)
}

async fn token(app: &TestApp, client: &Client) -> String {
    asking(app, &client.id, &client.secret, GRANT).expect(200).await.text("/access_token").to_owned()
}

async fn shut_out(app: &TestApp, client: &Client, how: &str) -> Reply {
    let path = format!("/v1/clients/{}/{how}", client.id);
    app.post(&path).by(Persona::SystemAdmin).json(&json!({ "reason": REASON })).expect(200).await
}

async fn renew(app: &TestApp, client: &Client) -> Reply {
    let path = format!("/v1/clients/{}/secrets", client.id);
    app.post(&path).by(Persona::SystemAdmin).json(&json!({ "reason": REASON })).expect(201).await
}

async fn sight(app: &TestApp, token: &str, case: &str) -> u16 {
    let listed = app.get("/v1/cases?limit=200").bearer(token).expect(200).await.body().contains(case);
    let status = app.get(&format!("/v1/cases/{case}")).bearer(token).send().await.status;
    assert_eq!(listed, status == 200, "the list and the case differ");
    status
}

#[tokio::test]
async fn a_system_gets_a_token_by_its_secret_and_reads_the_cases_its_inspectorate_reviews() {
    let app = TestApp::start().await;
    let mut report = app.report();
    report["reporter"] = json!({ "name": "Siti Pelapor", "email": "siti@warga.example" });
    let receipt = app.submit(&report).await;
    let case = receipt.case.clone();
    app.walk(&case, &["take", "accept"]).await;
    let client = register(&app, &body("Sistem Pengawasan")).await;
    let granted = asking(&app, &client.id, &client.secret, GRANT).expect(200).await;
    assert_eq!((granted.header("cache-control"), granted.header("pragma")), ("no-store", "no-cache"));
    assert_eq!((granted.text("/token_type"), granted.at("/expires_in")), ("Bearer", &json!(600)));
    assert_eq!((granted.text("/scope"), granted.at("/refresh_token")), (READ, &Value::Null));
    let token = granted.text("/access_token");
    let claims = app.app.keys.verify_officer(token, app.now()).unwrap();
    assert_eq!(
        (claims.sub.to_string(), claims.client_id, claims.role, claims.scope.as_str()),
        (client.id.clone(), client.id.clone(), Role::IntegrationClient, READ)
    );

    let read = async |path: &str| app.get(path).bearer(token).expect(200).await;
    let seen = read(&format!("/v1/cases/{case}")).await;
    assert_eq!((seen.text("/subject/name"), seen.text("/state")), ("Budi Santoso", "inspectorate_review"));
    assert_eq!((seen.at("/reports"), seen.at("/allowed_actions")), (&Value::Null, &json!([])));
    let mut shown = seen.body() + &read("/v1/cases").await.body();
    for part in ["events", "deadlines", "tracks"] {
        shown += &read(&format!("/v1/cases/{case}/{part}")).await.body();
    }
    for secret in ["Siti", "siti@warga", "mengunggah poster", receipt.number.as_str()] {
        assert!(!shown.contains(secret), "the system reads {secret} of the report: {shown}");
    }
    app.get(&format!("/v1/cases/{case}/messages")).bearer(token).expect(403).await.problem("forbidden");

    // The trace names the machine; the privacy officer finds it by its id.
    let log = app.get(&format!("/v1/access-log?officer={}", client.id)).by(Persona::PrivacyOfficer).expect(200).await;
    let looks = log.at("/data").as_array().unwrap();
    assert_eq!(looks.len(), 5, "{}", log.body());
    assert!(looks.iter().all(|look| look["role"] == "integration_client" && look["case_number"] == json!(case)));
    assert!(looks.iter().all(|look| look["outside_agency"] == false));
}

#[tokio::test]
async fn what_other_programs_read_about_the_token_endpoint_is_so() {
    let app = TestApp::start().await;
    let metadata = app.get("/.well-known/oauth-authorization-server").expect(200).await;
    assert_eq!(metadata.text("/issuer"), crate::harness::app::PUBLIC_URL);
    assert_eq!(metadata.at("/scopes_supported"), &json!([READ]));
    assert_eq!(metadata.at("/token_endpoint_auth_methods_supported"), &json!(["client_secret_basic"]));
    app.get(metadata.text("/jwks_uri")).expect(200).await;
    let client = register(&app, &body("Sistem")).await;
    let pair = BASE64_STANDARD.encode(format!("{}:{}", client.id, client.secret));
    let call = app.post(metadata.text("/token_endpoint")).header("authorization", &format!("Basic {pair}"));
    call.text(FORM, &format!("grant_type={}", metadata.text("/grant_types_supported/0"))).expect(200).await;
}

#[tokio::test]
async fn an_unknown_client_a_wrong_secret_an_officer_and_a_disabled_client_are_answered_alike() {
    let app = TestApp::start().await;
    let client = register(&app, &body("Sistem")).await;
    let other = register(&app, &body("Sistem kedua")).await;
    let refused = asking(&app, &client.id, "netral_client_salah", GRANT).expect(401).await;
    assert_eq!(
        (refused.text("/error"), refused.header("www-authenticate")),
        ("invalid_client", "Basic realm=\"netral\"")
    );
    assert_eq!(refused.header("cache-control"), "no-store");
    let officer =
        app.db.value(&format!("SELECT id AS value FROM officers WHERE email = '{}'", Persona::Inspector.email())).await;
    for (id, secret) in [
        (uuid::Uuid::nil().to_string(), client.secret.as_str()),
        ("bukan-uuid".to_owned(), &client.secret),
        (officer, crate::harness::persona::PASSWORD),
        (client.id.clone(), &other.secret),
        (client.id.clone(), ""),
    ] {
        assert_eq!(asking(&app, &id, secret, GRANT).expect(401).await.bytes, refused.bytes, "{id}");
    }
    shut_out(&app, &client, "disable").await;
    assert_eq!(asking(&app, &client.id, &client.secret, GRANT).expect(401).await.bytes, refused.bytes);
    asking(&app, &other.id, &other.secret, GRANT).expect(200).await;
}

#[tokio::test]
async fn a_request_for_a_token_that_is_not_right_is_refused_in_the_words_of_rfc_6749() {
    let app = TestApp::start().await;
    let client = register(&app, &body("Sistem")).await;
    let ask = |form: &str| asking(&app, &client.id, &client.secret, form);
    for (form, error) in [
        ("", "invalid_request"),
        ("grant_type=", "invalid_request"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        ("grant_type=password&username=a&password=b", "unsupported_grant_type"),
        ("grant_type=client_credentials&scope=stats:read", "invalid_scope"),
        ("grant_type=client_credentials&scope=cases:read:agency%20cases:write:agency", "invalid_scope"),
        ("grant_type=client_credentials&scope=case_read", "invalid_scope"),
    ] {
        let refused = ask(form).expect(400).await;
        assert_eq!(refused.text("/error"), error, "{form}");
        assert_eq!(refused.header("cache-control"), "no-store", "{form}");
    }
    for form in ["grant_type=client_credentials&scope=", "scope=cases:read:agency&grant_type=client_credentials&lain=1"]
    {
        assert_eq!(ask(form).expect(200).await.text("/scope"), READ, "{form}");
    }
    ask(GRANT).header("content-encoding", "gzip").expect(415).await.problem("unsupported-media-type");
    let json = app.post("/oauth/token").json(&json!({ "grant_type": "client_credentials" })).expect(415).await;
    assert_eq!(json.problem("unsupported-media-type").header("accept"), FORM);
}

#[tokio::test]
async fn a_disabled_clients_token_is_refused_on_another_instance_within_a_second() {
    let app = TestApp::start().await;
    let second = app.another_instance().await;
    let client = register(&app, &body("Sistem")).await;
    let token = token(&app, &client).await;
    for instance in [&app, &second] {
        instance.get("/v1/cases").bearer(&token).expect(200).await;
    }
    let disabled = shut_out(&app, &client, "disable").await;
    assert!(disabled.at("/disabled_at").is_string());
    tokio::time::sleep(Wait::from_secs(1)).await;
    for instance in [&app, &second] {
        instance.get("/v1/cases").bearer(&token).expect(401).await.problem("unauthorized");
    }
    let enabled = shut_out(&second, &client, "enable").await;
    assert!(enabled.at("/disabled_at").is_null());
    second.get("/v1/cases").bearer(&token).expect(401).await;
    let again = self::token(&second, &client).await;
    app.get("/v1/cases").bearer(&again).expect(200).await;
    let told = format!("SELECT kind AS value FROM officer_events WHERE officer_id = '{}' ORDER BY at, id", client.id);
    assert_eq!(
        app.db.values(&told).await,
        ["registered", "seat_given", "disabled", "enabled"],
        "all of it is on record"
    );
}

#[tokio::test]
async fn another_secret_ends_the_one_before_and_the_tokens_that_came_of_it() {
    let app = TestApp::start().await;
    let client = register(&app, &body("Sistem")).await;
    let old = token(&app, &client).await;
    app.get("/v1/cases").bearer(&old).expect(200).await;
    let renewed = renew(&app, &client).await;
    assert_eq!(renewed.header("cache-control"), "no-store");
    tokio::time::sleep(Wait::from_secs(1)).await;
    app.get("/v1/cases").bearer(&old).expect(401).await;
    asking(&app, &client.id, &client.secret, GRANT).expect(401).await;
    asking(&app, &client.id, renewed.text("/client_secret"), GRANT).expect(200).await;
    for column in ["encode(secret_hash, 'escape')", "encode(secret_hash, 'hex')"] {
        let kept = app.db.values(&format!("SELECT {column} AS value FROM clients")).await.join(" ");
        assert!(!kept.contains("netral_client_"), "{kept}");
    }
    assert_eq!(app.db.count("idempotency_keys WHERE reply::text LIKE '%netral_client_%'").await, 0);
}

#[tokio::test]
async fn the_leads_of_its_inspectorate_and_the_privacy_officers_hear_of_each_secret_and_why_is_on_record() {
    let smtp = SmtpServer::start();
    let app = TestApp::start_with(&[("NETRAL_SMTP_URL", &smtp.url())], false).await;
    let client = register(&app, &body("Sistem")).await;
    let told = BTreeSet::from([Persona::Lead, Persona::PrivacyOfficer].map(|persona| persona.email().to_owned()));
    let heard = async |before: usize| {
        app.deliver_all().await;
        let mails = smtp.messages();
        for mail in &mails[before..] {
            let text = mail["text"].as_str().unwrap();
            assert!(text.contains(&format!("/v1/access-log?officer={}", client.id)), "{text}");
            assert!(!text.contains(&client.secret) && !text.contains(REASON), "{text}");
        }
        let to = |mail: &Value| mail["to"][0].as_str().unwrap().to_owned();
        (mails.len(), mails[before..].iter().map(to).collect::<BTreeSet<_>>())
    };
    assert_eq!(heard(0).await, (2, told.clone()), "and not the lead of another agency");
    let path = format!("/v1/clients/{}/secrets", client.id);
    app.post(&path).by(Persona::SystemAdmin).json(&json!({ "reason": "Singkat" })).expect(422).await;
    renew(&app, &client).await;
    assert_eq!(heard(2).await, (4, told));
    let why = format!("SELECT reason AS value FROM officer_events WHERE officer_id = '{}' AND kind =", client.id);
    assert_eq!(app.db.values(&format!("{why} 'secret_renewed'")).await, [REASON]);
}

#[tokio::test]
async fn a_clients_token_is_good_for_ten_minutes() {
    let app = TestApp::start().await;
    let client = register(&app, &body("Sistem")).await;
    let token = token(&app, &client).await;
    app.advance(Duration::minutes(9));
    app.get("/v1/cases").bearer(&token).expect(200).await;
    app.advance(Duration::minutes(2));
    tokio::time::sleep(Wait::from_secs(1)).await;
    app.get("/v1/cases").bearer(&token).expect(401).await;
}

#[tokio::test]
async fn a_token_opens_no_more_than_its_own_scopes_name() {
    let app = TestApp::start().await;
    let case = app.case_after(&["take", "accept"]).await;
    let client = register(&app, &body("Sistem")).await;
    let claims = app.app.keys.verify_officer(&token(&app, &client).await, app.now()).unwrap();
    let of = OfficerToken { officer_id: claims.sub, seat_id: claims.seat, role: claims.role, sign_in_id: claims.sid };
    let sign = |scopes: &[Scope]| app.app.keys.sign_client(of, scopes, app.now(), Duration::minutes(5)).unwrap();
    assert_eq!(sight(&app, &sign(&[Scope::ReadAgencyCases]), &case).await, 200);
    let none = sign(&[]);
    app.get("/v1/cases").bearer(&none).expect(403).await.problem("forbidden");
    app.get(&format!("/v1/cases/{case}")).bearer(&none).expect(404).await.problem("not-found");
    // One made as an officer's, with the names of permissions in it, is worth nothing to a machine's seat.
    app.get("/v1/cases").bearer(&app.sign(of)).expect(403).await.problem("forbidden");
    // And scopes give an officer's seat nothing that its role has not.
    let admin = crate::harness::db::signed_in(Persona::AgencyAdmin);
    let scoped = app.app.keys.sign_client(admin, Scope::ALL, app.now(), Duration::minutes(5)).unwrap();
    app.get("/v1/cases").bearer(&scoped).expect(403).await.problem("forbidden");
}

/// What a machine reads on a case of its agency, or that is the same for everybody.
const READS: [&str; 12] = [
    "list_cases",
    "get_case",
    "list_case_events",
    "list_case_deadlines",
    "count_deadlines",
    "list_tracks",
    "list_approvals",
    "list_waiting_approvals",
    "list_case_files",
    "get_case_file",
    "get_calendar",
    "list_law_changes",
];

#[tokio::test]
async fn a_machine_reads_what_its_scope_names_and_every_write_is_refused() {
    let world = World::new().await;
    let client = register(&world.app, &body("Sistem")).await;
    let token = token(&world.app, &client).await;
    let rows = async || {
        let mut rows = world.app.db.row_counts().await;
        rows.remove("access_entries");
        rows
    };
    let (before, mut writes, mut open) = (rows().await, 0, BTreeSet::new());
    for (id, method, path) in all() {
        if !matches!(door(id), Door::Only(_) | Door::AnyOfficer(_) | Door::Reporter) {
            continue;
        }
        let reply = world.call(id, &method, &path).await.bearer(&token).send().await;
        match (door(id), reply.status) {
            (Door::Reporter, status) => assert_eq!(status, 401, "{id}"),
            // The calendar wants to know the year: it asked, and did not refuse.
            (_, 200 | 400) => {
                assert_eq!(method, Method::GET, "{id}");
                open.insert(id);
            }
            (_, status) if method == Method::GET => assert!(matches!(status, 403 | 404), "{id}: {}", reply.body()),
            (_, status) => {
                assert_eq!(status, 403, "{id}: {}", reply.body());
                writes += 1;
            }
        }
    }
    assert_eq!(open, BTreeSet::from(READS), "left: what was answered, right: what was meant");
    assert!(writes > 30, "only {writes} were tried");
    assert_eq!(rows().await, before, "a refused request left something behind");
}

#[tokio::test]
async fn a_machine_finds_no_case_of_another_agency_of_its_own_unit_or_of_a_protected_subject() {
    let app = TestApp::start().await;
    let city = token(&app, &register(&app, &body("Sistem kota")).await).await;
    let mut above = body("Sistem provinsi");
    (above["agency_code"], above["region_code"]) = ("PEMDA15".into(), "15".into());
    let province = token(&app, &register(&app, &above).await).await;

    let waiting = app.case_after(&["take"]).await;
    assert_eq!(sight(&app, &city, &waiting).await, 404, "no inspectorate reviews it yet");
    let own = app.case_after(&["take", "accept"]).await;
    assert_eq!((sight(&app, &city, &own).await, sight(&app, &province, &own).await), (200, 404));

    let mut accept = steps::input(&app, "accept");
    accept["subject"]["work_unit"] = "subbagian  teknologi informasi".into();
    let unit = app.case_after(&["take"]).await;
    app.fire_with(&unit, "accept", &accept).await;
    assert_eq!(sight(&app, &city, &unit).await, 404, "the people of that unit read what the system reads");
    app.case(Persona::Inspector, &unit).await;

    let mut accept = steps::input(&app, "accept");
    accept["reviewing_agency_code"] = "PEMDA15".into();
    accept["protected_position"] = "regional_secretary".into();
    app.fire_with(&own, "accept", &accept).await;
    assert_eq!(
        (sight(&app, &city, &own).await, sight(&app, &province, &own).await),
        (404, 200),
        "the secretary's own agency no longer reads it, by machine neither"
    );
}

#[tokio::test]
async fn a_system_is_registered_where_its_inspectorate_reviews_and_nowhere_else() {
    let app = TestApp::start().await;
    register(&app, &body("Sistem")).await;
    let refused = async |field: &str, value: Value| {
        let mut body = body("Sistem lain");
        body[field] = value;
        let reply =
            app.post("/v1/clients").by(Persona::SystemAdmin).json(&body).expect(422).await.problem("invalid-input");
        reply.faults().first().map(|(pointer, code)| format!("{pointer} {code}")).unwrap()
    };
    assert_eq!(refused("name", "SISTEM".into()).await, "/name taken");
    assert_eq!(refused("agency_code", "TIDAK".into()).await, "/agency_code unknown-code");
    assert_eq!(refused("agency_code", "KANREG07".into()).await, "/agency_code not-allowed");
    assert_eq!(refused("region_code", "73".into()).await, "/region_code not-allowed");
    assert_eq!(refused("work_unit", "   ".into()).await, "/work_unit required");
    assert_eq!(refused("scopes", json!([])).await, "/scopes too-short");
    for scope in ["reports:import", "cases:write:agency", "stats:read", "referrals:write"] {
        assert_eq!(refused("scopes", json!([READ, scope])).await, "/scopes/1 not-allowed", "{scope} opens nothing yet");
    }
    let listed = app.get("/v1/clients").by(Persona::SystemAdmin).expect(200).await;
    assert_eq!(listed.at("/data").as_array().unwrap().len(), 1, "{}", listed.body());
    assert_eq!(listed.text("/data/0/seat/role"), "integration_client");
    assert!(!listed.body().contains("netral_client_") && !listed.body().contains("secret_hash"));
    let first = register(&app, &body("Sistem ketiga")).await;
    let one = app.get(&format!("/v1/clients/{}", first.id)).by(Persona::SystemAdmin).expect(200).await;
    assert_eq!(one.text("/name"), "Sistem ketiga");
    let page = app.get("/v1/clients?limit=1").by(Persona::SystemAdmin).expect(200).await;
    let next = format!("/v1/clients?limit=1&after={}", page.text("/page/next_cursor"));
    let rest = app.get(&next).by(Persona::SystemAdmin).expect(200).await;
    assert_eq!((rest.text("/data/0/id"), rest.at("/page/has_more")), (first.id.as_str(), &json!(false)));
}

#[tokio::test]
async fn a_machine_is_no_officer_and_no_officer_holds_a_machines_seat() {
    let app = TestApp::start().await;
    let client = register(&app, &body("Sistem")).await;
    let seat =
        json!({ "role": "integration_client", "agency_code": "PEMDA1571", "region_code": "15.71", "work_unit": UNIT });
    let person =
        json!({ "email": "baru@kota.example", "name": "Petugas Baru", "nip": "199001012015051001", "seat": seat });
    let officer =
        app.db.value(&format!("SELECT id AS value FROM officers WHERE email = '{}'", Persona::Inspector.email())).await;
    for admin in [Persona::SystemAdmin, Persona::AgencyAdmin] {
        app.post("/v1/officers").by(admin).json(&person).expect(403).await.problem("forbidden");
        app.post(&format!("/v1/officers/{officer}/seats")).by(admin).json(&seat).expect(403).await.problem("forbidden");
        // Nothing that is done to officers is done to it, and no list of theirs names it.
        let its = |path: &str| format!("/v1/officers/{}{path}", client.id);
        let reason = json!({ "reason": REASON });
        let inspector =
            json!({ "role": "inspector", "agency_code": "PEMDA1571", "region_code": "15.71", "work_unit": UNIT });
        app.get(&its("")).by(admin).expect(404).await;
        app.post(&its("/invitations")).by(admin).expect(404).await;
        app.post(&its("/seats")).by(admin).json(&inspector).expect(404).await;
        app.post(&its("/disable")).by(admin).json(&reason).expect(404).await;
        app.call(Method::PUT, &its("/numbers"))
            .by(admin)
            .json(&json!({ "nip": "199001012015051001" }))
            .expect(404)
            .await;
        let mut listed = String::new();
        let mut next = "/v1/officers?limit=5".to_owned();
        loop {
            let page = app.get(&next).by(admin).expect(200).await;
            listed += &page.body();
            let Some(cursor) = page.at("/page/next_cursor").as_str() else { break };
            next = format!("/v1/officers?limit=5&after={cursor}");
        }
        assert!(listed.contains(&officer) && !listed.contains(&client.id), "{listed}");
    }
    app.post(&format!("/v1/clients/{officer}/disable"))
        .by(Persona::SystemAdmin)
        .json(&json!({ "reason": REASON }))
        .expect(404)
        .await;
    // The database keeps it so, whatever a program does.
    let id = &client.id;
    for wrong in [
        format!("UPDATE officers SET password_hash = 'x' WHERE id = '{id}'"),
        format!("UPDATE officers SET email = 'sistem@kota.example' WHERE id = '{id}'"),
        format!("UPDATE officers SET nip = '199001012015051001' WHERE id = '{id}'"),
        format!("UPDATE officers SET kind = 'person', email = 'sistem@kota.example' WHERE id = '{id}'"),
        format!("UPDATE seats SET role = 'inspector' WHERE officer_id = '{id}'"),
        format!("UPDATE seats SET role = 'integration_client' WHERE officer_id = '{officer}'"),
        format!("UPDATE clients SET id = '{officer}' WHERE id = '{id}'"),
        format!(
            "INSERT INTO seats (id, officer_id, role, agency_id, region_code) SELECT gen_random_uuid(), officer_id, role, agency_id, '' FROM seats WHERE officer_id = '{id}'"
        ),
    ] {
        let said = app.db.refusal(&wrong).await;
        assert!(said.contains("violates"), "{wrong}: {said}");
    }
}

#[tokio::test]
async fn guesses_slow_their_network_down_and_nobody_elsewhere() {
    let app = TestApp::start_with(&[("NETRAL_TRUSTED_PROXIES", "127.0.0.1")], false).await;
    let client = register(&app, &body("Sistem")).await;
    let now = app.now();
    let ask = |network: &str, secret: &str| {
        app.set_clock(now);
        asking(&app, &client.id, secret, GRANT).header("x-forwarded-for", network)
    };
    for n in 0..31 {
        assert_eq!(ask("203.0.113.7", "netral_client_tebakan").send().await.status, 401, "{n}");
    }
    let slowed = ask("203.0.113.99", &client.secret).expect(429).await.problem("too-many-requests");
    assert!(slowed.header("retry-after").parse::<i64>().unwrap() > 0);
    ask("198.51.100.7", &client.secret).expect(200).await;
    // A system that was given another secret and does not know it keeps no officer of its agency out.
    let wrong = json!({ "email": Persona::Inspector.email(), "password": "salah", "code": "000000" });
    app.post("/v1/sessions").header("x-forwarded-for", "203.0.113.7").json(&wrong).expect(401).await;
}

#[tokio::test]
async fn unusual_reading_by_a_machine_is_flagged_as_anybodys() {
    let app = TestApp::start_with(&[("NETRAL_FLAG_CASES", "2")], false).await;
    let client = register(&app, &body("Sistem")).await;
    let token = token(&app, &client).await;
    for _ in 0..3 {
        app.case_after(&["take", "accept"]).await;
    }
    app.get("/v1/cases").bearer(&token).expect(200).await;
    netral::worker::lookout::round(&app.app, Duration::hours(1)).await.unwrap();
    let flags = app.get("/v1/access-flags").by(Persona::PrivacyOfficer).expect(200).await;
    let its = flags.at("/data").as_array().unwrap().iter().find(|flag| flag["officer_id"] == json!(client.id));
    assert_eq!(
        its.map(|flag| (&flag["kind"], &flag["cases"])),
        Some((&json!("many_cases"), &json!(3))),
        "{}",
        flags.body()
    );
}

#[test]
fn the_document_offers_the_scopes_that_open_something_and_no_other() {
    assert_eq!(document()["components"]["schemas"]["Scope"]["enum"], json!([READ]));
}
