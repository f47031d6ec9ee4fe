//! Dates as the law reads them: which day it is for an office. Counting working days comes with the calendars.

use chrono::{DateTime, NaiveDate, Utc};

/// The day it is in Jakarta (WIB, UTC+7, no daylight saving) at this moment.
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&chrono_tz::Asia::Jakarta).date_naive()
}
