//! Digests of deadlines: one mail a person a day with what is due. Whom to remind of what is not decided here.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, Array, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::statement::{prepared, push};
use super::transition::{Meant, SEATED, Tell};
use super::{DbError, Pool, Tx};
use crate::domain::actor::Role;
use crate::domain::case::Case;
use crate::domain::deadline::{Clock, DeadlineCode};
use crate::domain::notice::Notice;
use crate::schema::deadlines;

type CaseColumns = <diesel::dsl::AsSelect<Case, Pg> as Expression>::SqlType;

struct Due<'a> {
    columns: diesel::dsl::AsSelect<Case, Pg>,
    day: &'a NaiveDate,
    limit: i64,
}
prepared!(Due returns (sql::Json, CaseColumns));

impl QueryFragment<Pg> for Due<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT to_json(d), ");
        self.columns.walk_ast(out.reborrow())?;
        push!(out; " FROM deadlines d JOIN cases ON cases.id = d.case_id WHERE d.settled_at IS NULL AND d.next_reminder_on <= "
            [sql::Date] self.day, " ORDER BY d.id LIMIT " [sql::BigInt] &self.limit, " FOR UPDATE OF d SKIP LOCKED");
        Ok(())
    }
}

/// Clocks with a reminder due on this day or before, each with its case, locked; those somebody else holds are left out.
pub async fn due(tx: &mut Tx, day: NaiveDate, limit: i64) -> Result<Vec<(Clock, Case)>, DbError> {
    let statement = Due { columns: Case::as_select(), day: &day, limit };
    let rows: Vec<(serde_json::Value, Case)> = statement.load(tx.connection()?).await?;
    let unread = |error: serde_json::Error| DbError::Query(diesel::result::Error::DeserializationError(error.into()));
    rows.into_iter().map(|(clock, case)| Ok((serde_json::from_value(clock).map_err(unread)?, case))).collect()
}

/// Whether any reminder of this day is still to be sent.
pub async fn any_due(tx: &mut Tx, day: NaiveDate) -> Result<bool, DbError> {
    let due = deadlines::table.filter(deadlines::settled_at.is_null().and(deadlines::next_reminder_on.le(day)));
    Ok(diesel::select(diesel::dsl::exists(due)).get_result(tx.connection()?).await?)
}

/// Sets when each clock reminds next.
pub async fn set_reminders(tx: &mut Tx, next: &[(i64, Option<NaiveDate>)]) -> Result<(), DbError> {
    let (ids, days): (Vec<i64>, Vec<Option<NaiveDate>>) = next.iter().copied().unzip();
    diesel::sql_query(
        "UPDATE deadlines SET next_reminder_on = t.day FROM unnest($1, $2) AS t (id, day) WHERE deadlines.id = t.id",
    )
    .bind::<Array<sql::BigInt>, _>(ids)
    .bind::<Array<Nullable<sql::Date>>, _>(days)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// The lines turned on their side, as `unnest` takes them.
#[derive(Default)]
struct Lines<'a> {
    deadlines: Vec<i64>,
    notices: Vec<&'static str>,
    roles: Vec<Option<&'static str>>,
    agencies: Vec<Option<Uuid>>,
    regions: Vec<Option<&'a str>>,
    officers: Vec<Option<Uuid>>,
}

struct Enter<'a> {
    lines: Lines<'a>,
    day: &'a NaiveDate,
    due_at: &'a DateTime<Utc>,
    now: &'a DateTime<Utc>,
}
prepared!(Enter returns sql::BigInt);

impl QueryFragment<Pg> for Enter<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let lines = &self.lines;
        push!(out; "WITH tell (deadline_id, notice, role, agency_id, region_code, officer_id) AS (SELECT * FROM unnest("
            [Array<sql::BigInt>] &lines.deadlines, "::bigint[], " [Array<sql::Text>] &lines.notices, "::text[], "
            [Array<Nullable<sql::Text>>] &lines.roles, "::text[], " [Array<Nullable<sql::Uuid>>] &lines.agencies, "::uuid[], "
            [Array<Nullable<sql::Text>>] &lines.regions, "::text[], " [Array<Nullable<sql::Uuid>>] &lines.officers, "::uuid[])), \
            told AS (SELECT DISTINCT tell.deadline_id, tell.notice, who.officer_id FROM tell CROSS JOIN LATERAL \
              (SELECT s.officer_id FROM seats s WHERE " {SEATED} " UNION ALL SELECT o.id FROM officers o WHERE o.id = tell.officer_id AND o.disabled_at IS NULL) who), \
            digest AS (INSERT INTO digests (id, officer_id, notice, day) \
              SELECT gen_random_uuid(), officer_id, notice, " [sql::Date] self.day, "::date FROM (SELECT DISTINCT officer_id, notice FROM told) one \
              ORDER BY officer_id, notice ON CONFLICT (officer_id, notice, day) DO UPDATE SET day = excluded.day \
              RETURNING id, officer_id, notice, xmax = 0 AS is_new), \
            mail AS (INSERT INTO deliveries (digest_id, notice, officer_id, due_at, created_at) SELECT id, notice, officer_id, "
            [sql::Timestamptz] self.due_at, "::timestamptz, " [sql::Timestamptz] self.now, "::timestamptz FROM digest WHERE is_new), \
            listed AS (INSERT INTO digest_lines (digest_id, deadline_id) SELECT digest.id, told.deadline_id FROM told JOIN digest USING (officer_id, notice) \
              ON CONFLICT DO NOTHING) \
            SELECT count(*) FROM told");
        Ok(())
    }
}

