-- Rulebooks drafted in the console and put in force by two persons (§2.2 policy.publish).

-- +goose Up
CREATE TABLE rulebook_drafts (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    title       text        NOT NULL,
    base        text        NOT NULL,
    publication bigint      NOT NULL,
    state       text        NOT NULL,
    seq         integer     NOT NULL,
    files       jsonb       NOT NULL,
    drafted_by  text        NOT NULL,
    drafted_at  timestamptz NOT NULL,
    changed_at  timestamptz NOT NULL,
    version     text        NOT NULL DEFAULT '',
    key         text        NOT NULL DEFAULT '',
    fingerprint text        NOT NULL DEFAULT '',
    trail       jsonb       NOT NULL,
    CONSTRAINT rulebook_drafts_pkey PRIMARY KEY (id),
    CONSTRAINT draft_is_of_somebody CHECK (drafted_by <> ''),
    CONSTRAINT draft_state_is_known CHECK (state IN ('drafting', 'submitted', 'published', 'discarded')),
    CONSTRAINT published_has_version CHECK ((state = 'published') = (version <> ''))
);

CREATE UNIQUE INDEX rulebook_drafts_key ON rulebook_drafts (drafted_by, key) WHERE key <> '';
CREATE INDEX rulebook_drafts_open ON rulebook_drafts (id) WHERE state IN ('drafting', 'submitted');

-- The newest row is what is in force in every process; without a version it is the rulebook each
-- of them was configured with.
CREATE TABLE rulebook_publications (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    version      text,
    draft        bigint,
    drafted_by   text        NOT NULL,
    approved_by  text        NOT NULL,
    published_at timestamptz NOT NULL,
    note         text        NOT NULL DEFAULT '',
    CONSTRAINT rulebook_publications_pkey PRIMARY KEY (id),
    CONSTRAINT publication_is_kept FOREIGN KEY (version) REFERENCES rulebooks (version),
    CONSTRAINT publication_is_of_a_draft FOREIGN KEY (draft) REFERENCES rulebook_drafts (id),
    CONSTRAINT draft_is_published_once UNIQUE (draft),
    -- Nobody publishes alone.
    CONSTRAINT publication_needs_two CHECK (version IS NULL OR draft IS NOT NULL AND approved_by <> '' AND approved_by <> drafted_by)
);

-- +goose Down
DROP TABLE rulebook_publications, rulebook_drafts;
