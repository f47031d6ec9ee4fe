//! What officers call about cases that may belong together: suggestions, links, splitting. Merging is a transition.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::cases::seen;
use super::extract::IfMatch;
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::{SignedInRead, SignedInWrite, VersionedWrite};
use super::problem::Problem;
use super::trace;
use super::views::DuplicateView;
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::access::Operation;
use crate::domain::file::FileSight;
use crate::domain::policy::Permission;
use crate::domain::report::ReportedSubject;
use crate::flows::duplicates;
use crate::flows::transition::sight;

/// Cases that may be about the same thing.
#[derive(Serialize, ToSchema)]
pub struct Duplicates {
    /// The likeliest first, at most fifty.
    pub data: Vec<DuplicateView>,
}

/// List cases that may be about the same thing, each with the reason it is shown.
///
/// The same number or person, a similar name at the same agency about the same days, the same link, the same file of a
/// document; also cases an officer linked and those split from the same report. Only cases one may see, and of files those
/// one is shown on both; what reporters hold as evidence is not compared, as reports carry links and no files. The officer
/// decides: `merge` for the same act, `merge` with `further_act` for another act of the same person while the other case
/// has not reached the PPK, a link after that.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), params(("case_number" = String, Path, example = "REG-BKN-2026-1000001")),
    responses((status = 200, description = "The cases", body = Duplicates), SignedInRead)
)]
#[get("/v1/cases/{case_number}/duplicates")]
pub async fn list_duplicates(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::Merge)?;
    let found = seen(&app, &caller, Operation::ListDuplicates, &number).await?;
    let suggested =
        db::duplicates::suggested(&app.pool, found.case.id, &sight(&caller.actor()), FileSight::of(&caller.0)).await?;
    let suggested = trace::show_all(&app, &caller, Operation::ListDuplicates, suggested).await?;
    let data = suggested.iter().map(|one| DuplicateView::new(one, &caller.0, &app.reference)).collect();
    Ok(HttpResponse::Ok().json(Duplicates { data }))
}

/// Which case another is linked with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCaseLink {
    /// The other case.
    #[schema(min_length = 8, max_length = 64, example = "REG-BKN-2026-1000002")]
    pub case_number: String,
    /// Why they belong together.
    #[schema(
        min_length = 20,
        max_length = 4000,
        example = "Perbuatan lain dari terlapor yang sama, enam minggu kemudian."
    )]
    pub reason: String,
}

/// Two cases that are linked.
#[derive(Serialize, ToSchema)]
pub struct CaseLink {
    /// This case.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// The other.
    #[schema(example = "REG-BKN-2026-1000002")]
    pub other_case_number: String,
    /// When.
    #[schema(example = "2026-11-18T03:20:00Z")]
    pub linked_at: DateTime<Utc>,
}

/// Link a case with another about the same person.
///
/// For a further act of a person whose case is too far on to take it. Both cases stay as they are, and each names the
/// other in its timeline.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body = NewCaseLink,
    params(
        ("case_number" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one link")
    ),
    responses((status = 201, description = "Linked", body = CaseLink), SignedInWrite)
)]
#[post("/v1/cases/{case_number}/links")]
pub async fn link_case(write: OfficerWrite, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    let input: NewCaseLink = write.body.input("NewCaseLink")?;
    let setting = write.setting();
    write
        .once(format!("link_case {number}"), async |tx: &mut Tx| {
            let actor = write.caller.actor();
            duplicates::link(tx, &setting, &actor, &number, &input.case_number, &input.reason).await?;
            let (case_number, other_case_number) = (number.into_inner(), input.case_number);
            Reply::new(StatusCode::CREATED, &CaseLink { case_number, other_case_number, linked_at: setting.now })
        })
        .await
}

/// The further persons a report names.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSplit {
    /// Each gets a case of its own; the one the case is about already is not among them.
    #[schema(min_items = 1, max_items = 20)]
    pub subjects: Vec<ReportedSubject>,
    /// Why, for the file.
    #[schema(
        min_length = 20,
        max_length = 4000,
        example = "Foto bersama memperlihatkan tiga pegawai dinas yang sama."
    )]
    pub reason: String,
}

/// What splitting left.
#[derive(Serialize, ToSchema)]
pub struct SplitResult {
    /// The case that keeps the report.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// Its version.
    #[schema(example = 5)]
    pub version: i32,
    /// The new cases, in the order of the persons.
    #[schema(example = json!(["REG-BKN-2026-1000002", "REG-BKN-2026-1000003"]))]
    pub case_numbers: Vec<String>,
}

/// Split a case whose report names several persons.
///
/// Each further person gets a case of its own, in triage. They share the report: the reporter keeps one number and reads
/// the label of the case that is least advanced.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body = NewSplit,
    params(
        ("case_number" = String, Path), ("If-Match" = String, Header, description = "The version last read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one split")
    ),
    responses((status = 201, description = "Split", body = SplitResult, headers(("ETag" = String, description = "The case's version"))), VersionedWrite)
)]
#[post("/v1/cases/{case_number}/split")]
pub async fn split_case(
    write: OfficerWrite,
    number: web::Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, Problem> {
    let check = |body: &serde_json::Value| ReportedSubject::faults_of(body, "/subjects");
    let input: NewSplit = write.body.input_checked("NewSplit", check)?;
    let setting = write.setting();
    write
        .once(format!("split_case {number}"), async |tx: &mut Tx| {
            let (actor, subjects) = (write.caller.actor(), input.subjects);
            let split = duplicates::split(tx, &setting, &actor, &number, expected, subjects, &input.reason).await?;
            let version = split.case.version;
            let result = SplitResult { case_number: split.case.case_number, version, case_numbers: split.case_numbers };
            Ok(Reply::new(StatusCode::CREATED, &result)?.etag(version))
        })
        .await
}
