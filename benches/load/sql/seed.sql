-- Cases in `submitted`, as intake leaves them. Keys tell the number: case n has the key ending in n.
INSERT INTO cases (id, case_number, version, state, state_since, election_regime, region_code, event_seq, event_hash, created_at)
SELECT key.case_id, 'REG-BKN-2026-' || (1000000 + n), 1, 'submitted', at, 'none', '15.71', 1,
    sha256(decode(repeat('00', 32), 'hex') || convert_to(body, 'UTF8')), at
FROM generate_series(1, $seeds) n,
    LATERAL (SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS case_id, now() - n * interval '1 second' AS at) key,
    LATERAL (SELECT format('{"id":"%s","case":"%s","seq":1,"at":"%s","kind":"submit","actor":"reporter","to":"submitted"}',
        replace(case_id::text, '-7000-', '-7001-'), case_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) AS body) event;

INSERT INTO subjects (case_id, name, position, agency_text, work_unit, resolution)
SELECT id, 'Budi Santoso ' || case_number, 'Kepala Seksi', 'Dinas Perhubungan Kota Jambi', 'Seksi ' || right(case_number, 2), 'typed' FROM cases;

INSERT INTO reports (id, case_id, complaint_number, access_code_hash, language, received_at, description, medium, occurred_from, occurred_to,
    known_on, known_assumed, place, links, evidence, anonymity, consent_to_bawaslu)
SELECT replace(id::text, '-7000-', '-7002-')::uuid, id, 'NTR-2025-' || upper(lpad(to_hex(row_number() OVER ()), 9, '0')), sha256(uuid_send(id)), 'id', created_at,
    repeat('Yang bersangkutan mengajak warga memilih salah satu calon wali kota. ', 9), 'social_media', created_at::date - 3, created_at::date - 3,
    created_at::date - 2, false, 'Akun media sosial pribadi, Kota Jambi', '["https://media.example/unggahan/1"]', '["Tangkapan layar unggahan"]', 'anonymous', false
FROM cases;

-- As long as sealed addresses are, and like them the same to nobody; without keys, as nothing here opens them.
INSERT INTO reporter_identities (report_id, email, email_index, email_confirmed_at)
SELECT id, sha256(uuid_send(id)) || substr(sha256(uuid_send(id)), 1, 14), sha256(uuid_send(case_id)), CASE WHEN right(complaint_number, 1) < '8' THEN received_at END FROM reports;

INSERT INTO events (id, case_id, seq, at, kind, actor, to_state, body, hash)
SELECT replace(id::text, '-7000-', '-7001-')::uuid, id, 1, created_at, 'submit', 'reporter', 'submitted',
    format('{"id":"%s","case":"%s","seq":1,"at":"%s","kind":"submit","actor":"reporter","to":"submitted"}', replace(id::text, '-7000-', '-7001-'), id,
        to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), event_hash
FROM cases;

INSERT INTO deliveries (case_id, event_id, notice, report_id, state, attempts, due_at, created_at, settled_at)
SELECT id, replace(id::text, '-7000-', '-7001-')::uuid, 'report_received', replace(id::text, '-7000-', '-7002-')::uuid, 'sent', 1, created_at, created_at, created_at
FROM cases;

INSERT INTO idempotency_keys (key_hash, fingerprint, status, reply, created_at)
SELECT sha256(uuid_send(id)), event_hash, 201,
    format('{"report_id":"%s","complaint_number":"NTR-2025-000000000","received_at":"%s"}', id, to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), created_at
FROM cases;

INSERT INTO deadlines (case_id, code, variant, regime, starts_on, counted_from, count, due_at, status, provisional, next_reminder_on, law_version, region_code)
SELECT id, 'D1', '', 'none', created_at::date, created_at::date, 7, created_at::date + interval '7 days 23 hours 59 minutes', 'running', false, created_at::date + 5, 1, region_code FROM cases;
UPDATE cases SET next_due_at = due_at FROM deadlines WHERE case_id = cases.id;

SELECT setval('case_numbers', 1000000 + $seeds);

CREATE TABLE bench_seed AS SELECT max(id) AS last_delivery, now() AS at FROM deliveries;
