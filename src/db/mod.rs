//! Every SQL statement, one file per noun. Finders return `Option` and take what the caller may see; writers need a
//! [`Tx`], but for single statements that are their own transaction. This layer decides nothing.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::result::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool as DeadPool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::fmt;
use std::sync::Arc;

pub mod access;
pub mod access_log;
pub mod approvals;
pub mod audit;
pub mod breaches;
pub mod calendar;
pub mod case_list;
pub mod cases;
pub mod catalogues;
pub mod clients;
pub mod compliance;
pub mod daily;
pub mod data_keys;
pub mod data_requests;
pub mod deadlines;
pub mod deliveries;
pub mod digests;
pub mod duplicates;
pub mod erasure;
pub mod events;
pub mod exclusions;
pub mod files;
pub mod group_commit;
pub mod idempotency;
pub mod identities;
pub mod identity_requests;
pub mod installation;
pub mod intake;
pub mod law;
pub mod messages;
pub mod officer_numbers;
pub mod officers;
pub mod persons;
pub mod provider_accounts;
pub mod readers;
pub mod reference;
pub mod reports;
pub mod retention;
pub mod review_requests;
pub mod sanctions;
pub mod sign_ins;
mod statement;
pub mod tracks;
pub mod transition;

/// The migrations this program was built with.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Connections to the database.
pub type Pool = DeadPool<AsyncPgConnection>;

/// What can go wrong here. The text never holds a value of a row.
#[derive(Debug)]
pub enum DbError {
    /// A statement failed.
    Query(diesel::result::Error),
    /// No connection could be had.
    Unavailable(String),
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The message of a failed statement may quote row values ("Key (email)=(...)"): only its kind is told.
            Self::Query(diesel::result::Error::DatabaseError(kind, info)) => {
                write!(
                    f,
                    "database refused a statement: {kind:?}, constraint {}",
                    info.constraint_name().unwrap_or("none")
                )
            }
            Self::Query(_) => f.write_str("a statement failed"),
            Self::Unavailable(why) => write!(f, "no database connection: {why}"),
        }
    }
}

impl std::error::Error for DbError {}

impl From<diesel::result::Error> for DbError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Query(error)
    }
}

impl From<diesel_async::pooled_connection::deadpool::PoolError> for DbError {
    fn from(error: diesel_async::pooled_connection::deadpool::PoolError) -> Self {
        Self::Unavailable(match error {
            diesel_async::pooled_connection::deadpool::PoolError::Timeout(_) => "all connections are busy".to_owned(),
            _ => "the server cannot be reached, or refuses the login or the role".to_owned(),
        })
    }
}

impl DbError {
    /// A row with this key is already there.
    pub const fn is_duplicate(&self) -> bool {
        matches!(
            self,
            Self::Query(diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _))
        )
    }
}

/// Opens a pool of at most `size` connections. They are opened when first needed, and have the rights of `role`, or those
/// of the login when there is none.
///
/// Connections are not tested at each check-out: that costs a third of the reads, and a broken one shows at its first
/// statement and is then thrown away. Plans are made once a statement and connection: every statement here finds its
/// rows by a key, and planning one anew takes longer than running it.
pub fn pool(url: &str, role: Option<&str>, size: usize) -> Result<Pool, DbError> {
    let mut setup = "SET plan_cache_mode = force_generic_plan".to_owned();
    if let Some(role) = role {
        // A name doubles its quotes within quotes.
        setup.push_str(&format!("; SET ROLE \"{}\"", role.replace('"', "\"\"")));
    }
    let setup = Arc::<str>::from(setup);
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| Box::pin(connect(url.to_owned(), setup.clone())));
    let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
    Pool::builder(manager)
        .max_size(size)
        .runtime(deadpool::Runtime::Tokio1)
        .wait_timeout(Some(std::time::Duration::from_secs(10)))
        .build()
        .map_err(|_| DbError::Unavailable("the pool cannot be built".to_owned()))
}

async fn connect(url: String, setup: Arc<str>) -> ConnectionResult<AsyncPgConnection> {
    let mut connection = AsyncPgConnection::establish(&url).await?;
    let once = connection.batch_execute(&setup).await;
    once.map_err(ConnectionError::CouldntSetupConfiguration)?;
    idempotency::prepare(&mut connection).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// One transaction. Writers take `&mut Tx`, so that nothing is written outside one. Dropped before [`Tx::commit`], its
/// connection is closed, which frees every lock at once.
pub struct Tx {
    connection: Option<Object<AsyncPgConnection>>,
}

impl Tx {
    /// Begins a transaction.
    pub async fn begin(pool: &Pool) -> Result<Self, DbError> {
        let mut connection = pool.get().await?;
        connection.batch_execute("BEGIN").await?;
        Ok(Self { connection: Some(connection) })
    }

    /// The connection, for statements in this layer.
    fn connection(&mut self) -> Result<&mut AsyncPgConnection, DbError> {
        self.connection.as_deref_mut().ok_or_else(|| DbError::Unavailable("the transaction has ended".to_owned()))
    }

    /// Gives up every lock and begins anew. For whoever has written nothing yet and finds that he has to lock something else first.
    pub async fn begin_anew(&mut self) -> Result<(), DbError> {
        Ok(self.connection()?.batch_execute("ROLLBACK; BEGIN").await?)
    }

    /// Makes everything durable.
    pub async fn commit(mut self) -> Result<(), DbError> {
        self.connection()?.batch_execute("COMMIT").await?;
        drop(self.connection.take());
        Ok(())
    }

    /// Undoes everything and gives the connection back.
    pub async fn rollback(mut self) -> Result<(), DbError> {
        self.connection()?.batch_execute("ROLLBACK").await?;
        drop(self.connection.take());
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

/// Brings the database to the newest migration; answers the names of those it ran. Several programs may call it at
/// once: an advisory lock lets one work.
pub async fn migrate(url: &str) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    connection.batch_execute("SELECT pg_advisory_lock(7273001)").await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let ran = tokio::task::block_in_place(|| {
        harness.run_pending_migrations(MIGRATIONS).map(|versions| versions.iter().map(ToString::to_string).collect())
    });
    let mut connection = harness.into_inner();
    connection.batch_execute("SELECT pg_advisory_unlock(7273001)").await?;
    ran
}

/// Whether the database lacks migrations of this program.
pub async fn migrations_pending(pool: &Pool) -> Result<bool, DbError> {
    use diesel_async::RunQueryDsl;
    let known: Vec<Box<dyn Migration<Pg>>> = MigrationSource::<Pg>::migrations(&MIGRATIONS)
        .map_err(|_| DbError::Unavailable("migrations cannot be read".to_owned()))?;
    let mut connection = pool.get().await?;
    let ran: Vec<String> = diesel::sql_query("SELECT version FROM __diesel_schema_migrations")
        .load::<Version>(&mut connection)
        .await?
        .into_iter()
        .map(|row| row.version)
        .collect();
    Ok(known.iter().any(|migration| !ran.contains(&migration.name().version().to_string())))
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}
