package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/whistle"
	"huajie/workflows"
)

// newWhistle is a play of a whistle to two units, drafted and not approved yet.
func newWhistle(t *testing.T) *play {
	t.Helper()
	p := newPlay(t, "win-general.220402", nil)
	w, err := p.desk.DraftWhistle(context.Background(), activities.WhistleInput{Actor: p.actor("office.220402008"), At: monday, Input: form.Input{
		"township": "220402008", "kind": whistle.Routine, "place": "永安路12号", "point": map[string]any{"lat": 42.9, "lon": 125.14}, "matter": "占道经营",
		"why": "无执法权", "units": []any{"220402-D05", "220402-D23"}, "due": "2026-03-13"}})
	require.NoError(t, err)
	p.no = w.No
	return p
}

func (p *play) whistles(until time.Duration) *whistle.Whistle {
	p.t.Helper()
	p.env.RegisterDelayedCallback(p.env.CancelWorkflow, until)
	p.env.ExecuteWorkflow(workflows.WhistleWorkflow, workflows.WhistleInput{No: p.no, Events: p.ledger.Events(p.no)})
	require.True(p.t, p.env.IsWorkflowCompleted())
	v, err := p.env.QueryWorkflow(workflows.StateQuery)
	require.NoError(p.t, err)
	w := whistle.Fresh()
	require.NoError(p.t, v.Get(w))
	return w
}

// TestNobodyComes: a whistle that is left alone goes by itself to the county leader, each time
// at the minute the working calendar says.
func TestNobodyComes(t *testing.T) {
	t.Parallel()
	p := newWhistle(t)
	p.act(10*time.Minute, "tleader.220402008", "approve-whistle", nil)
	w := p.whistles(30 * day)
	require.Equal(t, "2026-03-03 17:00", p.when("whistle_response_overdue"), "1 wd")
	require.Equal(t, "2026-03-04 17:00", p.when("whistle_not_reported"), "1 wd of silence")
	require.Equal(t, "2026-03-05 17:00", p.when("whistle_coordination_overdue"))
	require.Equal(t, "2026-03-06 17:00", p.when("whistle_ruling_overdue"))
	require.Equal(t, whistle.Coordinating, w.State)
	require.Len(t, w.Seats["220402-D05"].Cards, 2)
	require.Equal(t, 2, p.count("whistle_not_reported"), "both units")
}

// TestAWhistleFromDraftToEvaluation ends its workflow by itself.
func TestAWhistleFromDraftToEvaluation(t *testing.T) {
	t.Parallel()
	p := newWhistle(t)
	p.act(10*time.Minute, "tleader.220402008", "approve-whistle", nil)
	photo := evidence.Photo{ID: "f1", SHA256: "f1", TakenAt: monday.Add(5*time.Hour - time.Minute), UploadedAt: monday.Add(5 * time.Hour), Source: evidence.Live}
	require.NoError(t, p.ledger.KeepPhoto(context.Background(), "220402", photo, ""))
	at := form.Input{"point": map[string]any{"lat": 42.9001, "lon": 125.1401}}
	for i, u := range []string{"220402-D05", "220402-D23"} {
		later := time.Duration(i) * time.Minute
		p.act(time.Hour+later, "liaison."+u, "respond", nil)
		p.act(3*time.Hour+later, "handler."+u, "arrive", at)
		p.act(5*time.Hour+later, "handler."+u, "complete-work", form.Input{"result": "已清理", "photos": []any{"f1"}})
	}
	p.act(6*time.Hour, "tleader.220402008", "evaluate-unit", form.Input{"unit": "220402-D05", "arrival": 5.0, "attitude": 5.0, "result": 5.0})
	last := p.act(7*time.Hour, "liaison.220402-D05", "counter-evaluate", form.Input{"proper": true})
	w := p.whistles(30 * day)
	require.NoError(t, p.env.GetWorkflowError(), "an evaluated whistle ends its workflow by itself")
	require.NoError(t, last.err)
	require.Equal(t, whistle.Evaluated, w.State)
	require.Equal(t, "2026-03-03 17:00", p.when("whistle_unrated"), "the other unit stays unrated after 1 wd")
	require.Equal(t, 0, p.count("whistle_response_overdue"))
}

// TestTheLedgerIsAheadOfAWhistle: steps committed while its workflow was away are folded first.
func TestTheLedgerIsAheadOfAWhistle(t *testing.T) {
	t.Parallel()
	p := newWhistle(t)
	events := p.ledger.Events(p.no)
	_, err := p.desk.Commit(context.Background(), activities.CommitInput{Kind: activities.KindWhistle, No: p.no, Seq: -1, At: monday.Add(time.Minute),
		Command: machine.Command{Key: "a", Action: "approve-whistle", Actor: p.actor("tleader.220402008")}})
	require.NoError(t, err)
	out := p.act(time.Hour, "liaison.220402-D05", "respond", nil)
	p.env.RegisterDelayedCallback(p.env.CancelWorkflow, 2*time.Hour)
	p.env.ExecuteWorkflow(workflows.WhistleWorkflow, workflows.WhistleInput{No: p.no, Events: events})
	require.NoError(t, out.err)
	require.Equal(t, len(p.ledger.Events(p.no)), out.result.Seq)
}
