//! What an officer decides about cases that belong together: linking two, splitting one on several persons. Merging is a
//! transition.

use uuid::Uuid;

use super::FlowError;
use super::persons::{nik_index, nip_index};
use super::transition::{Setting, current, note, sight};
use crate::db::duplicates::SplitOff;
use crate::db::{self, Pool, Tx};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, CaseFacts, State};
use crate::domain::deadline::course;
use crate::domain::decide::Refusal;
use crate::domain::duplicate::link_hashes;
use crate::domain::event::{self, GENESIS, Happening};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::guards;
use crate::domain::policy::{self, Permission};
use crate::domain::report::{NewReport, ReportedSubject};

fn may(facts: &CaseFacts, actor: &Actor, permission: Permission) -> Result<(), FlowError> {
    if policy::may(actor, permission, &facts.case, &facts.subject) {
        return Ok(());
    }
    Err(FlowError::Refused(Refusal::Forbidden(permission), current(facts, actor)))
}

/// Links a case with another about the same person, which is too far on to take a further act. Both say so in their
/// timeline. Linking again changes nothing.
pub async fn link(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    number: &str,
    other_number: &str,
    reason: &str,
) -> Result<(), FlowError> {
    let by = actor.officer().ok_or(FlowError::NotFound)?.officer_id;
    let sight = sight(actor);
    db::duplicates::lock_both(tx, [number, other_number]).await?;
    let facts = db::cases::lock(tx, number, &sight).await?.ok_or(FlowError::NotFound)?;
    let other = if number == other_number { None } else { db::cases::lock(tx, other_number, &sight).await? };
    may(&facts, actor, Permission::Merge)?;
    let unknown = || FlowError::Input(vec![FieldFault::new("/case_number", Fault::UnknownCode)]);
    let other = other.ok_or_else(unknown)?;
    if !db::cases::same_subject(&facts, &other) {
        return Err(FlowError::Refused(Refusal::Guards(vec![&guards::SAME_SUBJECT]), current(&facts, actor)));
    }
    if db::duplicates::link(tx, facts.case.id, other.case.id, by, setting.now).await? {
        for (one, another) in [(&facts.case, &other.case), (&other.case, &facts.case)] {
            let details = serde_json::json!({ "case_number": another.case_number, "reason": reason });
            note(tx, setting, actor, one, "case.linked", Some(event::salted(&details))).await?;
        }
    }
    Ok(())
}

/// What splitting left: the case as it is now, and the numbers of the new ones.
pub struct Split {
    /// The case that keeps the reports.
    pub case: Case,
    /// One number for each further person.
    pub case_numbers: Vec<String>,
}

/// Splits a case whose report names several persons: it goes on about the one it is about, and each further person gets a
/// case of its own, in triage like this one. The reporter keeps one number.
pub async fn split(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    number: &str,
    expected: i32,
    subjects: Vec<ReportedSubject>,
    reason: &str,
) -> Result<Split, FlowError> {
    let officer = actor.officer().ok_or(FlowError::NotFound)?;
    let mut facts = db::cases::lock(tx, number, &sight(actor)).await?.ok_or(FlowError::NotFound)?;
    if facts.case.version != expected {
        return Err(FlowError::Stale(current(&facts, actor)));
    }
    may(&facts, actor, Permission::Triage)?;
    // What was split off has no reports of its own to split.
    if facts.case.state != State::Triage || facts.case.split_from.is_some() {
        return Err(FlowError::Refused(Refusal::NotInState, current(&facts, actor)));
    }
    facts.reports = Some(db::reports::facts(tx, facts.case.id).await?);
    let clocks = course::split_off(&facts, setting.now);
    let mut case_numbers = Vec::new();
    for subject in subjects {
        let subject = subject.normalised();
        let id = Uuid::now_v7();
        let details = event::salted(&serde_json::json!({ "split_from": facts.case.case_number, "reason": reason }));
        let kind = "case.split_off";
        let happening =
            Happening { kind, actor, approver: None, from: None, to: facts.case.state, details: Some(details.clone()) };
        let link = event::link(id, 1, &GENESIS, setting.now, &happening);
        let new = SplitOff {
            id,
            from: &facts.case,
            nip_index: subject.nip.as_ref().map(|nip| nip_index(&setting.keys, nip.reveal())),
            nik_index: subject.nik.as_ref().map(|nik| nik_index(&setting.keys, nik.reveal())),
            subject: &subject,
            link: &link,
            kind,
            details: &details,
            by: officer,
            at: setting.now,
        };
        case_numbers.push(db::duplicates::split_off(tx, &new).await?);
        db::deadlines::store(tx, id, &clocks.changed, (clocks.bawaslu_until, clocks.next_due_at)).await?;
    }
    let details = event::salted(&serde_json::json!({ "case_numbers": case_numbers, "reason": reason }));
    let case = note(tx, setting, actor, &facts.case, "case.split", Some(details)).await?;
    Ok(Split { case, case_numbers })
}

/// The hashes of a new report's links.
pub(super) fn hashes_of(report: &NewReport) -> Vec<String> {
    link_hashes(report.conduct.links.iter().map(String::as_str))
}

const BATCH: i64 = 500;

/// Adds the hashes of links that an earlier version stored without. Done at the start; soon there are none left.
pub async fn hash_links(pool: &Pool) -> Result<(), FlowError> {
    loop {
        let some = db::duplicates::unhashed(pool, BATCH).await?;
        if some.is_empty() {
            return Ok(());
        }
        let mut tx = Tx::begin(pool).await?;
        for (report_id, links) in some {
            let links = links.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
            db::duplicates::hash_links(&mut tx, report_id, &link_hashes(links)).await?;
        }
        tx.commit().await?;
    }
}
