package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/rulebook"
	"huajie/worker"
	"huajie/workflows"
)

// play is one grievance in the test environment of the SDK, where months pass
// in milliseconds. The ledger is the in-memory one that the conformance suite
// has proved equal to the real one.
type play struct {
	t      *testing.T
	env    *testsuite.TestWorkflowEnvironment
	ledger *activitiestest.Memory
	desk   *activities.Desk
	book   *rulebook.Book
	no     string
	start  time.Time
	n      int
	alone  bool      // no worker looks for limits in the ledger
	looks  time.Time // when it looks next
}

// monday is an ordinary working morning.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Zone)

// stage is a play without a case yet.
func stage(t *testing.T) *play {
	t.Helper()
	book, err := rulebook.Default()
	require.NoError(t, err)
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(silent{})
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(30 * time.Second)
	env.SetStartTime(monday)
	ledger := activitiestest.NewMemory(book.Users)
	desk := &activities.Desk{Ledger: ledger, Book: rulebook.NewHolder(book)}
	p := &play{t: t, env: env, ledger: ledger, desk: desk, book: book, start: monday}
	worker.RegisterWorkflows(env)
	worker.RegisterActivities(env, worker.Deps{Desk: desk, Log: slog.New(slog.DiscardHandler)}, workflows.TaskQueue)
	env.SetOnTimerScheduledListener(func(string, time.Duration) { p.keepTime() })
	env.OnActivity(workflows.DeliverActivity, mock.Anything, mock.Anything).Return(nil).Maybe()
	return p
}

func newPlay(t *testing.T, clerk string, in form.Input) *play {
	t.Helper()
	p := stage(t)
	input := form.Input{"nature": "help", "summary": "楼上漏水无人维修", "channel": "walk_in", "area": "220402008", "category": "0201"}
	for k, v := range in {
		input[k] = v
	}
	w, err := p.desk.Register(context.Background(), activities.RegisterInput{Actor: p.actor(clerk), Input: input, At: monday,
		Intake: activities.Intake{PersonID: "p1"}})
	require.NoError(t, err)
	p.no = w.No
	return p
}

// keepTime lets the next limit take effect in the ledger at its moment, as the worker does
// (decision 9), and so on. The workflow sets a timer whenever it has folded something.
func (p *play) keepTime() {
	of := p.ledger.Of(p.no)
	if p.alone || of == nil {
		return
	}
	next, ok := of.GetHead().Next()
	if !ok || next.At.Equal(p.looks) {
		return
	}
	p.looks = next.At
	p.env.RegisterDelayedCallback(func() {
		_, err := p.desk.Commit(context.Background(), activities.CommitInput{Kind: activities.KindOf(p.no), No: p.no, Seq: -1, At: p.env.Now()})
		require.NoError(p.t, err)
		p.keepTime()
	}, max(0, next.At.Sub(p.env.Now())))
}

// actor is a demo user with the offices held.
func (p *play) actor(name string) domain.Actor {
	p.t.Helper()
	if name == domain.Petitioner || name == domain.System {
		return domain.Actor{User: name}
	}
	u, ok := p.book.Users.User(name)
	require.True(p.t, ok, "no demo user %s", name)
	return domain.Actor{User: u.Username, Grants: u.Grants}
}

// another registers a second case and gives its number.
func (p *play) another() string {
	p.t.Helper()
	w, err := p.desk.Register(context.Background(), activities.RegisterInput{Actor: p.actor("win-general.220402"), At: monday,
		Input:  form.Input{"nature": "help", "summary": "同一处漏水", "channel": "phone", "area": "220402008", "category": "0201"},
		Intake: activities.Intake{PersonID: "p2"}})
	require.NoError(p.t, err)
	return w.No
}

// outcome is what an update answered.
type outcome struct {
	result workflows.ActResult
	err    error
	done   bool
}

// act schedules a step of a user at a time after the start.
func (p *play) act(after time.Duration, user, action string, in form.Input) *outcome {
	p.n++
	return p.actKeyed(after, fmt.Sprintf("k%d", p.n), user, action, in)
}

func (p *play) actKeyed(after time.Duration, key, user, action string, in form.Input) *outcome {
	out := &outcome{}
	cmd := machine.Command{Key: key, Action: action, Actor: p.actor(user), Input: in}
	p.env.RegisterDelayedCallback(func() {
		p.env.UpdateWorkflow(workflows.ActUpdate, key, out.callback(), cmd)
	}, after)
	return out
}

func (o *outcome) callback() *testsuite.TestUpdateCallback {
	return &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { o.err, o.done = err, true },
		OnComplete: func(v any, err error) {
			o.err, o.done = err, true
			if r, ok := v.(workflows.ActResult); ok {
				o.result = r
			}
		},
	}
}

// run plays until a time after the start, then calls the workflow off.
func (p *play) run(until time.Duration) {
	p.t.Helper()
	p.env.RegisterDelayedCallback(p.env.CancelWorkflow, until)
	p.env.ExecuteWorkflow(workflows.GrievanceWorkflow, workflows.GrievanceInput{No: p.no, Events: p.ledger.Events(p.no)})
	require.True(p.t, p.env.IsWorkflowCompleted())
}

// folded is the state as the workflow has it, by its query.
func (p *play) folded() *grievance.Case {
	p.t.Helper()
	v, err := p.env.QueryWorkflow(workflows.StateQuery)
	require.NoError(p.t, err)
	c := grievance.Fresh()
	require.NoError(p.t, v.Get(c))
	return c
}

// sameAsLedger asserts that what was folded is what was written.
func (p *play) sameAsLedger() {
	p.t.Helper()
	want, err := json.Marshal(p.ledger.Case(p.no))
	require.NoError(p.t, err)
	got, err := json.Marshal(p.folded())
	require.NoError(p.t, err)
	require.JSONEq(p.t, string(want), string(got))
}

// when gives the time of the first event of a type, as hours fall in Liaoyuan.
func (p *play) when(typ string) string {
	for _, e := range p.ledger.Events(p.no) {
		if e.Type == typ {
			return e.At.In(calendar.Zone).Format("2006-01-02 15:04")
		}
	}
	return "never"
}

func (p *play) count(typ string) int {
	n := 0
	for _, e := range p.ledger.Events(p.no) {
		if e.Type == typ {
			n++
		}
	}
	return n
}

// silent is a logger of the SDK that says nothing.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
