//! What officers call about deadlines: those of a case, and how many there are.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::cases::seen;
use super::openapi::SignedInRead;
use super::problem::Problem;
use super::views::{DeadlineCountView, DeadlineView};
use crate::app::App;
use crate::db;
use crate::domain::access::Operation;
use crate::domain::deadline::DeadlineCode;
use crate::domain::policy::{Permission, permits};
use crate::flows::transition::sight;

/// The deadlines of a case.
#[derive(Serialize, ToSchema)]
pub struct CaseDeadlines {
    /// Oldest first, those that are over included; of a closed case also how long it is kept (D13).
    pub data: Vec<DeadlineView>,
}

/// Read the deadlines of a case.
///
/// Bawaslu's window is shown only to those who may read what the reporter wrote.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), params(("case_number" = String, Path, example = "REG-BKN-2026-1000001")),
    responses((status = 200, description = "The deadlines", body = CaseDeadlines), SignedInRead)
)]
#[get("/v1/cases/{case_number}/deadlines")]
pub async fn list_case_deadlines(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = seen(&app, &caller, Operation::ListCaseDeadlines, &number).await?;
    let mut clocks = db::deadlines::of_case(&app.pool, found.case.id).await?;
    // Bawaslu's window begins with the day a reporter knew, which is part of the report.
    if !permits(&caller.0, Permission::ReadReport) {
        clocks.retain(|(clock, _)| clock.report_id.is_none());
    }
    let (law, now) = (app.laws.current(&app.pool).await?, app.clock.now());
    let offices = law.offices(&found.case);
    let view = |(clock, reporter)| DeadlineView::new(clock, reporter, &law, now);
    let kept = db::retention::kept(&app.pool, found.case.id).await?;
    let kept = kept.map(|kept| DeadlineView::retention(kept, &law, offices.region(DeadlineCode::D13), now));
    Ok(HttpResponse::Ok().json(CaseDeadlines { data: clocks.into_iter().map(view).chain(kept).collect() }))
}

/// How many deadlines stand where, on the cases one may see.
#[derive(Serialize, ToSchema)]
pub struct DeadlineCounts {
    /// One line a deadline; one that no case has is left out.
    pub data: Vec<DeadlineCountView>,
    /// Up to when an end counts as near.
    #[schema(example = "2026-11-21T16:59:59Z")]
    pub due_soon_until: DateTime<Utc>,
}

/// How near an end is that is due soon.
const SOON: Duration = Duration::days(2);

/// Count the deadlines of the cases one may see.
#[utoipa::path(
    tag = "cases", security(("officer" = [])),
    responses((status = 200, description = "The counts", body = DeadlineCounts), SignedInRead)
)]
#[get("/v1/deadlines/counts")]
pub async fn count_deadlines(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ReadCase)?;
    let now = app.clock.now();
    let counts = db::deadlines::counts(&app.pool, now, now + SOON, &sight(&caller.actor())).await?;
    let data = counts.into_iter().map(DeadlineCountView::from).collect();
    Ok(HttpResponse::Ok().json(DeadlineCounts { data, due_soon_until: now + SOON }))
}
