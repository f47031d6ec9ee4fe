//! Reference data: loaded from the files the program was built with, and looked up by code.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::actor::Role;
use crate::domain::case::Category;
use crate::domain::event::sha256;
use crate::domain::frozen::FrozenForm;
use crate::domain::guards::ReceivingBody;
use crate::schema::{agencies, agency_roles, reference_loads, regions, sanctions, transfer_bodies, violation_forms};

const REGIONS: &str = include_str!("../../data/regions.csv");
pub(super) const AGENCIES: &str = include_str!("../../data/agencies.csv");
const VIOLATION_FORMS: &str = include_str!("../../data/violation_forms.csv");
const SANCTIONS: &str = include_str!("../../data/sanctions.csv");
const RETENTION_POLICIES: &str = include_str!("../../data/retention_policies.csv");
const SANCTION_AUTHORITIES: &str = include_str!("../../data/sanction_authorities.csv");
const TRANSFER_BODIES: &str = include_str!("../../data/transfer_bodies.csv");
const ELECTION_EVENTS: &str = include_str!("../../data/election_events.csv");

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

const AGENCY_KINDS: &str = include_str!("../../data/agency_kinds.csv");
const AGENCY_ROLES: &str = include_str!("../../data/agency_roles.csv");
const AGENCY_REGIONS: &str = include_str!("../../data/agency_regions.csv");

