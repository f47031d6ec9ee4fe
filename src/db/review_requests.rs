//! Requests of reporters to look at a closed case again. What they wrote is in their mailbox.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::case::State;
use crate::schema::{approvals, cases, events, review_requests};

/// A request.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = review_requests, treat_none_as_default_value = false)]
pub struct ReviewRequest {
    /// Key.
    pub id: Uuid,
    /// The case that decided about the report.
    pub case_id: Uuid,
    /// The report.
    pub report_id: Uuid,
    /// When.
    pub made_at: DateTime<Utc>,
    /// By when it is answered.
    pub due_at: DateTime<Utc>,
    /// When it was told that nobody has answered in time.
    pub escalated_at: Option<DateTime<Utc>>,
    /// Who refused it.
    pub refused_by: Option<Uuid>,
    /// When.
    pub refused_at: Option<DateTime<Utc>>,
}

/// Keeps a request.
pub async fn insert(tx: &mut Tx, request: &ReviewRequest) -> Result<(), DbError> {
    diesel::insert_into(review_requests::table).values(request).execute(tx.connection()?).await?;
    Ok(())
}

/// The requests on a case, oldest first.
pub async fn of_case(pool: &Pool, case_id: Uuid) -> Result<Vec<ReviewRequest>, DbError> {
    let mut connection = pool.get().await?;
    Ok(review_requests::table
        .filter(review_requests::case_id.eq(case_id))
        .order(review_requests::id)
        .select(ReviewRequest::as_select())
        .load(&mut connection)
        .await?)
}

/// One request on a case whose lock the caller holds.
pub async fn on_case(tx: &mut Tx, case_id: Uuid, id: Uuid) -> Result<Option<ReviewRequest>, DbError> {
    let request = review_requests::table.find(id).filter(review_requests::case_id.eq(case_id));
    Ok(request.select(ReviewRequest::as_select()).first(tx.connection()?).await.optional()?)
}

/// Whether a review was asked for about this report since then.
pub async fn asked_since(tx: &mut Tx, report_id: Uuid, since: DateTime<Utc>) -> Result<bool, DbError> {
    let asked =
        review_requests::table.filter(review_requests::report_id.eq(report_id).and(review_requests::made_at.ge(since)));
    Ok(diesel::select(exists(asked)).get_result(tx.connection()?).await?)
}

/// Whether the officer had a part in what is on record of the case.
pub async fn had_a_part(tx: &mut Tx, case_id: Uuid, officer_id: Uuid) -> Result<bool, DbError> {
    let did =
        events::table.filter(events::case_id.eq(case_id)).filter(events::officer_id.is_not_distinct_from(officer_id));
    let decided = approvals::table
        .filter(approvals::case_id.eq(case_id))
        .filter(approvals::decided_by.is_not_distinct_from(officer_id));
    Ok(diesel::select(exists(did).or(exists(decided))).get_result(tx.connection()?).await?)
}

/// Writes who refused a request, or that it was escalated.
pub async fn settle(tx: &mut Tx, request: &ReviewRequest) -> Result<(), DbError> {
    diesel::update(review_requests::table.find(request.id))
        .set((
            review_requests::escalated_at.eq(request.escalated_at),
            review_requests::refused_by.eq(request.refused_by),
            review_requests::refused_at.eq(request.refused_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Requests that nobody answered in time and of which nobody was told so: case and request.
pub async fn unanswered(pool: &Pool, now: DateTime<Utc>, limit: i64) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    let mut connection = pool.get().await?;
    Ok(review_requests::table
        .inner_join(cases::table)
        .filter(review_requests::due_at.lt(now))
        .filter(review_requests::refused_at.is_null().and(review_requests::escalated_at.is_null()))
        .filter(cases::state.eq(State::Closed).and(cases::state_since.le(review_requests::made_at)))
        .order(review_requests::due_at)
        .limit(limit)
        .select((review_requests::case_id, review_requests::id))
        .load(&mut connection)
        .await?)
}
