//! Looking up what an action or a step names by code, for the decision to go by. Decides nothing and writes nothing.

use chrono::NaiveDate;
use uuid::Uuid;

use super::transition::{Setting, sight};
use super::{FlowError, files, persons};
use crate::db::{self, Tx};
use crate::domain::action::{Accept, Action, Close, ConfirmedSubject, Document, ImposeSanction};
use crate::domain::actor::{Actor, Role};
use crate::domain::calendar::today;
use crate::domain::case::{CaseFacts, Category};
use crate::domain::election::suggest;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::guards::Named;
use crate::domain::person_number;
use crate::domain::sanction::before_acts;
use crate::domain::tracks::{Stands, Track};

/// Whether the action names nothing that has to be looked up, no file and no report: the case says it all.
pub(super) fn is_named_by_case_alone(action: &Action) -> bool {
    action.files().is_empty() && is_of_case_alone(action)
}

/// The same for all that an action needs, leaving the files of its documents aside.
const fn is_of_case_alone(action: &Action) -> bool {
    match action {
        Action::Take
        | Action::Answer
        | Action::ExpireQuestion
        | Action::Dismiss(_)
        | Action::Conclude(_)
        | Action::FindUnproven(_)
        | Action::ReturnReferral(_)
        | Action::RecordBreach(_)
        | Action::RecordBreachForReview(_)
        | Action::RecordBreachAsSufficient(_)
        | Action::RecordNoBreach(_)
        | Action::Recall(_)
        | Action::RequestMoreWork(_)
        | Action::Contest(_)
        | Action::RecordDeparture(_) => true,
        Action::Ask(_)
        | Action::Accept(_)
        | Action::ReferDirectly(_)
        | Action::Merge(_)
        | Action::TransferOut(_)
        | Action::Refer(_)
        | Action::SendRecommendation(_)
        | Action::ReassignAgency(_)
        | Action::ImposeSanction(_)
        | Action::ReportUnproven(_)
        | Action::TakeEffect(_)
        | Action::RecommendNothing(_)
        | Action::Close(_)
        | Action::FileAppeal(_)
        | Action::DecideAppeal(_)
        | Action::CancelOnAppeal(_)
        | Action::Withdraw(_)
        | Action::ReopenTriage(_)
        | Action::ReopenReview(_)
        | Action::Unmerge(_) => false,
    }
}

