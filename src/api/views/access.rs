//! The trace as the privacy officer sees it: who looked at which case, never what it says.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::Reference;
use crate::db::access_log::{AccessEntry, AccessFlag};
use crate::domain::access::FlagKind;

/// One look at one case.
#[derive(Serialize, ToSchema)]
pub struct AccessEntryView {
    /// Key; greater is later.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub officer_id: Uuid,
    /// Through which seat.
    pub seat_id: Uuid,
    /// Its role at that moment.
    #[schema(example = "triage_officer")]
    pub role: String,
    /// Its agency at that moment.
    #[schema(example = "BKN")]
    pub agency_code: Option<String>,
    /// The case shown; absent where the trace itself was read.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: Option<String>,
    /// Id of the operation in this document.
    #[schema(example = "get_case")]
    pub operation: String,
    /// Why, where the operation asks for a reason.
    pub purpose: Option<String>,
    /// The case is neither of the seat's agency nor reviewed by it, and the officer does not work on it.
    pub outside_agency: bool,
}

impl AccessEntryView {
    /// The view, with the code of the agency.
    pub fn new(entry: AccessEntry, reference: &Reference) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            officer_id: entry.officer_id,
            seat_id: entry.seat_id,
            role: entry.role,
            agency_code: reference.agency_code(Some(entry.agency_id)),
            case_number: entry.case_number,
            operation: entry.operation,
            purpose: entry.purpose,
            outside_agency: entry.outside_agency,
        }
    }
}

/// A flag of unusual reading.
#[derive(Serialize, ToSchema)]
pub struct AccessFlagView {
    /// Key.
    pub id: i64,
    /// Whose reading.
    pub officer_id: Uuid,
    /// What is unusual.
    pub kind: FlagKind,
    /// Beginning of the hour.
    pub window_start: DateTime<Utc>,
    /// Different cases shown within it.
    #[schema(example = 71)]
    pub cases: i64,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Who reviewed it.
    pub reviewed_by: Option<Uuid>,
    /// When.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// What was found.
    pub note: Option<String>,
}

impl From<AccessFlag> for AccessFlagView {
    fn from(flag: AccessFlag) -> Self {
        Self {
            id: flag.id,
            officer_id: flag.officer_id,
            kind: flag.kind,
            window_start: flag.window_start,
            cases: flag.cases,
            raised_at: flag.raised_at,
            reviewed_by: flag.reviewed_by,
            reviewed_at: flag.reviewed_at,
            note: flag.note,
        }
    }
}
