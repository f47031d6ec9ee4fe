//! What the audit reads, in one snapshot, and the checkpoints it writes. Verifies nothing.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{self as sql, Nullable};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::audit::{Columns, Event, Head};
use crate::domain::checkpoint::Tip;
use crate::domain::event::Hash;
use crate::schema::{audit_checkpoint_heads, audit_checkpoints, cases, events};

/// A checkpoint as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_checkpoints, treat_none_as_default_value = false)]
pub struct StoredCheckpoint {
    /// From 1, without a gap.
    pub number: i64,
    /// The UTC day it stands for.
    pub day: Option<NaiveDate>,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// The signed note.
    pub note: String,
}

/// Begins a transaction that reads everything as it is at one moment, and writes nothing.
pub async fn snapshot(pool: &Pool) -> Result<Tx, DbError> {
    let mut tx = Tx::begin(pool).await?;
    tx.connection()?.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    Ok(tx)
}

/// A hash of another length than a hash has is none: it verifies as a wrong one.
fn hash(bytes: &[u8]) -> Hash {
    bytes.try_into().unwrap_or_default()
}

/// All checkpoints, by number.
pub async fn checkpoints(tx: &mut Tx) -> Result<Vec<StoredCheckpoint>, DbError> {
    Ok(audit_checkpoints::table
        .order(audit_checkpoints::number)
        .select(StoredCheckpoint::as_select())
        .load(tx.connection()?)
        .await?)
}

/// The cases that a checkpoint names, by key.
pub async fn tips(tx: &mut Tx, number: i64) -> Result<Vec<Tip>, DbError> {
    use audit_checkpoint_heads as heads;
    let rows: Vec<(Uuid, i32, Vec<u8>)> = heads::table
        .filter(heads::number.eq(number))
        .order(heads::case_id)
        .select((heads::case_id, heads::seq, heads::hash))
        .load(tx.connection()?)
        .await?;
    Ok(rows.into_iter().map(|(case, seq, bytes)| Tip { case, seq, hash: hash(&bytes) }).collect())
}

