//! Wrapping all data keys with a new key-encryption key while the service runs. What is sealed with them is not touched.

use super::FlowError;
use crate::db::{self, Pool, Tx};
use crate::domain::sealed::KeyOf;
use crate::vault::Vault;

const BATCH: i64 = 500;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewrapped {
    /// The version that wraps every key now.
    pub version: i32,
    /// It was made for this.
    pub made: bool,
    /// So many keys were wrapped anew.
    pub count: usize,
}

/// Wraps every data key with the newest key-encryption key. Where all are wrapped with it already, and the keys are kept
/// in the key folder, a new one is made first; one that was broken off goes on where it was.
pub async fn rewrap(pool: &Pool, vault: &Vault) -> Result<Rewrapped, FlowError> {
    let newest = vault.newest_version()?;
    let behind = db::data_keys::count_by_version(pool).await?.iter().any(|(version, _)| *version < newest);
    let made = !behind && !vault.is_given();
    let version = if made { vault.make_next()? } else { newest };
    // Programs that run may wrap with the old key until they have noticed the new one.
    tokio::time::sleep(Vault::NOTICED).await;
    let mut count = 0;
    for of in KeyOf::ALL {
        count += rewrap_all(pool, vault, of, version).await?;
    }
    Ok(Rewrapped { version, made, count })
}

async fn rewrap_all(pool: &Pool, vault: &Vault, of: KeyOf, version: i32) -> Result<usize, FlowError> {
    let mut count = 0;
    loop {
        let mut tx = Tx::begin(pool).await?;
        let old = db::data_keys::older_than(&mut tx, of, version, BATCH).await?;
        if old.is_empty() {
            tx.rollback().await?;
            return Ok(count);
        }
        let new = old.iter().map(|key| vault.rewrap(of, key)).collect::<Result<Vec<_>, _>>()?;
        count += db::data_keys::replace(&mut tx, of, &new).await?;
        tx.commit().await?;
    }
}
