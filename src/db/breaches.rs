//! The register of breaches of personal data: entries and the steps taken, both only ever added to.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::notice::Notice;
use crate::schema::{breach_steps, breaches};
use crate::text_enum;

text_enum! {
    /// What was done about a breach.
    BreachStepKind {
        Noted = "noted", "Catatan", "Noted";
        AuthorityNotified = "authority_notified", "Lembaga diberi tahu", "Authority notified";
        SubjectsNotified = "subjects_notified", "Subjek data diberi tahu", "Persons notified";
        Closed = "closed", "Ditutup", "Closed";
    }
}

/// A breach.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = breaches)]
pub struct Breach {
    /// Key.
    pub id: Uuid,
    /// When it was discovered.
    pub discovered_at: DateTime<Utc>,
    /// When it was entered.
    pub recorded_at: DateTime<Utc>,
    /// By whom.
    pub recorded_by: Uuid,
    /// What data.
    pub data_affected: String,
    /// How many people.
    pub persons_affected: i32,
    /// How it was found.
    pub found_how: String,
}

/// A step.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = breach_steps, belongs_to(Breach))]
pub struct BreachStep {
    /// Key.
    pub id: Uuid,
    /// The breach.
    pub breach_id: Uuid,
    /// What was done.
    pub kind: BreachStepKind,
    /// When.
    pub at: DateTime<Utc>,
    /// When it was entered.
    pub recorded_at: DateTime<Utc>,
    /// By whom.
    pub recorded_by: Uuid,
    /// In words.
    pub note: String,
}

/// Enters a breach.
pub async fn insert(tx: &mut Tx, breach: &Breach) -> Result<(), DbError> {
    diesel::insert_into(breaches::table).values(breach).execute(tx.connection()?).await?;
    Ok(())
}

/// Locks a breach, so that steps follow one another, and reads those taken. An advisory lock: to lock the row would take the
/// right to change it.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<(Breach, Vec<BreachStep>)>, DbError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(7273003, hashtext($1::text))")
        .bind::<sql::Uuid, _>(id)
        .execute(tx.connection()?)
        .await?;
    let breach = breaches::table.find(id).select(Breach::as_select());
    let Some(breach) = breach.first(tx.connection()?).await.optional()? else { return Ok(None) };
    let steps = BreachStep::belonging_to(&breach).order(breach_steps::id).select(BreachStep::as_select());
    let steps = steps.load(tx.connection()?).await?;
    Ok(Some((breach, steps)))
}

/// Enters a step.
pub async fn insert_step(tx: &mut Tx, step: &BreachStep) -> Result<(), DbError> {
    diesel::insert_into(breach_steps::table).values(step).execute(tx.connection()?).await?;
    Ok(())
}

/// Tells every privacy officer of each breach of which a notice is missing: that it is due where it was discovered by `due`, that
/// it is overdue where by `overdue`; each once, whoever asks how often. Answers how many were told.
pub async fn remind(
    pool: &Pool,
    due: DateTime<Utc>,
    overdue: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize, DbError> {
    let mut connection = pool.get().await?;
    Ok(diesel::sql_query(
        "INSERT INTO deliveries (breach_id, notice, officer_id, due_at, created_at) \
         SELECT b.id, n.notice, o.id, $1, $1 FROM breaches b JOIN officers o ON o.disabled_at IS NULL \
           AND EXISTS (SELECT FROM seats s WHERE s.officer_id = o.id AND s.role = 'privacy_officer' AND s.ended_at IS NULL) \
         CROSS JOIN LATERAL (SELECT CASE WHEN b.discovered_at <= $3 THEN $5 ELSE $4 END AS notice) n WHERE b.discovered_at <= $2 \
           AND (SELECT count(*) FROM breach_steps s WHERE s.breach_id = b.id AND s.kind IN ('authority_notified', 'subjects_notified')) < 2 \
           AND NOT EXISTS (SELECT FROM breach_steps s WHERE s.breach_id = b.id AND s.kind = 'closed') \
           AND NOT EXISTS (SELECT FROM deliveries d WHERE d.breach_id = b.id AND d.notice = n.notice AND d.officer_id = o.id) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<sql::Timestamptz, _>(now)
    .bind::<sql::Timestamptz, _>(due)
    .bind::<sql::Timestamptz, _>(overdue)
    .bind::<sql::Text, _>(Notice::BreachDue)
    .bind::<sql::Text, _>(Notice::BreachOverdue)
    .execute(&mut connection)
    .await?)
}

/// Breaches with their steps, oldest first, behind `after`.
pub async fn page(pool: &Pool, after: Uuid, limit: i64) -> Result<Vec<(Breach, Vec<BreachStep>)>, DbError> {
    let mut connection = pool.get().await?;
    let found: Vec<Breach> = breaches::table
        .filter(breaches::id.gt(after))
        .order(breaches::id)
        .limit(limit)
        .select(Breach::as_select())
        .load(&mut connection)
        .await?;
    let steps = BreachStep::belonging_to(&found).order(breach_steps::id).select(BreachStep::as_select());
    let steps: Vec<BreachStep> = steps.load(&mut connection).await?;
    let steps = steps.grouped_by(&found);
    Ok(found.into_iter().zip(steps).collect())
}
