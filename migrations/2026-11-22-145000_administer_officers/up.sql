-- Officers are found as reporters by keyed hashes, and seats are given within what an agency covers.

ALTER TABLE officers
    ADD COLUMN email_index bytea CHECK (length(email_index) = 32),
    ADD COLUMN nik_index   bytea CHECK (length(nik_index) = 32);
COMMENT ON COLUMN officers.email_index IS 'The same keyed hash as of a reporter''s address: an officer never handles what he reported.';
COMMENT ON COLUMN officers.nik_index IS 'The same keyed hash as of a reporter''s NIK; the number itself is kept nowhere.';
CREATE INDEX officers_email_index ON officers (email_index);
CREATE INDEX officers_nik_index ON officers (nik_index) WHERE nik_index IS NOT NULL;

CREATE TABLE agency_regions (
    agency_id   uuid NOT NULL REFERENCES agencies (id),
    region_code text NOT NULL REFERENCES regions (code),
    valid_from  date NOT NULL,
    valid_to    date,
    PRIMARY KEY (agency_id, region_code, valid_from)
);
COMMENT ON TABLE agency_regions IS 'What a BKN regional office covers.';
CREATE INDEX agency_regions_region ON agency_regions (region_code);
