//! What time alone brings about: a question whose day has passed (T05), deadlines that pass, drafts that wait too long,
//! breaches not told, cases to purge, objects of files that no row knows, what is no longer needed. Clocks counted by an older law are counted again. It must not have a second way to change a case.

use chrono::Duration;

use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::action::Action;
use crate::domain::actor::Actor;
use crate::domain::case::State;
use crate::flows::transition::{Setting, fire_on};
use crate::flows::{FlowError, approvals, breaches, clocks, files, officers, retention};

/// How long a reply is kept for a repeat.
const REPLIES_KEPT: Duration = Duration::hours(24);
/// How long a sign-in that has ended can still be looked into.
const SIGN_INS_KEPT: Duration = Duration::days(90);
/// How long a draft waits before those who may approve it are reminded.
const REMINDED_AFTER: Duration = Duration::hours(24);
const BATCH: i64 = 100;

/// One round. Several workers may do it at once: each case is locked and looked at again before it is moved.
pub async fn round(app: &App) -> Result<(), FlowError> {
    let now = app.clock.now();
    let quiet = Duration::minutes(app.config.mail_quiet_minutes.into());
    let setting = Setting { now, quiet, vault: app.vault.clone(), keys: app.keys.clone(), laws: app.laws.clone() };
    clocks_of_an_older_law(app, &setting).await?;
    for case_id in db::deadlines::unanswered(&app.pool, now, BATCH).await? {
        let mut tx = Tx::begin(&app.pool).await?;
        let facts = db::cases::lock_by_id(&mut tx, case_id).await?;
        match facts.filter(|facts| facts.case.state == State::AwaitingReporter) {
            Some(facts) => {
                match fire_on(&mut tx, &setting, &Actor::System, None, facts, Action::ExpireQuestion).await {
                    Ok(_) => tx.commit().await?,
                    // The answer came first, or another worker did.
                    Err(FlowError::Refused(..)) => tx.rollback().await?,
                    Err(error) => return Err(error),
                }
            }
            None => tx.rollback().await?,
        }
    }
    for case_id in db::deadlines::unnoticed(&app.pool, now, BATCH).await? {
        let mut tx = Tx::begin(&app.pool).await?;
        clocks::pass(&mut tx, &setting, case_id).await?;
        tx.commit().await?;
    }
    clocks::remind_daily(&app.pool, &setting).await?;
    for (case_id, approval_id, event_id) in db::approvals::to_remind(&app.pool, now - REMINDED_AFTER, BATCH).await? {
        let mut tx = Tx::begin(&app.pool).await?;
        approvals::remind(&mut tx, &setting, case_id, approval_id, event_id).await?;
        tx.commit().await?;
    }
    let mut tx = Tx::begin(&app.pool).await?;
    officers::end_void_seats(&mut tx, now).await?;
    tx.commit().await?;
    breaches::remind(&app.pool, now).await?;
    retention::propose_daily(&app.pool, now).await?;
    files::remove_strays_daily(&app.pool, &app.store, now).await?;
    db::idempotency::forget(&app.pool, now - REPLIES_KEPT).await?;
    db::sign_ins::forget(&app.pool, now, now - SIGN_INS_KEPT).await?;
    Ok(())
}

/// After a change of calendar or rules, case by case, until none is left.
async fn clocks_of_an_older_law(app: &App, setting: &Setting) -> Result<(), FlowError> {
    let version = app.laws.current(&app.pool).await?.version;
    loop {
        let outdated = db::deadlines::outdated(&app.pool, version, BATCH).await?;
        if outdated.is_empty() {
            return Ok(());
        }
        for case_id in outdated {
            let mut tx = Tx::begin(&app.pool).await?;
            clocks::recount(&mut tx, setting, case_id).await?;
            tx.commit().await?;
        }
    }
}
