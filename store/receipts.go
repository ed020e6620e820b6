package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// mostUnread is where counting ends: more is simply many.
const mostUnread = 1000

// andUnread leaves out what the user has read.
func (w *where) andUnread(a domain.Actor) {
	w.and(`NOT EXISTS (SELECT FROM notice_receipts r WHERE r.notice_id = notices.id AND r.username = ? AND r.read_at IS NOT NULL)`, a.User)
}

// unread counts what the user has not read, up to mostUnread.
func (s *Store) unread(ctx context.Context, scope view.Scope, a domain.Actor) (n int, err error) {
	w := inboxOf(scope, a)
	w.andUnread(a)
	err = s.pool.QueryRow(ctx, `SELECT count(*) FROM (SELECT FROM notices`+w.String()+` LIMIT `+w.arg(mostUnread)+`) AS unread`, w.args...).Scan(&n)
	return n, fault(err)
}

// Inbox gives the newest notice to a user that can be fetched, and how many are unread.
func (s *Store) Inbox(ctx context.Context, scope view.Scope, a domain.Actor) (out view.Inbox, err error) {
	upto, _, err := s.settled(ctx)
	if err != nil {
		return out, err
	}
	w := inboxOf(scope, a)
	w.and("id <= ?", upto)
	if err := s.pool.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM notices`+w.String(), w.args...).Scan(&out.Latest); err != nil {
		return out, fault(err)
	}
	out.Unread, err = s.unread(ctx, scope, a)
	return out, err
}

// Arrived lists to whom the notices after a position are addressed.
func (s *Store) Arrived(ctx context.Context, after int64) (out view.Arrivals, err error) {
	upto, drawn, err := s.settled(ctx)
	if err != nil {
		return out, err
	}
	out.Upto, out.Whole = upto, upto >= drawn
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT to_case, to_role, to_unit, CASE WHEN to_case = '' THEN to_user
			ELSE coalesce((SELECT body ->> 'registered_by' FROM cases WHERE cases.no = to_case), '') END
		FROM notices WHERE id > $1 AND id <= $2`, after, out.Upto)
	if err != nil {
		return out, fault(err)
	}
	out.To, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r machine.Recipient, err error) {
		return r, row.Scan(&r.Petitioner, &r.Role, &r.Unit, &r.User)
	})
	return out, fault(err)
}

// Receive notes which notices have arrived at the user and which the user has read: the
// first time counts. What is not addressed to the user is left alone. A notice to an
// office is received by each of its holders.
func (s *Store) Receive(ctx context.Context, scope view.Scope, a domain.Actor, delivered, read []int64, at time.Time) error {
	w := inboxOf(scope, a)
	w.and(`id = ANY (?)`, append(append([]int64{}, delivered...), read...))
	readIDs, when, who := w.arg(read), w.arg(at), w.arg(a.User)
	_, err := s.pool.Exec(ctx, `INSERT INTO notice_receipts AS r (notice_id, username, delivered_at, read_at)
		SELECT id, `+who+`, `+when+`::timestamptz, CASE WHEN id = ANY (`+readIDs+`::bigint[]) THEN `+when+`::timestamptz END FROM notices`+w.String()+` ORDER BY id
		ON CONFLICT (notice_id, username) DO UPDATE SET read_at = excluded.read_at
			WHERE r.read_at IS NULL AND excluded.read_at IS NOT NULL`, w.args...)
	return fault(err)
}

// SetPhone notes the number an officer is reached at by SMS, "" for none.
func (s *Store) SetPhone(ctx context.Context, username, phone string) error {
	phone, err := s.fields.Seal(phone, userPhone(username))
	if err != nil {
		return err
	}
	return s.one(ctx, `UPDATE users SET phone = $2 WHERE username = $1`, username, phone)
}
