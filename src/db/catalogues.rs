//! The catalogues as anybody may read them: which rows hold on a day, in the order of their codes. Looking up a code for a
//! decision is `reference`.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{DbError, Pool, Tx};
use crate::domain::action::AppealKind;
use crate::domain::calendar::Confirmation;
use crate::domain::case::{Category, ConductPhase, ElectionRegime};
use crate::domain::election::ElectionEvent;
use crate::domain::region::RegionKind;
use crate::domain::sanction::{AppliesTo, Authority, PositionLevel, SanctionLevel};
use crate::schema::{
    agencies, agency_kinds, election_events, regions, sanction_authorities, sanctions, transfer_bodies, violation_forms,
};

/// A form of violation of the catalogue.
#[derive(Queryable, Selectable)]
#[diesel(table_name = violation_forms)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct ViolationForm {
    pub code: String,
    pub category: Category,
    pub title_id: String,
    pub title_en: String,
    pub phase_hint: Option<ConductPhase>,
    pub norm_refs: Vec<Option<String>>,
    pub level: Option<SanctionLevel>,
    pub sanction_codes: Vec<Option<String>>,
    pub source_decree: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub confirmation: Confirmation,
    pub note_id: Option<String>,
    pub note_en: Option<String>,
}

/// A sanction of the catalogue.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sanctions)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct Sanction {
    pub code: String,
    pub category: Category,
    pub level: SanctionLevel,
    pub title_id: String,
    pub title_en: String,
    pub months: Option<i16>,
    pub applies_to: AppliesTo,
    pub remedy: Option<AppealKind>,
    pub basis: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub confirmation: Confirmation,
    pub note_id: Option<String>,
    pub note_en: Option<String>,
}

/// A body cases are passed on to.
#[derive(Queryable, Selectable)]
#[diesel(table_name = transfer_bodies)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct TransferBody {
    pub code: String,
    pub title_id: String,
    pub title_en: String,
    pub matter_id: String,
    pub matter_en: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub confirmation: Confirmation,
    pub note_id: Option<String>,
    pub note_en: Option<String>,
}

/// Who may impose which sanctions on whom.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sanction_authorities)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct SanctionAuthority {
    pub authority: Authority,
    pub position_level: PositionLevel,
    pub sanction_codes: Vec<Option<String>>,
    pub basis: String,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub confirmation: Confirmation,
}

/// A region.
#[derive(Queryable, Selectable)]
#[diesel(table_name = regions)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct Region {
    pub code: String,
    pub name: String,
    pub kind: RegionKind,
    pub parent_code: Option<String>,
    pub autonomous: bool,
    pub decree: Option<String>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub source: Option<String>,
}

/// An agency with the code of the one above it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = agencies)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct Agency {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub region_code: Option<String>,
    pub work_id: Option<String>,
    pub work_en: Option<String>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub confirmation: Confirmation,
    pub source: Option<String>,
}

/// An election.
#[derive(Queryable, Selectable)]
#[diesel(table_name = election_events)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct Election {
    pub code: String,
    pub regime: ElectionRegime,
    pub region_codes: Vec<Option<String>>,
    pub title_id: String,
    pub title_en: String,
    pub valid_from: NaiveDate,
    pub candidate_determination_date: NaiveDate,
    pub campaign_from: Option<NaiveDate>,
    pub campaign_to: Option<NaiveDate>,
    pub quiet_from: Option<NaiveDate>,
    pub quiet_to: Option<NaiveDate>,
    pub voting_day: NaiveDate,
    pub valid_to: NaiveDate,
    pub confirmation: Confirmation,
    pub source: String,
    pub note_id: Option<String>,
    pub note_en: Option<String>,
}

/// All elections, as suggestions are made from them.
pub type Elections = Vec<ElectionEvent>;

/// Forms of violation that hold on this day.
pub async fn violation_forms(pool: &Pool, on: NaiveDate) -> Result<Vec<ViolationForm>, DbError> {
    let mut connection = pool.get().await?;
    Ok(violation_forms::table
        .filter(violation_forms::valid_from.le(on))
        .filter(violation_forms::valid_to.is_null().or(violation_forms::valid_to.gt(on)))
        .order(violation_forms::code)
        .select(ViolationForm::as_select())
        .load(&mut connection)
        .await?)
}

/// Sanctions that hold on this day, the lightest first.
pub async fn sanctions(pool: &Pool, on: NaiveDate) -> Result<Vec<Sanction>, DbError> {
    let mut connection = pool.get().await?;
    Ok(sanctions::table
        .filter(sanctions::valid_from.le(on))
        .filter(sanctions::valid_to.is_null().or(sanctions::valid_to.gt(on)))
        .order((sanctions::weight, sanctions::code))
        .select(Sanction::as_select())
        .load(&mut connection)
        .await?)
}

