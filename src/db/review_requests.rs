//! Requests of reporters to look at a closed case again. What they wrote is in their mailbox.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::schema::review_requests;

/// A request as it is written.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = review_requests)]
pub struct NewReviewRequest {
    /// Key.
    pub id: Uuid,
    /// The case that decides about the report.
    pub case_id: Uuid,
    /// The report.
    pub report_id: Uuid,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// A request as it stands.
#[derive(Clone, Debug, QueryableByName)]
pub struct ReviewRequest {
    /// Key.
    #[diesel(sql_type = sql::Uuid)]
    pub id: Uuid,
    /// The report.
    #[diesel(sql_type = sql::Uuid)]
    pub report_id: Uuid,
    /// The reporter's ordinal within the case, as in its reports.
    #[diesel(sql_type = sql::BigInt)]
    pub reporter: i64,
    /// When.
    #[diesel(sql_type = sql::Timestamptz)]
    pub made_at: DateTime<Utc>,
    /// The case still decides about the report: not, once a merge is undone.
    #[diesel(sql_type = sql::Bool)]
    pub still_decides: bool,
    /// When it was told that nobody has answered in time.
    #[diesel(sql_type = sql::Nullable<sql::Timestamptz>)]
    pub escalated_at: Option<DateTime<Utc>>,
    /// When it was refused.
    #[diesel(sql_type = sql::Nullable<sql::Timestamptz>)]
    pub refused_at: Option<DateTime<Utc>>,
}

/// Keeps a request.
pub async fn insert(tx: &mut Tx, request: &NewReviewRequest) -> Result<(), DbError> {
    diesel::insert_into(review_requests::table).values(request).execute(tx.connection()?).await?;
    Ok(())
}

/// Those on a case, or one of them, oldest first. Reporters are numbered as in the case's reports, those merged into it included.
async fn found(
    connection: &mut AsyncPgConnection,
    case_id: Uuid,
    id: Option<Uuid>,
) -> Result<Vec<ReviewRequest>, DbError> {
    Ok(diesel::sql_query(
        "WITH sides AS (SELECT coalesce(split_from, id) AS id FROM cases WHERE id = $1 OR master_case_id = $1), \
           numbered AS (SELECT id, row_number() OVER (ORDER BY received_at, id) AS reporter FROM reports WHERE case_id IN (SELECT id FROM sides)) \
         SELECT q.id, q.report_id, coalesce(n.reporter, 0) AS reporter, q.made_at, n.id IS NOT NULL AS still_decides, q.escalated_at, q.refused_at \
         FROM review_requests q LEFT JOIN numbered n ON n.id = q.report_id \
         WHERE q.case_id = $1 AND q.id = coalesce($2, q.id) ORDER BY q.id",
    )
    .bind::<sql::Uuid, _>(case_id)
    .bind::<sql::Nullable<sql::Uuid>, _>(id)
    .load(connection)
    .await?)
}

/// The requests on a case, oldest first.
pub async fn of_case(pool: &Pool, case_id: Uuid) -> Result<Vec<ReviewRequest>, DbError> {
    let mut connection = pool.get().await?;
    found(&mut connection, case_id, None).await
}

/// One request on a case whose lock the caller holds.
pub async fn on_case(tx: &mut Tx, case_id: Uuid, id: Uuid) -> Result<Option<ReviewRequest>, DbError> {
    Ok(found(tx.connection()?, case_id, Some(id)).await?.pop())
}

/// Whether a review was asked for about this report since then.
pub async fn asked_since(tx: &mut Tx, report_id: Uuid, since: DateTime<Utc>) -> Result<bool, DbError> {
    let asked =
        review_requests::table.filter(review_requests::report_id.eq(report_id).and(review_requests::made_at.ge(since)));
    Ok(diesel::select(exists(asked)).get_result(tx.connection()?).await?)
}

#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = sql::Bool)]
    part: bool,
}

/// Whether the officer had a part in what is on record of the case, of those merged into it and of the one it was split from. That he
/// answered another request for a review is none.
pub async fn had_a_part(tx: &mut Tx, case_id: Uuid, officer_id: Uuid) -> Result<bool, DbError> {
    let found: Part = diesel::sql_query(
        "WITH sides AS (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1 \
           UNION SELECT split_from FROM cases WHERE (id = $1 OR master_case_id = $1) AND split_from IS NOT NULL) \
         SELECT EXISTS (SELECT FROM events e JOIN sides s ON s.id = e.case_id WHERE e.officer_id = $2 AND e.kind <> 'review.refused') \
           OR EXISTS (SELECT FROM approvals a JOIN sides s ON s.id = a.case_id WHERE a.decided_by = $2) AS part",
    )
    .bind::<sql::Uuid, _>(case_id)
    .bind::<sql::Uuid, _>(officer_id)
    .get_result(tx.connection()?)
    .await?;
    Ok(found.part)
}

/// Writes who refused a request.
pub async fn refuse(tx: &mut Tx, id: Uuid, by: Uuid, at: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(review_requests::table.find(id))
        .set((review_requests::refused_by.eq(Some(by)), review_requests::refused_at.eq(Some(at))))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Writes that a request was looked after for being late: it is not looked at again.
pub async fn escalated(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(review_requests::table.find(id))
        .set(review_requests::escalated_at.eq(Some(at)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Requests made before this moment that nobody refused and that were not looked after yet, as case and request; the oldest first.
pub async fn unanswered(pool: &Pool, before: DateTime<Utc>, limit: i64) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    let mut connection = pool.get().await?;
    Ok(review_requests::table
        .filter(review_requests::made_at.lt(before))
        .filter(review_requests::refused_at.is_null().and(review_requests::escalated_at.is_null()))
        .order(review_requests::made_at)
        .limit(limit)
        .select((review_requests::case_id, review_requests::id))
        .load(&mut connection)
        .await?)
}
