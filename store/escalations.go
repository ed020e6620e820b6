package store

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/view"
)

// fired are the firings among the events: one deadline may have caused several
// events, and counts once. The ID of a deadline is its kind and, where a case may
// have several of the kind, which one: task.T2, ack.220402-D11, statutory.7cd.
const fired = `SELECT DISTINCT ON (e.no, e.deadline, e.at) e.kind AS machine, regexp_replace(e.deadline, '\.[A-Z]?[0-9].*$', '') AS kind,
		extract(epoch FROM e.recorded_at - e.at)::float8 AS late, e.body ? 'late_by_system' AS marked
	FROM events e`

// Where the deadlines of cases and their sessions are found, and those of whistles.
const (
	ofCases    = ` LEFT JOIN sessions ON sessions.no = x.no JOIN cases ON cases.no = coalesce(sessions.case_no, x.no)`
	ofWhistles = ` JOIN whistles ON whistles.no = x.no`
)

// of joins a table to the rows its numbers belong to.
func of(alias, rows string) string { return strings.ReplaceAll(rows, "x.no", alias+".no") }

// oneDeadline keeps one event of every firing.
const oneDeadline = ` ORDER BY e.no, e.deadline, e.at, e.seq`

// Escalations tells how late the deadlines of the cases in scope took effect
// that were due from one moment up to, not including, another. Drill counties
// do not count, unless they are what is asked for.
func (s *Store) Escalations(ctx context.Context, scope view.Scope, from, to time.Time, drill bool) (view.Escalations, error) {
	var out view.Escalations
	err := s.inTx(ctx, reading, func(tx pgx.Tx) (err error) {
		cases, whistles := s.firings(scope, drill, "e.deadline <> '' AND e.at >= ? AND e.at < ?", from, to)
		if out, err = lateness(ctx, tx, `(`+fired+of("e", ofCases)+cases.String()+oneDeadline+`) UNION ALL (`+
			fired+of("e", ofWhistles)+whistles.String()+oneDeadline+`)`, whistles.args); err != nil {
			return err
		}
		cases, whistles = s.firings(scope, drill, "d.at >= ? AND d.at < ? AND d.at < now()", from, to)
		return tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM deadlines d`+of("d", ofCases)+cases.String()+`) +
			(SELECT count(*) FROM deadlines d`+of("d", ofWhistles)+whistles.String()+`)`, whistles.args...).Scan(&out.Unfired)
	})
	return out, err
}

// firings are the conditions for the deadlines of cases, and numbered on from them, for
// those of whistles.
func (s *Store) firings(scope view.Scope, drill bool, clause string, args ...any) (cases, whistles *where) {
	cases = within(scope)
	s.exercises(cases, "cases.county", drill)
	cases.and(clause, args...)
	whistles = &where{args: cases.args}
	whistles.seesWhistles(scope)
	s.exercises(whistles, "whistles.county", drill)
	whistles.and(clause, args...)
	return cases, whistles
}

// exercises selects the drill counties, or leaves them out.
func (s *Store) exercises(w *where, county string, drill bool) {
	switch {
	case drill:
		w.and(county+" = ANY (coalesce(?::text[], '{}'))", s.drill)
	case len(s.drill) > 0:
		w.and(county+" <> ALL (?)", s.drill)
	}
}

func lateness(ctx context.Context, tx pgx.Tx, firings string, args []any) (view.Escalations, error) {
	out := view.Escalations{Kinds: []view.Lateness{}}
	rows, err := tx.Query(ctx, `SELECT coalesce(machine, ''), coalesce(kind, ''), count(*), count(*) FILTER (WHERE marked),
			coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY late), 0), coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY late), 0), coalesce(max(late), 0)
		FROM (`+firings+`) AS f
		GROUP BY GROUPING SETS ((machine, kind), ()) ORDER BY 1, 2`, args...)
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
