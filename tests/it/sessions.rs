//! Officers signing in: who gets a token, how long it is good, what it opens, and how others can check it.

use std::time::{Duration as Wait, Instant};

use chrono::Duration;
use netral::token::SecondFactor;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::persona::{PASSWORD, recovery_code, second_factor};
use crate::harness::{Persona, Reply, TestApp};

/// The body that signs this officer in now.
fn credentials(app: &TestApp, email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "code": second_factor().code(app.clock.wall()).unwrap() })
}

async fn sign_in(app: &TestApp, email: &str) -> Reply {
    app.post("/v1/sessions").json(&credentials(app, email)).send().await
}

#[tokio::test]
async fn an_officer_signs_in_and_is_told_the_seat() {
    let app = TestApp::start().await;
    let reply = sign_in(&app, "Verifikator@BKN.example").await;
    assert_eq!(reply.status, 201, "the case of an address does not matter: {}", reply.body());
    assert_eq!((reply.text("/token_type"), reply.at("/expires_in")), ("Bearer", &json!(600)));
    assert_eq!((reply.text("/seat/role"), reply.text("/seat/agency_code")), ("triage_officer", "BKN"));
    assert_eq!(reply.text("/seat/region_code"), "15");
}

#[tokio::test]
async fn an_unknown_account_a_wrong_password_a_wrong_code_and_a_disabled_officer_are_answered_alike() {
    let app = TestApp::start().await;
    let with = |part: &str, value: &str| {
        let mut body = credentials(&app, Persona::Triage.email());
        body[part] = value.into();
        app.post("/v1/sessions").json(&body).expect(401)
    };
    let refused = with("password", "salah").await.problem("sign-in-refused");
    assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"netral\"");
    assert_eq!(with("email", "siapa@bkn.example").await.bytes, refused.bytes);
    assert_eq!(
        with("code", &second_factor().code(app.clock.wall() - Duration::minutes(5)).unwrap()).await.bytes,
        refused.bytes
    );
    assert_eq!(with("seat_id", &uuid::Uuid::nil().to_string()).await.bytes, refused.bytes, "a seat of somebody else");
    let no_code = json!({ "email": Persona::Ppk.email(), "password": PASSWORD });
    assert_eq!(app.post("/v1/sessions").json(&no_code).expect(401).await.bytes, refused.bytes);
    let sql = format!("UPDATE officers SET disabled_at = now() WHERE email = '{}'", Persona::Auditor.email());
    app.db.execute(&sql).await;
    assert_eq!(sign_in(&app, Persona::Auditor.email()).await.bytes, refused.bytes);
}

#[tokio::test]
async fn a_code_of_the_authenticator_and_a_recovery_code_are_each_good_once() {
    let app = TestApp::start().await;
    let body = credentials(&app, Persona::Triage.email());
    let recovery = json!({ "email": Persona::Triage.email(), "password": PASSWORD, "recovery_code": recovery_code(1).to_uppercase() });
    for body in [body, recovery] {
        app.post("/v1/sessions").json(&body).expect(201).await;
        app.post("/v1/sessions").json(&body).expect(401).await.problem("sign-in-refused");
    }
}

#[tokio::test]
async fn of_two_who_bring_one_code_at_once_one_is_signed_in() {
    let app = TestApp::start().await;
    let body = credentials(&app, Persona::Triage.email());
    let try_it = || async { app.post("/v1/sessions").json(&body).send().await.status };
    let (one, other) = tokio::join!(try_it(), try_it());
    assert_eq!([one, other].iter().filter(|status| **status == 201).count(), 1, "{one} {other}");
}

