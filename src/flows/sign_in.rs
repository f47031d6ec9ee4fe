//! Officers signing in: password with second factor, refresh, the end. Failures are counted before they happen, alike
//! for accounts that exist and those that do not. Knows no HTTP and no provider.

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::db::deliveries::{Recipient, Told};
use crate::db::officers::{Account, Seat};
use crate::db::sign_ins::{SignIn, Which};
use crate::db::{self, DbError, Pool, Tx};
use crate::domain::fault::FieldFault;
use crate::domain::notice::Notice;
use crate::domain::sign_in::{ACCOUNT_DELAYS, NETWORK_DELAYS, SignInEnd, SignInMethod, expires_at};
use crate::token::{Keys, OfficerToken, PasswordHasher, TokenError, refresh_token, refresh_token_hash};

/// Where officers sign in: what it takes, and from where they come.
pub struct Desk<'a> {
    /// Connections.
    pub pool: &'a Pool,
    /// Keys.
    pub keys: &'a Keys,
    /// Slow hashing.
    pub passwords: &'a PasswordHasher,
    /// The time.
    pub now: DateTime<Utc>,
    /// The time authenticators go by.
    pub wall: DateTime<Utc>,
    /// The caller's network; counted with, never kept.
    pub network: &'a str,
}

/// Why nobody was signed in, or no credential was changed.
#[derive(Debug)]
pub enum SignInError {
    /// Address, password or code do not match; which of them is not told.
    Refused,
    /// Too many attempts; to be tried again after so many seconds.
    Wait(i64),
    /// The password is right, but there is no second factor yet.
    SecondFactorMissing,
    /// The sign-in has ended.
    Ended,
    /// The new password is too weak.
    Input(Vec<FieldFault>),
    /// Too many sign in at this moment.
    Busy,
    /// The database failed.
    Db(DbError),
    /// The cryptographic library failed.
    Token(TokenError),
}

impl From<DbError> for SignInError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<TokenError> for SignInError {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl fmt::Display for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Db(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
            other => write!(f, "{other:?}"),
        }
    }
}

impl std::error::Error for SignInError {}

