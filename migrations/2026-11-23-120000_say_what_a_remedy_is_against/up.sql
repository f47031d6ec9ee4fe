-- Where two discipline decisions of a case stand, a remedy says which one it is against.

ALTER TABLE tracks ADD COLUMN against uuid REFERENCES sanctions_imposed (id);
COMMENT ON COLUMN tracks.against IS 'The version of a sanction that a remedy is against; empty on other tracks, and where none was named before this column was there: then it is the newest.';
CREATE INDEX tracks_against ON tracks (against) WHERE against IS NOT NULL;
