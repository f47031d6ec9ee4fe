//! Files of documents: what they are, by which documents they are shown, and what of them is over. Their bytes are elsewhere.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{self as sql, Array, Nullable};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use uuid::Uuid;

use super::access::{Shown, Untraced};
use super::cases::{self, Found, Sight};
use super::{DbError, Pool, Tx};
use crate::domain::case::Case;
use crate::domain::file::{FileSight, MediaType};
use crate::domain::sealed::{Sealed, WrappedKey};
use crate::schema::files;

/// A file as it is kept, but for its bytes.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = files, treat_none_as_default_value = false)]
pub struct NewFile {
    /// Key, and name of the object.
    pub id: Uuid,
    /// The case.
    pub case_id: Uuid,
    /// SHA-256 of the bytes as they came.
    pub sha256: Vec<u8>,
    /// What they are.
    pub media_type: MediaType,
    /// How many.
    pub byte_size: i32,
    /// Which key-encryption key wraps the data key.
    pub kek_version: i32,
    /// The data key, sealed.
    pub wrapped: Sealed,
    /// The officer.
    pub uploaded_by: Uuid,
    /// His seat.
    pub seat_id: Uuid,
    /// The seat's agency.
    pub agency_id: Uuid,
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

/// A document that names a file.
#[derive(Clone, Debug, Deserialize)]
pub struct NamingDocument {
    /// Number as printed on it; absent once the case was purged.
    pub number: Option<String>,
    /// Date printed on it.
    pub dated: Option<NaiveDate>,
}

/// A file that may be shown, with the documents by which it may.
#[derive(Clone, Debug, QueryableByName)]
pub struct ShownFile {
    /// Key, and name of the object.
    #[diesel(sql_type = sql::Uuid)]
    pub id: Uuid,
    /// SHA-256 of the bytes as they came.
    #[diesel(sql_type = sql::Binary)]
    pub sha256: Vec<u8>,
    /// What they are.
    #[diesel(sql_type = sql::Text)]
    pub media_type: MediaType,
    /// How many.
    #[diesel(sql_type = sql::Integer)]
    pub byte_size: i32,
    /// Who uploaded it.
    #[diesel(sql_type = sql::Uuid)]
    pub uploaded_by: Uuid,
    /// When.
    #[diesel(sql_type = sql::Timestamptz)]
    pub uploaded_at: DateTime<Utc>,
    #[diesel(sql_type = sql::Jsonb)]
    documents: serde_json::Value,
    #[diesel(sql_type = sql::Integer)]
    kek_version: i32,
    #[diesel(sql_type = sql::Binary)]
    wrapped: Sealed,
}

impl ShownFile {
    /// The documents that name it.
    ///
    /// # Errors
    /// When the database has something else there.
    pub fn documents(&self) -> Result<Vec<NamingDocument>, DbError> {
        let unread = |error| DbError::Unavailable(format!("a document cannot be read: {error}"));
        Vec::deserialize(&self.documents).map_err(unread)
    }

