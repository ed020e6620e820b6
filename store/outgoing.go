package store

import (
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/notice"
	"huajie/domain/view"
)

// dialled is a number that can be dialled; a form may have left a masked one.
var dialled = regexp.MustCompile(`^\+?[0-9]{7,15}$`)

// errNoNumber is why a message cannot be sent at all.
const errNoNumber = "no_number"

// head is the delivery that is due first.
type head struct {
	id                             int64
	channel, person, username, key string
	immediate                      bool
}

// ClaimDelivery takes one message that is due, for so long: the delivery due first, and
// what else has gathered for the same person. Only one worker has it. A message that was
// taken before and not settled, because its worker died, is the same message again,
// with its key. decide gives the moment it may go; a later one puts it off.
//
// found tells whether anything was due: a message without a key was put off, not needed
// any more, too late, or had no number to go to.
func (s *Store) ClaimDelivery(ctx context.Context, now time.Time, lease time.Duration, decide func(view.Outgoing) time.Time) (out view.Outgoing, found bool, err error) {
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		out, found = view.Outgoing{}, false
		var h head
		err := tx.QueryRow(ctx, `SELECT id, channel, person, username, key, immediate FROM deliveries
			WHERE state = 'queued' AND next_try <= $1 ORDER BY next_try, id LIMIT 1 FOR UPDATE SKIP LOCKED`, now).
			Scan(&h.id, &h.channel, &h.person, &h.username, &h.key, &h.immediate)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		// Two workers must not write to the same person at once: the other has it.
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 12))`, h.channel+" "+h.person+" "+h.username).Scan(&found); err != nil || !found {
			return err
		}
		out, err = s.claim(ctx, tx, h, now, lease, decide)
		return err
	})
	return out, found, err
}

func (s *Store) claim(ctx context.Context, tx pgx.Tx, h head, now time.Time, lease time.Duration, decide func(view.Outgoing) time.Time) (view.Outgoing, error) {
	none := view.Outgoing{}
	if err := sieve(ctx, tx, h, now); err != nil {
		return none, err
	}
	ids, out, err := gathered(ctx, tx, h, now)
	if err != nil || len(ids) == 0 {
		return none, err
	}
	if h.key == "" && !h.immediate {
		var last *time.Time
		if err := tx.QueryRow(ctx, `SELECT max(claimed_at) FROM deliveries WHERE channel = $1 AND person = $2 AND username = $3 AND key <> '' AND NOT immediate`,
			h.channel, h.person, h.username).Scan(&last); err != nil {
			return none, err
		}
		out.Last = orZero(last)
	}
	if at := decide(out); at.After(now) {
		_, err := tx.Exec(ctx, `UPDATE deliveries SET next_try = $2 WHERE id = ANY ($1)`, ids, at)
		return none, err
	}
	if err := tx.QueryRow(ctx, `SELECT coalesce(p.phone, u.phone, ''), coalesce(p.language, '') = 'en'
		FROM (SELECT $1::text AS person, $2::text AS username) AS w LEFT JOIN persons p ON p.id = w.person AND w.person <> ''
		LEFT JOIN users u ON u.username = w.username AND u.active`, h.person, h.username).Scan(&out.Number, &out.English); err != nil {
		return none, err
	}
	at := personPlace("phone", h.person)
	if h.person == "" {
		at = userPhone(h.username)
	}
	if out.Number, err = s.fields.Open(out.Number, at); err != nil {
		return none, err
	}
	if !dialled.MatchString(out.Number) {
		_, err := tx.Exec(ctx, `UPDATE deliveries SET state = 'failed', error = $2, settled_at = $3 WHERE id = ANY ($1)`, ids, errNoNumber, now)
		return none, err
	}
	if out.Key = h.key; out.Key == "" {
		out.Key = rand.Text()
	}
	_, err = tx.Exec(ctx, `UPDATE deliveries SET key = $2, attempts = attempts + 1, claimed_at = coalesce(claimed_at, $3), next_try = $4 WHERE id = ANY ($1)`,
		ids, out.Key, now, now.Add(lease))
	return out, err
}

// together selects what makes one message: what was sent under one key, else an
// emergency alone, else what has gathered for the person by now.
const together = ` state = 'queued' AND CASE WHEN $2 <> '' THEN key = $2 WHEN $3 THEN id = $1
	ELSE key = '' AND NOT immediate AND next_try <= $4 AND channel = $5 AND person = $6 AND username = $7 END`

func (h head) together(now time.Time) []any {
	return []any{h.id, h.key, h.immediate, now, h.channel, h.person, h.username}
}

// sieve ends what is too late, and what an officer's app has fetched in the meantime,
// unless it has been tried: a message keeps its parts.
func sieve(ctx context.Context, tx pgx.Tx, h head, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE deliveries SET settled_at = $4, state = CASE WHEN expires_at <= $4 THEN 'expired' ELSE 'unneeded' END
		WHERE`+together+` AND (expires_at <= $4 OR key = '' AND username <> '' AND EXISTS (SELECT FROM notice_receipts r WHERE r.notice_id = deliveries.notice_id))`,
		h.together(now)...)
	return err
}

// gathered reads the parts of a message.
func gathered(ctx context.Context, tx pgx.Tx, h head, now time.Time) (ids []int64, out view.Outgoing, err error) {
	out.Channel, out.Immediate = notice.Channel(h.channel), h.immediate
	rows, err := tx.Query(ctx, `SELECT d.id, d.attempts + 1, coalesce(c.area, ''), n.no, n.title_zh, n.body_zh, n.title_en, n.body_en, coalesce(c.confidentiality, 'C3')
		FROM (SELECT * FROM deliveries WHERE`+together+` ORDER BY id FOR UPDATE) AS d JOIN notices n ON n.id = d.notice_id`+aboutCase+`ORDER BY d.id`, h.together(now)...)
	if err != nil {
		return nil, out, err
	}
	var id int64
	var b notice.Brief
	_, err = pgx.ForEachRow(rows, []any{&id, &out.Attempts, &out.Area, &b.No, &b.TitleZH, &b.BodyZH, &b.TitleEN, &b.BodyEN, &b.Confidentiality}, func() error {
		ids, out.Briefs = append(ids, id), append(out.Briefs, b)
		return nil
	})
	return ids, out, err
}
