//! What officers call about sanctions: the acts of a case, the versions of what was imposed, and what came earlier.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::cases::seen;
use super::openapi::SignedInRead;
use super::problem::Problem;
use super::views::{ActView, EarlierSanctionsView, SanctionView};
use crate::app::App;
use crate::db;
use crate::domain::access::Operation;
use crate::domain::policy::Permission;

/// Acts and sanctions of a case.
#[derive(Serialize, ToSchema)]
pub struct Sanctions {
    /// The acts on record.
    pub acts: Vec<ActView>,
    /// Every version of every sanction, oldest first.
    pub data: Vec<SanctionView>,
    /// Sanctions of the same person in other cases, under any of its numbers.
    pub earlier: EarlierSanctionsView,
}

/// Read the acts of a case and the sanctions imposed for them.
///
/// Of other cases about the same person only how many and which sanctions, since a repeat is punished more heavily: also of those out
/// of the seat's reach, but not of those the officer is kept from.
#[utoipa::path(
    tag = "cases", security(("officer" = [])),
    params(("case_number" = String, Path, example = "REG-BKN-2026-1000001")),
    responses((status = 200, description = "Acts and sanctions", body = Sanctions), SignedInRead)
)]
#[get("/v1/cases/{case_number}/sanctions")]
pub async fn list_sanctions(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ReadSanctions)?;
    let found = seen(&app, &caller, Operation::ListSanctions, &number).await?;
    let (acts, imposed, earlier) = db::sanctions::of_case(&app.pool, found.case.id, &caller.0).await?;
    Ok(HttpResponse::Ok().json(Sanctions {
        acts: acts.iter().map(ActView::from).collect(),
        data: imposed.iter().map(SanctionView::from).collect(),
        earlier: earlier.into(),
    }))
}