/// Name, file and statement of each load, but for where agencies sit, which belongs to the law. Changed either, it is done again at the next start.
const LOAD: [(&str, &str, &str); 12] = [
    (
        "regions",
        REGIONS,
        "INSERT INTO regions (code, name, kind, parent_code, autonomous, decree, valid_from, valid_to, source) \
         SELECT code, name, kind, parent_code, autonomous, decree, valid_from, valid_to, source FROM jsonb_to_recordset($1) \
         AS t (code text, name text, kind text, parent_code text, autonomous boolean, decree text, valid_from date, valid_to date, source text) \
         ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, parent_code = excluded.parent_code, \
         autonomous = excluded.autonomous, decree = excluded.decree, valid_from = excluded.valid_from, valid_to = excluded.valid_to, source = excluded.source",
    ),
    (
        "agency_kinds",
        AGENCY_KINDS,
        "INSERT INTO agency_kinds (code, title_id, title_en) SELECT code, title_id, title_en \
         FROM jsonb_to_recordset($1) AS t (code text, title_id text, title_en text) \
         ON CONFLICT (code) DO UPDATE SET title_id = excluded.title_id, title_en = excluded.title_en",
    ),
    (
        "agencies",
        AGENCIES,
        "INSERT INTO agencies (id, code, name, kind, valid_from, valid_to, work_id, work_en, confirmation, source) \
         SELECT gen_random_uuid(), code, name, kind, valid_from, valid_to, work_id, work_en, confirmation, source \
         FROM jsonb_to_recordset($1) AS t (code text, name text, kind text, valid_from date, valid_to date, \
           work_id text, work_en text, confirmation text, source text) \
         ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, \
         valid_from = excluded.valid_from, valid_to = excluded.valid_to, work_id = excluded.work_id, work_en = excluded.work_en, \
         confirmation = excluded.confirmation, source = excluded.source",
    ),
    (
        "agency_parents",
        AGENCIES,
        "UPDATE agencies SET parent_id = parent.id FROM jsonb_to_recordset($1) AS t (code text, parent_code text) \
         JOIN agencies parent ON parent.code = t.parent_code WHERE agencies.code = t.code AND agencies.parent_id IS DISTINCT FROM parent.id",
    ),
    (
        "agency_roles",
        AGENCY_ROLES,
        "INSERT INTO agency_roles (agency_kind, role, valid_from, valid_to) SELECT agency_kind, role, valid_from, valid_to \
         FROM jsonb_to_recordset($1) AS t (agency_kind text, role text, valid_from date, valid_to date) \
         ON CONFLICT (agency_kind, role, valid_from) DO UPDATE SET valid_to = excluded.valid_to",
    ),
    (
        "agency_regions",
        AGENCY_REGIONS,
        "INSERT INTO agency_regions (agency_id, region_code, valid_from, valid_to) \
         SELECT a.id, t.region_code, coalesce(t.valid_from, '1945-08-17'), t.valid_to \
         FROM jsonb_to_recordset($1) AS t (agency_code text, region_code text, valid_from date, valid_to date) \
         JOIN agencies a ON a.code = t.agency_code \
         ON CONFLICT (agency_id, region_code, valid_from) DO UPDATE SET valid_to = excluded.valid_to",
    ),
    (
        "violation_forms",
        VIOLATION_FORMS,
        "INSERT INTO violation_forms (code, category, title_id, title_en, phase_hint, norm_refs, level, sanction_codes, source_decree, \
           valid_from, valid_to, confirmation, note_id, note_en) \
         SELECT code, category, title_id, title_en, phase_hint, coalesce(string_to_array(norm_refs, ';'), '{}'), level, \
           coalesce(string_to_array(sanction_codes, ';'), '{}'), source_decree, coalesce(valid_from, '1945-08-17'), valid_to, confirmation, note_id, note_en \
         FROM jsonb_to_recordset($1) AS t (code text, category text, title_id text, title_en text, phase_hint text, norm_refs text, \
           level text, sanction_codes text, source_decree text, valid_from date, valid_to date, confirmation text, note_id text, note_en text) \
         ON CONFLICT (code, valid_from) DO UPDATE SET category = excluded.category, title_id = excluded.title_id, title_en = excluded.title_en, \
         phase_hint = excluded.phase_hint, norm_refs = excluded.norm_refs, level = excluded.level, sanction_codes = excluded.sanction_codes, \
         source_decree = excluded.source_decree, valid_to = excluded.valid_to, confirmation = excluded.confirmation, note_id = excluded.note_id, note_en = excluded.note_en",
    ),
    (
        "sanctions",
        SANCTIONS,
        "INSERT INTO sanctions (code, category, level, weight, title_id, title_en, months, applies_to, remedy, basis, valid_from, valid_to, confirmation, note_id, note_en) \
         SELECT code, category, level, (CASE level WHEN 'moral' THEN 0 WHEN 'light' THEN 100 WHEN 'medium' THEN 200 WHEN 'heavy' THEN 300 ELSE 400 END) \
           + ordinal, title_id, title_en, months, applies_to, remedy, basis, coalesce(valid_from, '1945-08-17'), valid_to, confirmation, note_id, note_en \
         FROM jsonb_to_recordset($1) AS t (code text, category text, level text, ordinal smallint, title_id text, title_en text, months smallint, \
           applies_to text, remedy text, basis text, valid_from date, valid_to date, confirmation text, note_id text, note_en text) \
         ON CONFLICT (code, valid_from) DO UPDATE SET category = excluded.category, level = excluded.level, weight = excluded.weight, \
         title_id = excluded.title_id, title_en = excluded.title_en, months = excluded.months, applies_to = excluded.applies_to, remedy = excluded.remedy, \
         basis = excluded.basis, valid_to = excluded.valid_to, confirmation = excluded.confirmation, note_id = excluded.note_id, note_en = excluded.note_en",
    ),
    (
        "sanction_authorities",
        SANCTION_AUTHORITIES,
        "INSERT INTO sanction_authorities (authority, position_level, valid_from, valid_to, sanction_codes, basis, confirmation) \
         SELECT authority, position_level, coalesce(valid_from, '1945-08-17'), valid_to, string_to_array(sanction_codes, ';'), basis, confirmation \
         FROM jsonb_to_recordset($1) AS t (authority text, position_level text, valid_from date, valid_to date, sanction_codes text, basis text, confirmation text) \
         ON CONFLICT (authority, position_level, valid_from) DO UPDATE SET valid_to = excluded.valid_to, sanction_codes = excluded.sanction_codes, \
         basis = excluded.basis, confirmation = excluded.confirmation \
         WHERE (sanction_authorities.valid_to, sanction_authorities.sanction_codes, sanction_authorities.basis, sanction_authorities.confirmation) \
         IS DISTINCT FROM (excluded.valid_to, excluded.sanction_codes, excluded.basis, excluded.confirmation)",
    ),
    (
        "transfer_bodies",
        TRANSFER_BODIES,
        "INSERT INTO transfer_bodies (code, title_id, title_en, matter_id, matter_en, valid_from, valid_to, confirmation, note_id, note_en) \
         SELECT code, title_id, title_en, matter_id, matter_en, coalesce(valid_from, '1945-08-17'), valid_to, confirmation, note_id, note_en \
         FROM jsonb_to_recordset($1) AS t (code text, title_id text, title_en text, matter_id text, matter_en text, valid_from date, \
           valid_to date, confirmation text, note_id text, note_en text) \
         ON CONFLICT (code, valid_from) DO UPDATE SET title_id = excluded.title_id, title_en = excluded.title_en, \
         matter_id = excluded.matter_id, matter_en = excluded.matter_en, valid_to = excluded.valid_to, \
         confirmation = excluded.confirmation, note_id = excluded.note_id, note_en = excluded.note_en",
    ),
    (
        "election_events",
        ELECTION_EVENTS,
        "INSERT INTO election_events (code, regime, region_codes, title_id, title_en, valid_from, candidate_determination_date, \
           campaign_from, campaign_to, quiet_from, quiet_to, voting_day, valid_to, confirmation, source, note_id, note_en) \
         SELECT code, regime, coalesce(string_to_array(region_codes, ';'), '{}'), title_id, title_en, valid_from, candidate_determination_date, \
           campaign_from, campaign_to, quiet_from, quiet_to, voting_day, valid_to, confirmation, source, note_id, note_en \
         FROM jsonb_to_recordset($1) AS t (code text, regime text, region_codes text, title_id text, title_en text, valid_from date, \
           candidate_determination_date date, campaign_from date, campaign_to date, quiet_from date, quiet_to date, voting_day date, \
           valid_to date, confirmation text, source text, note_id text, note_en text) \
         ON CONFLICT (code, valid_from) DO UPDATE SET regime = excluded.regime, region_codes = excluded.region_codes, \
         title_id = excluded.title_id, title_en = excluded.title_en, candidate_determination_date = excluded.candidate_determination_date, \
         campaign_from = excluded.campaign_from, campaign_to = excluded.campaign_to, quiet_from = excluded.quiet_from, \
         quiet_to = excluded.quiet_to, voting_day = excluded.voting_day, valid_to = excluded.valid_to, \
         confirmation = excluded.confirmation, source = excluded.source, note_id = excluded.note_id, note_en = excluded.note_en",
    ),
    (
        "retention_policies",
        RETENTION_POLICIES,
        "INSERT INTO retention_policies (closure_reason, years, basis, confirmation, valid_from, valid_to) \
         SELECT closure_reason, years, basis, confirmation, coalesce(valid_from, '1945-08-17'), valid_to \
         FROM jsonb_to_recordset($1) AS t (closure_reason text, years smallint, basis text, confirmation text, valid_from date, valid_to date) \
         ON CONFLICT (closure_reason, valid_from) DO UPDATE SET years = excluded.years, basis = excluded.basis, \
         confirmation = excluded.confirmation, valid_to = excluded.valid_to",
    ),
];

