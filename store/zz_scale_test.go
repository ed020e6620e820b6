package store_test

import (
	"os"
	"testing"
	"time"
	"context"

	"huajie/domain/view"
	"huajie/store"
	"github.com/stretchr/testify/require"
)

func TestScale(t *testing.T) {
	if os.Getenv("SCALE") == "" { t.Skip() }
	s, url := freshAt(t)
	register(t, s, day, due(day))
	db := raw(t, url)
	_, err := db.Exec(context.Background(), `DROP INDEX cases_readers; DROP INDEX cases_search; DROP INDEX cases_created; DROP INDEX cases_updated; DROP INDEX cases_due`)
	require.NoError(t, err)
	_, err = db.Exec(context.Background(), `
	INSERT INTO cases SELECT (jsonb_populate_record(c, jsonb_build_object(
	  'no', '220402G20250101' || lpad(i::text, 7, '0'), 'open', i % 50 = 0, 'closed_at', CASE WHEN i % 50 = 0 THEN NULL ELSE '2026-01-01' END,
	  'state', CASE WHEN i % 50 = 0 THEN 'handling' ELSE 'closed' END,
	  'due_at', CASE WHEN i % 50 = 0 THEN (now() + (i % 997 - 300) * interval '1 hour')::text ELSE 'infinity' END,
	  'yellow_at', CASE WHEN i % 50 = 0 THEN (now() + (i % 997 - 324) * interval '1 hour')::text ELSE 'infinity' END,
	  'created_at', now() - i * interval '1 minute', 'updated_at', now() - i * interval '1 minute',
	  'county', '22040' || (i/50 % 4 + 1), 'place', '22040' || (i/50 % 4 + 1) || '00' || (i/50 % 9), 'lead_unit', 'D' || (i/50 % 120), 'owner_unit', 'D' || (i/50 % 120),
	  'readers', jsonb_build_array('c:22040' || (i/50 % 4 + 1), 't:22040' || (i/50 % 4 + 1) || '00' || (i/50 % 9), 'u:D' || (i/50 % 120), 'p:user' || (i/50 % 2000)),
	  'first_responder', 'user' || (i/50 % 2000), 'handlers', jsonb_build_array('user' || (i/50 % 1999))
	))).* FROM cases c, generate_series(1, 300000) i WHERE c.no = '`+number(1)+`'`)
	require.NoError(t, err)
	_, err = db.Exec(context.Background(), `CREATE INDEX cases_due ON cases (due_at, no); CREATE INDEX cases_created ON cases (created_at, no); CREATE INDEX cases_updated ON cases (updated_at, no); CREATE INDEX cases_readers ON cases USING gin (readers); CREATE INDEX cases_search ON cases USING gin (search); ANALYZE cases`)
	require.NoError(t, err)
	yes := true
	for name, q := range map[string]struct{ s view.Scope; f view.Filter; sort view.Sort; total bool }{
		"city due": {store.Everything, view.Filter{}, view.ByDue, false},
		"city overdue total": {store.Everything, view.Filter{Overdue: &yes}, view.ByDue, true},
		"county due": {view.Scope{Counties: []string{"220402"}, User: "x"}, view.Filter{}, view.ByDue, false},
		"county newest": {view.Scope{Counties: []string{"220402"}, User: "x"}, view.Filter{}, view.ByNewest, false},
		"dept open due": {view.Scope{Units: []string{"D7"}, User: "user7"}, view.Filter{Open: &yes}, view.ByDue, false},
		"dept due": {view.Scope{Units: []string{"D7"}, User: "user7"}, view.Filter{}, view.ByDue, false},
		"dept overdue total": {view.Scope{Units: []string{"D7"}, User: "user7"}, view.Filter{Overdue: &yes}, view.ByDue, true},
		"mine": {view.Scope{Units: []string{"D7"}, User: "user7"}, view.Filter{AssignedTo: "user7"}, view.ByDue, false},
		"only own": {view.Scope{User: "user7"}, view.Filter{}, view.ByDue, true},
		"search": {view.Scope{Counties: []string{"220402"}}, view.Filter{Query: "井盖"}, view.ByNewest, false},
		"search none": {view.Scope{Counties: []string{"220402"}}, view.Filter{Query: "河道"}, view.ByNewest, true},
		"number": {view.Scope{Counties: []string{"220402"}}, view.Filter{Query: "220402G202501010012345"}, view.ByDue, true},
		"area": {store.Everything, view.Filter{Area: "220402003", Open: &yes}, view.ByDue, false},
		"all total": {store.Everything, view.Filter{}, view.ByDue, true},
	} {
		best := time.Hour
		for range 7 {
			start := time.Now()
			_, err := s.List(t.Context(), q.s, q.f, q.sort, "", 50, q.total)
			require.NoError(t, err, name)
			best = min(best, time.Since(start))
		}
		t.Log(name, best)
	}
	start := time.Now()
	_, err = s.OverdueSummary(t.Context(), store.Everything, time.Now())
	require.NoError(t, err)
	t.Log("summary", time.Since(start))
	start = time.Now()
	_, err = s.TrialStats(t.Context(), store.Everything, time.Time{}, time.Time{}, "")
	t.Log("trial", time.Since(start))
	for range 5 {
	start = time.Now()
	step(t, s, "220402G202501010000050", "looked", day)
	t.Log("change", time.Since(start))
	}
}
