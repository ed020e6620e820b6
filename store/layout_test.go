package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/grievance"
	"huajie/domain/view"
	"huajie/store"
)

// TestStepsNeedNoIndex: no index of cases looks at what every step changes, be it
// as a column, in an expression or in a condition. Otherwise each step would be
// written to all of them.
func TestStepsNeedNoIndex(t *testing.T) {
	t.Parallel()
	_, url := freshAt(t)
	rows, err := raw(t, url).Query(t.Context(), `SELECT x.indexrelid::regclass || ' on ' || a.attname
		FROM pg_index x JOIN pg_depend d ON d.objid = x.indexrelid AND d.classid = 'pg_class'::regclass AND d.refobjid = x.indrelid
		JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
		WHERE x.indrelid = 'cases'::regclass AND a.attname IN ('seq', 'head_hash', 'body', 'updated_at', 'state', 'step_due_at', 'words', 'handlers')`)
	require.NoError(t, err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	assert.Empty(t, found)
}

// TestWordsFollowTheSummary: what a case is searched by is what its summary says
// now, and stays where a step leaves the summary alone.
func TestWordsFollowTheSummary(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	no := register(t, s, day, summary("小区门口井盖缺失")).No
	found := func(query string) []string {
		return all(t, s, store.Everything, view.Filter{Query: query}, view.ByDue, 10)
	}
	step(t, s, no, "looked", day)
	assert.Equal(t, []string{no}, found("井盖"))
	step(t, s, no, "corrected", day, summary("河道垃圾无人清理"))
	assert.Empty(t, found("井盖"))
	assert.Equal(t, []string{no}, found("河道"))
}

// TestDeadlinesFollowTheState: steps that move, add or end deadlines, and steps
// that leave them alone, keep the table as the state has it.
func TestDeadlinesFollowTheState(t *testing.T) {
	t.Parallel()
	s, r := fresh(t), seeded(t, 9)
	no := register(t, s, day).No
	for i := range 40 {
		step(t, s, no, "looked", day, func(c *grievance.Case) {
			switch r.IntN(3) {
			case 0:
				c.Deadlines = nil
			case 1:
				due(day.AddDate(0, 0, i))(c)
			}
			for id, d := range c.Deadlines {
				d.At, d.Duty = d.At.AddDate(0, 0, r.IntN(2)), r.IntN(2) == 0
				c.Deadlines[id] = d
			}
		})
		looked, err := s.ExamineOne(t.Context(), no)
		require.NoError(t, err)
		for _, f := range looked.Faults {
			require.NotEqual(t, store.FaultDeadlines, f.Code, f.Detail)
		}
	}
}

// TestCountsAndAlternatives: a list read as several alternatives has every row
// once, in order, and as many as are counted, whoever asks.
func TestCountsAndAlternatives(t *testing.T) {
	t.Parallel()
	s, r := fresh(t), seeded(t, 8)
	cases := seed(t, s, r, 150)
	yes := true
	for _, f := range []view.Filter{{}, {Units: units[1:2]}, {Units: units[1:3], Open: &yes}, {Query: "220402"}, {Units: units[1:2], Query: "220402"},
		{Overdue: &yes}, {Query: "井盖"}, {AssignedTo: "wang"}, {FirstResponder: "li"}} {
		f.Now = day
		for _, sort := range []view.Sort{view.ByDue, view.ByNewest, view.ByUpdated} {
			scope := anyScope(r)
			seen := all(t, s, scope, f, sort, 7)
			assert.Subset(t, nosOf(cases, func(c *grievance.Case) bool { return scope.Sees(c.Card()) }), seen)
			once := map[string]bool{}
			for _, no := range seen {
				assert.False(t, once[no], "%s twice", no)
				once[no] = true
			}
			whole := all(t, s, scope, f, sort, 200)
			assert.Equal(t, whole, seen, "pages make the list")
			p, err := s.List(t.Context(), scope, f, sort, "", 1, true)
			require.NoError(t, err)
			assert.Equal(t, len(seen), *p.Total, "%+v %s", f, sort)
		}
	}
}
