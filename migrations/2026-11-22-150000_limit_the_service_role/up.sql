-- What the running service may do: read and write rows, table by table, and nothing else. Whoever takes it over can then not
-- change what only grows, nor remove what guards it. Migrations and reference data need the owner.
--
-- Can be run again by hand, for a role that was made after the migration ran.

-- Roles belong to the whole cluster: another database may make this one at the same moment, or have made it long ago.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        CREATE ROLE netral_service NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'the role netral_service is missing and % may not make it: the service keeps the rights of its login', current_user;
END $$;

-- Whoever migrates can also run the service. From PostgreSQL 16 on, who made a role is its member without the right to
-- become it.
DO $$
DECLARE
    needed text := CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END;
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') AND NOT pg_has_role('netral_service', needed) THEN
        EXECUTE format('GRANT netral_service TO %I', current_user);
    END IF;
EXCEPTION
    WHEN unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE NOTICE '% is no member of netral_service: the service needs a login that is', current_user;
END $$;

REVOKE EXECUTE ON FUNCTION erase_event_details FROM PUBLIC;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        RETURN;
    END IF;
    GRANT USAGE ON SCHEMA public TO netral_service;

    -- Only read: reference data.
    GRANT SELECT ON agencies, agency_regions, agency_roles, regions, retention_policies, sanctions, violation_forms TO netral_service;
    IF to_regclass('__diesel_schema_migrations') IS NOT NULL THEN
        GRANT SELECT ON __diesel_schema_migrations TO netral_service;
    END IF;

    -- Only grow. No row is locked here either, which would take the right to change it.
    GRANT SELECT, INSERT ON access_entries, audit_checkpoint_heads, audit_checkpoints, breach_steps, breaches, events,
        identity_looks, officer_events, officer_identities, provider_sessions TO netral_service;

    -- Change, and stay.
    GRANT SELECT, INSERT, UPDATE ON access_flags, approvals, cases, daily_tasks, data_requests, deliveries, identity_requests,
        legal_holds, messages, officers, purge_proposals, refresh_tokens, reporter_identities, reports, seats, subjects
        TO netral_service;

    -- Are removed when they are over.
    GRANT SELECT, INSERT, DELETE ON idempotency_keys, spent_logout_tokens, witnesses TO netral_service;
    GRANT SELECT, INSERT, UPDATE, DELETE ON data_keys, invitations, recovery_codes, second_factors, sign_in_delays, sign_ins
        TO netral_service;

    GRANT USAGE ON SEQUENCE case_numbers TO netral_service;
    GRANT EXECUTE ON FUNCTION erase_event_details TO netral_service;
END $$;
