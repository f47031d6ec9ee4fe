//! Sanctions and the acts they are for: what a decision may punish, and the versions it leaves. A version, once
//! written, never changes; outcomes of remedies are new versions. Reads no catalogue: what a code stands for is handed in.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use crate::domain::action::{Document, Employment, Finding, ImposeSanction};
use crate::domain::case::{CaseFacts, Category};
use crate::domain::guards::Named;
use crate::domain::tracks::TrackState;
use crate::domain::warning::Warning;

pub use self::standing::{
    StandingSanction, all_registered, challenged, challenges_newest, decided_by, left_standing, newest, other_remedy,
    owed_since, registered, remedy,
};
pub use self::words::{ActFinding, AppliesTo, Authority, PositionLevel, SanctionLevel, SanctionOrigin};

mod standing;
#[cfg(test)]
mod tests;
mod words;

/// From this weight on a discipline sanction is heavy.
pub const HEAVY: i16 = 300;

/// The level of sanctions that end the employment.
pub const DISMISSAL: &str = SanctionLevel::Dismissal.as_str();

/// On what a decision rests, which says what it may punish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// What the case is about (T23). After a reopening it takes the place of the decision before.
    Case,
    /// An act beside it.
    OtherAct,
    /// A conviction, after which only a dismissal is left. It takes the place of whatever the acts bear.
    Conviction,
}

impl Ground {
    /// An act that bears this sanction may be punished under `category`.
    fn frees(self, punished: Option<Category>, category: Category) -> bool {
        punished.is_none_or(|bears| match self {
            Self::Case => bears == category,
            Self::OtherAct => false,
            Self::Conviction => true,
        })
    }
}

/// A sanction as the catalogue has it on the day of the act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueSanction {
    /// Since when the catalogue's row holds.
    pub valid_from: NaiveDate,
    /// `moral`, `light`, `medium`, `heavy`, `dismissal`.
    pub level: String,
    /// Name in Indonesian.
    pub title_id: String,
    /// Name in English.
    pub title_en: String,
    /// Legal basis.
    pub basis: Option<String>,
    /// Length; absent where it has none or is not fixed.
    pub months: Option<i16>,
    /// On whom it may be imposed.
    pub applies_to: AppliesTo,
}

/// An act on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownAct {
    /// Its number in the case.
    pub number: i16,
    /// What was found on it.
    pub finding: ActFinding,
    /// The category of the sanction that stands for it.
    pub punished: Option<Category>,
}

/// A new version of a sanction, as it is to be written. What is absent is taken from the version before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SanctionVersion {
    /// Key.
    pub id: Uuid,
    /// Ethics or discipline.
    pub category: Category,
    /// How it came about.
    pub origin: SanctionOrigin,
    /// The version it takes the place of; otherwise it is a decision of its own.
    pub version_of: Option<Uuid>,
    /// Code of the catalogue.
    pub sanction_code: Option<String>,
    /// Since when the catalogue's row holds.
    pub catalogue_from: Option<NaiveDate>,
    /// Level, frozen.
    pub level: Option<String>,
    /// Name, frozen.
    pub title_id: Option<String>,
    /// Name in English, frozen.
    pub title_en: Option<String>,
    /// Legal basis of the catalogue, frozen.
    pub basis: Option<String>,
    /// Length.
    pub months: Option<i16>,
    /// The decision letter.
    pub sk_number: Option<String>,
    /// Its date.
    pub sk_date: Option<NaiveDate>,
    /// Its file.
    pub sk_file: Option<Uuid>,
    /// The office that decided.
    pub deciding_official: Option<String>,
    /// What kind of office it is.
    pub authority: Option<Authority>,
    /// Articles applied.
    pub legal_basis: Option<String>,
    /// Examination record or minutes.
    pub record_number: Option<String>,
    /// Its date.
    pub record_date: Option<NaiveDate>,
    /// Its file.
    pub record_file: Option<Uuid>,
    /// Why, in the words of I'DIS.
    pub punishment_reason: Option<String>,
    /// Remarks for I'DIS.
    pub remarks: Option<String>,
    /// Since when it is in force.
    pub start_on: Option<NaiveDate>,
    /// The decision that annuls it.
    pub annulment_number: Option<String>,
    /// Its date.
    pub annulment_date: Option<NaiveDate>,
    /// Its file.
    pub annulment_file: Option<Uuid>,
    /// The acts it is for.
    pub acts: Option<Vec<i16>>,
    /// Acts that bore what it takes the place of, and bear nothing now.
    pub frees: Vec<i16>,
    /// Acts that bore a sanction of another category, and now bear this one.
    pub takes_over: Vec<i16>,
}

