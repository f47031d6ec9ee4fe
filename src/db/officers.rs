//! Officers and their seats.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::actor::{Officer, Role};
use crate::domain::confidential::Confidential;
use crate::schema::{agencies, officers, seats};

/// An account, for signing in.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = officers)]
pub struct Account {
    /// Key.
    pub id: Uuid,
    /// PHC string of the password.
    pub password_hash: String,
    /// No longer allowed in since.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// A seat with the agency it is at.
#[derive(Clone, Debug, Queryable)]
pub struct Seat {
    /// Key.
    pub id: Uuid,
    /// Role.
    pub role: Role,
    /// Code of the agency.
    pub agency_code: String,
    /// Region it reaches.
    pub region_code: String,
}

/// The account with this address.
pub async fn by_email(pool: &Pool, email: &str) -> Result<Option<Account>, DbError> {
    let mut connection = pool.get().await?;
    Ok(officers::table
        .filter(officers::email.eq(email))
        .select(Account::as_select())
        .first(&mut connection)
        .await
        .optional()?)
}

/// The officer with this address.
pub async fn id_of(tx: &mut Tx, email: &str) -> Result<Option<Uuid>, DbError> {
    let found = officers::table.filter(officers::email.eq(email)).select(officers::id);
    Ok(found.first(tx.connection()?).await.optional()?)
}

/// The seats an officer holds now, in the order they were given.
pub async fn seats_of(pool: &Pool, officer_id: Uuid) -> Result<Vec<Seat>, DbError> {
    let mut connection = pool.get().await?;
    Ok(seats::table
        .inner_join(agencies::table)
        .filter(seats::officer_id.eq(officer_id).and(seats::ended_at.is_null()))
        .order(seats::created_at)
        .select((seats::id, seats::role, agencies::code, seats::region_code))
        .load(&mut connection)
        .await?)
}

type OfficerRow = (Uuid, Uuid, Role, Uuid, String, Option<String>, Option<Confidential<String>>);

macro_rules! acting {
    ($seat:expr) => {
        seats::table
            .inner_join(officers::table)
            .filter(seats::id.eq($seat))
            .filter(seats::ended_at.is_null())
            .filter(officers::disabled_at.is_null())
            .select((
                seats::officer_id,
                seats::id,
                seats::role,
                seats::agency_id,
                seats::region_code,
                seats::work_unit,
                officers::nip,
            ))
    };
}

fn officer((officer_id, seat_id, role, agency_id, region_code, work_unit, nip): OfficerRow) -> Officer {
    Officer { officer_id, seat_id, role, agency_id, region_code, work_unit, nip }
}

/// The officer acting through this seat, if both are still valid.
pub async fn acting(pool: &Pool, seat_id: Uuid) -> Result<Option<Officer>, DbError> {
    let mut connection = pool.get().await?;
    Ok(acting!(seat_id).first::<OfficerRow>(&mut connection).await.optional()?.map(officer))
}

/// The same within a transaction.
pub async fn acting_in(tx: &mut Tx, seat_id: Uuid) -> Result<Option<Officer>, DbError> {
    Ok(acting!(seat_id).first::<OfficerRow>(tx.connection()?).await.optional()?.map(officer))
}

/// A new officer.
#[derive(Insertable)]
#[diesel(table_name = officers, treat_none_as_default_value = false)]
pub struct NewOfficer<'a> {
    /// Key.
    pub id: Uuid,
    /// Address, in lower case.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// NIP.
    pub nip: Option<&'a str>,
    /// Language of mails.
    pub language: &'a str,
    /// PHC string of the password.
    pub password_hash: &'a str,
}

/// A new seat.
#[derive(Insertable)]
#[diesel(table_name = seats, treat_none_as_default_value = false)]
pub struct NewSeat<'a> {
    /// Key.
    pub id: Uuid,
    /// Who holds it.
    pub officer_id: Uuid,
    /// Role.
    pub role: Role,
    /// Agency.
    pub agency_id: Uuid,
    /// Region.
    pub region_code: &'a str,
    /// Work unit.
    pub work_unit: Option<&'a str>,
}

/// Adds an officer, or gives one who is already there a new password.
pub async fn put(tx: &mut Tx, officer: &NewOfficer<'_>) -> Result<Uuid, DbError> {
    Ok(diesel::insert_into(officers::table)
        .values(officer)
        .on_conflict(officers::email)
        .do_update()
        .set((officers::password_hash.eq(officer.password_hash), officers::name.eq(officer.name)))
        .returning(officers::id)
        .get_result(tx.connection()?)
        .await?)
}

/// Gives a seat, unless the officer already holds the same one.
pub async fn seat(tx: &mut Tx, seat: &NewSeat<'_>) -> Result<(), DbError> {
    let connection = tx.connection()?;
    let same = seats::table
        .filter(seats::officer_id.eq(seat.officer_id).and(seats::role.eq(seat.role)))
        .filter(seats::agency_id.eq(seat.agency_id).and(seats::region_code.eq(seat.region_code)))
        .filter(seats::ended_at.is_null());
    if !diesel::select(diesel::dsl::exists(same)).get_result::<bool>(connection).await? {
        diesel::insert_into(seats::table).values(seat).execute(connection).await?;
    }
    Ok(())
}
