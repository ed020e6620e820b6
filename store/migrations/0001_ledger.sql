-- The ledger: what happened, what is true now, and which wishes were carried out.

-- +goose Up

-- Everything that happened, for ever. A stream is one case or one joint session;
-- its events are chained by hash, so that a changed or missing one is noticed.
CREATE TABLE events (
    no          text COLLATE "C" NOT NULL,
    seq         integer     NOT NULL,
    kind        text        NOT NULL,
    type        text        NOT NULL,
    rule        text        NOT NULL,
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor       text        NOT NULL,
    unit        text        NOT NULL,
    from_state  text        NOT NULL,
    to_state    text        NOT NULL,
    key         text        NOT NULL,
    deadline    text        NOT NULL,
    body        jsonb       NOT NULL,
    prev_hash   bytea       NOT NULL,
    hash        bytea       NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (no, seq),
    CONSTRAINT event_follows_something CHECK (seq > 0),
    CONSTRAINT event_kind_is_known CHECK (kind IN ('grievance', 'joint_session')),
    CONSTRAINT event_has_type CHECK (type <> ''),
    CONSTRAINT event_hash_is_sha256 CHECK (octet_length(hash) = 32 AND octet_length(prev_hash) = 32)
);

-- For the quota of hang-ups, which is counted over a quarter.
CREATE INDEX events_suspended ON events (at) WHERE type = 'suspended';

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_never_emptied BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The current row of every case. A case whose clock does not run has due_at =
-- 'infinity', so that one row comparison orders every list.
CREATE TABLE cases (
    no               text COLLATE "C" NOT NULL,
    kind             text        NOT NULL,
    seq              integer     NOT NULL,
    head_hash        bytea       NOT NULL,
    state            text        NOT NULL,
    open             boolean     NOT NULL,
    level            text        NOT NULL,
    nature           text        NOT NULL,
    track            text        NOT NULL,
    category         text        NOT NULL,
    channel          text        NOT NULL,
    urgency          text        NOT NULL,
    risk             text        NOT NULL,
    confidentiality  text        NOT NULL,
    summary          text        NOT NULL,
    headcount        integer     NOT NULL,
    county           text        NOT NULL,
    area             text        NOT NULL,
    place            text COLLATE "C" NOT NULL,
    petitioner       text        NOT NULL,
    owner_unit       text        NOT NULL,
    owner_user       text        NOT NULL,
    lead_unit        text        NOT NULL,
    first_unit       text        NOT NULL,
    first_responder  text        NOT NULL,
    owning_leader    text        NOT NULL,
    handlers         text[]      NOT NULL,
    units            text[]      NOT NULL,
    readers          text[]      NOT NULL,
    supervision      text        NOT NULL,
    master           text        NOT NULL,
    closing_type     text        NOT NULL,
    outcome_grade    text        NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    closed_at        timestamptz,
    due_at           timestamptz NOT NULL,
    yellow_at        timestamptz NOT NULL,
    statutory_due_at timestamptz,
    policy_due_at    timestamptz,
    step_due_at      timestamptz,
    words            text        NOT NULL,
    search           tsvector    NOT NULL,
    body             jsonb       NOT NULL,
    query_code_hash  bytea       NOT NULL,
    workflow_started boolean     NOT NULL DEFAULT false,
    CONSTRAINT cases_pkey PRIMARY KEY (no),
    CONSTRAINT case_has_events CHECK (seq > 0),
    CONSTRAINT case_owner_is_someone CHECK (owner_unit <> ''),
    CONSTRAINT case_has_first_unit CHECK (first_unit <> ''),
    CONSTRAINT case_level_is_known CHECK (level IN ('', 'L0', 'L1', 'L2', 'L3')),
    CONSTRAINT case_confidentiality_is_known CHECK (confidentiality IN ('C0', 'C1', 'C2', 'C3')),
    CONSTRAINT case_counts_somebody CHECK (headcount > 0),
    CONSTRAINT closed_has_time CHECK (open = (closed_at IS NULL)),
    CONSTRAINT no_clock_after_the_end CHECK (open OR due_at = 'infinity'),
    CONSTRAINT yellow_before_red CHECK (yellow_at <= due_at)
);

-- Each names its columns in the order of the list it serves and ends with the
-- number, which makes the order total.
CREATE INDEX cases_due        ON cases (due_at, no);
CREATE INDEX cases_open_due   ON cases (due_at, no)             WHERE open;
CREATE INDEX cases_county_due ON cases (county, due_at, no)     WHERE open;
CREATE INDEX cases_lead_due   ON cases (lead_unit, due_at, no)  WHERE open;
CREATE INDEX cases_owner_due  ON cases (owner_unit, due_at, no) WHERE open;
CREATE INDEX cases_created    ON cases (created_at, no);
CREATE INDEX cases_updated    ON cases (updated_at, no);
-- The quota of hang-ups counts a unit's due cases of a quarter.
CREATE INDEX cases_lead_policy ON cases (lead_unit, policy_due_at) WHERE policy_due_at IS NOT NULL;
CREATE INDEX cases_petitioner ON cases (petitioner) WHERE petitioner <> '';
CREATE INDEX cases_unstarted  ON cases (created_at) WHERE NOT workflow_started;
CREATE INDEX cases_readers    ON cases USING gin (readers);
CREATE INDEX cases_search     ON cases USING gin (search);

-- The current row of every joint session.
CREATE TABLE sessions (
    no         text COLLATE "C" NOT NULL,
    case_no    text COLLATE "C" NOT NULL,
    seq        integer     NOT NULL,
    head_hash  bytea       NOT NULL,
    state      text        NOT NULL,
    county     text        NOT NULL,
    level      text        NOT NULL,
    opened_at  timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    due_at     timestamptz,
    body       jsonb       NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (no),
    CONSTRAINT session_has_events CHECK (seq > 0),
    CONSTRAINT session_stands_under_a_case CHECK (case_no <> '')
);

CREATE INDEX sessions_case ON sessions (case_no, no);

-- The deadlines that are running, as the streams hold them: for boards, and to
-- see from outside whether the engine fires them.
CREATE TABLE deadlines (
    no   text COLLATE "C" NOT NULL,
    id   text        NOT NULL,
    kind text        NOT NULL,
    at   timestamptz NOT NULL,
    duty boolean     NOT NULL,
    unit text        NOT NULL,
    CONSTRAINT deadlines_pkey PRIMARY KEY (no, id)
);

CREATE INDEX deadlines_at ON deadlines (at, no);

-- Which wishes were carried out, by key.
CREATE TABLE commands (
    key         text        NOT NULL,
    no          text COLLATE "C" NOT NULL,
    kind        text        NOT NULL,
    fingerprint text        NOT NULL,
    from_seq    integer     NOT NULL,
    to_seq      integer     NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT commands_pkey PRIMARY KEY (key),
    CONSTRAINT command_has_key CHECK (key <> '')
);

-- The last number drawn per place, letter and day.
CREATE TABLE numbers (
    place  text    NOT NULL,
    letter text    NOT NULL,
    day    date    NOT NULL,
    last   integer NOT NULL,
    CONSTRAINT numbers_pkey PRIMARY KEY (place, letter, day),
    CONSTRAINT number_place_is_adcode CHECK (place ~ '^[0-9]{6}$'),
    CONSTRAINT number_letter_is_one CHECK (letter ~ '^[A-Z]$')
);

-- +goose Down
DROP TABLE numbers, commands, deadlines, sessions, cases, events;
DROP FUNCTION refuse_change();
