ALTER TABLE cases DROP COLUMN violation_forms;
DROP TABLE reference_loads, election_events, transfer_bodies;
DELETE FROM regions WHERE kind = 'district';
ALTER TABLE regions
    DROP CONSTRAINT regions_code_check,
    DROP CONSTRAINT regions_kind_check,
    ADD CONSTRAINT regions_code_check CHECK (code ~ '^[0-9]{2}(\.[0-9]{2})?$'),
    ADD CONSTRAINT regions_kind_check CHECK (kind IN ('province', 'regency', 'city')),
    DROP COLUMN autonomous,
    DROP COLUMN decree,
    DROP COLUMN valid_from,
    DROP COLUMN valid_to,
    DROP COLUMN source;
ALTER TABLE agencies DROP COLUMN work, DROP COLUMN confirmation, DROP COLUMN source;
ALTER TABLE sanctions DROP COLUMN months, DROP COLUMN applies_to, DROP COLUMN basis, DROP COLUMN confirmation, DROP COLUMN note;
ALTER TABLE violation_forms
    DROP COLUMN phase_hint,
    DROP COLUMN norm_refs,
    DROP COLUMN level,
    DROP COLUMN sanction_codes,
    DROP COLUMN source_decree,
    DROP COLUMN confirmation,
    DROP COLUMN note;
