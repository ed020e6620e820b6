-- Notices that arrive: who has them and who has read them, and what leaves the house
-- by SMS or WeChat. Steps write notices as before; all of this is derived from them
-- afterwards (docs/decisions/0012).

-- +goose Up

-- What arrived at whom. A notice to an office has a receipt of each of its holders.
CREATE TABLE notice_receipts (
    notice_id    bigint      NOT NULL REFERENCES notices ON DELETE CASCADE,
    username     text        NOT NULL,
    delivered_at timestamptz NOT NULL,
    read_at      timestamptz,
    CONSTRAINT notice_receipts_pkey PRIMARY KEY (notice_id, username),
    CONSTRAINT receipt_is_of_somebody CHECK (username <> '')
);

INSERT INTO notice_receipts (notice_id, username, delivered_at, read_at)
    SELECT id, read_by, read_at, read_at FROM notices WHERE read_at IS NOT NULL;
ALTER TABLE notices DROP COLUMN read_at, DROP COLUMN read_by;

-- Written anew after the ledger was lost: what it says was sent then.
ALTER TABLE notices ADD COLUMN rebuilt boolean NOT NULL DEFAULT false;

-- Where an officer is reached when the phone does not fetch its notices.
ALTER TABLE users ADD COLUMN phone text NOT NULL DEFAULT '';

-- One row for each notice and way out of the house. There is no number of anybody in
-- it: that is read when the message is sent. Rows with one key are one message.
CREATE TABLE deliveries (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    notice_id    bigint      NOT NULL REFERENCES notices ON DELETE CASCADE,
    channel      text        NOT NULL,
    person       text        NOT NULL DEFAULT '',
    username     text        NOT NULL DEFAULT '',
    immediate    boolean     NOT NULL,
    state        text        NOT NULL DEFAULT 'queued',
    attempts     integer     NOT NULL DEFAULT 0,
    next_try     timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    key          text        NOT NULL DEFAULT '',
    claimed_at   timestamptz,
    provider_id  text        NOT NULL DEFAULT '',
    error        text        NOT NULL DEFAULT '',
    sent_at      timestamptz,
    delivered_at timestamptz,
    settled_at   timestamptz,
    followed     boolean     NOT NULL DEFAULT false,
    CONSTRAINT deliveries_pkey PRIMARY KEY (id),
    CONSTRAINT delivery_once UNIQUE (notice_id, channel, person, username),
    CONSTRAINT delivery_is_to_somebody CHECK ((person = '') <> (username = '')),
    CONSTRAINT delivery_state_is_known CHECK (state IN ('queued', 'sent', 'written', 'delivered', 'failed', 'expired', 'unneeded')),
    CONSTRAINT settled_has_time CHECK ((state = 'queued') = (settled_at IS NULL)),
    CONSTRAINT sent_has_key CHECK (state NOT IN ('sent', 'written', 'delivered') OR key <> '' AND sent_at IS NOT NULL)
);

CREATE INDEX deliveries_due      ON deliveries (next_try, id) WHERE state = 'queued';
CREATE INDEX deliveries_key      ON deliveries (key) WHERE key <> '';
CREATE INDEX deliveries_provider ON deliveries (channel, provider_id) WHERE provider_id <> '';
CREATE INDEX deliveries_person   ON deliveries (channel, person, username, claimed_at) WHERE key <> '';
CREATE INDEX deliveries_settled  ON deliveries (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX deliveries_undone   ON deliveries (id) WHERE state IN ('failed', 'expired') AND NOT followed;

-- Up to which notice deliveries are planned. What was written before is not sent now.
CREATE TABLE delivery_plan (
    one  boolean NOT NULL DEFAULT true,
    upto bigint  NOT NULL,
    CONSTRAINT delivery_plan_pkey PRIMARY KEY (one),
    CONSTRAINT delivery_plan_is_one CHECK (one)
);
INSERT INTO delivery_plan (upto) SELECT coalesce(max(id), 0) FROM notices;

-- +goose Down
DROP TABLE delivery_plan, deliveries;
ALTER TABLE users DROP COLUMN phone;
ALTER TABLE notices DROP COLUMN rebuilt, ADD COLUMN read_at timestamptz, ADD COLUMN read_by text NOT NULL DEFAULT '';
UPDATE notices SET read_at = r.read_at, read_by = r.username
    FROM (SELECT DISTINCT ON (notice_id) notice_id, username, read_at FROM notice_receipts WHERE read_at IS NOT NULL ORDER BY notice_id, read_at) r
    WHERE r.notice_id = notices.id;
ALTER TABLE notices ADD CONSTRAINT read_by_somebody CHECK ((read_at IS NULL) = (read_by = ''));
DROP TABLE notice_receipts;
