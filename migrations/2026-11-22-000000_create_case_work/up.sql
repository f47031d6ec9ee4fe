-- Everything the main job needs: reference data, officers, reports with their cases, events, deliveries, idempotency.

CREATE TABLE regions (
    code        text PRIMARY KEY CHECK (code ~ '^[0-9]{2}(\.[0-9]{2})?$'),
    name        text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('province', 'regency', 'city')),
    parent_code text REFERENCES regions (code)
);
COMMENT ON TABLE regions IS 'Provinces, regencies and cities by Kemendagri code.';
CREATE INDEX regions_parent ON regions (parent_code);

CREATE TABLE agencies (
    id          uuid PRIMARY KEY,
    code        text NOT NULL UNIQUE CHECK (code ~ '^[A-Z0-9]{2,24}$'),
    name        text NOT NULL,
    kind        text NOT NULL,
    region_code text REFERENCES regions (code),
    parent_id   uuid REFERENCES agencies (id),
    valid_from  date,
    valid_to    date
);
COMMENT ON TABLE agencies IS 'Institutions: seats are bound to one, cases are addressed to one. valid_to is the first day it no longer exists.';
CREATE INDEX agencies_region ON agencies (region_code);
CREATE INDEX agencies_parent ON agencies (parent_id);

CREATE TABLE violation_forms (
    code       text NOT NULL,
    category   text NOT NULL CHECK (category IN ('ethics', 'discipline', 'criminal')),
    title_id   text NOT NULL,
    title_en   text NOT NULL,
    valid_from date NOT NULL,
    valid_to   date,
    PRIMARY KEY (code, valid_from)
);
COMMENT ON TABLE violation_forms IS 'Catalogue of forms of violation (SKB 22 September 2022 and election law), versioned.';

CREATE TABLE sanctions (
    code       text NOT NULL,
    category   text NOT NULL CHECK (category IN ('ethics', 'discipline')),
    level      text NOT NULL,
    weight     smallint NOT NULL,
    title_id   text NOT NULL,
    title_en   text NOT NULL,
    valid_from date NOT NULL,
    valid_to   date,
    PRIMARY KEY (code, valid_from)
);
COMMENT ON TABLE sanctions IS 'Catalogue of sanctions, versioned.';
COMMENT ON COLUMN sanctions.weight IS 'Orders sanctions by heaviness; heavier is greater.';

