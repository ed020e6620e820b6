-- Grid events lie among the cases. What comes back at one spot is looked for by kind and
-- time (§6 item 81).

-- +goose Up
ALTER TABLE events DROP CONSTRAINT event_kind_is_known;
ALTER TABLE events ADD CONSTRAINT event_kind_is_known
    CHECK (kind IN ('grievance', 'joint_session', 'grid_event', 'whistle')) NOT VALID;
CREATE INDEX cases_events ON cases (category, created_at) WHERE kind = 'grid_event';

-- +goose Down
DROP INDEX cases_events;
