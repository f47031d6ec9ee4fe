ALTER TABLE installation DROP COLUMN files_mark;
ALTER TABLE sanctions_imposed DROP COLUMN sk_file, DROP COLUMN record_file, DROP COLUMN annulment_file;
ALTER TABLE track_steps DROP COLUMN document_file;
DROP TABLE files;
