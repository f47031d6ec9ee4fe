//! Officers signing in, and the keys with which others check our tokens.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{self, JsonBody, Schemas};
use super::openapi::{PublicRead, SignIn};
use super::problem::{Problem, ProblemCode};
use crate::app::App;
use crate::db::officers::Seat;
use crate::domain::actor::Role;
use crate::domain::confidential::Confidential;
use crate::flows::officers;

/// Address and password of an officer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// Address.
    #[schema(format = "email", max_length = 254, example = "verifikator@bkn.example.go.id")]
    pub email: String,
    /// Password.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    pub password: Confidential<String>,
    /// The seat to act through; the first one held when left out.
    pub seat_id: Option<Uuid>,
}

/// A seat of an officer.
#[derive(Serialize, ToSchema)]
pub struct SeatView {
    /// Key.
    pub id: Uuid,
    /// Role.
    pub role: Role,
    /// Agency.
    pub agency_code: String,
    /// Region reached, with all below; empty for the whole country.
    pub region_code: String,
}

impl From<Seat> for SeatView {
    fn from(seat: Seat) -> Self {
        Self { id: seat.id, role: seat.role, agency_code: seat.agency_code, region_code: seat.region_code }
    }
}

/// A signed-in officer.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// Bearer token (JWT, ES256).
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds until it ends.
    pub expires_in: u32,
    /// The seat acted through.
    pub seat: SeatView,
    /// Every seat held; name one of them in `seat_id` to act through it.
    pub seats: Vec<SeatView>,
}

/// Sign in as an officer.
///
/// An unknown account and a wrong password are answered alike and after the same time.
#[utoipa::path(tag = "session", request_body = NewSession, responses((status = 201, description = "Signed in", body = Session), SignIn))]
#[post("/v1/sessions")]
pub async fn sign_in(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let input: NewSession = body::read(&schemas, "NewSession", &bytes)?;
    let signed_in = officers::sign_in(&app.pool, &app.passwords, &input.email, input.password.reveal(), input.seat_id)
        .await?
        .ok_or_else(|| Problem::new(ProblemCode::SignInRefused))?;
    let minutes = app.config.access_token_minutes;
    let (seat, life) = (signed_in.seat, chrono::Duration::minutes(minutes.into()));
    let token = app
        .keys
        .sign_officer(signed_in.officer_id, seat.id, seat.role, app.clock.now(), life)
        .map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Created().json(Session {
        access_token: token,
        token_type: "Bearer",
        expires_in: minutes * 60,
        seat: seat.into(),
        seats: signed_in.seats.into_iter().map(Into::into).collect(),
    }))
}

/// Read the keys that sign our tokens (RFC 7517).
#[utoipa::path(tag = "session", responses((status = 200, description = "The key set", body = Object), PublicRead))]
#[get("/.well-known/jwks.json")]
pub async fn get_jwks(app: web::Data<App>) -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "public, max-age=300")).json(app.keys.jwks())
}
