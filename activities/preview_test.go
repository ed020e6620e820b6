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
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/rulebook"
)

// TestPreviewWritesNothing: what a step would make of a case is decided as the step is, and is
// asked as often as one likes.
func TestPreviewWritesNothing(t *testing.T) {
	t.Parallel()
	book, err := rulebook.Default()
	require.NoError(t, err)
	at := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	desk := &activities.Desk{Ledger: activitiestest.NewMemory(book.Users), Book: rulebook.NewHolder(book), Now: func() time.Time { return at }}
	who := func(name string) domain.Actor {
		u, ok := book.Users.User(name)
		require.True(t, ok)
		return domain.Actor{User: name, Grants: u.Grants}
	}
	ctx := context.Background()
	w, err := desk.Register(ctx, activities.RegisterInput{Actor: who("win-general.220402"), Key: "k", Anonymous: true, At: at,
		Input: form.Input{"nature": "help", "summary": "楼道积水", "channel": "walk_in", "area": "220402008", "category": "0201"}})
	require.NoError(t, err)
	ask := activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: 1, At: at,
		Command: machine.Command{Key: "p", Action: "start-triage", Actor: who("disp.220402")}}
	for range 2 {
		next, err := desk.Preview(ctx, ask)
		require.NoError(t, err)
		require.Equal(t, grievance.Triage, next.GetHead().State)
	}
	ask.Command.Action = "sign-for"
	_, err = desk.Preview(ctx, ask)
	require.Equal(t, domain.CodeForbidden, domain.CodeOf(err))

	ask.Command.Action = "start-triage"
	done, err := desk.Commit(ctx, ask)
	require.NoError(t, err)
	require.Len(t, done.Events, 1, "the key was free, and the case as it was")
	next, err := desk.Preview(ctx, ask)
	require.NoError(t, err)
	require.Nil(t, next, "the caller looked at an older version")
}
