//! Deadlines and the calendar they are counted by, as officers see them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Label;
use crate::db::calendar::{Day, LawChange, LawChangeKind, Origin, Year};
use crate::db::deadlines::Count;
use crate::db::retention::Kept;
use crate::domain::calendar::{Confirmation, DayKind, Unit};
use crate::domain::deadline::{Clock, ClockStatus, DeadlineCode, Law};

/// One deadline of a case.
#[derive(Serialize, ToSchema)]
pub struct DeadlineView {
    /// Which.
    pub code: DeadlineCode,
    /// Which of several of one code; empty for the usual one.
    pub variant: String,
    /// Its name.
    pub title: Label,
    /// Where it stands.
    pub status: ClockStatus,
    /// The end has gone by and the work is still awaited.
    pub overdue: bool,
    /// Day 0.
    pub starts_on: NaiveDate,
    /// Last day, where the office sits that has the work; absent while it stands still.
    pub last_day: Option<NaiveDate>,
    /// Last second of that day.
    pub due_at: Option<DateTime<Utc>>,
    /// The time zone in which that day ends: WIB, WITA or WIT.
    #[schema(example = "WIB")]
    pub zone: String,
    /// Days left, while it stands still.
    pub remaining: Option<u32>,
    /// In what its days are counted; absent for retention, which is counted in years.
    pub unit: Option<Unit>,
    /// Counted through a year without an official calendar: the end may move.
    pub provisional: bool,
    /// When it was met, cancelled, or closed as a window.
    pub settled_at: Option<DateTime<Utc>>,
    /// The reporter it runs for, as in the reports of the case (D2).
    #[schema(example = "Pelapor #1")]
    pub reporter: Option<String>,
    /// The provision it rests on.
    pub basis: Option<String>,
    /// How far that provision can be trusted.
    pub confirmation: Option<Confirmation>,
}

impl DeadlineView {
    /// The view of a clock by the law at this moment.
    pub fn new(clock: Clock, reporter: Option<i64>, law: &Law, now: DateTime<Utc>) -> Self {
        let rule = law.rule(clock.code, &clock.variant, clock.regime, clock.starts_on);
        let title = |language| rule.map_or(clock.code.label(language), |rule| rule.title(language)).to_owned();
        Self {
            title: Label::of(title),
            overdue: clock.settled_at.is_none() && clock.is_past(now),
            last_day: clock.due_at.map(|due| law.calendar.day_at(&clock.region_code, due)),
            zone: law.calendar.zone_name(&clock.region_code),
            unit: rule.map(|rule| rule.counting.unit),
            basis: rule.and_then(|rule| rule.basis.clone()),
            confirmation: rule.map(|rule| rule.confirmation),
            code: clock.code,
            variant: clock.variant,
            status: clock.status,
            starts_on: clock.starts_on,
            due_at: clock.due_at,
            remaining: clock.remaining,
            provisional: clock.provisional,
            settled_at: clock.settled_at,
            reporter: reporter.map(|ordinal| format!("Pelapor #{ordinal}")),
        }
    }
}

impl DeadlineView {
    /// The view of how long a closed case is kept (D13), which is counted in years and is nobody's work.
    pub fn retention(kept: Kept, law: &Law, region: &str, now: DateTime<Utc>) -> Self {
        let over = kept.until < now;
        let day = |at| law.calendar.day_at(region, at);
        Self {
            code: DeadlineCode::D13,
            variant: String::new(),
            title: Label::of(|language| DeadlineCode::D13.label(language).to_owned()),
            status: if over { ClockStatus::Passed } else { ClockStatus::Running },
            overdue: false,
            starts_on: day(kept.closed_at),
            last_day: Some(day(kept.until)),
            due_at: Some(kept.until),
            zone: law.calendar.zone_name(region),
            remaining: None,
            unit: None,
            provisional: false,
            settled_at: None,
            reporter: None,
            basis: kept.basis,
            confirmation: Some(kept.confirmation),
        }
    }
}

