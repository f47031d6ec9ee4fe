//! Accounts at an OpenID provider: whom they stand for, from which of its sessions sign-ins came, which logout tokens
//! were used.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{DbError, Tx};
use crate::domain::confidential::Confidential;
use crate::schema::{officer_identities, officers, provider_sessions, sign_ins, spent_logout_tokens};

/// An account at the provider, as it names it.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Its name for the account.
    pub subject: &'a str,
}

/// An officer, as far as admitting one goes.
#[derive(Debug, Queryable)]
pub struct Candidate {
    /// Key.
    pub officer_id: Uuid,
    /// NIP.
    pub nip: Option<Confidential<String>>,
    /// No longer allowed in since.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// The officer that an account stands for.
pub async fn linked(tx: &mut Tx, account: Account<'_>) -> Result<Option<Candidate>, DbError> {
    Ok(officer_identities::table
        .inner_join(officers::table)
        .filter(officer_identities::issuer.eq(account.issuer).and(officer_identities::subject.eq(account.subject)))
        .select((officers::id, officers::nip, officers::disabled_at))
        .first(tx.connection()?)
        .await
        .optional()?)
}

/// The officer with this NIP, typed with or without blanks and dots; `None` where there are two.
pub async fn with_nip(tx: &mut Tx, nip: &str) -> Result<Option<Candidate>, DbError> {
    let digits = diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::Text>>(
        "regexp_replace(officers.nip, '[ .-]', '', 'g')",
    );
    let mut found: Vec<Candidate> = officers::table
        .filter(digits.eq(nip))
        .select((officers::id, officers::nip, officers::disabled_at))
        .limit(2)
        .load(tx.connection()?)
        .await?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// Links an account to an officer. `false` where either has another partner already.
pub async fn link(tx: &mut Tx, account: Account<'_>, officer_id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let rows = diesel::insert_into(officer_identities::table)
        .values((
            officer_identities::issuer.eq(account.issuer),
            officer_identities::subject.eq(account.subject),
            officer_identities::officer_id.eq(officer_id),
            officer_identities::linked_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(rows == 1)
}

/// Remembers from which session at the provider a sign-in came.
pub async fn remember_session(tx: &mut Tx, issuer: &str, sid: &str, sign_in_id: Uuid) -> Result<(), DbError> {
    diesel::insert_into(provider_sessions::table)
        .values((
            provider_sessions::issuer.eq(issuer),
            provider_sessions::sid.eq(sid),
            provider_sessions::sign_in_id.eq(sign_in_id),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Officers and the sign-ins of theirs that came from a session at the provider.
pub async fn of_session(tx: &mut Tx, issuer: &str, sid: &str) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    Ok(provider_sessions::table
        .inner_join(sign_ins::table)
        .filter(provider_sessions::issuer.eq(issuer).and(provider_sessions::sid.eq(sid)))
        .select((sign_ins::officer_id, sign_ins::id))
        .load(tx.connection()?)
        .await?)
}

/// Uses a logout token up, and forgets those that would be too old anyway. `false` where it was used before.
pub async fn spend(
    tx: &mut Tx,
    issuer: &str,
    jti: &str,
    good_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let old = spent_logout_tokens::good_until.lt(now);
    diesel::delete(spent_logout_tokens::table.filter(old)).execute(tx.connection()?).await?;
    let rows = diesel::insert_into(spent_logout_tokens::table)
        .values((
            spent_logout_tokens::issuer.eq(issuer),
            spent_logout_tokens::jti.eq(jti),
            spent_logout_tokens::good_until.eq(good_until),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(rows == 1)
}
