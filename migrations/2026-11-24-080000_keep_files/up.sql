-- The files of documents that steps name by number and date. Here stand what a file is and the key it is sealed with; its bytes,
-- sealed, are in the folder of files.

CREATE TABLE files (
    id          uuid PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES cases (id),
    sha256      bytea NOT NULL CHECK (length(sha256) = 32),
    media_type  text NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    byte_size   integer NOT NULL CHECK (byte_size BETWEEN 1 AND 10485760),
    kek_version integer NOT NULL CHECK (kek_version > 0),
    wrapped     bytea NOT NULL,
    uploaded_by uuid NOT NULL REFERENCES officers (id),
    seat_id     uuid NOT NULL REFERENCES seats (id),
    agency_id   uuid NOT NULL REFERENCES agencies (id),
    uploaded_at timestamptz NOT NULL,
    named_at    timestamptz
);
COMMENT ON TABLE files IS 'Files of documents, uploaded to a case by officers. The bytes are objects of the folder of files, sealed; a row that is deleted takes the key with it.';
COMMENT ON COLUMN files.id IS 'Key, and name of the object; UUID version 7, whose time tells how old an object without a row is.';
COMMENT ON COLUMN files.case_id IS 'The case it was uploaded to; the master once a merge has handed over the track whose step names it.';
COMMENT ON COLUMN files.sha256 IS 'SHA-256 of the bytes as they were uploaded.';
COMMENT ON COLUMN files.media_type IS 'What the bytes are by their content.';
COMMENT ON COLUMN files.byte_size IS 'Length as uploaded, in bytes; at most 10 MiB.';
COMMENT ON COLUMN files.kek_version IS 'Which key-encryption key wraps the file''s data key.';
COMMENT ON COLUMN files.wrapped IS 'The data key that the object is sealed with, itself sealed.';
COMMENT ON COLUMN files.uploaded_by IS 'The officer.';
COMMENT ON COLUMN files.seat_id IS 'The seat he held.';
COMMENT ON COLUMN files.agency_id IS 'The agency of the seat: until a step names the file, only its officers see it.';
COMMENT ON COLUMN files.named_at IS 'When a step first named it as its document; empty before.';
CREATE INDEX files_case ON files (case_id);
CREATE INDEX files_uploaded_by ON files (uploaded_by);
CREATE INDEX files_seat ON files (seat_id);
CREATE INDEX files_agency ON files (agency_id);

ALTER TABLE track_steps ADD COLUMN document_file uuid REFERENCES files (id) ON DELETE SET NULL;
COMMENT ON COLUMN track_steps.document_file IS 'The file of the document, where there is one.';
CREATE INDEX track_steps_document_file ON track_steps (document_file) WHERE document_file IS NOT NULL;

ALTER TABLE sanctions_imposed
    ADD COLUMN sk_file uuid REFERENCES files (id) ON DELETE SET NULL,
    ADD COLUMN record_file uuid REFERENCES files (id) ON DELETE SET NULL,
    ADD COLUMN annulment_file uuid REFERENCES files (id) ON DELETE SET NULL;
COMMENT ON COLUMN sanctions_imposed.sk_file IS 'The file of the decision letter, where there is one.';
COMMENT ON COLUMN sanctions_imposed.record_file IS 'The file of the examination record or minutes, where there is one.';
COMMENT ON COLUMN sanctions_imposed.annulment_file IS 'The file of the decision that annuls it, where there is one.';
CREATE INDEX sanctions_imposed_sk_file ON sanctions_imposed (sk_file) WHERE sk_file IS NOT NULL;
CREATE INDEX sanctions_imposed_record_file ON sanctions_imposed (record_file) WHERE record_file IS NOT NULL;
CREATE INDEX sanctions_imposed_annulment_file ON sanctions_imposed (annulment_file) WHERE annulment_file IS NOT NULL;

-- Objects that no row knows are removed: not by a program that is shown the folder of another database.
ALTER TABLE installation ADD COLUMN files_mark uuid NOT NULL DEFAULT gen_random_uuid();
COMMENT ON COLUMN installation.files_mark IS 'Stands in the folder of files as well, so that each is used with the other only.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT SELECT, INSERT, DELETE, UPDATE (case_id, kek_version, wrapped, named_at) ON files TO netral_service;
    END IF;
END $$;
