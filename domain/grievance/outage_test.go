package grievance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/grievance"
)

// TestAnOutageBlamesNobody: what passed while the system was away takes effect
// at its own moment and is marked; no unit carries a mark of it (§6 item 95).
func TestAnOutageBlamesNobody(t *testing.T) {
	t.Parallel()
	p := dispatched(t)
	p.outage(p.due("60cd"))
	require.Equal(t, grievance.LeaderResolving, p.c.State, "the chain has climbed all the same")
	require.Empty(t, p.c.Supervision, "no card")
	require.False(t, p.c.LateSign)
	require.NotContains(t, p.c.Flags, "late_sign")
	require.NotContains(t, p.c.Flags, "contact_missed")
	for _, e := range p.events {
		require.Equal(t, e.RecordedAt.Sub(e.At) > time.Minute, e.LateBySystem, e.Type)
		for _, n := range e.Notices {
			require.NotEqual(t, "N21", n.N, "%s sends a card", e.Type)
		}
	}
}

// TestATimerIsNeverExact: a firing a few seconds late is the unit's own fault.
func TestATimerIsNeverExact(t *testing.T) {
	t.Parallel()
	p := dispatched(t)
	p.outage(p.c.Deadlines["sign"].At.Add(30 * time.Second))
	require.True(t, p.c.LateSign)
	require.Contains(t, p.c.Flags, "late_sign")
	require.False(t, p.saw("auto_signed").LateBySystem)
}
