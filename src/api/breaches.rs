//! The register of breaches of personal data, for the privacy officer.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::{SignedInRead, SignedInWrite};
use super::page::{self, PageQuery};
use super::problem::Problem;
use super::query::Query;
use super::views::{BreachView, PageEnd};
use crate::app::App;
use crate::db::breaches::{Breach, BreachStepKind};
use crate::db::{self, Tx};
use crate::domain::policy::Permission;
use crate::flows::breaches;

/// A breach of personal data.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBreach {
    /// When it was discovered; the 72 hours run from here.
    #[schema(example = "2026-11-20T08:00:00Z")]
    pub discovered_at: DateTime<Utc>,
    /// What data. It must not repeat any.
    #[schema(min_length = 10, max_length = 4000, example = "Salinan cadangan basis data tanpa kunci.")]
    pub data_affected: String,
    /// How many people, as far as known.
    #[schema(minimum = 0, maximum = 2_000_000_000)]
    pub persons_affected: i32,
    /// How it was found.
    #[schema(min_length = 10, max_length = 4000, example = "Pemeriksaan rutin penyimpanan cadangan.")]
    pub found_how: String,
}

/// Enter a breach into the register.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), request_body = NewBreach,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one entry")),
    responses((status = 201, description = "The breach", body = BreachView), SignedInWrite)
)]
#[post("/v1/breaches")]
pub async fn register_breach(write: OfficerWrite) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::ProtectData)?;
    let input: NewBreach = write.body.input("NewBreach")?;
    let now = write.app.clock.now();
    let breach = Breach {
        id: Uuid::now_v7(),
        discovered_at: input.discovered_at,
        recorded_at: now,
        recorded_by: write.caller.0.officer_id,
        data_affected: input.data_affected,
        persons_affected: input.persons_affected,
        found_how: input.found_how,
    };
    write
        .once("register_breach", async |tx: &mut Tx| {
            breaches::register(tx, &breach).await?;
            Reply::new(StatusCode::CREATED, &BreachView::new(breach, Vec::new(), now))
        })
        .await
}

/// A page of breaches.
#[derive(Serialize, ToSchema)]
pub struct BreachPage {
    /// Oldest first.
    pub data: Vec<BreachView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// List breaches, with when they must have been told and whether that is overdue.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), params(PageQuery),
    responses((status = 200, description = "A page", body = BreachPage), SignedInRead)
)]
#[get("/v1/breaches")]
pub async fn list_breaches(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ProtectData)?;
    let (context, limit, after) = page::asked(&app, &request, caller.0.seat_id, &query)?;
    let mut found = db::breaches::page(&app.pool, after, limit + 1).await?;
    let end = page::end(&app, &context, &mut found, limit, |(breach, _)| breach.id.to_string());
    let now = app.clock.now();
    let data = found.into_iter().map(|(breach, steps)| BreachView::new(breach, steps, now)).collect();
    Ok(page::response(&app, &request, &end).json(BreachPage { data, page: end }))
}

/// Something done about a breach.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBreachStep {
    /// What was done. Each notice and the closing once; nothing follows the closing.
    pub kind: BreachStepKind,
    /// When; now when left out.
    pub at: Option<DateTime<Utc>>,
    /// In words.
    #[schema(min_length = 10, max_length = 4000, example = "Surat pemberitahuan nomor 12/PDP/2026 dikirim.")]
    pub note: String,
}

/// Enter what was done about a breach.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), request_body = NewBreachStep,
    params(("breach_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one step")),
    responses((status = 201, description = "The breach with its steps", body = BreachView), SignedInWrite)
)]
#[post("/v1/breaches/{breach_id}/steps")]
pub async fn record_breach_step(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::ProtectData)?;
    let input: NewBreachStep = write.body.input("NewBreachStep")?;
    let (now, id) = (write.app.clock.now(), id.into_inner());
    write
        .once(format!("record_breach_step {id}"), async |tx: &mut Tx| {
            let step = (input.kind, input.at, input.note.as_str());
            let (breach, steps) = breaches::step(tx, now, write.caller.0.officer_id, id, step).await?;
            Reply::new(StatusCode::CREATED, &BreachView::new(breach, steps, now))
        })
        .await
}
