package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/notice"
	"huajie/domain/view"
)

// planAtOnce bounds how many notices are planned in one transaction.
const planAtOnce = 500

// aboutCase joins the case a notice n is about, be it by a session.
const aboutCase = ` LEFT JOIN cases c ON c.no = coalesce((SELECT case_no FROM sessions WHERE sessions.no = n.no), n.no) `

// PlanDeliveries turns the notices that have come since the last time into deliveries,
// each notice once: the position moves in the same transaction. more tells that there
// are others. Notices that are exempt, or were written anew, are not sent.
func (s *Store) PlanDeliveries(ctx context.Context, plan func(view.Told) []view.Delivery) (more bool, err error) {
	upto, _, err := s.settled(ctx)
	if err != nil {
		return false, err
	}
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		more = false
		var from int64
		err := tx.QueryRow(ctx, `SELECT upto FROM delivery_plan WHERE upto < $1 FOR UPDATE SKIP LOCKED`, upto).Scan(&from)
		if errors.Is(err, pgx.ErrNoRows) { // nothing new, or another worker is at it
			return nil
		}
		if err != nil {
			return err
		}
		list, err := told(ctx, tx, from, upto)
		if err != nil {
			return err
		}
		to := upto
		if more = len(list) == planAtOnce; more {
			to = list[len(list)-1].ID
		}
		var rows []view.Delivery
		for _, t := range list {
			rows = append(rows, plan(t)...)
		}
		batch := &pgx.Batch{}
		queueDeliveries(batch, rows)
		batch.Queue(`UPDATE delivery_plan SET upto = $1`, to)
		return tx.SendBatch(ctx, batch).Close()
	})
	return more, err
}

// told reads what is to be planned: the petitioner, or the officers who have a number.
func told(ctx context.Context, tx pgx.Tx, from, upto int64) ([]view.Told, error) {
	rows, err := tx.Query(ctx, `SELECT n.id, n.n, n.at, n.immediate, coalesce(c.area, ''),
			coalesce((SELECT petitioner FROM cases WHERE cases.no = n.to_case AND n.to_case <> ''), ''),
			ARRAY(SELECT username FROM users u WHERE u.active AND u.phone <> '' AND (u.username = n.to_user
				OR n.to_role <> '' AND EXISTS (SELECT FROM grants g WHERE g.username = u.username AND g.role = n.to_role AND g.unit = n.to_unit)))
		FROM notices n`+aboutCase+`WHERE n.id > $1 AND n.id <= $2 AND n.exempt = '' AND NOT n.rebuilt ORDER BY n.id LIMIT $3`, from, upto, planAtOnce)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t view.Told, err error) {
		return t, row.Scan(&t.ID, &t.N, &t.At, &t.Immediate, &t.Area, &t.Person, &t.Users)
	})
}

func queueDeliveries(batch *pgx.Batch, rows []view.Delivery) {
	if len(rows) == 0 {
		return
	}
	batch.Queue(`INSERT INTO deliveries (notice_id, channel, person, username, immediate, next_try, expires_at)
		SELECT * FROM jsonb_to_recordset($1) AS x (notice_id bigint, channel text, person text, username text, immediate bool, next_try timestamptz, expires_at timestamptz)
		ON CONFLICT DO NOTHING`, rows)
}

// SettleDelivery notes what has become of a message. What a report has settled in the
// meantime stays. One that would be tried too late expires.
func (s *Store) SettleDelivery(ctx context.Context, key string, o view.Outcome) error {
	if o.State == notice.Queued {
		_, err := s.pool.Exec(ctx, `UPDATE deliveries SET error = $2, next_try = $3,
				state = CASE WHEN expires_at <= $3 THEN 'expired' ELSE 'queued' END, settled_at = CASE WHEN expires_at <= $3 THEN $4::timestamptz END
			WHERE key = $1 AND state = 'queued'`, key, o.Error, o.NextTry, o.At)
		return fault(err)
	}
	var sent *time.Time
	if o.State == notice.Sent || o.State == notice.Written {
		sent = &o.At
	}
	_, err := s.pool.Exec(ctx, `UPDATE deliveries SET state = $2, provider_id = $3, error = $4, sent_at = $5, settled_at = $6
		WHERE key = $1 AND state = 'queued'`, key, o.State, o.ProviderID, o.Error, sent, o.At)
	return fault(err)
}

// DeliveryReports notes what providers say. A message that has arrived has arrived,
// whatever was said before.
func (s *Store) DeliveryReports(ctx context.Context, channel notice.Channel, list []view.DeliveryReport, now time.Time) error {
	batch := &pgx.Batch{}
	const which = ` WHERE channel = $1 AND key <> '' AND (key = $2 OR provider_id = $2 AND provider_id <> '') AND state IN `
	for _, r := range list {
		if r.At.IsZero() || r.At.After(now) {
			r.At = now
		}
		if r.Delivered {
			batch.Queue(`UPDATE deliveries SET state = 'delivered', delivered_at = $3, sent_at = coalesce(sent_at, $3), settled_at = coalesce(settled_at, $4), error = ''`+
				which+`('queued', 'sent', 'failed', 'expired')`, channel, r.ID, r.At, now)
			continue
		}
		batch.Queue(`UPDATE deliveries SET state = 'failed', settled_at = $4, error = $3`+which+`('queued', 'sent')`, channel, r.ID, r.Code, now)
	}
	return fault(s.pool.SendBatch(ctx, batch).Close())
}

// addDeliveries tells of each notice what left the house for it.
func (s *Store) addDeliveries(ctx context.Context, items []view.NoticeItem) error {
	at, ids := map[int64]int{}, []int64{}
	for i, n := range items {
		at[n.ID], ids = i, append(ids, n.ID)
	}
	rows, err := s.pool.Query(ctx, `SELECT notice_id, channel, state, username, attempts, next_try, sent_at, delivered_at, error
		FROM deliveries WHERE notice_id = ANY ($1) ORDER BY id`, ids)
	if err != nil {
		return fault(err)
	}
	var id int64
	var d view.DeliveryItem
	var sent, delivered *time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Channel, &d.State, &d.User, &d.Attempts, &d.NextTry, &sent, &delivered, &d.Error}, func() error {
		one := d
		if one.SentAt, one.DeliveredAt = orZero(sent), orZero(delivered); d.State != notice.Queued {
			one.NextTry = time.Time{}
		}
		items[at[id]].Deliveries = append(items[at[id]].Deliveries, one)
		return nil
	})
	return fault(err)
}
