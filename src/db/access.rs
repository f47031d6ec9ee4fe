//! The trace of every look at a case, and the lock on what was read: finders for officers return [`Untraced`], which only
//! [`Trace`] opens, once its entry is durable. So a handler cannot show a case and forget the entry.
//!
//! A hot path: looks that wait together share one prepared `unnest` statement and one commit.

use std::fmt;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, Array, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::group_commit::{Job, Writer};
use super::statement::{prepared, push};
use super::{DbError, Pool};
use crate::domain::access::{Operation, outside_agency};
use crate::domain::actor::Officer;
use crate::domain::case::Case;

/// What was read for an officer and may not be shown to him yet.
#[derive(Clone)]
pub struct Untraced<T>(pub(super) T);

/// Nothing of what is locked, not even in a log.
impl<T> fmt::Debug for Untraced<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Untraced")
    }
}

impl<T> Untraced<T> {
    /// Locks what was read by other means, or made of what was read.
    pub const fn lock(read: T) -> Self {
        Self(read)
    }

    /// What was read, for a use that shows it to nobody. A test keeps it out of the API.
    pub fn shown_to_nobody(self) -> T {
        self.0
    }
}

/// What a look shows.
pub trait Shown {
    /// The case shown; `None` where the trace itself is read.
    fn case(&self) -> Option<&Case>;
}

impl Shown for Case {
    fn case(&self) -> Option<&Case> {
        Some(self)
    }
}

/// Something with the case it is about, for lists that are read by key.
pub struct Concerning<T> {
    /// Its key.
    pub key: Uuid,
    /// What is shown.
    pub what: T,
    /// The case.
    pub case: Case,
}

impl<T> Shown for Concerning<T> {
    fn case(&self) -> Option<&Case> {
        Some(&self.case)
    }
}

impl<T> Untraced<Concerning<T>> {
    /// Where a page ends that ends with it.
    pub fn page_key(&self) -> String {
        self.0.key.to_string()
    }
}

/// Who looks, and how.
pub struct Look<'a> {
    /// The officer in the seat.
    pub officer: &'a Officer,
    /// Through which operation.
    pub operation: Operation,
    /// Why, where the operation asks for a reason.
    pub purpose: Option<&'a str>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Writes entries and hands out what was read.
#[derive(Clone)]
pub struct Trace(Writer<Entries>);

impl Trace {
    /// Starts the writing tasks on the current runtime.
    pub fn start(pool: &Pool) -> Self {
        Self(Writer::start(pool))
    }

    /// Opens what was read once its entry is durable.
    ///
    /// # Errors
    /// When the entry could not be written: nothing is shown then.
    pub async fn open<T: Shown>(&self, look: &Look<'_>, read: Untraced<T>) -> Result<T, DbError> {
        self.0.write(Entries(vec![entry(look, &read.0)])).await?;
        Ok(read.0)
    }

    /// The same for a list: one entry for each, all durable.
    ///
    /// # Errors
    /// When the entries could not be written: nothing is shown then.
    pub async fn open_all<T: Shown>(&self, look: &Look<'_>, read: Vec<Untraced<T>>) -> Result<Vec<T>, DbError> {
        if !read.is_empty() {
            self.0.write(Entries(read.iter().map(|read| entry(look, &read.0)).collect())).await?;
        }
        Ok(read.into_iter().map(|read| read.0).collect())
    }
}

struct Entry {
    at: DateTime<Utc>,
    officer_id: Uuid,
    seat_id: Uuid,
    role: &'static str,
    agency_id: Uuid,
    case_id: Option<Uuid>,
    operation: &'static str,
    purpose: Option<String>,
    outside_agency: bool,
}

fn entry(look: &Look<'_>, shown: &impl Shown) -> Entry {
    let (officer, case) = (look.officer, shown.case());
    Entry {
        at: look.at,
        officer_id: officer.officer_id,
        seat_id: officer.seat_id,
        role: officer.role.as_str(),
        agency_id: officer.agency_id,
        case_id: case.map(|case| case.id),
        operation: look.operation.as_str(),
        purpose: look.purpose.map(ToOwned::to_owned),
        outside_agency: case.is_some_and(|case| outside_agency(officer, case)),
    }
}

/// The entries of one answer: all of them or none.
struct Entries(Vec<Entry>);

impl Job for Entries {
    type Done = ();
    // An entry is little work beside its commit.
    const WRITERS: usize = 1;

    async fn write(pool: &Pool, batch: &[Self]) -> Result<Vec<()>, DbError> {
        let mut connection = pool.get().await?;
        let rows = Columns::of(batch);
        WriteEntries { rows: &rows }.execute(&mut connection).await?;
        Ok(vec![(); batch.len()])
    }
}

/// The entries turned on their side, as `unnest` takes them.
struct Columns<'a> {
    at: Vec<DateTime<Utc>>,
    officers: Vec<Uuid>,
    seats: Vec<Uuid>,
    roles: Vec<&'a str>,
    agencies: Vec<Uuid>,
    cases: Vec<Option<Uuid>>,
    operations: Vec<&'a str>,
    purposes: Vec<Option<&'a str>>,
    outside: Vec<bool>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a [Entries]) -> Self {
        fn column<'a, T>(batch: &'a [Entries], pick: impl Fn(&'a Entry) -> T) -> Vec<T> {
            batch.iter().flat_map(|entries| &entries.0).map(pick).collect()
        }
        Self {
            at: column(batch, |e| e.at),
            officers: column(batch, |e| e.officer_id),
            seats: column(batch, |e| e.seat_id),
            roles: column(batch, |e| e.role),
            agencies: column(batch, |e| e.agency_id),
            cases: column(batch, |e| e.case_id),
            operations: column(batch, |e| e.operation),
            purposes: column(batch, |e| e.purpose.as_deref()),
            outside: column(batch, |e| e.outside_agency),
        }
    }
}

struct WriteEntries<'a> {
    rows: &'a Columns<'a>,
}
prepared!(WriteEntries returns sql::BigInt);

impl QueryFragment<Pg> for WriteEntries<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let rows = self.rows;
        push!(out; "INSERT INTO access_entries (at, officer_id, seat_id, role, agency_id, case_id, operation, purpose, outside_agency) \
            SELECT * FROM unnest(" [Array<sql::Timestamptz>] &rows.at, "::timestamptz[], " [Array<sql::Uuid>] &rows.officers, "::uuid[], "
            [Array<sql::Uuid>] &rows.seats, "::uuid[], " [Array<sql::Text>] &rows.roles, "::text[], " [Array<sql::Uuid>] &rows.agencies, "::uuid[], "
            [Array<Nullable<sql::Uuid>>] &rows.cases, "::uuid[], " [Array<sql::Text>] &rows.operations, "::text[], "
            [Array<Nullable<sql::Text>>] &rows.purposes, "::text[], " [Array<sql::Bool>] &rows.outside, "::boolean[])");
        Ok(())
    }
}
