//! Why there is no cluster, and the words for it. Holds no causes of its own making.

use super::SOCKET_PATH_MAX;
use super::programs::OLDEST;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no cluster; each message says what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum PostgresError {
    /// No PostgreSQL that is new enough; the newest major version seen, if any.
    NotInstalled(Option<u32>),
    /// The folder asked for holds no usable programs; the account that has to run them, if not our own.
    BadBinDir(PathBuf, Option<String>),
    /// The cluster was made by the first major version, found is the second.
    OtherVersion(u32, u32),
    /// The folder cannot be reached by the account that would run the server.
    Unreachable(PathBuf, String),
    /// The socket's path would be too long.
    LongPath(PathBuf),
    /// The folder holds something else.
    NotOurs(PathBuf),
    /// Another program holds the folder.
    InUse(PathBuf),
    /// The cluster could not be made, for the reason that initdb gave.
    Initdb(String),
    /// The server did not come up, for the reason that it wrote to its log.
    Start(String, PathBuf),
    /// The server did not stop, for the reason that `pg_ctl` gave.
    Stop(String),
    /// The operating system refused what was tried.
    Io(String, io::Error),
}

impl fmt::Display for PostgresError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled(found) => {
                write!(f, "no PostgreSQL {OLDEST} or newer found")?;
                found.map_or(Ok(()), |found| write!(f, " (only {found})"))?;
                f.write_str(": run `make postgres`, install Debian's postgresql package, ")?;
                f.write_str("or set DATABASE_URL or NETRAL_PG_BIN")
            }
            Self::BadBinDir(bin, account) => {
                write!(f, "NETRAL_PG_BIN: {} holds no PostgreSQL {OLDEST} or newer", bin.display())?;
                account.iter().try_for_each(|account| write!(f, " that the account {account} can run"))?;
                f.write_str(": name the folder of initdb, pg_ctl and postgres")
            }
            Self::OtherVersion(data, found) => {
                write!(f, "the cluster was made by PostgreSQL {data}, but only {found} was found: install {data}, ")?;
                f.write_str("name its programs by NETRAL_PG_BIN, or dump the data there and load it into a new folder")
            }
            Self::Unreachable(dir, account) => {
                write!(f, "{} cannot be reached by {account}, which runs PostgreSQL for root: ", dir.display())?;
                f.write_str("choose a folder below one that everyone may enter, such as /var/lib/netral")
            }
            Self::LongPath(path) => {
                let (path, length) = (path.display(), path.as_os_str().len());
                write!(f, "{path} has {length} bytes, but a socket's path at most {SOCKET_PATH_MAX}: ")?;
                f.write_str("choose a data folder with a shorter path")
            }
            Self::NotOurs(dir) => {
                write!(f, "{} holds files, but no cluster of netral's: choose a new or empty folder", dir.display())
            }
            Self::InUse(dir) => {
                write!(f, "another netral is using {}: stop it, or choose another data folder", dir.display())
            }
            Self::Initdb(reason) => write!(f, "initdb could not make the cluster: {reason}"),
            Self::Start(reason, log) => write!(f, "PostgreSQL did not start: {reason} (see {})", log.display()),
            Self::Stop(reason) => write!(f, "PostgreSQL did not stop: {reason}"),
            Self::Io(deed, error) => write!(f, "could not {deed}: {error}"),
        }
    }
}

impl std::error::Error for PostgresError {}

/// Says what was tried when the operating system refuses it.
pub(super) trait While<T> {
    fn while_trying(self, verb: &str, path: &Path) -> Result<T, PostgresError>;
}

impl<T> While<T> for io::Result<T> {
    fn while_trying(self, verb: &str, path: &Path) -> Result<T, PostgresError> {
        self.map_err(|error| PostgresError::Io(format!("{verb} {}", path.display()), error))
    }
}
