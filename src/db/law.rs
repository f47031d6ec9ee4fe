//! The law that is data, held in memory: calendar, time zones, rules of deadlines, where agencies sit. Every change counts a
//! version up, and whoever finds another version in the database than in hand reads the law again. Changed through `calendar`.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::reference::AGENCIES;
use super::{DbError, Pool, Tx, calendar};
use crate::domain::calendar::{Calendar, Confirmation, Counting, DayKind, Unit};
use crate::domain::case::ElectionRegime;
use crate::domain::deadline::{DeadlineCode, DeadlineRule, Law, RULES_FILE};
use crate::schema::{agencies, calendar_days, calendar_years, deadline_rules, law_versions, time_zones};

/// The law in hand, shared by all of a program.
#[derive(Clone, Debug)]
pub struct LawBook(Arc<RwLock<Arc<Law>>>);

impl LawBook {
    /// Reads the law.
    pub async fn open(pool: &Pool) -> Result<Self, DbError> {
        let law = read(&mut *pool.get().await?).await?;
        Ok(Self(Arc::new(RwLock::new(Arc::new(law)))))
    }

    /// The law as last read.
    pub fn in_hand(&self) -> Arc<Law> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, law: Law) -> Arc<Law> {
        let law = Arc::new(law);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = law.clone();
        law
    }

    /// The law of this version, which the transaction has just read; read again where the one in hand is another.
    pub async fn at(&self, tx: &mut Tx, version: i64) -> Result<Arc<Law>, DbError> {
        let law = self.in_hand();
        if law.version == version {
            return Ok(law);
        }
        Ok(self.keep(read(tx.connection()?).await?))
    }

    /// The law as the database has it now.
    pub async fn current(&self, pool: &Pool) -> Result<Arc<Law>, DbError> {
        let mut connection = pool.get().await?;
        let version: i64 = law_versions::table.select(law_versions::version).first(&mut connection).await?;
        let law = self.in_hand();
        if law.version == version {
            return Ok(law);
        }
        Ok(self.keep(read(&mut connection).await?))
    }
}

type RuleRow = (
    DeadlineCode,
    String,
    String,
    NaiveDate,
    Option<NaiveDate>,
    String,
    String,
    i32,
    Unit,
    bool,
    bool,
    bool,
    Option<String>,
    Confirmation,
);

fn rule(row: RuleRow) -> DeadlineRule {
    let (
        code,
        variant,
        regime,
        valid_from,
        valid_to,
        title_id,
        title_en,
        length,
        unit,
        pausable,
        roll,
        leave,
        basis,
        confirmation,
    ) = row;
    DeadlineRule {
        code,
        variant,
        regime: ElectionRegime::parse(&regime),
        valid_from,
        valid_to,
        title_id,
        title_en,
        length: length.unsigned_abs(),
        counting: Counting { unit, roll_forward: roll, collective_leave_counts: leave },
        pausable,
        basis,
        confirmation,
    }
}

/// Version first: rows newer than it only make the clocks be counted once more.
async fn read(connection: &mut AsyncPgConnection) -> Result<Law, DbError> {
    let version: i64 = law_versions::table.select(law_versions::version).first(connection).await?;
    let days: Vec<(NaiveDate, String, DayKind)> = calendar_days::table
        .select((calendar_days::date, calendar_days::region_code, calendar_days::kind))
        .load(connection)
        .await?;
    let official: Vec<i16> =
        calendar_years::table.filter(calendar_years::official).select(calendar_years::year).load(connection).await?;
    let zones: Vec<(String, String)> =
        time_zones::table.select((time_zones::region_code, time_zones::zone)).load(connection).await?;
    let rules: Vec<RuleRow> = deadline_rules::table
        .select((
            deadline_rules::code,
            deadline_rules::variant,
            deadline_rules::regime,
            deadline_rules::valid_from,
            deadline_rules::valid_to,
            deadline_rules::title_id,
            deadline_rules::title_en,
            deadline_rules::length,
            deadline_rules::unit,
            deadline_rules::pausable,
            deadline_rules::roll_forward,
            deadline_rules::collective_leave_counts,
            deadline_rules::basis,
            deadline_rules::confirmation,
        ))
        .load(connection)
        .await?;
    let zones: Result<Vec<(String, Tz)>, DbError> = zones
        .into_iter()
        .map(|(region, zone)| {
            let tz = zone.parse().map_err(|_| DbError::Unavailable(format!("unknown time zone {zone}")))?;
            Ok((region, tz))
        })
        .collect();
    let seats: Vec<(Uuid, Option<String>)> = agencies::table
        .filter(agencies::region_code.is_not_null())
        .select((agencies::id, agencies::region_code))
        .load(connection)
        .await?;
    let seats: HashMap<Uuid, String> = seats.into_iter().filter_map(|(id, region)| Some((id, region?))).collect();
    let calendar = Calendar::new(days, official.into_iter().map(i32::from), zones?);
    Ok(Law { version, calendar, rules: rules.into_iter().map(rule).collect(), seats })
}

const CALENDAR_DAYS: &str = include_str!("../../data/calendar_days.csv");
const CALENDAR_YEARS: &str = include_str!("../../data/calendar_years.csv");
const TIME_ZONES: &str = include_str!("../../data/time_zones.csv");

