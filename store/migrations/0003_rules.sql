-- Published rulebooks, kept as long as a case may be judged by them, and the
-- secret that query codes and cursors are made with.

-- +goose Up

CREATE TABLE rulebooks (
    version      text        NOT NULL,
    ordinal      bigint GENERATED ALWAYS AS IDENTITY,
    bundle       bytea       NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    published_by text        NOT NULL,
    CONSTRAINT rulebooks_pkey PRIMARY KEY (version),
    CONSTRAINT rulebook_has_content CHECK (octet_length(bundle) > 0)
);

CREATE INDEX rulebooks_ordinal ON rulebooks (ordinal);

CREATE TABLE secrets (
    name  text  NOT NULL,
    value bytea NOT NULL,
    CONSTRAINT secrets_pkey PRIMARY KEY (name),
    CONSTRAINT secret_is_long CHECK (octet_length(value) >= 32)
);

-- +goose Down
DROP TABLE secrets, rulebooks;
