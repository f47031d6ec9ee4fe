DELETE FROM deliveries WHERE breach_id IS NOT NULL;
ALTER TABLE deliveries DROP CONSTRAINT tells_of_one_thing;
ALTER TABLE deliveries ADD CONSTRAINT tells_of_one_thing
    CHECK (num_nonnulls(event_id, officer_event_id, digest_id) = 1 AND (case_id IS NULL) = (event_id IS NULL));
ALTER TABLE deliveries DROP COLUMN breach_id;