    /// What its object is opened with.
    pub fn key(&self) -> WrappedKey {
        WrappedKey { owner_id: self.id, kek_version: self.kek_version, wrapped: self.wrapped.clone() }
    }
}

impl Shown for (Found, Vec<ShownFile>) {
    fn case(&self) -> Option<&Case> {
        self.0.case()
    }
}

impl Shown for (Found, ShownFile) {
    fn case(&self) -> Option<&Case> {
        self.0.case()
    }
}

/// The documents on a case that a seat is shown, each with its file, by expressions for the case and the parts of a [`FileSight`].
macro_rules! documents {
    ($case:literal, $criminal_steps:literal, $sanctions:literal, $details:literal) => {
        concat!(
            "SELECT s.document_file AS file, s.document_number AS number, s.document_dated AS dated \
               FROM track_steps s JOIN tracks t ON t.id = s.track_id WHERE t.case_id = ",
            $case,
            " AND s.document_file IS NOT NULL AND (",
            $criminal_steps,
            " OR t.track <> 'criminal') \
             UNION SELECT d.* FROM sanctions_imposed i, LATERAL (VALUES (i.sk_file, i.sk_number, i.sk_date), \
                 (i.record_file, i.record_number, i.record_date), (i.annulment_file, i.annulment_number, i.annulment_date)) d (file, number, dated) \
               WHERE ",
            $sanctions,
            " AND i.case_id = ",
            $case,
            " AND d.file IS NOT NULL \
             UNION SELECT (d ->> 'file')::uuid, d ->> 'number', (d ->> 'dated')::date \
               FROM events e, jsonb_path_query(e.details::jsonb, 'strict $.** ? (@.file.type() == \"string\")') d WHERE ",
            $details,
            " AND e.case_id = ",
            $case
        )
    };
}
pub(super) use documents;

/// Those of case `$1`; `$2` to `$4` are the parts.
const DOCUMENTS: &str = documents!("$1", "$2", "$3", "$4");

/// What a seat is shown of a case: what its documents name, and what its agency uploaded and no step has named yet. `$5` is the
/// agency.
fn shown_sql(columns: &str) -> String {
    format!(
        "WITH documents AS ({DOCUMENTS}) SELECT {columns} FROM files f WHERE (f.id IN (SELECT file FROM documents) \
         OR f.named_at IS NULL AND f.agency_id = $5 AND f.case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1))"
    )
}

const SHOWN: &str = "f.id, f.sha256, f.media_type, f.byte_size, f.uploaded_by, f.uploaded_at, f.kek_version, f.wrapped, \
    (SELECT coalesce(jsonb_agg(jsonb_build_object('number', d.number, 'dated', d.dated) ORDER BY d.dated, d.number), '[]') \
     FROM documents d WHERE d.file = f.id) AS documents";

async fn shown(pool: &Pool, case_id: Uuid, sight: FileSight, id: Option<Uuid>) -> Result<Vec<ShownFile>, DbError> {
    let mut connection = pool.get().await?;
    let statement = format!("{} AND ($6 IS NULL OR f.id = $6) ORDER BY f.uploaded_at, f.id", shown_sql(SHOWN));
    Ok(diesel::sql_query(statement)
        .bind::<sql::Uuid, _>(case_id)
        .bind::<sql::Bool, _>(sight.criminal_steps)
        .bind::<sql::Bool, _>(sight.sanctions)
        .bind::<sql::Bool, _>(sight.details)
        .bind::<sql::Uuid, _>(sight.agency_id)
        .bind::<Nullable<sql::Uuid>, _>(id)
        .load(&mut connection)
        .await?)
}

/// The files of the case with this number that the caller may see, the first uploaded first; `None` where he does not see the
/// case.
pub async fn of_case(
    pool: &Pool,
    number: &str,
    sight: &Sight,
    by: FileSight,
) -> Result<Option<Untraced<(Found, Vec<ShownFile>)>>, DbError> {
    let Some(Untraced(found)) = cases::find(pool, number, sight).await? else { return Ok(None) };
    let files = shown(pool, found.case.id, by, None).await?;
    Ok(Some(Untraced((found, files))))
}

/// One of them.
pub async fn find(
    pool: &Pool,
    number: &str,
    sight: &Sight,
    by: FileSight,
    id: Uuid,
) -> Result<Option<Untraced<(Found, ShownFile)>>, DbError> {
    let Some(Untraced(found)) = cases::find(pool, number, sight).await? else { return Ok(None) };
    let file = shown(pool, found.case.id, by, Some(id)).await?.pop();
    Ok(file.map(|file| Untraced((found, file))))
}

/// Adds a file. The caller holds the lock of its case, and the object is durable.
pub async fn insert(tx: &mut Tx, file: &NewFile) -> Result<(), DbError> {
    diesel::insert_into(files::table).values(file).execute(tx.connection()?).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = sql::Uuid)]
    id: Uuid,
}

/// Of these, the files that an officer may name on a case: of this case or of one merged into it, and either uploaded by his
/// agency or shown to him. The caller holds the lock of the case.
pub async fn nameable(tx: &mut Tx, case_id: Uuid, by: FileSight, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, DbError> {
    let shown = shown_sql("f.id");
    // Held, so that a purge of the merged case that is under way is waited for.
    let statement = format!(
        "SELECT n.id FROM files n WHERE n.id = ANY ($6) AND n.case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1) \
         AND (n.agency_id = $5 OR n.id IN ({shown})) FOR KEY SHARE OF n"
    );
    let keys: Vec<Key> = diesel::sql_query(statement)
        .bind::<sql::Uuid, _>(case_id)
        .bind::<sql::Bool, _>(by.criminal_steps)
        .bind::<sql::Bool, _>(by.sanctions)
        .bind::<sql::Bool, _>(by.details)
        .bind::<sql::Uuid, _>(by.agency_id)
        .bind::<Array<sql::Uuid>, _>(ids)
        .load(tx.connection()?)
        .await?;
    Ok(keys.into_iter().map(|key| key.id).collect())
}

/// A step has named these.
pub async fn named(tx: &mut Tx, ids: &[Uuid], at: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(files::table.filter(files::id.eq_any(ids).and(files::named_at.is_null())))
        .set(files::named_at.eq(Some(at)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Gives the files that steps of the live tracks of a merged case name to its master, with which they are kept from now on.
pub async fn hand_over(tx: &mut Tx, merged: Uuid, master: Uuid) -> Result<(), DbError> {
    diesel::sql_query(
        "UPDATE files SET case_id = $2 WHERE case_id = $1 AND id IN (SELECT s.document_file FROM track_steps s \
         JOIN tracks t ON t.id = s.track_id WHERE t.case_id = $1 AND t.ended_at IS NULL)",
    )
    .bind::<sql::Uuid, _>(merged)
    .bind::<sql::Uuid, _>(master)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Of these keys of objects, those that no row knows.
pub async fn strays(pool: &Pool, keys: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
    let strays: Vec<Key> = diesel::sql_query(
        "SELECT o.id FROM unnest($1) AS o (id) WHERE NOT EXISTS (SELECT FROM files f WHERE f.id = o.id)",
    )
    .bind::<Array<sql::Uuid>, _>(keys)
    .load(&mut *pool.get().await?)
    .await?;
    Ok(strays.into_iter().map(|key| key.id).collect())
}
