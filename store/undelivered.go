package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/machine"
	"huajie/domain/view"
)

// followAtOnce bounds how many undelivered messages are followed in one transaction.
const followAtOnce = 50

// FollowUndelivered lets something follow each delivery to a petitioner that did not
// arrive, once: another channel, or a notice to a desk (§6 item 49). more tells that
// there are others.
func (s *Store) FollowUndelivered(ctx context.Context, now time.Time, remedy func(view.Undelivered) view.Remedy) (more bool, err error) {
	var told []*machine.Head
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		told = nil
		ids, list, err := s.undelivered(ctx, tx)
		if err != nil || len(ids) == 0 {
			more = false
			return err
		}
		more = len(ids) == followAtOnce
		batch := &pgx.Batch{}
		for _, u := range list {
			r := remedy(u)
			queueDeliveries(batch, r.Deliveries)
			if len(r.Notices) == 0 {
				continue
			}
			rows := make([]noticeRow, len(r.Notices))
			for i, m := range r.Notices {
				rows[i] = rowOf(m, now, false)
			}
			batch.Queue(insertNotices, rows)
			told = append(told, u.Case.GetHead())
		}
		batch.Queue(`UPDATE deliveries SET followed = true WHERE id = ANY ($1)`, ids)
		return tx.SendBatch(ctx, batch).Close()
	})
	if err == nil {
		for _, h := range told { // whoever listens looks into the inbox
			s.teller.changed(h.No, h.Seq)
		}
	}
	return more, err
}

// undelivered reads what waits to be followed. An officer is not followed any further.
func (s *Store) undelivered(ctx context.Context, tx pgx.Tx) (ids []int64, list []view.Undelivered, err error) {
	rows, err := tx.Query(ctx, `SELECT d.id, d.notice_id, d.channel, d.person, d.username, d.immediate, d.expires_at, n.n, n.no, n.seq, n.title_zh, n.title_en, c.seq, c.body
		FROM (SELECT * FROM deliveries WHERE state IN ('failed', 'expired') AND NOT followed ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) AS d
		JOIN notices n ON n.id = d.notice_id LEFT JOIN cases c ON c.no = n.to_case AND n.to_case <> '' ORDER BY d.id`, followAtOnce)
	if err != nil {
		return nil, nil, err
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var id int64
		var u view.Undelivered
		var seq *int
		var body []byte
		m := &u.Message
		if err := row.Scan(&id, &u.Notice, &u.Channel, &u.Person, &u.User, &u.Immediate, &u.Expires, &m.N, &m.No, &m.Seq, &m.TitleZH, &m.TitleEN, &seq, &body); err != nil {
			return struct{}{}, err
		}
		ids = append(ids, id)
		if u.Person == "" || seq == nil {
			return struct{}{}, nil
		}
		c, err := s.caseOf(m.No, body, *seq)
		u.Case = c
		list = append(list, u)
		return struct{}{}, err
	})
	return ids, list, err
}
