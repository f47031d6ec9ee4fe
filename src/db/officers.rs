//! Officers and their seats. Machine clients have accounts and seats here too; what is theirs alone is in `clients`.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::exclusions::{Traits, trait_columns};
use super::{DbError, Pool, Tx};
use crate::domain::actor::{Officer, Role};
use crate::domain::marks::Marks;
use crate::schema::{agencies, officer_events, officers, seats, sign_ins};

// A second key on the same column, which ties a seat's role to the kind of account, hides this one from `diesel print-schema`.
diesel::joinable!(seats -> officers (officer_id));

/// The account of a person, for signing in.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = officers)]
pub struct Account {
    /// Key.
    pub id: Uuid,
    /// Address, in lower case.
    #[diesel(select_expression = officers::email.assume_not_null())]
    pub email: String,
    /// Name.
    pub name: String,
    /// Language of mails.
    pub language: String,
    /// PHC string of the password; absent until the invitation is taken up.
    pub password_hash: Option<String>,
    /// No longer allowed in since.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// The kind of account that a person holds.
const PERSON: &str = "person";

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
    /// Work unit within the agency.
    pub work_unit: Option<String>,
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

/// The person's account with this key.
pub async fn account(pool: &Pool, id: Uuid) -> Result<Option<Account>, DbError> {
    let mut connection = pool.get().await?;
    let person = officers::table.find(id).filter(officers::kind.eq(PERSON));
    Ok(person.select(Account::as_select()).first(&mut connection).await.optional()?)
}

/// The seats an officer who may still work holds now, in the order they were given.
pub async fn seats(pool: &Pool, officer_id: Uuid) -> Result<Vec<Seat>, DbError> {
    let mut connection = pool.get().await?;
    Ok(seats_by(&mut connection, officer_id).await?)
}

/// The same within a transaction.
pub async fn seats_of(tx: &mut Tx, officer_id: Uuid) -> Result<Vec<Seat>, DbError> {
    Ok(seats_by(tx.connection()?, officer_id).await?)
}

async fn seats_by(connection: &mut AsyncPgConnection, officer_id: Uuid) -> QueryResult<Vec<Seat>> {
    seats::table
        .inner_join(agencies::table)
        .inner_join(officers::table)
        .filter(seats::officer_id.eq(officer_id).and(seats::ended_at.is_null()).and(officers::disabled_at.is_null()))
        .order(seats::created_at)
        .select((seats::id, seats::role, agencies::code, seats::region_code, seats::work_unit))
        .load(connection)
        .await
}

/// Records what happened to an account or a seat; answers the key of the record.
pub async fn record(
    tx: &mut Tx,
    officer_id: Uuid,
    kind: &str,
    by_officer: Option<Uuid>,
    seat_id: Option<Uuid>,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Uuid, DbError> {
    let id = Uuid::now_v7();
    diesel::insert_into(officer_events::table)
        .values((
            officer_events::id.eq(id),
            officer_events::officer_id.eq(officer_id),
            officer_events::at.eq(now),
            officer_events::kind.eq(kind),
            officer_events::by_officer.eq(by_officer),
            officer_events::seat_id.eq(seat_id),
            officer_events::reason.eq(reason),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(id)
}

type SeatRow = (Uuid, Role, Uuid, String);

/// An officer in a seat, not yet recognised: what he is known by as a reporter, only the program can tell.
pub struct Seated(SeatRow, Traits);

impl Seated {
    /// The officer, recognised by what `marks` makes of what is stored; with no scope, since no token is at hand.
    pub fn recognised(self, marks: impl FnOnce(&Traits) -> Marks) -> Officer {
        let Self((seat_id, role, agency_id, region_code), traits) = self;
        Officer {
            officer_id: traits.officer_id,
            seat_id,
            role,
            agency_id,
            region_code,
            marks: marks(&traits),
            scopes: Vec::new(),
        }
    }
}

macro_rules! acting {
    () => {
        seats::table
            .inner_join(officers::table)
            .filter(seats::ended_at.is_null())
            .filter(officers::disabled_at.is_null())
            .select(((seats::id, seats::role, seats::agency_id, seats::region_code), trait_columns!()))
    };
}

/// The officer acting through this seat in this sign-in, if all of them are still valid.
pub async fn acting(
    pool: &Pool,
    seat_id: Uuid,
    sign_in_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Seated>, DbError> {
    let mut connection = pool.get().await?;
    let alive = sign_ins::table.find(sign_in_id).filter(sign_ins::officer_id.eq(seats::officer_id));
    let alive = alive.filter(sign_ins::ended_at.is_null().and(sign_ins::expires_at.gt(now)));
    let acting = acting!().filter(seats::id.eq(seat_id)).filter(diesel::dsl::exists(alive));
    let row: Option<(SeatRow, Traits)> = acting.first(&mut connection).await.optional()?;
    Ok(row.map(|(seat, traits)| Seated(seat, traits)))
}

/// The same within a transaction.
pub async fn acting_in(tx: &mut Tx, seat_id: Uuid) -> Result<Option<Seated>, DbError> {
    let acting = acting!().filter(seats::id.eq(seat_id));
    let row: Option<(SeatRow, Traits)> = acting.first(tx.connection()?).await.optional()?;
    Ok(row.map(|(seat, traits)| Seated(seat, traits)))
}

/// An officer in each of his seats; in none, when he is disabled.
pub async fn acting_in_all(pool: &Pool, officer_id: Uuid) -> Result<Vec<Seated>, DbError> {
    let mut connection = pool.get().await?;
    let acting = acting!().filter(officers::id.eq(officer_id));
    let rows: Vec<(SeatRow, Traits)> = acting.load(&mut connection).await?;
    Ok(rows.into_iter().map(|(seat, traits)| Seated(seat, traits)).collect())
}

/// Everyone who acts through a seat of these roles.
pub async fn in_roles(tx: &mut Tx, roles: &[Role]) -> Result<Vec<Seated>, DbError> {
    let acting = acting!().filter(seats::role.eq_any(roles.to_vec()));
    let rows: Vec<(SeatRow, Traits)> = acting.load(tx.connection()?).await?;
    Ok(rows.into_iter().map(|(seat, traits)| Seated(seat, traits)).collect())
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
    /// PHC string of the password; absent for one who is invited.
    pub password_hash: Option<&'a str>,
    /// Keyed hash of the NIK, as of a subject's.
    pub nik_index: Option<&'a [u8]>,
    /// That, and the keyed hash of the NIP.
    pub numbers: Vec<&'a [u8]>,
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
        .set((
            officers::password_hash.eq(officer.password_hash),
            officers::name.eq(officer.name),
            officers::language.eq(officer.language),
        ))
        .returning(officers::id)
        .get_result(tx.connection()?)
        .await?)
}

/// A seat as it was given, and the work unit it had before.
pub struct Given<'a> {
    /// Key.
    pub seat_id: Uuid,
    /// Of a seat that was held already.
    pub old_unit: Option<String>,
    /// The unit given now.
    pub new_unit: Option<&'a str>,
}

/// Gives a seat, unless the officer already holds the same one: that takes the work unit, where one is given, and keeps the one it
/// had, whose cases stay hidden.
pub async fn seat<'a>(tx: &mut Tx, seat: &NewSeat<'a>) -> Result<Given<'a>, DbError> {
    let connection = tx.connection()?;
    let same = seats::table
        .filter(seats::officer_id.eq(seat.officer_id).and(seats::role.eq(seat.role)))
        .filter(seats::agency_id.eq(seat.agency_id).and(seats::region_code.eq(seat.region_code)))
        .filter(seats::ended_at.is_null());
    let held: Option<(Uuid, Option<String>)> =
        same.select((seats::id, seats::work_unit)).for_update().first(connection).await.optional()?;
    let new_unit = seat.work_unit;
    let Some((seat_id, old_unit)) = held else {
        diesel::insert_into(seats::table).values(seat).execute(connection).await?;
        return Ok(Given { seat_id: seat.id, old_unit: None, new_unit });
    };
    if let Some(unit) = new_unit {
        diesel::sql_query(
            "UPDATE seats SET former_units = CASE WHEN folded(work_unit) <> folded($2) THEN array_append(former_units, work_unit) ELSE former_units END, \
               work_unit = $2 WHERE id = $1",
        )
        .bind::<diesel::sql_types::Uuid, _>(seat_id)
        .bind::<diesel::sql_types::Text, _>(unit)
        .execute(connection)
        .await?;
    }
    Ok(Given { seat_id, old_unit, new_unit })
}

/// Records that a seat was given, with the work unit that was and is.
pub async fn record_seat(
    tx: &mut Tx,
    officer_id: Uuid,
    by_officer: Option<Uuid>,
    given: &Given<'_>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(officer_events::table)
        .values((
            officer_events::id.eq(Uuid::now_v7()),
            officer_events::officer_id.eq(officer_id),
            officer_events::at.eq(now),
            officer_events::kind.eq("seat_given"),
            officer_events::by_officer.eq(by_officer),
            officer_events::seat_id.eq(given.seat_id),
            officer_events::old_unit.eq(given.old_unit.as_deref()),
            officer_events::new_unit.eq(given.new_unit),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// An officer as administrators see one.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = officers)]
pub struct Listed {
    /// Key.
    pub id: Uuid,
    /// Address.
    #[diesel(select_expression = officers::email.assume_not_null())]
    pub email: String,
    /// Name.
    pub name: String,
    /// Language of mails.
    pub language: String,
    /// No longer allowed in since.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

/// Officers who hold a seat at this agency or below it, or anywhere; by key, behind `after`.
pub async fn page(pool: &Pool, agency: Option<Uuid>, after: Uuid, limit: i64) -> Result<Vec<Listed>, DbError> {
    let mut connection = pool.get().await?;
    let ids: Vec<Uuid> = match agency {
        None => {
            let all = officers::table.filter(officers::id.gt(after).and(officers::kind.eq(PERSON)));
            let all = all.order(officers::id).limit(limit);
            all.select(officers::id).load(&mut connection).await?
        }
        Some(agency) => {
            #[derive(QueryableByName)]
            struct Row {
                #[diesel(sql_type = diesel::sql_types::Uuid)]
                id: Uuid,
            }
            let below: Vec<Row> = diesel::sql_query(
                "WITH RECURSIVE below AS (SELECT id FROM agencies WHERE id = $1 UNION SELECT a.id FROM agencies a JOIN below ON a.parent_id = below.id) \
                 SELECT DISTINCT s.officer_id AS id FROM seats s JOIN below ON below.id = s.agency_id WHERE s.holder = 'person' AND s.officer_id > $2 ORDER BY id LIMIT $3",
            )
            .bind::<diesel::sql_types::Uuid, _>(agency)
            .bind::<diesel::sql_types::Uuid, _>(after)
            .bind::<diesel::sql_types::BigInt, _>(limit)
            .load(&mut connection)
            .await?;
            below.into_iter().map(|row| row.id).collect()
        }
    };
    let found = officers::table.filter(officers::id.eq_any(ids)).order(officers::id);
    Ok(found.select(Listed::as_select()).load(&mut connection).await?)
}

/// One officer.
pub async fn listed(tx: &mut Tx, id: Uuid) -> Result<Option<Listed>, DbError> {
    let person = officers::table.find(id).filter(officers::kind.eq(PERSON));
    Ok(person.select(Listed::as_select()).first(tx.connection()?).await.optional()?)
}

/// The live seats of an officer, each with its agency's key; those of one who is disabled as well.
pub async fn live_seats(tx: &mut Tx, id: Uuid) -> Result<Vec<(Uuid, Seat)>, DbError> {
    let live = seats::table.inner_join(agencies::table).filter(seats::officer_id.eq(id).and(seats::ended_at.is_null()));
    let columns = (seats::id, seats::role, agencies::code, seats::region_code, seats::work_unit);
    Ok(live.order(seats::created_at).select((seats::agency_id, columns)).load(tx.connection()?).await?)
}

/// The live seats of some officers.
pub async fn seats_by_officer(pool: &Pool, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Seat>>, DbError> {
    let mut connection = pool.get().await?;
    let columns = (seats::id, seats::role, agencies::code, seats::region_code, seats::work_unit);
    let rows: Vec<(Uuid, Seat)> = seats::table
        .inner_join(agencies::table)
        .filter(seats::officer_id.eq_any(ids.to_vec()).and(seats::ended_at.is_null()))
        .order(seats::created_at)
        .select((seats::officer_id, columns))
        .load(&mut connection)
        .await?;
    let mut by_officer: HashMap<Uuid, Vec<Seat>> = HashMap::new();
    for (officer, seat) in rows {
        by_officer.entry(officer).or_default().push(seat);
    }
    Ok(by_officer)
}

/// Keeps a new officer; false when the address, the NIP or the NIK is another's.
pub async fn insert(tx: &mut Tx, officer: &NewOfficer<'_>) -> Result<bool, DbError> {
    let kept = diesel::insert_into(officers::table).values(officer).on_conflict_do_nothing();
    Ok(kept.execute(tx.connection()?).await? == 1)
}

/// Which of address, NIP and NIK belong to another account than `own`, by name.
pub async fn taken(
    tx: &mut Tx,
    own: Option<Uuid>,
    email: Option<&str>,
    nip: Option<&str>,
    nik_index: Option<&[u8]>,
) -> Result<Vec<&'static str>, DbError> {
    type Row = (Option<String>, Option<String>, Option<Vec<u8>>);
    let others = officers::table.filter(officers::id.nullable().is_distinct_from(own)).filter(
        officers::email
            .eq(email)
            .or(officers::nip.eq(nip))
            .or(officers::nik_index.eq(nik_index))
            .is_not_distinct_from(true),
    );
    let columns = (officers::email, officers::nip, officers::nik_index);
    let rows: Vec<Row> = others.select(columns).load(tx.connection()?).await?;
    let held = |matches: &dyn Fn(&Row) -> bool| rows.iter().any(matches);
    let names = [
        ("email", email.is_some() && held(&|row| row.0.as_deref() == email)),
        ("nip", nip.is_some() && held(&|row| row.1.as_deref() == nip)),
        ("nik", nik_index.is_some() && held(&|row| row.2.as_deref() == nik_index)),
    ];
    Ok(names.into_iter().filter(|(_, taken)| *taken).map(|(name, _)| name).collect())
}

/// Ends a seat of an officer; false when there is none to end.
pub async fn end_seat(tx: &mut Tx, officer_id: Uuid, seat_id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let live = seats::table.find(seat_id).filter(seats::officer_id.eq(officer_id).and(seats::ended_at.is_null()));
    Ok(diesel::update(live).set(seats::ended_at.eq(Some(now))).execute(tx.connection()?).await? == 1)
}

/// Ends the seats whose agency is no more, whose role that kind of agency no longer has, or whose region the agency covered and
/// covers no longer; answers officers and seats.
pub async fn end_void_seats(tx: &mut Tx, today: NaiveDate, now: DateTime<Utc>) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    let stands = diesel::dsl::sql::<Bool>(
        "EXISTS (SELECT FROM agencies a JOIN agency_roles r ON r.agency_kind = a.kind AND r.role = seats.role WHERE a.id = seats.agency_id \
         AND daterange(a.valid_from, a.valid_to) @> ",
    )
    .bind::<Date, _>(today)
    .sql(" AND daterange(r.valid_from, r.valid_to) @> ")
    .bind::<Date, _>(today)
    .sql(
        ") AND NOT EXISTS (SELECT FROM agency_regions c WHERE c.agency_id = seats.agency_id \
         AND (seats.region_code = c.region_code OR starts_with(seats.region_code, c.region_code || '.')) \
         HAVING count(*) > 0 AND NOT bool_or(daterange(c.valid_from, c.valid_to) @> ",
    )
    .bind::<Date, _>(today)
    .sql("))");
    Ok(diesel::update(seats::table.filter(seats::ended_at.is_null().and(diesel::dsl::not(stands))))
        .set(seats::ended_at.eq(Some(now)))
        .returning((seats::officer_id, seats::id))
        .get_results(tx.connection()?)
        .await?)
}

/// Lets an officer in no longer, or again; false when it is so already.
pub async fn set_disabled(tx: &mut Tx, officer_id: Uuid, at: Option<DateTime<Utc>>) -> Result<bool, DbError> {
    let changed = match at {
        Some(at) => {
            let enabled = officers::table.find(officer_id).filter(officers::disabled_at.is_null());
            diesel::update(enabled).set(officers::disabled_at.eq(Some(at))).execute(tx.connection()?).await?
        }
        None => {
            let disabled = officers::table.find(officer_id).filter(officers::disabled_at.is_not_null());
            let none = officers::disabled_at.eq(None::<DateTime<Utc>>);
            diesel::update(disabled).set(none).execute(tx.connection()?).await?
        }
    };
    Ok(changed == 1)
}
