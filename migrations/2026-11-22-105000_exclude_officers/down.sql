DROP TABLE agency_roles;
DROP INDEX approvals_waiting;
ALTER TABLE approvals DROP COLUMN reminded_at;
ALTER TABLE cases DROP COLUMN excluded_officers;
