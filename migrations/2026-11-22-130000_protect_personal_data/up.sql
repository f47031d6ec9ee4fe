-- Data protection (UU 27/2022): how long cases are kept, what stops their purge, what reporters ask about their data, and
-- the register of breaches.

CREATE TABLE retention_policies (
    closure_reason text NOT NULL CHECK (closure_reason IN ('proven_sanctioned', 'not_proven', 'dismissed', 'transferred', 'withdrawn',
                       'criminal_only', 'subject_left_service', 'sanction_cancelled')),
    years          smallint NOT NULL CHECK (years > 0),
    basis          text NOT NULL,
    valid_from     date NOT NULL,
    valid_to       date,
    PRIMARY KEY (closure_reason, valid_from)
);
COMMENT ON TABLE retention_policies IS 'How long a closed case is kept, by the reason it was closed for, versioned. A merged case goes with the one it was merged into.';
COMMENT ON COLUMN retention_policies.years IS 'Years after closing.';

CREATE TABLE legal_holds (
    id          uuid PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES cases (id),
    set_by      uuid NOT NULL REFERENCES officers (id),
    set_at      timestamptz NOT NULL,
    reason      text NOT NULL,
    lifted_by   uuid REFERENCES officers (id),
    lifted_at   timestamptz,
    lift_reason text,
    CHECK (num_nonnulls(lifted_by, lifted_at, lift_reason) IN (0, 3))
);
COMMENT ON TABLE legal_holds IS 'While one stands, nothing of the case is erased.';
CREATE UNIQUE INDEX legal_holds_standing ON legal_holds (case_id) WHERE lifted_at IS NULL;
CREATE INDEX legal_holds_case ON legal_holds (case_id);
CREATE INDEX legal_holds_set_by ON legal_holds (set_by);
CREATE INDEX legal_holds_lifted_by ON legal_holds (lifted_by);

CREATE TABLE purge_proposals (
    id             uuid PRIMARY KEY,
    case_id        uuid NOT NULL REFERENCES cases (id),
    closure_reason text NOT NULL,
    closed_at      timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
    proposed_at    timestamptz NOT NULL,
    status         text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'lapsed')),
    decided_by     uuid REFERENCES officers (id),
    decided_at     timestamptz,
    reason         text,
    CHECK ((status = 'pending') = (decided_at IS NULL)),
    CHECK ((status IN ('approved', 'rejected')) = (decided_by IS NOT NULL))
);
COMMENT ON TABLE purge_proposals IS 'Cases whose time is over, proposed by the service, decided by the privacy officer.';
COMMENT ON COLUMN purge_proposals.due_at IS 'When its time was over.';
CREATE UNIQUE INDEX purge_proposals_pending ON purge_proposals (case_id) WHERE status = 'pending';
CREATE INDEX purge_proposals_case ON purge_proposals (case_id);
CREATE INDEX purge_proposals_decided_by ON purge_proposals (decided_by);

CREATE TABLE daily_tasks (
    name   text PRIMARY KEY,
    ran_at timestamptz NOT NULL
);
COMMENT ON TABLE daily_tasks IS 'When each daily task last ran, so that one of several workers does it.';

CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.details IS NULL THEN
        OLD.details := NULL;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'events are append-only';
END $$;
COMMENT ON FUNCTION refuse_change_but_erasure IS 'Lets nothing of an event change but that its details are erased: their salted hash stays in the body.';
DROP TRIGGER events_are_append_only ON events;
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();

-- Runs with the rights of its owner: the service itself need not be allowed to touch an event.
CREATE FUNCTION erase_event_details(purged_case uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE events SET details = NULL WHERE details IS NOT NULL
        AND case_id IN (SELECT id FROM cases WHERE id = purged_case OR master_case_id = purged_case)
        AND EXISTS (SELECT FROM purge_proposals WHERE case_id = purged_case AND status = 'approved');
$$;
COMMENT ON FUNCTION erase_event_details IS 'Erases the details of the events of a case whose purge has been approved, and of those merged into it.';

CREATE TABLE data_requests (
    id         uuid PRIMARY KEY,
    report_id  uuid NOT NULL REFERENCES reports (id),
    kind       text NOT NULL CHECK (kind IN ('access', 'correction', 'erasure', 'objection')),
    body       bytea,
    made_at    timestamptz NOT NULL,
    status     text NOT NULL CHECK (status IN ('pending', 'deferred', 'granted', 'refused')),
    decided_by uuid REFERENCES officers (id),
    decided_at timestamptz,
    reason     text,
    CHECK ((status = 'pending') = (decided_at IS NULL))
);
COMMENT ON TABLE data_requests IS 'What reporters ask about their own data (UU 27/2022), and what they were answered.';
COMMENT ON COLUMN data_requests.body IS 'The reporter''s words, sealed with the data key of the report; absent once erased.';
COMMENT ON COLUMN data_requests.decided_by IS 'Absent where the service answered by itself.';
CREATE INDEX data_requests_report ON data_requests (report_id, id);
CREATE INDEX data_requests_open ON data_requests (id) WHERE status IN ('pending', 'deferred');
CREATE INDEX data_requests_decided_by ON data_requests (decided_by);

CREATE TABLE breaches (
    id               uuid PRIMARY KEY,
    discovered_at    timestamptz NOT NULL,
    recorded_at      timestamptz NOT NULL,
    recorded_by      uuid NOT NULL REFERENCES officers (id),
    data_affected    text NOT NULL,
    persons_affected integer NOT NULL CHECK (persons_affected >= 0),
    found_how        text NOT NULL
);
COMMENT ON TABLE breaches IS 'Register of breaches of personal data. Entries are never changed: what follows is a step.';
COMMENT ON COLUMN breaches.discovered_at IS 'The 72 hours of UU 27/2022 article 46 run from here.';
CREATE INDEX breaches_recorded_by ON breaches (recorded_by);

CREATE TABLE breach_steps (
    id          uuid PRIMARY KEY,
    breach_id   uuid NOT NULL REFERENCES breaches (id),
    kind        text NOT NULL CHECK (kind IN ('noted', 'authority_notified', 'subjects_notified', 'closed')),
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL REFERENCES officers (id),
    note        text NOT NULL
);
COMMENT ON TABLE breach_steps IS 'What was done about a breach, in order.';
CREATE UNIQUE INDEX breach_steps_once ON breach_steps (breach_id, kind) WHERE kind <> 'noted';
CREATE INDEX breach_steps_breach ON breach_steps (breach_id, id);
CREATE INDEX breach_steps_recorded_by ON breach_steps (recorded_by);

CREATE TRIGGER breaches_are_append_only BEFORE UPDATE OR DELETE ON breaches FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER breaches_are_not_truncated BEFORE TRUNCATE ON breaches FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER breach_steps_are_append_only BEFORE UPDATE OR DELETE ON breach_steps FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER breach_steps_are_not_truncated BEFORE TRUNCATE ON breach_steps FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change();
