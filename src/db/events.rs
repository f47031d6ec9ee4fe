//! Events as they are read back: the timeline of a case. They are written in `transition` and `intake`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool};
use crate::domain::case::State;
use crate::schema::events;

/// One event.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct Event {
    /// Key.
    pub id: Uuid,
    /// Number within the case.
    pub seq: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// What: a verb, or `noun.past_participle`.
    pub kind: String,
    /// `officer`, `reporter` or `system`.
    pub actor: String,
    /// The officer's role.
    pub role: Option<String>,
    /// State before.
    pub from_state: Option<State>,
    /// State after.
    pub to_state: State,
    /// Salted data of the action; absent once erased.
    pub details: Option<String>,
    /// The text that was hashed.
    pub body: String,
    /// The hash.
    pub hash: Vec<u8>,
}

/// Events of a case behind `after`, in order.
pub async fn page(pool: &Pool, case_id: Uuid, after: i32, limit: i64) -> Result<Vec<Event>, DbError> {
    let mut connection = pool.get().await?;
    Ok(events::table
        .filter(events::case_id.eq(case_id).and(events::seq.gt(after)))
        .order(events::seq)
        .limit(limit)
        .select(Event::as_select())
        .load(&mut connection)
        .await?)
}
