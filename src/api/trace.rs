//! The way out for what was read: it is shown only when the look is on record. Knows no operation of its own.

use serde_json::json;

use super::caller::Caller;
use super::problem::Problem;
use crate::app::App;
use crate::db::DbError;
use crate::db::access::{Look, Shown, Untraced};
use crate::domain::access::Operation;
use crate::domain::actor::Officer;
use crate::domain::case::Case;

fn look<'a>(app: &App, officer: &'a Officer, operation: Operation) -> Look<'a> {
    Look { officer, operation, purpose: None, at: app.clock.now() }
}

/// Whatever kept the entry from being written, the answer is: not now.
fn untraced(error: DbError) -> Problem {
    Problem::unavailable(5, Some(&error))
}

/// Opens what was read, once its entry is durable.
pub async fn show<T: Shown>(app: &App, caller: &Caller, by: Operation, read: Untraced<T>) -> Result<T, Problem> {
    app.trace.open(&look(app, &caller.0, by), read).await.map_err(untraced)
}

/// The same where the officer had to say why.
pub async fn show_for<T: Shown>(
    app: &App,
    caller: &Caller,
    by: Operation,
    purpose: &str,
    read: Untraced<T>,
) -> Result<T, Problem> {
    let look = Look { purpose: Some(purpose), ..look(app, &caller.0, by) };
    app.trace.open(&look, read).await.map_err(untraced)
}

/// The same for each of a list.
pub async fn show_all<T: Shown>(
    app: &App,
    caller: &Caller,
    by: Operation,
    read: Vec<Untraced<T>>,
) -> Result<Vec<T>, Problem> {
    app.trace.open_all(&look(app, &caller.0, by), read).await.map_err(untraced)
}

/// A refusal with how the case stands, where it tells that, once the look is on record.
pub async fn refusal(app: &App, officer: &Officer, mut problem: Problem) -> Problem {
    let Some(standing) = problem.take_standing() else { return problem };
    match app.trace.open(&look(app, officer, Operation::Refusal), standing).await {
        Ok(current) => problem
            .current(current.state.as_str(), current.version)
            .with("allowed_actions", json!(current.allowed_actions)),
        Err(error) => untraced(error),
    }
}

/// Puts on record that an answer which shows these cases is given again.
pub async fn repeated(app: &App, officer: &Officer, shown: Vec<Untraced<Case>>) -> Result<(), Problem> {
    app.trace.open_all(&look(app, officer, Operation::RepeatedAnswer), shown).await.map_err(untraced)?;
    Ok(())
}
