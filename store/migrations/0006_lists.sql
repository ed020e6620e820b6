-- Lists that stay fast when millions of cases lie in the archive, and steps that
-- touch few indexes. A step changes the row of a case seven times or more; a row
-- none of whose indexed columns changed is updated in place ("HOT"), and then no
-- index is touched at all. So nothing that changes with every step is indexed
-- here, and what changes hardly ever but is dear to index lies in a table of its own.

-- +goose Up

-- The words of a summary. They change when the summary does: hardly ever.
CREATE TABLE case_search (
    no     text COLLATE "C" NOT NULL,
    search tsvector NOT NULL,
    CONSTRAINT case_search_pkey PRIMARY KEY (no)
);
INSERT INTO case_search (no, search) SELECT no, search FROM cases;
ALTER TABLE cases DROP COLUMN search;
-- What is new waits in a list that every search reads: keep it short.
CREATE INDEX case_search_words ON case_search USING gin (search) WITH (gin_pending_list_limit = 256);
-- Plans depend on knowing which words are frequent.
ALTER TABLE case_search ALTER COLUMN search SET STATISTICS 500;
ALTER TABLE cases ALTER COLUMN readers SET STATISTICS 500;

-- The latest changed first: read from the events, which are only ever appended.
DROP INDEX cases_updated;
CREATE INDEX events_recorded ON events (recorded_at, no) INCLUDE (seq);

-- A county's cases are found through its mark among the readers.
DROP INDEX cases_county_due;

-- A worklist is of what is open, a small share: found without the archive.
CREATE INDEX cases_open_readers ON cases USING gin (readers) WITH (gin_pending_list_limit = 256) WHERE open;

-- With what a count needs beside it, so that counting stays in the index.
DROP INDEX cases_open_due;
CREATE INDEX cases_open_due ON cases (due_at, no) INCLUDE (county, confidentiality) WHERE open;
-- Everything red or yellow is what has passed its yellow moment (I15).
CREATE INDEX cases_lights ON cases (yellow_at) INCLUDE (due_at, county, owner_unit, level, confidentiality) WHERE open;
-- Accusations are few, and each is looked at.
CREATE INDEX cases_sealed ON cases (yellow_at, due_at) WHERE open AND confidentiality = 'C3';

-- In the order of a worklist, closed cases last.
DROP INDEX cases_lead_due, cases_owner_due;
CREATE INDEX cases_lead_due  ON cases (lead_unit, due_at, no);
CREATE INDEX cases_owner_due ON cases (owner_unit, due_at, no);

-- The state changes with every step, and an index that looks into it is touched by
-- every step, whatever it looks at. What it looks at becomes a column.
DROP INDEX cases_batch;
ALTER TABLE cases ADD COLUMN batch text GENERATED ALWAYS AS (body ->> 'batch') STORED;
CREATE INDEX cases_batch ON cases (batch) WHERE batch IS NOT NULL;

-- Lists and counts do not read the state: it lies apart (TOAST), packed by what is
-- quick where the server knows it, so that many rows stand on a page.
ALTER TABLE cases SET (toast_tuple_target = 1024);
-- +goose StatementBegin
DO $$
BEGIN
    ALTER TABLE cases ALTER COLUMN body SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL; -- a server built without it packs as it always did
END
$$;
-- +goose StatementEnd

-- Room on the page for the next versions of a row; and what must be looked at
-- often, because index-only scans live on pages known to be clean.
ALTER TABLE cases SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE case_search SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE deadlines SET (autovacuum_vacuum_scale_factor = 0.05);

-- +goose Down
ALTER TABLE cases ADD COLUMN search tsvector;
UPDATE cases SET search = s.search FROM case_search s WHERE s.no = cases.no;
ALTER TABLE cases ALTER COLUMN search SET NOT NULL;
ALTER TABLE cases ALTER COLUMN readers SET STATISTICS -1;
DROP TABLE case_search;
DROP INDEX events_recorded, cases_open_readers, cases_open_due, cases_lights, cases_sealed, cases_lead_due, cases_owner_due;
CREATE INDEX cases_open_due   ON cases (due_at, no)             WHERE open;
CREATE INDEX cases_county_due ON cases (county, due_at, no)     WHERE open;
CREATE INDEX cases_lead_due   ON cases (lead_unit, due_at, no)  WHERE open;
CREATE INDEX cases_owner_due  ON cases (owner_unit, due_at, no) WHERE open;
CREATE INDEX cases_updated    ON cases (updated_at, no);
CREATE INDEX cases_search     ON cases USING gin (search);
DROP INDEX cases_batch;
ALTER TABLE cases DROP COLUMN batch;
CREATE INDEX cases_batch ON cases ((body ->> 'batch')) WHERE body ->> 'batch' IS NOT NULL;
ALTER TABLE cases ALTER COLUMN body SET COMPRESSION default;
ALTER TABLE cases RESET (toast_tuple_target, fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
ALTER TABLE deadlines RESET (autovacuum_vacuum_scale_factor);
