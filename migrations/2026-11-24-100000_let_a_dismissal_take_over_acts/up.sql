-- A dismissal after a conviction takes the place of a moral sanction for the same act: the act bears it instead.
COMMENT ON COLUMN punished_acts.sanction_id IS 'The decision that punished it first in this category.';
COMMENT ON COLUMN sanctions_imposed.acts IS 'Numbers of the acts it is for; none where a conviction alone proves anything.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT UPDATE (category, sanction_id) ON punished_acts TO netral_service;
    END IF;
END
$$;
