package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/internal/failure"
	"huajie/workflows"
)

const day = 24 * time.Hour

// TestNobodyActsAndTheCaseClimbs is the promise of the product: a case that is
// left alone reaches the county leader by itself, each time at the minute the
// working calendar says.
func TestNobodyActsAndTheCaseClimbs(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	p.act(5*time.Minute, "disp.220402", "start-triage", nil)
	p.act(10*time.Minute, "office.220402008", "assign-local", nil)
	p.run(120 * day)

	// 3 working days from Monday 2 March: due Thursday, one day of grace.
	require.Equal(t, "2026-03-05 17:00", p.when("overdue"))
	require.Equal(t, "2026-03-06 17:00", p.when("reported_up"))
	require.Equal(t, 1, p.count("auto_signed"))
	// 3+5 working days, and the grace again.
	require.Equal(t, "2026-03-13 17:00", p.when("escalated_l2"))
	// 3+5+15 working days; 4 to 6 April is Qingming.
	require.Equal(t, "2026-04-03 17:00", p.when("escalated_l3"))
	// Named by rota after one working day: Tuesday after the holiday.
	require.Equal(t, "2026-04-07 17:00", p.when("leader_by_rota"))

	c := p.folded()
	require.Equal(t, grievance.L3, c.Level)
	require.NotEmpty(t, c.OwningLeader)
	require.True(t, c.LateSign)
	require.Equal(t, 4, p.count("overdue"), "once on every level")
	p.sameAsLedger()
}

// straight schedules the ordinary way of a case to its answer.
func straight(p *play) {
	p.act(5*time.Minute, "disp.220402", "start-triage", nil)
	p.act(10*time.Minute, "disp.220402", "dispatch", form.Input{"lead_unit": "220402-D11"})
	p.act(2*time.Hour, "liaison.220402-D11", "sign-for", nil)
	p.act(3*time.Hour, "liaison.220402-D11", "assign-handler", form.Input{"handlers": []any{"handler.220402-D11"}, "recusal_declared": true})
	p.act(4*time.Hour, "handler.220402-D11", "contact-petitioner", form.Input{"method": "phone", "reached": true, "summary": "已约定上门"})
	p.act(day, "leader.220402-D11", "issue-reply", form.Input{"result": "已更换水管", "outcome_grade": "disposed", "evidence": "照片", "legal_basis": "民法典",
		"service_method": "in_person", "service_date": "2026-03-03"})
}

func TestStraightWayToArchive(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	straight(p)
	rated := p.act(2*day, domain.Petitioner, "evaluate", form.Input{"rating": "satisfied"})
	p.run(90 * day)
	require.NoError(t, p.env.GetWorkflowError(), "an archived case ends its workflow by itself")
	require.NoError(t, rated.err)
	require.Equal(t, grievance.Closed, rated.result.State)
	c := p.ledger.Case(p.no)
	require.Equal(t, grievance.Archived, c.State)
	require.Equal(t, "resolved", c.ClosingType)
	require.Equal(t, 0, p.count("overdue"))
}

func TestUnratedClosesAfterTheWindow(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	straight(p)
	p.run(20 * day)
	// Answered on 3 March; 7 calendar days end with the 10th.
	require.Equal(t, "2026-03-11 00:00", p.when("evaluation_lapsed"))
	require.Equal(t, "unrated", p.ledger.Case(p.no).ClosingType)
	p.sameAsLedger()
}

// TestARepeatedUpdateIsOneStep: the same key answers the same and writes once.
func TestARepeatedUpdateIsOneStep(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	first := p.actKeyed(5*time.Minute, "same", "disp.220402", "start-triage", nil)
	again := p.actKeyed(6*time.Minute, "same", "disp.220402", "start-triage", nil)
	p.run(time.Hour)
	require.NoError(t, first.err)
	require.NoError(t, again.err)
	require.Equal(t, 1, p.count("triage_started"))
	require.Equal(t, first.result.State, again.result.State)
}

// TestTwoOfficersAtOnce: one wins, the other is told where the case stands.
func TestTwoOfficersAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	p.act(5*time.Minute, "disp.220402", "start-triage", nil)
	a := p.act(10*time.Minute, "disp.220402", "dispatch", form.Input{"lead_unit": "220402-D11"})
	b := p.act(10*time.Minute, "disp2.220402", "dispatch", form.Input{"lead_unit": "220402-D12"})
	p.run(time.Hour)
	require.NoError(t, a.err)
	refused := failure.Unwrap(b.err)
	require.Equal(t, domain.CodeConflict, domain.CodeOf(refused))
	require.Equal(t, 1, p.count("dispatched"))
	p.sameAsLedger()
}

// TestLedgerAheadByOneStep injects the crash window: the commit was written, the
// history was not, and whoever asked never came back. The next command finds
// the missed step, folds it and is decided on top of it.
func TestLedgerAheadByOneStep(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	p.act(5*time.Minute, "disp.220402", "start-triage", nil)
	p.env.RegisterDelayedCallback(func() { // written behind the workflow's back
		seq := len(p.ledger.Events(p.no))
		_, err := p.desk.Commit(context.Background(), activities.CommitInput{Kind: activities.KindGrievance, No: p.no, Seq: seq,
			Command: machine.Command{Key: "lost", Action: "dispatch", Actor: p.actor("disp.220402"), Input: form.Input{"lead_unit": "220402-D11"}}, At: p.env.Now()})
		require.NoError(t, err)
		require.Equal(t, grievance.Triage, p.folded().State, "the workflow does not know yet")
	}, 10*time.Minute)
	next := p.act(20*time.Minute, "liaison.220402-D11", "sign-for", nil)
	p.run(time.Hour)
	require.NoError(t, next.err)
	require.Equal(t, grievance.Signed, next.result.State)
	require.Equal(t, 1, p.count("dispatched"))
	p.sameAsLedger()
}

