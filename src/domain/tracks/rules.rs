//! The tables of the tracks: which step leads from where to where, in which state of the case, by whom, with what data.
//! What the case's own transitions do to tracks is in `driven`; nothing here decides or stores.

use super::guards as g;
use super::{Track, TrackState as T, TrackStep};
use crate::domain::case::State as S;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::guards::Guard;
use crate::domain::notice::{Audience as A, Notice as N};
use crate::domain::policy::Permission as P;
use crate::domain::workflow::OPEN;
use crate::text_enum;

text_enum! {
    /// One piece of data of a step, by its name in the body.
    Datum {
        Document = "document", "Dokumen", "Document";
        Day = "day", "Tanggal", "Day";
        Reason = "reason", "Alasan", "Reason";
        StopReason = "stop_reason", "Alasan penghentian", "Reason of the stop";
        TemporaryRelease = "temporary_release", "Pembebasan sementara dari tugas", "Temporary release from duty";
        AdminActionRecommended = "admin_action_recommended", "Rekomendasi tindakan administratif", "Administrative action recommended";
        SanctionCode = "sanction_code", "Sanksi baru", "New sanction";
        Sanction = "sanction", "Keputusan sanksi", "Sanction decision";
    }
}

impl Datum {
    const fn given(self, step: &TrackStep) -> bool {
        match self {
            Self::Document => step.document.is_some(),
            Self::Day => step.day.is_some(),
            Self::Reason => step.reason.is_some(),
            Self::StopReason => step.stop_reason.is_some(),
            Self::TemporaryRelease => step.temporary_release.is_some(),
            Self::AdminActionRecommended => step.admin_action_recommended.is_some(),
            Self::SanctionCode => step.sanction_code.is_some(),
            Self::Sanction => step.sanction.is_some(),
        }
    }
}

/// One line of a track. `track` and `to` name it; the event it leaves is `track.to`.
#[derive(Debug)]
pub struct TrackRule {
    /// The track.
    pub track: Track,
    /// Where it leads.
    pub to: T,
    /// Where the track may stand before.
    pub from: &'static [T],
    /// States of the case in which it may be taken.
    pub within: &'static [S],
    /// Who may take it.
    pub permission: P,
    /// What must be given.
    pub needs: &'static [Datum],
    /// What may be given.
    pub takes: &'static [Datum],
    /// What is checked beside.
    pub guards: &'static [Guard],
    /// Deadlines it sets.
    pub deadlines: &'static [&'static str],
    /// Who is told.
    pub notices: &'static [(N, A)],
}

const fn rule(track: Track, to: T, from: &'static [T], within: &'static [S], permission: P) -> TrackRule {
    TrackRule {
        track,
        to,
        from,
        within,
        permission,
        needs: &[Datum::Document],
        takes: &[],
        guards: &[],
        deadlines: &[],
        notices: &[],
    }
}

impl TrackRule {
    const fn needs(mut self, needs: &'static [Datum]) -> Self {
        self.needs = needs;
        self
    }
    const fn takes(mut self, takes: &'static [Datum]) -> Self {
        self.takes = takes;
        self
    }
    const fn checks(mut self, guards: &'static [Guard]) -> Self {
        self.guards = guards;
        self
    }
    const fn sets(mut self, deadlines: &'static [&'static str]) -> Self {
        self.deadlines = deadlines;
        self
    }
    const fn tells(mut self, notices: &'static [(N, A)]) -> Self {
        self.notices = notices;
        self
    }
}

const TOLD_AUDITORS: &[(N, A)] = &[(N::DecisionRecorded, A::BknAuditors)];
const TOLD_CONTROL: &[(N, A)] =
    &[(N::ControlRecorded, A::BknAuditors), (N::ControlRecorded, A::TaskForce), (N::ControlRecorded, A::Ppk)];

/// From the recommendation's arrival at the PPK to the end.
const PPK_PHASE: &[S] = &[S::PpkAction, S::SanctionDecided, S::Appeal, S::Monitoring];
/// Once T23 has said what the case itself comes to, further decisions are recorded here.
const DECIDED_ON: &[S] = &[S::SanctionDecided, S::Appeal, S::Monitoring];
/// Elsewhere the case's own transition records it; here that transition is no longer to be had.
const LEFT_BEHIND: &[S] = &[S::Monitoring];
const WITH_BAWASLU: &[S] = &[S::BawasluReferral, S::Monitoring];

