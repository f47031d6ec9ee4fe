DELETE FROM deliveries WHERE officer_event_id IS NOT NULL;
DROP INDEX deliveries_once;
ALTER TABLE deliveries
    ADD CONSTRAINT deliveries_event_id_notice_officer_id_report_id_address_key UNIQUE NULLS NOT DISTINCT (event_id, notice, officer_id, report_id, address),
    DROP COLUMN officer_event_id,
    ALTER COLUMN event_id SET NOT NULL,
    ALTER COLUMN case_id SET NOT NULL;
DROP TABLE officer_events;
DROP TABLE sign_in_delays;
DROP TABLE invitations;
DROP TABLE refresh_tokens;
DROP TABLE sign_ins;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
UPDATE officers SET password_hash = '' WHERE password_hash IS NULL;
ALTER TABLE officers ALTER COLUMN password_hash SET NOT NULL;
