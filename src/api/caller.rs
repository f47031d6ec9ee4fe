//! Who calls: an officer with a seat, or a reporter in front of his own report. Reads tokens and the live seat; says
//! nothing about what the caller may do.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use uuid::Uuid;

use super::problem::{Problem, ProblemCode};
use crate::app::App;
use crate::db;
use crate::domain::actor::{Actor, Officer};
use crate::domain::policy::{Permission, granted};

/// How long a verified token and its seat are trusted without a look at the database: an officer who is disabled is
/// out within this time.
const TRUST: Duration = Duration::from_secs(1);
const MOST: usize = 4096;

/// Tokens verified a moment ago. Checking a signature and reading a seat cost more than the rest of a read.
#[derive(Default)]
pub struct RecentCallers(Mutex<HashMap<String, (Instant, Officer)>>);

impl RecentCallers {
    fn get(&self, token: &str) -> Option<Officer> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(token).filter(|(since, _)| since.elapsed() < TRUST).map(|(_, officer)| officer.clone())
    }

    fn put(&self, token: &str, officer: &Officer) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(token.to_owned(), (Instant::now(), officer.clone()));
    }
}

/// An officer who signed in.
#[derive(Debug)]
pub struct Caller(pub Officer);

impl Caller {
    /// The caller as an actor.
    pub fn actor(&self) -> Actor {
        Actor::Officer(self.0.clone())
    }

    /// Refuses a caller whose role has not this permission at all.
    pub fn must(&self, permission: Permission) -> Result<(), Problem> {
        if granted(self.0.role, permission) {
            Ok(())
        } else {
            Err(Problem::new(ProblemCode::Forbidden).with("permission", permission.as_str()))
        }
    }

    /// Scope of this caller's idempotency keys.
    pub fn scope(&self) -> String {
        format!("officer:{}", self.0.officer_id)
    }
}

fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        header.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    token.map(|(_, token)| token.trim()).ok_or_else(|| Problem::new(ProblemCode::Unauthorized))
}

fn app(request: &HttpRequest) -> Result<web::Data<App>, Problem> {
    request.app_data::<web::Data<App>>().cloned().ok_or_else(|| Problem::new(ProblemCode::Internal))
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let token = bearer(&request)?;
            let recent = request.app_data::<web::Data<RecentCallers>>();
            if let Some(officer) = recent.and_then(|recent| recent.get(token)) {
                return Ok(Self(officer));
            }
            let app = app(&request)?;
            let unauthorized = || Problem::new(ProblemCode::Unauthorized);
            let claims = app.keys.verify_officer(token, app.clock.now()).map_err(|_| unauthorized())?;
            let officer = db::officers::acting(&app.pool, claims.seat).await?.ok_or_else(unauthorized)?;
            if officer.officer_id != claims.sub {
                return Err(unauthorized());
            }
            if let Some(recent) = recent {
                recent.put(token, &officer);
            }
            Ok(Self(officer))
        })
    }
}

/// A reporter who opened his mailbox with number and access code.
#[derive(Debug)]
pub struct ReporterCaller {
    /// The report.
    pub report_id: Uuid,
}

impl FromRequest for ReporterCaller {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready((|| {
            let (token, app) = (bearer(request)?, app(request)?);
            let claims = app
                .keys
                .verify_reporter(token, app.clock.now())
                .map_err(|_| Problem::new(ProblemCode::Unauthorized))?;
            Ok(Self { report_id: claims.sub })
        })())
    }
}
