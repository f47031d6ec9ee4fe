-- Cases split off before their clocks were written with them, and merges that nobody could undo.

-- Version 0 has the service count them at once.
INSERT INTO deadlines (case_id, code, variant, regime, starts_on, counted_from, count, due_at, status, provisional, law_version)
SELECT c.id, 'D1', '', c.election_regime, day, day, 0, c.created_at + interval '366 days', 'running', true, 0
FROM cases c, LATERAL (SELECT (c.created_at AT TIME ZONE 'Asia/Jakarta')::date AS day) received
WHERE c.split_from IS NOT NULL AND c.state = 'triage'
  AND NOT EXISTS (SELECT FROM deadlines d WHERE d.case_id = c.id AND d.code = 'D1' AND d.settled_at IS NULL);

INSERT INTO deadlines (case_id, report_id, code, variant, regime, starts_on, counted_from, count, due_at, status, provisional, law_version)
SELECT c.id, r.id, 'D2', '', c.election_regime, r.known_on, r.known_on, 0, now() + interval '366 days', 'running', true, 0
FROM cases c JOIN reports r ON r.case_id = c.split_from
WHERE c.state <> 'closed' AND c.election_regime <> 'none' AND c.referral_kind IS DISTINCT FROM 'formal_report'
  AND NOT EXISTS (SELECT FROM deadlines d WHERE d.case_id = c.id AND d.code = 'D2');

UPDATE cases SET reviewing_agency_id = master.reviewing_agency_id
FROM cases master WHERE master.id = cases.master_case_id AND cases.reviewing_agency_id IS NULL AND master.reviewing_agency_id IS NOT NULL;
