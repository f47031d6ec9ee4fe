-- A reporter corrects who he is and where he is reached: a changed address is confirmed anew, by a link of its own.

ALTER TABLE reporter_identities ADD COLUMN email_version smallint NOT NULL DEFAULT 0 CHECK (email_version >= 0);
COMMENT ON COLUMN reporter_identities.email_version IS 'How often the reporter changed his address. A confirmation link names it, so that the link sent to an older address confirms none.';