#[tokio::test]
async fn an_officer_enrols_an_authenticator_before_the_first_sign_in() {
    let app = TestApp::start().await;
    let email = Persona::Triage.email();
    app.db.execute("DELETE FROM recovery_codes; DELETE FROM second_factors").await;
    let known = json!({ "email": email, "password": PASSWORD });
    app.post("/v1/sessions").json(&known).expect(403).await.problem("second-factor-missing");
    let wrong = json!({ "email": email, "password": "salah" });
    app.post("/v1/second-factor").json(&wrong).expect(401).await.problem("sign-in-refused");
    let offer = app.post("/v1/second-factor").json(&known).expect(201).await;
    assert_eq!(offer.header("cache-control"), "no-store");
    let factor = SecondFactor::from_address(offer.text("/otpauth_uri")).unwrap();
    let mut with_code = known.clone();
    with_code["code"] = factor.code(app.clock.wall() - Duration::hours(1)).unwrap().into();
    app.post("/v1/second-factor/confirmation").json(&with_code).expect(401).await;
    with_code["code"] = factor.code(app.clock.wall()).unwrap().into();
    // Not before it is confirmed.
    app.post("/v1/sessions").json(&with_code).expect(403).await.problem("second-factor-missing");
    let codes = app.post("/v1/second-factor/confirmation").json(&with_code).expect(201).await;
    assert_eq!(codes.at("/recovery_codes").as_array().unwrap().len(), 10);
    app.post("/v1/sessions").json(&with_code).expect(201).await;
    let mut recovery = known.clone();
    recovery["recovery_code"] = codes.at("/recovery_codes/3").clone();
    app.post("/v1/sessions").json(&recovery).expect(201).await;
    // Nobody who only knows the password puts another authenticator in its place.
    app.post("/v1/second-factor").json(&known).expect(401).await.problem("sign-in-refused");
    app.post("/v1/second-factor/confirmation").json(&with_code).expect(401).await.problem("sign-in-refused");
    let mails = app.deliver_all().await;
    let told = mails.iter().find(|mail| mail.to == email).expect("the owner is told");
    assert!(!told.text.contains("otpauth") && !told.text.contains("Petugas Uji"), "{}", told.text);
    let secret = offer.text("/otpauth_uri").split("secret=").nth(1).unwrap().split('&').next().unwrap();
    let stored = app.db.value("SELECT encode(secret, 'hex') AS value FROM second_factors").await;
    let plain = totp_rs::Secret::try_from_base32(secret).unwrap();
    assert!(!stored.contains(&netral::domain::event::hex(plain.as_bytes())), "the secret lies open in the database");
}

#[tokio::test]
async fn who_knows_the_password_gets_no_more_tries_at_the_code_by_asking_for_another_factor() {
    let app = TestApp::start().await;
    let known = json!({ "email": Persona::Triage.email(), "password": PASSWORD });
    let mut guess = known.clone();
    guess["code"] = "000000".into();
    let now = app.now();
    let attempt = |path: &str, body: &Value| {
        app.set_clock(now);
        app.post(path).json(body)
    };
    attempt("/v1/sessions", &guess).expect(401).await;
    attempt("/v1/second-factor", &known).expect(401).await.problem("sign-in-refused");
    attempt("/v1/second-factor/confirmation", &guess).expect(401).await.problem("sign-in-refused");
    attempt("/v1/sessions", &guess).expect(401).await;
    attempt("/v1/sessions", &guess).expect(429).await.problem("too-many-requests");
}

#[tokio::test]
async fn a_clock_set_back_keeps_nobody_out() {
    let app = TestApp::start().await;
    let (right, wrong) = (
        credentials(&app, Persona::Triage.email()),
        json!({ "email": Persona::Triage.email(), "password": "salah", "code": "000000" }),
    );
    app.advance(Duration::days(30));
    let now = app.now();
    for status in [401, 401, 401, 401, 429] {
        app.set_clock(now);
        app.post("/v1/sessions").json(&wrong).expect(status).await;
    }
    app.advance(-Duration::days(30));
    app.post("/v1/sessions").json(&right).expect(201).await;
}

#[tokio::test]
async fn failures_slow_an_account_down_whether_it_exists_or_not_and_never_lock_it() {
    let app = TestApp::start().await;
    for email in [Persona::Triage.email(), "siapa@bkn.example"] {
        let wrong = json!({ "email": email, "password": "salah", "code": "000000" });
        let began = app.now();
        for second in 0..4 {
            app.set_clock(began + Duration::seconds(second));
            app.post("/v1/sessions").json(&wrong).expect(401).await;
        }
        app.set_clock(began + Duration::seconds(4));
        let slowed = app.post("/v1/sessions").json(&wrong).expect(429).await.problem("too-many-requests");
        let wait: i64 = slowed.header("retry-after").parse().unwrap();
        assert!((1..=2).contains(&wait), "{wait}");
        // The right password has to wait as well: else it would be found by trying.
        app.set_clock(began + Duration::seconds(4));
        app.post("/v1/sessions").json(&credentials(&app, email)).expect(429).await;
    }
    let right = credentials(&app, Persona::Triage.email());
    let wrong = json!({ "email": Persona::Triage.email(), "password": "salah" });
    for _ in 0..20 {
        app.advance(Duration::seconds(31));
        app.post("/v1/sessions").json(&wrong).expect(401).await;
    }
    app.advance(Duration::seconds(31));
    app.post("/v1/sessions").json(&right).expect(201).await;
    app.post("/v1/sessions").json(&wrong).expect(401).await;
}

