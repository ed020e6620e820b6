package outage

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/internal/app"
)

// TestLimitsPassWhileTheEngineIsAway: limits take effect in the ledger though the
// engine does not come to them; when it does, the workflow learns of it, and
// nothing happens twice.
func TestLimitsPassWhileTheEngineIsAway(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	api := g.run(app.Parts{API: true, Worker: true})
	o := officeAt(t, api)
	r, _, err := o.register("limits-1", "路灯不亮")
	require.NoError(t, err)
	fromWorkflow := func() (seq int, ok bool) {
		var kept struct {
			Seq int `json:"seq"`
		}
		ok = o.get("citysup.220400", "/api/v1/cases/"+r.No+"?source=workflow", &kept) == http.StatusOK
		return kept.Seq, ok
	}
	eventually(t, "the workflow runs", func() bool { _, ok := fromWorkflow(); return ok })
	g.stopTemporal()
	eventually(t, "its first limits pass", func() bool { return len(fired(o.timeline(r.No))) >= 2 })
	for _, e := range fired(o.timeline(r.No)) {
		require.False(t, e.Late, "in time: nobody needs an excuse")
	}
	g.startTemporal()
	eventually(t, "the workflow stands where the ledger stands", func() bool {
		seq, ok := fromWorkflow()
		return ok && seq >= len(o.timeline(r.No))
	})
	types := map[string]int{}
	for _, e := range o.timeline(r.No) {
		types[e.Type]++
	}
	require.Equal(t, 1, types["triage_slow"])
	require.Equal(t, 1, types["triage_overdue"])
	require.NoError(t, g.desk().Store.VerifyChain(context.Background(), r.No))
}
