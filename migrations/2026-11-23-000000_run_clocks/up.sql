-- The calendar, the rules of deadlines, the clocks that run on cases, and the daily digests that remind of them.

CREATE TABLE law_versions (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  bigint NOT NULL
);
COMMENT ON TABLE law_versions IS 'One row: counts every change of calendar, zones and rules. Programs hold the law in memory and read it again when this differs.';
INSERT INTO law_versions (version) VALUES (1);

CREATE TABLE time_zones (
    region_code text PRIMARY KEY,
    zone        text NOT NULL
);
COMMENT ON TABLE time_zones IS 'Time zone of each province: a day ends when it ends there.';
COMMENT ON COLUMN time_zones.zone IS 'IANA name: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT).';

CREATE TABLE calendar_years (
    year         smallint PRIMARY KEY CHECK (year BETWEEN 1945 AND 2200),
    official     boolean NOT NULL,
    decree       text,
    source       text,
    confirmation text NOT NULL CHECK (confirmation IN ('confirmed', 'unconfirmed', 'conflict', 'own_choice')),
    origin       text NOT NULL CHECK (origin IN ('file', 'administrator'))
);
COMMENT ON TABLE calendar_years IS 'Which years have an official list of days off. Deadlines counted through another year are provisional.';
COMMENT ON COLUMN calendar_years.origin IS 'Rows an administrator entered are never replaced by the files of the program.';

CREATE TABLE calendar_days (
    date         date NOT NULL,
    region_code  text NOT NULL DEFAULT '',
    kind         text NOT NULL CHECK (kind IN ('national_holiday', 'collective_leave', 'election_day', 'local_holiday', 'ordinary_day')),
    name         text NOT NULL,
    decree       text,
    source       text,
    confirmation text NOT NULL CHECK (confirmation IN ('confirmed', 'unconfirmed', 'conflict', 'own_choice')),
    origin       text NOT NULL CHECK (origin IN ('file', 'administrator')),
    PRIMARY KEY (date, region_code)
);
COMMENT ON TABLE calendar_days IS 'Days off beside Saturdays and Sundays.';
COMMENT ON COLUMN calendar_days.region_code IS 'The region it holds in, with all below it; empty for the whole country.';
COMMENT ON COLUMN calendar_days.kind IS 'ordinary_day: an administrator took the day out again, also against the files of the program.';
COMMENT ON COLUMN calendar_days.origin IS 'Rows an administrator entered are never replaced by the files of the program.';

CREATE TABLE deadline_rules (
    code                    text NOT NULL CHECK (code ~ '^D[0-9]{1,2}$'),
    variant                 text NOT NULL DEFAULT '',
    regime                  text NOT NULL CHECK (regime IN ('pemilu', 'pemilihan', 'any')),
    valid_from              date NOT NULL,
    valid_to                date,
    title_id                text NOT NULL,
    title_en                text NOT NULL,
    starts                  text NOT NULL,
    length                  integer NOT NULL CHECK (length > 0),
    unit                    text NOT NULL CHECK (unit IN ('working_day', 'calendar_day')),
    pausable                boolean NOT NULL,
    roll_forward            boolean NOT NULL,
    collective_leave_counts boolean NOT NULL,
    basis                   text NOT NULL,
    confirmation            text NOT NULL CHECK (confirmation IN ('confirmed', 'unconfirmed', 'conflict', 'own_choice')),
    PRIMARY KEY (code, variant, regime, valid_from),
    CONSTRAINT the_bawaslu_window_never_pauses CHECK (code <> 'D2' OR NOT pausable)
);
COMMENT ON TABLE deadline_rules IS 'How long each deadline is, versioned: a clock goes by the rule of the day it was started.';
COMMENT ON COLUMN deadline_rules.roll_forward IS 'An end on a day off moves to the next working day.';
COMMENT ON COLUMN deadline_rules.collective_leave_counts IS 'Collective leave counts as a working day.';

