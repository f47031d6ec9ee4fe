DROP INDEX deadlines_law;
CREATE INDEX deadlines_law ON deadlines (law_version) WHERE status = 'running';
