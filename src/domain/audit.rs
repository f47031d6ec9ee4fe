//! The verifier of the event chains and their checkpoints: the same for a database and for an export. Reads no row and
//! no file; it is handed records in order (checkpoints, heads, events by case and number) and keeps what is wrong.

mod export;
mod finding;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::export::verify_export;
pub use self::finding::{Fault, Finding, Place};
use crate::domain::checkpoint::{Checkpoint, PublicKey, Tip, as_hex, root};
use crate::domain::event::{GENESIS, Hash, Said, chained, details_hash};

/// One record of an audit. In an export each is a line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// The first one of an export.
    Header(Header),
    /// A checkpoint, by number.
    Checkpoint(SignedCheckpoint),
    /// The last event of a case, as the case says.
    Head(Head),
    /// An event, by case and number.
    Event(Event),
    /// The last one of an export.
    End(Counts),
}

/// What an export begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Header {
    /// What the lines are.
    pub format: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// The key that checks the checkpoints, as the exporting side says.
    pub key: Option<String>,
}

/// The format of exports this program writes and reads.
pub const FORMAT: &str = "netral-audit-1";

/// A checkpoint with the cases that had changed since the one before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedCheckpoint {
    /// From 1, without a gap.
    pub number: i64,
    /// The signed note.
    pub note: String,
    /// The last event of each changed case.
    pub heads: Vec<Tip>,
}

/// A case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    /// Its number, for people.
    pub case_number: String,
    /// Its last event.
    #[serde(flatten)]
    pub tip: Tip,
}

/// An event as it was hashed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    /// The case.
    pub case: Uuid,
    /// Number within it.
    pub seq: i32,
    /// The exact text that was hashed.
    pub body: String,
    /// Its hash.
    #[serde(with = "as_hex")]
    pub hash: Hash,
}

/// How many records there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Checkpoints.
    pub checkpoints: u64,
    /// Cases.
    pub cases: u64,
    /// Events.
    pub events: u64,
}

impl Counts {
    /// Counts a record.
    pub const fn add(&mut self, record: &Record) {
        match record {
            Record::Checkpoint(_) => self.checkpoints += 1,
            Record::Head(_) => self.cases += 1,
            Record::Event(_) => self.events += 1,
            Record::Header(_) | Record::End(_) => {}
        }
    }
}

/// The columns of an event's row: what the service shows, and so what must agree with what was hashed.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Key.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: String,
    /// Who.
    pub actor: String,
    /// The officer.
    pub officer: Option<Uuid>,
    /// The officer's role.
    pub role: Option<String>,
    /// State before.
    pub from: Option<String>,
    /// State after.
    pub to: String,
    /// Data of the action; `None` once erased, which leaves the chain whole.
    pub details: Option<String>,
}

/// What a verification found.
#[derive(Debug)]
pub struct Report {
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub counts: Counts,
    /// Events that the last checkpoint covers.
    pub covered: i64,
}

/// The chain that is being read.
struct Chain {
    case: Uuid,
    name: String,
    head: Option<Tip>,
    seq: i32,
    /// `None` behind a gap, where nothing can be rehashed.
    hash: Option<Hash>,
}

/// Checkpoints are made daily; one that covers an event later than this is told.
const COVERED_WITHIN: TimeDelta = TimeDelta::days(2);

/// Takes the records in order and keeps what is wrong.
pub struct Verifier {
    now: Option<DateTime<Utc>>,
    key: Option<PublicKey>,
    kept: Option<Checkpoint>,
    number: i64,
    root: Hash,
    size: i64,
    /// The last event of each case that a checkpoint knows.
    known: HashMap<Uuid, i32>,
    /// Events that checkpoints know and that have not come yet, with the number of the checkpoint.
    awaited: BTreeMap<(Uuid, i32), (i64, Hash)>,
    /// The events that checkpoints name, with the number of the checkpoint and the time that was signed.
    covered: BTreeMap<(Uuid, i32), (i64, DateTime<Utc>)>,
    /// Checkpoints that came late, each told once.
    late: BTreeSet<Option<i64>>,
    heads: BTreeMap<Uuid, Head>,
    chain: Option<Chain>,
    counts: Counts,
    findings: Vec<Finding>,
}

