-- What people are called, where they live and what they write is sealed before it comes here
-- (docs/decisions/0017). What was written before is sealed by `huajie keys reseal`.

-- +goose Up
ALTER TABLE persons ADD COLUMN phone_index bytea, ADD COLUMN id_no_index bytea;
DROP INDEX persons_phone, persons_id_no;
CREATE INDEX persons_phone ON persons (phone_index) WHERE phone_index IS NOT NULL;
CREATE INDEX persons_id_no ON persons (id_no_index) WHERE id_no_index IS NOT NULL;

-- The words of a summary are found by what stands for their characters (case_search). What was
-- indexed before are the words themselves: `huajie keys reseal` indexes those cases anew.
ALTER TABLE cases DROP COLUMN words;
DELETE FROM case_search;

-- A value that only the keys of this ledger open: a process with others is noticed.
CREATE TABLE seal_check (
    one   boolean NOT NULL DEFAULT true,
    value text    NOT NULL,
    CONSTRAINT seal_check_pkey PRIMARY KEY (one),
    CONSTRAINT seal_check_one  CHECK (one)
);

-- How far sealing anew with a key has come.
CREATE TABLE seal_progress (
    of_table text   NOT NULL,
    key_id   bigint NOT NULL,
    after    text COLLATE "C" NOT NULL,
    CONSTRAINT seal_progress_pkey PRIMARY KEY (of_table)
);

-- An event, or an entry of the audit log, stays what it is when its words are sealed with another key: its hash is taken over
-- the words themselves. Nothing else of it may change, and not by accident.
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

-- +goose Down
-- What is sealed a program of before cannot read: it would show it as it is.
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM cases) AND EXISTS (SELECT FROM seal_check) THEN
        RAISE EXCEPTION 'the ledger is sealed: put back a backup from before instead';
    END IF;
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd
DROP TABLE seal_progress, seal_check;
ALTER TABLE cases ADD COLUMN words text NOT NULL DEFAULT '';
DROP INDEX persons_phone, persons_id_no;
ALTER TABLE persons DROP COLUMN phone_index, DROP COLUMN id_no_index;
CREATE INDEX persons_phone ON persons (phone) WHERE phone <> '';
CREATE INDEX persons_id_no ON persons (id_no) WHERE id_no <> '';
