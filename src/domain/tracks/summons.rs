//! What is unusual about the days of a summons (PP 94/2021). Stops nothing: what was written to the subject is a fact.

use chrono::NaiveDate;

use super::{TrackState, TrackStep};
use crate::domain::deadline::{Law, WORKING_DAYS};
use crate::domain::warning::Warning;

/// Working days within which a summons is followed by the examination, and a missed one by the second summons (PP 94/2021;
/// Peraturan BKN 6/2022).
const WITHIN: u32 = 7;

/// What the officer is warned of who records a summons. `missed` is the day of the summons before it.
pub fn warnings(step: &TrackStep, missed: Option<NaiveDate>, law: &Law, region: &str) -> Vec<Warning> {
    let (Some(letter), Some(day)) = (&step.document, step.day) else { return Vec::new() };
    let follows =
        |from: NaiveDate, to: NaiveDate| from <= to && to <= law.calendar.after(from, WITHIN, WORKING_DAYS, region).day;
    let unusual = (!follows(letter.dated, day)).then_some(Warning::SummonsDayUnusual);
    let again = missed.filter(|_| step.to == TrackState::SummonedAgain);
    let second = again.filter(|missed| !follows(*missed, letter.dated)).map(|_| Warning::SecondSummonsUnusual);
    unusual.into_iter().chain(second).collect()
}
