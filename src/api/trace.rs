//! The way out for what was read: it is shown only when the look is on record. Knows no operation of its own.

use super::caller::Caller;
use super::problem::Problem;
use crate::app::App;
use crate::db::DbError;
use crate::db::access::{Look, Shown, Untraced};
use crate::domain::access::Operation;

fn look<'a>(app: &App, caller: &'a Caller, operation: Operation) -> Look<'a> {
    Look { officer: &caller.0, operation, purpose: None, at: app.clock.now() }
}

/// Whatever kept the entry from being written, the answer is: not now.
fn untraced(error: DbError) -> Problem {
    Problem::unavailable(5, Some(&error))
}

/// Opens what was read, once its entry is durable.
pub async fn show<T: Shown>(app: &App, caller: &Caller, by: Operation, read: Untraced<T>) -> Result<T, Problem> {
    app.trace.open(&look(app, caller, by), read).await.map_err(untraced)
}

/// The same where the officer had to say why.
pub async fn show_for<T: Shown>(
    app: &App,
    caller: &Caller,
    by: Operation,
    purpose: &str,
    read: Untraced<T>,
) -> Result<T, Problem> {
    let look = Look { purpose: Some(purpose), ..look(app, caller, by) };
    app.trace.open(&look, read).await.map_err(untraced)
}

/// The same for each of a list.
pub async fn show_all<T: Shown>(
    app: &App,
    caller: &Caller,
    by: Operation,
    read: Vec<Untraced<T>>,
) -> Result<Vec<T>, Problem> {
    app.trace.open_all(&look(app, caller, by), read).await.map_err(untraced)
}
