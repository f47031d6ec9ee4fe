-- Persons behind subjects: one person may have had several numbers, since a NI PPPK changes with the agency. Numbers are
-- found by their keyed hash.

CREATE TABLE persons (
    id         uuid PRIMARY KEY,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE persons IS 'Civil servants that cases are about, each known by one or more numbers.';

CREATE TABLE person_numbers (
    number_index bytea PRIMARY KEY CHECK (length(number_index) = 32),
    person_id    uuid NOT NULL REFERENCES persons (id),
    kind         text NOT NULL CHECK (kind IN ('nip', 'ni_pppk', 'nik')),
    linked_by    uuid REFERENCES officers (id),
    linked_at    timestamptz NOT NULL
);
COMMENT ON TABLE person_numbers IS 'The numbers a person has or had, as keyed hashes: a number belongs to one person.';
COMMENT ON COLUMN person_numbers.linked_by IS 'The officer who confirmed the subject with it.';
CREATE INDEX person_numbers_person ON person_numbers (person_id);
CREATE INDEX person_numbers_linked_by ON person_numbers (linked_by) WHERE linked_by IS NOT NULL;

ALTER TABLE subjects
    ADD COLUMN person_id uuid REFERENCES persons (id),
    ADD COLUMN nip_index bytea CHECK (length(nip_index) = 32),
    ADD COLUMN nik_index bytea CHECK (length(nik_index) = 32);
COMMENT ON COLUMN subjects.person_id IS 'Who it is, once an officer has confirmed it.';
COMMENT ON COLUMN subjects.nip_index IS 'Keyed hash of the NIP or NI PPPK, by which the same number is found elsewhere.';
COMMENT ON COLUMN subjects.nik_index IS 'Keyed hash of the NIK. Another one than that of a reporter with the same NIK.';
CREATE INDEX subjects_person ON subjects (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX subjects_nip_index ON subjects (nip_index) WHERE nip_index IS NOT NULL;
CREATE INDEX subjects_nik_index ON subjects (nik_index) WHERE nik_index IS NOT NULL;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT SELECT, INSERT, DELETE ON persons TO netral_service;
        GRANT SELECT, INSERT, UPDATE, DELETE ON person_numbers TO netral_service;
    END IF;
END $$;
