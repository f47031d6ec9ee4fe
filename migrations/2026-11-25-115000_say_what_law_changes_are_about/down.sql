COMMENT ON COLUMN law_changes.kind IS 'A day or a year of the calendar, or all that the files of the program say.';
