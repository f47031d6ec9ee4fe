//! Officers signing in and staying so: the tokens of a sign-in, and the keys with which others check them.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{self, JsonBody, Schemas};
use super::network::Network;
use super::openapi::{OfficerSignIn, PublicRead, SignIn};
use super::problem::Problem;
use crate::app::App;
use crate::db::officers::Seat;
use crate::domain::actor::Role;
use crate::domain::confidential::Confidential;
use crate::domain::fault::{Fault, FieldFault};
use crate::flows::sign_in::{Desk, Proof, SignedIn, by_password, refresh};

/// Address, password and second factor of an officer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// Address.
    #[schema(format = "email", max_length = 254, example = "verifikator@bkn.example.go.id")]
    pub email: String,
    /// Password.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    pub password: Confidential<String>,
    /// The code that the authenticator shows now.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{6}$")]
    pub code: Option<Confidential<String>>,
    /// In place of the code: one of the recovery codes, each good once.
    #[schema(value_type = Option<String>, min_length = 8, max_length = 64)]
    pub recovery_code: Option<Confidential<String>>,
    /// The seat to act through; the first one held when left out.
    pub seat_id: Option<Uuid>,
}

impl NewSession {
    fn proof(&self) -> Result<Proof<'_>, Problem> {
        match (&self.code, &self.recovery_code) {
            (Some(_), Some(_)) => Err(Problem::input(vec![FieldFault::new("/recovery_code", Fault::NotAllowed)])),
            (Some(code), None) => Ok(Proof::Code(code.reveal())),
            (None, Some(code)) => Ok(Proof::RecoveryCode(code.reveal())),
            (None, None) => Ok(Proof::Missing),
        }
    }
}

/// A refresh token to be exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRefresh {
    /// The last one received; it is used up.
    #[schema(value_type = String, min_length = 1, max_length = 128, example = "3q2-7wEAAQID…")]
    pub refresh_token: Confidential<String>,
    /// The seat to act through from now on; the first one held when left out.
    #[schema(example = "01930c5e-3333-7c31-9a44-5b1f0e6a2c13")]
    pub seat_id: Option<Uuid>,
}

/// A seat of an officer.
#[derive(Serialize, ToSchema)]
pub struct SeatView {
    /// Key.
    #[schema(example = "01930c5e-3333-7c31-9a44-5b1f0e6a2c13")]
    pub id: Uuid,
    /// Role.
    #[schema(example = "triage_officer")]
    pub role: Role,
    /// Agency.
    #[schema(example = "BKN")]
    pub agency_code: String,
    /// Region reached, with all below; empty for the whole country.
    #[schema(example = "15")]
    pub region_code: String,
    /// Work unit within the agency, whose cases stay hidden.
    #[schema(example = "Direktorat Pengawasan dan Pengendalian I")]
    pub work_unit: Option<String>,
}

impl From<Seat> for SeatView {
    fn from(seat: Seat) -> Self {
        Self {
            id: seat.id,
            role: seat.role,
            agency_code: seat.agency_code,
            region_code: seat.region_code,
            work_unit: seat.work_unit,
        }
    }
}

/// A signed-in officer.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// Bearer token (JWT of RFC 9068, ES256).
    #[schema(example = "eyJhbGciOiJFUzI1NiJ9…")]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until it ends.
    #[schema(example = 600)]
    pub expires_in: u32,
    /// Gets the next tokens, once. One that comes a second time ends the sign-in.
    #[schema(example = "3q2-7wEAAQID…")]
    pub refresh_token: String,
    /// The sign-in, as `/v1/me` lists it.
    #[schema(example = "01930c5e-4444-7c31-9a44-5b1f0e6a2c14")]
    pub sign_in_id: Uuid,
    /// When the sign-in ends unless it is refreshed.
    #[schema(example = "2026-11-18T09:00:00Z")]
    pub sign_in_expires_at: chrono::DateTime<chrono::Utc>,
    /// The seat acted through.
    pub seat: SeatView,
    /// Every seat held; name one in `seat_id`, or for one request in the header `Netral-Seat`, to act through it.
    pub seats: Vec<SeatView>,
}

pub(super) fn desk<'a>(app: &'a App, network: &'a Network) -> Desk<'a> {
    Desk {
        pool: &app.pool,
        keys: &app.keys,
        passwords: &app.passwords,
        now: app.clock.now(),
        wall: app.clock.wall(),
        network: &network.0,
    }
}

pub(super) fn session(app: &App, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let minutes = app.config.access_token_minutes;
    let life = chrono::Duration::minutes(minutes.into());
    let access_token = app.keys.sign_officer(signed_in.token, app.clock.now(), life);
    let body = Session {
        access_token: access_token.map_err(|error| Problem::internal(&error))?,
        token_type: "Bearer",
        expires_in: minutes * 60,
        refresh_token: signed_in.refresh_token,
        sign_in_id: signed_in.sign_in.id,
        sign_in_expires_at: signed_in.sign_in.expires_at,
        seat: signed_in.seat.into(),
        seats: signed_in.seats.into_iter().map(Into::into).collect(),
    };
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(body))
}

/// Sign in as an officer.
///
/// An unknown account, a wrong password and a wrong code are answered alike and after the same time. After some
/// failures the next attempt has to wait, half a minute at most for an account; none is ever locked.
#[utoipa::path(
    tag = "session", request_body = NewSession,
    responses((status = 201, description = "Signed in", body = Session), OfficerSignIn)
)]
#[post("/v1/sessions")]
pub async fn sign_in(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    network: Network,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let input: NewSession = body::read(&schemas, "NewSession", &bytes)?;
    let (desk, password) = (desk(&app, &network), input.password.reveal());
    session(&app, by_password(&desk, &input.email, password, input.proof()?, input.seat_id).await?)
}

/// Get the next tokens of a sign-in.
#[utoipa::path(
    tag = "session", request_body = SessionRefresh,
    responses((status = 201, description = "The next tokens", body = Session), SignIn)
)]
#[post("/v1/sessions/refresh")]
pub async fn refresh_session(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    network: Network,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let input: SessionRefresh = body::read(&schemas, "SessionRefresh", &bytes)?;
    let desk = desk(&app, &network);
    session(&app, refresh(&desk, input.refresh_token.reveal(), input.seat_id).await?)
}

/// Read the keys that sign our tokens (RFC 7517).
#[utoipa::path(tag = "session", responses((status = 200, description = "The key set", body = Object, example = json!({ "keys": [{
    "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
}] })), PublicRead))]
#[get("/.well-known/jwks.json")]
pub async fn get_jwks(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "public, max-age=300")).json(app.keys.jwks(app.clock.now()))
}
