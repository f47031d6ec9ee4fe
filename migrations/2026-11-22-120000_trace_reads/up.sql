-- The trace of every look at a case, the flags that unusual reading raises, and the signed checkpoints of the event chains.

-- The same refusal for every table that only grows.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are append-only', TG_TABLE_NAME;
END $$;

-- No foreign keys: an entry outlives what it names, and four checks would cost more than the row.
CREATE TABLE access_entries (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at             timestamptz NOT NULL,
    officer_id     uuid NOT NULL,
    seat_id        uuid NOT NULL,
    role           text NOT NULL,
    agency_id      uuid NOT NULL,
    case_id        uuid,
    operation      text NOT NULL,
    purpose        text,
    outside_agency boolean NOT NULL
);
COMMENT ON TABLE access_entries IS 'Who looked at what, written before the answer left. Append-only; one row for each case shown.';
COMMENT ON COLUMN access_entries.role IS 'Role of the seat at that moment.';
COMMENT ON COLUMN access_entries.agency_id IS 'Agency of the seat at that moment.';
COMMENT ON COLUMN access_entries.case_id IS 'The case that was shown; empty where the trace itself was read.';
COMMENT ON COLUMN access_entries.operation IS 'Id of the operation in openapi.yaml.';
COMMENT ON COLUMN access_entries.purpose IS 'Why, where the operation asks for a reason.';
COMMENT ON COLUMN access_entries.outside_agency IS 'The case is neither of the seat''s agency nor reviewed by it, and the officer is not its owner.';
CREATE INDEX access_entries_case ON access_entries (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX access_entries_officer ON access_entries (officer_id, id);
-- Entries come in the order of time: a few pages of index instead of one entry for each row.
CREATE INDEX access_entries_at ON access_entries USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
CREATE TRIGGER access_entries_are_append_only BEFORE UPDATE OR DELETE ON access_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_entries_are_not_truncated BEFORE TRUNCATE ON access_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE access_flags (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    officer_id   uuid NOT NULL REFERENCES officers (id),
    kind         text NOT NULL CHECK (kind IN ('many_cases', 'many_outside_agency')),
    window_start timestamptz NOT NULL,
    cases        bigint NOT NULL,
    raised_at    timestamptz NOT NULL,
    reviewed_by  uuid REFERENCES officers (id),
    reviewed_at  timestamptz,
    note         text,
    UNIQUE (officer_id, kind, window_start),
    CHECK (reviewed_by <> officer_id),
    CHECK (num_nonnulls(reviewed_by, reviewed_at, note) IN (0, 3))
);
COMMENT ON TABLE access_flags IS 'Unusual reading: one row for an officer, a kind and an hour, until the privacy officer has reviewed it.';
COMMENT ON COLUMN access_flags.window_start IS 'Beginning of the hour, in UTC.';
COMMENT ON COLUMN access_flags.cases IS 'Different cases shown within the hour, as last counted.';
COMMENT ON COLUMN access_flags.note IS 'What the privacy officer found.';
CREATE INDEX access_flags_reviewer ON access_flags (reviewed_by) WHERE reviewed_by IS NOT NULL;

CREATE TABLE audit_checkpoints (
    number bigint PRIMARY KEY CHECK (number > 0),
    day    date UNIQUE,
    at     timestamptz NOT NULL,
    note   text NOT NULL
);
COMMENT ON TABLE audit_checkpoints IS 'Signed states of all event chains. Append-only; the root in each note covers the one before.';
COMMENT ON COLUMN audit_checkpoints.number IS 'From 1, without a gap.';
COMMENT ON COLUMN audit_checkpoints.day IS 'The UTC day it stands for; empty when somebody asked for it beside the daily one.';
COMMENT ON COLUMN audit_checkpoints.note IS 'The checkpoint as a signed note (C2SP): number of events, root, signature.';

CREATE TABLE audit_checkpoint_heads (
    number  bigint NOT NULL REFERENCES audit_checkpoints (number),
    case_id uuid NOT NULL,
    seq     integer NOT NULL,
    hash    bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (number, case_id)
);
COMMENT ON TABLE audit_checkpoint_heads IS 'The last event of each case that had changed since the checkpoint before. Append-only; names a case even when it is gone.';
CREATE INDEX audit_checkpoint_heads_case ON audit_checkpoint_heads (case_id, seq);
CREATE TRIGGER audit_checkpoints_are_append_only BEFORE UPDATE OR DELETE ON audit_checkpoints FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoints_are_not_truncated BEFORE TRUNCATE ON audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoint_heads_are_append_only BEFORE UPDATE OR DELETE ON audit_checkpoint_heads FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_checkpoint_heads_are_not_truncated BEFORE TRUNCATE ON audit_checkpoint_heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
