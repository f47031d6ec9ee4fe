-- Four eyes are those of two people: one person with two accounts would be both of them.

CREATE UNIQUE INDEX officers_nip ON officers (nip) WHERE nip IS NOT NULL;
CREATE UNIQUE INDEX officers_nik ON officers (nik_index) WHERE nik_index IS NOT NULL;