const LIVE_REFERRAL: &[T] = &[T::Sent, T::Received, T::Registered, T::CompletionRequested];
const BEFORE_DECISION: &[T] = &[T::Recommended, T::Summoned, T::SummonedAgain, T::TeamFormed, T::Examined];
const NO_DISCIPLINE: &[T] = &[T::None, T::InForce, T::Cancelled, T::NotProven];
const NO_ETHICS: &[T] = &[T::None, T::MoralSanctionClosed, T::MoralSanctionOpen, T::NotProven];
const LIVE_APPEAL: &[T] = &[T::Filed, T::Examined];

const CANCELLING: &[Datum] = &[Datum::Document, Datum::Reason];
const EXAMINING: &[Datum] = &[Datum::Document, Datum::Day];
const RELEASING: &[Datum] = &[Datum::TemporaryRelease];
const COUNCIL_ENDS: &[Datum] = &[Datum::AdminActionRecommended];
const DECIDING: &[Datum] = &[Datum::Sanction];
const SANCTION_GUARDS: &[Guard] = &[g::DECISION_BY_TODAY, g::SANCTION_OF_TRACK, g::ACTS_STAND, g::NOT_PUNISHED_TWICE];
const DISCIPLINE_GUARDS: &[Guard] = &[
    g::EXAMINED_OR_SUMMONED_TWICE,
    g::DECISION_BY_TODAY,
    g::SANCTION_OF_TRACK,
    g::ACTS_STAND,
    g::NOT_PUNISHED_TWICE,
    g::NOT_DISMISSED_ALREADY,
    g::REMEDY_AWAITED,
];

use Track::{Appeal, Control, Criminal, Discipline, Ethics, Referral};

/// The outcome of a remedy that puts another sanction in the place of the one challenged.
const fn changed_by_remedy(to: T) -> TrackRule {
    rule(Appeal, to, LIVE_APPEAL, LEFT_BEHIND, P::DecideAppeal)
        .needs(&[Datum::Document, Datum::SanctionCode])
        .checks(&[g::DECISION_BY_TODAY, g::SANCTION_STANDS, g::NEW_SANCTION_NAMED])
        .sets(&["D12"])
        .tells(TOLD_AUDITORS)
}

