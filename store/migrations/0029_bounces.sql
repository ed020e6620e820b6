-- +goose Up
-- What goes to and fro between units, and what the supervision has taken up, for its board.
ALTER TABLE cases ADD COLUMN bounces integer NOT NULL DEFAULT 0;
UPDATE cases SET bounces = coalesce((body ->> 'return_count')::integer, 0) + coalesce((body ->> 'reassign_count')::integer, 0)
	WHERE open AND (body ->> 'return_count' <> '0' OR body ->> 'reassign_count' <> '0');
CREATE INDEX cases_bounced ON cases (due_at, no) INCLUDE (bounces) WHERE open AND bounces > 0;
CREATE INDEX cases_supervised ON cases (due_at, no) INCLUDE (supervision) WHERE open AND supervision <> '';

-- +goose Down
DROP INDEX cases_supervised;
ALTER TABLE cases DROP COLUMN bounces;
