//! Persons behind subjects, found by the keyed hashes of their numbers. No number is read or compared here.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, Array, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::cases::{SEEN, Sight, SightParts, push_sight};
use super::statement::{prepared, push};
use super::{DbError, Pool, Tx};
use crate::domain::action::ConfirmedSubject;
use crate::domain::confidential::Confidential;
use crate::domain::person_number::NumberKind;
use crate::schema::{person_numbers, persons, subjects};

/// A number by which a person is known.
#[derive(Clone, Debug)]
pub struct KnownBy {
    /// Keyed hash of the number.
    pub index: Vec<u8>,
    /// Which kind it is.
    pub kind: NumberKind,
}

/// Who confirmed a subject, as which person, by which numbers.
pub struct Confirmation<'a> {
    /// Every number the subject now has.
    pub numbers: &'a [KnownBy],
    /// The person the officer named.
    pub person_id: Option<Uuid>,
    /// The officer.
    pub officer_id: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Puts the confirmed subject in place and links it to its person: the one named, or the one known by a number, or a new
/// one. What is left out of the subject stays. One statement, since it is part of a transition. A number that another
/// transaction brings at the same moment is waited for, and its person taken.
pub async fn confirm_subject(
    tx: &mut Tx,
    case_id: Uuid,
    subject: &ConfirmedSubject,
    confirmation: &Confirmation<'_>,
) -> Result<(), DbError> {
    let indexes: Vec<&[u8]> = confirmation.numbers.iter().map(|number| number.index.as_slice()).collect();
    let kinds: Vec<&str> = confirmation.numbers.iter().map(|number| number.kind.as_str()).collect();
    let of_kind = |nik: bool| {
        let number = confirmation.numbers.iter().find(|number| (number.kind == NumberKind::Nik) == nik);
        number.map(|number| number.index.as_slice())
    };
    diesel::sql_query(
        "WITH given AS (SELECT * FROM unnest($2, $3) AS t (number_index, kind)), \
           known AS (SELECT n.person_id FROM person_numbers n JOIN given USING (number_index) ORDER BY given.kind = 'nik' LIMIT 1), \
           made AS (INSERT INTO persons (id, created_at) SELECT gen_random_uuid(), $6 WHERE $4 IS NULL AND NOT EXISTS (SELECT FROM known) RETURNING id), \
           who AS (SELECT coalesce($4, (SELECT person_id FROM known), (SELECT id FROM made)) AS id), \
           linked AS (INSERT INTO person_numbers (number_index, person_id, kind, linked_by, linked_at) \
             SELECT given.number_index, who.id, given.kind, $5, $6 FROM given, who ORDER BY given.number_index \
             ON CONFLICT (number_index) DO UPDATE SET kind = excluded.kind RETURNING person_id, kind) \
         UPDATE subjects SET name = coalesce($7, name), nip = coalesce($8, nip), nik = coalesce($9, nik), position = coalesce($10, position), \
           work_unit = coalesce($11, work_unit), employment = $12, nip_index = $13, nik_index = $14, resolution = 'confirmed', \
           person_id = coalesce($4, (SELECT person_id FROM linked ORDER BY kind = 'nik' LIMIT 1)) WHERE case_id = $1",
    )
    .bind::<sql::Uuid, _>(case_id)
    .bind::<Array<sql::Binary>, _>(&indexes)
    .bind::<Array<sql::Text>, _>(&kinds)
    .bind::<Nullable<sql::Uuid>, _>(confirmation.person_id)
    .bind::<Nullable<sql::Uuid>, _>(confirmation.officer_id)
    .bind::<sql::Timestamptz, _>(confirmation.at)
    .bind::<Nullable<sql::Text>, _>(&subject.name)
    .bind::<Nullable<sql::Text>, _>(&subject.nip)
    .bind::<Nullable<sql::Text>, _>(&subject.nik)
    .bind::<Nullable<sql::Text>, _>(&subject.position)
    .bind::<Nullable<sql::Text>, _>(&subject.work_unit)
    .bind::<sql::Text, _>(subject.employment)
    .bind::<Nullable<sql::Binary>, _>(of_kind(false))
    .bind::<Nullable<sql::Binary>, _>(of_kind(true))
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Puts the work unit of a subject in place.
pub async fn set_unit(tx: &mut Tx, case_id: Uuid, unit: &str) -> Result<(), DbError> {
    let subject = diesel::update(subjects::table.find(case_id)).set(subjects::work_unit.eq(Some(unit)));
    subject.execute(tx.connection()?).await?;
    Ok(())
}

/// Gives the numbers of one person, and the cases about him, to another: they are one.
pub async fn join(tx: &mut Tx, former: Uuid, person: Uuid) -> Result<(), DbError> {
    let connection = tx.connection()?;
    let numbers = person_numbers::table.filter(person_numbers::person_id.eq(former));
    diesel::update(numbers).set(person_numbers::person_id.eq(person)).execute(connection).await?;
    let subjects = subjects::table.filter(subjects::person_id.eq(former));
    diesel::update(subjects).set(subjects::person_id.eq(Some(person))).execute(connection).await?;
    diesel::delete(persons::table.find(former)).execute(connection).await?;
    Ok(())
}

/// The cases about a person, in an order in which they may be locked.
pub async fn cases_about(tx: &mut Tx, person: Uuid) -> Result<Vec<Uuid>, DbError> {
    let about = subjects::table.filter(subjects::person_id.eq(person)).order(subjects::case_id);
    Ok(about.select(subjects::case_id).load(tx.connection()?).await?)
}

struct SeenAsAnother<'a> {
    indexes: &'a [Vec<u8>],
    person_id: Uuid,
    sight: SightParts<'a>,
}
prepared!(SeenAsAnother returns sql::Bool);

