-- Photographs: how far each has come, its parts while it comes, and the cases it
-- is attached to. The bytes of whole ones lie outside, named by their SHA-256.

-- +goose Up

CREATE TABLE files (
    id           text COLLATE "C" NOT NULL,
    account      text        NOT NULL,
    county       text        NOT NULL,
    state        text        NOT NULL DEFAULT 'uploading',
    -- as declared
    sha256       bytea       NOT NULL,
    size         bigint      NOT NULL,
    media        text        NOT NULL,
    part_size    integer     NOT NULL,
    taken_at     timestamptz NOT NULL,
    lat          double precision,
    lon          double precision,
    accuracy     double precision NOT NULL,
    source       text        NOT NULL,
    device       text        NOT NULL,
    created_at   timestamptz NOT NULL,
    touched_at   timestamptz NOT NULL,
    -- as refused
    refusal      jsonb,
    -- as developed
    completed_at timestamptz,
    kind         text        NOT NULL DEFAULT '',
    width        integer     NOT NULL DEFAULT 0,
    height       integer     NOT NULL DEFAULT 0,
    look         bigint      NOT NULL DEFAULT 0,
    exif_lat     double precision,
    exif_lon     double precision,
    exif_time    timestamptz,
    exif_device  text        NOT NULL DEFAULT '',
    full_sha256  bytea,
    thumb_sha256 bytea,
    CONSTRAINT files_pkey PRIMARY KEY (id),
    CONSTRAINT file_id_is_uuid CHECK (id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
    CONSTRAINT file_state_is_known CHECK (state IN ('uploading', 'complete', 'refused')),
    CONSTRAINT file_source_is_known CHECK (source IN ('live', 'offline', 'album')),
    CONSTRAINT file_has_bytes CHECK (size > 0 AND part_size > 0 AND octet_length(sha256) = 32),
    CONSTRAINT file_place_is_whole CHECK ((lat IS NULL) = (lon IS NULL) AND (exif_lat IS NULL) = (exif_lon IS NULL)),
    CONSTRAINT refused_has_refusal CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT complete_is_kept CHECK ((state = 'complete') = (completed_at IS NOT NULL AND full_sha256 IS NOT NULL AND thumb_sha256 IS NOT NULL))
);

-- Twins are looked for among the photos of a county since a day; the columns compared
-- are in the index, so that no row is read for the many that differ.
CREATE INDEX files_compared ON files (county, completed_at) INCLUDE (id, account, sha256, look) WHERE state = 'complete';
CREATE INDEX files_account  ON files (account, created_at);
CREATE INDEX files_pending  ON files (touched_at) WHERE state <> 'complete';

-- Parts lie in the database until the whole is verified: a part and the word that it is
-- there are one transaction, whichever process took it.
CREATE TABLE file_parts (
    file_id text COLLATE "C" NOT NULL REFERENCES files ON DELETE CASCADE,
    n       integer NOT NULL,
    size    integer NOT NULL,
    sha256  bytea   NOT NULL,
    data    bytea, -- NULL once the whole is kept
    CONSTRAINT file_parts_pkey PRIMARY KEY (file_id, n),
    CONSTRAINT part_is_as_long_as_it_says CHECK (data IS NULL OR octet_length(data) = size)
);

-- Pictures are compressed already.
ALTER TABLE file_parts ALTER COLUMN data SET STORAGE EXTERNAL;

-- What an event of a case has attached, with what was found about it then.
CREATE TABLE case_files (
    no      text COLLATE "C" NOT NULL,
    seq     integer     NOT NULL,
    file_id text COLLATE "C" NOT NULL REFERENCES files,
    purpose text        NOT NULL,
    at      timestamptz NOT NULL,
    flags   jsonb       NOT NULL,
    CONSTRAINT case_files_pkey PRIMARY KEY (no, seq, file_id),
    CONSTRAINT file_purpose_is_known CHECK (purpose IN ('before', 'after', 'verify', 'supplement'))
);

CREATE INDEX case_files_file ON case_files (file_id, no);

-- +goose Down
DROP TABLE case_files, file_parts, files;
