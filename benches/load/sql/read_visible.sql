-- read_pipeline.sql with the condition that tells whether a seat sees the case, as the service puts it.
\set case random(1, :seeds)
\startpipeline
WITH sight (reach, officer_id, agency_id, region_code, marks) AS (VALUES ('region'::text, '00000000-0000-7000-8000-000000000001'::uuid, '00000000-0000-7000-8000-000000000002'::uuid, '15'::text, ARRAY[sha256('unit'), sha256('number'), sha256('person'), sha256('address')])) SELECT cases.*, subjects.* FROM cases JOIN subjects ON subjects.case_id = cases.id, sight WHERE case_number = 'REG-BKN-2026-' || (1000000 + (:case)::bigint) AND $seen;
SELECT id, complaint_number, received_at, description, medium, occurred_from, occurred_to, known_on, known_assumed, place, links, evidence, anonymity, consent_to_bawaslu, withdrawal_requested_at FROM reports WHERE case_id = ('00000000-0000-7000-8000-' || lpad(to_hex((:case)::bigint), 12, '0'))::uuid ORDER BY id;
\endpipeline
