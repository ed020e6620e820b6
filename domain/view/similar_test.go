package view_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/grievance"
	"huajie/domain/view"
	"huajie/rulebook"
)

// TestRelate: the same person with the same matter repeats, presses, or has come in
// twice (§4.9 duplicate.window, repeat.petition).
func TestRelate(t *testing.T) {
	t.Parallel()
	b, err := rulebook.Default()
	require.NoError(t, err)
	now := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)
	rules := b.RulesFor("220402001", now)
	old := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	open := view.Earlier{State: grievance.Handling, Open: true, Category: "0402", Area: "220402001", CreatedAt: old(10)}
	with := func(change func(*view.Earlier)) view.Earlier {
		e := open
		change(&e)
		return e
	}
	for name, row := range map[string]struct {
		earlier   view.Earlier
		relation  view.Relation
		related   bool
		mergeable bool
	}{
		"the same ten days ago":             {open, view.Duplicate, true, true},
		"merged already":                    {with(func(e *view.Earlier) { e.Merged = true }), view.Duplicate, true, false},
		"the same, open for a hundred days": {with(func(e *view.Earlier) { e.CreatedAt = old(100) }), view.Urge, true, false},
		"answered last month":               {with(func(e *view.Earlier) { e.RepliedAt = old(30) }), view.Repeat, true, false},
		"answered two years ago":            {with(func(e *view.Earlier) { e.RepliedAt = old(730) }), "", false, false},
		"ended without an answer":           {with(func(e *view.Earlier) { e.Open = false }), "", false, false},
		"another category":                  {with(func(e *view.Earlier) { e.Category = "0201" }), "", false, false},
		"another place":                     {with(func(e *view.Earlier) { e.Area = "220402002" }), "", false, false},
		"no category yet":                   {with(func(e *view.Earlier) { e.Category = "" }), "", false, false},
	} {
		s, ok := view.Relate(row.earlier, "0402", "220402001", now, rules.Policy, rules.Calendar)
		require.Equal(t, row.related, ok, name)
		if ok {
			require.Equal(t, row.relation, s.Relation, name)
			require.Equal(t, row.mergeable, s.Mergeable, name)
		}
	}
}
