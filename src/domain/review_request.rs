//! A reporter who does not agree with an outcome: until when he may ask for a review, by when it is answered, and where it stands.
//! Reads no row and no clock.

use chrono::{DateTime, Utc};

use crate::domain::calendar::{Calendar, Counting, Unit};
use crate::domain::case::{Case, State};
use crate::text_enum;

/// Calendar days after the closing within which a review can be asked for (own choice of the service).
const ASKED_WITHIN: u32 = 14;
/// Working days within which it is answered (own choice of the service).
const ANSWERED_WITHIN: u32 = 10;

text_enum! {
    /// Where a request for a review stands.
    ReviewStatus {
        Pending = "pending", "Menunggu jawaban", "Pending";
        Granted = "granted", "Dikabulkan: perkara dibuka kembali", "Granted: the case was reopened";
        Refused = "refused", "Ditolak dengan alasan", "Refused with a reason";
    }
}

fn counting(unit: Unit) -> Counting {
    Counting { unit, roll_forward: false, collective_leave_counts: false }
}

fn end(calendar: &Calendar, region: &str, from: DateTime<Utc>, count: u32, unit: Unit) -> DateTime<Utc> {
    let reached = calendar.after(calendar.day_at(region, from), count, counting(unit), region);
    calendar.end_of(reached.day, region)
}

/// Whether a review of this case can be asked for at this moment: it is closed, and that is not long ago.
pub fn can_be_asked(calendar: &Calendar, case: &Case, now: DateTime<Utc>) -> bool {
    let until = end(calendar, &case.region_code, case.state_since, ASKED_WITHIN, Unit::CalendarDay);
    case.state == State::Closed && now <= until
}

/// By when a review that is asked for now is answered.
pub fn answered_by(calendar: &Calendar, case: &Case, now: DateTime<Utc>) -> DateTime<Utc> {
    end(calendar, &case.region_code, now, ANSWERED_WITHIN, Unit::WorkingDay)
}

/// Where a request made at `made_at` stands. Reopening the case grants it, whoever reopens it and why.
pub fn status(case: &Case, made_at: DateTime<Utc>, refused: bool) -> ReviewStatus {
    match refused {
        true => ReviewStatus::Refused,
        false if case.state == State::Closed && case.state_since <= made_at => ReviewStatus::Pending,
        false => ReviewStatus::Granted,
    }
}
