//! Reference data: loaded from the files the program was built with, and looked up by code.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::case::Category;
use crate::schema::{agencies, regions, sanctions, violation_forms};

const REGIONS: &str = include_str!("../../data/regions.csv");
const AGENCIES: &str = include_str!("../../data/agencies.csv");
const VIOLATION_FORMS: &str = include_str!("../../data/violation_forms.csv");
const SANCTIONS: &str = include_str!("../../data/sanctions.csv");
const RETENTION_POLICIES: &str = include_str!("../../data/retention_policies.csv");

/// One file as a JSON array of rows; an empty cell is null.
pub(super) fn rows(csv: &str) -> Result<serde_json::Value, csv::Error> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers()?.clone();
    let mut rows = Vec::new();
    for (ordinal, record) in reader.records().enumerate() {
        let record = record?;
        let mut row: serde_json::Map<String, serde_json::Value> = headers
            .iter()
            .zip(record.iter())
            .map(|(name, cell)| (name.to_owned(), if cell.is_empty() { serde_json::Value::Null } else { cell.into() }))
            .collect();
        row.insert("ordinal".to_owned(), ordinal.into());
        rows.push(row.into());
    }
    Ok(serde_json::Value::Array(rows))
}

const AGENCY_ROLES: &str = include_str!("../../data/agency_roles.csv");
const AGENCY_REGIONS: &str = include_str!("../../data/agency_regions.csv");

const LOAD: [(&str, &str); 8] = [
    (
        REGIONS,
        "INSERT INTO regions (code, name, kind, parent_code) SELECT code, name, kind, parent_code \
         FROM jsonb_to_recordset($1) AS t (code text, name text, kind text, parent_code text) \
         ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, parent_code = excluded.parent_code \
         WHERE (regions.name, regions.kind, regions.parent_code) IS DISTINCT FROM (excluded.name, excluded.kind, excluded.parent_code)",
    ),
    (
        AGENCIES,
        "INSERT INTO agencies (id, code, name, kind, region_code, valid_from, valid_to) \
         SELECT gen_random_uuid(), code, name, kind, region_code, valid_from, valid_to \
         FROM jsonb_to_recordset($1) AS t (code text, name text, kind text, region_code text, valid_from date, valid_to date) \
         ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, region_code = excluded.region_code, \
         valid_from = excluded.valid_from, valid_to = excluded.valid_to \
         WHERE (agencies.name, agencies.kind, agencies.region_code, agencies.valid_from, agencies.valid_to) \
         IS DISTINCT FROM (excluded.name, excluded.kind, excluded.region_code, excluded.valid_from, excluded.valid_to)",
    ),
    (
        AGENCIES,
        "UPDATE agencies SET parent_id = parent.id FROM jsonb_to_recordset($1) AS t (code text, parent_code text) \
         JOIN agencies parent ON parent.code = t.parent_code WHERE agencies.code = t.code AND agencies.parent_id IS DISTINCT FROM parent.id",
    ),
    (
        AGENCY_ROLES,
        "INSERT INTO agency_roles (agency_kind, role, valid_from, valid_to) SELECT agency_kind, role, valid_from, valid_to \
         FROM jsonb_to_recordset($1) AS t (agency_kind text, role text, valid_from date, valid_to date) \
         ON CONFLICT (agency_kind, role, valid_from) DO UPDATE SET valid_to = excluded.valid_to \
         WHERE agency_roles.valid_to IS DISTINCT FROM excluded.valid_to",
    ),
    (
        AGENCY_REGIONS,
        "INSERT INTO agency_regions (agency_id, region_code, valid_from, valid_to) \
         SELECT a.id, t.region_code, coalesce(t.valid_from, '1945-08-17'), t.valid_to \
         FROM jsonb_to_recordset($1) AS t (agency_code text, region_code text, valid_from date, valid_to date) \
         JOIN agencies a ON a.code = t.agency_code \
         ON CONFLICT (agency_id, region_code, valid_from) DO UPDATE SET valid_to = excluded.valid_to \
         WHERE agency_regions.valid_to IS DISTINCT FROM excluded.valid_to",
    ),
    (
        VIOLATION_FORMS,
        "INSERT INTO violation_forms (code, category, title_id, title_en, valid_from, valid_to) \
         SELECT code, category, title_id, title_en, coalesce(valid_from, '1945-08-17'), valid_to \
         FROM jsonb_to_recordset($1) AS t (code text, category text, title_id text, title_en text, valid_from date, valid_to date) \
         ON CONFLICT (code, valid_from) DO UPDATE SET category = excluded.category, title_id = excluded.title_id, \
         title_en = excluded.title_en, valid_to = excluded.valid_to \
         WHERE (violation_forms.category, violation_forms.title_id, violation_forms.title_en, violation_forms.valid_to) \
         IS DISTINCT FROM (excluded.category, excluded.title_id, excluded.title_en, excluded.valid_to)",
    ),
    (
        SANCTIONS,
        "INSERT INTO sanctions (code, category, level, weight, title_id, title_en, valid_from, valid_to) \
         SELECT code, category, level, (CASE level WHEN 'moral' THEN 0 WHEN 'light' THEN 100 WHEN 'medium' THEN 200 WHEN 'heavy' THEN 300 ELSE 400 END) \
           + ordinal, title_id, title_en, coalesce(valid_from, '1945-08-17'), valid_to \
         FROM jsonb_to_recordset($1) AS t (code text, category text, level text, ordinal smallint, title_id text, title_en text, valid_from date, valid_to date) \
         ON CONFLICT (code, valid_from) DO UPDATE SET category = excluded.category, level = excluded.level, weight = excluded.weight, \
         title_id = excluded.title_id, title_en = excluded.title_en, valid_to = excluded.valid_to \
         WHERE (sanctions.category, sanctions.level, sanctions.weight, sanctions.title_id, sanctions.title_en, sanctions.valid_to) \
         IS DISTINCT FROM (excluded.category, excluded.level, excluded.weight, excluded.title_id, excluded.title_en, excluded.valid_to)",
    ),
    (
        RETENTION_POLICIES,
        "INSERT INTO retention_policies (closure_reason, years, basis, valid_from, valid_to) \
         SELECT closure_reason, years, basis, coalesce(valid_from, '1945-08-17'), valid_to \
         FROM jsonb_to_recordset($1) AS t (closure_reason text, years smallint, basis text, valid_from date, valid_to date) \
         ON CONFLICT (closure_reason, valid_from) DO UPDATE SET years = excluded.years, basis = excluded.basis, valid_to = excluded.valid_to \
         WHERE (retention_policies.years, retention_policies.basis, retention_policies.valid_to) \
         IS DISTINCT FROM (excluded.years, excluded.basis, excluded.valid_to)",
    ),
];