#[tokio::test]
async fn one_network_that_tries_many_accounts_is_slowed_down_and_others_are_not() {
    let settings = [("NETRAL_TRUSTED_PROXIES", "127.0.0.1")];
    let app = TestApp::start_with(&settings, false).await;
    let now = app.now();
    let try_from = |network: &str, n: usize| {
        app.set_clock(now);
        let body = json!({ "email": format!("tebak{n}@bkn.example"), "password": "salah" });
        app.post("/v1/sessions").header("x-forwarded-for", network).json(&body).send()
    };
    for n in 0..31 {
        assert_eq!(try_from("203.0.113.7", n).await.status, 401, "{n}");
    }
    assert_eq!(try_from("203.0.113.99", 32).await.status, 429);
    assert_eq!(try_from("198.51.100.7", 33).await.status, 401);
    let kept = app.db.values("SELECT encode(key, 'escape') AS value FROM sign_in_delays").await;
    assert!(kept.iter().all(|key| !key.contains("203.0") && !key.contains("tebak")), "{kept:?}");
}

#[tokio::test]
async fn what_a_network_is_refused_takes_no_try_from_the_account_and_its_owner_comes_in_from_elsewhere() {
    let app = TestApp::start_with(&[("NETRAL_TRUSTED_PROXIES", "127.0.0.1")], false).await;
    let now = app.now();
    let try_from = |network: &str, email: &str| {
        app.set_clock(now);
        let body = json!({ "email": email, "password": "salah", "code": "000000" });
        app.post("/v1/sessions").header("x-forwarded-for", network).json(&body).send()
    };
    let owner = Persona::Triage.email();
    for _ in 0..3 {
        assert_eq!(try_from("198.51.100.7", owner).await.status, 401, "the tries that are free");
    }
    for n in 0..31 {
        assert_eq!(try_from("203.0.113.7", &format!("tebak{n}@bkn.example")).await.status, 401, "{n}");
    }
    let rows = "SELECT row_to_json(d) AS value FROM sign_in_delays d ORDER BY key";
    let before = app.db.values(rows).await;
    for email in [owner, "siapa@bkn.example"] {
        assert_eq!(try_from("203.0.113.7", email).await.status, 429);
    }
    assert_eq!(app.db.values(rows).await, before, "neither an account that exists nor one that does not is touched");
    let right = credentials(&app, owner);
    let from_elsewhere = || app.post("/v1/sessions").header("x-forwarded-for", "198.51.100.7").json(&right);
    assert_eq!(try_from("198.51.100.9", owner).await.status, 401, "the fourth slows the account down");
    assert_eq!(try_from("203.0.113.7", owner).await.status, 429);
    let wait: i64 = from_elsewhere().expect(429).await.header("retry-after").parse().unwrap();
    app.advance(Duration::seconds(wait));
    from_elsewhere().expect(201).await;
}

#[tokio::test]
async fn colleagues_behind_a_network_that_failed_often_wait_once_and_a_success_opens_it_again() {
    let app = TestApp::start().await;
    let now = app.now();
    for n in 0..35 {
        app.set_clock(now + Duration::minutes(n));
        let body = json!({ "email": format!("tebak{n}@bkn.example"), "password": "salah" });
        assert_eq!(app.post("/v1/sessions").json(&body).send().await.status, 401, "{n}");
    }
    let sign_in = |who: Persona| app.post("/v1/sessions").json(&credentials(&app, who.email()));
    let wait: i64 = sign_in(Persona::Triage).expect(429).await.header("retry-after").parse().unwrap();
    app.advance(Duration::seconds(wait));
    sign_in(Persona::Triage).expect(201).await;
    sign_in(Persona::Inspector).expect(201).await;
    sign_in(Persona::Auditor).expect(201).await;
}