CREATE TABLE deadlines (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id          uuid NOT NULL REFERENCES cases (id),
    report_id        uuid REFERENCES reports (id),
    code             text NOT NULL,
    variant          text NOT NULL,
    regime           text NOT NULL CHECK (regime IN ('pemilu', 'pemilihan', 'none')),
    starts_on        date NOT NULL,
    counted_from     date NOT NULL,
    count            integer NOT NULL CHECK (count >= 0),
    due_at           timestamptz,
    remaining        integer CHECK (remaining >= 0),
    status           text NOT NULL CHECK (status IN ('running', 'paused', 'met', 'passed', 'cancelled')),
    provisional      boolean NOT NULL,
    settled_at       timestamptz,
    next_reminder_on date,
    law_version      bigint NOT NULL,
    CONSTRAINT a_paused_clock_has_time_left CHECK ((status = 'paused') = (remaining IS NOT NULL)),
    CONSTRAINT a_running_clock_has_an_end CHECK (status <> 'running' OR due_at IS NOT NULL),
    CONSTRAINT what_runs_is_not_settled CHECK (CASE WHEN status IN ('running', 'paused') THEN settled_at IS NULL
        WHEN status IN ('met', 'cancelled') THEN settled_at IS NOT NULL ELSE due_at IS NOT NULL END),
    CONSTRAINT the_bawaslu_window_is_never_paused CHECK (code <> 'D2' OR status <> 'paused'),
    CONSTRAINT the_bawaslu_window_is_of_a_report CHECK ((code = 'D2') = (report_id IS NOT NULL))
);
COMMENT ON TABLE deadlines IS 'Clocks of cases, running and past.';
COMMENT ON COLUMN deadlines.report_id IS 'For D2, which each report has for itself: it runs from the day its reporter knew.';
COMMENT ON COLUMN deadlines.regime IS 'Election law the rule was chosen for.';
COMMENT ON COLUMN deadlines.starts_on IS 'Day 0. The rule valid on this day counts.';
COMMENT ON COLUMN deadlines.counted_from IS 'Day 0 of what is still counted: starts_on, or the day the clock went on after a pause.';
COMMENT ON COLUMN deadlines.count IS 'Days counted from there, in the unit of the rule.';
COMMENT ON COLUMN deadlines.due_at IS 'Last second of the last day, where the case is handled; absent while paused.';
COMMENT ON COLUMN deadlines.remaining IS 'Days left when it was paused, in the unit of the rule.';
COMMENT ON COLUMN deadlines.status IS 'passed: the end went by; while settled_at is empty the work is still awaited.';
COMMENT ON COLUMN deadlines.provisional IS 'Counted through a year without an official calendar.';
COMMENT ON COLUMN deadlines.settled_at IS 'When it no longer mattered: done, cancelled, or a window that closed.';
COMMENT ON COLUMN deadlines.next_reminder_on IS 'Day of the next reminder; absent when none is to come.';
COMMENT ON COLUMN deadlines.law_version IS 'Version of the law its end was counted by; an older one is counted again.';
CREATE INDEX deadlines_case ON deadlines (case_id);
CREATE INDEX deadlines_report ON deadlines (report_id) WHERE report_id IS NOT NULL;
CREATE INDEX deadlines_running ON deadlines (due_at) WHERE status = 'running';
-- Not WHERE settled_at IS NULL: while the table is small, a plan for the clocks of one case would then go through this one.
CREATE INDEX deadlines_law ON deadlines (law_version) WHERE status = 'running';

ALTER TABLE cases ADD COLUMN bawaslu_until timestamptz, ADD COLUMN next_due_at timestamptz;
COMMENT ON COLUMN cases.bawaslu_until IS 'End of the latest Bawaslu window (D2) still running: a copy, for lists.';
COMMENT ON COLUMN cases.next_due_at IS 'First end among the clocks of those who work on the case, passed or to come: a copy, for lists.';

-- Cases from before the clocks: each open one gets the clock of its state. Version 0 has the service count them at once.
INSERT INTO deadlines (case_id, code, variant, regime, starts_on, counted_from, count, due_at, status, provisional, law_version)
SELECT id, code, CASE code WHEN 'D10' THEN 'objection' ELSE '' END, election_regime, day, day, 0,
    CASE code WHEN 'D3' THEN (reply_due_on + 1)::timestamp AT TIME ZONE 'Asia/Jakarta' - interval '1 second' ELSE state_since + interval '366 days' END,
    'running', true, 0
FROM cases, LATERAL (SELECT (state_since AT TIME ZONE 'Asia/Jakarta')::date AS day,
    CASE state WHEN 'submitted' THEN 'D1' WHEN 'triage' THEN 'D1' WHEN 'awaiting_reporter' THEN 'D3' WHEN 'inspectorate_review' THEN 'D4'
        WHEN 'bawaslu_referral' THEN 'D5' WHEN 'recommendation' THEN 'D6' WHEN 'ppk_action' THEN 'D7' WHEN 'sanction_decided' THEN 'D8'
        WHEN 'appeal' THEN 'D10' ELSE 'D12' END AS code) clock
WHERE state <> 'closed';

CREATE TABLE digests (
    id         uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES officers (id),
    notice     text NOT NULL,
    day        date NOT NULL,
    UNIQUE (officer_id, notice, day)
);
COMMENT ON TABLE digests IS 'One mail a person a day that lists deadlines; sent like any delivery.';
COMMENT ON COLUMN digests.day IS 'The day in Jakarta it is for; for a missing calendar, the first day of the year that lacks one.';

CREATE TABLE digest_lines (
    digest_id   uuid NOT NULL REFERENCES digests (id),
    deadline_id bigint NOT NULL REFERENCES deadlines (id),
    PRIMARY KEY (digest_id, deadline_id)
);
COMMENT ON TABLE digest_lines IS 'The deadlines a digest lists.';
CREATE INDEX digest_lines_deadline ON digest_lines (deadline_id);

ALTER TABLE deliveries ADD COLUMN digest_id uuid REFERENCES digests (id);
COMMENT ON COLUMN deliveries.digest_id IS 'What it tells of, when it is a digest and no single case.';
CREATE UNIQUE INDEX deliveries_digest ON deliveries (digest_id) WHERE digest_id IS NOT NULL;
ALTER TABLE deliveries DROP CONSTRAINT tells_of_a_case_or_an_account;
ALTER TABLE deliveries ADD CONSTRAINT tells_of_one_thing
    CHECK (num_nonnulls(event_id, officer_event_id, digest_id) = 1 AND (case_id IS NULL) = (event_id IS NULL));

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        RETURN;
    END IF;
    GRANT SELECT ON deadline_rules, time_zones TO netral_service;
    GRANT SELECT, UPDATE ON law_versions TO netral_service;
    GRANT SELECT, INSERT, UPDATE ON calendar_days, calendar_years, deadlines TO netral_service;
    GRANT SELECT, INSERT, UPDATE ON digests TO netral_service;
    GRANT SELECT, INSERT ON digest_lines TO netral_service;
END $$;
