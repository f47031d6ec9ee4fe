//! Sign-ins with their refresh tokens, second factors, one-time codes and the delays after failures. Compares hashes;
//! never sees what they were made of.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::sign_in::{FORGIVEN_AFTER, LONGEST_DELAY, SignInEnd, SignInMethod};
use crate::schema::{invitations, officers, recovery_codes, refresh_tokens, second_factors, sign_in_delays, sign_ins};

/// A sign-in.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sign_ins, treat_none_as_default_value = false)]
pub struct SignIn {
    /// Key; the `sid` of its tokens.
    pub id: Uuid,
    /// Who.
    pub officer_id: Uuid,
    /// By what.
    pub method: SignInMethod,
    /// When.
    pub started_at: DateTime<Utc>,
    /// When a token was last exchanged.
    pub last_used_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// By what.
    pub ended_by: Option<SignInEnd>,
}

/// Keeps a new sign-in.
pub async fn insert(tx: &mut Tx, sign_in: &SignIn) -> Result<(), DbError> {
    diesel::insert_into(sign_ins::table).values(sign_in).execute(tx.connection()?).await?;
    Ok(())
}

/// Keeps a refresh token of a sign-in.
pub async fn insert_refresh_token(tx: &mut Tx, sign_in_id: Uuid, hash: &[u8]) -> Result<(), DbError> {
    diesel::insert_into(refresh_tokens::table)
        .values((refresh_tokens::hash.eq(hash), refresh_tokens::sign_in_id.eq(sign_in_id)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Locks the sign-in of a refresh token; with it, whether the token was used before.
pub async fn lock_by_refresh_token(tx: &mut Tx, hash: &[u8]) -> Result<Option<(SignIn, bool)>, DbError> {
    // The sign-in is locked before the token is looked at: of two who bring one token at once, the second finds it used.
    let owner = refresh_tokens::table.find(hash).select(refresh_tokens::sign_in_id);
    let sign_in: Option<SignIn> = sign_ins::table
        .filter(sign_ins::id.eq_any(owner))
        .for_update()
        .select(SignIn::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some(sign_in) = sign_in else { return Ok(None) };
    let token = refresh_tokens::table.find(hash).select(refresh_tokens::used_at);
    let used_at: Option<DateTime<Utc>> = token.first(tx.connection()?).await?;
    Ok(Some((sign_in, used_at.is_some())))
}

/// A refresh token has been exchanged: it is used up, and the sign-in lasts on.
pub async fn exchanged(tx: &mut Tx, hash: &[u8], sign_in: &SignIn) -> Result<(), DbError> {
    diesel::update(refresh_tokens::table.find(hash))
        .set(refresh_tokens::used_at.eq(Some(sign_in.last_used_at)))
        .execute(tx.connection()?)
        .await?;
    diesel::update(sign_ins::table.find(sign_in.id))
        .set((sign_ins::last_used_at.eq(sign_in.last_used_at), sign_ins::expires_at.eq(sign_in.expires_at)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The sign-ins of an officer that are alive, newest first.
pub async fn live(pool: &Pool, officer_id: Uuid, now: DateTime<Utc>) -> Result<Vec<SignIn>, DbError> {
    let mut connection = pool.get().await?;
    Ok(sign_ins::table
        .filter(sign_ins::officer_id.eq(officer_id).and(sign_ins::ended_at.is_null()).and(sign_ins::expires_at.gt(now)))
        .order(sign_ins::id.desc())
        .select(SignIn::as_select())
        .load(&mut connection)
        .await?)
}

/// Which sign-ins of an officer are meant.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// This one.
    One(Uuid),
    /// All but this one.
    AllBut(Uuid),
    /// All of them.
    All,
    /// All that came about in this way.
    By(SignInMethod),
}

/// Ends live sign-ins of an officer; answers how many.
pub async fn end(
    tx: &mut Tx,
    officer_id: Uuid,
    which: Which,
    by: SignInEnd,
    now: DateTime<Utc>,
) -> Result<usize, DbError> {
    let live = sign_ins::table.filter(
        sign_ins::officer_id.eq(officer_id).and(sign_ins::ended_at.is_null()).and(sign_ins::expires_at.gt(now)),
    );
    let live = match which {
        Which::One(id) => live.filter(sign_ins::id.eq(id)).into_boxed(),
        Which::AllBut(id) => live.filter(sign_ins::id.ne(id)).into_boxed(),
        Which::All => live.into_boxed(),
        Which::By(method) => live.filter(sign_ins::method.eq(method)).into_boxed(),
    };
    let ids: Vec<Uuid> = live.select(sign_ins::id).load(tx.connection()?).await?;
    Ok(diesel::update(sign_ins::table.filter(sign_ins::id.eq_any(ids)))
        .set((sign_ins::ended_at.eq(Some(now)), sign_ins::ended_by.eq(Some(by))))
        .execute(tx.connection()?)
        .await?)
}

/// A second factor as it is stored.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = second_factors)]
pub struct StoredFactor {
    /// Sealed.
    pub secret: Vec<u8>,
    /// When it began to count.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// The second factor of an officer, confirmed or not.
pub async fn second_factor(tx: &mut Tx, officer_id: Uuid) -> Result<Option<StoredFactor>, DbError> {
    let found = second_factors::table.find(officer_id).select(StoredFactor::as_select());
    Ok(found.first(tx.connection()?).await.optional()?)
}

/// Keeps a second factor that waits to be confirmed, in place of one that still waits. False when one is confirmed.
pub async fn offer_second_factor(
    tx: &mut Tx,
    officer_id: Uuid,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let kept = diesel::sql_query(
        "INSERT INTO second_factors (officer_id, secret, created_at) VALUES ($1, $2, $3) ON CONFLICT (officer_id) DO UPDATE \
         SET secret = excluded.secret, created_at = excluded.created_at WHERE second_factors.confirmed_at IS NULL",
    );
    let kept = kept.bind::<sql::Uuid, _>(officer_id).bind::<sql::Binary, _>(sealed).bind::<sql::Timestamptz, _>(now);
    Ok(kept.execute(tx.connection()?).await? == 1)
}

/// Confirms the second factor with the step of its first code, and keeps the recovery codes. False when it was confirmed
/// before. The code is not used up: it has opened nothing yet, and its owner wants to sign in with it now.
pub async fn confirm_second_factor(
    tx: &mut Tx,
    officer_id: Uuid,
    step: i64,
    recovery: &[Vec<u8>],
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let waiting = second_factors::table.find(officer_id).filter(second_factors::confirmed_at.is_null());
    let confirmed = diesel::update(waiting)
        .set((second_factors::confirmed_at.eq(Some(now)), second_factors::last_step.eq(step - 1)))
        .execute(tx.connection()?)
        .await?;
    if confirmed == 1 {
        let rows: Vec<_> = recovery
            .iter()
            .map(|hash| (recovery_codes::officer_id.eq(officer_id), recovery_codes::hash.eq(hash.as_slice())))
            .collect();
        diesel::insert_into(recovery_codes::table).values(rows).execute(tx.connection()?).await?;
    }
    Ok(confirmed == 1)
}

/// Uses up a time step. False when it, or a later one, was used before.
pub async fn use_step(tx: &mut Tx, officer_id: Uuid, step: i64) -> Result<bool, DbError> {
    let unused = second_factors::table.find(officer_id).filter(second_factors::last_step.lt(step));
    Ok(diesel::update(unused).set(second_factors::last_step.eq(step)).execute(tx.connection()?).await? == 1)
}

/// Uses up a recovery code. False when there is no such code or it was used before.
pub async fn use_recovery_code(
    tx: &mut Tx,
    officer_id: Uuid,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let unused = recovery_codes::table.find((officer_id, hash)).filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(Some(now))).execute(tx.connection()?).await? == 1)
}

/// Takes second factor and recovery codes away: the officer enrols anew.
pub async fn forget_second_factor(tx: &mut Tx, officer_id: Uuid) -> Result<(), DbError> {
    diesel::delete(second_factors::table.find(officer_id)).execute(tx.connection()?).await?;
    let codes = recovery_codes::table.filter(recovery_codes::officer_id.eq(officer_id));
    diesel::delete(codes).execute(tx.connection()?).await?;
    Ok(())
}

/// Keeps an invitation; those made before it no longer open anything.
pub async fn invite(tx: &mut Tx, officer_id: Uuid, hash: &[u8], until: DateTime<Utc>) -> Result<(), DbError> {
    let unused = invitations::table.filter(invitations::officer_id.eq(officer_id).and(invitations::used_at.is_null()));
    diesel::delete(unused).execute(tx.connection()?).await?;
    diesel::insert_into(invitations::table)
        .values((invitations::hash.eq(hash), invitations::officer_id.eq(officer_id), invitations::expires_at.eq(until)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Who is invited by this code, if it is still good.
pub async fn invited(pool: &Pool, hash: &[u8], now: DateTime<Utc>) -> Result<Option<Uuid>, DbError> {
    let mut connection = pool.get().await?;
    let good =
        invitations::table.find(hash).filter(invitations::used_at.is_null().and(invitations::expires_at.gt(now)));
    Ok(good.select(invitations::officer_id).first(&mut connection).await.optional()?)
}

/// Uses up an invitation. False when another hand was faster.
pub async fn accept_invitation(tx: &mut Tx, hash: &[u8], now: DateTime<Utc>) -> Result<bool, DbError> {
    let good =
        invitations::table.find(hash).filter(invitations::used_at.is_null().and(invitations::expires_at.gt(now)));
    Ok(diesel::update(good).set(invitations::used_at.eq(Some(now))).execute(tx.connection()?).await? == 1)
}

/// Sets the password of an officer, or takes it away.
pub async fn set_password(tx: &mut Tx, officer_id: Uuid, hash: Option<&str>) -> Result<(), DbError> {
    diesel::update(officers::table.find(officer_id))
        .set(officers::password_hash.eq(hash))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Counts an attempt before it is made, as if it failed, so that many at once count as many. Answers until when to wait
/// if there were too many before; then nothing is counted. Nobody waits longer than the longest delay, even where a clock
/// has been set back.
pub async fn attempt(
    pool: &Pool,
    key: &[u8],
    delays: &[i32],
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let mut connection = pool.get().await?;
    let counted = diesel::sql_query(
        "INSERT INTO sign_in_delays AS d (key, failures, last_at, blocked_until) VALUES ($1, 1, $2, $2) ON CONFLICT (key) DO UPDATE SET \
           failures = CASE WHEN d.last_at NOT BETWEEN $3 AND $5 THEN 1 ELSE d.failures + 1 END, last_at = $2, \
           blocked_until = $2 + make_interval(secs => CASE WHEN d.last_at NOT BETWEEN $3 AND $5 THEN 0 ELSE ($4::int[])[least(d.failures + 1, cardinality($4))] END) \
        WHERE d.blocked_until <= greatest($2, d.last_at) OR d.blocked_until > $5",
    )
    .bind::<sql::Binary, _>(key)
    .bind::<sql::Timestamptz, _>(now)
    .bind::<sql::Timestamptz, _>(now - FORGIVEN_AFTER)
    .bind::<sql::Array<sql::Integer>, _>(delays)
    .bind::<sql::Timestamptz, _>(now + LONGEST_DELAY)
    .execute(&mut connection)
    .await?;
    if counted == 1 {
        return Ok(None);
    }
    let waits = sign_in_delays::table.find(key).select(sign_in_delays::blocked_until);
    Ok(waits.first(&mut connection).await.optional()?)
}

/// An attempt has succeeded: what was counted before it is forgiven.
pub async fn forgive(tx: &mut Tx, key: &[u8]) -> Result<(), DbError> {
    diesel::delete(sign_in_delays::table.find(key)).execute(tx.connection()?).await?;
    Ok(())
}

/// The attempt of this moment was no failure after all: it is taken back, and nobody waits for it. Where `proven`, somebody showed
/// that not all behind the key fail, and half of what was counted before is forgiven too.
pub async fn take_back(tx: &mut Tx, key: &[u8], proven: bool, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::sql_query(
        "UPDATE sign_in_delays SET failures = (failures - 1) / CASE WHEN $2 THEN 2 ELSE 1 END, \
         blocked_until = CASE WHEN last_at = $3 THEN last_at ELSE blocked_until END WHERE key = $1 AND failures > 0",
    )
    .bind::<sql::Binary, _>(key)
    .bind::<sql::Bool, _>(proven)
    .bind::<sql::Timestamptz, _>(now)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// Forgets what no longer matters: delays of a day ago, sign-ins and invitations that ended long before `before`.
pub async fn forget(pool: &Pool, now: DateTime<Utc>, before: DateTime<Utc>) -> Result<(), DbError> {
    let mut connection = pool.get().await?;
    let old = sign_in_delays::table.filter(sign_in_delays::last_at.lt(now - Duration::days(1)));
    diesel::delete(old).execute(&mut connection).await?;
    diesel::delete(sign_ins::table.filter(sign_ins::expires_at.lt(before))).execute(&mut connection).await?;
    diesel::delete(invitations::table.filter(invitations::expires_at.lt(before))).execute(&mut connection).await?;
    Ok(())
}
