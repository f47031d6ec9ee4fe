//! Taking a report (T01): number, access code, case, first event, notices. Acknowledged only when durable.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::transition::Setting;
use super::{FlowError, duplicates, persons, sealing};
use crate::db::Pool;
use crate::db::group_commit::Writer;
use crate::db::intake::{Intake, Taken};
use crate::domain::actor::Actor;
use crate::domain::calendar::today;
use crate::domain::case::{ElectionRegime, KnownReport};
use crate::domain::deadline::window::BawasluWindow;
use crate::domain::deadline::{DeadlineCode, Law, Offices, course};
use crate::domain::event::{self, GENESIS, Happening};
use crate::domain::ids::{ComplaintNumber, Language};
use crate::domain::report::NewReport;
use crate::domain::workflow::OPENING;
use crate::token::Keys;

/// What is kept of the answer for a repeat of the request; the access code is derived again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Receipt {
    /// The report.
    pub report_id: Uuid,
    /// Its public number.
    pub complaint_number: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// Bawaslu's window for it; none outside an election, and in receipts of an earlier version.
    #[serde(default)]
    pub bawaslu_window: Option<BawasluWindow>,
}

/// The request's idempotency key, as given and as kept.
pub struct RequestKey<'a> {
    /// As given: one ingredient of the access code.
    pub plain: &'a str,
    /// Keyed hash of caller, route and key.
    pub hash: Vec<u8>,
    /// Hash of the body.
    pub fingerprint: Vec<u8>,
}

/// Cases are registered by BKN's desk until triage finds the subject's agency; the number stays.
const REGISTERING_AGENCY: &str = "BKN";

/// Takes a report. `None` when its key has been used before: answer from the record.
pub async fn submit(
    pool: &Pool,
    writer: &Writer<Intake>,
    keys: &Keys,
    setting: &Setting,
    report: &NewReport,
    key: &RequestKey<'_>,
    language: Language,
) -> Result<Option<Receipt>, FlowError> {
    // Forty random bits may collide; with a new number the same report is written at the next try.
    for _ in 0..3 {
        let law = setting.laws.in_hand();
        let receipt = Receipt {
            report_id: Uuid::now_v7(),
            complaint_number: ComplaintNumber::new(
                chrono::Datelike::year(&today(setting.now)),
                Uuid::new_v4().as_u64_pair().1,
            )
            .as_str()
            .to_owned(),
            received_at: setting.now,
            bawaslu_window: window(&law, report, setting.now),
        };
        match writer.write(intake(keys, setting, &law, report, key, language, &receipt)?).await {
            Ok(Taken::New(version)) => {
                // Its clocks are counted again by the worker; the next report's shall be right at once.
                if version != law.version {
                    setting.laws.current(pool).await?;
                }
                return Ok(Some(receipt));
            }
            Ok(Taken::KeyKnown) => return Ok(None),
            Err(error) if error.is_duplicate() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(FlowError::Db(crate::db::DbError::Unavailable("no free complaint number".to_owned())))
}

fn regime(report: &NewReport) -> ElectionRegime {
    report.election_regime.unwrap_or(ElectionRegime::None)
}

/// Since when the reporter knew: as he says, else since the day it is where it happened.
fn known_on(law: &Law, report: &NewReport, now: DateTime<Utc>) -> NaiveDate {
    report.conduct.known_on.unwrap_or_else(|| law.calendar.day_at(&report.conduct.region_code, now))
}

/// What the reporter is told of Bawaslu's window (T01): later the report is taken all the same, but goes there as
/// preliminary information only.
fn window(law: &Law, report: &NewReport, now: DateTime<Utc>) -> Option<BawasluWindow> {
    let offices = Offices::of_place(law, &report.conduct.region_code);
    let end = law.bawaslu_window(offices, regime(report), known_on(law, report, now))?;
    let passed = end.day < offices.day_at(DeadlineCode::D2, now);
    Some(BawasluWindow { last_day: end.day, passed, provisional: end.provisional })
}

fn intake(
    keys: &Keys,
    setting: &Setting,
    law: &Law,
    report: &NewReport,
    key: &RequestKey<'_>,
    language: Language,
    receipt: &Receipt,
) -> Result<Intake, FlowError> {
    let case_id = Uuid::now_v7();
    let actor = Actor::Reporter { report_id: receipt.report_id };
    let happening = Happening { kind: "submit", actor: &actor, approver: None, from: None, to: OPENING, details: None };
    let link = event::link(case_id, 1, &GENESIS, setting.now, &happening);
    let (conduct, subject) = (&report.conduct, &report.subject);
    let code = keys.access_code(receipt.report_id, key.plain);
    let revealed =
        |value: &Option<crate::domain::confidential::Confidential<String>>| value.as_ref().map(|v| v.reveal().clone());
    let people = sealing::people(&setting.vault, keys, receipt.report_id, report)?;
    let evidence: Vec<&str> = report.evidence.iter().map(|item| item.reveal().as_str()).collect();
    let known = KnownReport { id: receipt.report_id, known_on: known_on(law, report, setting.now) };
    let regime = regime(report);
    let course = course::opening(law, &conduct.region_code, regime, known, setting.now);
    Ok(Intake {
        report_id: receipt.report_id,
        case_id,
        key_hash: key.hash.clone(),
        fingerprint: key.fingerprint.clone(),
        reply: serde_json::to_string(receipt).unwrap_or_default(),
        complaint_number: receipt.complaint_number.clone(),
        access_code_hash: keys.access_code_hash(&code),
        registering_agency: REGISTERING_AGENCY.to_owned(),
        language: language.code(),
        received_at: setting.now,
        region_code: conduct.region_code.clone(),
        election_regime: regime.as_str(),
        description: conduct.description.reveal().clone(),
        medium: conduct.medium.as_str(),
        occurred_from: conduct.occurred_from,
        occurred_to: conduct.occurred_to.unwrap_or(conduct.occurred_from),
        known_on: known.known_on,
        known_assumed: conduct.known_on.is_none(),
        place: conduct.place.reveal().clone(),
        links: serde_json::json!(conduct.links),
        evidence: serde_json::json!(evidence),
        anonymity: report.anonymity().as_str(),
        consent_to_bawaslu: report.consent_to_bawaslu,
        subject_name: revealed(&subject.name),
        subject_nip: revealed(&subject.nip),
        subject_nik: revealed(&subject.nik),
        subject_position: subject.position.clone(),
        subject_agency: subject.agency.clone(),
        subject_work_unit: subject.work_unit.clone(),
        subject_nip_index: subject.nip.as_ref().map(|nip| persons::nip_index(keys, nip.reveal())),
        subject_nik_index: subject.nik.as_ref().map(|nik| persons::nik_index(keys, nik.reveal())),
        link_hashes: duplicates::hashes_of(report).join(" "),
        key: people.key,
        reporter_name: people.contact.name,
        reporter_email: people.contact.email,
        reporter_phone: people.contact.phone,
        reporter_nik: people.contact.nik,
        email_index: people.contact.email_index,
        nik_index: people.contact.nik_index,
        witnesses: people.witnesses,
        event_id: link.id,
        event_body: link.body,
        event_hash: link.hash,
        pool_due_at: setting.now + setting.quiet,
        clocks: serde_json::to_value(&course.changed).unwrap_or_default(),
        bawaslu_until: course.bawaslu_until,
        next_due_at: course.next_due_at,
    })
}
