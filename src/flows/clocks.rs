//! What becomes of clocks apart from the steps of the workflow: their end goes by, the law changes, a report follows its
//! case. Reminds those who work against them. Never moves a case.

use chrono::{Datelike, Duration, NaiveDate};
use serde_json::json;
use uuid::Uuid;

use super::FlowError;
use super::transition::{Setting, note, tell};
use crate::db::digests::Line;
use crate::db::transition::Tell;
use crate::db::{self, Pool, Tx};
use crate::domain::actor::Actor;
use crate::domain::calendar::{morning, today};
use crate::domain::case::{Case, CaseFacts};
use crate::domain::deadline::{Clock, ClockMaker, ClockStatus, DeadlineCode, Law, course};
use crate::domain::event;
use crate::domain::notice::Notice;

/// Clocks of one transaction of reminders.
const BATCH: i64 = 500;
/// The daily task.
const REMINDERS: &str = "deadline reminders";

/// What an event says of clocks: which, and their last day.
fn details(law: &Law, clocks: &[Clock]) -> String {
    let said = clocks.iter().map(|clock| {
        let last_day = clock.due_at.map(|due| law.calendar.day_at(&clock.region_code, due));
        json!({ "deadline": clock.code, "last_day": last_day, "provisional": clock.provisional })
    });
    event::salted(&json!({ "deadlines": said.collect::<Vec<_>>() }))
}

async fn store(
    tx: &mut Tx,
    setting: &Setting,
    case_id: Uuid,
    all: &[Clock],
    changed: &[Clock],
) -> Result<(), FlowError> {
    Ok(db::deadlines::store(tx, case_id, changed, course::summary(all.iter(), setting.now)).await?)
}

/// Marks the clocks of a case whose end has gone by and records it; false when there was none. The day to answer a question
/// (D3) is left to its own step.
pub async fn pass(tx: &mut Tx, setting: &Setting, case_id: Uuid) -> Result<bool, FlowError> {
    let mut facts = db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    let law = setting.laws.at(tx, facts.law_version).await?;
    let maker = ClockMaker::of(&law, &facts.case, setting.now);
    let mut passed = Vec::new();
    for clock in facts.clocks.iter_mut().filter(|clock| clock.code != DeadlineCode::D3) {
        if maker.pass(clock) {
            passed.push(clock.clone());
        }
    }
    if passed.is_empty() {
        return Ok(false);
    }
    store(tx, setting, case_id, &facts.clocks, &passed).await?;
    let details = details(&law, &passed);
    note(tx, setting, &Actor::System, &facts.case, "deadline.passed", Some(details)).await?;
    Ok(true)
}

/// Counts the clocks of a case again by the law as it is now, and records it where an end moved.
pub async fn recount(tx: &mut Tx, setting: &Setting, case_id: Uuid) -> Result<(), FlowError> {
    let CaseFacts { case, mut clocks, law_version, .. } =
        db::cases::lock_by_id(tx, case_id).await?.ok_or(FlowError::NotFound)?;
    let law = setting.laws.at(tx, law_version).await?;
    let maker = ClockMaker::of(&law, &case, setting.now);
    let mut moved = Vec::new();
    for clock in &mut clocks {
        if maker.recount(clock) {
            moved.push(clock.clone());
        }
    }
    store(tx, setting, case_id, &clocks, &clocks).await?;
    if !moved.is_empty() {
        let details = details(&law, &moved);
        note(tx, setting, &Actor::System, &case, "deadline.recounted", Some(details)).await?;
    }
    Ok(())
}