#[tokio::test]
async fn who_tries_an_account_that_has_to_wait_slows_nobody_of_his_network_down() {
    let app = TestApp::start().await;
    let now = app.now();
    let try_it = |email: &str| {
        app.set_clock(now);
        app.post("/v1/sessions").json(&json!({ "email": email, "password": "salah" })).send()
    };
    for _ in 0..4 {
        assert_eq!(try_it(Persona::Triage.email()).await.status, 401);
    }
    for _ in 0..40 {
        assert_eq!(try_it(Persona::Triage.email()).await.status, 429);
    }
    assert_eq!(try_it(Persona::Auditor.email()).await.status, 401);
}

#[tokio::test]
async fn a_refresh_token_gets_the_next_tokens_once_and_its_second_use_ends_the_sign_in_and_is_told() {
    let app = TestApp::start().await;
    let session = sign_in(&app, Persona::Triage.email()).await;
    let refresh = |token: &str| app.post("/v1/sessions/refresh").json(&json!({ "refresh_token": token })).send();
    let next = refresh(session.text("/refresh_token")).await;
    assert_eq!((next.status, next.text("/sign_in_id")), (201, session.text("/sign_in_id")));
    app.get("/v1/cases").bearer(next.text("/access_token")).expect(200).await;
    assert_eq!(app.deliver_all().await.len(), 0);
    // The stolen one comes again.
    assert_eq!(refresh(session.text("/refresh_token")).await.problem("unauthorized").status, 401);
    assert_eq!(refresh(next.text("/refresh_token")).await.status, 401, "the whole family is dead");
    refused_soon(&app, next.text("/access_token")).await;
    let mails = app.deliver_all().await;
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, Persona::Triage.email()));
    assert!(mails[0].text.contains("token pembaruan"), "{}", mails[0].text);
    assert_eq!(refresh("nobody's").await.status, 401);
}

#[tokio::test]
async fn of_two_who_bring_one_refresh_token_at_once_one_gets_the_next() {
    let app = TestApp::start().await;
    let session = sign_in(&app, Persona::Triage.email()).await;
    let body = json!({ "refresh_token": session.text("/refresh_token") });
    let refresh = || async { app.post("/v1/sessions/refresh").json(&body).send().await.status };
    let (one, other) = tokio::join!(refresh(), refresh());
    assert_eq!([one.min(other), one.max(other)], [201, 401]);
    let ended = app.db.value("SELECT ended_by AS value FROM sign_ins WHERE ended_by IS NOT NULL").await;
    assert_eq!(ended, "refresh_reused");
}

#[tokio::test]
async fn a_sign_in_ends_when_idle_for_eight_hours_and_after_twelve_in_any_case() {
    let app = TestApp::start().await;
    let refresh =
        async |token: &str| app.post("/v1/sessions/refresh").json(&json!({ "refresh_token": token })).send().await;
    let mut session = sign_in(&app, Persona::Triage.email()).await;
    app.advance(Duration::hours(7));
    session = refresh(session.text("/refresh_token")).await;
    app.advance(Duration::minutes(4 * 60 + 59));
    let last = refresh(session.text("/refresh_token")).await;
    assert_eq!(last.status, 201);
    app.advance(Duration::minutes(2));
    assert_eq!(refresh(last.text("/refresh_token")).await.status, 401);
    refused_soon(&app, last.text("/access_token")).await;
    let idle = sign_in(&app, Persona::Auditor.email()).await;
    app.advance(Duration::minutes(8 * 60 + 1));
    assert_eq!(refresh(idle.text("/refresh_token")).await.status, 401);
}

