-- Catalogues with everything their files say, transfer bodies, election events, and what a file was last loaded from.

ALTER TABLE violation_forms
    ADD COLUMN phase_hint     text CHECK (phase_hint IN ('before_determination', 'after_determination')),
    ADD COLUMN norm_refs      text[] NOT NULL DEFAULT '{}',
    ADD COLUMN level          text,
    ADD COLUMN sanction_codes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN source_decree  text NOT NULL DEFAULT '',
    ADD COLUMN confirmation   text NOT NULL DEFAULT 'unconfirmed' CHECK (confirmation IN ('confirmed', 'unconfirmed', 'conflict', 'own_choice')),
    ADD COLUMN note           text;
COMMENT ON COLUMN violation_forms.phase_hint IS 'The phase the decree names; a hint, the officer decides.';
COMMENT ON COLUMN violation_forms.norm_refs IS 'Norms breached.';
COMMENT ON COLUMN violation_forms.level IS 'moral, medium, heavy or dismissal; absent for offences, whose penalty is never computed.';
COMMENT ON COLUMN violation_forms.sanction_codes IS 'Sanctions to propose from.';
COMMENT ON COLUMN violation_forms.confirmation IS 'How far the row can be trusted; the marks are explained in data/README.md.';

ALTER TABLE sanctions
    ADD COLUMN months       smallint CHECK (months > 0),
    ADD COLUMN applies_to   text NOT NULL DEFAULT 'asn' CHECK (applies_to IN ('pns', 'pppk', 'asn')),
    ADD COLUMN basis        text NOT NULL DEFAULT '',
    ADD COLUMN confirmation text NOT NULL DEFAULT 'unconfirmed' CHECK (confirmation IN ('confirmed', 'unconfirmed', 'conflict', 'own_choice')),
    ADD COLUMN note         text;
COMMENT ON COLUMN sanctions.months IS 'Length; absent where it has none, is permanent, or is not fixed.';
COMMENT ON COLUMN sanctions.applies_to IS 'pns (with CPNS), pppk, or asn for both.';
COMMENT ON COLUMN sanctions.basis IS 'Legal basis.';

ALTER TABLE agencies
    ADD COLUMN work         text,
    ADD COLUMN confirmation text NOT NULL DEFAULT 'unconfirmed' CHECK (confirmation IN ('confirmed', 'unconfirmed', 'conflict', 'own_choice')),
    ADD COLUMN source       text;
COMMENT ON COLUMN agencies.work IS 'Its part in a neutrality case, in Indonesian.';

ALTER TABLE regions
    DROP CONSTRAINT regions_code_check,
    DROP CONSTRAINT regions_kind_check,
    ADD CONSTRAINT regions_code_check CHECK (code ~ '^[0-9]{2}(\.[0-9]{2}){0,2}$'),
    ADD CONSTRAINT regions_kind_check CHECK (kind IN ('province', 'regency', 'city', 'district')),
    ADD COLUMN autonomous boolean NOT NULL DEFAULT true,
    ADD COLUMN decree     text,
    ADD COLUMN valid_from date,
    ADD COLUMN valid_to   date,
    ADD COLUMN source     text;
COMMENT ON TABLE regions IS 'Provinces, regencies and cities, and districts by Kemendagri code. Cases and seats are bound to the first three only.';
COMMENT ON COLUMN regions.autonomous IS 'Has a government of its own, and with it a PPK.';
COMMENT ON COLUMN regions.decree IS 'The decree whose code and name it carries.';

CREATE TABLE transfer_bodies (
    code         text NOT NULL,
    title_id     text NOT NULL,
    title_en     text NOT NULL,
    matter_id    text NOT NULL,
    matter_en    text NOT NULL,
    valid_from   date NOT NULL,
    valid_to     date,
    confirmation text NOT NULL CHECK (confirmation IN ('confirmed', 'unconfirmed', 'conflict', 'own_choice')),
    note         text,
    PRIMARY KEY (code, valid_from)
);
COMMENT ON TABLE transfer_bodies IS 'Bodies a case is passed on to, each with the matter it takes. A wrong PPK is none of them.';

CREATE TABLE election_events (
    code                         text NOT NULL,
    regime                       text NOT NULL CHECK (regime IN ('pemilu', 'pemilihan')),
    region_codes                 text[] NOT NULL,
    title_id                     text NOT NULL,
    title_en                     text NOT NULL,
    valid_from                   date NOT NULL,
    candidate_determination_date date NOT NULL,
    campaign_from                date,
    campaign_to                  date,
    quiet_from                   date,
    quiet_to                     date,
    voting_day                   date NOT NULL,
    valid_to                     date NOT NULL,
    confirmation                 text NOT NULL CHECK (confirmation IN ('confirmed', 'unconfirmed', 'conflict', 'own_choice')),
    source                       text NOT NULL,
    note                         text,
    PRIMARY KEY (code, valid_from),
    CHECK (valid_from <= voting_day AND voting_day < valid_to AND candidate_determination_date < voting_day),
    CHECK ((campaign_from IS NULL) = (campaign_to IS NULL) AND (quiet_from IS NULL) = (quiet_to IS NULL))
);
COMMENT ON TABLE election_events IS 'Elections with the dates of their stages, from which regime and phase of a conduct are suggested.';
COMMENT ON COLUMN election_events.region_codes IS 'Where it is held, with all below; empty for the whole country.';
COMMENT ON COLUMN election_events.valid_from IS 'First day of its stages.';
COMMENT ON COLUMN election_events.valid_to IS 'First day after its stages.';
COMMENT ON COLUMN election_events.campaign_to IS 'Last day of the campaign; quiet_to is the last quiet day.';

CREATE TABLE reference_loads (
    name      text PRIMARY KEY,
    checksum  bytea NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE reference_loads IS 'From what each reference table was last filled, so that a start with the same files leaves them alone.';

ALTER TABLE cases ADD COLUMN violation_forms jsonb;
COMMENT ON COLUMN cases.violation_forms IS 'The forms of violation the recommendation names, with their text as the catalogue had it for the day of the act; a later version changes nothing here.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT SELECT ON transfer_bodies, election_events, reference_loads TO netral_service;
    END IF;
END $$;
