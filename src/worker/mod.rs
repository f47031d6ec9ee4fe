//! What happens later: claim, do, settle. Several workers may run at once; each step is safe to repeat.

use std::fmt::Display;
use std::time::Duration;

use tokio::sync::watch;

use self::heartbeat::Heartbeat;
use crate::app::App;
use crate::flows::{FlowError, duplicates, persons, sealing};

pub mod email;
pub mod heartbeat;
pub mod letter;
pub mod lookout;
pub mod sweep;

/// How long the worker rests when nothing is due.
const REST: Duration = Duration::from_secs(1);

/// Works until `stop` says so. A failure is logged and tried again at the next round; a round without one is a beat.
pub async fn run(app: App, letters: letter::Letters, heartbeat: Option<Heartbeat>, mut stop: watch::Receiver<bool>) {
    if let Err(error) = catch_up(&app).await {
        tracing::error!(error = %error, "what an earlier version stored is not indexed yet");
    }
    let mut lookout = lookout::Lookout::default();
    loop {
        let sent = logged("e-mail round", email::deliver_due(&app, &letters).await);
        let swept = logged("sweep", sweep::round(&app).await);
        let watched = logged("lookout", lookout.round_if_due(&app).await);
        if let (Some(heartbeat), Some(_), Some(()), Some(())) = (&heartbeat, sent, swept, watched) {
            heartbeat.beat();
        }
        if *stop.borrow() {
            return;
        }
        if sent.is_none_or(|sent| sent == 0) {
            tokio::select! {
                () = tokio::time::sleep(REST) => {}
                _ = stop.changed() => {}
            }
        }
    }
}

fn logged<T>(what: &str, outcome: Result<T, impl Display>) -> Option<T> {
    outcome.inspect_err(|error| tracing::error!(%error, "{what} failed")).ok()
}

/// Adds what an earlier version of the program did not store yet.
async fn catch_up(app: &App) -> Result<(), FlowError> {
    persons::index_numbers(&app.pool, &app.keys).await?;
    sealing::index_niks(&app.pool, &app.vault, &app.keys).await?;
    duplicates::hash_links(&app.pool).await
}
