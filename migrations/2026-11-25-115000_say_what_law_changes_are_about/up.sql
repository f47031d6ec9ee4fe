-- A program that counts in another way, and agencies that turn out to sit elsewhere, change the law as well.
COMMENT ON COLUMN law_changes.kind IS 'A day or a year of the calendar; or the program or its files: days, years, zones, rules and seats of agencies.';
