//! The configuration: what netral is told by its file and its environment, typed, checked as a whole, handed on as one
//! value. The only place that reads the environment; it must not open connections, make folders or keep a global.

mod oidc;
mod reader;
mod values;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt::{self, Write as _},
    fs, io,
    net::{IpAddr, SocketAddr},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    thread::available_parallelism,
};

use secrecy::SecretString;

pub use self::oidc::{Oidc, TwoFactors};
use self::reader::Reader;
pub use self::values::is_private_channel;
use self::values::{
    address, addresses, filter, flag, format, origins, page, path, postgres_url, role, sender, smtp_url, url,
    vault_keys, whole,
};

/// The file that is read, if it is there, when `NETRAL_CONFIG` names no other.
const FILE: &str = "netral.toml";
/// The variable that names the file.
const FILE_ENV: &str = "NETRAL_CONFIG";
/// The role that the migrations make for the service.
const SERVICE_ROLE: &str = "netral_service";
/// A pool for each worker must not eat the 100 connections that PostgreSQL gives by default.
const CONNECTIONS_TOGETHER: usize = 80;

/// One setting as people know it. The default is text: literal where it can be, else words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key in the TOML file.
    pub name: &'static str,
    /// The environment variable. A secret is also taken from the file that `<env>_FILE` names.
    pub env: &'static str,
    /// The value when nothing is said.
    pub default: &'static str,
    /// What it means, with its unit.
    pub meaning: &'static str,
    /// Whether the value must never be shown.
    pub secret: bool,
}

impl Setting {
    const fn plain(name: &'static str, env: &'static str, default: &'static str, meaning: &'static str) -> Self {
        Self { name, env, default, meaning, secret: false }
    }

    const fn secret(name: &'static str, env: &'static str, default: &'static str, meaning: &'static str) -> Self {
        Self { name, env, default, meaning, secret: true }
    }
}

/// Each setting is written once, here: code asks for it by its constant, people read the list made of them.
macro_rules! settings {
    ($($id:ident = $kind:ident($($text:literal),+);)+) => {
        $(const $id: Setting = Setting::$kind($($text),+);)+
        const SETTINGS: &[Setting] = &[$($id),+];
    };
}