/// What an officer shows beside the password.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// The authenticator's code.
    Code(&'a str),
    /// A recovery code.
    RecoveryCode(&'a str),
    /// Nothing.
    Missing,
}

/// Who signed in, through which seat, and the tokens.
pub struct SignedIn {
    /// Whom access tokens are made for.
    pub token: OfficerToken,
    /// Shown once; kept as a hash.
    pub refresh_token: String,
    /// The seat acted through.
    pub seat: Seat,
    /// Every seat held.
    pub seats: Vec<Seat>,
    /// The sign-in.
    pub sign_in: SignIn,
}

/// Signs in by address, password and second factor.
pub async fn by_password(
    desk: &Desk<'_>,
    email: &str,
    password: &str,
    proof: Proof<'_>,
    seat: Option<Uuid>,
) -> Result<SignedIn, SignInError> {
    let account = with_password(desk, email, password).await?;
    let mut tx = Tx::begin(desk.pool).await?;
    let proven = match proven(desk, &mut tx, account.id, proof).await {
        Ok(()) => Ok(()),
        Err(refusal) => {
            tx.rollback().await?;
            return Err(refusal);
        }
    };
    proven.and(succeeded(desk, &mut tx, email).await)?;
    let signed_in = start(&mut tx, desk.now, account.id, SignInMethod::Password, seat).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// The account with this address and password. The attempt counts as failed until [`succeeded`] says otherwise. The
/// network is asked first: what it refuses never touches the account, or one machine could keep its owner out for good by
/// taking every try the account has.
pub(super) async fn with_password(desk: &Desk<'_>, email: &str, password: &str) -> Result<Account, SignInError> {
    let email = email.to_lowercase();
    counted(desk, &desk.keys.delay_key("network", desk.network), NETWORK_DELAYS).await?;
    if let Err(refusal) = counted(desk, &desk.keys.delay_key("account", &email), ACCOUNT_DELAYS).await {
        // No password was tried: whoever sits behind the same network is not slowed down by it.
        let mut tx = Tx::begin(desk.pool).await?;
        db::sign_ins::take_back(&mut tx, &desk.keys.delay_key("network", desk.network), false, desk.now).await?;
        tx.commit().await?;
        return Err(refusal);
    }
    let account = db::officers::by_email(desk.pool, &email).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = desk.passwords.verify(hash, password.to_owned()).await.map_err(|_| SignInError::Busy)?;
    account.filter(|account| right && account.disabled_at.is_none()).ok_or(SignInError::Refused)
}

/// Counts an attempt, unless there were too many before.
pub(super) async fn counted(desk: &Desk<'_>, key: &[u8], delays: &[i32]) -> Result<(), SignInError> {
    match db::sign_ins::attempt(desk.pool, key, delays, desk.now).await? {
        None => Ok(()),
        Some(until) => Err(SignInError::Wait((until - desk.now).num_seconds() + 1)),
    }
}

/// Forgives the failures of the account, and half of those of the network.
pub(super) async fn succeeded(desk: &Desk<'_>, tx: &mut Tx, email: &str) -> Result<(), SignInError> {
    db::sign_ins::forgive(tx, &desk.keys.delay_key("account", &email.to_lowercase())).await?;
    Ok(db::sign_ins::take_back(tx, &desk.keys.delay_key("network", desk.network), true, desk.now).await?)
}

/// Checks and uses up the second factor.
async fn proven(desk: &Desk<'_>, tx: &mut Tx, officer_id: Uuid, proof: Proof<'_>) -> Result<(), SignInError> {
    let stored = db::sign_ins::second_factor(tx, officer_id).await?;
    let stored = stored.filter(|factor| factor.confirmed_at.is_some()).ok_or(SignInError::SecondFactorMissing)?;
    let used = match proof {
        Proof::Code(code) => {
            let factor = desk.keys.open_second_factor(officer_id, &stored.secret);
            match factor.and_then(|factor| factor.step(code, desk.wall)) {
                Some(step) => db::sign_ins::use_step(tx, officer_id, step).await?,
                None => false,
            }
        }
        Proof::RecoveryCode(code) => {
            let hash = desk.keys.one_time_code_hash(code);
            db::sign_ins::use_recovery_code(tx, officer_id, &hash, desk.now).await?
        }
        Proof::Missing => false,
    };
    if used { Ok(()) } else { Err(SignInError::Refused) }
}

/// Starts a sign-in for an officer who has proven who he is: the first seat held, or the one wanted.
pub async fn start(
    tx: &mut Tx,
    now: DateTime<Utc>,
    officer_id: Uuid,
    method: SignInMethod,
    seat: Option<Uuid>,
) -> Result<SignedIn, SignInError> {
    let sign_in = SignIn {
        id: Uuid::now_v7(),
        officer_id,
        method,
        started_at: now,
        last_used_at: now,
        expires_at: expires_at(now, now),
        ended_at: None,
        ended_by: None,
    };
    db::sign_ins::insert(tx, &sign_in).await?;
    handed_out(tx, sign_in, seat).await
}

/// Exchanges a refresh token for the next one. One that comes a second time was stolen, or its thief was faster: the
/// whole sign-in ends, and its owner is told.
pub async fn refresh(desk: &Desk<'_>, token: &str, seat: Option<Uuid>) -> Result<SignedIn, SignInError> {
    let hash = refresh_token_hash(token);
    let mut tx = Tx::begin(desk.pool).await?;
    let found = db::sign_ins::lock_by_refresh_token(&mut tx, &hash).await?;
    let Some((mut sign_in, used)) = found.filter(|(it, _)| it.ended_at.is_none() && it.expires_at > desk.now) else {
        tx.rollback().await?;
        return Err(SignInError::Ended);
    };
    let officer_id = sign_in.officer_id;
    if used {
        db::sign_ins::end(&mut tx, officer_id, Which::One(sign_in.id), SignInEnd::RefreshReused, desk.now).await?;
        let event = db::officers::record(&mut tx, officer_id, "refresh_reused", None, None, None, desk.now).await?;
        let (told, to) = (Told::Account { officer_event_id: event }, Recipient::Officer(officer_id));
        db::deliveries::tell(&mut tx, told, to, Notice::RefreshReused, desk.now).await?;
        tx.commit().await?;
        return Err(SignInError::Ended);
    }
    sign_in.last_used_at = desk.now;
    sign_in.expires_at = expires_at(sign_in.started_at, desk.now);
    db::sign_ins::exchanged(&mut tx, &hash, &sign_in).await?;
    match handed_out(&mut tx, sign_in, seat).await {
        Ok(signed_in) => {
            tx.commit().await?;
            Ok(signed_in)
        }
        Err(error) => {
            tx.rollback().await?;
            Err(error)
        }
    }
}

async fn handed_out(tx: &mut Tx, sign_in: SignIn, wanted: Option<Uuid>) -> Result<SignedIn, SignInError> {
    let seats = db::officers::seats_of(tx, sign_in.officer_id).await?;
    let seat = seats.iter().find(|held| wanted.is_none_or(|wanted| held.id == wanted)).cloned();
    let seat = seat.ok_or(SignInError::Refused)?;
    let refresh_token = refresh_token()?;
    db::sign_ins::insert_refresh_token(tx, sign_in.id, &refresh_token_hash(&refresh_token)).await?;
    let token =
        OfficerToken { officer_id: sign_in.officer_id, seat_id: seat.id, role: seat.role, sign_in_id: sign_in.id };
    Ok(SignedIn { token, refresh_token, seat, seats, sign_in })
}
