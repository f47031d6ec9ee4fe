//! Who reported and who witnessed, sealed. They leave for the mail worker, for the reporter himself, and for an officer
//! whom a second person allowed it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{self as sql, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::sealed::{Sealed, WrappedKey};
use crate::schema::{data_keys, reporter_identities, reports, witnesses};

/// A reporter, sealed.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = reporter_identities)]
pub struct Reporter {
    /// Name.
    pub name: Option<Sealed>,
    /// E-mail address.
    pub email: Option<Sealed>,
    /// Telephone.
    pub phone: Option<Sealed>,
    /// NIK.
    pub nik: Option<Sealed>,
}

/// What a reporter says of himself, sealed, with the indexes by which he is found. What is absent was not said.
pub struct Contact {
    /// Name.
    pub name: Option<Sealed>,
    /// E-mail address.
    pub email: Option<Sealed>,
    /// Telephone.
    pub phone: Option<Sealed>,
    /// NIK.
    pub nik: Option<Sealed>,
    /// Keyed hash of the address.
    pub email_index: Option<Vec<u8>>,
    /// Keyed hash of the NIK.
    pub nik_index: Option<Vec<u8>>,
}

/// A witness, sealed.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = witnesses)]
pub struct Witness {
    /// Key.
    pub id: Uuid,
    /// Name.
    pub name: Sealed,
    /// Where he lives.
    pub address: Option<Sealed>,
    /// Telephone.
    pub phone: Option<Sealed>,
}

/// Everyone a report names as its own, and the key that opens it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The key.
    pub key: WrappedKey,
    /// Who reported, as far as he said.
    pub reporter: Option<Reporter>,
    /// Who witnessed.
    pub witnesses: Vec<Witness>,
}

/// The people of a report; `None` when it has been shredded. It is not shredded before the transaction ends.
pub async fn of_report(tx: &mut Tx, report_id: Uuid) -> Result<Option<Identity>, DbError> {
    let Some(key) = super::data_keys::hold(tx, report_id).await? else { return Ok(None) };
    let reporter = reporter_identities::table.find(report_id).select(Reporter::as_select());
    let reporter = reporter.first(tx.connection()?).await.optional()?;
    let witnesses = witnesses::table.filter(witnesses::report_id.eq(report_id)).order(witnesses::id);
    let witnesses = witnesses.select(Witness::as_select()).load(tx.connection()?).await?;
    Ok(Some(Identity { key, reporter, witnesses }))
}

/// The index of an address, and when it turned out dead.
type Address = (Option<Vec<u8>>, Option<DateTime<Utc>>);

/// Whether the reporter has left a name.
pub async fn has_name(tx: &mut Tx, report_id: Uuid) -> Result<bool, DbError> {
    let named = reporter_identities::table.find(report_id).filter(reporter_identities::name.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(named)).get_result(tx.connection()?).await?)
}

/// Whether the reporter left an address that takes mail, as far as known.
pub async fn can_be_mailed(tx: &mut Tx, report_id: Uuid) -> Result<bool, DbError> {
    let reachable = reporter_identities::table
        .find(report_id)
        .filter(reporter_identities::email.is_not_null().and(reporter_identities::email_disabled_at.is_null()));
    Ok(diesel::select(diesel::dsl::exists(reachable)).get_result(tx.connection()?).await?)
}

/// Puts what the reporter says of himself now in the place of what he said; what he does not say stays. True when that is another
/// address than before, or one that had turned out dead: it is to be confirmed, and the link to the old one is void. The caller
/// holds the report's key and makes the marks of its case anew.
pub async fn correct(tx: &mut Tx, report_id: Uuid, said: &Contact) -> Result<bool, DbError> {
    let before: Option<Address> = reporter_identities::table
        .find(report_id)
        .for_update()
        .select((reporter_identities::email_index, reporter_identities::email_disabled_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    let (known, dead) = before.unwrap_or_default();
    let new_address = said.email.is_some() && (said.email_index != known || dead.is_some());
    diesel::sql_query(
        "INSERT INTO reporter_identities AS i (report_id, name, email, phone, nik, email_index, nik_index, email_version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (report_id) DO UPDATE SET name = coalesce(excluded.name, i.name), \
           email = coalesce(excluded.email, i.email), phone = coalesce(excluded.phone, i.phone), nik = coalesce(excluded.nik, i.nik), \
           email_index = coalesce(excluded.email_index, i.email_index), nik_index = coalesce(excluded.nik_index, i.nik_index), \
           email_version = i.email_version + excluded.email_version, \
           email_confirmed_at = CASE WHEN excluded.email_version = 0 THEN i.email_confirmed_at END, \
           email_disabled_at = CASE WHEN excluded.email_version = 0 THEN i.email_disabled_at END",
    )
    .bind::<sql::Uuid, _>(report_id)
    .bind::<Nullable<sql::Binary>, _>(&said.name)
    .bind::<Nullable<sql::Binary>, _>(&said.email)
    .bind::<Nullable<sql::Binary>, _>(&said.phone)
    .bind::<Nullable<sql::Binary>, _>(&said.nik)
    .bind::<Nullable<sql::Binary>, _>(&said.email_index)
    .bind::<Nullable<sql::Binary>, _>(&said.nik_index)
    .bind::<sql::SmallInt, _>(i16::from(new_address))
    .execute(tx.connection()?)
    .await?;
    Ok(new_address)
}

/// The sealed NIK of a report, with its case and the key that opens it.
pub type SealedNik = (Uuid, Uuid, Option<Sealed>, WrappedKey);

/// NIKs without an index, by report behind `after`, at most so many.
pub async fn unindexed(pool: &Pool, after: Uuid, limit: i64) -> Result<Vec<SealedNik>, DbError> {
    let mut connection = pool.get().await?;
    let without = reporter_identities::nik.is_not_null().and(reporter_identities::nik_index.is_null());
    Ok(reporter_identities::table
        .inner_join(reports::table)
        .inner_join(data_keys::table.on(data_keys::owner_id.eq(reporter_identities::report_id)))
        .filter(without.and(reporter_identities::report_id.gt(after)))
        .order(reporter_identities::report_id)
        .limit(limit)
        .select((reporter_identities::report_id, reports::case_id, reporter_identities::nik, WrappedKey::as_select()))
        .load(&mut connection)
        .await?)
}

/// Puts the index of a NIK in place.
pub async fn index(tx: &mut Tx, report_id: Uuid, index: &[u8]) -> Result<(), DbError> {
    diesel::update(reporter_identities::table.find(report_id))
        .set(reporter_identities::nik_index.eq(Some(index)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
