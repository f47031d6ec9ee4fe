//! The wrapped keys of the vault, one a report and one a file. Those of reports are written in `intake`, those of files stand in
//! `files`; deleting one shreds what it is for.

use diesel::prelude::*;
use diesel::sql_types::{self as sql, Array};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::sealed::{KeyOf, WrappedKey};
use crate::schema::data_keys;

/// One key of each kind for each version of the key-encryption key in use, to see at the start whether all are there.
pub async fn one_of_each_version(pool: &Pool) -> Result<Vec<(KeyOf, WrappedKey)>, DbError> {
    let mut connection = pool.get().await?;
    let mut kept = Vec::new();
    for of in KeyOf::ALL {
        let (columns, table) = selected(of);
        let statement = format!("SELECT DISTINCT ON (kek_version) {columns} FROM {table} ORDER BY kek_version");
        let keys: Vec<WrappedKey> = diesel::sql_query(statement).load(&mut connection).await?;
        kept.extend(keys.into_iter().map(|key| (of, key)));
    }
    Ok(kept)
}

/// The columns of a wrapped key, and the table that has them.
fn selected(of: KeyOf) -> (String, &'static str) {
    let (table, wrapped) = of.place();
    (format!("{} AS owner_id, kek_version, {wrapped}", of.owner_column()), table)
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
pub async fn older_than(tx: &mut Tx, of: KeyOf, version: i32, limit: i64) -> Result<Vec<WrappedKey>, DbError> {
    let (columns, table) = selected(of);
    let owner = of.owner_column();
    Ok(diesel::sql_query(format!(
        "SELECT {columns} FROM {table} WHERE kek_version < $1 ORDER BY {owner} LIMIT $2 FOR UPDATE"
    ))
    .bind::<sql::Integer, _>(version)
    .bind::<sql::BigInt, _>(limit)
    .load(tx.connection()?)
    .await?)
}

/// Puts these keys, wrapped anew, in the place of the old ones.
pub async fn replace(tx: &mut Tx, of: KeyOf, keys: &[WrappedKey]) -> Result<usize, DbError> {
    let owners: Vec<Uuid> = keys.iter().map(|key| key.owner_id).collect();
    let versions: Vec<i32> = keys.iter().map(|key| key.kek_version).collect();
    let wrapped: Vec<&[u8]> = keys.iter().map(|key| key.wrapped.bytes()).collect();
    let ((table, column), owner) = (of.place(), of.owner_column());
    Ok(diesel::sql_query(format!(
        "UPDATE {table} SET kek_version = new.kek_version, {column} = new.wrapped \
         FROM unnest($1, $2, $3) AS new (owner_id, kek_version, wrapped) WHERE {table}.{owner} = new.owner_id"
    ))
    .bind::<Array<sql::Uuid>, _>(owners)
    .bind::<Array<sql::Integer>, _>(versions)
    .bind::<Array<sql::Binary>, _>(wrapped)
    .execute(tx.connection()?)
    .await?)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = sql::Integer)]
    kek_version: i32,
    #[diesel(sql_type = sql::BigInt)]
    keys: i64,
}

/// How many keys each version wraps, by version.
pub async fn count_by_version(pool: &Pool) -> Result<Vec<(i32, i64)>, DbError> {
    let mut connection = pool.get().await?;
    let each = KeyOf::ALL.map(|of| format!("SELECT kek_version FROM {}", of.place().0)).join(" UNION ALL ");
    let statement =
        format!("SELECT kek_version, count(*) AS keys FROM ({each}) k GROUP BY kek_version ORDER BY kek_version");
    let counted: Vec<Counted> = diesel::sql_query(statement).load(&mut connection).await?;
    Ok(counted.into_iter().map(|one| (one.kek_version, one.keys)).collect())
}
