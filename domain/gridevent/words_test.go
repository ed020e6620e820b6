package gridevent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/gridevent"
	"huajie/internal/testkit/recorded"
)

func TestEveryTypeOfEventIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Named(t, gridevent.Machine.TypeLabels(), "supervision")
}

// TestEveryFlagIsNamed reads in the sources what an event is marked with.
func TestEveryFlagIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Flagged(t, gridevent.FlagLabels)
	for _, why := range []string{"place_border", "place_overlap", "place_gap"} { // what the places of grids are in doubt by
		require.Contains(t, gridevent.FlagLabels, why)
	}
}

func TestEveryClosingIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Constants(t, "ClosedVerified", gridevent.ClosingLabels)
}
