//! What is told about requests: log lines, the request id, and the headers every reply carries. It must never see who
//! asks or for what: no address, no user agent, no path, no query, no body, only the route's pattern.

use std::{fmt, io, time::Instant};

use actix_web::{
    Error, HttpMessage as _, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
};
use tracing::{Span, field::Empty};
use tracing_actix_web::{RequestId, RootSpanBuilder};
use tracing_subscriber::{EnvFilter, fmt as lines, layer::SubscriberExt as _, util::SubscriberInitExt as _};
use uuid::Uuid;

use crate::config::LogFormat;

/// The header by which a caller can name a request to whoever reads the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a page of ours may load unless it says so itself: nothing.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// Pages bring scripts and styles of their own; being framed is all that is always wrong.
const NOT_FRAMED: HeaderValue = HeaderValue::from_static("frame-ancestors 'none'");

/// Why there is no log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TelemetryError {
    /// The filter cannot be read.
    Filter,
    /// There is a log already: it is started once for the whole program.
    Twice,
}

impl fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Filter => "the log filter cannot be read",
            Self::Twice => "the log is already started",
        })
    }
}

impl std::error::Error for TelemetryError {}

/// Starts the log of the whole program, on standard error: standard output belongs to what commands print.
///
/// # Errors
/// When the filter cannot be read, or the log is already started.
pub fn init(filter: &str, format: LogFormat) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(filter).map_err(|_| TelemetryError::Filter)?;
    let log = tracing_subscriber::registry().with(filter);
    let lines = lines::layer().with_writer(io::stderr);
    match format {
        LogFormat::Json => log.with(lines.json().flatten_event(true).with_span_list(false)).try_init(),
        LogFormat::Text => log.with(lines.compact().with_ansi(false)).try_init(),
    }
    .map_err(|_| TelemetryError::Twice)
}

/// The span around each request, for `TracingLogger::<RequestSpan>::new()`. When the reply is made, one line is logged
/// with it: method, route, status, request id and milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct RequestSpan;

#[derive(Clone, Copy)]
struct Started(Instant);

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        request.extensions_mut().insert(Started(Instant::now()));
        let span = tracing::info_span!(
            "request",
            method = method(request.method()),
            route = request.match_pattern().as_deref().unwrap_or("none"),
            request_id = Empty,
            status = Empty,
            latency_ms = Empty,
        );
        if let Some(id) = request.extensions().get::<RequestId>() {
            span.record("request_id", tracing::field::display(id));
        }
        span
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => {
                // After the call the request is ours again; a middleware's failure takes it along, and its time.
                if let Some(Started(at)) = response.request().extensions().get::<Started>() {
                    span.record("latency_ms", milliseconds(*at));
                }
                response.status()
            }
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
        span.in_scope(|| log_reply(status));
    }
}

/// The words of an error stay out: they may repeat the request. Whoever makes a 500 of an error logs that error.
fn log_reply(status: StatusCode) {
    if status.is_server_error() {
        tracing::warn!("replied");
    } else {
        tracing::info!("replied");
    }
}

/// To a tenth: a tenth of a millisecond is the cost of a read from memory to a reply.
fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 10_000.0).round() / 10.0
}

/// A method is any word the caller likes; only the usual ones are repeated.
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("OTHER")
}

/// The id of this request, in the log and in the reply's header. `None` outside `TracingLogger`.
pub fn request_id(request: &HttpRequest) -> Option<Uuid> {
    request.extensions().get::<RequestId>().map(|id| **id)
}

