//! Reads an export line by line and hands it to the verifier. Needs neither database nor server.

use super::{Counts, FORMAT, Fault, Finding, Place, Record, Report, Verifier};
use crate::domain::checkpoint::{Checkpoint, PublicKey};

/// Verifies the lines of an export. Without `key` the export's own is believed, which shows only that it agrees with
/// itself.
///
/// # Errors
/// The first line that could not be read from where it is; what is in a line is never an error but a finding.
pub fn verify_export<E>(
    lines: impl IntoIterator<Item = Result<String, E>>,
    key: Option<PublicKey>,
    kept: Option<Checkpoint>,
) -> Result<Report, E> {
    let mut lines = lines.into_iter();
    let header = lines.next().transpose()?.and_then(|line| match serde_json::from_str(&line) {
        Ok(Record::Header(header)) if header.format == FORMAT => Some(header),
        _ => None,
    });
    let mut wrong = Vec::new();
    if header.is_none() {
        wrong.push(Finding { place: Place::Line(1), fault: Fault::Unreadable });
    }
    let now = header.as_ref().map(|header| header.at);
    let own = header.and_then(|header| PublicKey::parse(&header.key?));
    let mut verifier = Verifier::new(key.or(own), kept, now);
    let (mut counts, mut end, mut line, mut rank) = (Counts::default(), None, 1, 1);
    for text in lines {
        line += 1;
        let place = Place::Line(line);
        let Ok(record) = serde_json::from_str::<Record>(&text?) else {
            wrong.push(Finding { place, fault: Fault::Unreadable });
            continue;
        };
        let ranked = match &record {
            Record::Header(_) => 0,
            Record::Checkpoint(_) => 1,
            Record::Head(_) => 2,
            Record::Event(_) => 3,
            Record::End(_) => 4,
        };
        // Nothing comes after the end either.
        if ranked < rank || rank == 4 {
            wrong.push(Finding { place, fault: Fault::OutOfOrder });
        }
        rank = rank.max(ranked);
        counts.add(&record);
        if let Record::End(said) = &record {
            end = Some(*said);
        }
        verifier.take(record, None);
    }
    if end != Some(counts) {
        wrong.push(Finding { place: Place::Line(line + u64::from(end.is_none())), fault: Fault::Truncated });
    }
    let mut report = verifier.finish();
    report.findings.splice(0..0, wrong);
    Ok(report)
}
