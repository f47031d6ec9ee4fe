//! The transition table: which verb leads from which states where, who may fire it, who must approve, what is checked
//! and who is told. The heart of the product. It holds the law's shape; it decides and stores nothing.

use crate::domain::action::Verb;
use crate::domain::case::{ClosureReason, State};
use crate::domain::guards::{self as g, Guard};
use crate::domain::notice::{Audience as A, Notice as N};
use crate::domain::policy::Permission as P;

/// Where a rule leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// This state.
    To(State),
    /// The state the question was asked in.
    Return,
    /// `closed` for this reason; or `monitoring` with the reason kept as result while a track is still open, and with the
    /// sanction as result where one stands that the reason would deny.
    Close(ClosureReason),
    /// `closed` with the result kept so far.
    CloseWithResult,
}

/// Who fires a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Firer {
    /// An officer whose seat has this permission and reaches the case.
    Officer(P),
    /// The reporter, through the mailbox.
    Reporter,
    /// The service's clock.
    Timer,
}

/// One line of the workflow.
#[derive(Debug)]
pub struct Rule {
    /// T02 to T33, as in the specification.
    pub id: &'static str,
    /// The verb.
    pub verb: Verb,
    /// States it may be fired in.
    pub from: &'static [State],
    /// Where it leads.
    pub to: Target,
    /// Who may fire it.
    pub by: Firer,
    /// The permission a second officer must have to approve it; `None` when one officer suffices.
    pub approval: Option<P>,
    /// Deadlines it sets. A closing sets how long the case is kept (D13), which is no clock.
    pub deadlines: &'static [&'static str],
    /// What is checked beside state and permission.
    pub guards: &'static [Guard],
    /// Who is told. A change of the public label tells the reporters in any case.
    pub notices: &'static [(N, A)],
}

use ClosureReason as C;
use State as S;
use Target::{Close, CloseWithResult, Return, To};

/// Every state but `closed`.
pub const OPEN: &[S] = &[
    S::Submitted,
    S::Triage,
    S::AwaitingReporter,
    S::InspectorateReview,
    S::BawasluReferral,
    S::Recommendation,
    S::PpkAction,
    S::SanctionDecided,
    S::Appeal,
    S::Monitoring,
];
const BEFORE_PPK: &[S] =
    &[S::Submitted, S::Triage, S::AwaitingReporter, S::InspectorateReview, S::BawasluReferral, S::Recommendation];

const TOLD_CLOSED: (N, A) = (N::CaseClosed, A::Reporters);
const TOLD_STATUS: (N, A) = (N::StatusChanged, A::Reporters);
const TOLD_AUDITORS: (N, A) = (N::DecisionRecorded, A::BknAuditors);

const fn rule(id: &'static str, verb: Verb, from: &'static [S], to: Target, permission: P) -> Rule {
    Rule {
        id,
        verb,
        from,
        to,
        by: Firer::Officer(permission),
        approval: None,
        deadlines: &[],
        guards: &[],
        notices: &[],
    }
}

impl Rule {
    const fn fired_by(mut self, by: Firer) -> Self {
        self.by = by;
        self
    }
    const fn approved_by(mut self, permission: P) -> Self {
        self.approval = Some(permission);
        self
    }
    const fn sets(mut self, deadlines: &'static [&'static str]) -> Self {
        self.deadlines = deadlines;
        self
    }
    const fn checks(mut self, guards: &'static [Guard]) -> Self {
        self.guards = guards;
        self
    }
    const fn tells(mut self, notices: &'static [(N, A)]) -> Self {
        self.notices = notices;
        self
    }
}

impl Rule {
    /// The code by which the mail rules name a notice of this rule. They have three for the one letter that says that the status has
    /// changed: M3 at T02, M6 at T06 and T07, M6b elsewhere.
    pub const fn mail_code(&self, notice: N) -> &'static str {
        match (self.verb, notice) {
            (Verb::Take, N::StatusChanged) => "M3",
            (Verb::Accept | Verb::ReferDirectly, N::StatusChanged) => "M6",
            _ => notice.code(),
        }
    }
}

/// The state a report's case begins in (T01).
pub const OPENING: State = State::Submitted;
/// Deadlines a new case sets.
pub const OPENING_DEADLINES: &[&str] = &["D1", "D2"];
/// Who is told of a new report.
pub const OPENING_NOTICES: &[(N, A)] = &[(N::ReportReceived, A::Reporters), (N::ReportArrived, A::TriagePool)];

