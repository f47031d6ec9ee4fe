//! The register of breaches of personal data and the 72 hours within which they must be told (UU 27/2022, art. 46).

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::FlowError;
use crate::db::breaches::{Breach, BreachStep, BreachStepKind as Kind};
use crate::db::{self, Pool, Tx};
use crate::domain::fault::{Fault, FieldFault};

/// Within which both the authority and the persons concerned are told.
const TIME: Duration = Duration::hours(72);

/// When who keeps the register is reminded, a day before the time is over.
const REMINDED_AFTER: Duration = Duration::hours(48);

/// How long ago a breach may have been discovered when it is entered: more is a slip of the pen.
const OLDEST: Duration = Duration::days(3653);

/// When the time to tell of a breach ends.
pub fn due_at(breach: &Breach) -> DateTime<Utc> {
    breach.discovered_at + TIME
}

/// Whether a notice is missing though the time is over.
pub fn overdue(breach: &Breach, steps: &[BreachStep], now: DateTime<Utc>) -> bool {
    now > due_at(breach) && !told(steps)
}

/// Reminds the privacy officers of breaches that have not been told, after 48 hours and again when the 72 are over; of one found
/// later than that, once. Several workers may call it at any time.
pub async fn remind(pool: &Pool, now: DateTime<Utc>) -> Result<usize, FlowError> {
    Ok(db::breaches::remind(pool, now - REMINDED_AFTER, now - TIME, now).await?)
}

fn done(steps: &[BreachStep], kind: Kind) -> bool {
    steps.iter().any(|step| step.kind == kind)
}

fn told(steps: &[BreachStep]) -> bool {
    done(steps, Kind::AuthorityNotified) && done(steps, Kind::SubjectsNotified)
}

/// Enters a breach. It cannot have been discovered in the future, nor ages ago.
pub async fn register(tx: &mut Tx, breach: &Breach) -> Result<(), FlowError> {
    if breach.recorded_at - breach.discovered_at > OLDEST {
        return Err(FlowError::Input(vec![FieldFault::new("/discovered_at", Fault::TooLongAgo)]));
    }
    if breach.discovered_at > breach.recorded_at {
        return Err(FlowError::Input(vec![FieldFault::new("/discovered_at", Fault::InFuture)]));
    }
    Ok(db::breaches::insert(tx, breach).await?)
}

/// Enters a step: each notice and the closing once, notes as often as needed, and nothing after the closing. Where people
/// are concerned, both notices come before it (art. 46).
pub async fn step(
    tx: &mut Tx,
    now: DateTime<Utc>,
    officer_id: Uuid,
    id: Uuid,
    step: (Kind, Option<DateTime<Utc>>, &str),
) -> Result<(Breach, Vec<BreachStep>), FlowError> {
    let (kind, at, note) = step;
    let at = at.unwrap_or(now);
    let (breach, mut steps) = db::breaches::lock(tx, id).await?.ok_or(FlowError::NotFound)?;
    if done(&steps, Kind::Closed) || (kind != Kind::Noted && done(&steps, kind)) {
        return Err(FlowError::BreachStepTaken);
    }
    if kind == Kind::Closed && breach.persons_affected > 0 && !told(&steps) {
        return Err(FlowError::BreachNotTold);
    }
    if at > now {
        return Err(FlowError::Input(vec![FieldFault::new("/at", Fault::InFuture)]));
    }
    if at < breach.discovered_at {
        return Err(FlowError::Input(vec![FieldFault::new("/at", Fault::OutOfRange)]));
    }
    let step = BreachStep {
        id: Uuid::now_v7(),
        breach_id: id,
        kind,
        at,
        recorded_at: now,
        recorded_by: officer_id,
        note: note.to_owned(),
    };
    db::breaches::insert_step(tx, &step).await?;
    steps.push(step);
    Ok((breach, steps))
}
