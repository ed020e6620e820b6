-- The work of grid members in the field: who was on duty and on patrol, where the
-- phone was, when the app was alive, and who was excused. Facts only: minutes,
-- kilometres and scores are computed from them (§7.5). Movement is sensitive personal
-- information (§2.3): on duty only, and not for longer than retention.tracks.

-- +goose Up

-- A short number for tables that grow by the minute.
ALTER TABLE users ADD COLUMN nr integer GENERATED ALWAYS AS IDENTITY;
ALTER TABLE users ADD CONSTRAINT users_nr_key UNIQUE (nr);

-- A member's word that duty or a patrol begins or ends.
CREATE TABLE field_marks (
    member      integer     NOT NULL REFERENCES users (nr) ON DELETE CASCADE,
    client      text        NOT NULL,
    kind        text        NOT NULL,
    starts      boolean     NOT NULL,
    at          timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT field_marks_pkey PRIMARY KEY (member, client),
    CONSTRAINT mark_kind CHECK (kind IN ('duty', 'patrol'))
);

CREATE INDEX field_marks_at ON field_marks (member, at);

-- Where a phone was: one point per moment. Degrees are in units of 1e-7, accuracy in
-- decimetres (0: not told), speed in cm/s (-1: not told), lag is how many seconds
-- later it was received. 1 of bits: the device tells of a mock location, 2: sent from
-- a queue. Members are not checked row by row: the door has done so.
CREATE TABLE track_points (
    at       timestamptz NOT NULL,
    member   integer     NOT NULL,
    lat      integer     NOT NULL,
    lon      integer     NOT NULL,
    lag      integer     NOT NULL,
    accuracy smallint    NOT NULL,
    speed    smallint    NOT NULL,
    source   smallint    NOT NULL,
    bits     smallint    NOT NULL,
    CONSTRAINT track_points_pkey PRIMARY KEY (member, at)
);

-- Points come in about the order of time, and are forgotten in it.
CREATE INDEX track_points_at ON track_points USING brin (at);

-- Signs of life of the app, a bit per minute of the local day.
CREATE TABLE field_beats (
    member  integer   NOT NULL REFERENCES users (nr) ON DELETE CASCADE,
    day     date      NOT NULL,
    minutes bit(1440) NOT NULL,
    CONSTRAINT field_beats_pkey PRIMARY KEY (member, day)
);

CREATE INDEX field_beats_day ON field_beats (day);

-- Leave and emergency assignments: asked for by one person, decided by another.
CREATE TABLE field_leave (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    member     integer     NOT NULL REFERENCES users (nr) ON DELETE CASCADE,
    client     text        NOT NULL,
    excuse     text        NOT NULL,
    from_day   date        NOT NULL,
    to_day     date        NOT NULL,
    half       text        NOT NULL,
    reason     text        NOT NULL,
    asked_by   text        NOT NULL,
    asked_at   timestamptz NOT NULL,
    approved   boolean,
    decided_by text        NOT NULL DEFAULT '',
    decided_at timestamptz,
    note       text        NOT NULL DEFAULT '',
    CONSTRAINT field_leave_pkey PRIMARY KEY (id),
    CONSTRAINT field_leave_once UNIQUE (member, client),
    CONSTRAINT leave_excuse CHECK (excuse IN ('leave', 'emergency_assignment')),
    CONSTRAINT leave_half CHECK (half IN ('', 'am', 'pm')),
    CONSTRAINT leave_in_order CHECK (from_day <= to_day),
    CONSTRAINT leave_decided CHECK ((approved IS NULL) = (decided_at IS NULL) AND (approved IS NULL) = (decided_by = '')),
    CONSTRAINT leave_by_two CHECK (decided_by <> asked_by)
);

CREATE INDEX field_leave_waiting ON field_leave (id) WHERE approved IS NULL;

-- Days on which nobody of an area is asked to walk (§4.10 patrol.exempt).
CREATE TABLE field_exemptions (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    area         text        NOT NULL,
    client       text        NOT NULL,
    from_day     date        NOT NULL,
    to_day       date        NOT NULL,
    half         text        NOT NULL,
    reason       text        NOT NULL,
    declared_by  text        NOT NULL,
    declared_at  timestamptz NOT NULL,
    withdrawn_by text        NOT NULL DEFAULT '',
    withdrawn_at timestamptz,
    CONSTRAINT field_exemptions_pkey PRIMARY KEY (id),
    CONSTRAINT field_exemptions_once UNIQUE (declared_by, client),
    CONSTRAINT exemption_half CHECK (half IN ('', 'am', 'pm')),
    CONSTRAINT exemption_in_order CHECK (from_day <= to_day),
    CONSTRAINT exemption_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_by = ''))
);

CREATE INDEX field_exemptions_area ON field_exemptions (area, to_day);

-- Programs of others that may send a member's points, by a token of their own.
CREATE TABLE field_devices (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    member     integer     NOT NULL REFERENCES users (nr) ON DELETE CASCADE,
    label      text        NOT NULL,
    hash       bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT field_devices_pkey PRIMARY KEY (id),
    CONSTRAINT field_devices_hash UNIQUE (hash),
    CONSTRAINT device_hash_is_sha256 CHECK (octet_length(hash) = 32)
);

CREATE INDEX field_devices_member ON field_devices (member, id);

-- Who looked at whose track, and what for.
CREATE TABLE track_reads (
    id     bigint GENERATED ALWAYS AS IDENTITY,
    reader text        NOT NULL,
    member integer     NOT NULL REFERENCES users (nr) ON DELETE CASCADE,
    day    date        NOT NULL,
    reason text        NOT NULL,
    at     timestamptz NOT NULL,
    CONSTRAINT track_reads_pkey PRIMARY KEY (id),
    CONSTRAINT read_has_reason CHECK (reason <> '')
);

CREATE INDEX track_reads_member ON track_reads (member, id);

-- How many points were refused and not kept. Nobody is named.
CREATE TABLE track_refusals (
    day    date   NOT NULL,
    reason text   NOT NULL,
    n      bigint NOT NULL,
    CONSTRAINT track_refusals_pkey PRIMARY KEY (day, reason)
);

-- +goose Down
DROP TABLE track_refusals, track_reads, field_devices, field_exemptions, field_leave, field_beats, track_points, field_marks;
ALTER TABLE users DROP COLUMN nr;
