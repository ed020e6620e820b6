package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huajie/domain/notice"
	"huajie/domain/view"
)

// WithTracer lets a tracer watch every statement; nil watches nothing.
func WithTracer(t pgx.QueryTracer) Option {
	return func(_ *Store, c *pgxpool.Config) {
		if t != nil {
			c.ConnConfig.Tracer = t
		}
	}
}

// Stat is how the pool of connections is doing.
func (s *Store) Stat() *pgxpool.Stat { return s.pool.Stat() }

// Gauges counts how the casework stands: open cases by kind, level and light, without
// those of drill counties; and, drill or not, the cases whose workflow does not run
// and the deadlines that have passed without taking effect, which the engine owes.
func (s *Store) Gauges(ctx context.Context, now time.Time) (view.Gauges, error) {
	var out view.Gauges
	err := s.inTx(ctx, reading, func(tx pgx.Tx) (err error) {
		out = view.Gauges{}
		if out.Open, err = s.openByLevel(ctx, tx, now); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM cases WHERE NOT workflow_started) + (SELECT count(*) FROM whistles WHERE NOT workflow_started)`).Scan(&out.Unstarted); err != nil {
			return err
		}
		var oldest *time.Time
		if err := tx.QueryRow(ctx, `SELECT count(*), min(at) FROM deadlines WHERE at < $1`, now).Scan(&out.Unfired, &oldest); err != nil {
			return err
		}
		if oldest != nil {
			out.Oldest = now.Sub(*oldest)
		}
		var drift int64
		if err := tx.QueryRow(ctx, `SELECT (SELECT coalesce(sum(greatest(total - told, 0)), 0) FROM errands WHERE done_at IS NULL),
			(SELECT coalesce(max(abs(drift_ms)), 0) FROM heartbeats WHERE at > now() - interval '5 minutes')`).Scan(&out.Untold, &drift); err != nil {
			return err
		}
		out.Drift = time.Duration(drift) * time.Millisecond
		return countDeliveries(ctx, tx, now, &out)
	})
	return out, err
}

// countDeliveries counts what waits, and what became of the rest within a day.
func countDeliveries(ctx context.Context, tx pgx.Tx, now time.Time, out *view.Gauges) error {
	out.Deliveries = map[notice.State]int{}
	rows, err := tx.Query(ctx, `SELECT state, count(*) FROM deliveries WHERE state = 'queued' OR settled_at > $1 GROUP BY 1`, now.AddDate(0, 0, -1))
	if err != nil {
		return err
	}
	var state notice.State
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error { out.Deliveries[state] = n; return nil }); err != nil {
		return err
	}
	var due *time.Time
	if err := tx.QueryRow(ctx, `SELECT min(next_try) FROM deliveries WHERE state = 'queued' AND next_try < $1`, now).Scan(&due); err != nil {
		return err
	}
	if due != nil {
		out.OldestDelivery = now.Sub(*due)
	}
	return nil
}

// lightAt is view.LightOf in SQL; the argument is the moment.
const lightAt = `CASE WHEN due_at = 'infinity' THEN 'none' WHEN due_at <= $1 THEN 'red' WHEN yellow_at <= $1 THEN 'yellow' ELSE 'green' END`

func (s *Store) openByLevel(ctx context.Context, tx pgx.Tx, now time.Time) ([]view.LevelCount, error) {
	rows, err := tx.Query(ctx, `SELECT kind, level, `+lightAt+`, count(*) FROM cases
		WHERE open AND county <> ALL (coalesce($2::text[], '{}')) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, now, s.drill)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c view.LevelCount, err error) {
		return c, row.Scan(&c.Kind, &c.Level, &c.Light, &c.Count)
	})
}
