//! What the system administrator calls about e-mail: what waits, what was given up, send again. Never an address.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::extract::OptionalIdempotencyKey;
use super::once::{Knock, Reply, once};
use super::openapi::{SignedInRead, SignedInWrite};
use super::page;
use super::problem::{Problem, ProblemCode};
use super::query::Query;
use super::views::{DeliveryView, PageEnd};
use crate::app::App;
use crate::db::Tx;
use crate::db::deliveries::{self, DeliveryState};
use crate::domain::policy::Permission;

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveryQuery {
    /// In this state; those given up when left out. Repeated means "or".
    #[serde(default)]
    state: Vec<DeliveryState>,
    /// At most so many, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// Where the page before ended.
    after: Option<String>,
}

/// A page of deliveries.
#[derive(Serialize, ToSchema)]
pub struct DeliveryPage {
    /// Oldest first.
    pub data: Vec<DeliveryView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// List e-mail deliveries, those given up by default.
#[utoipa::path(
    tag = "service", security(("officer" = [])), params(DeliveryQuery),
    responses((status = 200, description = "A page", body = DeliveryPage), SignedInRead)
)]
#[get("/v1/deliveries")]
pub async fn list_deliveries(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<DeliveryQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ManageDeliveries)?;
    let limit = page::limit(query.limit)?;
    let context = page::context(&request, caller.0.seat_id);
    let after = query.after.as_deref().map(|cursor| page::open(&app, &context, cursor)).transpose()?.unwrap_or(0);
    let states = if query.state.is_empty() { vec![DeliveryState::Dead] } else { query.state };
    let mut found = deliveries::page(&app.pool, &states, after, limit + 1).await?;
    let end = page::end(&app, &context, &mut found, limit, |delivery| delivery.id.to_string());
    let data = found.into_iter().map(Into::into).collect();
    Ok(page::response(&app, &request, &end).json(DeliveryPage { data, page: end }))
}

/// Send a delivery again that was given up.
#[utoipa::path(
    tag = "service", security(("officer" = [])),
    params(("delivery_id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one")),
    responses((status = 202, description = "Queued again", body = DeliveryView), SignedInWrite)
)]
#[post("/v1/deliveries/{delivery_id}/resend")]
pub async fn resend_delivery(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<i64>,
    OptionalIdempotencyKey(key): OptionalIdempotencyKey,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ManageDeliveries)?;
    let (id, now) = (id.into_inner(), app.clock.now());
    let knock = Knock::of(&caller, format!("resend_delivery {id}"), key, &[]);
    once(&app, knock, async |tx: &mut Tx| {
        let delivery = deliveries::lock(tx, id).await?.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
        if delivery.state != DeliveryState::Dead {
            return Err(Problem::new(ProblemCode::NotInState).with("state", delivery.state.as_str()));
        }
        let delivery = deliveries::resend(tx, id, now).await?;
        Reply::new(StatusCode::ACCEPTED, &DeliveryView::from(delivery))
    })
    .await
}
