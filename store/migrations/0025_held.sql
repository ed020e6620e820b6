-- +goose Up
-- When sessions meet, for calendars.
ALTER TABLE sessions ADD COLUMN held_at timestamptz;
UPDATE sessions SET held_at = (body ->> 'held_at')::timestamptz;
CREATE INDEX sessions_held ON sessions (held_at);

-- +goose Down
ALTER TABLE sessions DROP COLUMN held_at;
