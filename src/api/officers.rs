//! What administrators call about officers: appoint, invite, give and end seats, disable. Never a case.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Caller;
use super::extract::OptionalIdempotencyKey;
use super::officer_write::OfficerWrite;
use super::once::{Knock, Reply, once};
use super::openapi::{SignedInRead, SignedInWrite};
use super::page::{self, PageQuery};
use super::problem::Problem;
use super::query::Query;
use super::sessions::SeatView;
use super::views::PageEnd;
use crate::app::App;
use crate::db::{self, Tx};
use crate::domain::actor::Role;
use crate::domain::confidential::Confidential;
use crate::domain::policy::Permission;
use crate::flows::approvals;
use crate::flows::officers::{self, Administration, Appointed, Appointee, SeatToGive};

/// A seat to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSeat {
    /// Role; the kind of agency must allow it.
    pub role: Role,
    /// Agency.
    #[schema(min_length = 2, max_length = 24, example = "PEMDA1571")]
    pub agency_code: String,
    /// Region reached, with all below it; empty for the whole country, where the agency covers it.
    #[serde(default)]
    #[schema(max_length = 8, example = "15.71")]
    pub region_code: String,
    /// Work unit within the agency: its cases stay hidden, also when the seat is given anew with another or ends. Whoever reads cases
    /// must have one.
    #[schema(min_length = 2, max_length = 200)]
    pub work_unit: Option<String>,
}

impl NewSeat {
    fn to_give(&self, pointer: &'static str) -> SeatToGive<'_> {
        SeatToGive {
            role: self.role,
            agency_code: &self.agency_code,
            region_code: &self.region_code,
            work_unit: self.work_unit.as_deref(),
            pointer,
        }
    }
}

/// A person to be appointed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOfficer {
    /// Address to sign in with; mail goes there.
    #[schema(format = "email", max_length = 254, example = "verifikator@bkn.example.go.id")]
    pub email: String,
    /// Name.
    #[schema(min_length = 2, max_length = 200)]
    pub name: String,
    /// NIP or NI PPPK: an officer never sees a case about himself. Who works on cases needs this or the NIK.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{18}$", example = "198803152012011001")]
    pub nip: Option<Confidential<String>>,
    /// NIK: an officer never sees a case about himself or one he reported. Only a keyed hash is kept.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{16}$")]
    pub nik: Option<Confidential<String>>,
    /// Language of mails, `id` or `en`; Indonesian when left out.
    #[schema(pattern = "^(id|en)$")]
    pub language: Option<String>,
    /// The first seat.
    pub seat: NewSeat,
}

/// The numbers by which an officer is recognised; one at least. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficerNumbers {
    /// NIP or NI PPPK.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{18}$", example = "198803152012011001")]
    pub nip: Option<Confidential<String>>,
    /// NIK. Only a keyed hash is kept.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{16}$")]
    pub nik: Option<Confidential<String>>,
}

/// Why an account is disabled or enabled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficerReason {
    /// For the record of the account.
    #[schema(min_length = 10, max_length = 500, example = "Pindah tugas ke instansi lain.")]
    pub reason: String,
}

/// An officer as administrators see one.
#[derive(Serialize, ToSchema)]
pub struct OfficerView {
    /// Key.
    #[schema(example = "01930c5e-1111-7c31-9a44-5b1f0e6a2c11")]
    pub id: Uuid,
    /// Address.
    #[schema(example = "verifikator@instansi.example")]
    pub email: String,
    /// Name.
    #[schema(example = "Verifikator Satu")]
    pub name: String,
    /// Language of mails.
    #[schema(example = "id")]
    pub language: String,
    /// When the account was made.
    #[schema(example = "2026-11-02T02:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// No longer allowed in since.
    #[schema(example = "2026-12-01T02:00:00Z")]
    pub disabled_at: Option<DateTime<Utc>>,
    /// Live seats.
    pub seats: Vec<SeatView>,
}

impl From<Appointed> for OfficerView {
    fn from(Appointed { officer, seats }: Appointed) -> Self {
        Self {
            id: officer.id,
            email: officer.email,
            name: officer.name,
            language: officer.language,
            created_at: officer.created_at,
            disabled_at: officer.disabled_at,
            seats: seats.into_iter().map(Into::into).collect(),
        }
    }
}

