//! What a step of a track checks beside its table, each by name and in words for officers. Reads no row and no clock.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::{Track, TrackState, TrackStep};
use crate::domain::action::ImposeSanction;
use crate::domain::case::{Case, CaseFacts, Category, State};
use crate::domain::guards::{self, Check, Guard, Named};
use crate::domain::ids::Language;
use crate::domain::sanction::{self, Ground};

/// What such a guard looks at.
pub struct TrackSituation<'a> {
    /// The case as it stands.
    pub facts: &'a CaseFacts,
    /// The track.
    pub track: Track,
    /// What is asked.
    pub step: &'a TrackStep,
    /// Since which day the track stands where it stands; absent before its beginning.
    pub since: Option<NaiveDate>,
    /// The day it is for the handling office.
    pub today: NaiveDate,
    /// What the step names by code, looked up.
    pub named: &'a Named,
}

/// The same condition as of a transition, checked at a step.
const fn like(guard: &Guard, check: fn(&TrackSituation<'_>) -> bool) -> Guard {
    Guard::new(guard.name, guard.text(Language::Indonesian), guard.text(Language::English), Check::OnTrack(check))
}

const fn guard(
    name: &'static str,
    text_id: &'static str,
    text_en: &'static str,
    check: fn(&TrackSituation<'_>) -> bool,
) -> Guard {
    Guard::new(name, text_id, text_en, Check::OnTrack(check))
}

/// Calendar days within which a PPK is to act on the recommendation (D7).
pub const FOLLOW_UP_DAYS: u64 = 14;
/// Working days from a warning to the reprimand (D7).
const WARNED_DAYS: usize = 3;

/// On what a further decision rests: after a conviction a discipline sanction rests on that.
pub fn ground(case: &Case, impose: &ImposeSanction) -> Ground {
    let convicted = case.tracks.criminal == TrackState::Convicted && impose.category == Category::Discipline;
    if convicted { Ground::Conviction } else { Ground::OtherAct }
}

/// The PPK has had the recommendation for longer than D7. The one place that knows the length of that clock.
pub fn follow_up_overdue(state: State, since: NaiveDate, today: NaiveDate) -> bool {
    state == State::PpkAction && since.checked_add_days(Days::new(FOLLOW_UP_DAYS)).is_some_and(|due| today > due)
}

/// So many weekdays lie between a warning and today. The one place that knows this length.
fn warned_long_enough(since: NaiveDate, today: NaiveDate) -> bool {
    let weekday = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    since.iter_days().skip(1).take_while(|day| *day < today).filter(weekday).take(WARNED_DAYS).count() == WARNED_DAYS
}

/// A warning: D7 has passed, or there is a reason.
pub const FOLLOW_UP_OVERDUE_OR_EXPLAINED: Guard = guard(
    "follow_up_overdue_or_explained",
    "batas tindak lanjut PPK (D7) sudah lewat, atau ada alasan",
    "the time for the PPK to act (D7) has passed, or a reason is given",
    |s| {
        let since = crate::domain::calendar::today(s.facts.case.state_since);
        s.step.reason.is_some() || follow_up_overdue(s.facts.case.state, since, s.today)
    },
);
/// A reprimand: three working days after the warning, or there is a reason.
pub const WARNED_LONG_ENOUGH_OR_EXPLAINED: Guard = guard(
    "warned_long_enough_or_explained",
    "tiga hari kerja setelah peringatan sudah lewat, atau ada alasan",
    "three working days have passed since the warning, or a reason is given",
    |s| s.step.reason.is_some() || s.since.is_some_and(|since| warned_long_enough(since, s.today)),
);
/// What has been held or delivered is not in the future.
pub const DAY_BY_TODAY: Guard =
    guard("day_by_today", "tanggal tidak di masa depan", "the day is not in the future", |s| {
        s.step.day.is_some_and(|day| day <= s.today)
    });
/// Where a heavy sanction is proposed a team examines (PP 94/2021); otherwise the direct superior may.
pub const TEAM_WHERE_HEAVY: Guard = guard(
    "team_where_heavy",
    "dugaan pelanggaran berat diperiksa oleh tim pemeriksa",
    "a suspected heavy breach is examined by a team",
    |s| {
        let team = s.facts.case.tracks.discipline == TrackState::TeamFormed;
        team || s.facts.case.proposed_weight.is_none_or(|weight| weight < sanction::HEAVY)
    },
);
/// A discipline decision takes effect on the fifteenth day after receipt (PP 94/2021).
pub const FIFTEENTH_DAY_REACHED: Guard = guard(
    "fifteenth_day_reached",
    "hari ke-15 setelah penyampaian keputusan sudah tiba",
    "the fifteenth day after delivery of the decision has come",
    |s| {
        let day = s.facts.case.delivered_on.and_then(|delivered| delivered.checked_add_days(Days::new(15)));
        day.is_some_and(|day| s.today >= day)
    },
);
/// A dismissal that no examination preceded rests on a conviction (UU 20/2023).
pub const CONVICTED: Guard =
    guard("convicted", "ada putusan pidana yang menghukum", "there is a criminal conviction", |s| {
        s.facts.case.tracks.criminal == TrackState::Convicted
    });
/// The sanction is one of this track, and the one the step names.
pub const SANCTION_OF_TRACK: Guard =
    guard("sanction_of_track", "sanksi termasuk jalur ini", "the sanction belongs to this track", |s| {
        let Some(sanction) = &s.step.sanction else { return false };
        let category = if s.track == Track::Ethics { Category::Ethics } else { Category::Discipline };
        let names_step = s.track != Track::Ethics || super::driven::moral(&sanction.sanction_code) == Some(s.step.to);
        sanction.category == category && names_step && sanction::fits_category(sanction, s.named)
    });
/// The acts it punishes are on record and none was found not proven.
pub const ACTS_STAND: Guard = like(&guards::ACTS_STAND, |s| {
    s.step.sanction.as_ref().is_some_and(|sanction| sanction::acts_stand(sanction, s.named))
});
/// No act is punished in ethics and in discipline.
pub const NOT_PUNISHED_TWICE: Guard = like(&guards::NOT_PUNISHED_TWICE, |s| {
    let stands = |impose| sanction::not_punished_twice(impose, s.named, ground(&s.facts.case, impose));
    s.step.sanction.as_ref().is_some_and(stands)
});

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    #[test]
    fn the_ppk_is_overdue_on_the_fifteenth_day_and_only_while_it_is_to_act() {
        assert!(!follow_up_overdue(State::PpkAction, day(2), day(16)));
        assert!(follow_up_overdue(State::PpkAction, day(2), day(17)));
        assert!(!follow_up_overdue(State::SanctionDecided, day(2), day(30)));
    }

    #[test]
    fn a_weekend_does_not_count_towards_the_reprimand() {
        // Warned on Friday the 6th: Monday, Tuesday and Wednesday pass, Thursday is the first day.
        assert!(!warned_long_enough(day(6), day(11)));
        assert!(warned_long_enough(day(6), day(12)));
    }
}
