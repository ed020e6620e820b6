-- Photos of an event that nobody is shown any more (§6 item 80). What is known of a photo stays
-- as long as its case; its bytes go once it can no longer be shown again.

-- +goose Up
-- As the state of the event has it: 'yes' while it can be shown again, then 'for_good'.
ALTER TABLE case_files ADD COLUMN withheld text NOT NULL DEFAULT '',
    ADD CONSTRAINT withheld_is_known CHECK (withheld IN ('', 'yes', 'for_good'));
CREATE INDEX case_files_withheld ON case_files (file_id) WHERE withheld <> '';

-- When the storage was told to let go of the bytes.
ALTER TABLE files ADD COLUMN gone_at timestamptz;

-- +goose Down
-- A program of before would show what is withheld.
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM case_files WHERE withheld <> '') THEN
        RAISE EXCEPTION 'photos are withheld: put back a backup from before instead';
    END IF;
END
$$;
-- +goose StatementEnd
ALTER TABLE files DROP COLUMN gone_at;
DROP INDEX case_files_withheld;
ALTER TABLE case_files DROP COLUMN withheld;
