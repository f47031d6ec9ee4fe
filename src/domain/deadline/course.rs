//! What a step of the workflow does with the clocks of its case: which are over, which stand still, which begin. Follows
//! the table; stores nothing.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Clock, ClockMaker, ClockStatus, DeadlineCode as D, Law, WHILE_WINDOW_RUNS};
use crate::domain::action::{Action, AppealKind, Verb};
use crate::domain::case::{Case, CaseFacts, ElectionRegime, KnownReport, ReferralKind, State};
use crate::domain::workflow::{OPENING_DEADLINES, Rule};

/// The clock that belongs to a state: entering it starts that clock, leaving it ends it.
const fn clock_of(state: State) -> D {
    match state {
        State::Submitted | State::Triage => D::D1,
        State::AwaitingReporter => D::D3,
        State::InspectorateReview => D::D4,
        State::BawasluReferral => D::D5,
        State::Recommendation => D::D6,
        State::PpkAction => D::D7,
        State::SanctionDecided => D::D8,
        State::Appeal => D::D10,
        State::Monitoring => D::D12,
        State::Closed => D::D11,
    }
}

/// Whether a clock may still run in a state. Bawaslu's window is the law's own and runs until the case closes.
const fn runs_in(code: D, state: State) -> bool {
    match code {
        D::D2 => !matches!(state, State::Closed),
        D::D9 => matches!(state, State::SanctionDecided),
        _ => code as u8 == clock_of(state) as u8,
    }
}

/// How a clock ends that the step leaves behind: these steps do not do what it was for.
const fn ending(verb: Verb, code: D) -> ClockStatus {
    match (verb, code) {
        (
            Verb::Merge
            | Verb::Withdraw
            | Verb::RecordDeparture
            | Verb::ReassignAgency
            | Verb::Recall
            | Verb::RequestMoreWork
            | Verb::ExpireQuestion,
            _,
        )
        | (Verb::FileAppeal, D::D12) => ClockStatus::Cancelled,
        _ => ClockStatus::Met,
    }
}

/// A step that has been decided, as the clocks see it.
pub struct Step<'a> {
    /// The case before.
    pub facts: &'a CaseFacts,
    /// The case after.
    pub next: &'a Case,
    /// The rule that allowed it.
    pub rule: &'a Rule,
    /// What was asked.
    pub action: &'a Action,
}

/// What the clocks of a case become, those that changed and those that did not.
#[derive(Debug, Default)]
pub struct Course {
    /// To be stored: new ones and those that changed.
    pub changed: Vec<Clock>,
    /// End of the latest Bawaslu window still running.
    pub bawaslu_until: Option<DateTime<Utc>>,
    /// First end among the clocks of those who work on the case.
    pub next_due_at: Option<DateTime<Utc>>,
}

/// What a list of cases is told of its clocks: [`Course::bawaslu_until`] and [`Course::next_due_at`].
pub fn summary<'a>(
    clocks: impl Iterator<Item = &'a Clock> + Clone,
    now: DateTime<Utc>,
) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let live = clocks.filter(|clock| clock.settled_at.is_none());
    let windows = live.clone().filter(|clock| clock.code == D::D2 && !clock.is_past(now));
    let queued = live.filter(|clock| !clock.code.is_window());
    (windows.filter_map(|clock| clock.due_at).max(), queued.filter_map(|clock| clock.due_at).min())
}

/// The clocks of a new case (T01).
pub fn opening(
    law: &Law,
    case_region: &str,
    regime: ElectionRegime,
    report: KnownReport,
    now: DateTime<Utc>,
) -> Course {
    let maker = ClockMaker { law, region: case_region, now };
    let clocks = OPENING_DEADLINES.iter().filter_map(|code| match D::parse(code)? {
        D::D2 => maker.window(report.id, regime, report.known_on),
        code => maker.start(code, "", regime, maker.today()),
    });
    course(clocks.collect(), Vec::new(), now)
}

/// The clocks of a case split off this one: the same work on the same reports, as far as its time has run. Windows of
/// reports merged into this one stay here.
pub fn split_off(facts: &CaseFacts, now: DateTime<Utc>) -> Course {
    let known = |id| facts.reports.iter().flat_map(|reports| &reports.known).any(|report| report.id == id);
    let shared = facts.clocks.iter().filter(|clock| clock.report_id.is_none_or(known));
    course(shared.map(|clock| Clock { id: None, ..clock.clone() }).collect(), Vec::new(), now)
}

/// What a step makes of the clocks.
pub fn after(step: &Step<'_>, law: &Law, now: DateTime<Utc>) -> Course {
    let maker = ClockMaker { law, region: &step.facts.case.region_code, now };
    let mut clocks: Vec<Clock> = step.facts.clocks.clone();
    for clock in &mut clocks {
        let before = clock.clone();
        carry(&maker, step, clock);
        // A row written anew says by which law it stands; one that did not change is left alone.
        if *clock == before {
            continue;
        }
        clock.law_version = law.version;
    }
    let started = started(&maker, step, &clocks);
    clocks.extend(started);
    course(clocks, step.facts.clocks.clone(), now)
}

