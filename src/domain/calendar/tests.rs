//! The counting of days, against the specification's own table and against a plain count on one's fingers.

use proptest::prelude::*;

use super::*;

const WORKING: Counting = Counting { unit: Unit::WorkingDay, roll_forward: false, collective_leave_counts: false };
const CALENDAR: Counting = Counting { unit: Unit::CalendarDay, roll_forward: false, collective_leave_counts: false };

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The calendar of the files in data/.
fn shipped() -> Calendar {
    let rows = |text: &'static str| {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.records().map(Result::unwrap).collect::<Vec<_>>()
    };
    let days = rows(include_str!("../../../data/calendar_days.csv"));
    let years = rows(include_str!("../../../data/calendar_years.csv"));
    let zones = rows(include_str!("../../../data/time_zones.csv"));
    Calendar::new(
        days.iter().map(|row| (day(&row[0]), row[1].to_owned(), DayKind::parse(&row[2]).unwrap())),
        years.iter().filter(|row| &row[1] == "true").map(|row| row[0].parse().unwrap()),
        zones.iter().map(|row| (row[0].to_owned(), row[1].parse().unwrap())),
    )
}

#[test]
fn the_nine_examples_of_the_specification_end_on_their_days() {
    let calendar = shipped();
    for (start, count, due) in [
        ("2026-01-15", 7, "2026-01-27"),
        ("2026-02-13", 2, "2026-02-19"),
        ("2026-03-02", 14, "2026-03-27"),
        ("2026-03-02", 21, "2026-04-08"),
        ("2026-03-13", 7, "2026-03-31"),
        ("2026-04-02", 3, "2026-04-08"),
        ("2026-05-13", 3, "2026-05-20"),
        ("2026-08-14", 3, "2026-08-20"),
        ("2026-12-22", 3, "2026-12-29"),
    ] {
        let reached = calendar.after(day(start), count, WORKING, "15.71");
        assert_eq!(reached, Reached { day: day(due), provisional: false }, "{start} + {count}");
    }
}

#[test]
fn every_year_with_a_decree_has_its_whole_list() {
    let calendar = shipped();
    let counted = |year: i32, wanted: DayKind| {
        let all = calendar.days.iter().filter(|(date, _)| date.year() == year).flat_map(|(_, kinds)| kinds);
        all.filter(|(_, kind)| *kind == wanted).count()
    };
    for (year, holidays, leave) in [(2024, 17, 10), (2025, 17, 11), (2026, 17, 8)] {
        assert!(calendar.is_official(year));
        assert_eq!(
            (counted(year, DayKind::NationalHoliday), counted(year, DayKind::CollectiveLeave)),
            (holidays, leave)
        );
    }
    assert!(!calendar.is_official(2027), "no decree for 2027 was found");
}

#[test]
fn a_calendar_day_deadline_ends_on_a_day_off_unless_its_rule_moves_it() {
    let calendar = shipped();
    // 14 days from Friday 20 March 2026 end on Good Friday.
    assert_eq!(calendar.after(day("2026-03-20"), 14, CALENDAR, "15").day, day("2026-04-03"));
    let rolling = Counting { roll_forward: true, ..CALENDAR };
    assert_eq!(calendar.after(day("2026-03-20"), 14, rolling, "15").day, day("2026-04-06"));
}

#[test]
fn collective_leave_is_a_working_day_only_where_the_rule_says_so() {
    let calendar = shipped();
    let counts = Counting { collective_leave_counts: true, ..WORKING };
    assert_eq!(calendar.after(day("2026-12-23"), 1, WORKING, "15").day, day("2026-12-28"));
    assert_eq!(calendar.after(day("2026-12-23"), 1, counts, "15").day, day("2026-12-24"));
}

#[test]
fn a_local_holiday_stops_the_offices_of_its_region_and_of_no_other() {
    let calendar = Calendar::new([(day("2026-09-02"), "36.04".to_owned(), DayKind::LocalHoliday)], [2026], []);
    assert_eq!(calendar.after(day("2026-09-01"), 1, WORKING, "36.04").day, day("2026-09-03"));
    for region in ["36", "36.73", "15.71"] {
        assert_eq!(calendar.after(day("2026-09-01"), 1, WORKING, region).day, day("2026-09-02"), "{region}");
    }
}

#[test]
fn a_count_through_a_year_without_a_decree_is_provisional() {
    let calendar = shipped();
    let over_new_year = calendar.after(day("2026-12-29"), 5, WORKING, "15");
    assert_eq!(over_new_year, Reached { day: day("2027-01-05"), provisional: true }, "1 January 2027 is a Friday");
    assert!(!calendar.after(day("2026-12-29"), 5, CALENDAR, "15").provisional, "days off do not matter to it");
}

#[test]
fn a_day_ends_where_the_case_is_handled() {
    let calendar = shipped();
    for (region, ends) in [("15.71", "16:59:59"), ("73.71", "15:59:59"), ("91.03", "14:59:59")] {
        let end = calendar.end_of(day("2026-03-31"), region);
        assert_eq!(end.time().to_string(), ends, "{region}");
        assert_eq!(calendar.day_at(region, end), day("2026-03-31"));
        assert_eq!(calendar.day_at(region, end + chrono::Duration::seconds(1)), day("2026-04-01"));
    }
}

#[test]
fn a_day_begins_first_in_the_east() {
    let calendar = shipped();
    let midnight = calendar.end_of(day("2026-03-31"), "91.03") + chrono::Duration::seconds(1);
    assert_eq!(calendar.first_day_at(midnight), day("2026-04-01"));
    assert_eq!(calendar.first_day_at(midnight - chrono::Duration::seconds(1)), day("2026-03-31"));
    assert_eq!(Calendar::default().first_day_at(midnight), today(midnight), "Jakarta's where no zone is known");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Day by day, as a clerk counts on the wall calendar.
    #[test]
    fn the_count_agrees_with_a_clerk_at_the_wall_calendar(
        first in 0_u64..1_000, count in 0_u32..80, off in proptest::collection::btree_map(0_u64..1_300, 0_usize..3, 0..200),
        working in any::<bool>(), roll_forward in any::<bool>(), collective_leave_counts in any::<bool>(),
    ) {
        let base = day("2024-01-01");
        let at = |n: u64| base + Days::new(n);
        let kinds = [DayKind::NationalHoliday, DayKind::CollectiveLeave, DayKind::OrdinaryDay];
        let calendar =
            Calendar::new(off.iter().map(|(n, kind)| (at(*n), String::new(), kinds[*kind])), 2024..2030, []);
        let unit = if working { Unit::WorkingDay } else { Unit::CalendarDay };
        let counting = Counting { unit, roll_forward, collective_leave_counts };
        let open = |n: u64| {
            let weekday = at(n).weekday().number_from_monday();
            let closed = match off.get(&n) {
                Some(0) => true,
                Some(1) => !collective_leave_counts,
                _ => false,
            };
            weekday < 6 && !closed
        };
        let (mut n, mut still) = (first, count);
        while still > 0 {
            n += 1;
            if !working || open(n) {
                still -= 1;
            }
        }
        let without_rolling = n;
        while roll_forward && !open(n) {
            n += 1;
        }
        let reached = calendar.after(at(first), count, counting, "15.71");
        prop_assert_eq!(reached, Reached { day: at(n), provisional: false });
        prop_assert_eq!(calendar.left(at(first), at(without_rolling), counting, "15.71"), count);
    }
}
