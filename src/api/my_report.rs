//! What a reporter calls with number and access code: the mailbox, and the confirmation of an e-mail address.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{self, JsonBody, Schemas};
use super::caller::ReporterCaller;
use super::extract::PreferredLanguage;
use super::once::Reply;
use super::openapi::{PublicRead, PublicWrite, SignIn, SignedInRead, SignedInWrite};
use super::pages;
use super::problem::{Problem, ProblemCode};
use super::reporter_write::ReporterWrite;
use super::setting;
use super::views::MessageView;
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::confidential::Confidential;
use crate::domain::ids::{AccessCode, ComplaintNumber};
use crate::domain::report::MessageKind;
use crate::flows::mailbox::{self, Posted};
use crate::flows::sealing;

/// Number and access code of a report. They travel in the body, never in an address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReporterSession {
    /// Public number.
    #[schema(min_length = 8, max_length = 40, example = "NTR-2026-7K3M9QX2B")]
    pub complaint_number: String,
    /// As shown once on the receipt.
    #[schema(value_type = String, min_length = 8, max_length = 40, example = "9F2K-7QWD-X0RB-M3TZ")]
    pub access_code: Confidential<String>,
}

/// A short token for the mailbox.
#[derive(Serialize, ToSchema)]
pub struct ReporterSession {
    /// Bearer token of scope `report:follow`.
    #[schema(example = "eyJhbGciOiJFUzI1NiJ9…")]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until it ends.
    #[schema(example = 900)]
    pub expires_in: u32,
}

/// Open the mailbox of a report.
///
/// A wrong code and an unknown number are answered alike.
#[utoipa::path(
    tag = "mailbox", request_body = NewReporterSession,
    responses((status = 201, description = "A short token for the mailbox", body = ReporterSession), SignIn)
)]
#[post("/v1/reporter-sessions")]
pub async fn open_reporter_session(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let input: NewReporterSession = body::read(&schemas, "NewReporterSession", &bytes)?;
    let number = ComplaintNumber::parse(&input.complaint_number).unwrap_or_else(|| ComplaintNumber::new(0, 0));
    let code = AccessCode::parse(input.access_code.reveal()).unwrap_or_else(|| AccessCode::from_digest(&[]));
    let door = db::reports::by_number(&app.pool, &number).await?;
    // Compared in any case, so that an unknown number costs the same.
    let stored = door.as_ref().map_or([0; 32].as_slice(), |door| door.access_code_hash.as_slice());
    let right = app.keys.access_code_matches(&code, stored);
    let door = door.filter(|_| right).ok_or_else(|| Problem::new(ProblemCode::ReporterSessionRefused))?;
    let minutes = app.config.reporter_token_minutes;
    let token = app
        .keys
        .sign_reporter(door.report_id, app.clock.now(), chrono::Duration::minutes(minutes.into()))
        .map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Created().json(ReporterSession {
        access_token: token,
        token_type: "Bearer",
        expires_in: minutes * 60,
    }))
}

/// The messages of a mailbox.
#[derive(Serialize, ToSchema)]
pub struct Mailbox {
    /// Oldest first.
    pub data: Vec<MessageView>,
}

/// Read the messages of one's own report.
#[utoipa::path(tag = "mailbox", security(("reporter" = [])), responses((status = 200, description = "The mailbox", body = Mailbox), SignedInRead))]
#[get("/v1/my-report/messages")]
pub async fn list_my_messages(app: web::Data<App>, caller: ReporterCaller) -> Result<HttpResponse, Problem> {
    let messages = db::messages::of_report(&app.pool, caller.report_id).await?;
    Ok(HttpResponse::Ok()
        .json(Mailbox { data: sealing::messages(&app.vault, &messages)?.into_iter().map(Into::into).collect() }))
}

/// A message of the reporter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// The text.
    #[schema(value_type = String, min_length = 1, max_length = 10_000, example = "Unggahan itu masih dapat dilihat pada akun yang bersangkutan.")]
    pub body: Confidential<String>,
    /// What it is; an answer when left out.
    pub kind: Option<MessageKind>,
}

/// Answer a question, add information, ask to withdraw, or ask for a review of the outcome.
///
/// An answer to an open question moves the report on. A review can be asked for once for each outcome, within 14 calendar days after
/// the report was closed; the case is reopened, or somebody who had no part in it says why not, within ten working days.
#[utoipa::path(
    tag = "mailbox", security(("reporter" = [])), request_body = NewMessage,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one message")),
    responses((status = 201, description = "The message is stored", body = MessageKept), SignedInWrite)
)]
#[post("/v1/my-report/messages")]
pub async fn post_my_message(write: ReporterWrite) -> Result<HttpResponse, Problem> {
    let input: NewMessage = write.body.input("NewMessage")?;
    let (setting, kind) = (write.setting(), input.kind.unwrap_or(MessageKind::Answer));
    write
        .once("post_my_message", async |tx: &mut Tx, case_id| {
            let body = input.body.reveal();
            let Posted { message, answered_by } =
                mailbox::post(tx, &setting, case_id, write.report_id, kind, body).await?;
            let kept = MessageKept { id: message.id, sent_at: message.sent_at, answered_by };
            Reply::new(StatusCode::CREATED, &kept)
        })
        .await
}

/// The receipt of a message; its text is not kept a second time.
#[derive(Serialize, ToSchema)]
pub struct MessageKept {
    /// Key.
    #[schema(example = "01930c5e-7d2a-7c31-9a44-5b1f0e6a2c10")]
    pub id: uuid::Uuid,
    /// When.
    #[schema(example = "2026-11-18T03:20:00Z")]
    pub sent_at: chrono::DateTime<chrono::Utc>,
    /// By when a request for a review is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<chrono::DateTime<chrono::Utc>>,
}

/// Show the page that confirms an e-mail address.
///
/// Reading it changes nothing, so that a mail scanner that follows links confirms nothing.
#[utoipa::path(
    tag = "reports", params(("token" = String, Path, description = "From the link in the first mail")),
    responses((status = 200, description = "A page with a button", content_type = "text/html", body = String), PublicRead)
)]
#[get("/v1/email-confirmations/{token}")]
pub async fn show_email_confirmation(
    app: web::Data<App>,
    token: web::Path<String>,
    PreferredLanguage(language): PreferredLanguage,
) -> Result<HttpResponse, Problem> {
    app.keys.confirm(&token).ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    pages::confirmation(language, false)
}

/// Confirm an e-mail address, so that further mail may be sent to it.
#[utoipa::path(
    tag = "reports", params(("token" = String, Path, description = "From the link in the first mail")),
    responses((status = 200, description = "The address is confirmed", content_type = "text/html", body = String), PublicWrite)
)]
#[post("/v1/email-confirmations/{token}")]
pub async fn confirm_email(
    app: web::Data<App>,
    token: web::Path<String>,
    PreferredLanguage(language): PreferredLanguage,
) -> Result<HttpResponse, Problem> {
    let address = app.keys.confirm(&token).ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    let mut tx = Tx::begin(&app.pool).await?;
    let known = mailbox::confirm_email(&mut tx, &setting(&app), address).await?;
    tx.commit().await?;
    if known { pages::confirmation(language, true) } else { Err(Problem::new(ProblemCode::NotFound)) }
}
