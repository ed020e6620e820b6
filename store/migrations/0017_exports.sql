-- Lists that leave the house as files (§2.2 data.export, §6 item 91): who asked for what,
-- why, who agreed, and how far it has come. The row stays as the record when the file is
-- deleted; who fetched it stands on the audit log.

-- +goose Up
CREATE TABLE exports (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    list         text        NOT NULL,
    format       text        NOT NULL,
    columns      text[]      NOT NULL,
    query        jsonb       NOT NULL,
    filter       jsonb       NOT NULL,
    reason       text        NOT NULL,
    identities   boolean     NOT NULL,
    areas        text[]      NOT NULL,
    requested_by text        NOT NULL,
    requested_at timestamptz NOT NULL,
    key          text        NOT NULL DEFAULT '',
    fingerprint  text        NOT NULL DEFAULT '',
    state        text        NOT NULL,
    rows         integer     NOT NULL DEFAULT 0,
    estimated    integer     NOT NULL DEFAULT 0,
    attempt      integer     NOT NULL DEFAULT 0,
    leased_until timestamptz,
    sum          text        NOT NULL DEFAULT '',
    size         bigint      NOT NULL DEFAULT 0,
    ready_at     timestamptz,
    expires_at   timestamptz,
    swept        boolean     NOT NULL DEFAULT false,
    refusal      jsonb,
    trail        jsonb       NOT NULL,
    CONSTRAINT exports_pkey PRIMARY KEY (id),
    CONSTRAINT export_is_of_somebody CHECK (requested_by <> ''),
    CONSTRAINT export_has_reason CHECK (char_length(reason) >= 5),
    CONSTRAINT export_is_of_an_area CHECK (cardinality(areas) > 0),
    CONSTRAINT export_state_is_known CHECK (state IN ('waiting', 'queued', 'running', 'done', 'expired', 'declined', 'withdrawn', 'lapsed', 'failed')),
    -- Nobody is named in a file that one person alone has asked for.
    CONSTRAINT identities_need_two CHECK (NOT identities OR state IN ('waiting', 'declined', 'withdrawn', 'lapsed')
        OR jsonb_path_exists(trail, '$[*] ? (@.act == "approved" && @.by != $who)', jsonb_build_object('who', requested_by))),
    CONSTRAINT ready_has_sum CHECK (state NOT IN ('done', 'expired') OR sum <> '' AND ready_at IS NOT NULL AND expires_at IS NOT NULL)
);

CREATE UNIQUE INDEX exports_key ON exports (requested_by, key) WHERE key <> '';
CREATE INDEX exports_mine    ON exports (requested_by, id);
CREATE INDEX exports_waiting ON exports (id) WHERE state = 'waiting';
CREATE INDEX exports_due     ON exports (id) WHERE state IN ('queued', 'running');
CREATE INDEX exports_unswept ON exports (id) WHERE NOT swept AND state IN ('done', 'failed');

-- +goose Down
DROP TABLE exports;
