//! The one small page a reporter meets: confirming an e-mail address. Works without scripts and loads nothing.

use actix_web::HttpResponse;
use minijinja::{Environment, UndefinedBehavior, context};

use super::problem::Problem;
use crate::domain::ids::Language;

/// The page that asks for confirmation, or that says it is done.
pub fn confirmation(language: Language, done: bool) -> Result<HttpResponse, Problem> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let page = environment
        .render_named_str(
            "confirmation.html",
            include_str!("../../templates/pages/confirmation.html.j2"),
            context! { lang => language.code(), done },
        )
        .map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::Ok()
        .insert_header((
            "Content-Security-Policy",
            "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ))
        .insert_header(("Content-Language", language.code()))
        .content_type("text/html; charset=utf-8")
        .body(page))
}