/// Rows that an administrator entered stay; those of the files follow the files. Where an agency sits is written here and not with
/// the rest of its row, since its deadlines go by it.
const LOAD: [(&str, &str); 6] = [
    (
        CALENDAR_DAYS,
        "DELETE FROM calendar_days d WHERE d.origin = 'file' AND NOT EXISTS (SELECT FROM jsonb_to_recordset($1) AS t (date date, region_code text) \
         WHERE t.date = d.date AND coalesce(t.region_code, '') = d.region_code)",
    ),
    (
        CALENDAR_DAYS,
        "INSERT INTO calendar_days (date, region_code, kind, name, decree, source, confirmation, origin) \
         SELECT date, coalesce(region_code, ''), kind, name, decree, source, confirmation, 'file' FROM jsonb_to_recordset($1) \
           AS t (date date, region_code text, kind text, name text, decree text, source text, confirmation text) \
         ON CONFLICT (date, region_code) DO UPDATE SET kind = excluded.kind, name = excluded.name, decree = excluded.decree, \
         source = excluded.source, confirmation = excluded.confirmation WHERE calendar_days.origin = 'file' \
         AND (calendar_days.kind, calendar_days.name, calendar_days.decree, calendar_days.source, calendar_days.confirmation) \
         IS DISTINCT FROM (excluded.kind, excluded.name, excluded.decree, excluded.source, excluded.confirmation)",
    ),
    (
        CALENDAR_YEARS,
        "INSERT INTO calendar_years (year, official, decree, source, confirmation, origin) \
         SELECT year, official, decree, source, confirmation, 'file' FROM jsonb_to_recordset($1) \
           AS t (year smallint, official boolean, decree text, source text, confirmation text) \
         ON CONFLICT (year) DO UPDATE SET official = excluded.official, decree = excluded.decree, source = excluded.source, \
         confirmation = excluded.confirmation WHERE calendar_years.origin = 'file' \
         AND (calendar_years.official, calendar_years.decree, calendar_years.source, calendar_years.confirmation) \
         IS DISTINCT FROM (excluded.official, excluded.decree, excluded.source, excluded.confirmation)",
    ),
    (
        TIME_ZONES,
        "INSERT INTO time_zones (region_code, zone) SELECT region_code, zone FROM jsonb_to_recordset($1) AS t (region_code text, zone text) \
         ON CONFLICT (region_code) DO UPDATE SET zone = excluded.zone WHERE time_zones.zone <> excluded.zone",
    ),
    (
        AGENCIES,
        "UPDATE agencies SET region_code = t.region_code FROM jsonb_to_recordset($1) AS t (code text, region_code text) \
         WHERE agencies.code = t.code AND agencies.region_code IS DISTINCT FROM t.region_code",
    ),
    (
        RULES_FILE,
        "INSERT INTO deadline_rules (code, variant, regime, valid_from, valid_to, title_id, title_en, starts, length, unit, pausable, \
           roll_forward, collective_leave_counts, basis, confirmation) \
         SELECT code, coalesce(variant, ''), regime, coalesce(valid_from, '1945-08-17'), valid_to, title_id, title_en, starts, length, unit, \
           pausable, roll_forward, collective_leave_counts, basis, confirmation FROM jsonb_to_recordset($1) AS t (code text, variant text, \
           regime text, valid_from date, valid_to date, title_id text, title_en text, starts text, length integer, unit text, pausable boolean, \
           roll_forward boolean, collective_leave_counts boolean, basis text, confirmation text) \
         ON CONFLICT (code, variant, regime, valid_from) DO UPDATE SET valid_to = excluded.valid_to, title_id = excluded.title_id, \
         title_en = excluded.title_en, starts = excluded.starts, length = excluded.length, unit = excluded.unit, pausable = excluded.pausable, \
         roll_forward = excluded.roll_forward, collective_leave_counts = excluded.collective_leave_counts, basis = excluded.basis, \
         confirmation = excluded.confirmation WHERE deadline_rules.* IS DISTINCT FROM excluded.*",
    ),
];

/// Brings calendar, zones, rules and seats of agencies to the files this program was built with, after the agencies themselves. Rules no longer in a file stay: clocks were counted
/// by them.
pub async fn load(tx: &mut Tx, at: DateTime<Utc>) -> Result<(), DbError> {
    let mut touched = 0;
    for (file, statement) in LOAD {
        let rows = super::reference::rows(file)
            .map_err(|error| DbError::Unavailable(format!("the calendar cannot be read: {error}")))?;
        touched += diesel::sql_query(statement).bind::<sql::Jsonb, _>(rows).execute(tx.connection()?).await?;
    }
    if touched > 0 { calendar::files_loaded(tx, at).await } else { Ok(()) }
}

/// Years through which clocks that are not settled were counted provisionally.
pub async fn provisional_years(pool: &Pool) -> Result<BTreeSet<i32>, DbError> {
    #[derive(QueryableByName)]
    struct Span {
        #[diesel(sql_type = sql::Date)]
        first: NaiveDate,
        #[diesel(sql_type = sql::Date)]
        last: NaiveDate,
    }
    let mut connection = pool.get().await?;
    let spans: Vec<Span> = diesel::sql_query(
        "SELECT DISTINCT date_trunc('year', counted_from)::date AS first, date_trunc('year', due_at AT TIME ZONE 'Asia/Jakarta')::date AS last \
         FROM deadlines WHERE settled_at IS NULL AND provisional AND due_at IS NOT NULL",
    )
    .load(&mut connection)
    .await?;
    Ok(spans.iter().flat_map(|span| span.first.year()..=span.last.year()).collect())
}