settings! {
    DATABASE_URL = secret("database_url", "DATABASE_URL", "none: netral runs a private PostgreSQL",
        "PostgreSQL, as postgres://user:password@host:port/database");
    DATABASE_ROLE = plain("database_role", "NETRAL_DATABASE_ROLE", "netral_service with the private PostgreSQL, else none",
        "role whose rights the service takes once connected; migrations keep those of the login");
    PG_BIN = plain("pg_bin", "NETRAL_PG_BIN", "the usual places, then PATH",
        "folder of PostgreSQL's programs for the private one");
    DATA_DIR = plain("data_dir", "NETRAL_DATA_DIR",
        "/var/lib/netral as root, else $XDG_DATA_HOME/netral or ~/.local/share/netral",
        "folder of the private PostgreSQL, the keys, the files and the mail folder");
    MIGRATE_ON_START = plain("migrate_on_start", "NETRAL_MIGRATE_ON_START",
        "true with the private PostgreSQL, else false", "whether serving first brings the database up to date");
    BIND = plain("bind", "NETRAL_BIND", "127.0.0.1:8080", "address and port served");
    PUBLIC_URL = plain("public_url", "NETRAL_PUBLIC_URL", "http://<bind>",
        "where netral is reached from outside: in mails, links and as the issuer of tokens");
    REPORTER_PAGE = plain("reporter_page", "NETRAL_REPORTER_PAGE", "<public_url>/v1/reports/{number}/status",
        "page that mails lead reporters to; {number} stands for the number of the report");
    WORKERS = plain("workers", "NETRAL_WORKERS", "the number of processors", "threads that serve requests");
    CONNECTIONS_PER_WORKER = plain("connections_per_worker", "NETRAL_CONNECTIONS_PER_WORKER",
        "8, or fewer so that all workers together stay at 80", "database connections of each worker");
    BODY_LIMIT = plain("body_limit", "NETRAL_BODY_LIMIT", "262144", "longest request body, in bytes");
    CORS_ORIGINS = plain("cors_origins", "NETRAL_CORS_ORIGINS", "",
        "origins whose pages may call the API, as https://host, comma between them");
    TRUSTED_PROXIES = plain("trusted_proxies", "NETRAL_TRUSTED_PROXIES", "",
        "addresses of proxies whose X-Forwarded-For is believed when sign-in attempts are counted, comma between them");
    KEYS_DIR = plain("keys_dir", "NETRAL_KEYS_DIR", "<data_dir>/keys", "folder of the keys; made when missing");
    FILES_DIR = plain("files_dir", "NETRAL_FILES_DIR", "<data_dir>/files",
        "folder of uploaded files, each sealed; made when missing, shared by all programs on one database");
    VAULT_KEY = secret("vault_key", "NETRAL_VAULT_KEY", "none: vault-<version>.key in the folder of the keys",
        "key of the identity vault, 64 hexadecimal digits; several as version:digits with a comma between them");
    IDENTITY_OPEN_MINUTES = plain("identity_open_minutes", "NETRAL_IDENTITY_OPEN_MINUTES", "60",
        "minutes for which an approved officer may look at who reported");
    ACCESS_TOKEN_MINUTES = plain("access_token_minutes", "NETRAL_ACCESS_TOKEN_MINUTES", "10",
        "life of an officer's access token, in minutes");
    REPORTER_TOKEN_MINUTES = plain("reporter_token_minutes", "NETRAL_REPORTER_TOKEN_MINUTES", "15",
        "life of a reporter's token, in minutes");
    SMTP_URL = secret("smtp_url", "NETRAL_SMTP_URL", "none: mail is written to the mail folder",
        "mail server: smtps://user:password@host for TLS from the start (port 465), \
        smtp://user:password@host:587?tls=required for STARTTLS or nothing, ?tls=opportunistic for STARTTLS where offered, \
        plain smtp://host is never encrypted (25); the last two take no password. Reserved characters in a password are percent-encoded");
    MAIL_FOLDER = plain("mail_folder", "NETRAL_MAIL_FOLDER", "<data_dir>/mail",
        "folder that takes mail as .eml files when there is no mail server");
    MAIL_FROM = plain("mail_from", "NETRAL_MAIL_FROM", "netral <no-reply@localhost>", "sender of every mail");
    MAIL_QUIET_MINUTES = plain("mail_quiet_minutes", "NETRAL_MAIL_QUIET_MINUTES", "10",
        "minutes in which further news of a case is gathered into one mail");
    OIDC_ISSUER = plain("oidc_issuer", "NETRAL_OIDC_ISSUER", "none: officers sign in with a password only",
        "OpenID provider for single sign-on, exactly as it names itself: https://host/realms/name");
    OIDC_CLIENT_ID = plain("oidc_client_id", "NETRAL_OIDC_CLIENT_ID", "none", "our name at that provider");
    OIDC_CLIENT_SECRET = secret("oidc_client_secret", "NETRAL_OIDC_CLIENT_SECRET", "none", "our secret at that provider");
    OIDC_OFFICER_CLAIM = plain("oidc_officer_claim", "NETRAL_OIDC_OFFICER_CLAIM", "nip",
        "claim of its ID tokens that holds an officer's NIP");
    OIDC_SECOND_FACTOR = plain("oidc_second_factor", "NETRAL_OIDC_SECOND_FACTOR", "proven",
        "proven: its ID tokens must say (amr, acr) that two factors were used; trusted: it always asks for two without saying so");
    FLAG_CASES = plain("flag_cases", "NETRAL_FLAG_CASES", "60",
        "different cases that an officer may be shown within an hour before it is flagged as unusual");
    FLAG_CASES_OUTSIDE_AGENCY = plain("flag_cases_outside_agency", "NETRAL_FLAG_CASES_OUTSIDE_AGENCY", "30",
        "the same for cases outside the agency of the seat");
    LOG = plain("log", "NETRAL_LOG", "info",
        "what is logged: error, warn, info, debug, trace, or a list such as info,netral::worker=debug");
    LOG_FORMAT = plain("log_format", "NETRAL_LOG_FORMAT", "json", "json or text");
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for programs.
    Json,
    /// For people.
    Text,
}

/// One key-encryption key of the vault.
#[derive(Clone, Debug)]
pub struct VaultKey {
    /// The highest version wraps, from 1.
    pub version: i32,
    /// 64 hexadecimal digits.
    pub digits: SecretString,
}

