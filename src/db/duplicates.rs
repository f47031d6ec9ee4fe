//! Cases that may be about the same thing: found by hashes of numbers, links and files and by similar names, linked, and split off.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, Array, Bool, Float, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::access::{Shown, Untraced};
use super::cases::{CaseColumns, Found, FoundColumns, SEEN, Sight, SightParts, SubjectColumns, push_sight};
use super::exclusions::typed_agency;
use super::files::documents;
use super::statement::{prepared, push};
use super::{DbError, Pool, Tx};
use crate::domain::actor::Officer;
use crate::domain::case::{Case, Subject};
use crate::domain::duplicate::{DAYS_APART, Reason};
use crate::domain::event::Link;
use crate::domain::file::FileSight;
use crate::domain::report::ReportedSubject;
use crate::schema::{case_links, reports};

/// Another case, and why it is shown.
pub struct Suggested {
    /// The case.
    pub found: Found,
    /// Why, in the order of the vocabulary.
    pub reasons: Vec<Reason>,
    /// How similar the names are, from 0 to 1, where that is the reason.
    pub name_similarity: Option<f32>,
    /// The days reported touch those of this case.
    pub overlapping: bool,
}

impl Shown for Suggested {
    fn case(&self) -> Option<&Case> {
        Some(&self.found.case)
    }
}

/// Case, subject, reasons, similarity of names, whether the days touch.
type Row = (Case, Subject, Vec<String>, Option<f32>, bool);

struct Suggest<'a> {
    columns: FoundColumns,
    id: Uuid,
    days: i64,
    sight: SightParts<'a>,
    files: FileSight,
}
prepared!(Suggest returns (CaseColumns, SubjectColumns, Array<sql::Text>, Nullable<Float>, Bool));

/// The files with the content of one of the case's that the officer `file_sight` is shown, each on the case it was uploaded to. What
/// he may not read leads him nowhere, else a suggestion would tell that it is there.
const READABLE: &str = concat!(
    "readable (case_id, sha256) AS (SELECT f.case_id, f.sha256 FROM files f CROSS JOIN file_sight \
       WHERE f.sha256 IN (SELECT o.sha256 FROM files o JOIN own ON o.case_id = own.id) \
         AND (f.named_at IS NULL AND f.agency_id = file_sight.agency_id OR f.id IN (SELECT file FROM (",
    documents!("f.case_id", "file_sight.criminal_steps", "file_sight.sanctions", "file_sight.details"),
    ") d))), "
);

/// What leads from a case to others. Names are compared only among those reported for about the same days.
const HITS: &str = "\
  hits (case_id, reason, similarity) AS ( \
    SELECT s.case_id, 'same_nip', NULL::real FROM own JOIN subjects s ON s.nip_index = own.nip_index \
    UNION ALL SELECT s.case_id, 'same_nik', NULL FROM own JOIN subjects s ON s.nik_index = own.nik_index \
    UNION ALL SELECT s.case_id, 'same_person', NULL FROM own JOIN subjects s ON s.person_id = own.person_id \
    UNION ALL SELECT c.id, 'similar_name', similarity(lower(s.name), own.name) FROM own \
      JOIN reports r ON r.occurred_to >= own.first_day AND r.occurred_from <= own.last_day \
      JOIN cases c ON c.id = r.case_id JOIN subjects s ON s.case_id = c.id \
      WHERE similarity(lower(s.name), own.name) >= 0.45 \
        AND (c.agency_id = own.agency_id OR similarity(lower(s.agency_text), own.agency_text) >= 0.3) \
    UNION ALL SELECT r.case_id, 'shared_link', NULL FROM own JOIN reports r ON r.link_hashes && own.links WHERE r.case_id <> own.source \
    UNION ALL SELECT f.case_id, 'same_file', NULL FROM own JOIN readable o ON o.case_id = own.id JOIN readable f ON f.sha256 = o.sha256 AND f.case_id <> own.id \
    UNION ALL SELECT CASE l.case_id WHEN own.id THEN l.other_id ELSE l.case_id END, 'linked', NULL \
      FROM own JOIN case_links l ON l.case_id = own.id OR l.other_id = own.id \
    UNION ALL SELECT c.id, 'same_report', NULL FROM own JOIN cases c ON c.id = own.source OR c.split_from = own.source), \
  near (case_id, reasons, similarity) AS (SELECT case_id, array_agg(DISTINCT reason), max(similarity) FROM hits GROUP BY case_id)";

