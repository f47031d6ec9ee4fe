//! Replies kept by idempotency key, so that a repeated request gets the first answer. Never holds a secret.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::try_join;

use super::cases::Sought;
use super::{DbError, Pool, Tx};
use crate::domain::case::CaseFacts;
use crate::schema::idempotency_keys;

/// A kept reply.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
pub struct KeptReply {
    /// Keyed hash of caller, route and key.
    pub key_hash: Vec<u8>,
    /// Hash of the request's body.
    pub fingerprint: Vec<u8>,
    /// HTTP status.
    pub status: i16,
    /// Body of the reply, without secrets.
    pub reply: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

async fn select(mut connection: &AsyncPgConnection, key_hash: &[u8]) -> QueryResult<Option<KeptReply>> {
    idempotency_keys::table.find(key_hash).select(KeptReply::as_select()).first(&mut connection).await.optional()
}

/// The reply kept under this key.
pub async fn find(pool: &Pool, key_hash: &[u8]) -> Result<Option<KeptReply>, DbError> {
    Ok(select(&*pool.get().await?, key_hash).await?)
}

/// A transaction, the reply kept under the key, and the case locked.
pub type Begun = (Tx, Option<KeptReply>, Option<CaseFacts>);

/// Begins a transaction and looks for a kept reply, or locks the case that the request is about, in one flight.
///
/// With a case no reply is looked for: what was done before moved the case on, so that the version named is refused now and
/// the kept reply is found then; and should the work be done again all the same, the key stops it at the commit.
pub async fn begin(pool: &Pool, key_hash: &[u8], case: Option<Sought<'_>>) -> Result<Begun, DbError> {
    let connection = pool.get().await?;
    let tx = Tx { connection: Some(connection) };
    let shared: &AsyncPgConnection =
        tx.connection.as_deref().ok_or_else(|| DbError::Unavailable("no connection".to_owned()))?;
    let mut beginner = shared;
    let begun = beginner.batch_execute("BEGIN");
    let (kept, facts) = match case {
        Some(case) => (None, try_join!(begun, case.lock(shared))?.1),
        None => (try_join!(begun, select(shared, key_hash))?.1, None),
    };
    Ok((tx, kept, facts))
}

/// Lets a new connection prepare the statement that keeps a reply, and leaves nothing behind. [`keep_and_commit`] needs it.
pub(super) async fn prepare(connection: &mut AsyncPgConnection) -> QueryResult<()> {
    let nothing = KeptReply {
        key_hash: Vec::new(),
        fingerprint: Vec::new(),
        status: 0,
        reply: String::new(),
        created_at: DateTime::UNIX_EPOCH,
    };
    connection.batch_execute("BEGIN").await?;
    diesel::insert_into(idempotency_keys::table).values(&nothing).execute(connection).await?;
    connection.batch_execute("ROLLBACK").await
}

/// Keeps the reply and commits, both in one flight.
///
/// That is sound only because every connection has prepared the first statement when it was opened (`prepare`): else
/// preparing it would take a flight of its own, the COMMIT would overtake it, and a deed without its kept reply could be
/// done twice. A duplicate key means that the same request finished meanwhile: then everything here is undone, since a
/// COMMIT behind a failed statement acts as a ROLLBACK, and the error says so ([`DbError::is_duplicate`]).
pub async fn keep_and_commit(mut tx: Tx, kept: &KeptReply) -> Result<(), DbError> {
    let shared: &AsyncPgConnection = tx.connection()?;
    let (mut keeper, mut committer) = (shared, shared);
    let keep = diesel::insert_into(idempotency_keys::table).values(kept).execute(&mut keeper);
    try_join!(keep, committer.batch_execute("COMMIT"))?;
    drop(tx.connection.take());
    Ok(())
}

/// Forgets replies older than `before`; answers how many.
pub async fn forget(pool: &Pool, before: DateTime<Utc>) -> Result<usize, DbError> {
    let mut connection = pool.get().await?;
    Ok(diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before)))
        .execute(&mut connection)
        .await?)
}
