//! What officers call about cases: list, read, timeline, messages, transitions.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Caller;
use super::extract::IfMatch;
use super::officer_write::OfficerWrite;
use super::once::Reply;
use super::openapi::{SignedInRead, VersionedWrite};
use super::page;
use super::problem::{Problem, ProblemCode};
use super::query::Query;
use super::trace;
use super::views::{ApprovalView, CaseView, EventView, MessageView, PageEnd};
use crate::app::App;
use crate::db::access::Untraced;
use crate::db::case_list::{CaseFilter, CaseSort};
use crate::db::cases::Found;
use crate::db::{self, Tx};
use crate::domain::access::Operation;
use crate::domain::action::Action;
use crate::domain::case::{Category, State};
use crate::domain::policy::Permission;
use crate::flows::sealing;
use crate::flows::transition::{self, Fired, sight};

/// What a list of cases can be narrowed to. Repeated names mean "or".
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CaseQuery {
    /// In this state.
    #[serde(default)]
    state: Vec<State>,
    /// In this category.
    #[serde(default)]
    category: Vec<Category>,
    /// Of this agency.
    #[param(example = "PEMDA1571")]
    agency: Option<String>,
    /// In this region or below it.
    #[param(example = "15")]
    region: Option<String>,
    /// Worked on by this officer.
    owner: Option<Uuid>,
    /// Received at or after this moment.
    submitted_after: Option<chrono::DateTime<chrono::Utc>>,
    /// Received before this moment.
    submitted_before: Option<chrono::DateTime<chrono::Utc>>,
    /// In its state for at least so many days.
    #[param(minimum = 0, maximum = 3650)]
    older_than_days: Option<u16>,
    /// Only cases with a deadline that has passed while its work is still awaited; or, with `false`, all.
    #[serde(default)]
    overdue: bool,
    /// With a deadline that ends before this moment, Bawaslu's window (D2) included.
    due_before: Option<chrono::DateTime<chrono::Utc>>,
    /// In which order.
    #[param(inline)]
    #[serde(default)]
    sort: CaseSort,
    /// At most so many, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// Where the page before ended.
    after: Option<String>,
}

/// A page of cases.
#[derive(Serialize, ToSchema)]
pub struct CasePage {
    /// In the order asked for; what Bawaslu's window closes on first where nothing else is.
    pub data: Vec<CaseView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// List the cases one may see.
#[utoipa::path(tag = "cases", security(("officer" = [])), params(CaseQuery), responses((status = 200, description = "A page", body = CasePage), SignedInRead))]
#[get("/v1/cases")]
pub async fn list_cases(
    app: web::Data<App>,
    caller: Caller,
    Query(query): Query<CaseQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ReadCase)?;
    let limit = page::limit(query.limit)?;
    let context = page::context(&request, caller.0.seat_id);
    let after = query.after.as_deref().map(|cursor| page::open(&app, &context, cursor)).transpose()?;
    let filter = CaseFilter {
        agency_id: query.agency.as_deref().map(|code| app.reference.agency_id(code).unwrap_or_default()),
        region_code: query.region,
        owner_id: query.owner,
        created_after: query.submitted_after,
        created_before: query.submitted_before,
        state_since_before: query.older_than_days.map(|days| app.clock.now() - chrono::Duration::days(days.into())),
        overdue_at: query.overdue.then(|| app.clock.now()),
        due_before: query.due_before,
        sort: query.sort,
        states: query.state,
        categories: query.category,
        after,
        limit: limit + 1,
    };
    let mut found = db::case_list::page(&app.pool, &filter, &sight(&caller.actor())).await?;
    let end = page::end(&app, &context, &mut found, limit, Untraced::position);
    let found = trace::show_all(&app, &caller, Operation::ListCases, found).await?;
    let data =
        found.iter().map(|found| CaseView::new(&found.case, &found.subject, &caller.0, &app.reference)).collect();
    Ok(page::response(&app, &request, &end).json(CasePage { data, page: end }))
}