impl QueryFragment<Pg> for Suggest<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH ");
        push_sight(&mut out, &self.sight)?;
        push!(out; ", own AS (SELECT c.id, c.agency_id, c.master_case_id, coalesce(c.split_from, c.id) AS source, s.person_id, s.nip_index, s.nik_index, \
              lower(s.name) AS name, lower(s.agency_text) AS agency_text, min(r.occurred_from) - d.days AS first_day, max(r.occurred_to) + d.days AS last_day, \
              (SELECT array_agg(h) FROM reports l, unnest(l.link_hashes) h WHERE l.case_id = coalesce(c.split_from, c.id)) AS links \
            FROM cases c JOIN subjects s ON s.case_id = c.id CROSS JOIN (SELECT " [sql::BigInt] &self.days, "::integer AS days) d \
            LEFT JOIN reports r ON r.case_id = coalesce(c.split_from, c.id) WHERE c.id = " [sql::Uuid] &self.id,
            " GROUP BY c.id, s.case_id, d.days), file_sight (criminal_steps, sanctions, details, agency_id) AS (SELECT "
            [Bool] &self.files.criminal_steps, "::boolean, " [Bool] &self.files.sanctions, "::boolean, " [Bool] &self.files.details,
            "::boolean, " [sql::Uuid] &self.files.agency_id, "::uuid), " {READABLE} {HITS} " SELECT ");
        self.columns.walk_ast(out.reborrow())?;
        push!(out; ", near.reasons, near.similarity, EXISTS (SELECT FROM reports r WHERE r.case_id = coalesce(cases.split_from, cases.id) \
              AND r.occurred_to >= own.first_day AND r.occurred_from <= own.last_day) \
            FROM near JOIN cases ON cases.id = near.case_id JOIN subjects ON subjects.case_id = cases.id, own, sight WHERE " {SEEN}
            " AND cases.id <> own.id AND cases.id IS DISTINCT FROM own.master_case_id AND cases.master_case_id IS DISTINCT FROM own.id \
            ORDER BY cardinality(near.reasons) DESC, cases.id DESC LIMIT 50");
        Ok(())
    }
}

/// Cases the caller may see that may be about the same thing as this one, at most fifty, the likeliest first. Those merged
/// with it are left out: that has been decided. Only files he is shown on both cases count.
pub async fn suggested(
    pool: &Pool,
    id: Uuid,
    sight: &Sight,
    files: FileSight,
) -> Result<Vec<Untraced<Suggested>>, DbError> {
    let mut connection = pool.get().await?;
    let suggest = Suggest { columns: FoundColumns::all(), id, days: DAYS_APART, sight: sight.into(), files };
    let rows: Vec<Row> = suggest.load(&mut connection).await?;
    let suggested = rows.into_iter().map(|(case, subject, reasons, name_similarity, overlapping)| {
        let mut reasons: Vec<Reason> = reasons.iter().filter_map(|reason| Reason::parse(reason)).collect();
        reasons.sort_unstable();
        Untraced::lock(Suggested { found: Found { case, subject }, reasons, name_similarity, overlapping })
    });
    Ok(suggested.collect())
}

/// Locks two cases in the order in which all lock several, a merged one before its master and then by key, so that two officers who
/// link the same from both sides, or one who works on a merge, do not wait for each other for ever.
pub async fn lock_both(tx: &mut Tx, numbers: [&str; 2]) -> Result<(), DbError> {
    diesel::sql_query("SELECT FROM cases WHERE case_number = ANY ($1) ORDER BY master_case_id IS NULL, id FOR UPDATE")
        .bind::<Array<sql::Text>, _>(numbers.as_slice())
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Links two cases; false when they are linked already.
pub async fn link(tx: &mut Tx, one: Uuid, other: Uuid, by: Uuid, at: DateTime<Utc>) -> Result<bool, DbError> {
    let new = diesel::insert_into(case_links::table)
        .values((
            case_links::case_id.eq(one.min(other)),
            case_links::other_id.eq(one.max(other)),
            case_links::linked_by.eq(by),
            case_links::linked_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(new == 1)
}

/// A case made by splitting another, with its first event.
pub struct SplitOff<'a> {
    /// Its key.
    pub id: Uuid,
    /// The case whose reports named several persons.
    pub from: &'a Case,
    /// Who it is about, as far as known.
    pub subject: &'a ReportedSubject,
    /// Keyed hash of the NIP.
    pub nip_index: Option<Vec<u8>>,
    /// Keyed hash of the NIK.
    pub nik_index: Option<Vec<u8>>,
    /// Its first event.
    pub link: &'a Link,
    /// What that event is.
    pub kind: &'a str,
    /// Salted data of it.
    pub details: &'a str,
    /// The officer.
    pub by: &'a Officer,
    /// When.
    pub at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = sql::Text)]
    case_number: String,
}

