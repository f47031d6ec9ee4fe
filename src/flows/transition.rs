//! Firing a transition: lock, decide, write; or, where the case alone decides, read, decide, and write if it is still the same. Officers, reporters and the clock all come through here.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::resolve::{is_named_by_case_alone, resolve};
use super::sealing::tell_reporters;
use super::{Current, FlowError, clocks, exclusions, files, merges, persons, tracks};
use crate::db::access::Untraced;
use crate::db::approvals::{Approval, ApprovalStatus};
use crate::db::cases::{RowVersion, Sight};
use crate::db::idempotency::KeptReply;
use crate::db::law::LawBook;
use crate::db::transition::{NewEvent, Tell};
use crate::db::{self, DbError, Pool, Tx};
use crate::domain::action::{Action, ConfirmedSubject};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, CaseFacts, Subject, SubjectResolution};
use crate::domain::confidential::Confidential;
use crate::domain::decide::{self, Decision, Effect, Verdict};
use crate::domain::event::{self, Happening, Link};
use crate::domain::guards::Named;
use crate::domain::notice::{Audience, Notice};
use crate::domain::policy;
use crate::domain::warning::Warning;
use crate::token::Keys;
use crate::vault::Vault;

/// What came of firing.
#[derive(Debug)]
pub enum Fired {
    /// The case has moved; with what the officer is warned of.
    Moved(Box<Case>, Box<CaseFacts>, Vec<Warning>),
    /// The action waits for a second officer.
    Drafted(Box<Approval>, Box<Case>),
}

/// What every deed on a case is done with.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The time.
    pub now: DateTime<Utc>,
    /// How long notices wait that may become one mail.
    pub quiet: Duration,
    /// What seals texts for reporters.
    pub vault: Arc<Vault>,
    /// What makes the hashes by which numbers are found.
    pub keys: Arc<Keys>,
    /// The law by which deadlines are counted.
    pub laws: LawBook,
}

/// What the actor may see.
pub fn sight(actor: &Actor) -> Sight {
    actor.officer().map_or(Sight::Everything, |officer| Sight::Seat(policy::visible(officer)))
}

/// A transition that is decided and not yet written.
pub struct Planned<'a> {
    setting: &'a Setting,
    facts: CaseFacts,
    row: RowVersion,
    deed: Deed<'a>,
}

/// Decides an officer's action on a case that was read and not locked; `None` for whatever needs the lock: what is refused,
/// awaits a second officer, looks at more than the case, or writes elsewhere too. [`fire`] is for those.
pub fn plan<'a>(
    setting: &'a Setting,
    actor: &'a Actor,
    (facts, row): (CaseFacts, RowVersion),
    expected: i32,
    action: &Action,
) -> Option<Planned<'a>> {
    let law = setting.laws.in_hand();
    if facts.case.version != expected || facts.law_version != law.version || !is_named_by_case_alone(action) {
        return None;
    }
    let named = Named { law, ..Named::default() };
    match decide::decide(&facts, actor, None, action, &named, setting.now).ok()? {
        Verdict::Decided(decision) if decision.effects().is_empty() && decision.beside().handed_over.is_empty() => {
            let deed = Deed::of(setting, actor, None, &facts.case, *decision, action);
            Some(Planned { setting, facts, row, deed })
        }
        Verdict::Decided(_) | Verdict::NeedsApproval(..) => None,
    }
}

impl Planned<'_> {
    /// What will have come of it.
    pub fn outcome(&self) -> Fired {
        let case = self.deed.link.carried_by(self.deed.decision.next());
        Fired::Moved(Box::new(case), Box::new(self.facts.clone()), self.deed.decision.beside().warnings.clone())
    }

    /// Writes it with the reply to keep, and has it durable. False when anything about the case has changed since it was read; then
    /// nothing is written.
    ///
    /// # Errors
    /// The key of the reply is taken, or the database did not answer.
    pub async fn write(self, pool: &Pool, kept: Option<&KeptReply>) -> Result<bool, DbError> {
        let Self { setting, row, deed: Deed { decision, happening, link }, .. } = self;
        let told = Told::by(&decision);
        let event = NewEvent { link: &link, at: setting.now, happening: &happening };
        db::transition::apply_unlocked(pool, (decision, &row), &event, &told.tells(setting), kept).await
    }
}

/// Fires `action` on the case already locked, if the actor may see it and it is still at version `expected`.
pub async fn fire(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    locked: Option<CaseFacts>,
    expected: i32,
    action: Action,
) -> Result<Fired, FlowError> {
    let facts = locked.ok_or(FlowError::NotFound)?;
    let facts = match &action {
        Action::Merge(merge) => merges::lock_in_order(tx, actor, facts, Some(&merge.master_case_number)).await?,
        Action::Unmerge(_) => merges::lock_in_order(tx, actor, facts, None).await?,
        Action::Accept(accept) => merges::lock_in_order(tx, actor, facts, accept.same_person_as.as_deref()).await?,
        other if places_subject(other) => merges::lock_in_order(tx, actor, facts, None).await?,
        _ => facts,
    };
    if facts.case.version != expected {
        return Err(FlowError::Stale(current(&facts, actor)));
    }
    fire_on(tx, setting, actor, None, facts, action).await
}

