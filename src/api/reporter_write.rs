//! What every write of a reporter through the mailbox brings along: who calls, the body, the key, the case it goes to. It must not
//! know what is written.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::body::{self, JsonBody, Schemas};
use super::caller::ReporterCaller;
use super::extract::OptionalIdempotencyKey;
use super::once::{Knock, Reply, once};
use super::problem::{Problem, ProblemCode};
use super::setting;
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::fault::FieldFault;
use crate::flows::transition::Setting;

/// A write of a reporter with an open mailbox, not yet looked into.
pub struct ReporterWrite {
    /// The report.
    pub report_id: Uuid,
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    key: OptionalIdempotencyKey,
    body: web::Bytes,
}

impl ReporterWrite {
    /// The body as the component `name` of openapi.yaml.
    ///
    /// # Errors
    /// A problem that names every wrong field.
    pub fn input<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, Problem> {
        body::read(&self.schemas, name, &self.body)
    }

    /// The same, with faults that a schema cannot see.
    ///
    /// # Errors
    /// A problem that names every wrong field.
    pub fn input_checked<T: DeserializeOwned>(
        &self,
        name: &'static str,
        check: impl FnOnce(&Value) -> Vec<FieldFault>,
    ) -> Result<T, Problem> {
        body::read_checked(&self.schemas, name, &self.body, check)
    }

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
            body: &self.body,
            officer: None,
        };
        once(&self.app, knock, async |tx: &mut Tx| work(tx, case_id).await).await
    }
}

impl FromRequest for ReporterWrite {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts =
            <(web::Data<App>, web::Data<Schemas>, ReporterCaller, OptionalIdempotencyKey, JsonBody)>::from_request(
                request, payload,
            );
        async move {
            let (app, schemas, caller, key, JsonBody(body)) = parts.await?;
            Ok(Self { report_id: caller.report_id, app, schemas, key, body })
        }
        .boxed_local()
    }
}
