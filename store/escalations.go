package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/view"
)

// fired are the firings among the events: one deadline may have caused several
// events, and counts once. The ID of a deadline is its kind and, where a case may
// have several of the kind, which one: task.T2, ack.220402-D11, statutory.7cd.
const fired = `SELECT DISTINCT ON (e.no, e.deadline, e.at) e.kind AS machine, regexp_replace(e.deadline, '\.[A-Z]?[0-9].*$', '') AS kind,
		extract(epoch FROM e.recorded_at - e.at)::float8 AS late, e.body ? 'late_by_system' AS marked
	FROM events e LEFT JOIN sessions ON sessions.no = e.no JOIN cases ON cases.no = coalesce(sessions.case_no, e.no)`

// Escalations tells how late the deadlines of the cases in scope took effect
// that were due from one moment up to, not including, another. Drill counties
// do not count, unless they are what is asked for.
func (s *Store) Escalations(ctx context.Context, scope view.Scope, from, to time.Time, drill bool) (view.Escalations, error) {
	var out view.Escalations
	err := s.inTx(ctx, reading, func(tx pgx.Tx) (err error) {
		w := s.firings(scope, drill)
		w.and("e.deadline <> '' AND e.at >= ? AND e.at < ?", from, to)
		if out, err = lateness(ctx, tx, w); err != nil {
			return err
		}
		w = s.firings(scope, drill)
		w.and("d.at >= ? AND d.at < ? AND d.at < now()", from, to)
		return tx.QueryRow(ctx, `SELECT count(*) FROM deadlines d LEFT JOIN sessions ON sessions.no = d.no
			JOIN cases ON cases.no = coalesce(sessions.case_no, d.no)`+w.String(), w.args...).Scan(&out.Unfired)
	})
	return out, err
}

func (s *Store) firings(scope view.Scope, drill bool) *where {
	w := within(scope)
	switch {
	case drill:
		w.and("cases.county = ANY (coalesce(?::text[], '{}'))", s.drill)
	case len(s.drill) > 0:
		w.and("cases.county <> ALL (?)", s.drill)
	}
	return w
}

func lateness(ctx context.Context, tx pgx.Tx, w *where) (view.Escalations, error) {
	out := view.Escalations{Kinds: []view.Lateness{}}
	rows, err := tx.Query(ctx, `SELECT coalesce(machine, ''), coalesce(kind, ''), count(*), count(*) FILTER (WHERE marked),
			coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY late), 0), coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY late), 0), coalesce(max(late), 0)
		FROM (`+fired+w.String()+` ORDER BY e.no, e.deadline, e.at, e.seq) AS f
		GROUP BY GROUPING SETS ((machine, kind), ()) ORDER BY 1, 2`, w.args...)
	if err != nil {
		return out, err
	}
	var l view.Lateness
	var p50, p99, most float64
	_, err = pgx.ForEachRow(rows, []any{&l.Machine, &l.Kind, &l.Fired, &l.Marked, &p50, &p99, &most}, func() error {
		l.P50, l.P99, l.Max = inSeconds(p50), inSeconds(p99), inSeconds(most)
		if l.Machine == "" {
			out.Total = l
			return nil
		}
		out.Kinds = append(out.Kinds, l)
		return nil
	})
	return out, err
}

// inSeconds never gives less than nothing: a timer and the clock of the database
// are not the same to the microsecond.
func inSeconds(s float64) time.Duration { return max(0, time.Duration(s*float64(time.Second))) }