/// Brings the reference tables to the files this program was built with. What was last filled from the same file is left
/// alone, so that a start costs one look. Rows no longer in a file stay: cases refer to them.
pub async fn load(tx: &mut Tx) -> Result<(), DbError> {
    let known: Vec<(String, Vec<u8>)> = reference_loads::table
        .select((reference_loads::name, reference_loads::checksum))
        .load(tx.connection()?)
        .await?;
    let known: HashMap<String, Vec<u8>> = known.into_iter().collect();
    for (name, file, statement) in LOAD {
        let checksum = sha256(&[statement.as_bytes(), file.as_bytes()]);
        if known.get(name).is_some_and(|known| *known == checksum) {
            continue;
        }
        let rows =
            rows(file).map_err(|error| DbError::Unavailable(format!("reference data cannot be read: {error}")))?;
        diesel::sql_query(statement).bind::<sql_types::Jsonb, _>(rows).execute(tx.connection()?).await?;
        let loaded =
            (reference_loads::checksum.eq(checksum.as_slice()), reference_loads::loaded_at.eq(diesel::dsl::now));
        diesel::insert_into(reference_loads::table)
            .values((reference_loads::name.eq(name), loaded))
            .on_conflict(reference_loads::name)
            .do_update()
            .set(loaded)
            .execute(tx.connection()?)
            .await?;
    }
    Ok(())
}

