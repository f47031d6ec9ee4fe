//! What belongs to the database as a whole: by which secret and with which folder of files it is used.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool};
use crate::schema::installation;

/// Whether the secret with this check value is the one the database was first used with; the first one is remembered.
pub async fn recognises(pool: &Pool, secret_check: &[u8]) -> Result<bool, DbError> {
    let mut connection = pool.get().await?;
    let first = diesel::insert_into(installation::table).values(installation::secret_check.eq(secret_check));
    first.on_conflict_do_nothing().execute(&mut connection).await?;
    let known: Vec<u8> = installation::table.select(installation::secret_check).first(&mut connection).await?;
    Ok(known == secret_check)
}

/// What the folder of files that belongs to this database says. To be asked once the secret is recognised.
pub async fn files_mark(pool: &Pool) -> Result<Uuid, DbError> {
    Ok(installation::table.select(installation::files_mark).first(&mut *pool.get().await?).await?)
}
