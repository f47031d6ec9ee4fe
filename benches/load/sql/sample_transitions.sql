-- What the service wrote for one transition, for pgbench to write again.
SELECT json_build_object('reply', k.reply, 'fingerprint', k.fingerprint::text, 'state', c.state, 'regime', c.election_regime, 'owner', c.owner_id,
    'criminal', c.criminal_state, 'event_hash', e.hash::text, 'event_body', e.body, 'kind', e.kind, 'role', e.role, 'from', e.from_state,
    'notice', (SELECT min(notice) FROM deliveries d WHERE d.event_id = e.id))::text AS text
FROM cases c JOIN events e ON e.case_id = c.id AND e.seq = 2 JOIN idempotency_keys k ON k.reply LIKE '%' || c.case_number || '%'
ORDER BY c.id DESC LIMIT 1
