package recovery_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/internal/recovery"
	"huajie/store"
	"huajie/workflows"
)

// What must come back exactly as it was. Notices come back too, unread and
// with new ids; keys without the request of a registration.
var asBefore = map[string]string{
	"events":    `SELECT to_jsonb(e)::text FROM events e ORDER BY no, seq`,
	"cases":     `SELECT (to_jsonb(c) - 'workflow_started')::text FROM cases c ORDER BY no`,
	"sessions":  `SELECT to_jsonb(s)::text FROM sessions s ORDER BY no`,
	"deadlines": `SELECT to_jsonb(d)::text FROM deadlines d ORDER BY no, id`,
	"numbers":   `SELECT to_jsonb(n)::text FROM numbers n ORDER BY place, letter, day`,
	"commands": `SELECT (to_jsonb(c) - 'at' || CASE WHEN from_seq = 1 AND kind = 'grievance' THEN '{"fingerprint": "unknown"}' ELSE '{}' END::jsonb)::text
		FROM commands c ORDER BY key`,
	"notices": `SELECT (to_jsonb(x) - 'id' - 'read_at' - 'read_by')::text FROM notices x ORDER BY no, seq, n, to_case, to_user, to_role, to_unit, id`,
}

const ledgerTables = "events, cases, sessions, deadlines, commands, numbers, notices"

func (s *stand) snapshot() map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	for name, query := range asBefore {
		out[name] = s.dump(query)
	}
	return out
}

// TestTheLedgerIsRebuiltFromTheEngine loses every table of the ledger while the
// workers run.
func TestTheLedgerIsRebuiltFromTheEngine(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ctx := context.Background()
	inHand, closed := s.inHand(), s.closed()
	joint, session := s.session()
	parent := s.toUnit()
	triage := s.register("win-general.220402", "220402008")
	s.do("disp.220402", triage.No, "start-triage", nil)
	s.do("disp.220402", triage.No, "split", map[string]any{"summary": "另一事项", "nature": "complaint", "category": "0402", "reason": "两个事项"})
	s.whole()
	before := s.snapshot()
	for name, rows := range before {
		require.NotEmpty(t, rows, name)
	}

	s.sql("TRUNCATE " + ledgerTables)
	r := s.verify()
	require.Equal(t, 0, r.Streams)
	for _, no := range []string{inHand, closed, joint, session, parent} {
		require.Equal(t, []string{recovery.NoLedger}, codes(r, no))
	}
	_, err := s.Act(ctx, "handler."+housing, inHand, "contact-petitioner", s.key(), map[string]any{"method": "phone", "reached": true, "summary": "已约"})
	require.Error(t, err, "nobody can act on what is not there")

	dry, err := s.Rebuild(ctx, recovery.RebuildOptions{Dry: true})
	require.NoError(t, err)
	require.Equal(t, dry.Events, len(before["events"]))
	require.Empty(t, s.dump(`SELECT no FROM events`), "a dry run writes nothing")

	done, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, done.Problems)
	require.Equal(t, len(before["events"]), done.Events)
	require.Equal(t, before, s.snapshot(), "byte for byte, hashes included")

	s.whole()
	again, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Equal(t, again.Streams, again.Same, "a second time there is nothing to do")

	// Officers go on, receipts open, and no number is drawn twice.
	_, err = s.app.Store.PublicCase(ctx, triage.No, triage.QueryCode)
	require.NoError(t, err)
	s.do("handler."+housing, inHand, "contact-petitioner", map[string]any{"method": "phone", "reached": true, "summary": "已约"})
	s.sit("liaison."+housing, session, "acknowledge", nil)
	fresh := s.register("win-general.220402", "220402008")
	require.NotContains(t, before["cases"], fresh.No)
	_, err = s.app.Store.PublicCase(ctx, fresh.No, fresh.QueryCode)
	require.NoError(t, err)
	s.whole()
}