/// What becomes known later of a sanction that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SanctionDates {
    /// Which; the newest of its category where none is named.
    pub id: Option<Uuid>,
    /// Ethics or discipline.
    pub category: Category,
    /// Since when it is in force.
    pub start_on: Option<NaiveDate>,
    /// Where I'DIS has it.
    pub idis_ref: Option<String>,
}

/// An act as it is to be written; one with the number or the words of a known act is that act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundAct {
    /// Place in the list, from 1.
    pub ordinal: i16,
    /// Its number, where it is known.
    pub number: Option<i16>,
    /// In words.
    pub description: Option<String>,
    /// Its category.
    pub category: Option<Category>,
    /// What was found.
    pub finding: ActFinding,
}

/// The sanction belongs to the category it is put under, and that is none of criminal law.
pub fn fits_category(impose: &ImposeSanction, named: &Named) -> bool {
    impose.category != Category::Criminal && named.sanction.is_some_and(|(category, _)| category == impose.category)
}

/// The sanction named ends the employment.
pub fn dismisses(named: &Named) -> bool {
    named.decided.as_ref().is_some_and(|entry| entry.level == DISMISSAL)
}

/// No dismissal stands, and none was decided on this conviction before: what became of that one is not gone round.
pub fn not_dismissed_already(named: &Named) -> bool {
    !named.conviction_spent && named.standing.iter().all(|standing| standing.level != DISMISSAL)
}

/// The acts a decision punishes: those it names, or all that stand and are free. A case whose acts nobody listed is about
/// one, as reported. A dismissal after a conviction is for all that stand or bear a sanction, and for none where nothing was
/// proven but in court.
pub fn punished_acts(impose: &ImposeSanction, named: &Named, ground: Ground) -> Vec<i16> {
    if let Some(acts) = &impose.acts {
        let mut acts = acts.clone();
        acts.sort_unstable();
        acts.dedup();
        return acts;
    }
    if named.acts.is_empty() {
        return vec![1];
    }
    let bears = |act: &KnownAct| ground == Ground::Conviction && act.punished.is_some();
    let standing = || named.acts.iter().filter(|act| act.finding != ActFinding::NotProven || bears(act));
    let free = standing().filter(|act| ground.frees(act.punished, impose.category));
    let free: Vec<i16> = free.map(|act| act.number).collect();
    if free.is_empty() { standing().map(|act| act.number).collect() } else { free }
}

/// Every act the decision names is on record and was not found not proven; where it names none, such an act is left, unless a
/// court has found what the administration did not.
pub fn acts_stand(impose: &ImposeSanction, named: &Named, ground: Ground) -> bool {
    let known = |number: &i16| match named.acts.iter().find(|act| act.number == *number) {
        Some(act) => act.finding != ActFinding::NotProven,
        None => named.acts.is_empty() && *number == 1,
    };
    match &impose.acts {
        Some(acts) => acts.iter().all(known),
        None => ground == Ground::Conviction || !punished_acts(impose, named, ground).is_empty(),
    }
}

/// The decision and the examination it rests on are not dated behind this day.
pub fn dated_by(impose: &ImposeSanction, day: NaiveDate) -> bool {
    impose.decision.dated <= day && impose.examination_record.dated <= day
}

/// No act of the decision bears another sanction (PP 94/2021: no double punishment for one act).
pub fn not_punished_twice(impose: &ImposeSanction, named: &Named, ground: Ground) -> bool {
    let acts = punished_acts(impose, named, ground);
    let free = |number: &i16| {
        let act = named.acts.iter().find(|act| act.number == *number);
        ground.frees(act.and_then(|act| act.punished), impose.category)
    };
    acts.iter().all(free)
}

/// What of a decision is dated before its acts, by its field.
pub fn before_acts(impose: &ImposeSanction, named: &Named) -> Vec<&'static str> {
    let dates = [("decision", impose.decision.dated), ("examination_record", impose.examination_record.dated)];
    let early = |dated: NaiveDate| named.acted_from.is_some_and(|acted| dated < acted);
    dates.into_iter().filter(|(_, dated)| early(*dated)).map(|(field, _)| field).collect()
}

