//! Sanctions as they were imposed, the acts they are for, and what a decision about them needs to look up. Versions are
//! written with the decision, in `transition`.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{self as sql, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::exclusions::NOT_EXCLUDED;
use super::{DbError, Pool, Tx};
use crate::domain::action::Employment;
use crate::domain::actor::Officer;
use crate::domain::case::Category;
use crate::domain::guards::Named;
use crate::domain::sanction::{
    ActFinding, AppliesTo, Authority, CatalogueSanction, KnownAct, PositionLevel, SanctionOrigin, StandingSanction,
};
use crate::schema::{acts, sanctions_imposed};

/// One row of `sanctions_imposed`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sanctions_imposed)]
pub struct ImposedSanction {
    /// Key.
    pub id: Uuid,
    /// Counts the versions of the case.
    pub version: i16,
    /// Ethics or discipline.
    pub category: Category,
    /// How it came about.
    pub origin: SanctionOrigin,
    /// The version it takes the place of.
    pub version_of: Option<Uuid>,
    /// Code of the catalogue.
    pub sanction_code: String,
    /// Since when the catalogue's row holds.
    pub catalogue_from: Option<NaiveDate>,
    /// Level.
    pub level: String,
    /// Name.
    pub title_id: String,
    /// Name in English.
    pub title_en: String,
    /// Legal basis in the catalogue.
    pub basis: Option<String>,
    /// Length.
    pub months: Option<i16>,
    /// How the subject was employed.
    pub employment: Option<Employment>,
    /// The decision letter.
    pub sk_number: Option<String>,
    /// Its date.
    pub sk_date: Option<NaiveDate>,
    /// Its file.
    pub sk_file: Option<Uuid>,
    /// The office that decided.
    pub deciding_official: Option<String>,
    /// Articles applied.
    pub legal_basis: Option<String>,
    /// Examination record or minutes.
    pub record_number: Option<String>,
    /// Its date.
    pub record_date: Option<NaiveDate>,
    /// Its file.
    pub record_file: Option<Uuid>,
    /// Why, in the words of I'DIS.
    pub punishment_reason: Option<String>,
    /// Remarks for I'DIS.
    pub remarks: Option<String>,
    /// Since when it is in force.
    pub start_on: Option<NaiveDate>,
    /// First day it is over.
    pub end_on: Option<NaiveDate>,
    /// The decision that annuls it.
    pub annulment_number: Option<String>,
    /// Its date.
    pub annulment_date: Option<NaiveDate>,
    /// Its file.
    pub annulment_file: Option<Uuid>,
    /// Registration in I'DIS.
    pub idis_ref: Option<String>,
    /// Numbers of the acts.
    pub acts: Vec<Option<i16>>,
    /// When it was recorded.
    pub imposed_at: DateTime<Utc>,
}

/// One row of `acts`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = acts)]
pub struct Act {
    /// Its number.
    pub number: i16,
    /// In short; absent for the act as reported.
    pub description: Option<String>,
    /// Its category.
    pub category: Option<Category>,
    /// What was found.
    pub finding: ActFinding,
}

/// Sanctions that other cases about the same person ended with.
#[derive(Clone, Debug, QueryableByName)]
pub struct EarlierSanctions {
    /// In how many cases.
    #[diesel(sql_type = sql::BigInt)]
    pub cases: i64,
    /// Their codes.
    #[diesel(sql_type = sql::Array<sql::Text>)]
    pub codes: Vec<String>,
}

/// Whether a version `s` of a sanction stands: it is no cancellation, and no later version took its place, by name or by
/// punishing one of its acts.
pub(super) const STANDS: &str = "s.origin <> 'cancelled' AND NOT EXISTS (SELECT FROM sanctions_imposed later WHERE later.case_id = s.case_id \
    AND later.version > s.version AND (later.version_of = s.id OR later.acts && s.acts))";

