//! One thing read from the provider, with the time it was read. It must not know what the thing is.

use chrono::{DateTime, TimeDelta, Utc};

use super::OidcError;

/// How long it is good: what the provider withdraws is out within this time.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// The shortest time between a reading that failed and the next: who waits for a provider that is down waits once.
const REST_AFTER_FAILURE: TimeDelta = TimeDelta::seconds(5);

pub(super) struct Cache<T> {
    read: Option<(DateTime<Utc>, T)>,
    failed: Option<(DateTime<Utc>, OidcError)>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self { read: None, failed: None }
    }
}

impl<T> Cache<T> {
    /// The thing and its age, if it is still good.
    pub(super) fn fresh(&self, now: DateTime<Utc>) -> Option<(&T, TimeDelta)> {
        self.read.as_ref().map(|(at, thing)| (thing, now - *at)).filter(|(_, age)| *age < KEPT)
    }

    /// Reads it anew, unless that failed a moment ago.
    pub(super) async fn renew(
        &mut self,
        now: DateTime<Utc>,
        read: impl Future<Output = Result<T, OidcError>>,
    ) -> Result<&T, OidcError> {
        if let Some((at, error)) = &self.failed
            && now - *at < REST_AFTER_FAILURE
        {
            return Err(error.clone());
        }
        match read.await {
            Ok(thing) => {
                self.failed = None;
                Ok(&self.read.insert((now, thing)).1)
            }
            Err(error) => {
                self.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }
}
