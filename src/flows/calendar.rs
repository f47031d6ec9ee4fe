//! Keeping the calendar: days, years, whole files. Whatever is changed, running clocks are then counted again by the
//! worker.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Deserialize;

use super::FlowError;
use crate::db::calendar::{Day, Keeper, Origin, Year};
use crate::db::{self, Tx};
use crate::domain::calendar::{Confirmation, DayKind};
use crate::domain::fault::{Fault, FieldFault};

/// Enters a day off, in the place of what was known of the day.
pub async fn put_day(tx: &mut Tx, keeper: Keeper, regions: &HashSet<String>, day: &Day) -> Result<(), FlowError> {
    let mut faults = Vec::new();
    if !day.region_code.is_empty() && !regions.contains(&day.region_code) {
        faults.push(FieldFault::new("/region_code", Fault::UnknownCode));
    }
    // A day is taken out by its own operation.
    if day.kind == DayKind::OrdinaryDay {
        faults.push(FieldFault::new("/kind", Fault::NotAllowed));
    }
    if !faults.is_empty() {
        return Err(FlowError::Input(faults));
    }
    Ok(db::calendar::put_day(tx, keeper, day).await?)
}

/// Takes a day out of the calendar.
pub async fn take_out(tx: &mut Tx, keeper: Keeper, date: NaiveDate, region_code: &str) -> Result<Day, FlowError> {
    db::calendar::take_out(tx, keeper, date, region_code).await?.ok_or(FlowError::NotFound)
}

/// Says whether a year has an official list of days off. One that has names its decree.
pub async fn put_year(tx: &mut Tx, keeper: Keeper, year: &Year) -> Result<(), FlowError> {
    if year.official && year.decree.is_none() {
        return Err(FlowError::Input(vec![FieldFault::new("/decree", Fault::Required)]));
    }
    Ok(db::calendar::put_year(tx, keeper, year).await?)
}

/// A line of a file in the form of data/calendar_days.csv.
#[derive(Debug, Deserialize)]
struct Line {
    date: NaiveDate,
    #[serde(default)]
    region_code: String,
    kind: DayKind,
    name: String,
    decree: Option<String>,
    source: Option<String>,
    confirmation: Confirmation,
}

/// Enters every day of such a file, all or none; answers how many. The text of an error says the line.
pub async fn load(tx: &mut Tx, keeper: Keeper, regions: &HashSet<String>, file: &str) -> Result<usize, String> {
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut count = 0;
    for line in reader.deserialize() {
        let Line { date, region_code, kind, name, decree, source, confirmation } =
            line.map_err(|error| error.to_string())?;
        let origin = Origin::Administrator;
        let day = Day { date, region_code, kind, name, decree, source, confirmation, origin };
        put_day(tx, keeper, regions, &day).await.map_err(|error| format!("{date}: {error}"))?;
        count += 1;
    }
    Ok(count)
}
