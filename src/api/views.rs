//! What each audience sees. The only types that become JSON for a caller; who may see which field is decided here.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::case_numbers;
use crate::db::approvals::{Approval, ApprovalStatus};
use crate::db::deliveries::{Delivery, DeliveryState};
use crate::db::events::Event;
use crate::db::reports::Door;
use crate::domain::action::Verb;
use crate::domain::actor::Officer;
use crate::domain::case::{State, public_label};
use crate::domain::event::hex;
use crate::domain::ids::Language;
use crate::domain::notice::Notice;
use crate::domain::policy::{Permission, permits, shows_criminal_steps};
use crate::domain::report::Direction;
use crate::flows::sealing::OpenMessage;

mod access;
mod advice;
mod case;
mod deadline;
mod file;
mod identity;
mod protection;
mod reference;
mod sanctions;
mod tracks;

pub use access::{AccessEntryView, AccessFlagView};
pub use advice::{DuplicateView, NamedFormView, WarningView};
pub use case::{CaseView, ReportView, SubjectView};
pub use deadline::{CalendarDayView, CalendarView, CalendarYearView, DeadlineCountView, DeadlineView, LawChangeView};
pub use file::{FileContent, FileView, KeptFileView};
pub use identity::{IdentityLookView, IdentityRequestView, IdentityView};
pub use protection::{BreachView, DataRequestView, LegalHoldView, OwnDataView, PurgeProposalView};
pub use reference::{
    AgencyView, Catalogue, CatalogueSanctionView, CodeView, DeadlineRuleView, ElectionEventView, RegionView,
    SanctionAuthorityView, TransferBodyView, ViolationFormView,
};
pub use sanctions::{ActView, EarlierSanctionsView, SanctionView};
pub use tracks::TrackView;

/// A text in both languages.
#[derive(Serialize, ToSchema)]
pub struct Label {
    /// Indonesian.
    pub id: String,
    /// English.
    pub en: String,
}

impl Label {
    /// The text that `make` gives for each language.
    pub fn of(make: impl Fn(Language) -> String) -> Self {
        Self { id: make(Language::Indonesian), en: make(Language::English) }
    }
}

/// What a report's number alone tells.
#[derive(Serialize, ToSchema)]
pub struct ReportStatus {
    /// Public number.
    #[schema(example = "NTR-2026-7K3M9QX2B")]
    pub complaint_number: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// Where it stands.
    pub label: Label,
    /// Since when.
    pub since: DateTime<Utc>,
    /// What usually comes next. No promise.
    pub next_step: Label,
}

impl From<&Door> for ReportStatus {
    fn from(door: &Door) -> Self {
        Self {
            complaint_number: door.complaint_number.clone(),
            received_at: door.received_at,
            label: Label::of(|language| public_label(door.shown, door.closure_reason, language)),
            since: door.since,
            next_step: Label::of(|language| door.shown.public_next_step(language).to_owned()),
        }
    }
}

/// A message in a mailbox.
#[derive(Serialize, ToSchema)]
pub struct MessageView {
    /// Key.
    pub id: Uuid,
    /// Which way it went.
    pub direction: Direction,
    /// The text; absent once erased.
    #[schema(example = "Apakah unggahan itu masih dapat dilihat?")]
    pub body: Option<String>,
    /// When.
    #[schema(example = "2026-11-18T03:20:00Z")]
    pub sent_at: DateTime<Utc>,
}

impl From<OpenMessage> for MessageView {
    fn from(message: OpenMessage) -> Self {
        let body = message.body.map(|body| body.reveal().clone());
        Self { id: message.id, direction: message.direction, body, sent_at: message.sent_at }
    }
}

/// One event of a case.
#[derive(Serialize, ToSchema)]
pub struct EventView {
    /// Number within the case.
    pub seq: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// What: a verb of the workflow, or `noun.past_participle`.
    #[schema(example = "accept")]
    pub kind: String,
    /// `officer`, `reporter` or `system`.
    pub actor: String,
    /// Role of the officer.
    pub role: Option<String>,
    /// State before.
    pub from: Option<State>,
    /// State after.
    pub to: State,
    /// Data of the action; only for those who may read details. Where it names a case that is hidden from the reader, that number
    /// and the reason are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Value>,
    /// SHA-256 of the previous hash and the event's body, in hexadecimal.
    pub hash: String,
}

