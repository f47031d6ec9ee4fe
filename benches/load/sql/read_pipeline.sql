-- One case by its number: case and subject, then its reports, in one flight.
\set case random(1, :seeds)
\startpipeline
SELECT cases.*, subjects.* FROM cases JOIN subjects ON subjects.case_id = cases.id WHERE case_number = 'REG-BKN-2026-' || (1000000 + (:case)::bigint);
SELECT id, complaint_number, received_at, description, medium, occurred_from, occurred_to, known_on, known_assumed, place, links, evidence, anonymity, consent_to_bawaslu, withdrawal_requested_at FROM reports WHERE case_id = ('00000000-0000-7000-8000-' || lpad(to_hex((:case)::bigint), 12, '0'))::uuid ORDER BY id;
\endpipeline