/// A clock to be listed in the digest that a notice names, for an audience.
pub struct Line<'a> {
    /// Key of the clock.
    pub deadline_id: i64,
    /// Whom, and in which digest.
    pub tell: Tell<'a>,
}

/// Enters lines into the digests of a day, which are made as needed and mailed from `due_at` on. What is hidden
/// from its reader is left out when it is mailed.
pub async fn enter(
    tx: &mut Tx,
    lines: &[Line<'_>],
    day: NaiveDate,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let mut all = Lines::default();
    for line in lines {
        let Some(meant) = Meant::by(&line.tell) else { continue };
        all.deadlines.push(line.deadline_id);
        all.notices.push(line.tell.notice.as_str());
        all.roles.push(meant.role.map(Role::as_str));
        all.agencies.push(meant.agency);
        all.regions.push(meant.region);
        all.officers.push(meant.officer);
    }
    let statement = Enter { lines: all, day: &day, due_at: &due_at, now: &now };
    let _: i64 = statement.get_result(tx.connection()?).await?;
    Ok(())
}

/// Tells all system administrators, once, that a year has no official calendar; answers how many are new to it.
pub async fn calendar_missing(tx: &mut Tx, year_begins: NaiveDate, now: DateTime<Utc>) -> Result<usize, DbError> {
    Ok(diesel::sql_query(
        "WITH digest AS (INSERT INTO digests (id, officer_id, notice, day) \
           SELECT gen_random_uuid(), id, $1, $2 FROM officers o WHERE disabled_at IS NULL \
             AND EXISTS (SELECT FROM seats s WHERE s.officer_id = o.id AND s.role = 'system_admin' AND s.ended_at IS NULL) \
           ORDER BY id ON CONFLICT (officer_id, notice, day) DO NOTHING RETURNING id, officer_id) \
         INSERT INTO deliveries (digest_id, notice, officer_id, due_at, created_at) SELECT id, $1, officer_id, $3, $3 FROM digest",
    )
    .bind::<sql::Text, _>(Notice::CalendarMissing)
    .bind::<sql::Date, _>(year_begins)
    .bind::<sql::Timestamptz, _>(now)
    .execute(tx.connection()?)
    .await?)
}

/// A line as it is mailed: no name, nothing of the matter.
#[derive(Debug, QueryableByName)]
pub struct MailedLine {
    /// The case.
    #[diesel(sql_type = sql::Uuid)]
    pub case_id: Uuid,
    /// Number of the case.
    #[diesel(sql_type = sql::Text)]
    pub case_number: String,
    /// The region by whose days it is counted.
    #[diesel(sql_type = sql::Text)]
    pub region_code: String,
    /// Which clock.
    #[diesel(sql_type = sql::Text)]
    pub code: DeadlineCode,
    /// Its end.
    #[diesel(sql_type = sql::Timestamptz)]
    pub due_at: DateTime<Utc>,
}

/// What a digest lists, the earliest end first.
pub async fn lines(pool: &Pool, digest_id: Uuid) -> Result<Vec<MailedLine>, DbError> {
    let mut connection = pool.get().await?;
    Ok(diesel::sql_query(
        "SELECT d.case_id, c.case_number, d.region_code, d.code, d.due_at FROM digest_lines l JOIN deadlines d ON d.id = l.deadline_id \
         JOIN cases c ON c.id = d.case_id WHERE l.digest_id = $1 AND d.due_at IS NOT NULL ORDER BY d.due_at, c.case_number",
    )
    .bind::<sql::Uuid, _>(digest_id)
    .load(&mut connection)
    .await?)
}
