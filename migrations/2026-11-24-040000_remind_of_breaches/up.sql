-- Who keeps the register of breaches is reminded by mail while the 72 hours run: a delivery may tell of a breach.

ALTER TABLE deliveries ADD COLUMN breach_id uuid REFERENCES breaches (id);
COMMENT ON COLUMN deliveries.breach_id IS 'What it tells of, when it is a breach of personal data.';
CREATE UNIQUE INDEX deliveries_breach ON deliveries (breach_id, notice, officer_id) WHERE breach_id IS NOT NULL;
ALTER TABLE deliveries DROP CONSTRAINT tells_of_one_thing;
ALTER TABLE deliveries ADD CONSTRAINT tells_of_one_thing
    CHECK (num_nonnulls(event_id, officer_event_id, digest_id, breach_id) = 1 AND (case_id IS NULL) = (event_id IS NULL));