/// Every transition of the main state but T01.
pub const RULES: &[Rule] = &[
    rule("T02", Verb::Take, &[S::Submitted], To(S::Triage), P::Triage).tells(&[TOLD_STATUS]),
    rule("T03", Verb::Ask, &[S::Triage, S::InspectorateReview], To(S::AwaitingReporter), P::Ask)
        .sets(&["D3"])
        .checks(&[g::REPORTER_REACHABLE, g::ANSWER_DATE_AHEAD])
        .tells(&[(N::QuestionAsked, A::Reporters)]),
    rule("T04", Verb::Answer, &[S::AwaitingReporter], Return, P::Ask)
        .fired_by(Firer::Reporter)
        .tells(&[(N::ReporterAnswered, A::OwnerOrUnit)]),
    rule("T05", Verb::ExpireQuestion, &[S::AwaitingReporter], Return, P::Ask)
        .fired_by(Firer::Timer)
        .checks(&[g::ANSWER_DATE_PASSED])
        .tells(&[(N::ReporterAnswered, A::OwnerOrUnit), (N::QuestionExpired, A::Reporters)]),
    // Also later: what went straight to Bawaslu comes back unaccepted, and nobody else says who the subject is.
    rule("T06", Verb::Accept, &[S::Triage, S::InspectorateReview], To(S::InspectorateReview), P::Triage)
        .sets(&["D4"])
        .checks(&[g::NOT_YET_ACCEPTED, g::SUBJECT_RESOLVED, g::REVIEWED_ONE_LEVEL_UP, g::CONFLICT_KEPT])
        .tells(&[TOLD_STATUS, (N::ReviewAssigned, A::ReviewLeads), (N::ReviewAssigned, A::Inspectors)]),
    rule("T07", Verb::ReferDirectly, &[S::Triage], To(S::BawasluReferral), P::Triage)
        .sets(&["D5"])
        .checks(&[g::ELECTION_STAGE_RUNS, g::REPORTER_CONSENTS, g::BAWASLU_WINDOW_OPEN, g::REVIEWED_ONE_LEVEL_UP])
        .tells(&[TOLD_STATUS, (N::ReferralReceived, A::BawasluDesk)]),
    rule("T08", Verb::Dismiss, &[S::Triage], Close(C::Dismissed), P::Triage)
        .approved_by(P::ApproveDismissal)
        .sets(&["D11", "D13"])
        .checks(&[g::NO_SANCTION_STANDS])
        .tells(&[TOLD_CLOSED]),
    rule("T09", Verb::Merge, BEFORE_PPK, Close(C::MergedDuplicate), P::Merge)
        .checks(&[
            g::MASTER_OPEN,
            g::SAME_SUBJECT,
            g::CONFLICT_KEPT,
            g::OVERLAPPING_ACT,
            g::FURTHER_ACT_BEFORE_FINDINGS,
            g::NOT_A_MASTER,
            g::NO_LIVE_REFERRAL,
            g::NO_TRACK_RUNS_TWICE,
            g::NO_SANCTION_STANDS,
        ])
        .tells(&[(N::ReportMerged, A::Reporters)]),
    rule("T10", Verb::TransferOut, &[S::Triage, S::InspectorateReview], Close(C::Transferred), P::Transfer)
        .sets(&["D13"])
        .checks(&[g::NO_SANCTION_STANDS])
        .tells(&[(N::ReportTransferred, A::Reporters), (N::CaseTransferredToBody, A::TypedAddress)]),
    rule("T11", Verb::Refer, &[S::InspectorateReview], To(S::BawasluReferral), P::Review)
        .approved_by(P::ApproveReview)
        .sets(&["D5"])
        .checks(&[g::ELECTION_STAGE_RUNS, g::REPORTER_CONSENTS, g::BAWASLU_WINDOW_OPEN])
        .tells(&[TOLD_STATUS, (N::ReferralReceived, A::BawasluDesk)]),
    rule("T12", Verb::Conclude, &[S::InspectorateReview], To(S::Recommendation), P::Review)
        .approved_by(P::ApproveReview)
        .sets(&["D6"])
        .checks(&[g::BAWASLU_HEARD_OR_SKIPPED])
        .tells(&[TOLD_STATUS, (N::CaseHandedOver, A::BknAuditors)]),
    rule("T13", Verb::FindUnproven, &[S::InspectorateReview], Close(C::NotProven), P::Review)
        .approved_by(P::ApproveReview)
        .sets(&["D11", "D13"])
        .checks(&[g::ALL_TRACKS_TERMINAL, g::NO_SANCTION_STANDS])
        .tells(&[TOLD_CLOSED]),
    rule("T14", Verb::ReturnReferral, &[S::BawasluReferral], To(S::InspectorateReview), P::ReturnReferral)
        .sets(&["D4"])
        .tells(&[(N::CaseHandedOver, A::Inspectors)]),
    rule("T15", Verb::RecordBreach, &[S::BawasluReferral], To(S::Recommendation), P::AnswerReferral)
        .sets(&["D6"])
        .checks(&[g::INSPECTORATE_CONCLUDED])
        .tells(&[TOLD_STATUS, (N::CaseHandedOver, A::BknAuditors)]),
    rule("T15", Verb::RecordBreachForReview, &[S::BawasluReferral], To(S::InspectorateReview), P::AnswerReferral)
        .sets(&["D4"])
        .checks(&[g::INSPECTORATE_NOT_CONCLUDED])
        .tells(&[TOLD_STATUS, (N::CaseHandedOver, A::Inspectors)]),
    rule("T15", Verb::RecordBreachAsSufficient, &[S::BawasluReferral], To(S::Recommendation), P::Recommend)
        .sets(&["D6"])
        .checks(&[g::INSPECTORATE_NOT_CONCLUDED])
        .tells(&[TOLD_STATUS, (N::CaseHandedOver, A::BknAuditors)]),
    rule("T16", Verb::RecordNoBreach, &[S::BawasluReferral], To(S::InspectorateReview), P::AnswerReferral)
        .sets(&["D4"])
        .tells(&[(N::CaseHandedOver, A::Inspectors)]),
    rule("T17", Verb::Recall, &[S::BawasluReferral], To(S::InspectorateReview), P::RecallReferral)
        .sets(&["D4"])
        .checks(&[g::BAWASLU_STUDY_OVERDUE])
        .tells(&[(N::ReferralRecalled, A::BawasluDesk)]),
    rule("T18", Verb::RequestMoreWork, &[S::Recommendation], To(S::InspectorateReview), P::Recommend)
        .sets(&["D4"])
        .checks(&[g::HAS_REVIEWING_AGENCY])
        .tells(&[(N::CaseHandedOver, A::Inspectors)]),
    rule("T19", Verb::SendRecommendation, &[S::Recommendation], To(S::PpkAction), P::Recommend)
        .approved_by(P::ApproveRecommendation)
        .sets(&["D7"])
        .checks(&[
            g::SUBJECT_RESOLVED,
            g::SOME_ACT_STANDS,
            g::PPK_MAY_DECIDE,
            g::ADDRESSEE_CONFIRMED,
            g::EVIDENCE_REDACTED,
        ])
        .tells(&[TOLD_STATUS, (N::RecommendationSent, A::Ppk), (N::RecommendationSent, A::TypedAddress)]),
    rule("T20", Verb::RecommendNothing, &[S::Recommendation], Close(C::NotProven), P::Recommend)
        .approved_by(P::ApproveRecommendation)
        .sets(&["D11", "D12", "D13"])
        .tells(&[TOLD_CLOSED]),
    rule("T21", Verb::Contest, &[S::PpkAction], To(S::Recommendation), P::ActAsPpk)
        .sets(&["D6"])
        .checks(&[g::CONTESTED_AT_MOST_ONCE])
        .tells(&[(N::CaseHandedOver, A::BknAuditors)]),
    rule("T22", Verb::ReassignAgency, &[S::PpkAction], To(S::PpkAction), P::Recommend)
        .sets(&["D7"])
        .checks(&[g::ANOTHER_AGENCY, g::REVIEWED_ONE_LEVEL_UP])
        .tells(&[
            (N::RecommendationSent, A::Ppk),
            (N::RecommendationSent, A::TypedAddress),
            (N::AccessWithdrawn, A::FormerPpk),
        ]),
    rule("T23", Verb::ImposeSanction, &[S::PpkAction], To(S::SanctionDecided), P::ActAsPpk)
        .sets(&["D8"])
        .checks(&[
            g::DECISION_BY_TODAY,
            g::SANCTION_FITS_CATEGORY,
            g::BELOW_RANGE_EXPLAINED,
            g::ACTS_STAND,
            g::NOT_PUNISHED_TWICE,
        ])
        .tells(&[TOLD_STATUS, TOLD_AUDITORS]),
    rule("T24", Verb::ReportUnproven, &[S::PpkAction], Close(C::NotProven), P::ActAsPpk)
        .approved_by(P::AcceptPpkResult)
        .sets(&["D11", "D13"])
        .checks(&[g::DECISION_BY_TODAY])
        .tells(&[TOLD_CLOSED, TOLD_AUDITORS]),
    rule("T25", Verb::FileAppeal, &[S::SanctionDecided, S::Monitoring], To(S::Appeal), P::ActAsPpk)
        .sets(&["D10"])
        .checks(&[
            g::SANCTION_ON_RECORD,
            g::NOT_A_MORAL_SANCTION,
            g::FILED_BY_TODAY,
            g::DELIVERED_BY_TODAY,
            g::SINCE_DECISION,
            g::APPEAL_IN_TIME_OR_EXPLAINED,
        ])
        .tells(&[TOLD_STATUS, TOLD_AUDITORS]),
    rule("T26", Verb::TakeEffect, &[S::SanctionDecided], To(S::Monitoring), P::ActAsPpk)
        .sets(&["D12"])
        .checks(&[g::DELIVERED_BY_TODAY, g::SINCE_DECISION, g::DAY_15_REACHED, g::APPEAL_WINDOW_PASSED])
        .tells(&[TOLD_STATUS, TOLD_AUDITORS]),
    rule("T27", Verb::DecideAppeal, &[S::Appeal], To(S::Monitoring), P::DecideAppeal)
        .sets(&["D12"])
        .checks(&[g::DECISION_BY_TODAY, g::NEW_SANCTION_NAMED])
        .tells(&[TOLD_STATUS, TOLD_AUDITORS]),
    rule("T28", Verb::CancelOnAppeal, &[S::Appeal], Close(C::SanctionCancelled), P::DecideAppeal)
        .sets(&["D11", "D12", "D13"])
        .checks(&[g::DECISION_BY_TODAY])
        .tells(&[TOLD_CLOSED, TOLD_AUDITORS]),
    rule("T29", Verb::Close, &[S::Monitoring], CloseWithResult, P::Close)
        .sets(&["D11", "D13"])
        .checks(&[g::REGISTERED_IN_IDIS, g::ALL_TRACKS_TERMINAL])
        .tells(&[TOLD_CLOSED, (N::DecisionRecorded, A::Ppk)]),
    rule("T30", Verb::RecordDeparture, OPEN, Close(C::SubjectLeftService), P::RecordDeparture)
        .sets(&["D11", "D13"])
        .checks(&[g::DEPARTED_BY_TODAY])
        .tells(&[TOLD_CLOSED]),
    rule("T31", Verb::Withdraw, &[S::Submitted, S::Triage, S::AwaitingReporter], Close(C::Withdrawn), P::Triage)
        .sets(&["D13"])
        .checks(&[g::WITHDRAWAL_REQUESTED, g::NO_OTHER_REPORT, g::NO_REASON_TO_CONTINUE, g::NO_SANCTION_STANDS])
        .tells(&[TOLD_CLOSED]),
    rule("T32", Verb::ReopenTriage, &[S::Closed], To(S::Triage), P::Reopen)
        .sets(&["D1"])
        .checks(&[g::NOT_MERGED])
        .tells(&[(N::CaseReopened, A::Reporters), (N::CaseReopenedOfficer, A::Owner)]),
    rule("T32", Verb::ReopenReview, &[S::Closed], To(S::InspectorateReview), P::Reopen)
        .sets(&["D4"])
        .checks(&[g::NOT_MERGED, g::HAS_REVIEWING_AGENCY])
        .tells(&[(N::CaseReopened, A::Reporters), (N::CaseReopenedOfficer, A::Owner)]),
    rule("T33", Verb::Unmerge, &[S::Closed], To(S::Triage), P::Unmerge)
        .sets(&["D1"])
        .checks(&[g::MERGED])
        .tells(&[(N::CaseReopened, A::Reporters), (N::CaseReopenedOfficer, A::Owner)]),
];

/// Whether two rules answer for one verb in one state, or a verb has no rule. Evaluated while compiling.
#[expect(clippy::indexing_slicing, reason = "const evaluation: a wrong index is a build error, never a panic")]
const fn table_is_sound() -> bool {
    let mut i = 0;
    while i < RULES.len() {
        let mut j = i + 1;
        while j < RULES.len() {
            if RULES[i].verb as usize == RULES[j].verb as usize {
                let (mut a, b) = (0, RULES[j].from);
                while a < RULES[i].from.len() {
                    let mut k = 0;
                    while k < b.len() {
                        if RULES[i].from[a] as usize == b[k] as usize {
                            return false;
                        }
                        k += 1;
                    }
                    a += 1;
                }
            }
            j += 1;
        }
        i += 1;
    }
    true
}
const _: () = assert!(table_is_sound(), "two rules for one verb in one state");

/// The rule for a verb in a state.
pub fn rule_for(verb: Verb, state: State) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.verb == verb && rule.from.contains(&state))
}
