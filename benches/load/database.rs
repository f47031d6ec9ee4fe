//! The database under test: a durable private cluster, thrown away at the end, with cases and officers in it.

use std::path::{Path, PathBuf};

use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use netral::config::Config;
use netral::db::Tx;
use netral::domain::actor::Role;
use netral::domain::sign_in::SignInMethod;
use netral::flows::officers::{self, OfficerToAdd};
use netral::flows::sign_in;
use netral::postgres::{Cluster, Durability, Settings};
use netral::token::{Keys, OfficerToken};

use super::Failure;
use super::ceiling::Sample;
use super::requests::Kind;

/// Triage officers who see the cases of Kota Jambi, and some who do not: e-mail address, role and region.
const OFFICERS: [(&str, Role, &str); 6] = [
    ("verifikator.nasional@bench.example", Role::TriageOfficer, ""),
    ("verifikator.jambi@bench.example", Role::TriageOfficer, "15"),
    ("verifikator.jabar@bench.example", Role::TriageOfficer, "32"),
    ("verifikator.aceh@bench.example", Role::TriageOfficer, "11"),
    ("auditor@bench.example", Role::BknAuditor, ""),
    ("satgas@bench.example", Role::TaskforceViewer, ""),
];
/// The first so many of them do the work.
const WORKING: usize = 2;

/// The database with its cluster; both vanish when this is dropped.
pub struct Database {
    cluster: Cluster,
    connection: AsyncPgConnection,
    /// For what the service keeps beside the database.
    folder: tempfile::TempDir,
    /// The officers who do the work.
    pub officers: Vec<OfficerToken>,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

impl Database {
    /// Starts a cluster, migrates it and fills it with `seeds` cases.
    pub async fn start(seeds: u64) -> Result<Self, Failure> {
        // Beside the private cluster: on a disk, where a commit costs what it costs, and where PostgreSQL's account may go.
        let config = Config::load()?;
        let settings = Settings {
            data_dir: config.data_dir.join("bench"),
            bin_dir: config.pg_bin,
            search_path: config.search_path,
            durability: Durability::Durable,
        };
        let cluster = Cluster::throwaway(&settings)?;
        let folder = tempfile::tempdir()?;
        let url = cluster.url("postgres");
        let migrated = std::process::Command::new(env!("CARGO_BIN_EXE_netral"))
            .arg("migrate")
            .env("DATABASE_URL", &url)
            .env("NETRAL_DATA_DIR", folder.path())
            .env("NETRAL_LOG", "warn")
            .stdout(std::process::Stdio::null())
            .status()?;
        if !migrated.success() {
            return Err(format!("netral migrate: {migrated}").into());
        }
        let connection = AsyncPgConnection::establish(&url).await?;
        let keys = Keys::load_or_create(&folder.path().join("keys"), "http://bench")?;
        let officers = add_officers(&url, &keys).await?;
        let mut database = Self { cluster, connection, folder, officers };
        database.connection.batch_execute(&include_str!("sql/seed.sql").replace("$seeds", &seeds.to_string())).await?;
        database.connection.batch_execute("VACUUM ANALYZE").await?;
        Ok(database)
    }

    /// How it is reached, by service and pgbench alike.
    pub fn url(&self) -> String {
        self.cluster.url("postgres")
    }

    /// Where the service keeps its keys.
    pub fn service_dir(&self) -> &Path {
        self.folder.path()
    }

    /// One of PostgreSQL's programs.
    pub fn program(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.cluster.bin_dir().join(name);
        let missing =
            || format!("{} is missing: the benchmark needs PostgreSQL with its client programs", path.display());
        if path.exists() { Ok(path) } else { Err(missing().into()) }
    }

    /// Back to the seeded rows, with nothing left to clean up or to write out.
    pub async fn reset(&mut self) -> Result<(), Failure> {
        self.connection.batch_execute(include_str!("sql/reset.sql")).await?;
        // Each by itself: VACUUM runs in no transaction.
        for table in [
            "cases",
            "subjects",
            "reports",
            "data_keys",
            "reporter_identities",
            "events",
            "deliveries",
            "idempotency_keys",
            "access_entries",
        ] {
            self.connection.batch_execute(&format!("VACUUM ANALYZE {table}")).await?;
        }
        self.connection.batch_execute("CHECKPOINT").await?;
        Ok(())
    }

    /// What the service wrote last, for pgbench to write again.
    pub async fn sample(&mut self, kind: Kind) -> Result<Sample, Failure> {
        let text = match kind {
            Kind::Submissions => self.text(include_str!("sql/sample_submissions.sql")).await?,
            Kind::Transitions => self.text(include_str!("sql/sample_transitions.sql")).await?,
            Kind::Reads => return Ok(Sample::new()),
        };
        let values: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text)?;
        let plain = |value: serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok(values.into_iter().map(|(name, value)| (name, plain(value))).collect())
    }

    /// The server's version.
    pub async fn version(&mut self) -> Result<String, Failure> {
        self.text("SELECT current_setting('server_version') AS text").await
    }

    /// The first process of the server, parent of all others.
    pub async fn postmaster(&mut self) -> Result<u32, Failure> {
        let own: u32 = self.text("SELECT pg_backend_pid()::text AS text").await?.parse()?;
        super::machine::parent(own)
    }

    async fn text(&mut self, statement: &str) -> Result<String, Failure> {
        Ok(diesel::sql_query(statement).get_result::<Row>(&mut self.connection).await?.text)
    }
}

async fn add_officers(url: &str, keys: &Keys) -> Result<Vec<OfficerToken>, Failure> {
    let pool = netral::db::pool(url, None, 1)?;
    let now = netral::app::Clock::default().now();
    let mut accounts = Vec::new();
    for (n, (email, role, region_code)) in OFFICERS.into_iter().enumerate() {
        let nip = format!("1985010120100110{:02}", n + 1);
        let officer = OfficerToAdd {
            email,
            name: "Petugas",
            nip: Some(&nip),
            nik: None,
            language: "id",
            password_hash: "nobody signs in by password here",
            role,
            agency_code: "BKN",
            region_code,
            work_unit: Some("Unit Uji Beban"),
        };
        let mut tx = Tx::begin(&pool).await?;
        let id = officers::add(&mut tx, keys, now, &officer).await.map_err(|error| error.to_string())?;
        let signed_in = sign_in::start(&mut tx, now, id, SignInMethod::Password, None).await?;
        tx.commit().await?;
        accounts.push(signed_in.token);
    }
    accounts.truncate(WORKING);
    Ok(accounts)
}
