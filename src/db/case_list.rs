//! Lists of cases: narrowed, in one of two orders, page by page, by what the caller may see.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::access::Untraced;
use super::cases::{CaseColumns, Found, FoundColumns, SEEN, Sight, SightParts, SubjectColumns, push_sight};
use super::statement::{prepared, push};
use super::{DbError, Pool};
use crate::domain::case::{Case, State};
use crate::text_enum;

/// What a list of cases is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// Any of these states.
    pub states: Vec<State>,
    /// Any of these categories.
    pub categories: Vec<crate::domain::case::Category>,
    /// This agency.
    pub agency_id: Option<Uuid>,
    /// This region and all below it.
    pub region_code: Option<String>,
    /// This owner.
    pub owner_id: Option<Uuid>,
    /// Received at or after.
    pub created_after: Option<DateTime<Utc>>,
    /// Received before.
    pub created_before: Option<DateTime<Utc>>,
    /// In its state since before this moment.
    pub state_since_before: Option<DateTime<Utc>>,
    /// With a clock whose end went by before this moment, its work still awaited.
    pub overdue_at: Option<DateTime<Utc>>,
    /// With a clock that ends before this moment, Bawaslu's window included.
    pub due_before: Option<DateTime<Utc>>,
    /// In which order.
    pub sort: CaseSort,
    /// Behind this case.
    pub after: Option<Position>,
    /// At most so many.
    pub limit: i64,
}

text_enum! {
    /// The order of a list of cases.
    #[derive(Default)]
    CaseSort {
        Received = "received", "Yang pertama diterima lebih dahulu", "First received first";
        #[default]
        Deadline = "deadline", "Batas waktu Bawaslu, lalu tenggat berikutnya", "Bawaslu's window first, then the next deadline";
    }
}

/// Where a list goes on: behind this case, in either order.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    bawaslu_until: Option<DateTime<Utc>>,
    next_due_at: Option<DateTime<Utc>>,
    id: Uuid,
}

impl Position {
    const fn of(case: &Case) -> Self {
        Self { bawaslu_until: case.bawaslu_until, next_due_at: case.next_due_at, id: case.id }
    }
}

impl Untraced<Found> {
    /// Where a list goes on behind it.
    pub fn position(&self) -> String {
        Position::of(&self.0.case).to_string()
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let micros = |at: Option<DateTime<Utc>>| at.map_or_else(String::new, |at| at.timestamp_micros().to_string());
        write!(f, "{} {} {}", micros(self.bawaslu_until), micros(self.next_due_at), self.id)
    }
}

impl std::str::FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(' ');
        let mut part = || parts.next().ok_or(());
        let moment = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().ok().and_then(DateTime::from_timestamp_micros).map(Some).ok_or(()),
        };
        Ok(Self {
            bawaslu_until: moment(part()?)?,
            next_due_at: moment(part()?)?,
            id: part()?.parse().map_err(|_| ())?,
        })
    }
}

