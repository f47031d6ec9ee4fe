//! Deliveries: claimed by lease, settled, listed and sent again. They are written with the event they tell of.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{self as sql, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::reports::FACE_OF_R;
use super::{DbError, Pool, Tx};
use crate::domain::case::{ClosureReason, State};
use crate::domain::confidential::Confidential;
use crate::domain::notice::Notice;
use crate::domain::sealed::{Sealed, WrappedKey};
use crate::domain::tracks::TrackState;
use crate::schema::deliveries;
use crate::text_enum;

text_enum! {
    /// Where a delivery stands.
    DeliveryState {
        Queued = "queued", "Menunggu", "Queued";
        Held = "held", "Ditahan sampai alamat dikonfirmasi", "Held until the address is confirmed";
        Sent = "sent", "Terkirim", "Sent";
        Collapsed = "collapsed", "Digabung dengan surel berikutnya", "Collapsed into a later one";
        Cancelled = "cancelled", "Dibatalkan karena penerima tidak ada lagi", "Cancelled, as there is no such recipient any more";
        Dead = "dead", "Gagal", "Given up";
    }
}

/// A claimed delivery with what its letter needs. Read for one attempt, then forgotten.
#[derive(Debug, QueryableByName)]
pub struct Claimed {
    /// Key.
    #[diesel(sql_type = sql::BigInt)]
    pub id: i64,
    /// Which attempt this is, from 1; fences the settling.
    #[diesel(sql_type = sql::Integer)]
    pub attempts: i32,
    /// What is told.
    #[diesel(sql_type = sql::Text)]
    pub notice: Notice,
    /// The event it tells of, of a case or of an account; or the digest, or the breach.
    #[diesel(sql_type = sql::Uuid)]
    pub event_id: Uuid,
    /// The digest, when it is one.
    #[diesel(sql_type = Nullable<sql::Uuid>)]
    pub digest_id: Option<Uuid>,
    /// The day the digest is for.
    #[diesel(sql_type = Nullable<sql::Date>)]
    pub digest_day: Option<NaiveDate>,
    /// The case, when it is about one.
    #[diesel(sql_type = Nullable<sql::Uuid>)]
    pub case_id: Option<Uuid>,
    /// The case, the breach, or the officer whose account it is about.
    #[diesel(sql_type = sql::Uuid)]
    pub thread_id: Uuid,
    /// The account, when it is about one.
    #[diesel(sql_type = Nullable<sql::Uuid>)]
    pub account_id: Option<Uuid>,
    /// Number of the case, for officers; absent when it is about an account.
    #[diesel(sql_type = Nullable<sql::Text>)]
    pub case_number: Option<String>,
    /// The report, when its reporter is told.
    #[diesel(sql_type = Nullable<sql::Uuid>)]
    pub report_id: Option<Uuid>,
    /// The officer, when one is told.
    #[diesel(sql_type = Nullable<sql::Uuid>)]
    pub officer_id: Option<Uuid>,
    /// Number of the report.
    #[diesel(sql_type = Nullable<sql::Text>)]
    pub complaint_number: Option<String>,
    /// Where it goes, for an officer or a body.
    #[diesel(sql_type = Nullable<sql::Text>)]
    pub address: Option<Confidential<String>>,
    /// Where it goes, for a reporter; absent when the address was taken away.
    #[diesel(sql_type = Nullable<sql::Binary>)]
    pub sealed_address: Option<Sealed>,
    /// Version and bytes of the key that opens it; absent when the report was shredded.
    #[diesel(sql_type = Nullable<sql::Integer>)]
    kek_version: Option<i32>,
    #[diesel(sql_type = Nullable<sql::Binary>)]
    wrapped: Option<Sealed>,
    /// Language of the recipient.
    #[diesel(sql_type = sql::Text)]
    pub language: String,
    /// The reporter's address was confirmed.
    #[diesel(sql_type = sql::Bool)]
    pub confirmed: bool,
    /// How often the reporter has changed it.
    #[diesel(sql_type = sql::SmallInt)]
    pub email_version: i16,
    /// State of the case that decides about the report, now; absent when it is about an account.
    #[diesel(sql_type = Nullable<sql::Text>)]
    pub state: Option<State>,
    /// Its criminal track.
    #[diesel(sql_type = Nullable<sql::Text>)]
    pub criminal_state: Option<TrackState>,
    /// It has a sanction on record.
    #[diesel(sql_type = sql::Bool)]
    pub sanctioned: bool,
    /// Why it is closed.
    #[diesel(sql_type = Nullable<sql::Text>)]
    pub closure_reason: Option<ClosureReason>,
    /// By when an answer is awaited.
    #[diesel(sql_type = Nullable<sql::Date>)]
    pub reply_due_on: Option<NaiveDate>,
    /// Data of the action, for the number of a letter; of the sending, where a recommendation is passed on to another PPK.
    #[diesel(sql_type = Nullable<sql::Text>)]
    pub details: Option<String>,
}

