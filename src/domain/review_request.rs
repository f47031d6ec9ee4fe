//! A reporter who does not agree with an outcome: until when he may ask for a review, by when it is answered, and where it stands.
//! Reads no row and no clock.

use chrono::{DateTime, Utc};

use crate::domain::case::{Case, State};
use crate::domain::deadline::{DeadlineCode, Law, Office, REVIEW_ANSWERED, REVIEW_ASKED};
use crate::text_enum;

text_enum! {
    /// Where a request for a review stands.
    ReviewStatus {
        Pending = "pending", "Menunggu jawaban", "Pending";
        Granted = "granted", "Dikabulkan: perkara dibuka kembali", "Granted: the case was reopened";
        Refused = "refused", "Ditolak dengan alasan", "Refused with a reason";
    }
}

/// The end of a time, where the office sits that has the work; `None` where the law has no such rule. Provisional where a year without an official calendar
/// was counted through.
fn end(law: &Law, case: &Case, variant: &str, from: DateTime<Utc>) -> Option<(DateTime<Utc>, bool)> {
    let region = law.offices(case).region(Office::of(DeadlineCode::D11, variant));
    let day = law.calendar.day_at(region, from);
    let rule = law.rule(DeadlineCode::D11, variant, case.election_regime, day)?;
    let reached = law.calendar.after(day, rule.length, rule.counting, region);
    Some((law.calendar.end_of(reached.day, region), reached.provisional))
}

/// Whether a review of this case can be asked for at this moment: it is closed on its own, and that is not long ago.
pub fn can_be_asked(law: &Law, case: &Case, now: DateTime<Utc>) -> bool {
    let until = end(law, case, REVIEW_ASKED, case.state_since);
    let ended = case.state == State::Closed && case.master_case_id.is_none();
    ended && until.is_none_or(|(until, _)| now <= until)
}

/// By when a review that was asked for at `made_at` is answered, by the inspectorate's days, and whether that is provisional. `None`
/// where no rule sets a time.
pub fn answered_by(law: &Law, case: &Case, made_at: DateTime<Utc>) -> Option<(DateTime<Utc>, bool)> {
    end(law, case, REVIEW_ANSWERED, made_at)
}

/// Where a request made at `made_at` stands. Reopening the case grants it, whoever reopens it and why; so does taking a merged report
/// out again, whose case then goes on.
pub fn status(case: &Case, made_at: DateTime<Utc>, still_decides: bool, refused: bool) -> ReviewStatus {
    match refused {
        true => ReviewStatus::Refused,
        false if still_decides && case.state == State::Closed && case.state_since <= made_at => ReviewStatus::Pending,
        false => ReviewStatus::Granted,
    }
}
