DROP TABLE breach_steps, breaches, data_requests;
DROP FUNCTION erase_event_details;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only';
END $$;
COMMENT ON FUNCTION refuse_change IS NULL;

DROP TABLE daily_tasks, purge_proposals, legal_holds, retention_policies;
