-- Signing in: passwords that must be changed, second factors, tokens with scopes, how
-- often somebody failed and what an account is familiar with (docs/signing-in.md).

-- +goose Up

ALTER TABLE users
    ADD COLUMN must_change boolean NOT NULL DEFAULT false,
    -- Issuer and subject at the provider of single sign-on, from the first time on.
    ADD COLUMN identity text NOT NULL DEFAULT '';

CREATE UNIQUE INDEX users_identity ON users (identity) WHERE identity <> '';

-- What was handed out so far by a sign-in is called "session"; the rest was made on the
-- command line for programs, which keep what they could do.
ALTER TABLE tokens
    ADD COLUMN id      bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN kind    text        NOT NULL DEFAULT 'session',
    ADD COLUMN scopes  text[]      NOT NULL DEFAULT '{}',
    ADD COLUMN made_by text        NOT NULL DEFAULT '',
    ADD COLUMN used_at timestamptz,
    ADD COLUMN source  text        NOT NULL DEFAULT '',
    ADD COLUMN agent   text        NOT NULL DEFAULT '';
UPDATE tokens SET kind = 'token', scopes = '{act,field,intake,read}' WHERE label <> 'session';
ALTER TABLE tokens
    ADD CONSTRAINT tokens_id UNIQUE (id),
    ADD CONSTRAINT token_kind_is_known CHECK (kind IN ('session', 'half', 'token')),
    ADD CONSTRAINT token_has_scopes CHECK ((kind = 'token') = (cardinality(scopes) > 0));

-- Failed attempts. A key is a digest: what was typed as a name may be anything.
CREATE TABLE sign_in_failures (
    key        bytea       NOT NULL,
    failures   integer     NOT NULL,
    last_at    timestamptz NOT NULL,
    free_at    timestamptz NOT NULL,
    CONSTRAINT sign_in_failures_pkey PRIMARY KEY (key)
);

CREATE INDEX sign_in_failures_age ON sign_in_failures (last_at);

-- From where an account has signed in before: digests of addresses and of cookies.
CREATE TABLE familiar (
    username text        NOT NULL REFERENCES users ON DELETE CASCADE,
    mark     bytea       NOT NULL,
    at       timestamptz NOT NULL,
    CONSTRAINT familiar_pkey PRIMARY KEY (username, mark)
);

-- Second factors by time (RFC 6238). The secret is sealed with the secret of the ledger.
-- A step of time counts once: no later step than the last one used is taken.
CREATE TABLE second_factors (
    username     text        NOT NULL REFERENCES users ON DELETE CASCADE,
    secret       bytea       NOT NULL,
    enrolled_at  timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step    bigint      NOT NULL DEFAULT 0,
    CONSTRAINT second_factors_pkey PRIMARY KEY (username)
);

CREATE TABLE recovery_codes (
    username text  NOT NULL REFERENCES second_factors ON DELETE CASCADE,
    hash     bytea NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (username, hash)
);

-- Sign-ins that are under way at the provider of single sign-on.
CREATE TABLE sign_in_flows (
    hash       bytea       NOT NULL,
    nonce      text        NOT NULL,
    verifier   text        NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sign_in_flows_pkey PRIMARY KEY (hash)
);

-- +goose Down
DROP TABLE sign_in_flows, recovery_codes, second_factors, familiar, sign_in_failures;
DELETE FROM tokens WHERE kind = 'half';
ALTER TABLE tokens DROP COLUMN agent, DROP COLUMN source, DROP COLUMN used_at, DROP COLUMN made_by, DROP COLUMN scopes, DROP COLUMN kind, DROP COLUMN id;
ALTER TABLE users DROP COLUMN identity, DROP COLUMN must_change;
