package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/calendar"
	"huajie/domain/view"
)

// Board counts the cases in scope for a wall: what came in and what was closed on each of the
// last view.BoardDays calendar days, and what is open now by level. Voided cases, followers of
// merged ones and those of drill counties do not count.
func (s *Store) Board(ctx context.Context, scope view.Scope, now time.Time) (view.Board, error) {
	today := calendar.DateOf(now)
	b := view.Board{From: today.AddDays(1 - view.BoardDays).Start(), Closed: map[calendar.Date]int{}}
	// All three are of one moment.
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := s.registeredByDay(ctx, tx, scope, &b); err != nil {
			return err
		}
		if err := s.closedByDay(ctx, tx, scope, &b); err != nil {
			return err
		}
		return s.rungs(ctx, tx, scope, now, &b)
	})
	return b, fault(err)
}

// counted is what counts at all, in scope.
func (s *Store) counted(scope view.Scope) *where {
	w := within(scope)
	w.and("cases.state NOT IN ('voided', 'merged')")
	if len(s.drill) > 0 {
		w.and("cases.county <> ALL (?)", s.drill)
	}
	return w
}

func (s *Store) registeredByDay(ctx context.Context, tx pgx.Tx, scope view.Scope, b *view.Board) error {
	w := s.counted(scope)
	w.and("cases.created_at >= ?", b.From)
	rows, err := tx.Query(ctx, `SELECT (created_at AT TIME ZONE 'Asia/Shanghai')::date::text, kind, coalesce(category, ''), level, count(*)
		FROM cases`+w.String()+` GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`, w.args...)
	if err != nil {
		return err
	}
	var t view.Tally
	var day string
	_, err = pgx.ForEachRow(rows, []any{&day, &t.Kind, &t.Category, &t.Level, &t.Count}, func() (err error) {
		t.Day, err = calendar.ParseDate(day)
		b.Registered = append(b.Registered, t)
		return err
	})
	return err
}

func (s *Store) closedByDay(ctx context.Context, tx pgx.Tx, scope view.Scope, b *view.Board) error {
	w := s.counted(scope)
	w.and("cases.closed_at >= ?", b.From)
	rows, err := tx.Query(ctx, `SELECT (closed_at AT TIME ZONE 'Asia/Shanghai')::date::text, count(*) FROM cases`+w.String()+` GROUP BY 1`, w.args...)
	if err != nil {
		return err
	}
	var day string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&day, &n}, func() error {
		d, err := calendar.ParseDate(day)
		b.Closed[d] = n
		return err
	})
	return err
}

func (s *Store) rungs(ctx context.Context, tx pgx.Tx, scope view.Scope, now time.Time, b *view.Board) error {
	w := s.counted(scope)
	w.and("cases.open")
	at := w.arg(now) + "::timestamptz"
	rows, err := tx.Query(ctx, `SELECT level, count(*), count(*) FILTER (WHERE due_at < `+at+`) FROM cases`+w.String()+` GROUP BY 1 ORDER BY 1`, w.args...)
	if err != nil {
		return err
	}
	b.Rungs, err = pgx.CollectRows(rows, pgx.RowToStructByPos[view.Rung])
	return err
}