/// Fires on a case already locked. `approver` is the second officer of a draft.
pub async fn fire_on(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    approver: Option<&Actor>,
    mut facts: CaseFacts,
    mut action: Action,
) -> Result<Fired, FlowError> {
    let named = resolve(tx, setting, actor, &mut facts, &mut action).await?;
    let verdict = decide::decide(&facts, actor, approver, &action, &named, setting.now)
        .map_err(|refusal| FlowError::Refused(refusal, current(&facts, approver.unwrap_or(actor))))?;
    match verdict {
        Verdict::Decided(decision) => {
            if let Action::Accept(accept) = &action {
                persons::contradicted(tx, setting, actor, &facts, &accept.subject, named.person_id).await?;
            }
            let (warnings, handed_over) = (decision.beside().warnings.clone(), decision.beside().handed_over.clone());
            let mut case = write(tx, setting, actor, approver, &facts, *decision, &action).await?;
            if !handed_over.is_empty() {
                tracks::hand_over(tx, setting, actor, &facts, &handed_over).await?;
            }
            if let Action::Accept(accept) = &action {
                confirm(&setting.keys, &mut facts.subject, &accept.subject, named.person_id);
            }
            if places_subject(&action) {
                exclusions::release_owner(tx, &setting.keys, setting.now, actor, &mut case, &facts.subject).await?;
            }
            Ok(Fired::Moved(Box::new(case), Box::new(facts), warnings))
        }
        Verdict::NeedsApproval(_, warnings) => draft(tx, setting, actor, facts, &action, warnings).await,
    }
}

/// Whether the action says who the subject is or of which agency, by which it is seen from whom the case is hidden.
const fn places_subject(action: &Action) -> bool {
    matches!(action, Action::Accept(_) | Action::ReferDirectly(_) | Action::ReassignAgency(_))
}

/// Brings the subject at hand to what the action has just put in place, so that the answer shows it and goes by it.
fn confirm(keys: &Keys, subject: &mut Subject, given: &ConfirmedSubject, person_id: Option<Uuid>) {
    let put = |to: &mut Option<Confidential<String>>, value: &Option<String>| {
        if let Some(value) = value {
            *to = Some(Confidential::new(value.clone()));
        }
    };
    put(&mut subject.name, &given.name);
    put(&mut subject.nip, &given.nip);
    put(&mut subject.nik, &given.nik);
    subject.position = given.position.clone().or_else(|| subject.position.take());
    subject.work_unit = given.work_unit.clone().or_else(|| subject.work_unit.take());
    subject.resolution = SubjectResolution::Confirmed;
    subject.employment = Some(given.employment);
    subject.nip_index = subject.nip.as_ref().map(|nip| persons::nip_index(keys, nip.reveal()));
    subject.nik_index = subject.nik.as_ref().map(|nik| persons::nik_index(keys, nik.reveal()));
    subject.person_id = person_id.or(subject.person_id);
}

/// The case and what this actor may try on it, to be told once the look is on record.
pub fn current(facts: &CaseFacts, actor: &Actor) -> Untraced<Current> {
    Untraced::lock(Current {
        version: facts.case.version,
        state: facts.case.state,
        allowed_actions: decide::allowed_actions(&facts.case, &facts.subject, actor),
        case: Box::new(facts.case.clone()),
    })
}

async fn write(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    approver: Option<&Actor>,
    facts: &CaseFacts,
    decision: Decision,
    action: &Action,
) -> Result<Case, FlowError> {
    for effect in decision.effects() {
        match effect {
            Effect::ConfirmSubject(subject, person) => {
                persons::confirm(tx, setting, actor, facts, subject, *person).await?;
            }
            Effect::ReviewMerged(agency) => {
                db::duplicates::review_merged(tx, facts.case.id, *agency, decision.next()).await?;
            }
            Effect::Questions(questions) => {
                for question in questions {
                    tell_reporters(tx, setting, facts.case.id, question).await?;
                }
            }
            Effect::PublicWording(wording) => tell_reporters(tx, setting, facts.case.id, wording).await?,
        }
    }
    let merge = (facts.case.master_case_id, decision.next().master_case_id);
    let Deed { decision, happening, link } = Deed::of(setting, actor, approver, &facts.case, decision, action);
    let told = Told::by(&decision);
    let event = NewEvent { link: &link, at: setting.now, happening: &happening };
    let case = db::transition::apply(tx, decision, &event, &told.tells(setting)).await?;
    files::named(tx, setting, &action.files()).await?;
    if merge.0 != merge.1 {
        exclusions::follow_merge(tx, setting, actor, &case, merge.0).await?;
        clocks::follow_merge(tx, setting, &case, merge).await?;
        merges::note_on_master(tx, setting, actor, &case, merge).await?;
    } else if facts.is_master && places_subject(action) {
        exclusions::spread(tx, setting, actor, case.id).await?;
    }
    Ok(case)
}

