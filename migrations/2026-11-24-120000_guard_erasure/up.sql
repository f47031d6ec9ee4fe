-- The one function by which the service's role changes events looks for itself whether they may go: the case is closed, its purge was
-- approved since it was closed, and nobody holds it. Temporary tables come last in its search path, so that none stands in for a table.

CREATE OR REPLACE FUNCTION erase_event_details(purged_case uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE events SET details = NULL WHERE details IS NOT NULL
        AND case_id IN (SELECT id FROM cases WHERE (id = purged_case OR master_case_id = purged_case) AND state = 'closed')
        AND EXISTS (SELECT FROM purge_proposals p JOIN cases c ON c.id = p.case_id
            WHERE c.id = purged_case AND c.state = 'closed' AND p.status = 'approved' AND p.closed_at = c.state_since AND p.due_at <= p.decided_at)
        AND NOT EXISTS (SELECT FROM legal_holds h JOIN cases c ON c.id = h.case_id
            WHERE (c.id = purged_case OR c.master_case_id = purged_case) AND h.lifted_at IS NULL);
$$;
