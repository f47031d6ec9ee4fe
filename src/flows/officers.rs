//! Officers and their seats: who is added, moved, disabled. Signing in is in `sign_in`.

use uuid::Uuid;

use super::FlowError;
use crate::db::officers::{NewOfficer, NewSeat};
use crate::db::sign_ins::Which;
use crate::db::{self, Tx};
use crate::domain::actor::Role;
use crate::domain::calendar::today;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::sign_in::SignInEnd;

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

/// Adds an officer with a seat; one already there gets the seat and the new password, and enrols a second factor anew.
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
        password_hash: Some(new.password_hash),
    };
    let officer_id = db::officers::put(tx, &officer).await?;
    db::sign_ins::forget_second_factor(tx, officer_id).await?;
    db::sign_ins::end(tx, officer_id, Which::All, SignInEnd::CredentialsChanged, now).await?;
    db::officers::record(tx, officer_id, "added", None, None, None, now).await?;
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
