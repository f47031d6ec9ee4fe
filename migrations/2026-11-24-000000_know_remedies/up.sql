-- Which remedy a sanction has, how heavy the heaviest proposal was, and what I'DIS asks for beside.

ALTER TABLE sanctions ADD COLUMN remedy text CHECK (remedy IN ('objection', 'administrative_appeal'));
COMMENT ON COLUMN sanctions.remedy IS 'The administrative remedy against it (PP 79/2021); empty for a moral sanction, which has none.';

ALTER TABLE cases ADD COLUMN heaviest_proposed smallint;
COMMENT ON COLUMN cases.heaviest_proposed IS 'Weight of the heaviest sanction proposed to the PPK: from a heavy one on a team examines.';
UPDATE cases SET heaviest_proposed = proposed_weight WHERE proposed_weight IS NOT NULL;

ALTER TABLE sanctions_imposed ADD COLUMN punishment_reason text, ADD COLUMN remarks text;
COMMENT ON COLUMN sanctions_imposed.punishment_reason IS 'Why it was imposed, in the words of I''DIS (alasan hukuman disiplin); emptied when the case is purged.';
COMMENT ON COLUMN sanctions_imposed.remarks IS 'Remarks for I''DIS (keterangan); emptied when the case is purged.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'netral_service') THEN
        GRANT UPDATE (punishment_reason, remarks) ON sanctions_imposed TO netral_service;
    END IF;
END $$;
