ALTER TABLE sanctions_imposed DROP COLUMN remarks, DROP COLUMN punishment_reason;
ALTER TABLE cases DROP COLUMN heaviest_proposed;
ALTER TABLE sanctions DROP COLUMN remedy;
