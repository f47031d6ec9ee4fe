//! The hot path of a transition: case, clocks, event, deliveries and lapsed drafts in one statement; where a decision writes more
//! (tracks, acts, sanctions), that is further parts of the same statement.
//!
//! The one UPDATE of `state` is here and consumes a [`Decision`]. Everything else hangs on the row it returns, so a case
//! that has moved on leaves no trace at all. One prepared statement instead of five saves four of six round trips.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, Array, Bool, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use self::beside::{Parts, push_beside};
use self::tells::Tells;
use super::cases::RowVersion;
use super::deadlines::{clocks_json, push_clocks};
use super::idempotency::KeptReply;
use super::statement::{prepared, push};
use super::{DbError, Pool, Tx};
use crate::domain::beside::Beside;
use crate::domain::case::{Case, State};
use crate::domain::deadline::Clock;
use crate::domain::decide::Decision;
use crate::domain::event::{Happening, Link};
use crate::domain::tracks::step::StepDecision;

pub use self::tells::Tell;
pub(super) use self::tells::{Meant, SEATED};

mod beside;
mod tells;

/// An event as it is stored.
pub struct NewEvent<'a> {
    /// Its link in the chain.
    pub link: &'a Link,
    /// When.
    pub at: DateTime<Utc>,
    /// What it says.
    pub happening: &'a Happening<'a>,
}

/// What follows the UPDATE in every statement; `moved` is the updated row. Two things are for the planner: the reporters'
/// cases are joined, since an OR would read every report there is, and one array comes by a SELECT, which hides its
/// length; seeing it, PostgreSQL plans the statement anew each time, which takes longer than to run it.
///
/// Many transitions tell nobody but the case's own reporters, leave all clocks as they are and meet no draft. To set up what finds
/// everybody else, moves clocks and lets drafts lapse takes longer than the rows, so those parts are left out of the lean form.
fn push_aftermath<'b, const LEAN: bool>(
    out: &mut AstPass<'_, 'b, Pg>,
    event: &'b EventColumns<'b>,
    tells: &'b Tells<'b>,
) -> QueryResult<()> {
    push!(out; ", event AS (INSERT INTO events (id, case_id, seq, at, kind, actor, officer_id, role, from_state, to_state, details, body, hash) SELECT "
        [sql::Uuid] &event.id, "::uuid, id, event_seq, " [sql::Timestamptz] &event.at, "::timestamptz, " [sql::Text] event.kind, "::text, "
        [sql::Text] event.actor, "::text, " [Nullable<sql::Uuid>] &event.officer_id, "::uuid, " [Nullable<sql::Text>] &event.role, "::text, "
        [Nullable<sql::Text>] &event.from, "::text, " [sql::Text] event.to, "::text, " [Nullable<sql::Text>] &event.details, "::text, " [sql::Text] event.body,
        "::text, event_hash FROM moved RETURNING id AS event_id, case_id, at), \
        reader AS (SELECT r.id FROM (SELECT coalesce(split_from, id) AS id FROM moved");
    if !LEAN {
        out.push_sql(" UNION ALL SELECT coalesce(merged.split_from, merged.id) FROM moved JOIN cases merged ON merged.master_case_id = moved.id");
    }
    push!(out; ") own JOIN reports r ON r.case_id = own.id JOIN reporter_identities i ON i.report_id = r.id WHERE i.email IS NOT NULL AND i.email_disabled_at IS NULL), ");
    if LEAN {
        push!(out; "told AS (INSERT INTO deliveries (case_id, event_id, notice, report_id, due_at, created_at) \
            SELECT event.case_id, event.event_id, tell.notice, reader.id, tell.due_at, event.at FROM event CROSS JOIN reader CROSS JOIN unnest((SELECT "
            [Array<sql::Text>] &tells.notices, "::text[]), " [Array<sql::Timestamptz>] &tells.dues, "::timestamptz[]) tell (notice, due_at))");
        return Ok(());
    }
    push!(out; "tell (notice, due_at, role, agency_id, region_code, officer_id, address, reporters) AS (SELECT * FROM unnest((SELECT "
        [Array<sql::Text>] &tells.notices, "::text[]), " [Array<sql::Timestamptz>] &tells.dues, "::timestamptz[], "
        [Array<Nullable<sql::Text>>] &tells.roles, "::text[], " [Array<Nullable<sql::Uuid>>] &tells.agencies, "::uuid[], "
        [Array<Nullable<sql::Text>>] &tells.regions, "::text[], " [Array<Nullable<sql::Uuid>>] &tells.officers, "::uuid[], "
        [Array<Nullable<sql::Text>>] &tells.addresses, "::text[], " [Array<Bool>] &tells.reporters, "::boolean[])), \
        told AS (INSERT INTO deliveries (case_id, event_id, notice, officer_id, report_id, address, due_at, created_at) \
        SELECT DISTINCT event.case_id, event.event_id, tell.notice, who.officer_id, who.report_id, who.address, tell.due_at, event.at \
        FROM event CROSS JOIN tell CROSS JOIN LATERAL ( \
          SELECT s.officer_id, NULL::uuid AS report_id, NULL::text AS address FROM seats s WHERE " {SEATED} " \
          UNION ALL SELECT o.id, NULL, NULL FROM officers o WHERE o.id = tell.officer_id AND o.disabled_at IS NULL \
          UNION ALL SELECT NULL, NULL, tell.address WHERE tell.address IS NOT NULL \
          UNION ALL SELECT NULL, reader.id, NULL FROM reader WHERE tell.reporters) who)");
    Ok(())
}