/// Brings the reference tables to the files this program was built with; what is right already is not written again.
/// Rows no longer in a file stay: cases refer to them.
pub async fn load(tx: &mut Tx) -> Result<(), DbError> {
    for (file, statement) in LOAD {
        let rows =
            rows(file).map_err(|error| DbError::Unavailable(format!("reference data cannot be read: {error}")))?;
        diesel::sql_query(statement).bind::<sql_types::Jsonb, _>(rows).execute(tx.connection()?).await?;
    }
    Ok(())
}

/// Codes of all regions.
pub async fn region_codes(pool: &Pool) -> Result<HashSet<String>, DbError> {
    let mut connection = pool.get().await?;
    let codes: Vec<String> = regions::table.select(regions::code).load(&mut connection).await?;
    Ok(codes.into_iter().collect())
}

/// The agency with this code, if it exists on this day.
pub async fn agency(tx: &mut Tx, code: &str, today: NaiveDate) -> Result<Option<Uuid>, DbError> {
    Ok(agencies::table
        .filter(agencies::code.eq(code))
        .filter(agencies::valid_from.is_null().or(agencies::valid_from.le(today)))
        .filter(agencies::valid_to.is_null().or(agencies::valid_to.gt(today)))
        .select(agencies::id)
        .first(tx.connection()?)
        .await
        .optional()?)
}

#[derive(QueryableByName)]
struct Holds {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    holds: bool,
}

/// Whether one agency stands above another in the tree of agencies, or is BKN, which supervises all of them.
pub async fn stands_above(tx: &mut Tx, one: Uuid, other: Uuid) -> Result<bool, DbError> {
    let row: Holds = diesel::sql_query(
        "WITH RECURSIVE above AS (SELECT parent_id FROM agencies WHERE id = $2 \
           UNION SELECT a.parent_id FROM agencies a JOIN above ON a.id = above.parent_id) \
         SELECT $1 <> $2 AND (EXISTS (SELECT FROM above WHERE parent_id = $1) OR EXISTS (SELECT FROM agencies WHERE id = $1 AND kind = 'bkn')) AS holds",
    )
    .bind::<diesel::sql_types::Uuid, _>(one)
    .bind::<diesel::sql_types::Uuid, _>(other)
    .get_result(tx.connection()?)
    .await?;
    Ok(row.holds)
}

