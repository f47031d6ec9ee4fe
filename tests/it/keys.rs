//! Replacing the keys that sign tokens while programs run.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use netral::token::{Keys, rotate};
use serde_json::{Value, json};

use crate::harness::app::PUBLIC_URL;
use crate::harness::db::signed_in;
use crate::harness::{Persona, TestApp};

async fn published(app: &TestApp) -> Vec<String> {
    let keys = app.get("/.well-known/jwks.json").expect(200).await;
    keys.at("/keys").as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn signer(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

/// Copies the file as `cp -p` does.
fn copy_with_its_time(name: &str, from: &Path, to: &Path) {
    let made = fs::metadata(from.join(name)).unwrap().modified().unwrap();
    fs::copy(from.join(name), to.join(name)).unwrap();
    fs::File::options().append(true).open(to.join(name)).unwrap().set_modified(made).unwrap();
}

/// Makes a program look through its key folder at once: it is sent a token of a key it does not know.
async fn send_an_unknown_key(app: &TestApp) {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({ "alg": "ES256", "typ": "at+jwt", "kid": "unknown" }));
    let token = format!("{header}.{}.{}", part(json!({})), URL_SAFE_NO_PAD.encode([0; 64]));
    app.get("/v1/cases").bearer(&token).expect(401).await;
}

#[tokio::test]
async fn a_new_signing_key_takes_over_in_two_running_programs_and_nobody_is_signed_out() {
    let one = TestApp::start().await;
    let other = one.another_instance().await;
    let (folder, copy) = (&one.app.config.keys_dir, &other.app.config.keys_dir);
    let before = one.token(Persona::Triage).await;
    let old = signer(&before);

    let new = rotate(folder, one.now()).unwrap();
    copy_with_its_time(&format!("signing-{}.pem", new.kid), folder, copy);
    // Only the first program is told; the second finds the key when it needs it.
    send_an_unknown_key(&one).await;
    let both = published(&one).await;
    assert!(both.len() == 2 && both.contains(&new.kid) && both.contains(&old), "{both:?}");
    assert_eq!(signer(&one.token(Persona::Triage).await), old, "a new key does not sign before others can know it");

    one.advance(Duration::minutes(11));
    let after = one.token(Persona::Triage).await;
    assert_eq!(signer(&after), new.kid);
    let before = Keys::load_or_create(copy, PUBLIC_URL).unwrap().sign_officer(
        signed_in(Persona::Triage),
        one.now() - Duration::minutes(6),
        Duration::minutes(10),
    );
    let before = before.unwrap();
    assert_eq!(signer(&before), old, "made just before the change");
    for app in [&other, &one] {
        app.get("/v1/cases").bearer(&after).expect(200).await;
        app.get("/v1/cases").bearer(&before).expect(200).await;
        assert_eq!(published(app).await.len(), 2);
    }

    one.advance(Duration::hours(25));
    for app in [&one, &other] {
        assert_eq!(published(app).await, [new.kid.as_str()]);
    }
}

#[tokio::test]
async fn a_program_with_another_secret_does_not_start_on_the_database() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let settings = crate::harness::app::environment(&app.db.url, &folder.path().to_string_lossy());
    let config = netral::config::Config::from_sources(&settings, None).unwrap();
    let refused = netral::app::App::new(config, &app.db.url, netral::app::Clock::default()).await;
    let why = refused.map(|_| ()).unwrap_err().to_string();
    assert!(why.contains("another secret"), "{why}");
}
