//! The catalogues for anybody, as they hold on a day, in both languages. They change with a new program or decree only, so
//! whoever read one keeps it and asks whether it still is the same.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::PublicRead;
use super::problem::Problem;
use super::query::Query;
use super::views::{
    AgencyView, Catalogue, CatalogueSanctionView, CodeView, DeadlineRuleView, ElectionEventView, RegionView,
    SanctionAuthorityView, TransferBodyView, ViolationFormView,
};
use crate::app::App;
use crate::db::catalogues;
use crate::domain::calendar::today;
use crate::domain::case::{ClosureReason, DismissalCode};
use crate::domain::event::{hex, sha256};

/// Which version of a catalogue.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OnDay {
    /// As it holds on this day; today when left out.
    #[param(example = "2026-11-20")]
    on: Option<NaiveDate>,
}

/// Which regions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RegionQuery {
    /// Right below this one; provinces when left out.
    #[param(example = "15.71")]
    parent: Option<String>,
    /// As they are on this day; today when left out.
    on: Option<NaiveDate>,
}

/// Which agencies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AgencyQuery {
    /// Of this kind.
    #[param(example = "regional_government")]
    kind: Option<String>,
    /// Of this region or below it.
    #[param(example = "15")]
    region: Option<String>,
    /// As they are on this day; today when left out.
    on: Option<NaiveDate>,
}

/// Which elections.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ElectionQuery {
    /// Whose stages run on this day; all when left out.
    #[param(example = "2024-10-01")]
    on: Option<NaiveDate>,
}

/// The catalogue, or that it is what the caller has. The tag is a hash of what is answered, so it is the same from every
/// instance.
fn cacheable<T: Serialize + ToSchema>(request: &HttpRequest, data: Vec<T>) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(&Catalogue { data }).map_err(|error| Problem::internal(&error))?;
    let hash = hex(&sha256(&[&body]));
    let etag = format!("\"{}\"", hash.get(..32).unwrap_or(&hash));
    let known = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|tags| tags.to_str().ok());
    let unchanged = known.flat_map(|tags| tags.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, etag)).insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    Ok(if unchanged { response.finish() } else { response.content_type("application/json").body(body) })
}

fn views<Row, View: From<Row>>(rows: Vec<Row>) -> Vec<View> {
    rows.into_iter().map(View::from).collect()
}

/// List the forms of violation.
#[utoipa::path(tag = "reference", params(OnDay, ("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The forms", body = Catalogue<ViolationFormView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/violation-forms")]
pub async fn list_violation_forms(
    app: web::Data<App>,
    Query(query): Query<OnDay>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let on = query.on.unwrap_or_else(|| today(app.clock.now()));
    let rows = catalogues::violation_forms(&app.pool, on).await?;
    cacheable::<ViolationFormView>(&request, views(rows))
}

/// List the sanctions, the lightest first.
#[utoipa::path(tag = "reference", params(OnDay, ("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The sanctions", body = Catalogue<CatalogueSanctionView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/sanctions")]
pub async fn list_catalogue_sanctions(
    app: web::Data<App>,
    Query(query): Query<OnDay>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let on = query.on.unwrap_or_else(|| today(app.clock.now()));
    let rows = catalogues::sanctions(&app.pool, on).await?;
    cacheable::<CatalogueSanctionView>(&request, views(rows))
}

/// List the grounds of a dismissal.
#[utoipa::path(tag = "reference", params(("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The grounds", body = Catalogue<CodeView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/dismissal-codes")]
pub async fn list_dismissal_codes(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let codes = DismissalCode::ALL.iter().map(|code| CodeView::new(code.as_str(), |language| code.label(language)));
    cacheable(&request, codes.collect())
}

/// List the reasons a case is closed for.
#[utoipa::path(tag = "reference", params(("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The reasons", body = Catalogue<CodeView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/closure-reasons")]
pub async fn list_closure_reasons(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let reasons =
        ClosureReason::ALL.iter().map(|reason| CodeView::new(reason.as_str(), |language| reason.label(language)));
    cacheable(&request, reasons.collect())
}

/// List the bodies a case can be passed on to.
#[utoipa::path(tag = "reference", params(OnDay, ("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The bodies", body = Catalogue<TransferBodyView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/transfer-bodies")]
pub async fn list_transfer_bodies(
    app: web::Data<App>,
    Query(query): Query<OnDay>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let on = query.on.unwrap_or_else(|| today(app.clock.now()));
    let rows = catalogues::transfer_bodies(&app.pool, on).await?;
    cacheable::<TransferBodyView>(&request, views(rows))
}

/// List who may impose which sanctions on the holder of which position.
#[utoipa::path(tag = "reference", params(OnDay, ("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The officials", body = Catalogue<SanctionAuthorityView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/sanction-authorities")]
pub async fn list_sanction_authorities(
    app: web::Data<App>,
    Query(query): Query<OnDay>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let on = query.on.unwrap_or_else(|| today(app.clock.now()));
    let rows = catalogues::sanction_authorities(&app.pool, on).await?;
    cacheable::<SanctionAuthorityView>(&request, views(rows))
}

/// List how long each deadline is and how its days are counted.
#[utoipa::path(tag = "reference", params(OnDay, ("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The rules", body = Catalogue<DeadlineRuleView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/deadline-rules")]
pub async fn list_deadline_rules(
    app: web::Data<App>,
    Query(query): Query<OnDay>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let on = query.on.unwrap_or_else(|| today(app.clock.now()));
    let law = app.laws.current(&app.pool).await?;
    cacheable::<DeadlineRuleView>(&request, law.rules_on(on).into_iter().map(DeadlineRuleView::from).collect())
}

/// List the regions right below another.
#[utoipa::path(tag = "reference", params(RegionQuery, ("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The regions", body = Catalogue<RegionView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/regions")]
pub async fn list_regions(
    app: web::Data<App>,
    Query(query): Query<RegionQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let on = query.on.unwrap_or_else(|| today(app.clock.now()));
    let rows = catalogues::regions(&app.pool, query.parent.as_deref(), on).await?;
    cacheable::<RegionView>(&request, views(rows))
}

/// List the agencies.
#[utoipa::path(tag = "reference", params(AgencyQuery, ("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The agencies", body = Catalogue<AgencyView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/agencies")]
pub async fn list_agencies(
    app: web::Data<App>,
    Query(query): Query<AgencyQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let on = query.on.unwrap_or_else(|| today(app.clock.now()));
    let rows = catalogues::agencies(&app.pool, query.kind.as_deref(), query.region.as_deref(), on).await?;
    cacheable::<AgencyView>(&request, views(rows))
}

/// List the elections with the dates of their stages.
#[utoipa::path(tag = "reference", params(ElectionQuery, ("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")), responses(
    (status = 200, description = "The elections", body = Catalogue<ElectionEventView>, headers(("ETag" = String, description = "Hash of the answer"))),
    (status = 304, description = "Unchanged"), PublicRead
))]
#[get("/v1/reference/election-events")]
pub async fn list_election_events(
    app: web::Data<App>,
    Query(query): Query<ElectionQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let rows = catalogues::election_events(&app.pool, query.on).await?;
    cacheable::<ElectionEventView>(&request, views(rows))
}
