//! What officers call about drafts: what waits for a second officer, and what that officer says.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::cases::{fired, seen};
use super::extract::IfMatch;
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::{SignedInRead, VersionedWrite};
use super::problem::Problem;
use super::trace;
use super::views::{ApprovalView, CaseView};
use crate::app::App;
use crate::db::approvals::Approval;
use crate::db::cases::{Found, WaitingDraft};
use crate::db::{self, Tx};
use crate::domain::access::Operation;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::policy::Permission;
use crate::flows::FlowError;
use crate::flows::approvals::{self, Draft};
use crate::flows::transition::sight;

/// The drafts of a case.
#[derive(Serialize, ToSchema)]
pub struct Approvals {
    /// Newest first.
    pub data: Vec<ApprovalView>,
}

/// List the drafts of a case that wait, or waited, for a second officer.
#[utoipa::path(
    tag = "approvals", security(("officer" = [])), params(("case_number" = String, Path)),
    responses((status = 200, description = "The drafts", body = Approvals), SignedInRead)
)]
#[get("/v1/cases/{case_number}/approvals")]
pub async fn list_approvals(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = seen(&app, &caller, Operation::ListApprovals, &number).await?;
    let drafts = db::approvals::of_case(&app.pool, found.case.id).await?;
    Ok(HttpResponse::Ok()
        .json(Approvals { data: drafts.iter().map(|draft| ApprovalView::new(draft, &caller.0)).collect() }))
}

/// A draft that waits, with its case.
#[derive(Serialize, ToSchema)]
pub struct WaitingApproval {
    /// The case.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// Its version, which the decision names.
    #[schema(example = 3)]
    pub version: i32,
    /// The draft.
    pub approval: ApprovalView,
    /// Drafted by the caller, who may take it back but not approve it.
    #[schema(example = false)]
    pub own: bool,
}

/// Drafts that wait.
#[derive(Serialize, ToSchema)]
pub struct WaitingApprovals {
    /// Oldest first.
    pub data: Vec<WaitingApproval>,
}

/// List the drafts that wait for the caller's decision, and the caller's own.
#[utoipa::path(
    tag = "approvals", security(("officer" = [])),
    responses((status = 200, description = "The drafts, 500 at most", body = WaitingApprovals), SignedInRead)
)]
#[get("/v1/approvals")]
pub async fn list_waiting_approvals(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ReadCase)?;
    let actor = caller.actor();
    let concerns = |found: &Found, draft: &Approval| {
        draft.drafted_by == caller.0.officer_id
            || approvals::may_decide(&actor, draft.verb, &found.case, &found.subject)
    };
    let waiting = db::cases::waiting_approvals(&app.pool, &sight(&actor), concerns).await?;
    let waiting = trace::show_all(&app, &caller, Operation::ListWaitingApprovals, waiting).await?;
    let data = waiting.into_iter().map(|WaitingDraft { found, approval }| WaitingApproval {
        case_number: found.case.case_number,
        version: found.case.version,
        own: approval.drafted_by == caller.0.officer_id,
        approval: ApprovalView::new(&approval, &caller.0),
    });
    Ok(HttpResponse::Ok().json(WaitingApprovals { data: data.collect() }))
}

/// What the second officer says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDecision {
    /// `true` approves, `false` rejects; a draft of one's own is taken back by rejecting it.
    #[schema(example = false)]
    pub approve: bool,
    /// Why; needed to reject.
    #[schema(
        min_length = 20,
        max_length = 4000,
        example = "Bukti pendukung belum cukup; mohon pelapor ditanya lebih dahulu."
    )]
    pub reason: Option<String>,
}

/// Approve or reject a draft.
///
/// An approved action is decided again on the case as it stands now; if the workflow no longer allows it, nothing changes.
#[utoipa::path(
    tag = "approvals", security(("officer" = [])), request_body = ApprovalDecision,
    params(
        ("case_number" = String, Path), ("approval_id" = Uuid, Path),
        ("If-Match" = String, Header, description = "The version of the case that was read, in quotes", example = "\"7\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one decision")
    ),
    responses((status = 200, description = "The case after the decision", body = CaseView), VersionedWrite)
)]
#[post("/v1/cases/{case_number}/approvals/{approval_id}/decision")]
pub async fn decide_approval(
    write: OfficerWrite,
    path: web::Path<(String, Uuid)>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, Problem> {
    let input: ApprovalDecision = write.body.input("ApprovalDecision")?;
    let reason = match (&input.reason, input.approve) {
        (Some(reason), _) => reason.as_str(),
        (None, true) => "",
        (None, false) => {
            return Err(Problem::input(vec![FieldFault::new("/reason", Fault::Required)]));
        }
    };
    let (number, id) = path.into_inner();
    let draft = Draft { case_number: &number, case_version: expected, id };
    let setting = write.setting();
    write
        .once(format!("decide_approval {id}"), async |tx: &mut Tx| {
            let actor = write.caller.actor();
            if input.approve {
                let done = approvals::approve(tx, &setting, &actor, &draft).await?;
                fired(&write.app, &write.caller, &number, done)
            } else {
                let case = approvals::reject(tx, &setting, &actor, &draft, reason).await?;
                let facts = db::cases::lock_by_id(tx, case.id).await?.ok_or(FlowError::NotFound)?;
                Ok(Reply::new(
                    StatusCode::OK,
                    &CaseView::new(&case, &facts.subject, &write.caller.0, &write.app.reference),
                )?
                .etag(case.version))
            }
        })
        .await
}
