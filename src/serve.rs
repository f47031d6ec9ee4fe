//! Starts what serves: database, routes, worker, and their orderly end. Holds no rule of the product.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::middleware::from_fn;
use actix_web::{App as WebApp, HttpServer, web};
use secrecy::ExposeSecret;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_actix_web::TracingLogger;

use crate::api::unmatched::{self, Addresses};
use crate::api::{
    self, body::Schemas, caller::RecentCallers, docs::Docs, problem::PublicUrl, problem::boundary,
    problem_pages::ProblemPages,
};
use crate::app::{App, Clock};
use crate::config::Config;
use crate::db::{self, Tx};
use crate::postgres::{self, Cluster, Durability, PostgresError, Settings};
use crate::telemetry::{self, RequestSpan};
use crate::worker::{self, letter::Letters};

/// How often the private cluster is looked at while the program works.
const LOOK_AT_CLUSTER: Duration = Duration::from_secs(1);

/// Any failure to start.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// The database in use, and the private cluster where it is ours.
pub struct Database {
    /// How to reach it.
    pub url: String,
    cluster: Option<Arc<Cluster>>,
}

impl Database {
    /// The configured database, or the private cluster, started if need be.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        if let Some(url) = &config.database_url {
            return Ok(Self { url: url.expose_secret().to_owned(), cluster: None });
        }
        let settings = Settings {
            data_dir: config.cluster_dir(),
            bin_dir: config.pg_bin.clone(),
            search_path: config.search_path.clone(),
            durability: Durability::Durable,
        };
        let cluster = tokio::task::spawn_blocking(move || Cluster::start(&settings)).await??;
        let url = cluster.url("postgres");
        Ok(Self { url, cluster: Some(Arc::new(cluster)) })
    }

    /// The same, but a private cluster that another `netral` runs is used beside it: for commands that come and go.
    pub async fn join(config: &Config) -> Result<Self, StartError> {
        match Self::open(config).await {
            Err(error) if matches!(error.downcast_ref(), Some(PostgresError::InUse(_))) => Ok(Self {
                url: postgres::url_in(&std::path::absolute(config.cluster_dir())?, "postgres"),
                cluster: None,
            }),
            opened => opened,
        }
    }

    /// Brings tables and reference data up to date.
    pub async fn migrate(&self) -> Result<Vec<String>, StartError> {
        let ran = db::migrate(&self.url).await?;
        let pool = db::pool(&self.url, None, 1)?;
        let mut tx = Tx::begin(&pool).await?;
        db::reference::load(&mut tx).await?;
        db::law::load(&mut tx, Clock::default().now()).await?;
        tx.commit().await?;
        Ok(ran)
    }

    /// Waits for a signal that asks the program to end (SIGTERM, SIGINT), and until then keeps the private cluster up:
    /// connections to one that ended are thrown away at their next statement, new ones find it again. Ends early only
    /// when it does not come up.
    pub async fn keep_up_until_signal(&self) -> Result<(), StartError> {
        tokio::select! {
            signalled = signal() => Ok(signalled?),
            lost = self.keep_up() => Err(lost),
        }
    }

    async fn keep_up(&self) -> StartError {
        let Some(cluster) = &self.cluster else { return std::future::pending().await };
        loop {
            tokio::time::sleep(LOOK_AT_CLUSTER).await;
            let cluster = cluster.clone();
            match tokio::task::spawn_blocking(move || cluster.keep_up()).await {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => tracing::warn!("the private PostgreSQL had ended and was brought up again"),
                Ok(Err(error)) => return error.into(),
                Err(error) => return error.into(),
            }
        }
    }

    /// Stops the private cluster.
    pub async fn close(self) -> Result<(), StartError> {
        if let Some(cluster) = self.cluster {
            tokio::task::spawn_blocking(move || cluster.stop()).await??;
        }
        Ok(())
    }
}

/// A running service.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it runs with.
    pub app: App,
    server: actix_web::dev::ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    stop: watch::Sender<bool>,
    worker: Option<JoinHandle<()>>,
}