pub(super) async fn found(app: &App, caller: &Caller, number: &str) -> Result<Untraced<Found>, Problem> {
    let found = db::cases::find(&app.pool, number, &sight(&caller.actor())).await?;
    found.ok_or_else(|| Problem::new(ProblemCode::NotFound))
}

/// The case, once the look at it is on record.
pub(super) async fn seen(app: &App, caller: &Caller, by: Operation, number: &str) -> Result<Found, Problem> {
    trace::show(app, caller, by, found(app, caller, number).await?).await
}

/// Read a case.
///
/// `allowed_actions` are computed from the same table that decides, and the `ETag` is what `If-Match` must name.
#[utoipa::path(
    tag = "cases", security(("officer" = [])),
    params(("case_number" = String, Path, example = "REG-BKN-2026-1000001"), ("If-None-Match" = Option<String>, Header, description = "Answers 304 when nothing changed")),
    responses((status = 200, description = "The case", body = CaseView, headers(("ETag" = String, description = "Its version"))), (status = 304, description = "Unchanged"), SignedInRead)
)]
#[get("/v1/cases/{case_number}")]
pub async fn get_case(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let found = db::cases::find_with_reports(&app.pool, &number, &sight(&caller.actor())).await?;
    let found = found.ok_or_else(|| Problem::new(ProblemCode::NotFound))?;
    // Also when nothing changed: 304 tells who asks that the case is as he knows it.
    let (found, reports) = trace::show(&app, &caller, Operation::GetCase, found).await?;
    let etag = format!("\"{}\"", found.case.version);
    if request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish());
    }
    let act_day = reports.iter().map(|(report, _)| report.occurred_to).max();
    let view = CaseView::new(&found.case, &found.subject, &caller.0, &app.reference)
        .advised(&found.case, &found.subject, act_day, &caller.0, &app.reference, app.clock.now())
        .with_reports(reports, &caller.0);
    Ok(HttpResponse::Ok().insert_header((header::ETAG, etag)).json(view))
}

/// How far a timeline is read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TimelineQuery {
    /// At most so many, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// Where the page before ended.
    after: Option<String>,
}

/// A page of events.
#[derive(Serialize, ToSchema)]
pub struct EventPage {
    /// Oldest first.
    pub data: Vec<EventView>,
    /// Where it ends.
    pub page: PageEnd,
}

/// Read what happened to a case.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), params(("case_number" = String, Path), TimelineQuery),
    responses((status = 200, description = "A page of the timeline", body = EventPage), SignedInRead)
)]
#[get("/v1/cases/{case_number}/events")]
pub async fn list_case_events(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
    Query(query): Query<TimelineQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let found = found(&app, &caller, &number).await?;
    let limit = page::limit(query.limit)?;
    let context = page::context(&request, caller.0.seat_id);
    let after = query.after.as_deref().map(|cursor| page::open(&app, &context, cursor)).transpose()?.unwrap_or(0);
    let found = trace::show(&app, &caller, Operation::ListCaseEvents, found).await?;
    let mut events = db::events::page(&app.pool, found.case.id, after, limit + 1).await?;
    let end = page::end(&app, &context, &mut events, limit, |event| event.seq.to_string());
    let events: Vec<EventView> = events.into_iter().map(|event| EventView::new(event, &caller.0)).collect();
    let named: Vec<String> = events.iter().flat_map(EventView::other_cases).collect();
    let hidden = db::exclusions::hidden_numbers(&app.pool, &caller.0, &named).await?;
    let data = events.into_iter().map(|event| event.without_cases(&hidden)).collect();
    Ok(page::response(&app, &request, &end).json(EventPage { data, page: end }))
}

/// Messages with the reporters of a case.
#[derive(Serialize, ToSchema)]
pub struct CaseMailbox {
    /// Oldest first.
    pub data: Vec<MessageView>,
}

