package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/store"
)

const (
	fresh30 = 30 * time.Second
	least   = 30 * time.Minute
)

// whole lets an api and a worker say that they can do their work.
func whole(t *testing.T, s *store.Store) *view.Outage {
	t.Helper()
	var found *view.Outage
	for _, b := range []store.Beat{{Process: "a1", Part: "api"}, {Process: "w1", Part: "worker"}} {
		o, err := s.Beat(t.Context(), b, fresh30, least)
		require.NoError(t, err)
		if o != nil {
			found = o
		}
	}
	return found
}

// TestAGapIsFoundOnce: however many processes come back at once, one outage is
// written, from the last moment everything worked to the first at which it does again.
func TestAGapIsFoundOnce(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	db := raw(t, url)
	require.Nil(t, whole(t, s), "a first start ends no outage")
	require.Nil(t, whole(t, s))
	register(t, s, day)

	_, err := db.Exec(t.Context(), `UPDATE service SET whole_at = now() - interval '2 hours'`)
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), `UPDATE heartbeats SET at = now() - interval '2 hours', able_at = now() - interval '2 hours'`)
	require.NoError(t, err)
	o, err := s.Beat(t.Context(), store.Beat{Process: "a1", Part: "api", Cause: view.CauseEngine}, fresh30, least)
	require.NoError(t, err)
	require.Nil(t, o, "it is there and cannot work")
	o, err = s.Beat(t.Context(), store.Beat{Process: "a1", Part: "api"}, fresh30, least)
	require.NoError(t, err)
	require.Nil(t, o, "without a worker nothing is carried out")

	var mu sync.Mutex
	var found []*view.Outage
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			o, err := s.Beat(context.Background(), store.Beat{Process: string(rune('p' + i)), Part: "worker"}, fresh30, least)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || o != nil {
				found = append(found, o)
			}
		})
	}
	wg.Wait()
	require.Len(t, found, 1)
	require.Equal(t, []string{view.CauseEngine}, found[0].Causes)
	require.Equal(t, 1, found[0].Total)
	require.InDelta(t, 2*time.Hour, found[0].To.Sub(found[0].From), float64(time.Minute))
	list, err := s.Outages(t.Context(), store.Everything, time.Time{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, found[0].ID, list[0].ID)

	_, err = db.Exec(t.Context(), `UPDATE service SET whole_at = now() - interval '20 minutes'`)
	require.NoError(t, err)
	require.Nil(t, whole(t, s), "a restart is no outage")
	_, err = db.Exec(t.Context(), `UPDATE service SET whole_at = now() - interval '40 minutes'`)
	require.NoError(t, err)
	require.Equal(t, []string{view.CauseSilent}, whole(t, s).Causes, "nobody said anything")
}

// TestClocksThatDiffer: how far apart they are is kept, the worst of it too.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	drift, err := s.Drift(t.Context())
	require.NoError(t, err)
	require.Less(t, drift.Abs(), time.Second, "one machine has one clock")
	for _, d := range []time.Duration{time.Second, -9 * time.Second, 2 * time.Second} {
		_, err := s.Beat(t.Context(), store.Beat{Process: "w1", Part: "worker", Drift: d}, fresh30, least)
		require.NoError(t, err)
	}
	var now, worst int
	require.NoError(t, raw(t, url).QueryRow(t.Context(), `SELECT drift_ms, worst_ms FROM heartbeats`).Scan(&now, &worst))
	require.Equal(t, []int{2000, -9000}, []int{now, worst})
	g, err := s.Gauges(t.Context(), time.Now())
	require.NoError(t, err)
	require.Equal(t, 2*time.Second, g.Drift)
}

// TestDeclaredOutages: somebody says when, where and why; a county sees its own and
// those of the whole system; what was none is voided and goes no further.
func TestDeclaredOutages(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	register(t, s, day)
	register(t, s, day, func(c *grievance.Case) { c.County, c.Area = "220403", "220403004" })
	register(t, s, day.Add(48*time.Hour))
	o, err := s.DeclareOutage(t.Context(), view.Outage{From: day.Add(time.Hour), To: day.Add(3 * time.Hour), County: "220403", By: "admin", Reason: "机房停电"})
	require.NoError(t, err)
	require.Equal(t, 1, o.Total, "of that county, registered by then")
	require.Equal(t, []string{view.CauseDeclared}, o.Causes)
	sees := func(county string) int {
		list, err := s.Outages(t.Context(), view.Scope{Counties: []string{county}}, time.Time{})
		require.NoError(t, err)
		return len(list)
	}
	require.Equal(t, 1, sees("220403"))
	require.Zero(t, sees("220402"))
	require.NoError(t, s.VoidOutage(t.Context(), o.ID, "admin", "误报"))
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(s.VoidOutage(t.Context(), o.ID, "admin", "再次")))
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(s.VoidOutage(t.Context(), 99, "admin", "无")))
	_, ok, err := s.ClaimErrand(t.Context(), 10)
	require.NoError(t, err)
	require.False(t, ok, "nobody hears of it")
	_, err = s.DeclareOutage(t.Context(), view.Outage{From: day, To: day, By: "admin"})
	require.Error(t, err, "it lasts")
}

