//! What every write of an officer with a body brings along: who calls, the body, the key. It must not know what is written.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::caller::Caller;
use super::extract::OptionalIdempotencyKey;
use super::once::{Knock, Reply, at_once, once, once_on};
use super::problem::Problem;
use super::setting;
use super::written::Written;
use crate::app::App;
use crate::db::Tx;
use crate::db::cases::{RowVersion, Sought};
use crate::domain::case::CaseFacts;
use crate::flows::transition::{Fired, Planned, Setting, sight};

/// A write of a signed-in officer, not yet looked into.
pub struct OfficerWrite {
    /// What everything is done with.
    pub app: web::Data<App>,
    /// Who writes.
    pub caller: Caller,
    /// What was written.
    pub body: Written,
    key: OptionalIdempotencyKey,
}

impl OfficerWrite {
    /// What the deed is done with.
    pub fn setting(&self) -> Setting {
        setting(&self.app)
    }

    /// Does `work` once for this request, whose operation and object are named by `route`.
    ///
    /// # Errors
    /// Those of the work; then nothing is written.
    pub async fn once<F>(&self, route: impl Into<String>, work: F) -> Result<HttpResponse, Problem>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<Reply, Problem>,
    {
        once(&self.app, self.knock(route), work).await
    }

    /// The same on a case that is locked by the way; `work` is handed it, if the caller may see it.
    ///
    /// # Errors
    /// Those of the work; then nothing is written.
    pub async fn once_on<F>(&self, route: impl Into<String>, number: &str, work: F) -> Result<HttpResponse, Problem>
    where
        F: AsyncFnOnce(&mut Tx, Option<CaseFacts>) -> Result<Reply, Problem>,
    {
        let sight = sight(&self.caller.actor());
        once_on(&self.app, self.knock(route), Some(Sought { number, sight: &sight }), work).await
    }

    /// Does by one statement what [`crate::flows::transition::plan`] can plan on the case; `None` where nothing was done, and
    /// [`Self::once_on`] is for it.
    ///
    /// # Errors
    /// The database did not answer.
    pub async fn at_once<'p>(
        &self,
        route: impl Into<String>,
        number: &str,
        plan: impl FnOnce((CaseFacts, RowVersion)) -> Option<Planned<'p>>,
        answer: impl FnOnce(Fired) -> Result<Reply, Problem>,
    ) -> Result<Option<HttpResponse>, Problem> {
        let sight = sight(&self.caller.actor());
        at_once(&self.app, self.knock(route), Sought { number, sight: &sight }, plan, answer).await
    }

    /// The same for a deed whose answer says no more of a case than its number: it is repeated to whom the case is hidden from
    /// since.
    ///
    /// # Errors
    /// Those of the work; then nothing is written.
    pub async fn once_telling_nothing<F>(&self, route: impl Into<String>, work: F) -> Result<HttpResponse, Problem>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<Reply, Problem>,
    {
        once(&self.app, self.knock(route).tells_nothing(), work).await
    }

    fn knock(&self, route: impl Into<String>) -> Knock<'_> {
        Knock::of(&self.caller, route, self.key.0.clone(), &self.body.bytes)
    }
}

impl FromRequest for OfficerWrite {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = <(web::Data<App>, Caller, OptionalIdempotencyKey, Written)>::from_request(request, payload);
        async move {
            let (app, caller, key, body) = parts.await?;
            Ok(Self { app, caller, key, body })
        }
        .boxed_local()
    }
}
