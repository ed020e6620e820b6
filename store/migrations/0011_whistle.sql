-- Whistles (§3.8): streams of their own beside cases and sessions.

-- +goose Up

-- What is there already has passed the check it had: it need not be read again.
ALTER TABLE events DROP CONSTRAINT event_kind_is_known;
ALTER TABLE events ADD CONSTRAINT event_kind_is_known
    CHECK (kind IN ('grievance', 'joint_session', 'grid_event', 'whistle')) NOT VALID;

-- The current row of every whistle. One that waits for nobody has due_at = 'infinity',
-- so that one row comparison orders every list.
CREATE TABLE whistles (
    no               text COLLATE "C" NOT NULL,
    case_no          text COLLATE "C" NOT NULL,
    seq              integer     NOT NULL,
    head_hash        bytea       NOT NULL,
    kind             text        NOT NULL,
    state            text        NOT NULL,
    open             boolean     NOT NULL,
    county           text        NOT NULL,
    township         text        NOT NULL,
    owner_unit       text        NOT NULL,
    units            text[]      NOT NULL,
    readers          text[]      NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    due_at           timestamptz NOT NULL,
    body             jsonb       NOT NULL,
    workflow_started boolean     NOT NULL DEFAULT false,
    CONSTRAINT whistles_pkey PRIMARY KEY (no),
    CONSTRAINT whistle_has_events CHECK (seq > 0),
    CONSTRAINT whistle_owner_is_someone CHECK (owner_unit <> ''),
    CONSTRAINT whistle_calls_somebody CHECK (cardinality(units) > 0),
    CONSTRAINT no_whistle_is_due_after_its_end CHECK (open OR due_at = 'infinity')
);

CREATE INDEX whistles_due       ON whistles (due_at, no);
CREATE INDEX whistles_readers   ON whistles USING gin (readers);
CREATE INDEX whistles_case      ON whistles (case_no, no) WHERE case_no <> '';
CREATE INDEX whistles_unstarted ON whistles (created_at) WHERE NOT workflow_started;

-- +goose Down
DROP TABLE whistles;
ALTER TABLE events DROP CONSTRAINT event_kind_is_known;
ALTER TABLE events ADD CONSTRAINT event_kind_is_known CHECK (kind IN ('grievance', 'joint_session', 'grid_event')) NOT VALID;
