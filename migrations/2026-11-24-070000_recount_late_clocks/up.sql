-- A change of the law reaches work that is late as well: it may turn out not to be.
DROP INDEX deadlines_law;
CREATE INDEX deadlines_law ON deadlines (law_version) WHERE settled_at IS NULL AND status IN ('running', 'passed');