/// Writes a case split off: it stands where the other stands and has what is known of the act from there. Answers its
/// number.
pub async fn split_off(tx: &mut Tx, new: &SplitOff<'_>) -> Result<String, DbError> {
    let revealed = |value: &Option<crate::domain::confidential::Confidential<String>>| {
        value.as_ref().map(|value| value.reveal().clone())
    };
    let row: Numbered = diesel::sql_query(concat!(
        "WITH new AS (INSERT INTO cases (id, case_number, version, state, state_since, election_regime, region_code, owner_id, event_seq, event_hash, \
             created_at, excluded_officers, barred_marks, split_from) \
           SELECT $1, 'REG-' || split_part(case_number, '-', 2) || '-' || extract(year FROM $3 AT TIME ZONE 'Asia/Jakarta')::text || '-' || nextval('case_numbers'), \
             1, state, $3, election_regime, region_code, owner_id, 1, $4, created_at, excluded_officers, barred_marks, id FROM cases WHERE id = $2 \
           RETURNING id, case_number, state), \
         subject AS (INSERT INTO subjects (case_id, name, nip, nik, position, agency_text, work_unit, resolution, nip_index, nik_index, typed_agency_id) \
           SELECT id, $5, $6, $7, $8, $9, $10, 'typed', $11, $12, \
             ",
        typed_agency!("$9"),
        " FROM new), \
         event AS (INSERT INTO events (id, case_id, seq, at, kind, actor, officer_id, role, to_state, details, body, hash) \
           SELECT $13, id, 1, $3, $14, 'officer', $15, $16, state, $17, $18, $4 FROM new) \
         SELECT case_number FROM new"
    ))
    .bind::<sql::Uuid, _>(new.id)
    .bind::<sql::Uuid, _>(new.from.id)
    .bind::<sql::Timestamptz, _>(new.at)
    .bind::<sql::Binary, _>(&new.link.hash)
    .bind::<Nullable<sql::Text>, _>(revealed(&new.subject.name))
    .bind::<Nullable<sql::Text>, _>(revealed(&new.subject.nip))
    .bind::<Nullable<sql::Text>, _>(revealed(&new.subject.nik))
    .bind::<Nullable<sql::Text>, _>(&new.subject.position)
    .bind::<Nullable<sql::Text>, _>(&new.subject.agency)
    .bind::<Nullable<sql::Text>, _>(&new.subject.work_unit)
    .bind::<Nullable<sql::Binary>, _>(&new.nip_index)
    .bind::<Nullable<sql::Binary>, _>(&new.nik_index)
    .bind::<sql::Uuid, _>(new.link.id)
    .bind::<sql::Text, _>(new.kind)
    .bind::<sql::Uuid, _>(new.by.officer_id)
    .bind::<sql::Text, _>(new.by.role)
    .bind::<sql::Text, _>(new.details)
    .bind::<sql::Text, _>(&new.link.body)
    .get_result(tx.connection()?)
    .await?;
    Ok(row.case_number)
}

/// Gives the cases merged into a master, which is to be as `next`, the agency that reviews it, where they have none; where it is
/// reviewed one level up they go with it, whatever they have. The caller holds the master's lock.
pub async fn review_merged(tx: &mut Tx, master: Uuid, agency: Uuid, next: &Case) -> Result<(), DbError> {
    diesel::sql_query(
        "UPDATE cases SET reviewing_agency_id = $2, conflict_of_interest = conflict_of_interest OR $3, \
           agency_id = CASE WHEN $3 THEN coalesce(agency_id, $4) ELSE agency_id END \
         WHERE master_case_id = $1 AND (reviewing_agency_id IS NULL OR $3)",
    )
    .bind::<sql::Uuid, _>(master)
    .bind::<sql::Uuid, _>(agency)
    .bind::<sql::Bool, _>(next.conflict_of_interest)
    .bind::<Nullable<sql::Uuid>, _>(next.agency_id)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Links of reports that an earlier version stored without their hashes, at most so many.
pub async fn unhashed(pool: &Pool, limit: i64) -> Result<Vec<(Uuid, serde_json::Value)>, DbError> {
    let mut connection = pool.get().await?;
    Ok(reports::table
        .filter(reports::link_hashes.is_null())
        .limit(limit)
        .select((reports::id, reports::links))
        .load(&mut connection)
        .await?)
}

/// Adds the hashes of a report's links.
pub async fn hash_links(tx: &mut Tx, report_id: Uuid, hashes: &[String]) -> Result<(), DbError> {
    diesel::update(reports::table.find(report_id))
        .set(reports::link_hashes.eq(Some(hashes.to_vec())))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