/// Codes of the regions that cases and seats are bound to: all but districts.
pub async fn region_codes(pool: &Pool) -> Result<HashSet<String>, DbError> {
    let mut connection = pool.get().await?;
    let codes: Vec<String> =
        regions::table.filter(regions::kind.ne("district")).select(regions::code).load(&mut connection).await?;
    Ok(codes.into_iter().collect())
}

/// The agency with this code on this day.
macro_rules! agency_on {
    ($code:ident, $today:ident) => {
        agencies::table
            .filter(agencies::code.eq($code))
            .filter(agencies::valid_from.is_null().or(agencies::valid_from.le($today)))
            .filter(agencies::valid_to.is_null().or(agencies::valid_to.gt($today)))
    };
}

/// The agency with this code, and whether officers of this role work there, both on this day.
pub async fn agency_with(
    tx: &mut Tx,
    code: &str,
    role: Role,
    today: NaiveDate,
) -> Result<Option<(Uuid, bool)>, DbError> {
    let works = agency_roles::table
        .filter(agency_roles::agency_kind.eq(agencies::kind).and(agency_roles::role.eq(role)))
        .filter(agency_roles::valid_from.le(today))
        .filter(agency_roles::valid_to.is_null().or(agency_roles::valid_to.gt(today)));
    Ok(agency_on!(code, today)
        .select((agencies::id, diesel::dsl::exists(works)))
        .first(tx.connection()?)
        .await
        .optional()?)
}

/// The agency with this code, if it exists on this day.
pub async fn agency(tx: &mut Tx, code: &str, today: NaiveDate) -> Result<Option<Uuid>, DbError> {
    Ok(agency_on!(code, today).select(agencies::id).first(tx.connection()?).await.optional()?)
}

/// The body cases are passed on to with this code, if it is one on this day.
pub async fn transfer_body(tx: &mut Tx, code: &str, today: NaiveDate) -> Result<Option<ReceivingBody>, DbError> {
    let words =
        (transfer_bodies::title_id, transfer_bodies::title_en, transfer_bodies::matter_id, transfer_bodies::matter_en);
    let found: Option<(String, String, String, String)> = transfer_bodies::table
        .filter(transfer_bodies::code.eq(code))
        .filter(transfer_bodies::valid_from.le(today))
        .filter(transfer_bodies::valid_to.is_null().or(transfer_bodies::valid_to.gt(today)))
        .select(words)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(found.map(|(title_id, title_en, matter_id, matter_en)| ReceivingBody {
        title_id,
        title_en,
        matter_id,
        matter_en,
    }))
}

#[derive(QueryableByName)]
struct Holds {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    holds: bool,
}

