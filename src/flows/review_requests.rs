//! A reporter asks to have a closed case looked at again; somebody who had no part in it refuses with a reason, or it is reopened.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::transition::{Setting, current, note_and_tell, tell};
use super::{FlowError, sealing};
use crate::db::deliveries::{Recipient, Told};
use crate::db::review_requests::{NewReviewRequest, ReviewRequest};
use crate::db::{self, Tx};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, CaseFacts};
use crate::domain::decide::Refusal;
use crate::domain::event;
use crate::domain::notice::{Audience, Notice};
use crate::domain::policy::{self, Permission};
use crate::domain::report::Direction;
use crate::domain::review_request::{ReviewStatus, answered_by, can_be_asked, status};

/// Takes a request for a review of the case that decides about the report: once for each closing, and not long after it. Those who
/// can reopen it are told. Answers by when it is answered. The caller holds the case's lock.
pub(super) async fn make(
    tx: &mut Tx,
    setting: &Setting,
    facts: &CaseFacts,
    report_id: Uuid,
) -> Result<Option<DateTime<Utc>>, FlowError> {
    let (case, law) = (&facts.case, setting.laws.at(tx, facts.law_version).await?);
    if !can_be_asked(&law, case, setting.now)
        || db::review_requests::asked_since(tx, report_id, case.state_since).await?
    {
        return Err(FlowError::NoReview);
    }
    let request = NewReviewRequest { id: Uuid::now_v7(), case_id: case.id, report_id, made_at: setting.now };
    db::review_requests::insert(tx, &request).await?;
    let told =
        [Audience::ReviewLeads, Audience::BknAuditors].map(|who| tell(setting, case, &(Notice::ReviewRequested, who)));
    let actor = Actor::Reporter { report_id };
    note_and_tell(tx, setting.now, &actor, case, "review.requested", details(request.id), &told).await?;
    Ok(answered_by(&law, case, setting.now).map(|(at, _)| at))
}

/// Refuses a request; the reporter reads the reason in his mailbox. Whoever had a part in the case leaves that to others.
pub async fn refuse(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    facts: CaseFacts,
    id: Uuid,
    reason: &str,
) -> Result<(Case, ReviewRequest), FlowError> {
    let officer = actor.officer().ok_or(FlowError::NotFound)?.officer_id;
    let request = db::review_requests::on_case(tx, facts.case.id, id).await?.ok_or(FlowError::NotFound)?;
    if !policy::may(actor, Permission::Reopen, &facts.case, &facts.subject) {
        return Err(FlowError::Refused(Refusal::Forbidden(Permission::Reopen), current(&facts, actor)));
    }
    if stands(&facts.case, &request) != ReviewStatus::Pending {
        return Err(FlowError::Refused(Refusal::NotInState, current(&facts, actor)));
    }
    if db::review_requests::had_a_part(tx, facts.case.id, officer).await? {
        return Err(FlowError::HadAPart);
    }
    db::review_requests::refuse(tx, id, officer, setting.now).await?;
    let (case, link) = note_and_tell(tx, setting.now, actor, &facts.case, "review.refused", details(id), &[]).await?;
    // A report that was erased meanwhile has no mailbox any more.
    if let Some(key) = db::data_keys::hold(tx, request.report_id).await? {
        let message = sealing::message(setting, &key, Direction::ToReporter, reason)?;
        db::messages::insert(tx, &[message]).await?;
    }
    if db::identities::can_be_mailed(tx, request.report_id).await? {
        let told = Told::Case { case_id: case.id, event_id: link.id };
        let reporter = Recipient::Reporter(request.report_id);
        db::deliveries::tell(tx, told, reporter, Notice::ReviewRefused, setting.now).await?;
    }
    Ok((case, ReviewRequest { refused_at: Some(setting.now), ..request }))
}

/// Tells the BKN auditors, once, that a request was not answered in time.
pub async fn escalate(tx: &mut Tx, setting: &Setting, case_id: Uuid, id: Uuid) -> Result<(), FlowError> {
    let facts = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    let (case, law) = (&facts.case, setting.laws.at(tx, facts.law_version).await?);
    let request = db::review_requests::on_case(tx, case_id, id).await?.ok_or(FlowError::NotFound)?;
    let pending = stands(case, &request) == ReviewStatus::Pending;
    let late = answered_by(&law, case, request.made_at).is_some_and(|(until, _)| until < setting.now);
    if request.escalated_at.is_some() || (pending && !late) {
        return Ok(());
    }
    db::review_requests::escalated(tx, id, setting.now).await?;
    if pending {
        let tell = tell(setting, case, &(Notice::ReviewRequested, Audience::BknAuditors));
        note_and_tell(tx, setting.now, &Actor::System, case, "review.overdue", details(id), &[tell]).await?;
    }
    Ok(())
}

/// Where a request stands on its case.
pub fn stands(case: &Case, request: &ReviewRequest) -> ReviewStatus {
    status(case, request.made_at, request.still_decides, request.refused_at.is_some())
}

fn details(id: Uuid) -> Option<String> {
    Some(event::salted(&serde_json::json!({ "review_request_id": id })))
}
