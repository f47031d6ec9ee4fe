//! Who is told of an event, as the statements that write deliveries take it. Decides nothing: audiences come with the decision.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::actor::Role;
use crate::domain::case::Case;
use crate::domain::notice::{Audience, Notice};

/// Who is told what, and when at the earliest.
pub struct Tell<'a> {
    /// What.
    pub notice: Notice,
    /// Whom.
    pub audience: Audience,
    /// When.
    pub due_at: DateTime<Utc>,
    /// The case after the event: its agencies, owner and region name the recipients.
    pub case: &'a Case,
    /// The agency before, for those who lose access.
    pub former_agency: Option<Uuid>,
    /// The owner before.
    pub former_owner: Option<Uuid>,
    /// The official address an officer typed.
    pub address: Option<&'a str>,
}

/// Whom an audience means on a case: a role at an agency or in a region, one officer, an address, or the reporters.
#[derive(Default)]
pub(in crate::db) struct Meant<'a> {
    pub(in crate::db) role: Option<Role>,
    pub(in crate::db) agency: Option<Uuid>,
    pub(in crate::db) region: Option<&'a str>,
    pub(in crate::db) officer: Option<Uuid>,
    address: Option<&'a str>,
    reporters: bool,
}

impl<'a> Meant<'a> {
    /// `None` where a role has no place on the case: without one it would be everyone with that role in the country.
    pub(in crate::db) fn by(tell: &Tell<'a>) -> Option<Self> {
        let case = tell.case;
        let within = |role| Self { role: Some(role), region: Some(case.region_code.as_str()), ..Self::default() };
        let at = |role, agency| Self { role: Some(role), agency, ..Self::default() };
        let meant = match tell.audience {
            Audience::Reporters => Self { reporters: true, ..Self::default() },
            Audience::Owner => Self { officer: tell.former_owner, ..Self::default() },
            Audience::OwnerOrUnit => {
                let unit = match case.reviewing_agency_id {
                    Some(reviewing) => at(Role::InspectorLead, Some(reviewing)),
                    None => within(Role::TriageOfficer),
                };
                Self { officer: tell.former_owner, ..unit }
            }
            Audience::TypedAddress => Self { address: tell.address, ..Self::default() },
            Audience::TriagePool => within(Role::TriageOfficer),
            Audience::BawasluDesk => within(Role::BawasluLiaison),
            Audience::BknAuditors => within(Role::BknAuditor),
            Audience::TaskForce => within(Role::TaskforceViewer),
            Audience::ReviewLeads => at(Role::InspectorLead, case.reviewing_agency_id),
            Audience::Inspectors => at(Role::Inspector, case.reviewing_agency_id),
            Audience::Ppk => at(Role::PpkOfficer, case.ppk_agency_id()),
            Audience::FormerPpk => at(Role::PpkOfficer, tell.former_agency),
        };
        (meant.role.is_none() || meant.agency.is_some() || meant.region.is_some()).then_some(meant)
    }
}

/// The seats `s` a row `tell` means by role, or instead of an officer who is disabled. Who must not see the case is told as well: only the program knows the reporters among
/// officers, and the worker sends them nothing.
pub(in crate::db) const SEATED: &str = "tell.role IS NOT NULL AND s.role = tell.role AND s.ended_at IS NULL \
            AND EXISTS (SELECT FROM officers WHERE officers.id = s.officer_id AND officers.disabled_at IS NULL) \
            AND NOT EXISTS (SELECT FROM officers WHERE officers.id = tell.officer_id AND officers.disabled_at IS NULL) AND (tell.agency_id IS NULL OR s.agency_id = tell.agency_id) \
            AND (tell.region_code IS NULL OR s.region_code = '' OR s.region_code = tell.region_code OR starts_with(tell.region_code, s.region_code || '.'))";

/// The tells turned on their side, as `unnest` takes them: who is meant, as role with agency or region, as officer, as
/// address, or as the case's reporters.
#[derive(Default)]
pub(super) struct Tells<'a> {
    pub(super) notices: Vec<&'static str>,
    pub(super) dues: Vec<DateTime<Utc>>,
    pub(super) roles: Vec<Option<&'static str>>,
    pub(super) agencies: Vec<Option<Uuid>>,
    pub(super) regions: Vec<Option<&'a str>>,
    pub(super) officers: Vec<Option<Uuid>>,
    pub(super) addresses: Vec<Option<&'a str>>,
    pub(super) reporters: Vec<bool>,
}

impl<'a> Tells<'a> {
    pub(super) fn only_reporters(&self) -> bool {
        self.reporters.iter().all(|reporters| *reporters)
    }

    pub(super) fn of(tells: &[Tell<'a>]) -> Self {
        let mut all = Self::default();
        for tell in tells {
            let Some(Meant { role, agency, region, officer, address, reporters }) = Meant::by(tell) else { continue };
            all.notices.push(tell.notice.as_str());
            all.dues.push(tell.due_at);
            all.roles.push(role.map(Role::as_str));
            all.agencies.push(agency);
            all.regions.push(region);
            all.officers.push(officer);
            all.addresses.push(address);
            all.reporters.push(reporters);
        }
        all
    }
}
