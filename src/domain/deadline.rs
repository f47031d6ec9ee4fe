//! Deadlines as clocks on a case: which there are, by what rule each is counted, how one is started, paused, met and
//! passed. Decides nothing about the case and reads no clock of its own; `course` says which step of the workflow does what.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::action::AppealKind;
use crate::domain::calendar::{Calendar, Confirmation, Counting, Reached};
use crate::domain::case::{Case, ElectionRegime, State};
use crate::domain::ids::Language;
use crate::domain::notice::Audience;
use crate::text_enum;

pub mod course;
pub mod office;
pub mod window;

pub use self::office::{Office, Offices};

text_enum! {
    /// The clocks. D13 is none: it follows from the day of closing and a policy, and has no row to keep in step with them.
    DeadlineCode {
        D1 = "D1", "Verifikasi laporan", "Triage";
        D2 = "D2", "Batas waktu laporan ke Bawaslu", "Bawaslu window";
        D3 = "D3", "Kelengkapan dari pelapor", "Completion by the reporter";
        D4 = "D4", "Pemeriksaan inspektorat", "Inspectorate review";
        D5 = "D5", "Kajian Bawaslu", "Bawaslu study";
        D6 = "D6", "Penyusunan rekomendasi", "Recommendation";
        D7 = "D7", "Tindak lanjut PPK", "PPK follow-up";
        D8 = "D8", "Penyampaian keputusan sanksi", "Delivery of the decision";
        D9 = "D9", "Pengajuan upaya administratif", "Filing an appeal";
        D10 = "D10", "Putusan upaya administratif", "Decision on an appeal";
        D11 = "D11", "Pemberitahuan hasil kepada pelapor", "Outcome notice to the reporter";
        D12 = "D12", "Pendaftaran sanksi di I'DIS", "Registration of the sanction in I'DIS";
        D13 = "D13", "Masa simpan", "Retention";
    }
}

text_enum! {
    /// Where a clock stands.
    ClockStatus {
        Running = "running", "Berjalan", "Running";
        Paused = "paused", "Dijeda", "Paused";
        Met = "met", "Dipenuhi", "Met";
        Passed = "passed", "Lewat", "Passed";
        Cancelled = "cancelled", "Gugur", "Cancelled";
    }
}

impl DeadlineCode {
    /// Who works against this clock while the case is in that state, and whoever answers for them.
    pub const fn reminded(self, state: State, late: bool) -> &'static [Audience] {
        match self {
            Self::D2 if matches!(state, State::InspectorateReview) => &[Audience::Owner, Audience::ReviewLeads],
            Self::D1 | Self::D2 => &[Audience::Owner, Audience::TriagePool],
            Self::D4 if late => &[Audience::Owner, Audience::ReviewLeads, Audience::BknAuditors],
            Self::D4 => &[Audience::Owner, Audience::ReviewLeads],
            Self::D5 => &[Audience::Owner, Audience::ReviewLeads, Audience::BawasluDesk],
            Self::D6 if late => &[Audience::BknAuditors, Audience::TaskForce],
            Self::D6 => &[Audience::BknAuditors],
            Self::D7 | Self::D8 | Self::D9 | Self::D10 | Self::D12 => &[Audience::Ppk],
            Self::D3 | Self::D11 | Self::D13 => &[],
        }
    }

    /// Who watches over those who work against it, and is told once it is over.
    pub const fn watched(self) -> &'static [Audience] {
        match self {
            Self::D7 => &[Audience::BknAuditors, Audience::TaskForce],
            _ => &[],
        }
    }
}

/// The rules the program ships, as CSV.
pub const RULES_FILE: &str = include_str!("../../data/deadline_rules.csv");

