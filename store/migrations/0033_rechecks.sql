-- +goose Up
-- The second look of the city at grid events that were passed on the spot (§6 item 78). A row is
-- written with the event that closes a case, when it is drawn: most are not and have none.
CREATE TABLE rechecks (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    no          text COLLATE "C" NOT NULL,
    seq         integer     NOT NULL, -- of the event that closed it
    percent     integer     NOT NULL, -- the share of then
    closed_at   timestamptz NOT NULL,
    verifier    text        NOT NULL,
    due_at      timestamptz NOT NULL,
    -- as answered
    verdict     text        NOT NULL DEFAULT '',
    reason      text        NOT NULL DEFAULT '',
    comment     text        NOT NULL DEFAULT '', -- sealed
    metres      integer     NOT NULL DEFAULT -1,
    answered_by text        NOT NULL DEFAULT '',
    answered_at timestamptz,
    client      text        NOT NULL DEFAULT '',
    CONSTRAINT rechecks_pkey PRIMARY KEY (id),
    CONSTRAINT closing_is_judged_once UNIQUE (no, seq),
    CONSTRAINT recheck_verdict_is_known CHECK (verdict IN ('', 'pass', 'fail', 'not_possible')),
    CONSTRAINT answer_is_of_somebody CHECK ((verdict = '') = (answered_at IS NULL) AND (verdict = '') = (answered_by = '')),
    CONSTRAINT not_possible_has_reason CHECK ((verdict = 'not_possible') = (reason <> ''))
);

CREATE INDEX rechecks_failed ON rechecks (verifier, closed_at) WHERE verdict = 'fail';

-- What the city photographed: it lies beside the case, where those who work on it do not see it.
CREATE TABLE recheck_files (
    file_id text COLLATE "C" NOT NULL REFERENCES files ON DELETE CASCADE,
    recheck bigint  NOT NULL REFERENCES rechecks ON DELETE CASCADE,
    n       integer NOT NULL,
    CONSTRAINT recheck_files_pkey PRIMARY KEY (file_id)
);

CREATE INDEX recheck_files_recheck ON recheck_files (recheck, n);

-- +goose Down
DROP TABLE recheck_files, rechecks;
