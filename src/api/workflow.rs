//! The workflow as data: states, transitions and labels in both languages, from the table that decides.

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::PublicRead;
use super::views::Label;
use crate::domain::action::Verb;
use crate::domain::case::State;
use crate::domain::notice::{Audience, Notice};
use crate::domain::policy::Permission;
use crate::domain::tracks::rules::{Datum, TRACK_RULES, TrackRule};
use crate::domain::tracks::{Track, TrackState};
use crate::domain::workflow::{Firer, RULES, Rule, Target};

/// A state.
#[derive(Serialize, ToSchema)]
pub struct StateView {
    /// Code.
    pub state: State,
    /// What officers read.
    pub label: Label,
    /// What the public reads.
    pub public_label: Label,
}

/// A condition of a transition.
#[derive(Serialize, ToSchema)]
pub struct GuardView {
    /// Name, as refusals carry it.
    pub name: &'static str,
    /// In words.
    pub text: Label,
}

/// Who is told.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    /// What.
    pub notice: Notice,
    /// Code of the mail rules.
    pub code: &'static str,
    /// Whom.
    pub audience: Audience,
}

/// A transition.
#[derive(Serialize, ToSchema)]
pub struct RuleView {
    /// Number in the specification.
    #[schema(example = "T06")]
    pub id: &'static str,
    /// The verb.
    pub action: Verb,
    /// In words.
    pub label: Label,
    /// States it may be fired in.
    pub from: &'static [State],
    /// Where it leads; `return_state`, or `closed` which becomes `monitoring` while a track is open.
    pub to: String,
    /// `officer`, `reporter` or `timer`.
    pub fired_by: &'static str,
    /// Permission the officer needs.
    pub permission: Option<Permission>,
    /// Permission the second officer needs.
    pub approval: Option<Permission>,
    /// Deadlines it sets.
    pub deadlines: &'static [&'static str],
    /// What is checked.
    pub guards: Vec<GuardView>,
    /// Who is told.
    pub notices: Vec<NoticeView>,
}

impl From<&'static Rule> for RuleView {
    fn from(rule: &'static Rule) -> Self {
        let (fired_by, permission) = match rule.by {
            Firer::Officer(permission) => ("officer", Some(permission)),
            Firer::Reporter => ("reporter", None),
            Firer::Timer => ("timer", None),
        };
        let to = match rule.to {
            Target::To(state) => state.as_str().to_owned(),
            Target::Return => "return_state".to_owned(),
            Target::Close(_) | Target::CloseWithResult => State::Closed.as_str().to_owned(),
        };
        Self {
            id: rule.id,
            action: rule.verb,
            label: Label::of(|language| rule.verb.label(language).to_owned()),
            from: rule.from,
            to,
            fired_by,
            permission,
            approval: rule.approval,
            deadlines: rule.deadlines,
            guards: rule.guards.iter().map(GuardView::from).collect(),
            notices: rule.notices.iter().map(|told| NoticeView::of(told, rule.mail_code(told.0))).collect(),
        }
    }
}

impl NoticeView {
    const fn of((notice, audience): &(Notice, Audience), code: &'static str) -> Self {
        Self { notice: *notice, code, audience: *audience }
    }
}

impl From<&'static crate::domain::guards::Guard> for GuardView {
    fn from(guard: &'static crate::domain::guards::Guard) -> Self {
        Self { name: guard.name, text: Label::of(|language| guard.text(language).to_owned()) }
    }
}

/// A step of a track.
#[derive(Serialize, ToSchema)]
pub struct TrackRuleView {
    /// The track.
    pub track: Track,
    /// The track in words.
    pub track_label: Label,
    /// Where it leads.
    pub to: TrackState,
    /// In words.
    pub label: Label,
    /// Where the track may stand before.
    pub from: &'static [TrackState],
    /// States of the case in which it may be taken.
    pub within: &'static [State],
    /// Permission the officer needs.
    pub permission: Permission,
    /// What must be given.
    pub needs: &'static [Datum],
    /// What may be given.
    pub takes: &'static [Datum],
    /// Deadlines it sets.
    pub deadlines: &'static [&'static str],
    /// What is checked.
    pub guards: Vec<GuardView>,
    /// Who is told.
    pub notices: Vec<NoticeView>,
}

impl From<&'static TrackRule> for TrackRuleView {
    fn from(rule: &'static TrackRule) -> Self {
        Self {
            track: rule.track,
            track_label: Label::of(|language| rule.track.label(language).to_owned()),
            to: rule.to,
            label: Label::of(|language| rule.to.label(language).to_owned()),
            from: rule.from,
            within: rule.within,
            permission: rule.permission,
            needs: rule.needs,
            takes: rule.takes,
            deadlines: rule.deadlines,
            guards: rule.guards.iter().map(GuardView::from).collect(),
            notices: rule.notices.iter().map(|told| NoticeView::of(told, told.0.code())).collect(),
        }
    }
}

/// The workflow.
#[derive(Serialize, ToSchema)]
pub struct Workflow {
    /// Every state.
    pub states: Vec<StateView>,
    /// Every transition.
    pub transitions: Vec<RuleView>,
    /// Every step of a track beside the main state.
    pub track_steps: Vec<TrackRuleView>,
}

/// Read the workflow: states, transitions, who may fire them and who is told.
#[utoipa::path(tag = "reference", responses((status = 200, description = "The workflow", body = Workflow), PublicRead))]
#[get("/v1/workflow")]
pub async fn get_workflow() -> HttpResponse {
    let states = State::ALL
        .iter()
        .map(|state| StateView {
            state: *state,
            label: Label::of(|language| state.label(language).to_owned()),
            public_label: Label::of(|language| state.public_label(language).to_owned()),
        })
        .collect();
    let workflow = Workflow {
        states,
        transitions: RULES.iter().map(RuleView::from).collect(),
        track_steps: TRACK_RULES.iter().map(TrackRuleView::from).collect(),
    };
    HttpResponse::Ok().insert_header(("Cache-Control", "public, max-age=3600")).json(workflow)
}
