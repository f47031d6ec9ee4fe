//! What the privacy officer calls about the audit: the newest signed checkpoint, to be laid aside elsewhere.

use actix_web::{HttpResponse, get, web};

use super::caller::Caller;
use super::openapi::SignedInRead;
use super::problem::{Problem, ProblemCode};
use crate::app::App;
use crate::db;
use crate::domain::policy::Permission;

/// Read the newest checkpoint of the event chains.
///
/// A signed note (C2SP): origin, number of events, root, time, signature. Who keeps it elsewhere can later show with
/// `netral audit verify --kept` that nothing before it was changed. Not public: the number of events of a day could
/// tell somebody that a report about him has come in.
#[utoipa::path(
    tag = "privacy", security(("officer" = [])),
    responses((status = 200, description = "The checkpoint", body = String, content_type = "text/plain",
        example = "netral.example/audit\n1289\nvJdz8bnDQyVbNM4S5ldRVMmVYpp0XPOcyXCfvaDmlJY=\ntime 2026-11-22T00:00:03Z\n\n\u{2014} netral.example/audit yh7mIAIzS1zN\n"), SignedInRead)
)]
#[get("/v1/audit/checkpoint")]
pub async fn get_audit_checkpoint(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ReadAccessLog)?;
    let newest = db::audit::latest(&app.pool).await?.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(newest.note))
}
