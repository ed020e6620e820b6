-- What a malware scanner says of photographs. Without a scanner they stay pending, which
-- then holds nothing back; once there is one, what was sent before is scanned too.

-- +goose Up
ALTER TABLE files
    ADD COLUMN scan       text        NOT NULL DEFAULT 'pending',
    ADD COLUMN scan_found text        NOT NULL DEFAULT '', -- as the scanner names it
    ADD COLUMN scan_at    timestamptz,
    ADD COLUMN scan_after timestamptz NOT NULL DEFAULT '-infinity', -- not before: a worker has it, or it is to be tried again
    ADD CONSTRAINT file_scan_is_known CHECK (scan IN ('pending', 'clean', 'infected', 'error'));

CREATE INDEX files_to_scan ON files (scan_after) WHERE state = 'complete' AND scan IN ('pending', 'error');

-- +goose Down
DROP INDEX files_to_scan;
ALTER TABLE files DROP COLUMN scan, DROP COLUMN scan_found, DROP COLUMN scan_at, DROP COLUMN scan_after;
