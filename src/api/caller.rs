//! Who calls: an officer or a machine client with a seat, or a reporter in front of his own report. Reads tokens and the live seat;
//! says nothing about what the caller may do, but that a machine only reads.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use uuid::Uuid;

use super::extract::bad_header;
use super::problem::{Problem, ProblemCode};
use crate::app::App;
use crate::db;
use crate::domain::actor::{Actor, Officer, Scope};
use crate::domain::policy::{Permission, is_machine, permits};
use crate::flows::exclusions;

/// How long a verified token and its seat are trusted without a look at the database: an officer who is disabled, or
/// whose sign-in ends, is out on every instance within this time. No message between instances is needed, so none is
/// missed.
const TRUST: Duration = Duration::from_millis(500);
/// So many are kept whether they are still trusted or not.
const FEW: usize = 64;
/// The header that names another seat of the same officer for one request.
const SEAT: &str = "netral-seat";

#[derive(Clone)]
struct Known {
    since: Instant,
    expires_at: i64,
    caller: Caller,
}

/// Tokens verified a moment ago, by token and seat asked for. Checking a signature and reading a seat cost more than the
/// rest of a read.
#[derive(Default)]
pub struct RecentCallers(Mutex<Recent>);

#[derive(Default)]
struct Recent {
    known: HashMap<String, Known>,
    /// How many were still trusted when the others were last forgotten.
    fresh: usize,
}

impl Known {
    fn is_fresh(&self) -> bool {
        self.since.elapsed() < TRUST
    }
}

impl RecentCallers {
    fn get(&self, key: &str, now: i64) -> Option<Caller> {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let good = |known: &&Known| known.is_fresh() && now < known.expires_at;
        recent.known.get(key).filter(good).map(|known| known.caller.clone())
    }

    fn put(&self, key: String, caller: &Caller, expires_at: i64) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // At twice as many as were of use, so that each is looked at about once.
        if recent.known.len() >= (2 * recent.fresh).max(FEW) {
            recent.known.retain(|_, known| known.is_fresh());
            recent.fresh = recent.known.len();
        }
        recent.known.insert(key, Known { since: Instant::now(), expires_at, caller: caller.clone() });
    }
}

/// An officer who signed in, or a machine client with a token, and the sign-in.
#[derive(Clone, Debug)]
pub struct Caller(pub Officer, pub Uuid);

impl Caller {
    /// The caller as an actor.
    pub fn actor(&self) -> Actor {
        Actor::Officer(self.0.clone())
    }

    /// Refuses a caller whose role has not this permission at all.
    pub fn must(&self, permission: Permission) -> Result<(), Problem> {
        if permits(&self.0, permission) {
            Ok(())
        } else {
            Err(Problem::new(ProblemCode::Forbidden).with("permission", permission.as_str()))
        }
    }

    /// Refuses a machine client what is for people: their own account.
    pub fn must_be_a_person(&self) -> Result<(), Problem> {
        if !is_machine(self.0.role) {
            return Ok(());
        }
        Err(Problem::new(ProblemCode::Forbidden).detail(
            "Ini untuk petugas. Sistem klien dikelola oleh administrator sistem.",
            "This is for officers. Machine clients are kept by a system administrator.",
        ))
    }

    /// No scope opens a write, and not every write asks for a permission: who sees a case may step back from it.
    fn reading_if_machine(self, request: &HttpRequest) -> Result<Self, Problem> {
        if request.method().is_safe() || !is_machine(self.0.role) {
            return Ok(self);
        }
        Err(Problem::new(ProblemCode::Forbidden)
            .detail("Sistem klien hanya dapat membaca.", "A machine client can only read."))
    }

    /// Scope of this caller's idempotency keys: what one seat was answered is not for another seat of the same officer.
    pub fn scope(&self) -> String {
        format!("officer:{}:{}", self.0.officer_id, self.0.seat_id)
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

/// The seat asked for in the header, if there is one.
fn asked_seat(request: &HttpRequest) -> Result<Option<Uuid>, Problem> {
    let Some(value) = request.headers().get(SEAT) else { return Ok(None) };
    let seat = value.to_str().ok().and_then(|text| Uuid::parse_str(text.trim()).ok());
    seat.map(Some).ok_or_else(|| bad_header(ProblemCode::InvalidParameter, "Netral-Seat"))
}

async fn verified(app: &App, token: &str, seat: Option<Uuid>) -> Result<(Caller, i64), Problem> {
    let unauthorized = || Problem::new(ProblemCode::Unauthorized);
    let now = app.clock.now();
    let claims = app.keys.verify_officer(token, now).map_err(|_| unauthorized())?;
    let seat = seat.unwrap_or(claims.seat);
    let officer = db::officers::acting(&app.pool, seat, claims.sid, now).await?;
    let officer = officer.map(|seated| exclusions::recognised(&app.keys, seated));
    let officer = officer.filter(|officer| officer.officer_id == claims.sub).ok_or_else(unauthorized)?;
    let scopes = claims.scope.split(' ').filter_map(Scope::parse).collect();
    Ok((Caller(Officer { scopes, ..officer }, claims.sid), claims.exp))
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (token, seat, app) = (bearer(&request)?, asked_seat(&request)?, app(&request)?);
            let key = seat.map_or_else(|| token.to_owned(), |seat| format!("{token} {seat}"));
            let recent = request.app_data::<web::Data<RecentCallers>>();
            if let Some(caller) = recent.and_then(|recent| recent.get(&key, app.clock.now().timestamp())) {
                return caller.reading_if_machine(&request);
            }
            let (caller, expires_at) = verified(&app, token, seat).await?;
            if let Some(recent) = recent {
                recent.put(key, &caller, expires_at);
            }
            caller.reading_if_machine(&request)
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
