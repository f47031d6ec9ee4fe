//! Officers and their seats: who is added, moved, disabled. Signing in is in `sign_in`.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use uuid::Uuid;

use super::FlowError;
use super::numbers::{Numbers, free, known_by_number, set_numbers};
use crate::db::deliveries::{Recipient, Told};
use crate::db::officers::{Listed, NewOfficer, NewSeat, Seat};
use crate::db::sign_ins::Which;
use crate::db::{self, Tx};
use crate::domain::actor::{Officer, Role};
use crate::domain::calendar::today;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::marks;
use crate::domain::notice::Notice;
use crate::domain::policy::{self, Permission, Reach};
use crate::domain::sign_in::SignInEnd;
use crate::token::Keys;

/// An officer with one seat, to be added.
pub struct OfficerToAdd<'a> {
    /// Address.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// NIP.
    pub nip: Option<&'a str>,
    /// NIK; only its keyed hash is kept.
    pub nik: Option<&'a str>,
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
pub async fn add(tx: &mut Tx, keys: &Keys, now: DateTime<Utc>, new: &OfficerToAdd<'_>) -> Result<Uuid, FlowError> {
    let day = today(now);
    let unknown = || FlowError::Input(vec![FieldFault::new("agency", Fault::UnknownCode)]);
    let agency_id = db::reference::agency(tx, new.agency_code, day).await?.ok_or_else(unknown)?;
    let (region, unit) = (new.region_code, new.work_unit);
    fits(tx, agency_id, (new.role, region, unit), day, ["role", "region", "work_unit"].map(str::to_owned)).await?;
    let numbers = Numbers::read(keys, new.nip, new.nik, "")?;
    let email = new.email.to_lowercase();
    let officer = NewOfficer {
        id: Uuid::now_v7(),
        email: &email,
        name: new.name,
        nip: numbers.nip.as_deref(),
        language: new.language,
        password_hash: Some(new.password_hash),
        nik_index: numbers.nik_index.as_deref(),
        numbers: numbers.indexes(),
    };
    let known = db::officers::id_of(tx, &email).await?;
    free(tx, known, &numbers, "").await?;
    let officer_id = db::officers::put(tx, &officer).await?;
    set_numbers(tx, officer_id, &numbers).await?;
    known_by_number(tx, officer_id, new.role, "nip").await?;
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
    let given = db::officers::seat(tx, &seat).await?;
    db::officers::record_seat(tx, officer_id, None, &given, now).await?;
    Ok(officer_id)
}

/// How long an invitation is good.
const INVITED_FOR: Duration = Duration::days(3);

/// An administrator at work: through which seat, with what, when.
pub struct Administration<'a> {
    /// The administrator.
    pub by: &'a Officer,
    /// Keys.
    pub keys: &'a Keys,
    /// The time.
    pub now: DateTime<Utc>,
}

/// A seat to be given.
pub struct SeatToGive<'a> {
    /// Role.
    pub role: Role,
    /// Agency.
    pub agency_code: &'a str,
    /// Region; empty for all that the agency covers, where that is the whole country.
    pub region_code: &'a str,
    /// Work unit.
    pub work_unit: Option<&'a str>,
    /// Where the seat stands in the input, for faults.
    pub pointer: &'static str,
}

/// A person to be appointed.
pub struct Appointee<'a> {
    /// Address.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// NIP, 18 digits.
    pub nip: Option<&'a str>,
    /// NIK, 16 digits; only its keyed hash is kept.
    pub nik: Option<&'a str>,
    /// Language of mails.
    pub language: &'a str,
}

/// An officer with the live seats.
pub struct Appointed {
    /// The officer.
    pub officer: Listed,
    /// The seats.
    pub seats: Vec<Seat>,
}

