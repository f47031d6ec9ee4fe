//! The private PostgreSQL: finds the installed programs and makes, starts, takes up again and stops a cluster in a
//! folder of ours, reached only through a Unix socket. Holds no SQL, no pool, no configuration and no async code.
//!
//! The folder holds `lock` (held while a program uses the cluster), `data`, `socket` and `postgres.log`. PostgreSQL
//! refuses to run as root, so for root the server runs as the account `postgres`, or else `nobody`; the folder itself
//! then stays root's, and the account may enter it but change only `data` and `socket`.

mod error;
mod programs;

pub use self::error::PostgresError;
use self::error::While as _;
use self::programs::{Programs, cluster_version, run, spawn};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

const SOCKET: &str = ".s.PGSQL.5432";
/// The longest path that fits a Unix socket address.
const SOCKET_PATH_MAX: usize = 107;
/// Crash recovery replays at most `max_wal_size` or so of log, which a slow disk does in this time.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often a server that did not come up is tried again: what a killed one left behind goes away within seconds.
const TRIES: u32 = 25;
/// The same for one that ended under a program at work: PostgreSQL starts only when the last process of the old one has
/// ended, which first finishes its statement.
const TRIES_AT_WORK: u32 = 300;
const PAUSE: Duration = Duration::from_millis(200);
const LOG_MAX: u64 = 16 << 20;
/// What the name of a data folder in the making begins with.
const UNFINISHED: &str = "new-";
const SERVER_SETTINGS: [&str; 11] = [
    "listen_addresses=",
    "port=5432",
    "unix_socket_directories=../socket",
    "unix_socket_permissions=0700",
    "shared_buffers=128MB",
    "max_wal_size=2GB",
    "max_connections=100",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_error_verbosity=terse", // without the detail of a violated constraint, which is the whole row: names, reports
];

/// Whether a commit must survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on disk before it is acknowledged.
    Durable,
    /// Nothing is ever waited for: only for tests, whose data is thrown away.
    Throwaway,
}

/// Where the cluster lives and which programs run it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The cluster's own folder; made if absent.
    pub data_dir: PathBuf,
    /// The folder of PostgreSQL's programs; the usual places are searched without it.
    pub bin_dir: Option<PathBuf>,
    /// The value of `PATH`, searched last.
    pub search_path: Option<OsString>,
    /// Whether commits must survive a power cut.
    pub durability: Durability,
}

/// A running cluster. It stops when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    programs: Programs,
    dir: PathBuf,
    durability: Durability,
    was_running: bool,
    children: Mutex<Children>,
    /// Never read: the lock on the folder lasts as long as the file is open.
    _lock: File,
}

#[derive(Debug, Default)]
struct Children {
    server: Option<Child>,
    /// Empty unless the cluster vanishes.
    watchers: Vec<Child>,
    stopped: bool,
}

enum Answer {
    Ready,
    Busy,
    Nobody,
}

impl Cluster {
    /// Brings the cluster in `settings.data_dir` up, making it first if needed. Blocks until it takes connections.
    ///
    /// # Errors
    /// When no usable PostgreSQL is installed, the folder cannot be used, or the server does not come up.
    pub fn start(settings: &Settings) -> Result<Self, PostgresError> {
        Self::launch(settings, settings.data_dir.clone(), false)
    }

