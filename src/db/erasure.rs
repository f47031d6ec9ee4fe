//! Erasing for good. What was sealed becomes unreadable with its key, also in copies and backups of the database; what is
//! needed for statistics and for the chain of events stays.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::deliveries::DeliveryState;
use super::{DbError, Tx, exclusions};
use crate::domain::sealed::Sealed;
use crate::schema::{cases, data_keys, data_requests, deliveries, messages, reporter_identities, reports, witnesses};

/// Shreds a report: its key, what was sealed with it and the indexes by which its reporter was found are gone, and what
/// waited to be mailed is cancelled. False when it had been shredded before.
pub async fn shred(tx: &mut Tx, report_id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let connection = tx.connection()?;
    let keys = diesel::delete(data_keys::table.find(report_id)).execute(connection).await?;
    diesel::update(reporter_identities::table.find(report_id))
        .set((
            reporter_identities::name.eq(None::<Sealed>),
            reporter_identities::email.eq(None::<Sealed>),
            reporter_identities::phone.eq(None::<Sealed>),
            reporter_identities::nik.eq(None::<Sealed>),
            reporter_identities::email_index.eq(None::<Vec<u8>>),
            reporter_identities::nik_index.eq(None::<Vec<u8>>),
        ))
        .execute(connection)
        .await?;
    diesel::delete(witnesses::table.filter(witnesses::report_id.eq(report_id))).execute(connection).await?;
    diesel::update(messages::table.filter(messages::report_id.eq(report_id)))
        .set(messages::body.eq(None::<Sealed>))
        .execute(connection)
        .await?;
    diesel::update(data_requests::table.filter(data_requests::report_id.eq(report_id)))
        .set(data_requests::body.eq(None::<Sealed>))
        .execute(connection)
        .await?;
    let case_id: Uuid = reports::table.find(report_id).select(reports::case_id).first(connection).await?;
    let waiting = deliveries::state.eq_any([DeliveryState::Queued, DeliveryState::Held]);
    diesel::update(deliveries::table.filter(deliveries::report_id.eq(report_id).and(waiting)))
        .set((deliveries::state.eq(DeliveryState::Cancelled), deliveries::settled_at.eq(Some(now))))
        .execute(connection)
        .await?;
    exclusions::renew_marks(tx, case_id).await?;
    Ok(keys == 1)
}

/// What else of a case and those merged into it tells of people: the narrative, links and evidence of reports, who it is
/// about, the data of drafts, the addresses of bodies that officers typed, the reasons given for holds (all lifted by then), for asking who reported and to reporters about their data, what acts and
/// letters are called, and their files. `$1` is the case.
const WIPE: [&str; 14] = [
    "UPDATE reports SET description = '', place = '', links = '[]', evidence = '[]', link_hashes = '{}' \
     WHERE case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1)",
    "UPDATE subjects SET name = NULL, nip = NULL, nik = NULL, position = NULL, agency_text = NULL, work_unit = NULL, nip_index = NULL, nik_index = NULL, person_id = NULL, typed_agency_id = NULL \
     WHERE case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1)",
    "UPDATE approvals SET action = '{}', reason = NULL WHERE case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1)",
    "UPDATE deliveries SET address = '', state = CASE WHEN state IN ('queued', 'held') THEN 'cancelled' ELSE state END, settled_at = coalesce(settled_at, now()) \
     WHERE address IS NOT NULL AND case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1)",
    "UPDATE identity_requests SET reason = '', decision_reason = NULL \
     WHERE case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1)",
    "UPDATE data_requests SET reason = NULL WHERE report_id IN \
     (SELECT r.id FROM reports r JOIN cases c ON c.id = r.case_id WHERE c.id = $1 OR c.master_case_id = $1)",
    "UPDATE legal_holds SET reason = '', lift_reason = '' WHERE case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1)",
    "UPDATE acts SET description = NULL WHERE case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1)",
    "UPDATE track_steps SET document_number = NULL WHERE track_id IN \
     (SELECT t.id FROM tracks t JOIN cases c ON c.id = t.case_id WHERE c.id = $1 OR c.master_case_id = $1)",
    "UPDATE sanctions_imposed SET sk_number = NULL, deciding_official = NULL, legal_basis = NULL, record_number = NULL, annulment_number = NULL, \
     punishment_reason = NULL, remarks = NULL, idis_ref = NULL WHERE case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1)",
    "SELECT erase_event_details($1)",
    // With the rows go the keys; the objects, which nobody can read any more, are removed by the worker.
    "DELETE FROM files WHERE case_id IN (SELECT id FROM cases WHERE id = $1 OR master_case_id = $1)",
    // Persons that no case is about any more; the number of the case is not needed for that.
    "DELETE FROM person_numbers n WHERE $1 IS NOT NULL AND NOT EXISTS (SELECT FROM subjects s WHERE s.person_id = n.person_id)",
    "DELETE FROM persons p WHERE $1 IS NOT NULL AND NOT EXISTS (SELECT FROM subjects s WHERE s.person_id = p.id) \
     AND NOT EXISTS (SELECT FROM person_numbers n WHERE n.person_id = p.id)",
];

/// Purges a case and those merged into it: their reports are shredded, and everything that tells of people is gone. Dates,
/// states, codes and the chain of events stay for statistics. The purge has been approved: the database looks.
pub async fn purge(tx: &mut Tx, case_id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    let of_case = cases::id.eq(case_id).or(cases::master_case_id.is_not_distinct_from(case_id));
    let reports: Vec<Uuid> =
        reports::table.inner_join(cases::table).filter(of_case).select(reports::id).load(tx.connection()?).await?;
    for report_id in reports {
        shred(tx, report_id, now).await?;
    }
    for statement in WIPE {
        diesel::sql_query(statement).bind::<sql::Uuid, _>(case_id).execute(tx.connection()?).await?;
    }
    exclusions::renew_marks(tx, case_id).await
}
