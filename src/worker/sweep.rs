//! What time alone brings about: a question whose day has passed (T05), deadlines that pass, drafts and requests for a review that wait too long,
//! breaches not told, cases to purge, objects of files that no row knows, what is no longer needed. Clocks counted by an older law are counted again. It must not have a second way to change a case.

use chrono::Duration;
use uuid::Uuid;

use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::action::Action;
use crate::domain::actor::Actor;
use crate::domain::case::State;
use crate::flows::transition::{Setting, fire_on};
use crate::flows::{FlowError, approvals, breaches, clocks, files, officers, retention, review_requests};

/// How long a reply is kept for a repeat.
const REPLIES_KEPT: Duration = Duration::hours(24);
/// How long a sign-in that has ended can still be looked into.
const SIGN_INS_KEPT: Duration = Duration::days(90);
/// How long a draft waits before those who may approve it are reminded.
const REMINDED_AFTER: Duration = Duration::hours(24);
/// Younger requests for a review are not late by any calendar.
const REVIEWED_AFTER: Duration = Duration::days(7);
const BATCH: i64 = 100;

/// One round. Several workers may do it at once: each case is locked and looked at again before it is moved. What fails keeps
/// nothing else waiting; the first failure is the round's.
pub async fn round(app: &App) -> Result<(), FlowError> {
    let now = app.clock.now();
    let quiet = Duration::minutes(app.config.mail_quiet_minutes.into());
    let setting = Setting { now, quiet, vault: app.vault.clone(), keys: app.keys.clone(), laws: app.laws.clone() };
    let mut done = Done(Ok(()));
    clocks_of_an_older_law(app, &setting, &mut done).await?;
    for case_id in db::deadlines::unanswered(&app.pool, now, BATCH).await? {
        done.take(no_answer(app, &setting, case_id).await);
    }
    for case_id in db::deadlines::unnoticed(&app.pool, now, BATCH).await? {
        done.take(alone(app, async |tx| clocks::pass(tx, &setting, case_id).await).await);
    }
    done.take(clocks::remind_daily(&app.pool, &setting).await);
    for (case_id, approval_id, event_id) in db::approvals::to_remind(&app.pool, now - REMINDED_AFTER, BATCH).await? {
        let remind = async |tx: &mut Tx| approvals::remind(tx, &setting, case_id, approval_id, event_id).await;
        done.take(alone(app, remind).await);
    }
    for (case_id, id) in db::review_requests::unanswered(&app.pool, now - REVIEWED_AFTER, BATCH).await? {
        done.take(alone(app, async |tx| review_requests::escalate(tx, &setting, case_id, id).await).await);
    }
    done.take(alone(app, async |tx| officers::end_void_seats(tx, now).await).await);
    done.take(approvals::lapse_orphans(&app.pool, now).await);
    done.take(breaches::remind(&app.pool, now).await);
    done.take(retention::propose_daily(&app.pool, now).await);
    done.take(files::remove_strays_daily(&app.pool, &app.store, now).await);
    done.take(db::idempotency::forget(&app.pool, now - REPLIES_KEPT).await.map_err(FlowError::from));
    done.take(db::sign_ins::forget(&app.pool, now, now - SIGN_INS_KEPT).await.map_err(FlowError::from));
    done.0
}

/// What became of a round so far.
struct Done(Result<(), FlowError>);

impl Done {
    /// Keeps the first failure; the round tells of it. Those after it are told here.
    fn take<T>(&mut self, next: Result<T, FlowError>) {
        match next.map(drop) {
            Err(error) if self.0.is_err() => tracing::error!(%error, "sweep failed in more than one place"),
            Err(error) => self.0 = Err(error),
            Ok(()) => {}
        }
    }
}

/// Does something in a transaction of its own.
async fn alone<T>(app: &App, work: impl AsyncFnOnce(&mut Tx) -> Result<T, FlowError>) -> Result<T, FlowError> {
    let mut tx = Tx::begin(&app.pool).await?;
    let done = work(&mut tx).await?;
    tx.commit().await?;
    Ok(done)
}

async fn no_answer(app: &App, setting: &Setting, case_id: Uuid) -> Result<(), FlowError> {
    let mut tx = Tx::begin(&app.pool).await?;
    let facts = db::cases::lock_by_id(&mut tx, case_id).await?;
    let Some(facts) = facts.filter(|facts| facts.case.state == State::AwaitingReporter) else {
        return Ok(tx.rollback().await?);
    };
    match fire_on(&mut tx, setting, &Actor::System, None, facts, Action::ExpireQuestion).await {
        Ok(_) => Ok(tx.commit().await?),
        // The answer came first, or another worker did.
        Err(FlowError::Refused(..)) => Ok(tx.rollback().await?),
        Err(error) => Err(error),
    }
}

/// After a change of calendar or rules, case by case, until none is left that can be counted.
async fn clocks_of_an_older_law(app: &App, setting: &Setting, done: &mut Done) -> Result<(), FlowError> {
    let version = app.laws.current(&app.pool).await?.version;
    loop {
        let outdated = db::deadlines::outdated(&app.pool, version, BATCH).await?;
        let mut counted = 0;
        for case_id in outdated {
            let recounted = alone(app, async |tx| clocks::recount(tx, setting, case_id).await).await;
            counted += i32::from(recounted.is_ok());
            done.take(recounted);
        }
        if counted == 0 {
            return Ok(());
        }
    }
}