    /// Brings up a fresh cluster in a new folder below `settings.data_dir`. Both vanish when this is dropped, and also
    /// when the program is killed or exits without dropping it.
    ///
    /// # Errors
    /// As for [`Cluster::start`].
    pub fn throwaway(settings: &Settings) -> Result<Self, PostgresError> {
        let base = &settings.data_dir;
        fs::create_dir_all(base).while_trying("create", base)?;
        for n in 0_u32.. {
            let dir = base.join(format!("netral-{}-{n}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&dir) {
                Ok(()) => {
                    return Self::launch(settings, dir.clone(), true).inspect_err(|_| drop(fs::remove_dir_all(dir)));
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).while_trying("create", &dir),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into()).while_trying("make a folder in", base)
    }

    fn launch(settings: &Settings, dir: PathBuf, vanishes: bool) -> Result<Self, PostgresError> {
        let dir = std::path::absolute(&dir).while_trying("resolve", &dir)?;
        let programs = Programs::find(settings, cluster_version(&dir.join("data")))?;
        let (dir, lock) = programs.claim_folder(&dir)?;
        let durability = settings.durability;
        let children = Mutex::default();
        let mut cluster = Self { programs, dir, durability, was_running: false, children, _lock: lock };
        if vanishes {
            let watchers = cluster.watch()?;
            cluster.children().watchers = watchers;
        }
        cluster.was_running = matches!(cluster.ask(), Answer::Ready);
        if !cluster.was_running {
            cluster.make_data()?;
            cluster.bring_up(&mut cluster.children(), TRIES)?;
        }
        Ok(cluster)
    }

    /// Brings the server up again if it has ended, however that came about; says whether it had. Blocks until it takes
    /// connections. Does nothing once the cluster was stopped.
    ///
    /// # Errors
    /// When the server does not come up.
    pub fn keep_up(&self) -> Result<bool, PostgresError> {
        let mut children = self.children();
        let down = !children.stopped && self.server_ended(&mut children)? && matches!(self.ask(), Answer::Nobody);
        if down {
            self.bring_up(&mut children, TRIES_AT_WORK)?;
        }
        Ok(down)
    }

    /// The address of one database of the cluster, for the same account that started it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        url_in(&self.dir, database)
    }

    /// Stops the cluster in an orderly way; open connections are cut, committed work is kept.
    ///
    /// # Errors
    /// When the server is still there afterwards.
    pub fn stop(&self) -> Result<(), PostgresError> {
        let mut children = self.children();
        if children.stopped {
            return Ok(());
        }
        if !children.watchers.is_empty() {
            for watcher in &mut children.watchers {
                drop(watcher.stdin.take());
                watcher.wait().while_trying("wait for the cleaner of", &self.dir)?;
            }
        } else if !matches!(self.ask(), Answer::Nobody) {
            let mut stop = self.programs.command("pg_ctl");
            stop.args(["stop", "-s", "-w", "-m", "fast", "-D"]).arg(self.dir.join("data"));
            let output = run(&mut stop)?;
            if !output.status.success() && !matches!(self.ask(), Answer::Nobody) {
                return Err(PostgresError::Stop(last_line(&output.stderr)));
            }
        }
        if let Some(mut server) = children.server.take() {
            server.wait().while_trying("wait for the server in", &self.dir)?;
        }
        children.stopped = true;
        Ok(())
    }

    /// Whether the server was already there, left behind by a program that was killed.
    #[must_use]
    pub fn was_running(&self) -> bool {
        self.was_running
    }

    /// The folder of the programs that run the cluster.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.programs.bin
    }

    fn children(&self) -> MutexGuard<'_, Children> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the server itself, by the first message of a session: a pid file may be stale, a socket file left behind.
    fn ask(&self) -> Answer {
        let hello = || -> io::Result<Vec<u8>> {
            let mut stream = UnixStream::connect(self.dir.join("socket").join(SOCKET))?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(b"\0\0\0\x29\0\x03\0\0user\0postgres\0database\0postgres\0\0")?;
            let mut reply = vec![0; 512];
            let read = stream.read(&mut reply)?;
            reply.truncate(read);
            // A polite goodbye, only so that the log stays free of complaints.
            stream.write_all(b"X\0\0\0\x04").ok();
            Ok(reply)
        };
        match hello() {
            // SQLSTATE 57P03 is cannot_connect_now: starting up, recovering or shutting down.
            Ok(reply) if reply.windows(6).any(|w| w == b"C57P03") => Answer::Busy,
            Ok(reply) if reply.is_empty() => Answer::Busy,
            Ok(_) => Answer::Ready,
            Err(e) if e.kind() == io::ErrorKind::NotFound || e.kind() == io::ErrorKind::ConnectionRefused => {
                Answer::Nobody
            }
            Err(_) => Answer::Busy,
        }
    }

    /// Makes the data folder under another name and renames it when whole, so that a half-made one is never used. The
    /// name is this program's own: the initdb of one that was killed may still be writing.
    fn make_data(&self) -> Result<(), PostgresError> {
        let data = self.dir.join("data");
        if cluster_version(&data).is_some() {
            return Ok(());
        }
        for entry in fs::read_dir(&self.dir).while_trying("read", &self.dir)?.flatten() {
            if entry.file_name().as_bytes().starts_with(UNFINISHED.as_bytes()) {
                fs::remove_dir_all(entry.path()).ok(); // what cannot be removed now is at the next start
            }
        }
        let unfinished = self.dir.join(format!("{UNFINISHED}{}", std::process::id()));
        self.programs.make_private(&unfinished)?;
        let mut initdb = self.programs.command("initdb");
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D"]).arg(&unfinished);
        if self.durability == Durability::Throwaway {
            initdb.arg("--no-sync");
        }
        let output = run(&mut initdb)?;
        if !output.status.success() {
            return Err(PostgresError::Initdb(last_line(&output.stderr)));
        }
        fs::rename(&unfinished, &data).while_trying("create", &data)?;
        File::open(&self.dir).and_then(|dir| dir.sync_all()).while_trying("write", &self.dir)
    }

