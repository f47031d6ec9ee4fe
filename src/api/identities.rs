//! Opening who reported: asking, deciding, looking, and what the reporter reads of it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::{Caller, ReporterCaller};
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::{SignedInLook, SignedInRead, SignedInWrite};
use super::page::{self, PageQuery};
use super::problem::Problem;
use super::query::Query;
use super::views::{IdentityLookView, IdentityRequestView, IdentityView, PageEnd};
use super::{setting, trace};
use crate::app::App;
use crate::db::access::Untraced;
use crate::db::{self, Tx};
use crate::domain::access::Operation;
use crate::domain::policy::{Permission, permits};
use crate::flows::identity;

/// A request to be shown who reported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentityRequest {
    /// Which report of the case.
    #[schema(min_length = 8, max_length = 40, example = "NTR-2026-7K3M9QX2B")]
    pub complaint_number: String,
    /// Why the work cannot go on without it. The custodian decides by it, the reporter reads it, and it stays on record for good: it names nobody.
    #[schema(
        min_length = 50,
        max_length = 2000,
        example = "Pelapor perlu dimintai keterangan langsung oleh tim pemeriksa, karena pesan tidak dijawab."
    )]
    pub reason: String,
}

/// Ask to be shown who sent a report.
///
/// A custodian decides. Each look afterwards is recorded in the case, and the reporter reads of it.
#[utoipa::path(
    tag = "identities", security(("officer" = [])), request_body = NewIdentityRequest,
    params(("case_number" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one")),
    responses((status = 201, description = "The request waits for a custodian", body = IdentityRequestView), SignedInWrite)
)]
#[post("/v1/cases/{case_number}/identity-requests")]
pub async fn request_identity(write: OfficerWrite, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    let input: NewIdentityRequest = write.body.input("NewIdentityRequest")?;
    let setting = write.setting();
    write
        .once(format!("request_identity {number}"), async |tx: &mut Tx| {
            let request =
                identity::request(tx, &setting, &write.caller.actor(), &number, &input.complaint_number, &input.reason)
                    .await?;
            Reply::new(StatusCode::CREATED, &IdentityRequestView::new(request, &write.app.reference))
        })
        .await
}

/// A page of requests.
#[derive(Serialize, ToSchema)]
pub struct IdentityRequestPage {
    /// Oldest first.
    pub data: Vec<IdentityRequestView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// List requests to open an identity: for a custodian those that wait, for others their own.
#[utoipa::path(
    tag = "identities", security(("officer" = [])), params(PageQuery),
    responses((status = 200, description = "A page", body = IdentityRequestPage), SignedInRead)
)]
#[get("/v1/identity-requests")]
pub async fn list_identity_requests(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let custodian = permits(&caller.0, Permission::ApproveIdentity);
    if !custodian {
        caller.must(Permission::RequestIdentity)?;
    }
    let (context, limit, after) = page::asked(&app, &request, caller.0.seat_id, &query)?;
    let mut found = if custodian {
        db::identity_requests::pending(&app.pool, &caller.0, after, limit + 1).await?
    } else {
        db::identity_requests::of_officer(&app.pool, &caller.0, after, limit + 1).await?
    };
    let end = page::end(&app, &context, &mut found, limit, |request| request.page_key());
    let found = trace::show_all(&app, &caller, Operation::ListIdentityRequests, found).await?;
    let data = found.into_iter().map(|request| IdentityRequestView::new(request.what, &app.reference)).collect();
    Ok(page::response(&app, &request, &end).json(IdentityRequestPage { data, page: end }))
}

/// What the custodian says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityDecision {
    /// `true` lets the requester look, for a limited time.
    pub approve: bool,
    /// Why.
    #[schema(
        min_length = 20,
        max_length = 2000,
        example = "Alasan dapat diterima: keterangan pelapor diperlukan untuk pemeriksaan."
    )]
    pub reason: String,
}

/// Decide on a request to open an identity.
///
/// Never by the one who asked, through whatever seat.
#[utoipa::path(
    tag = "identities", security(("officer" = [])), request_body = IdentityDecision,
    params(("request_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one decision")),
    responses((status = 200, description = "The request as decided", body = IdentityRequestView), SignedInWrite)
)]
#[post("/v1/identity-requests/{request_id}/decision")]
pub async fn decide_identity_request(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::ApproveIdentity)?;
    let input: IdentityDecision = write.body.input("IdentityDecision")?;
    let (setting, id) = (write.setting(), id.into_inner());
    let open_for = input.approve.then(|| Duration::minutes(write.app.config.identity_open_minutes.into()));
    write
        .once(format!("decide_identity_request {id}"), async |tx: &mut Tx| {
            let request = identity::decide(tx, &setting, &write.caller.actor(), id, open_for, &input.reason).await?;
            Reply::new(StatusCode::OK, &IdentityRequestView::new(request, &write.app.reference))
        })
        .await
}

/// Look at who sent a report, once a custodian allowed it.
///
/// Only by the one who asked, through the same seat, until the time is over. Every call is one look: it is recorded in the
/// case and shown to the reporter before anything is answered. E-mail addresses are not shown: the service writes to them.
#[utoipa::path(
    tag = "identities", security(("officer" = [])), params(("request_id" = Uuid, Path)),
    responses((status = 200, description = "Who reported", body = IdentityView), SignedInLook)
)]
#[get("/v1/identity-requests/{request_id}/identity")]
pub async fn open_identity(app: web::Data<App>, caller: Caller, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let mut tx = Tx::begin(&app.pool).await?;
    match identity::open(&mut tx, &setting(&app), &caller.actor(), id.into_inner()).await {
        Ok(opened) => {
            tx.commit().await?;
            let (why, opened) = (opened.reason.clone(), Untraced::lock(opened));
            let opened = trace::show_for(&app, &caller, Operation::OpenIdentity, &why, opened).await?;
            Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(IdentityView::from(opened)))
        }
        Err(error) => {
            tx.rollback().await?;
            Err(trace::refusal(&app, &caller.0, error.into()).await)
        }
    }
}

/// Looks at who reported.
#[derive(Serialize, ToSchema)]
pub struct IdentityLooks {
    /// Oldest first.
    pub data: Vec<IdentityLookView>,
}

/// Read who looked at one's identity, as what, when and why.
#[utoipa::path(tag = "mailbox", security(("reporter" = [])), responses((status = 200, description = "Every look", body = IdentityLooks), SignedInRead))]
#[get("/v1/my-report/identity-looks")]
pub async fn list_my_identity_looks(app: web::Data<App>, caller: ReporterCaller) -> Result<HttpResponse, Problem> {
    let looks = db::identity_requests::looks_of_report(&app.pool, caller.report_id).await?;
    Ok(HttpResponse::Ok().json(IdentityLooks { data: looks.into_iter().map(Into::into).collect() }))
}
