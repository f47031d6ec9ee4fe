//! The demonstration, from an empty folder to four decided cases: sets the scene, lets the story be played over HTTP,
//! shows where to look and takes everything down again. It knows no rule of the product and tests nothing.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::app::Clock;
use crate::config::{self, Config, LogFormat};
use crate::serve::{self, Database, Running, StartError};
use crate::telemetry;
use crate::token::Keys;

mod client;
mod mails;
mod officers;
pub mod paper;
mod say;
mod stage;
mod stories;

use officers::{Credentials, Officer};
use stage::Stage;

/// What the log is limited to, unless the configuration asks for something else: the story is told on the terminal.
const QUIET: &str = "warn";

/// Runs the demonstration; with `exit` it ends with the story, else it serves until a signal.
///
/// # Errors
/// When something cannot be started, or the service answers otherwise than the story expects. The private PostgreSQL
/// is stopped in any case.
pub async fn run(config: Config, exit: bool) -> Result<(), StartError> {
    let config = prepared(config, exit)?;
    let log = if is_default("NETRAL_LOG", &config.log) { QUIET } else { &config.log };
    telemetry::init(log, LogFormat::Text)?;
    introduce(&config);
    let database = unless_interrupted(Database::open(&config)).await?;
    let played = play(&database, &config, exit).await;
    let closed = database.close().await;
    played.and(closed)
}

/// Does `work`; a signal ends it early, and in order.
async fn unless_interrupted<T>(work: impl Future<Output = Result<T, StartError>>) -> Result<T, StartError> {
    tokio::select! {
        done = work => done,
        interrupted = serve::signal() => {
            interrupted?;
            Err("the demonstration was interrupted".into())
        }
    }
}

async fn play(database: &Database, config: &Config, exit: bool) -> Result<(), StartError> {
    let clock = Clock::default();
    let officers = unless_interrupted(async {
        database.migrate().await?;
        let keys = Keys::load_or_create(&config.keys_dir, &config.public_url)?;
        officers::appoint(config, &database.url, &keys, clock.now()).await
    })
    .await?;
    let running = serve::start(config.clone(), &database.url, clock, true).await?;
    let mut ended = Ok(());
    let told = unless_interrupted(tell(&running, config, &officers)).await;
    if let Ok(credentials) = &told {
        conclude(&running, config, credentials, exit);
        if !exit {
            ended = database.keep_up_until_signal().await;
            say::line("\nStopping.");
        }
    }
    let stopped = running.stop().await;
    told.map(drop).and(ended).and(stopped)
}

/// Plays the stories; answers the officers with what is left of their credentials.
async fn tell(running: &Running, config: &Config, officers: &[Officer]) -> Result<Vec<Credentials>, StartError> {
    let mut stage = Stage::open(running, config, officers).await?;
    stage.cast();
    stories::discipline::tell(&mut stage).await?;
    stories::ethics::tell(&mut stage).await?;
    stories::criminal::tell(&mut stage).await?;
    stories::dismissal::tell(&mut stage).await?;
    stage.look_round().await?;
    stage.credentials()
}

/// The configuration with an address that is free.
fn prepared(mut config: Config, exit: bool) -> Result<Config, StartError> {
    let asked = config.bind;
    let listener = match TcpListener::bind(asked) {
        // A script wants the story, not the port; a person who keeps it running wants to know where.
        Err(_) if exit && is_default("NETRAL_BIND", &asked.to_string()) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)),
        bound => bound,
    };
    let advice = "stop what uses it, or choose another address: NETRAL_BIND=127.0.0.1:8081";
    let listener = listener.map_err(|error| format!("{asked} cannot be served: {error}; {advice}"))?;
    config.bind = listener.local_addr()?;
    if config.bind != asked && config.public_url == format!("http://{asked}") {
        config.public_url = format!("http://{}", config.bind);
    }
    Ok(config)
}

fn is_default(variable: &str, value: &str) -> bool {
    config::settings().iter().any(|setting| setting.env == variable && setting.default == value)
}

fn introduce(config: &Config) {
    say::heading("netral: four reports, from the citizen to the decision");
    say::paragraph(
        "The demonstration starts the service and drives it over HTTP, as the web page of a citizen and the programs \
         of the institutions would. Every person, number and document in it is made up.",
    );
    match &config.database_url {
        Some(_) => say::item("database", "the one that DATABASE_URL names; demo officers and cases are added to it"),
        None => say::item("database", &format!("a private PostgreSQL in {}", config.cluster_dir().display())),
    }
    say::item("mail", &mail_place(config));
}

fn mail_place(config: &Config) -> String {
    match &config.smtp_url {
        Some(_) => "goes to the mail server that NETRAL_SMTP_URL names".to_owned(),
        None => format!("is written as files to {}", config.mail_folder.display()),
    }
}

fn conclude(running: &Running, config: &Config, officers: &[Credentials], exit: bool) {
    let base = home(running.address);
    say::heading(if exit { "Where all of it was" } else { "Where to look" });
    say::item("API", &base);
    say::item("docs", &format!("{base}/docs/   (described in {base}/openapi.yaml)"));
    say::item("problems", &format!("{base}/problems   (each refusal's `type` leads to its page)"));
    say::item("mail", &mail_place(config));
    if config.database_url.is_none() {
        say::item("database", &format!("{}, kept for the next run", config.cluster_dir().display()));
    }
    say::line("");
    say::line("The demo officers. Passwords and recovery codes are new at each run, shown here once and kept nowhere:");
    say::line("");
    officers::table(officers);
    say::line("");
    if exit {
        say::line("Done. The service stops now.");
    } else {
        say::line("Sign in with one of them, and use the access_token as bearer token:");
        say::line(&format!("  curl -s {base}/v1/sessions -H 'content-type: application/json' \\"));
        say::line("    -d '{\"email\": \"...\", \"password\": \"...\", \"recovery_code\": \"...\"}'");
        say::line("");
        say::paragraph(
            "The clock of this service runs ahead, because the demonstration moved it past the time for an appeal. \
             Serving until Ctrl-C.",
        );
    }
}

/// Where a client on this machine reaches the address.
fn home(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    format!("http://{address}")
}
