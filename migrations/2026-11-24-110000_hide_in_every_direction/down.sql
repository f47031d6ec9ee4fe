ALTER TABLE officer_events DROP COLUMN old_unit, DROP COLUMN new_unit;
ALTER TABLE seats DROP COLUMN former_units;
ALTER TABLE subjects DROP COLUMN folded_unit;
DROP FUNCTION folded;
