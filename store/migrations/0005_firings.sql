-- What time has done, for the report on how late deadlines take effect.

-- +goose Up
CREATE INDEX events_fired ON events (at) WHERE deadline <> '';

-- +goose Down
DROP INDEX events_fired;
