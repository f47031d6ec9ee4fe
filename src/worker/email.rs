//! From a due delivery to a sent mail: lease, write the letter, send, settle. At least once, with one Message-ID.

use std::collections::HashSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use uuid::Uuid;

use super::letter::{LetterContext, Letters};
use crate::app::App;
use crate::db::deliveries::{self, Claimed, Outcome};
use crate::db::digests::MailedLine;
use crate::db::{self, DbError, Tx};
use crate::domain::case::{State, public_state};
use crate::domain::ids::Language;
use crate::domain::notice::Notice;
use crate::flows::{exclusions, sealing};
use crate::mail::{OutgoingMail, SendError};

/// A worker that dies leaves its deliveries to be claimed again after this; longer than sending one batch can take.
const LEASE: Duration = Duration::minutes(10);
/// Deliveries claimed together; sent four at a time, which is what the transport keeps open.
const BATCH: i64 = 16;
const AT_ONCE: usize = 4;

/// Minutes until the next attempt, by attempts made. Together 48 hours; after the last one it is given up.
const BACKOFF_MINUTES: [i64; 12] = [1, 5, 15, 30, 60, 120, 240, 480, 480, 480, 480, 489];

/// Sends what is due; answers how many were claimed.
pub async fn deliver_due(app: &App, letters: &Letters) -> Result<usize, DbError> {
    let now = app.clock.now();
    let claimed = deliveries::claim(&app.pool, now, now + LEASE, BATCH).await?;
    for some in claimed.chunks(AT_ONCE) {
        for settled in futures_util::future::join_all(some.iter().map(|one| deliver(app, letters, one, now))).await {
            settled?;
        }
    }
    Ok(claimed.len())
}

async fn deliver(app: &App, letters: &Letters, claimed: &Claimed, claimed_at: DateTime<Utc>) -> Result<(), DbError> {
    let now = app.clock.now();
    if claimed.notice.waits() {
        let mut tx = Tx::begin(&app.pool).await?;
        let gave_way = deliveries::give_way(&mut tx, claimed, claimed_at, now).await?;
        tx.commit().await?;
        if gave_way {
            return Ok(());
        }
    }
    let outcome = attempt(app, letters, claimed).await;
    let now = app.clock.now();
    let mut tx = Tx::begin(&app.pool).await?;
    if let (Err(Failure::AddressRefused(_)), Some(report_id)) = (&outcome, claimed.report_id) {
        db::reports::disable_email(&mut tx, report_id, now).await?;
    }
    let outcome = settled(claimed.attempts, outcome, now);
    if let Outcome::Dead(error) = &outcome {
        tracing::warn!(
            delivery = claimed.id,
            notice = claimed.notice.as_str(),
            error = error.as_str(),
            "delivery given up"
        );
    }
    deliveries::settle(&mut tx, claimed, &outcome, now).await?;
    tx.commit().await
}

/// Which of these cases the officer told must not hear of; none for anybody else. Asked when it is sent: he may have stepped back,
/// lost the seat that reached them or turned out to be the subject since it was written.
async fn hidden(app: &App, claimed: &Claimed, cases: &[Uuid]) -> Result<HashSet<Uuid>, DbError> {
    match claimed.officer_id {
        Some(officer_id) if !cases.is_empty() => {
            exclusions::kept_from(&app.pool, &app.keys, officer_id, claimed.notice, cases).await
        }
        _ => Ok(HashSet::new()),
    }
}

/// Why a mail did not leave.
#[derive(Debug)]
enum Failure {
    /// The address waits to be confirmed.
    Unconfirmed,
    /// The officer has been disabled since it was written.
    Disabled,
    /// The address is refused for good.
    AddressRefused(String),
    /// This mail will never leave.
    Permanent(String),
    /// It may leave later.
    Transient(String),
}

fn settled(attempts: i32, outcome: Result<(), Failure>, now: DateTime<Utc>) -> Outcome {
    match outcome {
        Ok(()) => Outcome::Sent,
        Err(Failure::Unconfirmed) => Outcome::Held,
        Err(Failure::Disabled) => Outcome::Cancelled,
        Err(Failure::AddressRefused(error) | Failure::Permanent(error)) => Outcome::Dead(error),
        Err(Failure::Transient(error)) => {
            let made = usize::try_from(attempts - 1).unwrap_or(0);
            match BACKOFF_MINUTES.get(made) {
                Some(minutes) => Outcome::Retry(now + Duration::minutes(*minutes), error),
                None => Outcome::Dead(error),
            }
        }
    }
}

