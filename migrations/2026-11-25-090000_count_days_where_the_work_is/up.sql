-- A deadline goes by the days of the office that has the work: triage, Bawaslu and the reporter where the conduct was, the
-- inspectorate and the PPK where their agencies sit. What runs was counted by the place of the conduct alone; counting the law's
-- version up has it counted again, once, each case under its lock.
WITH new AS (UPDATE law_versions SET version = version + 1 WHERE EXISTS (SELECT FROM deadlines WHERE settled_at IS NULL) RETURNING version)
INSERT INTO law_changes (version, changed_at, kind) SELECT version, now(), 'program_files' FROM new;

COMMENT ON TABLE law_versions IS 'One row: counts every change of calendar, zones, rules and seats of agencies. Programs hold the law in memory and read it again when this differs.';
COMMENT ON TABLE law_changes IS 'Every change of calendar, deadline rules and seats of agencies, append-only.';
COMMENT ON COLUMN agencies.region_code IS 'The region it governs or supervises, where it sits: its deadlines end there and stand still on days off there. Empty for bodies of the whole country, which sit in Jakarta. Whoever changes it counts the law''s version up.';
COMMENT ON COLUMN deadlines.due_at IS 'Last second of the last day, where the office sits that has the work; absent while paused.';
