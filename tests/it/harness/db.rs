//! The run's throw-away PostgreSQL, and a database of its own for each test, copied from one template that holds the
//! tables, the reference data and the officers. It must not know HTTP.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use netral::config::Config;
use netral::db::{self, Tx};
use netral::postgres::{Cluster, Durability, Settings};
use netral::serve::Database;
use netral::token::OfficerToken;
use tokio::runtime::Runtime;

use super::app::keys;
use super::persona::{self, Persona};

const TEMPLATE: &str = "netral_template";

/// Where servers and clean-up run: each test has a runtime of its own, which ends with it.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
    })
}

/// Runs async work to its end from anywhere, a runtime's own thread included.
pub fn wait<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let (done, result) = std::sync::mpsc::channel();
    runtime().spawn(async move { done.send(work.await).ok() });
    result.recv().expect("the work did not panic")
}

/// The environment the program looks for PostgreSQL in.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The cluster stops and its folder vanishes when this process ends, however that comes about.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let settings = Settings {
            data_dir: std::env::temp_dir(),
            bin_dir: variable("NETRAL_PG_BIN").map(PathBuf::from),
            search_path: std::env::var_os("PATH"),
            durability: Durability::Throwaway,
        };
        Cluster::throwaway(&settings).expect("a PostgreSQL for the tests")
    })
}

async fn administer(sql: &str) {
    let mut connection = AsyncPgConnection::establish(&cluster().url("postgres")).await.expect("the cluster answers");
    connection.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

static SIGNED_IN: OnceLock<HashMap<Persona, OfficerToken>> = OnceLock::new();

/// The sign-in of an officer that every test database has.
pub fn signed_in(persona: Persona) -> OfficerToken {
    *SIGNED_IN.get().and_then(|tokens| tokens.get(&persona)).expect("the template is made")
}

fn template() {
    static MADE: OnceLock<()> = OnceLock::new();
    MADE.get_or_init(|| {
        cluster();
        wait(async {
            administer(&format!("CREATE DATABASE {TEMPLATE}")).await;
            let url = cluster().url(TEMPLATE);
            let env = BTreeMap::from([
                ("DATABASE_URL".to_owned(), url.clone()),
                ("NETRAL_DATA_DIR".to_owned(), "unused".to_owned()),
            ]);
            let config = Config::from_sources(&env, None).expect("a configuration");
            let database = Database::open(&config).await.expect("the template opens");
            database.migrate().await.expect("the migrations run");
            let pool = db::pool(&url, None, 1).expect("a pool");
            let mut tx = Tx::begin(&pool).await.expect("a transaction");
            let tokens = persona::appoint(&mut tx, &keys(), &Persona::ALL).await;
            SIGNED_IN.set(tokens).expect("the template is made once");
            tx.commit().await.expect("the officers are kept");
            pool.close();
            // Nobody may be connected to what is copied.
            administer(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'"))
                .await;
        });
    });
}

/// A database of one test; dropped with this value.
pub struct TestDb {
    name: String,
    /// How to reach it.
    pub url: String,
}

impl TestDb {
    /// A database with tables, reference data and officers.
    pub fn new() -> Self {
        template();
        Self::made(&format!("TEMPLATE {TEMPLATE}"))
    }

    /// A database that somebody else made and drops.
    pub fn of(url: &str) -> Self {
        Self { name: String::new(), url: url.to_owned() }
    }

    /// A database with nothing in it.
    pub fn empty() -> Self {
        Self::made("TEMPLATE template0")
    }

    fn made(how: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let statement = format!("CREATE DATABASE {name} {how}");
        wait(async move { administer(&statement).await });
        let url = cluster().url(&name);
        Self { name, url }
    }

    /// Runs statements, for what no request does.
    pub async fn execute(&self, sql: &str) {
        let mut connection = self.connection().await;
        connection.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// What the database says to its owner, whom it refuses this.
    pub async fn refusal(&self, sql: &str) -> String {
        let done = self.connection().await.batch_execute(sql).await;
        done.expect_err(sql).to_string()
    }

    /// The first column of a query, as text; it must be called `value`.
    pub async fn values(&self, sql: &str) -> Vec<String> {
        let mut connection = self.connection().await;
        let rows: Vec<Row> = diesel::sql_query(format!("SELECT value::text AS value FROM ({sql}) AS query"))
            .load(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.into_iter().map(|row| row.value.unwrap_or_default()).collect()
    }

    /// The one row of such a query.
    pub async fn value(&self, sql: &str) -> String {
        let mut values = self.values(sql).await;
        assert_eq!(values.len(), 1, "{sql}: {values:?}");
        values.remove(0)
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.value(&format!("SELECT count(*) AS value FROM {table}")).await.parse().expect("a number")
    }

    /// How many rows each table has: equal before and after means that nothing was stored.
    pub async fn row_counts(&self) -> BTreeMap<String, i64> {
        let tables = self
            .values("SELECT table_name AS value FROM information_schema.tables WHERE table_schema = 'public'")
            .await;
        let mut counts = BTreeMap::new();
        for table in tables {
            let count = self.count(&table).await;
            counts.insert(table, count);
        }
        counts
    }

    async fn connection(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.url).await.expect("the database answers")
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if self.name.is_empty() {
            return;
        }
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let (done, dropped) = std::sync::mpsc::channel();
        runtime().spawn(async move {
            if let Ok(mut connection) = AsyncPgConnection::establish(&cluster().url("postgres")).await {
                connection.batch_execute(&statement).await.ok();
            }
            done.send(()).ok();
        });
        // Waited for, so that connections of tests that have ended never use up those of the cluster. A failure is no
        // reason for a panic here: it would hide the one that may be under way.
        dropped.recv().ok();
    }
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    value: Option<String>,
}