/// Sends it with what gave way to it, unless a case is hidden from the officer told: the newest that he may know of is sent, and none
/// that he may not is counted. Either way it is settled as sent, and everything before it goes as for his colleagues: a mail left out would tell from the
/// database which officer reported.
async fn attempt(app: &App, letters: &Letters, claimed: &Claimed) -> Result<(), Failure> {
    if claimed.officer_id.is_some() && claimed.address.is_none() {
        return Err(Failure::Disabled);
    }
    let older = match claimed.officer_id {
        Some(_) if claimed.notice.waits() => deliveries::gave_way_to(&app.pool, claimed).await,
        _ => Ok(Vec::new()),
    };
    let older = older.map_err(|_| unread("what gave way"))?;
    let all = || std::iter::once(claimed).chain(&older);
    let cases: Vec<Uuid> = all().filter_map(|one| one.case_id).collect();
    let hidden = hidden(app, claimed, &cases).await.map_err(|_| unread("who may know of the case"))?;
    let open: Vec<&Claimed> = all().filter(|one| one.case_id.is_none_or(|id| !hidden.contains(&id))).collect();
    match open.first() {
        Some(newest) => send(app, letters, newest, open.len()).await,
        None => Ok(()),
    }
}

fn unread(what: &str) -> Failure {
    Failure::Transient(format!("{what} cannot be read"))
}

/// Writes and sends the letter of one delivery, which stands for so many.
async fn send(app: &App, letters: &Letters, claimed: &Claimed, count: usize) -> Result<(), Failure> {
    // Opened here, just before it is used, and nowhere kept.
    let address = sealing::address(&app.vault, claimed).map_err(|error| {
        tracing::error!(delivery = claimed.id, %error, "a reporter's address cannot be opened");
        Failure::Permanent("the address does not open".to_owned())
    })?;
    let address = address.ok_or_else(|| Failure::Permanent("no address".to_owned()))?;
    // Everything else waits until the address is confirmed.
    if claimed.report_id.is_some() && !claimed.notice.confirms_address() && !claimed.confirmed {
        return Err(Failure::Unconfirmed);
    }
    let language = Language::preferred(&claimed.language);
    let mut context = context(app, claimed, language);
    context.count = Some(count).filter(|count| *count > 1);
    if let Some(last_day) = last_day(app, claimed).await.map_err(|_| unread("the deadline"))? {
        context.due = Some(written(last_day));
    }
    if let Some(digest_id) = claimed.digest_id {
        let lines = db::digests::lines(&app.pool, digest_id).await.map_err(|_| unread("the digest"))?;
        let cases: Vec<Uuid> = lines.iter().map(|line| line.case_id).collect();
        let hidden = hidden(app, claimed, &cases).await.map_err(|_| unread("the digest"))?;
        let open = lines.iter().filter(|line| !hidden.contains(&line.case_id));
        context.lines = open.map(|line| digest_line(app, line, language)).collect();
        if context.lines.is_empty() && !hidden.is_empty() {
            return Ok(());
        }
    }
    let letter = letters
        .write(told(claimed).as_str(), language.code(), &context)
        .map_err(|error| Failure::Permanent(format!("letter cannot be written: {:?}", error.kind())))?;
    let domain = &app.config.mail_domain;
    let thread = claimed.report_id.unwrap_or(claimed.thread_id);
    let mail = OutgoingMail {
        to: address.reveal(),
        subject: &letter.subject,
        text: &letter.text,
        html: &letter.html,
        message_id: &format!("{}.{}@{domain}", claimed.event_id.simple(), claimed.id),
        thread: &format!("{}@{domain}", thread.simple()),
        language: language.code(),
    };
    app.mailer.send(&mail).await.map_err(|error| match error {
        SendError::Transient(class) => Failure::Transient(class),
        SendError::Permanent(class) => Failure::Permanent(class),
        SendError::AddressRefused(class) => Failure::AddressRefused(class),
    })
}

/// What is told now. A reporter who named several persons is not told that it is over while one of their cases goes on.
fn told(claimed: &Claimed) -> Notice {
    let goes_on = claimed.report_id.is_some() && claimed.state != Some(State::Closed);
    if goes_on && claimed.notice == Notice::CaseClosed { Notice::StatusChanged } else { claimed.notice }
}

