-- +goose Up
-- What was measured of a member's day that is over, when nothing more of it can come in: a
-- copy of what points, signs of life and marks give, so that a table of many members need not
-- read them all. It holds for the rules and the shape of the grids it was measured by (basis),
-- may be thrown away at any time, and is forgotten with the tracks.
CREATE TABLE field_days (
    member    integer NOT NULL REFERENCES users (nr) ON DELETE CASCADE,
    day       date    NOT NULL,
    basis     text    NOT NULL,
    walked    bigint  NOT NULL, -- microseconds
    metres    double precision NOT NULL,
    online    bigint  NOT NULL, -- microseconds
    mocks     integer NOT NULL,
    teleports integer NOT NULL,
    places    bytea   NOT NULL, -- four bytes each, see domain/patrol
    CONSTRAINT field_days_pkey PRIMARY KEY (member, day)
);

CREATE INDEX field_days_day ON field_days (day);

-- +goose Down
DROP TABLE field_days;
