-- What runs beside the main state (referral, ethics, discipline, criminal, appeal, control), the acts of a case, and the
-- sanctions imposed for them, as versions that never change.

ALTER TABLE cases
    ADD COLUMN referral_state text NOT NULL DEFAULT 'none' CHECK (referral_state IN (
        'none', 'sent', 'received', 'registered', 'completion_requested', 'not_registered', 'treated_as_preliminary',
        'needs_agency_examination', 'no_breach', 'other_law_breach', 'crime_suspected', 'recalled')),
    ADD COLUMN ethics_state text NOT NULL DEFAULT 'none' CHECK (ethics_state IN (
        'none', 'council_formed', 'hearing', 'moral_sanction_closed', 'moral_sanction_open', 'not_proven')),
    ADD COLUMN discipline_state text NOT NULL DEFAULT 'none' CHECK (discipline_state IN (
        'none', 'recommended', 'summoned', 'summoned_2', 'team_formed', 'examined', 'decided', 'delivered', 'in_force',
        'cancelled', 'not_proven')),
    ADD COLUMN appeal_state text NOT NULL DEFAULT 'none' CHECK (appeal_state IN (
        'none', 'filed', 'examined', 'upheld', 'lightened', 'aggravated', 'changed', 'cancelled', 'inadmissible')),
    ADD COLUMN control_state text NOT NULL DEFAULT 'none' CHECK (control_state IN (
        'none', 'warning', 'reprimand', 'blocked', 'lifted')),
    DROP CONSTRAINT closed_has_no_open_track;
COMMENT ON COLUMN cases.referral_state IS 'Where the newest referral track stands; kept with every step, so that guards need no other table.';
COMMENT ON COLUMN cases.ethics_state IS 'Where the newest ethics track stands; kept with every step, so that guards need no other table.';
COMMENT ON COLUMN cases.discipline_state IS 'Where the newest discipline track stands; kept with every step, so that guards need no other table.';
COMMENT ON COLUMN cases.criminal_state IS 'Where the newest criminal track stands; kept with every step, so that guards need no other table.';
COMMENT ON COLUMN cases.appeal_state IS 'Where the newest appeal track stands; kept with every step, so that guards need no other table.';
COMMENT ON COLUMN cases.control_state IS 'Where the newest control track stands; kept with every step, so that guards need no other table.';

