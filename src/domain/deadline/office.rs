//! Which office has the work that a deadline is for, and where it sits: by the days of that region the deadline is counted and
//! there its last day ends. Counts nothing itself.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{DeadlineCode, Law, REVIEW_ANSWERED};
use crate::domain::action::AppealKind;
use crate::domain::calendar::Calendar;
use crate::domain::case::Case;
use crate::domain::tracks::Track;

/// An office that has work on a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Office {
    /// Whoever works where the conduct was: those who verify, and Bawaslu. What waits for the reporter goes by it too, and what BKN
    /// does itself, whose auditors sit all over the country.
    Place,
    /// The agency whose inspectorate reviews.
    Reviewer,
    /// The agency whose PPK acts.
    Ppk,
    /// BPASN, a body of the whole country.
    Centre,
}

impl From<DeadlineCode> for Office {
    fn from(code: DeadlineCode) -> Self {
        use DeadlineCode as D;
        match code {
            D::D1 | D::D2 | D::D3 | D::D5 | D::D6 | D::D11 | D::D13 => Self::Place,
            D::D4 => Self::Reviewer,
            D::D7 | D::D8 | D::D9 | D::D10 | D::D12 => Self::Ppk,
        }
    }
}

impl Office {
    /// Which has the work of one of several deadlines of a code: an objection is the PPK's to decide on, an administrative appeal
    /// BPASN's (PP 79/2021); a review that a reporter asks for is the inspectorate's.
    pub fn of(code: DeadlineCode, variant: &str) -> Self {
        match code {
            DeadlineCode::D10 if variant == AppealKind::AdministrativeAppeal.as_str() => Self::Centre,
            DeadlineCode::D11 if variant == REVIEW_ANSWERED => Self::Reviewer,
            _ => code.into(),
        }
    }
}

impl From<Track> for Office {
    fn from(track: Track) -> Self {
        match track {
            Track::Referral | Track::Criminal => Self::Place,
            Track::Ethics | Track::Discipline | Track::Appeal | Track::Control => Self::Ppk,
        }
    }
}

/// The region of a body of the whole country: it sits in Jakarta, and no region's days off are its own.
const CENTRE: &str = "";

/// Where the offices of one case sit.
#[derive(Clone, Copy, Debug)]
pub struct Offices<'a> {
    calendar: &'a Calendar,
    place: &'a str,
    reviewer: &'a str,
    ppk: &'a str,
}

impl<'a> Offices<'a> {
    /// Those of a case that no agency has yet: all that is known is where the conduct was.
    pub const fn of_place(law: &'a Law, region: &'a str) -> Self {
        Self { calendar: &law.calendar, place: region, reviewer: region, ppk: region }
    }

    /// The region whose days count for a deadline or a track.
    pub fn region(&self, of: impl Into<Office>) -> &'a str {
        match of.into() {
            Office::Place => self.place,
            Office::Reviewer => self.reviewer,
            Office::Ppk => self.ppk,
            Office::Centre => CENTRE,
        }
    }

    /// The day it is at this moment for the office that has the work.
    pub fn day_at(&self, of: impl Into<Office>, at: DateTime<Utc>) -> NaiveDate {
        self.calendar.day_at(self.region(of), at)
    }
}

impl Law {
    /// Where the offices of a case sit. As long as it has no such agency, everything goes by the place of the conduct.
    pub fn offices<'a>(&'a self, case: &'a Case) -> Offices<'a> {
        let seat = |agency: Uuid| self.seats.get(&agency).map_or(CENTRE, String::as_str);
        let of_place = Offices::of_place(self, &case.region_code);
        Offices {
            reviewer: case.reviewing_agency_id.map_or(of_place.place, seat),
            ppk: case.ppk_agency_id().map_or(of_place.place, seat),
            ..of_place
        }
    }
}
