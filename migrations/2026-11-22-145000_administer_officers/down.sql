DROP TABLE agency_regions;
ALTER TABLE officers DROP COLUMN nik_index, DROP COLUMN email_index;
