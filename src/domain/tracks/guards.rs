//! What a step of a track checks beside its table, each by name and in words for officers. Reads no row and no clock.

use chrono::NaiveDate;

use super::{Track, TrackState, TrackStep};
use crate::domain::action::ImposeSanction;
use crate::domain::case::{Case, CaseFacts, Category, State};
use crate::domain::deadline::{self, AppealWindow, Clock, DeadlineCode, TO_REPRIMAND};
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
    /// The day it is for the office that has the track.
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

/// On what a further decision rests: after a conviction a dismissal rests on that, and nothing else does.
pub fn ground(case: &Case, impose: &ImposeSanction, named: &Named) -> Ground {
    let convicted = case.tracks.criminal == TrackState::Convicted && impose.category == Category::Discipline;
    if convicted && sanction::dismisses(named) { Ground::Conviction } else { Ground::OtherAct }
}

/// The PPK's time to act on the recommendation (D7) is over.
fn follow_up_overdue(s: &TrackSituation<'_>) -> bool {
    let case = &s.facts.case;
    let last_day = |clock: &Clock| clock.due_at.map(|due| s.named.law.calendar.day_at(&clock.region_code, due));
    let mut clocks = s.facts.clocks.iter().filter(|clock| clock.code == DeadlineCode::D7 && clock.variant.is_empty());
    case.state == State::PpkAction && clocks.any(|clock| last_day(clock).is_some_and(|last| s.today > last))
}

/// The time from a warning to the reprimand is over; without a rule for it nothing has to be waited for.
fn warned_long_enough(s: &TrackSituation<'_>, since: NaiveDate) -> bool {
    let (law, case) = (&s.named.law, &s.facts.case);
    let rule = law.rule(DeadlineCode::D7, TO_REPRIMAND, case.election_regime, since);
    let region = law.offices(case).region(DeadlineCode::D7);
    let last = rule.map(|rule| law.calendar.after(since, rule.length, rule.counting, region).day);
    last.is_none_or(|last| s.today > last)
}

/// A warning: D7 has passed, or there is a reason.
pub const FOLLOW_UP_OVERDUE_OR_EXPLAINED: Guard = guard(
    "follow_up_overdue_or_explained",
    "batas tindak lanjut PPK (D7) sudah lewat, atau ada alasan",
    "the time for the PPK to act (D7) has passed, or a reason is given",
    |s| s.step.reason.is_some() || follow_up_overdue(s),
);
/// A reprimand: three working days after the warning, or there is a reason.
pub const WARNED_LONG_ENOUGH_OR_EXPLAINED: Guard = guard(
    "warned_long_enough_or_explained",
    "tiga hari kerja setelah peringatan sudah lewat, atau ada alasan",
    "three working days have passed since the warning, or a reason is given",
    |s| s.step.reason.is_some() || s.since.is_some_and(|since| warned_long_enough(s, since)),
);
/// What has been held or delivered is not in the future.
pub const DAY_BY_TODAY: Guard =
    guard("day_by_today", "tanggal tidak di masa depan", "the day is not in the future", |s| {
        s.step.day.is_some_and(|day| day <= s.today)
    });
/// A decision is not delivered before it was made.
pub const SINCE_DECISION: Guard = like(&guards::SINCE_DECISION, |s| {
    let decision = sanction::newest(Category::Discipline, s.named);
    s.step.day.is_some_and(|day| sanction::decided_by(decision, day))
});
/// A decision is not dated in the future.
pub const DECISION_BY_TODAY: Guard = like(&guards::DECISION_BY_TODAY, |s| {
    let sanction = s.step.sanction.as_ref().is_none_or(|sanction| sanction::dated_by(sanction, s.today));
    sanction && s.step.document.as_ref().is_none_or(|document| document.dated <= s.today)
});
/// Where a heavy sanction is among those proposed the breach is a suspected heavy one, which a team examines (PP 94/2021);
/// otherwise the direct superior may.
pub const TEAM_WHERE_HEAVY: Guard = guard(
    "team_where_heavy",
    "dugaan pelanggaran berat diperiksa oleh tim pemeriksa",
    "a suspected heavy breach is examined by a team",
    |s| {
        let team = s.facts.case.tracks.discipline == TrackState::TeamFormed;
        team || s.facts.case.heaviest_proposed.is_none_or(|weight| weight < sanction::HEAVY)
    },
);
/// Nobody is decided about unheard, but who missed two summonses is decided about on the evidence there is (PP 94/2021).
pub const EXAMINED_OR_SUMMONED_TWICE: Guard = guard(
    "examined_or_summoned_twice",
    "terlapor sudah diperiksa, atau sudah dipanggil dua kali",
    "the subject was examined, or summoned twice",
    |s| sanction::heard(s.facts.case.tracks.discipline, s.named),
);
/// What follows from the delivery on record (D9), by the remedy against the decision.
fn appeal_window(s: &TrackSituation<'_>) -> Option<AppealWindow> {
    let case = &s.facts.case;
    let remedy = sanction::remedy(s.named);
    deadline::appeal_window(&s.named.law, case, case.delivered_on?, remedy)
}

