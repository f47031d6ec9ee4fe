//! The sanctions of a case that stand: which is the newest, which a remedy is against, and which of them I'DIS has. What makes a new
//! version is not here.

use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use super::{SanctionDates, SanctionOrigin, SanctionVersion};
use crate::domain::action::{AppealKind, Close};
use crate::domain::case::Category;
use crate::domain::guards::Named;
use crate::domain::warning::Warning;

/// A sanction of the case that is neither cancelled nor replaced by a later version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StandingSanction {
    /// Key of the version.
    pub id: Uuid,
    /// Ethics or discipline.
    pub category: Category,
    /// Code of the catalogue.
    pub sanction_code: String,
    /// Its level in the catalogue.
    pub level: String,
    /// How heavy it is in the catalogue it was taken from.
    pub weight: Option<i16>,
    /// The acts it is for.
    pub acts: Vec<i16>,
    /// The remedy against it, by the catalogue it was taken from.
    pub remedy: Option<AppealKind>,
    /// Counts the versions of the case.
    pub version: i16,
    /// The day the decision letter is dated.
    pub sk_date: Option<NaiveDate>,
    /// Since when it is in force, once it is.
    pub start_on: Option<NaiveDate>,
    /// Where I'DIS has it.
    pub idis_ref: Option<String>,
    /// The remedy filed, or to be filed, names it.
    pub challenged: bool,
}

/// The newest sanction of a category that stands.
pub fn newest(category: Category, named: &Named) -> Option<&StandingSanction> {
    named.standing.iter().rfind(|standing| standing.category == category)
}

/// The remedy against the newest discipline sanction, where the catalogue knows one.
pub fn remedy(named: &Named) -> Option<AppealKind> {
    newest(Category::Discipline, named).and_then(|standing| standing.remedy)
}

/// The discipline sanction that a remedy is against: the one it names, or the newest where it names none that stands.
pub fn challenged(named: &Named) -> Option<&StandingSanction> {
    named.standing.iter().find(|standing| standing.challenged).or_else(|| newest(Category::Discipline, named))
}

/// Where I'DIS has the sanctions that a closing names.
pub fn registered(close: &Close, named: &Named) -> Vec<SanctionDates> {
    let newest = newest(Category::Discipline, named).zip(close.idis_ref.as_ref());
    let others = close.registrations.iter().flatten().filter_map(|one| {
        let named = discipline(named).find(|standing| standing.version == one.version)?;
        Some((named, &one.idis_ref))
    });
    let known = |(standing, idis_ref): (&StandingSanction, &String)| SanctionDates {
        id: Some(standing.id),
        category: standing.category,
        start_on: None,
        idis_ref: Some(idis_ref.clone()),
    };
    newest.into_iter().chain(others).map(known).collect()
}

/// I'DIS has every discipline sanction that stands, by what is on record and what is told now.
pub fn all_registered(told: &[SanctionDates], named: &Named) -> bool {
    let has = |standing: &StandingSanction| {
        standing.idis_ref.is_some() || told.iter().any(|known| known.id == Some(standing.id))
    };
    discipline(named).all(has)
}

/// Since when registration is owed once a decision has left this: the first day on which a discipline sanction is in force that
/// stands then and that I'DIS has not.
pub fn owed_since(version: Option<&SanctionVersion>, dates: &[SanctionDates], named: &Named) -> Option<NaiveDate> {
    let told = |standing: &StandingSanction| {
        let newest = newest(Category::Discipline, named).is_some_and(|newest| newest.id == standing.id);
        let meant = |one: &&SanctionDates| {
            one.id.map_or(newest && one.category == Category::Discipline, |id| id == standing.id)
        };
        dates.iter().find(meant).and_then(|one| one.start_on)
    };
    let gone = |standing: &StandingSanction, version: &SanctionVersion| {
        let mut acts = version.acts.iter().flatten();
        version.version_of == Some(standing.id) || acts.any(|act| standing.acts.contains(act))
    };
    let left = |standing: &&StandingSanction| {
        standing.idis_ref.is_none() && !version.is_some_and(|version| gone(standing, version))
    };
    let of_version = version
        .filter(|version| version.category == Category::Discipline && version.origin != SanctionOrigin::Cancelled)
        .and_then(|version| version.start_on);
    let others = discipline(named).filter(left).filter_map(|standing| told(standing).or(standing.start_on));
    others.chain(of_version).min()
}

fn discipline(named: &Named) -> impl Iterator<Item = &StandingSanction> {
    named.standing.iter().filter(|standing| standing.category == Category::Discipline)
}

/// The remedy is against the newest discipline sanction, the one that the discipline track and the case's day of delivery are about.
pub fn challenges_newest(named: &Named) -> bool {
    challenged(named).map(|one| one.id) == newest(Category::Discipline, named).map(|one| one.id)
}

/// What the case comes to once a version is cancelled: its newest discipline sanction that stands, else its moral one.
pub fn left_standing<'a>(cancelled: Option<&SanctionVersion>, named: &'a Named) -> Option<&'a StandingSanction> {
    let gone = cancelled.and_then(|version| version.version_of);
    let left = named.standing.iter().filter(|standing| Some(standing.id) != gone);
    left.max_by_key(|standing| standing.category == Category::Discipline)
}

/// The sanction had been decided on this day; one that is unknown may have been.
pub fn decided_by(standing: Option<&StandingSanction>, day: NaiveDate) -> bool {
    standing.and_then(|standing| standing.sk_date).is_none_or(|dated| dated <= day)
}

/// The remedy filed is not the one against the sanction that stands (PP 79/2021). It is on record all the same, and counted
/// as what it is: whether it is admissible is for the body it was filed with.
pub fn other_remedy(filed: AppealKind, named: &Named) -> Option<Warning> {
    let right = challenged(named)?.remedy?;
    (right != filed).then_some(Warning::RemedyDiffers)
}
