-- Looking a matter up among those of the same person, and double submissions.

-- +goose Up

-- A person is recognised by document or telephone (§4.9 duplicate.window).
CREATE INDEX persons_phone ON persons (phone) WHERE phone <> '';
CREATE INDEX persons_id_no ON persons (id_no) WHERE id_no <> '';

-- Rulings that stand beside the duty catalogue (§4.4 adjudicate.effect).
CREATE INDEX events_adjudicated ON events (no) WHERE type = 'adjudicated';

-- The quota of cases closed as explained is counted over a quarter (§6 item 54).
CREATE INDEX cases_lead_closed ON cases (lead_unit, closed_at) WHERE closed_at IS NOT NULL;

-- What came in a short while ago without a key: a digest of source and words, so
-- that a double tap makes one case (§6 item 22).
CREATE TABLE recent_intakes (
    digest bytea       NOT NULL,
    no     text COLLATE "C" NOT NULL,
    at     timestamptz NOT NULL,
    CONSTRAINT recent_intakes_pkey PRIMARY KEY (digest),
    CONSTRAINT recent_digest_is_sha256 CHECK (octet_length(digest) = 32)
);

CREATE INDEX recent_intakes_at ON recent_intakes (at);

-- +goose Down
DROP TABLE recent_intakes;
DROP INDEX cases_lead_closed, events_adjudicated, persons_id_no, persons_phone;
