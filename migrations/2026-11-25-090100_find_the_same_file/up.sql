-- Cases to which the same bytes were uploaded are suggested to officers as perhaps about the same thing. A purge deletes the row
-- of a file, and with it this trace.
CREATE INDEX files_sha256 ON files (sha256);
