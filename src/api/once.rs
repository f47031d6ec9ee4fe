//! The one door for writes: a transaction, the replay of a known idempotency key, the work, the kept reply, the commit.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::caller::Caller;
use super::case_numbers::named_in;
use super::extract::IdempotencyKey;
use super::problem::{Problem, ProblemCode};
use super::trace;
use crate::app::App;
use crate::db::cases::{RowVersion, Sight, Sought};
use crate::db::idempotency::{self, KeptReply};
use crate::db::{self, Tx};
use crate::domain::actor::Officer;
use crate::domain::case::CaseFacts;
use crate::domain::policy::{Permission, permits, visible};
use crate::flows::transition::{Fired, Planned};

/// What a write answers, in the form that is kept for a repeat. Must not hold a secret.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reply {
    #[serde(skip)]
    status: u16,
    etag: Option<i32>,
    location: Option<String>,
    body: Box<RawValue>,
}

impl Reply {
    /// A reply with a JSON body.
    pub fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::value::to_raw_value(body).map_err(|error| Problem::internal(&error))?;
        Ok(Self { status: status.as_u16(), etag: None, location: None, body })
    }

    /// With the version as ETag.
    pub const fn etag(mut self, version: i32) -> Self {
        self.etag = Some(version);
        self
    }

    /// With the address of what was made.
    pub fn location(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    fn response(&self, replayed: bool) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        response.content_type("application/json");
        if let Some(version) = self.etag {
            response.insert_header(("ETag", format!("\"{version}\"")));
        }
        if let Some(location) = &self.location {
            response.insert_header(("Location", location.as_str()));
        }
        if replayed {
            response.insert_header(("Idempotency-Replayed", "true"));
        }
        response.body(self.body.get().to_owned())
    }
}

/// One request as the door knows it.
pub struct Knock<'a> {
    /// Who: keys of different callers never meet.
    pub caller: String,
    /// The operation and what it is about.
    pub route: String,
    /// The idempotency key, if one was sent.
    pub key: Option<String>,
    /// The body.
    pub body: &'a [u8],
    /// The officer who must not be answered again about a case that he can no longer see.
    pub officer: Option<&'a Officer>,
}

impl<'a> Knock<'a> {
    /// A request of a signed-in officer.
    pub fn of(caller: &'a Caller, route: impl Into<String>, key: Option<IdempotencyKey>, body: &'a [u8]) -> Self {
        let officer = Some(&caller.0);
        Self { caller: caller.scope(), route: route.into(), key: key.map(|key| key.0), body, officer }
    }

    /// One whose answer says of the case no more than its number, which the request named: it may be repeated.
    pub fn tells_nothing(self) -> Self {
        Self { officer: None, ..self }
    }
}

