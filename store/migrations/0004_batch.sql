-- Matters that came in together, such as those of one reception day, are counted
-- together.

-- +goose Up
CREATE INDEX cases_batch ON cases ((body ->> 'batch')) WHERE body ->> 'batch' IS NOT NULL;

-- +goose Down
DROP INDEX cases_batch;
