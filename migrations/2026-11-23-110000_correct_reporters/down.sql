ALTER TABLE reporter_identities DROP COLUMN email_version;