/// Looks up what the action names by code and brings personal numbers into their stored form. All unknown codes are
/// named at once.
pub(super) async fn resolve(
    tx: &mut Tx,
    setting: &Setting,
    actor: &Actor,
    facts: &mut CaseFacts,
    action: &mut Action,
) -> Result<Named, FlowError> {
    let day = today(setting.now);
    // Law is applied as it stood on the day of the act; who is addressed, as agencies are now.
    let acted = facts.act_day.unwrap_or(day);
    let mut named = Named { law: setting.laws.at(tx, facts.law_version).await?, ..Named::default() };
    if is_named_by_case_alone(action) {
        return Ok(named);
    }
    let mut faults = Vec::new();
    files::look_up(tx, facts, actor, &action.files(), &mut faults).await?;
    if let Action::Ask(_)
    | Action::Accept(_)
    | Action::ReferDirectly(_)
    | Action::Refer(_)
    | Action::Merge(_)
    | Action::Withdraw(_)
    | Action::ReopenTriage(_)
    | Action::ReopenReview(_)
    | Action::Unmerge(_) = action
    {
        facts.reports = Some(db::reports::facts(tx, facts.case.id).await?);
    }
    match action {
        Action::Accept(accept) => {
            normalise(&mut accept.subject, &mut faults);
            named.agency_id =
                agency(tx, &accept.agency_code, Role::PpkOfficer, day, "/input/agency_code", &mut faults).await?;
            let pointer = "/input/reviewing_agency_code";
            named.reviewing_agency_id =
                agency(tx, &accept.reviewing_agency_code, Role::Inspector, day, pointer, &mut faults).await?;
            named.reviewer_is_above = reviewer_is_above(tx, named.reviewing_agency_id, named.agency_id).await?;
            faults.extend(foreign_reviewer(&named, accept.one_level_up(), pointer));
            faults.extend(unexplained_phase(tx, facts, accept).await?);
            if let Some(number) = &accept.same_person_as {
                named.person_id = persons::named(tx, actor, number, &mut faults).await?;
            }
        }
        Action::ReferDirectly(refer) => {
            let pointer = "/input/reviewing_agency_code";
            named.reviewing_agency_id =
                agency(tx, &refer.reviewing_agency_code, Role::Inspector, day, pointer, &mut faults).await?;
            if let Some(code) = &refer.agency_code {
                named.agency_id = agency(tx, code, Role::PpkOfficer, day, "/input/agency_code", &mut faults).await?;
            }
            named.reviewer_is_above = reviewer_is_above(tx, named.reviewing_agency_id, named.agency_id).await?;
            faults.extend(foreign_reviewer(&named, refer.one_level_up(), pointer));
        }
        Action::Merge(merge) => {
            facts.master = db::cases::master_facts(tx, &merge.master_case_number, &sight(actor), facts).await?;
            if facts.master.is_none() {
                faults.push(FieldFault::new("/input/master_case_number", Fault::UnknownCode));
            }
        }
        Action::SendRecommendation(send) => {
            named.agency_id = agency(
                tx,
                &send.addressee_agency_code,
                Role::PpkOfficer,
                day,
                "/input/addressee_agency_code",
                &mut faults,
            )
            .await?;
            named.acts = db::sanctions::acts(tx, facts.case.id).await?;
            let codes: Vec<&str> = send.violation_forms.iter().map(|form| form.code.as_str()).collect();
            let known = db::reference::violation_forms(tx, &codes, acted).await?;
            for (i, form) in send.violation_forms.iter().enumerate() {
                match known.iter().find(|known| known.code == form.code && known.category == form.category) {
                    Some(known) => named.violation_forms.push(known.clone()),
                    None => {
                        faults.push(FieldFault::new(format!("/input/violation_forms/{i}/code"), Fault::UnknownCode));
                    }
                }
            }
            for (i, code) in send.proposed_sanctions.iter().enumerate() {
                let weight = sanction(tx, code, acted, &format!("/input/proposed_sanctions/{i}"), &mut faults)
                    .await?
                    .map(|(_, w)| w);
                named.lightest_proposed = named.lightest_proposed.into_iter().chain(weight).min();
                named.heaviest_proposed = named.heaviest_proposed.into_iter().chain(weight).max();
            }
            if let Some(agency) = named.agency_id {
                let (codes, level) = (&send.proposed_sanctions, send.position_level);
                named.beyond_officials = db::sanctions::beyond_officials(tx, agency, codes, level, acted).await?;
            }
        }
        Action::TransferOut(transfer) => {
            named.receiving_body = db::reference::transfer_body(tx, &transfer.receiving_body_code, day).await?;
            if named.receiving_body.is_none() {
                faults.push(FieldFault::new("/input/receiving_body_code", Fault::UnknownCode));
            }
        }
        Action::ReassignAgency(reassign) => {
            named.agency_id =
                agency(tx, &reassign.agency_code, Role::PpkOfficer, day, "/input/agency_code", &mut faults).await?;
            named.reviewer_is_above = reviewer_is_above(tx, facts.case.reviewing_agency_id, named.agency_id).await?;
        }
        Action::ImposeSanction(impose) => {
            decided(tx, facts, impose, acted, "/input", &mut named, &mut faults).await?;
        }
        Action::DecideAppeal(decide) => {
            let stands = db::tracks::stands(tx, facts.case.id, Track::Appeal).await?;
            faults.extend(before_filing(stands, &decide.decision, "/input/decision/dated"));
            let code = decide.sanction_code.as_deref();
            challenged(tx, facts, code, acted, "/input/sanction_code", &mut named, &mut faults).await?;
        }
        Action::FileAppeal(appeal) => {
            named.standing = db::sanctions::standing(tx, facts.case.id).await?;
            faults.extend(challenge(appeal.against_version, &mut named));
        }
        Action::Close(close) => {
            named.standing = db::sanctions::standing(tx, facts.case.id).await?;
            faults.extend(unknown_versions(close, &named));
        }
        Action::CancelOnAppeal(cancel) => {
            let stands = db::tracks::stands(tx, facts.case.id, Track::Appeal).await?;
            faults.extend(before_filing(stands, &cancel.decision, "/input/decision/dated"));
            named.standing = db::sanctions::standing(tx, facts.case.id).await?;
        }
        Action::RecommendNothing(_) | Action::ReportUnproven(_) | Action::TakeEffect(_) => {
            named.standing = db::sanctions::standing(tx, facts.case.id).await?
        }
        _ => {}
    }
    if faults.is_empty() { Ok(named) } else { Err(FlowError::Input(faults)) }
}

fn normalise(subject: &mut ConfirmedSubject, faults: &mut Vec<FieldFault>) {
    if let Some(typed) = &subject.nip {
        match person_number::nip(typed) {
            Some(nip) => subject.nip = Some(nip),
            None => faults.push(FieldFault::new("/input/subject/nip", Fault::NotANip)),
        }
    }
    if let Some(typed) = &subject.nik {
        match person_number::nik(typed) {
            Some(nik) => subject.nik = Some(nik),
            None => faults.push(FieldFault::new("/input/subject/nik", Fault::NotANik)),
        }
    }
}

/// The agency with this code, at which officers of this role work: nobody else could take the case up there.
async fn agency(
    tx: &mut Tx,
    code: &str,
    role: Role,
    day: NaiveDate,
    pointer: &str,
    faults: &mut Vec<FieldFault>,
) -> Result<Option<Uuid>, FlowError> {
    let found = db::reference::agency_with(tx, code, role, day).await?;
    let fault = match found {
        Some((agency, true)) => return Ok(Some(agency)),
        Some((_, false)) => Fault::NotAllowed,
        None => Fault::UnknownCode,
    };
    faults.push(FieldFault::new(pointer, fault));
    Ok(None)
}

