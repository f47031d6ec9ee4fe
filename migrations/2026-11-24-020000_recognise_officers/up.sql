-- By what an officer is recognised as the one a case is about, as of the subject's unit, or as its reporter; and nothing by
-- which the database alone tells which officer reported.
--
-- Hashes of officers in the domain of reporters are gone, and so are ids of officers who were excluded as reporters: only
-- declared recusals stay. The hashes of reporters' NIKs are made anew, in a domain of their own, when the service starts. An
-- officer's NIK cannot be: whoever was known by it has to be completed by an administrator.

ALTER TABLE officers
    DROP COLUMN email_index,
    ADD COLUMN numbers bytea[] NOT NULL DEFAULT '{}';
UPDATE officers SET nik_index = NULL WHERE nik_index IS NOT NULL;
DROP INDEX officers_nik_index;
COMMENT ON COLUMN officers.nik_index IS 'Keyed hash of the NIK, as of a subject''s; the number itself is kept nowhere.';
COMMENT ON COLUMN officers.numbers IS 'Keyed hashes of every NIP, NI PPPK and NIK the officer has or had, as of subjects: an officer never handles a case about himself.';

UPDATE reporter_identities SET nik_index = NULL WHERE nik_index IS NOT NULL;
COMMENT ON COLUMN reporter_identities.nik_index IS 'Keyed hash made of the hash that a subject with this NIK has; without the key neither leads to the other.';

ALTER TABLE subjects ADD COLUMN typed_agency_id uuid REFERENCES agencies (id);
COMMENT ON COLUMN subjects.typed_agency_id IS 'The agency whose name or code the reporter typed; stands in for the case''s agency until an officer has confirmed one.';
CREATE INDEX agencies_folded_name ON agencies (lower(name));
CREATE INDEX agencies_folded_code ON agencies (lower(code));
CREATE INDEX subjects_typed_agency ON subjects (typed_agency_id) WHERE typed_agency_id IS NOT NULL;
UPDATE subjects SET typed_agency_id = a.id FROM agencies a WHERE lower(btrim(subjects.agency_text)) IN (lower(a.name), lower(a.code));

ALTER TABLE cases ADD COLUMN barred_marks bytea[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN cases.barred_marks IS 'Keyed hashes of its reporters, and what is known of the subjects of cases merged into it: an officer with one of these marks does not see the case. His own marks are kept nowhere.';
COMMENT ON COLUMN cases.excluded_officers IS 'Officers who declared a recusal, on this case or on one merged into it.';
UPDATE cases SET barred_marks = marks.found FROM (
    SELECT c.id, array_agg(DISTINCT m.mark) AS found
    FROM cases c JOIN cases own ON own.id = c.id OR own.master_case_id = c.id CROSS JOIN LATERAL (
        SELECT i.email_index AS mark FROM reports r JOIN reporter_identities i ON i.report_id = r.id WHERE r.case_id = coalesce(own.split_from, own.id)
        UNION ALL
        SELECT unnest(ARRAY[s.nip_index, s.nik_index, uuid_send(s.person_id),
            convert_to(coalesce(own.agency_id, s.typed_agency_id)::text || ' ' || lower(btrim(s.work_unit)), 'UTF8')])
        FROM subjects s WHERE s.case_id = own.id AND own.id <> c.id
    ) m WHERE m.mark IS NOT NULL GROUP BY c.id
) marks WHERE marks.id = cases.id;
UPDATE cases c SET excluded_officers = ARRAY(
    SELECT o FROM unnest(c.excluded_officers) o WHERE EXISTS (
        SELECT FROM events e JOIN cases own ON own.id = e.case_id
        WHERE e.kind = 'recusal.declared' AND e.officer_id = o
            AND (own.id = c.id OR own.master_case_id = c.id OR own.id = c.split_from OR own.master_case_id = c.split_from)
    )
) WHERE c.excluded_officers <> '{}';
