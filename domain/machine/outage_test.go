package machine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/domain/machine"
)

// TestAWindowOfUrgentHoursIsNotWider: the emergency goes on, system or not; the calendar is
// not even asked.
func TestAWindowOfUrgentHoursIsNotWider(t *testing.T) {
	t.Parallel()
	t0 := &turn{Rules: &machine.Rules{}}
	until := start.Add(2 * time.Hour)
	outages := []calendar.Pause{{From: start, To: start.Add(time.Hour)}}
	require.Equal(t, until, t0.Wider(start, calendar.MustLimit("2uh"), until, outages))
	require.Equal(t, until, t0.Wider(time.Time{}, calendar.MustLimit("2wh"), until, outages), "never opened")
}
