//! What the public calls: report, coarse status. No address or agent of a caller is read here.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, JsonBody, Schemas};
use super::extract::{IdempotencyKey, PreferredLanguage};
use super::openapi::{PublicRead, PublicWrite};
use super::problem::{Problem, ProblemCode};
use super::setting;
use super::views::ReportStatus;
use crate::app::App;
use crate::db;
use crate::domain::deadline::window::BawasluWindow;
use crate::domain::ids::ComplaintNumber;
use crate::domain::report::NewReport;
use crate::flows::intake::{self, Receipt, RequestKey};

/// The answer to a report. The access code is shown here and never again.
#[derive(Serialize, ToSchema)]
pub struct ReportReceipt {
    /// Public number, for the status.
    #[schema(example = "NTR-2026-7K3M9QX2B")]
    pub complaint_number: String,
    /// Opens the mailbox together with the number. It is kept nowhere and cannot be sent again.
    #[schema(example = "9F2K-7QWD-X0RB-M3TZ")]
    pub access_code: String,
    /// When the report arrived.
    pub received_at: chrono::DateTime<chrono::Utc>,
    /// Where the status can be read.
    pub status_url: String,
    /// Until when it can go to Bawaslu as a formal report, where an election law applies. A passed window is a warning: the
    /// report is taken all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bawaslu_window: Option<BawasluWindow>,
}

fn receipt(app: &App, receipt: &Receipt, key: &str) -> ReportReceipt {
    ReportReceipt {
        complaint_number: receipt.complaint_number.clone(),
        access_code: app.keys.access_code(receipt.report_id, key).reveal().to_owned(),
        received_at: receipt.received_at,
        status_url: status_url(app, &receipt.complaint_number),
        bawaslu_window: receipt.bawaslu_window.clone(),
    }
}

fn status_url(app: &App, number: &str) -> String {
    format!("{}/v1/reports/{number}/status", app.config.public_url)
}

/// Report a breach of neutrality.
///
/// No account is needed and no address is kept. The `Idempotency-Key` makes a repeated request, after a lost
/// connection say, one report: choose a long random value and keep it until the answer has arrived.
#[utoipa::path(
    tag = "reports",
    params(("Idempotency-Key" = String, Header, description = "1 to 255 visible characters, long and random", example = "5f3c1d1e-5c0d-4c8e-9a51-0f6f2f1f7b11")),
    request_body = NewReport,
    responses((status = 201, description = "The report is stored", body = ReportReceipt, headers(("Location" = String, description = "Its status"))), PublicWrite)
)]
#[post("/v1/reports")]
pub async fn submit_report(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    key: IdempotencyKey,
    PreferredLanguage(language): PreferredLanguage,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let setting = setting(&app);
    let law = setting.laws.in_hand();
    let check = |body: &serde_json::Value| {
        NewReport::faults(body, &law.calendar, setting.now, |code| app.reference.regions.contains(code))
    };
    let report: NewReport = body::read_checked(&schemas, "NewReport", &bytes, check)?;
    let report = report.normalised().with_regime_of(&app.reference.elections);
    let key = RequestKey {
        plain: &key.0,
        hash: app.keys.idempotency_hash("public", "submit_report", &key.0),
        fingerprint: app.keys.fingerprint(&bytes),
    };
    match intake::submit(&app.pool, &app.intake, &app.keys, &setting, &report, &key, language).await? {
        Some(taken) => Ok(created(&app, &taken, key.plain, false)),
        None => repeated(&app, &key).await,
    }
}

async fn repeated(app: &App, key: &RequestKey<'_>) -> Result<HttpResponse, Problem> {
    let kept = db::idempotency::find(&app.pool, &key.hash).await?.ok_or_else(|| Problem::new(ProblemCode::Internal))?;
    if kept.fingerprint != key.fingerprint {
        return Err(Problem::new(ProblemCode::IdempotencyKeyReused));
    }
    let taken: Receipt = serde_json::from_str(&kept.reply).map_err(|error| Problem::internal(&error))?;
    Ok(created(app, &taken, key.plain, true))
}

fn created(app: &App, taken: &Receipt, key: &str, replayed: bool) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::CREATED);
    response.insert_header(("Location", status_url(app, &taken.complaint_number)));
    if replayed {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    response.json(receipt(app, taken, key))
}

/// Read the coarse status of a report.
///
/// The number alone shows the public label, since when, and what usually comes next; never more.
#[utoipa::path(
    tag = "reports",
    params(("complaint_number" = String, Path, description = "As shown on the receipt; case and dashes do not matter", example = "NTR-2026-7K3M9QX2B")),
    responses((status = 200, description = "The status", body = ReportStatus), PublicRead)
)]
#[get("/v1/reports/{complaint_number}/status")]
pub async fn get_report_status(app: web::Data<App>, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    // A number with a wrong check symbol is looked up as well, so that it takes the time of any other unknown number.
    let number = ComplaintNumber::parse(&number).unwrap_or_else(|| ComplaintNumber::new(0, 0));
    let door = db::reports::by_number(&app.pool, &number).await?.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    Ok(HttpResponse::Ok().json(ReportStatus::from(&door)))
}
