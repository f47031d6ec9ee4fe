//! Checkpoints of all event chains: the root over what has changed, and its form as a signed note (C2SP signed-note and
//! tlog-checkpoint). Checks signatures; the key that makes them is elsewhere.

use std::fmt;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::event::{GENESIS, Hash, hex, sha256};

/// The algorithm byte of Ed25519 in signed notes.
const ED25519_BYTE: u8 = 1;

/// The last event of a case at some moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tip {
    /// The case.
    pub case: Uuid,
    /// Number of its last event.
    pub seq: i32,
    /// Hash of its last event.
    #[serde(with = "as_hex")]
    pub hash: Hash,
}

/// A hash in JSON: hexadecimal digits.
pub mod as_hex {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::domain::event::{Hash, hex, unhex};

    /// Writes it.
    pub fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(hash))
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        unhex(&text).ok_or_else(|| D::Error::custom("not a SHA-256 in hexadecimal digits"))
    }
}

/// SHA-256 of the root before and of each changed case by key: 16 bytes of key, 4 of number, 32 of hash.
pub fn root(previous: &Hash, tips: &[Tip]) -> Hash {
    let mut sorted: Vec<&Tip> = tips.iter().collect();
    sorted.sort();
    let rows: Vec<u8> = sorted
        .iter()
        .flat_map(|tip| [tip.case.as_bytes().as_slice(), &tip.seq.to_be_bytes(), &tip.hash].concat())
        .collect();
    sha256(&[previous, &rows])
}

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose chains.
    pub origin: String,
    /// Events of all cases.
    pub size: i64,
    /// The root.
    pub root: Hash,
    /// When it was made.
    pub at: DateTime<Utc>,
}

impl Checkpoint {
    /// The one after `previous`, with the cases that have changed and how many events they have gained.
    pub fn after(previous: Option<&Self>, origin: &str, at: DateTime<Utc>, tips: &[Tip], gained: i64) -> Self {
        let (size, before) = previous.map_or((0, GENESIS), |previous| (previous.size, previous.root));
        Self { origin: origin.to_owned(), size: size + gained, root: root(&before, tips), at }
    }

    /// The text that is signed: origin, number of events, root and, as an extension line, the time.
    pub fn text(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        format!("{}\n{}\n{}\ntime {at}\n", self.origin, self.size, BASE64_STANDARD.encode(self.root))
    }

    /// Reads the text of a note, whoever signed it.
    pub fn of_note(note: &str) -> Option<Self> {
        let mut lines = parts(note)?.0.lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let at = lines.next()?.strip_prefix("time ")?;
        Some(Self {
            origin: origin.to_owned(),
            size: size.parse().ok().filter(|size| *size >= 0)?,
            root: BASE64_STANDARD.decode(root).ok()?.try_into().ok()?,
            at: DateTime::parse_from_rfc3339(at).ok()?.to_utc(),
        })
        .filter(|_| lines.next().is_none())
    }
}

/// Text and signature lines of a note.
fn parts(note: &str) -> Option<(&str, &str)> {
    let end = note.rfind("\n\n")?;
    Some((note.get(..=end)?, note.get(end + 2..)?))
}

/// The key that checks signatures, as auditors keep it: `name+id+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: [u8; 32],
}

impl PublicKey {
    /// A key with its name, which holds neither blanks nor `+`.
    pub fn new(name: &str, key: [u8; 32]) -> Option<Self> {
        let bad = name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+');
        (!bad).then(|| Self { name: name.to_owned(), key })
    }

    /// Reads the text that `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.trim().split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let bytes = BASE64_STANDARD.decode(key).ok()?;
        let (algorithm, key) = bytes.split_first()?;
        let key = Self::new(name, key.try_into().ok()?)?;
        (*algorithm == ED25519_BYTE && id == hex(&key.id())).then_some(key)
    }

    /// Whose key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The four bytes that signatures name it by.
    pub fn id(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = sha256(&[self.name.as_bytes(), b"\n", &[ED25519_BYTE], &self.key]);
        [a, b, c, d]
    }

    /// The note of a text with its signature by this key.
    pub fn note(&self, text: &str, signature: &[u8]) -> String {
        let signature = [&self.id(), signature].concat();
        format!("{text}\n\u{2014} {} {}\n", self.name, BASE64_STANDARD.encode(signature))
    }

    /// Whether the note carries a good signature by this key. Signatures by others do not matter.
    pub fn signed(&self, note: &str) -> bool {
        let Some((text, lines)) = parts(note) else { return false };
        lines.lines().any(|line| {
            let signature = line.strip_prefix("\u{2014} ").and_then(|line| line.split_once(' '));
            let signature = signature.filter(|(name, _)| *name == self.name);
            let bytes = signature.and_then(|(_, signature)| BASE64_STANDARD.decode(signature).ok());
            let signature = bytes.as_deref().and_then(|bytes| bytes.strip_prefix(&self.id()));
            signature.is_some_and(|signature| {
                UnparsedPublicKey::new(&ED25519, &self.key).verify(text.as_bytes(), signature).is_ok()
            })
        })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519_BYTE], self.key.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), BASE64_STANDARD.encode(key))
    }
}
