-- The program of before knows no such notice.
DELETE FROM deliveries WHERE notice = 'client_secret_made';

DROP INDEX deliveries_officer_event;
CREATE UNIQUE INDEX deliveries_officer_event ON deliveries (officer_event_id, notice) WHERE officer_event_id IS NOT NULL;
