//! What BKN and the task force call about PPKs: how each follows up on what was sent to it. Counts only.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::openapi::SignedInRead;
use super::problem::Problem;
use crate::app::App;
use crate::db;
use crate::db::compliance::PpkCounts;
use crate::domain::policy::Permission;
use crate::flows::transition::sight;

/// How one PPK follows up.
#[derive(Serialize, ToSchema)]
pub struct ComplianceView {
    /// The agency.
    #[schema(example = "PEMDA1571")]
    pub agency_code: String,
    /// Recommendations sent to it.
    pub sent: i64,
    /// Of these, it is still to act on.
    pub waiting: i64,
    /// Of these, longer than D7 allows.
    pub overdue: i64,
    /// A sanction was decided, or decided and then cancelled.
    pub decided: i64,
    /// It found nothing proven.
    pub not_proven: i64,
    /// Discipline sanctions in force that I'DIS does not have yet.
    pub unregistered: i64,
    /// Under a warning or reprimand.
    pub warned: i64,
    /// With SIASN data blocked.
    pub blocked: i64,
}

/// PPKs.
#[derive(Serialize, ToSchema)]
pub struct Compliance {
    /// By code.
    pub data: Vec<ComplianceView>,
}

/// Read how PPKs follow up on recommendations, within the caller's region.
#[utoipa::path(
    tag = "cases", security(("officer" = [])),
    responses((status = 200, description = "Counts by PPK", body = Compliance), SignedInRead)
)]
#[get("/v1/compliance")]
pub async fn list_compliance(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ReadCompliance)?;
    let counts = db::compliance::by_ppk(&app.pool, &sight(&caller.actor()), app.clock.now()).await?;
    let view = |counts: PpkCounts| ComplianceView {
        agency_code: app.reference.agency_code(Some(counts.agency_id)).unwrap_or_default(),
        sent: counts.sent,
        waiting: counts.waiting,
        overdue: counts.overdue,
        decided: counts.decided,
        not_proven: counts.not_proven,
        unregistered: counts.unregistered,
        warned: counts.warned,
        blocked: counts.blocked,
    };
    let mut data: Vec<ComplianceView> = counts.into_iter().map(view).collect();
    data.sort_by(|one, other| one.agency_code.cmp(&other.agency_code));
    Ok(HttpResponse::Ok().json(Compliance { data }))
}