/// Does by one statement what can be decided on the case as it was read, if the case is still the same then; `None` where nothing
/// was done, and the caller goes on with [`once_on`]: it answers repeats and refusals too.
pub async fn at_once<'p>(
    app: &App,
    knock: Knock<'_>,
    case: Sought<'_>,
    plan: impl FnOnce((CaseFacts, RowVersion)) -> Option<Planned<'p>>,
    answer: impl FnOnce(Fired) -> Result<Reply, Problem>,
) -> Result<Option<HttpResponse>, Problem> {
    let Some(planned) = case.read(&app.pool).await?.and_then(plan) else { return Ok(None) };
    let reply = answer(planned.outcome())?;
    let kept = knock.key.as_deref().map(|key| Hashed::of(app, &knock, key).keep(app, &reply)).transpose()?;
    match planned.write(&app.pool, kept.as_ref()).await {
        Ok(true) => Ok(Some(reply.response(false))),
        // Somebody was quicker, perhaps with this very request.
        Ok(false) => Ok(None),
        Err(error) if error.is_duplicate() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Key and body of a request as they are stored.
struct Hashed {
    key: Vec<u8>,
    fingerprint: Vec<u8>,
}

impl Hashed {
    fn of(app: &App, knock: &Knock<'_>, key: &str) -> Self {
        let key = app.keys.idempotency_hash(&knock.caller, &knock.route, key);
        Self { key, fingerprint: app.keys.fingerprint(knock.body) }
    }

    fn keep(&self, app: &App, reply: &Reply) -> Result<KeptReply, Problem> {
        Ok(KeptReply {
            key_hash: self.key.clone(),
            fingerprint: self.fingerprint.clone(),
            status: i16::try_from(reply.status).unwrap_or(200),
            reply: serde_json::to_string(reply).map_err(|error| Problem::internal(&error))?,
            created_at: app.clock.now(),
        })
    }
}

/// Does `work` in a transaction and answers with its reply, or with the reply kept for the same request before.
pub async fn once<F>(app: &App, knock: Knock<'_>, work: F) -> Result<HttpResponse, Problem>
where
    F: AsyncFnOnce(&mut Tx) -> Result<Reply, Problem>,
{
    once_on(app, knock, None, async |tx: &mut Tx, _| work(tx).await).await
}

/// The same with a case that is locked by the way; `work` is handed it, if the caller may see it.
pub async fn once_on<F>(app: &App, knock: Knock<'_>, case: Option<Sought<'_>>, work: F) -> Result<HttpResponse, Problem>
where
    F: AsyncFnOnce(&mut Tx, Option<CaseFacts>) -> Result<Reply, Problem>,
{
    let Some(key) = &knock.key else {
        let mut tx = Tx::begin(&app.pool).await?;
        let facts = match case {
            Some(case) => db::cases::lock(&mut tx, case.number, case.sight).await?,
            None => None,
        };
        return match work(&mut tx, facts).await {
            Ok(reply) => {
                tx.commit().await?;
                Ok(reply.response(false))
            }
            Err(problem) => {
                tx.rollback().await?;
                Err(refusal(app, &knock, problem).await)
            }
        };
    };
    let hashed = Hashed::of(app, &knock, key);
    let (mut tx, kept, facts) = idempotency::begin(&app.pool, &hashed.key, case).await?;
    if let Some(kept) = kept {
        tx.rollback().await?;
        return replay(app, &knock, &kept, &hashed.fingerprint).await;
    }
    let reply = match work(&mut tx, facts).await {
        Ok(reply) => reply,
        Err(problem) => {
            tx.rollback().await?;
            // The same request may have finished before, or while this one waited for the case's lock.
            return match idempotency::find(&app.pool, &hashed.key).await? {
                Some(kept) => replay(app, &knock, &kept, &hashed.fingerprint).await,
                None => Err(refusal(app, &knock, problem).await),
            };
        }
    };
    match idempotency::keep_and_commit(tx, &hashed.keep(app, &reply)?).await {
        Ok(()) => Ok(reply.response(false)),
        Err(error) if error.is_duplicate() => {
            let kept = idempotency::find(&app.pool, &hashed.key).await?.ok_or_else(|| Problem::internal(&error))?;
            replay(app, &knock, &kept, &hashed.fingerprint).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What an officer is refused with: where it tells how a case stands, the look is on record.
async fn refusal(app: &App, knock: &Knock<'_>, problem: Problem) -> Problem {
    match knock.officer {
        Some(officer) => trace::refusal(app, officer, problem).await,
        None => problem,
    }
}

async fn replay(app: &App, knock: &Knock<'_>, kept: &KeptReply, fingerprint: &[u8]) -> Result<HttpResponse, Problem> {
    if kept.fingerprint != fingerprint {
        return Err(Problem::new(ProblemCode::IdempotencyKeyReused));
    }
    let mut reply: Reply = serde_json::from_str(&kept.reply).map_err(|error| Problem::internal(&error))?;
    if let Some(officer) = knock.officer {
        let body = serde_json::from_str(reply.body.get()).map_err(|error| Problem::internal(&error))?;
        let numbers = named_in(&body);
        if !numbers.is_empty() {
            // Who does not read cases was shown no more than a number, whatever the reach of the seat.
            let sight = permits(officer, Permission::ReadCase).then(|| Sight::Seat(visible(officer)));
            let out_of_sight = match &sight {
                Some(sight) => db::cases::any_unseen(&app.pool, &numbers, sight).await?,
                None => false,
            };
            if out_of_sight || db::exclusions::hides(&app.pool, officer, &numbers).await? {
                return Err(Problem::new(ProblemCode::NotFound));
            }
            trace::repeated(app, officer, db::cases::named(&app.pool, &numbers).await?).await?;
        }
    }
    reply.status = u16::try_from(kept.status).unwrap_or(200);
    Ok(reply.response(true))
}