/// A decision against which a remedy is pending takes effect by its outcome (PP 94/2021).
pub const NO_REMEDY_PENDING: Guard = guard(
    "no_remedy_pending",
    "tidak ada upaya administratif yang sedang berjalan",
    "no administrative remedy is pending",
    |s| !s.facts.case.tracks.appeal.is_live(),
);
/// What is being challenged is not replaced meanwhile: the outcome would be of what no longer stands.
pub const REMEDY_AWAITED: Guard = guard(
    "remedy_awaited",
    "pemberhentian setelah putusan pidana menunggu upaya administratif yang sedang berjalan",
    "a dismissal after a conviction waits for a remedy that is pending",
    |s| {
        let replaces = |impose| ground(&s.facts.case, impose, s.named) == Ground::Conviction;
        !s.facts.case.tracks.appeal.is_live() || !s.step.sanction.as_ref().is_some_and(replaces)
    },
);
/// A discipline decision takes effect on the fifteenth day after receipt (PP 94/2021).
pub const FIFTEENTH_DAY_REACHED: Guard = guard(
    "fifteenth_day_reached",
    "hari ke-15 setelah penyampaian keputusan sudah tiba",
    "the fifteenth day after delivery of the decision has come",
    |s| appeal_window(s).is_some_and(|window| s.today >= window.in_force_on),
);
/// D9 is over, or the PPK says why it goes by the fifteenth day alone.
pub const APPEAL_WINDOW_PASSED: Guard = like(&guards::APPEAL_WINDOW_PASSED, |s| {
    s.step.reason.is_some() || appeal_window(s).is_some_and(|window| s.today > window.last_day)
});
/// The remedy is against a discipline sanction that still stands.
pub const SANCTION_STANDS: Guard = guard(
    "sanction_stands",
    "sanksi disiplin yang diajukan upaya administratif masih ada",
    "the discipline sanction challenged still stands",
    |s| sanction::newest(Category::Discipline, s.named).is_some(),
);
/// What takes its place is a discipline sanction.
pub const NEW_SANCTION_NAMED: Guard = like(&guards::NEW_SANCTION_NAMED, |s| {
    s.named.sanction.is_some_and(|(category, _)| category == Category::Discipline)
});
/// A dismissal that no examination preceded rests on a conviction (UU 20/2023).
pub const CONVICTED: Guard =
    guard("convicted", "ada putusan pidana yang menghukum", "there is a criminal conviction", |s| {
        s.facts.case.tracks.criminal == TrackState::Convicted
    });
/// The conviction takes the place of an examination for a dismissal alone (UU 20/2023).
pub const DISMISSAL_ONLY: Guard = guard(
    "dismissal_only",
    "tanpa pemeriksaan, setelah putusan pidana hanya dapat dijatuhkan pemberhentian",
    "without an examination a conviction may be followed by a dismissal only",
    |s| sanction::dismisses(s.named),
);
/// One conviction is followed by one dismissal.
pub const NOT_DISMISSED_ALREADY: Guard = guard(
    "not_dismissed_already",
    "atas putusan pidana ini belum pernah dijatuhkan pemberhentian, dan tidak ada pemberhentian yang masih berdiri",
    "no dismissal was decided on this conviction before, and none stands",
    |s| {
        let once = |impose| {
            ground(&s.facts.case, impose, s.named) != Ground::Conviction || sanction::not_dismissed_already(s.named)
        };
        s.step.sanction.as_ref().is_some_and(once)
    },
);
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
    let stand = |impose| sanction::acts_stand(impose, s.named, ground(&s.facts.case, impose, s.named));
    s.step.sanction.as_ref().is_some_and(stand)
});
/// No act is punished in ethics and in discipline.
pub const NOT_PUNISHED_TWICE: Guard = like(&guards::NOT_PUNISHED_TWICE, |s| {
    let stands = |impose| sanction::not_punished_twice(impose, s.named, ground(&s.facts.case, impose, s.named));
    s.step.sanction.as_ref().is_some_and(stands)
});