/// Read the messages exchanged with the reporters of a case.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), params(("case_number" = String, Path)),
    responses((status = 200, description = "The messages", body = CaseMailbox), SignedInRead)
)]
#[get("/v1/cases/{case_number}/messages")]
pub async fn list_case_messages(
    app: web::Data<App>,
    caller: Caller,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = found(&app, &caller, &number).await?;
    caller.must(Permission::ReadReport)?;
    let found = trace::show(&app, &caller, Operation::ListCaseMessages, found).await?;
    let messages = db::messages::of_case(&app.pool, found.case.id).await?;
    Ok(HttpResponse::Ok()
        .json(CaseMailbox { data: sealing::messages(&app.vault, &messages)?.into_iter().map(Into::into).collect() }))
}

/// A draft that waits, with the version the case has now.
#[derive(Serialize, ToSchema)]
pub struct Drafted {
    /// The case.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// The draft.
    pub approval: ApprovalView,
    /// The case's version.
    #[schema(example = 3)]
    pub version: i32,
}

pub(super) fn fired(app: &App, caller: &Caller, number: &str, fired: Fired) -> Result<Reply, Problem> {
    match fired {
        Fired::Moved(case, facts, warnings) => {
            let view = CaseView::new(&case, &facts.subject, &caller.0, &app.reference).warning(&warnings).advised(
                &case,
                &facts.subject,
                facts.act_day,
                &caller.0,
                &app.reference,
                app.clock.now(),
            );
            Ok(Reply::new(StatusCode::OK, &view)?.etag(case.version))
        }
        Fired::Drafted(approval, case) => {
            let location = format!("{}/v1/cases/{number}/approvals/{}", app.config.public_url, approval.id);
            let approval = ApprovalView::new(&approval, &caller.0);
            let body = Drafted { case_number: case.case_number, approval, version: case.version };
            Ok(Reply::new(StatusCode::ACCEPTED, &body)?.etag(case.version).location(location))
        }
    }
}

/// Fire a transition.
///
/// An action that a second officer must approve answers 202 and waits under `approvals`.
#[utoipa::path(
    tag = "cases", security(("officer" = [])), request_body(content = Action, examples(
        ("take" = (summary = "T02", value = json!({ "action": "take" }))),
        ("ask" = (summary = "T03", value = json!({ "action": "ask", "input": {
            "questions": ["Apakah unggahan itu masih dapat dilihat?"], "answer_by": "2026-11-30"
        } }))),
        ("accept" = (summary = "T06", value = json!({ "action": "accept", "input": {
            "subject": { "nip": "198609262015051001", "employment": "pns" }, "agency_code": "PEMDA1571",
            "reviewing_agency_code": "PEMDA1571", "category": "discipline", "conduct_phase": "campaign", "election_regime": "pemilihan"
        } }))),
        ("dismiss" = (summary = "T08", value = json!({ "action": "dismiss", "input": {
            "dismissal_code": "not_a_neutrality_matter", "reason": "Laporan mengenai layanan perizinan, bukan netralitas.",
            "public_wording": "Laporan ini mengenai layanan publik dan dapat disampaikan melalui SP4N-LAPOR!."
        } })))
    )),
    params(
        ("case_number" = String, Path),
        ("If-Match" = String, Header, description = "The version last read", example = "\"3\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one transition")
    ),
    responses(
        (status = 200, description = "The case has moved", body = CaseView, headers(("ETag" = String, description = "Its version"))),
        (status = 202, description = "The action waits for a second officer", body = Drafted, headers(("Location" = String, description = "The draft"))),
        VersionedWrite
    )
)]
#[post("/v1/cases/{case_number}/transitions")]
pub async fn fire_transition(
    write: OfficerWrite,
    number: web::Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<HttpResponse, Problem> {
    let action = write.body.action()?;
    let (setting, actor, route) = (write.setting(), write.caller.actor(), format!("fire_transition {number}"));
    let answer = |done| fired(&write.app, &write.caller, &number, done);
    let plan = |seen| transition::plan(&setting, &actor, seen, expected, &action);
    if let Some(done) = write.at_once(&route, &number, plan, answer).await? {
        return Ok(done);
    }
    write
        .once_on(&route, &number, async |tx: &mut Tx, locked| {
            answer(transition::fire(tx, &setting, &actor, locked, expected, action).await?)
        })
        .await
}