/// A sanction is proposed that none of the forms named provides for.
pub fn outside_range(proposed: &[String], named: &Named) -> Option<Warning> {
    let provided = |code: &String| named.violation_forms.iter().any(|form| form.sanction_codes.contains(code));
    proposed.iter().any(|code| !provided(code)).then_some(Warning::ProposalOutsideRange)
}

/// A sanction is proposed that nobody in the agency addressed may impose.
pub fn beyond_officials(named: &Named) -> Option<Warning> {
    named.beyond_officials.then_some(Warning::ProposalBeyondOfficials)
}

/// The outcome of a remedy is called lighter or heavier than what it was against, and the new sanction is not.
pub fn belies_outcome(version: &SanctionVersion, named: &Named) -> Option<Warning> {
    let was = challenged(named)?.weight?;
    let (_, is) = named.sanction?;
    let belies = match version.origin {
        SanctionOrigin::Lightened => is >= was,
        SanctionOrigin::Aggravated => is <= was,
        _ => false,
    };
    belies.then_some(Warning::OutcomeNotAsCalled)
}

/// The sanction named is none for somebody employed like this.
pub fn unfit_for(employment: Option<Employment>, named: &Named) -> Option<Warning> {
    let (entry, employment) = named.decided.as_ref().zip(employment)?;
    (!entry.applies_to.fits(employment)).then_some(Warning::SanctionNotForEmployment)
}

/// The examination on record, if one was begun, has come to its end, or the subject missed it twice.
pub fn heard(discipline: TrackState, named: &Named) -> bool {
    match discipline {
        TrackState::Summoned => false,
        TrackState::TeamFormed => named.summoned_twice,
        _ => true,
    }
}

/// What the officer is warned of.
pub fn warnings(impose: &ImposeSanction, named: &Named, ground: Ground, facts: &CaseFacts) -> Vec<Warning> {
    let unheard = impose.category == Category::Discipline && !heard(facts.case.tracks.discipline, named);
    let unheard = unheard.then_some(Warning::ExaminationNotRecorded);
    let unfit = unfit_for(facts.subject.employment, named);
    let heavy = impose.category == Category::Discipline && named.sanction.is_some_and(|(_, weight)| weight >= HEAVY);
    let authority = (named.authority_fits == Some(false)).then_some(Warning::AuthorityNotListed);
    let team = (heavy && !named.team_formed && ground != Ground::Conviction).then_some(Warning::TeamNotRecorded);
    let decided = impose.decision.dated;
    let hasty = (decided < impose.examination_record.dated).then_some(Warning::DecisionBeforeExamination);
    let unasked = named.recommended_on.filter(|recommended| decided < *recommended);
    let unasked = unasked.map(|_| Warning::DecisionBeforeRecommendation);
    authority.into_iter().chain(team).chain(unheard).chain(unfit).chain(hasty).chain(unasked).collect()
}

/// A decision of the PPK. It takes the place of those that its acts bear already.
pub fn imposed(impose: &ImposeSanction, named: &Named, ground: Ground) -> SanctionVersion {
    let acts = punished_acts(impose, named, ground);
    let shares = |standing: &&StandingSanction| standing.acts.iter().any(|act| acts.contains(act));
    let replaced: Vec<&StandingSanction> = named.standing.iter().filter(shares).collect();
    let bore = replaced.iter().flat_map(|standing| &standing.acts);
    let other = replaced.iter().filter(|standing| standing.category != impose.category);
    let entry = named.decided.as_ref();
    SanctionVersion {
        origin: if replaced.is_empty() { SanctionOrigin::Decided } else { SanctionOrigin::Changed },
        version_of: replaced.last().map(|standing| standing.id),
        frees: bore.copied().filter(|act| !acts.contains(act)).collect(),
        takes_over: other.flat_map(|standing| &standing.acts).copied().filter(|act| acts.contains(act)).collect(),
        sanction_code: Some(impose.sanction_code.clone()),
        months: impose.months.or_else(|| entry.and_then(|entry| entry.months)),
        sk_number: Some(impose.decision.number.clone()),
        sk_date: Some(impose.decision.dated),
        sk_file: impose.decision.file,
        deciding_official: Some(impose.deciding_official.clone()),
        authority: impose.authority,
        legal_basis: Some(impose.legal_basis.clone()),
        record_number: Some(impose.examination_record.number.clone()),
        record_date: Some(impose.examination_record.dated),
        record_file: impose.examination_record.file,
        punishment_reason: impose.punishment_reason.clone(),
        remarks: impose.remarks.clone(),
        acts: Some(acts),
        ..version(impose.category, named)
    }
}

