//! The hot path of intake: reports that wait together are written by one statement and one commit.
//!
//! One `unnest` statement writes idempotency record, case, subject, report, key, identity, witnesses, event, clocks and deliveries
//! of a whole batch, and stays prepared. Measured, this is what lets intake pass what single transactions can reach: the price of
//! a commit is shared by those who wait for it. A key already there is left out by ON CONFLICT, and so is all that
//! would have hung on it; the caller then answers from the record.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{self as sql, Array, Nullable};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::deadlines::{CLOCK_COLUMNS, CLOCK_VALUES};
use super::exclusions::typed_agency;
use super::group_commit::Job;
use super::statement::{prepared, push};
use super::{DbError, Pool};
use crate::domain::sealed::{Sealed, WrappedKey};

/// A report with everything that is written for it, ready for the statement.
#[derive(Clone)]
pub struct Intake {
    /// Key of the report.
    pub report_id: Uuid,
    /// Key of its case.
    pub case_id: Uuid,
    /// Keyed hash of the idempotency key.
    pub key_hash: Vec<u8>,
    /// Hash of the body.
    pub fingerprint: Vec<u8>,
    /// The reply kept for a repeat; no secret in it.
    pub reply: String,
    /// Public number.
    pub complaint_number: String,
    /// Keyed hash of the access code.
    pub access_code_hash: Vec<u8>,
    /// Agency part of the case number.
    pub registering_agency: String,
    /// Language of the reporter.
    pub language: &'static str,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// Region of the conduct.
    pub region_code: String,
    /// Election law, as far as the reporter can tell.
    pub election_regime: &'static str,
    /// What happened.
    pub description: String,
    /// Through what.
    pub medium: &'static str,
    /// First day.
    pub occurred_from: NaiveDate,
    /// Last day.
    pub occurred_to: NaiveDate,
    /// Day known.
    pub known_on: NaiveDate,
    /// Day known was assumed.
    pub known_assumed: bool,
    /// Where.
    pub place: String,
    /// Pages that show it.
    pub links: serde_json::Value,
    /// Evidence in words.
    pub evidence: serde_json::Value,
    /// What the reporter shows of himself.
    pub anonymity: &'static str,
    /// The name may go to Bawaslu.
    pub consent_to_bawaslu: bool,
    /// Name of the subject.
    pub subject_name: Option<String>,
    /// NIP of the subject.
    pub subject_nip: Option<String>,
    /// NIK of the subject.
    pub subject_nik: Option<String>,
    /// Position of the subject.
    pub subject_position: Option<String>,
    /// Agency of the subject, in words.
    pub subject_agency: Option<String>,
    /// Work unit of the subject.
    pub subject_work_unit: Option<String>,
    /// Keyed hash of the subject's NIP.
    pub subject_nip_index: Option<Vec<u8>>,
    /// Keyed hash of the subject's NIK.
    pub subject_nik_index: Option<Vec<u8>>,
    /// Hashes of the links, separated by blanks: hexadecimal digits.
    pub link_hashes: String,
    /// The key everything below is sealed with, wrapped.
    pub key: WrappedKey,
    /// Name of the reporter.
    pub reporter_name: Option<Sealed>,
    /// Address of the reporter.
    pub reporter_email: Option<Sealed>,
    /// Telephone of the reporter.
    pub reporter_phone: Option<Sealed>,
    /// NIK of the reporter.
    pub reporter_nik: Option<Sealed>,
    /// Keyed hash of the address.
    pub email_index: Option<Vec<u8>>,
    /// Keyed hash of the NIK.
    pub nik_index: Option<Vec<u8>>,
    /// Who can confirm it.
    pub witnesses: Vec<Witness>,
    /// Key of the first event.
    pub event_id: Uuid,
    /// Text of the first event.
    pub event_body: String,
    /// Hash of the first event.
    pub event_hash: Vec<u8>,
    /// When the triage officers are told.
    pub pool_due_at: DateTime<Utc>,
    /// Its clocks, as [`crate::domain::deadline::Clock`]s.
    pub clocks: serde_json::Value,
    /// End of Bawaslu's window, while it runs.
    pub bawaslu_until: Option<DateTime<Utc>>,
    /// First end among its other clocks.
    pub next_due_at: Option<DateTime<Utc>>,
}

/// A witness, sealed.
#[derive(Clone)]
pub struct Witness {
    /// Key.
    pub id: Uuid,
    /// Name.
    pub name: Sealed,
    /// Where he lives.
    pub address: Option<Sealed>,
    /// Telephone.
    pub phone: Option<Sealed>,
}

