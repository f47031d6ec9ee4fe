//! What system administrators call about machine clients: register, give another secret, disable. How one gets a token is in `oauth`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::officer_write::OfficerWrite;
use super::officers::OfficerReason;
use super::once::Reply;
use super::openapi::{SignedInRead, SignedInWrite};
use super::page::{self, PageQuery};
use super::problem::{Problem, ProblemCode};
use super::query::Query;
use super::sessions::SeatView;
use super::views::PageEnd;
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::actor::{Role, Scope};
use crate::domain::policy::Permission;
use crate::flows::FlowError;
use crate::flows::clients::{self, ClientToRegister, Registered};
use crate::flows::officers::{Administration, SeatToGive};

/// A system to be let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// Name, no other client's.
    #[schema(min_length = 2, max_length = 200, example = "Sistem Pengawasan Inspektorat Kota Jambi")]
    pub name: String,
    /// The agency whose system it is; its inspectorate must be one that reviews cases.
    #[schema(min_length = 2, max_length = 24, example = "PEMDA1571")]
    pub agency_code: String,
    /// Region reached: all that the agency covers; empty for the whole country.
    #[serde(default)]
    #[schema(max_length = 8, example = "15.71")]
    pub region_code: String,
    /// The unit whose people see what the system reads: its cases stay hidden from it, as from an officer of that unit.
    #[schema(min_length = 2, max_length = 200, example = "Inspektorat")]
    pub work_unit: String,
    /// What its tokens can be for.
    #[schema(min_items = 1, max_items = 8)]
    pub scopes: Vec<Scope>,
}

/// A machine client.
#[derive(Serialize, ToSchema)]
pub struct ClientView {
    /// Its `client_id`; in the access log the officer.
    #[schema(example = "01930c5e-6666-7c31-9a44-5b1f0e6a2c16")]
    pub id: Uuid,
    /// Name.
    #[schema(example = "Sistem Pengawasan Inspektorat Kota Jambi")]
    pub name: String,
    /// What its tokens can be for.
    pub scopes: Vec<Scope>,
    /// Its seat; none once the law no longer knows it.
    pub seat: Option<SeatView>,
    /// When it was registered.
    #[schema(example = "2026-11-02T02:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When its secret was made.
    #[schema(example = "2026-11-02T02:00:00Z")]
    pub secret_made_at: DateTime<Utc>,
    /// No longer let in since.
    #[schema(example = "2026-12-01T02:00:00Z")]
    pub disabled_at: Option<DateTime<Utc>>,
}

impl From<Registered> for ClientView {
    fn from(Registered { client, seat }: Registered) -> Self {
        Self {
            id: client.id,
            scopes: client.scopes(),
            name: client.name,
            seat: seat.map(Into::into),
            created_at: client.created_at,
            secret_made_at: client.secret_made_at,
            disabled_at: client.disabled_at,
        }
    }
}

/// A page of machine clients.
#[derive(Serialize, ToSchema)]
pub struct ClientPage {
    /// In the order they were registered.
    pub data: Vec<ClientView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// A machine client with its secret.
#[derive(Serialize, ToSchema)]
pub struct ClientWithSecret {
    /// Shown once. One made before it opens nothing any more.
    #[schema(example = "netral_client_p8Xr0u3Jg1xK…")]
    pub client_secret: String,
    /// The client.
    pub client: ClientView,
}

fn administration<'a>(app: &'a App, caller: &'a Caller) -> Result<Administration<'a>, Problem> {
    caller.must(Permission::ManageClients)?;
    Ok(Administration { by: &caller.0, keys: &app.keys, now: app.clock.now() })
}

/// What was made in this transaction, with the secret. No such answer is kept, so none is given again.
async fn with_secret(tx: Tx, made: Result<(Registered, String), FlowError>) -> Result<ClientWithSecret, Problem> {
    match made {
        Ok((registered, client_secret)) => {
            tx.commit().await?;
            Ok(ClientWithSecret { client_secret, client: registered.into() })
        }
        Err(error) => {
            tx.rollback().await?;
            Err(error.into())
        }
    }
}

/// Register a machine client: another system, with a seat at an agency and scopes.
///
/// The secret is shown in this answer and never again. If the answer is lost, the name is taken: find the client in the list and
/// give it another secret. The lead inspectors of the agency and the privacy officers are told by mail.
#[utoipa::path(
    tag = "clients", security(("officer" = [])), request_body = NewClient,
    responses((status = 201, description = "The client and its secret, shown once", body = ClientWithSecret), SignedInWrite)
)]
#[post("/v1/clients")]
pub async fn register_client(write: OfficerWrite) -> Result<HttpResponse, Problem> {
    let with = administration(&write.app, &write.caller)?;
    let input: NewClient = write.body.input("NewClient")?;
    let seat = SeatToGive {
        role: Role::IntegrationClient,
        agency_code: &input.agency_code,
        region_code: &input.region_code,
        work_unit: Some(&input.work_unit),
        pointer: "",
    };
    let mut scopes = input.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    let mut tx = Tx::begin(&write.app.pool).await?;
    let made = clients::register(&mut tx, &with, &ClientToRegister { name: &input.name, scopes: &scopes, seat }).await;
    let made = with_secret(tx, made).await?;
    let location = format!("{}/v1/clients/{}", write.app.config.public_url, made.client.id);
    let headers = [("Cache-Control", "no-store"), ("Location", location.as_str())];
    let mut response = HttpResponse::Created();
    headers.into_iter().for_each(|header| {
        response.insert_header(header);
    });
    Ok(response.json(made))
}

