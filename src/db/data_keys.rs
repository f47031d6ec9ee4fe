//! The wrapped keys of the vault, one a report. They are written in `intake`; deleting one shreds the report.

use diesel::prelude::*;
use diesel::sql_types::{self as sql, Array};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::sealed::WrappedKey;
use crate::schema::data_keys;

/// One key for each version of the key-encryption key in use, to see at the start whether all are there.
pub async fn one_of_each_version(pool: &Pool) -> Result<Vec<WrappedKey>, DbError> {
    let mut connection = pool.get().await?;
    Ok(data_keys::table
        .distinct_on(data_keys::kek_version)
        .order(data_keys::kek_version)
        .select(WrappedKey::as_select())
        .load(&mut connection)
        .await?)
}

/// The keys of reports that take texts on a case: its own, those of cases merged into it and of the case it was split from.
/// Shredded ones are left out.
pub async fn of_mailboxes(tx: &mut Tx, case_id: Uuid) -> Result<Vec<WrappedKey>, DbError> {
    Ok(diesel::sql_query(
        "SELECT k.owner_id, k.kek_version, k.wrapped FROM data_keys k JOIN reports r ON r.id = k.owner_id \
         WHERE r.case_id IN (SELECT coalesce(c.split_from, c.id) FROM cases c WHERE c.id = $1 OR c.master_case_id = $1) ORDER BY k.owner_id",
    )
    .bind::<sql::Uuid, _>(case_id)
    .load(tx.connection()?)
    .await?)
}

/// The key of a report, `None` when it has been shredded; held until the transaction ends so that it is not shredded meanwhile.
pub async fn hold(tx: &mut Tx, report_id: Uuid) -> Result<Option<WrappedKey>, DbError> {
    let key = data_keys::table.find(report_id).for_share().select(WrappedKey::as_select());
    Ok(key.first(tx.connection()?).await.optional()?)
}

/// Keys wrapped by an older version than this, locked; in order, at most so many.
pub async fn older_than(tx: &mut Tx, version: i32, limit: i64) -> Result<Vec<WrappedKey>, DbError> {
    Ok(data_keys::table
        .filter(data_keys::kek_version.lt(version))
        .order(data_keys::owner_id)
        .limit(limit)
        .for_update()
        .select(WrappedKey::as_select())
        .load(tx.connection()?)
        .await?)
}

/// Puts these keys, wrapped anew, in the place of the old ones.
pub async fn replace(tx: &mut Tx, keys: &[WrappedKey]) -> Result<usize, DbError> {
    let owners: Vec<Uuid> = keys.iter().map(|key| key.owner_id).collect();
    let versions: Vec<i32> = keys.iter().map(|key| key.kek_version).collect();
    let wrapped: Vec<&[u8]> = keys.iter().map(|key| key.wrapped.bytes()).collect();
    Ok(diesel::sql_query(
        "UPDATE data_keys SET kek_version = new.kek_version, wrapped = new.wrapped \
         FROM unnest($1, $2, $3) AS new (owner_id, kek_version, wrapped) WHERE data_keys.owner_id = new.owner_id",
    )
    .bind::<Array<sql::Uuid>, _>(owners)
    .bind::<Array<sql::Integer>, _>(versions)
    .bind::<Array<sql::Binary>, _>(wrapped)
    .execute(tx.connection()?)
    .await?)
}

/// How many keys each version wraps, by version.
pub async fn count_by_version(pool: &Pool) -> Result<Vec<(i32, i64)>, DbError> {
    let mut connection = pool.get().await?;
    Ok(data_keys::table
        .group_by(data_keys::kek_version)
        .order(data_keys::kek_version)
        .select((data_keys::kek_version, diesel::dsl::count_star()))
        .load(&mut connection)
        .await?)
}
