//! What a reporter asks about his own data, what he is answered, and reading it himself.

use chrono::Duration;
use uuid::Uuid;

use super::sealing::{self, OpenMessage, OpenReporter, OpenWitness};
use super::transition::{Setting, note, note_and_tell};
use super::{FlowError, mailbox};
use crate::db::access::Shown;
use crate::db::data_requests::{DataRequest, DataRequestKind as Kind, DataRequestStatus as Status, Locked};
use crate::db::deliveries::{Recipient, Told};
use crate::db::readers::Erased;
use crate::db::reports::Report;
use crate::db::{self, Pool, Tx};
use crate::domain::actor::Actor;
use crate::domain::case::{Case, State};
use crate::domain::confidential::Confidential;
use crate::domain::event;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::notice::Notice;
use crate::domain::policy;
use crate::domain::report::ReporterContact;

/// A request that can be read.
#[derive(Clone)]
pub struct OpenRequest {
    /// The request.
    pub request: DataRequest,
    /// Number of its report.
    pub complaint_number: String,
    /// The reporter's words; absent once erased.
    pub text: Option<Confidential<String>>,
    case: Case,
}

/// Opens requests.
pub fn opened(setting: &Setting, locked: Vec<Locked>) -> Result<Vec<OpenRequest>, FlowError> {
    locked
        .into_iter()
        .map(|(request, complaint_number, case, key)| {
            let text = sealing::request_text(&setting.vault, &request, key.as_ref())?;
            Ok(OpenRequest { request, complaint_number, text, case })
        })
        .collect()
}

impl Shown for OpenRequest {
    fn case(&self) -> Option<&Case> {
        Some(&self.case)
    }
}

async fn listed(tx: &mut Tx, setting: &Setting, id: Uuid) -> Result<OpenRequest, FlowError> {
    let locked = db::data_requests::listed(tx, id).await?;
    opened(setting, vec![locked])?.pop().ok_or(FlowError::NotFound)
}

fn details(request: &DataRequest) -> Option<String> {
    let status = request.status;
    Some(event::salted(&serde_json::json!({ "request_id": request.id, "kind": request.kind, "status": status })))
}

/// Takes a request of the reporter. Access is granted at once: the reporter reads his data himself. Answers as well
/// whether the case is still open, which puts off an erasure.
pub async fn make(
    tx: &mut Tx,
    setting: &Setting,
    case_id: Uuid,
    report_id: Uuid,
    kind: Kind,
    text: &str,
) -> Result<(OpenRequest, bool), FlowError> {
    let actor = Actor::Reporter { report_id };
    let facts = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    let key = db::data_keys::hold(tx, report_id).await?.ok_or(FlowError::ReportErased)?;
    mailbox::room(tx, setting, report_id).await?;
    let id = Uuid::now_v7();
    let at_once = kind == Kind::Access;
    let request = DataRequest {
        id,
        report_id,
        kind,
        body: Some(sealing::seal_request_text(&setting.vault, &key, id, text)?),
        made_at: setting.now,
        status: if at_once { Status::Granted } else { Status::Pending },
        decided_by: None,
        decided_at: at_once.then_some(setting.now),
        reason: None,
    };
    db::data_requests::insert(tx, &request).await?;
    note(tx, setting, &actor, &facts.case, "data_request.made", details(&request)).await?;
    Ok((listed(tx, setting, id).await?, facts.case.state != State::Closed))
}

/// The privacy officer answers a request. An erasure that is granted shreds the report; while the case is open or held
/// it can only be refused or deferred.
pub async fn decide(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    id: Uuid,
    status: Status,
    reason: &str,
) -> Result<OpenRequest, FlowError> {
    let officer = actor.officer().ok_or(FlowError::NotFound)?;
    let case_id = db::data_requests::case_of(tx, id).await?.ok_or(FlowError::NotFound)?;
    let facts = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    if policy::excluded(officer, &facts.case, &facts.subject) {
        return Err(FlowError::NotFound);
    }
    let mut request = db::data_requests::lock(tx, id).await?.ok_or(FlowError::NotFound)?;
    if matches!(request.status, Status::Granted | Status::Refused) {
        return Err(FlowError::ApprovalLapsed);
    }
    request.status = status;
    request.decided_by = Some(officer.officer_id);
    request.decided_at = Some(setting.now);
    request.reason = Some(reason.to_owned());
    db::data_requests::settle(tx, &request).await?;
    let case = note(tx, setting, actor, &facts.case, "data_request.decided", details(&request)).await?;
    if status == Status::Granted && request.kind == Kind::Erasure {
        erase(tx, setting, actor, &case, &request).await?;
    }
    listed(tx, setting, id).await
}

