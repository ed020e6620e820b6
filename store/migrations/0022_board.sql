-- +goose Up
-- What was closed on each of the last days, for boards.
CREATE INDEX cases_closed ON cases (closed_at) WHERE closed_at IS NOT NULL;

-- +goose Down
DROP INDEX cases_closed;
