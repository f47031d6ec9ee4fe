CREATE OR REPLACE FUNCTION erase_event_details(purged_case uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE events SET details = NULL WHERE details IS NOT NULL
        AND case_id IN (SELECT id FROM cases WHERE id = purged_case OR master_case_id = purged_case)
        AND EXISTS (SELECT FROM purge_proposals WHERE case_id = purged_case AND status = 'approved');
$$;