/// How many deadlines of one code stand where.
#[derive(Serialize, ToSchema)]
pub struct DeadlineCountView {
    /// Which.
    #[schema(example = "D1")]
    pub code: DeadlineCode,
    /// Its name.
    pub title: Label,
    /// Running, the end still ahead.
    #[schema(example = 14)]
    pub running: i64,
    /// Of these, how many end soon.
    #[schema(example = 3)]
    pub due_soon: i64,
    /// Standing still while the reporter is asked.
    #[schema(example = 2)]
    pub paused: i64,
    /// Passed, the work still awaited.
    #[schema(example = 1)]
    pub passed: i64,
}

impl From<Count> for DeadlineCountView {
    fn from(count: Count) -> Self {
        let Count { code, running, due_soon, paused, passed } = count;
        Self { code, title: Label::of(|language| code.label(language).to_owned()), running, due_soon, paused, passed }
    }
}

/// A day of the calendar.
#[derive(Serialize, ToSchema)]
pub struct CalendarDayView {
    /// The day.
    #[schema(example = "2026-08-17")]
    pub date: NaiveDate,
    /// The region it holds in, with all below it; empty for the whole country.
    #[schema(example = "")]
    pub region_code: String,
    /// What it is.
    #[schema(example = "national_holiday")]
    pub kind: DayKind,
    /// Its name.
    #[schema(example = "Proklamasi Kemerdekaan")]
    pub name: String,
    /// The decree that made it one.
    #[schema(example = "SKB Menag 1497/2025, Menaker 2/2025, MenPANRB 5/2025")]
    pub decree: Option<String>,
    /// Where that was found.
    #[schema(example = "https://disdiksmg.semarangkota.go.id")]
    pub source: Option<String>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
    /// Where the entry comes from.
    pub origin: Origin,
}

impl From<Day> for CalendarDayView {
    fn from(day: Day) -> Self {
        let Day { date, region_code, kind, name, decree, source, confirmation, origin } = day;
        Self { date, region_code, kind, name, decree, source, confirmation, origin }
    }
}

/// A change of the law that deadlines are counted by.
#[derive(Serialize, ToSchema)]
pub struct LawChangeView {
    /// Counts the changes.
    #[schema(example = 12)]
    pub version: i64,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// What about.
    #[schema(example = "day")]
    pub kind: LawChangeKind,
    /// The officer who made it; absent where the operator did, on the command line or by a new program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer_id: Option<Uuid>,
    /// The entry as it was; absent when there was none.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The entry as it is since; absent where the files of the program were read, which keep their own history.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl From<LawChange> for LawChangeView {
    fn from(change: LawChange) -> Self {
        let LawChange { version, changed_at, kind, officer_id, before, after } = change;
        Self { version, changed_at, kind, officer_id, before, after }
    }
}

/// What is known of a year.
#[derive(Serialize, ToSchema)]
pub struct CalendarYearView {
    /// The year.
    #[schema(example = 2026)]
    pub year: i16,
    /// Its list of days off is official.
    #[schema(example = true)]
    pub official: bool,
    /// The decree.
    #[schema(example = "SKB Menag 1497/2025, Menaker 2/2025, MenPANRB 5/2025")]
    pub decree: Option<String>,
    /// Where that was found.
    #[schema(example = "https://disdiksmg.semarangkota.go.id")]
    pub source: Option<String>,
    /// How far it can be trusted.
    pub confirmation: Option<Confirmation>,
    /// Where the entry comes from.
    pub origin: Option<Origin>,
}

impl From<Year> for CalendarYearView {
    fn from(known: Year) -> Self {
        let Year { year, official, decree, source, confirmation, origin } = known;
        Self { year, official, decree, source, confirmation: Some(confirmation), origin: Some(origin) }
    }
}

/// The days off of a year.
#[derive(Serialize, ToSchema)]
pub struct CalendarView {
    /// The year.
    pub year: CalendarYearView,
    /// Its days, in order.
    pub days: Vec<CalendarDayView>,
}

impl CalendarView {
    /// The view of a year nothing may be known of.
    pub fn new(year: i16, known: Option<Year>, days: Vec<Day>) -> Self {
        let unknown =
            CalendarYearView { year, official: false, decree: None, source: None, confirmation: None, origin: None };
        Self {
            year: known.map_or(unknown, CalendarYearView::from),
            days: days.into_iter().map(CalendarDayView::from).collect(),
        }
    }
}
