DROP TABLE case_links;
ALTER TABLE cases DROP COLUMN split_from;
DROP INDEX reports_occurred;
ALTER TABLE reports DROP COLUMN link_hashes;
DROP EXTENSION pg_trgm;
