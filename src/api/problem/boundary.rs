//! The last step of every answer: whatever went wrong below becomes one problem in the caller's language, and failures
//! of ours are logged here, once. It must not know what the handlers do.
//!
//! Mount it with `.wrap(from_fn(boundary::problems))` as the innermost wrapper of the app (the first `.wrap`). An error
//! or panic from a wrapper further in still becomes a problem, but leaves as an error, past CORS headers.

use std::fmt;
use std::panic::AssertUnwindSafe;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{JsonPayloadError, QueryPayloadError};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use futures_util::FutureExt;
use tracing_actix_web::RequestId;

use super::{Problem, ProblemCode, PublicUrl};
use crate::api::extract::PreferredLanguage;
use crate::domain::ids::Language;

/// What of a request its problems are written with. Taken before the request is handed on: keeping the request itself
/// would stop the router from changing it.
#[derive(Clone, Debug)]
struct Asked {
    language: Language,
    url: Option<web::Data<PublicUrl>>,
    request_id: Option<String>,
}

impl Asked {
    fn of(request: &ServiceRequest) -> Self {
        Self {
            language: PreferredLanguage::of(request.headers()).0,
            url: request.app_data::<web::Data<PublicUrl>>().cloned(),
            request_id: request.extensions().get::<RequestId>().map(ToString::to_string),
        }
    }

    fn write(&self, problem: &Problem) -> HttpResponse {
        let base = self.url.as_ref().map_or("", |url| url.as_str());
        problem.render(self.language, base, self.request_id.as_deref())
    }

    fn log(&self, problem: &Problem, route: &str) {
        if problem.code().status().is_server_error()
            && (problem.code() == ProblemCode::Internal || problem.cause().is_some())
        {
            let cause = without_values(problem.cause().unwrap_or("unknown"));
            let request_id = self.request_id.as_deref().unwrap_or_default();
            tracing::error!(code = problem.code().as_str(), route, request_id, cause, "request failed");
        }
    }
}

/// A problem that can only leave as an error, because the request is gone; it knows how to write itself.
#[derive(Debug)]
struct Written(Problem, Asked);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Written {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        self.1.write(&self.0)
    }
}

/// The wrapper: see the head of this file.
pub async fn problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = Asked::of(&request);
    // No name of ours holds a NUL, and no text in the database can.
    if request.path().contains("%00") || request.path().contains('\0') {
        return Ok(request.into_response(asked.write(&Problem::new(ProblemCode::NotFound))).map_into_boxed_body());
    }
    // What a panicking handler held is dropped while it unwinds: transactions roll back, connections return.
    let handled = AssertUnwindSafe(async move { next.call(request).await }).catch_unwind().await;
    let error = match handled {
        Ok(Ok(response)) => return Ok(rewritten(response, &asked)),
        Ok(Err(error)) => error,
        // The panic hook has told the operator where; its message may carry values, so it is not repeated.
        Err(_) => Problem::new(ProblemCode::Internal).with_cause("panic").into(),
    };
    let problem = taken(&error);
    asked.log(&problem, "");
    Err(Written(problem, asked).into())
}

fn rewritten<B: MessageBody + 'static>(response: ServiceResponse<B>, asked: &Asked) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response.map_into_boxed_body();
    }
    let bare = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    let foreign;
    let problem = match response.response().error() {
        Some(error) => match error.as_error::<Problem>() {
            Some(problem) => problem,
            None => {
                foreign = of_framework(error);
                &foreign
            }
        },
        None if bare => {
            foreign = Problem::new(ProblemCode::for_status(status));
            &foreign
        }
        None => return response.map_into_boxed_body(),
    };
    asked.log(problem, response.request().match_pattern().as_deref().unwrap_or(""));
    let mut written = asked.write(problem);
    keep_headers(response.response(), &mut written);
    response.into_response(written)
}

/// Headers that others have put on the answer stay, save those that spoke of the body it no longer has.
fn keep_headers<B>(before: &HttpResponse<B>, written: &mut HttpResponse) {
    let replaced = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_LANGUAGE, header::CONTENT_ENCODING];
    let own: Vec<header::HeaderName> = written.headers().keys().cloned().collect();
    for (name, value) in before.headers() {
        if !replaced.contains(name) && !own.contains(name) {
            written.headers_mut().append(name.clone(), value.clone());
        }
    }
}

/// The problem in an error.
fn taken(error: &Error) -> Problem {
    match error.as_error::<Written>() {
        Some(Written(inner, _)) => inner.clone(),
        None => match error.as_error::<Problem>() {
            Some(problem) => problem.clone(),
            None => of_framework(error),
        },
    }
}

/// What the framework's own errors mean; their words are left out, since they may repeat what was sent.
fn of_framework(error: &Error) -> Problem {
    let code = match (error.as_error::<JsonPayloadError>(), error.as_error::<QueryPayloadError>()) {
        (Some(JsonPayloadError::ContentType), _) => ProblemCode::UnsupportedMediaType,
        (Some(JsonPayloadError::Deserialize(_)), _) => ProblemCode::InvalidJson,
        (_, Some(_)) => ProblemCode::InvalidParameter,
        _ => ProblemCode::for_status(error.as_response_error().status_code()),
    };
    let problem = Problem::new(code);
    if code.status().is_server_error() { problem.with_cause(error.to_string()) } else { problem }
}