/// The variant of D5 that UU 7/2017 art. 454(7) and UU 10/2016 art. 134 set Bawaslu itself: shown, and nobody here is held to it.
pub const STATUTORY: &str = "statutory";
/// The same where Bawaslu needs more information (UU 7/2017 art. 454(8)): total length.
pub const STATUTORY_EXTENDED: &str = "statutory_extended";
/// The variant of D7 between a warning of the PPK and its reprimand.
pub const TO_REPRIMAND: &str = "reprimand";
/// The variant of D7 from a summons to the examination: no clock, what is recorded outside it is warned of.
pub const SUMMONS: &str = "summons";
/// The same from an examination that was missed to the second summons.
pub const SECOND_SUMMONS: &str = "second_summons";
/// The variant of D11 from the closing to a reporter's request for a review: no clock, a later one is refused.
pub const REVIEW_ASKED: &str = "review_asked";
/// The same from that request to its answer.
pub const REVIEW_ANSWERED: &str = "review_answered";
/// The variant of D3 while Bawaslu's window runs.
pub const WHILE_WINDOW_RUNS: &str = "bawaslu_window";

/// The variants that are no clocks: only times within which something is usual or has to be asked or answered.
const NO_CLOCKS: [&str; 4] = [SUMMONS, SECOND_SUMMONS, REVIEW_ASKED, REVIEW_ANSWERED];

/// Whether a rule sets no clock of a case going: what is recorded outside its time is warned of or refused, and nobody is reminded.
pub fn is_no_clock(variant: &str) -> bool {
    NO_CLOCKS.contains(&variant)
}

/// What the law sets Bawaslu itself: shown, and nobody here is reminded of it.
pub fn is_statutory(code: DeadlineCode, variant: &str) -> bool {
    code == DeadlineCode::D5 && !variant.is_empty()
}

/// One line of the rules of deadlines.
#[derive(Clone, Debug)]
pub struct DeadlineRule {
    /// The clock.
    pub code: DeadlineCode,
    /// Tells several clocks of one code apart; empty for the usual one.
    pub variant: String,
    /// The election law it is for; `None` for any.
    pub regime: Option<ElectionRegime>,
    /// First day it holds.
    pub valid_from: NaiveDate,
    /// First day it no longer holds.
    pub valid_to: Option<NaiveDate>,
    /// Name in Indonesian.
    pub title_id: String,
    /// Name in English.
    pub title_en: String,
    /// How many days.
    pub length: u32,
    /// How they are counted.
    pub counting: Counting,
    /// It stands still while the reporter is asked.
    pub pausable: bool,
    /// The provision it rests on.
    pub basis: Option<String>,
    /// How far it can be trusted.
    pub confirmation: Confirmation,
}

impl DeadlineRule {
    /// Its name.
    pub fn title(&self, language: Language) -> &str {
        match language {
            Language::Indonesian => &self.title_id,
            Language::English => &self.title_en,
        }
    }
}

/// The law that is data, as a decision needs it: one consistent reading.
#[derive(Clone, Debug, Default)]
pub struct Law {
    /// Counts every change.
    pub version: i64,
    /// Days off and time zones.
    pub calendar: Calendar,
    /// The rules of deadlines.
    pub rules: Vec<DeadlineRule>,
    /// The regions that agencies sit in; those that are missing are bodies of the whole country.
    pub seats: HashMap<Uuid, String>,
}

impl Law {
    /// The rule for a clock started on `day`: the one for this election law goes before the one for any. Where none holds yet on that
    /// day, the first that came after it counts, so that a day far back leaves no deadline out; `None` only where there is none to
    /// come either, as for Bawaslu's window outside an election.
    pub fn rule(
        &self,
        code: DeadlineCode,
        variant: &str,
        regime: ElectionRegime,
        day: NaiveDate,
    ) -> Option<&DeadlineRule> {
        let of = |wanted: Option<ElectionRegime>| {
            let named = move |rule: &&DeadlineRule| rule.code == code && rule.variant == variant;
            self.rules.iter().filter(named).filter(move |rule| rule.regime == wanted)
        };
        let holds = |rule: &&DeadlineRule| rule.valid_from <= day && rule.valid_to.is_none_or(|end| day < end);
        let first_after = |wanted| of(wanted).filter(|rule| rule.valid_from > day).min_by_key(|rule| rule.valid_from);
        let holding = of(Some(regime)).find(holds).or_else(|| of(None).find(holds));
        holding.or_else(|| first_after(Some(regime))).or_else(|| first_after(None))
    }

