//! What officers correct of an accepted case: the work unit of its subject, that two persons on record are one, the phase of the conduct.
//! Everything else of the subject is put in place by an acceptance.

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
use crate::domain::case::{CaseFacts, ConductPhase};
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
            shown(&write, &facts)
        })
        .await
}

/// The phase that a conduct belongs to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectedPhase {
    /// The phase.
    #[schema(example = "after_determination")]
    pub conduct_phase: ConductPhase,
    /// Why it is another than the one on record, for the file.
    #[schema(min_length = 20, max_length = 4000, example = "Unggahan ternyata dibuat setelah penetapan calon.")]
    pub reason: String,
}

/// Correct the phase of a conduct.
///
/// For a case that was accepted, until its inspectorate has come to findings. The category accepted was preliminary: findings and
/// recommendation name their own.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body = CorrectedPhase,
    params(
        ("case_number" = String, Path), ("If-Match" = String, Header, description = "The version last read", example = "\"3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one correction")
    ),
    responses((status = 200, description = "The case", body = CaseView, headers(("ETag" = String, description = "Its version"))), VersionedWrite)
)]
#[put("/v1/cases/{case_number}/conduct-phase")]
pub async fn correct_conduct_phase(
    write: OfficerWrite,
    number: web::Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, Problem> {
    let input: CorrectedPhase = write.body.input("CorrectedPhase")?;
    let (setting, actor) = (write.setting(), write.caller.actor());
    write
        .once_on(format!("correct_conduct_phase {number}"), &number, async |tx: &mut Tx, locked| {
            let (phase, reason) = (input.conduct_phase, input.reason.as_str());
            let facts = subjects::correct_phase(tx, &setting, &actor, locked, expected, phase, reason).await?;
            shown(&write, &facts)
        })
        .await
}

/// That the subjects of two cases are one person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SamePerson {
    /// A case about the same person, accepted under another number.
    #[schema(min_length = 1, max_length = 64, example = "REG-PEMDA1571-2026-17")]
    pub same_person_as: String,
    /// How that is known, for the file.
    #[schema(
        min_length = 20,
        max_length = 4000,
        example = "NIK dan NIP terlapor tercantum pada satu SK pengangkatan."
    )]
    pub reason: String,
}

/// Join two persons on record who are one.
///
/// One was accepted by a NIK, say, the other by a NIP. From then on the person has the numbers of both, earlier sanctions of either
/// count, and every case about either is hidden from an officer with one of the numbers. It stands on record of both cases and
/// is not undone: numbers are known by their hashes only, and whose each was would have to be confirmed anew.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body = SamePerson,
    params(
        ("case_number" = String, Path), ("If-Match" = String, Header, description = "The version last read", example = "\"3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one correction")
    ),
    responses((status = 200, description = "The case", body = CaseView, headers(("ETag" = String, description = "Its version"))), VersionedWrite)
)]
#[put("/v1/cases/{case_number}/subject/person")]
pub async fn join_subject_persons(
    write: OfficerWrite,
    number: web::Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, Problem> {
    let input: SamePerson = write.body.input("SamePerson")?;
    let (setting, actor) = (write.setting(), write.caller.actor());
    write
        .once_on(format!("join_subject_persons {number}"), &number, async |tx: &mut Tx, locked| {
            let (other, reason) = (input.same_person_as.as_str(), input.reason.as_str());
            let facts = subjects::join_persons(tx, &setting, &actor, locked, expected, other, reason).await?;
            shown(&write, &facts)
        })
        .await
}

/// The case as it stands after the correction.
fn shown(write: &OfficerWrite, facts: &CaseFacts) -> Result<Reply, Problem> {
    let view = CaseView::new(&facts.case, &facts.subject, &write.caller.0, &write.app.reference);
    Ok(Reply::new(StatusCode::OK, &view)?.etag(facts.case.version))
}