async fn erase(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    case: &Case,
    request: &DataRequest,
) -> Result<(), FlowError> {
    let erased = Erased::Report(request.report_id);
    db::readers::lock(tx, erased, case.id).await?;
    if db::readers::open(tx, erased).await? {
        return Err(FlowError::CaseOpen);
    }
    if db::readers::held(tx, erased).await? {
        return Err(FlowError::LegalHold);
    }
    db::erasure::shred(tx, request.report_id, setting.now).await?;
    note(tx, setting, actor, case, "report.erased", details(request)).await?;
    Ok(())
}

/// How often a day a reporter may change the address: each is sent a mail.
const ADDRESSES_A_DAY: usize = 5;

/// Puts what the reporter says of himself now in the place of what he said (UU 27/2022, art. 6), sealed as at the intake; one
/// who left no identity may leave it now. Another address is confirmed anew, and the old one gets no further mail. Consents stay
/// as they are. True when there is an address to confirm.
pub async fn correct(
    tx: &mut Tx,
    setting: &Setting,
    case_id: Uuid,
    report_id: Uuid,
    who: &ReporterContact,
) -> Result<bool, FlowError> {
    let actor = Actor::Reporter { report_id };
    let case = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?.case;
    let key = db::data_keys::hold(tx, report_id).await?.ok_or(FlowError::ReportErased)?;
    let contact = sealing::contact(&setting.vault.data_key(&key)?, &setting.keys, report_id, who)?;
    let to_confirm = db::identities::correct(tx, report_id, &contact).await?;
    let (case, link) = note_and_tell(tx, setting.now, &actor, &case, "reporter.corrected", None, &[]).await?;
    if to_confirm {
        room_for_address(tx, setting, report_id).await?;
        let told = Told::Case { case_id: case.id, event_id: link.id };
        let to = Recipient::Reporter(report_id);
        db::deliveries::tell(tx, told, to, Notice::AddressChanged, setting.now).await?;
    }
    // By what the reporter is recognised among officers has changed; who works on the case has not: see decision 15.
    let own = db::reports::named(tx, report_id, who.names_a_person()).await?;
    db::exclusions::renew_marks(tx, own).await?;
    Ok(to_confirm)
}

/// Records that the reporter agrees that Bawaslu learns who he is, or takes that back (UU 27/2022, art. 9). Consent needs a name.
pub async fn consent(
    tx: &mut Tx,
    setting: &Setting,
    case_id: Uuid,
    report_id: Uuid,
    given: bool,
) -> Result<(), FlowError> {
    let case = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?.case;
    if db::data_keys::hold(tx, report_id).await?.is_none() {
        return Err(FlowError::ReportErased);
    }
    if given && !db::identities::has_name(tx, report_id).await? {
        return Err(FlowError::Input(vec![FieldFault::new("/consent_to_bawaslu", Fault::NameNeeded)]));
    }
    db::reports::set_consent(tx, report_id, given).await?;
    let kind = if given { "reporter.consented" } else { "reporter.consent_withdrawn" };
    note(tx, setting, &Actor::Reporter { report_id }, &case, kind, None).await?;
    Ok(())
}

async fn room_for_address(tx: &mut Tx, setting: &Setting, report_id: Uuid) -> Result<(), FlowError> {
    let (day, notice) = (Duration::days(1), Notice::AddressChanged);
    let told = db::deliveries::told_since(tx, report_id, notice, setting.now - day).await?;
    match told.iter().rev().nth(ADDRESSES_A_DAY - 1) {
        Some(first) => Err(FlowError::MailboxFull((*first + day - setting.now).num_seconds().max(1))),
        None => Ok(()),
    }
}

/// What is kept of a reporter and of what he sent.
pub struct OwnData {
    /// The report as sent.
    pub report: Report,
    /// Who he is, as far as he said; nothing once erased.
    pub reporter: OpenReporter,
    /// Whom he named as witnesses.
    pub witnesses: Vec<OpenWitness>,
    /// His mailbox.
    pub messages: Vec<OpenMessage>,
    /// His data have been erased.
    pub erased: bool,
}

/// Everything that is kept of the reporter of a report.
pub async fn own(pool: &Pool, setting: &Setting, report_id: Uuid) -> Result<OwnData, FlowError> {
    let mut tx = Tx::begin(pool).await?;
    let report = db::reports::whole(&mut tx, report_id).await?.ok_or(FlowError::NotFound)?;
    let identity = db::identities::of_report(&mut tx, report_id).await?;
    tx.rollback().await?;
    let messages = sealing::messages(&setting.vault, &db::messages::of_report(pool, report_id).await?)?;
    let opened =
        identity.as_ref().map(|identity| sealing::identity(&setting.vault, report_id, identity)).transpose()?;
    let erased = opened.is_none();
    let (reporter, witnesses) = opened.unwrap_or_default();
    Ok(OwnData { report, reporter, witnesses, messages, erased })
}
