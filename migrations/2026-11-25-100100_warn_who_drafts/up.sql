-- A draft keeps what its drafter was warned of, so that the second officer sees it before deciding.

ALTER TABLE approvals ADD COLUMN warnings text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN approvals.warnings IS 'Codes of what the drafter was pointed to when drafting.';
