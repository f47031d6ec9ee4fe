//! Officers signing in through their agency's OpenID provider, and that provider telling us that they signed out there.
//! The provider's tokens are checked in `oidc`; which officer an account stands for is decided in `flows`.

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::openapi::{ProviderCall, SignOnEnd, SignOnStart};
use super::problem::{Problem, ProblemCode};
use super::query::Query;
use super::sessions::{Session, session};
use crate::app::App;
use crate::db::Tx;
use crate::db::provider_accounts::Account;
use crate::domain::confidential::Confidential;
use crate::domain::fault::{Fault, FieldFault};
use crate::flows::single_sign_on::{self, SignedOut, Vouched};
use crate::oidc::{Answer, Attempt, Identity, OidcError, Provider};
use crate::token::{ATTEMPT_MINUTES, SignOnAttempt};

/// How to sign in.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SignOnWish {
    /// The seat to act through; the first one held when left out.
    pub seat_id: Option<Uuid>,
}

/// Go to the provider of single sign-on.
///
/// For a browser: it is sent to sign in at the agency's own provider, and comes back to `/v1/single-sign-on/callback`
/// within ten minutes.
#[utoipa::path(
    tag = "session", params(SignOnWish),
    responses((status = 302, description = "To the provider", headers(
        ("Location" = String, description = "The provider's page"),
        ("Set-Cookie" = String, description = "Ties the way back to this browser; good for ten minutes"),
    )), SignOnStart)
)]
#[get("/v1/single-sign-on")]
pub async fn start_single_sign_on(
    app: web::Data<App>,
    Query(wish): Query<SignOnWish>,
) -> Result<HttpResponse, Problem> {
    let (provider, now) = (provider(&app)?, app.clock.now());
    let (attempt, cookie) = app.keys.begin_sign_on(wish.seat_id, now).map_err(|error| Problem::internal(&error))?;
    let url = provider.authorization_url(&shown(&attempt), now).await.map_err(failed)?;
    Ok(HttpResponse::Found()
        .insert_header((LOCATION, url))
        .insert_header((SET_COOKIE, set_cookie(&app, &cookie, ATTEMPT_MINUTES * 60)?))
        .finish())
}

/// What the provider says by way of the browser. Names that are not known are left alone (RFC 6749, 4.1.2).
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProviderAnswer {
    /// The attempt it answers.
    pub state: Option<String>,
    /// To be exchanged for tokens, once.
    #[param(value_type = Option<String>)]
    pub code: Option<Confidential<String>>,
    /// Why there is no code.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
}

/// Come back from the provider of single sign-on.
///
/// Answers as signing in with a password does. Nobody is admitted who was not added as an officer before: the provider's
/// account is matched by NIP the first time, and by its own identifier from then on.
#[utoipa::path(
    tag = "session", params(ProviderAnswer),
    responses((status = 201, description = "Signed in", body = Session), SignOnEnd)
)]
#[get("/v1/single-sign-on/callback")]
pub async fn finish_single_sign_on(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    provider(&app)?;
    let answer: ProviderAnswer =
        serde_html_form::from_str(request.query_string()).map_err(|_| Problem::new(ProblemCode::InvalidParameter))?;
    let attempt = cookie(&app, request.headers())
        .and_then(|cookie| app.keys.continue_sign_on(cookie, app.clock.now()))
        .filter(|attempt| attempt.is_answered_by(answer.state.as_deref().unwrap_or_default()))
        .ok_or_else(|| Problem::new(ProblemCode::SingleSignOnLost))?;
    // From here on the attempt is used up, whatever comes of it.
    let used_up = set_cookie(&app, "", 0)?;
    match admitted(&app, &attempt, &answer).await {
        Ok(mut response) => {
            response.headers_mut().append(SET_COOKIE, used_up);
            Ok(response)
        }
        Err(problem) => Err(problem.header(SET_COOKIE, used_up)),
    }
}

async fn admitted(app: &App, attempt: &SignOnAttempt, answer: &ProviderAnswer) -> Result<HttpResponse, Problem> {
    let (provider, now) = (provider(app)?, app.clock.now());
    if let Some(error) = &answer.error {
        return Err(failed(OidcError::refusal(error)));
    }
    let missing = || Problem::new(ProblemCode::InvalidParameter).faults(vec![FieldFault::new("code", Fault::Required)]);
    let code = answer.code.as_ref().ok_or_else(missing)?;
    let answer = Answer { code: code.reveal(), issuer: answer.iss.as_deref() };
    let identity = provider.redeem(&shown(attempt), &answer, now).await.map_err(failed)?;
    sign_in(app, provider.issuer(), &identity, attempt.seat_id).await
}