impl Running {
    /// Stops taking requests, lets those under way finish and the worker end its round.
    pub async fn stop(self) -> Result<(), StartError> {
        self.server.stop(true).await;
        self.serving.await??;
        let _ = self.stop.send(true);
        if let Some(worker) = self.worker {
            worker.await?;
        }
        Ok(())
    }

    /// Serves until a signal (SIGTERM, SIGINT) or the loss of the private cluster ends it, then stops in order.
    pub async fn until_signal(self, database: &Database) -> Result<(), StartError> {
        let ended = database.keep_up_until_signal().await;
        tracing::info!("stopping");
        let stopped = self.stop().await;
        ended.and(stopped)
    }
}

/// Waits for a signal that asks the program to end (SIGTERM, SIGINT).
pub async fn signal() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Lets the allocator return what requests and password hashes have freed. It looks for that only when a large piece is
/// freed, which nothing here does in the ordinary course.
async fn return_memory() {
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        drop(std::hint::black_box(Vec::<u8>::with_capacity(1 << 20)));
    }
}

/// Starts the service on a migrated database.
pub async fn start(config: Config, database_url: &str, clock: Clock, with_worker: bool) -> Result<Running, StartError> {
    let app = App::new(config, database_url, clock).await?;
    let document = api::document();
    let schemas = web::Data::new(Schemas::new(&serde_json::to_value(&document)?, api::BODIES)?);
    let docs = web::Data::new(Docs::new(&document)?);
    let problem_pages = web::Data::new(ProblemPages::new()?);
    let addresses = web::Data::new(Addresses::new(&document));
    let callers = web::Data::new(RecentCallers::default());
    let (shared, url, config) = (app.clone(), database_url.to_owned(), app.config.clone());
    // The pools are built first: a closure that builds a server cannot report a failure.
    let mut pools = Vec::new();
    for _ in 0..config.workers {
        pools.push(shared.with_own_pool(&url, config.connections_per_worker)?);
    }
    let pools = Arc::new(std::sync::Mutex::new(pools));
    let server = HttpServer::new(move || {
        let own = pools.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        WebApp::new()
            .app_data(web::Data::new(own.unwrap_or_else(|| shared.clone())))
            .app_data(schemas.clone())
            .app_data(docs.clone())
            .app_data(problem_pages.clone())
            .app_data(addresses.clone())
            .app_data(callers.clone())
            .app_data(web::Data::new(PublicUrl::new(&shared.config.public_url)))
            .app_data(web::PayloadConfig::new(shared.config.body_limit))
            .configure(api::pages)
            .configure(|config| {
                use utoipa_actix_web::service_config::ServiceConfig;
                api::routes(&mut ServiceConfig::new(config));
            })
            .default_service(web::to(unmatched::refuse))
            .wrap(from_fn(boundary::problems))
            .wrap(from_fn(unmatched::head_as_get))
            .wrap(cors(&shared.config.cors_origins))
            .wrap(from_fn(telemetry::reply_headers))
            .wrap(TracingLogger::<RequestSpan>::new())
    })
    .workers(config.workers)
    .shutdown_timeout(30)
    .client_request_timeout(Duration::from_secs(15))
    .disable_signals()
    .bind(config.bind)?;
    let address = server.addrs().first().copied().unwrap_or(config.bind);
    let server = server.run();
    let handle = server.handle();
    let serving = tokio::spawn(server);
    tokio::spawn(return_memory());
    let (stop, stopped) = watch::channel(false);
    let worker =
        if with_worker { Some(tokio::spawn(worker::run(app.clone(), Letters::new()?, None, stopped))) } else { None };
    tracing::info!(%address, worker = with_worker, "serving");
    Ok(Running { address, app, server: handle, serving, stop, worker })
}

/// Pages of these origins may call the API and read what it says; none may send credentials.
fn cors(origins: &[String]) -> Cors {
    let cors = origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin));
    cors.allowed_methods(["GET", "POST", "PUT", "DELETE"])
        .allowed_headers([
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
            "accept-language",
            "netral-seat",
        ])
        .expose_headers([
            "location",
            "etag",
            "link",
            "retry-after",
            "content-language",
            "idempotency-replayed",
            "x-request-id",
        ])
        .max_age(3600)
}
