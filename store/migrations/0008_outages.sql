-- When the system was away, and word that goes to many cases at once.

-- +goose Up

-- What every process last said of itself, and how far its clock is from the
-- database's.
CREATE TABLE heartbeats (
    process  text        NOT NULL,
    part     text        NOT NULL,
    at       timestamptz NOT NULL,
    able_at  timestamptz,
    cause    text        NOT NULL,
    drift_ms bigint      NOT NULL,
    worst_ms bigint      NOT NULL,
    worst_at timestamptz NOT NULL,
    CONSTRAINT heartbeats_pkey PRIMARY KEY (process),
    CONSTRAINT heartbeat_part_is_known CHECK (part IN ('api', 'worker'))
);

-- When an api and a worker could last do their work together, and what has kept
-- them from it since. One row: who finds that they can again locks it, so that a
-- gap is found once.
CREATE TABLE service (
    one      boolean     NOT NULL DEFAULT true,
    whole_at timestamptz,
    causes   text[]      NOT NULL DEFAULT '{}',
    CONSTRAINT service_pkey PRIMARY KEY (one),
    CONSTRAINT service_is_one CHECK (one)
);
INSERT INTO service DEFAULT VALUES;

-- One step of the system that many open cases are to take. Whoever has taken it has
-- its key among the commands; the others are told, the most pressing first, until
-- a round finds nobody left.
CREATE TABLE errands (
    id         integer GENERATED ALWAYS AS IDENTITY,
    action     text        NOT NULL,
    key        text        NOT NULL,
    input      jsonb       NOT NULL,
    county     text        NOT NULL DEFAULT '',
    unit       text        NOT NULL DEFAULT '',
    person     text        NOT NULL DEFAULT '',
    category   text        NOT NULL DEFAULT '',
    before     timestamptz NOT NULL,
    by_whom    text        NOT NULL,
    reason     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    total      integer     NOT NULL,
    told       integer     NOT NULL DEFAULT 0,
    round      integer     NOT NULL DEFAULT 1,
    found      integer     NOT NULL DEFAULT 0,
    cursor_due timestamptz NOT NULL DEFAULT '-infinity',
    cursor_no  text COLLATE "C" NOT NULL DEFAULT '',
    next_at    timestamptz NOT NULL DEFAULT now(),
    done_at    timestamptz,
    remaining  integer     NOT NULL DEFAULT 0,
    CONSTRAINT errands_pkey PRIMARY KEY (id),
    CONSTRAINT errand_key_is_its_own UNIQUE (key),
    CONSTRAINT errand_has_action CHECK (action <> '')
);

CREATE INDEX errands_open ON errands (next_at) WHERE done_at IS NULL;

-- Spans in which the system could not be used, found by itself or declared.
CREATE TABLE outages (
    id          integer GENERATED ALWAYS AS IDENTITY,
    from_at     timestamptz NOT NULL,
    to_at       timestamptz NOT NULL,
    county      text        NOT NULL DEFAULT '',
    causes      text[]      NOT NULL,
    detected_at timestamptz NOT NULL DEFAULT now(),
    by_whom     text        NOT NULL,
    reason      text        NOT NULL DEFAULT '',
    errand      integer REFERENCES errands,
    voided_at   timestamptz,
    voided_by   text        NOT NULL DEFAULT '',
    void_reason text        NOT NULL DEFAULT '',
    CONSTRAINT outages_pkey PRIMARY KEY (id),
    CONSTRAINT outage_lasts CHECK (from_at < to_at),
    CONSTRAINT outage_has_cause CHECK (cardinality(causes) > 0),
    CONSTRAINT void_by_somebody CHECK ((voided_at IS NULL) = (voided_by = ''))
);

CREATE INDEX outages_from ON outages (from_at);

-- +goose Down
DROP TABLE outages, errands, service, heartbeats;
