//! Which cases read whose reports, across splits and merges: what of a case is needed elsewhere before it is erased, and who must
//! not learn who sent one. Decides nothing.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::retention::{ASKED_AGAIN, over};
use super::{DbError, Tx};

/// Whose reports are to be erased.
#[derive(Clone, Copy, Debug)]
pub enum Erased {
    /// Those that go with the purge of this case: its own, and those of cases merged into it.
    WithCase(Uuid),
    /// This one alone.
    Report(Uuid),
}

impl Erased {
    fn key(self) -> Uuid {
        match self {
            Self::WithCase(id) | Self::Report(id) => id,
        }
    }

    /// The cases that the reports came in with; `$1` is the key.
    fn sources(self) -> String {
        match self {
            Self::WithCase(_) => purged_with("$1::uuid"),
            Self::Report(_) => "SELECT case_id FROM reports WHERE id = $1::uuid".to_owned(),
        }
    }
}

/// The cases whose reports a purge of `case` erases.
fn purged_with(case: &str) -> String {
    format!("SELECT id FROM cases WHERE id = {case} OR master_case_id = {case}")
}

/// The cases that read the reports of `sources`: each itself and what was split from it, and where one of these was merged, its
/// master in its place. Merges are one level deep, and what was split off is not split again; so that is all there are.
fn readers(sources: &str) -> String {
    format!(
        "SELECT coalesce(side.master_case_id, side.id) AS id FROM ({sources}) source(id) \
         JOIN cases side ON side.id = source.id OR side.split_from = source.id"
    )
}

/// The cases that read a report, or did before they were merged: of the report's case and what was split from it each, and the
/// master where one was merged. `$report` is its key.
macro_rules! sides {
    ($report:literal) => {
        concat!(
            "SELECT unnest(ARRAY[side.id, side.master_case_id]) AS id FROM reports own JOIN cases side ON side.id = own.case_id OR side.split_from = own.case_id \
             WHERE own.id = ",
            $report
        )
    };
}
pub(super) use sides;

/// The cases that read a report, those included whose master reads it in their place.
pub async fn of_report(tx: &mut Tx, report_id: Uuid) -> Result<Vec<Uuid>, DbError> {
    let sides: Vec<Side> =
        diesel::sql_query(sides!("$1")).bind::<sql::Uuid, _>(report_id).load(tx.connection()?).await?;
    Ok(sides.into_iter().filter_map(|side| side.id).collect())
}

/// Whether a hold stands on a case that reads the reports, or on one merged into such a case.
fn held_sql(sources: &str) -> String {
    let readers = readers(sources);
    format!(
        "EXISTS (SELECT FROM legal_holds h JOIN cases k ON k.id = h.case_id WHERE h.lifted_at IS NULL \
         AND coalesce(k.master_case_id, k.id) IN ({readers}))"
    )
}

/// Whether a case other than `case` still needs what its purge erases. One that was purged does not. Two group photos may leave
/// cases that each need the other's report: one of such a ring does not hold the others up once its own time is over too,
/// unless it was refused within a year. `now` and `asked_before` are times.
fn needed_sql(case: &str, now: &str, asked_before: &str) -> String {
    let readers_of_case = readers(&purged_with(case));
    let next = readers(&purged_with("waits.id"));
    let over = over("reader.id", now);
    format!(
        "EXISTS (SELECT FROM cases reader WHERE reader.id IN ({readers_of_case}) AND reader.id <> {case} \
         AND NOT EXISTS (SELECT FROM purge_proposals q WHERE q.case_id = reader.id AND q.status = 'approved' \
           AND reader.state = 'closed' AND q.closed_at = reader.state_since) \
         AND NOT ({over} AND NOT EXISTS (SELECT FROM purge_proposals q WHERE q.case_id = reader.id AND q.status = 'rejected' \
             AND q.decided_at > {asked_before}) \
           AND {case} IN (WITH RECURSIVE waits(id) AS (SELECT reader.id UNION SELECT next.id FROM waits, LATERAL ({next}) next) \
             SELECT id FROM waits)))"
    )
}

/// What keeps the purge of `case` from being proposed, as a condition.
pub(super) fn kept_for_others(case: &str, now: &str, asked_before: &str) -> String {
    let (held, needed) = (held_sql(&purged_with(case)), needed_sql(case, now, asked_before));
    format!("({held} OR {needed})")
}

#[derive(QueryableByName)]
struct Side {
    #[diesel(sql_type = sql::Nullable<sql::Uuid>)]
    id: Option<Uuid>,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = sql::Bool)]
    so: bool,
}

/// Locks the cases that read the reports, so that none is opened, held, merged or taken apart before the caller is done. The
/// caller holds the lock of the case that is erased. A merged case comes before its master, as it does for who sets a hold.
pub async fn lock(tx: &mut Tx, erased: Erased, locked: Uuid) -> Result<(), DbError> {
    let sources = erased.sources();
    let readers = readers(&sources);
    let statement = format!(
        "SELECT c.id FROM cases c WHERE (c.id IN ({readers}) OR c.split_from IN ({sources})) \
         AND c.id <> $2 AND c.master_case_id IS DISTINCT FROM $2 ORDER BY c.master_case_id IS NULL, c.id FOR UPDATE"
    );
    let query = diesel::sql_query(statement).bind::<sql::Uuid, _>(erased.key()).bind::<sql::Uuid, _>(locked);
    query.execute(tx.connection()?).await?;
    Ok(())
}

/// Whether a hold stands on what reads the reports. The caller has locked it.
pub async fn held(tx: &mut Tx, erased: Erased) -> Result<bool, DbError> {
    let statement = format!("SELECT {} AS so", held_sql(&erased.sources()));
    let answer: Answer =
        diesel::sql_query(statement).bind::<sql::Uuid, _>(erased.key()).get_result(tx.connection()?).await?;
    Ok(answer.so)
}

/// Whether a case that reads the reports is open. The caller has locked them.
pub async fn open(tx: &mut Tx, erased: Erased) -> Result<bool, DbError> {
    let readers = readers(&erased.sources());
    let statement = format!("SELECT EXISTS (SELECT FROM cases WHERE state <> 'closed' AND id IN ({readers})) AS so");
    let answer: Answer =
        diesel::sql_query(statement).bind::<sql::Uuid, _>(erased.key()).get_result(tx.connection()?).await?;
    Ok(answer.so)
}

/// Whether another case still needs what the purge of this one erases. The caller has locked them.
pub async fn needed(tx: &mut Tx, case_id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let statement = format!("SELECT {} AS so", needed_sql("$1::uuid", "$2::timestamptz", "$3::timestamptz"));
    let answer: Answer = diesel::sql_query(statement)
        .bind::<sql::Uuid, _>(case_id)
        .bind::<sql::Timestamptz, _>(now)
        .bind::<sql::Timestamptz, _>(now - ASKED_AGAIN)
        .get_result(tx.connection()?)
        .await?;
    Ok(answer.so)
}
