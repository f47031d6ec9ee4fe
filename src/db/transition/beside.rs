//! What a decision writes beside the case's row, as further parts of the same statement: tracks with their steps, acts,
//! versions of sanctions. Each kind comes as one JSON array, whose length the planner does not look at.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::AstPass;
use diesel::sql_types::Jsonb;
use serde_json::Value;

use crate::db::sanctions::STANDS;
use crate::db::statement::push;
use crate::domain::beside::Beside;

/// The parts as parameters.
pub(super) struct Parts {
    tracks: Value,
    versions: Value,
    dates: Value,
    acts: Value,
}

/// A list of at most one. What is made here always becomes JSON: it is made of texts, numbers and days.
fn list<T: serde::Serialize>(rows: impl IntoIterator<Item = T>) -> Value {
    rows.into_iter().map(|row| serde_json::to_value(row).unwrap_or_default()).collect()
}

impl From<&Beside> for Parts {
    fn from(beside: &Beside) -> Self {
        Self {
            tracks: list(&beside.tracks),
            versions: list(beside.version.iter().chain(&beside.withdrawn)),
            dates: list(&beside.dates),
            acts: list(&beside.acts),
        }
    }
}

/// Follows the event, whose row is `event (event_id, case_id, at)`.
pub(super) fn push_beside<'b>(out: &mut AstPass<'_, 'b, Pg>, parts: &'b Parts) -> QueryResult<()> {
    // A track that ended is taken up again only where none of its kind is live, so the newest is the one meant.
    push!(out; ", change AS (SELECT * FROM jsonb_to_recordset(" [Jsonb] &parts.tracks, "::jsonb) AS c (id uuid, track text, state text, opens boolean, ends boolean, \
            document_number text, document_dated date, document_file uuid, day date, referral_kind text, appeal_kind text, appeal_body text, against uuid, stop_reason text, \
            temporary_release boolean, admin_action_recommended boolean)), \
        opened AS (INSERT INTO tracks (id, case_id, track, state, opened_at, state_since, ended_at, referral_kind, appeal_kind, appeal_body, against, stop_reason, \
            temporary_release, admin_action_recommended) \
          SELECT c.id, event.case_id, c.track, c.state, event.at, event.at, CASE WHEN c.ends THEN event.at END, c.referral_kind, c.appeal_kind, c.appeal_body, c.against, \
            c.stop_reason, coalesce(c.temporary_release, false), coalesce(c.admin_action_recommended, false) FROM change c, event WHERE c.opens RETURNING id, track), \
        turned AS (UPDATE tracks t SET state = c.state, state_since = event.at, ended_at = CASE WHEN c.ends THEN event.at END, \
            stop_reason = coalesce(c.stop_reason, t.stop_reason), temporary_release = coalesce(c.temporary_release, t.temporary_release), \
            admin_action_recommended = coalesce(c.admin_action_recommended, t.admin_action_recommended) FROM change c, event \
          WHERE NOT c.opens AND t.id = (SELECT n.id FROM tracks n WHERE n.case_id = event.case_id AND n.track = c.track \
            ORDER BY n.ended_at DESC NULLS FIRST, n.id DESC LIMIT 1) RETURNING t.id, t.track), \
        stepped AS (INSERT INTO track_steps (track_id, event_id, state, at, document_number, document_dated, document_file, day) \
          SELECT t.id, event.event_id, c.state, event.at, c.document_number, c.document_dated, c.document_file, c.day \
          FROM (SELECT * FROM opened UNION ALL SELECT * FROM turned) t JOIN change c ON c.track = t.track, event)");
    // The same words are the same act; new acts are numbered behind the known ones.
    push!(out; ", finding AS (SELECT f.*, coalesce(f.number, (SELECT min(a.number) FROM acts a WHERE a.case_id = event.case_id \
            AND lower(a.description) = lower(f.description))) AS known FROM event, jsonb_to_recordset(" [Jsonb] &parts.acts,
        "::jsonb) AS f (ordinal smallint, number smallint, description text, category text, finding text)), \
        found AS (INSERT INTO acts (case_id, number, description, category, finding, found_at) \
          SELECT event.case_id, coalesce(f.known, (SELECT coalesce(max(a.number), 0) FROM acts a WHERE a.case_id = event.case_id) \
            + row_number() OVER (PARTITION BY f.known IS NULL ORDER BY f.ordinal)), f.description, f.category, f.finding, event.at FROM event, finding f \
          ON CONFLICT (case_id, number) DO UPDATE SET description = coalesce(acts.description, excluded.description), \
            category = coalesce(excluded.category, acts.category), finding = excluded.finding, found_at = excluded.found_at)");
    push!(out; ", version AS (SELECT * FROM jsonb_to_recordset(" [Jsonb] &parts.versions, "::jsonb) AS v (id uuid, category text, origin text, version_of uuid, \
            sanction_code text, catalogue_from date, level text, title_id text, title_en text, basis text, months smallint, sk_number text, sk_date date, sk_file uuid, \
            deciding_official text, authority text, legal_basis text, record_number text, record_date date, record_file uuid, punishment_reason text, remarks text, start_on date, annulment_number text, \
            annulment_date date, annulment_file uuid, acts smallint[], frees smallint[], takes_over smallint[])), \
        imposed AS (INSERT INTO sanctions_imposed (id, case_id, version, category, origin, version_of, sanction_code, catalogue_from, level, title_id, title_en, \
            basis, months, employment, sk_number, sk_date, sk_file, deciding_official, authority, legal_basis, record_number, record_date, record_file, punishment_reason, remarks, start_on, end_on, \
            annulment_number, annulment_date, annulment_file, acts, event_id, imposed_at) \
          SELECT v.id, event.case_id, coalesce((SELECT max(s.version) FROM sanctions_imposed s WHERE s.case_id = event.case_id), 0) + row_number() OVER (ORDER BY v.id), v.category, v.origin, old.id, \
            coalesce(v.sanction_code, old.sanction_code), coalesce(v.catalogue_from, old.catalogue_from), coalesce(v.level, old.level), \
            coalesce(v.title_id, old.title_id), coalesce(v.title_en, old.title_en), coalesce(v.basis, old.basis), \
            CASE WHEN v.sanction_code IS NULL THEN old.months ELSE v.months END, subjects.employment, coalesce(v.sk_number, old.sk_number), \
            coalesce(v.sk_date, old.sk_date), CASE WHEN v.sk_number IS NULL THEN old.sk_file ELSE v.sk_file END, coalesce(v.deciding_official, old.deciding_official), coalesce(v.authority, old.authority), \
            coalesce(v.legal_basis, old.legal_basis), coalesce(v.record_number, old.record_number), coalesce(v.record_date, old.record_date), \
            CASE WHEN v.record_number IS NULL THEN old.record_file ELSE v.record_file END, \
            coalesce(v.punishment_reason, old.punishment_reason), coalesce(v.remarks, old.remarks), \
            coalesce(v.start_on, CASE WHEN v.sanction_code IS NULL THEN old.start_on END), \
            CASE WHEN v.sanction_code IS NULL THEN old.end_on ELSE (v.start_on + make_interval(months => v.months))::date END, \
            v.annulment_number, v.annulment_date, v.annulment_file, coalesce(v.acts, old.acts, '{}'), event.event_id, event.at \
          FROM event JOIN subjects ON subjects.case_id = event.case_id CROSS JOIN version v LEFT JOIN sanctions_imposed old ON old.id = v.version_of), \
        punished AS (INSERT INTO punished_acts (case_id, act_number, category, sanction_id) \
          SELECT event.case_id, a.number, v.category, v.id FROM event, version v, unnest(v.acts) AS a (number) WHERE a.number <> ALL (v.takes_over) \
          ON CONFLICT (case_id, act_number, category) DO NOTHING), \
        taken_over AS (UPDATE punished_acts p SET category = v.category, sanction_id = v.id FROM version v, event \
          WHERE p.case_id = event.case_id AND p.act_number = ANY (v.takes_over)), \
        freed AS (DELETE FROM punished_acts p USING version v, event WHERE p.case_id = event.case_id AND p.act_number = ANY (v.frees))");
    push!(out; ", dated AS (UPDATE sanctions_imposed s SET start_on = coalesce(d.start_on, s.start_on), idis_ref = coalesce(d.idis_ref, s.idis_ref), \
            end_on = CASE WHEN d.start_on IS NULL THEN s.end_on ELSE (d.start_on + make_interval(months => s.months))::date END \
          FROM event, jsonb_to_recordset(" [Jsonb] &parts.dates, "::jsonb) AS d (id uuid, category text, start_on date, idis_ref text) \
          WHERE s.id = coalesce(d.id, (SELECT s.id FROM sanctions_imposed s WHERE s.case_id = event.case_id AND s.category = d.category AND " {STANDS} " \
            ORDER BY s.start_on DESC NULLS FIRST, s.version DESC LIMIT 1)))");
    Ok(())
}
