-- What somebody who looked at an integrity flag of a member says of it (§4.10, §6 items
-- 74 and 75). Flags themselves are computed; the last ruling on one counts.

-- +goose Up
CREATE TABLE field_rulings (
    id       bigint GENERATED ALWAYS AS IDENTITY,
    member   integer     NOT NULL REFERENCES users (nr) ON DELETE CASCADE,
    kind     text        NOT NULL,
    day      date        NOT NULL,
    n        integer     NOT NULL,
    cleared  boolean     NOT NULL,
    reason   text        NOT NULL,
    ruled_by text        NOT NULL,
    ruled_at timestamptz NOT NULL,
    CONSTRAINT field_rulings_pkey PRIMARY KEY (id),
    CONSTRAINT ruling_has_reason CHECK (reason <> ''),
    CONSTRAINT ruling_is_of_somebody CHECK (ruled_by <> '')
);

CREATE INDEX field_rulings_member ON field_rulings (member, day);

-- +goose Down
DROP TABLE field_rulings;