/// A page of officers.
#[derive(Serialize, ToSchema)]
pub struct OfficerPage {
    /// In the order the accounts were made.
    pub data: Vec<OfficerView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// A one-time code for an officer.
#[derive(Serialize, ToSchema)]
pub struct Invitation {
    /// To be handed over in person; shown once. Those made before it open nothing any more.
    #[schema(example = "7k3mp-9qx2b-bd4fs-h6tzr-w8c2n")]
    pub invitation: String,
    /// Until when it is good.
    #[schema(example = "2026-11-21T03:20:00Z")]
    pub expires_at: DateTime<Utc>,
}

fn administration<'a>(app: &'a App, caller: &'a Caller) -> Result<Administration<'a>, Problem> {
    caller.must(Permission::ManageOfficers)?;
    Ok(Administration { by: &caller.0, keys: &app.keys, now: app.clock.now() })
}

/// The officer after a deed; a new one with the address.
fn reply(app: &App, status: StatusCode, appointed: Appointed) -> Result<Reply, Problem> {
    let officer = OfficerView::from(appointed);
    let location = format!("{}/v1/officers/{}", app.config.public_url, officer.id);
    let reply = Reply::new(status, &officer)?;
    Ok(if status == StatusCode::CREATED { reply.location(location) } else { reply })
}

/// Appoint an officer: an account with its first seat.
///
/// The account opens nothing until an invitation to it is taken up. An agency's administrator appoints at the own agency and
/// those below it; administrators and privacy officers of the service are appointed by the service's own.
#[utoipa::path(
    tag = "officers", security(("officer" = [])), request_body = NewOfficer,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one appointment")),
    responses((status = 201, description = "The officer", body = OfficerView), SignedInWrite)
)]
#[post("/v1/officers")]
pub async fn appoint_officer(write: OfficerWrite) -> Result<HttpResponse, Problem> {
    let with = administration(&write.app, &write.caller)?;
    let input: NewOfficer = write.body.input("NewOfficer")?;
    let person = Appointee {
        email: &input.email,
        name: &input.name,
        nip: input.nip.as_ref().map(|nip| nip.reveal().as_str()),
        nik: input.nik.as_ref().map(|nik| nik.reveal().as_str()),
        language: input.language.as_deref().unwrap_or("id"),
    };
    write
        .once("appoint_officer", async |tx: &mut Tx| {
            reply(
                &write.app,
                StatusCode::CREATED,
                officers::appoint(tx, &with, &person, &input.seat.to_give("/seat")).await?,
            )
        })
        .await
}

/// List the officers with a seat at one's agency or below it; the service's administrators see all.
#[utoipa::path(
    tag = "officers", security(("officer" = [])), params(PageQuery),
    responses((status = 200, description = "A page", body = OfficerPage), SignedInRead)
)]
#[get("/v1/officers")]
pub async fn list_officers(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ManageOfficers)?;
    let (context, limit, after) = page::asked(&app, &request, caller.0.seat_id, &query)?;
    let agency = (caller.0.role != Role::SystemAdmin).then_some(caller.0.agency_id);
    let mut found = db::officers::page(&app.pool, agency, after, limit + 1).await?;
    let end = page::end(&app, &context, &mut found, limit, |officer| officer.id.to_string());
    let ids: Vec<Uuid> = found.iter().map(|officer| officer.id).collect();
    let mut seats = db::officers::seats_by_officer(&app.pool, &ids).await?;
    let data = found.into_iter().map(|officer| {
        let seats = seats.remove(&officer.id).unwrap_or_default();
        OfficerView::from(Appointed { officer, seats })
    });
    let data = data.collect();
    Ok(page::response(&app, &request, &end).json(OfficerPage { data, page: end }))
}

/// Read an officer with the live seats.
#[utoipa::path(
    tag = "officers", security(("officer" = [])), params(("officer_id" = Uuid, Path)),
    responses((status = 200, description = "The officer", body = OfficerView), SignedInRead)
)]
#[get("/v1/officers/{officer_id}")]
pub async fn get_officer(app: web::Data<App>, caller: Caller, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let with = administration(&app, &caller)?;
    let mut tx = Tx::begin(&app.pool).await?;
    let found = officers::find(&mut tx, &with, *id).await;
    tx.rollback().await?;
    Ok(HttpResponse::Ok().json(OfficerView::from(found?)))
}

/// Put an officer's numbers in place: one that is missing, or one that changed.
///
/// Numbers of before stay known: a case about the officer stays hidden from him, under whichever it was reported.
#[utoipa::path(
    tag = "officers", security(("officer" = [])), request_body = OfficerNumbers,
    params(
        ("officer_id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one change")
    ),
    responses((status = 200, description = "The officer", body = OfficerView), SignedInWrite)
)]
#[put("/v1/officers/{officer_id}/numbers")]
pub async fn set_officer_numbers(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let with = administration(&write.app, &write.caller)?;
    let input: OfficerNumbers = write.body.input("OfficerNumbers")?;
    let digits = |number: &Option<Confidential<String>>| number.as_ref().map(|number| number.reveal().clone());
    let (nip, nik) = (digits(&input.nip), digits(&input.nik));
    write
        .once(format!("set_officer_numbers {id}"), async |tx: &mut Tx| {
            let officer = officers::complete(tx, &with, *id, nip.as_deref(), nik.as_deref()).await?;
            reply(&write.app, StatusCode::OK, officer)
        })
        .await
}

