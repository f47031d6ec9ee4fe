//! The folder of files: sealed bytes under keys, put, read and removed. It must not know whose they are nor what they say; it is
//! handed nothing but sealed bytes.
//!
//! An object is on disk, with its name in the folder, before `put` answers: `object_store` syncs both.

use std::collections::BTreeSet;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::{ObjectStoreExt as _, PutPayload};
use uuid::Uuid;

use crate::domain::sealed::Sealed;

/// The file that says to which database the folder belongs.
const MARK: &str = "belongs-to";

/// Why the folder could not be used. Names folders and keys, never what is in a file.
#[derive(Debug)]
pub enum StoreError {
    /// The folder cannot be made, read or written.
    Folder(PathBuf, io::Error),
    /// The folder belongs to another database, whose files would be taken for strays.
    Foreign(PathBuf),
    /// The object is not there.
    Lost(Uuid),
    /// The object cannot be written, read or removed.
    Object(Uuid, Box<object_store::Error>),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder, error) => write!(f, "{} cannot be used: {error}", folder.display()),
            Self::Foreign(folder) => write!(
                f,
                "{} holds the files of another database: name its own folder in NETRAL_FILES_DIR, or restore the database \
                 that belongs to this one. Files that no row knows would be removed from it",
                folder.display()
            ),
            Self::Lost(key) => write!(f, "the object of file {key} is not in the folder of files: restore it"),
            Self::Object(key, error) => write!(f, "the object of file {key}: {error}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// The folder in use.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    objects: LocalFileSystem,
}

impl Store {
    /// The folder, which is made where it is missing and then belongs to the database with this mark. Blocks; to be called at
    /// start.
    ///
    /// # Errors
    /// When it cannot be used, or belongs to another database.
    pub fn open(folder: &Path, mark: Uuid) -> Result<Self, StoreError> {
        let failed = |error| StoreError::Folder(folder.to_owned(), error);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        if let Some(above) = folder.parent().filter(|above| !above.as_os_str().is_empty()) {
            fs::File::open(above).and_then(|above| above.sync_all()).map_err(failed)?;
        }
        let objects = LocalFileSystem::new_with_prefix(folder).map_err(|error| failed(error.into()))?.with_fsync(true);
        let store = Self { folder: folder.to_owned(), objects };
        match fs::read_to_string(folder.join(MARK)) {
            Ok(known) if known.trim() == mark.to_string() => Ok(store),
            Ok(_) => Err(StoreError::Foreign(folder.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Whole at once: a program that starts beside this one must not read half of it.
                let whole = folder.join(format!("{MARK}-{}", Uuid::new_v4()));
                fs::write(&whole, format!("{mark}\n")).map_err(failed)?;
                fs::rename(whole, folder.join(MARK)).map_err(failed)?;
                Ok(store)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Keeps an object. It is durable when this answers.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn put(&self, key: Uuid, sealed: Sealed) -> Result<(), StoreError> {
        let put = self.objects.put(&location(key), PutPayload::from(sealed.into_bytes())).await;
        put.map(drop).map_err(|error| StoreError::Object(key, Box::new(error)))
    }

    /// Reads an object.
    ///
    /// # Errors
    /// When it is not there, or cannot be read.
    pub async fn get(&self, key: Uuid) -> Result<Sealed, StoreError> {
        let failed = |error| match error {
            object_store::Error::NotFound { .. } => StoreError::Lost(key),
            other => StoreError::Object(key, Box::new(other)),
        };
        let found = self.objects.get(&location(key)).await.map_err(failed)?;
        Ok(Sealed::new(found.bytes().await.map_err(failed)?.into()))
    }

    /// Removes an object, and what was written of it before a crash. One that is gone already is no mistake.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub async fn remove(&self, key: Uuid) -> Result<(), StoreError> {
        match self.objects.delete(&location(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(StoreError::Object(key, Box::new(error))),
        }
        for part in 1.. {
            match fs::remove_file(self.folder.join(format!("{key}{PART}{part}"))) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                Err(error) => return Err(StoreError::Folder(self.folder.clone(), error)),
            }
        }
        Ok(())
    }

    /// The keys of all objects, those of which a crash left a part included.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn keys(&self) -> Result<BTreeSet<Uuid>, StoreError> {
        let failed = |error| StoreError::Folder(self.folder.clone(), error);
        let mut keys = BTreeSet::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            keys.extend(name.to_str().and_then(|name| name.split(PART).next()?.parse::<Uuid>().ok()));
        }
        Ok(keys)
    }
}

/// What `object_store` puts behind the name of an object while it writes it.
const PART: char = '#';

fn location(key: Uuid) -> Location {
    Location::from(key.to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn key(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[tokio::test]
    async fn an_object_is_read_as_it_was_put_until_it_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("below/files");
        let store = Store::open(&folder, key(9)).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700, "closed to others");
        store.put(key(1), Sealed::new(vec![1, 2, 3])).await.unwrap();
        fs::write(folder.join(format!("{}#1", key(2))), "half").unwrap();
        assert_eq!(Store::open(&folder, key(9)).unwrap().get(key(1)).await.unwrap().bytes(), [1, 2, 3]);
        assert_eq!(store.keys().unwrap(), BTreeSet::from([key(1), key(2)]), "what a crash left half written counts");
        assert!(matches!(store.get(key(2)).await, Err(StoreError::Lost(_))));
        for _ in 0..2 {
            store.remove(key(1)).await.unwrap();
            store.remove(key(2)).await.unwrap();
        }
        assert!(store.keys().unwrap().is_empty());
    }

    #[test]
    fn the_folder_of_another_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        Store::open(folder.path(), key(1)).unwrap();
        let refused = Store::open(folder.path(), key(2)).unwrap_err();
        assert!(matches!(&refused, StoreError::Foreign(_)), "{refused}");
    }
}
