package outage

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/internal/app"
	"huajie/internal/demo"
)

// TestIntakeWhileTheEngineIsAway: the product starts without the engine, takes
// matters in, gives receipts, and when the engine comes every case gets its
// workflow by itself, its clocks counted from registration (R5).
func TestIntakeWhileTheEngineIsAway(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	g.stopTemporal()
	api, worker := g.run(app.Parts{API: true}), g.run(app.Parts{Worker: true})
	o := officeAt(t, api)
	status, health := probe(api.addr, "/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "unavailable", health["engine"])
	require.Equal(t, "ok", health["ledger"])
	status, _ = probe(api.addr, "/readyz?intake=true")
	require.Equal(t, http.StatusOK, status, "a load balancer goes on sending petitioners' matters")
	status, _ = probe(worker.addr, "/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status, "the worker waits, and says so")
	status, _ = probe(worker.addr, "/livez")
	require.Equal(t, http.StatusOK, status)

	kept, answer, err := o.register("away-1", "路灯不亮")
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, answer.Status)
	require.Regexp(t, `^220498G\d{13}$`, kept.No)
	require.Len(t, kept.QueryCode, 8)
	again, _, err := o.register("away-1", "路灯不亮")
	require.NoError(t, err)
	require.Equal(t, kept, again, "a retry gets the same receipt")
	asked := time.Now()
	second, answer, err := o.register("away-2", "井盖缺失")
	require.NoError(t, err)
	require.Less(t, time.Since(asked), 3*time.Second, "the next in the queue does not wait for the engine again")
	require.Equal(t, http.StatusAccepted, answer.Status)
	require.NotEqual(t, kept.No, second.No)

	require.Equal(t, http.StatusOK, o.get("", "/api/v1/public/cases/"+kept.No+"?code="+kept.QueryCode, nil), "the receipt works")
	calm, _, err := o.registerAt("win-general.220402", "away-3", calmMatter("楼道堆物"))
	require.NoError(t, err)
	step := func() (demo.Answer, error) {
		return o.Do(context.Background(), "disp.220402", http.MethodPost, "/api/v1/cases/"+calm.No+"/actions/start-triage", "step", map[string]any{})
	}
	answer, err = step()
	require.Equal(t, http.StatusServiceUnavailable, refusal(t, err).Status, "a step needs the engine")
	require.NotEmpty(t, answer.Header.Get("Retry-After"))
	require.Len(t, o.timeline(calm.No), 1, "and leaves nothing behind")

	g.startTemporal()
	for _, r := range []receipt{kept, second} {
		eventually(t, "the workflow starts by itself", func() bool {
			return o.get("citysup.220400", "/api/v1/cases/"+r.No+"?source=workflow", nil) == http.StatusOK
		})
		eventually(t, "its first limits pass", func() bool { return len(fired(o.timeline(r.No))) >= 2 })
		list := fired(o.timeline(r.No))
		require.Equal(t, "triage_slow", list[0].Type)
		require.InDelta(t, 3, list[0].At.Sub(r.RegisteredAt).Seconds(), 0.001, "3 s from registration, not from when the engine came back")
		require.Equal(t, "triage_overdue", list[1].Type)
		require.InDelta(t, 6, list[1].At.Sub(r.RegisteredAt).Seconds(), 0.001)
	}
	eventually(t, "both are ready", func() bool {
		a, _ := probe(api.addr, "/readyz")
		w, _ := probe(worker.addr, "/readyz")
		return a == http.StatusOK && w == http.StatusOK
	})
	_, err = step()
	require.NoError(t, err, "the step that was refused goes through with the same key")
	for _, no := range []string{kept.No, second.No, calm.No} {
		require.NoError(t, g.desk().Store.VerifyChain(context.Background(), no))
	}
}

// fired are the entries that time made, one per deadline.
func fired(list []entry) []entry {
	var out []entry
	for _, e := range list {
		if e.Deadline != "" && (len(out) == 0 || out[len(out)-1].Deadline != e.Deadline || !out[len(out)-1].At.Equal(e.At)) {
			out = append(out, e)
		}
	}
	return out
}
