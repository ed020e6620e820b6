package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain/grievance"
	"huajie/domain/view"
	"huajie/store"
)

// firing lets the first deadline of a fresh case take effect some time after it was due.
func firing(t *testing.T, s *store.Store, desk *activities.Desk, no string, late time.Duration) {
	t.Helper()
	c := held(t, s, no)
	d, ok := c.Next()
	require.True(t, ok)
	_, err := desk.Commit(t.Context(), activities.CommitInput{Kind: activities.KindGrievance, No: no, Seq: -1, At: d.At.Add(late)})
	require.NoError(t, err)
}

func TestEscalationsTellHowLateTimeWas(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	desk, b := deskOf(t, s)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 100 {
		in := registration(actorNamed(t, b, "win-general.220402"), r, fmt.Sprint("k", i))
		in.Input["nature"], in.Input["urgency"], in.Input["area"] = "help", "normal", "220402008"
		w, err := desk.Register(t.Context(), in)
		require.NoError(t, err)
		firing(t, s, desk, w.No, time.Duration(i)*time.Second)
	}
	e, err := s.Escalations(t.Context(), store.Everything, day, day.AddDate(0, 0, 30), false)
	require.NoError(t, err)
	require.Equal(t, 100, e.Total.Fired)
	require.Equal(t, 39, e.Total.Marked, "61 to 99 seconds late is the system's fault")
	require.InDelta(t, 49.5, e.Total.P50.Seconds(), 0.01)
	require.InDelta(t, 98.01, e.Total.P99.Seconds(), 0.01)
	require.InDelta(t, 99, e.Total.Max.Seconds(), 0.01)
	require.Len(t, e.Kinds, 1)
	require.Equal(t, "triage.soft", e.Kinds[0].Kind)
	require.Equal(t, activities.KindGrievance, e.Kinds[0].Machine)
	require.Equal(t, e.Total.Fired, e.Kinds[0].Fired)

	later, err := s.Escalations(t.Context(), store.Everything, day.AddDate(0, 0, 1), day.AddDate(0, 0, 2), false)
	require.NoError(t, err)
	require.Zero(t, later.Total, "nothing was due on that day")
	other, err := s.Escalations(t.Context(), view.Scope{Counties: []string{"220403"}}, day, day.AddDate(0, 0, 30), false)
	require.NoError(t, err)
	require.Zero(t, other.Total, "another county sees nothing of it")
	drill, err := s.Escalations(t.Context(), store.Everything, day, day.AddDate(0, 0, 30), true)
	require.NoError(t, err)
	require.Zero(t, drill.Total, "no drill took place")
}

func TestGaugesCountWhatIsOpenAndWhatTheEngineOwes(t *testing.T) {
	t.Parallel()
	s := fresh(t, store.WithDrill("220498"))
	now := day.Add(48 * time.Hour)
	register(t, s, day, due(now.Add(-time.Hour)))       // red
	register(t, s, day, due(now.Add(time.Hour)))        // yellow
	register(t, s, day, due(now.Add(72*time.Hour)))     // green
	register(t, s, day, closed(day.Add(1), "disposed")) // over
	register(t, s, day, due(now.Add(-time.Hour)), func(c *grievance.Case) { c.County = "220498" })
	started := register(t, s, day, closed(day.Add(1), "disposed"))
	require.NoError(t, s.MarkStarted(t.Context(), started.No))

	g, err := s.Gauges(t.Context(), now)
	require.NoError(t, err)
	require.Equal(t, []view.LevelCount{{Kind: "grievance", Level: "L1", Light: view.Green, Count: 1}, {Kind: "grievance", Level: "L1", Light: view.Red, Count: 1}, {Kind: "grievance", Level: "L1", Light: view.Yellow, Count: 1}}, g.Open)
	require.Equal(t, 5, g.Unstarted)
	require.Equal(t, 4, g.Unfired, "the triage limit of every case that is open, drill or not")
	require.Equal(t, 44*time.Hour, g.Oldest)
}
