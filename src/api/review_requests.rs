//! What officers call about reporters who do not agree with an outcome: reading their requests, refusing one. Granting one is to
//! reopen the case, which is a transition.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::cases::found;
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::{SignedInRead, SignedInWrite};
use super::problem::Problem;
use super::trace;
use crate::app::App;
use crate::db::review_requests::ReviewRequest;
use crate::db::{self, Tx};
use crate::domain::access::Operation;
use crate::domain::case::Case;
use crate::domain::confidential::Confidential;
use crate::domain::deadline::Law;
use crate::domain::policy::Permission;
use crate::domain::review_request::{ReviewStatus, answered_by};
use crate::flows::{FlowError, review_requests};

/// A reporter's request to look at a closed case again. What he wrote is among the messages of the case.
#[derive(Serialize, ToSchema)]
pub struct ReviewRequestView {
    /// Key.
    #[schema(example = "01930c5e-7d2a-7c31-9a44-5b1f0e6a2c10")]
    pub id: Uuid,
    /// The case.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// Who asks, as in the case's reports; absent where the report has left the case.
    #[schema(example = "Pelapor #1")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reporter: Option<String>,
    /// Where it stands.
    pub status: ReviewStatus,
    /// When it was made.
    #[schema(example = "2026-11-18T03:20:00Z")]
    pub made_at: DateTime<Utc>,
    /// By when it is to be answered, by the inspectorate's days.
    #[schema(example = "2026-12-02T16:59:59Z")]
    pub due_at: Option<DateTime<Utc>>,
    /// That was counted through a year without an official calendar: it may move.
    pub provisional: bool,
    /// When it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<DateTime<Utc>>,
}

impl ReviewRequestView {
    fn new(request: &ReviewRequest, case: &Case, law: &Law) -> Self {
        let due = answered_by(law, case, request.made_at);
        Self {
            id: request.id,
            case_number: case.case_number.clone(),
            reporter: request.still_decides.then(|| format!("Pelapor #{}", request.reporter)),
            status: review_requests::stands(case, request),
            made_at: request.made_at,
            due_at: due.map(|(at, _)| at),
            provisional: due.is_some_and(|(_, provisional)| provisional),
            refused_at: request.refused_at,
        }
    }
}

/// The requests on a case.
#[derive(Serialize, ToSchema)]
pub struct ReviewRequests {
    /// Oldest first.
    pub data: Vec<ReviewRequestView>,
}

/// List the reporters' requests to look at a case again.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), params(("case_number" = String, Path, example = "REG-BKN-2026-1000001")),
    responses((status = 200, description = "The requests", body = ReviewRequests), SignedInRead)
)]
#[get("/v1/cases/{case_number}/review-requests")]
pub async fn list_review_requests(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = found(&app, &caller, &number).await?;
    caller.must(Permission::ReadReport)?;
    let found = trace::show(&app, &caller, Operation::ListReviewRequests, found).await?;
    let requests = db::review_requests::of_case(&app.pool, found.case.id).await?;
    let law = app.laws.current(&app.pool).await?;
    let data = requests.iter().map(|request| ReviewRequestView::new(request, &found.case, &law)).collect();
    Ok(HttpResponse::Ok().json(ReviewRequests { data }))
}

/// Why a case is not looked at again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewRefusal {
    /// The reporter reads it in his mailbox; it is kept nowhere else.
    #[schema(value_type = String, min_length = 20, max_length = 4000, example = "Bukti yang Anda sebut sudah diperiksa dan tidak mengubah hasilnya.")]
    pub reason: Confidential<String>,
}

/// Refuse to look at a case again.
///
/// For an officer who may reopen it and had no part in it before. To grant the request, reopen the case.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body = ReviewRefusal,
    params(
        ("case_number" = String, Path), ("review_request_id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one refusal")
    ),
    responses((status = 200, description = "The request", body = ReviewRequestView), SignedInWrite)
)]
#[post("/v1/cases/{case_number}/review-requests/{review_request_id}/refusal")]
pub async fn refuse_review(write: OfficerWrite, path: web::Path<(String, Uuid)>) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::Reopen)?;
    let input: ReviewRefusal = write.body.input("ReviewRefusal")?;
    let ((number, id), setting, actor) = (path.into_inner(), write.setting(), write.caller.actor());
    write
        .once_on(format!("refuse_review {number} {id}"), &number, async |tx: &mut Tx, locked| {
            let facts = locked.ok_or(FlowError::NotFound)?;
            let (case, request) =
                review_requests::refuse(tx, &setting, &actor, facts, id, input.reason.reveal()).await?;
            Reply::new(StatusCode::OK, &ReviewRequestView::new(&request, &case, &setting.laws.in_hand()))
        })
        .await
}
