//! Clocks of cases: written with the step that sets them, read for a case, counted for a seat, found when time is up. When a
//! clock is due is not decided here.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::cases::{SEEN, Sight, SightParts, push_sight};
use super::statement::{prepared, push};
use super::{DbError, Pool, Tx};
use crate::domain::deadline::{Clock, DeadlineCode};
use crate::schema::deadlines;

/// A column of the lock statement: the case's clocks that are not settled, as [`Clock`] reads them.
pub(super) const LIVE_CLOCKS: &str = "(SELECT coalesce(json_agg(to_json(d)), '[]') FROM deadlines d WHERE d.case_id = cases.id AND d.settled_at IS NULL)";

/// Clocks as one parameter.
pub(super) fn clocks_json(clocks: &[Clock]) -> serde_json::Value {
    serde_json::to_value(clocks).unwrap_or_default()
}

/// A set of rows of [`clocks_json`] as a table: its columns.
pub(super) const CLOCK_COLUMNS: &str = "(id bigint, report_id uuid, code text, variant text, regime text, starts_on date, counted_from date, \
    count integer, due_at timestamptz, remaining integer, status text, provisional boolean, settled_at timestamptz, next_reminder_on date, law_version bigint, region_code text)";

/// Columns of a new row, but the case.
pub(super) const CLOCK_VALUES: &str = "clock.report_id, clock.code, clock.variant, clock.regime, clock.starts_on, clock.counted_from, clock.count, clock.due_at, \
    clock.remaining, clock.status, clock.provisional, clock.settled_at, clock.next_reminder_on, clock.law_version, clock.region_code";

/// Writes new clocks and those that changed for the one row of `moved`. What is settled is never written again.
pub(super) fn push_clocks<'b>(out: &mut AstPass<'_, 'b, Pg>, clocks: &'b serde_json::Value) -> QueryResult<()> {
    push!(out; ", clock AS (SELECT * FROM jsonb_to_recordset(" [sql::Jsonb] clocks, "::jsonb) AS t " {CLOCK_COLUMNS} "), \
        clocks_changed AS (UPDATE deadlines SET counted_from = clock.counted_from, count = clock.count, due_at = clock.due_at, \
          remaining = clock.remaining, status = clock.status, provisional = clock.provisional, settled_at = clock.settled_at, \
          next_reminder_on = clock.next_reminder_on, law_version = clock.law_version, region_code = clock.region_code FROM moved, clock \
          WHERE deadlines.case_id = moved.id AND deadlines.id = clock.id AND deadlines.settled_at IS NULL), \
        clocks_begun AS (INSERT INTO deadlines (case_id, report_id, code, variant, regime, starts_on, counted_from, count, due_at, remaining, \
          status, provisional, settled_at, next_reminder_on, law_version, region_code) \
          SELECT moved.id, " {CLOCK_VALUES} " FROM moved, clock WHERE clock.id IS NULL)");
    Ok(())
}

struct Store<'a> {
    case_id: &'a Uuid,
    bawaslu_until: &'a Option<DateTime<Utc>>,
    next_due_at: &'a Option<DateTime<Utc>>,
    clocks: serde_json::Value,
}
prepared!(Store returns sql::BigInt);

impl QueryFragment<Pg> for Store<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push!(out; "WITH moved AS (UPDATE cases SET bawaslu_until = " [sql::Nullable<sql::Timestamptz>] self.bawaslu_until, ", next_due_at = "
            [sql::Nullable<sql::Timestamptz>] self.next_due_at, " WHERE id = " [sql::Uuid] self.case_id, " RETURNING id)");
        push_clocks(&mut out, &self.clocks)?;
        out.push_sql(" SELECT count(*) FROM moved");
        Ok(())
    }
}

/// Writes clocks apart from any step, with what lists show of them: [`crate::domain::deadline::course::summary`] of all
/// clocks of the case. The caller holds its lock.
pub async fn store(
    tx: &mut Tx,
    case_id: Uuid,
    changed: &[Clock],
    (bawaslu_until, next_due_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) -> Result<(), DbError> {
    let statement = Store {
        case_id: &case_id,
        bawaslu_until: &bawaslu_until,
        next_due_at: &next_due_at,
        clocks: clocks_json(changed),
    };
    let _: i64 = statement.get_result(tx.connection()?).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql::Json)]
    clock: serde_json::Value,
    #[diesel(sql_type = sql::Nullable<sql::BigInt>)]
    reporter: Option<i64>,
}

