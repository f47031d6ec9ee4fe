//! The mailboxes of reports: questions, answers, wordings for the reporter.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::report::Direction;
use crate::schema::{messages, reports};

/// One message.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
pub struct Message {
    /// Key, in order of time.
    pub id: Uuid,
    /// The report.
    pub report_id: Uuid,
    /// Which way.
    pub direction: Direction,
    /// The text.
    pub body: String,
    /// When.
    pub sent_at: DateTime<Utc>,
}

/// The mailbox of a report, oldest first.
pub async fn of_report(pool: &Pool, report_id: Uuid) -> Result<Vec<Message>, DbError> {
    let mut connection = pool.get().await?;
    Ok(messages::table
        .filter(messages::report_id.eq(report_id))
        .order(messages::id)
        .select(Message::as_select())
        .load(&mut connection)
        .await?)
}

/// The mailboxes of all reports of a case, oldest first.
pub async fn of_case(pool: &Pool, case_id: Uuid) -> Result<Vec<Message>, DbError> {
    let mut connection = pool.get().await?;
    Ok(messages::table
        .inner_join(reports::table)
        .filter(reports::case_id.eq(case_id))
        .order(messages::id)
        .select(Message::as_select())
        .load(&mut connection)
        .await?)
}

/// Puts a text of the reporter into his mailbox.
pub async fn insert(tx: &mut Tx, message: &Message) -> Result<(), DbError> {
    diesel::insert_into(messages::table).values(message).execute(tx.connection()?).await?;
    Ok(())
}

/// Puts a text into the mailbox of every report of the case, those of cases merged into it included.
pub async fn to_reporters(tx: &mut Tx, case_id: Uuid, body: &str, at: DateTime<Utc>) -> Result<(), DbError> {
    let reports: Vec<Uuid> = diesel::sql_query(
        "SELECT r.id AS id FROM reports r JOIN cases c ON c.id = r.case_id WHERE c.id = $1 OR c.master_case_id = $1",
    )
    .bind::<sql_types::Uuid, _>(case_id)
    .load::<ReportId>(tx.connection()?)
    .await?
    .into_iter()
    .map(|row| row.id)
    .collect();
    let rows: Vec<Message> = reports
        .into_iter()
        .map(|report_id| Message {
            id: Uuid::now_v7(),
            report_id,
            direction: Direction::ToReporter,
            body: body.to_owned(),
            sent_at: at,
        })
        .collect();
    diesel::insert_into(messages::table).values(&rows).execute(tx.connection()?).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct ReportId {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}