// TestAWorkflowOutlivesTheLossOfItsLedger: a deadline passes while there is no
// ledger to fire it in. The workflow must wait for it, and not end.
func TestAWorkflowOutlivesTheLossOfItsLedger(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ctx := context.Background()
	no := s.drill()
	c, err := s.app.Store.StoredCase(ctx, no)
	require.NoError(t, err)
	next, ok := c.Next()
	require.True(t, ok)
	s.sql("TRUNCATE " + ledgerTables)
	s.eventually(func() bool { return s.tried(no) }, "the workflow tries to let its deadline take effect")
	running, err := s.Engine.Running(ctx, activities.KindGrievance, no)
	require.NoError(t, err)
	require.True(t, running)
	done, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, done.Problems)
	s.eventually(func() bool { return s.has(no, "escalated_l2") }, "time goes on")
	list, err := s.app.Store.Events(ctx, no)
	require.NoError(t, err)
	first := list[c.Seq] // the one after the last there was
	require.Equal(t, next.ID, first.Deadline)
	require.Equal(t, next.At.UTC().Truncate(time.Microsecond), first.At, "as of the moment it was due")
	require.True(t, first.RecordedAt.After(first.At))
	s.whole()
}

// tried tells whether a timer of the workflow has fired.
func (s *stand) tried(no string) bool {
	it := s.app.Client.GetWorkflowHistory(context.Background(), workflows.GrievanceID(no), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for it.HasNext() {
		e, err := it.Next()
		require.NoError(s.t, err)
		if e.GetEventType() == enums.EVENT_TYPE_TIMER_FIRED {
			return true
		}
	}
	return false
}

// TestAPartlyLostLedgerIsFilledIn loses the end of one case, the middle of
// another and the row of a third; what is there is not touched.
func TestAPartlyLostLedgerIsFilledIn(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	tail, middle, row := s.inHand(), s.inHand(), s.inHand()
	before := s.snapshot()
	s.sql(
		"DELETE FROM events WHERE no = '"+tail+"' AND seq > 2",
		"UPDATE cases SET seq = 2, head_hash = (SELECT hash FROM events WHERE no = '"+tail+"' AND seq = 2) WHERE no = '"+tail+"'",
		"DELETE FROM notices WHERE no = '"+tail+"' AND seq > 2",
		"DELETE FROM commands WHERE no = '"+tail+"' AND from_seq > 2",
		"DELETE FROM events WHERE no = '"+middle+"' AND seq = 2",
		"DELETE FROM notices WHERE no = '"+middle+"' AND seq = 2",
		"DELETE FROM cases WHERE no = '"+row+"'",
		"DELETE FROM deadlines WHERE no = '"+row+"'",
	)
	r := s.verify()
	require.Contains(t, codes(r, tail), recovery.LedgerBehind)
	require.Equal(t, []string{store.FaultChain}, codes(r, middle))
	require.Contains(t, codes(r, row), store.FaultNoRow)
	require.Contains(t, codes(r, row), store.FaultDeadlines)

	done, err := s.Rebuild(context.Background(), recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, done.Problems)
	require.Equal(t, 3, done.Rebuilt)
	require.Equal(t, before, s.snapshot())
	s.whole()
}

// TestWorkflowsAreRestoredFromTheLedger loses the engine: another namespace, in
// which there is nothing.
func TestWorkflowsAreRestoredFromTheLedger(t *testing.T) {
	t.Parallel()
	lost := newStand(t)
	inHand, closed := lost.inHand(), lost.closed()
	joint, session := lost.session()
	drill := lost.drill()
	lost.whole()
	events := len(lost.dump(`SELECT no FROM events WHERE no = '` + drill + `'`))

	s := lost.elsewhere()
	ctx := context.Background()
	r := s.verify()
	for _, no := range []string{inHand, closed, joint, session, drill} {
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
	require.Equal(t, 5, done.Started, "archived cases need none")
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
	s.whole()

	// The new histories can rebuild the ledger as the old ones could.
	s.halt()
	before := s.snapshot()
	s.sql("TRUNCATE " + ledgerTables)
	back, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, back.Problems)
	after := s.snapshot()
	for _, name := range []string{"events", "cases", "sessions", "deadlines", "notices"} {
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
	require.NoError(t, s.app.Client.TerminateWorkflow(ctx, workflows.GrievanceID(killed), "", "test"))
	_, err := s.app.Client.WorkflowService().DeleteWorkflowExecution(ctx, deletion(s.cfg.TemporalNamespace, workflows.GrievanceID(gone)))
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

func deletion(namespace, id string) *workflowservice.DeleteWorkflowExecutionRequest {
	return &workflowservice.DeleteWorkflowExecutionRequest{Namespace: namespace, WorkflowExecution: execution(id)}
}

func execution(id string) *common.WorkflowExecution { return &common.WorkflowExecution{WorkflowId: id} }
