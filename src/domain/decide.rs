//! The one maker of decisions: asks the table, the policy and the guards, and works out what the case becomes.
//! It reads no row and no clock; what it is handed is all it knows.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::action::{Action, BawasluResult, BreachResult, ConfirmedSubject, ReturnResult, Verb};
use crate::domain::actor::Actor;
use crate::domain::beside::{self, Beside};
use crate::domain::case::{Case, CaseFacts, Category, ClosureReason, State};
use crate::domain::deadline::{Clock, ClockMaker, DeadlineCode, course};
use crate::domain::frozen::FrozenForms;
use crate::domain::guards::{Check, Guard, Named, Situation};
use crate::domain::ids::Language;
use crate::domain::notice::{Audience, Notice};
use crate::domain::policy::{self, Permission};
use crate::domain::sanction;
use crate::domain::tracks::TrackState;
use crate::domain::warning::Warning;
use crate::domain::workflow::{Firer, RULES, Rule, Target, rule_for};

/// An allowed transition, ready to be written. Only [`decide`] makes one; writing it consumes it.
#[derive(Debug)]
pub struct Decision {
    rule: &'static Rule,
    from: State,
    former_agency: Option<Uuid>,
    former_owner: Option<Uuid>,
    next: Case,
    beside: Beside,
    effects: Vec<Effect>,
    notices: Vec<(Notice, Audience)>,
    typed_address: Option<String>,
    clocks: Vec<Clock>,
    lapses: bool,
    is_master: bool,
}

/// What a transition changes beside the case's own row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The subject is now known, and is this person where the officer named one.
    ConfirmSubject(ConfirmedSubject, Option<Uuid>),
    /// The cases merged into this one are reviewed by this agency too, where they have none, so that who reviews the master can undo
    /// the merge; under a conflict of interest whatever they have.
    ReviewMerged(Uuid),
    /// These questions appear in the reporters' mailboxes.
    Questions(Vec<String>),
    /// This wording appears in the reporters' mailboxes.
    PublicWording(String),
}

impl Decision {
    /// The rule that allowed it.
    pub const fn rule(&self) -> &'static Rule {
        self.rule
    }
    /// The state before.
    pub const fn from(&self) -> State {
        self.from
    }
    /// The agency before, which may have lost access.
    pub const fn former_agency(&self) -> Option<Uuid> {
        self.former_agency
    }
    /// The owner before.
    pub const fn former_owner(&self) -> Option<Uuid> {
        self.former_owner
    }
    /// The case as it will be. Version, event number and hash are still those it was decided on: the write is refused on any
    /// others, and sets them.
    pub const fn next(&self) -> &Case {
        &self.next
    }
    /// Tracks, acts and sanctions it writes.
    pub const fn beside(&self) -> &Beside {
        &self.beside
    }
    /// What else changes.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }
    /// Who is told what.
    pub fn notices(&self) -> &[(Notice, Audience)] {
        &self.notices
    }
    /// The official address an officer typed, for [`Audience::TypedAddress`].
    pub fn typed_address(&self) -> Option<&str> {
        self.typed_address.as_deref()
    }
    /// Clocks that begin or change.
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }
    /// Drafts that waited lapse: the case has moved on.
    pub const fn lapses(&self) -> bool {
        self.lapses
    }
    /// The reporters of cases merged into this one are told too.
    pub const fn is_master(&self) -> bool {
        self.is_master
    }
}

/// What may be done with an action.
#[derive(Debug)]
pub enum Verdict {
    /// Write it.
    Decided(Box<Decision>),
    /// A second officer with this permission must approve it first. Whoever drafts it is warned as whoever approves it will be.
    NeedsApproval(Permission, Vec<Warning>),
}

