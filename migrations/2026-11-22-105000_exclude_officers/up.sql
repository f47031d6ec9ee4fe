-- Officers kept away from single cases, reminders for drafts, and which agencies may hold which roles.

ALTER TABLE cases ADD COLUMN excluded_officers uuid[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN cases.excluded_officers IS 'Officers to whom the case does not exist: recused, or its reporter.';

ALTER TABLE approvals ADD COLUMN reminded_at timestamptz;
COMMENT ON COLUMN approvals.reminded_at IS 'When those who may approve were reminded.';
CREATE INDEX approvals_waiting ON approvals (drafted_at) WHERE status = 'pending';

CREATE TABLE agency_roles (
    agency_kind text NOT NULL,
    role        text NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date,
    PRIMARY KEY (agency_kind, role, valid_from)
);
COMMENT ON TABLE agency_roles IS 'Which roles seats at which kind of agency may have, and since when: the law is about to make new bodies.';
