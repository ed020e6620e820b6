-- What is kept long enough goes (§4.9 retention): the words of a case and who raised it, and in
-- their place stands who has let go of them, when and by which rule (docs/retention.md).

-- +goose Up

-- Files whose words are gone. The row stays for the statistics.
ALTER TABLE cases    ADD COLUMN removed_at timestamptz;
ALTER TABLE whistles ADD COLUMN removed_at timestamptz;
CREATE INDEX cases_kept ON cases (closed_at, no) WHERE closed_at IS NOT NULL AND removed_at IS NULL;

-- The register of removals (销毁清册), for ever: one row per stream, a chain of its own. Each
-- names the entry of the audit log it was made with, which in turn names its hash.
CREATE TABLE removals (
    n         integer     NOT NULL,
    no        text COLLATE "C" NOT NULL,
    file      text COLLATE "C" NOT NULL,
    kind      text        NOT NULL,
    events    integer     NOT NULL,
    head_hash bytea       NOT NULL,
    rest      bytea       NOT NULL,
    rule      text        NOT NULL,
    ended_at  timestamptz NOT NULL,
    by_whom   text        NOT NULL,
    at        timestamptz NOT NULL,
    audit_day date        NOT NULL,
    audit_n   integer     NOT NULL,
    prev_hash bytea       NOT NULL,
    hash      bytea       NOT NULL,
    CONSTRAINT removals_pkey PRIMARY KEY (n),
    CONSTRAINT removed_once UNIQUE (no),
    CONSTRAINT removals_count_from_one CHECK (n > 0),
    CONSTRAINT removed_by_somebody CHECK (by_whom <> '' AND rule <> ''),
    CONSTRAINT removal_hash_is_sha256 CHECK (octet_length(hash) = 32 AND octet_length(prev_hash) = 32 AND octet_length(head_hash) = 32 AND octet_length(rest) = 32)
);

CREATE INDEX removals_file ON removals (file);

CREATE TRIGGER removals_append_only BEFORE UPDATE OR DELETE ON removals
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER removals_never_emptied BEFORE TRUNCATE ON removals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Days of the audit log that were kept long enough. The signed head of the day names the same
-- row and the same hash, and an entry of a later day says who has let go of it.
CREATE TABLE audit_removals (
    day       date        NOT NULL,
    rows      integer     NOT NULL,
    hash      bytea       NOT NULL,
    by_whom   text        NOT NULL,
    at        timestamptz NOT NULL,
    audit_day date        NOT NULL,
    audit_n   integer     NOT NULL,
    CONSTRAINT audit_removals_pkey PRIMARY KEY (day),
    CONSTRAINT audit_removal_has_rows CHECK (rows > 0 AND octet_length(hash) = 32),
    CONSTRAINT audit_removal_is_told_later CHECK (audit_day > day)
);

CREATE TRIGGER audit_removals_append_only BEFORE UPDATE OR DELETE ON audit_removals
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_removals_never_emptied BEFORE TRUNCATE ON audit_removals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Files that must stay whatever their period. Why is on the audit log, sealed.
CREATE TABLE holds (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    no         text COLLATE "C" NOT NULL,
    by_whom    text        NOT NULL,
    at         timestamptz NOT NULL,
    audit_day  date        NOT NULL,
    audit_n    integer     NOT NULL,
    lifted_by  text        NOT NULL DEFAULT '',
    lifted_at  timestamptz,
    CONSTRAINT holds_pkey PRIMARY KEY (id),
    CONSTRAINT hold_is_by_somebody CHECK (by_whom <> ''),
    CONSTRAINT hold_lifted_by_somebody CHECK ((lifted_at IS NULL) = (lifted_by = ''))
);

CREATE UNIQUE INDEX holds_once ON holds (no) WHERE lifted_at IS NULL;

-- Bytes of photographs that nothing names any more, until the storage has let go of them.
CREATE TABLE dropped_bytes (
    name bytea       NOT NULL,
    at   timestamptz NOT NULL,
    CONSTRAINT dropped_bytes_pkey PRIMARY KEY (name),
    CONSTRAINT dropped_name_is_sha256 CHECK (octet_length(name) = 32)
);

-- What workers do once a day, and up to which day it is done.
CREATE TABLE daily (
    what text NOT NULL,
    day  date NOT NULL,
    CONSTRAINT daily_pkey PRIMARY KEY (what)
);

-- An event lets go of its words where the register of removals has its stream; a day of the
-- audit log goes where the register of days has it. Its hashes, and what happened when by whom,
-- stay as they were written. And not by accident.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    words text := CASE TG_TABLE_NAME WHEN 'events' THEN 'body' WHEN 'audit_log' THEN 'reason' ELSE '' END;
BEGIN
    IF TG_OP = 'UPDATE' AND words <> '' AND current_setting('huajie.reseal', true) = 'on' THEN
        IF to_jsonb(NEW) - words = to_jsonb(OLD) - words THEN
            RETURN NEW;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'events' AND current_setting('huajie.retention', true) = 'on' THEN
        IF NEW.body = '{"removed": true}' AND NEW.key = '' AND NEW.actor IN (OLD.actor, 'petitioner')
            AND to_jsonb(NEW) - '{body,key,actor}'::text[] = to_jsonb(OLD) - '{body,key,actor}'::text[]
            AND EXISTS (SELECT FROM removals r WHERE r.no = OLD.no) THEN
            RETURN NEW;
        END IF;
    END IF;
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_log' AND current_setting('huajie.retention', true) = 'on' THEN
        IF EXISTS (SELECT FROM audit_removals r WHERE r.day = OLD.day) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd

-- +goose Down
-- A program of before takes an event without its words for one that was changed.
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM removals) OR EXISTS (SELECT FROM audit_removals) THEN
        RAISE EXCEPTION 'files have been removed: put back a backup from before instead';
    END IF;
END
$$;
-- +goose StatementEnd
DROP TABLE daily, dropped_bytes, holds, audit_removals, removals;
DROP INDEX cases_kept;
ALTER TABLE whistles DROP COLUMN removed_at;
ALTER TABLE cases DROP COLUMN removed_at;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    words text := CASE TG_TABLE_NAME WHEN 'events' THEN 'body' WHEN 'audit_log' THEN 'reason' ELSE '' END;
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('huajie.reseal', true) = 'on' THEN
        IF to_jsonb(NEW) - words = to_jsonb(OLD) - words THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd
