//! What is answered where no operation takes a request as it came: HEAD as GET, 405 with the methods there are at a known
//! address, else 404.

use actix_web::body::MessageBody;
use actix_web::dev::{ResourceDef, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use utoipa::openapi::OpenApi;

use super::problem::{Problem, ProblemCode};

/// The addresses of the document's operations, each with the methods it takes.
pub struct Addresses(Vec<(ResourceDef, HeaderValue)>);

impl Addresses {
    /// From the collected document.
    pub fn new(document: &OpenApi) -> Self {
        let addresses = document.paths.paths.iter().filter_map(|(path, item)| {
            let known = [
                ("GET", item.get.is_some()),
                ("HEAD", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let methods: Vec<&str> = known.into_iter().filter(|(_, there)| *there).map(|(method, _)| method).collect();
            Some((ResourceDef::new(path.as_str()), HeaderValue::from_str(&methods.join(", ")).ok()?))
        });
        Self(addresses.collect())
    }
}

/// Lets HEAD be answered as GET is; the server sends no body to whoever asked for none (RFC 9110, 9.3.2).
pub async fn head_as_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// The app's default service.
pub async fn refuse(request: HttpRequest, addresses: web::Data<Addresses>) -> Result<HttpResponse, Problem> {
    let known = addresses.0.iter().find(|(address, _)| address.is_match(request.path()));
    Err(match known {
        Some((_, methods)) => Problem::new(ProblemCode::MethodNotAllowed).header(header::ALLOW, methods.clone()),
        None => Problem::new(ProblemCode::NotFound),
    })
}
