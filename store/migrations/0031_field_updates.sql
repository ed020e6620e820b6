-- +goose Up
-- That a member looked through a part of the grid's own data and brought it up to date (R57
-- collect, §7.5). The data themselves are kept elsewhere: here stands which part it was (a
-- house number, never a person), and how many entries were changed.
CREATE TABLE field_updates (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    member      integer     NOT NULL REFERENCES users (nr) ON DELETE CASCADE,
    client      text        NOT NULL,
    grid        text        NOT NULL,
    kind        text        NOT NULL,
    ref         text        NOT NULL,
    n           integer     NOT NULL,
    at          timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT field_updates_pkey PRIMARY KEY (id),
    CONSTRAINT field_updates_once UNIQUE (member, client),
    CONSTRAINT update_kind CHECK (kind IN ('household', 'population', 'building', 'premises', 'facility')),
    CONSTRAINT update_is_of_something CHECK (grid <> '' AND ref <> '' AND n > 0)
);

CREATE INDEX field_updates_at ON field_updates (member, at);

-- +goose Down
DROP TABLE field_updates;