/// One statement an order: the text of a prepared one never varies.
macro_rules! page_statement {
    ($name:ident, $order:literal, $behind:literal) => {
        struct $name<'a> {
            columns: FoundColumns,
            filter: &'a CaseFilter,
            states: Vec<&'static str>,
            categories: Vec<&'static str>,
            after_id: Option<Uuid>,
            after_window: Option<DateTime<Utc>>,
            after_due: Option<DateTime<Utc>>,
            sight: SightParts<'a>,
        }
        prepared!($name returns (CaseColumns, SubjectColumns));

        impl<'a> $name<'a> {
            fn new(filter: &'a CaseFilter, sight: &'a Sight) -> Self {
                Self {
                    columns: FoundColumns::all(),
                    filter,
                    states: filter.states.iter().map(|s| s.as_str()).collect(),
                    categories: filter.categories.iter().map(|c| c.as_str()).collect(),
                    after_id: filter.after.map(|after| after.id),
                    after_window: filter.after.and_then(|after| after.bawaslu_until),
                    after_due: filter.after.and_then(|after| after.next_due_at),
                    sight: sight.into(),
                }
            }
        }

        impl QueryFragment<Pg> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                let f = self.filter;
                out.push_sql("WITH ");
                push_sight(&mut out, &self.sight)?;
                push!(out; ", wanted (states, categories, agency_id, region_code, owner_id, created_after, created_before, since_before, overdue_at, \
                    due_before, after_id, after_window, after_due) AS (VALUES ("
                    [sql::Array<sql::Text>] &self.states, "::text[], " [sql::Array<sql::Text>] &self.categories, "::text[], " [Nullable<sql::Uuid>] &f.agency_id,
                    "::uuid, " [Nullable<sql::Text>] &f.region_code, "::text, " [Nullable<sql::Uuid>] &f.owner_id, "::uuid, "
                    [Nullable<sql::Timestamptz>] &f.created_after, "::timestamptz, " [Nullable<sql::Timestamptz>] &f.created_before, "::timestamptz, "
                    [Nullable<sql::Timestamptz>] &f.state_since_before, "::timestamptz, " [Nullable<sql::Timestamptz>] &f.overdue_at, "::timestamptz, "
                    [Nullable<sql::Timestamptz>] &f.due_before, "::timestamptz, " [Nullable<sql::Uuid>] &self.after_id, "::uuid, "
                    [Nullable<sql::Timestamptz>] &self.after_window, "::timestamptz, " [Nullable<sql::Timestamptz>] &self.after_due, "::timestamptz)) SELECT ");
                self.columns.walk_ast(out.reborrow())?;
                push!(out; " FROM cases JOIN subjects ON subjects.case_id = cases.id, sight, wanted WHERE " {SEEN}
                    " AND (wanted.states = '{}' OR cases.state = ANY (wanted.states)) AND (wanted.categories = '{}' OR cases.category = ANY (wanted.categories)) \
                    AND (wanted.agency_id IS NULL OR cases.agency_id = wanted.agency_id) AND (wanted.owner_id IS NULL OR cases.owner_id = wanted.owner_id) \
                    AND (wanted.region_code IS NULL OR cases.region_code = wanted.region_code OR starts_with(cases.region_code, wanted.region_code || '.')) \
                    AND (wanted.created_after IS NULL OR cases.created_at >= wanted.created_after) \
                    AND (wanted.created_before IS NULL OR cases.created_at < wanted.created_before) \
                    AND (wanted.since_before IS NULL OR cases.state_since < wanted.since_before) \
                    AND (wanted.overdue_at IS NULL OR cases.next_due_at < wanted.overdue_at) \
                    AND (wanted.due_before IS NULL OR cases.next_due_at < wanted.due_before OR cases.bawaslu_until < wanted.due_before) \
                    AND (wanted.after_id IS NULL OR " {$behind} ") ORDER BY " {$order} " LIMIT " [sql::BigInt] &f.limit, "");
                Ok(())
            }
        }
    };
}
page_statement!(ByReceipt, "cases.id", "cases.id > wanted.after_id");
page_statement!(
    ByDeadline,
    "coalesce(cases.bawaslu_until, 'infinity'), coalesce(cases.next_due_at, 'infinity'), cases.id",
    "(coalesce(cases.bawaslu_until, 'infinity'), coalesce(cases.next_due_at, 'infinity'), cases.id) \
     > (coalesce(wanted.after_window, 'infinity'), coalesce(wanted.after_due, 'infinity'), wanted.after_id)"
);

/// Cases the caller may see, in the order asked for.
pub async fn page(pool: &Pool, filter: &CaseFilter, sight: &Sight) -> Result<Vec<Untraced<Found>>, DbError> {
    if sight.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = pool.get().await?;
    let found: Vec<Found> = match filter.sort {
        CaseSort::Received => ByReceipt::new(filter, sight).load(&mut connection).await?,
        CaseSort::Deadline => ByDeadline::new(filter, sight).load(&mut connection).await?,
    };
    Ok(found.into_iter().map(Untraced).collect())
}
