//! What officers call about the tracks beside the main state: so far, the criminal proceedings.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{self, JsonBody, Schemas};
use super::caller::Caller;
use super::extract::{IfMatch, OptionalIdempotencyKey};
use super::once::{Knock, Reply, once};
use super::openapi::VersionedWrite;
use super::problem::Problem;
use super::setting;
use super::views::CaseView;
use crate::app::App;
use crate::db::Tx;
use crate::domain::action::Document;
use crate::domain::criminal::{CriminalState, StopReason};
use crate::domain::fault::{Fault, FieldFault};
use crate::flows::criminal::{self, CriminalStep};

/// A step of the criminal proceedings.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCriminalStep {
    /// Where they stand now.
    pub to: CriminalState,
    /// Why they were stopped; needed with `stopped`, and only then.
    pub stop_reason: Option<StopReason>,
    /// The letter or judgment.
    pub document: Document,
}

/// Record where the criminal proceedings stand.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body = NewCriminalStep,
    params(
        ("case_number" = String, Path), ("If-Match" = String, Header, description = "The version last read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one step")
    ),
    responses((status = 200, description = "The case", body = CaseView), VersionedWrite)
)]
#[post("/v1/cases/{case_number}/tracks/criminal/transitions")]
pub async fn record_criminal_step(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    caller: Caller,
    number: web::Path<String>,
    IfMatch(expected): IfMatch,
    OptionalIdempotencyKey(key): OptionalIdempotencyKey,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    let input: NewCriminalStep = body::read(&schemas, "NewCriminalStep", &bytes)?;
    if (input.to == CriminalState::Stopped) != input.stop_reason.is_some() {
        let fault = if input.stop_reason.is_some() { Fault::NotAllowed } else { Fault::Required };
        return Err(Problem::input(vec![FieldFault::new("/stop_reason", fault)]));
    }
    let step = CriminalStep { to: input.to, stop_reason: input.stop_reason, document: input.document };
    let setting = setting(&app);
    let knock = Knock::of(&caller, format!("record_criminal_step {number}"), key, &bytes);
    once(&app, knock, async |tx: &mut Tx| {
        let (case, facts) = criminal::record(tx, &setting, &caller.actor(), &number, expected, &step).await?;
        Ok(Reply::new(StatusCode::OK, &CaseView::new(&case, &facts.subject, &caller.0, &app.reference))?
            .etag(case.version))
    })
    .await
}