    /// The rules that hold on this day, in the order of their codes.
    pub fn rules_on(&self, day: NaiveDate) -> Vec<&DeadlineRule> {
        let holds = |rule: &&DeadlineRule| rule.valid_from <= day && rule.valid_to.is_none_or(|end| day < end);
        let mut rules: Vec<&DeadlineRule> = self.rules.iter().filter(holds).collect();
        rules.sort_by(|a, b| (a.code, &a.variant, a.regime).cmp(&(b.code, &b.variant, b.regime)));
        rules
    }
}

/// What follows from the day a decision reached its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppealWindow {
    /// Last day to file (PP 79/2021).
    pub last_day: NaiveDate,
    /// First day on which a discipline decision may take effect (PP 94/2021).
    pub in_force_on: NaiveDate,
    /// Counted through a year without an official calendar.
    pub provisional: bool,
}

/// The time for an appeal against a decision of the case delivered on this day (D9). Without a kind, the later end of both
/// remedies. `None` when no rule holds on that day.
pub fn appeal_window(
    law: &Law,
    case: &Case,
    delivered_on: NaiveDate,
    kind: Option<AppealKind>,
) -> Option<AppealWindow> {
    let (region, regime) = (law.offices(case).region(DeadlineCode::D9), case.election_regime);
    let kinds = kind.map_or(AppealKind::ALL.to_vec(), |kind| vec![kind]);
    let ends = kinds.into_iter().map(|kind| {
        let rule = law.rule(DeadlineCode::D9, kind.as_str(), regime, delivered_on)?;
        Some(law.calendar.after(delivered_on, rule.length, rule.counting, region))
    });
    let ends: Option<Vec<Reached>> = ends.collect();
    let last = ends?.into_iter().max_by_key(|end| end.day)?;
    let rule = law.rule(DeadlineCode::D9, "in_force", regime, delivered_on)?;
    let in_force = law.calendar.after(delivered_on, rule.length, rule.counting, region);
    Some(AppealWindow {
        last_day: last.day,
        in_force_on: in_force.day,
        provisional: last.provisional || in_force.provisional,
    })
}

/// A clock of a case, as its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// Key; `None` until it is stored.
    pub id: Option<i64>,
    /// The report, for D2.
    pub report_id: Option<Uuid>,
    /// Which clock.
    pub code: DeadlineCode,
    /// Which of several of one code.
    pub variant: String,
    /// The election law its rule was chosen for.
    pub regime: ElectionRegime,
    /// Day 0.
    pub starts_on: NaiveDate,
    /// Day 0 of what is still counted: later than `starts_on` after a pause.
    pub counted_from: NaiveDate,
    /// Days counted from there.
    pub count: u32,
    /// Last second of its last day; `None` while paused.
    pub due_at: Option<DateTime<Utc>>,
    /// Days left, while paused.
    pub remaining: Option<u32>,
    /// Where it stands.
    pub status: ClockStatus,
    /// Counted through a year without an official calendar.
    pub provisional: bool,
    /// When it no longer mattered.
    pub settled_at: Option<DateTime<Utc>>,
    /// Day of the next reminder.
    pub next_reminder_on: Option<NaiveDate>,
    /// The law it was counted by.
    pub law_version: i64,
    /// The region where the office sat that had the work, by whose days it was counted.
    pub region_code: String,
}

impl Clock {
    /// A time within which something may be done; when it is over, nobody is late.
    pub fn is_window(&self) -> bool {
        matches!(self.code, DeadlineCode::D2 | DeadlineCode::D9) || self.is_statutory()
    }

    /// Bawaslu's own time by law.
    fn is_statutory(&self) -> bool {
        is_statutory(self.code, &self.variant)
    }

    /// Officers are reminded of it. The day of a question is its timer's, the reporter's notice is automatic, and what the
    /// law sets Bawaslu is no time of ours.
    fn is_reminded(&self) -> bool {
        !matches!(self.code, DeadlineCode::D3 | DeadlineCode::D11) && !self.is_statutory()
    }

    /// Which office has the work.
    fn office(&self) -> Office {
        Office::of(self.code, &self.variant)
    }

    /// Whether its end went by before this moment.
    pub fn is_past(&self, now: DateTime<Utc>) -> bool {
        self.due_at.is_some_and(|due| due < now)
    }
}

