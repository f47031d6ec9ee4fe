//! What handlers and workers are handed: settings, connections, keys, the mail transport and the clock. Builds the
//! parts; decides nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, SubsecRound, Utc};
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::config::{Config, TwoFactors};
use crate::db::access::Trace;
use crate::db::catalogues::Elections;
use crate::db::group_commit::Writer;
use crate::db::intake::Intake;
use crate::db::law::LawBook;
use crate::db::{self, DbError, Pool};
use crate::mail::{MailSettings, Mailer};
use crate::oidc::{self, Provider};
use crate::store::Store;
use crate::token::{Keys, PasswordHasher};
use crate::vault::Vault;

/// Places for files, each of which takes up to 20 MiB meanwhile. Who uploads over a slow line keeps nobody from reading.
#[derive(Clone)]
pub struct FileSlots {
    /// For those that arrive.
    pub received: Arc<Semaphore>,
    /// For those that are opened.
    pub opened: Arc<Semaphore>,
}

impl Default for FileSlots {
    fn default() -> Self {
        Self { received: Arc::new(Semaphore::new(8)), opened: Arc::new(Semaphore::new(4)) }
    }
}

/// The one clock. A demonstration moves its own; nothing else does.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// The time it is for the service, in the microseconds the database keeps.
    pub fn now(&self) -> DateTime<Utc> {
        (self.wall() + Duration::seconds(self.0.load(Ordering::Relaxed))).trunc_subsecs(6)
    }

    /// The time it is on the wall, however far a demonstration has moved ahead: an authenticator in a pocket goes by it.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn wall(&self) -> DateTime<Utc> {
        Utc::now()
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.num_seconds(), Ordering::Relaxed);
    }
}

/// Everything a request or a job needs. Cheap to clone; each actix worker has one with a pool of its own, so that a
/// connection stays on the thread that serves the request.
#[derive(Clone)]
pub struct App {
    /// Settings.
    pub config: Arc<Config>,
    /// Connections.
    pub pool: Pool,
    /// Time.
    pub clock: Clock,
    /// Secrets and signatures.
    pub keys: Arc<Keys>,
    /// Seals and opens who reported.
    pub vault: Arc<Vault>,
    /// The sealed bytes of files.
    pub store: Arc<Store>,
    /// How many files are in memory at once.
    pub file_slots: FileSlots,
    /// Slow hashing, bounded.
    pub passwords: Arc<PasswordHasher>,
    /// The queue in front of intake.
    pub intake: Writer<Intake>,
    /// The trace of every look at a case.
    pub trace: Trace,
    /// Outgoing mail.
    pub mailer: Arc<Mailer>,
    /// The OpenID provider of single sign-on, where there is one.
    pub provider: Option<Arc<Provider>>,
    /// The law by which deadlines are counted, read again when it changes.
    pub laws: LawBook,
    /// Codes looked up at each request, read once at the start.
    pub reference: Arc<Reference>,
}

/// Reference data that every request needs.
#[derive(Debug)]
pub struct Reference {
    /// Codes of the regions that cases and seats are bound to.
    pub regions: HashSet<String>,
    /// Elections, from which the phase of a conduct is suggested.
    pub elections: Elections,
    /// Codes of all agencies by key.
    pub agency_codes: HashMap<Uuid, String>,
}

impl Reference {
    /// The code of an agency, for a view.
    pub fn agency_code(&self, id: Option<Uuid>) -> Option<String> {
        id.and_then(|id| self.agency_codes.get(&id)).cloned()
    }

    /// The agency with this code.
    pub fn agency_id(&self, code: &str) -> Option<Uuid> {
        self.agency_codes.iter().find(|(_, known)| *known == code).map(|(id, _)| *id)
    }
}

impl App {
    /// Builds the parts on a migrated database.
    pub async fn new(
        config: Config,
        database_url: &str,
        clock: Clock,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        // Two writers of intake, two of the trace, and the worker.
        let pool = db::pool(database_url, config.database_role.as_deref(), 6)?;
        let reference = Reference {
            regions: db::reference::region_codes(&pool).await?,
            elections: db::catalogues::elections(&pool).await?,
            agency_codes: db::reference::agency_codes(&pool).await?,
        };
        let laws = LawBook::open(&pool).await?;
        let keys = Keys::load_or_create(&config.keys_dir, &config.public_url)?;
        if !db::installation::recognises(&pool, keys.secret_check()).await? {
            return Err(format!(
                "{} holds another secret than the one this database was used with: restore it from the backup. \
                 With this one no access code, password or second factor made before would be good",
                config.keys_dir.display()
            )
            .into());
        }
        let kept = db::data_keys::one_of_each_version(&pool).await?;
        let vault = Vault::open(&config.keys_dir, &config.vault_keys, &kept)?;
        let store = Store::open(&config.files_dir, db::installation::files_mark(&pool).await?)?;
        let mailer = Mailer::new(&mail_settings(&config))?;
        let provider = provider_settings(&config).map(Provider::new).transpose()?.map(Arc::new);
        Ok(Self {
            clock,
            provider,
            passwords: Arc::new(keys.password_hasher()),
            keys: Arc::new(keys),
            vault: Arc::new(vault),
            store: Arc::new(store),
            file_slots: FileSlots::default(),
            intake: Writer::start(&pool),
            trace: Trace::start(&pool),
            mailer: Arc::new(mailer),
            laws,
            reference: Arc::new(reference),
            config: Arc::new(config),
            pool,
        })
    }

    /// The same with a pool of its own.
    pub fn with_own_pool(&self, database_url: &str, size: usize) -> Result<Self, DbError> {
        let pool = db::pool(database_url, self.config.database_role.as_deref(), size)?;
        Ok(Self { pool, ..self.clone() })
    }
}

fn mail_settings(config: &Config) -> MailSettings {
    MailSettings {
        smtp_url: config.smtp_url.as_ref().map(|url| url.expose_secret().to_owned()),
        folder: config.mail_folder.clone(),
        from: config.mail_from.clone(),
        timeout: std::time::Duration::from_secs(60),
    }
}

fn provider_settings(config: &Config) -> Option<oidc::Settings> {
    let oidc = config.oidc.as_ref()?;
    Some(oidc::Settings {
        issuer: oidc.issuer.clone(),
        client_id: oidc.client_id.clone(),
        client_secret: oidc.client_secret.clone(),
        redirect_uri: format!("{}/v1/single-sign-on/callback", config.public_url),
        officer_claim: oidc.officer_claim.clone(),
        two_factors_proven: oidc.second_factor == TwoFactors::Proven,
        timeout: std::time::Duration::from_secs(10),
    })
}
