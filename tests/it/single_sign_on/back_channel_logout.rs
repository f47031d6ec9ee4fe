//! The provider telling that somebody signed out there: what ends here, and which tellings are none.

use chrono::Duration;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{count, shared, sign_in, start};
use crate::harness::{OpenIdProvider, Reply, TestApp};

async fn log_out(app: &TestApp, token: &str) -> Reply {
    let form = serde_html_form::to_string([("logout_token", token)]).unwrap();
    app.post("/v1/single-sign-on/back-channel-logout").text("application/x-www-form-urlencoded", &form).send().await
}

/// A logout token in the provider's name, with some claims changed; null takes one away.
fn logout_token(provider: &OpenIdProvider, app: &TestApp, changes: Value) -> String {
    let mut claims = json!({
        "iss": provider.issuer(), "aud": "netral", "iat": app.now().timestamp(), "exp": app.now().timestamp() + 120,
        "jti": uuid::Uuid::new_v4(), "sub": "triage",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let (kid, pem) = provider.key("RS256");
    let mut header = Header::new(Algorithm::RS256);
    (header.typ, header.kid) = (Some("logout+jwt".to_owned()), Some(kid));
    encode(&header, &claims, &EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()).unwrap()
}

/// The status that a refresh token has at this moment; each is good once.
async fn refresh(app: &TestApp, signed_in: &Reply) -> Reply {
    let body = json!({ "refresh_token": signed_in.text("/refresh_token") });
    app.post("/v1/sessions/refresh").json(&body).send().await
}

#[tokio::test]
async fn signing_out_at_the_provider_ends_every_sign_in_of_that_officer() {
    let app = start(shared()).await;
    let (one, two) = (sign_in(&app, shared(), "triage").await, sign_in(&app, shared(), "triage").await);
    let reply = log_out(&app, &logout_token(shared(), &app, json!({}))).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{}", reply.body());
    for ended in [&one, &two] {
        app.get("/v1/me").bearer(ended.text("/access_token")).expect(401).await.problem("unauthorized");
        assert_eq!(refresh(&app, ended).await.status, 401);
    }
    let again = sign_in(&app, shared(), "triage").await;
    app.get("/v1/me").bearer(again.text("/access_token")).expect(200).await;
    assert_eq!(
        app.db.value("SELECT DISTINCT ended_by AS value FROM sign_ins WHERE ended_at IS NOT NULL").await,
        "provider"
    );
}

#[tokio::test]
async fn the_end_of_one_session_at_the_provider_ends_what_came_from_it() {
    let app = start(shared()).await;
    let (one, two) = (sign_in(&app, shared(), "triage").await, sign_in(&app, shared(), "triage").await);
    // This provider does not name its sessions, as others do.
    let sql = "INSERT INTO provider_sessions (issuer, sid, sign_in_id) VALUES";
    app.db.execute(&format!("{sql} ('{}', 's1', '{}')", shared().issuer(), one.text("/sign_in_id"))).await;
    assert_eq!(log_out(&app, &logout_token(shared(), &app, json!({ "sid": "s1" }))).await.status, 200);
    app.get("/v1/me").bearer(one.text("/access_token")).expect(401).await;
    app.get("/v1/me").bearer(two.text("/access_token")).expect(200).await;
    // A session that is not known here: to be safe, all of the account's.
    assert_eq!(log_out(&app, &logout_token(shared(), &app, json!({ "sid": "s2" }))).await.status, 200);
    assert_eq!(refresh(&app, &two).await.status, 401);
}

#[tokio::test]
async fn a_logout_token_is_taken_once() {
    let app = start(shared()).await;
    let token = logout_token(shared(), &app, json!({}));
    assert_eq!(log_out(&app, &token).await.status, 200);
    let signed_in = sign_in(&app, shared(), "triage").await;
    assert_eq!(log_out(&app, &token).await.problem("logout-token-refused").status, 400);
    app.get("/v1/me").bearer(signed_in.text("/access_token")).expect(200).await;
    // Who is nobody here, and a session nobody came from, have nothing to end.
    for changes in [json!({ "sub": "nobody" }), json!({ "sub": null, "sid": "x" })] {
        assert_eq!(log_out(&app, &logout_token(shared(), &app, changes)).await.status, 200);
    }
    app.advance(Duration::minutes(30));
    assert_eq!(log_out(&app, &logout_token(shared(), &app, json!({}))).await.status, 200);
    assert_eq!(count(&app, "spent_logout_tokens").await, "1", "those too old to be used again are forgotten");
}

#[tokio::test]
async fn a_logout_token_that_is_not_one_is_refused() {
    let app = start(shared()).await;
    let (hour, now) = (3600, app.now().timestamp());
    for changes in [
        json!({ "iss": "https://another.example" }),
        json!({ "aud": "another" }),
        json!({ "nonce": "x" }),
        json!({ "events": {} }),
        json!({ "sub": null }),
        json!({ "jti": null }),
        json!({ "iat": now - hour, "exp": null }),
        json!({ "exp": now - hour }),
        json!({ "iat": now + hour }),
    ] {
        let reply = log_out(&app, &logout_token(shared(), &app, changes.clone())).await;
        assert_eq!((reply.status, reply.at("/code")), (400, &json!("logout-token-refused")), "{changes}");
    }
    let good = logout_token(shared(), &app, json!({}));
    let (head, _) = good.rsplit_once('.').unwrap();
    for token in ["", "x", "a.b.c", &format!("{head}."), &format!("{head}.AAAA")] {
        log_out(&app, token).await.problem("logout-token-refused");
    }
    let (path, form) = ("/v1/single-sign-on/back-channel-logout", "application/x-www-form-urlencoded");
    app.post(path).json(&json!({ "logout_token": good })).expect(415).await.problem("unsupported-media-type");
    app.post(path).text(form, "token=x").expect(400).await;
    app.post(path).text(form, &format!("logout_token={}", "a".repeat(70_000))).expect(413).await;
    assert_eq!(count(&app, "spent_logout_tokens").await, "0");
}
