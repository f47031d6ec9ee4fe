//! What the keys promise, forgeries included.

use super::*;
use crate::domain::actor::Role;
use aws_lc_rs::digest::{SHA256, digest};
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use std::{fs, os::unix::fs::PermissionsExt, sync::Barrier, thread};

const ISSUER: &str = "https://netral.example";
const LIFE: TimeDelta = TimeDelta::minutes(10);

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn keys() -> (tempfile::TempDir, Keys) {
    let scratch = tempfile::tempdir().unwrap();
    let keys = Keys::load_or_create(&scratch.path().join("a/keys"), ISSUER).unwrap();
    (scratch, keys)
}

fn officer(keys: &Keys) -> String {
    let of = OfficerToken {
        officer_id: Uuid::from_u128(1),
        seat_id: Uuid::from_u128(2),
        role: Role::Inspector,
        sign_in_id: Uuid::from_u128(3),
    };
    keys.sign_officer(of, now(), LIFE).unwrap()
}

#[test]
fn tokens_round_trip_and_end_with_the_clock_they_are_given() {
    let (_scratch, keys) = keys();
    let claims = keys.verify_officer(&officer(&keys), now()).unwrap();
    assert_eq!((claims.sub, claims.seat, claims.role), (Uuid::from_u128(1), Uuid::from_u128(2), Role::Inspector));
    assert_eq!((claims.iss.as_str(), claims.aud.as_str(), claims.exp - claims.iat), (ISSUER, "netral", 600));
    let reporter = keys.sign_reporter(Uuid::from_u128(3), now(), LIFE).unwrap();
    assert_eq!(keys.verify_reporter(&reporter, now()).unwrap().sub, Uuid::from_u128(3));

    let after = |seconds| keys.verify_officer(&officer(&keys), now() + TimeDelta::seconds(seconds)).map(|_| ());
    assert_eq!((after(-30), after(-31)), (Ok(()), Err(TokenError::Invalid)));
    assert_eq!((after(629), after(630)), (Ok(()), Err(TokenError::Expired)));
    assert_eq!(keys.verify_reporter(&reporter, now() + TimeDelta::hours(1)), Err(TokenError::Expired));
}

#[test]
fn no_token_passes_for_another() {
    let (_scratch, keys) = keys();
    let token = officer(&keys);
    let reporter = keys.sign_reporter(Uuid::from_u128(3), now(), LIFE).unwrap();
    let (_elsewhere, foreign) = self::keys();
    assert_eq!(keys.verify_reporter(&token, now()), Err(TokenError::Invalid));
    let mut bad = vec![reporter, officer(&foreign), String::new(), "a.b.c".into(), token.replace('.', ",")];

    let parts: Vec<&str> = token.split('.').collect();
    let claims = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let header = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    bad.push([parts[0], &part(&claims.replace("inspector", "system_admin")), parts[2]].join("."));
    bad.push([&part(&header.replace("ES256", "none")), parts[1], ""].join("."));
    bad.push([&part(&header.replace("ES256", "none")), parts[1], parts[2]].join("."));
    bad.push([parts[0], parts[1], ""].join("."));

    // Well signed with the right key, but not what it should be.
    let key = keys.signing.signer(now()).unwrap();
    let mut good = Header::new(Algorithm::ES256);
    (good.typ, good.kid) = (Some("at+jwt".into()), Some(key.kid.clone()));
    let claims: serde_json::Value = serde_json::from_str(&claims).unwrap();
    let sign = |header: &Header, claims: &serde_json::Value| encode(header, claims, &key.private).unwrap();
    assert!(keys.verify_officer(&sign(&good, &claims), now()).is_ok());
    bad.push(sign(&Header { typ: Some("JWT".into()), ..good.clone() }, &claims));
    bad.push(sign(&Header { kid: None, ..good.clone() }, &claims));
    bad.push(sign(&Header { kid: Some("unknown".into()), ..good.clone() }, &claims));
    for (name, value) in [
        ("aud", "netral-reporter".into()),
        ("aud", serde_json::json!(["netral", "other"])),
        ("iss", "https://other.example".into()),
        ("role", "emperor".into()),
        ("exp", serde_json::Value::Null),
    ] {
        let mut claims = claims.clone();
        claims[name] = value;
        bad.push(sign(&good, &claims));
    }
    // The classic: the public key as a shared secret.
    let public = serde_json::to_vec(&key.jwk).unwrap();
    let confused = Header { alg: Algorithm::HS256, ..good };
    bad.push(encode(&confused, &claims, &EncodingKey::from_secret(&public)).unwrap());
    for token in bad {
        assert_eq!(keys.verify_officer(&token, now()), Err(TokenError::Invalid), "{token}");
    }
}