/// Sets the clocks of a case, each where the office sits that has the work, by one reading of the law, at one moment.
#[derive(Clone, Copy, Debug)]
pub struct ClockMaker<'a> {
    /// The law.
    pub law: &'a Law,
    /// Where the offices of the case sit.
    pub offices: Offices<'a>,
    /// The moment.
    pub now: DateTime<Utc>,
}

impl<'a> ClockMaker<'a> {
    /// Sets the clocks of this case.
    pub fn of(law: &'a Law, case: &'a Case, now: DateTime<Utc>) -> Self {
        Self { law, offices: law.offices(case), now }
    }
}

impl ClockMaker<'_> {
    /// The day it is for the office that has the work.
    pub fn today(&self, of: impl Into<Office>) -> NaiveDate {
        self.offices.day_at(of, self.now)
    }

    /// Where a clock ends by this counting.
    fn reached(&self, clock: &Clock, counting: Counting) -> Reached {
        self.law.calendar.after(clock.counted_from, clock.count, counting, &clock.region_code)
    }

    /// Whether the work of a clock has gone to an office elsewhere since it was counted.
    pub fn has_moved(&self, clock: &Clock) -> bool {
        clock.region_code != self.offices.region(clock.office())
    }

    fn rule_of(&self, clock: &Clock) -> Option<&DeadlineRule> {
        self.law.rule(clock.code, &clock.variant, clock.regime, clock.starts_on)
    }

    /// A clock set going on this day; `None` where no rule holds. One whose end has gone by is passed from the start.
    pub fn start(&self, code: DeadlineCode, variant: &str, regime: ElectionRegime, on: NaiveDate) -> Option<Clock> {
        let rule = self.law.rule(code, variant, regime, on)?;
        let mut clock = Clock {
            id: None,
            report_id: None,
            code,
            variant: variant.to_owned(),
            regime,
            starts_on: on,
            counted_from: on,
            count: rule.length,
            due_at: None,
            remaining: None,
            status: ClockStatus::Running,
            provisional: false,
            settled_at: None,
            next_reminder_on: None,
            law_version: self.law.version,
            region_code: self.offices.region(Office::of(code, variant)).to_owned(),
        };
        self.count(&mut clock, rule.counting);
        self.pass(&mut clock);
        Some(clock)
    }

    /// Bawaslu's window of a report whose reporter knew on this day.
    pub fn window(&self, report_id: Uuid, regime: ElectionRegime, known_on: NaiveDate) -> Option<Clock> {
        let clock = self.start(DeadlineCode::D2, "", regime, known_on)?;
        Some(Clock { report_id: Some(report_id), ..clock })
    }

    fn count(&self, clock: &mut Clock, counting: Counting) {
        self.offices.region(clock.office()).clone_into(&mut clock.region_code);
        let Reached { day, provisional } = self.reached(clock, counting);
        clock.due_at = Some(self.law.calendar.end_of(day, &clock.region_code));
        clock.provisional = provisional;
        clock.next_reminder_on = self.reminder(clock, self.today(clock.office()));
    }

    /// Ends a clock on a day that an officer set, whatever its rule counts.
    pub fn end_on(&self, clock: &mut Clock, day: NaiveDate) {
        clock.due_at = Some(self.law.calendar.end_of(day, &clock.region_code));
        clock.provisional = false;
    }

    /// Whether an officer set its end later than its rule would.
    pub fn outlasts_its_rule(&self, clock: &Clock) -> bool {
        let end =
            |rule: &DeadlineRule| self.law.calendar.end_of(self.reached(clock, rule.counting).day, &clock.region_code);
        self.rule_of(clock).is_some_and(|rule| clock.due_at.is_some_and(|due| due > end(rule)))
    }

    /// Stands still with the days left, if its rule lets it and it has not passed.
    pub fn pause(&self, clock: &mut Clock) {
        let Some(rule) = self.rule_of(clock).filter(|rule| rule.pausable) else { return };
        let Some(due) = clock.due_at.filter(|due| clock.status == ClockStatus::Running && *due >= self.now) else {
            return;
        };
        let (calendar, region) = (&self.law.calendar, &clock.region_code);
        let (today, last) = (calendar.day_at(region, self.now), calendar.day_at(region, due));
        clock.remaining = Some(calendar.left(today, last, rule.counting, region));
        (clock.status, clock.due_at, clock.next_reminder_on) = (ClockStatus::Paused, None, None);
    }

    /// Goes on with the days that were left, from this day on.
    pub fn resume(&self, clock: &mut Clock, from: NaiveDate) {
        let (Some(remaining), Some(rule)) = (clock.remaining, self.rule_of(clock)) else { return };
        (clock.counted_from, clock.count, clock.remaining) = (from, remaining, None);
        (clock.status, clock.law_version) = (ClockStatus::Running, self.law.version);
        self.count(clock, rule.counting);
    }

    /// Ends a clock because what it was for is done, or no longer to be done, since this day, or today where no earlier day is told.
    /// Whether that was late goes by the day and not by when it is recorded, nor by whether somebody had noticed the end. A window
    /// closes for itself.
    pub fn settle(&self, clock: &mut Clock, how: ClockStatus, on: Option<NaiveDate>) {
        let day_at = |at| self.law.calendar.day_at(&clock.region_code, at);
        let on = on.map_or(day_at(self.now), |on| on.min(day_at(self.now)));
        let over = |due| if clock.is_window() { due < self.now } else { day_at(due) < on };
        clock.status = if clock.due_at.is_some_and(over) { ClockStatus::Passed } else { how };
        (clock.remaining, clock.next_reminder_on, clock.settled_at) = (None, None, Some(self.now));
    }

    /// Marks a running clock whose end has gone by; true when it was one. A window that closed is over with its end,
    /// whenever that is noticed; work that is late is still awaited.
    pub fn pass(&self, clock: &mut Clock) -> bool {
        if clock.status != ClockStatus::Running || !clock.is_past(self.now) {
            return false;
        }
        clock.status = ClockStatus::Passed;
        if clock.is_window() {
            (clock.settled_at, clock.next_reminder_on) = (clock.due_at, None);
        }
        true
    }

    /// Counts a clock again by the law as it is now; true when its end moved. What is paused keeps the days it has left,
    /// and a day that an officer set stays.
    pub fn recount(&self, clock: &mut Clock) -> bool {
        clock.law_version = self.law.version;
        let counted = clock.code != DeadlineCode::D3 && clock.settled_at.is_none() && clock.due_at.is_some();
        let Some(rule) = self.rule_of(clock).filter(|_| counted) else { return false };
        let (before, reminder) = (clock.due_at, clock.next_reminder_on);
        if clock.counted_from == clock.starts_on {
            clock.count = rule.length;
        }
        self.count(clock, rule.counting);
        if clock.due_at == before {
            // A reminder that is due today is still to be sent.
            clock.next_reminder_on = reminder;
            return false;
        }
        if !clock.is_past(self.now) {
            clock.status = ClockStatus::Running;
        }
        true
    }

    /// The first day after `after` on which officers are reminded: two days before the end, on its day, then every three
    /// working days. A window that has closed reminds nobody.
    pub fn reminder(&self, clock: &Clock, after: NaiveDate) -> Option<NaiveDate> {
        let due = clock.due_at.filter(|_| clock.is_reminded())?;
        let last = self.law.calendar.day_at(&clock.region_code, due);
        let ahead = last.checked_sub_days(Days::new(2)).filter(|_| clock.code != DeadlineCode::D9);
        // Those who watch over the PPK hear of it on the first day it is late.
        let behind = last.succ_opt().filter(|_| clock.code == DeadlineCode::D7);
        if let Some(day) = ahead.into_iter().chain([last]).chain(behind).find(|day| *day > after) {
            return Some(day);
        }
        if clock.is_window() {
            return None;
        }
        let mut day = last;
        while day <= after {
            day = self.law.calendar.after(day, LATE_REMINDED_EVERY, WORKING_DAYS, &clock.region_code).day;
        }
        Some(day)
    }
}

/// Working days between reminders of what is late.
const LATE_REMINDED_EVERY: u32 = 3;
/// Plain working days: collective leave is none.
pub const WORKING_DAYS: Counting =
    Counting { unit: crate::domain::calendar::Unit::WorkingDay, roll_forward: false, collective_leave_counts: false };