impl Claimed {
    /// The key that opens the reporter's address.
    pub fn key(&self) -> Option<WrappedKey> {
        let (owner_id, kek_version, wrapped) = (self.report_id?, self.kek_version?, self.wrapped.clone()?);
        Some(WrappedKey { owner_id, kek_version, wrapped })
    }
}

/// What follows rows `claimed` of deliveries, to read all that their letters need.
fn letter() -> String {
    format!(
        "SELECT d.id, d.attempts, d.notice, coalesce(d.event_id, d.officer_event_id, d.digest_id, d.breach_id) AS event_id, d.digest_id, g.day AS digest_day, d.case_id, coalesce(d.case_id, d.breach_id, d.officer_id) AS thread_id, a.officer_id AS account_id, c.case_number, d.report_id, d.officer_id, r.complaint_number, \
           coalesce(d.address, o.email) AS address, CASE WHEN i.email_disabled_at IS NULL THEN i.email END AS sealed_address, k.kek_version, k.wrapped, \
           coalesce(o.language, r.language, 'id') AS language, i.email_confirmed_at IS NOT NULL AS confirmed, coalesce(i.email_version, 0::smallint) AS email_version, \
           coalesce(m.state, c.state) AS state, coalesce(m.criminal_state, c.criminal_state) AS criminal_state, \
           (CASE WHEN m.id IS NULL THEN c.sanction_code ELSE m.sanction_code END) IS NOT NULL AS sanctioned, CASE WHEN m.id IS NULL THEN c.closure_reason ELSE m.closure_reason END AS closure_reason, \
           coalesce(m.reply_due_on, c.reply_due_on) AS reply_due_on, coalesce(passed_on.details, e.details) AS details \
         FROM claimed d LEFT JOIN cases c ON c.id = d.case_id LEFT JOIN events e ON e.id = d.event_id LEFT JOIN digests g ON g.id = d.digest_id LEFT JOIN officer_events a ON a.id = d.officer_event_id \
         LEFT JOIN officers o ON o.id = d.officer_id AND o.disabled_at IS NULL LEFT JOIN reports r ON r.id = d.report_id \
         LEFT JOIN cases m ON m.id = CASE WHEN r.id IS NULL THEN c.master_case_id ELSE {FACE_OF_R} END \
         LEFT JOIN reporter_identities i ON i.report_id = d.report_id LEFT JOIN data_keys k ON k.owner_id = d.report_id \
         LEFT JOIN LATERAL (SELECT s.details FROM events s WHERE s.case_id = d.case_id AND s.seq < e.seq AND s.kind = 'send_recommendation' \
           ORDER BY s.seq DESC LIMIT 1) passed_on ON e.kind = 'reassign_agency'"
    )
}

