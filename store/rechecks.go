package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/gridevent"
	"huajie/domain/notice"
	"huajie/domain/patrol"
	"huajie/domain/recheck"
	"huajie/domain/view"
	"huajie/internal/seal"
)

// queueRecheck draws whether the city looks again at an event that is being closed. It is part of
// the change that closes it: every closing is judged once, whoever commits it and however often.
func (s *Store) queueRecheck(ctx context.Context, batch *pgx.Batch, no string, l recheck.Lot) error {
	key, err := s.key(ctx, "recheck")
	if err != nil {
		return err
	}
	if recheck.Drawn(key, no, l.Seq, l.Percent) {
		batch.Queue(`INSERT INTO rechecks (no, seq, percent, closed_at, verifier, due_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			no, l.Seq, l.Percent, l.ClosedAt, l.Verifier, l.Due)
	}
	return nil
}

// standing is true of a look whose event is still closed as it was drawn.
const standing = `(cases.state = 'closed' AND cases.closed_at = r.closed_at)`

// rank orders looks: those that wait by what is due first, then the answered by the latest.
const rank = `CASE WHEN r.verdict = '' THEN (extract(epoch FROM r.due_at) * 1000)::bigint ELSE 4000000000000 - (extract(epoch FROM r.answered_at))::bigint END`

const recheckColumns = `SELECT r.id, r.no, r.seq, r.percent, r.closed_at, r.verifier, r.due_at, r.verdict, r.reason, r.comment, r.metres, r.answered_by, r.answered_at, r.client,
	ARRAY (SELECT file_id FROM recheck_files f WHERE f.recheck = r.id ORDER BY f.n), cases.body, cases.seq, ` + standing + `, ` + rank + `
	FROM rechecks r JOIN cases ON cases.no = r.no`

// rechecksIn are the looks somebody may know of: answered ones in the areas of the office; those
// that wait are for the city, and there not for who had a hand in the event. What became a
// person's dispute afterwards is for those who may read it.
func rechecksIn(scope view.Scope, f recheck.Filter) *where {
	w := within(scope)
	w.reads(scope)
	w.and(`EXISTS (SELECT FROM unnest(?::text[]) AS a WHERE starts_with(cases.area, a))`, f.Areas)
	w.and(`r.verdict <> '' OR ?::boolean AND NOT (cases.readers && ?::text[] OR coalesce(cases.body -> 'disposers', '[]') @> to_jsonb(?::text))`,
		f.Open, marks(markUser, f.User), f.User)
	switch f.State {
	case recheck.Waiting:
		w.and(`r.verdict = '' AND ` + standing)
	case recheck.Answered:
		w.and(`r.verdict <> ''`)
	case recheck.Lapsed:
		w.and(`r.verdict = '' AND NOT ` + standing)
	}
	if f.County != "" {
		w.and(`cases.county = ?`, f.County)
	}
	if f.No != "" {
		w.and(`r.no = ?`, f.No)
	}
	return w
}

// Rechecks gives one page of the looks somebody may know of.
func (s *Store) Rechecks(ctx context.Context, scope view.Scope, f recheck.Filter, cursor string, limit int) (items []recheck.Recheck, next string, err error) {
	list := fmt.Sprint("rechecks ", f)
	w := rechecksIn(scope, f)
	if cursor != "" {
		p, err := s.openPosition(ctx, list, cursor)
		if err != nil {
			return nil, "", err
		}
		at, _ := strconv.ParseInt(p.At, 10, 64)
		id, _ := strconv.ParseInt(p.No, 10, 64)
		w.and(`(`+rank+`, r.id) > (?, ?)`, at, id)
	}
	limit = min(max(limit, 1), longestPage)
	var ranks []int64
	rows, err := s.pool.Query(ctx, recheckColumns+w.String()+` ORDER BY `+rank+`, r.id LIMIT `+w.arg(limit+1), w.args...)
	if err != nil {
		return nil, "", fault(err)
	}
	items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (recheck.Recheck, error) {
		r, at, err := s.scanRecheck(row)
		ranks = append(ranks, at)
		return r, err
	})
	if err != nil || len(items) <= limit {
		return items, "", fault(err)
	}
	items = items[:limit]
	next, err = s.sealPosition(ctx, list, position{At: strconv.FormatInt(ranks[limit-1], 10), No: strconv.FormatInt(items[limit-1].ID, 10)})
	return items, next, err
}

// Recheck gives one of them.
func (s *Store) Recheck(ctx context.Context, scope view.Scope, f recheck.Filter, id int64) (recheck.Recheck, error) {
	w := rechecksIn(scope, f)
	w.and(`r.id = ?`, id)
	rows, err := s.pool.Query(ctx, recheckColumns+w.String(), w.args...)
	if err != nil {
		return recheck.Recheck{}, fault(err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (recheck.Recheck, error) {
		r, _, err := s.scanRecheck(row)
		return r, err
	})
	return r, fault(err)
}

func (s *Store) scanRecheck(row pgx.CollectableRow) (r recheck.Recheck, at int64, err error) {
	var a recheck.Answer
	var answered *time.Time
	var body []byte
	var seq int
	if err = row.Scan(&r.ID, &r.No, &r.Seq, &r.Percent, &r.ClosedAt, &r.Verifier, &r.Due, &a.Verdict, &a.Reason, &a.Comment, &a.Metres, &a.By, &answered, &a.Client,
		&a.Photos, &body, &seq, &r.Standing, &at); err != nil {
		return r, 0, err
	}
	r.ClosedAt, r.Due = r.ClosedAt.UTC(), r.Due.UTC()
	c, err := s.caseOf(r.No, body, seq)
	if err != nil {
		return r, 0, err
	}
	event, ok := c.(*gridevent.Event)
	if !ok {
		return r, 0, fmt.Errorf("store: %s is drawn and no grid event", r.No)
	}
	if r.Event = event; answered == nil {
		return r, at, nil
	}
	a.At = answered.UTC()
	a.Comment, err = s.fields.Open(a.Comment, commentPlace(strconv.FormatInt(r.ID, 10)))
	r.Answer = &a
	return r, at, err
}

func commentPlace(id string) seal.Place {
	return seal.Place{Table: "rechecks", Column: "comment", Row: id}
}

// AnswerRecheck keeps what the city found, once, and sends the notices with it. The same answer
// again by its client's identifier changes nothing.
func (s *Store) AnswerRecheck(ctx context.Context, id int64, a recheck.Answer, tell []notice.Message) error {
	comment, err := s.fields.Seal(a.Comment, commentPlace(strconv.FormatInt(id, 10)))
	if err != nil {
		return err
	}
	news := false
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		news = false
		// The case is held before the look: it must not be reopened meanwhile.
		var now recheck.Answer
		var stands bool
		err := tx.QueryRow(ctx, `SELECT r.verdict, r.reason, r.answered_by, r.client, `+standing+` FROM rechecks r JOIN cases ON cases.no = r.no WHERE r.id = $1 FOR UPDATE`, id).
			Scan(&now.Verdict, &now.Reason, &now.By, &now.Client, &stands)
		switch {
		case err != nil:
			return err
		case now.Verdict != "" && (now.By != a.By || now.Client != a.Client):
			return refusal(domain.CodeConflict, "answered_already", "该复核已有结论", "somebody has answered already")
		case now.Verdict != "" && (now.Verdict != a.Verdict || now.Reason != a.Reason):
			return keyReused()
		case now.Verdict != "":
			return nil
		case !stands:
			return refusal(domain.CodeConflict, "event_reopened", "事件已重开,本次复核失效", "the event was reopened: this look has lapsed")
		}
		news = true
		if _, err := tx.Exec(ctx, `UPDATE rechecks SET verdict = $2, reason = $3, comment = $4, metres = $5, answered_by = $6, answered_at = $7, client = $8 WHERE id = $1`,
			id, a.Verdict, a.Reason, comment, a.Metres, a.By, moment(a.At), a.Client); err != nil {
			return err
		}
		for n, file := range slices.Compact(a.Photos) {
			tag, err := tx.Exec(ctx, `INSERT INTO recheck_files (file_id, recheck, n) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, file, id, n)
			if err == nil && tag.RowsAffected() == 0 {
				err = refusal(domain.CodeConflict, "photo_used", "照片已用于其他复核", "a photo was shown for another look")
			}
			if err != nil {
				return err
			}
		}
		return sendAlarms(ctx, tx, tell, moment(a.At))
	})
	if err == nil && news {
		for _, m := range tell {
			s.teller.changed(m.No, m.Seq)
		}
	}
	return fault(err)
}

// falsePasses are the moments at which a member passed what the city found not to be so.
func falsePasses(ctx context.Context, q querier, member string, in patrol.Span) ([]time.Time, error) {
	rows, err := q.Query(ctx, `SELECT closed_at FROM rechecks WHERE verifier = $1 AND verdict = 'fail' AND closed_at >= $2 AND closed_at < $3 ORDER BY closed_at, id`,
		member, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[time.Time])
}

// resealRecheck seals the words of an answer anew.
func (s *Store) resealRecheck(row pgx.CollectableRow, batch *pgx.Batch) (id string, changed bool, err error) {
	var comment string
	if err := row.Scan(&id, &comment); err != nil || comment == "" || s.fields.Current(comment) {
		return id, false, err
	}
	if comment, err = s.again(comment, commentPlace(id)); err != nil {
		return id, false, err
	}
	batch.Queue(`UPDATE rechecks SET comment = $2 WHERE id = $1::bigint`, id, comment)
	return id, true, nil
}