/// List the machine clients.
#[utoipa::path(
    tag = "clients", security(("officer" = [])), params(PageQuery),
    responses((status = 200, description = "A page", body = ClientPage), SignedInRead)
)]
#[get("/v1/clients")]
pub async fn list_clients(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ManageClients)?;
    let (context, limit, after) = page::asked(&app, &request, caller.0.seat_id, &query)?;
    let mut found = db::clients::page(&app.pool, after, limit + 1).await?;
    let end = page::end(&app, &context, &mut found, limit, |client| client.id.to_string());
    let ids: Vec<Uuid> = found.iter().map(|client| client.id).collect();
    let mut seats = db::officers::seats_by_officer(&app.pool, &ids).await?;
    let data = found.into_iter().map(|client| {
        let seat = seats.remove(&client.id).and_then(|mut held| held.pop());
        Registered { client, seat }.into()
    });
    let data = data.collect();
    Ok(page::response(&app, &request, &end).json(ClientPage { data, page: end }))
}

/// Read a machine client.
#[utoipa::path(
    tag = "clients", security(("officer" = [])), params(("client_id" = Uuid, Path)),
    responses((status = 200, description = "The client", body = ClientView), SignedInRead)
)]
#[get("/v1/clients/{client_id}")]
pub async fn get_client(app: web::Data<App>, caller: Caller, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ManageClients)?;
    let client = db::clients::find(&app.pool, *id).await?.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    let seat = db::officers::seats_by_officer(&app.pool, &[*id]).await?.remove(&*id).and_then(|mut held| held.pop());
    Ok(HttpResponse::Ok().json(ClientView::from(Registered { client, seat })))
}

/// Give a machine client another secret.
///
/// The one before it opens nothing any more, and the tokens that came of it are refused within a second. The lead inspectors of the
/// client's agency and the privacy officers are told by mail, as they are when a client is registered.
#[utoipa::path(
    tag = "clients", security(("officer" = [])), request_body = OfficerReason, params(("client_id" = Uuid, Path)),
    responses((status = 201, description = "The client and its new secret, shown once", body = ClientWithSecret), SignedInWrite)
)]
#[post("/v1/clients/{client_id}/secrets")]
pub async fn renew_client_secret(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let with = administration(&write.app, &write.caller)?;
    let input: OfficerReason = write.body.input("OfficerReason")?;
    let mut tx = Tx::begin(&write.app.pool).await?;
    let made = clients::renew_secret(&mut tx, &with, *id, &input.reason).await;
    let made = with_secret(tx, made).await?;
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(made))
}

async fn set_disabled(write: &OfficerWrite, id: Uuid, disabled: bool) -> Result<HttpResponse, Problem> {
    let with = administration(&write.app, &write.caller)?;
    let input: OfficerReason = write.body.input("OfficerReason")?;
    write
        .once(format!("set_client_disabled {disabled} {id}"), async |tx: &mut Tx| {
            let client = clients::set_disabled(tx, &with, id, disabled, &input.reason).await?;
            Reply::new(StatusCode::OK, &ClientView::from(client))
        })
        .await
}

/// Let a machine client in no longer; its tokens are refused within a second, on every instance.
#[utoipa::path(
    tag = "clients", security(("officer" = [])), request_body = OfficerReason,
    params(("client_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one")),
    responses((status = 200, description = "The client", body = ClientView), SignedInWrite)
)]
#[post("/v1/clients/{client_id}/disable")]
pub async fn disable_client(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    set_disabled(&write, *id, true).await
}

/// Let a machine client in again, by the secret it has.
#[utoipa::path(
    tag = "clients", security(("officer" = [])), request_body = OfficerReason,
    params(("client_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one")),
    responses((status = 200, description = "The client", body = ClientView), SignedInWrite)
)]
#[post("/v1/clients/{client_id}/enable")]
pub async fn enable_client(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    set_disabled(&write, *id, false).await
}