#[tokio::test]
async fn an_officer_sees_the_own_seats_permissions_and_sign_ins_and_ends_one() {
    let app = TestApp::start().await;
    let lost = sign_in(&app, Persona::Triage.email()).await;
    let token = app.token(Persona::Triage).await;
    let me = app.get("/v1/me").bearer(&token).expect(200).await;
    assert_eq!((me.text("/email"), me.text("/seats/0/role")), (Persona::Triage.email(), "triage_officer"));
    let permissions = me.at("/permissions").as_array().unwrap();
    assert!(permissions.contains(&json!("case_triage")) && !permissions.contains(&json!("case_close")));
    let sign_ins = me.at("/sign_ins").as_array().unwrap();
    assert_eq!((sign_ins.len(), &sign_ins[0]["id"]), (2, &json!(lost.text("/sign_in_id"))));
    assert_eq!((&sign_ins[0]["current"], &sign_ins[1]["current"]), (&json!(false), &json!(true)));
    let path = format!("/v1/me/sign-ins/{}", lost.text("/sign_in_id"));
    // Nobody ends those of another.
    app.call(Method::DELETE, &path).by(Persona::Auditor).expect(404).await;
    app.call(Method::DELETE, &path).bearer(&token).expect(204).await;
    refused_soon(&app, lost.text("/access_token")).await;
    app.post("/v1/sessions/refresh").json(&json!({ "refresh_token": lost.text("/refresh_token") })).expect(401).await;
    app.get("/v1/me").bearer(&token).expect(200).await;
}

#[tokio::test]
async fn a_changed_password_ends_every_other_sign_in_and_a_weak_one_is_refused() {
    let app = TestApp::start().await;
    let other = sign_in(&app, Persona::Triage.email()).await;
    let change = |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        app.call(Method::PUT, "/v1/me/password").by(Persona::Triage).json(&body).send()
    };
    let weak = change(PASSWORD, "verifikator123").await.problem("invalid-input");
    assert_eq!((weak.text("/errors/0/pointer"), weak.text("/errors/0/code")), ("/new_password", "weak-password"));
    assert_eq!(change("salah", "kucing melompat di atas pagar").await.problem("sign-in-refused").status, 401);
    assert_eq!(change(PASSWORD, "kucing melompat di atas pagar").await.status, 204);
    refused_soon(&app, other.text("/access_token")).await;
    app.get("/v1/me").by(Persona::Triage).expect(200).await;
    let old = json!({ "email": Persona::Triage.email(), "password": PASSWORD, "recovery_code": recovery_code(5) });
    app.post("/v1/sessions").json(&old).expect(401).await;
    assert_eq!(app.deliver_all().await.len(), 1);
}

#[tokio::test]
async fn two_instances_agree_within_a_second_on_who_is_out() {
    let app = TestApp::start().await;
    let second = app.another_instance().await;
    let token = app.token(Persona::Triage).await;
    for instance in [&app, &second] {
        instance.get("/v1/cases").bearer(&token).expect(200).await;
    }
    let id = app.get("/v1/me").bearer(&token).expect(200).await.text("/sign_ins/0/id").to_owned();
    app.call(Method::DELETE, &format!("/v1/me/sign-ins/{id}")).bearer(&token).expect(204).await;
    tokio::time::sleep(Wait::from_secs(1)).await;
    for instance in [&app, &second] {
        instance.get("/v1/cases").bearer(&token).expect(401).await.problem("unauthorized");
    }
}

#[tokio::test]
async fn a_token_is_good_for_ten_minutes() {
    let app = TestApp::start().await;
    let token = sign_in(&app, Persona::Triage.email()).await.text("/access_token").to_owned();
    app.get("/v1/cases").bearer(&token).expect(200).await;
    app.advance(Duration::minutes(9));
    // Another officer's request in between: the token is read again, not remembered.
    app.get("/v1/cases").bearer(&token).expect(200).await;
    app.advance(Duration::minutes(2));
    refused_soon(&app, &token).await;
}