/// Every step of every track that officers take by themselves.
pub const TRACK_RULES: &[TrackRule] = &[
    rule(Referral, T::Received, &[T::Sent], WITH_BAWASLU, P::AnswerReferral).sets(&["D5"]),
    rule(Referral, T::CompletionRequested, &[T::Sent, T::Received], WITH_BAWASLU, P::AnswerReferral)
        .tells(&[(N::CaseHandedOver, A::Owner), (N::CaseHandedOver, A::Inspectors)]),
    rule(Referral, T::Registered, &[T::Sent, T::Received, T::CompletionRequested], WITH_BAWASLU, P::AnswerReferral)
        .sets(&["D5"]),
    rule(Referral, T::NotRegistered, LIVE_REFERRAL, LEFT_BEHIND, P::AnswerReferral).tells(TOLD_AUDITORS),
    rule(Referral, T::TreatedAsPreliminary, LIVE_REFERRAL, LEFT_BEHIND, P::AnswerReferral).tells(TOLD_AUDITORS),
    rule(Referral, T::NeedsAgencyExamination, LIVE_REFERRAL, LEFT_BEHIND, P::AnswerReferral).tells(TOLD_AUDITORS),
    rule(Referral, T::NoBreach, LIVE_REFERRAL, LEFT_BEHIND, P::AnswerReferral).tells(TOLD_AUDITORS),
    rule(Referral, T::OtherLawBreach, LIVE_REFERRAL, LEFT_BEHIND, P::AnswerReferral).tells(TOLD_AUDITORS),
    rule(Referral, T::CrimeSuspected, LIVE_REFERRAL, LEFT_BEHIND, P::AnswerReferral).tells(TOLD_AUDITORS),
    rule(Referral, T::Recalled, LIVE_REFERRAL, LEFT_BEHIND, P::RecallReferral)
        .needs(&[Datum::Reason])
        .tells(&[(N::ReferralRecalled, A::BawasluDesk)]),
    rule(Ethics, T::CouncilFormed, NO_ETHICS, PPK_PHASE, P::ActAsPpk),
    rule(Ethics, T::Hearing, &[T::CouncilFormed], PPK_PHASE, P::ActAsPpk).needs(EXAMINING),
    rule(Ethics, T::MoralSanctionClosed, &[T::Hearing], DECIDED_ON, P::ActAsPpk)
        .needs(DECIDING)
        .takes(COUNCIL_ENDS)
        .checks(SANCTION_GUARDS)
        .tells(TOLD_AUDITORS),
    rule(Ethics, T::MoralSanctionOpen, &[T::Hearing], DECIDED_ON, P::ActAsPpk)
        .needs(DECIDING)
        .takes(COUNCIL_ENDS)
        .checks(SANCTION_GUARDS)
        .tells(TOLD_AUDITORS),
    rule(Ethics, T::NotProven, &[T::CouncilFormed, T::Hearing], PPK_PHASE, P::ActAsPpk)
        .takes(COUNCIL_ENDS)
        .tells(TOLD_AUDITORS),
    rule(
        Discipline,
        T::Summoned,
        &[T::None, T::Recommended, T::InForce, T::Cancelled, T::NotProven],
        PPK_PHASE,
        P::ActAsPpk,
    )
    .needs(EXAMINING)
    .takes(RELEASING),
    rule(Discipline, T::SummonedAgain, &[T::Summoned], PPK_PHASE, P::ActAsPpk).needs(EXAMINING).takes(RELEASING),
    rule(Discipline, T::TeamFormed, &[T::Summoned, T::SummonedAgain], PPK_PHASE, P::ActAsPpk).takes(RELEASING),
    rule(Discipline, T::Examined, &[T::Summoned, T::SummonedAgain, T::TeamFormed], PPK_PHASE, P::ActAsPpk)
        .needs(EXAMINING)
        .takes(RELEASING)
        .checks(&[g::DAY_BY_TODAY, g::TEAM_WHERE_HEAVY]),
    rule(Discipline, T::Decided, &[T::SummonedAgain, T::TeamFormed, T::Examined], DECIDED_ON, P::ActAsPpk)
        .needs(DECIDING)
        .checks(DISCIPLINE_GUARDS)
        .sets(&["D8"])
        .tells(TOLD_AUDITORS),
    rule(Discipline, T::Decided, NO_DISCIPLINE, LEFT_BEHIND, P::ActAsPpk)
        .needs(DECIDING)
        .checks(&[
            g::CONVICTED,
            g::DISMISSAL_ONLY,
            g::NOT_DISMISSED_ALREADY,
            g::REMEDY_AWAITED,
            g::DECISION_BY_TODAY,
            g::SANCTION_OF_TRACK,
            g::ACTS_STAND,
            g::NOT_PUNISHED_TWICE,
        ])
        .sets(&["D8"])
        .tells(TOLD_AUDITORS),
    rule(Discipline, T::Delivered, &[T::Decided], DECIDED_ON, P::ActAsPpk)
        .needs(&[Datum::Day])
        .takes(&[Datum::Document])
        .checks(&[g::DAY_BY_TODAY, g::SINCE_DECISION])
        .sets(&["D9"])
        .tells(TOLD_AUDITORS),
    rule(Discipline, T::InForce, &[T::Delivered], LEFT_BEHIND, P::ActAsPpk)
        .needs(&[])
        .takes(&[Datum::Reason])
        .checks(&[g::NO_REMEDY_PENDING, g::FIFTEENTH_DAY_REACHED, g::APPEAL_WINDOW_PASSED])
        .sets(&["D12"])
        .tells(TOLD_AUDITORS),
    rule(Discipline, T::NotProven, BEFORE_DECISION, DECIDED_ON, P::ActAsPpk).needs(CANCELLING).tells(TOLD_AUDITORS),
    rule(Discipline, T::Cancelled, &[T::Decided, T::Delivered], LEFT_BEHIND, P::ActAsPpk)
        .needs(CANCELLING)
        .checks(&[g::DECISION_BY_TODAY])
        .tells(TOLD_AUDITORS),
    rule(Criminal, T::AtGakkumdu, &[T::Suspected], OPEN, P::RecordCriminal),
    rule(Criminal, T::Investigation, &[T::AtGakkumdu, T::Prosecution], OPEN, P::RecordCriminal),
    rule(Criminal, T::Prosecution, &[T::Investigation], OPEN, P::RecordCriminal),
    rule(Criminal, T::Trial, &[T::Prosecution], OPEN, P::RecordCriminal),
    rule(Criminal, T::AppealTrial, &[T::Trial], OPEN, P::RecordCriminal),
    rule(Criminal, T::Convicted, &[T::Trial, T::AppealTrial], OPEN, P::RecordCriminal).tells(TOLD_AUDITORS),
    rule(Criminal, T::Acquitted, &[T::Trial, T::AppealTrial], OPEN, P::RecordCriminal).tells(TOLD_AUDITORS),
    rule(
        Criminal,
        T::Stopped,
        &[T::Suspected, T::AtGakkumdu, T::Investigation, T::Prosecution],
        OPEN,
        P::RecordCriminal,
    )
    .needs(&[Datum::Document, Datum::StopReason])
    .tells(TOLD_AUDITORS),
    rule(Appeal, T::Examined, &[T::Filed], &[S::Appeal, S::Monitoring], P::DecideAppeal),
    rule(Appeal, T::Upheld, LIVE_APPEAL, LEFT_BEHIND, P::DecideAppeal)
        .checks(&[g::DECISION_BY_TODAY])
        .sets(&["D12"])
        .tells(TOLD_AUDITORS),
    changed_by_remedy(T::Lightened),
    changed_by_remedy(T::Aggravated),
    changed_by_remedy(T::Changed),
    rule(Appeal, T::Inadmissible, LIVE_APPEAL, LEFT_BEHIND, P::DecideAppeal)
        .checks(&[g::DECISION_BY_TODAY])
        .sets(&["D12"])
        .tells(TOLD_AUDITORS),
    rule(Appeal, T::Cancelled, LIVE_APPEAL, LEFT_BEHIND, P::DecideAppeal)
        .checks(&[g::DECISION_BY_TODAY])
        .sets(&["D12"])
        .tells(TOLD_AUDITORS),
    rule(Control, T::Warning, &[T::None, T::Lifted], PPK_PHASE, P::ControlPpk)
        .takes(&[Datum::Reason])
        .checks(&[g::FOLLOW_UP_OVERDUE_OR_EXPLAINED])
        .sets(&["D7"])
        .tells(TOLD_CONTROL),
    rule(Control, T::Reprimand, &[T::Warning], PPK_PHASE, P::ControlPpk)
        .takes(&[Datum::Reason])
        .checks(&[g::WARNED_LONG_ENOUGH_OR_EXPLAINED])
        .tells(TOLD_CONTROL),
    rule(Control, T::Blocked, &[T::Reprimand], PPK_PHASE, P::ControlPpk).tells(TOLD_CONTROL),
    rule(Control, T::None, &[T::Warning], OPEN, P::ControlPpk).needs(&[Datum::Reason]).tells(TOLD_CONTROL),
    rule(Control, T::Lifted, &[T::Reprimand, T::Blocked], OPEN, P::ControlPpk).tells(TOLD_CONTROL),
];

