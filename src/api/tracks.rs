//! What officers call about the tracks beside the main state: read them, take a step of one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::cases::seen;
use super::extract::IfMatch;
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::{SignedInRead, VersionedWrite};
use super::problem::{Problem, ProblemCode};
use super::views::{CaseView, TrackView};
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::access::Operation;
use crate::domain::tracks::{Track, TrackStep};
use crate::flows::tracks;

/// The tracks of a case.
#[derive(Serialize, ToSchema)]
pub struct Tracks {
    /// Every kind of track, begun or not.
    pub data: Vec<TrackView>,
}

/// Read what runs beside the main state of a case: each track with its steps and documents, and what may be done.
#[utoipa::path(
    tag = "cases", security(("officer" = [])),
    params(("case_number" = String, Path, example = "REG-BKN-2026-1000001")),
    responses((status = 200, description = "The tracks", body = Tracks), SignedInRead)
)]
#[get("/v1/cases/{case_number}/tracks")]
pub async fn list_tracks(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = seen(&app, &caller, Operation::ListTracks, &number).await?;
    let runs = db::tracks::of_case(&app.pool, found.case.id).await?;
    Ok(HttpResponse::Ok().json(Tracks { data: TrackView::all(&found.case, &found.subject, &runs, &caller.0) }))
}

/// Take a step of a track.
///
/// Steps that the case's own transitions take (a referral, a decision, an appeal) are not taken here while those
/// transitions can be fired. What a step needs is in `docs/workflow.md`. The main state never moves.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body(content = TrackStep, examples(
        ("summoned" = (summary = "Discipline: first summons", value = json!({
            "to": "summoned", "day": "2026-11-27", "document": {
                "number": "800/12/BKPSDM/2026", "dated": "2026-11-20", "file": "019ab10c-5f3a-7d21-8c44-2b1f0e6a9d10"
            }
        }))),
        ("stopped" = (summary = "Criminal proceedings stopped", value = json!({
            "to": "stopped", "document": { "number": "S.Tap/3/XI/2026", "dated": "2026-11-20" }, "stop_reason": "evidence"
        })))
    )),
    params(
        ("case_number" = String, Path), ("track" = Track, Path, example = "discipline"),
        ("If-Match" = String, Header, description = "The version last read", example = "\"3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one step")
    ),
    responses((status = 200, description = "The case", body = CaseView), VersionedWrite)
)]
#[post("/v1/cases/{case_number}/tracks/{track}/transitions")]
pub async fn take_track_step(
    write: OfficerWrite,
    path: web::Path<(String, String)>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, Problem> {
    let (number, track) = path.into_inner();
    let track = Track::parse(&track).ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    let step: TrackStep = write.body.input("TrackStep")?;
    let (setting, actor) = (write.setting(), write.caller.actor());
    write
        .once_on(format!("take_track_step {number} {track}"), &number, async |tx: &mut Tx, locked| {
            let (case, facts, warnings) = tracks::take(tx, &setting, &actor, locked, expected, track, &step).await?;
            let view = CaseView::new(&case, &facts.subject, &write.caller.0, &write.app.reference).warning(&warnings);
            Ok(Reply::new(StatusCode::OK, &view)?.etag(case.version))
        })
        .await
}
