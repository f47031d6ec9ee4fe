//! What belongs to the database as a whole: by which secret it is used.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

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
