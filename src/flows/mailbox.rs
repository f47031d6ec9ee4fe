//! What a reporter does after reporting: answer, ask to withdraw or for a review, confirm an address.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::transition::{Setting, fire_on, note_and_tell, tell};
use super::{FlowError, review_requests, sealing};
use crate::db::messages::Message;
use crate::db::{self, Tx};
use crate::domain::action::Action;
use crate::domain::actor::Actor;
use crate::domain::case::{Case, State};
use crate::domain::notice::{Audience, Notice};
use crate::domain::report::{Direction, MessageKind};

/// How many letters a reporter may write in a day, answers to questions aside: each is told to an officer by e-mail.
const LETTERS_A_DAY: usize = 20;

/// Whether the reporter may write another letter. The caller holds the case's lock.
pub(super) async fn room(tx: &mut Tx, setting: &Setting, report_id: Uuid) -> Result<(), FlowError> {
    let day = Duration::days(1);
    let written = db::messages::written_since(tx, report_id, setting.now - day).await?;
    match written.iter().rev().nth(LETTERS_A_DAY - 1) {
        Some(first) => Err(FlowError::MailboxFull((*first + day - setting.now).num_seconds().max(1))),
        None => Ok(()),
    }
}

/// What was put into the mailbox.
pub struct Posted {
    /// The message.
    pub message: Message,
    /// By when it is answered, where it asks for a review.
    pub answered_by: Option<DateTime<Utc>>,
}

/// Puts the reporter's words into the mailbox. An answer to an open question moves the case (T04); anything else is
/// recorded and told to the officer who works on it, or to the unit while nobody does.
pub async fn post(
    tx: &mut Tx,
    setting: &Setting,
    case_id: Uuid,
    report_id: Uuid,
    kind: MessageKind,
    body: &str,
) -> Result<Posted, FlowError> {
    let actor = Actor::Reporter { report_id };
    let facts = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    let key = db::data_keys::hold(tx, report_id).await?.ok_or(FlowError::ReportErased)?;
    let answers = kind == MessageKind::Answer && facts.case.state == State::AwaitingReporter;
    if !answers {
        room(tx, setting, report_id).await?;
    }
    let message = sealing::message(setting, &key, Direction::FromReporter, body)?;
    db::messages::insert(tx, std::slice::from_ref(&message)).await?;
    let mut answered_by = None;
    match kind {
        MessageKind::ReviewRequest => {
            answered_by = review_requests::make(tx, setting, &facts, report_id).await?;
        }
        MessageKind::Answer if answers => {
            fire_on(tx, setting, &actor, None, facts, Action::Answer).await?;
        }
        MessageKind::Answer => record(tx, setting, &actor, &facts.case, "message.received").await?,
        MessageKind::WithdrawalRequest => {
            db::reports::request_withdrawal(tx, report_id, setting.now).await?;
            record(tx, setting, &actor, &facts.case, "withdrawal.requested").await?;
        }
    }
    Ok(Posted { message, answered_by })
}

async fn record(tx: &mut Tx, setting: &Setting, actor: &Actor, case: &Case, kind: &str) -> Result<(), FlowError> {
    let tell = tell(setting, case, &(Notice::ReporterAnswered, Audience::OwnerOrUnit));
    note_and_tell(tx, setting.now, actor, case, kind, None, &[tell]).await?;
    Ok(())
}

/// Confirms the reporter's address, by the link that was sent to it; what was held for it may go out. False when there is no
/// address, or another by now.
pub async fn confirm_email(
    tx: &mut Tx,
    setting: &Setting,
    (report_id, version): (Uuid, i16),
) -> Result<bool, FlowError> {
    let known = db::reports::confirm_email(tx, report_id, version, setting.now).await?;
    if known {
        let case_id = db::reports::case_of(tx, report_id).await?;
        db::exclusions::renew_marks(tx, case_id).await?;
        db::deliveries::release(tx, report_id, setting.now).await?;
    }
    Ok(known)
}
