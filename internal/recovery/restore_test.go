package recovery_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"

	"huajie/activities"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/internal/recovery"
	"huajie/workflows"
)

// TestWorkflowsAreRestoredFromTheLedger loses the engine: another namespace, in
// which there is nothing.
func TestWorkflowsAreRestoredFromTheLedger(t *testing.T) {
	t.Parallel()
	lost := newStand(t)
	inHand, closed := lost.inHand(), lost.closed()
	joint, session := lost.session()
	whistle, event := lost.whistle(), lost.report()
	drill := lost.drill() // last: its seconds run
	lost.whole()

	s := lost.elsewhere()
	events := len(s.dump(`SELECT no FROM events WHERE no = '` + drill + `'`)) // nothing runs from here
	ctx := context.Background()
	r := s.verify()
	for _, no := range []string{inHand, closed, joint, session, drill, event, whistle} {
		require.Contains(t, codes(r, no), recovery.NotRunning)
	}
	// The drill is overdue by the time anybody starts it again.
	s.eventually(func() bool {
		late, err := s.app.Store.MissedDeadlines(ctx, time.Now(), 10)
		return err == nil && len(late) > 0
	}, "a deadline passes while nothing runs")
	due, err := s.app.Store.MissedDeadlines(ctx, time.Now(), 1)
	require.NoError(t, err)
	require.Len(t, s.dump(`SELECT no FROM events WHERE no = '`+drill+`'`), events)

	dry, err := s.Restore(ctx, recovery.RestoreOptions{Dry: true})
	require.NoError(t, err)
	done, err := s.Restore(ctx, recovery.RestoreOptions{})
	require.NoError(t, err)
	require.Empty(t, done.Problems)
	require.Equal(t, 7, done.Started, "archived cases need none")
	require.Equal(t, dry.Started, done.Started)
	again, err := s.Restore(ctx, recovery.RestoreOptions{})
	require.NoError(t, err)
	require.Equal(t, 0, again.Started)
	require.Equal(t, again.Open, again.Running)

	s.eventually(func() bool { return s.has(drill, "escalated_l2") }, "time goes on moving the drill")
	list, err := s.app.Store.Events(ctx, drill)
	require.NoError(t, err)
	first := list[events]
	require.Equal(t, due[0].ID, first.Deadline)
	require.Equal(t, due[0].At, first.At, "effective when it was due, not when it was found")
	require.True(t, first.RecordedAt.After(first.At))

	s.do("handler."+housing, inHand, "contact-petitioner", map[string]any{"method": "phone", "reached": true, "summary": "已约"})
	s.sit("liaison."+housing, session, "acknowledge", nil)
	s.blow("liaison."+urban, whistle, "respond", nil)
	s.do("platform.220402", event, "dispatch", map[string]any{"lead_unit": housing})
	s.whole()

	// The new histories can rebuild the ledger as the old ones could.
	s.halt()
	before := s.snapshot()
	s.sql("TRUNCATE " + ledgerTables + " CASCADE")
	back, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, back.Problems)
	after := s.snapshot()
	for _, name := range []string{"events", "cases", "sessions", "whistles", "deadlines", "notices"} {
		require.Equal(t, before[name], after[name], name)
	}
}

// TestDeletedWorkflowsAreRestored loses single workflows of a running engine, one
// of them while it owed another case a word.
func TestDeletedWorkflowsAreRestored(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ctx := context.Background()
	killed, gone := s.inHand(), s.inHand()
	require.NoError(t, s.app.Client.TerminateWorkflow(ctx, workflows.ID(killed), "", "test"))
	_, err := s.app.Client.WorkflowService().DeleteWorkflowExecution(ctx, deletion(s.cfg.TemporalNamespace, workflows.ID(gone)))
	require.NoError(t, err)
	s.eventually(func() bool {
		running, err := s.Engine.Running(ctx, activities.KindGrievance, gone)
		return err == nil && !running
	}, "it is deleted")
	r := s.verify()
	require.Equal(t, []string{recovery.NotRunning}, codes(r, killed))
	require.Equal(t, []string{recovery.NotRunning}, codes(r, gone))
	quick, err := s.Verify(ctx, recovery.Options{Quick: true})
	require.NoError(t, err)
	require.Equal(t, []string{recovery.NotRunning}, codes(quick, killed), "seen without asking workflows too")

	one, err := s.Restore(ctx, recovery.RestoreOptions{No: killed})
	require.NoError(t, err)
	require.Equal(t, 1, one.Started)
	all, err := s.Restore(ctx, recovery.RestoreOptions{})
	require.NoError(t, err)
	require.Equal(t, 1, all.Started)
	s.whole()
}

// TestAConsequenceUnderWayIsNotLost loses the engine between the plan of a
// joint session and its opening.
func TestAConsequenceUnderWayIsNotLost(t *testing.T) {
	t.Parallel()
	lost := newStand(t)
	v := lost.register("win-general.220402", "220402008")
	lost.do("disp.220402", v.No, "start-triage", nil)
	lost.do("director.220402", v.No, "start-joint", map[string]any{"trigger": "T02", "reason": "两家以上单位无法牵头"})
	s := lost.elsewhere()
	s.halt()
	s.commit(v.No, "director.220402", "plan-session", form.Input{"purpose": "厘清责任", "lead_unit": housing, "assist_units": []any{urban},
		"held_at": time.Now().Add(time.Hour).Format(time.RFC3339), "room": "会商室"})
	done, err := s.Restore(context.Background(), recovery.RestoreOptions{})
	require.NoError(t, err)
	require.Equal(t, 1, done.Started)
	s.work()
	s.eventually(func() bool {
		_, err := s.app.Store.StoredSession(context.Background(), v.No+"-J1")
		return err == nil
	}, "the session that was planned is opened")
	s.whole()
}

// TestAWhistleUnderWayIsNotLost loses the engine between the wish of a case for a whistle and
// its draft.
func TestAWhistleUnderWayIsNotLost(t *testing.T) {
	t.Parallel()
	lost := newStand(t)
	v := lost.register("win-general.220402", "220402008")
	lost.do("disp.220402", v.No, "start-triage", nil)
	lost.do("office.220402008", v.No, "assign-local", nil)
	s := lost.elsewhere()
	s.halt()
	s.commit(v.No, "office.220402008", "blow-whistle", form.Input{"kind": "routine", "place": "永安路12号", "matter": "占道经营", "why": "无执法权",
		"units": []any{urban}, "due": time.Now().AddDate(0, 0, 3).Format(time.DateOnly)})
	stored, err := s.app.Store.StoredCase(context.Background(), v.No)
	require.NoError(t, err)
	c, ok := stored.(*grievance.Case)
	require.True(t, ok)
	require.Len(t, c.Whistles, 1)
	_, err = s.Restore(context.Background(), recovery.RestoreOptions{})
	require.NoError(t, err)
	s.work()
	for no := range c.Whistles {
		s.eventually(func() bool {
			_, err := s.app.Store.StoredWhistle(context.Background(), no)
			return err == nil
		}, "the whistle that was asked for is drafted")
	}
	s.whole()
}

func deletion(namespace, id string) *workflowservice.DeleteWorkflowExecutionRequest {
	return &workflowservice.DeleteWorkflowExecutionRequest{Namespace: namespace, WorkflowExecution: execution(id)}
}

func execution(id string) *common.WorkflowExecution { return &common.WorkflowExecution{WorkflowId: id} }