/// Bawaslu's windows of a merged case run on for the one it was merged into, until the merge is undone. `merge` is the
/// master before and after the step.
pub async fn follow_merge(
    tx: &mut Tx,
    setting: &Setting,
    merged: &Case,
    merge: (Option<Uuid>, Option<Uuid>),
) -> Result<(), FlowError> {
    let Some(master_id) = merge.1.or(merge.0) else { return Ok(()) };
    let reports = db::reports::facts(tx, merged.id).await?.known;
    // What was split off its own master rests on the same reports: their windows are the master's own.
    let own = db::reports::facts(tx, master_id).await?.known;
    let brought = || reports.iter().filter(|report| !own.contains(report));
    let mut master = db::cases::lock_by_id(tx, master_id).await?.ok_or(FlowError::NotFound)?;
    let law = setting.laws.at(tx, master.law_version).await?;
    let maker = ClockMaker::of(&law, &master.case, setting.now);
    let changed: Vec<Clock> = if merge.1.is_some() {
        let regime = master.case.election_regime;
        let running = |id| master.clocks.iter().any(|clock| clock.report_id == Some(id));
        let new = brought().filter(|report| !running(report.id));
        new.filter_map(|report| maker.window(report.id, regime, report.known_on)).collect()
    } else {
        let theirs = |clock: &&mut Clock| brought().any(|report| clock.report_id == Some(report.id));
        let ended = master.clocks.iter_mut().filter(theirs).map(|clock| {
            maker.settle(clock, ClockStatus::Cancelled, None);
            clock.clone()
        });
        ended.collect()
    };
    let all: Vec<Clock> =
        master.clocks.iter().chain(changed.iter().filter(|clock| clock.id.is_none())).cloned().collect();
    store(tx, setting, master_id, &all, &changed).await
}

/// Reminds of what is due, once a day: each person gets one digest, and those who watch over the PPKs one of these. Several
/// workers may call it at any time, and days nobody did are made up for by one reminder.
pub async fn remind_daily(pool: &Pool, setting: &Setting) -> Result<(), FlowError> {
    let day = today(setting.now);
    let marked_at = morning(day);
    while !db::daily::is_done_for(pool, REMINDERS, marked_at).await? {
        let mut tx = Tx::begin(pool).await?;
        let due = db::digests::due(&mut tx, day, BATCH).await?;
        let done = due.is_empty();
        if done && !db::digests::any_due(&mut tx, day).await? {
            db::daily::done_for(&mut tx, REMINDERS, marked_at).await?;
            missing_calendar(&mut tx, pool, setting).await?;
        }
        remind(&mut tx, setting, day, &due).await?;
        tx.commit().await?;
        // What somebody else holds at this moment is looked for again in the next round.
        if done {
            break;
        }
    }
    Ok(())
}

async fn remind(tx: &mut Tx, setting: &Setting, day: NaiveDate, due: &[(Clock, Case)]) -> Result<(), FlowError> {
    let law = setting.laws.in_hand();
    // Before offices open; a digest made later leaves once it is whole.
    let due_at = morning(day).max(setting.now + Duration::minutes(10));
    let (mut lines, mut next) = (Vec::new(), Vec::new());
    for (clock, case) in due {
        let Some(id) = clock.id else { continue };
        let maker = ClockMaker::of(&law, case, setting.now);
        next.push((id, maker.reminder(clock, day)));
        let late = clock.is_past(setting.now);
        let own = clock.code.reminded(case.state, late).iter().map(|audience| (Notice::DeadlineDigest, *audience));
        let over = clock.code.watched().iter().filter(|_| late).map(|audience| (Notice::PpkOverdue, *audience));
        for (notice, audience) in own.chain(over) {
            lines.push(Line { deadline_id: id, tell: Tell { due_at, ..tell(setting, case, &(notice, audience)) } });
        }
    }
    db::digests::enter(tx, &lines, day, due_at, setting.now).await?;
    Ok(db::digests::set_reminders(tx, &next).await?)
}

/// Tells those who keep the calendar which years clocks were counted through without one.
async fn missing_calendar(tx: &mut Tx, pool: &Pool, setting: &Setting) -> Result<(), FlowError> {
    let law = setting.laws.current(pool).await?;
    let years = db::law::provisional_years(pool).await?;
    for year in years.into_iter().filter(|year| !law.calendar.is_official(*year)) {
        let begins = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_else(|| today(setting.now));
        db::digests::calendar_missing(tx, begins, setting.now).await?;
        tracing::warn!(year = begins.year(), "deadlines are provisional: the year has no official calendar");
    }
    Ok(())
}
