-- People: those who raise matters, what they said, what they are told, and the
-- accounts of those who work.

-- +goose Up

-- Who raised a matter. Nothing of it is repeated in events, cases or workflows.
CREATE TABLE persons (
    id         text        NOT NULL,
    name       text        NOT NULL,
    phone      text        NOT NULL,
    id_type    text        NOT NULL,
    id_no      text        NOT NULL,
    address    text        NOT NULL,
    kind       text        NOT NULL,
    language   text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT persons_pkey PRIMARY KEY (id),
    CONSTRAINT person_has_id CHECK (id <> '')
);

-- What was entered at the desk beside the case.
CREATE TABLE intake_details (
    no      text COLLATE "C" NOT NULL,
    details jsonb NOT NULL,
    CONSTRAINT intake_details_pkey PRIMARY KEY (no)
);

-- Notices as their recipients read them: the petitioner of a case, a user, or
-- whoever holds a role in a unit.
CREATE TABLE notices (
    id        bigint GENERATED ALWAYS AS IDENTITY,
    no        text COLLATE "C" NOT NULL,
    seq       integer     NOT NULL,
    n         text        NOT NULL,
    to_case   text COLLATE "C" NOT NULL,
    to_user   text        NOT NULL,
    to_role   text        NOT NULL,
    to_unit   text        NOT NULL,
    title_zh  text        NOT NULL,
    title_en  text        NOT NULL,
    body_zh   text        NOT NULL,
    body_en   text        NOT NULL,
    immediate boolean     NOT NULL,
    late      boolean     NOT NULL,
    exempt    text        NOT NULL,
    at        timestamptz NOT NULL,
    read_at   timestamptz,
    read_by   text        NOT NULL DEFAULT '',
    CONSTRAINT notices_pkey PRIMARY KEY (id),
    CONSTRAINT notice_has_recipient CHECK (to_case <> '' OR to_user <> '' OR to_role <> ''),
    CONSTRAINT read_by_somebody CHECK ((read_at IS NULL) = (read_by = ''))
);

CREATE INDEX notices_user   ON notices (to_user, id) WHERE to_user <> '';
CREATE INDEX notices_office ON notices (to_unit, to_role, id) WHERE to_role <> '';
CREATE INDEX notices_case   ON notices (to_case, id) WHERE to_case <> '';
CREATE INDEX notices_about  ON notices (no, id);

CREATE TABLE users (
    username      text        NOT NULL,
    zh            text        NOT NULL,
    en            text        NOT NULL,
    password_hash text        NOT NULL,
    active        boolean     NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (username),
    CONSTRAINT user_name_is_free CHECK (username NOT IN ('', 'system', 'petitioner')),
    CONSTRAINT password_is_hashed CHECK (password_hash = '' OR password_hash LIKE '$argon2id$%')
);

-- The offices of a user, in their order: the first one that fits a step counts.
CREATE TABLE grants (
    username text    NOT NULL REFERENCES users ON DELETE CASCADE,
    ordinal  integer NOT NULL,
    role     text    NOT NULL,
    unit     text    NOT NULL,
    point    text    NOT NULL,
    CONSTRAINT grants_pkey PRIMARY KEY (username, ordinal),
    CONSTRAINT grant_is_an_office CHECK (role <> '' AND unit <> '')
);

CREATE INDEX grants_office ON grants (unit, role, username);

-- What programs and signed-in pages show. Only the SHA-256 of a token is kept:
-- 256 random bits need no slow hash.
CREATE TABLE tokens (
    hash       bytea       NOT NULL,
    username   text        NOT NULL REFERENCES users ON DELETE CASCADE,
    label      text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT tokens_pkey PRIMARY KEY (hash),
    CONSTRAINT token_hash_is_sha256 CHECK (octet_length(hash) = 32)
);

CREATE INDEX tokens_expiry ON tokens (expires_at);
CREATE INDEX tokens_user   ON tokens (username);

-- +goose Down
DROP TABLE tokens, grants, users, notices, intake_details, persons;
