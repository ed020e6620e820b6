-- +goose Up
-- Cases with a date that rests on a year without a calendar, for the day it is published.
ALTER TABLE cases ADD COLUMN provisional boolean NOT NULL DEFAULT false;
UPDATE cases SET provisional = true WHERE open AND jsonb_path_exists(body, '$.**.provisional ? (@ == true)');
CREATE INDEX cases_provisional ON cases (due_at, no) WHERE open AND provisional;

-- An errand may be for these cases alone.
ALTER TABLE errands ADD COLUMN provisional boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE errands DROP COLUMN provisional;
ALTER TABLE cases DROP COLUMN provisional;
