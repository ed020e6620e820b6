-- Two questions that every report asks, answered without walking through what came in
-- before: is this photo like one that was shown, and what was reported near by.

-- +goose Up

-- A look in four bands of sixteen bits, each with its place in front. Two looks that differ
-- in few bits have a band that differs in fewer still, so whatever is like a photo is found
-- by the bands near its own (evidence.Search.Bands).
CREATE INDEX files_bands ON files USING gin ((ARRAY[
    (look & 65535)::integer, 65536 + ((look >> 16) & 65535)::integer,
    131072 + ((look >> 32) & 65535)::integer, 196608 + ((look >> 48) & 65535)::integer])) WITH (fastupdate = off)
    WHERE state = 'complete' AND look <> 0;
-- What is the same byte for byte.
CREATE INDEX files_same ON files (sha256) WHERE state = 'complete';

-- Where a grid event is. It never changes, so that a step of the event touches no index for it.
ALTER TABLE cases ADD COLUMN spot point GENERATED ALWAYS AS (
    CASE WHEN kind = 'grid_event' THEN point((body #>> '{place,lon}')::double precision, (body #>> '{place,lat}')::double precision) END) STORED;
CREATE INDEX cases_spot ON cases USING gist (spot) WHERE spot IS NOT NULL;
DROP INDEX cases_events;

-- +goose Down
CREATE INDEX cases_events ON cases (category, created_at) WHERE kind = 'grid_event';
ALTER TABLE cases DROP COLUMN spot;
DROP INDEX files_same, files_bands;
