//! What happened to a case, as one link of its hash chain. Makes the bytes that are hashed; stores nothing.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::domain::actor::Actor;
use crate::domain::case::State;

/// The hash before the first event of a case.
pub const GENESIS: [u8; 32] = [0; 32];

/// What an event records.
pub struct Happening<'a> {
    /// What, as `noun.past_participle` or the verb of a transition.
    pub kind: &'a str,
    /// Who.
    pub actor: &'a Actor,
    /// The second officer, where one approved.
    pub approver: Option<Uuid>,
    /// State before; absent for the first event.
    pub from: Option<State>,
    /// State after.
    pub to: State,
    /// The data given, as a JSON text; shown only to those who may read details.
    pub details: Option<String>,
}

/// One link of the chain, ready to be stored.
#[derive(Clone, Debug)]
pub struct Link {
    /// Key of the event.
    pub id: Uuid,
    /// Its number within the case, from 1.
    pub seq: i32,
    /// The exact bytes that were hashed, as a JSON text, so that a verifier needs no rules of its own.
    pub body: String,
    /// SHA-256 of the previous hash followed by the body.
    pub hash: Vec<u8>,
}

#[derive(Serialize)]
struct Body<'a> {
    id: Uuid,
    case: Uuid,
    seq: i32,
    at: String,
    kind: &'a str,
    actor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    officer: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seat: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approver: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<State>,
    to: State,
    /// SHA-256 of the details, which carry a random salt: they can be erased later without breaking the chain, and
    /// the hash tells nothing about them.
    #[serde(skip_serializing_if = "Option::is_none")]
    details_sha256: Option<String>,
}

/// The next link after `previous_hash`.
pub fn link(case_id: Uuid, seq: i32, previous_hash: &[u8], at: DateTime<Utc>, happening: &Happening<'_>) -> Link {
    let id = Uuid::now_v7();
    let officer = happening.actor.officer();
    let body = Body {
        id,
        case: case_id,
        seq,
        at: at.to_rfc3339_opts(SecondsFormat::Micros, true),
        kind: happening.kind,
        actor: happening.actor.kind(),
        officer: officer.map(|o| o.officer_id),
        seat: officer.map(|o| o.seat_id),
        approver: happening.approver,
        from: happening.from,
        to: happening.to,
        details_sha256: happening.details.as_deref().map(|text| hex(digest(&SHA256, text.as_bytes()).as_ref())),
    };
    let body = serde_json::to_string(&body).unwrap_or_default();
    let mut bytes = Vec::with_capacity(previous_hash.len() + body.len());
    bytes.extend_from_slice(previous_hash);
    bytes.extend_from_slice(body.as_bytes());
    Link { id, seq, hash: digest(&SHA256, &bytes).as_ref().to_vec(), body }
}

/// Details with the salt that keeps their hash from being guessed.
pub fn salted(details: &serde_json::Value) -> String {
    serde_json::json!({ "salt": Uuid::new_v4().simple().to_string(), "input": details }).to_string()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