/// All clocks of a case, oldest first, each with the ordinal of the reporter it is of (as in the case's reports), if it is
/// of one.
pub async fn of_case(pool: &Pool, case_id: Uuid) -> Result<Vec<(Clock, Option<i64>)>, DbError> {
    let mut connection = pool.get().await?;
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT to_json(d) AS clock, r.ordinal AS reporter FROM deadlines d \
         LEFT JOIN (SELECT id, row_number() OVER (ORDER BY received_at, id) AS ordinal FROM reports \
           WHERE case_id = (SELECT coalesce(split_from, id) FROM cases WHERE id = $1)) r ON r.id = d.report_id \
         WHERE d.case_id = $1 ORDER BY d.id",
    )
    .bind::<sql::Uuid, _>(case_id)
    .load(&mut connection)
    .await?;
    let unread = |error: serde_json::Error| DbError::Query(diesel::result::Error::DeserializationError(error.into()));
    rows.into_iter().map(|row| Ok((serde_json::from_value(row.clock).map_err(unread)?, row.reporter))).collect()
}

/// When the first of a case's clocks with these codes ends that run and are not over, with the region by whose days it is counted.
pub async fn next_end(
    pool: &Pool,
    case_id: Uuid,
    codes: &[DeadlineCode],
    now: DateTime<Utc>,
) -> Result<Option<(DateTime<Utc>, String)>, DbError> {
    let running = deadlines::settled_at.is_null().and(deadlines::due_at.ge(now));
    let found: Option<(Option<DateTime<Utc>>, String)> = deadlines::table
        .filter(deadlines::case_id.eq(case_id).and(deadlines::code.eq_any(codes)).and(running))
        .order(deadlines::due_at)
        .select((deadlines::due_at, deadlines::region_code))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    Ok(found.and_then(|(due_at, region)| Some((due_at?, region))))
}

/// How many clocks of one code stand where.
#[derive(Debug, Queryable)]
pub struct Count {
    /// The code.
    pub code: DeadlineCode,
    /// Running, their end still ahead.
    pub running: i64,
    /// Of these, how many end soon.
    pub due_soon: i64,
    /// Standing still while the reporter is asked.
    pub paused: i64,
    /// Passed, their work still awaited.
    pub passed: i64,
}

struct Counts<'a> {
    now: DateTime<Utc>,
    soon: DateTime<Utc>,
    sight: SightParts<'a>,
}
prepared!(Counts returns (sql::Text, sql::BigInt, sql::BigInt, sql::BigInt, sql::BigInt));

impl QueryFragment<Pg> for Counts<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH ");
        push_sight(&mut out, &self.sight)?;
        push!(out; ", moment (now, soon) AS (VALUES (" [sql::Timestamptz] &self.now, "::timestamptz, " [sql::Timestamptz] &self.soon, "::timestamptz)) \
            SELECT d.code, count(*) FILTER (WHERE d.due_at >= now), count(*) FILTER (WHERE d.due_at >= now AND d.due_at < soon), \
              count(*) FILTER (WHERE d.status = 'paused'), count(*) FILTER (WHERE d.due_at < now) \
            FROM deadlines d JOIN cases ON cases.id = d.case_id JOIN subjects ON subjects.case_id = cases.id, sight, moment \
            WHERE d.settled_at IS NULL AND NOT ((d.code IN ('D2', 'D9') OR d.code = 'D5' AND d.variant <> '') AND d.due_at < now) AND " {SEEN} " GROUP BY d.code ORDER BY length(d.code), d.code");
        Ok(())
    }
}

/// The clocks of the cases a caller may see, by code. `soon` is the moment up to which an end is near.
pub async fn counts(
    pool: &Pool,
    now: DateTime<Utc>,
    soon: DateTime<Utc>,
    sight: &Sight,
) -> Result<Vec<Count>, DbError> {
    if sight.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = pool.get().await?;
    Ok(Counts { now, soon, sight: sight.into() }.load(&mut connection).await?)
}

/// Cases with a question whose last day to answer is over (D3).
pub async fn unanswered(pool: &Pool, now: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let mut connection = pool.get().await?;
    Ok(deadlines::table
        .filter(
            deadlines::status.eq("running").and(deadlines::due_at.lt(now)).and(deadlines::code.eq(DeadlineCode::D3)),
        )
        .order(deadlines::due_at)
        .limit(limit)
        .select(deadlines::case_id)
        .load(&mut connection)
        .await?)
}

/// Cases with another clock whose end has gone by unnoticed.
pub async fn unnoticed(pool: &Pool, now: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let mut connection = pool.get().await?;
    Ok(deadlines::table
        .filter(
            deadlines::status.eq("running").and(deadlines::due_at.lt(now)).and(deadlines::code.ne(DeadlineCode::D3)),
        )
        .order(deadlines::due_at)
        .limit(limit)
        .select(deadlines::case_id)
        .load(&mut connection)
        .await?)
}

/// Cases with clocks that were counted by an older law and run, or whose work is late.
pub async fn outdated(pool: &Pool, version: i64, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let mut connection = pool.get().await?;
    Ok(deadlines::table
        .filter(deadlines::settled_at.is_null().and(deadlines::status.eq_any(["running", "passed"])))
        .filter(deadlines::law_version.lt(version))
        .select(deadlines::case_id)
        .distinct()
        .limit(limit)
        .load(&mut connection)
        .await?)
}
