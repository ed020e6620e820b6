package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/rulebook"
)

// TestWhoTakesOverKnowsThatItIsLate: a worker tried for more than a minute to write down
// that a limit had passed, and was killed. The one that takes over replays the moment of
// the step; what it writes is recorded now, is late by the system and blames nobody (§6
// item 95; found by e2e/chaos).
func TestWhoTakesOverKnowsThatItIsLate(t *testing.T) {
	t.Parallel()
	book, err := rulebook.Default(rulebook.WithDrill())
	require.NoError(t, err)
	clock := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	ledger := activitiestest.NewMemory(book.Users)
	desk := func() *activities.Desk { // a process that remembers nothing
		now := func() time.Time { return clock }
		return &activities.Desk{Ledger: ledger, Book: rulebook.NewHolder(book), Now: now, Engine: now}
	}
	ctx := context.Background()
	who := func(name string) domain.Actor {
		u, ok := book.Users.User(name)
		require.True(t, ok)
		return domain.Actor{User: name, Grants: u.Grants}
	}
	w, err := desk().Register(ctx, activities.RegisterInput{Actor: who("win-general.220498"), Key: "k", Anonymous: true, At: clock,
		Input: form.Input{"nature": "help", "summary": "楼道积水", "channel": "walk_in", "area": "220498001", "category": "0201"}})
	require.NoError(t, err)

	due := clock.Add(3200 * time.Millisecond) // triage.soft, after 3 s
	clock = due
	onTime, err := desk().Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: 1, At: due})
	require.NoError(t, err)
	require.NotEmpty(t, onTime.Events)
	for _, e := range onTime.Events {
		require.Equal(t, due, e.RecordedAt, "the first try of a worker that is alive")
		require.False(t, e.LateBySystem)
	}

	fired := due.Add(4 * time.Second) // the limit to triage, after 6 s
	clock = fired.Add(70 * time.Second)
	late, err := desk().Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: 1 + len(onTime.Events), At: fired})
	require.NoError(t, err)
	require.NotEmpty(t, late.Events)
	for _, e := range late.Events {
		require.Equal(t, clock, e.RecordedAt)
		require.True(t, e.LateBySystem, e.Type)
	}

	clock = clock.Add(time.Hour)
	step, err := desk().Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: -1, At: fired.Add(time.Millisecond),
		Command: machine.Command{Key: "t", Action: "start-triage", Actor: who("disp.220498")}})
	require.NoError(t, err)
	require.Equal(t, fired.Add(time.Millisecond), step.Events[len(step.Events)-1].At, "a step keeps its moment")
}