/// A token that was good a moment ago is trusted for a second more; then it is refused.
async fn refused_soon(app: &TestApp, token: &str) {
    let began = Instant::now();
    loop {
        let reply = app.get("/v1/cases").bearer(token).send().await;
        if reply.status == 401 {
            reply.problem("unauthorized");
            return;
        }
        assert!(began.elapsed() < Wait::from_secs(5), "still let in");
        tokio::time::sleep(Wait::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_officer_who_is_disabled_or_loses_the_seat_is_out_at_once() {
    let app = TestApp::start().await;
    for (persona, sql) in [
        (Persona::Triage, "UPDATE officers SET disabled_at = now() WHERE email ="),
        (
            Persona::Auditor,
            "UPDATE seats SET ended_at = now() FROM officers WHERE officer_id = officers.id AND email =",
        ),
    ] {
        let token = app.token(persona).await;
        app.get("/v1/cases").bearer(&token).expect(200).await;
        app.db.execute(&format!("{sql} '{}'", persona.email())).await;
        refused_soon(&app, &token).await;
    }
}

#[tokio::test]
async fn a_token_that_was_touched_and_one_of_another_service_are_refused() {
    let app = TestApp::start().await;
    let token = app.token(Persona::Triage).await;
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = head.split_once('.').unwrap();
    let other = TestApp::start_with(&[("NETRAL_PUBLIC_URL", "http://another.test")], false).await;
    let foreign = sign_in(&other, Persona::Triage.email()).await.text("/access_token").to_owned();
    let mut claims_of_another = claims.to_owned();
    claims_of_another.replace_range(10..11, if &claims[10..11] == "A" { "B" } else { "A" });
    for wrong in [
        format!("{header}.{claims_of_another}.{signature}"),
        format!("{header}.{claims}.{}", signature.chars().rev().collect::<String>()),
        format!("{header}.{claims}."),
        // {"alg":"none"}
        format!("eyJhbGciOiJub25lIn0.{claims}."),
        foreign,
        "x".to_owned(),
        String::new(),
    ] {
        app.get("/v1/cases").bearer(&wrong).expect(401).await.problem("unauthorized");
    }
    app.get("/v1/cases").header("authorization", &format!("Basic {token}")).expect(401).await;
    app.get("/v1/cases").bearer(&token).expect(200).await;
}

#[tokio::test]
async fn others_can_check_a_token_with_the_published_keys_and_find_no_person_in_it() {
    use base64::Engine as _;
    let app = TestApp::start().await;
    let token = app.token(Persona::Triage).await;
    let keys = app.get("/.well-known/jwks.json").expect(200).await;
    let part = |n: usize| {
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').nth(n).unwrap()).unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
    };
    let (header, claims) = (part(0), part(1));
    assert_eq!(header["alg"], "ES256");
    let kids: Vec<_> = keys.at("/keys").as_array().unwrap().iter().map(|key| key["kid"].clone()).collect();
    assert!(kids.contains(&header["kid"]), "{kids:?}");
    assert!(keys.at("/keys/0/d").is_null(), "a private key is published");
    assert_eq!(claims["iss"], crate::harness::app::PUBLIC_URL);
    assert!(!claims.to_string().contains('@') && !claims.to_string().contains("Petugas"), "{claims}");
}

#[tokio::test]
async fn an_officer_with_two_seats_chooses_one() {
    let app = TestApp::start().await;
    app.db
        .execute(&format!(
            "INSERT INTO seats (id, officer_id, role, agency_id, region_code, created_at) \
             SELECT gen_random_uuid(), officers.id, 'system_admin', agencies.id, '', now() + interval '1 hour' \
             FROM officers, agencies WHERE email = '{}' AND code = 'BKN'",
            Persona::Triage.email()
        ))
        .await;
    let first = sign_in(&app, Persona::Triage.email()).await;
    assert_eq!(first.text("/seat/role"), "triage_officer");
    assert_eq!(first.text("/seats/1/role"), "system_admin");
    let (token, other_seat) = (first.text("/access_token"), first.text("/seats/1/id"));
    app.get("/v1/deliveries").bearer(token).expect(403).await.problem("forbidden");
    // For one request.
    app.get("/v1/deliveries").bearer(token).header("netral-seat", other_seat).expect(200).await;
    app.get("/v1/deliveries").bearer(token).expect(403).await;
    app.get("/v1/deliveries").bearer(token).header("netral-seat", "x").expect(400).await.problem("invalid-parameter");
    let foreign = app.get("/v1/me").by(Persona::SystemAdmin).expect(200).await.text("/seat_id").to_owned();
    app.get("/v1/deliveries").bearer(token).header("netral-seat", &foreign).expect(401).await;
    // For the sign-in.
    let mut body = json!({ "email": Persona::Triage.email(), "password": PASSWORD, "recovery_code": recovery_code(7) });
    body["seat_id"] = other_seat.into();
    let second = app.post("/v1/sessions").json(&body).expect(201).await;
    app.get("/v1/deliveries").bearer(second.text("/access_token")).expect(200).await;
    app.get("/v1/cases").bearer(second.text("/access_token")).expect(403).await.problem("forbidden");
}
