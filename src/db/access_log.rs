//! The trace as the privacy officer reads it: entries by filter, and the flags that unusual reading raises. Entries are
//! written in `access`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::access::{Shown, Untraced};
use super::exclusions::OpenTo;
use super::{DbError, Pool, Tx};
use crate::domain::access::{FlagKind, Operation, Usual};
use crate::domain::actor::Officer;
use crate::domain::case::Case;
use crate::schema::{access_entries, access_flags, cases};

/// One entry, with the number of its case as long as there is one. Nothing of the case's content.
#[derive(Clone, Debug, Queryable)]
pub struct AccessEntry {
    /// Key.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub officer_id: Uuid,
    /// Through which seat.
    pub seat_id: Uuid,
    /// Its role at that moment.
    pub role: String,
    /// Its agency at that moment.
    pub agency_id: Uuid,
    /// Id of the operation.
    pub operation: String,
    /// Why, where the operation asks for a reason.
    pub purpose: Option<String>,
    /// Outside the agency of the seat.
    pub outside_agency: bool,
    /// Number of the case shown.
    pub case_number: Option<String>,
}

/// What a list of entries is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    /// Of this officer.
    pub officer_id: Option<Uuid>,
    /// Of the case with this number.
    pub case_number: Option<String>,
    /// Through this operation.
    pub operation: Option<Operation>,
    /// At or after.
    pub since: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
    /// Outside the agency of the seat, or not.
    pub outside_agency: Option<bool>,
    /// Older than this entry, by key.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

impl Shown for Vec<AccessEntry> {
    fn case(&self) -> Option<&Case> {
        None
    }
}

impl Shown for Vec<AccessFlag> {
    fn case(&self) -> Option<&Case> {
        None
    }
}

/// Entries, newest first; who looked at a case hidden from who asks is left out.
pub async fn page(pool: &Pool, by: &Officer, filter: &EntryFilter) -> Result<Untraced<Vec<AccessEntry>>, DbError> {
    let mut connection = pool.get().await?;
    let mut query = access_entries::table
        .left_join(cases::table.on(access_entries::case_id.eq(cases::id.nullable())))
        .filter(OpenTo { officer: by, column: "access_entries.case_id" })
        .order(access_entries::id.desc())
        .limit(filter.limit)
        .select((
            access_entries::id,
            access_entries::at,
            access_entries::officer_id,
            access_entries::seat_id,
            access_entries::role,
            access_entries::agency_id,
            access_entries::operation,
            access_entries::purpose,
            access_entries::outside_agency,
            cases::case_number.nullable(),
        ))
        .into_boxed();
    if let Some(officer) = filter.officer_id {
        query = query.filter(access_entries::officer_id.eq(officer));
    }
    if let Some(number) = &filter.case_number {
        query = query.filter(cases::case_number.eq(number));
    }
    if let Some(operation) = filter.operation {
        query = query.filter(access_entries::operation.eq(operation));
    }
    if let Some(since) = filter.since {
        query = query.filter(access_entries::at.ge(since));
    }
    if let Some(until) = filter.until {
        query = query.filter(access_entries::at.lt(until));
    }
    if let Some(outside) = filter.outside_agency {
        query = query.filter(access_entries::outside_agency.eq(outside));
    }
    if let Some(before) = filter.before {
        query = query.filter(access_entries::id.lt(before));
    }
    Ok(Untraced(query.load(&mut connection).await?))
}

/// One flag.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = access_flags)]
pub struct AccessFlag {
    /// Key.
    pub id: i64,
    /// Whose reading.
    pub officer_id: Uuid,
    /// What is unusual.
    pub kind: FlagKind,
    /// Beginning of the hour.
    pub window_start: DateTime<Utc>,
    /// Different cases shown within it.
    pub cases: i64,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Who reviewed it.
    pub reviewed_by: Option<Uuid>,
    /// When.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// What was found.
    pub note: Option<String>,
}

/// Raises flags for the hours that began at `since` or later, once for an officer, a kind and an hour however many ask
/// at once; one that nobody has reviewed follows the count. Answers how many are new.
pub async fn raise_flags(
    pool: &Pool,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    usual: &Usual,
) -> Result<usize, DbError> {
    let mut connection = pool.get().await?;
    let raised: Vec<Raised> = diesel::sql_query(
        "WITH hours AS (SELECT officer_id, date_trunc('hour', at, 'UTC') AS began, count(DISTINCT case_id) AS cases, \
           count(DISTINCT case_id) FILTER (WHERE outside_agency) AS outside \
         FROM access_entries WHERE at >= $1 AND case_id IS NOT NULL GROUP BY 1, 2), \
         over AS (SELECT officer_id, $3::text AS kind, began, cases FROM hours WHERE cases > $4 \
           UNION ALL SELECT officer_id, $5, began, outside FROM hours WHERE outside > $6) \
         INSERT INTO access_flags (officer_id, kind, window_start, cases, raised_at) SELECT officer_id, kind, began, cases, $2 FROM over \
         ON CONFLICT (officer_id, kind, window_start) DO UPDATE SET cases = EXCLUDED.cases \
           WHERE access_flags.cases < EXCLUDED.cases AND access_flags.reviewed_at IS NULL \
         RETURNING raised_at = $2 AND xmax = 0 AS new",
    )
    .bind::<sql::Timestamptz, _>(since)
    .bind::<sql::Timestamptz, _>(now)
    .bind::<sql::Text, _>(FlagKind::ManyCases)
    .bind::<sql::BigInt, _>(i64::from(usual.of(FlagKind::ManyCases)))
    .bind::<sql::Text, _>(FlagKind::ManyOutsideAgency)
    .bind::<sql::BigInt, _>(i64::from(usual.of(FlagKind::ManyOutsideAgency)))
    .load(&mut connection)
    .await?;
    Ok(raised.iter().filter(|raised| raised.new).count())
}

#[derive(QueryableByName)]
struct Raised {
    #[diesel(sql_type = sql::Bool)]
    new: bool,
}

/// Flags, newest first; those that wait for a review, or all.
pub async fn flags(
    pool: &Pool,
    reviewed: Option<bool>,
    before: Option<i64>,
    limit: i64,
) -> Result<Untraced<Vec<AccessFlag>>, DbError> {
    let mut connection = pool.get().await?;
    let mut query =
        access_flags::table.order(access_flags::id.desc()).limit(limit).select(AccessFlag::as_select()).into_boxed();
    query = match reviewed {
        Some(true) => query.filter(access_flags::reviewed_at.is_not_null()),
        Some(false) => query.filter(access_flags::reviewed_at.is_null()),
        None => query,
    };
    if let Some(before) = before {
        query = query.filter(access_flags::id.lt(before));
    }
    Ok(Untraced(query.load(&mut connection).await?))
}

/// Locks one flag.
pub async fn lock_flag(tx: &mut Tx, id: i64) -> Result<Option<AccessFlag>, DbError> {
    Ok(access_flags::table
        .find(id)
        .for_update()
        .select(AccessFlag::as_select())
        .first(tx.connection()?)
        .await
        .optional()?)
}

/// Writes what the privacy officer found.
pub async fn review_flag(tx: &mut Tx, id: i64, by: Uuid, at: DateTime<Utc>, note: &str) -> Result<AccessFlag, DbError> {
    Ok(diesel::update(access_flags::table.find(id))
        .set((
            access_flags::reviewed_by.eq(Some(by)),
            access_flags::reviewed_at.eq(Some(at)),
            access_flags::note.eq(Some(note)),
        ))
        .returning(AccessFlag::as_returning())
        .get_result(tx.connection()?)
        .await?)
}
