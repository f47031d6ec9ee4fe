//! What an upload of an officer brings along: who calls, the key, and bytes that are what they are called. It must not know
//! what they are uploaded for.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::OwnedSemaphorePermit;

use super::body::{essence, says_plain};
use super::caller::Caller;
use super::extract::OptionalIdempotencyKey;
use super::once::{Knock, Reply, once};
use super::problem::{Problem, ProblemCode};
use super::setting;
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::case::CaseFacts;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::file::{LONGEST, MediaType};
use crate::flows::transition::{Setting, sight};

/// How long an upload waits for its turn before it is asked to come again.
const TURN: Duration = Duration::from_secs(10);
/// How long the bytes may take to arrive: whoever is slower must not keep others waiting.
const ARRIVAL: Duration = Duration::from_secs(120);

/// An upload of a signed-in officer, not yet looked into. While it lives it holds one of the slots for files.
pub struct FileWrite {
    /// What everything is done with.
    pub app: web::Data<App>,
    /// Who uploads.
    pub caller: Caller,
    /// What the bytes are, by their content and by what they are called.
    pub media_type: MediaType,
    /// The bytes.
    pub bytes: web::Bytes,
    key: OptionalIdempotencyKey,
    _slot: OwnedSemaphorePermit,
}

impl FileWrite {
    /// What the deed is done with.
    pub fn setting(&self) -> Setting {
        setting(&self.app)
    }

    /// Does `work` once for this request, on a case that is locked first; `work` is handed it, if the caller may see it. A repeat is
    /// found before: an object must not be put twice.
    ///
    /// # Errors
    /// Those of the work; then nothing is written.
    pub async fn once_on<F>(&self, route: impl Into<String>, number: &str, work: F) -> Result<HttpResponse, Problem>
    where
        F: AsyncFnOnce(&mut Tx, Option<CaseFacts>) -> Result<Reply, Problem>,
    {
        let sight = sight(&self.caller.actor());
        let knock = Knock::of(&self.caller, route, self.key.0.clone(), &self.bytes);
        once(&self.app, knock, async |tx: &mut Tx| {
            let locked = db::cases::lock(tx, number, &sight).await?;
            work(tx, locked).await
        })
        .await
    }
}

impl FromRequest for FileWrite {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let parts = <(web::Data<App>, Caller, OptionalIdempotencyKey)>::from_request(request, payload);
        let (headers, payload) = (request.headers().clone(), payload.take());
        async move {
            let (app, caller, key) = parts.await?;
            let declared = declared(&headers)?;
            let slot = tokio::time::timeout(TURN, app.file_slots.received.clone().acquire_owned()).await;
            let Ok(Ok(slot)) = slot else { return Err(Problem::unavailable(5, None).into()) };
            let bytes = tokio::time::timeout(ARRIVAL, read(&headers, payload)).await.map_err(|_| late())??;
            let media_type = checked(&bytes, declared)?;
            Ok(Self { app, caller, media_type, bytes, key, _slot: slot })
        }
        .boxed_local()
    }
}

/// Another type than those taken, or another than what is in it.
fn unsupported() -> Problem {
    let taken = MediaType::ALL.iter().map(|media| media.as_str()).collect::<Vec<_>>().join(", ");
    let problem = Problem::new(ProblemCode::UnsupportedMediaType).detail(
        format!("Berkas harus berupa {taken}, dan isinya harus sesuai dengan Content-Type."),
        format!("A file must be {taken}, and its content must agree with Content-Type."),
    );
    match HeaderValue::from_str(&taken) {
        Ok(taken) => problem.header(header::ACCEPT, taken),
        Err(_) => problem,
    }
}

fn too_large() -> Problem {
    Problem::new(ProblemCode::PayloadTooLarge).detail("Berkas melebihi 10 MiB.", "The file is larger than 10 MiB.")
}

fn late() -> Problem {
    Problem::new(ProblemCode::InvalidRequest).detail(
        "Berkas tidak sampai seluruhnya dalam dua menit.",
        "The file did not arrive as a whole within two minutes.",
    )
}

/// The type the request names, before a byte is read.
fn declared(headers: &HeaderMap) -> Result<MediaType, Problem> {
    says_plain(headers)?;
    MediaType::parse(&essence(headers)).ok_or_else(unsupported)
}

/// Reads the bytes, and stops where they are too many.
async fn read(headers: &HeaderMap, mut payload: Payload) -> Result<web::Bytes, Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LONGEST) {
        return Err(too_large());
    }
    let mut bytes = web::BytesMut::with_capacity(length.unwrap_or_default());
    while let Some(part) = payload.next().await {
        let part = part.map_err(|_| Problem::new(ProblemCode::InvalidRequest))?;
        if bytes.len() + part.len() > LONGEST {
            return Err(too_large());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}

fn checked(bytes: &[u8], declared: MediaType) -> Result<MediaType, Problem> {
    if bytes.is_empty() {
        return Err(Problem::input(vec![FieldFault::new("", Fault::Required)]));
    }
    MediaType::of_content(bytes).filter(|found| *found == declared).ok_or_else(unsupported)
}
