//! What a provider must not get past us: tokens that are wrong in one thing, made with keys of our own, and answers that
//! no provider should give. What a good provider does is shown by the integration tests.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::OnceLock;
use std::thread;

use aws_lc_rs::{
    encoding::AsDer as _,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use chrono::TimeDelta;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{KeyAlgorithm, PublicKeyUse},
};
use pem::Pem;
use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "https://sso.example/realms/pegawai";
const CLIENT: &str = "netral";
const NOW: i64 = 1_795_000_000;
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

struct Key {
    algorithm: Algorithm,
    private: EncodingKey,
    public: Jwk,
}

fn key(algorithm: Algorithm, pkcs8: &[u8], kid: &str) -> Key {
    let text = pem::encode(&Pem::new("PRIVATE KEY", pkcs8));
    let private = match algorithm {
        Algorithm::ES256 => EncodingKey::from_ec_pem(text.as_bytes()),
        _ => EncodingKey::from_rsa_pem(text.as_bytes()),
    };
    let private = private.unwrap();
    let mut public = Jwk::from_encoding_key(&private, algorithm).unwrap();
    public.common.key_id = Some(kid.to_owned());
    Key { algorithm, private, public }
}

fn rsa() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        key(Algorithm::RS256, pair.as_der().unwrap().as_ref(), "rsa")
    })
}

