-- One transition of a fresh case: case and subject read and locked, every row by a statement of its own, all in one flight.
\set n :n + 1
\set k (:run * 64 + :client_id) * 1048576 + :n
\set case permute(mod(:client_id * :share + :n, :seeds), :seeds) + 1
\startpipeline
BEGIN;
SELECT status, reply FROM idempotency_keys WHERE key_hash = sha256(int8send(:k));
SELECT cases.*, subjects.* FROM cases JOIN subjects ON subjects.case_id = cases.id WHERE case_number = 'REG-BKN-2026-' || (1000000 + (:case)::bigint) FOR UPDATE OF cases;
UPDATE cases SET version = version + 1, state = :state, state_since = now(), return_state = NULL, reply_due_on = NULL, election_regime = :regime, agency_id = NULL, reviewing_agency_id = NULL, owner_id = :owner, category = NULL, conduct_phase = NULL, conflict_of_interest = false, inspectorate_concluded = false, no_reporter_response = false, referral_kind = NULL, bawaslu_result = NULL, addressed = false, contest_count = 0, proposed_weight = NULL, heaviest_proposed = NULL, sanction_code = NULL, delivered_on = NULL, administrative_result = NULL, closure_reason = NULL, dismissal_code = NULL, referral_state = 'none', ethics_state = 'none', discipline_state = 'none', criminal_state = :criminal, appeal_state = 'none', control_state = 'none', master_case_id = NULL, reopen_count = 0, event_seq = event_seq + 1, event_hash = :event_hash WHERE id = ('00000000-0000-7000-8000-' || lpad(to_hex((:case)::bigint), 12, '0'))::uuid;
INSERT INTO events (id, case_id, seq, at, kind, actor, officer_id, role, from_state, to_state, body, hash) VALUES (('10000000-0000-7001-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, ('00000000-0000-7000-8000-' || lpad(to_hex((:case)::bigint), 12, '0'))::uuid, 2, now(), :kind, 'officer', :owner, :role, :from, :state, :event_body, :event_hash);
INSERT INTO deliveries (case_id, event_id, notice, report_id, due_at, created_at) VALUES (('00000000-0000-7000-8000-' || lpad(to_hex((:case)::bigint), 12, '0'))::uuid, ('10000000-0000-7001-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, :notice, ('00000000-0000-7002-8000-' || lpad(to_hex((:case)::bigint), 12, '0'))::uuid, now(), now());
INSERT INTO idempotency_keys (key_hash, fingerprint, status, reply, created_at) VALUES (sha256(int8send(:k)), :fingerprint, 200, :reply, now());
COMMIT;
\endpipeline
