-- Accounts are administered from the console (docs/accounts.md): who was changed by hand, who
-- has never signed in, and changes of offices that wait for a second person.

-- +goose Up

ALTER TABLE users
    -- Counts changes of the account itself: two administrators do not write over one another.
    ADD COLUMN version      integer NOT NULL DEFAULT 1,
    -- An administrator has made or changed it: a list that is loaded leaves it alone.
    ADD COLUMN administered boolean NOT NULL DEFAULT false,
    ADD COLUMN signed_in_at timestamptz,
    ADD COLUMN closed_at    timestamptz;

UPDATE users u SET signed_in_at = t.at
    FROM (SELECT username, max(created_at) AS at FROM tokens WHERE kind = 'session' GROUP BY username) t WHERE t.username = u.username;

CREATE TABLE office_requests (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    username     text        NOT NULL REFERENCES users ON DELETE CASCADE,
    before       jsonb       NOT NULL,
    after        jsonb       NOT NULL,
    reason       text        NOT NULL,
    requested_by text        NOT NULL,
    requested_at timestamptz NOT NULL,
    state        text        NOT NULL DEFAULT 'waiting',
    decided_by   text        NOT NULL DEFAULT '',
    decided_at   timestamptz,
    note         text        NOT NULL DEFAULT '',
    CONSTRAINT office_requests_pkey PRIMARY KEY (id),
    CONSTRAINT office_request_state CHECK (state IN ('waiting', 'approved', 'declined', 'withdrawn', 'lapsed')),
    CONSTRAINT office_request_decided CHECK ((state IN ('waiting', 'lapsed')) = (decided_at IS NULL)),
    CONSTRAINT own_offices_are_for_others CHECK (requested_by <> username),
    -- Nobody gives or takes such an office alone, and nobody decides about their own.
    CONSTRAINT offices_need_two CHECK (state <> 'approved' OR decided_by NOT IN ('', requested_by, username))
);

-- Of one account one change waits at a time.
CREATE UNIQUE INDEX office_requests_waiting ON office_requests (username) WHERE state = 'waiting';

-- What a key was used for, so that a request that is sent again is carried out once. Rows go
-- after two days.
CREATE TABLE account_commands (
    key         text        NOT NULL,
    fingerprint text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT account_commands_pkey PRIMARY KEY (key)
);

CREATE INDEX account_commands_age ON account_commands (at);

-- +goose Down
DROP TABLE account_commands, office_requests;
ALTER TABLE users DROP COLUMN closed_at, DROP COLUMN signed_in_at, DROP COLUMN administered, DROP COLUMN version;
