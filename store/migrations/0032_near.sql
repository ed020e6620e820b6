-- Two questions that every report asks, answered without walking through what came in
-- before: is this photo like one that was shown, and what was reported near by.

-- +goose Up

-- A look in four bands of sixteen bits. Two looks that differ in few bits have a band that
-- differs in fewer still, so whatever is like a photo is found by the bands near its own
-- (evidence.Search.Bands). The time is in the index so that what is forgotten costs nothing.
CREATE INDEX files_band_0 ON files (county, (look & 65535), completed_at)         WHERE state = 'complete' AND look <> 0;
CREATE INDEX files_band_1 ON files (county, ((look >> 16) & 65535), completed_at) WHERE state = 'complete' AND look <> 0;
CREATE INDEX files_band_2 ON files (county, ((look >> 32) & 65535), completed_at) WHERE state = 'complete' AND look <> 0;
CREATE INDEX files_band_3 ON files (county, ((look >> 48) & 65535), completed_at) WHERE state = 'complete' AND look <> 0;
-- Without it the planner takes a band for one of two hundred, not of sixty thousand.
CREATE STATISTICS files_bands (ndistinct) ON (look & 65535), ((look >> 16) & 65535), ((look >> 32) & 65535), ((look >> 48) & 65535) FROM files;
DROP INDEX files_compared;
-- What is the same byte for byte.
CREATE INDEX files_same ON files (sha256) WHERE state = 'complete';
ANALYZE files;

-- Where a grid event is. It never changes, so that a step of the event touches no index for it.
ALTER TABLE cases ADD COLUMN spot point GENERATED ALWAYS AS (
    CASE WHEN kind = 'grid_event' THEN point((body #>> '{place,lon}')::double precision, (body #>> '{place,lat}')::double precision) END) STORED;
CREATE INDEX cases_spot ON cases USING gist (spot) WHERE spot IS NOT NULL;
DROP INDEX cases_events;

-- +goose Down
CREATE INDEX cases_events ON cases (category, created_at) WHERE kind = 'grid_event';
ALTER TABLE cases DROP COLUMN spot;
DROP INDEX files_same, files_band_0, files_band_1, files_band_2, files_band_3;
DROP STATISTICS files_bands;
CREATE INDEX files_compared ON files (county, completed_at) INCLUDE (id, account, sha256, look) WHERE state = 'complete';
