//! The audit of the event chains: read everything at one moment, hand it to the verifier or to an export, sign a
//! checkpoint. What is wrong is said by `domain::audit`.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::db::audit::StoredCheckpoint;
use crate::db::{self, DbError, Pool, Tx};
use crate::domain::audit::{
    Columns, Counts, FORMAT, Fault, Finding, Header, Place, Record, Report, SignedCheckpoint, Verifier,
};
use crate::domain::checkpoint::{Checkpoint, PublicKey};
use crate::token::{CheckpointKey, KeyError};

/// Rows read at once.
const BATCH: i64 = 5_000;

/// Why an audit could not be done. What it finds is no error.
#[derive(Debug)]
pub enum AuditError {
    /// The database failed.
    Db(DbError),
    /// The export could not be written.
    Io(io::Error),
    /// The key that signs cannot be used.
    Key(KeyError),
    /// The newest checkpoint cannot be read, so none can follow it.
    NoPredecessor,
}

impl From<DbError> for AuditError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<io::Error> for AuditError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<KeyError> for AuditError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Db(error) => error.fmt(f),
            Self::Io(error) => write!(f, "the export cannot be written: {error}"),
            Self::Key(error) => error.fmt(f),
            Self::NoPredecessor => f.write_str("the newest checkpoint cannot be read: `netral audit verify` says more"),
        }
    }
}

impl std::error::Error for AuditError {}

/// Hands out every record of the database as it is at one moment, in the verifier's order.
async fn read(
    tx: &mut Tx,
    mut each: impl FnMut(Record, Option<&Columns>) -> Result<(), AuditError>,
) -> Result<(), AuditError> {
    for StoredCheckpoint { number, note, .. } in db::audit::checkpoints(tx).await? {
        let heads = db::audit::tips(tx, number).await?;
        each(Record::Checkpoint(SignedCheckpoint { number, note, heads }), None)?;
    }
    let mut after = Uuid::nil();
    loop {
        let heads = db::audit::heads(tx, after, BATCH).await?;
        let Some(last) = heads.last() else { break };
        after = last.tip.case;
        heads.into_iter().try_for_each(|head| each(Record::Head(head), None))?;
    }
    let mut after = (Uuid::nil(), 0);
    loop {
        let events = db::audit::events(tx, after, BATCH).await?;
        let Some((last, _)) = events.last() else { return Ok(()) };
        after = (last.case, last.seq);
        events.into_iter().try_for_each(|(event, columns)| each(Record::Event(event), Some(&columns)))?;
    }
}

/// Verifies every chain and checkpoint of the database. `kept` is a checkpoint laid aside earlier.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(
    pool: &Pool,
    now: DateTime<Utc>,
    key: Option<PublicKey>,
    kept: Option<Checkpoint>,
) -> Result<Report, AuditError> {
    let mut tx = db::audit::snapshot(pool).await?;
    let mut verifier = Verifier::new(key, kept, Some(now));
    read(&mut tx, |record, columns| {
        verifier.take(record, columns);
        Ok(())
    })
    .await?;
    let contradictions = db::audit::contradictions(&mut tx).await?;
    tx.rollback().await?;
    let mut report = verifier.finish();
    report.findings.extend(contradictions.into_iter().map(|(case, erased)| match erased {
        None => Finding { place: Place::Case(case), fault: Fault::StateWrong },
        Some(seq) => Finding { place: Place::Event(case, seq), fault: Fault::Erased },
    }));
    Ok(report)
}

/// Writes everything that was hashed, and no personal data, as JSON Lines.
///
/// # Errors
/// When the database cannot be read or `out` not written.
pub async fn export(
    pool: &Pool,
    now: DateTime<Utc>,
    key: Option<&PublicKey>,
    out: &mut impl Write,
) -> Result<Counts, AuditError> {
    let mut tx = db::audit::snapshot(pool).await?;
    let mut counts = Counts::default();
    let mut line = |record: &Record| {
        serde_json::to_writer(&mut *out, record).map_err(io::Error::from)?;
        out.write_all(b"\n")
    };
    line(&Record::Header(Header { format: FORMAT.to_owned(), at: now, key: key.map(ToString::to_string) }))?;
    read(&mut tx, |record, _| {
        counts.add(&record);
        Ok(line(&record)?)
    })
    .await?;
    tx.rollback().await?;
    line(&Record::End(counts))?;
    Ok(counts)
}

/// Signs and writes a checkpoint of all chains as they are now. With a `day` it stands for that day, which gets one
/// however many ask: `None` when it is there already.
///
/// # Errors
/// When the database fails or the checkpoint before cannot be read.
pub async fn checkpoint(
    pool: &Pool,
    now: DateTime<Utc>,
    day: Option<NaiveDate>,
    key: &CheckpointKey,
) -> Result<Option<StoredCheckpoint>, AuditError> {
    let mut tx = Tx::begin(pool).await?;
    db::audit::lock(&mut tx).await?;
    let before = db::audit::checkpoints(&mut tx).await?;
    if day.is_some() && before.iter().any(|one| one.day == day) {
        tx.rollback().await?;
        return Ok(None);
    }
    let (number, previous) = match before.last() {
        Some(last) => (last.number + 1, Some(Checkpoint::of_note(&last.note).ok_or(AuditError::NoPredecessor)?)),
        None => (1, None),
    };
    let (tips, gained) = db::audit::changed(&mut tx).await?;
    let checkpoint = Checkpoint::after(previous.as_ref(), key.public().name(), now, &tips, gained);
    let stored = StoredCheckpoint { number, day, at: now, note: key.sign(&checkpoint) };
    db::audit::insert(&mut tx, &stored, &tips).await?;
    tx.commit().await?;
    Ok(Some(stored))
}

/// Gives the UTC day its checkpoint unless it has one, with the key in `keys_dir`, which is made when it is missing.
///
/// # Errors
/// When the database or the key folder fails, or the checkpoint before cannot be read.
pub async fn daily_checkpoint(
    pool: &Pool,
    now: DateTime<Utc>,
    keys_dir: &Path,
    public_url: &str,
) -> Result<(), AuditError> {
    let day = now.date_naive();
    if !db::audit::has_day(pool, day).await? {
        let key = CheckpointKey::load_or_create(keys_dir, public_url)?;
        checkpoint(pool, now, Some(day), &key).await?;
    }
    Ok(())
}
