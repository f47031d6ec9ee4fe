//! A reporter's rights to his own data: asking, reading, and what the privacy officer answers.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, put, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::{Caller, ReporterCaller};
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::{SignedInRead, SignedInWrite};
use super::page::{self, PageQuery};
use super::problem::Problem;
use super::query::Query;
use super::reporter_write::ReporterWrite;
use super::views::{DataRequestView, OwnDataView, PageEnd};
use super::{setting, trace};
use crate::app::App;
use crate::db::access::Untraced;
use crate::db::data_requests::{DataRequestKind, DataRequestStatus};
use crate::db::{self, Tx};
use crate::domain::access::Operation;
use crate::domain::confidential::Confidential;
use crate::domain::policy::Permission;
use crate::domain::report::ReporterContact;
use crate::flows::data_requests;
use crate::text_enum;

/// What a reporter asks about his data.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDataRequest {
    /// What is asked.
    pub kind: DataRequestKind,
    /// What exactly, and why.
    #[schema(value_type = String, min_length = 10, max_length = 4000, example = "Mohon nomor telepon saya diperbaiki.")]
    pub text: Confidential<String>,
}

/// The receipt of a request; its text is not kept a second time.
#[derive(Serialize, ToSchema)]
pub struct DataRequestKept {
    /// Key.
    #[schema(example = "01930c5e-7d2a-7c31-9a44-5b1f0e6a2c10")]
    pub id: Uuid,
    /// Where it stands.
    pub status: DataRequestStatus,
    /// What to know right away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<super::views::Label>,
}

/// Ask for access, correction or erasure of one's data, or object to their use.
#[utoipa::path(
    tag = "mailbox", security(("reporter" = [])), request_body = NewDataRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one")),
    responses((status = 201, description = "The request is stored", body = DataRequestKept), SignedInWrite)
)]
#[post("/v1/my-report/data-requests")]
pub async fn make_data_request(write: ReporterWrite) -> Result<HttpResponse, Problem> {
    let input: NewDataRequest = write.body.input("NewDataRequest")?;
    let (setting, report_id) = (write.setting(), write.report_id);
    write
        .once("make_data_request", async |tx: &mut Tx, case_id| {
            let text = input.text.reveal();
            let (request, case_open) = data_requests::make(tx, &setting, case_id, report_id, input.kind, text).await?;
            let view = DataRequestView::from(request).with_hint(case_open);
            Reply::new(StatusCode::CREATED, &DataRequestKept { id: view.id, status: view.status, hint: view.hint })
        })
        .await
}

/// One's own requests.
#[derive(Serialize, ToSchema)]
pub struct DataRequests {
    /// Oldest first.
    pub data: Vec<DataRequestView>,
}

/// Read one's own requests and what was answered.
#[utoipa::path(tag = "mailbox", security(("reporter" = [])), responses((status = 200, description = "The requests", body = DataRequests), SignedInRead))]
#[get("/v1/my-report/data-requests")]
pub async fn list_my_data_requests(app: web::Data<App>, caller: ReporterCaller) -> Result<HttpResponse, Problem> {
    let found = db::data_requests::of_report(&app.pool, caller.report_id).await?;
    let opened = data_requests::opened(&setting(&app), found)?;
    Ok(HttpResponse::Ok().json(DataRequests { data: opened.into_iter().map(Into::into).collect() }))
}

/// Read everything that is kept of oneself and of what one sent.
#[utoipa::path(tag = "mailbox", security(("reporter" = [])), responses((status = 200, description = "The data", body = OwnDataView), SignedInRead))]
#[get("/v1/my-report/data")]
pub async fn get_my_data(app: web::Data<App>, caller: ReporterCaller) -> Result<HttpResponse, Problem> {
    let own = data_requests::own(&app.pool, &setting(&app), caller.report_id).await?;
    Ok(HttpResponse::Ok().json(OwnDataView::from(own)))
}

/// The receipt of a correction; what was said is not kept a second time.
#[derive(Serialize, ToSchema)]
pub struct ReporterCorrected {
    /// When.
    pub corrected_at: DateTime<Utc>,
    /// A mail with a link went to the new address: until it is confirmed, nothing else is sent there.
    #[schema(example = true)]
    pub address_to_confirm: bool,
}

/// Correct who one is and how one is reached, or say it for the first time.
///
/// What is left out stays as it is. A changed e-mail address is confirmed anew by a link, and the old one gets no further mail.
/// Nothing else changes: consent is given and taken back by an operation of its own.
#[utoipa::path(
    tag = "mailbox", security(("reporter" = [])),
    request_body(content = ReporterContact, example = json!({ "email": "warga.baru@example.org", "phone": "+62 812 0000 0000" })),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one correction")),
    responses((status = 200, description = "Corrected", body = ReporterCorrected), SignedInWrite)
)]
#[patch("/v1/my-report/reporter")]
pub async fn correct_my_particulars(write: ReporterWrite) -> Result<HttpResponse, Problem> {
    let who: ReporterContact = write.body.input_checked("ReporterContact", ReporterContact::faults_of_correction)?;
    let (setting, who) = (write.setting(), who.normalised());
    write
        .once("correct_my_particulars", async |tx: &mut Tx, case_id| {
            let address_to_confirm = data_requests::correct(tx, &setting, case_id, write.report_id, &who).await?;
            Reply::new(StatusCode::OK, &ReporterCorrected { corrected_at: setting.now, address_to_confirm })
        })
        .await
}

