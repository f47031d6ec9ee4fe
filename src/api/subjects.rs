//! What officers call about who a case is about, once it was accepted: the work unit. Everything else of the subject is put in
//! place by an acceptance.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, put, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::IfMatch;
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::VersionedWrite;
use super::problem::Problem;
use super::views::CaseView;
use crate::db::Tx;
use crate::flows::subjects;

/// The work unit that a subject is of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectUnit {
    /// The unit within the subject's agency: from its officers the case is hidden.
    #[schema(min_length = 2, max_length = 200, example = "Bidang Angkutan")]
    pub work_unit: String,
    /// Why it is another than the one on record, for the file.
    #[schema(min_length = 20, max_length = 4000, example = "Terlapor dipindahkan menurut SK mutasi bulan lalu.")]
    pub reason: String,
}

/// Correct the work unit of a subject.
///
/// For a case that was accepted, by those who review it and BKN. From then on it is hidden from the officers of that unit, whoever
/// works on it included, and no longer from those of the unit that stood there by mistake.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body = SubjectUnit,
    params(
        ("case_number" = String, Path), ("If-Match" = String, Header, description = "The version last read", example = "\"3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one correction")
    ),
    responses((status = 200, description = "The case", body = CaseView, headers(("ETag" = String, description = "Its version"))), VersionedWrite)
)]
#[put("/v1/cases/{case_number}/subject/work-unit")]
pub async fn correct_subject_unit(
    write: OfficerWrite,
    number: web::Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, Problem> {
    let input: SubjectUnit = write.body.input("SubjectUnit")?;
    let (setting, actor) = (write.setting(), write.caller.actor());
    write
        .once_on(format!("correct_subject_unit {number}"), &number, async |tx: &mut Tx, locked| {
            let (unit, reason) = (input.work_unit.trim(), input.reason.as_str());
            let facts = subjects::correct_unit(tx, &setting, &actor, locked, expected, unit, reason).await?;
            let view = CaseView::new(&facts.case, &facts.subject, &write.caller.0, &write.app.reference);
            Ok(Reply::new(StatusCode::OK, &view)?.etag(facts.case.version))
        })
        .await
}
