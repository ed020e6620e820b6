package workflows_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/workflows"
)

// reported is a citizen's report of a kind of event, with its workflow ready to run.
func reported(t *testing.T, category string) *play {
	t.Helper()
	p := stage(t)
	w, err := p.desk.ReportEvent(context.Background(), activities.RegisterInput{Actor: p.actor("petitioner.220402"), At: monday,
		Input: form.Input{"category": category, "description": "小区门口有险情,请尽快处置", "grid": "220402008901001",
			"location": map[string]any{"lat": 42.9027, "lon": 125.1456}}})
	require.NoError(t, err)
	p.no = w.No
	return p
}

// runEvent is run for a grid event.
func (p *play) runEvent(until time.Duration) *gridevent.Event {
	p.t.Helper()
	p.env.RegisterDelayedCallback(p.env.CancelWorkflow, until)
	p.env.ExecuteWorkflow(workflows.GridEventWorkflow, workflows.GridEventInput{No: p.no, Events: p.ledger.Events(p.no)})
	require.True(p.t, p.env.IsWorkflowCompleted())
	v, err := p.env.QueryWorkflow(workflows.StateQuery)
	require.NoError(p.t, err)
	c := gridevent.Fresh()
	require.NoError(p.t, v.Get(c))
	want, err := json.Marshal(p.ledger.Of(p.no))
	require.NoError(p.t, err)
	got, err := json.Marshal(c)
	require.NoError(p.t, err)
	require.JSONEq(p.t, string(want), string(got), "what was folded is what was written")
	return c
}

// TestTimeMovesAGridEvent: nobody looks at an emergency. It is forwarded, counts as
// signed, turns red, calls for a whistle and gets its cards; it never falls silent.
func TestTimeMovesAGridEvent(t *testing.T) {
	t.Parallel()
	p := reported(t, "E0104") // a gas leak
	c := p.runEvent(10 * 24 * time.Hour)
	require.Equal(t, "2026-03-02 09:10", p.when("forwarded_unreviewed"))
	require.Equal(t, "2026-03-02 09:20", p.when("auto_signed"))
	require.Equal(t, "2026-03-02 09:40", p.when("stage_overdue"))
	require.Equal(t, "2026-03-02 09:55", p.when("whistle_suggested"))
	require.Equal(t, 1, p.count("red_card"))
	require.Equal(t, "red_card", c.Supervision)
	require.NotEmpty(t, c.Deadlines, "something will happen next")
}

// TestAnEventIsDispatchedAndReturned: commands and time mix.
func TestAnEventIsDispatchedAndReturned(t *testing.T) {
	t.Parallel()
	p := reported(t, "E0102")
	dispatched := p.act(time.Minute, "platform.220402", "dispatch", form.Input{"lead_unit": "220402-D11"})
	wrong := p.act(2*time.Minute, "platform.220402", "assign-handler", nil)
	back := p.act(3*time.Minute, "liaison.220402-D11", "request-return", form.Input{"reason_code": "B01", "reason": "非本单位职责", "suggested_unit": "220402-D29"})
	c := p.runEvent(4 * time.Hour)
	require.NoError(t, dispatched.err)
	require.Equal(t, gridevent.Dispatched, dispatched.result.State)
	require.Error(t, wrong.err, "a grievance has such a step")
	require.NoError(t, back.err)
	require.Equal(t, 1, p.count("return_lapsed"), "nobody decided on the return")
	require.Equal(t, gridevent.Signed, c.State)
}

// TestWorkflowsOfEveryKindAreKnown: what the kinds are called on the wire.
func TestWorkflowsOfEveryKindAreKnown(t *testing.T) {
	t.Parallel()
	require.Equal(t, "grid_event/220402E2026112300017", workflows.ID("220402E2026112300017"))
	require.Equal(t, "grievance/220402G2026112300017", workflows.ID("220402G2026112300017"))
	for no, want := range map[string]string{"220402E2026112300017": "GridEvent", "220402G2026112300017": "Grievance",
		"220402W2026112300017": "Whistle", "220402E2026112300017-J1": "JointSession"} {
		name, err := workflows.TypeOf(no)
		require.NoError(t, err)
		require.Equal(t, want, name)
		kind, got, ok := workflows.NumberOf(workflows.ID(no))
		require.True(t, ok)
		require.Equal(t, activities.KindOf(no), kind)
		require.Equal(t, no, got)
	}
	_, err := workflows.TypeOf("220402V2026112300017")
	require.Error(t, err)
	_, _, ok := workflows.NumberOf("grievance/220402E2026112300017")
	require.False(t, ok, "a number under the ID of another kind")
	require.Equal(t, "joint/220402G2026112300017-J1", workflows.ID("220402G2026112300017-J1"))
	require.Equal(t, "whistle/220402W2026112300017", workflows.ID("220402W2026112300017"))
	_, _, ok = workflows.NumberOf("/220402V2026112300017")
	require.False(t, ok, "a number of no kind")
	require.Equal(t, []string{"GridEvent", "Grievance", "JointSession", "Whistle"}, workflows.Types())
}

// TestWhatTheEngineShowsOfAnEvent: where it lies and when it is late, nothing more.
func TestWhatTheEngineShowsOfAnEvent(t *testing.T) {
	t.Parallel()
	p := reported(t, "E0102")
	given := workflows.StartAttributes(workflows.AnyCaseInput{No: p.no, Events: p.ledger.Events(p.no)})
	area, ok := given.GetKeyword(workflows.AttrArea)
	require.True(t, ok)
	require.Equal(t, "220402008", area)
	track, _ := given.GetKeyword(workflows.AttrTrack)
	require.Equal(t, "grid_event", track)
	due, ok := given.GetTime(workflows.AttrDueAt)
	require.True(t, ok)
	require.True(t, due.Equal(p.ledger.Of(p.no).Card().Due))
	_, ok = given.GetTime(workflows.AttrStatutoryDueAt)
	require.False(t, ok)
}