/// Whether an agency is another one or stands below it in the tree.
pub async fn stands_within(tx: &mut Tx, agency: Uuid, other: Uuid) -> Result<bool, DbError> {
    let within = "WITH RECURSIVE up AS (SELECT id, parent_id FROM agencies WHERE id = $1 \
        UNION SELECT a.id, a.parent_id FROM agencies a JOIN up ON a.id = up.parent_id) \
        SELECT EXISTS (SELECT FROM up WHERE id = $2) AS holds";
    let row: Holds = diesel::sql_query(within)
        .bind::<diesel::sql_types::Uuid, _>(agency)
        .bind::<diesel::sql_types::Uuid, _>(other)
        .get_result(tx.connection()?)
        .await?;
    Ok(row.holds)
}

/// Whether a seat of this role may be at the agency on this day, and whether the agency covers the region.
pub async fn seat_fits(
    tx: &mut Tx,
    agency: Uuid,
    role: &str,
    region: &str,
    today: NaiveDate,
) -> Result<(bool, bool), DbError> {
    #[derive(QueryableByName)]
    struct Fits {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        role: bool,
        #[diesel(sql_type = diesel::sql_types::Bool)]
        region: bool,
    }
    let fits: Fits = diesel::sql_query(
        "SELECT EXISTS (SELECT FROM agency_roles r WHERE r.agency_kind = a.kind AND r.role = $2 AND r.valid_from <= $4 \
             AND (r.valid_to IS NULL OR r.valid_to > $4)) AS role, \
           ($3 = '' OR EXISTS (SELECT FROM regions WHERE code = $3)) AND CASE WHEN a.region_code IS NOT NULL \
             THEN $3 = a.region_code OR starts_with($3, a.region_code || '.') \
             WHEN EXISTS (SELECT FROM agency_regions c WHERE c.agency_id = a.id) THEN EXISTS (SELECT FROM agency_regions c \
               WHERE c.agency_id = a.id AND c.valid_from <= $4 AND (c.valid_to IS NULL OR c.valid_to > $4) \
               AND ($3 = c.region_code OR starts_with($3, c.region_code || '.'))) \
             ELSE true END AS region FROM agencies a WHERE a.id = $1",
    )
    .bind::<diesel::sql_types::Uuid, _>(agency)
    .bind::<diesel::sql_types::Text, _>(role)
    .bind::<diesel::sql_types::Text, _>(region)
    .bind::<diesel::sql_types::Date, _>(today)
    .get_result(tx.connection()?)
    .await?;
    Ok((fits.role, fits.region))
}

/// Codes of all agencies by key, those that no longer exist included.
pub async fn agency_codes(pool: &Pool) -> Result<HashMap<Uuid, String>, DbError> {
    let mut connection = pool.get().await?;
    let codes: Vec<(Uuid, String)> =
        agencies::table.select((agencies::id, agencies::code)).load(&mut connection).await?;
    Ok(codes.into_iter().collect())
}

/// Category and weight of a sanction of the catalogue valid on this day.
pub async fn sanction(tx: &mut Tx, code: &str, today: NaiveDate) -> Result<Option<(Category, i16)>, DbError> {
    Ok(sanctions::table
        .filter(sanctions::code.eq(code).and(sanctions::valid_from.le(today)))
        .filter(sanctions::valid_to.is_null().or(sanctions::valid_to.gt(today)))
        .select((sanctions::category, sanctions::weight))
        .first(tx.connection()?)
        .await
        .optional()?)
}

/// Category of a form of violation of the catalogue valid on this day.
pub async fn violation_form(tx: &mut Tx, code: &str, today: NaiveDate) -> Result<Option<Category>, DbError> {
    Ok(violation_forms::table
        .filter(violation_forms::code.eq(code).and(violation_forms::valid_from.le(today)))
        .filter(violation_forms::valid_to.is_null().or(violation_forms::valid_to.gt(today)))
        .select(violation_forms::category)
        .first(tx.connection()?)
        .await
        .optional()?)
}