struct EventColumns<'a> {
    id: Uuid,
    at: DateTime<Utc>,
    kind: &'a str,
    actor: &'static str,
    officer_id: Option<Uuid>,
    role: Option<&'static str>,
    from: Option<&'static str>,
    to: &'static str,
    details: Option<&'a str>,
    body: &'a str,
}

impl<'a> From<&'a NewEvent<'a>> for EventColumns<'a> {
    fn from(event: &'a NewEvent<'a>) -> Self {
        let happening = event.happening;
        let officer = happening.actor.officer();
        Self {
            id: event.link.id,
            at: event.at,
            kind: happening.kind,
            actor: happening.actor.kind(),
            officer_id: officer.map(|o| o.officer_id),
            role: officer.map(|o| o.role.as_str()),
            from: happening.from.map(State::as_str),
            to: happening.to.as_str(),
            details: happening.details.as_deref(),
            body: &event.link.body,
        }
    }
}

/// What makes a statement stand by itself, without a lock or a transaction around it.
#[derive(Clone, Copy, Default)]
struct Alone<'a> {
    /// The row it was decided on; `None` where that is locked.
    row: Option<&'a str>,
    key_hash: Option<&'a [u8]>,
    fingerprint: Option<&'a [u8]>,
    status: Option<i16>,
    reply: Option<&'a str>,
}

impl<'a> Alone<'a> {
    fn of(row: &'a RowVersion, kept: Option<&'a KeptReply>) -> Self {
        Self {
            row: Some(&row.0),
            key_hash: kept.map(|kept| kept.key_hash.as_slice()),
            fingerprint: kept.map(|kept| kept.fingerprint.as_slice()),
            status: kept.map(|kept| kept.status),
            reply: kept.map(|kept| kept.reply.as_str()),
        }
    }
}

struct Apply<'a> {
    alone: Alone<'a>,
    case: &'a Case,
    seq: i32,
    hash: &'a [u8],
    clocks: serde_json::Value,
    event: EventColumns<'a>,
    tells: Tells<'a>,
    /// Drafts that wait lapse: the case has moved on.
    lapses: bool,
    /// Reporters of other cases may have to be told.
    is_master: bool,
}