/// The sanctions of case `$1` that stand, as JSON: those in force by the day since when, then what is not in force yet. So the
/// newest decision comes last, also where a remedy has left a later version of one before it.
fn standing_sanctions() -> String {
    format!(
        "(SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'category', s.category, 'sanction_code', s.sanction_code, 'level', s.level, 'weight', entry.weight, 'acts', s.acts, \
            'remedy', entry.remedy, 'version', s.version, 'sk_date', s.sk_date, 'start_on', s.start_on, 'idis_ref', s.idis_ref, 'challenged', EXISTS (SELECT FROM tracks t WHERE t.against = s.id AND t.ended_at IS NULL)) ORDER BY s.start_on NULLS LAST, s.version), '[]') FROM sanctions_imposed s \
          LEFT JOIN sanctions entry ON entry.code = s.sanction_code AND entry.valid_from = s.catalogue_from WHERE s.case_id = $1 AND {STANDS})"
    )
}

#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = sql::Jsonb)]
    standing: serde_json::Value,
}

/// The sanctions of a case that stand, the newest decision last.
pub async fn standing(tx: &mut Tx, case_id: Uuid) -> Result<Vec<StandingSanction>, DbError> {
    let row: Standing = diesel::sql_query(format!("SELECT {} AS standing", standing_sanctions()))
        .bind::<sql::Uuid, _>(case_id)
        .get_result(tx.connection()?)
        .await?;
    stood(row.standing)
}

fn stood(rows: serde_json::Value) -> Result<Vec<StandingSanction>, DbError> {
    serde_json::from_value(rows).map_err(|error| DbError::Unavailable(format!("a sanction cannot be read: {error}")))
}

/// The acts of a case and the sanctions imposed for them, oldest first, and what the same person bore before, in whatever case that
/// is not hidden from the reader: who is kept from one must not count it.
pub async fn of_case(
    pool: &Pool,
    case_id: Uuid,
    reader: &Officer,
) -> Result<(Vec<Act>, Vec<ImposedSanction>, EarlierSanctions), DbError> {
    let mut connection = pool.get().await?;
    let found = acts::table
        .filter(acts::case_id.eq(case_id))
        .order(acts::number)
        .select(Act::as_select())
        .load(&mut connection)
        .await?;
    let imposed = sanctions_imposed::table
        .filter(sanctions_imposed::case_id.eq(case_id))
        .order(sanctions_imposed::version)
        .select(ImposedSanction::as_select())
        .load(&mut connection)
        .await?;
    let earlier = diesel::sql_query(
        // A person keeps no number for life: whom officers know to be the same has all of them.
        format!(
            "SELECT count(DISTINCT s.case_id) AS cases, coalesce(array_agg(s.sanction_code ORDER BY s.imposed_at), '{{}}') AS codes FROM \
               (SELECT other.case_id FROM subjects me JOIN subjects other ON other.nip = me.nip WHERE me.case_id = $1 \
                UNION SELECT other.case_id FROM subjects me JOIN subjects other ON other.person_id = me.person_id WHERE me.case_id = $1) other \
             JOIN sanctions_imposed s ON s.case_id = other.case_id JOIN cases ON cases.id = other.case_id JOIN subjects ON subjects.case_id = cases.id \
             CROSS JOIN (SELECT $2 AS officer_id, $3 AS marks) sight WHERE other.case_id <> $1 AND {STANDS} AND {NOT_EXCLUDED}"
        ),
    )
    .bind::<sql::Uuid, _>(case_id)
    .bind::<sql::Uuid, _>(reader.officer_id)
    .bind::<sql::Array<sql::Binary>, _>(&reader.marks.0)
    .get_result(&mut connection)
    .await?;
    Ok((found, imposed, earlier))
}

/// The acts of a case, without what they bear.
pub async fn acts(tx: &mut Tx, case_id: Uuid) -> Result<Vec<KnownAct>, DbError> {
    let found: Vec<(i16, ActFinding)> = acts::table
        .filter(acts::case_id.eq(case_id))
        .order(acts::number)
        .select((acts::number, acts::finding))
        .load(tx.connection()?)
        .await?;
    Ok(found.into_iter().map(|(number, finding)| KnownAct { number, finding, punished: None }).collect())
}

