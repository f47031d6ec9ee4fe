//! The law of the files in data/, for tests of the bare domain. Nothing here touches a database.

use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use netral::domain::calendar::{Calendar, Confirmation, Counting, DayKind, Unit};
use netral::domain::case::ElectionRegime;
use netral::domain::deadline::{DeadlineCode, DeadlineRule, Law};
use serde::Deserialize;

use crate::sample;

fn rows<T: for<'a> Deserialize<'a>>(text: &str) -> Vec<T> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[derive(Deserialize)]
struct RuleRow {
    code: DeadlineCode,
    variant: String,
    title_id: String,
    title_en: String,
    length: u32,
    unit: Unit,
    regime: String,
    pausable: bool,
    roll_forward: bool,
    collective_leave_counts: bool,
    basis: Option<String>,
    confirmation: Confirmation,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
}

fn rule(row: RuleRow) -> DeadlineRule {
    let RuleRow { roll_forward, collective_leave_counts, unit, .. } = row;
    DeadlineRule {
        code: row.code,
        variant: row.variant,
        regime: ElectionRegime::parse(&row.regime),
        valid_from: row.valid_from.unwrap_or(NaiveDate::MIN),
        valid_to: row.valid_to,
        title_id: row.title_id,
        title_en: row.title_en,
        length: row.length,
        counting: Counting { unit, roll_forward, collective_leave_counts },
        pausable: row.pausable,
        basis: row.basis,
        confirmation: row.confirmation,
    }
}

/// The law as the program ships it, with the seats of the sample's agencies: one in WIB, one in WIT.
pub fn law() -> Arc<Law> {
    static LAW: LazyLock<Arc<Law>> = LazyLock::new(|| {
        let days: Vec<(NaiveDate, String, DayKind)> = {
            #[derive(Deserialize)]
            struct Row {
                date: NaiveDate,
                region_code: String,
                kind: DayKind,
            }
            let rows: Vec<Row> = rows(include_str!("../../data/calendar_days.csv"));
            rows.into_iter().map(|row| (row.date, row.region_code, row.kind)).collect()
        };
        let years: Vec<(i32, bool, String, String, String, String)> =
            rows(include_str!("../../data/calendar_years.csv"));
        let zones: Vec<(String, String, String, String, String)> = rows(include_str!("../../data/time_zones.csv"));
        let calendar = Calendar::new(
            days,
            years.into_iter().filter(|year| year.1).map(|year| year.0),
            zones.into_iter().map(|zone| (zone.0, zone.1.parse().unwrap())),
        );
        let seats = [(sample::AGENCY, "15.71"), (sample::OTHER_AGENCY, "91.03")];
        let seats = seats.map(|(agency, region)| (agency, region.to_owned())).into();
        let rules: Vec<RuleRow> = rows(include_str!("../../data/deadline_rules.csv"));
        Arc::new(Law { version: 1, calendar, rules: rules.into_iter().map(rule).collect(), seats })
    });
    LAW.clone()
}
