-- The identity vault: who reported, who witnessed and what was written in mailboxes is kept sealed, each report under a
-- data key of its own. What was there in the clear is dropped with its files, not sealed: see migrations/README.md.

CREATE TABLE data_keys (
    owner_id    uuid PRIMARY KEY REFERENCES reports (id),
    kek_version integer NOT NULL CHECK (kek_version > 0),
    wrapped     bytea NOT NULL,
    created_at  timestamptz NOT NULL
);
COMMENT ON TABLE data_keys IS 'One random key a report, wrapped by a key-encryption key that is never in the database. Deleting the row makes everything sealed with it unreadable for good (crypto-shredding).';
COMMENT ON COLUMN data_keys.owner_id IS 'The report. A report without a row here has been shredded.';
COMMENT ON COLUMN data_keys.kek_version IS 'Which key-encryption key it is wrapped with.';

DROP TABLE reporter_identities, messages;

CREATE TABLE reporter_identities (
    report_id           uuid PRIMARY KEY REFERENCES reports (id),
    name                bytea,
    email               bytea,
    phone               bytea,
    nik                 bytea,
    email_index         bytea CHECK (length(email_index) = 32),
    nik_index           bytea CHECK (length(nik_index) = 32),
    email_confirmed_at  timestamptz,
    email_disabled_at   timestamptz
);
COMMENT ON TABLE reporter_identities IS 'Who reported, apart from the case and sealed. Opened for the mail worker, and for an officer whom a second person allowed it.';
COMMENT ON COLUMN reporter_identities.name IS 'Sealed with the data key of the report, like email, phone and nik.';
COMMENT ON COLUMN reporter_identities.email_index IS 'Keyed hash of the address in small letters, to find a person without opening anything.';
COMMENT ON COLUMN reporter_identities.nik_index IS 'Keyed hash of the 16 digits.';
COMMENT ON COLUMN reporter_identities.email_disabled_at IS 'The address was refused for good; nothing more is sent to it.';
CREATE INDEX reporter_identities_email ON reporter_identities (email_index) WHERE email_index IS NOT NULL;
CREATE INDEX reporter_identities_nik ON reporter_identities (nik_index) WHERE nik_index IS NOT NULL;

CREATE TABLE witnesses (
    id        uuid PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES reports (id),
    name      bytea NOT NULL,
    address   bytea,
    phone     bytea
);
COMMENT ON TABLE witnesses IS 'Who can confirm what a reporter says, sealed with the data key of the report.';
CREATE INDEX witnesses_report ON witnesses (report_id);

CREATE TABLE messages (
    id        uuid PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES reports (id),
    direction text NOT NULL CHECK (direction IN ('to_reporter', 'from_reporter')),
    body      bytea,
    sent_at   timestamptz NOT NULL
);
COMMENT ON TABLE messages IS 'The mailbox of a report: questions, answers and wordings for the reporter.';
COMMENT ON COLUMN messages.body IS 'Sealed with the data key of the report; absent once erased.';
CREATE INDEX messages_report ON messages (report_id, id);

ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check CHECK (state IN ('queued', 'held', 'sent', 'collapsed', 'cancelled', 'dead'));
-- Their addresses are gone.
UPDATE deliveries SET state = 'cancelled', settled_at = now() WHERE report_id IS NOT NULL AND state IN ('queued', 'held');

CREATE TABLE identity_requests (
    id              uuid PRIMARY KEY,
    case_id         uuid NOT NULL REFERENCES cases (id),
    report_id       uuid NOT NULL REFERENCES reports (id),
    requested_by    uuid NOT NULL REFERENCES officers (id),
    requested_seat  uuid NOT NULL REFERENCES seats (id),
    requested_at    timestamptz NOT NULL,
    reason          text NOT NULL,
    status          text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected')),
    decided_by      uuid REFERENCES officers (id),
    decided_at      timestamptz,
    decision_reason text,
    expires_at      timestamptz,
    CHECK (requested_by <> decided_by),
    CHECK ((status = 'pending') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((status = 'approved') = (expires_at IS NOT NULL))
);
COMMENT ON TABLE identity_requests IS 'Who asked to be shown who reported, why, and what the custodian said.';
COMMENT ON COLUMN identity_requests.case_id IS 'The case through which the officer asked: the report''s own, or the one it was merged into.';
COMMENT ON COLUMN identity_requests.requested_seat IS 'Only through this seat is the identity shown.';
COMMENT ON COLUMN identity_requests.expires_at IS 'Until then the requester may look.';
CREATE UNIQUE INDEX identity_requests_pending ON identity_requests (report_id, requested_by) WHERE status = 'pending';
CREATE INDEX identity_requests_waiting ON identity_requests (id) WHERE status = 'pending';
CREATE INDEX identity_requests_case ON identity_requests (case_id);
CREATE INDEX identity_requests_report ON identity_requests (report_id);
CREATE INDEX identity_requests_requested_by ON identity_requests (requested_by, id);
CREATE INDEX identity_requests_requested_seat ON identity_requests (requested_seat);
CREATE INDEX identity_requests_decided_by ON identity_requests (decided_by);

CREATE TABLE identity_looks (
    id         uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES identity_requests (id),
    report_id  uuid NOT NULL REFERENCES reports (id),
    at         timestamptz NOT NULL,
    role       text NOT NULL,
    agency_id  uuid NOT NULL REFERENCES agencies (id),
    reason     text NOT NULL
);
COMMENT ON TABLE identity_looks IS 'Every look at who reported, for the reporter to read for ever: as what and why, not by which person.';
CREATE INDEX identity_looks_report ON identity_looks (report_id, id);
CREATE INDEX identity_looks_request ON identity_looks (request_id);
CREATE INDEX identity_looks_agency ON identity_looks (agency_id);

CREATE FUNCTION refuse_any_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER identity_looks_are_append_only BEFORE UPDATE OR DELETE ON identity_looks FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER identity_looks_are_not_truncated BEFORE TRUNCATE ON identity_looks FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change();
