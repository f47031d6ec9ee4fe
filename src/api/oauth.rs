//! How a machine client gets a token (RFC 6749, 4.4), and where others read how (RFC 8414). Refusals are those of RFC 6749; what it has
//! no word for is a problem as everywhere. Says nothing about what a token opens.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, post, web};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{essence, says_plain};
use super::network::Network;
use super::openapi::{ClientCall, PublicRead};
use super::problem::{Problem, ProblemCode};
use super::sessions::desk;
use crate::app::App;
use crate::domain::actor::Scope;
use crate::domain::confidential::Confidential;
use crate::flows::clients::{self, Granted, NoToken};
use crate::flows::sign_in::SignInError;
use crate::text_enum;

const FORM: &str = "application/x-www-form-urlencoded";
const GRANT_TYPE: &str = "client_credentials";

/// What a client asks for.
#[derive(Deserialize, ToSchema)]
pub struct TokenRequest {
    /// Always `client_credentials`.
    #[schema(value_type = String, example = "client_credentials")]
    pub grant_type: Option<String>,
    /// What the token shall be for, parted by blanks; all scopes of the client when left out.
    #[schema(example = "cases:read:agency")]
    pub scope: Option<String>,
}

/// A token for a client.
#[derive(Serialize, ToSchema)]
pub struct ClientToken {
    /// Bearer token (JWT of RFC 9068, ES256), as officers have.
    #[schema(example = "eyJhbGciOiJFUzI1NiJ9…")]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until it ends. There is no refresh token: the client asks again.
    #[schema(example = 600)]
    pub expires_in: u32,
    /// What it is for.
    #[schema(example = "cases:read:agency")]
    pub scope: String,
}

text_enum! {
    /// Why a client gets no token (RFC 6749, 5.2).
    TokenFault {
        InvalidRequest = "invalid_request", "Permintaan tidak dapat dibaca", "The request cannot be read";
        InvalidClient = "invalid_client", "Klien tidak dikenal atau rahasianya salah", "The client is not known or its secret is wrong";
        UnsupportedGrantType = "unsupported_grant_type", "Hanya client_credentials yang dilayani", "Only client_credentials is served";
        InvalidScope = "invalid_scope", "Scope tidak dikenal atau bukan milik klien ini", "The scope is not known or not this client's";
    }
}

/// A refusal as RFC 6749 has it.
#[derive(Serialize, ToSchema)]
pub struct TokenRefusal {
    /// Why.
    pub error: TokenFault,
    /// The same in words.
    #[schema(example = "The client is not known or its secret is wrong")]
    pub error_description: &'static str,
}

/// Why the token endpoint answers with no token.
enum Refusal {
    Oauth(TokenFault),
    Problem(Problem),
}

impl From<TokenFault> for Refusal {
    fn from(fault: TokenFault) -> Self {
        Self::Oauth(fault)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<NoToken> for Refusal {
    fn from(none: NoToken) -> Self {
        match none {
            NoToken::Scope => TokenFault::InvalidScope.into(),
            NoToken::SignIn(SignInError::Refused) => TokenFault::InvalidClient.into(),
            NoToken::SignIn(other) => Problem::from(other).into(),
        }
    }
}

/// An answer that nobody keeps (RFC 6749, 5.1).
fn unkept(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache"));
    response
}

fn refused(error: TokenFault) -> HttpResponse {
    let error_description = error.label(crate::domain::ids::Language::English);
    let body = TokenRefusal { error, error_description };
    if error != TokenFault::InvalidClient {
        return unkept(StatusCode::BAD_REQUEST).json(body);
    }
    let challenge = (header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"netral\""));
    unkept(StatusCode::UNAUTHORIZED).insert_header(challenge).json(body)
}

/// Client and secret of `client_secret_basic`: each form-encoded, then together in base64 (RFC 6749, 2.3.1).
fn credentials(headers: &HeaderMap) -> Option<(Uuid, Confidential<String>)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let pair = BASE64_STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    // No character of ours is ever escaped, and what is not ours is no secret of ours.
    Some((Uuid::parse_str(id).ok()?, Confidential::new(secret.to_owned())))
}

