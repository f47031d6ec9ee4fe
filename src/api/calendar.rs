//! The calendar of days off, by which working days are counted: read by every officer, kept by the system administrator.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{self, JsonBody, Schemas};
use super::caller::Caller;
use super::officer_write::OfficerWrite;
use super::once::{Knock, Reply, once};
use super::openapi::{SignedInRead, SignedInWrite};
use super::page::{self, PageQuery};
use super::problem::{Problem, ProblemCode};
use super::query::Query;
use super::views::{CalendarDayView, CalendarView, CalendarYearView, LawChangeView, PageEnd};
use crate::app::App;
use crate::db::calendar::{Day, Keeper, Origin, Year};
use crate::db::{self, Tx};
use crate::domain::calendar::{Confirmation, DayKind};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::policy::Permission;
use crate::flows::calendar;

/// Which year.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CalendarQuery {
    /// The year, 1945 to 2200.
    #[param(minimum = 1945, maximum = 2200, example = 2026)]
    year: i16,
}

fn within(year: i16, pointer: &str) -> Result<i16, Problem> {
    if (1945..=2200).contains(&year) {
        return Ok(year);
    }
    Err(Problem::new(ProblemCode::InvalidParameter).faults(vec![FieldFault::new(pointer, Fault::OutOfRange)]))
}

fn keeper(app: &App, caller: &Caller) -> Keeper {
    Keeper { officer_id: Some(caller.0.officer_id), at: app.clock.now() }
}

/// Read the days off of a year.
///
/// Saturdays and Sundays are off as well and not listed. While a year has no official list, deadlines counted through it
/// are provisional.
#[utoipa::path(
    tag = "reference", security(("officer" = [])), params(CalendarQuery),
    responses((status = 200, description = "The year", body = CalendarView), SignedInRead)
)]
#[get("/v1/calendar")]
pub async fn get_calendar(
    app: web::Data<App>,
    _caller: Caller,
    Query(query): Query<CalendarQuery>,
) -> Result<HttpResponse, Problem> {
    let year = within(query.year, "year")?;
    let (known, days) = db::calendar::year(&app.pool, year).await?;
    Ok(HttpResponse::Ok().json(CalendarView::new(year, known, days)))
}

/// A page of changes.
#[derive(Serialize, ToSchema)]
pub struct LawChangePage {
    /// Newest first.
    pub data: Vec<LawChangeView>,
    /// Whether there are more.
    pub page: PageEnd,
}

/// Who changed the calendar and the rules of deadlines, and when.
///
/// A day off that is entered late can move a deadline: each change stays on record with what was there before.
#[utoipa::path(
    tag = "reference", security(("officer" = [])), params(PageQuery),
    responses((status = 200, description = "A page", body = LawChangePage), SignedInRead)
)]
#[get("/v1/calendar/changes")]
pub async fn list_law_changes(
    app: web::Data<App>,
    request: HttpRequest,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (context, limit, before) = page::asked_from(&app, &request, caller.0.seat_id, &query, i64::MAX)?;
    let mut changes = db::calendar::changes(&app.pool, before, limit + 1).await?;
    let end = page::end(&app, &context, &mut changes, limit, |change| change.version.to_string());
    let data = changes.into_iter().map(LawChangeView::from).collect();
    Ok(page::response(&app, &request, &end).json(LawChangePage { data, page: end }))
}

/// Where a day is off.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RegionQuery {
    /// In this region and all below it; left out for the whole country.
    #[param(example = "36.04")]
    #[serde(default)]
    region_code: String,
}

/// A day off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCalendarDay {
    /// What it is; a day is made ordinary again by taking it out.
    pub kind: DayKind,
    /// Its name.
    #[schema(min_length = 3, max_length = 200, example = "Pemungutan suara ulang Pilkada Kabupaten Serang")]
    pub name: String,
    /// The decree that made it one.
    #[schema(min_length = 3, max_length = 300, example = "Keputusan Gubernur Banten 187/2025")]
    pub decree: Option<String>,
    /// Where that was found.
    #[schema(min_length = 3, max_length = 500)]
    pub source: Option<String>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
}

