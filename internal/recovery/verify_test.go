package recovery_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/internal/recovery"
	"huajie/store"
)

// TestTamperingIsNamed changes one event behind the ledger's back.
func TestTamperingIsNamed(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	no, other := s.inHand(), s.inHand()
	s.sql(`UPDATE events SET actor = 'somebody.else' WHERE no = '` + no + `' AND seq = 3`)
	r := s.verify()
	require.Len(t, r.Findings, 1)
	require.Equal(t, store.FaultChain, r.Findings[0].Code)
	require.Equal(t, no, r.Findings[0].No)
	require.Equal(t, "event 3 was changed", r.Findings[0].Detail)
	require.NotEmpty(t, r.Findings[0].MendZH)
	require.Empty(t, codes(r, other))

	done, err := s.Rebuild(context.Background(), recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Len(t, done.Problems, 1)
	require.Equal(t, 3, done.Problems[0].Differ[0].Seq)
	require.Contains(t, done.Problems[0].Detail, "the engine's copy is the one the chain was made with")
	require.Equal(t, 0, done.Events)
	require.Equal(t, []string{"somebody.else"}, s.dump(`SELECT actor FROM events WHERE no = '`+no+`' AND seq = 3`), "it is told, not overwritten")

	s.sql(`UPDATE cases SET body = jsonb_set(body, '{summary}', '"别的事"') WHERE no = '` + other + `'`)
	r = s.verify()
	require.Equal(t, []string{store.FaultRow}, codes(r, other))
	require.Contains(t, r.Findings[1].Detail+r.Findings[0].Detail, "summary")
}

// TestEverythingBesideTheEventsIsChecked damages what stands beside the chain.
func TestEverythingBesideTheEventsIsChecked(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	no := s.inHand()
	s.sql(`UPDATE deadlines SET at = at + interval '1 day' WHERE no = '` + no + `'`)
	require.Equal(t, []string{store.FaultDeadlines}, codes(s.verify(), no))
	s.sql(`UPDATE commands SET key = key || '?', to_seq = 99 WHERE no = '` + no + `' AND from_seq = 2`)
	require.ElementsMatch(t, []string{store.FaultDeadlines, store.FaultCommand, recovery.DanglingKey}, codes(s.verify(), no))
	_, err := s.Rebuild(context.Background(), recovery.RebuildOptions{No: no})
	require.NoError(t, err)
	require.Equal(t, []string{recovery.DanglingKey}, codes(s.verify(), no), "a key too many is left to a human")
	s.sql(`DELETE FROM commands WHERE to_seq = 99`)
	s.whole()
}

// TestTheCrashWindowHeals writes a step that its workflow does not know of, as
// a crash between commit and history leaves it.
func TestTheCrashWindowHeals(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	no := s.inHand()
	s.commit(no, "handler."+housing, "contact-petitioner", form.Input{"method": "phone", "reached": true, "summary": "已约"})
	got, err := s.Engine.State(context.Background(), activities.KindGrievance, no)
	require.NoError(t, err)
	r := s.whole()
	require.Equal(t, []string{no}, r.Healed, "nobody came back: verify has it catch up")
	now, err := s.Engine.State(context.Background(), activities.KindGrievance, no)
	require.NoError(t, err)
	require.Equal(t, got.GetHead().Seq+1, now.GetHead().Seq)
	require.Empty(t, s.whole().Healed)
}

// TestADeadlineNobodyFiresIsFound stops the workers and waits.
func TestADeadlineNobodyFiresIsFound(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	no := s.drill()
	s.halt()
	s.eventually(func() bool {
		late, err := s.app.Store.MissedDeadlines(context.Background(), time.Now().Add(-time.Second), 1)
		return err == nil && len(late) == 1
	}, "a deadline passes")
	r, err := s.Verify(context.Background(), recovery.Options{Quick: true, Tolerance: time.Second})
	require.NoError(t, err)
	require.Equal(t, []string{recovery.Unfired}, codes(r, no))
	s.work()
	s.eventually(func() bool { return s.has(no, "reported_up") }, "it fires")
	s.whole()
}

// commit writes a step behind the back of the workflow.
func (s *stand) commit(no, user, action string, in form.Input) {
	s.t.Helper()
	ctx := context.Background()
	list, err := s.app.Store.Events(ctx, no)
	require.NoError(s.t, err)
	u, ok := s.app.Book.Current().Users.User(user)
	require.True(s.t, ok)
	_, err = s.app.Desk.Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: no, Seq: len(list), At: time.Now(),
		Command: machine.Command{Key: s.key(), Action: action, Actor: domain.Actor{User: user, Grants: u.Grants}, Input: in}})
	require.NoError(s.t, err)
}
