ALTER TABLE approvals DROP COLUMN warnings;