/// Enter a day off, or put it in the place of what was known of the day.
///
/// Running deadlines are counted again within a minute; each case whose last day moved says so in its timeline.
#[utoipa::path(
    tag = "reference", security(("officer" = [])), request_body = NewCalendarDay,
    params(("date" = NaiveDate, Path, example = "2025-04-19"), RegionQuery),
    responses((status = 200, description = "The day", body = CalendarDayView), SignedInWrite)
)]
#[put("/v1/calendar/days/{date}")]
pub async fn put_calendar_day(
    app: web::Data<App>,
    schemas: web::Data<Schemas>,
    caller: Caller,
    date: web::Path<NaiveDate>,
    Query(place): Query<RegionQuery>,
    JsonBody(bytes): JsonBody,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ManageCalendar)?;
    let input: NewCalendarDay = body::read(&schemas, "NewCalendarDay", &bytes)?;
    let NewCalendarDay { kind, name, decree, source, confirmation } = input;
    let (date, region_code, origin) = (date.into_inner(), place.region_code, Origin::Administrator);
    let day = Day { date, region_code, kind, name, decree, source, confirmation, origin };
    let keeper = keeper(&app, &caller);
    let knock = Knock::of(&caller, format!("put_calendar_day {date}"), None, &bytes);
    once(&app, knock, async |tx: &mut Tx| {
        calendar::put_day(tx, keeper, &app.reference.regions, &day).await?;
        Reply::new(StatusCode::OK, &CalendarDayView::from(day))
    })
    .await
}

/// Take a day out of the calendar: from then on it is an ordinary one, whatever the program's own files say.
#[utoipa::path(
    tag = "reference", security(("officer" = [])),
    params(("date" = NaiveDate, Path, example = "2025-04-19"), RegionQuery),
    responses((status = 200, description = "The day as it is now", body = CalendarDayView), SignedInRead)
)]
#[delete("/v1/calendar/days/{date}")]
pub async fn take_out_calendar_day(
    app: web::Data<App>,
    caller: Caller,
    date: web::Path<NaiveDate>,
    Query(place): Query<RegionQuery>,
) -> Result<HttpResponse, Problem> {
    caller.must(Permission::ManageCalendar)?;
    let date = date.into_inner();
    let keeper = keeper(&app, &caller);
    let knock = Knock::of(&caller, format!("take_out_calendar_day {date}"), None, &[]);
    once(&app, knock, async |tx: &mut Tx| {
        let day = calendar::take_out(tx, keeper, date, &place.region_code).await?;
        Reply::new(StatusCode::OK, &CalendarDayView::from(day))
    })
    .await
}

/// What is known of a year.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCalendarYear {
    /// All its days off are entered as the decree has them.
    pub official: bool,
    /// The decree; needed for an official year.
    #[schema(min_length = 3, max_length = 300, example = "SKB Menag 1497/2025, Menaker 2/2025, MenPANRB 5/2025")]
    pub decree: Option<String>,
    /// Where that was found.
    #[schema(min_length = 3, max_length = 500)]
    pub source: Option<String>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
}

/// Say whether a year's list of days off is official.
///
/// Running deadlines are counted again within a minute and are no longer provisional for the sake of this year.
#[utoipa::path(
    tag = "reference", security(("officer" = [])), request_body = NewCalendarYear,
    params(
        ("year" = i16, Path, example = 2027),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request one change")
    ),
    responses((status = 200, description = "The year", body = CalendarYearView), SignedInWrite)
)]
#[post("/v1/calendar/years/{year}")]
pub async fn set_calendar_year(write: OfficerWrite, year: web::Path<i16>) -> Result<HttpResponse, Problem> {
    write.caller.must(Permission::ManageCalendar)?;
    let year = within(year.into_inner(), "year")?;
    let input: NewCalendarYear = write.body.input("NewCalendarYear")?;
    let NewCalendarYear { official, decree, source, confirmation } = input;
    let keeper = keeper(&write.app, &write.caller);
    let known = Year { year, official, decree, source, confirmation, origin: Origin::Administrator };
    write
        .once(format!("set_calendar_year {year}"), async |tx: &mut Tx| {
            calendar::put_year(tx, keeper, &known).await?;
            Reply::new(StatusCode::OK, &CalendarYearView::from(known))
        })
        .await
}
