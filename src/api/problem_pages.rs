//! The pages that the `type` of a problem leads to: what each code means and what to do, in both languages. Written once
//! at the start; they hold no script and nothing of any request.

use std::collections::HashMap;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, get, web};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::api::openapi::example_in;
use crate::api::problem::{Problem, ProblemCode};
use crate::domain::ids::Language;

const LAYOUT: &str = include_str!("../../templates/pages/layout.html.j2");
const ALL: &str = include_str!("../../templates/pages/problems.html.j2");
const ONE: &str = include_str!("../../templates/pages/problem.html.j2");
const STYLE: &str = include_str!("../../templates/pages/page.css");
/// Nothing but our own style sheet.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The finished pages.
pub struct ProblemPages {
    all: web::Bytes,
    one: HashMap<&'static str, web::Bytes>,
}

#[derive(Serialize)]
struct Entry {
    code: &'static str,
    status: u16,
    languages: Vec<Wording>,
}

#[derive(Serialize)]
struct Wording {
    language: &'static str,
    title: &'static str,
    meaning: &'static str,
    remedy: &'static str,
    example: String,
}

impl ProblemPages {
    /// Writes every page.
    pub fn new() -> Result<Self, minijinja::Error> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates.add_template("layout.html.j2", LAYOUT)?;
        templates.add_template("problems.html.j2", ALL)?;
        templates.add_template("problem.html.j2", ONE)?;
        let entries: Vec<Entry> = ProblemCode::ALL.iter().map(|code| entry(*code)).collect();
        let all =
            templates.get_template("problems.html.j2")?.render(minijinja::context! { problems => Serde(&entries) })?;
        let page = templates.get_template("problem.html.j2")?;
        let mut one = HashMap::new();
        for entry in &entries {
            one.insert(entry.code, page.render(minijinja::context! { problem => Serde(entry) })?.into());
        }
        Ok(Self { all: all.into(), one })
    }
}

fn entry(code: ProblemCode) -> Entry {
    let wording = |language: Language| {
        let words = code.words(language);
        let example = format!("{:#}", example_in(code, language));
        Wording { language: language.code(), title: words.title, meaning: words.meaning, remedy: words.remedy, example }
    };
    Entry { code: code.as_str(), status: code.status().as_u16(), languages: Language::ALL.map(wording).into() }
}

/// Mounts `/problems` and what is below; they need `web::Data<ProblemPages>`.
pub fn mount(config: &mut web::ServiceConfig) {
    config.service(list_problems).service(show_style).service(show_problem);
}

#[get("/problems")]
async fn list_problems(pages: web::Data<ProblemPages>) -> HttpResponse {
    page().body(pages.all.clone())
}

#[get("/problems/page.css")]
async fn show_style() -> HttpResponse {
    secured().content_type("text/css; charset=utf-8").body(STYLE)
}

#[get("/problems/{code}")]
async fn show_problem(pages: web::Data<ProblemPages>, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let found = pages.one.get(code.as_str()).ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    Ok(page().body(found.clone()))
}

fn page() -> HttpResponseBuilder {
    let mut response = secured();
    response.content_type("text/html; charset=utf-8");
    response.insert_header((header::CONTENT_LANGUAGE, HeaderValue::from_static("id, en")));
    response
}

fn secured() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .insert_header((HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer")))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")));
    response
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};

    use super::*;

    async fn get(path: &str) -> (u16, header::HeaderMap, String) {
        let pages = web::Data::new(ProblemPages::new().unwrap());
        let app = init_service(App::new().app_data(pages).configure(mount)).await;
        let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, String::from_utf8(read_body(response).await.to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn every_code_has_a_page_in_both_languages() {
        let (_, _, all) = get("/problems").await;
        for code in ProblemCode::ALL {
            let (status, headers, page) = get(&format!("/problems/{}", code.as_str())).await;
            assert_eq!(status, 200);
            assert!(
                headers.get("content-security-policy").unwrap().to_str().unwrap().starts_with("default-src 'none'")
            );
            assert!(page.contains("lang=\"id\"") && page.contains("lang=\"en\""));
            assert!(page.contains(&format!("&quot;code&quot;: &quot;{}&quot;", code.as_str())), "{page}");
            assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("<style"));
            assert!(all.contains(&format!("href=\"/problems/{}\"", code.as_str())));
        }
    }

    #[actix_web::test]
    async fn an_unknown_code_has_no_page() {
        assert_eq!(get("/problems/nothing").await.0, 404);
        assert_eq!(get("/problems/page.css").await.0, 200);
    }
}
