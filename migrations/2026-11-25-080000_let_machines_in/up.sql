-- Machine clients: accounts that no person holds. Each has one seat, a secret and scopes, and nothing that a person signs in with.

ALTER TABLE officers
    ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'machine')),
    ALTER COLUMN email DROP NOT NULL;
-- Machines that were here before this step was undone: their accounts and ended seats stay, their secrets are gone.
UPDATE officers SET kind = 'machine', email = NULL
    WHERE EXISTS (SELECT FROM seats WHERE seats.officer_id = officers.id AND seats.role = 'integration_client');
ALTER TABLE officers
    ADD CONSTRAINT officers_reached_by_mail CHECK ((kind = 'person') = (email IS NOT NULL)),
    ADD CONSTRAINT officers_machine_is_nobody
        CHECK (kind = 'person' OR (num_nonnulls(password_hash, nip, nik_index) = 0 AND numbers = '{}')),
    ADD CONSTRAINT officers_id_kind UNIQUE (id, kind);
COMMENT ON TABLE officers IS 'Who works on cases: people, and machine clients. Reporters are never here.';
COMMENT ON COLUMN officers.kind IS 'A machine has a row in clients and no address, password or number.';
COMMENT ON COLUMN officers.email IS 'Address, in lower case; none for a machine, which nobody can write to.';
CREATE UNIQUE INDEX officers_machine_name ON officers (lower(name)) WHERE kind = 'machine';

ALTER TABLE seats
    DROP CONSTRAINT seats_role_check,
    ADD CONSTRAINT seats_role_check
        CHECK (role IN ('triage_officer', 'inspector', 'inspector_lead', 'bawaslu_liaison', 'bkn_auditor',
            'ppk_officer', 'taskforce_viewer', 'agency_admin', 'system_admin', 'privacy_officer', 'integration_client')),
    ADD COLUMN holder text NOT NULL GENERATED ALWAYS AS (CASE role WHEN 'integration_client' THEN 'machine' ELSE 'person' END) STORED,
    ADD CONSTRAINT seats_holder_fits_role FOREIGN KEY (officer_id, holder) REFERENCES officers (id, kind);
COMMENT ON COLUMN seats.holder IS 'Kind of account the role is for: a machine never holds the seat of a person, nor a person that of a machine.';
CREATE UNIQUE INDEX seats_one_for_a_machine ON seats (officer_id) WHERE role = 'integration_client';

CREATE TABLE clients (
    id             uuid PRIMARY KEY REFERENCES officers (id),
    kind           text NOT NULL GENERATED ALWAYS AS ('machine') STORED,
    secret_hash    bytea NOT NULL CHECK (length(secret_hash) = 32),
    secret_made_at timestamptz NOT NULL,
    scopes         text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['cases:read:agency']),
    FOREIGN KEY (id, kind) REFERENCES officers (id, kind)
);
COMMENT ON TABLE clients IS 'What a machine client proves itself with and what it may ask for.';
COMMENT ON COLUMN clients.id IS 'The account, which is also the client_id.';
COMMENT ON COLUMN clients.kind IS 'Ties the row to an account that is a machine.';
COMMENT ON COLUMN clients.secret_hash IS 'SHA-256 of the secret, which has 256 random bits and is shown once.';
COMMENT ON COLUMN clients.secret_made_at IS 'When the secret was made; the one before it opens nothing.';
COMMENT ON COLUMN clients.scopes IS 'What its tokens can be for.';

ALTER TABLE sign_ins
    DROP CONSTRAINT sign_ins_method_check,
    ADD CONSTRAINT sign_ins_method_check CHECK (method IN ('password', 'single_sign_on', 'client_credentials'));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT SELECT, INSERT, UPDATE ON clients TO netral_service;
    END IF;
END $$;
