//! What each audience sees. The only types that become JSON for a caller; who may see which field is decided here.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::Reference;
use crate::db::approvals::{Approval, ApprovalStatus};
use crate::db::deliveries::{Delivery, DeliveryState};
use crate::db::events::Event;
use crate::db::messages::Message;
use crate::db::reports::{Door, Report};
use crate::domain::action::{BawasluResult, Verb};
use crate::domain::actor::{Actor, Officer, Role};
use crate::domain::case::{
    Case, Category, ClosureReason, ConductPhase, DismissalCode, ElectionRegime, ReferralKind, State, Subject,
    SubjectResolution, public_label,
};
use crate::domain::confidential::Confidential;
use crate::domain::criminal::CriminalState;
use crate::domain::decide;
use crate::domain::event::hex;
use crate::domain::ids::Language;
use crate::domain::notice::Notice;
use crate::domain::policy::{Permission, granted};
use crate::domain::report::{Anonymity, Direction, Medium};

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
    /// The text.
    pub body: String,
    /// When.
    pub sent_at: DateTime<Utc>,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self { id: message.id, direction: message.direction, body: message.body, sent_at: message.sent_at }
    }
}

/// The civil servant a case is about.
#[derive(Serialize, ToSchema)]
pub struct SubjectView {
    /// Name.
    pub name: Option<String>,
    /// NIP or NI PPPK; not for the task force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nip: Option<String>,
    /// NIK; not for the task force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nik: Option<String>,
    /// Position.
    pub position: Option<String>,
    /// Agency in the reporter's words.
    pub agency_text: Option<String>,
    /// Work unit.
    pub work_unit: Option<String>,
    /// How sure this is.
    pub resolution: SubjectResolution,
}

fn revealed(value: Option<&Confidential<String>>) -> Option<String> {
    value.map(|value| value.reveal().clone())
}

impl SubjectView {
    fn new(subject: &Subject, role: Role) -> Self {
        let numbers = role != Role::TaskforceViewer;
        Self {
            name: revealed(subject.name.as_ref()),
            nip: revealed(subject.nip.as_ref().filter(|_| numbers)),
            nik: revealed(subject.nik.as_ref().filter(|_| numbers)),
            position: subject.position.clone(),
            agency_text: subject.agency_text.clone(),
            work_unit: subject.work_unit.clone(),
            resolution: subject.resolution,
        }
    }
}

/// A case as an officer sees it.
#[derive(Serialize, ToSchema)]
pub struct CaseView {
    /// Number, for officers only.
    #[schema(example = "REG-BKN-2026-1000001")]
    pub case_number: String,
    /// Counts every write; the same as the ETag.
    pub version: i32,
    /// Where it stands.
    pub state: State,
    /// The state in words.
    pub state_label: Label,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// When the first report arrived.
    pub received_at: DateTime<Utc>,
    /// Where an answer leads back to.
    pub return_state: Option<State>,
    /// By when the reporter is asked to answer.
    pub reply_due_on: Option<NaiveDate>,
    /// The reporter did not answer in time.
    pub no_reporter_response: bool,
    /// Region of the conduct.
    pub region_code: String,
    /// The subject's agency.
    pub agency_code: Option<String>,
    /// The agency whose inspectorate reviews.
    pub reviewing_agency_code: Option<String>,
    /// The officer who works on it.
    pub owner_id: Option<Uuid>,
    /// Category.
    pub category: Option<Category>,
    /// Phase of the conduct.
    pub conduct_phase: Option<ConductPhase>,
    /// Election law.
    pub election_regime: ElectionRegime,
    /// The subject is protected by its agency.
    pub conflict_of_interest: bool,
    /// Findings of the inspectorate are on record.
    pub inspectorate_concluded: bool,
    /// How it last went to Bawaslu.
    pub referral_kind: Option<ReferralKind>,
    /// Bawaslu's last result.
    pub bawaslu_result: Option<BawasluResult>,
    /// How often the PPK contested.
    pub contest_count: i16,
    /// The sanction in its newest version.
    pub sanction_code: Option<String>,
    /// The day the decision reached the subject.
    pub delivered_on: Option<NaiveDate>,
    /// What was found, while a track keeps the case open.
    pub administrative_result: Option<ClosureReason>,
    /// Why it ended.
    pub closure_reason: Option<ClosureReason>,
    /// Ground of the dismissal.
    pub dismissal_code: Option<DismissalCode>,
    /// Criminal proceedings run or ran.
    pub criminal_proceedings: bool,
    /// Where they stand; the PPK is told only that they exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub criminal_state: Option<CriminalState>,
    /// How often it was reopened.
    pub reopen_count: i16,
    /// Who it is about.
    pub subject: SubjectView,
    /// What the caller may try now.
    pub allowed_actions: Vec<Verb>,
    /// What reporters wrote; only for those who may read it, and not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reports: Option<Vec<ReportView>>,
}

