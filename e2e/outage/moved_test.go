package outage

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/calendar"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/internal/app"
	"huajie/internal/recovery"
	"huajie/rulebook"
)

// shortOutages makes a gap of fifteen seconds an outage, and gives the drill area limits
// that outlast it. A shorter one a busy machine makes by itself.
func (g *ground) shortOutages() func(*config.Config) {
	g.t.Helper()
	dir := g.t.TempDir()
	require.NoError(g.t, os.CopyFS(dir, rulebook.Data()))
	for file, changes := range map[string][][2]string{
		"policy.yaml": {{"outage.min: 30min", "outage.min: 15s"}},
		"policy.drill.yaml": {{"triage.hard: 6s", "triage.hard: 300s"}, {"guide.limit.petition: 8s", "guide.limit.petition: 900s"}, {"guide.limit.other: 8s", "guide.limit.other: 900s"}, {"sign.limit.normal: 4s", "sign.limit.normal: 600s"},
			{"handle.demand.normal: 8s", "handle.demand.normal: 900s"}, {"budget.petition.L1: 8s", "budget.petition.L1: 900s"},
			{"statutory.petition.handle: 60s", "statutory.petition.handle: 3600s"}, {"return.window.demand: 3s", "return.window.demand: 600s"}, {"fr.inform: 5s", "fr.inform: 600s"},
			{"event.review.normal: 5s", "event.review.normal: 600s"}},
	} {
		path := filepath.Join(dir, file)
		b, err := os.ReadFile(path)
		require.NoError(g.t, err)
		text := string(b)
		for _, c := range changes {
			require.Contains(g.t, text, c[0])
			text = strings.Replace(text, c[0], c[1], 1)
		}
		require.NoError(g.t, os.WriteFile(path, []byte(text), 0o600))
	}
	return func(c *config.Config) { c.RulebookDir, c.HeartbeatEvery = dir, 200*time.Millisecond }
}

