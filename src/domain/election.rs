//! Elections and their stages, and what they suggest for a conduct: which election law, which phase. The officer decides;
//! nothing here does.

use chrono::NaiveDate;

use crate::domain::case::{ConductPhase, ElectionRegime};
use crate::domain::policy::region_within;

/// An election with the dates of its stages. Days named `_to` still belong to their stage.
#[derive(Clone, Debug)]
pub struct ElectionEvent {
    /// Code of the catalogue.
    pub code: String,
    /// Which election law.
    pub regime: ElectionRegime,
    /// Where it is held, with all below; empty for the whole country.
    pub region_codes: Vec<String>,
    /// First day of its stages.
    pub begins_on: NaiveDate,
    /// The day KPU sets the list of candidates.
    pub candidates_on: NaiveDate,
    /// First and last day of the campaign.
    pub campaign: Option<(NaiveDate, NaiveDate)>,
    /// First and last quiet day.
    pub quiet: Option<(NaiveDate, NaiveDate)>,
    /// The day of voting.
    pub voting_on: NaiveDate,
    /// First day after its stages.
    pub ends_on: NaiveDate,
}

/// What the stages suggest for a conduct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The election; none when no stage ran there on that day.
    pub event: Option<String>,
    /// Which election law.
    pub regime: ElectionRegime,
    /// Which phase.
    pub phase: ConductPhase,
}

impl ElectionEvent {
    fn held_in(&self, region: &str) -> bool {
        self.region_codes.is_empty() || self.region_codes.iter().any(|code| region_within(region, code))
    }

    fn runs_on(&self, day: NaiveDate) -> bool {
        self.begins_on <= day && day < self.ends_on
    }

    fn phase(&self, day: NaiveDate) -> ConductPhase {
        let within = |stage: Option<(NaiveDate, NaiveDate)>| stage.is_some_and(|(from, to)| from <= day && day <= to);
        if day > self.voting_on {
            ConductPhase::AfterVoting
        } else if day == self.voting_on {
            ConductPhase::VotingDay
        } else if within(self.quiet) {
            ConductPhase::QuietPeriod
        } else if within(self.campaign) {
            ConductPhase::Campaign
        } else if day >= self.candidates_on {
            ConductPhase::AfterDetermination
        } else {
            ConductPhase::BeforeDetermination
        }
    }
}

/// Elections overlap: the one whose stage weighs most is suggested, and of equals the one for the smaller area.
fn weight(phase: ConductPhase) -> u8 {
    match phase {
        ConductPhase::OutsideStage => 0,
        ConductPhase::AfterVoting => 1,
        ConductPhase::BeforeDetermination => 2,
        ConductPhase::AfterDetermination => 3,
        ConductPhase::Campaign => 4,
        ConductPhase::QuietPeriod => 5,
        ConductPhase::VotingDay => 6,
    }
}

/// What is suggested for a conduct in this region on this day.
pub fn suggest(events: &[ElectionEvent], region: &str, day: NaiveDate) -> Suggestion {
    let running = events.iter().filter(|event| event.runs_on(day) && event.held_in(region));
    let nearest = running.max_by_key(|event| (weight(event.phase(day)), !event.region_codes.is_empty()));
    nearest
        .map_or(Suggestion { event: None, regime: ElectionRegime::None, phase: ConductPhase::OutsideStage }, |event| {
            Suggestion { event: Some(event.code.clone()), regime: event.regime, phase: event.phase(day) }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn event(code: &str, regime: ElectionRegime, regions: &[&str], days: [&str; 8]) -> ElectionEvent {
        let [begins, candidates, from, to, quiet_from, quiet_to, voting, ends] = days.map(day);
        ElectionEvent {
            code: code.to_owned(),
            regime,
            region_codes: regions.iter().map(|code| (*code).to_owned()).collect(),
            begins_on: begins,
            candidates_on: candidates,
            campaign: Some((from, to)),
            quiet: Some((quiet_from, quiet_to)),
            voting_on: voting,
            ends_on: ends,
        }
    }

    fn events() -> Vec<ElectionEvent> {
        let pemilu = [
            "2022-06-14",
            "2023-11-13",
            "2023-11-28",
            "2024-02-10",
            "2024-02-11",
            "2024-02-13",
            "2024-02-14",
            "2024-10-21",
        ];
        let pilkada = [
            "2024-01-26",
            "2024-09-22",
            "2024-09-25",
            "2024-11-23",
            "2024-11-24",
            "2024-11-26",
            "2024-11-27",
            "2025-02-21",
        ];
        let again = [
            "2025-02-21",
            "2025-07-22",
            "2025-07-25",
            "2025-08-23",
            "2025-08-24",
            "2025-08-26",
            "2025-08-27",
            "2025-09-26",
        ];
        vec![
            event("PEMILU", ElectionRegime::Pemilu, &[], pemilu),
            event("PILKADA", ElectionRegime::Pemilihan, &[], pilkada),
            event("ULANG", ElectionRegime::Pemilihan, &["19.01", "19.71"], again),
        ]
    }

    #[test]
    fn each_stage_has_its_phase_and_both_its_ends() {
        use ConductPhase as P;
        for (on, expected) in [
            ("2024-09-21", P::BeforeDetermination),
            ("2024-09-22", P::AfterDetermination),
            ("2024-09-25", P::Campaign),
            ("2024-11-23", P::Campaign),
            ("2024-11-24", P::QuietPeriod),
            ("2024-11-27", P::VotingDay),
            ("2024-11-28", P::AfterVoting),
            ("2025-02-20", P::AfterVoting),
        ] {
            let suggestion = suggest(&events(), "15.71", day(on));
            assert_eq!((suggestion.regime, suggestion.phase), (ElectionRegime::Pemilihan, expected), "{on}");
        }
    }

    #[test]
    fn where_elections_overlap_the_weightier_stage_is_suggested() {
        assert_eq!(suggest(&events(), "15", day("2024-02-01")).event.as_deref(), Some("PEMILU"));
        assert_eq!(suggest(&events(), "15", day("2024-03-01")).event.as_deref(), Some("PILKADA"));
    }

    #[test]
    fn an_election_of_some_regions_says_nothing_about_others() {
        assert_eq!(suggest(&events(), "19.71", day("2025-08-01")).phase, ConductPhase::Campaign);
        let elsewhere = suggest(&events(), "19.02", day("2025-08-01"));
        assert_eq!((elsewhere.event, elsewhere.regime), (None, ElectionRegime::None));
        assert_eq!(elsewhere.phase, ConductPhase::OutsideStage);
    }
}
