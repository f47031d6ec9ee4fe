WITH new AS (UPDATE law_versions SET version = version + 1 WHERE EXISTS (SELECT FROM deadlines WHERE settled_at IS NULL) RETURNING version)
INSERT INTO law_changes (version, changed_at, kind) SELECT version, now(), 'program_files' FROM new;

ALTER TABLE deadlines DROP COLUMN region_code;
COMMENT ON TABLE law_versions IS 'One row: counts every change of calendar, zones and rules. Programs hold the law in memory and read it again when this differs.';
COMMENT ON TABLE law_changes IS 'Every change of calendar and deadline rules, append-only.';
COMMENT ON COLUMN agencies.region_code IS NULL;
COMMENT ON COLUMN deadlines.due_at IS 'Last second of the last day, where the case is handled; absent while paused.';
