package demo

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTrialAddsUpToTheNewspaper(t *testing.T) {
	t.Parallel()
	persons, resolved := 0, 0
	for _, m := range trialMatters() {
		persons += m.headcount
		require.Positive(t, m.headcount)
		if m.resolved {
			resolved++
		}
	}
	require.Len(t, trialMatters(), TrialMatters)
	require.Equal(t, TrialPersons, persons)
	require.Equal(t, TrialResolved, resolved)
}

func TestTrialEventsAddUpToTheNewspaper(t *testing.T) {
	t.Parallel()
	resolved := 0
	for _, e := range trialEvents() {
		if e.resolved {
			resolved++
		}
	}
	require.Len(t, trialEvents(), TrialEvents)
	require.Equal(t, TrialEventsResolved, resolved)
	require.InDelta(t, 76.13, 100*float64(resolved)/TrialEvents, 0.005)
}