impl Verifier {
    /// A verifier that checks signatures with this key. `kept` is a checkpoint that was laid aside earlier: it must be
    /// among those that come. `now` is when the records were read, where that is known.
    pub fn new(key: Option<PublicKey>, kept: Option<Checkpoint>, now: Option<DateTime<Utc>>) -> Self {
        Self {
            now,
            key,
            kept,
            number: 0,
            root: GENESIS,
            size: 0,
            known: HashMap::new(),
            awaited: BTreeMap::new(),
            covered: BTreeMap::new(),
            late: BTreeSet::new(),
            heads: BTreeMap::new(),
            chain: None,
            counts: Counts::default(),
            findings: Vec::new(),
        }
    }

    /// Takes one record; `columns` are those of an event's row, where there is one.
    pub fn take(&mut self, record: Record, columns: Option<&Columns>) {
        self.counts.add(&record);
        match record {
            Record::Checkpoint(checkpoint) => self.checkpoint(checkpoint),
            Record::Head(head) => drop(self.heads.insert(head.tip.case, head)),
            Record::Event(event) => self.event(&event, columns),
            Record::Header(_) | Record::End(_) => {}
        }
    }

    fn found(&mut self, place: Place, fault: Fault) {
        self.findings.push(Finding { place, fault });
    }

    fn checkpoint(&mut self, signed: SignedCheckpoint) {
        let place = Place::Checkpoint(signed.number);
        if signed.number != self.number + 1 {
            self.found(Place::Checkpoint(self.number + 1), Fault::Missing);
        }
        self.number = signed.number;
        match &self.key {
            None => self.found(place.clone(), Fault::NoKey),
            Some(key) if !key.signed(&signed.note) => self.found(place.clone(), Fault::NotSigned),
            Some(_) => {}
        }
        for tip in &signed.heads {
            let before = self.known.insert(tip.case, tip.seq).unwrap_or(0);
            self.size += i64::from(tip.seq) - i64::from(before);
            self.awaited.insert((tip.case, tip.seq), (signed.number, tip.hash));
        }
        let root = root(&self.root, &signed.heads);
        let Some(said) = Checkpoint::of_note(&signed.note) else {
            self.root = root;
            return self.found(place, Fault::Unreadable);
        };
        self.covered.extend(signed.heads.iter().map(|tip| ((tip.case, tip.seq), (signed.number, said.at))));
        if said.root != root {
            self.found(place.clone(), Fault::RootWrong);
        }
        if said.size != self.size {
            self.found(place, Fault::SizeWrong);
        }
        // The next one is held against what was signed: a wrong root is told once.
        (self.root, self.size) = (said.root, said.size);
        self.kept.take_if(|kept| *kept == said);
    }

    fn event(&mut self, event: &Event, columns: Option<&Columns>) {
        if self.chain.as_ref().is_none_or(|chain| chain.case != event.case) {
            self.end_chain();
            let head = self.heads.remove(&event.case);
            let name = head.as_ref().map_or_else(|| event.case.to_string(), |head| head.case_number.clone());
            if head.is_none() {
                self.found(Place::Case(name.clone()), Fault::CaseMissing);
            }
            let head = head.map(|head| head.tip);
            self.chain = Some(Chain { case: event.case, name, head, seq: 0, hash: Some(GENESIS) });
        }
        let Some(mut chain) = self.chain.take() else { return };
        if event.seq != chain.seq + 1 {
            self.found(Place::Event(chain.name.clone(), chain.seq + 1), Fault::Missing);
            chain.hash = None;
        }
        let place = || Place::Event(chain.name.clone(), event.seq);
        if chain.hash.is_some_and(|previous| chained(&previous, &event.body) != event.hash) {
            self.found(place(), Fault::HashWrong);
        }
        match self.awaited.remove(&(event.case, event.seq)) {
            Some((number, hash)) if hash != event.hash => self.found(place(), Fault::Rewritten(number)),
            _ => {}
        }
        match serde_json::from_str::<Said>(&event.body) {
            Ok(said) => {
                for name in disagreeing(event, &said, columns) {
                    self.found(place(), Fault::Disagrees(name));
                }
                if let Some(number) = self.covered_late(event, said.at) {
                    self.found(place(), Fault::CoveredLate(number));
                }
            }
            Err(_) => self.found(place(), Fault::Unreadable),
        }
        (chain.seq, chain.hash) = (event.seq, Some(event.hash));
        self.chain = Some(chain);
    }