/// Makes an account with its first seat. It opens nothing until an invitation is taken up.
pub async fn appoint(
    tx: &mut Tx,
    with: &Administration<'_>,
    person: &Appointee<'_>,
    seat: &SeatToGive<'_>,
) -> Result<Appointed, FlowError> {
    let agency_id = agency_for(tx, with, seat).await?;
    let (id, email) = (Uuid::now_v7(), person.email.to_lowercase());
    let numbers = Numbers::read(with.keys, person.nip, person.nik, "/")?;
    let officer = NewOfficer {
        id,
        email: &email,
        name: person.name,
        nip: numbers.nip.as_deref(),
        language: person.language,
        password_hash: None,
        nik_index: numbers.nik_index.as_deref(),
        numbers: numbers.indexes(),
    };
    if !db::officers::insert(tx, &officer).await? {
        let taken = db::officers::taken(tx, None, Some(&email), officer.nip, officer.nik_index).await?;
        let at = |field| FieldFault::new(format!("/{field}"), Fault::Taken);
        return Err(FlowError::Input(taken.into_iter().map(at).collect()));
    }
    known_by_number(tx, id, seat.role, "/nip").await?;
    recorded(tx, with, id, "appointed", None, None).await?;
    give(tx, with, id, agency_id, seat).await
}

/// Gives an officer a further seat.
pub async fn give_seat(
    tx: &mut Tx,
    with: &Administration<'_>,
    officer_id: Uuid,
    seat: &SeatToGive<'_>,
) -> Result<Appointed, FlowError> {
    within_reach(tx, with, officer_id, Needed::Any).await?;
    let agency_id = agency_for(tx, with, seat).await?;
    known_by_number(tx, officer_id, seat.role, "/role").await?;
    give(tx, with, officer_id, agency_id, seat).await
}

/// Puts NIP or NIK of an officer in place: one that was missing, or one that changed, as a NI PPPK does with the agency. Cases
/// about himself are hidden by those he had before as well.
pub async fn complete(
    tx: &mut Tx,
    with: &Administration<'_>,
    officer_id: Uuid,
    nip: Option<&str>,
    nik: Option<&str>,
) -> Result<Appointed, FlowError> {
    within_reach(tx, with, officer_id, Needed::Every).await?;
    let numbers = Numbers::read(with.keys, nip, nik, "/")?;
    if numbers.indexes().is_empty() {
        return Err(FlowError::Input(vec![FieldFault::new("/nip", Fault::NumberNeeded)]));
    }
    free(tx, Some(officer_id), &numbers, "/").await?;
    set_numbers(tx, officer_id, &numbers).await?;
    recorded(tx, with, officer_id, "numbers_set", None, None).await?;
    appointed(tx, officer_id).await
}

async fn give(
    tx: &mut Tx,
    with: &Administration<'_>,
    officer_id: Uuid,
    agency_id: Uuid,
    seat: &SeatToGive<'_>,
) -> Result<Appointed, FlowError> {
    put_in_seat(tx, with, officer_id, agency_id, seat).await?;
    appointed(tx, officer_id).await
}

/// Gives an account a seat that fits, on record.
pub(super) async fn put_in_seat(
    tx: &mut Tx,
    with: &Administration<'_>,
    officer_id: Uuid,
    agency_id: Uuid,
    seat: &SeatToGive<'_>,
) -> Result<(), FlowError> {
    let (id, role) = (Uuid::now_v7(), seat.role);
    let (region_code, work_unit) = (seat.region_code, seat.work_unit);
    let given = db::officers::seat(tx, &NewSeat { id, officer_id, role, agency_id, region_code, work_unit }).await?;
    db::officers::record_seat(tx, officer_id, Some(with.by.officer_id), &given, with.now).await?;
    Ok(())
}

/// Ends a seat. Whoever acts through it is out within a second.
pub async fn end_seat(
    tx: &mut Tx,
    with: &Administration<'_>,
    officer_id: Uuid,
    seat_id: Uuid,
) -> Result<Appointed, FlowError> {
    within_reach(tx, with, officer_id, Needed::This(seat_id)).await?;
    if !db::officers::end_seat(tx, officer_id, seat_id, with.now).await? {
        return Err(FlowError::NotFound);
    }
    recorded(tx, with, officer_id, "seat_ended", Some(seat_id), None).await?;
    appointed(tx, officer_id).await
}