/// Puts the request id and the safe headers on every reply, failures of inner middleware included. For
/// `middleware::from_fn`, wrapped just inside `TracingLogger`, so outside everything else (that is, named before it).
///
/// A reply that says itself how it may be kept or what it may load keeps that.
///
/// # Errors
/// Those of what it wraps.
pub async fn reply_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // By value: a request that is held elsewhere cannot be routed.
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    match next.call(request).await {
        Ok(mut response) => {
            set_headers(response.headers_mut(), id.as_deref());
            Ok(response)
        }
        Err(error) => {
            let mut response = error.error_response();
            set_headers(response.headers_mut(), id.as_deref());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

fn set_headers(headers: &mut HeaderMap, id: Option<&str>) {
    if let Some(id) = id.and_then(|id| HeaderValue::from_str(id).ok()) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        let html = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        headers.insert(CONTENT_SECURITY_POLICY, if html { NOT_FRAMED } else { NOTHING });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{
        App, HttpResponse,
        error::ErrorImATeapot,
        middleware::from_fn,
        test::{TestRequest, call_service, init_service, try_call_service},
        web,
    };
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };
    use tracing_actix_web::TracingLogger;
    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Memory {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    async fn refuse(_: ServiceRequest, _: Next<impl MessageBody>) -> Result<ServiceResponse, Error> {
        Err(ErrorImATeapot("hush-body"))
    }

    #[actix_web::test]
    async fn a_request_leaves_its_route_and_nothing_of_itself() {
        let memory = Memory::default();
        let layer = lines::layer().json().flatten_event(true).with_span_list(false).with_writer(memory.clone());
        let log = tracing_subscriber::registry().with(EnvFilter::new("trace")).with(layer);
        let _guard = tracing::subscriber::set_default(log);
        let app = init_service(
            App::new()
                .service(
                    web::scope("/v1")
                        .route("/cases/{id}", web::get().to(HttpResponse::Ok))
                        .route(
                            "/kept",
                            web::get().to(|| async {
                                HttpResponse::Ok().insert_header((CACHE_CONTROL, "max-age=60")).body("x")
                            }),
                        )
                        .service(web::resource("/refused").wrap(from_fn(refuse)).get(HttpResponse::Ok)),
                )
                .wrap(from_fn(reply_headers))
                .wrap(TracingLogger::<RequestSpan>::new()),
        )
        .await;
        let request = TestRequest::get()
            .uri("/v1/cases/hush-path?q=hush-query")
            .insert_header(("User-Agent", "hush-agent"))
            .insert_header(("X-Forwarded-For", "203.0.113.9"))
            .insert_header(("X-Request-Id", "hush-id"))
            .peer_addr("203.0.113.8:1".parse().unwrap());
        let reply = call_service(&app, request.to_request()).await;
        let header = |reply: &HeaderMap, name: &str| reply.get(name).unwrap().to_str().unwrap().to_owned();
        let id = header(reply.headers(), "x-request-id");
        assert_eq!(id.parse::<Uuid>().unwrap(), request_id(reply.request()).unwrap());
        assert_eq!(header(reply.headers(), "cache-control"), "no-store");
        assert_eq!(header(reply.headers(), "x-content-type-options"), "nosniff");
        assert_eq!(header(reply.headers(), "referrer-policy"), "no-referrer");
        assert!(header(reply.headers(), "content-security-policy").starts_with("default-src 'none'"));

        let reply = call_service(&app, TestRequest::get().uri("/v1/kept").to_request()).await;
        assert_eq!(header(reply.headers(), "cache-control"), "max-age=60");
        let reply = call_service(&app, TestRequest::get().uri("/hush-unknown").to_request()).await;
        assert_eq!(reply.status(), 404);
        let failed = try_call_service(&app, TestRequest::get().uri("/v1/refused").to_request()).await.err().unwrap();
        let failed = failed.error_response();
        assert_eq!(failed.status(), 418);
        assert!(failed.headers().contains_key(REQUEST_ID) && failed.headers().contains_key(CACHE_CONTROL));
        let odd = TestRequest::default().method("HUSH".parse().unwrap()).uri("/v1/kept").to_request();
        call_service(&app, odd).await;

        let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        assert!(!text.to_lowercase().contains("hush") && !text.contains("203.0.113"), "{text}");
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 5, "{text}");
        let span = &lines[0]["span"];
        assert_eq!((&span["route"], &span["method"]), (&"/v1/cases/{id}".into(), &"GET".into()), "{text}");
        assert_eq!((&span["status"], &span["request_id"]), (&200.into(), &id.into()), "{text}");
        assert!(span["latency_ms"].as_f64().is_some(), "{text}");
        assert_eq!((&lines[2]["span"]["route"], &lines[2]["span"]["status"]), (&"none".into(), &404.into()), "{text}");
        assert_eq!(
            (&lines[3]["span"]["status"], &lines[4]["span"]["method"]),
            (&418.into(), &"OTHER".into()),
            "{text}"
        );
    }
}