/// Everything netral is told from outside. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Config {
    /// The PostgreSQL server; `None` runs the private one.
    pub database_url: Option<SecretString>,
    /// The role whose rights the service takes; `None` keeps those of its login.
    pub database_role: Option<String>,
    /// The folder of PostgreSQL's programs for the private server.
    pub pg_bin: Option<PathBuf>,
    /// `PATH`, searched for those programs last.
    pub search_path: Option<OsString>,
    /// The folder of everything netral keeps on disk by itself.
    pub data_dir: PathBuf,
    /// Whether serving first brings the database up to date.
    pub migrate_on_start: bool,
    /// Where requests are taken.
    pub bind: SocketAddr,
    /// The base of every link, and the issuer of tokens. It has no slash at its end.
    pub public_url: String,
    /// The page that mails lead reporters to; `{number}` stands for the number of the report.
    pub reporter_page: String,
    /// Threads that serve requests.
    pub workers: usize,
    /// Database connections of each of them.
    pub connections_per_worker: usize,
    /// The longest request body, in bytes.
    pub body_limit: usize,
    /// Origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// Proxies that are believed about who calls.
    pub trusted_proxies: Vec<IpAddr>,
    /// The folder of the keys.
    pub keys_dir: PathBuf,
    /// The folder of uploaded files.
    pub files_dir: PathBuf,
    /// The vault's key-encryption keys from outside; empty when the folder of the keys has them.
    pub vault_keys: Vec<VaultKey>,
    /// For how long an approved officer may look at who reported, in minutes.
    pub identity_open_minutes: u32,
    /// The life of an officer's access token, in minutes.
    pub access_token_minutes: u32,
    /// The life of a reporter's token, in minutes.
    pub reporter_token_minutes: u32,
    /// The mail server; `None` writes mail to `mail_folder`.
    pub smtp_url: Option<SecretString>,
    /// The folder that takes mail when there is no server.
    pub mail_folder: PathBuf,
    /// The sender of every mail.
    pub mail_from: String,
    /// The sender's domain: the right-hand side of every Message-ID.
    pub mail_domain: String,
    /// Minutes in which further news of a case is gathered into one mail.
    pub mail_quiet_minutes: u32,
    /// The OpenID provider of single sign-on, where there is one.
    pub oidc: Option<Oidc>,
    /// Different cases within an hour above which an officer's reading is flagged.
    pub flag_cases: u32,
    /// The same for cases outside the agency of the seat.
    pub flag_cases_outside_agency: u32,
    /// What is logged, as `tracing` filters are written.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
}

