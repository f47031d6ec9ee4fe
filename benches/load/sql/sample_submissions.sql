-- What the service wrote for one report, for pgbench to write again.
SELECT json_build_object('reply', k.reply, 'fingerprint', k.fingerprint::text, 'region', c.region_code, 'regime', c.election_regime,
    'event_hash', e.hash::text, 'event_body', e.body, 'subject', s.name, 'agency', s.agency_text, 'code_hash', r.access_code_hash::text,
    'language', r.language, 'description', r.description, 'medium', r.medium, 'occurred', r.occurred_from, 'known', r.known_on,
    'place', r.place, 'links', r.links::text, 'evidence', r.evidence::text, 'anonymity', r.anonymity, 'email', i.email::text, 'email_index', i.email_index::text,
    'link_hashes', r.link_hashes::text, 'next_due', c.next_due_at, 'starts', d.starts_on, 'count', d.count, 'due', d.due_at,
    'reminder', d.next_reminder_on, 'law', d.law_version, 'kek', w.kek_version, 'wrapped', w.wrapped::text,
    'officer_a', (SELECT min(officer_id::text) FROM deliveries d WHERE d.event_id = e.id AND officer_id IS NOT NULL),
    'officer_b', (SELECT max(officer_id::text) FROM deliveries d WHERE d.event_id = e.id AND officer_id IS NOT NULL))::text AS text
FROM cases c JOIN subjects s ON s.case_id = c.id JOIN reports r ON r.case_id = c.id JOIN reporter_identities i ON i.report_id = r.id JOIN data_keys w ON w.owner_id = r.id
    JOIN deadlines d ON d.case_id = c.id AND d.code = 'D1'
    JOIN events e ON e.case_id = c.id AND e.seq = 1 JOIN idempotency_keys k ON k.reply LIKE '%' || r.id || '%'
WHERE c.id > '00000001-0000-0000-0000-000000000000' ORDER BY c.id DESC LIMIT 1
