//! Machine clients: registered, given another secret, shut out and let in again, and what one gets a token for. Knows no HTTP.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::FlowError;
use super::officers::{Administration, SeatToGive, fits, named_agency, put_in_seat, recorded};
use super::sign_in::{Desk, SignInError, counted};
use crate::db::clients::{Client, NewClient};
use crate::db::officers::Seat;
use crate::db::sign_ins::{SignIn, Which};
use crate::db::{self, Tx};
use crate::domain::actor::Scope;
use crate::domain::calendar::today;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::sign_in::{NETWORK_DELAYS, SignInEnd, SignInMethod};
use crate::token::{OfficerToken, client_secret, client_secret_hash, client_secret_matches};

/// A system to be let in.
pub struct ClientToRegister<'a> {
    /// Name, no other client's.
    pub name: &'a str,
    /// What its tokens can be for.
    pub scopes: &'a [Scope],
    /// Its one seat. The unit is the one whose people see what it reads.
    pub seat: SeatToGive<'a>,
}

/// A client with its seat.
pub struct Registered {
    /// The client.
    pub client: Client,
    /// The seat; none once the law no longer knows it.
    pub seat: Option<Seat>,
}

/// Registers a client; answers it with its secret.
pub async fn register(
    tx: &mut Tx,
    with: &Administration<'_>,
    new: &ClientToRegister<'_>,
) -> Result<(Registered, String), FlowError> {
    let agency = named_agency(tx, with, &new.seat).await?;
    // No role is asked for: where the seat is no such client's, the agency is what was wrong.
    let places = ["/agency_code", "/region_code", "/work_unit"].map(str::to_owned);
    fits(tx, agency, (new.seat.role, new.seat.region_code, new.seat.work_unit), today(with.now), places).await?;
    let (id, secret) = (Uuid::now_v7(), client_secret().map_err(|_| FlowError::NoRandomness)?);
    let hash = client_secret_hash(&secret);
    let client = NewClient { id, name: new.name, secret_hash: &hash, scopes: new.scopes };
    if !db::clients::insert(tx, &client, with.now).await? {
        return Err(FlowError::Input(vec![FieldFault::new("/name", Fault::Taken)]));
    }
    let event = recorded(tx, with, id, "registered", None, None).await?;
    put_in_seat(tx, with, id, agency, &new.seat).await?;
    // Who has the secret reads what the client may: those who answer for these cases hear of it before that.
    db::clients::tell_of_secret(tx, id, event, with.now).await?;
    Ok((registered(tx, id).await?, secret))
}

/// Gives a client another secret. The one before it and every token that came of it open nothing any more.
pub async fn renew_secret(
    tx: &mut Tx,
    with: &Administration<'_>,
    id: Uuid,
    reason: &str,
) -> Result<(Registered, String), FlowError> {
    db::clients::lock(tx, id).await?.ok_or(FlowError::NotFound)?;
    let secret = client_secret().map_err(|_| FlowError::NoRandomness)?;
    db::clients::renew_secret(tx, id, &client_secret_hash(&secret), with.now).await?;
    let event = recorded(tx, with, id, "secret_renewed", None, Some(reason)).await?;
    db::clients::tell_of_secret(tx, id, event, with.now).await?;
    db::sign_ins::end(tx, id, Which::All, SignInEnd::CredentialsChanged, with.now).await?;
    Ok((registered(tx, id).await?, secret))
}

/// Lets a client in no longer, its tokens included; or lets it in again.
pub async fn set_disabled(
    tx: &mut Tx,
    with: &Administration<'_>,
    id: Uuid,
    disabled: bool,
    reason: &str,
) -> Result<Registered, FlowError> {
    db::clients::lock(tx, id).await?.ok_or(FlowError::NotFound)?;
    if db::officers::set_disabled(tx, id, disabled.then_some(with.now)).await? {
        let kind = if disabled { "disabled" } else { "enabled" };
        recorded(tx, with, id, kind, None, Some(reason)).await?;
        db::sign_ins::end(tx, id, Which::All, SignInEnd::Administrator, with.now).await?;
    }
    registered(tx, id).await
}

async fn registered(tx: &mut Tx, id: Uuid) -> Result<Registered, FlowError> {
    let client = db::clients::lock(tx, id).await?.ok_or(FlowError::NotFound)?;
    let seat = db::officers::live_seats(tx, id).await?.pop();
    Ok(Registered { client, seat: seat.map(|(_, seat)| seat) })
}

/// Why a client got no token.
#[derive(Debug)]
pub enum NoToken {
    /// A scope that there is not, or that is not the client's.
    Scope,
    /// As with people: the client is not known, or not now.
    SignIn(SignInError),
}

impl<E: Into<SignInError>> From<E> for NoToken {
    fn from(error: E) -> Self {
        Self::SignIn(error.into())
    }
}

/// What a token is made of.
pub struct Granted {
    /// Whom it is for.
    pub token: OfficerToken,
    /// What it is for.
    pub scopes: Vec<Scope>,
}

/// Lets a client in by its secret, for `life`: all its scopes, or those wanted, parted by blanks (RFC 6749, 3.3). An attempt counts as
/// failed until the secret has proven right; the secret cannot be guessed, so nobody waits but behind the network that fails.
pub async fn token(
    desk: &Desk<'_>,
    id: Uuid,
    secret: &str,
    wanted: Option<&str>,
    life: Duration,
) -> Result<Granted, NoToken> {
    // Counted apart from people: a system that goes on with an old secret keeps no officer behind its network out.
    let network = desk.keys.delay_key("client network", desk.network);
    counted(desk, &network, NETWORK_DELAYS).await?;
    let stored = db::clients::secret_hash(desk.pool, id).await?;
    if !client_secret_matches(secret, stored.as_deref()) {
        return Err(SignInError::Refused.into());
    }
    let mut tx = Tx::begin(desk.pool).await?;
    db::sign_ins::take_back(&mut tx, &network, true, desk.now).await?;
    let granted = granted(&mut tx, desk.now, id, secret, wanted, life).await;
    // Whatever the client may have, it has proven who it is.
    tx.commit().await?;
    granted
}

async fn granted(
    tx: &mut Tx,
    now: DateTime<Utc>,
    id: Uuid,
    secret: &str,
    wanted: Option<&str>,
    life: Duration,
) -> Result<Granted, NoToken> {
    let own = db::clients::hold(tx, id, &client_secret_hash(secret)).await?.ok_or(SignInError::Refused)?;
    let seat = db::officers::seats_of(tx, id).await?.pop().ok_or(SignInError::Refused)?;
    let scopes = scopes(own, wanted).ok_or(NoToken::Scope)?;
    let sign_in = SignIn {
        id: Uuid::now_v7(),
        officer_id: id,
        method: SignInMethod::ClientCredentials,
        started_at: now,
        last_used_at: now,
        expires_at: now + life,
        ended_at: None,
        ended_by: None,
    };
    db::sign_ins::insert(tx, &sign_in).await?;
    let token = OfficerToken { officer_id: id, seat_id: seat.id, role: seat.role, sign_in_id: sign_in.id };
    Ok(Granted { token, scopes })
}

/// Those wanted if all of them are the client's own; all its own where none is named.
fn scopes(own: Vec<Scope>, wanted: Option<&str>) -> Option<Vec<Scope>> {
    let Some(wanted) = wanted else { return Some(own) };
    let mut scopes = Vec::new();
    for name in wanted.split(' ') {
        let scope = Scope::parse(name).filter(|scope| own.contains(scope))?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Some(scopes)
}