/// Lets an officer in no longer, and ends every sign-in; or lets him in again.
pub async fn set_disabled(
    tx: &mut Tx,
    with: &Administration<'_>,
    officer_id: Uuid,
    disabled: bool,
    reason: &str,
) -> Result<Appointed, FlowError> {
    within_reach(tx, with, officer_id, Needed::Every).await?;
    if db::officers::set_disabled(tx, officer_id, disabled.then_some(with.now)).await? {
        let kind = if disabled { "disabled" } else { "enabled" };
        recorded(tx, with, officer_id, kind, None, Some(reason)).await?;
        db::sign_ins::end(tx, officer_id, Which::All, SignInEnd::Administrator, with.now).await?;
    }
    appointed(tx, officer_id).await
}

/// Invites an officer to set a password: the one-time code, and until when it is good. Taken up, it also lets the officer
/// enrol a new second factor.
pub async fn invite(
    tx: &mut Tx,
    with: &Administration<'_>,
    officer_id: Uuid,
) -> Result<(String, DateTime<Utc>), FlowError> {
    within_reach(tx, with, officer_id, Needed::Every).await?;
    let code = with.keys.one_time_code().map_err(|_| FlowError::NoRandomness)?;
    let until = with.now + INVITED_FOR;
    db::sign_ins::invite(tx, officer_id, &with.keys.one_time_code_hash(&code), until).await?;
    let event = db::officers::record(tx, officer_id, "invited", Some(with.by.officer_id), None, None, with.now).await?;
    // An invitation opens the account to whoever holds it: its owner hears of it before that.
    let (told, to) = (Told::Account { officer_event_id: event }, Recipient::Officer(officer_id));
    db::deliveries::tell(tx, told, to, Notice::CredentialsChanged, with.now).await?;
    Ok((code, until))
}

/// An officer within the administrator's reach.
pub async fn find(tx: &mut Tx, with: &Administration<'_>, officer_id: Uuid) -> Result<Appointed, FlowError> {
    within_reach(tx, with, officer_id, Needed::Any).await.or_else(|error| match error {
        FlowError::OwnAccount => Ok(()),
        other => Err(other),
    })?;
    appointed(tx, officer_id).await
}

async fn appointed(tx: &mut Tx, officer_id: Uuid) -> Result<Appointed, FlowError> {
    let officer = db::officers::listed(tx, officer_id).await?.ok_or(FlowError::NotFound)?;
    let seats = db::officers::live_seats(tx, officer_id).await?;
    Ok(Appointed { officer, seats: seats.into_iter().map(|(_, seat)| seat).collect() })
}

/// Which seats of an officer the administrator must reach.
#[derive(Clone, Copy)]
enum Needed {
    Any,
    This(Uuid),
    Every,
}

/// Nobody changes the own account. An agency's administrator reaches seats at the agency and below it that he could have
/// given; an officer with none of them is not found, one with others as well is not his to disable.
async fn within_reach(
    tx: &mut Tx,
    with: &Administration<'_>,
    officer_id: Uuid,
    needed: Needed,
) -> Result<(), FlowError> {
    db::officers::listed(tx, officer_id).await?.ok_or(FlowError::NotFound)?;
    let mut reached = Vec::new();
    for (agency_id, seat) in db::officers::live_seats(tx, officer_id).await? {
        let mine = with.by.role == Role::SystemAdmin
            || (policy::may_appoint(with.by.role, seat.role)
                && db::reference::stands_within(tx, agency_id, with.by.agency_id).await?);
        reached.push((seat.id, mine));
    }
    let some = with.by.role == Role::SystemAdmin || reached.iter().any(|(_, mine)| *mine);
    if !some && officer_id != with.by.officer_id {
        return Err(FlowError::NotFound);
    }
    if officer_id == with.by.officer_id {
        return Err(FlowError::OwnAccount);
    }
    let enough = match needed {
        Needed::Any => true,
        Needed::This(id) => reached.iter().all(|(seat, mine)| *seat != id || *mine),
        Needed::Every => reached.iter().all(|(_, mine)| *mine),
    };
    if enough { Ok(()) } else { Err(FlowError::BeyondReach) }
}