/// Signs in the officer that an identity stands for.
async fn sign_in(app: &App, issuer: &str, identity: &Identity, seat_id: Option<Uuid>) -> Result<HttpResponse, Problem> {
    let vouched = Vouched {
        account: Account { issuer, subject: &identity.subject },
        nip: identity.officer.as_ref().map(|officer| officer.reveal().as_str()),
        session: identity.session.as_deref(),
    };
    let mut tx = Tx::begin(&app.pool).await?;
    match single_sign_on::sign_in(&mut tx, &vouched, seat_id, app.clock.now()).await? {
        Some(signed_in) => {
            tx.commit().await?;
            session(app, signed_in)
        }
        None => {
            tx.rollback().await?;
            Err(Problem::new(ProblemCode::OfficerNotAdmitted))
        }
    }
}

/// A provider's word that somebody signed out there.
#[derive(Deserialize, ToSchema)]
pub struct BackChannelLogout {
    /// A JWT that the provider signed.
    #[schema(value_type = String, example = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImxvZ291dCtqd3QifQ.e30.c2ln")]
    pub logout_token: Confidential<String>,
}

/// Take a provider's word that an officer signed out.
///
/// For the provider of single sign-on (OpenID Connect Back-Channel Logout 1.0): it ends the officer's sign-ins here.
#[utoipa::path(
    tag = "session", request_body(content = BackChannelLogout, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The officer is signed out"), ProviderCall)
)]
#[post("/v1/single-sign-on/back-channel-logout")]
pub async fn end_single_sign_on(
    app: web::Data<App>,
    form: web::Form<BackChannelLogout>,
) -> Result<HttpResponse, Problem> {
    let (provider, now) = (provider(&app)?, app.clock.now());
    let refused = || Problem::new(ProblemCode::LogoutTokenRefused);
    let logout = provider.logout(form.logout_token.reveal(), now).await.map_err(|error| match error {
        OidcError::Token(check) => {
            tracing::warn!(check, "a logout token was refused");
            refused()
        }
        other => failed(other),
    })?;
    let out = SignedOut {
        issuer: provider.issuer(),
        subject: logout.subject.as_deref(),
        session: logout.session.as_deref(),
        token_id: &logout.id,
        good_until: logout.good_until,
    };
    let mut tx = Tx::begin(&app.pool).await?;
    let first_time = single_sign_on::sign_out(&mut tx, &out, now).await?;
    tx.commit().await?;
    if first_time { Ok(HttpResponse::Ok().finish()) } else { Err(refused()) }
}

/// The provider, or a 404 as for any address that is not there.
fn provider(app: &App) -> Result<&Provider, Problem> {
    app.provider.as_deref().ok_or_else(|| Problem::new(ProblemCode::NotFound))
}

fn shown(attempt: &SignOnAttempt) -> Attempt<'_> {
    Attempt { state: &attempt.state, nonce: &attempt.nonce, verifier: &attempt.verifier }
}

/// What the caller is told: whether to try again, or to ask whom. Why is for the log.
fn failed(error: OidcError) -> Problem {
    match error {
        // Ours or the provider's to repair: nothing that whoever signs in could do otherwise.
        OidcError::Provider(..)
        | OidcError::Refused("invalid_client" | "unauthorized_client" | "server_error" | "temporarily_unavailable") => {
            Problem::new(ProblemCode::IdentityProviderFailed).because(&error)
        }
        OidcError::Refused(_) | OidcError::Token(_) => {
            tracing::warn!(reason = %error, "single sign-on was refused");
            Problem::new(ProblemCode::SingleSignOnRefused)
        }
        OidcError::OneFactor => Problem::new(ProblemCode::SingleSignOnRefused).detail(
            "Penyedia identitas tidak menyatakan bahwa Anda masuk dengan dua faktor.",
            "The identity provider does not say that you signed in with two factors.",
        ),
    }
}

/// The prefix makes browsers take the cookie only from this host and by TLS.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-netral-sign-on" } else { "netral-sign-on" }
}

fn is_secure(app: &App) -> bool {
    app.config.public_url.starts_with("https://")
}

fn set_cookie(app: &App, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let secure = is_secure(app);
    let (name, flag) = (cookie_name(secure), if secure { "; Secure" } else { "" });
    // Lax: the way back comes from the provider's page, which is another site.
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{flag}");
    HeaderValue::from_str(&cookie).map_err(|error| Problem::internal(&error))
}

fn cookie<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = cookie_name(is_secure(app));
    let cookies = headers.get_all(COOKIE).filter_map(|value: &HeaderValue| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}
