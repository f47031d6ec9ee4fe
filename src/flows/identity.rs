//! Opening who reported: an officer asks with a reason, a custodian who is somebody else decides, and each look leaves its
//! mark in the case and with the reporter before anything is shown.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::FlowError;
use super::sealing::{self, OpenReporter, OpenWitness};
use super::transition::{Setting, current, note, sight};
use crate::db::access::Shown;
use crate::db::identity_requests::{IdentityRequest, IdentityRequestStatus as Status, Listed, NewLook};
use crate::db::{self, Tx};
use crate::domain::actor::{Actor, Officer, Role};
use crate::domain::case::{Case, CaseFacts};
use crate::domain::decide::Refusal;
use crate::domain::event;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::ids::ComplaintNumber;
use crate::domain::policy::{self, Permission};

/// Who reported, opened.
pub struct OpenIdentity {
    /// Number of the report.
    pub complaint_number: String,
    /// The reporter.
    pub reporter: OpenReporter,
    /// The witnesses.
    pub witnesses: Vec<OpenWitness>,
    /// Until when one may look again.
    pub expires_at: DateTime<Utc>,
    /// Why the officer asked.
    pub reason: String,
    case: Case,
}

impl Shown for OpenIdentity {
    fn case(&self) -> Option<&Case> {
        Some(&self.case)
    }
}

/// Bawaslu's officers learn of a reporter only what he allowed them to.
fn may_know(officer: &Officer, consented: bool) -> bool {
    officer.role != Role::BawasluLiaison || consented
}

fn permitted(facts: &CaseFacts, actor: &Actor, officer: &Officer, consented: bool) -> Result<(), FlowError> {
    let permission = Permission::RequestIdentity;
    if policy::may(actor, permission, &facts.case, &facts.subject) && may_know(officer, consented) {
        Ok(())
    } else {
        Err(FlowError::Refused(Refusal::Forbidden(permission), current(facts, actor)))
    }
}

/// Whether the officer is kept from a case that reads the report, be it not the one at hand: who is the subject of another case of a
/// report on several persons, or of one that was merged, must not learn who sent it.
async fn kept_from(tx: &mut Tx, officer: &Officer, report_id: Uuid) -> Result<bool, FlowError> {
    let readers = db::readers::of_report(tx, report_id).await?;
    Ok(db::exclusions::hides_any(tx, officer, &readers).await?)
}

/// What an event says of a request: its keys, nobody's name.
fn details(request: &IdentityRequest) -> Option<String> {
    Some(event::salted(&serde_json::json!({ "request_id": request.id, "report_id": request.report_id })))
}

/// Asks to be shown who sent a report of the case. Who is kept from another case that reads it is answered as if the reporter had
/// left no name or it were erased: any other answer would tell him of that case.
pub async fn request(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    case_number: &str,
    complaint_number: &str,
    reason: &str,
) -> Result<Listed, FlowError> {
    let officer = actor.officer().ok_or(FlowError::NotFound)?;
    let facts = db::cases::lock(tx, case_number, &sight(actor)).await?.ok_or(FlowError::NotFound)?;
    let unknown = || FlowError::Input(vec![FieldFault::new("/complaint_number", Fault::UnknownCode)]);
    let number = ComplaintNumber::parse(complaint_number).ok_or_else(unknown)?;
    let report = db::reports::of_case_side(tx, facts.case.id, &number).await?;
    let consented = report.as_ref().is_some_and(|report| report.consent_to_bawaslu);
    permitted(&facts, actor, officer, consented)?;
    let report = report.ok_or_else(unknown)?;
    let identity = db::identities::of_report(tx, report.id).await?.ok_or(FlowError::NothingToOpen)?;
    if (identity.reporter.is_none() && identity.witnesses.is_empty()) || kept_from(tx, officer, report.id).await? {
        return Err(FlowError::NothingToOpen);
    }
    let request = IdentityRequest {
        id: Uuid::now_v7(),
        case_id: facts.case.id,
        report_id: report.id,
        requested_by: officer.officer_id,
        requested_seat: officer.seat_id,
        requested_at: setting.now,
        reason: reason.to_owned(),
        status: Status::Pending,
        decided_by: None,
        decided_at: None,
        decision_reason: None,
        expires_at: None,
    };
    db::identity_requests::insert(tx, &request)
        .await
        .map_err(|error| if error.is_duplicate() { FlowError::ApprovalPending } else { error.into() })?;
    note(tx, setting, actor, &facts.case, "identity.requested", details(&request)).await?;
    Ok(db::identity_requests::listed(tx, request.id).await?)
}

