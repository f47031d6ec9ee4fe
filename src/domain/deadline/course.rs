//! What a step of the workflow does with the clocks of its case: which are over, which stand still, which begin. Follows
//! the table; stores nothing.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Clock, ClockMaker, ClockStatus, DeadlineCode as D, Law, Offices, STATUTORY, STATUTORY_EXTENDED, TO_REPRIMAND,
    WHILE_WINDOW_RUNS,
};
use crate::domain::action::{Action, AppealKind, Verb};
use crate::domain::case::{Case, CaseFacts, ElectionRegime, KnownReport, ReferralKind, ReportFacts, State};
use crate::domain::tracks::rules::TrackRule;
use crate::domain::tracks::{Track, TrackState, TrackStep};
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

/// Whether a clock may run in a case that stands like this. Bawaslu's window is the law's own and runs until the case closes;
/// that of a warning runs as long as the warning stands; and where the case has moved on, those of a decision follow the
/// discipline track.
fn runs_in(clock: &Clock, case: &Case) -> bool {
    let decision_at = |at: TrackState| {
        let moved_on = matches!(case.state, State::Appeal | State::Monitoring);
        case.state == State::SanctionDecided || (moved_on && case.tracks.discipline == at)
    };
    match clock.code {
        D::D2 => case.state != State::Closed,
        D::D7 if clock.variant == TO_REPRIMAND => {
            case.state != State::Closed && case.tracks.control == TrackState::Warning
        }
        D::D8 => decision_at(TrackState::Decided),
        D::D9 => decision_at(TrackState::Delivered),
        code => code == clock_of(case.state),
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
    /// Since when a discipline sanction that then stands is in force that I'DIS has not.
    pub owed_since: Option<NaiveDate>,
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
    let queued = live.filter(|clock| !clock.is_window());
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
    let maker = ClockMaker { law, offices: Offices::of_place(law, case_region), now };
    let clocks = OPENING_DEADLINES.iter().filter_map(|code| match D::parse(code)? {
        D::D2 => maker.window(report.id, regime, report.known_on),
        code => maker.start(code, "", regime, maker.today(code)),
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
    let maker = ClockMaker::of(law, step.next, now);
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

/// A step of a track that has been decided, as the clocks see it.
pub struct TrackMove<'a> {
    /// The case before.
    pub facts: &'a CaseFacts,
    /// The case after, in the same state.
    pub next: &'a Case,
    /// The rule that allowed it.
    pub rule: &'a TrackRule,
    /// What was asked.
    pub step: &'a TrackStep,
    /// Since when a discipline sanction that then stands is in force that I'DIS has not, where the step is about one.
    pub owed_since: Option<NaiveDate>,
    /// The remedy against what is delivered, where the catalogue knows one.
    pub remedy: Option<AppealKind>,
}

/// What a step of a track makes of the clocks: those of where the track stood end, and those begin that its rule names.
pub fn after_step(step: &TrackMove<'_>, law: &Law, now: DateTime<Utc>) -> Course {
    let (facts, next, rule) = (step.facts, step.next, step.rule);
    let maker = ClockMaker::of(law, &facts.case, now);
    // While a registration is owed its time runs on: a further decision in force does not put it off.
    let owed = facts.clocks.iter().any(|clock| clock.code == D::D12 && clock.settled_at.is_none());
    let fits = |clock: &Clock| runs_in(clock, next) && !(owed && clock.code == D::D12);
    let begun: Vec<Clock> = begun(&maker, step).into_iter().filter(fits).collect();
    let mut clocks = facts.clocks.clone();
    for clock in clocks.iter_mut().filter(|clock| is_of(rule.track, clock)) {
        let anew = begun.iter().any(|new| (new.code, &new.variant) == (clock.code, &clock.variant));
        let delivered = clock.code == D::D8 && rule.to == TrackState::Delivered;
        // What a decision takes the place of is not registered any more.
        let replaced = clock.code == D::D12 && rule.to == TrackState::Decided && step.owed_since.is_none();
        if anew || delivered || replaced || !runs_in(clock, next) {
            let undone = anew || replaced || matches!(rule.to, TrackState::Cancelled | TrackState::None);
            let how = if undone { ClockStatus::Cancelled } else { ClockStatus::Met };
            maker.settle(clock, how, said_of(step.step, rule.track));
            clock.law_version = law.version;
        }
    }
    clocks.extend(begun);
    course(clocks, facts.clocks.clone(), now)
}

/// The day of what a step records, where that happened elsewhere: the day it is about, or that of its letter. Control of a PPK is
/// done by recording it.
fn said_of(step: &TrackStep, track: Track) -> Option<NaiveDate> {
    let dated = step.document.as_ref().map(|document| document.dated);
    step.day.or(dated).filter(|_| track != Track::Control)
}

/// Whether steps of the track end this clock. A remedy that succeeds ends the discipline track with it.
fn is_of(track: Track, clock: &Clock) -> bool {
    match track {
        Track::Referral => clock.code == D::D5,
        Track::Discipline => matches!(clock.code, D::D8 | D::D9 | D::D12),
        Track::Appeal => matches!(clock.code, D::D8 | D::D9),
        Track::Control => clock.variant == TO_REPRIMAND,
        Track::Ethics | Track::Criminal => false,
    }
}

/// The clocks a step of a track sets going, by the deadlines its rule names.
fn begun(maker: &ClockMaker<'_>, step: &TrackMove<'_>) -> Vec<Clock> {
    let regime = step.next.election_regime;
    let today = maker.offices.day_at(step.rule.track, maker.now);
    let start = |code, variant, on| maker.start(code, variant, regime, on);
    // Bawaslu's letter is what counts; one that is dated before the referral or in the future is a slip.
    let written = || {
        let sent = step.facts.clocks.iter().filter(|clock| clock.code == D::D5).map(|clock| clock.starts_on).min();
        let dated = step.step.document.as_ref().map_or(today, |document| document.dated.min(today));
        sent.map_or(dated, |sent| dated.max(sent))
    };
    let codes = step.rule.deadlines.iter().filter_map(|code| D::parse(code));
    let started = codes.flat_map(|code| match (step.rule.to, code) {
        (TrackState::Received, D::D5) => vec![start(code, "", written())],
        (TrackState::Registered, D::D5) => {
            vec![start(code, STATUTORY, written()), start(code, STATUTORY_EXTENDED, written())]
        }
        (TrackState::Warning, D::D7) => vec![start(code, TO_REPRIMAND, today)],
        (_, D::D8) => {
            vec![start(code, "", step.step.sanction.as_ref().map_or(today, |sanction| sanction.decision.dated))]
        }
        // Where the catalogue knows no remedy, the longer of the two.
        (_, D::D9) => {
            let delivered_on = step.next.delivered_on.unwrap_or(today);
            let kinds = AppealKind::ALL.iter().filter(|kind| step.remedy.is_none_or(|remedy| remedy == **kind));
            let windows = kinds.filter_map(|kind| start(code, kind.as_str(), delivered_on));
            vec![windows.max_by_key(|clock| clock.due_at)]
        }
        // A pending remedy had put it off; where nothing is owed, nothing begins.
        (_, D::D12) => {
            let outcome = step.step.document.as_ref().filter(|_| step.rule.track == Track::Appeal);
            let put_off = |since: NaiveDate| outcome.map_or(since, |outcome| since.max(outcome.dated));
            vec![step.owed_since.and_then(|since| start(code, "", put_off(since)))]
        }
        (_, code) => vec![start(code, "", today)],
    });
    started.flatten().collect()
}

fn course(clocks: Vec<Clock>, before: Vec<Clock>, now: DateTime<Utc>) -> Course {
    let (bawaslu_until, next_due_at) = summary(clocks.iter(), now);
    let changed = clocks.into_iter().filter(|clock| !before.contains(clock)).collect();
    Course { changed, bawaslu_until, next_due_at }
}

/// What becomes of a clock that was there before. It ends for the office by whose days it was counted, and goes on for the one that
/// has the work now.
fn carry(maker: &ClockMaker<'_>, step: &Step<'_>, clock: &mut Clock) {
    let (from, to, verb) = (step.facts.case.state, step.next.state, step.action.verb());
    let asked = to == State::AwaitingReporter && from != to;
    let runs = runs_in(clock, step.next);
    if clock.code == D::D2 {
        return carry_window(maker, step, clock);
    }
    if asked && clock.code == clock_of(from) {
        return maker.pause(clock);
    }
    // Who leaves a question behind for another state, by a departure say, leaves the work of that state behind as well.
    if clock.status == ClockStatus::Paused && runs {
        // A question runs out with its day, whenever that is noticed.
        let over = step.facts.case.reply_due_on.filter(|_| verb == Verb::ExpireQuestion);
        return maker.resume(clock, over.unwrap_or_else(|| maker.today(clock.code)));
    }
    let begins_anew = step.rule.deadlines.contains(&clock.code.as_str());
    // A warning was to make the PPK act; a remedy is sought against what was delivered.
    let served = (clock.variant == TO_REPRIMAND && from == State::PpkAction && to != from)
        || (verb == Verb::FileAppeal && matches!(clock.code, D::D8 | D::D9));
    if !runs || begins_anew || served {
        let how = if begins_anew && from == to { ClockStatus::Cancelled } else { ending(verb, clock.code) };
        maker.settle(clock, how, done_on(step.action, clock.code));
    } else if maker.has_moved(clock) {
        maker.recount(clock);
    }
}

/// The day of what a step records, where that happened elsewhere: what the PPK decided, delivered or was told, what Bawaslu wrote.
/// What is done by the step itself is done when it is taken.
fn done_on(action: &Action, code: D) -> Option<NaiveDate> {
    match (action, code) {
        (Action::ReturnReferral(returned), D::D5) => Some(returned.letter.dated),
        (
            Action::RecordBreach(breach)
            | Action::RecordBreachForReview(breach)
            | Action::RecordBreachAsSufficient(breach),
            D::D5,
        ) => Some(breach.letter.dated),
        (Action::RecordNoBreach(no_breach), D::D5) => Some(no_breach.letter.dated),
        (Action::ImposeSanction(impose), D::D7) => Some(impose.decision.dated),
        (Action::ReportUnproven(unproven), D::D7) => Some(unproven.examination_record.dated),
        (Action::Contest(contest), D::D7) => Some(contest.letter.dated),
        (Action::TakeEffect(effect), D::D8) => Some(effect.delivered_on),
        // Who challenges a decision has it.
        (Action::FileAppeal(appeal), D::D8) => Some(appeal.delivered_on.unwrap_or(appeal.filed_on)),
        (Action::FileAppeal(appeal), D::D12) => Some(appeal.filed_on),
        (Action::DecideAppeal(decide), D::D10) => Some(decide.decision.dated),
        (Action::CancelOnAppeal(cancel), D::D10) => Some(cancel.decision.dated),
        (Action::RecordDeparture(departure), _) => Some(departure.departed_on),
        _ => None,
    }
}

/// Bawaslu's window ends when the report is there in time as one of a named reporter, when the case ends, or when another
/// election law turns out to apply.
fn carry_window(maker: &ClockMaker<'_>, step: &Step<'_>, clock: &mut Clock) {
    if clock.regime != step.next.election_regime || !runs_in(clock, step.next) {
        maker.settle(clock, ClockStatus::Cancelled, None);
    } else if is_formal(step.action) {
        maker.settle(clock, ClockStatus::Met, None);
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
        new.extend(started_one(maker, step, code, kept).filter(|clock| runs_in(clock, next)));
    }
    let reopened = before.state == State::Closed && next.state != State::Closed;
    let other_law = before.election_regime != next.election_regime && next.state != State::Closed;
    if reopened || other_law {
        // Reports that were merged are read with the case's own: what was split off and merged again shares them.
        let merged = |facts: &ReportFacts| {
            facts.known_of_merged.iter().filter(|report| !facts.known.contains(report)).copied().collect::<Vec<_>>()
        };
        let reports = step.facts.reports.iter().flat_map(|facts| [facts.known.clone(), merged(facts)]).flatten();
        for report in reports {
            let Some(mut window) = maker.window(report.id, next.election_regime, report.known_on) else { continue };
            carry_window(maker, step, &mut window);
            new.push(window);
        }
    }
    new
}

fn started_one(maker: &ClockMaker<'_>, step: &Step<'_>, code: D, kept: &[Clock]) -> Option<Clock> {
    let regime = step.next.election_regime;
    let today = maker.today(code);
    let (variant, on): (&str, NaiveDate) = match step.action {
        Action::Ask(ask) => {
            let running = |clock: &Clock| clock.code == D::D2 && clock.settled_at.is_none();
            let variant = if kept.iter().any(running) { WHILE_WINDOW_RUNS } else { "" };
            let clock = maker.start(code, variant, regime, today);
            let mut clock = clock.or_else(|| maker.start(code, "", regime, today))?;
            maker.end_on(&mut clock, ask.answer_by);
            return Some(clock);
        }
        // I'DIS is the register of discipline, and may have all that stands. A pending remedy had put it off.
        Action::DecideAppeal(decide) if code == D::D12 => ("", step.owed_since?.max(decide.decision.dated)),
        Action::CancelOnAppeal(cancel) if code == D::D12 => ("", step.owed_since?.max(cancel.decision.dated)),
        _ if code == D::D12 => ("", step.owed_since?),
        Action::ImposeSanction(impose) => ("", impose.decision.dated),
        Action::FileAppeal(appeal) => (appeal.kind.as_str(), appeal.filed_on),
        _ => ("", today),
    };
    let mut clock = maker.start(code, variant, regime, on)?;
    if code == D::D11 {
        // The step itself tells the reporter: by mail, and on the page of the report.
        maker.settle(&mut clock, ClockStatus::Met, None);
    }
    Some(clock)
}
