//! Bawaslu's window (D2): its last day, and what reporters and officers are told of it. Decides nothing about the case.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{DeadlineCode, Law, Offices};
use crate::domain::calendar::Reached;
use crate::domain::case::{Case, ElectionRegime, ReferralKind, State};
use crate::domain::warning::Warning;

impl Law {
    /// Last day of Bawaslu's window (D2) for a breach known since this day; `None` outside an election.
    pub fn bawaslu_window(&self, offices: Offices<'_>, regime: ElectionRegime, known_on: NaiveDate) -> Option<Reached> {
        let rule = self.rule(DeadlineCode::D2, "", regime, known_on)?;
        Some(self.calendar.after(known_on, rule.length, rule.counting, offices.region(DeadlineCode::D2)))
    }
}

/// Bawaslu's window as the reporter is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BawasluWindow {
    /// Last day on which it can go to Bawaslu as a formal report (UU 7/2017 art. 454(6); UU 10/2016 art. 134).
    pub last_day: NaiveDate,
    /// That day was over when the report arrived: it can go there as preliminary information only.
    pub passed: bool,
    /// Counted through a year without an official calendar: the day may move.
    pub provisional: bool,
}

/// What officers are to be warned of while a case may still go to Bawaslu: that its window (D2) closes within two days, or
/// has closed. A window that a formal report met in time is neither.
pub fn warning(case: &Case, now: DateTime<Utc>) -> Option<Warning> {
    let before =
        matches!(case.state, State::Submitted | State::Triage | State::AwaitingReporter | State::InspectorateReview);
    let formal = case.referral_kind == Some(ReferralKind::FormalReport);
    if !before || formal || case.election_regime == ElectionRegime::None {
        return None;
    }
    match case.bawaslu_until.filter(|until| now <= *until) {
        None => Some(Warning::BawasluWindowPassed),
        // The end is the last second of a day: two days before it, three days are not yet over.
        Some(until) if until - now < Duration::days(3) => Some(Warning::BawasluWindowNear),
        Some(_) => None,
    }
}
