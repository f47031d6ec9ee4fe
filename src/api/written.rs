//! The body of a signed-in caller's write, not yet read against its schema. It must not know who calls.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body::{self, JsonBody, Schemas};
use super::problem::Problem;
use crate::domain::action::Action;
use crate::domain::fault::FieldFault;

/// A JSON body, and the schemas it is read by.
pub struct Written {
    /// The bytes, as they came.
    pub bytes: web::Bytes,
    schemas: web::Data<Schemas>,
}

impl Written {
    /// The body as the component `name` of openapi.yaml.
    ///
    /// # Errors
    /// A problem that names every wrong field.
    pub fn input<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, Problem> {
        body::read(&self.schemas, name, &self.bytes)
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
        body::read_checked(&self.schemas, name, &self.bytes, check)
    }

    /// The body as a transition.
    ///
    /// # Errors
    /// A problem that names every wrong field.
    pub fn action(&self) -> Result<Action, Problem> {
        body::read_action(&self.schemas, &self.bytes)
    }
}

impl FromRequest for Written {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = <(web::Data<Schemas>, JsonBody)>::from_request(request, payload);
        async move {
            let (schemas, JsonBody(bytes)) = parts.await?;
            Ok(Self { bytes, schemas })
        }
        .boxed_local()
    }
}
