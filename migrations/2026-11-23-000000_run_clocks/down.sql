DELETE FROM deliveries WHERE digest_id IS NOT NULL;
ALTER TABLE deliveries DROP CONSTRAINT tells_of_one_thing;
ALTER TABLE deliveries DROP COLUMN digest_id;
ALTER TABLE deliveries ADD CONSTRAINT tells_of_a_case_or_an_account
    CHECK (num_nonnulls(event_id, officer_event_id) = 1 AND (case_id IS NULL) = (event_id IS NULL));
DROP TABLE digest_lines;
DROP TABLE digests;
ALTER TABLE cases DROP COLUMN bawaslu_until, DROP COLUMN next_due_at;
DROP TABLE deadlines;
DROP TABLE deadline_rules;
DROP TABLE calendar_days;
DROP TABLE calendar_years;
DROP TABLE time_zones;
DROP TABLE law_versions;
