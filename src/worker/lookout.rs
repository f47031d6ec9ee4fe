//! What is looked at now and then: whether somebody reads more than is usual, and whether the day has its checkpoint.

use chrono::{DateTime, Duration, DurationRound as _, Utc};

use crate::app::App;
use crate::db;
use crate::domain::access::Usual;
use crate::flows::audit;

/// Any failure of a round.
pub type LookoutError = Box<dyn std::error::Error + Send + Sync>;

/// How often.
const EVERY: Duration = Duration::minutes(1);

/// When the last round was, so that counting does not take more than it is worth.
#[derive(Debug, Default)]
pub struct Lookout(Option<DateTime<Utc>>);

impl Lookout {
    /// A round if one is due. The first one looks a day back, for what happened while nobody watched.
    pub async fn round_if_due(&mut self, app: &App) -> Result<(), LookoutError> {
        let now = app.clock.now();
        if self.0.is_some_and(|last| now - last < EVERY) {
            return Ok(());
        }
        let back = if self.0.is_some() { Duration::hours(1) } else { Duration::days(1) };
        round(app, back).await?;
        self.0 = Some(now);
        Ok(())
    }
}

/// One round over the hours since `back`. Several workers may do it at once: the database keeps one of each.
pub async fn round(app: &App, back: Duration) -> Result<(), LookoutError> {
    let now = app.clock.now();
    let since = (now - back).duration_trunc(Duration::hours(1))?;
    let usual = Usual { cases: app.config.flag_cases, outside_agency: app.config.flag_cases_outside_agency };
    let raised = db::access_log::raise_flags(&app.pool, since, now, &usual).await?;
    if raised > 0 {
        tracing::warn!(flags = raised, "unusual reading: see /v1/access-flags");
    }
    audit::daily_checkpoint(&app.pool, now, &app.config.keys_dir, &app.config.public_url).await?;
    Ok(())
}
