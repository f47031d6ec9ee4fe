DROP INDEX subjects_nip;
DROP TABLE sanction_authorities, punished_acts, sanctions_imposed, acts, track_steps, tracks;
ALTER TABLE cases
    DROP CONSTRAINT closed_has_no_live_track,
    DROP COLUMN referral_state, DROP COLUMN ethics_state, DROP COLUMN discipline_state, DROP COLUMN appeal_state, DROP COLUMN control_state;
COMMENT ON COLUMN cases.criminal_state IS NULL;
ALTER TABLE cases ADD CONSTRAINT closed_has_no_open_track CHECK (state <> 'closed' OR criminal_state IN ('none', 'convicted', 'acquitted', 'stopped'));