/// Bodies cases are passed on to on this day.
pub async fn transfer_bodies(pool: &Pool, on: NaiveDate) -> Result<Vec<TransferBody>, DbError> {
    let mut connection = pool.get().await?;
    Ok(transfer_bodies::table
        .filter(transfer_bodies::valid_from.le(on))
        .filter(transfer_bodies::valid_to.is_null().or(transfer_bodies::valid_to.gt(on)))
        .order(transfer_bodies::code)
        .select(TransferBody::as_select())
        .load(&mut connection)
        .await?)
}

/// Who may impose which sanctions on this day, the highest official first.
pub async fn sanction_authorities(pool: &Pool, on: NaiveDate) -> Result<Vec<SanctionAuthority>, DbError> {
    let mut connection = pool.get().await?;
    let mut found: Vec<SanctionAuthority> = sanction_authorities::table
        .filter(sanction_authorities::valid_from.le(on))
        .filter(sanction_authorities::valid_to.is_null().or(sanction_authorities::valid_to.gt(on)))
        .select(SanctionAuthority::as_select())
        .load(&mut connection)
        .await?;
    found.sort_by_key(|row| (row.authority, row.position_level));
    Ok(found)
}

/// Regions of this day right below another; provinces where none is named.
pub async fn regions(pool: &Pool, parent: Option<&str>, on: NaiveDate) -> Result<Vec<Region>, DbError> {
    let mut connection = pool.get().await?;
    Ok(regions::table
        .filter(regions::parent_code.is_not_distinct_from(parent))
        .filter(regions::valid_from.is_null().or(regions::valid_from.le(on)))
        .filter(regions::valid_to.is_null().or(regions::valid_to.gt(on)))
        .order(regions::code)
        .select(Region::as_select())
        .load(&mut connection)
        .await?)
}

/// An agency with the code of the one above it and the words of its kind in both languages.
pub type PlacedAgency = (Agency, Option<String>, Option<(String, String)>);

/// Agencies of this day, each with the code of the one above; of a kind and of a region with all below where these are named.
pub async fn agencies(
    pool: &Pool,
    kind: Option<&str>,
    region: Option<&str>,
    on: NaiveDate,
) -> Result<Vec<PlacedAgency>, DbError> {
    let above = diesel::alias!(agencies as above);
    let mut connection = pool.get().await?;
    let mut found = agencies::table
        .left_join(above.on(above.field(agencies::id).nullable().eq(agencies::parent_id)))
        .left_join(agency_kinds::table.on(agency_kinds::code.eq(agencies::kind)))
        .filter(agencies::valid_from.is_null().or(agencies::valid_from.le(on)))
        .filter(agencies::valid_to.is_null().or(agencies::valid_to.gt(on)))
        .order(agencies::code)
        .select((
            Agency::as_select(),
            above.field(agencies::code).nullable(),
            (agency_kinds::title_id, agency_kinds::title_en).nullable(),
        ))
        .into_boxed();
    if let Some(kind) = kind {
        found = found.filter(agencies::kind.eq(kind));
    }
    if let Some(region) = region {
        let below = format!("{region}.%");
        found = found.filter(agencies::region_code.eq(region).or(agencies::region_code.like(below)));
    }
    Ok(found.load(&mut connection).await?)
}

/// Elections; with a day, those whose stages run on it.
pub async fn election_events(pool: &Pool, on: Option<NaiveDate>) -> Result<Vec<Election>, DbError> {
    Ok(events(&mut *pool.get().await?, on).await?)
}

async fn events(connection: &mut AsyncPgConnection, on: Option<NaiveDate>) -> QueryResult<Vec<Election>> {
    let mut found = election_events::table
        .order((election_events::valid_from, election_events::code))
        .select(Election::as_select())
        .into_boxed();
    if let Some(on) = on {
        found = found.filter(election_events::valid_from.le(on).and(election_events::valid_to.gt(on)));
    }
    found.load(connection).await
}

/// All elections, as suggestions are made from them.
pub async fn elections(pool: &Pool) -> Result<Elections, DbError> {
    Ok(for_suggestions(events(&mut *pool.get().await?, None).await?))
}

/// The same within a transaction.
pub async fn elections_in(tx: &mut Tx) -> Result<Elections, DbError> {
    Ok(for_suggestions(events(tx.connection()?, None).await?))
}

fn for_suggestions(rows: Vec<Election>) -> Elections {
    let event = |row: Election| ElectionEvent {
        code: row.code,
        regime: row.regime,
        region_codes: row.region_codes.into_iter().flatten().collect(),
        begins_on: row.valid_from,
        candidates_on: row.candidate_determination_date,
        campaign: row.campaign_from.zip(row.campaign_to),
        quiet: row.quiet_from.zip(row.quiet_to),
        voting_on: row.voting_day,
        ends_on: row.valid_to,
    };
    rows.into_iter().map(event).collect()
}
