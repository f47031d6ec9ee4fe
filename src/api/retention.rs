//! What the privacy officer calls about how long cases are kept: holds and purges. Shows numbers of cases, never content.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
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
use super::trace;
use super::views::{LegalHoldView, PageEnd, PurgeProposalView};
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::access::Operation;
use crate::domain::policy::Permission;
use crate::flows::retention;

/// A hold on a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLegalHold {
    /// The case.
    #[schema(min_length = 5, max_length = 60, example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// Why.
    #[schema(min_length = 20, max_length = 2000, example = "Perkara sedang digugat di pengadilan tata usaha negara.")]
    pub reason: String,
}

/// Set a legal hold on a case: nothing of it is erased while it stands.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), request_body = NewLegalHold,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one hold")),
    responses((status = 201, description = "The hold", body = LegalHoldView), SignedInWrite)
)]
#[post("/v1/legal-holds")]
pub async fn set_legal_hold(write: OfficerWrite) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::ProtectData)?;
    let input: NewLegalHold = write.body.input("NewLegalHold")?;
    let setting = write.setting();
    write
        .once("set_legal_hold", async |tx: &mut Tx| {
            let (hold, case) =
                retention::hold(tx, &setting, &write.caller.actor(), &input.case_number, &input.reason).await?;
            Reply::new(StatusCode::CREATED, &LegalHoldView::new(hold, case.case_number))
        })
        .await
}

/// A page of holds.
#[derive(Serialize, ToSchema)]
pub struct LegalHoldPage {
    /// Oldest first.
    pub data: Vec<LegalHoldView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// List the legal holds that stand.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), params(PageQuery),
    responses((status = 200, description = "A page", body = LegalHoldPage), SignedInRead)
)]
#[get("/v1/legal-holds")]
pub async fn list_legal_holds(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ProtectData)?;
    let (context, limit, after) = page::asked(&app, &request, caller.0.seat_id, &query)?;
    let mut found = db::retention::holds(&app.pool, &caller.0, after, limit + 1).await?;
    let end = page::end(&app, &context, &mut found, limit, |hold| hold.page_key());
    let found = trace::show_all(&app, &caller, Operation::ListLegalHolds, found).await?;
    let data = found.into_iter().map(|hold| LegalHoldView::new(hold.what, hold.case.case_number)).collect();
    Ok(page::response(&app, &request, &end).json(LegalHoldPage { data, page: end }))
}

/// Why a hold is lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldLift {
    /// Why.
    #[schema(min_length = 20, max_length = 2000, example = "Putusan pengadilan telah berkekuatan hukum tetap.")]
    pub reason: String,
}

/// Lift a legal hold.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), request_body = HoldLift,
    params(("hold_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one")),
    responses((status = 200, description = "The hold, lifted", body = LegalHoldView), SignedInWrite)
)]
#[post("/v1/legal-holds/{hold_id}/lift")]
pub async fn lift_legal_hold(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::ProtectData)?;
    let input: HoldLift = write.body.input("HoldLift")?;
    let (setting, id) = (write.setting(), id.into_inner());
    write
        .once(format!("lift_legal_hold {id}"), async |tx: &mut Tx| {
            let (hold, case) = retention::lift(tx, &setting, &write.caller.actor(), id, &input.reason).await?;
            Reply::new(StatusCode::OK, &LegalHoldView::new(hold, case.case_number))
        })
        .await
}

/// A page of proposals.
#[derive(Serialize, ToSchema)]
pub struct PurgeProposalPage {
    /// Oldest first.
    pub data: Vec<PurgeProposalView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// List the cases whose purge is proposed, as their time is over.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), params(PageQuery),
    responses((status = 200, description = "A page", body = PurgeProposalPage), SignedInRead)
)]
#[get("/v1/purge-proposals")]
pub async fn list_purge_proposals(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ProtectData)?;
    let (context, limit, after) = page::asked(&app, &request, caller.0.seat_id, &query)?;
    let mut found = db::retention::pending(&app.pool, &caller.0, after, limit + 1).await?;
    let end = page::end(&app, &context, &mut found, limit, |proposal| proposal.page_key());
    let found = trace::show_all(&app, &caller, Operation::ListPurgeProposals, found).await?;
    let data = found.into_iter().map(|one| PurgeProposalView::new(one.what, one.case.case_number)).collect();
    Ok(page::response(&app, &request, &end).json(PurgeProposalPage { data, page: end }))
}

/// What the privacy officer says to a purge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurgeDecision {
    /// `true` purges the case at once and for good.
    pub approve: bool,
    /// Why. It stays on record after the purge: it names nobody.
    #[schema(min_length = 20, max_length = 2000, example = "Masa simpan telah lewat dan tidak ada keperluan lain.")]
    pub reason: String,
}

/// Decide on a proposed purge.
///
/// An approved one erases for good whoever and whatever the case tells of; its states, dates and the chain of its events
/// stay. A rejected one is proposed again after a year.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), request_body = PurgeDecision,
    params(("proposal_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one decision")),
    responses((status = 200, description = "The proposal as decided", body = PurgeProposalView), SignedInWrite)
)]
#[post("/v1/purge-proposals/{proposal_id}/decision")]
pub async fn decide_purge_proposal(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::ProtectData)?;
    let input: PurgeDecision = write.body.input("PurgeDecision")?;
    let (setting, id) = (write.setting(), id.into_inner());
    write
        .once(format!("decide_purge_proposal {id}"), async |tx: &mut Tx| {
            let (proposal, case) =
                retention::decide(tx, &setting, &write.caller.actor(), id, input.approve, &input.reason).await?;
            Reply::new(StatusCode::OK, &PurgeProposalView::new(proposal, case.case_number))
        })
        .await
}
