//! What tells integrators about the API: its document, a page to read it, and the root that links to both. It describes
//! nothing itself.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, get, web};
use serde_json::json;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use crate::api::openapi;
use crate::api::problem::{Problem, ProblemCode};

/// Where everything about the API is found (RFC 8288).
const LINKS: &str = "</openapi.yaml>; rel=\"service-desc\"; type=\"application/yaml\", \
    </docs/>; rel=\"service-doc\"; type=\"text/html\", </problems>; rel=\"help\"; type=\"text/html\"";
/// Only our own files, no frames; Swagger UI sets inline styles and draws its icons from data URLs.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The document and the settings of its page, made once at the start.
pub struct Docs {
    yaml: web::Bytes,
    page: Arc<Config<'static>>,
}

impl Docs {
    /// From the collected and finished document.
    pub fn new(document: &OpenApi) -> Result<Self, String> {
        let page = Config::from("../openapi.yaml")
            // The default asks a server of Swagger's to validate the document.
            .validator_url("none")
            .display_operation_id(true)
            .try_it_out_enabled(true);
        Ok(Self { yaml: openapi::yaml(document)?.into(), page: Arc::new(page) })
    }
}

/// Mounts `/`, `/openapi.yaml` and `/docs/`; they need `web::Data<Docs>`.
pub fn mount(config: &mut web::ServiceConfig) {
    config
        .service(show_root)
        .service(show_document)
        .service(web::redirect("/docs", "/docs/").permanent())
        .service(show_docs);
}

#[get("/")]
async fn show_root() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::LINK, LINKS)).json(json!({
        "name": "netral",
        "version": env!("CARGO_PKG_VERSION"),
        "openapi": "/openapi.yaml",
        "docs": "/docs/",
        "problems": "/problems",
    }))
}

#[get("/openapi.yaml")]
async fn show_document(docs: web::Data<Docs>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/yaml")))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-cache")))
        .body(docs.yaml.clone())
}

#[get("/docs/{file:.*}")]
async fn show_docs(docs: web::Data<Docs>, file: web::Path<String>) -> Result<HttpResponse, Problem> {
    let found = utoipa_swagger_ui::serve(&file, docs.page.clone());
    let found = found.map_err(|error| Problem::internal(error.as_ref()))?;
    let file = found.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    let mut response = HttpResponse::Ok();
    if file.gzpipped {
        response.insert_header(header::ContentEncoding::Gzip);
    }
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_POLICY)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .insert_header((HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer")))
        .content_type(file.content_type);
    Ok(response.body(file.bytes.into_owned()))
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use utoipa::OpenApi as _;

    use super::*;

    async fn get(path: &str) -> (u16, header::HeaderMap, String) {
        let docs = web::Data::new(Docs::new(&openapi::ApiDoc::openapi()).unwrap());
        let app = init_service(App::new().app_data(docs).configure(mount)).await;
        let response = call_service(&app, TestRequest::get().uri(path).to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, String::from_utf8_lossy(&read_body(response).await).into_owned())
    }

    #[actix_web::test]
    async fn the_root_leads_to_the_document() {
        let (status, headers, _) = get("/").await;
        assert_eq!(status, 200);
        assert!(headers.get("link").unwrap().to_str().unwrap().contains("rel=\"service-desc\""));
        let (status, headers, body) = get("/openapi.yaml").await;
        assert_eq!((status, headers.get("content-type").unwrap().to_str().unwrap()), (200, "application/yaml"));
        assert!(body.starts_with("openapi: 3.1"));
    }

    #[actix_web::test]
    async fn the_page_loads_only_files_of_ours() {
        let (status, headers, page) = get("/docs/").await;
        assert_eq!(status, 200);
        assert!(headers.get("content-security-policy").unwrap().to_str().unwrap().starts_with("default-src 'none'"));
        let sources: Vec<&str> = page.split(['"', '\'']).filter(|piece| piece.contains("//")).collect();
        assert!(sources.is_empty(), "{sources:?}");
        assert!(!page.contains("<script>") && !page.contains("<style"));
        for asset in
            page.split('"').filter(|piece| piece.ends_with(".js") || piece.ends_with(".css") || piece.ends_with(".png"))
        {
            let (status, _, _) = get(&format!("/docs/{}", asset.trim_start_matches("./"))).await;
            assert_eq!(status, 200, "{asset}");
        }
        let (_, _, script) = get("/docs/swagger-initializer.js").await;
        assert!(script.contains("../openapi.yaml") && script.contains("\"validatorUrl\": \"none\""), "{script}");
        assert_eq!(get("/docs/nothing.js").await.0, 404);
        assert_eq!(get("/docs").await.0, 308);
    }
}