#[derive(QueryableByName)]
struct Entry {
    #[diesel(sql_type = sql::Jsonb)]
    standing: serde_json::Value,
    #[diesel(sql_type = Nullable<sql::Text>)]
    category: Option<Category>,
    #[diesel(sql_type = Nullable<sql::SmallInt>)]
    weight: Option<i16>,
    #[diesel(sql_type = Nullable<sql::Date>)]
    valid_from: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<sql::Text>)]
    level: Option<String>,
    #[diesel(sql_type = Nullable<sql::Text>)]
    title_id: Option<String>,
    #[diesel(sql_type = Nullable<sql::Text>)]
    title_en: Option<String>,
    #[diesel(sql_type = Nullable<sql::Text>)]
    basis: Option<String>,
    #[diesel(sql_type = Nullable<sql::SmallInt>)]
    months: Option<i16>,
    #[diesel(sql_type = Nullable<sql::Text>)]
    applies_to: Option<AppliesTo>,
    #[diesel(sql_type = sql::Array<sql::SmallInt>)]
    numbers: Vec<i16>,
    #[diesel(sql_type = sql::Array<sql::Text>)]
    findings: Vec<ActFinding>,
    #[diesel(sql_type = sql::Array<Nullable<sql::Text>>)]
    punished: Vec<Option<Category>>,
    #[diesel(sql_type = sql::Bool)]
    team_formed: bool,
    #[diesel(sql_type = sql::Bool)]
    summoned_twice: bool,
    #[diesel(sql_type = sql::Bool)]
    conviction_spent: bool,
    #[diesel(sql_type = Nullable<sql::Date>)]
    acted_from: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<sql::Date>)]
    recommended_on: Option<NaiveDate>,
    #[diesel(sql_type = sql::Bool)]
    authority_listed: bool,
}

/// An entry `o` of who may impose what holds on day `$3`.
const HOLDS: &str = "o.valid_from <= $3 AND (o.valid_to IS NULL OR o.valid_to > $3)";

/// The agency whose PPK acts in case `c`, as `Case::ppk_agency_id` has it.
const PPK_AGENCY: &str = "CASE WHEN c.conflict_of_interest THEN c.reviewing_agency_id ELSE c.agency_id END";

/// The kind of PPK that the officials of agency `a` are not under.
const FOREIGN_PPK: &str = "CASE WHEN a.kind = 'regional_government' AND a.region_code LIKE '%.%' THEN 'ppk_central_provincial' ELSE 'ppk_regency_city' END";

/// Whether one of these sanctions may be imposed by no official of the agency on a holder of a position of this level, or of any where
/// it is not known. False where the law of that day is not known.
pub async fn beyond_officials(
    tx: &mut Tx,
    agency: Uuid,
    codes: &[String],
    level: Option<PositionLevel>,
    day: NaiveDate,
) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Beyond {
        #[diesel(sql_type = sql::Bool)]
        beyond: bool,
    }
    let row: Beyond = diesel::sql_query(format!(
        "SELECT EXISTS (SELECT FROM sanction_authorities o WHERE {HOLDS}) AND EXISTS (SELECT FROM agencies a, unnest($2) AS proposed (code) WHERE a.id = $1 \
           AND NOT EXISTS (SELECT FROM sanction_authorities o WHERE {HOLDS} AND proposed.code = ANY (o.sanction_codes) \
             AND o.position_level = coalesce($4, o.position_level) AND o.authority NOT IN ('president', {FOREIGN_PPK}))) AS beyond"
    ))
    .bind::<sql::Uuid, _>(agency)
    .bind::<sql::Array<sql::Text>, _>(codes)
    .bind::<sql::Date, _>(day)
    .bind::<Nullable<sql::Text>, _>(level.map(PositionLevel::as_str))
    .get_result(tx.connection()?)
    .await?;
    Ok(row.beyond)
}

