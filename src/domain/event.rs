//! What happened to a case, as one link of its hash chain. Makes the bytes that are hashed; stores nothing.

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::actor::{Actor, Role};
use crate::domain::case::{Case, State};

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash before the first event of a case.
pub const GENESIS: Hash = [0; 32];

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

impl Link {
    /// The case once it ends with this link.
    pub fn carried_by(&self, case: &Case) -> Case {
        Case { version: case.version + 1, event_seq: self.seq, event_hash: self.hash.clone(), ..case.clone() }
    }
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
    role: Option<Role>,
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
        role: officer.map(|o| o.role),
        approver: happening.approver,
        from: happening.from,
        to: happening.to,
        details_sha256: happening.details.as_deref().map(details_hash),
    };
    let body = serde_json::to_string(&body).unwrap_or_default();
    Link { id, seq, hash: chained(previous_hash, &body).to_vec(), body }
}

/// The next link of a case.
pub fn next_link(case: &Case, at: DateTime<Utc>, happening: &Happening<'_>) -> Link {
    link(case.id, case.event_seq + 1, &case.event_hash, at, happening)
}

/// The hash of an event with this text behind the one with this hash.
pub fn chained(previous_hash: &[u8], body: &str) -> Hash {
    sha256(&[previous_hash, body.as_bytes()])
}

/// SHA-256 of these parts, one behind the other.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    context.finish().as_ref().try_into().unwrap_or_default()
}

/// What the hashed text says of the details.
pub fn details_hash(details: &str) -> String {
    hex(&sha256(&[details.as_bytes()]))
}

/// The hashed text as it is read back.
#[derive(Debug, Deserialize)]
pub struct Said {
    /// Key of the event.
    pub id: Uuid,
    /// The case.
    pub case: Uuid,
    /// Number within it.
    pub seq: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: String,
    /// `officer`, `reporter` or `system`.
    pub actor: String,
    /// The officer.
    pub officer: Option<Uuid>,
    /// The officer's role; the oldest events do not say it.
    pub role: Option<String>,
    /// State before.
    pub from: Option<String>,
    /// State after.
    pub to: String,
    /// SHA-256 of the details.
    pub details_sha256: Option<String>,
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

/// The hash that these hexadecimal digits stand for.
pub fn unhex(text: &str) -> Option<Hash> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16)?.try_into().ok()).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok().filter(|_| rest.is_empty())
}
