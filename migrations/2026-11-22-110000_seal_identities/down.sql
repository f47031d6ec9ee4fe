-- What is sealed cannot be unsealed here: the tables come back empty.
DROP TABLE identity_looks, identity_requests, messages, witnesses, reporter_identities, data_keys;
DROP FUNCTION refuse_any_change;

UPDATE deliveries SET state = 'collapsed' WHERE state = 'cancelled';
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check CHECK (state IN ('queued', 'held', 'sent', 'collapsed', 'dead'));

CREATE TABLE reporter_identities (
    report_id           uuid PRIMARY KEY REFERENCES reports (id),
    name                text,
    email               text,
    phone               text,
    email_confirmed_at  timestamptz,
    email_disabled_at   timestamptz
);
COMMENT ON TABLE reporter_identities IS 'Who reported, apart from the case. Only the mail worker reads the address.';
COMMENT ON COLUMN reporter_identities.email_disabled_at IS 'The address was refused for good; nothing more is sent to it.';

CREATE TABLE messages (
    id        uuid PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES reports (id),
    direction text NOT NULL CHECK (direction IN ('to_reporter', 'from_reporter')),
    body      text NOT NULL,
    sent_at   timestamptz NOT NULL
);
COMMENT ON TABLE messages IS 'The mailbox of a report: questions, answers and wordings for the reporter.';
CREATE INDEX messages_report ON messages (report_id, id);