/// Whether one agency stands above another in the tree of agencies, or is BKN, which supervises all of them. Above one that
/// is not known only BKN is sure to stand.
pub async fn stands_above(tx: &mut Tx, one: Uuid, other: Option<Uuid>) -> Result<bool, DbError> {
    let row: Holds = diesel::sql_query(
        "WITH RECURSIVE above AS (SELECT parent_id FROM agencies WHERE id = $2 \
           UNION SELECT a.parent_id FROM agencies a JOIN above ON a.id = above.parent_id) \
         SELECT $1 IS DISTINCT FROM $2 AND (EXISTS (SELECT FROM above WHERE parent_id = $1) OR EXISTS (SELECT FROM agencies WHERE id = $1 AND kind = 'bkn')) AS holds",
    )
    .bind::<diesel::sql_types::Uuid, _>(one)
    .bind::<diesel::sql_types::Nullable<diesel::sql_types::Uuid>, _>(other)
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

/// Whether a seat may be at an agency.
#[derive(QueryableByName)]
pub struct SeatFits {
    /// That kind of agency has the role on this day.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub role: bool,
    /// The agency covers the region.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub region: bool,
    /// The region is all the agency covers.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub whole: bool,
}

/// Whether a seat of this role may be at the agency on this day, for this region.
pub async fn seat_fits(
    tx: &mut Tx,
    agency: Uuid,
    role: &str,
    region: &str,
    today: NaiveDate,
) -> Result<SeatFits, DbError> {
    Ok(diesel::sql_query(
        "SELECT EXISTS (SELECT FROM agency_roles r WHERE r.agency_kind = a.kind AND r.role = $2 AND r.valid_from <= $4 \
             AND (r.valid_to IS NULL OR r.valid_to > $4)) AS role, \
           ($3 = '' OR EXISTS (SELECT FROM regions WHERE code = $3 AND kind <> 'district')) AND CASE WHEN a.region_code IS NOT NULL \
             THEN $3 = a.region_code OR starts_with($3, a.region_code || '.') \
             WHEN EXISTS (SELECT FROM agency_regions c WHERE c.agency_id = a.id) THEN EXISTS (SELECT FROM agency_regions c \
               WHERE c.agency_id = a.id AND c.valid_from <= $4 AND (c.valid_to IS NULL OR c.valid_to > $4) \
               AND ($3 = c.region_code OR starts_with($3, c.region_code || '.'))) \
             ELSE true END AS region, $3 = coalesce(a.region_code, '') AS whole FROM agencies a WHERE a.id = $1",
    )
    .bind::<diesel::sql_types::Uuid, _>(agency)
    .bind::<diesel::sql_types::Text, _>(role)
    .bind::<diesel::sql_types::Text, _>(region)
    .bind::<diesel::sql_types::Date, _>(today)
    .get_result(tx.connection()?)
    .await?)
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

/// These forms of violation as the catalogue of this day has them; unknown codes are left out.
pub async fn violation_forms(tx: &mut Tx, codes: &[&str], day: NaiveDate) -> Result<Vec<FrozenForm>, DbError> {
    type Form = (String, Category, String, String, String, NaiveDate, Vec<Option<String>>);
    let forms: Vec<Form> = violation_forms::table
        .filter(violation_forms::code.eq_any(codes).and(violation_forms::valid_from.le(day)))
        .filter(violation_forms::valid_to.is_null().or(violation_forms::valid_to.gt(day)))
        .select((
            violation_forms::code,
            violation_forms::category,
            violation_forms::title_id,
            violation_forms::title_en,
            violation_forms::source_decree,
            violation_forms::valid_from,
            violation_forms::sanction_codes,
        ))
        .load(tx.connection()?)
        .await?;
    let frozen = |(code, category, title_id, title_en, source_decree, valid_from, sanction_codes): Form| FrozenForm {
        code,
        category,
        title_id,
        title_en,
        source_decree,
        valid_from,
        sanction_codes: sanction_codes.into_iter().flatten().collect(),
    };
    Ok(forms.into_iter().map(frozen).collect())
}