/// The custodian allows or refuses it. He needs not see the case, and must be another person than the one who asked.
pub async fn decide(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    id: Uuid,
    open_for: Option<Duration>,
    reason: &str,
) -> Result<Listed, FlowError> {
    let custodian = actor.officer().ok_or(FlowError::NotFound)?;
    let (facts, mut request) = locked(tx, id).await?;
    if policy::excluded(custodian, &facts.case, &facts.subject) || kept_from(tx, custodian, request.report_id).await? {
        return Err(FlowError::NotFound);
    }
    if request.requested_by == custodian.officer_id {
        return Err(FlowError::OwnRequest);
    }
    if request.status != Status::Pending {
        return Err(FlowError::ApprovalLapsed);
    }
    request.status = if open_for.is_some() { Status::Approved } else { Status::Rejected };
    request.decided_by = Some(custodian.officer_id);
    request.decided_at = Some(setting.now);
    request.decision_reason = Some(reason.to_owned());
    request.expires_at = open_for.map(|time| setting.now + time);
    db::identity_requests::settle(tx, &request).await?;
    let kind = if open_for.is_some() { "identity.approved" } else { "identity.rejected" };
    note(tx, setting, actor, &facts.case, kind, details(&request)).await?;
    Ok(db::identity_requests::listed(tx, id).await?)
}

/// Shows who reported to the one who asked, through the seat he asked through, while he still sees the case, the case still reads
/// the report, and no other that does is hidden from him. The look is written in this transaction: the caller commits it before he
/// shows anything.
pub async fn open(tx: &mut Tx, setting: &Setting, actor: &Actor, id: Uuid) -> Result<OpenIdentity, FlowError> {
    let officer = actor.officer().ok_or(FlowError::NotFound)?;
    let (facts, request) = locked(tx, id).await?;
    let own = request.requested_by == officer.officer_id && request.requested_seat == officer.seat_id;
    if !own || !policy::sees(officer, &facts.case, &facts.subject) {
        return Err(FlowError::NotFound);
    }
    let report = db::reports::by_id(tx, request.report_id).await?.ok_or(FlowError::NotFound)?;
    let readers = db::readers::of_report(tx, report.id).await?;
    if !readers.contains(&facts.case.id) || db::exclusions::hides_any(tx, officer, &readers).await? {
        return Err(FlowError::NotFound);
    }
    permitted(&facts, actor, officer, report.consent_to_bawaslu)?;
    let expires_at = match (request.status, request.expires_at) {
        (Status::Approved, Some(expires_at)) if setting.now < expires_at => expires_at,
        (Status::Pending, _) => return Err(FlowError::ApprovalPending),
        _ => return Err(FlowError::IdentityClosed),
    };
    let sealed = db::identities::of_report(tx, report.id).await?.ok_or(FlowError::NothingToOpen)?;
    let (reporter, witnesses) = sealing::identity(&setting.vault, report.id, &sealed)?;
    note(tx, setting, actor, &facts.case, "identity.opened", details(&request)).await?;
    let look = NewLook {
        id: Uuid::now_v7(),
        request_id: request.id,
        report_id: report.id,
        at: setting.now,
        role: officer.role,
        agency_id: officer.agency_id,
        reason: &request.reason,
    };
    db::identity_requests::record_look(tx, &look).await?;
    Ok(OpenIdentity {
        complaint_number: report.complaint_number,
        reporter,
        witnesses,
        expires_at,
        reason: request.reason,
        case: facts.case,
    })
}

/// The request with its case, both locked, in this order as everywhere.
async fn locked(tx: &mut Tx, id: Uuid) -> Result<(CaseFacts, IdentityRequest), FlowError> {
    let case_id = db::identity_requests::case_of(tx, id).await?.ok_or(FlowError::NotFound)?;
    let facts = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    let request = db::identity_requests::lock(tx, id).await?.ok_or(FlowError::NotFound)?;
    Ok((facts, request))
}
