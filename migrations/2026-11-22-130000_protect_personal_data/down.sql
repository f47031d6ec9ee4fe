DROP TABLE breach_steps, breaches, data_requests;
DROP FUNCTION erase_event_details;

DROP TRIGGER events_are_append_only ON events;
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION refuse_change_but_erasure;

DROP TABLE daily_tasks, purge_proposals, legal_holds, retention_policies;
