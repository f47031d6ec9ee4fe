//! Officers signing in: who gets a token, how long it is good, what it opens, and how others can check it.

use std::time::{Duration as Wait, Instant};

use chrono::Duration;
use serde_json::json;

use crate::harness::persona::PASSWORD;
use crate::harness::{Persona, Reply, TestApp};

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Reply {
    app.post("/v1/sessions").json(&json!({ "email": email, "password": password })).send().await
}

#[tokio::test]
async fn an_officer_signs_in_and_is_told_the_seat() {
    let app = TestApp::start().await;
    let reply = sign_in(&app, "Verifikator@BKN.example", PASSWORD).await;
    assert_eq!(reply.status, 201, "the case of an address does not matter: {}", reply.body());
    assert_eq!((reply.text("/token_type"), reply.at("/expires_in")), ("Bearer", &json!(600)));
    assert_eq!((reply.text("/seat/role"), reply.text("/seat/agency_code")), ("triage_officer", "BKN"));
    assert_eq!(reply.text("/seat/region_code"), "15");
}

#[tokio::test]
async fn an_unknown_account_a_wrong_password_and_a_disabled_one_are_answered_alike() {
    let app = TestApp::start().await;
    let refused = sign_in(&app, Persona::Triage.email(), "salah").await.problem("sign-in-refused");
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer realm=\"netral\""));
    assert_eq!(sign_in(&app, "siapa@bkn.example", PASSWORD).await.bytes, refused.bytes);
    let sql = format!("UPDATE officers SET disabled_at = now() WHERE email = '{}'", Persona::Auditor.email());
    app.db.execute(&sql).await;
    assert_eq!(sign_in(&app, Persona::Auditor.email(), PASSWORD).await.bytes, refused.bytes);
    let body = json!({ "email": Persona::Triage.email(), "password": PASSWORD, "seat_id": uuid::Uuid::nil() });
    assert_eq!(app.post("/v1/sessions").json(&body).expect(401).await.bytes, refused.bytes, "a seat of somebody else");
}

#[tokio::test]
async fn a_token_is_good_for_ten_minutes() {
    let app = TestApp::start().await;
    let token = sign_in(&app, Persona::Triage.email(), PASSWORD).await.text("/access_token").to_owned();
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
    let foreign = sign_in(&other, Persona::Triage.email(), PASSWORD).await.text("/access_token").to_owned();
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
    let first = sign_in(&app, Persona::Triage.email(), PASSWORD).await;
    assert_eq!(first.text("/seat/role"), "triage_officer");
    assert_eq!(first.text("/seats/1/role"), "system_admin");
    app.get("/v1/deliveries").bearer(first.text("/access_token")).expect(403).await.problem("forbidden");
    let body = json!({ "email": Persona::Triage.email(), "password": PASSWORD, "seat_id": first.text("/seats/1/id") });
    let second = app.post("/v1/sessions").json(&body).expect(201).await;
    app.get("/v1/deliveries").bearer(second.text("/access_token")).expect(200).await;
    app.get("/v1/cases").bearer(second.text("/access_token")).expect(403).await.problem("forbidden");
}
