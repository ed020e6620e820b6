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
