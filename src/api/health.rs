//! Whether the process lives and whether it can serve. No figures, no versions: those are for the inside.

use actix_web::{HttpResponse, get, web};

use super::openapi::PublicRead;
use super::problem::Problem;
use crate::app::App;
use crate::db;

/// The process lives.
#[utoipa::path(tag = "service", responses((status = 204, description = "It lives")))]
#[get("/livez")]
pub async fn get_livez() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// The service can serve: the database answers and has every migration.
#[utoipa::path(tag = "service", responses((status = 204, description = "It can serve"), PublicRead))]
#[get("/readyz")]
pub async fn get_readyz(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    if db::migrations_pending(&app.pool).await? {
        Err(Problem::unavailable(5, None))
    } else {
        Ok(HttpResponse::NoContent().finish())
    }
}