CREATE TABLE officers (
    id            uuid PRIMARY KEY,
    email         text NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text NOT NULL,
    nip           text,
    language      text NOT NULL DEFAULT 'id' CHECK (language IN ('id', 'en')),
    password_hash text NOT NULL,
    disabled_at   timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE officers IS 'People who work on cases. Reporters are never here.';
COMMENT ON COLUMN officers.password_hash IS 'argon2id, PHC string.';

CREATE TABLE seats (
    id          uuid PRIMARY KEY,
    officer_id  uuid NOT NULL REFERENCES officers (id),
    role        text NOT NULL
                           CHECK (role IN ('triage_officer', 'inspector', 'inspector_lead', 'bawaslu_liaison', 'bkn_auditor',
                               'ppk_officer', 'taskforce_viewer', 'agency_admin', 'system_admin', 'privacy_officer')),
    agency_id   uuid NOT NULL REFERENCES agencies (id),
    region_code text NOT NULL DEFAULT '',
    work_unit   text,
    ended_at    timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE seats IS 'A role at an agency within a region, held by an officer.';
COMMENT ON COLUMN seats.region_code IS 'The region it reaches with all below; empty for the whole country.';
CREATE INDEX seats_officer ON seats (officer_id);
CREATE INDEX seats_agency ON seats (agency_id);
CREATE INDEX seats_role ON seats (role) WHERE ended_at IS NULL;

CREATE SEQUENCE case_numbers START 1000001;

CREATE TABLE cases (
    id                     uuid PRIMARY KEY,
    case_number            text NOT NULL UNIQUE,
    version                integer NOT NULL,
    state                  text NOT NULL CHECK (state IN ('submitted', 'triage', 'awaiting_reporter', 'inspectorate_review', 'bawaslu_referral',
                               'recommendation', 'ppk_action', 'sanction_decided', 'appeal', 'monitoring', 'closed')),
    state_since            timestamptz NOT NULL,
    return_state           text CHECK (return_state IN ('triage', 'inspectorate_review')),
    reply_due_on           date,
    election_regime        text NOT NULL CHECK (election_regime IN ('pemilu', 'pemilihan', 'none')),
    region_code            text NOT NULL REFERENCES regions (code),
    agency_id              uuid REFERENCES agencies (id),
    reviewing_agency_id    uuid REFERENCES agencies (id),
    owner_id               uuid REFERENCES officers (id),
    category               text CHECK (category IN ('ethics', 'discipline', 'criminal')),
    conduct_phase          text
                           CHECK (conduct_phase IN ('before_determination', 'after_determination', 'campaign', 'quiet_period',
                               'voting_day', 'after_voting', 'outside_stage')),
    conflict_of_interest   boolean NOT NULL DEFAULT false,
    inspectorate_concluded boolean NOT NULL DEFAULT false,
    no_reporter_response   boolean NOT NULL DEFAULT false,
    referral_kind          text CHECK (referral_kind IN ('formal_report', 'preliminary_information')),
    bawaslu_result         text
                           CHECK (bawaslu_result IN ('not_registered', 'treated_as_preliminary', 'needs_agency_examination',
                               'no_breach', 'other_law_breach', 'crime_suspected')),
    addressed              boolean NOT NULL DEFAULT false,
    contest_count          smallint NOT NULL DEFAULT 0,
    proposed_weight        smallint,
    sanction_code          text,
    delivered_on           date,
    administrative_result  text
                           CHECK (administrative_result IN ('proven_sanctioned', 'not_proven', 'dismissed',
                               'merged_duplicate', 'transferred', 'withdrawn', 'criminal_only', 'subject_left_service', 'sanction_cancelled')),
    closure_reason         text
                           CHECK (closure_reason IN ('proven_sanctioned', 'not_proven', 'dismissed', 'merged_duplicate',
                               'transferred', 'withdrawn', 'criminal_only', 'subject_left_service', 'sanction_cancelled')),
    dismissal_code         text
                           CHECK (dismissal_code IN ('incomplete_after_request', 'insufficient_evidence',
                               'not_a_neutrality_matter', 'act_not_prohibited', 'identity_unresolvable', 'already_decided', 'spam_or_abuse', 'manifestly_unfounded')),
    criminal_state         text NOT NULL DEFAULT 'none' CHECK (criminal_state IN ('none', 'suspected', 'at_gakkumdu', 'investigation',
                               'prosecution', 'trial', 'appeal_trial', 'convicted', 'acquitted', 'stopped')),
    master_case_id         uuid REFERENCES cases (id),
    reopen_count           smallint NOT NULL DEFAULT 0,
    event_seq              integer NOT NULL,
    event_hash             bytea NOT NULL CHECK (length(event_hash) = 32),
    created_at             timestamptz NOT NULL,
    CONSTRAINT closed_has_a_reason CHECK ((state = 'closed') = (closure_reason IS NOT NULL)),
    CONSTRAINT closed_has_no_open_track CHECK (state <> 'closed' OR criminal_state IN ('none', 'convicted', 'acquitted', 'stopped')),
    CONSTRAINT awaiting_remembers_where_to_return CHECK ((state = 'awaiting_reporter') = (return_state IS NOT NULL)),
    CONSTRAINT merged_has_a_master CHECK ((closure_reason IS NOT DISTINCT FROM 'merged_duplicate') = (master_case_id IS NOT NULL)),
    CONSTRAINT dismissed_has_a_code CHECK (closure_reason IS DISTINCT FROM 'dismissed' OR dismissal_code IS NOT NULL),
    CONSTRAINT decided_has_a_sanction CHECK (state NOT IN ('sanction_decided', 'appeal') OR sanction_code IS NOT NULL),
    CONSTRAINT ppk_acts_on_an_addressed_case CHECK (state <> 'ppk_action' OR (addressed AND agency_id IS NOT NULL)),
    CONSTRAINT not_its_own_master CHECK (master_case_id <> id)
);
COMMENT ON TABLE cases IS 'One subject, one or more reports, one state. Only a decision of the workflow writes state.';
COMMENT ON COLUMN cases.version IS 'Counts writes; the ETag.';
COMMENT ON COLUMN cases.addressed IS 'The recommendation has been sent, so the PPK may see the case.';
COMMENT ON COLUMN cases.proposed_weight IS 'Weight of the lightest sanction proposed to the PPK.';
COMMENT ON COLUMN cases.event_hash IS 'Head of the hash chain of its events.';
CREATE INDEX cases_agency ON cases (agency_id);
CREATE INDEX cases_reviewing_agency ON cases (reviewing_agency_id);
CREATE INDEX cases_owner ON cases (owner_id);
CREATE INDEX cases_region_state ON cases (region_code, state);
CREATE INDEX cases_master ON cases (master_case_id) WHERE master_case_id IS NOT NULL;
CREATE INDEX cases_reply_due ON cases (reply_due_on) WHERE state = 'awaiting_reporter';

CREATE TABLE subjects (
    case_id     uuid PRIMARY KEY REFERENCES cases (id),
    name        text,
    nip         text CHECK (nip ~ '^[0-9]{18}$'),
    nik         text CHECK (nik ~ '^[0-9]{16}$'),
    position    text,
    agency_text text,
    work_unit   text,
    employment  text CHECK (employment IN ('pns', 'cpns', 'pppk')),
    resolution  text NOT NULL CHECK (resolution IN ('typed', 'confirmed', 'ambiguous'))
);
COMMENT ON TABLE subjects IS 'The civil servant a case is about, as typed by the reporter and then confirmed by an officer.';

CREATE TABLE reports (
    id                      uuid PRIMARY KEY,
    case_id                 uuid NOT NULL REFERENCES cases (id),
    complaint_number        text NOT NULL UNIQUE,
    access_code_hash        bytea NOT NULL,
    language                text NOT NULL CHECK (language IN ('id', 'en')),
    received_at             timestamptz NOT NULL,
    description             text NOT NULL,
    medium                  text NOT NULL CHECK (medium IN ('social_media', 'event', 'photo', 'decision', 'facility', 'other')),
    occurred_from           date NOT NULL,
    occurred_to             date NOT NULL,
    known_on                date NOT NULL,
    known_assumed           boolean NOT NULL,
    place                   text NOT NULL,
    links                   jsonb NOT NULL,
    evidence                jsonb NOT NULL,
    anonymity               text NOT NULL CHECK (anonymity IN ('anonymous', 'confidential')),
    consent_to_bawaslu      boolean NOT NULL,
    withdrawal_requested_at timestamptz,
    CHECK (occurred_from <= occurred_to AND occurred_from <= known_on)
);
COMMENT ON TABLE reports IS 'What a reporter sent, as sent.';
COMMENT ON COLUMN reports.access_code_hash IS 'Keyed hash; the code itself is kept nowhere.';
COMMENT ON COLUMN reports.known_assumed IS 'The day known was left out and taken as the day of receipt.';
CREATE INDEX reports_case ON reports (case_id);

CREATE TABLE reporter_identities (
    report_id           uuid PRIMARY KEY REFERENCES reports (id),
    name                text,
    email               text,
    phone               text,
    email_confirmed_at  timestamptz,
    email_disabled_at   timestamptz
);
COMMENT ON TABLE reporter_identities IS 'Who reported, apart from the case. Only the mail worker reads the address.';
COMMENT ON COLUMN reporter_identities.email_disabled_at IS 'The address was refused for good; nothing more is sent to it.';

CREATE TABLE messages (
    id        uuid PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES reports (id),
    direction text NOT NULL CHECK (direction IN ('to_reporter', 'from_reporter')),
    body      text NOT NULL,
    sent_at   timestamptz NOT NULL
);
COMMENT ON TABLE messages IS 'The mailbox of a report: questions, answers and wordings for the reporter.';
CREATE INDEX messages_report ON messages (report_id, id);

CREATE TABLE events (
    id         uuid PRIMARY KEY,
    case_id    uuid NOT NULL REFERENCES cases (id),
    seq        integer NOT NULL,
    at         timestamptz NOT NULL,
    kind       text NOT NULL,
    actor      text NOT NULL CHECK (actor IN ('officer', 'reporter', 'system')),
    officer_id uuid REFERENCES officers (id),
    role       text,
    from_state text,
    to_state   text NOT NULL,
    details    text,
    body       text NOT NULL,
    hash       bytea NOT NULL,
    UNIQUE (case_id, seq)
);
COMMENT ON TABLE events IS 'Everything that happened to a case, append-only and hash-chained per case: timeline and audit log in one.';
COMMENT ON COLUMN events.body IS 'The exact text that was hashed.';
COMMENT ON COLUMN events.details IS 'Data given with the action, salted; its hash is in the body, so it can be erased without breaking the chain.';
CREATE INDEX events_officer ON events (officer_id) WHERE officer_id IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only';
END $$;
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_are_not_truncated BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE deliveries (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES cases (id),
    event_id    uuid NOT NULL REFERENCES events (id),
    notice      text NOT NULL,
    officer_id  uuid REFERENCES officers (id),
    report_id   uuid REFERENCES reports (id),
    address     text,
    state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'held', 'sent', 'collapsed', 'dead')),
    attempts    integer NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL,
    created_at  timestamptz NOT NULL,
    settled_at  timestamptz,
    last_error  text,
    CHECK (num_nonnulls(officer_id, report_id, address) = 1),
    UNIQUE NULLS NOT DISTINCT (event_id, notice, officer_id, report_id, address)
);
COMMENT ON TABLE deliveries IS 'One notice to one recipient. Written with the transition, sent later by lease; at least once.';
COMMENT ON COLUMN deliveries.due_at IS 'Earliest next attempt; while one runs, the end of its lease.';
COMMENT ON COLUMN deliveries.address IS 'An institution''s official address that an officer typed; never a reporter''s.';
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'queued';
CREATE INDEX deliveries_report ON deliveries (report_id) WHERE report_id IS NOT NULL AND state IN ('queued', 'held');
CREATE INDEX deliveries_case ON deliveries (case_id);
CREATE INDEX deliveries_officer ON deliveries (officer_id) WHERE officer_id IS NOT NULL AND state = 'queued';
CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'dead';

