//! What officers call about the files of documents: upload one, list them, read one.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::file_write::FileWrite;
use super::once::Reply;
use super::openapi::{SignedInRead, SignedInWrite};
use super::problem::{Problem, ProblemCode};
use super::trace;
use super::views::{FileContent, FileView, KeptFileView};
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::access::Operation;
use crate::domain::file::FileSight;
use crate::flows::files;
use crate::flows::transition::sight;

/// Upload the file of a document.
///
/// The body is the file itself: PDF, JPEG or PNG, at most 10 MiB. It is kept sealed. Name its `id` as the `file` of a document of
/// a transition or of a step of a track; whoever is shown the number and date of that document is shown the file. An upload is on
/// the case's timeline with its checksum, so the case has a new version.
#[utoipa::path(
    tag = "files", security(("officer" = [])),
    request_body(description = "The file", content(
        (FileContent = "application/pdf"), (FileContent = "image/jpeg"), (FileContent = "image/png")
    )),
    params(
        ("case_number" = String, Path, example = "REG-BKN-2026-1000001"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one upload")
    ),
    responses(
        (status = 201, description = "It is kept", body = KeptFileView, headers(
            ("Location" = String, description = "The file"), ("ETag" = String, description = "The version of the case")
        )),
        SignedInWrite
    )
)]
#[post("/v1/cases/{case_number}/files")]
pub async fn upload_case_file(write: FileWrite, number: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (setting, actor, store) = (write.setting(), write.caller.actor(), &write.app.store);
    write
        .once_on(format!("upload_case_file {number}"), &number, async |tx: &mut Tx, locked| {
            let kept = files::keep(tx, &setting, store, &actor, locked, write.media_type, &write.bytes).await?;
            let (file, case) = kept;
            let location = format!("{}/v1/cases/{}/files/{}", write.app.config.public_url, case.case_number, file.id);
            let view = KeptFileView::new(&case.case_number, &file);
            Ok(Reply::new(StatusCode::CREATED, &view)?.etag(case.version).location(location))
        })
        .await
}

/// The files of a case.
#[derive(Serialize, ToSchema)]
pub struct CaseFiles {
    /// Those the caller is shown, the first uploaded first.
    pub data: Vec<FileView>,
}

/// List the files of a case that one may see, with the documents that name them.
#[utoipa::path(
    tag = "files", security(("officer" = [])),
    params(("case_number" = String, Path, example = "REG-BKN-2026-1000001")),
    responses((status = 200, description = "The files", body = CaseFiles), SignedInRead)
)]
#[get("/v1/cases/{case_number}/files")]
pub async fn list_case_files(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = db::files::of_case(&app.pool, &number, &sight(&caller.actor()), FileSight::of(&caller.0)).await?;
    let found = found.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    let (_, files) = trace::show(&app, &caller, Operation::ListCaseFiles, found).await?;
    let data = files.iter().map(FileView::try_from).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(CaseFiles { data }))
}

/// Read a file.
///
/// It comes as it was uploaded, to be saved: it was checked to be what it is called, not to be harmless.
#[utoipa::path(
    tag = "files", security(("officer" = [])),
    params(
        ("case_number" = String, Path, example = "REG-BKN-2026-1000001"),
        ("file_id" = Uuid, Path, example = "019ab10c-5f3a-7d21-8c44-2b1f0e6a9d10")
    ),
    responses(
        (status = 200, description = "The file", content(
            (FileContent = "application/pdf"), (FileContent = "image/jpeg"), (FileContent = "image/png")
        ), headers(("Content-Disposition" = String, description = "It is to be saved, not shown"))),
        SignedInRead
    )
)]
#[get("/v1/cases/{case_number}/files/{file_id}")]
pub async fn get_case_file(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (number, id) = path.into_inner();
    let missing = || Problem::new(ProblemCode::NotFound);
    let id: Uuid = id.parse().map_err(|_| missing())?;
    let found = db::files::find(&app.pool, &number, &sight(&caller.actor()), FileSight::of(&caller.0), id).await?;
    let (_, file) = trace::show(&app, &caller, Operation::GetCaseFile, found.ok_or_else(missing)?).await?;
    let _slot = app.file_slots.opened.acquire().await.map_err(|error| Problem::internal(&error))?;
    let mut bytes = files::open(&app.store, &app.vault, &file).await?;
    let name = format!("{id}.{}", file.media_type.extension());
    let disposition = DispositionType::Attachment;
    Ok(HttpResponse::Ok()
        .content_type(file.media_type.as_str())
        .insert_header(ContentDisposition { disposition, parameters: vec![DispositionParam::Filename(name)] })
        // Whatever is in it runs nowhere; `nosniff` and `no-store` are on every answer.
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .body(std::mem::take(&mut *bytes)))
}
