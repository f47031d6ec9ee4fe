//! The numbers an officer is known by. No number is read or compared here.

use diesel::prelude::*;
use diesel::sql_types::{self as sql, Array, Bool, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::confidential::Confidential;
use crate::schema::officers;

/// Whether the officer is known by a number.
pub async fn is_known_by_number(tx: &mut Tx, id: Uuid) -> Result<bool, DbError> {
    let known = officers::table.find(id).select(officers::nip.is_not_null().or(officers::nik_index.is_not_null()));
    Ok(known.first(tx.connection()?).await?)
}

/// Puts NIP and NIK of an officer in place, each where one is given. Numbers he had before stay known.
pub async fn set_numbers(
    tx: &mut Tx,
    id: Uuid,
    nip: Option<&str>,
    nik_index: Option<&[u8]>,
    numbers: &[&[u8]],
) -> Result<(), DbError> {
    diesel::sql_query(
        "UPDATE officers SET nip = coalesce($2, nip), nik_index = coalesce($3, nik_index), \
           numbers = ARRAY(SELECT unnest(numbers) UNION SELECT unnest($4)) WHERE id = $1",
    )
    .bind::<sql::Uuid, _>(id)
    .bind::<Nullable<sql::Text>, _>(nip)
    .bind::<Nullable<sql::Binary>, _>(nik_index)
    .bind::<Array<sql::Binary>, _>(numbers)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Officers whose NIP an earlier version stored without its hash, at most so many.
pub async fn unnumbered(pool: &Pool, limit: i64) -> Result<Vec<(Uuid, Option<Confidential<String>>)>, DbError> {
    let mut connection = pool.get().await?;
    let none = diesel::dsl::sql::<Bool>("numbers = '{}'");
    let some = officers::table.filter(officers::nip.is_not_null().and(none)).limit(limit);
    Ok(some.select((officers::id, officers::nip)).load(&mut connection).await?)
}
