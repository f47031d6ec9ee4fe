//! By what an officer is recognised, and what follows where a case turns out to be hidden from who works on it. The rule itself is
//! in the policy.

use std::collections::HashSet;

use uuid::Uuid;

use super::approvals::lapse_drafts_of;
use super::transition::Setting;
use super::{FlowError, sealing};
use crate::db::access::Untraced;
use crate::db::cases::Found;
use crate::db::exclusions::Traits;
use crate::db::officers::Seated;
use crate::db::{self, DbError, Pool, Tx};
use crate::domain::actor::{Actor, Officer};
use crate::domain::case::{Case, Subject};
use crate::domain::marks::Marks;
use crate::domain::notice::Notice;
use crate::domain::policy;
use crate::flows::persons;
use crate::token::Keys;

/// Everything an officer is recognised by: what is stored, and the marks that a report of his would carry. These are made here
/// each time and stored nowhere, so that the database alone does not tell which officer reported.
fn marks(keys: &Keys, traits: &Traits) -> Marks {
    let mut marks = marks_as_subject(keys, traits);
    marks.0.extend(traits.email.as_ref().map(|email| sealing::email_index(keys, email)));
    marks.0.extend(traits.nik_index.as_ref().map(|nik| sealing::nik_index(keys, nik)));
    marks
}

fn marks_as_subject(keys: &Keys, traits: &Traits) -> Marks {
    let mut marks = traits.marks.clone();
    marks.0.extend(traits.nip.as_ref().map(|nip| persons::nip_index(keys, nip.reveal())));
    marks
}

/// The officer in a seat, recognised.
pub fn recognised(keys: &Keys, seated: Seated) -> Officer {
    seated.recognised(|traits| marks(keys, traits))
}

/// About which of these cases an officer must not be mailed: he is excluded from them, or no seat that he holds now reaches them.
pub async fn kept_from(
    pool: &Pool,
    keys: &Keys,
    officer_id: Uuid,
    notice: Notice,
    cases: &[Uuid],
) -> Result<HashSet<Uuid>, DbError> {
    let seats = db::officers::acting_in_all(pool, officer_id).await?.into_iter();
    let seats: Vec<Officer> = seats.map(|seated| recognised(keys, seated)).collect();
    let may_hear = |Found { case, subject }: &Found| {
        seats.iter().any(|officer| match notice.outlives_access() {
            true => !policy::excluded(officer, case, subject),
            false => policy::sees(officer, case, subject),
        })
    };
    let found = db::cases::of(pool, cases).await?.into_iter().map(Untraced::shown_to_nobody);
    Ok(found.filter(|found| !may_hear(found)).map(|found| found.case.id).collect())
}

/// Takes a case off its owner's desk where he is now known to be the subject or of the subject's unit, and lets his drafts on it
/// lapse. Whose own report is merged into the case stays its owner, who no longer sees it: a desk that was cleared for no reason
/// would name the reporter. The caller holds the case's lock.
pub(super) async fn release_owner(
    tx: &mut Tx,
    keys: &Keys,
    now: chrono::DateTime<chrono::Utc>,
    actor: &Actor,
    case: &mut Case,
    subject: &Subject,
) -> Result<(), FlowError> {
    let Some(owner) = case.owner_id else { return Ok(()) };
    let hidden = match actor.officer().filter(|officer| officer.officer_id == owner) {
        Some(officer) => policy::excluded(officer, case, subject),
        None => {
            let traits = db::exclusions::traits_in(tx, owner).await?;
            traits.is_some_and(|traits| policy::hidden_from(owner, &marks_as_subject(keys, &traits), case, subject))
        }
    };
    if hidden {
        db::exclusions::clear_owner(tx, case.id).await?;
        *case = lapse_drafts_of(tx, now, actor, Case { owner_id: None, ..case.clone() }, owner).await?;
    }
    Ok(())
}

/// What a merge or its undoing changes: all that were merged are hidden from whom one is, or no longer, and leave their owner's desk
/// where that hides them from him.
pub(super) async fn follow_merge(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    merged: &Case,
    before: Option<Uuid>,
) -> Result<(), FlowError> {
    if let Some(former) = before {
        db::exclusions::lock_merged(tx, former, None).await?;
        db::exclusions::renew_marks(tx, former).await?;
    }
    spread(tx, setting, actor, merged.id).await
}

/// Hides a case and those merged with it from whom one of them is hidden, and takes them off their owners' desks where that hides
/// them from him. The caller holds the case's lock.
pub(super) async fn spread(tx: &mut Tx, setting: &Setting, actor: &Actor, case_id: Uuid) -> Result<(), FlowError> {
    let merged = db::exclusions::lock_merged(tx, case_id, None).await?;
    db::exclusions::renew_marks(tx, case_id).await?;
    for id in merged {
        let mut facts = db::cases::lock_by_id(tx, id).await?.ok_or(FlowError::NotFound)?;
        release_owner(tx, &setting.keys, setting.now, actor, &mut facts.case, &facts.subject).await?;
    }
    Ok(())
}
