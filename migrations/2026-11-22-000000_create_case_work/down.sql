DROP TABLE idempotency_keys, approvals, deliveries, events, messages, reporter_identities, reports, subjects, cases, seats, officers,
    sanctions, violation_forms, agencies, regions;
DROP SEQUENCE case_numbers;
DROP FUNCTION refuse_change;