/// Invite an officer to set a password.
///
/// The code is to be handed over in person. Taken up, it ends every sign-in and lets the officer enrol a new second factor: this
/// is also the way back for whoever lost password or authenticator. The officer is told by mail.
#[utoipa::path(
    tag = "officers", security(("officer" = [])), params(("officer_id" = Uuid, Path)),
    responses((status = 201, description = "The one-time code, shown once", body = Invitation), SignedInWrite)
)]
#[post("/v1/officers/{officer_id}/invitations")]
pub async fn invite_officer(app: web::Data<App>, caller: Caller, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let with = administration(&app, &caller)?;
    let mut tx = Tx::begin(&app.pool).await?;
    match officers::invite(&mut tx, &with, *id).await {
        Ok((invitation, expires_at)) => {
            tx.commit().await?;
            let secret = ("Cache-Control", "no-store");
            Ok(HttpResponse::Created().insert_header(secret).json(Invitation { invitation, expires_at }))
        }
        Err(error) => {
            tx.rollback().await?;
            Err(error.into())
        }
    }
}

/// Give an officer a further seat.
#[utoipa::path(
    tag = "officers", security(("officer" = [])), request_body = NewSeat,
    params(("officer_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one seat")),
    responses((status = 201, description = "The officer with all seats", body = OfficerView), SignedInWrite)
)]
#[post("/v1/officers/{officer_id}/seats")]
pub async fn give_seat(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let with = administration(&write.app, &write.caller)?;
    let input: NewSeat = write.body.input("NewSeat")?;
    write
        .once(format!("give_seat {id}"), async |tx: &mut Tx| {
            reply(&write.app, StatusCode::CREATED, officers::give_seat(tx, &with, *id, &input.to_give("")).await?)
        })
        .await
}

/// End a seat; whoever acts through it is out within a second.
#[utoipa::path(
    tag = "officers", security(("officer" = [])),
    params(
        ("officer_id" = Uuid, Path), ("seat_id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one end")
    ),
    responses((status = 200, description = "The officer with the seats left", body = OfficerView), SignedInWrite)
)]
#[delete("/v1/officers/{officer_id}/seats/{seat_id}")]
pub async fn end_seat(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(Uuid, Uuid)>,
    OptionalIdempotencyKey(key): OptionalIdempotencyKey,
) -> Result<HttpResponse, Problem> {
    let with = administration(&app, &caller)?;
    let (officer_id, seat_id) = path.into_inner();
    let knock = Knock::of(&caller, format!("end_seat {seat_id}"), key, &[]);
    let ended = once(&app, knock, async |tx: &mut Tx| {
        reply(&app, StatusCode::OK, officers::end_seat(tx, &with, officer_id, seat_id).await?)
    });
    let ended = ended.await?;
    lapse_orphans(&app).await;
    Ok(ended)
}

/// What waits of drafts by who is out lapses right away; where that fails, the next sweep does it.
async fn lapse_orphans(app: &App) {
    if let Err(error) = approvals::lapse_orphans(&app.pool, app.clock.now()).await {
        tracing::warn!(%error, "drafts did not lapse with their officer's seat");
    }
}

async fn set_disabled(write: &OfficerWrite, id: Uuid, disabled: bool) -> Result<HttpResponse, Problem> {
    let with = administration(&write.app, &write.caller)?;
    let input: OfficerReason = write.body.input("OfficerReason")?;
    let route = format!("set_disabled {disabled} {id}");
    let set = write.once(route, async |tx: &mut Tx| {
        reply(&write.app, StatusCode::OK, officers::set_disabled(tx, &with, id, disabled, &input.reason).await?)
    });
    let set = set.await?;
    lapse_orphans(&write.app).await;
    Ok(set)
}

/// Let an officer in no longer; every sign-in ends within a second, on every instance.
#[utoipa::path(
    tag = "officers", security(("officer" = [])), request_body = OfficerReason,
    params(("officer_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one")),
    responses((status = 200, description = "The officer", body = OfficerView), SignedInWrite)
)]
#[post("/v1/officers/{officer_id}/disable")]
pub async fn disable_officer(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    set_disabled(&write, *id, true).await
}

/// Let an officer in again.
#[utoipa::path(
    tag = "officers", security(("officer" = [])), request_body = OfficerReason,
    params(("officer_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one")),
    responses((status = 200, description = "The officer", body = OfficerView), SignedInWrite)
)]
#[post("/v1/officers/{officer_id}/enable")]
pub async fn enable_officer(write: OfficerWrite, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    set_disabled(&write, *id, false).await
}
