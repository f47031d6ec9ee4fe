-- Back to the seeded rows, so that every run finds the same tables. Triggers are off: events and the trace refuse to be deleted.
SET session_replication_role = replica;
TRUNCATE access_entries;
DELETE FROM deliveries WHERE id > (SELECT last_delivery FROM bench_seed);
DELETE FROM idempotency_keys WHERE created_at > (SELECT at FROM bench_seed);
DELETE FROM deadlines WHERE case_id > '00000001-0000-0000-0000-000000000000';
DELETE FROM events WHERE seq > 1 OR case_id > '00000001-0000-0000-0000-000000000000';
DELETE FROM data_keys USING reports WHERE reports.id = owner_id AND case_id > '00000001-0000-0000-0000-000000000000';
DELETE FROM reporter_identities USING reports WHERE reports.id = report_id AND case_id > '00000001-0000-0000-0000-000000000000';
DELETE FROM reports WHERE case_id > '00000001-0000-0000-0000-000000000000';
DELETE FROM subjects WHERE case_id > '00000001-0000-0000-0000-000000000000';
DELETE FROM cases WHERE id > '00000001-0000-0000-0000-000000000000';
UPDATE cases SET version = 1, state = 'submitted', state_since = created_at, owner_id = NULL, event_seq = 1,
    event_hash = events.hash FROM events WHERE events.case_id = cases.id AND cases.version > 1;
RESET session_replication_role;
