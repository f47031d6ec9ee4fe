-- A reporter who does not agree with an outcome may ask for a review once, within fourteen calendar days after the closing.
-- What he wrote is in his mailbox.
CREATE TABLE review_requests (
    id           uuid PRIMARY KEY,
    case_id      uuid NOT NULL REFERENCES cases (id),
    report_id    uuid NOT NULL REFERENCES reports (id),
    made_at      timestamptz NOT NULL,
    escalated_at timestamptz,
    refused_by   uuid REFERENCES officers (id),
    refused_at   timestamptz,
    CHECK ((refused_by IS NULL) = (refused_at IS NULL))
);
COMMENT ON TABLE review_requests IS 'Requests of reporters to look at a closed case again. One is granted by reopening the case, which leaves no mark here.';
COMMENT ON COLUMN review_requests.case_id IS 'The case that decided about the report when it was made.';
COMMENT ON COLUMN review_requests.escalated_at IS 'When the BKN auditors were told that nobody has answered in time.';
COMMENT ON COLUMN review_requests.refused_by IS 'An officer who had no part in the case before. The reason is in the reporter''s mailbox.';
CREATE INDEX review_requests_case ON review_requests (case_id, id);
CREATE INDEX review_requests_report ON review_requests (report_id, made_at);
CREATE INDEX review_requests_refused_by ON review_requests (refused_by);
CREATE INDEX review_requests_open ON review_requests (made_at) WHERE refused_at IS NULL AND escalated_at IS NULL;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT SELECT, INSERT, UPDATE ON review_requests TO netral_service;
    END IF;
END
$$;
