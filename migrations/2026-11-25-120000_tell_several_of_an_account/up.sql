-- What happens to an account may concern several: of a machine client's secret its inspectorate and the privacy officers hear.

DROP INDEX deliveries_officer_event;
CREATE UNIQUE INDEX deliveries_officer_event ON deliveries (officer_event_id, notice, officer_id) WHERE officer_event_id IS NOT NULL;
