-- Sign-in: second factors, sign-ins with rotating refresh tokens, one-time invitations, delays after failures, and the
-- mails about an account.

ALTER TABLE officers ALTER COLUMN password_hash DROP NOT NULL;
COMMENT ON COLUMN officers.password_hash IS 'argon2id with a pepper from the key folder, PHC string; absent until the invitation is taken up.';

CREATE TABLE second_factors (
    officer_id   uuid PRIMARY KEY REFERENCES officers (id),
    secret       bytea NOT NULL,
    confirmed_at timestamptz,
    last_step    bigint NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL
);
COMMENT ON TABLE second_factors IS 'Time-based one-time passwords (RFC 6238). Counts only once confirmed by a first code.';
COMMENT ON COLUMN second_factors.secret IS 'Sealed with a key of the key folder, bound to the officer.';
COMMENT ON COLUMN second_factors.last_step IS 'The last time step whose code was used: none is taken twice.';

CREATE TABLE recovery_codes (
    officer_id uuid NOT NULL REFERENCES officers (id),
    hash       bytea NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (officer_id, hash)
);
COMMENT ON TABLE recovery_codes IS 'Codes that each stand in for one second factor once; keyed hashes.';

CREATE TABLE sign_ins (
    id           uuid PRIMARY KEY,
    officer_id   uuid NOT NULL REFERENCES officers (id),
    method       text NOT NULL CHECK (method IN ('password', 'single_sign_on')),
    started_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    ended_by     text CHECK (ended_by IN ('officer', 'administrator', 'refresh_reused', 'credentials_changed', 'provider')),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
COMMENT ON TABLE sign_ins IS 'One sign-in with all tokens that come of it: the sid of access tokens, the family of refresh tokens.';
COMMENT ON COLUMN sign_ins.last_used_at IS 'When its refresh token was last exchanged; it ends by itself when idle.';
CREATE INDEX sign_ins_officer ON sign_ins (officer_id) WHERE ended_at IS NULL;

CREATE TABLE refresh_tokens (
    hash       bytea PRIMARY KEY,
    sign_in_id uuid NOT NULL REFERENCES sign_ins (id) ON DELETE CASCADE,
    used_at    timestamptz
);
COMMENT ON TABLE refresh_tokens IS 'SHA-256 of each refresh token. One that comes a second time ends its sign-in.';
CREATE INDEX refresh_tokens_sign_in ON refresh_tokens (sign_in_id);

CREATE TABLE invitations (
    hash       bytea PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES officers (id),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
COMMENT ON TABLE invitations IS 'One-time codes with which an officer sets a password; keyed hashes.';
CREATE INDEX invitations_officer ON invitations (officer_id);

CREATE TABLE sign_in_delays (
    key           bytea PRIMARY KEY,
    failures      integer NOT NULL,
    last_at       timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);
COMMENT ON TABLE sign_in_delays IS 'Failed attempts by account and by network, as keyed hashes: known and unknown accounts alike. Forgotten after a day.';
CREATE INDEX sign_in_delays_age ON sign_in_delays (last_at);

CREATE TABLE officer_events (
    id         uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES officers (id),
    at         timestamptz NOT NULL,
    kind       text NOT NULL,
    by_officer uuid REFERENCES officers (id),
    seat_id    uuid REFERENCES seats (id),
    reason     text
);
COMMENT ON TABLE officer_events IS 'What happened to an account and its seats, append-only.';
COMMENT ON COLUMN officer_events.by_officer IS 'Who did it; absent for the command line and the service itself.';
CREATE INDEX officer_events_officer ON officer_events (officer_id);
CREATE INDEX officer_events_by ON officer_events (by_officer) WHERE by_officer IS NOT NULL;
CREATE INDEX officer_events_seat ON officer_events (seat_id) WHERE seat_id IS NOT NULL;
CREATE TRIGGER officer_events_are_append_only BEFORE UPDATE OR DELETE ON officer_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER officer_events_are_not_truncated BEFORE TRUNCATE ON officer_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE deliveries
    ALTER COLUMN case_id DROP NOT NULL,
    ALTER COLUMN event_id DROP NOT NULL,
    ADD COLUMN officer_event_id uuid REFERENCES officer_events (id),
    ADD CONSTRAINT tells_of_a_case_or_an_account CHECK (num_nonnulls(event_id, officer_event_id) = 1 AND (case_id IS NULL) = (event_id IS NULL));
COMMENT ON COLUMN deliveries.officer_event_id IS 'What it tells of, when it is about an account and no case.';
CREATE UNIQUE INDEX deliveries_officer_event ON deliveries (officer_event_id, notice) WHERE officer_event_id IS NOT NULL;
ALTER TABLE deliveries DROP CONSTRAINT deliveries_event_id_notice_officer_id_report_id_address_key;
CREATE UNIQUE INDEX deliveries_once ON deliveries (event_id, notice, officer_id, report_id, address) NULLS NOT DISTINCT WHERE event_id IS NOT NULL;
