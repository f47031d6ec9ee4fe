ALTER TABLE tracks DROP COLUMN against;