CREATE TABLE approvals (
    id           uuid PRIMARY KEY,
    case_id      uuid NOT NULL REFERENCES cases (id),
    verb         text NOT NULL,
    action       jsonb NOT NULL,
    drafted_by   uuid NOT NULL REFERENCES officers (id),
    drafted_seat uuid NOT NULL REFERENCES seats (id),
    drafted_at   timestamptz NOT NULL,
    status       text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'lapsed')),
    decided_by   uuid REFERENCES officers (id),
    decided_at   timestamptz,
    reason       text,
    CHECK (drafted_by <> decided_by),
    CHECK (status = 'pending' OR decided_at IS NOT NULL),
    CHECK (status NOT IN ('approved', 'rejected') OR decided_by IS NOT NULL)
);
COMMENT ON TABLE approvals IS 'Actions that wait for a second officer (four eyes).';
CREATE UNIQUE INDEX approvals_pending ON approvals (case_id, verb) WHERE status = 'pending';
CREATE INDEX approvals_case ON approvals (case_id);
CREATE INDEX approvals_drafted_by ON approvals (drafted_by);
CREATE INDEX approvals_drafted_seat ON approvals (drafted_seat);
CREATE INDEX approvals_decided_by ON approvals (decided_by);

CREATE TABLE idempotency_keys (
    key_hash    bytea PRIMARY KEY,
    fingerprint bytea NOT NULL,
    status      smallint NOT NULL,
    reply       text NOT NULL,
    created_at  timestamptz NOT NULL
);
COMMENT ON TABLE idempotency_keys IS 'What a request with this key was answered. Never holds a secret: an access code is derived again.';
COMMENT ON COLUMN idempotency_keys.key_hash IS 'Keyed hash of caller, route and key.';
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
