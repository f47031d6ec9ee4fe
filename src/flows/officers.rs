//! Officers: adding one, signing in.

use uuid::Uuid;

use super::FlowError;
use crate::db::officers::{NewOfficer, NewSeat, Seat};
use crate::db::{self, Pool, Tx};
use crate::domain::actor::Role;
use crate::domain::calendar::today;
use crate::domain::fault::{Fault, FieldFault};
use crate::token::PasswordHasher;

/// An officer with one seat, to be added.
pub struct OfficerToAdd<'a> {
    /// Address.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// NIP.
    pub nip: Option<&'a str>,
    /// Language of mails, `id` or `en`.
    pub language: &'a str,
    /// PHC string of the password.
    pub password_hash: &'a str,
    /// Role of the seat.
    pub role: Role,
    /// Agency of the seat.
    pub agency_code: &'a str,
    /// Region of the seat; empty for the whole country.
    pub region_code: &'a str,
    /// Work unit of the seat.
    pub work_unit: Option<&'a str>,
}

/// Adds an officer with a seat; one already there gets the new password and the seat as well.
pub async fn add(tx: &mut Tx, now: chrono::DateTime<chrono::Utc>, new: &OfficerToAdd<'_>) -> Result<Uuid, FlowError> {
    let unknown = || FlowError::Input(vec![FieldFault::new("agency", Fault::UnknownCode)]);
    let agency_id = db::reference::agency(tx, new.agency_code, today(now)).await?.ok_or_else(unknown)?;
    let email = new.email.to_lowercase();
    let officer = NewOfficer {
        id: Uuid::now_v7(),
        email: &email,
        name: new.name,
        nip: new.nip,
        language: new.language,
        password_hash: new.password_hash,
    };
    let officer_id = db::officers::put(tx, &officer).await?;
    let seat = NewSeat {
        id: Uuid::now_v7(),
        officer_id,
        role: new.role,
        agency_id,
        region_code: new.region_code,
        work_unit: new.work_unit,
    };
    db::officers::seat(tx, &seat).await?;
    Ok(officer_id)
}

/// Who signed in, through which seat, and the seats there are.
pub struct SignedIn {
    /// The officer.
    pub officer_id: Uuid,
    /// The seat acted through.
    pub seat: Seat,
    /// Every seat held.
    pub seats: Vec<Seat>,
}

/// Checks address and password. `None` for every kind of failure alike, and after the same time: an unknown account
/// costs one hash as well.
pub async fn sign_in(
    pool: &Pool,
    passwords: &PasswordHasher,
    email: &str,
    password: &str,
    seat: Option<Uuid>,
) -> Result<Option<SignedIn>, FlowError> {
    let account = db::officers::by_email(pool, &email.to_lowercase()).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let right = passwords.verify(hash, password.to_owned()).await;
    let Some(account) = account.filter(|account| right && account.disabled_at.is_none()) else { return Ok(None) };
    let seats = db::officers::seats_of(pool, account.id).await?;
    let chosen = seats.iter().find(|held| seat.is_none_or(|wanted| held.id == wanted)).cloned();
    Ok(chosen.map(|seat| SignedIn { officer_id: account.id, seat, seats }))
}