/// An error's text without what may be data: quoted pieces, unless they name a table, column or constraint, and long
/// runs of digits.
fn without_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, piece) in text.split(['"', '\'', '`']).enumerate() {
        let named = piece.contains('_') && piece.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        match i % 2 == 0 || named {
            true => out.push_str(piece),
            false => out.push('…'),
        }
    }
    let mut digits = 0;
    out.retain(|c| {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        digits <= 5
    });
    out
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body_json, try_call_service};
    use actix_web::{App, Responder};
    use serde_json::{Value, json};

    use super::*;

    async fn refused() -> Result<&'static str, Problem> {
        Err(Problem::new(ProblemCode::Forbidden))
    }

    async fn panics() -> &'static str {
        panic!("on purpose")
    }

    async fn typed(_: web::Json<Vec<u8>>) -> impl Responder {
        "read"
    }

    async fn broken() -> Result<&'static str, Error> {
        Err(actix_web::error::ErrorInternalServerError("user \"budi\" is wrong"))
    }

    macro_rules! app {
        () => {
            init_service(
                App::new()
                    .app_data(web::Data::new(PublicUrl::new("https://netral.example/")))
                    .wrap(from_fn(problems))
                    .route("/refused", web::get().to(refused))
                    .route("/panics", web::get().to(panics))
                    .route("/broken", web::get().to(broken))
                    .service(web::resource("/typed").route(web::post().to(typed)))
                    .route("/own", web::get().to(|| async { HttpResponse::ServiceUnavailable().json(json!({ "ready": false })) })),
            )
            .await
        };
    }

    async fn answer(request: TestRequest) -> (StatusCode, header::HeaderMap, Value) {
        let response = call_service(&app!(), request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        (status, headers, read_body_json(response).await)
    }

    #[actix_web::test]
    async fn a_problem_is_written_in_the_language_asked_for() {
        let request = TestRequest::get().uri("/refused").insert_header(("Accept-Language", "en-GB, id;q=0.5"));
        let (status, headers, body) = answer(request).await;
        assert_eq!((status, &body["title"]), (StatusCode::FORBIDDEN, &json!("Not allowed")));
        assert_eq!(body["type"], "https://netral.example/problems/forbidden");
        assert_eq!(headers.get("content-type").unwrap(), "application/problem+json");
        assert_eq!(headers.get("content-language").unwrap(), "en");
        assert_eq!(headers.get("vary").unwrap(), "Accept-Language");
        let (_, _, body) = answer(TestRequest::get().uri("/refused")).await;
        assert_eq!(body["title"], "Tidak diizinkan");
    }

    #[actix_web::test]
    async fn what_the_framework_refuses_becomes_a_problem_too() {
        let (status, _, body) = answer(TestRequest::get().uri("/nowhere")).await;
        assert_eq!((status, &body["code"]), (StatusCode::NOT_FOUND, &json!("not-found")));
        let (status, headers, body) = answer(TestRequest::delete().uri("/typed")).await;
        assert_eq!((status, &body["code"]), (StatusCode::METHOD_NOT_ALLOWED, &json!("method-not-allowed")));
        assert_eq!(headers.get("allow").unwrap(), "POST");
        let (status, _, body) = answer(TestRequest::post().uri("/typed").set_payload("[]")).await;
        assert_eq!((status, &body["code"]), (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("unsupported-media-type")));
        let json = TestRequest::post().uri("/typed").insert_header(("Content-Type", "application/json"));
        let (status, _, body) = answer(json.set_payload("[\"budi\"]")).await;
        assert_eq!((status, &body["code"]), (StatusCode::BAD_REQUEST, &json!("invalid-json")));
        assert!(!body.to_string().contains("budi"));
    }

    #[actix_web::test]
    async fn an_unknown_error_shows_nothing_of_itself() {
        let (status, _, body) = answer(TestRequest::get().uri("/broken")).await;
        assert_eq!((status, &body["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &json!("internal")));
        assert!(!body.to_string().contains("budi"));
    }

    #[actix_web::test]
    async fn a_panic_is_an_internal_error() {
        let app = app!();
        let error = try_call_service(&app, TestRequest::get().uri("/panics").to_request()).await.unwrap_err();
        let response = error.error_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
        let after = call_service(&app, TestRequest::get().uri("/refused").to_request()).await;
        assert_eq!(after.status(), StatusCode::FORBIDDEN);
    }

    #[actix_web::test]
    async fn an_answer_a_handler_wrote_itself_is_left_alone() {
        let (status, _, body) = answer(TestRequest::get().uri("/own")).await;
        assert_eq!((status, body), (StatusCode::SERVICE_UNAVAILABLE, json!({ "ready": false })));
    }

    #[test]
    fn a_logged_cause_keeps_names_of_tables_and_loses_values() {
        let text = "duplicate key \"reports_number_key\": value 'Budi' for 198609262015051001";
        assert_eq!(without_values(text), "duplicate key reports_number_key: value … for 19860");
    }
}
