//! What is done about reading: the review of a flag that unusual reading raised.

use chrono::{DateTime, Utc};

use super::FlowError;
use crate::db::Tx;
use crate::db::access_log::{self, AccessFlag};
use crate::domain::actor::Officer;

/// Records what the privacy officer found about a flag. Once only, and never about one's own reading.
pub async fn review_flag(
    tx: &mut Tx,
    now: DateTime<Utc>,
    by: &Officer,
    id: i64,
    note: &str,
) -> Result<AccessFlag, FlowError> {
    let flag = access_log::lock_flag(tx, id).await?.ok_or(FlowError::NotFound)?;
    if flag.officer_id == by.officer_id {
        return Err(FlowError::OwnFlag);
    }
    if flag.reviewed_at.is_some() {
        return Err(FlowError::FlagReviewed);
    }
    Ok(access_log::review_flag(tx, id, by.officer_id, now, note).await?)
}
