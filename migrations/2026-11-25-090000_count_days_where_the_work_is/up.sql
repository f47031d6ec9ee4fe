-- A deadline goes by the days of the office that has the work: triage, Bawaslu and the reporter where the conduct was, the
-- inspectorate and the PPK where their agencies sit. A clock says by which region's days it was counted: until now the place of the
-- conduct, for all. Counting the law's version up has what runs counted again, once, each case under its lock.
ALTER TABLE deadlines ADD COLUMN region_code text;
UPDATE deadlines SET region_code = cases.region_code FROM cases WHERE cases.id = deadlines.case_id;
ALTER TABLE deadlines ALTER COLUMN region_code SET NOT NULL;
COMMENT ON COLUMN deadlines.region_code IS 'The region where the office sat that had the work, by whose days it was counted; empty for a body of the whole country.';

WITH new AS (UPDATE law_versions SET version = version + 1 WHERE EXISTS (SELECT FROM deadlines WHERE settled_at IS NULL) RETURNING version)
INSERT INTO law_changes (version, changed_at, kind) SELECT version, now(), 'program_files' FROM new;

COMMENT ON TABLE law_versions IS 'One row: counts every change of calendar, zones, rules and seats of agencies. Programs hold the law in memory and read it again when this differs.';
COMMENT ON TABLE law_changes IS 'Every change of calendar, deadline rules and seats of agencies, append-only.';
COMMENT ON COLUMN agencies.region_code IS 'The region it governs or supervises, where it sits: its deadlines end there and stand still on days off there. Empty for bodies of the whole country, which sit in Jakarta. Whoever changes it counts the law''s version up.';
COMMENT ON COLUMN deadlines.due_at IS 'Last second of the last day, where the office sits that has the work; absent while paused.';
