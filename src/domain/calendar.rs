//! Dates as the law reads them: days off, working days, and when a day ends where a case is handled. Reads no clock; the
//! days themselves are data.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use crate::domain::policy::region_within;
use crate::text_enum;

/// The day it is in Jakarta (WIB, UTC+7, no daylight saving) at this moment: for numbers and dates of the whole service.
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&HOME).date_naive()
}

/// Seven in the morning in Jakarta, before offices open anywhere in the country.
pub fn morning(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// The zone of Jakarta, and of a region that no zone is known for.
const HOME: Tz = chrono_tz::Asia::Jakarta;

text_enum! {
    /// What a day of the calendar is.
    DayKind {
        NationalHoliday = "national_holiday", "Hari libur nasional", "National holiday";
        CollectiveLeave = "collective_leave", "Cuti bersama", "Collective leave";
        ElectionDay = "election_day", "Hari pemungutan suara", "Election day";
        LocalHoliday = "local_holiday", "Hari libur daerah", "Local holiday";
        OrdinaryDay = "ordinary_day", "Bukan hari libur", "No day off";
    }
}

text_enum! {
    /// In what a deadline is counted.
    Unit {
        WorkingDay = "working_day", "hari kerja", "working days";
        CalendarDay = "calendar_day", "hari kalender", "calendar days";
    }
}

text_enum! {
    /// How far a row of reference data can be trusted.
    Confirmation {
        Confirmed = "confirmed", "Terkonfirmasi", "Found in a public source";
        Unconfirmed = "unconfirmed", "Belum terkonfirmasi", "One weak source or general knowledge";
        Conflict = "conflict", "Sumber bertentangan", "Sources contradict each other";
        OwnChoice = "own_choice", "Kebijakan layanan", "Choice of this service";
    }
}

/// How a number of days is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counting {
    /// In what.
    pub unit: Unit,
    /// An end on a day off moves to the next working day.
    pub roll_forward: bool,
    /// Collective leave counts as a working day.
    pub collective_leave_counts: bool,
}

/// Where a count ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The last day.
    pub day: NaiveDate,
    /// A year without official days off was counted through.
    pub provisional: bool,
}

/// Days off, which years they are official for, and time zones. Regions are prefixes: `15` holds in `15.71` too.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, Vec<(String, DayKind)>>,
    official: BTreeSet<i32>,
    zones: BTreeMap<String, Tz>,
}

impl Calendar {
    /// The calendar of these rows: days with the region they hold in, official years, zones by province.
    pub fn new(
        days: impl IntoIterator<Item = (NaiveDate, String, DayKind)>,
        official: impl IntoIterator<Item = i32>,
        zones: impl IntoIterator<Item = (String, Tz)>,
    ) -> Self {
        let mut by_date: BTreeMap<NaiveDate, Vec<(String, DayKind)>> = BTreeMap::new();
        for (date, region, kind) in days {
            by_date.entry(date).or_default().push((region, kind));
        }
        Self { days: by_date, official: official.into_iter().collect(), zones: zones.into_iter().collect() }
    }

    /// The time zone of a region, by its province.
    pub fn zone(&self, region: &str) -> Tz {
        let province = region.split('.').next().unwrap_or(region);
        self.zones.get(province).copied().unwrap_or(HOME)
    }

    /// What that zone is called: WIB, WITA or WIT.
    pub fn zone_name(&self, region: &str) -> String {
        // Without daylight saving it is called the same at any time.
        DateTime::UNIX_EPOCH.with_timezone(&self.zone(region)).format("%Z").to_string()
    }

    /// The day it is in a region at this moment.
    pub fn day_at(&self, region: &str, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.zone(region)).date_naive()
    }

    /// The day it is at this moment where it is furthest on: in the zone in which days begin first.
    pub fn first_day_at(&self, now: DateTime<Utc>) -> NaiveDate {
        let days = self.zones.values().map(|zone| now.with_timezone(zone).date_naive());
        days.max().unwrap_or_else(|| today(now))
    }

    /// The last second of a day in a region.
    pub fn end_of(&self, day: NaiveDate, region: &str) -> DateTime<Utc> {
        let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN);
        let local = day.and_time(last);
        // None of these zones has daylight saving: there is exactly one such moment.
        self.zone(region).from_local_datetime(&local).earliest().map_or(local.and_utc(), |at| at.with_timezone(&Utc))
    }

    /// Whether days off of this year are official.
    pub fn is_official(&self, year: i32) -> bool {
        self.official.contains(&year)
    }

    /// Whether offices of a region work on this day. In a year without official data only weekends are known to be off,
    /// beside days that were entered all the same.
    pub fn is_working(&self, day: NaiveDate, region: &str, collective_leave_counts: bool) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let off = |kind: DayKind| match kind {
            DayKind::OrdinaryDay => false,
            DayKind::CollectiveLeave => !collective_leave_counts,
            DayKind::NationalHoliday | DayKind::ElectionDay | DayKind::LocalHoliday => true,
        };
        let marked = self.days.get(&day).into_iter().flatten();
        !weekend && !marked.into_iter().any(|(within, kind)| region_within(region, within) && off(*kind))
    }

    /// The end of `count` days after `start`, which is day 0 (domain rule on working days).
    pub fn after(&self, start: NaiveDate, count: u32, counting: Counting, region: &str) -> Reached {
        let mut day = start;
        match counting.unit {
            Unit::CalendarDay => day = day.checked_add_days(Days::new(count.into())).unwrap_or(day),
            Unit::WorkingDay => {
                for _ in 0..count {
                    day = self.next_working(day, region, counting.collective_leave_counts);
                }
            }
        }
        if counting.roll_forward && !self.is_working(day, region, counting.collective_leave_counts) {
            day = self.next_working(day, region, counting.collective_leave_counts);
        }
        let looked_up = counting.unit == Unit::WorkingDay || counting.roll_forward;
        let provisional = looked_up && (start.year()..=day.year()).any(|year| !self.is_official(year));
        Reached { day, provisional }
    }

    /// How many days are counted from `today`, which is day 0, to `end`: what [`Self::after`] takes to reach it.
    pub fn left(&self, today: NaiveDate, end: NaiveDate, counting: Counting, region: &str) -> u32 {
        let days = today.iter_days().skip(1).take_while(|day| *day <= end);
        let counted = days.filter(|day| {
            counting.unit == Unit::CalendarDay || self.is_working(*day, region, counting.collective_leave_counts)
        });
        u32::try_from(counted.count()).unwrap_or(u32::MAX)
    }

    fn next_working(&self, day: NaiveDate, region: &str, collective_leave_counts: bool) -> NaiveDate {
        let later = day.iter_days().skip(1);
        // Whatever is entered, the search ends: a year of nothing but days off is taken for a mistake.
        let mut later = later.take(400).filter(|day| self.is_working(*day, region, collective_leave_counts));
        later.next().or_else(|| day.succ_opt()).unwrap_or(day)
    }
}

#[cfg(test)]
mod tests;