/// The version that the outcome of a remedy leaves, in force since that was decided; `None` where the decision stands as it is,
/// or none does.
pub fn after_appeal(
    outcome: TrackState,
    sanction_code: Option<&String>,
    decision: &Document,
    named: &Named,
) -> Option<SanctionVersion> {
    let origin = match outcome {
        TrackState::Lightened => SanctionOrigin::Lightened,
        TrackState::Aggravated => SanctionOrigin::Aggravated,
        TrackState::Changed => SanctionOrigin::Changed,
        _ => return None,
    };
    let challenged = challenged(named)?;
    Some(SanctionVersion {
        origin,
        version_of: Some(challenged.id),
        sanction_code: sanction_code.cloned(),
        months: named.decided.as_ref().and_then(|entry| entry.months),
        sk_number: Some(decision.number.clone()),
        sk_date: Some(decision.dated),
        sk_file: decision.file,
        start_on: Some(decision.dated),
        ..version(Category::Discipline, named)
    })
}

/// The version that ends a sanction and frees its acts, and no others; `None` where none stands.
pub fn cancelled(by: &Document, ended: Option<&StandingSanction>, named: &Named) -> Option<SanctionVersion> {
    let ended = ended?;
    Some(SanctionVersion {
        origin: SanctionOrigin::Cancelled,
        version_of: Some(ended.id),
        frees: ended.acts.clone(),
        annulment_number: Some(by.number.clone()),
        annulment_date: Some(by.dated),
        annulment_file: by.file,
        ..version(ended.category, named)
    })
}

fn version(category: Category, named: &Named) -> SanctionVersion {
    let entry = named.decided.as_ref();
    SanctionVersion {
        id: Uuid::now_v7(),
        category,
        origin: SanctionOrigin::Changed,
        version_of: None,
        sanction_code: None,
        catalogue_from: entry.map(|entry| entry.valid_from),
        level: entry.map(|entry| entry.level.clone()),
        title_id: entry.map(|entry| entry.title_id.clone()),
        title_en: entry.map(|entry| entry.title_en.clone()),
        basis: entry.and_then(|entry| entry.basis.clone()),
        months: None,
        sk_number: None,
        sk_date: None,
        sk_file: None,
        deciding_official: None,
        authority: None,
        legal_basis: None,
        record_number: None,
        record_date: None,
        record_file: None,
        punishment_reason: None,
        remarks: None,
        start_on: None,
        annulment_number: None,
        annulment_date: None,
        annulment_file: None,
        acts: None,
        frees: Vec::new(),
        takes_over: Vec::new(),
    }
}

/// The acts a conclusion names, each once.
pub fn found(findings: &[Finding]) -> Vec<FoundAct> {
    let mut seen = Vec::new();
    let once = findings.iter().rev().filter(|finding| {
        let words = finding.act.trim().to_lowercase();
        let new = !seen.contains(&words);
        seen.push(words);
        new
    });
    let mut acts: Vec<FoundAct> = once
        .map(|finding| FoundAct {
            ordinal: 0,
            number: None,
            description: Some(finding.act.trim().to_owned()),
            category: finding.category,
            finding: if finding.proven { ActFinding::Proven } else { ActFinding::NotProven },
        })
        .collect();
    acts.reverse();
    for (act, ordinal) in acts.iter_mut().zip(1..) {
        act.ordinal = ordinal;
    }
    acts
}

/// The acts a decision punishes, which it thereby finds proven.
pub fn proven(acts: &[i16], category: Category) -> Vec<FoundAct> {
    let act = |(number, ordinal): (&i16, i16)| FoundAct {
        ordinal,
        number: Some(*number),
        description: None,
        category: Some(category),
        finding: ActFinding::Proven,
    };
    acts.iter().zip(1..).map(act).collect()
}