/// What the letter may say: numbers, labels, dates, links.
fn context(app: &App, claimed: &Claimed, language: Language) -> LetterContext {
    let base = &app.config.public_url;
    let (number, link) = match (&claimed.complaint_number, &claimed.case_number) {
        (Some(number), _) => (number.clone(), app.config.reporter_page.replace("{number}", number)),
        (None, Some(number)) if claimed.notice == Notice::ReportArrived => {
            (number.clone(), format!("{base}/v1/cases?state=submitted"))
        }
        (None, Some(number)) => (number.clone(), format!("{base}/v1/cases/{number}")),
        (None, None) => match (claimed.notice, claimed.digest_day) {
            (Notice::ClientSecretMade, _) => {
                let client = claimed.account_id.map(|id| id.to_string()).unwrap_or_default();
                (String::new(), format!("{base}/v1/access-log?officer={client}"))
            }
            (Notice::CalendarMissing, Some(day)) => {
                (day.format("%Y").to_string(), format!("{base}/v1/calendar?year={}", day.format("%Y")))
            }
            (Notice::BreachDue | Notice::BreachOverdue, _) => (String::new(), format!("{base}/v1/breaches")),
            (_, Some(_)) => (String::new(), format!("{base}/v1/cases?sort=deadline")),
            (_, None) => (String::new(), format!("{base}/v1/me")),
        },
    };
    // A body outside has no account here: a link would lead it nowhere.
    let outside = claimed.notice == Notice::CaseTransferredToBody;
    let shown = claimed
        .state
        .zip(claimed.criminal_state)
        .map(|(state, criminal_state)| public_state(state, criminal_state, claimed.sanctioned));
    LetterContext {
        number,
        link: if outside { String::new() } else { link },
        label: shown.filter(|_| claimed.report_id.is_some()).map(|shown| shown.public_label(language).to_owned()),
        reason: claimed
            .closure_reason
            .filter(|_| claimed.state == Some(State::Closed))
            .map(|reason| reason.label(language).to_owned()),
        due: claimed.reply_due_on.filter(|_| claimed.notice == Notice::QuestionAsked).map(written),
        count: None,
        letter_number: letter_number(claimed.details.as_deref()),
        confirm_link: claimed
            .report_id
            .filter(|_| claimed.notice.confirms_address())
            .map(|report_id| app.keys.confirmation_token(report_id, claimed.email_version))
            .map(|token| format!("{base}/v1/email-confirmations/{token}")),
        lines: Vec::new(),
    }
}

/// The last day that the officer told has, of the deadline that the notice names.
async fn last_day(app: &App, claimed: &Claimed) -> Result<Option<NaiveDate>, DbError> {
    let codes = claimed.notice.deadlines();
    let Some(case_id) = claimed.case_id.filter(|_| !codes.is_empty()) else { return Ok(None) };
    let end = db::deadlines::next_end(&app.pool, case_id, codes, app.clock.now()).await?;
    Ok(end.map(|(end, region)| app.laws.in_hand().calendar.day_at(&region, end)))
}

fn written(day: NaiveDate) -> String {
    day.format("%d-%m-%Y").to_string()
}

/// One line of a digest: which case, which deadline, until when; nothing of the matter.
fn digest_line(app: &App, line: &MailedLine, language: Language) -> String {
    let last_day = app.laws.in_hand().calendar.day_at(&line.region_code, line.due_at);
    let (code, title) = (line.code, line.code.label(language));
    format!("{}: {code} {title}, {}", line.case_number, written(last_day))
}

/// The number of the letter an action named.
fn letter_number(details: Option<&str>) -> Option<String> {
    let details: serde_json::Value = serde_json::from_str(details?).ok()?;
    details.pointer("/input/input/letter/number")?.as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_made_for_48_hours_and_then_given_up() {
        let now = DateTime::UNIX_EPOCH;
        let mut waited = Duration::zero();
        let mut attempts = 1;
        while let Outcome::Retry(at, _) = settled(attempts, Err(Failure::Transient("down".to_owned())), now) {
            waited += at - now;
            attempts += 1;
        }
        assert_eq!(waited, Duration::hours(48));
    }
}
