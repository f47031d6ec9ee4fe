//! The calendar as rows, for those who keep it, and the record of every change of the law. What the days mean is read in `law`.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{self as sql, Nullable};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::calendar::{Confirmation, DayKind};
use crate::schema::{calendar_days, calendar_years, law_changes};
use crate::text_enum;

text_enum! {
    /// Where a row of the calendar comes from.
    Origin {
        File = "file", "Berkas program", "The files of the program";
        Administrator = "administrator", "Admin sistem", "An administrator";
    }
}

/// A day of the calendar, as its row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calendar_days, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// The region it holds in, with all below it; empty for the whole country.
    pub region_code: String,
    /// What it is.
    pub kind: DayKind,
    /// Its name.
    pub name: String,
    /// The decree that made it one.
    pub decree: Option<String>,
    /// Where that was found.
    pub source: Option<String>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
    /// Where the row comes from.
    pub origin: Origin,
}

/// Whether a year has an official list of days off.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calendar_years, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Year {
    /// The year.
    pub year: i16,
    /// It has.
    pub official: bool,
    /// The decree.
    pub decree: Option<String>,
    /// Where that was found.
    pub source: Option<String>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
    /// Where the row comes from.
    pub origin: Origin,
}

/// The days off of a year, and what is known of the year.
pub async fn year(pool: &Pool, year: i16) -> Result<(Option<Year>, Vec<Day>), DbError> {
    let mut connection = pool.get().await?;
    let known = calendar_years::table.find(year).select(Year::as_select()).first(&mut connection).await.optional()?;
    let first = NaiveDate::from_ymd_opt(year.into(), 1, 1).unwrap_or_default();
    let last = NaiveDate::from_ymd_opt(year.into(), 12, 31).unwrap_or_default();
    let days = calendar_days::table
        .filter(calendar_days::date.between(first, last))
        .order((calendar_days::date, calendar_days::region_code))
        .select(Day::as_select())
        .load(&mut connection)
        .await?;
    Ok((known, days))
}

text_enum! {
    /// What a change of the law was about.
    LawChangeKind {
        Day = "day", "Hari pada kalender", "A day of the calendar";
        Year = "year", "Tahun pada kalender", "A year of the calendar";
        ProgramFiles = "program_files", "Program atau berkasnya: hari, tahun, zona, aturan, dan tempat kedudukan instansi", "The program or its files: days, years, zones, rules and seats of agencies";
    }
}

/// A change of the law, as its row.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = law_changes)]
pub struct LawChange {
    /// The version it made.
    pub version: i64,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// What about.
    pub kind: LawChangeKind,
    /// Who, where it was not the operator himself.
    pub officer_id: Option<Uuid>,
    /// What was there before.
    pub before: Option<Value>,
    /// What is there since.
    pub after: Option<Value>,
}

/// Who keeps the calendar, and when.
#[derive(Clone, Copy, Debug)]
pub struct Keeper {
    /// The officer; `None` for the operator himself.
    pub officer_id: Option<Uuid>,
    /// The time.
    pub at: DateTime<Utc>,
}

/// Counts a change of the law, so that every running clock is counted again, and keeps it on record.
async fn changed(
    tx: &mut Tx,
    keeper: Keeper,
    kind: LawChangeKind,
    (before, after): (Option<Value>, Option<Value>),
) -> Result<(), DbError> {
    diesel::sql_query(
        "WITH new AS (UPDATE law_versions SET version = version + 1 RETURNING version) \
         INSERT INTO law_changes (version, changed_at, kind, officer_id, before, after) SELECT version, $1, $2, $3, $4, $5 FROM new",
    )
    .bind::<sql::Timestamptz, _>(keeper.at)
    .bind::<sql::Text, _>(kind)
    .bind::<Nullable<sql::Uuid>, _>(keeper.officer_id)
    .bind::<Nullable<sql::Jsonb>, _>(before)
    .bind::<Nullable<sql::Jsonb>, _>(after)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Records that the files of the program changed the law.
pub(super) async fn files_loaded(tx: &mut Tx, at: DateTime<Utc>) -> Result<(), DbError> {
    changed(tx, Keeper { officer_id: None, at }, LawChangeKind::ProgramFiles, (None, None)).await
}

/// A row as it is, for the record.
macro_rules! as_json {
    ($tx:expr, $table:ident, $row:expr) => {
        $table::table
            .find($row)
            .select(diesel::dsl::sql::<sql::Jsonb>(concat!("to_jsonb(", stringify!($table), ".*)")))
            .first($tx.connection()?)
            .await
            .optional()?
    };
}

/// Enters a day, or puts it in the place of what was known of it.
pub async fn put_day(tx: &mut Tx, keeper: Keeper, day: &Day) -> Result<(), DbError> {
    let key = (day.date, day.region_code.as_str());
    let before: Option<Value> = as_json!(tx, calendar_days, key);
    diesel::insert_into(calendar_days::table)
        .values(day)
        .on_conflict((calendar_days::date, calendar_days::region_code))
        .do_update()
        .set(day)
        .execute(tx.connection()?)
        .await?;
    let after: Option<Value> = as_json!(tx, calendar_days, key);
    changed(tx, keeper, LawChangeKind::Day, (before, after)).await
}

/// Enters what is known of a year.
pub async fn put_year(tx: &mut Tx, keeper: Keeper, year: &Year) -> Result<(), DbError> {
    let before: Option<Value> = as_json!(tx, calendar_years, year.year);
    diesel::insert_into(calendar_years::table)
        .values(year)
        .on_conflict(calendar_years::year)
        .do_update()
        .set(year)
        .execute(tx.connection()?)
        .await?;
    let after: Option<Value> = as_json!(tx, calendar_years, year.year);
    changed(tx, keeper, LawChangeKind::Year, (before, after)).await
}

/// Takes a day out: from then on it is an ordinary one, whatever the files of the program say. `None` when it was no day
/// off.
pub async fn take_out(tx: &mut Tx, keeper: Keeper, date: NaiveDate, region_code: &str) -> Result<Option<Day>, DbError> {
    let off = calendar_days::table.find((date, region_code)).filter(calendar_days::kind.ne(DayKind::OrdinaryDay));
    let Some(day) = off.select(Day::as_select()).first(tx.connection()?).await.optional()? else { return Ok(None) };
    let taken = Day { kind: DayKind::OrdinaryDay, origin: Origin::Administrator, ..day };
    put_day(tx, keeper, &taken).await?;
    Ok(Some(taken))
}

/// Changes of the law before this version, newest first.
pub async fn changes(pool: &Pool, before: i64, limit: i64) -> Result<Vec<LawChange>, DbError> {
    let mut connection = pool.get().await?;
    Ok(law_changes::table
        .filter(law_changes::version.lt(before))
        .order(law_changes::version.desc())
        .limit(limit)
        .select(LawChange::as_select())
        .load(&mut connection)
        .await?)
}
