//! Tracks beside the main state: read with their steps, and handed over to the master of a merge. They are written with
//! the decision that moves them, in `transition`.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::action::AppealKind;
use crate::domain::case::ReferralKind;
use crate::domain::tracks::{Stands, StopReason, Track, TrackState};
use crate::schema::{track_steps, tracks};

/// One row of `tracks`: from its beginning to its end.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tracks)]
pub struct TrackRun {
    /// Key.
    pub id: Uuid,
    /// Which track.
    pub track: Track,
    /// Where it stands, or ended.
    pub state: TrackState,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// Since when it stands there.
    pub state_since: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// As what a referral went.
    pub referral_kind: Option<ReferralKind>,
    /// Which remedy.
    pub appeal_kind: Option<AppealKind>,
    /// The body that decides it.
    pub appeal_body: Option<String>,
    /// The version of a sanction it is against.
    pub against: Option<Uuid>,
    /// Why it was stopped.
    pub stop_reason: Option<StopReason>,
    /// The subject is released from duty.
    pub temporary_release: bool,
    /// The council recommended administrative action.
    pub admin_action_recommended: bool,
}

/// One row of `track_steps`.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = track_steps)]
pub struct TrackStepRow {
    /// The track it belongs to.
    pub track_id: Uuid,
    /// Where it led.
    pub state: TrackState,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Number of the document; gone once the case was purged.
    pub document_number: Option<String>,
    /// Its date.
    pub document_dated: Option<NaiveDate>,
    /// Its file; gone once the case was purged.
    pub document_file: Option<Uuid>,
    /// The day it is about.
    pub day: Option<NaiveDate>,
}

/// The tracks of a case in the order they began, each with its steps.
pub async fn of_case(pool: &Pool, case_id: Uuid) -> Result<Vec<(TrackRun, Vec<TrackStepRow>)>, DbError> {
    let mut connection = pool.get().await?;
    let runs: Vec<TrackRun> = tracks::table
        .filter(tracks::case_id.eq(case_id))
        .order((tracks::opened_at, tracks::id))
        .select(TrackRun::as_select())
        .load(&mut connection)
        .await?;
    let steps: Vec<TrackStepRow> = track_steps::table
        .inner_join(tracks::table)
        .filter(tracks::case_id.eq(case_id))
        .order(track_steps::id)
        .select(TrackStepRow::as_select())
        .load(&mut connection)
        .await?;
    let own = |run: &TrackRun| steps.iter().filter(|step| step.track_id == run.id).cloned().collect();
    Ok(runs.into_iter().map(|run| (run.clone(), own(&run))).collect())
}

#[derive(QueryableByName)]
struct StandsRow {
    #[diesel(sql_type = sql::Timestamptz)]
    state_since: DateTime<Utc>,
    #[diesel(sql_type = sql::Nullable<sql::Date>)]
    day: Option<NaiveDate>,
}

/// How the newest track of this kind stands.
pub async fn stands(tx: &mut Tx, case_id: Uuid, track: Track) -> Result<Option<Stands>, DbError> {
    let row: Option<StandsRow> = diesel::sql_query(
        "SELECT t.state_since, (SELECT p.day FROM track_steps p WHERE p.track_id = t.id AND p.day IS NOT NULL ORDER BY p.id DESC LIMIT 1) AS day \
         FROM tracks t WHERE t.case_id = $1 AND t.track = $2 ORDER BY t.ended_at DESC NULLS FIRST, t.id DESC LIMIT 1",
    )
    .bind::<sql::Uuid, _>(case_id)
    .bind::<sql::Text, _>(track.as_str())
    .get_result(tx.connection()?)
    .await
    .optional()?;
    Ok(row.map(|row| Stands { since: row.state_since, day: row.day }))
}

/// Gives the live tracks of a merged case to its master. The caller holds the locks of both, and the master has no live
/// track of these kinds.
pub async fn hand_over(tx: &mut Tx, merged: Uuid, master: Uuid) -> Result<(), DbError> {
    diesel::sql_query("UPDATE tracks SET case_id = $2 WHERE case_id = $1 AND ended_at IS NULL")
        .bind::<sql::Uuid, _>(merged)
        .bind::<sql::Uuid, _>(master)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