/// Whether two rules answer for one step. Evaluated while compiling.
#[expect(clippy::indexing_slicing, reason = "const evaluation: a wrong index is a build error, never a panic")]
const fn tables_are_sound() -> bool {
    let mut i = 0;
    while i < TRACK_RULES.len() {
        let (one, mut j) = (&TRACK_RULES[i], i + 1);
        while j < TRACK_RULES.len() {
            let other = &TRACK_RULES[j];
            if one.track as usize == other.track as usize && one.to as usize == other.to as usize {
                let mut a = 0;
                while a < one.from.len() {
                    let mut b = 0;
                    while b < other.from.len() {
                        if one.from[a] as usize == other.from[b] as usize {
                            return false;
                        }
                        b += 1;
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
const _: () = assert!(tables_are_sound(), "two rules for one step of a track");

/// The rule for a step of a track that stands at `from`, in a case that stands at `state`.
pub fn rule_for(track: Track, from: T, to: T, state: S) -> Option<&'static TrackRule> {
    steps(track, to).find(|rule| rule.from.contains(&from) && rule.within.contains(&state))
}

fn steps(track: Track, to: T) -> impl Iterator<Item = &'static TrackRule> {
    TRACK_RULES.iter().filter(move |rule| rule.track == track && rule.to == to)
}

/// What is wrong with the data of a step, wherever the track stands: what it needs and lacks, and what it does not take.
pub fn faults(track: Track, step: &TrackStep) -> Vec<FieldFault> {
    let Some(rule) = steps(track, step.to).next() else { return vec![FieldFault::new("/to", Fault::NotAllowed)] };
    let fault = |datum: &Datum| {
        let (needed, given) = (rule.needs.contains(datum), datum.given(step));
        match (needed, given) {
            (true, false) => Some(Fault::Required),
            (false, true) if !rule.takes.contains(datum) => Some(Fault::UnknownField),
            _ => None,
        }
        .map(|fault| FieldFault::new(format!("/{datum}"), fault))
    };
    Datum::ALL.iter().filter_map(fault).collect()
}
