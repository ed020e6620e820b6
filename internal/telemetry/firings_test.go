package telemetry_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain/machine"
	"huajie/internal/telemetry"
)

// written answers every change with the same events.
type written struct {
	activities.Ledger
	out activities.Written
}

func (w *written) Change(context.Context, activities.Write) (activities.Written, error) {
	return w.out, nil
}

func (w *written) ChangeMany(context.Context, []activities.Write) ([]activities.Written, error) {
	return []activities.Written{w.out, {No: "without an event"}}, nil
}

func TestLatenessOfDeadlinesIsWatched(t *testing.T) {
	t.Parallel()
	m := newTelemetry(t, telemetry.Options{})
	due := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	at := func(deadline string, at time.Time) machine.Event {
		return machine.Event{Deadline: deadline, At: at, RecordedAt: due.Add(time.Minute)}
	}
	ledger := &written{out: activities.Written{Events: []machine.Event{
		at("sign", due), at("sign", due), at("policy.red", due.Add(20*time.Second)), at("", due.Add(time.Minute)),
	}}}
	watched, err := m.Firings(ledger)
	require.NoError(t, err)
	_, err = watched.Change(t.Context(), activities.Write{})
	require.NoError(t, err)
	ledger.out.Repeated = true
	_, err = watched.Change(t.Context(), activities.Write{})
	require.NoError(t, err)
	ledger.out.Repeated = false
	_, err = watched.ChangeMany(t.Context(), nil)
	require.NoError(t, err)
	_, body := scrape(t, m)
	require.Contains(t, body, "huajie_deadline_lateness_seconds_count 4", "two deadlines, each once, alone and together")
	require.Contains(t, body, "huajie_deadline_lateness_seconds_sum 200")
}