/// What the delivery of a decision makes of the clocks, where a track tells of it before the case moves on: it was to be
/// delivered in time (D8), and the time for a remedy begins (D9), by the longer of the two remedies.
pub fn delivered(facts: &CaseFacts, delivered_on: NaiveDate, law: &Law, now: DateTime<Utc>) -> Course {
    let case = &facts.case;
    let maker = ClockMaker { law, region: &case.region_code, now };
    let mut clocks = facts.clocks.clone();
    if case.state == State::SanctionDecided {
        for clock in clocks.iter_mut().filter(|clock| clock.code == D::D8) {
            maker.settle(clock, ClockStatus::Met);
            clock.law_version = law.version;
        }
        let windows = AppealKind::ALL.iter();
        let windows = windows.filter_map(|kind| maker.start(D::D9, kind.as_str(), case.election_regime, delivered_on));
        clocks.extend(windows.max_by_key(|clock| clock.due_at));
    }
    course(clocks, facts.clocks.clone(), now)
}

fn course(clocks: Vec<Clock>, before: Vec<Clock>, now: DateTime<Utc>) -> Course {
    let (bawaslu_until, next_due_at) = summary(clocks.iter(), now);
    let changed = clocks.into_iter().filter(|clock| !before.contains(clock)).collect();
    Course { changed, bawaslu_until, next_due_at }
}

/// What becomes of a clock that was there before.
fn carry(maker: &ClockMaker<'_>, step: &Step<'_>, clock: &mut Clock) {
    let (from, to, verb) = (step.facts.case.state, step.next.state, step.action.verb());
    let asked = to == State::AwaitingReporter && from != to;
    let answered = from == State::AwaitingReporter && to != State::Closed && clock.code != D::D3;
    if clock.code == D::D2 {
        return carry_window(maker, step, clock);
    }
    if asked && clock.code == clock_of(from) {
        return maker.pause(clock);
    }
    if answered && clock.status == ClockStatus::Paused {
        // A question runs out with its day, whenever that is noticed.
        let over = step.facts.case.reply_due_on.filter(|_| verb == Verb::ExpireQuestion);
        return maker.resume(clock, over.unwrap_or_else(|| maker.today()));
    }
    let begins_anew = step.rule.deadlines.contains(&clock.code.as_str());
    if !runs_in(clock.code, to) || begins_anew {
        maker.settle(clock, if begins_anew && from == to { ClockStatus::Cancelled } else { ending(verb, clock.code) });
    }
}

/// Bawaslu's window ends when the report is there in time as one of a named reporter, when the case ends, or when another
/// election law turns out to apply.
fn carry_window(maker: &ClockMaker<'_>, step: &Step<'_>, clock: &mut Clock) {
    if clock.regime != step.next.election_regime || !runs_in(D::D2, step.next.state) {
        maker.settle(clock, ClockStatus::Cancelled);
    } else if is_formal(step.action) {
        maker.settle(clock, ClockStatus::Met);
    }
}

/// Whether the step takes a report of a named reporter to Bawaslu.
const fn is_formal(action: &Action) -> bool {
    match action {
        Action::ReferDirectly(refer) => matches!(refer.referral_kind, ReferralKind::FormalReport),
        Action::Refer(refer) => matches!(refer.referral_kind, ReferralKind::FormalReport),
        _ => false,
    }
}

/// The clocks a step sets going.
fn started(maker: &ClockMaker<'_>, step: &Step<'_>, kept: &[Clock]) -> Vec<Clock> {
    let (before, next) = (&step.facts.case, step.next);
    let mut new: Vec<Clock> = Vec::new();
    for code in step.rule.deadlines.iter().filter_map(|code| D::parse(code)) {
        // A closing that an open track turned into monitoring closes nothing yet.
        if runs_in(code, next.state) {
            new.extend(started_one(maker, step, code, kept));
        }
    }
    let reopened = before.state == State::Closed && next.state != State::Closed;
    let other_law = before.election_regime != next.election_regime && next.state != State::Closed;
    if reopened || other_law {
        for report in step.facts.reports.iter().flat_map(|reports| &reports.known) {
            let Some(mut window) = maker.window(report.id, next.election_regime, report.known_on) else { continue };
            carry_window(maker, step, &mut window);
            new.push(window);
        }
    }
    new
}

fn started_one(maker: &ClockMaker<'_>, step: &Step<'_>, code: D, kept: &[Clock]) -> Option<Clock> {
    let regime = step.next.election_regime;
    let today = maker.today();
    let (variant, on): (&str, NaiveDate) = match step.action {
        Action::Ask(ask) => {
            let running = |clock: &Clock| clock.code == D::D2 && clock.settled_at.is_none();
            let variant = if kept.iter().any(running) { WHILE_WINDOW_RUNS } else { "" };
            let clock = maker.start(code, variant, regime, today);
            let mut clock = clock.or_else(|| maker.start(code, "", regime, today))?;
            maker.end_on(&mut clock, ask.answer_by);
            return Some(clock);
        }
        Action::ImposeSanction(impose) => ("", impose.decision.dated),
        Action::FileAppeal(appeal) => (appeal.kind.as_str(), appeal.filed_on),
        _ => ("", today),
    };
    let mut clock = maker.start(code, variant, regime, on)?;
    if code == D::D11 {
        // The step itself tells the reporter: by mail, and on the page of the report.
        maker.settle(&mut clock, ClockStatus::Met);
    }
    Some(clock)
}