// TestAnOutageMovesPolicyDeadlines: api and worker go away and come back, several of
// each at once. The window is on record once, every open case has its policy deadlines
// moved by it, the law's date stays, and the clocks say why (§6 item 44).
func TestAnOutageMovesPolicyDeadlines(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	quick := g.shortOutages()
	api, worker := g.run(app.Parts{API: true}, quick), g.run(app.Parts{Worker: true}, quick)
	o := officeAt(t, api)
	dispatched := func(change map[string]any) string {
		matter := drillMatter("楼道积水")
		for k, v := range change {
			matter[k] = v
		}
		a, err := o.Do(context.Background(), "win-general.220498", http.MethodPost, "/api/v1/grievances", o.key(), matter)
		require.NoError(t, err)
		var r receipt
		require.NoError(t, a.Into(&r))
		o.triage(r.No)
		_, err = o.Do(context.Background(), "disp.220498", http.MethodPost, "/api/v1/cases/"+r.No+"/actions/dispatch", o.key(), map[string]any{"lead_unit": "220498-D11"})
		require.NoError(t, err)
		return r.No
	}
	demand := dispatched(nil)
	petition := dispatched(map[string]any{"nature": "petition", "petitioner": map[string]any{"name": "甲某某", "phone": "13812345678"}})
	event := o.reportLamp()
	desk := g.desk()
	review := func() machine.Deadline {
		c, err := desk.Store.StoredCase(context.Background(), event)
		require.NoError(t, err)
		require.Contains(t, c.GetHead().Deadlines, "review")
		return c.GetHead().Deadlines["review"]
	}
	reviewed := review()
	stored := func(no string) *grievance.Case {
		c, err := desk.Store.StoredCase(context.Background(), no)
		require.NoError(t, err)
		return c.(*grievance.Case)
	}
	before := map[string]*grievance.Case{demand: stored(demand), petition: stored(petition)}
	require.NoError(t, api.stop())
	require.NoError(t, worker.stop())
	away := time.Now()
	eventually(t, "they stay away", func() bool { return time.Since(away) > 18*time.Second })

	back := g.run(app.Parts{API: true}, quick)
	for range 2 {
		g.run(app.Parts{API: true, Worker: true}, quick)
	}
	o = officeAt(t, back)
	for no, was := range before {
		eventually(t, "it moves", func() bool { return len(stored(no).Outages) > 0 })
		require.Len(t, stored(no).Outages, 1)
		now, lost := stored(no), stored(no).Outages[0]
		require.Greater(t, lost.To.Sub(lost.From), 15*time.Second)
		span := lost.To.Sub(lost.From)
		require.WithinDuration(t, was.Policy.Due.Add(span), now.Policy.Due, 0)
		require.WithinDuration(t, now.Policy.Due, now.Deadlines["policy.red"].At, 0)
		require.WithinDuration(t, was.Deadlines["sign"].At.Add(span), now.Deadlines["sign"].At, 0)
	}
	eventually(t, "an event moves too", func() bool { return review().At.After(reviewed.At) })
	require.WithinDuration(t, reviewed.At.Add(stored(demand).Outages[0].To.Sub(stored(demand).Outages[0].From)), review().At, 0)
	require.WithinDuration(t, before[petition].Statutory.Due, stored(petition).Statutory.Due, 0, "I3")
	require.Empty(t, stored(petition).Statutory.Pauses)

	list, err := desk.Store.Outages(context.Background(), everything, time.Time{})
	require.NoError(t, err)
	require.Len(t, list, 1, "however many processes came back")
	var stats struct {
		Items []struct {
			Number string `json:"number"`
			Cases  int    `json:"cases"`
		} `json:"items"`
	}
	require.Equal(t, http.StatusOK, o.get("citysup.220400", "/api/v1/stats/outages", &stats))
	require.Equal(t, list[0].Number(), stats.Items[0].Number)
	require.Equal(t, 3, stats.Items[0].Cases)
	require.Equal(t, http.StatusForbidden, o.get("disp.220498", "/api/v1/stats/outages", nil))
	var clocks struct {
		Items []view.ClockView `json:"items"`
	}
	require.Equal(t, http.StatusOK, o.get("citysup.220400", "/api/v1/cases/"+demand+"/clocks", &clocks))
	explained := map[string]string{}
	for _, k := range clocks.Items {
		for _, s := range k.Segments {
			if s.Kind == calendar.KindPaused {
				explained[k.Name] = s.Name
			}
		}
	}
	require.Equal(t, "暂停计时:系统停机 "+list[0].Number(), explained["policy"])
	require.Contains(t, explained["sign"], "系统停机")
	eventually(t, "every case has taken it", func() bool {
		list, err := desk.Store.Outages(context.Background(), everything, time.Time{})
		return err == nil && !list[0].DoneAt.IsZero() && list[0].Remaining == 0
	})
	for no := range before {
		moved := 0
		for _, e := range o.timeline(no) {
			if e.Type == "moved_for_outage" {
				moved++
			}
		}
		require.Equal(t, 1, moved)
	}
	verifier, err := desk.Recovery()
	require.NoError(t, err)
	report, err := verifier.Verify(context.Background(), recovery.Options{Wait: 5 * time.Second, Tolerance: 2 * time.Minute})
	require.NoError(t, err)
	require.Empty(t, report.Findings)
}

// reportLamp has a citizen report an event of the drill area, for which no photos are asked.
func (o *office) reportLamp() string {
	o.t.Helper()
	a, err := o.Do(context.Background(), "petitioner.220498", http.MethodPost, "/api/v1/grid-events", o.key(), map[string]any{
		"category": "E0102", "description": "小区门口路灯整排不亮,夜间出行不便", "grid": "220498001901001", "location": map[string]any{"lat": 43.0, "lon": 125.06}})
	require.NoError(o.t, err)
	var r receipt
	require.NoError(o.t, a.Into(&r))
	return r.No
}