/// The cases behind `after`, by key.
pub async fn heads(tx: &mut Tx, after: Uuid, limit: i64) -> Result<Vec<Head>, DbError> {
    let rows: Vec<(Uuid, String, i32, Vec<u8>)> = cases::table
        .filter(cases::id.gt(after))
        .order(cases::id)
        .limit(limit)
        .select((cases::id, cases::case_number, cases::event_seq, cases::event_hash))
        .load(tx.connection()?)
        .await?;
    let head = |(case, case_number, seq, bytes): (Uuid, String, i32, Vec<u8>)| Head {
        case_number,
        tip: Tip { case, seq, hash: hash(&bytes) },
    };
    Ok(rows.into_iter().map(head).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct EventRow {
    id: Uuid,
    case_id: Uuid,
    seq: i32,
    at: DateTime<Utc>,
    kind: String,
    actor: String,
    officer_id: Option<Uuid>,
    role: Option<String>,
    from_state: Option<String>,
    to_state: String,
    details: Option<String>,
    body: String,
    hash: Vec<u8>,
}

/// The events behind `after` (case and number), in that order, each with the columns of its row.
pub async fn events(tx: &mut Tx, after: (Uuid, i32), limit: i64) -> Result<Vec<(Event, Columns)>, DbError> {
    let (case, seq) = after;
    let rows: Vec<EventRow> = events::table
        .filter(events::case_id.gt(case).or(events::case_id.eq(case).and(events::seq.gt(seq))))
        .filter(events::case_id.ge(case))
        .order((events::case_id, events::seq))
        .limit(limit)
        .select(EventRow::as_select())
        .load(tx.connection()?)
        .await?;
    Ok(rows.into_iter().map(event).collect())
}

fn event(row: EventRow) -> (Event, Columns) {
    let event = Event { case: row.case_id, seq: row.seq, body: row.body, hash: hash(&row.hash) };
    let columns = Columns {
        id: row.id,
        at: row.at,
        kind: row.kind,
        actor: row.actor,
        officer: row.officer_id,
        role: row.role,
        from: row.from_state,
        to: row.to_state,
        details: row.details,
    };
    (event, columns)
}

#[derive(QueryableByName)]
struct Contradiction {
    #[diesel(sql_type = sql::Text)]
    case_number: String,
    #[diesel(sql_type = Nullable<sql::Integer>)]
    erased: Option<i32>,
}

/// What the rows say against the events: cases in another state than their last event left them in, and events whose details
/// are gone though no later event says that the case was purged (those have the number of the event).
pub async fn contradictions(tx: &mut Tx) -> Result<Vec<(String, Option<i32>)>, DbError> {
    let rows: Vec<Contradiction> = diesel::sql_query(
        "SELECT c.case_number, NULL::integer AS erased FROM cases c JOIN events e ON e.case_id = c.id AND e.seq = c.event_seq \
         WHERE c.state <> e.to_state \
         UNION ALL SELECT c.case_number, e.seq FROM events e JOIN cases c ON c.id = e.case_id \
         WHERE e.details IS NULL AND strpos(e.body, '\"details_sha256\":') > 0 AND NOT EXISTS (SELECT FROM events p \
           WHERE p.kind = 'case.purged' AND (p.case_id = c.id AND p.seq > e.seq OR p.case_id = c.master_case_id)) ORDER BY 1, 2",
    )
    .load(tx.connection()?)
    .await?;
    Ok(rows.into_iter().map(|row| (row.case_number, row.erased)).collect())
}

/// The newest checkpoint.
pub async fn latest(pool: &Pool) -> Result<Option<StoredCheckpoint>, DbError> {
    let mut connection = pool.get().await?;
    let newest = audit_checkpoints::table.order(audit_checkpoints::number.desc());
    Ok(newest.select(StoredCheckpoint::as_select()).first(&mut connection).await.optional()?)
}

/// Whether the day has its checkpoint.
pub async fn has_day(pool: &Pool, day: NaiveDate) -> Result<bool, DbError> {
    let mut connection = pool.get().await?;
    let of_day = audit_checkpoints::table.filter(audit_checkpoints::day.eq(day));
    Ok(diesel::select(diesel::dsl::exists(of_day)).get_result(&mut connection).await?)
}

/// Keeps other writers of checkpoints waiting until the transaction ends; readers pass. An advisory lock: to lock the table
/// would take the right to change it.
pub async fn lock(tx: &mut Tx) -> Result<(), DbError> {
    Ok(tx.connection()?.batch_execute("SELECT pg_advisory_xact_lock(7273002)").await?)
}

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = sql::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql::Integer)]
    event_seq: i32,
    #[diesel(sql_type = sql::Binary)]
    event_hash: Vec<u8>,
    #[diesel(sql_type = Nullable<sql::Integer>)]
    known: Option<i32>,
}

/// The cases that have gained events since a checkpoint last named them, and how many events that are.
pub async fn changed(tx: &mut Tx) -> Result<(Vec<Tip>, i64), DbError> {
    let rows: Vec<Changed> = diesel::sql_query(
        "SELECT c.id, c.event_seq, c.event_hash, h.seq AS known FROM cases c \
         LEFT JOIN (SELECT case_id, max(seq) AS seq FROM audit_checkpoint_heads GROUP BY case_id) h ON h.case_id = c.id \
         WHERE c.event_seq > coalesce(h.seq, 0) ORDER BY c.id",
    )
    .load(tx.connection()?)
    .await?;
    let gained = rows.iter().map(|row| i64::from(row.event_seq) - i64::from(row.known.unwrap_or(0))).sum();
    let tip = |row: Changed| Tip { case: row.id, seq: row.event_seq, hash: hash(&row.event_hash) };
    Ok((rows.into_iter().map(tip).collect(), gained))
}

/// Writes a checkpoint with the cases it names.
pub async fn insert(tx: &mut Tx, checkpoint: &StoredCheckpoint, tips: &[Tip]) -> Result<(), DbError> {
    diesel::insert_into(audit_checkpoints::table).values(checkpoint).execute(tx.connection()?).await?;
    diesel::sql_query(
        "INSERT INTO audit_checkpoint_heads (number, case_id, seq, hash) SELECT $1, * FROM unnest($2, $3, $4)",
    )
    .bind::<sql::BigInt, _>(checkpoint.number)
    .bind::<sql::Array<sql::Uuid>, _>(tips.iter().map(|tip| tip.case).collect::<Vec<_>>())
    .bind::<sql::Array<sql::Integer>, _>(tips.iter().map(|tip| tip.seq).collect::<Vec<_>>())
    .bind::<sql::Array<sql::Binary>, _>(tips.iter().map(|tip| tip.hash.to_vec()).collect::<Vec<_>>())
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
