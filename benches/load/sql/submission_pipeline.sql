-- One report, every row by a statement of its own, all in one flight.
\set n :n + 1
\set k (:run * 64 + :client_id) * 1048576 + :n
\set number permute(:k, 68719476736)
\startpipeline
BEGIN;
INSERT INTO idempotency_keys (key_hash, fingerprint, status, reply, created_at) VALUES (sha256(int8send(:k)), :fingerprint, 201, :reply, now());
INSERT INTO cases (id, case_number, version, state, state_since, election_regime, region_code, event_seq, event_hash, created_at, next_due_at) VALUES (('10000000-0000-7000-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, 'REG-BKN-2026-' || nextval('case_numbers'), 1, 'submitted', now(), :regime, :region, 1, :event_hash, now(), :next_due);
INSERT INTO subjects (case_id, name, agency_text, resolution) VALUES (('10000000-0000-7000-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, :subject, :agency, 'typed');
INSERT INTO reports (id, case_id, complaint_number, access_code_hash, language, received_at, description, medium, occurred_from, occurred_to, known_on, known_assumed, place, links, evidence, anonymity, consent_to_bawaslu, link_hashes) VALUES (('10000000-0000-7002-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, ('10000000-0000-7000-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, 'NTR-2027-' || lpad(to_hex((:number)::bigint), 9, '0'), :code_hash, :language, now(), :description, :medium, :occurred, :occurred, :known, false, :place, :links, :evidence, :anonymity, false, :link_hashes);
INSERT INTO data_keys (owner_id, kek_version, wrapped, created_at) VALUES (('10000000-0000-7002-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, :kek, :wrapped, now());
INSERT INTO reporter_identities (report_id, email, email_index) VALUES (('10000000-0000-7002-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, :email, :email_index);
INSERT INTO events (id, case_id, seq, at, kind, actor, to_state, body, hash) VALUES (('10000000-0000-7001-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, ('10000000-0000-7000-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, 1, now(), 'submit', 'reporter', 'submitted', :event_body, :event_hash);
INSERT INTO deliveries (case_id, event_id, notice, officer_id, report_id, due_at, created_at) VALUES (('10000000-0000-7000-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, ('10000000-0000-7001-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, 'report_received', NULL, ('10000000-0000-7002-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, now(), now()), (('10000000-0000-7000-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, ('10000000-0000-7001-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, 'report_arrived', :officer_a, NULL, now(), now()), (('10000000-0000-7000-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, ('10000000-0000-7001-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, 'report_arrived', :officer_b, NULL, now(), now());
INSERT INTO deadlines (case_id, code, variant, regime, starts_on, counted_from, count, due_at, status, provisional, next_reminder_on, law_version, region_code) VALUES (('10000000-0000-7000-8000-' || lpad(to_hex((:k)::bigint), 12, '0'))::uuid, 'D1', '', :regime, :starts, :starts, :count, :due, 'running', false, :reminder, :law, :region);
COMMIT;
\endpipeline
