DROP INDEX officers_nik;
DROP INDEX officers_nip;