/// Whether Bawaslu may learn who reported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Bawaslu may be told the name, so that the report can be a formal one.
    #[schema(example = true)]
    pub consent_to_bawaslu: bool,
}

/// What one agrees to now.
#[derive(Serialize, ToSchema)]
pub struct ConsentKept {
    /// As asked for.
    #[schema(example = true)]
    pub consent_to_bawaslu: bool,
    /// Since when.
    pub recorded_at: DateTime<Utc>,
}

/// Agree that Bawaslu learns one's name, or take that back.
///
/// With a name and consent the report can go to Bawaslu as a formal one, while its window is open. Consent taken back holds for
/// what is still to come: what Bawaslu was told before, it knows.
#[utoipa::path(
    tag = "mailbox", security(("reporter" = [])), request_body = Consent,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one change")),
    responses((status = 200, description = "What is agreed to now", body = ConsentKept), SignedInWrite)
)]
#[put("/v1/my-report/consent")]
pub async fn set_my_consent(write: ReporterWrite) -> Result<HttpResponse, Problem> {
    let Consent { consent_to_bawaslu } = write.body.input("Consent")?;
    let setting = write.setting();
    write
        .once("set_my_consent", async |tx: &mut Tx, case_id| {
            data_requests::consent(tx, &setting, case_id, write.report_id, consent_to_bawaslu).await?;
            Reply::new(StatusCode::OK, &ConsentKept { consent_to_bawaslu, recorded_at: setting.now })
        })
        .await
}

/// A page of requests.
#[derive(Serialize, ToSchema)]
pub struct DataRequestPage {
    /// Oldest first.
    pub data: Vec<DataRequestView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// List requests of reporters that wait or were deferred.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), params(PageQuery),
    responses((status = 200, description = "A page", body = DataRequestPage), SignedInRead)
)]
#[get("/v1/data-requests")]
pub async fn list_data_requests(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ProtectData)?;
    let (context, limit, after) = page::asked(&app, &request, caller.0.seat_id, &query)?;
    let mut found = db::data_requests::open(&app.pool, &caller.0, after, limit + 1).await?;
    let end = page::end(&app, &context, &mut found, limit, |(request, ..)| request.id.to_string());
    let opened = data_requests::opened(&setting(&app), found)?.into_iter().map(Untraced::lock).collect();
    let opened = trace::show_all(&app, &caller, Operation::ListDataRequests, opened).await?;
    let data = opened.into_iter().map(Into::into).collect();
    Ok(page::response(&app, &request, &end).json(DataRequestPage { data, page: end }))
}

text_enum! {
    /// What the privacy officer answers.
    DataRequestAnswer {
        Grant = "grant", "Kabulkan", "Grant";
        Defer = "defer", "Tangguhkan", "Defer";
        Refuse = "refuse", "Tolak", "Refuse";
    }
}

/// The answer to a request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataRequestDecision {
    /// What is answered. Granting an erasure erases at once and for good.
    pub decision: DataRequestAnswer,
    /// Why; the reporter reads it.
    #[schema(
        min_length = 20,
        max_length = 2000,
        example = "Perkara masih diperiksa; permintaan ditinjau kembali setelah selesai."
    )]
    pub reason: String,
}

/// Answer a request of a reporter.
///
/// An erasure is granted only when the case is closed and no legal hold stands on it.
#[utoipa::path(
    tag = "data-protection", security(("officer" = [])), request_body = DataRequestDecision,
    params(("request_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one decision")),
    responses((status = 200, description = "Where the request stands", body = DataRequestKept), SignedInWrite)
)]
#[post("/v1/data-requests/{request_id}/decision")]
pub async fn decide_data_request(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::ProtectData)?;
    let input: DataRequestDecision = write.body.input("DataRequestDecision")?;
    let (setting, id) = (write.setting(), id.into_inner());
    let status = match input.decision {
        DataRequestAnswer::Grant => DataRequestStatus::Granted,
        DataRequestAnswer::Defer => DataRequestStatus::Deferred,
        DataRequestAnswer::Refuse => DataRequestStatus::Refused,
    };
    write
        .once(format!("decide_data_request {id}"), async |tx: &mut Tx| {
            let decided = data_requests::decide(tx, &setting, &write.caller.actor(), id, status, &input.reason).await?;
            Reply::new(StatusCode::OK, &DataRequestKept { id, status: decided.request.status, hint: None })
        })
        .await
}
