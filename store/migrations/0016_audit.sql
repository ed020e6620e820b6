-- Who looked, took or changed what; and who asked to be reached through the centre only.

-- +goose Up

-- The audit log, for ever. The rows of a day are a chain; its heads are signed and kept
-- outside of the database (docs/evidence.md).
CREATE TABLE audit_log (
    day       date        NOT NULL,
    n         integer     NOT NULL,
    at        timestamptz NOT NULL,
    actor     text        NOT NULL,
    via       text        NOT NULL,
    kind      text        NOT NULL,
    object    text        NOT NULL,
    purpose   text        NOT NULL,
    reason    text        NOT NULL,
    outcome   text        NOT NULL,
    request   text        NOT NULL,
    prev_hash bytea       NOT NULL,
    hash      bytea       NOT NULL,
    CONSTRAINT audit_log_pkey PRIMARY KEY (day, n),
    CONSTRAINT audit_counts_from_one CHECK (n > 0),
    CONSTRAINT audit_has_actor_and_kind CHECK (actor <> '' AND kind <> ''),
    CONSTRAINT audit_outcome_is_known CHECK (outcome IN ('ok', 'refused', 'failed')),
    CONSTRAINT audit_hash_is_sha256 CHECK (octet_length(hash) = 32 AND octet_length(prev_hash) = 32)
);

-- How often somebody has looked at identities lately (§6 item 92).
CREATE INDEX audit_log_identity ON audit_log (actor, kind, at) WHERE kind IN ('identity_read', 'identity_alarm');

CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_never_emptied BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The centre passes on what is to be said; the unit never learns who it is (§2.3).
ALTER TABLE persons ADD COLUMN via_centre boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE persons DROP COLUMN via_centre;
DROP TABLE audit_log;
