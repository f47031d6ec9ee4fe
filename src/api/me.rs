//! What an officer calls about himself: seats, permissions, sign-ins, password. Of nobody else.

use actix_web::{HttpResponse, delete, get, put, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{self, JsonBody, Schemas};
use super::caller::Caller;
use super::network::Network;
use super::openapi::{SignedInRead, SignedInWrite};
use super::problem::{Problem, ProblemCode};
use super::sessions::{SeatView, desk};
use crate::app::App;
use crate::db::sign_ins::{SignIn, Which};
use crate::db::{self, Tx};
use crate::domain::confidential::Confidential;
use crate::domain::policy::{self, Permission};
use crate::domain::sign_in::{SignInEnd, SignInMethod};
use crate::flows::credentials;

/// A sign-in that is alive.
#[derive(Serialize, ToSchema)]
pub struct SignInView {
    /// Key.
    #[schema(example = "01930c5e-4444-7c31-9a44-5b1f0e6a2c14")]
    pub id: Uuid,
    /// The one this request came with.
    #[schema(example = true)]
    pub current: bool,
    /// By what.
    pub method: SignInMethod,
    /// When.
    #[schema(example = "2026-11-18T01:00:00Z")]
    pub started_at: DateTime<Utc>,
    /// When its refresh token was last exchanged.
    #[schema(example = "2026-11-18T03:15:00Z")]
    pub last_used_at: DateTime<Utc>,
    /// When it ends unless it is refreshed.
    #[schema(example = "2026-11-18T09:00:00Z")]
    pub expires_at: DateTime<Utc>,
}

impl SignInView {
    fn new(sign_in: &SignIn, current: Uuid) -> Self {
        Self {
            id: sign_in.id,
            current: sign_in.id == current,
            method: sign_in.method,
            started_at: sign_in.started_at,
            last_used_at: sign_in.last_used_at,
            expires_at: sign_in.expires_at,
        }
    }
}

/// The officer who asks.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Key.
    #[schema(example = "01930c5e-1111-7c31-9a44-5b1f0e6a2c11")]
    pub id: Uuid,
    /// Address.
    #[schema(example = "verifikator@instansi.example")]
    pub email: String,
    /// Name.
    #[schema(example = "Verifikator Satu")]
    pub name: String,
    /// Language of mails.
    #[schema(example = "id")]
    pub language: String,
    /// The seat of this request.
    #[schema(example = "01930c5e-3333-7c31-9a44-5b1f0e6a2c13")]
    pub seat_id: Uuid,
    /// What that seat may do, each within its reach.
    pub permissions: &'static [Permission],
    /// Every seat held.
    pub seats: Vec<SeatView>,
    /// Sign-ins that are alive, newest first.
    pub sign_ins: Vec<SignInView>,
}

/// Read one's own account: seats, permissions, live sign-ins.
#[utoipa::path(
    tag = "session", security(("officer" = [])),
    responses((status = 200, description = "The officer who asks", body = Me), SignedInRead)
)]
#[get("/v1/me")]
pub async fn get_me(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    caller.must_be_a_person()?;
    let Caller(officer, current) = caller;
    let account = db::officers::account(&app.pool, officer.officer_id).await?;
    let account = account.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    let seats = db::officers::seats(&app.pool, officer.officer_id).await?;
    let sign_ins = db::sign_ins::live(&app.pool, officer.officer_id, app.clock.now()).await?;
    Ok(HttpResponse::Ok().json(Me {
        id: account.id,
        email: account.email,
        name: account.name,
        language: account.language,
        seat_id: officer.seat_id,
        permissions: policy::permissions(officer.role),
        seats: seats.into_iter().map(Into::into).collect(),
        sign_ins: sign_ins.iter().map(|sign_in| SignInView::new(sign_in, current)).collect(),
    }))
}

/// End one of one's own sign-ins; the current one signs out.
#[utoipa::path(
    tag = "session", security(("officer" = [])), params(("sign_in_id" = Uuid, Path)),
    responses((status = 204, description = "Ended; its tokens are refused within a second"), SignedInRead)
)]
#[delete("/v1/me/sign-ins/{sign_in_id}")]
pub async fn end_sign_in(app: web::Data<App>, caller: Caller, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let mut tx = Tx::begin(&app.pool).await?;
    let (officer_id, which) = (caller.0.officer_id, Which::One(*id));
    let ended = db::sign_ins::end(&mut tx, officer_id, which, SignInEnd::Officer, app.clock.now()).await?;
    tx.commit().await?;
    if ended == 1 { Ok(HttpResponse::NoContent().finish()) } else { Err(Problem::new(ProblemCode::NotFound)) }
}

/// The password as it is and as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// As it is.
    #[schema(value_type = String, min_length = 1, max_length = 256, example = "kalimat sandi yang panjang")]
    pub current_password: Confidential<String>,
    /// As it shall be; hard to guess, without the own name or address.
    #[schema(value_type = String, min_length = 12, max_length = 256, example = "kalimat sandi lain yang panjang")]
    pub new_password: Confidential<String>,
}

/// Change one's own password; every other sign-in ends.
#[utoipa::path(
    tag = "session", security(("officer" = [])), request_body = PasswordChange,
    responses((status = 204, description = "Changed"), SignedInWrite)
)]
#[put("/v1/me/password")]
pub async fn change_password(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    caller: Caller,
    network: Network,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let input: PasswordChange = body::read(&schemas, "PasswordChange", &bytes)?;
    let (desk, current, new) = (desk(&app, &network), &input.current_password, &input.new_password);
    credentials::change_password(&desk, caller.0.officer_id, caller.1, current.reveal(), new.reveal()).await?;
    Ok(HttpResponse::NoContent().finish())
}
