//! Erasing for good. What was sealed becomes unreadable with its key, also in copies and backups of the database; what is
//! needed for statistics and for the chain of events stays.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::deliveries::DeliveryState;
use super::{DbError, Tx};
use crate::domain::sealed::Sealed;
use crate::schema::{data_keys, deliveries, messages, reporter_identities, witnesses};

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
    let waiting = deliveries::state.eq_any([DeliveryState::Queued, DeliveryState::Held]);
    diesel::update(deliveries::table.filter(deliveries::report_id.eq(report_id).and(waiting)))
        .set((deliveries::state.eq(DeliveryState::Cancelled), deliveries::settled_at.eq(Some(now))))
        .execute(connection)
        .await?;
    Ok(keys == 1)
}
