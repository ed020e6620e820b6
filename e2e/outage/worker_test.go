package outage

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/internal/app"
	"huajie/internal/demo"
)

// TestTimeIsHonestAfterAnOutage: limits that passed while no worker was there take
// effect in due order at their own moment, are marked as late by the system where
// they are more than a minute late, and no unit carries a mark of it (§6 item 95).
func TestTimeIsHonestAfterAnOutage(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	api := g.run(app.Parts{API: true})
	o := officeAt(t, api)
	worker := g.run(app.Parts{Worker: true})
	short, _, err := o.register(o.key(), "停电")
	require.NoError(t, err)
	eventually(t, "its workflow runs", func() bool {
		return o.get("citysup.220400", "/api/v1/cases/"+short.No+"?source=workflow", nil) == http.StatusOK
	})
	require.NoError(t, worker.stop(), "the workers go away")
	long := g.dispatchedBefore(3 * time.Minute)
	eventually(t, "limits of the fresh case pass unnoticed", func() bool { return time.Since(short.RegisteredAt) > 8*time.Second })
	require.Empty(t, fired(o.timeline(long)), "nobody was there")

	back := time.Now()
	g.run(app.Parts{Worker: true})
	eventually(t, "time has caught up", func() bool {
		list := fired(o.timeline(long))
		return len(list) > 0 && hasFired(list, "sign") && hasFired(list, "policy.red") && hasFired(fired(o.timeline(short.No)), "triage")
	})
	for _, no := range []string{long, short.No} {
		list := fired(o.timeline(no))
		require.True(t, slices.IsSortedFunc(list, func(a, b entry) int { return a.At.Compare(b.At) }), "in due order")
		for _, e := range list {
			require.Equal(t, e.RecordedAt.Sub(e.At) > machine.Tolerance, e.Late, "%s due %s, recorded %s", e.Type, e.At, e.RecordedAt)
			if e.At.Before(back) && no == long {
				require.False(t, e.RecordedAt.Before(back.Add(-time.Second)), "recorded when it was noticed")
			}
		}
	}
	var v demo.View
	require.Equal(t, http.StatusOK, o.get("citysup.220400", "/api/v1/cases/"+long, &v))
	g.blamesNobody(long)

	var stats struct {
		Total struct {
			Fired int     `json:"fired"`
			Late  int     `json:"late_by_system"`
			P99   float64 `json:"p99_seconds"`
			Max   float64 `json:"max_seconds"`
		} `json:"total"`
		Items []struct {
			Kind  string `json:"kind"`
			Fired int    `json:"fired"`
			Late  int    `json:"late_by_system"`
		} `json:"items"`
	}
	require.Equal(t, http.StatusOK, o.get("citysup.220400", "/api/v1/stats/escalations?drill=true", &stats))
	require.GreaterOrEqual(t, stats.Total.Fired, stats.Total.Late)
	require.Positive(t, stats.Total.Late)
	require.Greater(t, stats.Total.Max, 60.0)
	require.True(t, slices.ContainsFunc(stats.Items, func(i struct {
		Kind  string `json:"kind"`
		Fired int    `json:"fired"`
		Late  int    `json:"late_by_system"`
	}) bool {
		return i.Kind == "sign" && i.Late == 1
	}))
	require.Equal(t, http.StatusOK, o.get("citysup.220400", "/api/v1/stats/escalations", &stats))
	require.Zero(t, stats.Total.Fired, "an exercise counts in no statistics")
}

func hasFired(list []entry, deadline string) bool {
	return slices.ContainsFunc(list, func(e entry) bool { return e.Deadline == deadline })
}

// dispatchedBefore writes what a worker had done some time ago before it went
// away: a matter registered, and dispatched to a unit of the drill area.
func (g *ground) dispatchedBefore(ago time.Duration) string {
	g.t.Helper()
	a, at := g.desk(), time.Now().Add(-ago)
	who := func(name string) domain.Actor {
		u, ok := a.Book.Current().Users.User(name)
		require.True(g.t, ok, name)
		return domain.Actor{User: u.Username, Grants: u.Grants}
	}
	ctx := context.Background()
	w, err := a.Desk.Register(ctx, activities.RegisterInput{Actor: who("win-general.220498"), Key: "long", Anonymous: true, At: at,
		Input: form.Input{"nature": "help", "summary": "楼道积水", "channel": "walk_in", "area": "220498001", "category": "0201"}})
	require.NoError(g.t, err)
	for i, step := range []machine.Command{
		{Key: "t", Action: "start-triage", Actor: who("disp.220498")},
		{Key: "d", Action: "dispatch", Actor: who("disp.220498"), Input: form.Input{"lead_unit": "220498-D11"}},
	} {
		_, err := a.Desk.Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: -1, Command: step, At: at.Add(time.Duration(i+1) * 100 * time.Millisecond)})
		require.NoError(g.t, err)
	}
	return w.No
}

// blamesNobody looks for marks against a unit that came of the outage.
func (g *ground) blamesNobody(no string) {
	g.t.Helper()
	ctx, a := context.Background(), g.desk()
	events, err := a.Store.StoredEvents(ctx, no)
	require.NoError(g.t, err)
	late := map[int]bool{}
	for _, e := range events {
		late[e.Seq] = e.LateBySystem
		if !e.LateBySystem {
			continue
		}
		require.NotContains(g.t, string(e.Change), `"supervision"`, "%s raises a card", e.Type)
		require.NotContains(g.t, string(e.Change), `"late_sign"`, "%s marks the unit", e.Type)
		require.NotContains(g.t, string(e.Change), `"contact_missed"`, "%s marks the unit", e.Type)
	}
	notices, err := a.Store.CaseNotices(ctx, everything, no)
	require.NoError(g.t, err)
	marked := 0
	for _, n := range notices {
		require.Equal(g.t, late[n.Seq], n.Late, "%s of event %d", n.N, n.Seq)
		if n.Late {
			marked++
			require.NotEqual(g.t, "N21", n.N, "no card is sent")
		}
	}
	require.Positive(g.t, marked)
}
