//! What every write of a reporter through the mailbox brings along: who calls, the body, the key, the case it goes to. It must not
//! know what is written.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use uuid::Uuid;

use super::caller::ReporterCaller;
use super::extract::OptionalIdempotencyKey;
use super::once::{Knock, Reply, once};
use super::problem::{Problem, ProblemCode};
use super::setting;
use super::written::Written;
use crate::app::App;
use crate::db::{self, Tx};
use crate::flows::transition::Setting;

/// A write of a reporter with an open mailbox, not yet looked into.
pub struct ReporterWrite {
    /// The report.
    pub report_id: Uuid,
    /// What was written.
    pub body: Written,
    app: web::Data<App>,
    key: OptionalIdempotencyKey,
}

impl ReporterWrite {
    /// What the deed is done with.
    pub fn setting(&self) -> Setting {
        setting(&self.app)
    }

    /// Does `work` once for this request, named by `route`, on the case that the reporter's words go to.
    ///
    /// # Errors
    /// Those of the work; then nothing is written. Not found where the report has no case.
    pub async fn once<F>(&self, route: &str, work: F) -> Result<HttpResponse, Problem>
    where
        F: AsyncFnOnce(&mut Tx, Uuid) -> Result<Reply, Problem>,
    {
        let case_id = db::reports::deciding_case(&self.app.pool, self.report_id).await?;
        let case_id = case_id.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
        let knock = Knock {
            caller: format!("reporter:{}", self.report_id),
            route: route.to_owned(),
            key: self.key.0.clone().map(|key| key.0),
            body: &self.body.bytes,
            officer: None,
        };
        once(&self.app, knock, async |tx: &mut Tx| work(tx, case_id).await).await
    }
}

impl FromRequest for ReporterWrite {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = <(web::Data<App>, ReporterCaller, OptionalIdempotencyKey, Written)>::from_request(request, payload);
        async move {
            let (app, caller, key, body) = parts.await?;
            Ok(Self { report_id: caller.report_id, app, key, body })
        }
        .boxed_local()
    }
}