    /// The checkpoint that came late for an event of this time, or that none came: what somebody leaves who takes checkpoints
    /// away to rewrite what they knew. Of the events that wait for one checkpoint the first is told.
    fn covered_late(&mut self, event: &Event, at: DateTime<Utc>) -> Option<Option<i64>> {
        let covering = self.covered.range((event.case, event.seq)..=(event.case, i32::MAX)).next();
        let (number, by) = match covering {
            Some((_, (number, at))) => (Some(*number), *at),
            None => (None, self.now?),
        };
        (by - at > COVERED_WITHIN && self.late.insert(number)).then_some(number)
    }

    fn end_chain(&mut self) {
        let Some(chain) = self.chain.take() else { return };
        self.end_awaiting(chain.case, &chain.name);
        let Some(head) = chain.head else { return };
        if head.seq > chain.seq {
            self.found(Place::Event(chain.name, chain.seq + 1), Fault::Missing);
        } else if (head.seq, Some(head.hash)) != (chain.seq, chain.hash) {
            self.found(Place::Case(chain.name), Fault::HeadWrong);
        }
    }

    /// What checkpoints know of a case and has not come by its end is gone.
    fn end_awaiting(&mut self, case: Uuid, name: &str) {
        let gone = self.awaited.extract_if((case, i32::MIN)..=(case, i32::MAX), |_, _| true);
        let gone: Vec<_> = gone.map(|((_, seq), (number, _))| (seq, number)).collect();
        for (seq, number) in gone {
            self.found(Place::Event(name.to_owned(), seq), Fault::Gone(number));
        }
    }

    /// Ends the verification.
    pub fn finish(mut self) -> Report {
        self.end_chain();
        for (case, head) in std::mem::take(&mut self.heads) {
            self.end_awaiting(case, &head.case_number);
            self.found(Place::Case(head.case_number), Fault::NoEvents);
        }
        for ((case, seq), (number, _)) in std::mem::take(&mut self.awaited) {
            self.found(Place::Event(case.to_string(), seq), Fault::Gone(number));
        }
        if self.kept.take().is_some() {
            self.found(Place::Checkpoint(self.number), Fault::KeptUnknown);
        }
        Report { findings: self.findings, counts: self.counts, covered: self.size }
    }
}

/// What the record or its row says otherwise than the text that was hashed.
fn disagreeing(event: &Event, said: &Said, columns: Option<&Columns>) -> Vec<&'static str> {
    let mut same = vec![("case_id", said.case == event.case), ("seq", said.seq == event.seq)];
    if let Some(row) = columns {
        let details = row.details.as_deref().map(details_hash);
        same.extend([
            ("id", said.id == row.id),
            ("at", said.at == row.at),
            ("kind", said.kind == row.kind),
            ("actor", said.actor == row.actor),
            ("officer_id", said.officer == row.officer),
            ("role", said.role.is_none() || said.role == row.role),
            ("from_state", said.from == row.from),
            ("to_state", said.to == row.to),
            ("details", details.is_none() || details == said.details_sha256),
        ]);
    }
    same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests;