#[test]
fn what_is_published_has_no_private_part() {
    let (_scratch, keys) = keys();
    let published = keys.jwks(now());
    let key = published["keys"][0].as_object().unwrap();
    let mut names: Vec<_> = key.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!(
        (&key["kty"], &key["crv"], &key["use"], &key["alg"]),
        (&"EC".into(), &"P-256".into(), &"sig".into(), &"ES256".into())
    );
    let thumbprint =
        digest(&SHA256, format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, key["x"], key["y"]).as_bytes());
    assert_eq!(key["kid"], BASE64_URL_SAFE_NO_PAD.encode(thumbprint));
    assert!(!format!("{keys:?}").contains("secret"));
}

#[test]
fn programs_that_start_at_once_agree_and_the_keys_stay() {
    let scratch = tempfile::tempdir().unwrap();
    let dir = scratch.path().join("keys");
    let barrier = Barrier::new(8);
    let all: Vec<Keys> = thread::scope(|scope| {
        let start = || {
            barrier.wait();
            Keys::load_or_create(&dir, ISSUER).unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let code = |keys: &Keys| keys.access_code(Uuid::from_u128(9), "k").reveal().to_owned();
    let later = Keys::load_or_create(&dir, ISSUER).unwrap();
    for keys in &all {
        assert!(later.verify_officer(&officer(keys), now()).is_ok());
        assert_eq!((keys.jwks(now()), code(keys)), (later.jwks(now()), code(&later)));
    }
    let mut files: Vec<_> = dir.read_dir().unwrap().map(|e| e.unwrap()).collect();
    files.sort_by_key(|file| file.file_name());
    let signing = format!("signing-{}.pem", later.signing.kids()[0]);
    assert_eq!(
        files.iter().map(|f| f.file_name().into_string().unwrap()).collect::<Vec<_>>(),
        ["lock", "secret.key", &signing]
    );
    assert!(files.iter().all(|file| file.metadata().unwrap().permissions().mode() & 0o777 == 0o600));
    assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert!(fs::read_to_string(dir.join(signing)).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));
}

/// The key folder of `scratch` with its one key made long ago, and a second key made now; answers both ids, oldest first.
fn rotated(scratch: &tempfile::TempDir) -> (std::path::PathBuf, String, String) {
    let dir = scratch.path().join("a/keys");
    let old = keyring::signing_keys(&dir).unwrap()[0].kid.clone();
    made_at(&dir, &old, now() - TimeDelta::days(90));
    let new = rotate(&dir, now()).unwrap().kid;
    made_at(&dir, &new, now());
    (dir, old, new)
}

fn made_at(dir: &Path, kid: &str, at: DateTime<Utc>) {
    let file = fs::File::options().append(true).open(dir.join(format!("signing-{kid}.pem"))).unwrap();
    file.set_modified(at.into()).unwrap();
}

fn signs(keys: &Keys, at: DateTime<Utc>) -> String {
    let header = jsonwebtoken::decode_header(keys.sign_reporter(Uuid::nil(), at, LIFE).unwrap()).unwrap();
    header.kid.unwrap()
}

fn published(keys: &Keys, at: DateTime<Utc>) -> Vec<String> {
    let keys = keys.jwks(at);
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_new_key_is_published_first_signs_once_settled_and_the_old_one_is_accepted_until_its_tokens_are_over() {
    let (scratch, _) = keys();
    let (dir, old, new) = rotated(&scratch);
    let keys = Keys::load_or_create(&dir, ISSUER).unwrap();
    let (second, settled, over) =
        (TimeDelta::seconds(1), now() + signing::SETTLING, now() + signing::SETTLING + signing::OVERLAP);
    assert_eq!(published(&keys, now()), [new.as_str(), &old]);
    assert_eq!((signs(&keys, now()), signs(&keys, settled - second)), (old.clone(), old.clone()));
    assert_eq!(signs(&keys, settled), new);

    let day = TimeDelta::hours(24);
    let last = keys.sign_reporter(Uuid::from_u128(3), settled - second, day).unwrap();
    assert!(keys.verify_reporter(&last, over - second).is_ok());
    assert_eq!(published(&keys, over - second), [new.as_str(), &old]);
    assert_eq!(keys.verify_reporter(&last, over), Err(TokenError::Invalid));
    assert_eq!(published(&keys, over), [new]);
}

#[test]
fn a_key_that_is_alone_signs_at_once_and_two_of_the_same_moment_leave_one_that_signs() {
    let (scratch, keys) = keys();
    let dir = scratch.path().join("a/keys");
    let made = keyring::signing_keys(&dir).unwrap()[0].made;
    assert_eq!(published(&keys, made), [signs(&keys, made)]);
    let (_, old, new) = rotated(&scratch);
    made_at(&dir, &old, now());
    let keys = Keys::load_or_create(&dir, ISSUER).unwrap();
    for hours in [0, 1, 100] {
        let at = now() + TimeDelta::hours(hours);
        assert!(published(&keys, at).contains(&signs(&keys, at)), "after {hours} hours");
    }
    assert_eq!(signs(&keys, now() + TimeDelta::hours(1)), old.max(new));
}

#[test]
fn a_token_of_a_key_made_since_the_start_is_accepted_and_one_of_no_key_is_not() {
    let (scratch, running) = keys();
    let (dir, old, new) = rotated(&scratch);
    let settled = now() + signing::SETTLING;
    assert_eq!(published(&running, now()), [old.as_str()], "not looked yet");
    let elsewhere = Keys::load_or_create(&dir, ISSUER).unwrap();
    let token = elsewhere.sign_reporter(Uuid::from_u128(3), settled, LIFE).unwrap();
    assert!(running.verify_reporter(&token, settled).is_ok());
    assert_eq!((published(&running, now()), signs(&running, settled)), (vec![new.clone(), old], new));
    let (_, foreign) = self::keys();
    let forged = foreign.sign_reporter(Uuid::from_u128(3), settled, LIFE).unwrap();
    assert_eq!(running.verify_reporter(&forged, settled), Err(TokenError::Invalid));
}

#[test]
fn a_folder_that_is_damaged_or_gone_leaves_the_known_keys_and_a_removed_key_is_no_longer_ours() {
    let (scratch, first) = keys();
    let (dir, old, new) = rotated(&scratch);
    let start = || Keys::load_or_create(&dir, ISSUER).unwrap();
    let unknown = |keys: &Keys| {
        let (_, foreign) = self::keys();
        assert!(keys.verify_officer(&officer(&foreign), now()).is_err());
    };
    let (damaged, gone, removed) = (start(), start(), start());
    let token = officer(&first);
    fs::remove_file(dir.join(format!("signing-{old}.pem"))).unwrap();
    unknown(&removed);
    assert_eq!((removed.verify_officer(&token, now()), signs(&removed, now())), (Err(TokenError::Invalid), new));
    fs::write(dir.join("signing-half.pem"), "-----BEGIN").unwrap();
    unknown(&damaged);
    fs::remove_dir_all(&dir).unwrap();
    unknown(&gone);
    assert!(damaged.verify_officer(&token, now()).is_ok() && gone.verify_officer(&token, now()).is_ok());
}

#[test]
fn a_rotation_removes_only_keys_that_are_over_and_says_what_follows() {
    let (scratch, _) = keys();
    let (dir, old, new) = rotated(&scratch);
    let over = now() + signing::SETTLING + signing::OVERLAP;
    let kept = rotate(&dir, over - TimeDelta::seconds(1)).unwrap();
    made_at(&dir, &kept.kid, over);
    assert!(kept.removed.is_empty());
    assert_eq!(kept.older_accepted_until, Some(kept.signs_from + signing::OVERLAP));
    let done = rotate(&dir, over).unwrap();
    assert_eq!(done.removed, [dir.join(format!("signing-{old}.pem"))]);
    let kids: Vec<_> = keyring::signing_keys(&dir).unwrap().iter().map(|key| key.kid.clone()).collect();
    assert_eq!(kids.len(), 3);
    assert!([new, kept.kid, done.kid].iter().all(|kid| kids.contains(kid)));

    let fresh = tempfile::tempdir().unwrap();
    let only = rotate(&fresh.path().join("keys"), now()).unwrap();
    assert_eq!((only.older_accepted_until, only.removed.len()), (None, 0));
    let keys = Keys::load_or_create(&fresh.path().join("keys"), ISSUER).unwrap();
    assert_eq!(signs(&keys, now()), only.kid);
}

#[test]
fn a_lost_or_damaged_key_is_refused_by_name() {
    let (scratch, _) = keys();
    let dir = scratch.path().join("a/keys");
    let secret = dir.join("secret.key");
    let kept = fs::read_to_string(&secret).unwrap();
    for bad in ["", "abc", &kept[1..], &format!("{}00", kept.trim()), &kept.replace(['0', '1', '2', '3'], "é")] {
        fs::write(&secret, bad).unwrap();
        assert!(matches!(Keys::load_or_create(&dir, ISSUER), Err(KeyError::Damaged(path, _)) if path == secret));
    }
    fs::remove_file(&secret).unwrap();
    assert!(matches!(Keys::load_or_create(&dir, ISSUER), Err(KeyError::SecretLost(path)) if path == secret));
    fs::write(&secret, kept).unwrap();
    // A key of another kind: Ed25519.
    let ed25519 = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF";
    assert!(BASE64_STANDARD.decode(ed25519).is_ok());
    for bad in ["", "x", &format!("-----BEGIN PRIVATE KEY-----\n{ed25519}\n-----END PRIVATE KEY-----\n")] {
        fs::write(dir.join("signing-x.pem"), bad).unwrap();
        assert!(
            matches!(Keys::load_or_create(&dir, ISSUER), Err(KeyError::Damaged(path, _)) if path.ends_with("signing-x.pem"))
        );
    }
}

#[test]
fn an_access_code_is_the_same_for_the_same_request_only() {
    let (_scratch, keys) = keys();
    let report = Uuid::from_u128(7);
    let code = keys.access_code(report, "key-1");
    assert_eq!(code.reveal(), keys.access_code(report, "key-1").reveal());
    for other in [keys.access_code(report, "key-2"), keys.access_code(Uuid::from_u128(8), "key-1")] {
        assert_ne!(code.reveal(), other.reveal());
        assert!(!keys.access_code_matches(&other, &keys.access_code_hash(&code)));
    }
    let typed = AccessCode::parse(&code.reveal().to_lowercase()).unwrap();
    assert!(keys.access_code_matches(&typed, &keys.access_code_hash(&code)));
    assert!(!keys.access_code_matches(&code, &[]));
    let (_elsewhere, foreign) = self::keys();
    assert!(!foreign.access_code_matches(&code, &keys.access_code_hash(&code)));
}

#[test]
fn hashes_keep_their_parts_apart() {
    let (_scratch, keys) = keys();
    assert_ne!(keys.idempotency_hash("a", "bc", "d"), keys.idempotency_hash("ab", "c", "d"));
    assert_ne!(keys.idempotency_hash("", "a", ""), keys.idempotency_hash("a", "", ""));
    assert_eq!(keys.idempotency_hash("a", "b", "c").len(), 32);
    assert_eq!(keys.fingerprint(b"{}"), keys.fingerprint(b"{}"));
    assert_ne!(keys.fingerprint(b"{}"), keys.fingerprint(b"{ }"));
}

#[test]
fn links_and_cursors_open_only_unchanged_and_in_their_context() {
    let (_scratch, keys) = keys();
    let changed = keys.confirmation_token(Uuid::from_u128(5), 1);
    assert_eq!(keys.confirm(&changed), Some((Uuid::from_u128(5), 1)));
    let token = keys.confirmation_token(Uuid::from_u128(5), 0);
    assert_eq!((token.len(), keys.confirm(&token)), (43, Some((Uuid::from_u128(5), 0))));
    for i in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
        assert_eq!(keys.confirm(&String::from_utf8(bytes).unwrap()), None);
    }
    let cursor = keys.seal_cursor("cases?state=new", "2026-11-22|7");
    assert_eq!(keys.open_cursor("cases?state=new", &cursor).as_deref(), Some("2026-11-22|7"));
    assert_eq!(keys.open_cursor("cases?state=old", &cursor), None);
    for bad in ["", "AAAA", "é", "====", &cursor[1..], &token] {
        assert_eq!(keys.open_cursor("cases?state=new", bad), None, "{bad}");
    }
    assert_eq!(keys.confirm(&cursor), None);
}

#[test]
fn the_checkpoint_key_is_made_once_for_its_owner_only_and_signs_what_its_public_half_checks() {
    let scratch = tempfile::tempdir().unwrap();
    let dir = scratch.path().join("keys");
    assert!(CheckpointKey::load(&dir).unwrap().is_none());
    let keys: Vec<_> = thread::scope(|scope| {
        let made: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| CheckpointKey::load_or_create(&dir, "https://netral.example:8443/a+b").unwrap()))
            .collect();
        made.into_iter().map(|made| made.join().unwrap().public().to_string()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0] && key.starts_with("netral.example:8443/a-b/audit+")), "{keys:?}");
    let file = dir.join("checkpoint.key");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let key = CheckpointKey::load_or_create(&dir, "https://elsewhere.example").unwrap();
    assert_eq!(key.public().to_string(), keys[0], "the name stays when the address changes");
    let checkpoint = crate::domain::checkpoint::Checkpoint::after(None, key.public().name(), now(), &[], 0);
    let note = key.sign(&checkpoint);
    assert!(key.public().signed(&note) && note.lines().count() == 6, "{note}");
    assert_eq!(crate::domain::checkpoint::Checkpoint::of_note(&note), Some(checkpoint));
    assert!(!format!("{key:?}").contains("PRIVATE"));
    fs::write(&file, "PRIVATE+KEY+x+00000000+AAAA\n").unwrap();
    assert!(matches!(CheckpointKey::load(&dir), Err(KeyError::Damaged(..))));
}
