DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        REVOKE UPDATE (category, sanction_id) ON punished_acts FROM netral_service;
    END IF;
END
$$;
COMMENT ON COLUMN punished_acts.sanction_id IS 'The decision that punished it first.';
COMMENT ON COLUMN sanctions_imposed.acts IS 'Numbers of the acts it is for; none where it rests on a conviction.';
