-- Single sign-on: whom a provider's subject stands for, which of its sessions officers signed in from, and the logout
-- tokens already used.

CREATE TABLE officer_identities (
    issuer     text NOT NULL,
    subject    text NOT NULL,
    officer_id uuid NOT NULL REFERENCES officers (id),
    linked_at  timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
COMMENT ON TABLE officer_identities IS 'Accounts at an OpenID provider and the officers they stand for.';
COMMENT ON COLUMN officer_identities.issuer IS 'The provider, as it names itself (iss).';
COMMENT ON COLUMN officer_identities.subject IS 'The account, as the provider names it for ever (sub).';
COMMENT ON COLUMN officer_identities.linked_at IS 'When the NIP claim matched for the first time, or an administrator linked the two.';
-- One account a provider: whoever is given the NIP of an officer later does not become that officer.
CREATE UNIQUE INDEX officer_identities_officer ON officer_identities (officer_id, issuer);

CREATE TABLE provider_sessions (
    issuer     text NOT NULL,
    sid        text NOT NULL,
    sign_in_id uuid NOT NULL REFERENCES sign_ins (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, sid, sign_in_id)
);
COMMENT ON TABLE provider_sessions IS 'The session at the provider that a sign-in came from: it ends with that session.';
COMMENT ON COLUMN provider_sessions.sid IS 'The session, as the provider names it (sid).';
CREATE INDEX provider_sessions_sign_in ON provider_sessions (sign_in_id);

CREATE TABLE spent_logout_tokens (
    issuer     text NOT NULL,
    jti        text NOT NULL,
    good_until timestamptz NOT NULL,
    PRIMARY KEY (issuer, jti)
);
COMMENT ON TABLE spent_logout_tokens IS 'Logout tokens already used: one that comes again is refused. Removed when they would be refused as too old anyway.';
COMMENT ON COLUMN spent_logout_tokens.jti IS 'The token''s own id.';
CREATE INDEX spent_logout_tokens_good_until ON spent_logout_tokens (good_until);
