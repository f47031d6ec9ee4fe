-- A program with another secret than the one this database was used with would take reports that nobody can open again.

CREATE TABLE installation (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    secret_check bytea NOT NULL CHECK (length(secret_check) = 32)
);
COMMENT ON TABLE installation IS 'What belongs to this database as a whole: one row, written at the first start.';
COMMENT ON COLUMN installation.secret_check IS 'Keyed hash that tells whether the secret of the key folder is the one this database was first used with.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT SELECT, INSERT ON installation TO netral_service;
    END IF;
END $$;
