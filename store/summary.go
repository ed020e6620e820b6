package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/view"
)

// OverdueSummary counts the cases in scope that are overdue (red) or about to
// be (yellow), by county, the unit that holds the clock, level, light and
// lateness. The sum of its red cells is what a list of overdue cases has as its
// total at the same moment.
func (s *Store) OverdueSummary(ctx context.Context, scope view.Scope, now time.Time) ([]view.Cell, error) {
	w := parted(scope)
	// What has passed its yellow moment is yellow or red: no other case is looked at.
	// Cells are put in order here: PostgreSQL would sort the cases to do it.
	at := w.arg(now) + "::timestamptz"
	w.clauses = append(w.clauses, "cases.open", "cases.yellow_at <= "+at, "isfinite(cases.due_at)")
	var each []string
	for _, b := range w.branches() {
		each = append(each, `SELECT county, owner_unit, level, due_at FROM cases`+b)
	}
	rows, err := s.pool.Query(ctx, `SELECT county, owner_unit, level,
		CASE WHEN due_at > `+at+` THEN -1
		     WHEN due_at > `+at+` - interval '1 day' THEN 0
		     WHEN due_at > `+at+` - interval '3 days' THEN 1
		     WHEN due_at > `+at+` - interval '7 days' THEN 2
		     ELSE 3 END AS band, count(*)
		FROM (`+strings.Join(each, ` UNION ALL `)+`) AS cases GROUP BY 1, 2, 3, 4`, w.planned()...)
	if err != nil {
		return nil, fault(err)
	}
	out := []view.Cell{}
	var c view.Cell
	var band int
	_, err = pgx.ForEachRow(rows, []any{&c.County, &c.Unit, &c.Level, &band, &c.Count}, func() error {
		c.Light, c.Band = view.Yellow, ""
		if band >= 0 {
			c.Light, c.Band = view.Red, view.Bands[band]
		}
		out = append(out, c)
		return nil
	})
	slices.SortFunc(out, func(a, b view.Cell) int {
		return cmp.Or(cmp.Compare(a.County, b.County), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Level, b.Level),
			cmp.Compare(slices.Index(view.Bands, a.Band), slices.Index(view.Bands, b.Band)))
	})
	return out, fault(err)
}

// TrialStats counts the cases in scope registered from one moment up to, not
// including, another; a zero moment is no bound. Persons are counted apart from
// matters (R81): a case merged into another brings its persons but is no matter
// of its own. Resolved are matters closed with one of the two grades of R7 that
// say so: defused or disposed. Voided cases and those of drill counties do not count.
// A batch, if given, selects the matters that came in with it.
func (s *Store) TrialStats(ctx context.Context, scope view.Scope, from, to time.Time, batch string) (view.Trial, error) {
	w := within(scope)
	w.and("cases.state <> 'voided'")
	if len(s.drill) > 0 {
		w.and("cases.county <> ALL (?)", s.drill)
	}
	if !from.IsZero() {
		w.and("cases.created_at >= ?", from)
	}
	if !to.IsZero() {
		w.and("cases.created_at < ?", to)
	}
	if batch != "" {
		w.and("cases.batch = ?", batch)
	}
	t := view.Trial{From: from, To: to}
	const matter, event = `kind = 'grievance'`, `kind = 'grid_event' AND master = ''` // nobody is received with a grid event
	err := s.pool.QueryRow(ctx, `SELECT coalesce(sum(headcount) FILTER (WHERE `+matter+`), 0), count(*) FILTER (WHERE `+matter+` AND master = ''),
		count(*) FILTER (WHERE `+matter+` AND master = '' AND state IN ('closed', 'archived') AND outcome_grade IN ('defused', 'disposed')),
		count(*) FILTER (WHERE `+event+`), count(*) FILTER (WHERE `+event+` AND state = 'closed')
		FROM cases`+w.String(), w.args...).Scan(&t.Persons, &t.Registered, &t.Resolved, &t.Events, &t.EventsResolved)
	return t, fault(err)
}