// TestAnErrandReachesEveryCase: the most pressing first, part by part, whoever claims
// it, and again those that have not taken the step, until nobody is left.
func TestAnErrandReachesEveryCase(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	db := raw(t, url)
	var want []string
	for i := range 7 {
		no := register(t, s, day).No
		step(t, s, no, "dispatched", day, due(day.Add(time.Duration(100-i)*time.Hour)))
		want = append([]string{no}, want...)
	}
	o, err := s.DeclareOutage(t.Context(), view.Outage{From: day, To: day.Add(time.Hour), By: "admin"})
	require.NoError(t, err)
	require.Equal(t, 7, o.Total)
	var told []string
	take := func(e activities.Errand, no string) {
		_, err := s.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: no, Seq: -1, Key: e.KeyFor(no),
			Decide: activitiestest.Step("moved_for_outage", day.Add(time.Hour), due(day.Add(200*time.Hour)))})
		require.NoError(t, err)
	}
	for len(told) < 7 {
		e, ok, err := s.ClaimErrand(t.Context(), 3)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, o.Number(), e.Input.Text("outage"))
		_, twice, err := s.ClaimErrand(t.Context(), 3)
		require.NoError(t, err)
		require.False(t, twice, "it is claimed")
		for _, no := range e.Cases {
			if no != want[2] { // does not take it yet
				take(e, no)
			}
		}
		told = append(told, e.Cases...)
		require.NoError(t, s.SettleErrand(t.Context(), e))
	}
	require.Equal(t, want, told, "the most pressing first")
	again := func() activities.Errand {
		_, err := db.Exec(t.Context(), `UPDATE errands SET next_at = now()`)
		require.NoError(t, err)
		e, ok, err := s.ClaimErrand(t.Context(), 3)
		require.NoError(t, errors.Join(err))
		require.True(t, ok)
		require.NoError(t, s.SettleErrand(t.Context(), e))
		return e
	}
	require.Empty(t, again().Cases, "the round is over")
	e := again()
	require.Equal(t, want[2:3], e.Cases, "who has not taken the step hears again")
	take(e, want[2])
	require.Empty(t, again().Cases)
	require.Empty(t, again().Cases)
	list, err := s.Outages(t.Context(), store.Everything, time.Time{})
	require.NoError(t, err)
	require.False(t, list[0].DoneAt.IsZero())
	require.Equal(t, 7, list[0].Told)
	require.Zero(t, list[0].Remaining)
}

// TestWhoLeavesAndWhatMoves: a closed account and a transferred duty concern the open
// cases that name them, once; a dry run only counts.
func TestWhoLeavesAndWhatMoves(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	require.NoError(t, s.UpsertUsers(t.Context(), accounts(2), ""))
	handled := register(t, s, day, func(c *grievance.Case) {
		c.Handlers, c.LeadUnit, c.Units, c.Category = []string{"user000"}, "220402-D11", []string{"220402-D11"}, "0402"
	})
	register(t, s, day, func(c *grievance.Case) {
		c.Handlers, c.Units, c.Category = []string{"user001"}, []string{"220402-D11"}, "0201"
	})
	n, err := s.DisableUser(t.Context(), "user000", "admin", "调离")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = s.UserNamed(t.Context(), "user000")
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
	_, err = s.DisableUser(t.Context(), "user000", "admin", "调离")
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(err), "once")
	e, ok, err := s.ClaimErrand(t.Context(), 10)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, []string{handled.No}, e.Cases)
	require.Equal(t, machine.HandlerLeft, e.Action)
	require.Equal(t, "user000", e.Input.Text("person"))

	n, err = s.Transfer(t.Context(), "220402-D11", "220402-D12", "", "admin", "改革", true)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	_, ok, err = s.ClaimErrand(t.Context(), 10)
	require.NoError(t, err)
	require.False(t, ok, "a dry run leaves nothing behind")
	n, err = s.Transfer(t.Context(), "220402-D11", "220402-D12", "04", "admin", "改革", false)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	e, ok, err = s.ClaimErrand(t.Context(), 10)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, machine.TransferUnit, e.Action)
	require.Equal(t, []string{handled.No}, e.Cases)
}
