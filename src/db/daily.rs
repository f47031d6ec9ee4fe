//! What is done once a day by one of several workers.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;

use super::{DbError, Pool, Tx};

/// Takes a task for today: true for one worker in 24 hours. It is given back if the transaction is undone.
pub async fn take(tx: &mut Tx, name: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let taken = diesel::sql_query(
        "INSERT INTO daily_tasks (name, ran_at) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at WHERE daily_tasks.ran_at <= $3",
    )
    .bind::<sql::Text, _>(name)
    .bind::<sql::Timestamptz, _>(now)
    .bind::<sql::Timestamptz, _>(now - Duration::days(1))
    .execute(tx.connection()?)
    .await?;
    Ok(taken == 1)
}

/// Marks a task as done for a day; false when it was before.
pub async fn done_for(tx: &mut Tx, name: &str, day: DateTime<Utc>) -> Result<bool, DbError> {
    let marked = diesel::sql_query(
        "INSERT INTO daily_tasks (name, ran_at) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at WHERE daily_tasks.ran_at < excluded.ran_at",
    )
    .bind::<sql::Text, _>(name)
    .bind::<sql::Timestamptz, _>(day)
    .execute(tx.connection()?)
    .await?;
    Ok(marked == 1)
}

/// Whether a task is done for a day.
pub async fn is_done_for(pool: &Pool, name: &str, day: DateTime<Utc>) -> Result<bool, DbError> {
    use crate::schema::daily_tasks;
    let done = daily_tasks::table.find(name).filter(daily_tasks::ran_at.ge(day));
    Ok(diesel::select(diesel::dsl::exists(done)).get_result(&mut *pool.get().await?).await?)
}
