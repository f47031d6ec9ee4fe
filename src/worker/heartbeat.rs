//! The sign that a worker works: a file, written anew after each round in which nothing failed. For a supervisor, since a
//! worker listens nowhere. It holds nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How old the file may be: longer than the longest round takes, in which a mail server keeps us waiting for a whole batch.
const FRESH: Duration = Duration::from_mins(10);

/// Where the sign is given.
pub struct Heartbeat(PathBuf);

impl Heartbeat {
    /// In this file, whose folder must be there.
    pub const fn new(file: PathBuf) -> Self {
        Self(file)
    }

    /// A round has ended in which nothing failed.
    pub fn beat(&self) {
        if let Err(error) = fs::write(&self.0, "") {
            tracing::error!(%error, "the heartbeat cannot be written");
        }
    }
}

/// Whether a worker has ended a sound round lately.
///
/// # Errors
/// When the file is not there, which is so until the first one, or cannot be read.
pub fn beats(file: &Path) -> io::Result<bool> {
    // A time ahead of ours is no error: the clock was set back.
    Ok(!fs::metadata(file)?.modified()?.elapsed().is_ok_and(|age| age > FRESH))
}
