-- Whoever changes the calendar moves deadlines, some of which close a way for good. Who did it, and what was there before, is kept.

CREATE TABLE law_changes (
    version    bigint PRIMARY KEY,
    changed_at timestamptz NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('day', 'year', 'program_files')),
    officer_id uuid REFERENCES officers (id),
    before     jsonb,
    after      jsonb,
    CONSTRAINT says_what_is_now CHECK ((kind = 'program_files') = (after IS NULL))
);
CREATE INDEX law_changes_officer_id ON law_changes (officer_id);
COMMENT ON TABLE law_changes IS 'Every change of calendar and deadline rules, append-only.';
COMMENT ON COLUMN law_changes.version IS 'The version of the law that it made, as running clocks name it.';
COMMENT ON COLUMN law_changes.kind IS 'A day or a year of the calendar, or all that the files of the program say.';
COMMENT ON COLUMN law_changes.officer_id IS 'Who made it over the API; absent where the operator did, on the command line or by a new program.';
COMMENT ON COLUMN law_changes.before IS 'The row as it was; absent when there was none.';
COMMENT ON COLUMN law_changes.after IS 'The row as it is since.';
CREATE TRIGGER law_changes_are_append_only BEFORE UPDATE OR DELETE ON law_changes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER law_changes_are_not_truncated BEFORE TRUNCATE ON law_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        RETURN;
    END IF;
    GRANT SELECT, INSERT ON law_changes TO netral_service;
END $$;