async fn granted(app: &App, network: &Network, request: &HttpRequest, body: &[u8]) -> Result<Granted, Refusal> {
    says_plain(request.headers())?;
    if essence(request.headers()) != FORM {
        return Err(Problem::new(ProblemCode::UnsupportedMediaType)
            .header(header::ACCEPT, HeaderValue::from_static(FORM))
            .into());
    }
    let asked: TokenRequest = serde_html_form::from_bytes(body).map_err(|_| TokenFault::InvalidRequest)?;
    // Sent without a value is left out (RFC 6749, 3.2).
    let said = |value: Option<String>| value.filter(|value| !value.is_empty());
    match said(asked.grant_type).as_deref() {
        Some(GRANT_TYPE) => {}
        Some(_) => return Err(TokenFault::UnsupportedGrantType.into()),
        None => return Err(TokenFault::InvalidRequest.into()),
    }
    let (id, secret) = credentials(request.headers()).ok_or(TokenFault::InvalidClient)?;
    let life = chrono::Duration::minutes(app.config.access_token_minutes.into());
    Ok(clients::token(&desk(app, network), id, secret.reveal(), said(asked.scope).as_deref(), life).await?)
}

fn token(app: &App, granted: &Granted) -> Result<HttpResponse, Problem> {
    let minutes = app.config.access_token_minutes;
    let life = chrono::Duration::minutes(minutes.into());
    let access_token = app.keys.sign_client(granted.token, &granted.scopes, app.clock.now(), life);
    let names: Vec<&str> = granted.scopes.iter().map(|scope| scope.as_str()).collect();
    Ok(unkept(StatusCode::OK).json(ClientToken {
        access_token: access_token.map_err(|error| Problem::internal(&error))?,
        token_type: "Bearer",
        expires_in: minutes * 60,
        scope: names.join(" "),
    }))
}

/// Get a token as a machine client (RFC 6749, 4.4).
///
/// The client proves itself with its id and secret by HTTP Basic authentication (`client_secret_basic`). An unknown client, a disabled
/// one and a wrong secret are answered alike. Behind a network from which many attempts failed, the next one has to wait.
#[utoipa::path(
    tag = "session", security(("client" = [])),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token", body = ClientToken),
        (status = 400, description = "The request, the kind of grant or the scope is refused", body = TokenRefusal),
        (status = 401, description = "The client is refused", body = TokenRefusal, headers(
            ("WWW-Authenticate" = String, description = "The challenge: Basic."),
        )),
        ClientCall
    )
)]
#[post("/oauth/token")]
pub async fn get_client_token(
    app: web::Data<App>,
    network: Network,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    match granted(&app, &network, &request, &body).await {
        Ok(granted) => token(&app, &granted),
        Err(Refusal::Oauth(fault)) => Ok(refused(fault)),
        Err(Refusal::Problem(problem)) => Err(problem),
    }
}

/// Read how a machine client gets a token (RFC 8414).
#[utoipa::path(tag = "session", responses((status = 200, description = "The metadata", body = Object, example = json!({
    "issuer": "https://netral.example", "token_endpoint": "https://netral.example/oauth/token",
    "jwks_uri": "https://netral.example/.well-known/jwks.json", "grant_types_supported": ["client_credentials"],
    "response_types_supported": [], "scopes_supported": ["cases:read:agency"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    "service_documentation": "https://netral.example/docs/"
})), PublicRead))]
#[get("/.well-known/oauth-authorization-server")]
pub async fn get_oauth_metadata(app: web::Data<App>) -> HttpResponse {
    let url = &app.config.public_url;
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(json!({
        "issuer": url,
        "token_endpoint": format!("{url}/oauth/token"),
        "jwks_uri": format!("{url}/.well-known/jwks.json"),
        "grant_types_supported": [GRANT_TYPE],
        "response_types_supported": [],
        "scopes_supported": Scope::ALL,
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "service_documentation": format!("{url}/docs/"),
    }))
}
