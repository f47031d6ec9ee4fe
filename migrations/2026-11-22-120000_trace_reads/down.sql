DROP TABLE audit_checkpoint_heads, audit_checkpoints, access_flags, access_entries;
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only';
END $$;