/// The inspectorate of another agency reads no report on this one's officials, unless it stands above. Where the own one must not
/// judge, a guard says so.
fn foreign_reviewer(named: &Named, one_level_up: bool, pointer: &str) -> Option<FieldFault> {
    let own = named.agency_id.is_none() || named.reviewing_agency_id == named.agency_id;
    let foreign = named.reviewing_agency_id.is_some() && !own && !named.reviewer_is_above;
    (foreign && !one_level_up).then(|| FieldFault::new(pointer, Fault::NotAllowed))
}

/// Who takes another phase or election law than the election calendar suggests says why.
async fn unexplained_phase(tx: &mut Tx, facts: &CaseFacts, accept: &Accept) -> Result<Option<FieldFault>, FlowError> {
    let Some(day) = facts.act_day.filter(|_| accept.phase_reason.is_none()) else { return Ok(None) };
    let suggested = suggest(&db::catalogues::elections_in(tx).await?, &facts.case.region_code, day);
    let as_suggested = suggested.phase == accept.conduct_phase && suggested.regime == accept.election_regime;
    Ok((!as_suggested).then(|| FieldFault::new("/input/phase_reason", Fault::Required)))
}

async fn reviewer_is_above(tx: &mut Tx, reviewing: Option<Uuid>, agency: Option<Uuid>) -> Result<bool, FlowError> {
    match reviewing {
        Some(reviewing) => Ok(db::reference::stands_above(tx, reviewing, agency).await?),
        None => Ok(false),
    }
}

/// Looks up a decision of the PPK, by the catalogue of the day of the act.
pub(super) async fn decided(
    tx: &mut Tx,
    facts: &CaseFacts,
    impose: &ImposeSanction,
    today: NaiveDate,
    pointer: &str,
    named: &mut Named,
    faults: &mut Vec<FieldFault>,
) -> Result<(), FlowError> {
    let (day, by) = (facts.act_day.unwrap_or(today), Some((impose.authority, impose.position_level)));
    if !db::sanctions::look_up(tx, facts.case.id, &impose.sanction_code, by, day, named).await? {
        faults.push(FieldFault::new(format!("{pointer}/sanction_code"), Fault::UnknownCode));
    }
    let early = before_acts(impose, named).into_iter();
    faults.extend(early.map(|field| FieldFault::new(format!("{pointer}/{field}/dated"), Fault::BeforeOccurred)));
    Ok(())
}

/// The outcome of a remedy is not dated before it was filed.
pub(super) fn before_filing(stands: Option<Stands>, outcome: &Document, pointer: &str) -> Option<FieldFault> {
    let filed_on = stands.and_then(|appeal| appeal.day)?;
    (outcome.dated < filed_on).then(|| FieldFault::new(pointer, Fault::BeforeFiled))
}

/// Finds the discipline decision that a remedy is to be against. Where two stand, none is meant until it is named.
fn challenge(version: Option<i16>, named: &mut Named) -> Option<FieldFault> {
    let fault = |fault| Some(FieldFault::new("/input/against_version", fault));
    let mut decisions = named.standing.iter_mut().filter(|standing| standing.category == Category::Discipline);
    match version {
        Some(version) => match decisions.find(|standing| standing.version == version) {
            Some(named) => {
                named.challenged = true;
                None
            }
            None => fault(Fault::UnknownCode),
        },
        None if decisions.count() > 1 => fault(Fault::Required),
        None => None,
    }
}

/// Registrations of what is no discipline sanction that stands.
fn unknown_versions(close: &Close, named: &Named) -> Vec<FieldFault> {
    let stands =
        |version: i16| named.standing.iter().any(|one| one.category == Category::Discipline && one.version == version);
    let told = close.registrations.iter().flatten().enumerate().filter(|(_, one)| !stands(one.version));
    told.map(|(i, _)| FieldFault::new(format!("/input/registrations/{i}/version"), Fault::UnknownCode)).collect()
}

/// Looks up what a remedy is against, and the sanction its outcome names, by the catalogue of the day of the act.
pub(super) async fn challenged(
    tx: &mut Tx,
    facts: &CaseFacts,
    code: Option<&str>,
    today: NaiveDate,
    pointer: &str,
    named: &mut Named,
    faults: &mut Vec<FieldFault>,
) -> Result<(), FlowError> {
    let Some(code) = code else {
        named.standing = db::sanctions::standing(tx, facts.case.id).await?;
        return Ok(());
    };
    let day = facts.act_day.unwrap_or(today);
    if !db::sanctions::look_up(tx, facts.case.id, code, None, day, named).await? {
        faults.push(FieldFault::new(pointer, Fault::UnknownCode));
    }
    Ok(())
}

async fn sanction(
    tx: &mut Tx,
    code: &str,
    day: NaiveDate,
    pointer: &str,
    faults: &mut Vec<FieldFault>,
) -> Result<Option<(Category, i16)>, FlowError> {
    let found = db::reference::sanction(tx, code, day).await?;
    if found.is_none() {
        faults.push(FieldFault::new(pointer, Fault::UnknownCode));
    }
    Ok(found)
}
