-- Exclusions that hold in every direction: a merged case and its master are hidden from the same officers, a unit is the same
-- however many blanks it is typed with, and no agency of a protected subject sees the case.

-- How names of units and agencies are compared: in small letters, and any blanks, those that do not show included, are one. The
-- same as `marks::folded` of the program; a test holds them against each other.
CREATE FUNCTION folded(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(btrim(regexp_replace(value, '[\s\u0085\u00a0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+', ' ', 'g')))
$$;

ALTER TABLE subjects ADD COLUMN folded_unit text GENERATED ALWAYS AS (folded(work_unit)) STORED;
COMMENT ON COLUMN subjects.folded_unit IS 'The work unit as units are compared. Stored, since every read of a case compares it.';
UPDATE subjects SET typed_agency_id = a.id FROM agencies a
WHERE subjects.typed_agency_id IS NULL AND folded(subjects.agency_text) IN (lower(a.name), lower(a.code));

ALTER TABLE seats ADD COLUMN former_units text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN seats.former_units IS 'Work units that stood here before: their cases stay hidden from the officer, whoever corrects the unit.';

ALTER TABLE officer_events
    ADD COLUMN old_unit text,
    ADD COLUMN new_unit text;
COMMENT ON COLUMN officer_events.old_unit IS 'Work unit of the seat before, where it was given anew.';
COMMENT ON COLUMN officer_events.new_unit IS 'Work unit of the seat given.';

COMMENT ON COLUMN cases.barred_marks IS 'Keyed hashes of its reporters, and of a case merged into it, the one it was merged into and those merged with it what is known of their reporters and subjects: an officer with one of these marks does not see the case. His own marks are kept nowhere.';
COMMENT ON COLUMN cases.excluded_officers IS 'Officers who declared a recusal, on this case or on one merged with it; it stays when the merge is undone.';

-- A merged case goes where its master went under a conflict of interest.
UPDATE cases merged SET reviewing_agency_id = master.reviewing_agency_id, agency_id = coalesce(merged.agency_id, master.agency_id), conflict_of_interest = true
FROM cases master WHERE master.id = merged.master_case_id AND master.conflict_of_interest;
WITH family AS (
    SELECT DISTINCT master_case_id AS head, master_case_id AS id FROM cases WHERE master_case_id IS NOT NULL
    UNION ALL SELECT master_case_id, id FROM cases WHERE master_case_id IS NOT NULL
)
UPDATE cases face SET
    excluded_officers = ARRAY(SELECT DISTINCT unnest(k.excluded_officers) FROM family f JOIN cases k ON k.id = f.id WHERE f.head = me.head),
    barred_marks = ARRAY(
        SELECT DISTINCT m.mark FROM family f JOIN cases k ON k.id = f.id JOIN subjects s ON s.case_id = k.id CROSS JOIN LATERAL (
            SELECT unnest(ARRAY[CASE WHEN k.id = face.id OR i.email_confirmed_at IS NOT NULL THEN i.email_index END, i.nik_index]) AS mark
            FROM reports r JOIN reporter_identities i ON i.report_id = r.id WHERE r.case_id = coalesce(k.split_from, k.id)
            UNION ALL SELECT unnest(ARRAY[s.nip_index, s.nik_index, uuid_send(s.person_id),
                convert_to(coalesce(k.agency_id, s.typed_agency_id)::text || ' ' || s.folded_unit, 'UTF8'),
                CASE WHEN k.conflict_of_interest THEN convert_to('agency ' || coalesce(k.agency_id, s.typed_agency_id)::text, 'UTF8') END])
            WHERE k.id <> face.id
        ) m WHERE f.head = me.head AND m.mark IS NOT NULL
    )
FROM family me WHERE face.id = me.id;
