-- What people read in a catalogue is there in both languages: notes, the part of an agency, and the kinds of agencies. A basis is a
-- citation or nothing: that a rule is this service's own says its confirmation.

ALTER TABLE violation_forms RENAME COLUMN note TO note_en;
ALTER TABLE violation_forms ADD COLUMN note_id text;
COMMENT ON COLUMN violation_forms.note_en IS 'What is uncertain, in English.';
COMMENT ON COLUMN violation_forms.note_id IS 'The same in Indonesian.';

ALTER TABLE sanctions RENAME COLUMN note TO note_en;
ALTER TABLE sanctions ADD COLUMN note_id text;
COMMENT ON COLUMN sanctions.note_en IS 'What is uncertain, in English.';
COMMENT ON COLUMN sanctions.note_id IS 'The same in Indonesian.';

ALTER TABLE transfer_bodies RENAME COLUMN note TO note_en;
ALTER TABLE transfer_bodies ADD COLUMN note_id text;
COMMENT ON COLUMN transfer_bodies.note_en IS 'What is uncertain, in English.';
COMMENT ON COLUMN transfer_bodies.note_id IS 'The same in Indonesian.';

ALTER TABLE election_events RENAME COLUMN note TO note_en;
ALTER TABLE election_events ADD COLUMN note_id text;
COMMENT ON COLUMN election_events.note_en IS 'What is uncertain, in English.';
COMMENT ON COLUMN election_events.note_id IS 'The same in Indonesian.';

ALTER TABLE agencies RENAME COLUMN work TO work_id;
ALTER TABLE agencies ADD COLUMN work_en text;
COMMENT ON COLUMN agencies.work_id IS 'Its part in a neutrality case, in Indonesian.';
COMMENT ON COLUMN agencies.work_en IS 'The same in English.';

CREATE TABLE agency_kinds (
    code     text PRIMARY KEY,
    title_id text NOT NULL,
    title_en text NOT NULL
);
COMMENT ON TABLE agency_kinds IS 'Kinds of agencies in words. Data, since the law is about to make a new body.';
COMMENT ON COLUMN agency_kinds.code IS 'As in agencies.kind and agency_roles.agency_kind.';

ALTER TABLE deadline_rules ALTER COLUMN basis DROP NOT NULL;
COMMENT ON COLUMN deadline_rules.basis IS 'The provision it rests on; absent where there is none.';

ALTER TABLE retention_policies
    ALTER COLUMN basis DROP NOT NULL,
    ADD COLUMN confirmation text NOT NULL DEFAULT 'own_choice' CHECK (confirmation IN ('confirmed', 'unconfirmed', 'conflict', 'own_choice'));
COMMENT ON COLUMN retention_policies.basis IS 'The provision it rests on; absent where there is none.';
COMMENT ON COLUMN retention_policies.confirmation IS 'How far the row can be trusted; the marks are explained in data/README.md.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT SELECT ON agency_kinds TO netral_service;
    END IF;
END $$;