CREATE TABLE tracks (
    id                       uuid PRIMARY KEY,
    case_id                  uuid NOT NULL REFERENCES cases (id),
    track                    text NOT NULL CHECK (track IN ('referral', 'ethics', 'discipline', 'criminal', 'appeal', 'control')),
    state                    text NOT NULL,
    opened_at                timestamptz NOT NULL,
    state_since              timestamptz NOT NULL,
    ended_at                 timestamptz,
    referral_kind            text CHECK (referral_kind IN ('formal_report', 'preliminary_information')),
    appeal_kind              text CHECK (appeal_kind IN ('objection', 'administrative_appeal')),
    appeal_body              text,
    stop_reason              text CHECK (stop_reason IN ('no_offence', 'evidence', 'expired', 'other')),
    temporary_release        boolean NOT NULL DEFAULT false,
    admin_action_recommended boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE tracks IS 'What runs beside the main state of a case. One row for each time a track of its kind was begun.';
COMMENT ON COLUMN tracks.state IS 'Where it stands; which states belong to which track is in the program''s tables.';
COMMENT ON COLUMN tracks.ended_at IS 'When it came to its end; empty while it keeps the case from closing.';
COMMENT ON COLUMN tracks.temporary_release IS 'The subject is released from duty until the decision.';
COMMENT ON COLUMN tracks.admin_action_recommended IS 'The ethics council recommended administrative action, which opened the discipline track.';
CREATE UNIQUE INDEX tracks_one_live_of_a_kind ON tracks (case_id, track) WHERE ended_at IS NULL;
CREATE INDEX tracks_newest ON tracks (case_id, track, opened_at);

CREATE TABLE track_steps (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    track_id        uuid NOT NULL REFERENCES tracks (id),
    event_id        uuid REFERENCES events (id),
    state           text NOT NULL,
    at              timestamptz NOT NULL,
    document_number text,
    document_dated  date,
    day             date
);
COMMENT ON TABLE track_steps IS 'Each step of a track with its document.';
COMMENT ON COLUMN track_steps.event_id IS 'The event that records it; empty for what was there before tracks were kept.';
COMMENT ON COLUMN track_steps.document_number IS 'Number as printed on the letter, minutes or judgment; emptied when the case is purged.';
COMMENT ON COLUMN track_steps.day IS 'The day the step is about: set for the examination, held, delivered, filed.';
CREATE INDEX track_steps_track ON track_steps (track_id, id);
CREATE INDEX track_steps_event ON track_steps (event_id);

CREATE TABLE acts (
    case_id     uuid NOT NULL REFERENCES cases (id),
    number      smallint NOT NULL CHECK (number > 0),
    description text,
    category    text CHECK (category IN ('ethics', 'discipline', 'criminal')),
    finding     text NOT NULL CHECK (finding IN ('open', 'proven', 'not_proven')),
    found_at    timestamptz NOT NULL,
    PRIMARY KEY (case_id, number)
);
COMMENT ON TABLE acts IS 'What the subject is found to have done, act by act. A number once given stays.';
COMMENT ON COLUMN acts.description IS 'The act in short; empty for the act as reported, and when the case is purged.';
COMMENT ON COLUMN acts.category IS 'The category it is put under; once it is punished, that of the sanction.';

CREATE TABLE sanctions_imposed (
    id                uuid PRIMARY KEY,
    case_id           uuid NOT NULL REFERENCES cases (id),
    version           smallint NOT NULL,
    category          text NOT NULL CHECK (category IN ('ethics', 'discipline')),
    origin            text NOT NULL CHECK (origin IN ('decided', 'lightened', 'aggravated', 'changed', 'cancelled')),
    version_of        uuid REFERENCES sanctions_imposed (id),
    sanction_code     text NOT NULL,
    catalogue_from    date,
    level             text NOT NULL,
    title_id          text NOT NULL,
    title_en          text NOT NULL,
    basis             text,
    months            smallint CHECK (months > 0),
    employment        text CHECK (employment IN ('pns', 'cpns', 'pppk')),
    sk_number         text,
    sk_date           date,
    deciding_official text,
    authority         text,
    legal_basis       text,
    record_number     text,
    record_date       date,
    start_on          date,
    end_on            date,
    annulment_number  text,
    annulment_date    date,
    idis_ref          text,
    acts              smallint[] NOT NULL,
    event_id          uuid REFERENCES events (id),
    imposed_at        timestamptz NOT NULL,
    UNIQUE (case_id, version),
    CHECK ((origin = 'decided') = (version_of IS NULL)),
    CHECK (end_on IS NULL OR end_on > start_on)
);
COMMENT ON TABLE sanctions_imposed IS 'Sanctions of a case as versions: a decision, and what remedies made of it. What a version says never changes.';
COMMENT ON COLUMN sanctions_imposed.version_of IS 'The version it takes the place of.';
COMMENT ON COLUMN sanctions_imposed.catalogue_from IS 'First day of the catalogue''s row the texts were taken from; they are kept here, so that a new catalogue changes no old case.';
COMMENT ON COLUMN sanctions_imposed.level IS 'moral, light, medium, heavy or dismissal, as the catalogue had it.';
COMMENT ON COLUMN sanctions_imposed.months IS 'Length; empty where it is permanent or has none.';
COMMENT ON COLUMN sanctions_imposed.employment IS 'How the subject was employed then.';
COMMENT ON COLUMN sanctions_imposed.sk_number IS 'Number of the decision letter; emptied, like all texts that name offices or letters, when the case is purged.';
COMMENT ON COLUMN sanctions_imposed.start_on IS 'Since when it is in force; becomes known after the decision.';
COMMENT ON COLUMN sanctions_imposed.end_on IS 'First day it is over; empty where it is permanent.';
COMMENT ON COLUMN sanctions_imposed.idis_ref IS 'Registration in I''DIS; becomes known last.';
COMMENT ON COLUMN sanctions_imposed.acts IS 'Numbers of the acts it is for; none where it rests on a conviction.';
CREATE INDEX sanctions_imposed_version_of ON sanctions_imposed (version_of);
CREATE INDEX sanctions_imposed_event ON sanctions_imposed (event_id);

CREATE TABLE punished_acts (
    case_id     uuid NOT NULL,
    act_number  smallint NOT NULL,
    category    text NOT NULL CHECK (category IN ('ethics', 'discipline')),
    sanction_id uuid NOT NULL REFERENCES sanctions_imposed (id),
    PRIMARY KEY (case_id, act_number),
    UNIQUE (case_id, act_number, category),
    FOREIGN KEY (case_id, act_number) REFERENCES acts (case_id, number)
);
COMMENT ON TABLE punished_acts IS 'Which act bears a sanction now. Its primary key is the rule that no act is punished twice.';
COMMENT ON COLUMN punished_acts.sanction_id IS 'The decision that punished it first.';
CREATE INDEX punished_acts_sanction ON punished_acts (sanction_id);

CREATE TABLE sanction_authorities (
    authority      text NOT NULL,
    position_level text NOT NULL,
    valid_from     date NOT NULL,
    valid_to       date,
    sanction_codes text[] NOT NULL,
    basis          text NOT NULL,
    confirmation   text NOT NULL,
    PRIMARY KEY (authority, position_level, valid_from)
);
COMMENT ON TABLE sanction_authorities IS 'Who may impose which sanctions on whom (PP 94/2021): a warning, never a bar.';

-- Earlier sanctions of the same person are found by it.
CREATE INDEX subjects_nip ON subjects (nip) WHERE nip IS NOT NULL;

-- What is known of cases that were under way before tracks were kept.
UPDATE cases SET
    referral_state = CASE WHEN state = 'bawaslu_referral' THEN 'sent' WHEN bawaslu_result IS NOT NULL THEN bawaslu_result
        WHEN referral_kind IS NOT NULL THEN 'recalled' ELSE 'none' END,
    ethics_state = CASE WHEN sanction_code = 'MORAL_OPEN' THEN 'moral_sanction_open' WHEN sanction_code = 'MORAL_CLOSED' THEN 'moral_sanction_closed'
        ELSE 'none' END,
    discipline_state = CASE WHEN closure_reason = 'sanction_cancelled' OR administrative_result = 'sanction_cancelled' THEN 'cancelled'
        WHEN sanction_code IS NULL OR sanction_code LIKE 'MORAL%' THEN 'none' WHEN state IN ('sanction_decided', 'appeal') THEN 'decided'
        ELSE 'in_force' END,
    appeal_state = CASE WHEN state = 'appeal' THEN 'filed' WHEN closure_reason = 'sanction_cancelled' OR administrative_result = 'sanction_cancelled' THEN 'cancelled'
        ELSE 'none' END
WHERE state = 'bawaslu_referral' OR referral_kind IS NOT NULL OR bawaslu_result IS NOT NULL OR sanction_code IS NOT NULL
    OR 'sanction_cancelled' IN (closure_reason, administrative_result);
INSERT INTO tracks (id, case_id, track, state, opened_at, state_since, ended_at, referral_kind)
    SELECT gen_random_uuid(), c.id, t.track, t.state, c.state_since, c.state_since, CASE WHEN NOT t.live THEN c.state_since END,
        CASE WHEN t.track = 'referral' THEN c.referral_kind END
    FROM cases c CROSS JOIN LATERAL (VALUES ('referral', c.referral_state, c.referral_state = 'sent'),
        ('ethics', c.ethics_state, false), ('discipline', c.discipline_state, c.discipline_state = 'decided'),
        ('criminal', c.criminal_state, c.criminal_state NOT IN ('none', 'convicted', 'acquitted', 'stopped')),
        ('appeal', c.appeal_state, c.appeal_state = 'filed')) t (track, state, live)
    WHERE t.state <> 'none';
INSERT INTO track_steps (track_id, state, at) SELECT id, state, state_since FROM tracks;
INSERT INTO acts (case_id, number, category, finding, found_at)
    SELECT id, 1, category, 'proven', state_since FROM cases WHERE sanction_code IS NOT NULL;
INSERT INTO sanctions_imposed (id, case_id, version, category, origin, sanction_code, catalogue_from, level, title_id, title_en, acts, imposed_at)
    SELECT gen_random_uuid(), c.id, 1, s.category, 'decided', s.code, s.valid_from, s.level, s.title_id, s.title_en, '{1}', c.state_since
    FROM cases c CROSS JOIN LATERAL (SELECT * FROM sanctions WHERE code = c.sanction_code ORDER BY valid_from DESC LIMIT 1) s;
INSERT INTO punished_acts (case_id, act_number, category, sanction_id) SELECT case_id, 1, category, id FROM sanctions_imposed;

-- What the rows above say of a closed case has ended, so the rule holds from the start.
ALTER TABLE cases ADD CONSTRAINT closed_has_no_live_track CHECK (state <> 'closed' OR NOT (
    referral_state IN ('sent', 'received', 'registered', 'completion_requested')
    OR ethics_state IN ('council_formed', 'hearing')
    OR discipline_state IN ('recommended', 'summoned', 'summoned_2', 'team_formed', 'examined', 'decided', 'delivered')
    OR criminal_state IN ('suspected', 'at_gakkumdu', 'investigation', 'prosecution', 'trial', 'appeal_trial')
    OR appeal_state IN ('filed', 'examined')
    OR control_state IN ('warning', 'reprimand', 'blocked')));

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT SELECT ON sanction_authorities TO netral_service;
        GRANT SELECT, INSERT, UPDATE ON acts, tracks TO netral_service;
        GRANT SELECT, INSERT, DELETE ON punished_acts TO netral_service;
        -- These grow. Of what they say only this becomes known later, or is emptied by a purge.
        GRANT SELECT, INSERT, UPDATE (document_number) ON track_steps TO netral_service;
        GRANT SELECT, INSERT, UPDATE (start_on, end_on, idis_ref, sk_number, deciding_official, legal_basis, record_number, annulment_number)
            ON sanctions_imposed TO netral_service;
    END IF;
END $$;