fn ec(kid: &str) -> Key {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    key(Algorithm::ES256, pair.to_pkcs8v1().unwrap().as_ref(), kid)
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

/// Claims with some changed; null takes one away.
fn changed(mut claims: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

fn id_claims() -> Value {
    json!({
        "iss": ISSUER, "aud": CLIENT, "sub": "f:1:budi", "nonce": "n", "iat": NOW - 5, "exp": NOW + 300,
        "nip": "198609262015051001",
    })
}

fn signed(key: &Key, typ: Option<&str>, claims: &Value) -> String {
    let mut header = Header::new(key.algorithm);
    (header.typ, header.kid) = (typ.map(str::to_owned), key.public.common.key_id.clone());
    encode(&header, claims, &key.private).unwrap()
}

/// The signature checked with these keys.
fn opened(token: &str, keys: &[Jwk]) -> Result<claims::Signed, OidcError> {
    let header = claims::header(token)?;
    let key = jwks::chosen(keys, &header).ok_or(OidcError::Token("kid"))?;
    claims::verified(token, header, &key)
}

fn id_token(changes: Value, access_token: Option<&str>) -> Result<Identity, OidcError> {
    let token = signed(rsa(), Some("JWT"), &changed(id_claims(), &changes));
    let signed = opened(&token, std::slice::from_ref(&rsa().public))?;
    let expected = Expected { issuer: ISSUER, client_id: CLIENT, nonce: "n", access_token, officer_claim: "nip" };
    id_token::check(&signed, &expected, now())
}

#[test]
fn an_id_token_says_who_and_how() {
    let identity = id_token(json!({ "sid": "s1", "acr": "1" }), None).unwrap();
    assert_eq!((identity.subject.as_str(), identity.session.as_deref()), ("f:1:budi", Some("s1")));
    assert_eq!(identity.officer.as_ref().unwrap().reveal(), "198609262015051001");
    assert!(!identity.two_factors && !format!("{identity:?}").contains("198609262015051001"));
    let number = id_token(json!({ "nip": 198_609_262_015_051_001_u64 }), None).unwrap();
    assert_eq!(number.officer.unwrap().reveal(), "198609262015051001");
    for none in [json!(null), json!(["198609262015051001"]), json!(1.5), json!(true)] {
        assert_eq!(id_token(json!({ "nip": none }), None).unwrap().officer, None);
    }
    for fine in [
        json!({ "aud": [CLIENT] }),
        json!({ "aud": [CLIENT, "another"], "azp": CLIENT }),
        json!({ "iat": NOW + 60, "exp": NOW - 59 }),
        json!({ "iat": NOW as f64 - 0.5, "exp": NOW as f64 + 0.5 }),
    ] {
        assert!(id_token(fine.clone(), None).is_ok(), "{fine}");
    }
}

#[test]
fn an_id_token_that_is_wrong_in_one_thing_is_refused_by_that_name() {
    for (changes, check) in [
        (json!({ "iss": "https://sso.example/realms/pegawai/" }), "iss"),
        (json!({ "iss": null }), "iss"),
        (json!({ "aud": "another" }), "aud"),
        (json!({ "aud": ["another"] }), "aud"),
        (json!({ "aud": [] }), "aud"),
        (json!({ "aud": 7 }), "aud"),
        (json!({ "aud": null }), "aud"),
        (json!({ "aud": [CLIENT, "another"] }), "azp"),
        (json!({ "aud": [CLIENT, "another"], "azp": "another" }), "azp"),
        (json!({ "azp": "another" }), "azp"),
        (json!({ "exp": NOW - 60 }), "exp"),
        (json!({ "exp": null }), "exp"),
        (json!({ "exp": "later" }), "exp"),
        (json!({ "iat": NOW + 61 }), "iat"),
        (json!({ "iat": NOW - 661 }), "iat"),
        (json!({ "iat": null }), "iat"),
        (json!({ "nonce": "N" }), "nonce"),
        (json!({ "nonce": "" }), "nonce"),
        (json!({ "nonce": null }), "nonce"),
        (json!({ "sub": null }), "sub"),
        (json!({ "sub": "" }), "sub"),
        (json!({ "sub": "a".repeat(256) }), "sub"),
        (json!({ "sub": "a\u{0}" }), "sub"),
        (json!({ "sub": 7 }), "sub"),
        (json!({ "sid": {} }), "sid"),
        (json!({ "events": {} }), "events"),
    ] {
        assert_eq!(id_token(changes.clone(), None), Err(OidcError::Token(check)), "{changes}");
    }
}

#[test]
fn an_access_token_must_be_the_one_the_id_token_was_made_with() {
    // From OpenID Connect Core 1.0, A.3: access token and at_hash of its example.
    let (access, hash) = ("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "77QmUPtjPfzWtF2AnpK9RQ");
    assert!(id_token(json!({ "at_hash": hash }), Some(access)).is_ok());
    assert!(id_token(json!({}), Some(access)).is_ok(), "it may be left out in the code flow");
    for (hash, access) in [(json!(hash), Some("another")), (json!(hash), None), (json!(7), Some(access))] {
        assert_eq!(id_token(json!({ "at_hash": hash }), access), Err(OidcError::Token("at_hash")));
    }
}

#[test]
fn two_factors_are_what_the_provider_says_in_words_that_mean_it() {
    for (claims, expected) in [
        (json!({ "amr": ["pwd", "mfa"] }), true),
        (json!({ "amr": ["pwd", "otp"] }), true),
        (json!({ "amr": ["pin", "hwk"] }), true),
        (json!({ "acr": "https://refeds.org/profile/mfa" }), true),
        (json!({ "acr": "phr" }), true),
        (json!({ "amr": ["pwd"] }), false),
        (json!({ "amr": ["otp"] }), false),
        (json!({ "amr": ["pwd", "pin"] }), false),
        (json!({ "amr": "mfa" }), false),
        (json!({ "acr": "0" }), false),
        (json!({ "acr": 2 }), false),
        (json!({}), false),
    ] {
        assert_eq!(id_token(claims.clone(), None).unwrap().two_factors, expected, "{claims}");
    }
}

#[test]
fn only_the_providers_own_signature_by_an_algorithm_of_ours_is_taken() {
    let (rsa, ec, other) = (rsa(), ec("ec"), ec("ec"));
    let keys = [rsa.public.clone(), ec.public.clone()];
    let claims = id_claims();
    assert!(opened(&signed(rsa, None, &claims), &keys).is_ok());
    assert!(opened(&signed(&ec, Some("JWT"), &claims), &keys).is_ok());
    assert_eq!(opened(&signed(&other, None, &claims), &keys).err(), Some(OidcError::Token("signature")));

    let token = signed(rsa, None, &claims);
    let parts: Vec<&str> = token.split('.').collect();
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let other_claims = part(&changed(claims.clone(), &json!({ "sub": "another" })));
    let header = |changes: Value| part(&changed(json!({ "alg": "RS256", "kid": "rsa" }), &changes));
    // The oldest trick: our public key as the secret of a symmetric signature.
    let public = serde_json::to_vec(&rsa.public).unwrap();
    let mut symmetric = Header::new(Algorithm::HS256);
    symmetric.kid = Some("rsa".to_owned());
    let symmetric = encode(&symmetric, &claims, &EncodingKey::from_secret(&public)).unwrap();
    for (token, check) in [
        ([parts[0], &other_claims, parts[2]].join("."), "signature"),
        ([parts[0], parts[1], ""].join("."), "signature"),
        ([&header(json!({ "alg": "none" })), parts[1], ""].join("."), "header"),
        ([&header(json!({ "alg": "none" })), parts[1], parts[2]].join("."), "header"),
        ([&header(json!({ "alg": "RS512" })), parts[1], parts[2]].join("."), "alg"),
        ([&header(json!({ "crit": ["b64"], "b64": false })), parts[1], parts[2]].join("."), "crit"),
        ([&header(json!({ "kid": "ec" })), parts[1], parts[2]].join("."), "kid"),
        ([&header(json!({ "kid": "unknown" })), parts[1], parts[2]].join("."), "kid"),
        ([&header(json!({ "alg": "ES256" })), parts[1], parts[2]].join("."), "kid"),
        (symmetric, "alg"),
        ("a".repeat(20_000), "length"),
        ("a.b".to_owned(), "header"),
        (String::new(), "header"),
    ] {
        assert_eq!(opened(&token, &keys).err(), Some(OidcError::Token(check)), "{token:.60}");
    }
}

#[test]
fn a_key_is_chosen_by_name_or_for_being_the_only_one_and_must_be_for_signatures() {
    let (one, two) = (ec("one"), ec("two"));
    let nameless = Header::new(Algorithm::ES256);
    assert!(jwks::chosen(&[one.public.clone(), rsa().public.clone()], &nameless).is_some());
    assert!(jwks::chosen(&[one.public.clone(), two.public.clone()], &nameless).is_none());
    for spoil in [
        |key: &mut Jwk| key.common.public_key_use = Some(PublicKeyUse::Encryption),
        |key: &mut Jwk| key.common.key_algorithm = Some(KeyAlgorithm::ES384),
    ] {
        let mut public = one.public.clone();
        spoil(&mut public);
        assert!(jwks::chosen(&[public], &nameless).is_none());
    }
    let set = json!({ "keys": [{ "kty": "lattice" }, { "kty": "RSA" }, 7, one.public] });
    let set: jwks::KeySet = serde_json::from_value(set).unwrap();
    assert!(jwks::chosen(&set.known(), &nameless).is_some(), "keys of other kinds hide none");
}

fn logout_claims() -> Value {
    json!({ "iss": ISSUER, "aud": CLIENT, "iat": NOW, "exp": NOW + 120, "jti": "j", "sub": "s", "sid": "i", "events": { EVENT: {} } })
}

fn logout(typ: Option<&str>, changes: Value) -> Result<Logout, OidcError> {
    let token = signed(rsa(), typ, &changed(logout_claims(), &changes));
    logout_token::check(&opened(&token, std::slice::from_ref(&rsa().public))?, ISSUER, CLIENT, now())
}

#[test]
fn a_logout_token_says_who_left_and_is_no_other_token() {
    for typ in [Some("logout+jwt"), Some("application/logout+jwt"), Some("JWT"), None] {
        let logout = logout(typ, json!({})).unwrap();
        assert_eq!((logout.subject.as_deref(), logout.session.as_deref()), (Some("s"), Some("i")));
        assert_eq!((logout.id.as_str(), logout.good_until - now()), ("j", TimeDelta::seconds(720)));
    }
    assert!(logout(None, json!({ "sub": null, "exp": null })).is_ok(), "older providers leave exp out");
    for (typ, changes, check) in [
        (Some("at+jwt"), json!({}), "typ"),
        (None, json!({ "iss": "https://sso.example" }), "iss"),
        (None, json!({ "aud": "another" }), "aud"),
        (None, json!({ "iat": null }), "iat"),
        (None, json!({ "iat": NOW - 661, "exp": null }), "iat"),
        (None, json!({ "iat": NOW + 61 }), "iat"),
        (None, json!({ "exp": NOW - 60 }), "exp"),
        (None, json!({ "events": null }), "events"),
        (None, json!({ "events": { "another": {} } }), "events"),
        (None, json!({ "events": { EVENT: "x" } }), "events"),
        (None, json!({ "nonce": "n" }), "nonce"),
        (None, json!({ "sub": null, "sid": null }), "sub"),
        (None, json!({ "jti": null }), "jti"),
        (None, json!({ "jti": "j".repeat(256) }), "jti"),
    ] {
        assert_eq!(logout(typ, changes.clone()), Err(OidcError::Token(check)), "{changes}");
    }
}

#[test]
fn a_discovery_document_of_another_provider_or_of_open_wires_is_refused() {
    let document = json!({
        "issuer": ISSUER, "authorization_endpoint": "https://sso.example/a", "token_endpoint": "https://sso.example/t",
        "jwks_uri": "https://sso.example/k",
    });
    let checked = |changes: Value| {
        let document = serde_json::from_value(changed(document.clone(), &changes)).unwrap();
        metadata::checked(document, ISSUER)
    };
    assert!(!checked(json!({})).unwrap().names_itself_in_answers);
    assert!(checked(json!({ "token_endpoint": "http://127.0.0.1:8080/t" })).is_ok());
    for wrong in [
        json!({ "issuer": "https://sso.example/realms/lain" }),
        json!({ "token_endpoint": "http://sso.example/t" }),
        json!({ "jwks_uri": "http://127.0.0.1.sso.example/k" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
    ] {
        assert!(matches!(checked(wrong.clone()), Err(OidcError::Provider(..))), "{wrong}");
    }
}

#[test]
fn a_refusal_is_repeated_only_in_words_that_are_known() {
    assert_eq!(OidcError::refusal("invalid_grant"), OidcError::Refused("invalid_grant"));
    assert_eq!(OidcError::refusal("<b>"), OidcError::Refused("for a reason of its own"));
}

#[tokio::test]
async fn what_cannot_be_read_is_not_asked_for_again_at_once() {
    let mut cache = Cache::<u8>::default();
    let down = OidcError::Provider("keys", "down".to_owned());
    assert_eq!(cache.renew(now(), async { Err(down.clone()) }).await, Err(down.clone()));
    let later = |seconds| now() + TimeDelta::seconds(seconds);
    assert_eq!(cache.renew(later(4), async { panic!("asked again") }).await, Err(down));
    assert_eq!(cache.renew(later(5), async { Ok(7) }).await, Ok(&7));
    assert_eq!(cache.fresh(later(3604)).map(|(thing, _)| *thing), Some(7));
    assert!(cache.fresh(later(3605)).is_none(), "what the provider withdrew is out within the hour");
}

/// A server that answers every request with these bytes, and then holds the connection open.
fn answering(bytes: Vec<u8>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let bytes = bytes.clone();
            thread::spawn(move || {
                let _ = connection.read(&mut [0; 4096]);
                let _ = connection.write_all(&bytes);
                let _ = connection.read(&mut [0; 1]);
            });
        }
    });
    Url::parse(&url).unwrap()
}

#[tokio::test]
async fn an_answer_that_is_late_huge_or_leads_elsewhere_is_none() {
    let elsewhere = answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec());
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
    let huge = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &vec![b' '; 300 << 10]].concat();
    let secret = b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"rahasia\": 1".to_vec();
    for (answer, seconds, why) in [
        (redirect.into_bytes(), 60, "status 302"),
        (huge, 60, "more than 262144 bytes"),
        (secret, 60, "not the JSON it should be"),
        (Vec::new(), 1, "no answer in time"),
    ] {
        let fetch = Fetcher::new(Duration::from_secs(seconds)).unwrap();
        let outcome = fetch.document::<Value>("keys", &answering(answer)).await;
        assert_eq!(outcome, Err(OidcError::Provider("keys", why.to_owned())));
    }
}