impl QueryFragment<Pg> for SeenAsAnother<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH ");
        push_sight(&mut out, &self.sight)?;
        push!(out; " SELECT EXISTS (SELECT FROM person_numbers known JOIN subjects ON subjects.person_id = known.person_id \
            JOIN cases ON cases.id = subjects.case_id, sight WHERE known.number_index = ANY (" [Array<sql::Binary>] self.indexes,
            ") AND known.person_id <> " [sql::Uuid] &self.person_id, " AND " {SEEN} ")");
        Ok(())
    }
}

/// Whether one of these numbers is known to be of another person than this one, whom a case that the caller sees is about.
pub async fn seen_as_another(
    tx: &mut Tx,
    indexes: &[Vec<u8>],
    person_id: Uuid,
    sight: &Sight,
) -> Result<bool, DbError> {
    Ok(SeenAsAnother { indexes, person_id, sight: sight.into() }.get_result(tx.connection()?).await?)
}

/// The numbers of a subject that an earlier version stored without their hashes.
#[derive(Queryable, Selectable)]
#[diesel(table_name = subjects)]
pub struct Unindexed {
    /// The case.
    pub case_id: Uuid,
    /// NIP or NI PPPK.
    pub nip: Option<Confidential<String>>,
    /// NIK.
    pub nik: Option<Confidential<String>>,
}

/// Subjects with a number and no hash of it, at most so many.
pub async fn unindexed(pool: &Pool, limit: i64) -> Result<Vec<Unindexed>, DbError> {
    let mut connection = pool.get().await?;
    let nip = subjects::nip.is_not_null().and(subjects::nip_index.is_null());
    let nik = subjects::nik.is_not_null().and(subjects::nik_index.is_null());
    Ok(subjects::table.filter(nip.or(nik)).limit(limit).select(Unindexed::as_select()).load(&mut connection).await?)
}

/// Adds the hashes of a subject's numbers.
pub async fn index(tx: &mut Tx, case_id: Uuid, nip: Option<Vec<u8>>, nik: Option<Vec<u8>>) -> Result<(), DbError> {
    diesel::update(subjects::table.find(case_id))
        .set((subjects::nip_index.eq(nip), subjects::nik_index.eq(nik)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