impl CaseView {
    /// The view for this officer.
    pub fn new(case: &Case, subject: &Subject, officer: &Officer, reference: &Reference) -> Self {
        let tells_criminal = officer.role != Role::PpkOfficer;
        Self {
            case_number: case.case_number.clone(),
            version: case.version,
            state: case.state,
            state_label: Label::of(|language| case.state.label(language).to_owned()),
            state_since: case.state_since,
            received_at: case.created_at,
            return_state: case.return_state,
            reply_due_on: case.reply_due_on,
            no_reporter_response: case.no_reporter_response,
            region_code: case.region_code.clone(),
            agency_code: reference.agency_code(case.agency_id),
            reviewing_agency_code: reference.agency_code(case.reviewing_agency_id),
            owner_id: case.owner_id,
            category: case.category,
            conduct_phase: case.conduct_phase,
            election_regime: case.election_regime,
            conflict_of_interest: case.conflict_of_interest,
            inspectorate_concluded: case.inspectorate_concluded,
            referral_kind: case.referral_kind,
            bawaslu_result: case.bawaslu_result,
            contest_count: case.contest_count,
            sanction_code: case.sanction_code.clone(),
            delivered_on: case.delivered_on,
            administrative_result: case.administrative_result,
            closure_reason: case.closure_reason,
            dismissal_code: case.dismissal_code,
            criminal_proceedings: case.criminal_state != CriminalState::None,
            criminal_state: tells_criminal.then_some(case.criminal_state),
            reopen_count: case.reopen_count,
            subject: SubjectView::new(subject, officer.role),
            allowed_actions: decide::allowed_actions(case, subject, &Actor::Officer(officer.clone())),
            reports: None,
        }
    }

    /// With what reporters wrote, if this officer may read it.
    pub fn with_reports(mut self, reports: Vec<Report>, officer: &Officer) -> Self {
        if granted(officer.role, Permission::ReadReport) {
            self.reports =
                Some(reports.into_iter().enumerate().map(|(i, report)| ReportView::new(i, report)).collect());
        }
        self
    }
}

/// A report as an officer reads it: `Pelapor #n`, never a name.
#[derive(Serialize, ToSchema)]
pub struct ReportView {
    /// The reporter's ordinal within the case.
    #[schema(example = "Pelapor #1")]
    pub reporter: String,
    /// Public number.
    pub complaint_number: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// What happened.
    pub description: String,
    /// Through what.
    pub medium: Medium,
    /// First day.
    pub occurred_from: NaiveDate,
    /// Last day.
    pub occurred_to: NaiveDate,
    /// Day known.
    pub known_on: NaiveDate,
    /// Day known was assumed.
    pub known_assumed: bool,
    /// Where.
    pub place: String,
    /// Pages that show it; the service never opened them.
    #[schema(value_type = Vec<String>)]
    pub links: serde_json::Value,
    /// Evidence in words.
    #[schema(value_type = Vec<String>)]
    pub evidence: serde_json::Value,
    /// What the reporter shows of himself.
    pub anonymity: Anonymity,
    /// The name may go to Bawaslu.
    pub consent_to_bawaslu: bool,
    /// Asked to withdraw.
    pub withdrawal_requested_at: Option<DateTime<Utc>>,
}

impl ReportView {
    fn new(ordinal: usize, report: Report) -> Self {
        Self {
            reporter: format!("Pelapor #{}", ordinal + 1),
            complaint_number: report.complaint_number,
            received_at: report.received_at,
            description: report.description.reveal().clone(),
            medium: report.medium,
            occurred_from: report.occurred_from,
            occurred_to: report.occurred_to,
            known_on: report.known_on,
            known_assumed: report.known_assumed,
            place: report.place.reveal().clone(),
            links: report.links,
            evidence: report.evidence,
            anonymity: report.anonymity,
            consent_to_bawaslu: report.consent_to_bawaslu,
            withdrawal_requested_at: report.withdrawal_requested_at,
        }
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
    /// Data of the action; only for those who may read details.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Value>,
    /// SHA-256 of the previous hash and the event's body, in hexadecimal.
    pub hash: String,
}

impl EventView {
    /// The view for this officer.
    pub fn new(event: Event, officer: &Officer) -> Self {
        let readable = granted(officer.role, Permission::ReadDetails);
        let details =
            event.details.filter(|_| readable).and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        Self {
            seq: event.seq,
            at: event.at,
            kind: event.kind,
            actor: event.actor,
            role: event.role,
            from: event.from_state,
            to: event.to_state,
            details: details.and_then(|details| details.get("input").cloned()),
            hash: hex(&event.hash),
        }
    }
}

/// A draft that waits for, or had, a second officer.
#[derive(Serialize, ToSchema)]
pub struct ApprovalView {
    /// Key.
    pub id: Uuid,
    /// The verb.
    pub action: Verb,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// Who drafted it.
    pub drafted_by: Uuid,
    /// When.
    pub drafted_at: DateTime<Utc>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// The data of the action; only for those who may read details.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub input: Option<serde_json::Value>,
}

impl ApprovalView {
    /// The view for this officer.
    pub fn new(approval: &Approval, officer: &Officer) -> Self {
        let readable = granted(officer.role, Permission::ReadDetails) || approval.drafted_by == officer.officer_id;
        Self {
            id: approval.id,
            action: approval.verb,
            status: approval.status,
            drafted_by: approval.drafted_by,
            drafted_at: approval.drafted_at,
            decided_by: approval.decided_by,
            decided_at: approval.decided_at,
            reason: approval.reason.clone(),
            input: approval.action.get("input").filter(|_| readable).cloned(),
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
    pub has_more: bool,
}
