//! A case, its subject and its reports as officers see them; what a role may not see is left out here.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Label;
use super::advice::{self, DecodedView, NamedFormView, WarningView};
use crate::app::Reference;
use crate::db::reports::Report;
use crate::domain::action::{BawasluResult, Verb};
use crate::domain::actor::{Actor, Officer, Role};
use crate::domain::case::{
    Case, Category, ClosureReason, ConductPhase, DismissalCode, ElectionRegime, ReferralKind, State, Subject,
    SubjectResolution,
};
use crate::domain::confidential::Confidential;
use crate::domain::decide;
use crate::domain::policy::{Permission, permits};
use crate::domain::report::{Anonymity, Medium};
use crate::domain::tracks::{Track, TrackState};
use crate::domain::warning::Warning;

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
    /// Position; not for the task force.
    pub position: Option<String>,
    /// Agency in the reporter's words.
    pub agency_text: Option<String>,
    /// Work unit; not for the task force.
    pub work_unit: Option<String>,
    /// How sure this is.
    pub resolution: SubjectResolution,
    /// What the number tells; not for the task force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded: Option<DecodedView>,
}

fn revealed(value: Option<&Confidential<String>>) -> Option<String> {
    value.map(|value| value.reveal().clone())
}

impl SubjectView {
    pub(super) fn new(case: &Case, subject: &Subject, role: Role) -> Self {
        // The task force reads name and agency only.
        let whole = role != Role::TaskforceViewer;
        Self {
            name: revealed(subject.name.as_ref()),
            nip: revealed(subject.nip.as_ref().filter(|_| whole)),
            nik: revealed(subject.nik.as_ref().filter(|_| whole)),
            position: subject.position.clone().filter(|_| whole),
            agency_text: subject.agency_text.clone(),
            work_unit: subject.work_unit.clone().filter(|_| whole),
            resolution: subject.resolution,
            decoded: advice::decoded(case, subject).filter(|_| whole),
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
    pub criminal_state: Option<TrackState>,
    /// Tracks that keep it open; the PPK is not told whether criminal proceedings have ended.
    pub live_tracks: Vec<Track>,
    /// How often it was reopened.
    pub reopen_count: i16,
    /// The forms of violation the recommendation names, in the words they had for the day of the act.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violation_forms: Vec<NamedFormView>,
    /// The election whose stages ran where and when the conduct is said to have been; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested_election_event: Option<String>,
    /// The election law that suggests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested_election_regime: Option<ElectionRegime>,
    /// The phase it suggests; the officer decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested_conduct_phase: Option<ConductPhase>,
    /// What to look at again; it stops nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<WarningView>,
    /// End of the latest Bawaslu window (D2) still running; only for those who may read what the reporter wrote.
    pub bawaslu_until: Option<DateTime<Utc>>,
    /// First end among the deadlines of those who work on it; one that has gone by is still awaited.
    pub next_due_at: Option<DateTime<Utc>>,
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
        let live = case.tracks.live().into_iter().filter(|track| tells_criminal || *track != Track::Criminal);
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
            criminal_proceedings: case.tracks.criminal != TrackState::None,
            criminal_state: tells_criminal.then_some(case.tracks.criminal),
            live_tracks: live.collect(),
            reopen_count: case.reopen_count,
            violation_forms: case.violation_forms.iter().flat_map(|forms| &forms.0).map(NamedFormView::from).collect(),
            suggested_election_event: None,
            suggested_election_regime: None,
            suggested_conduct_phase: None,
            warnings: Vec::new(),
            bawaslu_until: case.bawaslu_until.filter(|_| permits(officer, Permission::ReadReport)),
            next_due_at: case.next_due_at,
            subject: SubjectView::new(case, subject, officer.role),
            allowed_actions: decide::allowed_actions(case, subject, &Actor::Officer(officer.clone())),
            reports: None,
        }
    }

    /// With what the officer is warned of.
    pub fn warning(mut self, warnings: &[Warning]) -> Self {
        self.warnings.extend(warnings.iter().copied().map(WarningView::from));
        self
    }

    /// With what numbers, election calendar and Bawaslu's window point out, for those who read reports. `act_day` is the
    /// day of the act.
    pub fn advised(
        mut self,
        case: &Case,
        subject: &Subject,
        act_day: Option<NaiveDate>,
        officer: &Officer,
        reference: &Reference,
        now: DateTime<Utc>,
    ) -> Self {
        if !permits(officer, Permission::ReadReport) {
            return self;
        }
        self.warnings.extend(advice::warnings(subject, reference));
        self.warnings.extend(advice::window(case, now));
        if let Some(day) = act_day {
            let (suggestion, warnings) = advice::suggested(case, day, reference);
            self.suggested_election_event = suggestion.event;
            self.suggested_election_regime = Some(suggestion.regime);
            self.suggested_conduct_phase = Some(suggestion.phase);
            self.warnings.extend(warnings);
        }
        self
    }

    /// With what reporters wrote, if this officer may read it.
    pub fn with_reports(mut self, reports: Vec<(Report, bool)>, officer: &Officer) -> Self {
        if permits(officer, Permission::ReadReport) {
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
    /// The reporter's address was refused for good: reach him through the mailbox.
    pub mail_failed: bool,
}

impl ReportView {
    fn new(ordinal: usize, (report, mail_failed): (Report, bool)) -> Self {
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
            mail_failed,
        }
    }
}
