ALTER TABLE cases DROP COLUMN barred_marks;
DROP INDEX agencies_folded_name, agencies_folded_code;
ALTER TABLE subjects DROP COLUMN typed_agency_id;
CREATE INDEX officers_nik_index ON officers (nik_index) WHERE nik_index IS NOT NULL;
ALTER TABLE officers DROP COLUMN numbers, ADD COLUMN email_index bytea CHECK (length(email_index) = 32);
CREATE INDEX officers_email_index ON officers (email_index);
