-- One case by its number, with subject and reports, by one statement.
\set case random(1, :seeds)
SELECT cases.*, subjects.*, reports.id, complaint_number, received_at, description, medium, occurred_from, occurred_to, known_on, known_assumed, place, links, evidence, anonymity, consent_to_bawaslu, withdrawal_requested_at FROM cases JOIN subjects ON subjects.case_id = cases.id LEFT JOIN reports ON reports.case_id = cases.id WHERE case_number = 'REG-BKN-2026-' || (1000000 + (:case)::bigint) ORDER BY reports.id;
