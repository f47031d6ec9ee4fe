//! The mailboxes of reports: questions, answers, wordings for the reporter. Their texts are sealed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::reports::sources;
use super::{DbError, Pool, Tx};
use crate::domain::report::Direction;
use crate::domain::sealed::{Sealed, WrappedKey};
use crate::schema::{data_keys, data_requests, messages, reports};

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
    /// The text; absent once erased.
    pub body: Option<Sealed>,
    /// When.
    pub sent_at: DateTime<Utc>,
}

/// A message with the key that opens it, unless its report has been shredded.
pub type Locked = (Message, Option<WrappedKey>);

/// The mailbox of a report, oldest first.
pub async fn of_report(pool: &Pool, report_id: Uuid) -> Result<Vec<Locked>, DbError> {
    let mut connection = pool.get().await?;
    Ok(messages::table
        .left_join(data_keys::table.on(data_keys::owner_id.eq(messages::report_id)))
        .filter(messages::report_id.eq(report_id))
        .order(messages::id)
        .select((Message::as_select(), Option::<WrappedKey>::as_select()))
        .load(&mut connection)
        .await?)
}

/// The mailboxes of all reports of a case, those of cases merged into it included, oldest first.
pub async fn of_case(pool: &Pool, case_id: Uuid) -> Result<Vec<Locked>, DbError> {
    let mut connection = pool.get().await?;
    let sources = sources(&mut connection, case_id).await?;
    Ok(messages::table
        .inner_join(reports::table)
        .left_join(data_keys::table.on(data_keys::owner_id.eq(messages::report_id)))
        .filter(reports::case_id.eq_any(sources))
        .order(messages::id)
        .select((Message::as_select(), Option::<WrappedKey>::as_select()))
        .load(&mut connection)
        .await?)
}

/// When the reporter wrote letters after `since`, messages and requests about his data alike; in order of time.
pub async fn written_since(tx: &mut Tx, report_id: Uuid, since: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, DbError> {
    let from_reporter = messages::report_id.eq(report_id).and(messages::direction.eq(Direction::FromReporter));
    let sent = messages::table.filter(from_reporter.and(messages::sent_at.gt(since))).select(messages::sent_at);
    let asked = data_requests::table
        .filter(data_requests::report_id.eq(report_id).and(data_requests::made_at.gt(since)))
        .select(data_requests::made_at);
    let mut all: Vec<DateTime<Utc>> = sent.load(tx.connection()?).await?;
    all.extend(asked.load::<DateTime<Utc>>(tx.connection()?).await?);
    all.sort_unstable();
    Ok(all)
}

/// Puts messages into mailboxes.
pub async fn insert(tx: &mut Tx, messages: &[Message]) -> Result<(), DbError> {
    diesel::insert_into(messages::table).values(messages).execute(tx.connection()?).await?;
    Ok(())
}