    fn bring_up(&self, children: &mut Children, most_tries: u32) -> Result<(), PostgresError> {
        let path = self.dir.join("postgres.log");
        if fs::metadata(&path).is_ok_and(|log| log.len() > LOG_MAX) {
            fs::rename(&path, path.with_extension("log.old")).while_trying("rename", &path)?;
        }
        let log = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&path);
        let mut log = log.while_trying("open", &path)?;
        let (mut tries, mut log_start, begun) = (0, 0, Instant::now());
        while !matches!(self.ask(), Answer::Ready) {
            if self.server_ended(children)? && matches!(self.ask(), Answer::Nobody) {
                if tries == most_tries {
                    return Err(PostgresError::Start(why(&mut log, log_start), path));
                }
                sleep(if tries == 0 { Duration::ZERO } else { PAUSE });
                tries += 1;
                self.forget_stale_pid();
                log_start = log.metadata().map_or(0, |log| log.len());
                let output = || log.try_clone().map(Stdio::from).while_trying("share", &path);
                children.server = Some(spawn(self.server().stdout(output()?).stderr(output()?))?);
            } else if begun.elapsed() > PATIENCE {
                return Err(PostgresError::Start(why(&mut log, log_start), path));
            }
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Whether no server of ours is there, or no longer.
    fn server_ended(&self, children: &mut Children) -> Result<bool, PostgresError> {
        match &mut children.server {
            Some(server) => server.try_wait().map(|status| status.is_some()).while_trying("watch", &self.dir),
            None => Ok(true),
        }
    }

    /// The server's command line. Paths are relative to the data folder, where the server runs, and so need no quoting.
    fn server(&self) -> Command {
        let settled = if self.durability == Durability::Durable { "on" } else { "off" };
        let mut postgres = self.programs.command("postgres");
        postgres.arg("-D").arg(self.dir.join("data")).process_group(0); // a group of its own: Ctrl-C is for us
        for setting in SERVER_SETTINGS {
            postgres.args(["-c", setting]);
        }
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            postgres.arg("-c").arg(format!("{setting}={settled}"));
        }
        postgres
    }

    /// PostgreSQL takes a pid file for live when any process of its account has that number, which after a crash is
    /// common in a container. Nobody answered on the socket: if that process is no server, the file is stale.
    fn forget_stale_pid(&self) {
        let file = self.dir.join("data/postmaster.pid");
        let pid = fs::read_to_string(&file).ok().and_then(|s| s.lines().next().map(str::to_owned)).unwrap_or_default();
        let name = fs::read_to_string(Path::new("/proc").join(pid).join("comm"));
        if name.is_ok_and(|name| name.trim() != "postgres") {
            fs::remove_file(file).ok();
        }
    }

    /// Starts two shells that wait for our end of a pipe to close, however that comes about. The first, of the server's
    /// account, then stops the server; by its end it tells the second, of our own account, to remove the folder.
    fn watch(&self) -> Result<Vec<Child>, PostgresError> {
        let shell = |mut shell: Command, script: &str, input: Stdio| {
            shell.args(["-c", script]).arg(&self.dir).env("PATH", "/usr/bin:/bin");
            shell.arg(self.programs.bin.join("pg_ctl")).process_group(0);
            spawn(shell.stdin(input).stdout(Stdio::piped()).stderr(Stdio::null()))
        };
        let stop = r#"cat; exec "$1" stop -s -m immediate -D "$0/data""#;
        let remove = r#"cat; for try in 1 2 3 4 5 6 7 8 9; do rm -rf "$0" && exit; sleep 0.2; done"#;
        let mut first = shell(self.programs.run_as(Path::new("/bin/sh")), stop, Stdio::piped())?;
        let told = first.stdout.take().map_or_else(Stdio::null, Stdio::from);
        let second = shell(Command::new("/bin/sh"), remove, told)?;
        Ok(vec![first, second])
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop().ok();
    }
}

/// The address of one database of the cluster in this folder, whoever runs it.
#[must_use]
pub fn url_in(dir: &Path, database: &str) -> String {
    let socket = percent_encode(dir.join("socket").as_os_str().as_bytes());
    format!("postgres:///{}?host={socket}&user=postgres", percent_encode(database.as_bytes()))
}

fn percent_encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").ok();
        }
        text
    })
}

fn last_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no reason given").to_owned()
}

/// The last fatal line that the server wrote since `start`, or simply its last line.
fn why(log: &mut File, start: u64) -> String {
    let mut text = String::new();
    log.seek(SeekFrom::Start(start)).and_then(|_| log.read_to_string(&mut text)).ok();
    let fatal = text.lines().rfind(|line| line.contains("FATAL:") || line.contains("PANIC:"));
    fatal.map_or_else(|| last_line(text.as_bytes()), str::to_owned)
}
