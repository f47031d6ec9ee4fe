ALTER TABLE subjects DROP COLUMN person_id, DROP COLUMN nip_index, DROP COLUMN nik_index;
DROP TABLE person_numbers, persons;
