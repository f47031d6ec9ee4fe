//! The command line of `netral`. Parses, calls, prints; holds no rule.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use netral::app::Clock;
use netral::config::{self, Config};
use netral::db::{self, Tx, calendar::Keeper, provider_accounts::Account};
use netral::domain::actor::Role;
use netral::domain::audit::{Report, verify_export};
use netral::domain::checkpoint::{Checkpoint, PublicKey};
use netral::domain::policy::is_machine;
use netral::flows::officers::{self, OfficerToAdd};
use netral::flows::single_sign_on;
use netral::serve::{self, Database, StartError};
use netral::token::{self, CheckpointKey, Keys, random_password};
use netral::vault::Vault;
use netral::worker::heartbeat::{self, Heartbeat};
use netral::{api, demo, flows, print, telemetry, worker};

/// The C library's allocator keeps the 19 MiB of each password hash for every thread that ever made one; this one gives
/// memory back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Takes reports of breaches of civil-servant neutrality and carries each case to its decision.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, and unless told otherwise do the later work as well.
    Serve {
        /// Leave the later work (e-mail, timers) to `netral work`.
        #[arg(long)]
        no_worker: bool,
    },
    /// Do the later work only: e-mail, timers.
    Work {
        /// Write this file anew after each round in which nothing failed, for `netral healthcheck --heartbeat`.
        #[arg(long, value_name = "FILE")]
        heartbeat: Option<PathBuf>,
    },
    /// Bring the database and its reference data up to date.
    Migrate,
    /// Print openapi.yaml.
    Openapi,
    /// Print the transition table and the tracks.
    Rules {
        /// As docs/workflow.md.
        #[arg(long)]
        markdown: bool,
    },
    /// Print who may do what.
    Grants {
        /// As docs/authorization.md.
        #[arg(long)]
        markdown: bool,
    },
    /// Print the settings and where each comes from.
    Config,
    /// Officers.
    #[command(subcommand)]
    Officer(OfficerCommand),
    /// The audit of what happened to cases.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The calendar of days off.
    #[command(subcommand)]
    Calendar(CalendarCommand),
    /// Show the main job on real input, then keep serving.
    Demo {
        /// End when the cases are decided.
        #[arg(long)]
        exit: bool,
    },
    /// Ask a running service whether it can serve, or see whether a worker works (for images without curl).
    Healthcheck {
        /// A worker, by the file that it was told to write.
        #[arg(long, value_name = "FILE")]
        heartbeat: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum OfficerCommand {
    /// Add an officer with a seat, or give one a further seat and a new password. Prints the password once.
    Add(OfficerArgs),
    /// Link an officer to an account at the provider of single sign-on, for those whom it cannot name by NIP.
    Link(LinkArgs),
}

#[derive(Args)]
struct LinkArgs {
    /// The officer's address.
    #[arg(long)]
    email: String,
    /// The account, as the provider names it (`sub`).
    #[arg(long)]
    subject: String,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Verify every event chain and checkpoint; ends with 1 when something is wrong, and says what.
    Verify {
        /// An export instead of the database: needs no server and no settings.
        #[arg(long, value_name = "FILE")]
        export: Option<PathBuf>,
        /// The key that checks the checkpoints of an export, kept since before; without it the export's own is believed.
        #[arg(long, requires = "export", value_name = "PUBLIC_KEY", value_parser = public_key)]
        key: Option<PublicKey>,
        /// A checkpoint laid aside earlier: it must be among those there are.
        #[arg(long, value_name = "FILE")]
        kept: Option<PathBuf>,
    },
    /// Write what was hashed to a file that anyone can verify; no personal data.
    Export {
        /// The file; one that exists is not replaced.
        file: PathBuf,
    },
    /// Sign a checkpoint now, beside the daily one, and print it.
    Checkpoint,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Wrap the data keys of all reports with a new key of the vault, while the service runs. Goes on where it was broken off.
    Rewrap,
    /// Make a new key that signs tokens, while the service runs; older ones are accepted until their tokens are over.
    Rotate,
}

#[derive(Subcommand)]
enum CalendarCommand {
    /// Enter the days off of a file in the form of data/calendar_days.csv, all or none. Deadlines are then counted again.
    Load {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Args)]
struct OfficerArgs {
    /// Address to sign in with.
    #[arg(long)]
    email: String,
    /// Name.
    #[arg(long)]
    name: String,
    /// Role of the seat.
    #[arg(long, value_parser = role)]
    role: Role,
    /// Code of the seat's agency.
    #[arg(long)]
    agency: String,
    /// Region the seat reaches, with all below; the whole country when left out.
    #[arg(long, default_value = "")]
    region: String,
    /// Work unit: the officer never sees cases about it. Who reads cases needs one.
    #[arg(long)]
    work_unit: Option<String>,
    /// NIP or NI PPPK: the officer never sees a case about himself. Who works on cases needs this or the NIK.
    #[arg(long)]
    nip: Option<String>,
    /// NIK: the same; only a keyed hash is kept.
    #[arg(long)]
    nik: Option<String>,
    /// Language of mails, id or en.
    #[arg(long, default_value = "id", value_parser = ["id", "en"])]
    language: String,
}

fn role(text: &str) -> Result<Role, String> {
    let of_people = || Role::ALL.iter().copied().filter(|role| !is_machine(*role));
    let known = || of_people().map(Role::as_str).collect::<Vec<_>>().join(", ");
    of_people().find(|role| role.as_str() == text).ok_or_else(|| format!("one of: {}", known()))
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    PublicKey::parse(text).ok_or_else(|| "a public key as `netral audit checkpoint` prints it".to_owned())
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("netral: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), StartError> {
    // What needs neither settings nor a database comes first, so that it works anywhere.
    match command {
        Command::Openapi => print!("{}", api::openapi::yaml(&api::document())?),
        Command::Rules { markdown } => {
            print!("{}", if markdown { print::workflow_markdown() } else { print::rules_text() })
        }
        Command::Grants { markdown } => {
            print!("{}", if markdown { print::grants_markdown() } else { print::grants_text() })
        }
        Command::Config => print!("{}", config::table()),
        Command::Serve { no_worker } => runtime()?.block_on(serve(configured()?, !no_worker))?,
        Command::Work { heartbeat } => runtime()?.block_on(work(configured()?, heartbeat))?,
        Command::Migrate => runtime()?.block_on(migrate(configured()?))?,
        Command::Officer(OfficerCommand::Add(args)) => runtime()?.block_on(add_officer(configured()?, args))?,
        Command::Officer(OfficerCommand::Link(args)) => runtime()?.block_on(link_officer(configured()?, args))?,
        Command::Audit(AuditCommand::Verify { export: Some(file), key, kept }) => {
            let lines = BufReader::new(File::open(file)?).lines();
            if key.is_none() {
                println!("Checked with the export's own key: this shows that it agrees with itself, not who made it.");
            }
            reported(&verify_export(lines, key, kept_checkpoint(kept)?)?)?;
        }
        Command::Audit(command) => runtime()?.block_on(audit(configured()?, command))?,
        Command::Keys(KeysCommand::Rotate) => rotate(&configured()?)?,
        Command::Keys(KeysCommand::Rewrap) => runtime()?.block_on(rewrap(configured()?))?,
        Command::Calendar(CalendarCommand::Load { file }) => runtime()?.block_on(load_calendar(configured()?, file))?,
        Command::Demo { exit } => runtime()?.block_on(demo::run(Config::load()?, exit))?,
        Command::Healthcheck { heartbeat: Some(file) } => worker_works(&file)?,
        Command::Healthcheck { heartbeat: None } => runtime()?.block_on(healthcheck(&Config::load()?))?,
    }
    Ok(())
}

fn configured() -> Result<Config, StartError> {
    let config = Config::load()?;
    telemetry::init(&config.log, config.log_format)?;
    Ok(config)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

async fn serve(config: Config, with_worker: bool) -> Result<(), StartError> {
    let database = Database::open(&config).await?;
    if config.migrate_on_start {
        database.migrate().await?;
    }
    let running = serve::start(config, &database.url, Clock::default(), with_worker).await?;
    let ended = running.until_signal(&database).await;
    let closed = database.close().await;
    ended.and(closed)
}

async fn work(config: Config, heartbeat: Option<PathBuf>) -> Result<(), StartError> {
    let database = Database::join(&config).await?;
    let app = netral::app::App::new(config, &database.url, Clock::default()).await?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let heartbeat = heartbeat.map(Heartbeat::new);
    let working = tokio::spawn(worker::run(app, worker::letter::Letters::new()?, heartbeat, stopped));
    let ended = database.keep_up_until_signal().await;
    let _ = stop.send(true);
    working.await?;
    let closed = database.close().await;
    ended.and(closed)
}

async fn migrate(config: Config) -> Result<(), StartError> {
    let database = Database::open(&config).await?;
    for name in database.migrate().await? {
        println!("ran {name}");
    }
    database.close().await
}

async fn add_officer(config: Config, args: OfficerArgs) -> Result<(), StartError> {
    let database = Database::join(&config).await?;
    let pool = db::pool(&database.url, config.database_role.as_deref(), 1)?;
    let password = random_password()?;
    let keys = Keys::load_or_create(&config.keys_dir, &config.public_url)?;
    let hash = keys.password_hasher().hash(password.clone()).await?;
    let officer = OfficerToAdd {
        email: &args.email,
        name: &args.name,
        nip: args.nip.as_deref(),
        nik: args.nik.as_deref(),
        language: &args.language,
        password_hash: &hash,
        role: args.role,
        agency_code: &args.agency,
        region_code: &args.region,
        work_unit: args.work_unit.as_deref(),
    };
    let mut tx = Tx::begin(&pool).await?;
    let added = officers::add(&mut tx, &keys, Clock::default().now(), &officer).await;
    added.map_err(|error| format!("{} cannot be added: {error}", args.email))?;
    tx.commit().await?;
    drop(pool);
    println!("{} may sign in with the password {password}", args.email);
    println!("It is shown once and kept nowhere.");
    database.close().await
}

async fn link_officer(config: Config, args: LinkArgs) -> Result<(), StartError> {
    let oidc = config.oidc.as_ref().ok_or("there is no provider of single sign-on: see `netral config`")?;
    let database = Database::join(&config).await?;
    let pool = db::pool(&database.url, config.database_role.as_deref(), 1)?;
    let mut tx = Tx::begin(&pool).await?;
    let account = Account { issuer: &oidc.issuer, subject: &args.subject };
    let linked = single_sign_on::link(&mut tx, &args.email, account, Clock::default().now()).await;
    linked.map_err(|error| format!("{} cannot be linked: {error}", args.email))?;
    tx.commit().await?;
    drop(pool);
    println!("{} may sign in at {} from now on", args.email, oidc.issuer);
    database.close().await
}

async fn load_calendar(config: Config, file: PathBuf) -> Result<(), StartError> {
    let text = std::fs::read_to_string(&file)?;
    let database = Database::join(&config).await?;
    let pool = db::pool(&database.url, config.database_role.as_deref(), 2)?;
    let regions = db::reference::region_codes(&pool).await?;
    let mut tx = Tx::begin(&pool).await?;
    let keeper = Keeper { officer_id: None, at: Clock::default().now() };
    let count = flows::calendar::load(&mut tx, keeper, &regions, &text).await?;
    tx.commit().await?;
    drop(pool);
    println!("{count} days entered; the worker counts the deadlines again");
    database.close().await
}

async fn audit(config: Config, command: AuditCommand) -> Result<(), StartError> {
    let database = Database::join(&config).await?;
    let (pool, now) = (db::pool(&database.url, config.database_role.as_deref(), 1)?, Clock::default().now());
    let done = match command {
        AuditCommand::Verify { kept, .. } => {
            let key = CheckpointKey::load(&config.keys_dir)?.map(|key| key.public().clone());
            reported(&flows::audit::verify(&pool, now, key, kept_checkpoint(kept)?).await?)
        }
        AuditCommand::Export { file } => {
            let key = CheckpointKey::load(&config.keys_dir)?;
            let mut out = BufWriter::new(File::create_new(&file)?);
            let public = key.as_ref().map(CheckpointKey::public);
            let counts = flows::audit::export(&pool, now, public, &mut out).await?;
            out.into_inner()?.sync_all()?;
            println!("events: {}, cases: {}, checkpoints: {}", counts.events, counts.cases, counts.checkpoints);
            Ok(())
        }
        AuditCommand::Checkpoint => {
            let key = CheckpointKey::load_or_create(&config.keys_dir, &config.public_url)?;
            if let Some(made) = flows::audit::checkpoint(&pool, now, None, &key).await? {
                print!("{}", made.note);
            }
            eprintln!("Keep it elsewhere, and once this key, which checks it: {}", key.public());
            Ok(())
        }
    };
    drop(pool);
    database.close().await?;
    done
}

fn kept_checkpoint(file: Option<PathBuf>) -> Result<Option<Checkpoint>, StartError> {
    let Some(file) = file else { return Ok(None) };
    let kept = Checkpoint::of_note(&std::fs::read_to_string(&file)?);
    kept.map(Some).ok_or_else(|| format!("{} is no checkpoint", file.display()).into())
}

fn reported(report: &Report) -> Result<(), StartError> {
    report.findings.iter().for_each(|finding| println!("{finding}"));
    let Report { findings, counts, covered } = report;
    println!("events: {}, cases: {}, checkpoints: {}", counts.events, counts.cases, counts.checkpoints);
    let newer = i64::try_from(counts.events).unwrap_or(i64::MAX).saturating_sub(*covered).max(0);
    println!("events newer than the last checkpoint, for which only the chain speaks: {newer}");
    if findings.is_empty() { Ok(()) } else { Err(format!("findings: {}", findings.len()).into()) }
}

async fn rewrap(config: Config) -> Result<(), StartError> {
    let database = Database::join(&config).await?;
    let pool = db::pool(&database.url, config.database_role.as_deref(), 1)?;
    let kept = db::data_keys::one_of_each_version(&pool).await?;
    let vault = Vault::open(&config.keys_dir, &config.vault_keys, &kept)?;
    let done = flows::rewrap::rewrap(&pool, &vault).await.map_err(|error| error.to_string())?;
    if done.made {
        println!("made vault-{}.key in {}", done.version, config.keys_dir.display());
    }
    println!("{} data keys wrapped anew with version {}", done.count, done.version);
    for (version, count) in db::data_keys::count_by_version(&pool).await? {
        println!("version {version} wraps {count} data keys");
    }
    println!("Older versions are needed only for backups made before.");
    drop(pool);
    database.close().await
}

fn rotate(config: &Config) -> Result<(), StartError> {
    let done = token::rotate(&config.keys_dir, Clock::default().now())?;
    let second = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    for file in &done.removed {
        println!("removed {}: no token signed by it is accepted any more", file.display());
    }
    println!("made signing-{}.pem in {}", done.kid, config.keys_dir.display());
    println!("published by every running program within half a minute; signs from {}", second(done.signs_from));
    if let Some(until) = done.older_accepted_until {
        println!(
            "older keys: accepted and published until {}, their files removed by the next rotation",
            second(until)
        );
    }
    println!("Where each program has a folder of its own, copy the file there now, with its time (cp -p).");
    Ok(())
}

fn worker_works(heartbeat: &Path) -> Result<(), StartError> {
    match heartbeat::beats(heartbeat) {
        Ok(true) => Ok(()),
        Ok(false) => Err("the worker's last sound round is too long ago".into()),
        Err(error) => Err(format!("no sound round of the worker is known: {error}").into()),
    }
}

async fn healthcheck(config: &Config) -> Result<(), StartError> {
    let mut address = config.bind;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let client = reqwest::Client::builder().no_proxy().build()?;
    let status = client.get(format!("http://{address}/readyz")).send().await?.status();
    if status.is_success() { Ok(()) } else { Err(format!("not ready: {status}").into()) }
}
