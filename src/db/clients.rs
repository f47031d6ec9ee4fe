//! Machine clients: the secret and the scopes of accounts that no person holds. Account and seat themselves are in `officers`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Pool, Tx};
use crate::domain::actor::{Role, Scope};
use crate::domain::notice::Notice;
use crate::schema::{clients, officers};

diesel::joinable!(clients -> officers (id));

/// The kind of account that no person holds.
const MACHINE: &str = "machine";

/// A machine client.
#[derive(Clone, Debug, Queryable)]
pub struct Client {
    /// Key of the account, which is the client_id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// No longer let in since.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When its secret was made.
    pub secret_made_at: DateTime<Utc>,
    scopes: Vec<Option<String>>,
}

impl Client {
    /// What its tokens can be for.
    pub fn scopes(&self) -> Vec<Scope> {
        self.scopes.iter().flatten().filter_map(|scope| Scope::parse(scope)).collect()
    }
}

macro_rules! client {
    () => {
        clients::table.inner_join(officers::table).select((
            clients::id,
            officers::name,
            officers::created_at,
            officers::disabled_at,
            clients::secret_made_at,
            clients::scopes,
        ))
    };
}

/// A new machine client.
pub struct NewClient<'a> {
    /// Key.
    pub id: Uuid,
    /// Name, no other client's.
    pub name: &'a str,
    /// SHA-256 of the secret.
    pub secret_hash: &'a [u8],
    /// What its tokens can be for.
    pub scopes: &'a [Scope],
}

/// Keeps a new client without a seat; false when the name is another's.
pub async fn insert(tx: &mut Tx, client: &NewClient<'_>, now: DateTime<Utc>) -> Result<bool, DbError> {
    let account = diesel::insert_into(officers::table)
        .values((
            officers::id.eq(client.id),
            officers::kind.eq(MACHINE),
            officers::name.eq(client.name),
            officers::created_at.eq(now),
        ))
        .on_conflict_do_nothing();
    if account.execute(tx.connection()?).await? == 0 {
        return Ok(false);
    }
    let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.as_str()).collect();
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(client.id),
            clients::secret_hash.eq(client.secret_hash),
            clients::secret_made_at.eq(now),
            clients::scopes.eq(scopes),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(true)
}

/// A client; its row is locked, so that two who change it come one after the other.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<Client>, DbError> {
    let found = client!().filter(clients::id.eq(id)).for_no_key_update();
    Ok(found.first(tx.connection()?).await.optional()?)
}

/// A client.
pub async fn find(pool: &Pool, id: Uuid) -> Result<Option<Client>, DbError> {
    let mut connection = pool.get().await?;
    Ok(client!().filter(clients::id.eq(id)).first(&mut connection).await.optional()?)
}

/// Clients by key, behind `after`.
pub async fn page(pool: &Pool, after: Uuid, limit: i64) -> Result<Vec<Client>, DbError> {
    let mut connection = pool.get().await?;
    let found = client!().filter(clients::id.gt(after)).order(clients::id).limit(limit);
    Ok(found.load(&mut connection).await?)
}

/// Puts another secret in the place of the one before.
pub async fn renew_secret(tx: &mut Tx, id: Uuid, hash: &[u8], now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(clients::table.find(id))
        .set((clients::secret_hash.eq(hash), clients::secret_made_at.eq(now)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The hash of the secret of a client that is let in.
pub async fn secret_hash(pool: &Pool, id: Uuid) -> Result<Option<Vec<u8>>, DbError> {
    let mut connection = pool.get().await?;
    let let_in =
        clients::table.inner_join(officers::table).filter(clients::id.eq(id).and(officers::disabled_at.is_null()));
    Ok(let_in.select(clients::secret_hash).first(&mut connection).await.optional()?)
}

/// Whether the client is let in and this is still the hash of its secret; it stays so until the transaction ends. Answers what its
/// tokens can be for.
pub async fn hold(tx: &mut Tx, id: Uuid, secret_hash: &[u8]) -> Result<Option<Vec<Scope>>, DbError> {
    let same = client!().filter(clients::id.eq(id).and(clients::secret_hash.eq(secret_hash)));
    let held = same.filter(officers::disabled_at.is_null()).for_share();
    let found: Option<Client> = held.first(tx.connection()?).await.optional()?;
    Ok(found.map(|client| client.scopes()))
}

/// Tells who answers for what the client reads that it was given a secret: the lead inspectors of its agency, and the privacy officers.
pub async fn tell_of_secret(tx: &mut Tx, id: Uuid, officer_event_id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::sql_query(
        "INSERT INTO deliveries (officer_event_id, notice, officer_id, due_at, created_at) \
         SELECT $2, $3, o.id, $4, $4 FROM officers o WHERE o.disabled_at IS NULL AND EXISTS (SELECT FROM seats s \
           WHERE s.officer_id = o.id AND s.ended_at IS NULL AND (s.role = $6 \
             OR s.role = $5 AND s.agency_id = (SELECT own.agency_id FROM seats own WHERE own.officer_id = $1)))",
    )
    .bind::<sql::Uuid, _>(id)
    .bind::<sql::Uuid, _>(officer_event_id)
    .bind::<sql::Text, _>(Notice::ClientSecretMade)
    .bind::<sql::Timestamptz, _>(now)
    .bind::<sql::Text, _>(Role::InspectorLead)
    .bind::<sql::Text, _>(Role::PrivacyOfficer)
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
