//! Keyset paging: opaque, authenticated cursors bound to what was asked, and the Link header for loops in a shell.

use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::problem::{Problem, ProblemCode};
use super::views::PageEnd;
use crate::app::App;
use crate::domain::fault::{Fault, FieldFault};

/// How far a list without filters is read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// At most so many, 1 to 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// Where the page before ended.
    after: Option<String>,
}

/// What a [`PageQuery`] asks for: the context of its cursors, the limit, and the key behind which the page begins.
pub fn asked(app: &App, request: &HttpRequest, seat: Uuid, query: &PageQuery) -> Result<(String, i64, Uuid), Problem> {
    asked_from(app, request, seat, query, Uuid::nil())
}

/// The same of a list whose first page begins behind `start`.
pub fn asked_from<T: FromStr>(
    app: &App,
    request: &HttpRequest,
    seat: Uuid,
    query: &PageQuery,
    start: T,
) -> Result<(String, i64, T), Problem> {
    let (limit, context) = (limit(query.limit)?, context(request, seat));
    let after = query.after.as_deref().map(|cursor| open(app, &context, cursor)).transpose()?.unwrap_or(start);
    Ok((context, limit, after))
}

/// How many a page holds when the caller names no limit.
pub const DEFAULT_LIMIT: u16 = 50;

/// How many the caller wants: 1 to 200.
pub fn limit(asked: Option<u16>) -> Result<i64, Problem> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    if (1..=200).contains(&limit) {
        Ok(limit.into())
    } else {
        Err(Problem::new(ProblemCode::InvalidParameter).faults(vec![FieldFault::new("limit", Fault::OutOfRange)]))
    }
}

/// What a cursor is bound to: the path, the filter without `after` and `limit`, and the seat.
pub fn context(request: &HttpRequest, seat: Uuid) -> String {
    let mut filter: Vec<&str> = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.starts_with("after=") && !pair.starts_with("limit="))
        .collect();
    filter.sort_unstable();
    format!("{seat} {} {}", request.path(), filter.join("&"))
}

/// The position a cursor stands for.
pub fn open<T: FromStr>(app: &App, context: &str, cursor: &str) -> Result<T, Problem> {
    let position = app.keys.open_cursor(context, cursor).and_then(|position| position.parse().ok());
    position.ok_or_else(|| {
        Problem::new(ProblemCode::InvalidParameter).faults(vec![FieldFault::new("after", Fault::Invalid)])
    })
}

/// Cuts the row too many that was asked for, and says where the page ends.
pub fn end<T>(app: &App, context: &str, rows: &mut Vec<T>, limit: i64, position: impl Fn(&T) -> String) -> PageEnd {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| has_more).map(|row| app.keys.seal_cursor(context, &position(row)));
    PageEnd { next_cursor, has_more }
}

/// An answer that names the next page in its Link header (RFC 8288).
pub fn response(app: &App, request: &HttpRequest, end: &PageEnd) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &end.next_cursor {
        let kept: Vec<&str> =
            request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("after=")).collect();
        let query =
            kept.into_iter().map(ToOwned::to_owned).chain([format!("after={cursor}")]).collect::<Vec<_>>().join("&");
        response
            .insert_header(("Link", format!("<{}{}?{query}>; rel=\"next\"", app.config.public_url, request.path())));
    }
    response
}
