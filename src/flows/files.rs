//! Files of documents: taken in, opened, named by steps, and removed when no row knows them. Decides about nobody but by
//! `domain/file.rs`.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Duration, Utc};
use uuid::{NoContext, Timestamp, Uuid};
use zeroize::Zeroizing;

use super::FlowError;
use super::transition::{Setting, note};
use crate::db::files::{NewFile, ShownFile};
use crate::db::{self, Pool, Tx};
use crate::domain::action::NamedFile;
use crate::domain::actor::Actor;
use crate::domain::case::{Case, CaseFacts};
use crate::domain::event::{self, hex};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::file::{FileSight, MediaType, may_add};
use crate::domain::sealed::Field;
use crate::store::Store;
use crate::vault::Vault;

/// An object that no row knows is removed when it is this old: no upload takes so long.
const STRAY_AFTER: Duration = Duration::days(1);
/// So many keys of objects are compared with rows at a time.
const BATCH: usize = 1000;

/// Keeps a file that was uploaded to the case already locked, if the actor may see it. The object is on disk before the row is
/// committed; one whose row is not is a stray.
pub async fn keep(
    tx: &mut Tx,
    setting: &Setting,
    store: &Store,
    actor: &Actor,
    locked: Option<CaseFacts>,
    media_type: MediaType,
    bytes: &[u8],
) -> Result<(NewFile, Case), FlowError> {
    let facts = locked.ok_or(FlowError::NotFound)?;
    let officer = actor.officer().ok_or(FlowError::NotFound)?;
    if !may_add(&facts.case, &facts.subject, actor) {
        return Err(FlowError::NoStepOpen);
    }
    let id = key_of_now(setting.now);
    let (key, wrapped) = setting.vault.new_file_key(id)?;
    let file = NewFile {
        id,
        case_id: facts.case.id,
        sha256: digest(&SHA256, bytes).as_ref().to_vec(),
        media_type,
        byte_size: i32::try_from(bytes.len()).unwrap_or(i32::MAX),
        kek_version: wrapped.kek_version,
        wrapped: wrapped.wrapped,
        uploaded_by: officer.officer_id,
        seat_id: officer.seat_id,
        agency_id: officer.agency_id,
        uploaded_at: setting.now,
    };
    store.put(id, key.seal_bytes(Field::FileContent, id, bytes)?).await?;
    db::files::insert(tx, &file).await?;
    let details = serde_json::json!({
        "file_id": id, "sha256": hex(&file.sha256), "media_type": media_type, "byte_size": file.byte_size,
    });
    let case = note(tx, setting, actor, &facts.case, "file.uploaded", Some(event::salted(&details))).await?;
    Ok((file, case))
}

/// A key that says when it was made, by the program's clock: so old is its object.
fn key_of_now(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
}

/// The bytes of a file, as they were uploaded.
///
/// # Errors
/// When the object is lost, or does not open.
pub async fn open(store: &Store, vault: &Vault, file: &ShownFile) -> Result<Zeroizing<Vec<u8>>, FlowError> {
    let sealed = store.get(file.id).await?;
    Ok(vault.file_key(&file.key())?.open_bytes(Field::FileContent, file.id, &sealed)?)
}

/// Looks up the files that documents name. What is not of the case or not the actor's to name is a fault at its place.
pub(super) async fn look_up(
    tx: &mut Tx,
    facts: &CaseFacts,
    actor: &Actor,
    files: &[NamedFile],
    faults: &mut Vec<FieldFault>,
) -> Result<(), FlowError> {
    let Some(officer) = actor.officer().filter(|_| !files.is_empty()) else { return Ok(()) };
    let known = db::files::nameable(tx, facts.case.id, FileSight::of(officer), &keys(files)).await?;
    let unknown = files.iter().filter(|(_, id)| !known.contains(id));
    faults.extend(unknown.map(|(pointer, _)| FieldFault::new(pointer.clone(), Fault::UnknownCode)));
    Ok(())
}

/// A step has named these files: from now on they are shown with its documents.
pub(super) async fn named(tx: &mut Tx, setting: &Setting, files: &[NamedFile]) -> Result<(), FlowError> {
    if files.is_empty() {
        return Ok(());
    }
    Ok(db::files::named(tx, &keys(files), setting.now).await?)
}

fn keys(files: &[NamedFile]) -> Vec<Uuid> {
    files.iter().map(|(_, id)| *id).collect()
}

/// Once a day: removes the objects that no row knows and that are older than a day, such as those of purged cases and of uploads
/// that a crash broke off. Answers how many. Several workers may call it at any time.
pub async fn remove_strays_daily(pool: &Pool, store: &Store, now: DateTime<Utc>) -> Result<usize, FlowError> {
    let mut tx = Tx::begin(pool).await?;
    let mut removed = 0;
    if db::daily::take(&mut tx, "stray files", now).await? {
        let old = store.keys()?.into_iter().filter(|key| made_at(*key).is_some_and(|at| at < now - STRAY_AFTER));
        for batch in old.collect::<Vec<_>>().chunks(BATCH) {
            for stray in db::files::strays(pool, batch).await? {
                store.remove(stray).await?;
                removed += 1;
            }
        }
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(removed)
}

fn made_at(key: Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanoseconds) = key.get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
}
