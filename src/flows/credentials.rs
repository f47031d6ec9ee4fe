//! What officers prove themselves with: the invitation taken up, the second factor enrolled, the password changed.
//! Signing in itself is in `sign_in`.

use uuid::Uuid;
use zxcvbn::{Score, zxcvbn};

use super::sign_in::{Desk, SignInError, counted, succeeded, with_password};
use crate::db::deliveries::{Recipient, Told};
use crate::db::sign_ins::Which;
use crate::db::{self, Tx};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::notice::Notice;
use crate::domain::sign_in::{NETWORK_DELAYS, SignInEnd};
use crate::token::SecondFactor;

/// Offers a second factor to an officer who has none: the `otpauth` address for the authenticator. It counts once
/// [`confirm_second_factor`] has seen a code of it.
pub async fn offer_second_factor(desk: &Desk<'_>, email: &str, password: &str) -> Result<String, SignInError> {
    let account = with_password(desk, email, password).await?;
    let factor = SecondFactor::random()?;
    let (address, sealed) = (factor.address(&account.email)?, desk.keys.seal_second_factor(account.id, &factor)?);
    let mut tx = Tx::begin(desk.pool).await?;
    if !db::sign_ins::offer_second_factor(&mut tx, account.id, &sealed, desk.now).await? {
        // As for a wrong password, and counted as one: who lacks the factor learns nothing and gets no further tries.
        tx.rollback().await?;
        return Err(SignInError::Refused);
    }
    succeeded(desk, &mut tx, email).await?;
    tx.commit().await?;
    Ok(address)
}

/// Confirms the second factor by its first code; answers the recovery codes, which are shown once.
pub async fn confirm_second_factor(
    desk: &Desk<'_>,
    email: &str,
    password: &str,
    code: &str,
) -> Result<Vec<String>, SignInError> {
    let account = with_password(desk, email, password).await?;
    let mut tx = Tx::begin(desk.pool).await?;
    match confirm(desk, &mut tx, account.id, code).await {
        Ok(codes) => {
            succeeded(desk, &mut tx, email).await?;
            told(desk, &mut tx, account.id, "second_factor_confirmed").await?;
            tx.commit().await?;
            Ok(codes)
        }
        Err(refusal) => {
            tx.rollback().await?;
            Err(refusal)
        }
    }
}

async fn confirm(desk: &Desk<'_>, tx: &mut Tx, officer_id: Uuid, code: &str) -> Result<Vec<String>, SignInError> {
    let stored = db::sign_ins::second_factor(tx, officer_id).await?.ok_or(SignInError::SecondFactorMissing)?;
    let factor = desk.keys.open_second_factor(officer_id, &stored.secret).filter(|_| stored.confirmed_at.is_none());
    let step = factor.and_then(|factor| factor.step(code, desk.wall)).ok_or(SignInError::Refused)?;
    let codes = desk.keys.recovery_codes()?;
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| desk.keys.one_time_code_hash(code)).collect();
    let confirmed = db::sign_ins::confirm_second_factor(tx, officer_id, step, &hashes, desk.now).await?;
    if confirmed { Ok(codes) } else { Err(SignInError::Refused) }
}

/// Takes up an invitation: sets the password of the officer who was invited, forgets a second factor that may be lost,
/// and ends every sign-in there was.
pub async fn accept_invitation(desk: &Desk<'_>, invitation: &str, password: &str) -> Result<(), SignInError> {
    counted(desk, &desk.keys.delay_key("network", desk.network), NETWORK_DELAYS).await?;
    let hash = desk.keys.one_time_code_hash(invitation);
    let officer_id = db::sign_ins::invited(desk.pool, &hash, desk.now).await?.ok_or(SignInError::Refused)?;
    let password_hash = new_password(desk, officer_id, password, "/password").await?;
    let mut tx = Tx::begin(desk.pool).await?;
    if !db::sign_ins::accept_invitation(&mut tx, &hash, desk.now).await? {
        tx.rollback().await?;
        return Err(SignInError::Refused);
    }
    db::sign_ins::set_password(&mut tx, officer_id, Some(&password_hash)).await?;
    db::sign_ins::forget_second_factor(&mut tx, officer_id).await?;
    db::sign_ins::end(&mut tx, officer_id, Which::All, SignInEnd::CredentialsChanged, desk.now).await?;
    db::sign_ins::take_back(&mut tx, &desk.keys.delay_key("network", desk.network), true, desk.now).await?;
    told(desk, &mut tx, officer_id, "invitation_accepted").await?;
    Ok(tx.commit().await?)
}

/// Changes the password and ends every other sign-in of the officer.
pub async fn change_password(
    desk: &Desk<'_>,
    officer_id: Uuid,
    sign_in_id: Uuid,
    current: &str,
    new: &str,
) -> Result<(), SignInError> {
    let account = db::officers::account(desk.pool, officer_id).await?.ok_or(SignInError::Refused)?;
    let account = with_password(desk, &account.email, current).await?;
    let password_hash = new_password(desk, account.id, new, "/new_password").await?;
    let mut tx = Tx::begin(desk.pool).await?;
    db::sign_ins::set_password(&mut tx, officer_id, Some(&password_hash)).await?;
    db::sign_ins::end(&mut tx, officer_id, Which::AllBut(sign_in_id), SignInEnd::CredentialsChanged, desk.now).await?;
    succeeded(desk, &mut tx, &account.email).await?;
    told(desk, &mut tx, officer_id, "password_changed").await?;
    Ok(tx.commit().await?)
}

/// The hash of a password that is hard to guess, by an estimate that knows the officer's own name and address.
async fn new_password(desk: &Desk<'_>, officer_id: Uuid, password: &str, pointer: &str) -> Result<String, SignInError> {
    let account = db::officers::account(desk.pool, officer_id).await?.ok_or(SignInError::Refused)?;
    let name = account.name.to_lowercase();
    let known: Vec<&str> = account.email.split(['@', '.']).chain(name.split(' ')).chain(["netral"]).collect();
    if zxcvbn(password, &known).score() < Score::Three {
        return Err(SignInError::Input(vec![FieldFault::new(pointer, Fault::WeakPassword)]));
    }
    desk.passwords.hash(password.to_owned()).await.map_err(|_| SignInError::Busy)
}

/// Records what happened to the account and tells its owner that there is news.
async fn told(desk: &Desk<'_>, tx: &mut Tx, officer_id: Uuid, kind: &'static str) -> Result<(), SignInError> {
    let event = db::officers::record(tx, officer_id, kind, None, None, None, desk.now).await?;
    let (told, to) = (Told::Account { officer_event_id: event }, Recipient::Officer(officer_id));
    Ok(db::deliveries::tell(tx, told, to, Notice::CredentialsChanged, desk.now).await?)
}
