//! What is unusual about the days of a summons (PP 94/2021). Stops nothing: what was written to the subject is a fact.

use chrono::NaiveDate;

use super::{Track, TrackState, TrackStep};
use crate::domain::case::Case;
use crate::domain::deadline::{DeadlineCode, Law, SECOND_SUMMONS, SUMMONS};
use crate::domain::warning::Warning;

/// What the officer is warned of who records a summons in this case. `missed` is the day of the summons before it. Without a rule
/// for it no day is too late.
pub fn warnings(step: &TrackStep, missed: Option<NaiveDate>, law: &Law, case: &Case) -> Vec<Warning> {
    let (Some(letter), Some(day)) = (&step.document, step.day) else { return Vec::new() };
    let offices = law.offices(case);
    let follows = |variant, from: NaiveDate, to: NaiveDate| {
        let rule = law.rule(DeadlineCode::D7, variant, case.election_regime, from);
        let last = rule
            .map(|rule| law.calendar.after(from, rule.length, rule.counting, offices.region(Track::Discipline)).day);
        from <= to && last.is_none_or(|last| to <= last)
    };
    let unusual = (!follows(SUMMONS, letter.dated, day)).then_some(Warning::SummonsDayUnusual);
    let again = missed.filter(|_| step.to == TrackState::SummonedAgain);
    let late = again.filter(|missed| !follows(SECOND_SUMMONS, *missed, letter.dated));
    unusual.into_iter().chain(late.map(|_| Warning::SecondSummonsUnusual)).collect()
}
