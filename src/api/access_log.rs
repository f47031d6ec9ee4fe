//! What the privacy officer calls: who looked at what, and the flags of unusual reading. Never what was read.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Caller;
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::{SignedInRead, SignedInWrite};
use super::problem::Problem;
use super::query::Query;
use super::views::{AccessEntryView, AccessFlagView, PageEnd};
use super::{page, trace};
use crate::app::App;
use crate::db::Tx;
use crate::db::access_log::{self, EntryFilter};
use crate::domain::access::Operation;
use crate::domain::policy::Permission;
use crate::flows::reading;

/// What the access log can be narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AccessQuery {
    /// Of this officer.
    officer: Option<Uuid>,
    /// Of this case.
    #[param(example = "REG-BKN-2026-1000001")]
    case_number: Option<String>,
    /// Through this operation.
    #[param(inline)]
    operation: Option<Operation>,
    /// At or after this moment.
    since: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
    /// Only cases outside the agency of the seat, or only others.
    outside_agency: Option<bool>,
    /// At most so many, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// Where the page before ended.
    after: Option<String>,
}

/// A page of the access log.
#[derive(Serialize, ToSchema)]
pub struct AccessPage {
    /// Newest first.
    pub data: Vec<AccessEntryView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// List who looked at which case.
///
/// One entry for each case shown, written before the answer left. Reading this list leaves an entry too.
#[utoipa::path(
    tag = "privacy", security(("officer" = [])), params(AccessQuery),
    responses((status = 200, description = "A page", body = AccessPage), SignedInRead)
)]
#[get("/v1/access-log")]
pub async fn list_access_log(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<AccessQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ReadAccessLog)?;
    let limit = page::limit(query.limit)?;
    let context = page::context(&request, caller.0.seat_id);
    let filter = EntryFilter {
        officer_id: query.officer,
        case_number: query.case_number,
        operation: query.operation,
        since: query.since,
        until: query.until,
        outside_agency: query.outside_agency,
        before: query.after.as_deref().map(|cursor| page::open(&app, &context, cursor)).transpose()?,
        limit: limit + 1,
    };
    let found = access_log::page(&app.pool, &caller.0, &filter).await?;
    let mut found = trace::show(&app, &caller, Operation::ListAccessLog, found).await?;
    let end = page::end(&app, &context, &mut found, limit, |entry| entry.id.to_string());
    let data = found.into_iter().map(|entry| AccessEntryView::new(entry, &app.reference)).collect();
    Ok(page::response(&app, &request, &end).json(AccessPage { data, page: end }))
}

/// Which flags.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FlagQuery {
    /// Only those reviewed, or only those that wait.
    reviewed: Option<bool>,
    /// At most so many, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// Where the page before ended.
    after: Option<String>,
}

/// A page of flags.
#[derive(Serialize, ToSchema)]
pub struct FlagPage {
    /// Newest first.
    pub data: Vec<AccessFlagView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// List the flags of unusual reading.
///
/// Raised when an officer is shown more different cases within an hour than is usual.
#[utoipa::path(
    tag = "privacy", security(("officer" = [])), params(FlagQuery),
    responses((status = 200, description = "A page", body = FlagPage), SignedInRead)
)]
#[get("/v1/access-flags")]
pub async fn list_access_flags(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<FlagQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ReadAccessLog)?;
    let limit = page::limit(query.limit)?;
    let context = page::context(&request, caller.0.seat_id);
    let before = query.after.as_deref().map(|cursor| page::open(&app, &context, cursor)).transpose()?;
    let found = access_log::flags(&app.pool, query.reviewed, before, limit + 1).await?;
    let mut found = trace::show(&app, &caller, Operation::ListAccessFlags, found).await?;
    let end = page::end(&app, &context, &mut found, limit, |flag| flag.id.to_string());
    let data = found.into_iter().map(Into::into).collect();
    Ok(page::response(&app, &request, &end).json(FlagPage { data, page: end }))
}

/// What the privacy officer found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagReview {
    /// What was asked and found out.
    #[schema(
        min_length = 20,
        max_length = 4000,
        example = "Petugas menyusun laporan bulanan atas permintaan pimpinan."
    )]
    pub note: String,
}

/// Record the review of a flag.
///
/// Nobody reviews a flag about himself.
#[utoipa::path(
    tag = "privacy", security(("officer" = [])), request_body = FlagReview,
    params(("flag_id" = i64, Path, example = 1), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one review")),
    responses((status = 200, description = "The flag as it is now", body = AccessFlagView), SignedInWrite)
)]
#[post("/v1/access-flags/{flag_id}/review")]
pub async fn review_access_flag(write: OfficerWrite, id: web::Path<i64>) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::ReadAccessLog)?;
    let input: FlagReview = write.body.input("FlagReview")?;
    let (id, now) = (id.into_inner(), write.app.clock.now());
    write
        .once(format!("review_access_flag {id}"), async |tx: &mut Tx| {
            let flag = reading::review_flag(tx, now, &write.caller.0, id, &input.note).await?;
            Reply::new(StatusCode::OK, &AccessFlagView::from(flag))
        })
        .await
}
