-- Accounts of machines stay for what refers to them, without a way in.
DELETE FROM sign_ins WHERE method = 'client_credentials';
ALTER TABLE sign_ins
    DROP CONSTRAINT sign_ins_method_check,
    ADD CONSTRAINT sign_ins_method_check CHECK (method IN ('password', 'single_sign_on'));

DROP TABLE clients;

DROP INDEX seats_one_for_a_machine;
ALTER TABLE seats
    DROP CONSTRAINT seats_holder_fits_role,
    DROP COLUMN holder,
    DROP CONSTRAINT seats_role_check;
UPDATE seats SET ended_at = now() WHERE role = 'integration_client' AND ended_at IS NULL;
ALTER TABLE seats ADD CONSTRAINT seats_role_check
    CHECK (role IN ('triage_officer', 'inspector', 'inspector_lead', 'bawaslu_liaison', 'bkn_auditor',
        'ppk_officer', 'taskforce_viewer', 'agency_admin', 'system_admin', 'privacy_officer')) NOT VALID;

DROP INDEX officers_machine_name;
ALTER TABLE officers
    DROP CONSTRAINT officers_id_kind,
    DROP CONSTRAINT officers_machine_is_nobody,
    DROP CONSTRAINT officers_reached_by_mail;
UPDATE officers SET email = id::text, disabled_at = coalesce(disabled_at, now()) WHERE kind = 'machine';
ALTER TABLE officers
    ALTER COLUMN email SET NOT NULL,
    DROP COLUMN kind;
COMMENT ON COLUMN officers.email IS NULL;
COMMENT ON TABLE officers IS 'People who work on cases. Reporters are never here.';