/// The agency of a seat that the administrator may give, or every fault of the seat.
async fn agency_for(tx: &mut Tx, with: &Administration<'_>, seat: &SeatToGive<'_>) -> Result<Uuid, FlowError> {
    let agency = named_agency(tx, with, seat).await?;
    let everywhere = with.by.role == Role::SystemAdmin;
    if !policy::may_appoint(with.by.role, seat.role)
        || !(everywhere || db::reference::stands_within(tx, agency, with.by.agency_id).await?)
    {
        return Err(FlowError::BeyondReach);
    }
    let places = ["role", "region_code", "work_unit"].map(|field| format!("{}/{field}", seat.pointer));
    fits(tx, agency, (seat.role, seat.region_code, seat.work_unit), today(with.now), places).await?;
    Ok(agency)
}

/// The agency that a seat names, as of today.
pub(super) async fn named_agency(
    tx: &mut Tx,
    with: &Administration<'_>,
    seat: &SeatToGive<'_>,
) -> Result<Uuid, FlowError> {
    let unknown = || FieldFault::new(format!("{}/agency_code", seat.pointer), Fault::UnknownCode);
    let found = db::reference::agency(tx, seat.agency_code, today(with.now)).await?;
    found.ok_or_else(|| FlowError::Input(vec![unknown()]))
}

/// Every fault of a seat of this role, region and work unit at an agency, at the three places named. Who acts for an agency acts for
/// all of it: the conduct it answers for may have happened anywhere. Who reads cases says of which unit he is, since any agency may be
/// a subject's.
pub(super) async fn fits(
    tx: &mut Tx,
    agency: Uuid,
    (role, region, unit): (Role, &str, Option<&str>),
    day: NaiveDate,
    [role_at, region_at, unit_at]: [String; 3],
) -> Result<(), FlowError> {
    let fits = db::reference::seat_fits(tx, agency, role.as_str(), region, day).await?;
    let whole = !matches!(policy::reach(role), Reach::Reviewed | Reach::Addressed) || fits.whole;
    let says_unit = unit.is_some_and(|unit| !marks::folded(unit).is_empty());
    let unit_known = says_unit || !policy::granted(role, Permission::ReadCase);
    let faults: Vec<FieldFault> = [
        (fits.role, role_at, Fault::NotAllowed),
        (fits.region && whole, region_at, Fault::NotAllowed),
        (unit_known, unit_at, Fault::Required),
    ]
    .into_iter()
    .filter(|(fits, ..)| !fits)
    .map(|(_, at, fault)| FieldFault::new(at, fault))
    .collect();
    if faults.is_empty() { Ok(()) } else { Err(FlowError::Input(faults)) }
}

/// Puts on record what the administrator did to an account; answers the key of the record.
pub(super) async fn recorded(
    tx: &mut Tx,
    with: &Administration<'_>,
    officer_id: Uuid,
    kind: &'static str,
    seat_id: Option<Uuid>,
    reason: Option<&str>,
) -> Result<Uuid, FlowError> {
    Ok(db::officers::record(tx, officer_id, kind, Some(with.by.officer_id), seat_id, reason, with.now).await?)
}

/// Ends the seats that the law no longer knows: their agency is gone, or the role or the region is no longer its.
pub async fn end_void_seats(tx: &mut Tx, now: DateTime<Utc>) -> Result<usize, FlowError> {
    let ended = db::officers::end_void_seats(tx, today(now), now).await?;
    for (officer_id, seat_id) in &ended {
        db::officers::record(tx, *officer_id, "seat_ended", None, Some(*seat_id), None, now).await?;
    }
    Ok(ended.len())
}
