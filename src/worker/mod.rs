//! What happens later: claim, do, settle. Several workers may run at once; each step is safe to repeat.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::flows::{FlowError, duplicates, persons, sealing};

pub mod email;
pub mod letter;
pub mod lookout;
pub mod sweep;

/// How long the worker rests when nothing is due.
const REST: Duration = Duration::from_secs(1);

/// Works until `stop` says so. A failure is logged and tried again at the next round.
pub async fn run(app: App, letters: letter::Letters, mut stop: watch::Receiver<bool>) {
    if let Err(error) = catch_up(&app).await {
        tracing::error!(error = %error, "what an earlier version stored is not indexed yet");
    }
    let mut lookout = lookout::Lookout::default();
    loop {
        let busy = match email::deliver_due(&app, &letters).await {
            Ok(sent) => sent > 0,
            Err(error) => {
                tracing::error!(error = %error, "e-mail round failed");
                false
            }
        };
        if let Err(error) = sweep::round(&app).await {
            tracing::error!(error = %error, "sweep failed");
        }
        if let Err(error) = lookout.round_if_due(&app).await {
            tracing::error!(error = %error, "lookout failed");
        }
        if *stop.borrow() {
            return;
        }
        if !busy {
            tokio::select! {
                () = tokio::time::sleep(REST) => {}
                _ = stop.changed() => {}
            }
        }
    }
}

/// Adds what an earlier version of the program did not store yet.
async fn catch_up(app: &App) -> Result<(), FlowError> {
    persons::index_numbers(&app.pool, &app.keys).await?;
    sealing::index_niks(&app.pool, &app.vault, &app.keys).await?;
    duplicates::hash_links(&app.pool).await
}