impl Config {
    /// The configuration of this program: defaults, over them `netral.toml` or the file that `NETRAL_CONFIG` names,
    /// over that the environment.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    pub fn load() -> Result<Self, ConfigErrors> {
        let (mut env, mut problems) = (BTreeMap::new(), Vec::new());
        for (name, value) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            match value.into_string() {
                Ok(value) => drop(env.insert(name, value)),
                Err(_) if name.starts_with("NETRAL_") || SETTINGS.iter().any(|s| s.env == name) => {
                    problems.push(format!("{name} is not UTF-8"));
                }
                Err(_) => {}
            }
        }
        let named = env.get(FILE_ENV).filter(|name| !name.trim().is_empty());
        let file = named.map_or_else(|| Path::new(FILE), |name| Path::new(name.trim()));
        let toml = match fs::read_to_string(file) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => None,
            Err(error) => {
                problems.push(format!("{}: {error}", file.display()));
                None
            }
        };
        Self::build(Reader::new(&env, toml.as_deref(), problems), &Machine::this())
    }

    /// The configuration that these variables and this TOML text make, without a look at the process' own environment.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn from_sources(env: &BTreeMap<String, String>, toml: Option<&str>) -> Result<Self, ConfigErrors> {
        Self::build(Reader::new(env, toml, Vec::new()), &Machine::this())
    }

    /// The folder of the private cluster. It is the cluster's alone: PostgreSQL's launcher refuses a shared one.
    pub fn cluster_dir(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }

    fn build(mut read: Reader<'_>, machine: &Machine) -> Result<Self, ConfigErrors> {
        let database_url = read.optional(&DATABASE_URL, postgres_url);
        let database_role = read.optional(&DATABASE_ROLE, role);
        let database_role = database_role.or_else(|| database_url.is_none().then(|| SERVICE_ROLE.to_owned()));
        let pg_bin = read.optional(&PG_BIN, path);
        // A setting that is wrong counts as missing below: one mistake, one complaint.
        let data_dir = read.optional(&DATA_DIR, path).or_else(|| read.default_data_dir(&DATA_DIR, machine.root));
        let migrate_on_start = read.optional(&MIGRATE_ON_START, flag).unwrap_or(database_url.is_none());
        let bind = read.value(&BIND, address);
        let public_url = read.optional(&PUBLIC_URL, url).or_else(|| bind.map(|bind| reachable(&bind)));
        let reporter_page = read.optional(&REPORTER_PAGE, page);
        let workers = read.optional(&WORKERS, whole(1..=256)).unwrap_or(machine.processors);
        let fitting = (CONNECTIONS_TOGETHER / workers.max(1)).clamp(1, 8);
        let connections_per_worker = read.optional(&CONNECTIONS_PER_WORKER, whole(1..=256)).unwrap_or(fitting);
        let body_limit = read.value(&BODY_LIMIT, whole(1_024..=64 << 20));
        let cors_origins = read.value(&CORS_ORIGINS, origins);
        let trusted_proxies = read.value(&TRUSTED_PROXIES, addresses);
        let keys_dir = read.optional(&KEYS_DIR, path);
        let files_dir = read.optional(&FILES_DIR, path);
        let vault_keys = read.optional(&VAULT_KEY, vault_keys).unwrap_or_default();
        let identity_open_minutes = read.value(&IDENTITY_OPEN_MINUTES, whole(1..=1_440));
        let access_token_minutes = read.value(&ACCESS_TOKEN_MINUTES, whole(1..=1_440));
        let reporter_token_minutes = read.value(&REPORTER_TOKEN_MINUTES, whole(1..=1_440));
        let smtp_url = read.optional(&SMTP_URL, smtp_url);
        let mail_folder = read.optional(&MAIL_FOLDER, path);
        let from = read.value(&MAIL_FROM, sender);
        let mail_quiet_minutes = read.value(&MAIL_QUIET_MINUTES, whole(0..=1_440));
        let oidc = oidc::read(&mut read);
        let flag_cases = read.value(&FLAG_CASES, whole(1..=1_000_000));
        let flag_cases_outside_agency = read.value(&FLAG_CASES_OUTSIDE_AGENCY, whole(1..=1_000_000));
        let log = read.value(&LOG, filter);
        let log_format = read.value(&LOG_FORMAT, format);
        let search_path = read.search_path();
        let complete = || {
            let (data_dir, (mail_from, mail_domain)) = (data_dir?, from?);
            Some(Self {
                database_url,
                database_role,
                pg_bin,
                search_path,
                migrate_on_start,
                bind: bind?,
                reporter_page: reporter_page
                    .or_else(|| Some(format!("{}/v1/reports/{{number}}/status", public_url.as_ref()?)))?,
                public_url: public_url?,
                workers,
                connections_per_worker,
                body_limit: body_limit?,
                cors_origins: cors_origins?,
                trusted_proxies: trusted_proxies?,
                keys_dir: keys_dir.unwrap_or_else(|| data_dir.join("keys")),
                files_dir: files_dir.unwrap_or_else(|| data_dir.join("files")),
                vault_keys,
                identity_open_minutes: identity_open_minutes?,
                access_token_minutes: access_token_minutes?,
                reporter_token_minutes: reporter_token_minutes?,
                smtp_url,
                mail_folder: mail_folder.unwrap_or_else(|| data_dir.join("mail")),
                mail_from,
                mail_domain,
                mail_quiet_minutes: mail_quiet_minutes?,
                oidc,
                flag_cases: flag_cases?,
                flag_cases_outside_agency: flag_cases_outside_agency?,
                log: log?,
                log_format: log_format?,
                data_dir,
            })
        };
        let config = complete();
        let problems = read.problems();
        config.filter(|_| problems.is_empty()).ok_or(ConfigErrors(problems))
    }
}

/// Every setting, in the order people should read them.
pub const fn settings() -> &'static [Setting] {
    SETTINGS
}

/// The settings as a Markdown table, for `netral config` and the documentation.
pub fn table() -> String {
    let mut text = String::from("| TOML key | Variable | Default | Meaning |\n| --- | --- | --- | --- |\n");
    for Setting { name, env, default, meaning, secret } in SETTINGS {
        let file = if *secret { format!(" or `{env}_FILE`") } else { String::new() };
        let default = if default.is_empty() { "none" } else { default };
        // Angle brackets would be taken for HTML.
        let default = default.replace('<', "&lt;");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{name}` | `{env}`{file} | {default} | {meaning} |");
    }
    text
}

/// What the computer itself decides about defaults.
struct Machine {
    root: bool,
    processors: usize,
}

impl Machine {
    fn this() -> Self {
        Self {
            root: fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0),
            processors: available_parallelism().map_or(1, usize::from),
        }
    }
}

/// The URL of a bound address for someone on the same machine: `0.0.0.0` can be bound but is no place to go to.
fn reachable(bind: &SocketAddr) -> String {
    if bind.ip().is_unspecified() { format!("http://localhost:{}", bind.port()) } else { format!("http://{bind}") }
}

/// Everything wrong with the configuration. No secret is ever repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<String>);

impl ConfigErrors {
    /// One sentence for each problem, naming the variable or key.
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is wrong:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigErrors {}

#[cfg(test)]
mod tests;
