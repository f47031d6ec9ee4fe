//! What the verifier promises: a whole history passes, and every way of changing one is found and named.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::case::State;
use crate::domain::event::{Happening, hex, link};
use crate::token::CheckpointKey;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap() + TimeDelta::seconds(second)
}

fn case(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn name(number: u128) -> String {
    format!("REG-BKN-2026-{number}")
}

fn key() -> CheckpointKey {
    CheckpointKey::load_or_create(tempfile::tempdir().unwrap().path(), "https://netral.example").unwrap()
}

/// A history: cases with their events, and checkpoints over them.
struct History {
    key: CheckpointKey,
    checkpoints: Vec<SignedCheckpoint>,
    events: Vec<(Event, Columns)>,
    heads: Vec<Head>,
}

impl History {
    /// Three cases; a checkpoint after two events of each, then a third event of cases 1 and 2, and another checkpoint,
    /// then a fourth event of case 1.
    fn new() -> Self {
        let mut history = Self { key: key(), checkpoints: Vec::new(), events: Vec::new(), heads: Vec::new() };
        (1..=3).for_each(|number| history.grow(number, 2));
        history.sign();
        (1..=2).for_each(|number| history.grow(number, 1));
        history.sign();
        history.grow(1, 1);
        history
    }

    fn grow(&mut self, number: u128, by: i32) {
        for _ in 0..by {
            let before = self.heads.iter().find(|head| head.tip.case == case(number)).map(|head| head.tip.clone());
            let (seq, hash) = before.map_or((0, GENESIS), |tip| (tip.seq, tip.hash));
            let details = Some(format!("rincian {seq}"));
            let (from, to) = (Some(State::Submitted).filter(|_| seq > 0), State::Triage);
            let actor = Actor::System;
            let happening = Happening { kind: "take", actor: &actor, approver: None, from, to, details };
            let link = link(case(number), seq + 1, &hash, at(i64::from(seq)), &happening);
            let hash = link.hash.as_slice().try_into().unwrap();
            let columns = Columns {
                id: link.id,
                at: at(i64::from(seq)),
                kind: "take".into(),
                actor: "system".into(),
                officer: None,
                role: None,
                from: from.map(|state| state.as_str().to_owned()),
                to: to.as_str().into(),
                details: happening.details,
            };
            self.events.push((Event { case: case(number), seq: link.seq, body: link.body, hash }, columns));
            self.heads.retain(|head| head.tip.case != case(number));
            let tip = Tip { case: case(number), seq: link.seq, hash };
            self.heads.push(Head { case_number: name(number), tip });
        }
        self.events.sort_by_key(|(event, _)| (event.case, event.seq));
    }

    fn sign(&mut self) {
        self.sign_at(at(60));
    }

    fn sign_at(&mut self, at: DateTime<Utc>) {
        let known = |tip: &Tip| self.checkpoints.iter().any(|one| one.heads.contains(tip));
        let tips: Vec<Tip> = self.heads.iter().map(|head| head.tip.clone()).filter(|tip| !known(tip)).collect();
        let previous = self.checkpoints.last().and_then(|last| Checkpoint::of_note(&last.note));
        let gained = i64::try_from(self.events.len()).unwrap() - previous.as_ref().map_or(0, |last| last.size);
        let checkpoint = Checkpoint::after(previous.as_ref(), "netral.example/audit", at, &tips, gained);
        let number = i64::try_from(self.checkpoints.len()).unwrap() + 1;
        self.checkpoints.push(SignedCheckpoint { number, note: self.key.sign(&checkpoint), heads: tips });
    }

    fn event(&mut self, number: u128, seq: i32) -> &mut (Event, Columns) {
        self.events.iter_mut().find(|(event, _)| event.case == case(number) && event.seq == seq).unwrap()
    }

    /// Hashes the case anew, as somebody would who can write every row.
    fn rehash(&mut self, number: u128) {
        let mut previous = GENESIS;
        for (event, _) in self.events.iter_mut().filter(|(event, _)| event.case == case(number)) {
            event.hash = chained(&previous, &event.body);
            previous = event.hash;
        }
        self.heads.iter_mut().find(|head| head.tip.case == case(number)).unwrap().tip.hash = previous;
    }

    fn records(&self) -> Vec<Record> {
        let checkpoints = self.checkpoints.iter().cloned().map(Record::Checkpoint);
        let heads = self.heads.iter().cloned().map(Record::Head);
        checkpoints.chain(heads).chain(self.events.iter().map(|(event, _)| Record::Event(event.clone()))).collect()
    }

    fn report_with(&self, key: Option<PublicKey>, kept: Option<Checkpoint>) -> Report {
        self.report_at(at(60), key, kept)
    }

    fn report_at(&self, now: DateTime<Utc>, key: Option<PublicKey>, kept: Option<Checkpoint>) -> Report {
        let mut verifier = Verifier::new(key, kept, Some(now));
        let mut columns = self.events.iter().map(|(_, columns)| columns);
        for record in self.records() {
            let row = if matches!(record, Record::Event(_)) { columns.next() } else { None };
            verifier.take(record, row);
        }
        verifier.finish()
    }

    fn findings(&self) -> Vec<(Place, Fault)> {
        let report = self.report_with(Some(self.key.public().clone()), None);
        report.findings.into_iter().map(|finding| (finding.place, finding.fault)).collect()
    }

    fn lines(&self) -> Vec<String> {
        let header = Header { format: FORMAT.into(), at: at(0), key: Some(self.key.public().to_string()) };
        let mut counts = Counts::default();
        let records = self.records();
        records.iter().for_each(|record| counts.add(record));
        let all = [vec![Record::Header(header)], records, vec![Record::End(counts)]].concat();
        all.iter().map(|record| serde_json::to_string(record).unwrap()).collect()
    }
}

fn export(lines: &[String], key: Option<PublicKey>) -> Vec<Fault> {
    let lines = lines.iter().cloned().map(Ok::<_, std::convert::Infallible>);
    let Ok(report) = verify_export(lines, key, None);
    report.findings.into_iter().map(|finding| finding.fault).collect()
}

fn event(number: u128, seq: i32) -> Place {
    Place::Event(name(number), seq)
}

#[test]
fn a_whole_history_passes() {
    let history = History::new();
    let report = history.report_with(Some(history.key.public().clone()), None);
    assert_eq!(report.findings, []);
    assert_eq!((report.counts, report.covered), (Counts { checkpoints: 2, cases: 3, events: 9 }, 8));
    assert_eq!(export(&history.lines(), None), []);
}

#[test]
fn erased_details_leave_the_chain_whole() {
    let mut history = History::new();
    history.event(2, 1).1.details = None;
    assert_eq!(history.findings(), []);
}

#[test]
fn a_changed_text_or_hash_is_found_where_it_is() {
    let mut history = History::new();
    let text = &mut history.event(2, 2).0.body;
    *text = text.replace("take", "tape");
    history.event(2, 2).1.kind = "tape".into();
    assert_eq!(history.findings(), [(event(2, 2), Fault::HashWrong)]);
    let mut history = History::new();
    let (one, _) = history.event(1, 4);
    one.hash[0] ^= 1;
    assert_eq!(
        history.findings(),
        [(event(1, 4), Fault::HashWrong), (Place::Case(name(1)), Fault::HeadWrong)],
        "the newest event, which no checkpoint knows yet"
    );
}

#[test]
fn a_changed_column_is_found_by_its_name() {
    type Change = fn(&mut Columns);
    let changes: [(&str, Change); 9] = [
        ("id", |row| row.id = Uuid::nil()),
        ("at", |row| row.at += TimeDelta::microseconds(1)),
        ("kind", |row| row.kind = "ask".into()),
        ("actor", |row| row.actor = "officer".into()),
        ("officer_id", |row| row.officer = Some(Uuid::nil())),
        ("from_state", |row| row.from = None),
        ("to_state", |row| row.to = "closed".into()),
        ("details", |row| row.details = Some("lain".into())),
        ("details", |row| row.details = Some(String::new())),
    ];
    for (column, change) in changes {
        let mut history = History::new();
        change(&mut history.event(1, 2).1);
        assert_eq!(history.findings(), [(event(1, 2), Fault::Disagrees(column))]);
    }
}

#[test]
fn a_role_is_held_against_the_text_where_the_text_says_it() {
    let mut history = History::new();
    let text = &mut history.event(1, 4).0.body;
    *text = text.replace("\"actor\"", "\"role\":\"inspector\",\"actor\"");
    history.event(1, 4).1.role = Some("inspector_lead".into());
    history.rehash(1);
    assert_eq!(history.findings(), [(event(1, 4), Fault::Disagrees("role"))]);
}

#[test]
fn what_is_taken_away_is_found() {
    let without = |number: u128, seq: Option<i32>| {
        let mut history = History::new();
        history.events.retain(|(event, _)| event.case != case(number) || seq.is_some_and(|seq| event.seq != seq));
        history
    };
    assert_eq!(without(2, Some(1)).findings(), [(event(2, 1), Fault::Missing)]);
    assert_eq!(without(2, Some(2)).findings(), [(event(2, 2), Fault::Missing), (event(2, 2), Fault::Gone(1))]);
    assert_eq!(without(1, Some(4)).findings(), [(event(1, 4), Fault::Missing)]);
    assert_eq!(without(3, None).findings(), [(event(3, 2), Fault::Gone(1)), (Place::Case(name(3)), Fault::NoEvents)]);
    let mut history = without(3, None);
    history.heads.retain(|head| head.tip.case != case(3));
    let gone = Place::Event(case(3).to_string(), 2);
    assert_eq!(history.findings(), [(gone, Fault::Gone(1))], "the whole case, which only the checkpoint still knows");
    let mut history = History::new();
    history.heads.retain(|head| head.tip.case != case(3));
    assert_eq!(history.findings(), [(Place::Case(case(3).to_string()), Fault::CaseMissing)]);
}

#[test]
fn a_case_that_ends_earlier_than_it_did_is_found_though_its_chain_holds() {
    let mut history = History::new();
    history.events.retain(|(event, _)| (event.case, event.seq) != (case(2), 3));
    let last = history.event(2, 2).0.hash;
    let head = history.heads.iter_mut().find(|head| head.tip.case == case(2)).unwrap();
    (head.tip.seq, head.tip.hash) = (2, last);
    assert_eq!(history.findings(), [(event(2, 3), Fault::Gone(2))]);
}

#[test]
fn a_chain_rewritten_throughout_is_found_by_the_checkpoint_that_knew_it() {
    let mut history = History::new();
    for seq in 1..=2 {
        let (one, row) = history.event(3, seq);
        one.body = one.body.replace("take", "tape");
        row.kind = "tape".into();
    }
    history.rehash(3);
    assert_eq!(history.findings(), [(event(3, 2), Fault::Rewritten(1))]);
}

#[test]
fn a_checkpoint_that_was_changed_left_out_or_signed_by_another_is_found() {
    let checkpoint = |number: i64, fault| (Place::Checkpoint(number), fault);
    let mut history = History::new();
    history.checkpoints[0].heads[0].hash[5] ^= 1;
    assert!(history.findings().contains(&checkpoint(1, Fault::RootWrong)));
    let mut history = History::new();
    history.checkpoints.remove(0);
    let found = history.findings();
    assert!(found.contains(&checkpoint(1, Fault::Missing)) && found.contains(&checkpoint(2, Fault::RootWrong)));
    let mut history = History::new();
    history.checkpoints[1].note = history.checkpoints[1].note.replace("\n8\n", "\n9\n");
    assert_eq!(history.findings(), [checkpoint(2, Fault::NotSigned), checkpoint(2, Fault::SizeWrong)]);
    let mut history = History::new();
    history.checkpoints[1].note = "apa saja".into();
    assert_eq!(history.findings(), [checkpoint(2, Fault::NotSigned), checkpoint(2, Fault::Unreadable)]);
    let mut history = History::new();
    history.key = key();
    assert_eq!(history.findings(), [checkpoint(1, Fault::NotSigned), checkpoint(2, Fault::NotSigned)]);
    let faults: Vec<Fault> = history.report_with(None, None).findings.iter().map(|finding| finding.fault).collect();
    assert_eq!(faults, [Fault::NoKey, Fault::NoKey]);
}

#[test]
fn history_begun_anew_with_the_same_key_is_found_by_a_checkpoint_kept_elsewhere() {
    let history = History::new();
    let (key, kept) = (history.key.public().clone(), Checkpoint::of_note(&history.checkpoints[1].note));
    assert_eq!(history.report_with(Some(key.clone()), kept.clone()).findings, []);
    let other = History { key: history.key, ..History::new() };
    let mut anew = History { checkpoints: Vec::new(), ..other };
    anew.sign();
    assert_eq!(anew.findings(), [], "in itself it is whole");
    let found = anew.report_with(Some(key), kept).findings;
    assert_eq!(found, [Finding { place: Place::Checkpoint(1), fault: Fault::KeptUnknown }]);
}

#[test]
fn history_begun_anew_days_later_is_found_by_the_time_that_was_signed() {
    let history = History::new();
    let (key, day) = (Some(history.key.public().clone()), 24 * 60 * 60);
    let late = |history: &History, now: i64| history.report_at(at(now), key.clone(), None).findings;
    assert_eq!(
        late(&history, 2 * day),
        [],
        "the fourth event of case 1 has waited two days for a checkpoint, all but seconds"
    );
    let told = |seq, number| Finding { place: event(1, seq), fault: Fault::CoveredLate(number) };
    assert_eq!(late(&history, 3 * day), [told(4, None)]);
    let taken_away = History { checkpoints: Vec::new(), ..history };
    assert_eq!(late(&taken_away, 3 * day), [told(1, None)], "once, not for each event");
    let mut anew = taken_away;
    anew.sign_at(at(3 * day));
    assert_eq!(late(&anew, 3 * day), [told(1, Some(1))]);
}

#[test]
fn an_export_that_lacks_a_line_is_found() {
    let lines = History::new().lines();
    for left_out in 0..lines.len() {
        let mut some = lines.clone();
        some.remove(left_out);
        assert_ne!(export(&some, None), [], "without line {}", left_out + 1);
        assert_ne!(export(&lines[..left_out], None), [], "cut before line {}", left_out + 1);
    }
    let mut more = lines.clone();
    more.push(lines[3].clone());
    assert!(export(&more, None).contains(&Fault::OutOfOrder), "something behind the end");
    let mut broken = lines.clone();
    broken[2].pop();
    assert!(export(&broken, None).contains(&Fault::Unreadable));
}

#[test]
fn an_export_signed_by_another_key_agrees_with_itself_but_not_with_the_key_that_was_kept() {
    let (history, other) = (History::new(), History::new());
    assert_eq!(export(&other.lines(), None), []);
    assert_eq!(export(&other.lines(), Some(history.key.public().clone())), [Fault::NotSigned, Fault::NotSigned]);
}

#[test]
fn the_root_takes_cases_in_the_order_of_their_keys_and_every_part_counts() {
    let tip = |number, seq, byte| Tip { case: case(number), seq, hash: [byte; 32] };
    let some = [tip(1, 2, 3), tip(2, 1, 4)];
    let root = |tips: &[Tip]| crate::domain::checkpoint::root(&GENESIS, tips);
    assert_eq!(root(&some), root(&[some[1].clone(), some[0].clone()]));
    for other in [[tip(1, 2, 3), tip(2, 1, 5)], [tip(1, 3, 3), tip(2, 1, 4)], [tip(3, 2, 3), tip(2, 1, 4)]] {
        assert_ne!(root(&some), root(&other));
    }
    assert_ne!(root(&some[..1]), crate::domain::checkpoint::root(&root(&some[..1]), &some[..1]));
}

/// The example in the documentation of Go's `golang.org/x/mod/sumdb/note`, whose form signed notes have.
#[test]
fn a_note_and_a_key_of_another_program_are_read() {
    let key = PublicKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
    let note = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    assert!(key.signed(note));
    assert!(!key.signed(&note.replace("answer", "question")));
    assert_eq!((key.name(), hex(&key.id())), ("PeterNeumann", "c74f20a3".to_owned()));
    assert_eq!(PublicKey::parse(&key.to_string()), Some(key));
    assert_eq!(PublicKey::parse("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), None);
}