impl EventView {
    /// The view for this officer.
    pub fn new(event: Event, officer: &Officer) -> Self {
        let readable = permits(officer, Permission::ReadDetails);
        let details =
            event.details.filter(|_| readable).and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        // The PPK is told that criminal proceedings run, not where they stand.
        let hidden = !shows_criminal_steps(officer.role) && event.kind.starts_with("criminal.");
        Self {
            seq: event.seq,
            at: event.at,
            kind: if hidden { "criminal.recorded".to_owned() } else { event.kind },
            actor: event.actor,
            role: event.role,
            from: event.from_state,
            to: event.to_state,
            details: details.and_then(|details| details.get("input").cloned()),
            hash: hex(&event.hash),
        }
    }

    /// The numbers of other cases that the details name.
    pub fn other_cases(&self) -> Vec<String> {
        self.details.as_ref().map(case_numbers::mentioned_in).unwrap_or_default()
    }

    /// The same without these numbers of cases, and without the reason beside one, which may tell of it.
    pub fn without_cases(mut self, hidden: &[String]) -> Self {
        if let Some(details) = self.details.as_mut() {
            case_numbers::leave_out(details, hidden);
        }
        self
    }
}

/// A draft that waits for, or had, a second officer.
#[derive(Serialize, ToSchema)]
pub struct ApprovalView {
    /// Key.
    #[schema(example = "01930c5e-7d2a-7c31-9a44-5b1f0e6a2c10")]
    pub id: Uuid,
    /// The verb.
    #[schema(example = "dismiss")]
    pub action: Verb,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// Who drafted it.
    #[schema(example = "01930c5e-1111-7c31-9a44-5b1f0e6a2c11")]
    pub drafted_by: Uuid,
    /// When.
    #[schema(example = "2026-11-18T03:20:00Z")]
    pub drafted_at: DateTime<Utc>,
    /// Who decided.
    #[schema(example = "01930c5e-2222-7c31-9a44-5b1f0e6a2c12")]
    pub decided_by: Option<Uuid>,
    /// When.
    #[schema(example = "2026-11-18T07:45:00Z")]
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected; only for those who may read details.
    #[schema(example = "Bukti pendukung belum cukup; mohon pelapor ditanya lebih dahulu.")]
    pub reason: Option<String>,
    /// The data of the action; only for those who may read details.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub input: Option<serde_json::Value>,
    /// What the drafter was pointed to, for the second officer to see before deciding; only for those who may read details.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningView>,
}

impl ApprovalView {
    /// The view for this officer.
    pub fn new(approval: &Approval, officer: &Officer) -> Self {
        let readable = permits(officer, Permission::ReadDetails) || approval.drafted_by == officer.officer_id;
        Self {
            id: approval.id,
            action: approval.verb,
            status: approval.status,
            drafted_by: approval.drafted_by,
            drafted_at: approval.drafted_at,
            decided_by: approval.decided_by,
            decided_at: approval.decided_at,
            reason: approval.reason.clone().filter(|_| readable),
            input: approval.action.get("input").filter(|_| readable).cloned(),
            warnings: approval.warnings.iter().flatten().filter(|_| readable).copied().map(WarningView::from).collect(),
        }
    }
}

/// A delivery as the system administrator sees it.
#[derive(Serialize, ToSchema)]
pub struct DeliveryView {
    /// Key.
    pub id: i64,
    /// What was to be told.
    pub notice: Notice,
    /// Code of the mail rules.
    #[schema(example = "M1")]
    pub code: String,
    /// `officer`, `reporter` or `body`.
    pub recipient: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: i32,
    /// Next attempt, while queued.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub settled_at: Option<DateTime<Utc>>,
    /// What went wrong last, without the address.
    pub last_error: Option<String>,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        let recipient = match (delivery.officer_id, delivery.report_id) {
            (Some(_), _) => "officer",
            (None, Some(_)) => "reporter",
            (None, None) => "body",
        };
        Self {
            id: delivery.id,
            notice: delivery.notice,
            code: delivery.notice.code().to_owned(),
            recipient: recipient.to_owned(),
            state: delivery.state,
            attempts: delivery.attempts,
            due_at: (delivery.state == DeliveryState::Queued).then_some(delivery.due_at),
            created_at: delivery.created_at,
            settled_at: delivery.settled_at,
            last_error: delivery.last_error,
        }
    }
}

/// Where a page ends.
#[derive(Serialize, ToSchema)]
pub struct PageEnd {
    /// Pass it as `after` to read on.
    pub next_cursor: Option<String>,
    /// There is more.
    #[schema(example = false)]
    pub has_more: bool,
}
