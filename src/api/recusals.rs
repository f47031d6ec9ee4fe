//! An officer's word that a case is not for him.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::SignedInWrite;
use super::problem::Problem;
use crate::db::Tx;
use crate::domain::confidential::Confidential;
use crate::flows::recusals;

/// Why an officer steps back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecusal {
    /// For the file; those who may read details of events see it.
    #[schema(value_type = String, min_length = 20, max_length = 2000, example = "Terlapor adalah kerabat dekat saya.")]
    pub reason: Confidential<String>,
}

/// That it was declared.
#[derive(Serialize, ToSchema)]
pub struct Recusal {
    /// The case, which the officer no longer sees.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// When.
    #[schema(example = "2026-11-18T03:20:00Z")]
    pub declared_at: DateTime<Utc>,
}

/// Declare that one must not work on a case.
///
/// From then on the case does not exist for this officer, through whatever seat: not found on every read and write.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body = NewRecusal,
    params(
        ("case_number" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one declaration")
    ),
    responses((status = 201, description = "Declared", body = Recusal), SignedInWrite)
)]
#[post("/v1/cases/{case_number}/recusals")]
pub async fn declare_recusal(write: OfficerWrite, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    let input: NewRecusal = write.body.input("NewRecusal")?;
    let setting = write.setting();
    write
        .once_telling_nothing(format!("declare_recusal {number}"), async |tx: &mut Tx| {
            recusals::declare(tx, &setting, &write.caller.actor(), &number, input.reason.reveal()).await?;
            Reply::new(StatusCode::CREATED, &Recusal { case_number: number.into_inner(), declared_at: setting.now })
        })
        .await
}
