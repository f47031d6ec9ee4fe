//! The installed programs, the account that runs them, and the folder as that account may use it. Starts no server.

use super::error::{PostgresError, While as _};
use super::{SOCKET, SOCKET_PATH_MAX, Settings};
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, lchown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The oldest major version that will do.
pub(super) const OLDEST: u32 = 15;

#[derive(Debug)]
pub(super) struct Programs {
    pub(super) bin: PathBuf,
    major: u32,
    account: Option<Account>,
}

/// Whom the server runs as when we are root.
#[derive(Clone, Debug)]
struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

impl Programs {
    /// The first usable PostgreSQL: the one asked for, `pg_config`'s, Debian's newest, then `PATH`. Only the very
    /// version that made an existing cluster can run it.
    pub(super) fn find(settings: &Settings, wanted: Option<u32>) -> Result<Self, PostgresError> {
        let account = account()?;
        let mut seen = None;
        let mut usable = |bin: PathBuf| {
            let found = bin.join("initdb").is_file() && bin.join("postgres").is_file() && bin.join("pg_ctl").is_file();
            let mut programs = Self { bin, major: 0, account: account.clone() };
            programs.major = if found { programs.version()? } else { return None };
            seen = seen.max(Some(programs.major));
            (programs.major >= OLDEST && wanted.is_none_or(|wanted| wanted == programs.major)).then_some(programs)
        };
        let chosen = if let Some(bin) = &settings.bin_dir {
            usable(bin.clone())
        } else {
            let path: Vec<PathBuf> = settings.search_path.iter().flat_map(std::env::split_paths).collect();
            let told = path.iter().map(|d| d.join("pg_config")).find(|p| p.is_file()).and_then(|p| pg_config_bin(&p));
            told.into_iter().chain(debian_bins()).chain(path).find_map(&mut usable)
        };
        chosen.ok_or_else(|| match (wanted, seen, &settings.bin_dir) {
            (Some(data), Some(found), _) => PostgresError::OtherVersion(data, found),
            (_, _, Some(bin)) => PostgresError::BadBinDir(bin.clone(), account.map(|a| a.name)),
            (_, found, None) => PostgresError::NotInstalled(found),
        })
    }

    fn version(&self) -> Option<u32> {
        let output = self.command("postgres").arg("--version").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }

    pub(super) fn command(&self, program: &str) -> Command {
        self.run_as(&self.bin.join(program))
    }

    /// A command run as the server's account, with nothing of our environment: `PGPORT` and the like would be obeyed.
    pub(super) fn run_as(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid); // the standard library drops root's other groups with the uid
        }
        command
    }

    /// Makes the folder, shuts others out of it, and locks it for this program.
    pub(super) fn claim_folder(&self, dir: &Path) -> Result<(PathBuf, File), PostgresError> {
        let parent = dir.parent().unwrap_or(dir);
        fs::create_dir_all(parent).while_trying("create", parent)?;
        let parent = parent.canonicalize().while_trying("resolve", parent)?;
        if let Some(account) = &self.account
            && self.command("postgres").arg("--version").current_dir(&parent).output().is_err()
        {
            return Err(PostgresError::Unreachable(dir.to_owned(), account.name.clone()));
        }
        if !dir.exists() {
            DirBuilder::new().mode(0o700).create(dir).while_trying("create", dir)?;
        }
        let dir = dir.canonicalize().while_trying("resolve", dir)?;
        let socket = dir.join("socket").join(SOCKET);
        if socket.as_os_str().len() > SOCKET_PATH_MAX {
            return Err(PostgresError::LongPath(socket));
        }
        let file = dir.join("lock");
        let mut entries = fs::read_dir(&dir).while_trying("read", &dir)?;
        if entries.next().is_some() && !file.exists() {
            return Err(PostgresError::NotOurs(dir));
        }
        let lock = OpenOptions::new().create(true).append(true).mode(0o600).open(&file);
        let lock = lock.while_trying("open", &file)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(PostgresError::InUse(dir)),
            Err(TryLockError::Error(error)) => return Err(error).while_trying("lock", &file),
        }
        // Root keeps the folder to itself and lets the account through, so that nothing in it can be put in our way.
        let owner = self.account.as_ref().map(|account| (0, account.gid));
        set_access(&dir, owner, if owner.is_some() { 0o750 } else { 0o700 })?;
        self.make_private(&dir.join("socket"))?;
        Ok((dir, lock))
    }

    /// Makes a folder that only the server's account may enter.
    pub(super) fn make_private(&self, dir: &Path) -> Result<(), PostgresError> {
        if !dir.exists() {
            DirBuilder::new().mode(0o700).create(dir).while_trying("create", dir)?;
        }
        set_access(dir, self.account.as_ref().map(|a| (a.uid, a.gid)), 0o700)
    }
}

pub(super) fn spawn(command: &mut Command) -> Result<Child, PostgresError> {
    command.spawn().while_trying("run", Path::new(command.get_program()))
}

pub(super) fn run(command: &mut Command) -> Result<Output, PostgresError> {
    command.output().while_trying("run", Path::new(command.get_program()))
}

fn set_access(dir: &Path, owner: Option<(u32, u32)>, mode: u32) -> Result<(), PostgresError> {
    if let Some((uid, gid)) = owner {
        lchown(dir, Some(uid), Some(gid)).while_trying("hand over", dir)?;
    }
    fs::set_permissions(dir, Permissions::from_mode(mode)).while_trying("set the access to", dir)
}

pub(super) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn account() -> Result<Option<Account>, PostgresError> {
    if !is_root() {
        return Ok(None);
    }
    let file = Path::new("/etc/passwd");
    let passwd = fs::read_to_string(file).while_trying("read", file)?;
    let find = |name: &str| {
        let line = passwd.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let mut fields = line.split(':').skip(1);
        let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        Some(Account { name: name.to_owned(), uid, gid })
    };
    Ok(find("postgres").or_else(|| find("nobody")))
}

pub(super) fn cluster_version(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("PG_VERSION")).ok()?.trim().parse().ok()
}

fn pg_config_bin(pg_config: &Path) -> Option<PathBuf> {
    let output = Command::new(pg_config).arg("--bindir").output().ok().filter(|o| o.status.success())?;
    Some(PathBuf::from(OsStr::from_bytes(output.stdout.trim_ascii())))
}

/// Debian keeps each major version in a folder of its own; newest first.
fn debian_bins() -> Vec<PathBuf> {
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut bins: Vec<(u32, PathBuf)> =
        entries.filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin")))).collect();
    bins.sort();
    bins.into_iter().rev().map(|(_, bin)| bin).collect()
}