// TestLedgerAheadHealsByTime: without another command the next deadline heals it.
func TestLedgerAheadHealsByTime(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	p.act(5*time.Minute, "disp.220402", "start-triage", nil)
	p.env.RegisterDelayedCallback(func() {
		seq := len(p.ledger.Events(p.no))
		_, err := p.desk.Commit(context.Background(), activities.CommitInput{Kind: activities.KindGrievance, No: p.no, Seq: seq,
			Command: machine.Command{Key: "lost", Action: "dispatch", Actor: p.actor("disp.220402"), Input: form.Input{"lead_unit": "220402-D11"}}, At: p.env.Now()})
		require.NoError(t, err)
	}, 10*time.Minute)
	p.run(10 * day)
	require.Equal(t, 1, p.count("auto_signed"))
	p.sameAsLedger()
}

// TestContinuedRunKeepsItsDeadlines: a run that continues from a state sleeps
// until the same minute and forgets nothing.
func TestContinuedRunKeepsItsDeadlines(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	ctx := context.Background()
	for i, s := range []struct {
		user, action string
		in           form.Input
	}{{"disp.220402", "start-triage", nil}, {"disp.220402", "dispatch", form.Input{"lead_unit": "220402-D11"}}} {
		_, err := p.desk.Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: p.no, Seq: -1,
			Command: machine.Command{Key: s.action, Action: s.action, Actor: p.actor(s.user), Input: s.in}, At: monday.Add(time.Duration(i+1) * time.Minute)})
		require.NoError(t, err)
	}
	p.env.RegisterDelayedCallback(p.env.CancelWorkflow, 20*day)
	p.env.ExecuteWorkflow(workflows.GrievanceWorkflow, workflows.GrievanceInput{No: p.no, State: p.ledger.Case(p.no)})
	require.Equal(t, 1, p.count("auto_signed"))
	require.Equal(t, "2026-03-09 17:00", p.when("overdue"), "5 working days from 2 March")
	require.Equal(t, "2026-03-10 17:00", p.when("escalated_l2"))
	p.sameAsLedger()
}

func TestUnknownActionLeavesNoHistory(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	out := p.act(time.Minute, "disp.220402", "no-such-step", nil)
	inner := p.act(2*time.Minute, "disp.220402", "session-moved", form.Input{"session": "x", "session_state": "held"})
	p.run(10 * time.Minute)
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(failure.Unwrap(out.err)))
	require.Equal(t, domain.CodeNotFound, domain.CodeOf(failure.Unwrap(inner.err)), "a step of the system is no step of a person")
	require.Len(t, p.ledger.Events(p.no), 1)
}

// TestWordToAnEndedCaseIsHeard: a case that is over is started again by the word
// of another; it must be heard before the run ends.
func TestWordToAnEndedCaseIsHeard(t *testing.T) {
	t.Parallel()
	p := newPlay(t, "win-general.220402", nil)
	other := p.another()
	ctx := context.Background()
	for i, s := range []struct {
		user, action string
		in           form.Input
	}{
		{"disp.220402", "start-triage", nil}, {"disp.220402", "merge", form.Input{"master": other, "reason": "同一事项"}},
		{domain.System, "master-moved", form.Input{"state": "replied"}}, {domain.Petitioner, "evaluate", form.Input{"rating": "basic"}},
	} {
		_, err := p.desk.Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: p.no, Seq: -1,
			Command: machine.Command{Key: s.action, Action: s.action, Actor: p.actor(s.user), Input: s.in}, At: monday.Add(time.Duration(i+1) * time.Minute)})
		require.NoError(t, err, s.action)
	}
	_, err := p.desk.Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: p.no, Seq: -1, At: monday.Add(30 * day)})
	require.NoError(t, err)
	ended := p.ledger.Case(p.no)
	require.True(t, grievance.Final(ended))

	word := workflows.TellInput{From: other, Command: machine.Command{Key: "rework", Action: "master-moved", Actor: domain.SystemActor(), Input: form.Input{"state": "rework"}}}
	p.env.SetStartTime(monday.Add(31 * day))
	p.env.RegisterDelayedCallback(func() { p.env.SignalWorkflow(workflows.TellSignal, word) }, 0)
	p.env.RegisterDelayedCallback(p.env.CancelWorkflow, time.Hour)
	p.env.ExecuteWorkflow(workflows.GrievanceWorkflow, workflows.GrievanceInput{No: p.no, State: ended})
	require.Nil(t, p.ledger.Case(p.no).Evaluation, "the rating of an answer that was taken back is void")
}

// TestTheEngineWakesCasesApart: a limit takes effect as of its moment, and the engine
// comes to it within five minutes; to cases with the same limit at moments of their own.
func TestTheEngineWakesCasesApart(t *testing.T) {
	t.Parallel()
	lag := func(second bool) time.Duration {
		p := newPlay(t, "win-general.220402", nil)
		if second {
			p.no = p.another()
		}
		p.alone = true
		p.run(2 * day)
		for _, e := range p.ledger.Events(p.no) {
			if e.Deadline != "" {
				return e.RecordedAt.Sub(e.At)
			}
		}
		require.Fail(t, "no limit took effect")
		return 0
	}
	first, second := lag(false), lag(true)
	require.NotEqual(t, first, second)
	for _, d := range []time.Duration{first, second} {
		require.GreaterOrEqual(t, d, time.Duration(0))
		require.Less(t, d, 5*time.Minute)
	}
	require.Equal(t, first, lag(false), "a replay must wait for the same moment")
}