impl Apply<'_> {
    fn push_move<'b, const LEAN: bool>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let c = self.case;
        push!(out; "WITH moved AS (UPDATE cases SET version = version + 1, state = " [sql::Text] &c.state, ", state_since = "
            [sql::Timestamptz] &c.state_since, ", return_state = " [Nullable<sql::Text>] &c.return_state, ", reply_due_on = "
            [Nullable<sql::Date>] &c.reply_due_on, ", election_regime = " [sql::Text] &c.election_regime, ", agency_id = "
            [Nullable<sql::Uuid>] &c.agency_id, ", reviewing_agency_id = " [Nullable<sql::Uuid>] &c.reviewing_agency_id, ", owner_id = "
            [Nullable<sql::Uuid>] &c.owner_id, ", category = " [Nullable<sql::Text>] &c.category, ", conduct_phase = "
            [Nullable<sql::Text>] &c.conduct_phase, ", conflict_of_interest = " [Bool] &c.conflict_of_interest, ", inspectorate_concluded = "
            [Bool] &c.inspectorate_concluded, ", no_reporter_response = " [Bool] &c.no_reporter_response, ", referral_kind = "
            [Nullable<sql::Text>] &c.referral_kind, ", bawaslu_result = " [Nullable<sql::Text>] &c.bawaslu_result, ", addressed = "
            [Bool] &c.addressed, ", contest_count = " [sql::SmallInt] &c.contest_count, ", proposed_weight = "
            [Nullable<sql::SmallInt>] &c.proposed_weight, ", heaviest_proposed = " [Nullable<sql::SmallInt>] &c.heaviest_proposed, ", sanction_code = " [Nullable<sql::Text>] &c.sanction_code, ", delivered_on = "
            [Nullable<sql::Date>] &c.delivered_on, ", administrative_result = " [Nullable<sql::Text>] &c.administrative_result,
            ", closure_reason = " [Nullable<sql::Text>] &c.closure_reason, ", dismissal_code = " [Nullable<sql::Text>] &c.dismissal_code,
            ", referral_state = " [sql::Text] &c.tracks.referral, ", ethics_state = " [sql::Text] &c.tracks.ethics, ", discipline_state = "
            [sql::Text] &c.tracks.discipline, ", criminal_state = " [sql::Text] &c.tracks.criminal, ", appeal_state = " [sql::Text] &c.tracks.appeal,
            ", control_state = " [sql::Text] &c.tracks.control, ", master_case_id = " [Nullable<sql::Uuid>] &c.master_case_id,
            ", violation_forms = " [Nullable<sql::Jsonb>] &c.violation_forms,
            ", bawaslu_until = " [Nullable<sql::Timestamptz>] &c.bawaslu_until, ", next_due_at = " [Nullable<sql::Timestamptz>] &c.next_due_at,
            ", reopen_count = " [sql::SmallInt] &c.reopen_count, ", event_seq = " [sql::Integer] &self.seq, ", event_hash = "
            [sql::Binary] self.hash, " WHERE id = " [sql::Uuid] &c.id, " AND version = " [sql::Integer] &c.version, " AND xmin::text = coalesce(" [Nullable<sql::Text>] &self.alone.row,
            ", xmin::text) RETURNING id, event_seq, event_hash, split_from)");
        if !LEAN {
            push!(out; ", lapsed AS (UPDATE approvals SET status = 'lapsed', decided_at = " [sql::Timestamptz] &self.event.at,
                " FROM moved WHERE " [Bool] &self.lapses, " AND approvals.case_id = moved.id AND approvals.status = 'pending')");
            push_clocks(out, &self.clocks)?;
        }
        push_aftermath::<LEAN>(out, &self.event, &self.tells)?;
        let alone = &self.alone;
        push!(out; ", kept AS (INSERT INTO idempotency_keys (key_hash, fingerprint, status, reply, created_at) SELECT key.* FROM moved, (SELECT "
            [Nullable<sql::Binary>] &alone.key_hash, "::bytea AS hash, " [Nullable<sql::Binary>] &alone.fingerprint, "::bytea, "
            [Nullable<sql::SmallInt>] &alone.status, "::smallint, " [Nullable<sql::Text>] &alone.reply, "::text, " [sql::Timestamptz] &self.event.at,
            "::timestamptz) key WHERE key.hash IS NOT NULL)");
        Ok(())
    }
}

/// Most decisions write no more than that.
struct Move<'a, const LEAN: bool>(Apply<'a>);
prepared!(Move<LEAN> returns sql::BigInt);

impl<const LEAN: bool> QueryFragment<Pg> for Move<'_, LEAN> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.push_move::<LEAN>(&mut out)?;
        out.push_sql(" SELECT count(*) FROM moved");
        Ok(())
    }
}

/// The same for a decision that writes more: those that do not need not plan for it.
struct ApplyBeside<'a> {
    apply: Apply<'a>,
    parts: Parts,
}
prepared!(ApplyBeside returns sql::BigInt);

impl QueryFragment<Pg> for ApplyBeside<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.apply.push_move::<false>(&mut out)?;
        push_beside(&mut out, &self.parts)?;
        out.push_sql(" SELECT count(*) FROM moved");
        Ok(())
    }
}