struct WriteBatch<'a> {
    rows: &'a Columns<'a>,
}
prepared!(WriteBatch returns (sql::Uuid, sql::BigInt));

/// The batch turned on its side, as `unnest` takes it.
struct Columns<'a> {
    uuids: [Vec<Uuid>; 3],
    versions: Vec<i32>,
    bytes: [Vec<&'a [u8]>; 5],
    sealed: [Vec<Option<&'a [u8]>>; 8],
    texts: [Vec<&'a str>; 13],
    maybes: [Vec<Option<&'a str>>; 6],
    times: [Vec<DateTime<Utc>>; 2],
    days: [Vec<NaiveDate>; 3],
    flags: [Vec<bool>; 2],
    json: [Vec<&'a serde_json::Value>; 3],
    ends: [Vec<Option<DateTime<Utc>>>; 2],
    witnesses: Witnesses<'a>,
}

/// The witnesses of the batch: some reports have several, most none.
#[derive(Default)]
struct Witnesses<'a> {
    reports: Vec<Uuid>,
    ids: Vec<Uuid>,
    names: Vec<&'a [u8]>,
    addresses: Vec<Option<&'a [u8]>>,
    phones: Vec<Option<&'a [u8]>>,
}

impl<'a> Witnesses<'a> {
    fn of(batch: &'a [Intake]) -> Self {
        let mut all = Self::default();
        for (report, witness) in batch.iter().flat_map(|i| i.witnesses.iter().map(|witness| (i.report_id, witness))) {
            all.reports.push(report);
            all.ids.push(witness.id);
            all.names.push(witness.name.bytes());
            all.addresses.push(bytes(&witness.address));
            all.phones.push(bytes(&witness.phone));
        }
        all
    }
}

fn bytes(sealed: &Option<Sealed>) -> Option<&[u8]> {
    sealed.as_ref().map(Sealed::bytes)
}

impl<'a> Columns<'a> {
    fn of(batch: &'a [Intake]) -> Self {
        fn column<'a, T>(batch: &'a [Intake], pick: impl Fn(&'a Intake) -> T) -> Vec<T> {
            batch.iter().map(pick).collect()
        }
        Self {
            versions: column(batch, |i| i.key.kek_version),
            uuids: [column(batch, |i| i.report_id), column(batch, |i| i.case_id), column(batch, |i| i.event_id)],
            bytes: [
                column(batch, |i| i.key_hash.as_slice()),
                column(batch, |i| i.fingerprint.as_slice()),
                column(batch, |i| i.access_code_hash.as_slice()),
                column(batch, |i| i.event_hash.as_slice()),
                column(batch, |i| i.key.wrapped.bytes()),
            ],
            sealed: [
                column(batch, |i| bytes(&i.reporter_name)),
                column(batch, |i| bytes(&i.reporter_email)),
                column(batch, |i| bytes(&i.reporter_phone)),
                column(batch, |i| bytes(&i.reporter_nik)),
                column(batch, |i| i.email_index.as_deref()),
                column(batch, |i| i.nik_index.as_deref()),
                column(batch, |i| i.subject_nip_index.as_deref()),
                column(batch, |i| i.subject_nik_index.as_deref()),
            ],
            texts: [
                column(batch, |i| i.reply.as_str()),
                column(batch, |i| i.complaint_number.as_str()),
                column(batch, |i| i.registering_agency.as_str()),
                column(batch, |i| i.language),
                column(batch, |i| i.region_code.as_str()),
                column(batch, |i| i.election_regime),
                column(batch, |i| i.description.as_str()),
                column(batch, |i| i.medium),
                column(batch, |i| i.place.as_str()),
                column(batch, |i| i.anonymity),
                column(batch, |i| i.event_body.as_str()),
                column(batch, |_| "submitted"),
                column(batch, |i| i.link_hashes.as_str()),
            ],
            maybes: [
                column(batch, |i| i.subject_name.as_deref()),
                column(batch, |i| i.subject_nip.as_deref()),
                column(batch, |i| i.subject_nik.as_deref()),
                column(batch, |i| i.subject_position.as_deref()),
                column(batch, |i| i.subject_agency.as_deref()),
                column(batch, |i| i.subject_work_unit.as_deref()),
            ],
            times: [column(batch, |i| i.received_at), column(batch, |i| i.pool_due_at)],
            days: [column(batch, |i| i.occurred_from), column(batch, |i| i.occurred_to), column(batch, |i| i.known_on)],
            flags: [column(batch, |i| i.known_assumed), column(batch, |i| i.consent_to_bawaslu)],
            json: [column(batch, |i| &i.links), column(batch, |i| &i.evidence), column(batch, |i| &i.clocks)],
            ends: [column(batch, |i| i.bawaslu_until), column(batch, |i| i.next_due_at)],
            witnesses: Witnesses::of(batch),
        }
    }
}

impl QueryFragment<Pg> for WriteBatch<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Columns { versions, uuids, bytes, sealed, texts, maybes, times, days, flags, json, ends, witnesses } =
            self.rows;
        out.push_sql("WITH given AS (SELECT * FROM unnest(");
        let mut first = true;
        let mut separate = |out: &mut AstPass<'_, 'b, Pg>| {
            if !std::mem::take(&mut first) {
                out.push_sql(", ");
            }
        };
        for column in uuids {
            separate(&mut out);
            // A SELECT hides the length of the array: seeing it, PostgreSQL plans the statement anew for each batch.
            push!(out; "(SELECT " [Array<sql::Uuid>] column, "::uuid[])");
        }
        for column in bytes {
            separate(&mut out);
            push!(out; [Array<sql::Binary>] column, "::bytea[]");
        }
        push!(out; ", " [Array<sql::Integer>] versions, "::integer[]");
        for column in sealed {
            separate(&mut out);
            push!(out; [Array<Nullable<sql::Binary>>] column, "::bytea[]");
        }
        for column in texts {
            separate(&mut out);
            push!(out; [Array<sql::Text>] column, "::text[]");
        }
        for column in maybes {
            separate(&mut out);
            push!(out; [Array<Nullable<sql::Text>>] column, "::text[]");
        }
        for column in times {
            separate(&mut out);
            push!(out; [Array<sql::Timestamptz>] column, "::timestamptz[]");
        }
        for column in days {
            separate(&mut out);
            push!(out; [Array<sql::Date>] column, "::date[]");
        }
        for column in flags {
            separate(&mut out);
            push!(out; [Array<sql::Bool>] column, "::boolean[]");
        }
        for column in json {
            separate(&mut out);
            push!(out; [Array<sql::Jsonb>] column, "::jsonb[]");
        }
        for column in ends {
            separate(&mut out);
            push!(out; [Array<Nullable<sql::Timestamptz>>] column, "::timestamptz[]");
        }
        out.push_sql(GIVEN);
        push!(out; "given_witnesses AS (SELECT * FROM unnest((SELECT " [Array<sql::Uuid>] &witnesses.reports, "::uuid[]), "
            [Array<sql::Uuid>] &witnesses.ids, "::uuid[], " [Array<sql::Binary>] &witnesses.names, "::bytea[], "
            [Array<Nullable<sql::Binary>>] &witnesses.addresses, "::bytea[], " [Array<Nullable<sql::Binary>>] &witnesses.phones,
            "::bytea[]) AS t (report_id, id, name, address, phone)), ");
        out.push_sql(BATCH);
        push!(out; {CLOCK_VALUES} " FROM q, LATERAL jsonb_to_recordset(q.clocks) AS clock " {CLOCK_COLUMNS} ") SELECT report_id, (SELECT version FROM law_versions) FROM q");
        Ok(())
    }
}

/// The names of the parameters.
const GIVEN: &str = ") AS t (report_id, case_id, event_id, key_hash, fingerprint, access_code_hash, event_hash, wrapped, kek_version, \
    reporter_name, reporter_email, reporter_phone, reporter_nik, email_index, nik_index, subject_nip_index, subject_nik_index, \
    reply, complaint_number, registering_agency, language, region_code, election_regime, description, medium, place, anonymity, event_body, state, link_hashes, \
    subject_name, subject_nip, subject_nik, subject_position, subject_agency, subject_work_unit, \
    received_at, pool_due_at, occurred_from, occurred_to, known_on, known_assumed, consent_to_bawaslu, links, evidence, clocks, bawaslu_until, next_due_at)), ";

/// What follows them. `q` holds the rows whose key is new; everything else hangs on it.
const BATCH: &str = concat!(
    "\
  kept AS (INSERT INTO idempotency_keys (key_hash, fingerprint, status, reply, created_at) \
    SELECT key_hash, fingerprint, 201, reply, received_at FROM given ON CONFLICT (key_hash) DO NOTHING RETURNING key_hash), \
  q AS (SELECT given.* FROM given JOIN kept USING (key_hash)), \
  new_cases AS (INSERT INTO cases (id, case_number, version, state, state_since, election_regime, region_code, event_seq, event_hash, created_at, bawaslu_until, next_due_at, barred_marks) \
    SELECT case_id, 'REG-' || registering_agency || '-' || extract(year FROM received_at AT TIME ZONE 'Asia/Jakarta')::text || '-' || nextval('case_numbers'), 1, state, received_at, \
      election_regime, region_code, 1, event_hash, received_at, bawaslu_until, next_due_at, \
      array_remove(ARRAY[email_index, nik_index], NULL) FROM q), \
  new_subjects AS (INSERT INTO subjects (case_id, name, nip, nik, position, agency_text, work_unit, resolution, nip_index, nik_index, typed_agency_id) \
    SELECT case_id, subject_name, subject_nip, subject_nik, subject_position, subject_agency, subject_work_unit, 'typed', subject_nip_index, subject_nik_index, \
      ",
    typed_agency!("subject_agency"),
    " FROM q), \
  new_reports AS (INSERT INTO reports (id, case_id, complaint_number, access_code_hash, language, received_at, description, medium, occurred_from, \
      occurred_to, known_on, known_assumed, place, links, evidence, anonymity, consent_to_bawaslu, link_hashes) \
    SELECT report_id, case_id, complaint_number, access_code_hash, language, received_at, description, medium, occurred_from, occurred_to, known_on, \
      known_assumed, place, links, evidence, anonymity, consent_to_bawaslu, string_to_array(link_hashes, ' ') FROM q), \
  keys AS (INSERT INTO data_keys (owner_id, kek_version, wrapped, created_at) SELECT report_id, kek_version, wrapped, received_at FROM q), \
  identities AS (INSERT INTO reporter_identities (report_id, name, email, phone, nik, email_index, nik_index) \
    SELECT report_id, reporter_name, reporter_email, reporter_phone, reporter_nik, email_index, nik_index FROM q \
    WHERE num_nonnulls(reporter_name, reporter_email, reporter_phone, reporter_nik) > 0), \
  new_witnesses AS (INSERT INTO witnesses (id, report_id, name, address, phone) SELECT w.id, report_id, w.name, w.address, w.phone \
    FROM given_witnesses w JOIN q USING (report_id)), \
  new_events AS (INSERT INTO events (id, case_id, seq, at, kind, actor, to_state, body, hash) \
    SELECT event_id, case_id, 1, received_at, 'submit', 'reporter', state, event_body, event_hash FROM q), \
  receipts AS (INSERT INTO deliveries (case_id, event_id, notice, report_id, due_at, created_at) \
    SELECT case_id, event_id, 'report_received', report_id, received_at, received_at FROM q WHERE reporter_email IS NOT NULL), \
  pool AS (INSERT INTO deliveries (case_id, event_id, notice, officer_id, due_at, created_at) \
    SELECT DISTINCT ON (q.event_id, s.officer_id) q.case_id, q.event_id, 'report_arrived', s.officer_id, q.pool_due_at, q.received_at \
    FROM q JOIN seats s ON s.role = 'triage_officer' AND s.ended_at IS NULL \
      AND EXISTS (SELECT FROM officers o WHERE o.id = s.officer_id AND o.disabled_at IS NULL) \
      AND (s.region_code = '' OR s.region_code = q.region_code OR starts_with(q.region_code, s.region_code || '.'))), \
  new_clocks AS (INSERT INTO deadlines (case_id, report_id, code, variant, regime, starts_on, counted_from, count, due_at, remaining, status, \
    provisional, settled_at, next_reminder_on, law_version, region_code) SELECT q.case_id, "
);

/// How a report was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Written, while the law was at this version.
    New(i64),
    /// Its idempotency key is already there: answer from the record.
    KeyKnown,
}

impl Job for Intake {
    type Done = Taken;
    const WRITERS: usize = 2;

    fn key(&self) -> Option<&[u8]> {
        Some(&self.key_hash)
    }

    async fn write(pool: &Pool, batch: &[Self]) -> Result<Vec<Taken>, DbError> {
        let mut connection = pool.get().await?;
        let rows = Columns::of(batch);
        let written: Vec<(Uuid, i64)> = WriteBatch { rows: &rows }.load(&mut connection).await?;
        let written: HashMap<Uuid, i64> = written.into_iter().collect();
        let taken = |intake: &Self| written.get(&intake.report_id).map_or(Taken::KeyKnown, |law| Taken::New(*law));
        Ok(batch.iter().map(taken).collect())
    }
}
