//! How PPKs follow up on what was sent to them: counts by agency over the cases a seat sees.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, BigInt};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::cases::{SEEN, Sight, SightParts, push_sight};
use super::sanctions::STANDS;
use super::statement::{prepared, push};
use super::{DbError, Pool};

/// What one PPK made of the recommendations sent to it.
#[derive(Clone, Debug, Queryable)]
pub struct PpkCounts {
    /// The agency whose PPK acts.
    pub agency_id: Uuid,
    /// Sent to it.
    pub sent: i64,
    /// Still to act on.
    pub waiting: i64,
    /// Longer than D7 allows.
    pub overdue: i64,
    /// With a sanction, or with one that was cancelled.
    pub decided: i64,
    /// Nothing proven, by the PPK.
    pub not_proven: i64,
    /// Discipline sanctions in force that I'DIS does not have.
    pub unregistered: i64,
    /// Under a warning or reprimand.
    pub warned: i64,
    /// With SIASN data blocked.
    pub blocked: i64,
}

struct ByPpk<'a> {
    sight: SightParts<'a>,
    now: DateTime<Utc>,
}
prepared!(ByPpk returns (sql::Uuid, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt));

impl QueryFragment<Pg> for ByPpk<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH ");
        push_sight(&mut out, &self.sight)?;
        push!(out; " SELECT CASE WHEN cases.conflict_of_interest THEN cases.reviewing_agency_id ELSE cases.agency_id END AS ppk, count(*), \
            count(*) FILTER (WHERE state = 'ppk_action'), \
            count(*) FILTER (WHERE state = 'ppk_action' AND EXISTS (SELECT FROM deadlines d WHERE d.case_id = cases.id AND d.code = 'D7' AND d.variant = '' \
              AND d.settled_at IS NULL AND d.due_at < " [sql::Timestamptz] &self.now, ")), \
            count(*) FILTER (WHERE EXISTS (SELECT FROM sanctions_imposed s WHERE s.case_id = cases.id)), \
            count(*) FILTER (WHERE 'not_proven' IN (discipline_state, ethics_state) AND NOT EXISTS (SELECT FROM sanctions_imposed s WHERE s.case_id = cases.id)), \
            coalesce(sum((SELECT count(*) FROM sanctions_imposed s WHERE s.case_id = cases.id AND s.category = 'discipline' AND s.start_on IS NOT NULL \
              AND s.idis_ref IS NULL AND " {STANDS} ")) FILTER (WHERE state <> 'closed'), 0)::bigint, \
            count(*) FILTER (WHERE control_state IN ('warning', 'reprimand')), count(*) FILTER (WHERE control_state = 'blocked') \
            FROM cases JOIN subjects ON subjects.case_id = cases.id, sight WHERE cases.addressed AND " {SEEN} " \
            AND CASE WHEN cases.conflict_of_interest THEN cases.reviewing_agency_id ELSE cases.agency_id END IS NOT NULL GROUP BY ppk");
        Ok(())
    }
}

/// Counts over the addressed cases the caller may see.
pub async fn by_ppk(pool: &Pool, sight: &Sight, now: DateTime<Utc>) -> Result<Vec<PpkCounts>, DbError> {
    if sight.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = pool.get().await?;
    Ok(ByPpk { sight: sight.into(), now }.load(&mut connection).await?)
}