impl<'a> Apply<'a> {
    fn of(case: &'a Case, clocks: &[Clock], event: &'a NewEvent<'a>, tells: &[Tell<'a>]) -> Self {
        Self {
            alone: Alone::default(),
            case,
            seq: event.link.seq,
            hash: &event.link.hash,
            clocks: clocks_json(clocks),
            event: event.into(),
            tells: Tells::of(tells),
            lapses: false,
            is_master: true,
        }
    }

    fn deciding(decision: &'a Decision, event: &'a NewEvent<'a>, tells: &[Tell<'a>]) -> Self {
        let (lapses, is_master) = (decision.lapses(), decision.is_master());
        Self { lapses, is_master, ..Self::of(decision.next(), decision.clocks(), event, tells) }
    }

    /// It tells nobody but the case's own reporters, leaves all clocks as they are, and no draft waits.
    fn is_lean(&self) -> bool {
        !self.lapses
            && !self.is_master
            && self.tells.only_reporters()
            && self.clocks.as_array().is_some_and(Vec::is_empty)
    }

    /// False when the case has moved on.
    async fn write(self, connection: &mut AsyncPgConnection, beside: &Beside) -> Result<bool, DbError> {
        let moved: i64 = if !beside.is_empty() {
            ApplyBeside { apply: self, parts: beside.into() }.get_result(connection).await?
        } else if self.is_lean() {
            Move::<true>(self).get_result(connection).await?
        } else {
            Move::<false>(self).get_result(connection).await?
        };
        Ok(moved == 1)
    }

    async fn write_locked(self, tx: &mut Tx, beside: &Beside) -> Result<(), DbError> {
        let moved = self.write(tx.connection()?, beside).await?;
        moved.then_some(()).ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

/// Writes a decision with its event, its deliveries and the lapse of drafts it leaves behind: the one place where
/// `state` changes. Consumes the decision and answers the case as it now is; fails when the case has moved on.
pub async fn apply(tx: &mut Tx, decision: Decision, event: &NewEvent<'_>, tells: &[Tell<'_>]) -> Result<Case, DbError> {
    let statement = Apply::deciding(&decision, event, tells);
    statement.write_locked(tx, decision.beside()).await?;
    Ok(event.link.carried_by(decision.next()))
}

/// The same for a case that was read and not locked, with the reply to keep, by one statement that is its own transaction. Consumes
/// the decision; false when the row has changed since it was read, by whomever: then nothing is written.
pub async fn apply_unlocked(
    pool: &Pool,
    (decision, row): (Decision, &RowVersion),
    event: &NewEvent<'_>,
    tells: &[Tell<'_>],
    kept: Option<&KeptReply>,
) -> Result<bool, DbError> {
    let statement = Apply { alone: Alone::of(row, kept), ..Apply::deciding(&decision, event, tells) };
    statement.write(&mut *pool.get().await?, decision.beside()).await
}

/// Writes a step of a track with its event and its deliveries: the case stays in its state, and drafts stay. Consumes the
/// decision and answers the case as it now is; fails when the case has moved on.
pub async fn apply_step(
    tx: &mut Tx,
    decision: StepDecision,
    event: &NewEvent<'_>,
    tells: &[Tell<'_>],
) -> Result<Case, DbError> {
    let statement = Apply::of(decision.next(), decision.clocks(), event, tells);
    statement.write_locked(tx, decision.beside()).await?;
    Ok(event.link.carried_by(decision.next()))
}

struct Advance<'a> {
    id: Uuid,
    seq: i32,
    hash: &'a [u8],
    event: EventColumns<'a>,
    tells: Tells<'a>,
}
prepared!(Advance returns sql::BigInt);

impl QueryFragment<Pg> for Advance<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push!(out; "WITH moved AS (UPDATE cases SET version = version + 1, event_seq = "
            [sql::Integer] &self.seq, ", event_hash = " [sql::Binary] self.hash, " WHERE id = " [sql::Uuid] &self.id,
            " RETURNING id, event_seq, event_hash, split_from)");
        push_aftermath::<false>(&mut out, &self.event, &self.tells)?;
        out.push_sql(" SELECT count(*) FROM moved");
        Ok(())
    }
}

/// Records an event that changes nothing else of the case: a message, a draft. The caller
/// holds the case's lock. Answers the case as it now is.
pub async fn advance(tx: &mut Tx, case: &Case, event: &NewEvent<'_>, tells: &[Tell<'_>]) -> Result<Case, DbError> {
    let statement = Advance {
        id: case.id,
        seq: event.link.seq,
        hash: &event.link.hash,
        event: event.into(),
        tells: Tells::of(tells),
    };
    let _: i64 = statement.get_result(tx.connection()?).await?;
    Ok(event.link.carried_by(case))
}