/// Leases up to `limit` due deliveries until `lease_until`. A worker that dies leaves them to be claimed again then.
pub async fn claim(
    pool: &Pool,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Claimed>, DbError> {
    let mut connection = pool.get().await?;
    Ok(diesel::sql_query(format!(
        "WITH claimed AS (UPDATE deliveries SET attempts = attempts + 1, due_at = $2 WHERE id IN \
           (SELECT id FROM deliveries WHERE state = 'queued' AND due_at <= $1 ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING *) \
         {} ORDER BY d.id",
        letter()
    ))
    .bind::<sql::Timestamptz, _>(now)
    .bind::<sql::Timestamptz, _>(lease_until)
    .bind::<sql::BigInt, _>(limit)
    .load(&mut connection)
    .await?)
}

/// Who is told.
#[derive(Clone, Copy, Debug)]
pub enum Recipient {
    /// An officer.
    Officer(Uuid),
    /// The reporter of this report.
    Reporter(Uuid),
}

/// What one is told of: an event of a case, or one of the own account.
#[derive(Clone, Copy, Debug)]
pub enum Told {
    /// An event of a case.
    Case {
        /// The case.
        case_id: Uuid,
        /// The event.
        event_id: Uuid,
    },
    /// What happened to an account.
    Account {
        /// The record of it.
        officer_event_id: Uuid,
    },
}

/// Tells one officer or reporter at once.
pub async fn tell(tx: &mut Tx, told: Told, to: Recipient, notice: Notice, now: DateTime<Utc>) -> Result<(), DbError> {
    let (case_id, event_id, officer_event_id) = match told {
        Told::Case { case_id, event_id } => (Some(case_id), Some(event_id), None),
        Told::Account { officer_event_id } => (None, None, Some(officer_event_id)),
    };
    let (officer_id, report_id) = match to {
        Recipient::Officer(officer_id) => (Some(officer_id), None),
        Recipient::Reporter(report_id) => (None, Some(report_id)),
    };
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::case_id.eq(case_id),
            deliveries::event_id.eq(event_id),
            deliveries::officer_event_id.eq(officer_event_id),
            deliveries::officer_id.eq(officer_id),
            deliveries::report_id.eq(report_id),
            deliveries::notice.eq(notice),
            deliveries::due_at.eq(now),
            deliveries::created_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// When the reporter of a report was told this since then, in order.
pub async fn told_since(
    tx: &mut Tx,
    report_id: Uuid,
    notice: Notice,
    since: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, DbError> {
    let of_report = deliveries::report_id.eq(report_id).and(deliveries::notice.eq(notice));
    Ok(deliveries::table
        .filter(of_report.and(deliveries::created_at.gt(since)))
        .order(deliveries::created_at)
        .select(deliveries::created_at)
        .load(tx.connection()?)
        .await?)
}

/// How one attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Handed to the mail server.
    Sent,
    /// To be tried again at this time; the text says what went wrong.
    Retry(DateTime<Utc>, String),
    /// Given up.
    Dead(String),
    /// Waits for the address to be confirmed.
    Held,
    /// The officer is disabled.
    Cancelled,
}

/// Settles an attempt. Does nothing when another worker has claimed it since.
pub async fn settle(tx: &mut Tx, claimed: &Claimed, outcome: &Outcome, now: DateTime<Utc>) -> Result<(), DbError> {
    let (state, due_at, error, attempts) = match outcome {
        Outcome::Sent => (DeliveryState::Sent, None, None, claimed.attempts),
        Outcome::Retry(at, error) => (DeliveryState::Queued, Some(*at), Some(error.as_str()), claimed.attempts),
        Outcome::Dead(error) => (DeliveryState::Dead, None, Some(error.as_str()), claimed.attempts),
        Outcome::Held => (DeliveryState::Held, None, None, 0),
        Outcome::Cancelled => (DeliveryState::Cancelled, None, None, claimed.attempts),
    };
    let row = deliveries::table.filter(deliveries::id.eq(claimed.id)).filter(deliveries::attempts.eq(claimed.attempts));
    diesel::update(row.filter(deliveries::state.eq(DeliveryState::Queued)))
        .set((
            deliveries::state.eq(state),
            due_at.map(|at| deliveries::due_at.eq(at)),
            deliveries::last_error.eq(error),
            deliveries::attempts.eq(attempts),
            deliveries::settled_at.eq((state != DeliveryState::Queued).then_some(now)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Collapses what waits for the same recipient into the newest of it (ten-minute rule). True when the claimed one gave
/// way: to a newer one that waits, or to one that another hand has sent since it was `claimed_at`.
pub async fn give_way(
    tx: &mut Tx,
    claimed: &Claimed,
    claimed_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let waiting: Vec<&'static str> =
        Notice::ALL.iter().filter(|notice| notice.waits()).map(|notice| notice.as_str()).collect();
    let to_the_same = |state: DeliveryState| {
        deliveries::table
            .filter(deliveries::state.eq(state))
            .filter(deliveries::notice.eq_any(waiting.clone()))
            .filter(deliveries::report_id.is_not_distinct_from(claimed.report_id))
            .filter(deliveries::officer_id.is_not_distinct_from(claimed.officer_id))
            .filter(deliveries::address.is_null())
    };
    let connection = tx.connection()?;
    let queued: Option<i64> =
        to_the_same(DeliveryState::Queued).select(diesel::dsl::max(deliveries::id)).first(connection).await?;
    // Two of one recipient may be in hand at the same time: the newer may be gone before the older is looked at.
    let sent: Option<i64> = to_the_same(DeliveryState::Sent)
        .filter(deliveries::settled_at.ge(claimed_at))
        .select(diesel::dsl::max(deliveries::id))
        .first(connection)
        .await?;
    let Some(newest) = queued.max(sent).filter(|newest| *newest > claimed.id) else { return Ok(false) };
    let older = to_the_same(DeliveryState::Queued).filter(deliveries::id.lt(newest)).select(deliveries::id);
    let older: Vec<i64> = older.load(connection).await?;
    diesel::update(
        deliveries::table.filter(deliveries::id.eq_any(older)).filter(deliveries::state.eq(DeliveryState::Queued)),
    )
    .set((deliveries::state.eq(DeliveryState::Collapsed), deliveries::settled_at.eq(Some(now))))
    .execute(connection)
    .await?;
    // Only one not yet tried: resetting the lease of one being sent would send it twice.
    let untried = deliveries::attempts.eq(0).and(deliveries::due_at.gt(now));
    diesel::update(deliveries::table.find(newest).filter(untried).filter(deliveries::state.eq(DeliveryState::Queued)))
        .set(deliveries::due_at.eq(now))
        .execute(connection)
        .await?;
    Ok(true)
}

/// What gave way to the claimed one since this recipient was last sent something, newest first; also what is in hand at the same
/// time and is about to.
pub async fn gave_way_to(pool: &Pool, claimed: &Claimed) -> Result<Vec<Claimed>, DbError> {
    let mut connection = pool.get().await?;
    let waiting: Vec<&'static str> =
        Notice::ALL.iter().filter(|notice| notice.waits()).map(|notice| notice.as_str()).collect();
    Ok(diesel::sql_query(format!(
        "WITH claimed AS (SELECT * FROM deliveries WHERE officer_id = $1 AND id < $2 AND state IN ('collapsed', 'queued') AND notice = ANY ($3) AND id > coalesce( \
           (SELECT max(id) FROM deliveries WHERE officer_id = $1 AND id < $2 AND state IN ('sent', 'dead') AND notice = ANY ($3)), 0)) \
         {} ORDER BY d.id DESC",
        letter()
    ))
    .bind::<Nullable<sql::Uuid>, _>(claimed.officer_id)
    .bind::<sql::BigInt, _>(claimed.id)
    .bind::<sql::Array<sql::Text>, _>(waiting)
    .load(&mut connection)
    .await?)
}

/// What was held for a reporter's address may go out.
pub async fn release(tx: &mut Tx, report_id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(
        deliveries::table.filter(deliveries::report_id.eq(report_id).and(deliveries::state.eq(DeliveryState::Held))),
    )
    .set((
        deliveries::state.eq(DeliveryState::Queued),
        deliveries::due_at.eq(now),
        deliveries::settled_at.eq(None::<DateTime<Utc>>),
    ))
    .execute(tx.connection()?)
    .await?;
    Ok(())
}

/// A delivery as the system administrator sees it: no address, no name.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    /// Key.
    pub id: i64,
    /// What was to be told.
    pub notice: Notice,
    /// The officer told.
    pub officer_id: Option<Uuid>,
    /// The report whose reporter is told.
    pub report_id: Option<Uuid>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: i32,
    /// Next attempt.
    pub due_at: DateTime<Utc>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub settled_at: Option<DateTime<Utc>>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// Deliveries behind `after`, in any of these states, oldest first.
pub async fn page(pool: &Pool, states: &[DeliveryState], after: i64, limit: i64) -> Result<Vec<Delivery>, DbError> {
    let mut connection = pool.get().await?;
    Ok(deliveries::table
        .filter(deliveries::state.eq_any(states.to_vec()).and(deliveries::id.gt(after)))
        .order(deliveries::id)
        .limit(limit)
        .select(Delivery::as_select())
        .load(&mut connection)
        .await?)
}

/// Locks one delivery.
pub async fn lock(tx: &mut Tx, id: i64) -> Result<Option<Delivery>, DbError> {
    Ok(deliveries::table
        .find(id)
        .for_update()
        .select(Delivery::as_select())
        .first(tx.connection()?)
        .await
        .optional()?)
}

/// Queues a delivery that was given up once more, with all its attempts.
pub async fn resend(tx: &mut Tx, id: i64, now: DateTime<Utc>) -> Result<Delivery, DbError> {
    Ok(diesel::update(deliveries::table.find(id))
        .set((
            deliveries::state.eq(DeliveryState::Queued),
            deliveries::attempts.eq(0),
            deliveries::due_at.eq(now),
            deliveries::settled_at.eq(None::<DateTime<Utc>>),
        ))
        .returning(Delivery::as_returning())
        .get_result(tx.connection()?)
        .await?)
}