/// Why an action is refused. Nothing has changed.
#[derive(Debug)]
pub enum Refusal {
    /// No rule for this verb in the case's state.
    NotInState,
    /// The seat has not the permission the rule asks for.
    Forbidden(Permission),
    /// Only the reporter or the clock fires this.
    NotForOfficers,
    /// Whoever drafted may not approve.
    OwnDraft,
    /// These conditions do not hold; all of them are named.
    Guards(Vec<&'static Guard>),
}

/// Decides whether `action` may be fired on the case now, and what the case becomes.
///
/// `approver` is the second officer, when the action was drafted earlier by `actor` and is now being approved; both
/// are checked on the case as it stands now.
pub fn decide(
    facts: &CaseFacts,
    actor: &Actor,
    approver: Option<&Actor>,
    action: &Action,
    named: &Named,
    now: DateTime<Utc>,
) -> Result<Verdict, Refusal> {
    let rule = rule_for(action.verb(), facts.case.state).ok_or(Refusal::NotInState)?;
    permitted(rule, facts, actor)?;
    if let (Some(permission), Some(approver)) = (rule.approval, approver) {
        approved(facts, actor, approver, permission)?;
    }
    let situation = Situation { facts, action, now, named };
    let failed: Vec<&'static Guard> =
        rule.guards.iter().filter(|guard| matches!(guard.check, Check::Now(check) if !check(&situation))).collect();
    if !failed.is_empty() {
        return Err(Refusal::Guards(failed));
    }
    match (rule.approval, approver) {
        (Some(permission), None) => {
            let warnings = beside::of_action(action, facts, named, &mut facts.case.clone()).warnings;
            Ok(Verdict::NeedsApproval(permission, warnings))
        }
        _ => Ok(Verdict::Decided(Box::new(decision(rule, facts, actor, action, named, now)))),
    }
}

fn permitted(rule: &Rule, facts: &CaseFacts, actor: &Actor) -> Result<(), Refusal> {
    match (rule.by, actor) {
        (Firer::Officer(permission), Actor::Officer(_)) => {
            if policy::may(actor, permission, &facts.case, &facts.subject) {
                Ok(())
            } else {
                Err(Refusal::Forbidden(permission))
            }
        }
        (Firer::Reporter, Actor::Reporter { .. }) | (Firer::Timer, Actor::System) => Ok(()),
        _ => Err(Refusal::NotForOfficers),
    }
}

fn approved(facts: &CaseFacts, actor: &Actor, approver: &Actor, permission: Permission) -> Result<(), Refusal> {
    let same_person = actor.officer().map(|o| o.officer_id) == approver.officer().map(|o| o.officer_id);
    if same_person {
        return Err(Refusal::OwnDraft);
    }
    if policy::may(approver, permission, &facts.case, &facts.subject) {
        Ok(())
    } else {
        Err(Refusal::Forbidden(permission))
    }
}

fn decision(
    rule: &'static Rule,
    facts: &CaseFacts,
    actor: &Actor,
    action: &Action,
    named: &Named,
    now: DateTime<Utc>,
) -> Decision {
    let before = &facts.case;
    let mut next = before.clone();
    record(&mut next, facts, actor, action, named);
    let mut beside = beside::of_action(action, facts, named, &mut next);
    let diverted = arrive(&mut next, rule.to, before);
    next.state_since = if next.state == before.state { before.state_since } else { now };
    let owed_since = sanction::owed_since(beside.version.as_ref(), &beside.dates, named);
    let step = course::Step { facts, next: &next, rule, action, owed_since };
    let course = course::after(&step, &named.law, now);
    (next.bawaslu_until, next.next_due_at) = (course.bawaslu_until, course.next_due_at);
    let maker = ClockMaker::of(&named.law, &next, now);
    if course.changed.iter().any(|clock| clock.code == DeadlineCode::D3 && maker.outlasts_its_rule(clock)) {
        beside.warnings.push(Warning::AnswerLaterThanRule);
    }
    Decision {
        rule,
        from: before.state,
        former_agency: before.agency_id,
        former_owner: before.owner_id,
        notices: told(rule.notices, before, &next, diverted),
        beside,
        effects: effects(facts, action, named),
        typed_address: typed_address(action),
        clocks: course.changed,
        lapses: facts.drafts_wait,
        is_master: facts.is_master,
        next,
    }
}

/// Sets the state the rule leads to. True when a live track, or a sanction that stands, turned a closing into monitoring.
fn arrive(next: &mut Case, to: Target, before: &Case) -> bool {
    let closing = match to {
        Target::To(state) => {
            next.state = state;
            None
        }
        Target::Return => {
            next.state = before.return_state.unwrap_or(State::Triage);
            None
        }
        Target::Close(reason) => Some(reason),
        Target::CloseWithResult => Some(result_of(before)),
    };
    let stands = next.sanction_code.is_some() && closing.is_some_and(denies_sanction);
    let diverted = closing.is_some() && (next.tracks.any_live() || stands);
    match closing {
        Some(_) if stands => {
            next.state = State::Monitoring;
            next.administrative_result = Some(ClosureReason::ProvenSanctioned);
        }
        Some(reason) if diverted => {
            next.state = State::Monitoring;
            next.administrative_result = Some(reason);
        }
        Some(reason) => {
            next.state = State::Closed;
            next.closure_reason = Some(reason);
        }
        None => {}
    }
    if next.state != State::AwaitingReporter {
        next.return_state = None;
        next.reply_due_on = None;
    }
    diverted
}

/// Who reads this reason takes it that no sanction stands.
pub const fn denies_sanction(reason: ClosureReason) -> bool {
    matches!(reason, ClosureReason::NotProven | ClosureReason::SanctionCancelled)
}

/// What a case in monitoring closes with: a conviction counts where the administrative side proved nothing.
fn result_of(case: &Case) -> ClosureReason {
    match case.administrative_result {
        Some(ClosureReason::NotProven) if case.tracks.criminal == TrackState::Convicted => ClosureReason::CriminalOnly,
        Some(result) => result,
        None => ClosureReason::ProvenSanctioned,
    }
}

/// Writes down what the action says.
fn record(next: &mut Case, facts: &CaseFacts, actor: &Actor, action: &Action, named: &Named) {
    match action {
        Action::Take => next.owner_id = actor.officer().map(|o| o.officer_id),
        Action::Ask(ask) => {
            next.owner_id = actor.officer().map(|o| o.officer_id);
            next.return_state = Some(facts.case.state);
            next.reply_due_on = Some(ask.answer_by);
            next.no_reporter_response = false;
        }
        Action::ExpireQuestion => next.no_reporter_response = true,
        Action::Accept(accept) => {
            next.agency_id = named.agency_id;
            next.reviewing_agency_id = named.reviewing_agency_id;
            next.category = Some(accept.category);
            next.conduct_phase = Some(accept.conduct_phase);
            next.election_regime = accept.election_regime;
            next.conflict_of_interest = accept.one_level_up();
        }
        Action::ReferDirectly(refer) => {
            next.referral_kind = Some(refer.referral_kind);
            next.election_regime = refer.election_regime;
            next.agency_id = named.agency_id.or(next.agency_id);
            next.reviewing_agency_id = named.reviewing_agency_id;
            next.conflict_of_interest = next.conflict_of_interest || refer.one_level_up();
            next.bawaslu_result = None;
        }
        Action::Refer(refer) => {
            next.referral_kind = Some(refer.referral_kind);
            next.inspectorate_concluded = true;
            next.bawaslu_result = None;
        }
        Action::Dismiss(dismiss) => next.dismissal_code = Some(dismiss.dismissal_code),
        Action::Merge(_) => {
            next.master_case_id = facts.master.as_ref().map(|m| m.id);
            // Or nobody whose inspectorate works on the master could undo the merge. Where it has none yet, the merged case
            // gets it later, with the master. Under a conflict of interest nobody else may, also after it is undone.
            if let Some(master) = &facts.master {
                next.reviewing_agency_id = next.reviewing_agency_id.or(master.reviewing_agency_id);
                if master.conflict_of_interest {
                    next.conflict_of_interest = true;
                    next.reviewing_agency_id = master.reviewing_agency_id;
                    next.agency_id = next.agency_id.or(master.agency_id);
                }
            }
        }
        Action::Conclude(_) => next.inspectorate_concluded = true,
        Action::ReturnReferral(returned) => next.bawaslu_result = Some(bawaslu_return(returned.result)),
        Action::RecordBreach(breach)
        | Action::RecordBreachForReview(breach)
        | Action::RecordBreachAsSufficient(breach) => {
            next.bawaslu_result = Some(bawaslu_breach(breach.result));
        }
        Action::RecordNoBreach(_) => next.bawaslu_result = Some(BawasluResult::NoBreach),
        Action::SendRecommendation(send) => {
            next.addressed = true;
            next.proposed_weight = named.lightest_proposed;
            next.heaviest_proposed = named.heaviest_proposed;
            next.violation_forms = Some(FrozenForms(named.violation_forms.clone()));
            let decidable = |category: &Category| *category != Category::Criminal;
            next.category = send.violation_forms.iter().map(|form| form.category).filter(decidable).max();
            if send.further_contest_allowed {
                next.contest_count = 0;
            }
        }
        Action::Contest(_) => next.contest_count = next.contest_count.saturating_add(1),
        Action::ReassignAgency(_) => next.agency_id = named.agency_id,
        Action::ImposeSanction(impose) => {
            next.category = Some(impose.category);
            next.sanction_code = Some(impose.sanction_code.clone());
            next.delivered_on = None;
        }
        Action::TakeEffect(effect) => {
            next.delivered_on = Some(effect.delivered_on);
            next.administrative_result = Some(ClosureReason::ProvenSanctioned);
        }
        // The day on record is that of the newest decision.
        Action::FileAppeal(appeal) if sanction::challenges_newest(named) => {
            next.delivered_on = appeal.delivered_on.or(next.delivered_on);
        }
        Action::DecideAppeal(_) => next.administrative_result = Some(ClosureReason::ProvenSanctioned),
        Action::ReopenTriage(_) | Action::ReopenReview(_) | Action::Unmerge(_) => {
            next.reopen_count = next.reopen_count.saturating_add(1);
            next.closure_reason = None;
            next.administrative_result = None;
            next.dismissal_code = None;
            next.master_case_id = None;
        }
        Action::Answer
        | Action::TransferOut(_)
        | Action::FindUnproven(_)
        | Action::Recall(_)
        | Action::RequestMoreWork(_)
        | Action::RecommendNothing(_)
        | Action::ReportUnproven(_)
        | Action::FileAppeal(_)
        | Action::CancelOnAppeal(_)
        | Action::Close(_)
        | Action::RecordDeparture(_)
        | Action::Withdraw(_) => {}
    }
}

const fn bawaslu_return(result: ReturnResult) -> BawasluResult {
    match result {
        ReturnResult::NotRegistered => BawasluResult::NotRegistered,
        ReturnResult::TreatedAsPreliminary => BawasluResult::TreatedAsPreliminary,
        ReturnResult::NeedsAgencyExamination => BawasluResult::NeedsAgencyExamination,
    }
}

const fn bawaslu_breach(result: BreachResult) -> BawasluResult {
    match result {
        BreachResult::OtherLawBreach => BawasluResult::OtherLawBreach,
        BreachResult::CrimeSuspected => BawasluResult::CrimeSuspected,
    }
}

fn effects(facts: &CaseFacts, action: &Action, named: &Named) -> Vec<Effect> {
    match action {
        Action::Ask(ask) => vec![Effect::Questions(ask.questions.clone())],
        Action::Accept(accept) => {
            let confirmed = Effect::ConfirmSubject(accept.subject.clone(), named.person_id);
            std::iter::once(confirmed).chain(review_merged(facts, named)).collect()
        }
        Action::ReferDirectly(_) => review_merged(facts, named).into_iter().collect(),
        Action::Dismiss(dismiss) => vec![Effect::PublicWording(dismiss.public_wording.clone())],
        Action::FindUnproven(unproven) | Action::RecommendNothing(unproven) => {
            vec![Effect::PublicWording(unproven.public_wording.clone())]
        }
        Action::ReportUnproven(unproven) => vec![Effect::PublicWording(unproven.public_wording.clone())],
        Action::CancelOnAppeal(cancel) => vec![Effect::PublicWording(cancel.public_wording.clone())],
        Action::TransferOut(_) => {
            named.receiving_body.iter().map(|body| Effect::PublicWording(body.wording())).collect()
        }
        Action::Close(close) => vec![Effect::PublicWording(close.public_wording.clone())],
        _ => Vec::new(),
    }
}

fn review_merged(facts: &CaseFacts, named: &Named) -> Option<Effect> {
    named.reviewing_agency_id.filter(|_| facts.is_master).map(Effect::ReviewMerged)
}

fn typed_address(action: &Action) -> Option<String> {
    match action {
        Action::TransferOut(transfer) => transfer.receiving_email.clone(),
        Action::SendRecommendation(send) => send.addressee_email.clone(),
        Action::ReassignAgency(reassign) => reassign.addressee_email.clone(),
        _ => None,
    }
}

/// A rule's notices; a closing that became monitoring is no closing for the reporter, a PPK to whom nothing was
/// addressed is not told that there is a case, and a changed public label is always told.
pub(super) fn told(
    of_rule: &[(Notice, Audience)],
    before: &Case,
    next: &Case,
    diverted: bool,
) -> Vec<(Notice, Audience)> {
    let unfit = |(notice, audience): &(Notice, Audience)| {
        (diverted && *notice == Notice::CaseClosed) || (*audience == Audience::Ppk && !next.addressed)
    };
    let mut notices: Vec<(Notice, Audience)> = of_rule.iter().copied().filter(|told| !unfit(told)).collect();
    let told = notices.iter().any(|(_, audience)| *audience == Audience::Reporters);
    let label_changed = before.public_label(Language::Indonesian) != next.public_label(Language::Indonesian);
    if label_changed && !told {
        notices.push((Notice::StatusChanged, Audience::Reporters));
    }
    notices
}

/// The verbs this officer may try on the case now: state and permission fit. Guards are left to the attempt, since
/// they look at its data.
pub fn allowed_actions(case: &Case, subject: &crate::domain::case::Subject, actor: &Actor) -> Vec<Verb> {
    RULES
        .iter()
        .filter(|rule| rule.from.contains(&case.state))
        .filter(|rule| matches!(rule.by, Firer::Officer(permission) if policy::may(actor, permission, case, subject)))
        .map(|rule| rule.verb)
        .collect()
}