/// Looks up in one query what a decision about a sanction names and is checked against: the catalogue's entry on `day`,
/// the acts of the case, whether a team examined, and, where somebody imposes it, whether this official may on a holder of this
/// position: any official of the agency whose PPK acts, or the President, and any position, where these are not known.
/// False when the code stands for nothing on that day.
pub async fn look_up(
    tx: &mut Tx,
    case_id: Uuid,
    code: &str,
    by: Option<(Option<Authority>, Option<PositionLevel>)>,
    day: NaiveDate,
    named: &mut Named,
) -> Result<bool, DbError> {
    let standing = standing_sanctions();
    let entry: Entry = diesel::sql_query(format!(
        "SELECT {standing} AS standing, s.category, s.weight, s.valid_from, s.level, s.title_id, s.title_en, s.basis, s.months, s.applies_to, a.numbers, a.findings, a.punished, \
           coalesce('team_formed' = ANY (run.steps), false) AS team_formed, coalesce('summoned_2' = ANY (run.steps), false) AS summoned_twice, \
           EXISTS (SELECT FROM sanctions_imposed d WHERE d.case_id = $1 AND d.level = 'dismissal' AND d.origin <> 'cancelled' AND d.imposed_at >= \
             (SELECT max(t.ended_at) FROM tracks t WHERE t.case_id = $1 AND t.track = 'criminal' AND t.state = 'convicted')) AS conviction_spent, \
           (SELECT min(r.occurred_from) FROM cases c JOIN reports r ON r.case_id = coalesce(c.split_from, c.id) WHERE $1 IN (c.id, c.master_case_id)) AS acted_from, \
           (SELECT e.details::jsonb #>> '{{input,input,letter,dated}}' FROM events e WHERE e.case_id = $1 AND e.kind = 'send_recommendation' \
             ORDER BY e.seq DESC LIMIT 1)::date AS recommended_on, \
           (NOT EXISTS (SELECT FROM sanction_authorities o WHERE {HOLDS}) OR EXISTS (SELECT FROM sanction_authorities o WHERE {HOLDS} AND $2 = ANY (o.sanction_codes) \
             AND o.position_level = coalesce($5, o.position_level) AND CASE WHEN $4 IS NULL THEN o.authority IS DISTINCT FROM \
               (SELECT {FOREIGN_PPK} FROM cases c JOIN agencies a ON a.id = {PPK_AGENCY} WHERE c.id = $1) ELSE o.authority = $4 END)) AS authority_listed \
         FROM (SELECT array_agg(p.state) AS steps FROM tracks t JOIN track_steps p ON p.track_id = t.id WHERE t.case_id = $1 AND t.track = 'discipline' \
             AND t.ended_at IS NULL) run CROSS JOIN (SELECT coalesce(array_agg(a.number ORDER BY a.number), '{{}}') AS numbers, coalesce(array_agg(a.finding ORDER BY a.number), '{{}}') AS findings, \
             coalesce(array_agg(p.category ORDER BY a.number), '{{}}') AS punished FROM acts a \
             LEFT JOIN punished_acts p ON p.case_id = a.case_id AND p.act_number = a.number WHERE a.case_id = $1) a \
         LEFT JOIN sanctions s ON s.code = $2 AND s.valid_from <= $3 AND (s.valid_to IS NULL OR s.valid_to > $3)"
    ))
    .bind::<sql::Uuid, _>(case_id)
    .bind::<sql::Text, _>(code)
    .bind::<sql::Date, _>(day)
    .bind::<Nullable<sql::Text>, _>(by.and_then(|(authority, _)| authority).map(Authority::as_str))
    .bind::<Nullable<sql::Text>, _>(by.and_then(|(_, level)| level).map(PositionLevel::as_str))
    .get_result(tx.connection()?)
    .await?;
    let acts = entry.numbers.iter().zip(entry.findings).zip(entry.punished);
    named.acts = acts.map(|((number, finding), punished)| KnownAct { number: *number, finding, punished }).collect();
    named.standing = stood(entry.standing)?;
    (named.team_formed, named.summoned_twice) = (entry.team_formed, entry.summoned_twice);
    named.conviction_spent = entry.conviction_spent;
    (named.acted_from, named.recommended_on) = (entry.acted_from, entry.recommended_on);
    named.authority_fits = by.map(|_| entry.authority_listed);
    named.sanction = entry.category.zip(entry.weight);
    named.decided = entry.valid_from.map(|valid_from| CatalogueSanction {
        valid_from,
        level: entry.level.unwrap_or_default(),
        title_id: entry.title_id.unwrap_or_default(),
        title_en: entry.title_en.unwrap_or_default(),
        basis: entry.basis,
        months: entry.months,
        applies_to: entry.applies_to.unwrap_or(AppliesTo::Asn),
    });
    Ok(named.decided.is_some())
}
