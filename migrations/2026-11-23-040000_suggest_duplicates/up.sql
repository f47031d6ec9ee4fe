-- Finding reports of the same act, linking cases of the same person, and splitting a report on several persons.

-- A trusted extension: the owner of the database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

ALTER TABLE reports ADD COLUMN link_hashes text[];
COMMENT ON COLUMN reports.link_hashes IS 'SHA-256 of each link in its normal form, shortened, by which the same page is found in another report; NULL where an earlier version stored it.';
CREATE INDEX reports_link_hashes ON reports USING gin (link_hashes);
-- Names are compared only among reports of about the same days: an index on names would cost every report something.
CREATE INDEX reports_occurred ON reports (occurred_to, occurred_from);

ALTER TABLE cases ADD COLUMN split_from uuid REFERENCES cases (id);
ALTER TABLE cases ADD CONSTRAINT not_split_from_itself CHECK (split_from <> id);
COMMENT ON COLUMN cases.split_from IS 'The case whose reports named several persons; this one is about another of them and has no reports of its own.';
CREATE INDEX cases_split_from ON cases (split_from) WHERE split_from IS NOT NULL;

CREATE TABLE case_links (
    case_id   uuid NOT NULL REFERENCES cases (id),
    other_id  uuid NOT NULL REFERENCES cases (id),
    linked_by uuid NOT NULL REFERENCES officers (id),
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, other_id),
    CHECK (case_id < other_id)
);
COMMENT ON TABLE case_links IS 'Cases about the same person that stay apart, since one was too far on to take a further act.';
CREATE INDEX case_links_other ON case_links (other_id);
CREATE INDEX case_links_linked_by ON case_links (linked_by);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT SELECT, INSERT ON case_links TO netral_service;
    END IF;
END $$;
