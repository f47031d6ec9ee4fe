//! The tracks of a case as officers see them; the PPK is told only that criminal proceedings exist.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Label;
use crate::db::tracks::{TrackRun, TrackStepRow};
use crate::domain::action::AppealKind;
use crate::domain::actor::{Actor, Officer};
use crate::domain::case::{Case, ReferralKind, Subject};
use crate::domain::policy::shows_criminal_steps;
use crate::domain::tracks::step::allowed_steps;
use crate::domain::tracks::{StopReason, Track, TrackState};

/// One step of a track.
#[derive(Serialize, ToSchema)]
pub struct TrackStepView {
    /// Where it led.
    pub state: TrackState,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Number of the letter, minutes or judgment.
    pub document_number: Option<String>,
    /// Its date.
    pub document_dated: Option<NaiveDate>,
    /// Its file.
    pub document_file: Option<Uuid>,
    /// The day the step is about: set for the examination, held, delivered, filed.
    pub day: Option<NaiveDate>,
}

/// A track from its beginning to its end.
#[derive(Serialize, ToSchema)]
pub struct TrackRunView {
    /// Where it stands, or ended.
    pub state: TrackState,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// As what a referral went to Bawaslu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral_kind: Option<ReferralKind>,
    /// Which remedy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal_kind: Option<AppealKind>,
    /// The body that decides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal_body: Option<String>,
    /// Key of the version of a sanction that it is against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Uuid>,
    /// Why it was stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// The subject is released from duty until the decision.
    pub temporary_release: bool,
    /// The ethics council recommended administrative action.
    pub admin_action_recommended: bool,
    /// Its steps, oldest first.
    pub steps: Vec<TrackStepView>,
}

impl From<&(TrackRun, Vec<TrackStepRow>)> for TrackRunView {
    fn from((run, steps): &(TrackRun, Vec<TrackStepRow>)) -> Self {
        let step = |step: &TrackStepRow| TrackStepView {
            state: step.state,
            at: step.at,
            document_number: step.document_number.clone(),
            document_dated: step.document_dated,
            document_file: step.document_file,
            day: step.day,
        };
        Self {
            state: run.state,
            opened_at: run.opened_at,
            ended_at: run.ended_at,
            referral_kind: run.referral_kind,
            appeal_kind: run.appeal_kind,
            appeal_body: run.appeal_body.clone(),
            against: run.against,
            stop_reason: run.stop_reason,
            temporary_release: run.temporary_release,
            admin_action_recommended: run.admin_action_recommended,
            steps: steps.iter().map(step).collect(),
        }
    }
}

/// What runs, or ran, beside the main state, by kind.
#[derive(Serialize, ToSchema)]
pub struct TrackView {
    /// Which track.
    #[schema(example = "referral")]
    pub track: Track,
    /// The track in words.
    #[schema(example = json!({ "id": "Rujukan ke Bawaslu", "en": "Referral to Bawaslu" }))]
    pub label: Label,
    /// It has been begun at least once.
    #[schema(example = true)]
    pub exists: bool,
    /// Where the newest stands; the PPK is not told of criminal proceedings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<TrackState>,
    /// The state in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_label: Option<Label>,
    /// What the caller may try now.
    pub allowed_steps: Vec<TrackState>,
    /// Each time it was begun, oldest first.
    pub runs: Vec<TrackRunView>,
}

impl TrackView {
    /// All tracks of the case, for this officer.
    pub fn all(case: &Case, subject: &Subject, runs: &[(TrackRun, Vec<TrackStepRow>)], officer: &Officer) -> Vec<Self> {
        let actor = Actor::Officer(officer.clone());
        let view = |track: &Track| {
            let hidden = *track == Track::Criminal && !shows_criminal_steps(officer.role);
            let state = case.tracks.of(*track);
            let own = runs.iter().filter(|(run, _)| run.track == *track && !hidden);
            Self {
                track: *track,
                label: Label::of(|language| track.label(language).to_owned()),
                exists: runs.iter().any(|(run, _)| run.track == *track),
                state: (!hidden).then_some(state),
                state_label: (!hidden).then(|| Label::of(|language| state.label(language).to_owned())),
                allowed_steps: allowed_steps(case, subject, &actor, *track),
                runs: own.map(TrackRunView::from).collect(),
            }
        };
        Track::ALL.iter().map(view).collect()
    }
}
