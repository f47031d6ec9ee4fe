-- The role stays: other databases of the cluster may use it.
GRANT EXECUTE ON FUNCTION erase_event_details TO PUBLIC;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM netral_service;
        REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM netral_service;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM netral_service;
        REVOKE ALL ON SCHEMA public FROM netral_service;
    END IF;
END $$;