/// A decision with the link it adds to the chain of its case.
struct Deed<'a> {
    decision: Decision,
    happening: Happening<'a>,
    link: Link,
}

impl<'a> Deed<'a> {
    fn of(
        setting: &Setting,
        actor: &'a Actor,
        approver: Option<&Actor>,
        before: &Case,
        decision: Decision,
        action: &Action,
    ) -> Self {
        let happening = Happening {
            kind: action.verb().as_str(),
            actor,
            approver: approver.and_then(Actor::officer).map(|officer| officer.officer_id),
            from: Some(decision.from()),
            to: decision.next().state,
            details: details(action),
        };
        let link = event::next_link(before, setting.now, &happening);
        Self { decision, happening, link }
    }
}

/// What is told of a decision, kept from it, since writing consumes it.
struct Told {
    next: Case,
    notices: Vec<(Notice, Audience)>,
    address: Option<String>,
    former_agency: Option<Uuid>,
    former_owner: Option<Uuid>,
}

impl Told {
    fn by(decision: &Decision) -> Self {
        Self {
            next: decision.next().clone(),
            notices: decision.notices().to_vec(),
            address: decision.typed_address().map(ToOwned::to_owned),
            former_agency: decision.former_agency(),
            former_owner: decision.former_owner(),
        }
    }

    fn tells(&self, setting: &Setting) -> Vec<Tell<'_>> {
        let (former_agency, former_owner, address) = (self.former_agency, self.former_owner, self.address.as_deref());
        let tell = |told| Tell { former_agency, former_owner, address, ..tell(setting, &self.next, told) };
        self.notices.iter().map(tell).collect()
    }
}

/// One notice about the case as it now is, due after the quiet time where it waits.
pub(super) fn tell<'a>(setting: &Setting, case: &'a Case, (notice, audience): &(Notice, Audience)) -> Tell<'a> {
    Tell {
        notice: *notice,
        audience: *audience,
        due_at: if notice.waits() { setting.now + setting.quiet } else { setting.now },
        case,
        former_agency: case.agency_id,
        former_owner: case.owner_id,
        address: None,
    }
}

fn details(action: &Action) -> Option<String> {
    action.on_record().map(|action| event::salted(&action))
}

/// Keeps the action for a second officer and records that it was drafted.
async fn draft(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    facts: CaseFacts,
    action: &Action,
    warnings: Vec<Warning>,
) -> Result<Fired, FlowError> {
    let officer = actor.officer().ok_or(FlowError::NotFound)?;
    if db::approvals::pending(tx, facts.case.id, action.verb()).await? {
        return Err(FlowError::ApprovalPending);
    }
    let approval = Approval {
        id: Uuid::now_v7(),
        case_id: facts.case.id,
        verb: action.verb(),
        action: serde_json::to_value(action).unwrap_or_default(),
        drafted_by: officer.officer_id,
        drafted_seat: officer.seat_id,
        drafted_at: setting.now,
        status: ApprovalStatus::Pending,
        decided_by: None,
        decided_at: None,
        reason: None,
        warnings: warnings.into_iter().map(Some).collect(),
    };
    db::approvals::insert(tx, &approval).await?;
    let case = note(tx, setting, actor, &facts.case, "approval.requested", details(action)).await?;
    // The answer is kept for a repeated request, and whoever drafted knows what he wrote.
    let approval = Approval { action: action.on_record().unwrap_or_default(), ..approval };
    Ok(Fired::Drafted(Box::new(approval), Box::new(case)))
}

/// Records an event that leaves the state alone and tells nobody.
pub async fn note(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    case: &Case,
    kind: &str,
    details: Option<String>,
) -> Result<Case, FlowError> {
    Ok(note_and_tell(tx, setting.now, actor, case, kind, details, &[]).await?.0)
}

/// Records an event that leaves the state alone; answers the case as it now is, and the event's link.
pub async fn note_and_tell(
    tx: &mut Tx,
    now: DateTime<Utc>,
    actor: &Actor,
    case: &Case,
    kind: &str,
    details: Option<String>,
    tells: &[Tell<'_>],
) -> Result<(Case, Link), FlowError> {
    let happening = Happening { kind, actor, approver: None, from: Some(case.state), to: case.state, details };
    let link = event::next_link(case, now, &happening);
    let event = NewEvent { link: &link, at: now, happening: &happening };
    Ok((db::transition::advance(tx, case, &event, tells).await?, link))
}
