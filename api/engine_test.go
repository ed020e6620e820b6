package api

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/internal/failure"
	"huajie/workflows"
)

// stub is a client that answers every update the same way and remembers what it
// was asked.
type stub struct {
	client.Client
	sent  client.UpdateWorkflowOptions
	began client.StartWorkflowOptions
	limit bool // the call had a time limit
	noted string
	err   error
}

func (s *stub) MarkStarted(_ context.Context, no string) error {
	s.noted = no
	return nil
}

func (s *stub) UpdateWorkflow(ctx context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	_, s.limit = ctx.Deadline()
	s.sent = o
	return handle{err: s.err}, nil
}

func (s *stub) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, _ any, _ ...any) (client.WorkflowRun, error) {
	s.began = o
	return nil, s.err
}

type handle struct {
	client.WorkflowUpdateHandle
	err error
}

func (h handle) Get(_ context.Context, out any) error {
	if h.err == nil {
		*out.(*workflows.ActResult) = workflows.ActResult{No: aNo, Seq: 7, State: "signed"}
	}
	return h.err
}

func TestAStepIsAnUpdateOfTheWorkflowOfTheCase(t *testing.T) {
	t.Parallel()
	s := &stub{}
	cmd := machine.Command{Key: "k", Action: "sign-for", Fingerprint: fingerprint("sign-for", form.Input{})}
	out, err := NewEngine(s, "q", s).ActOnCase(context.Background(), aNo, 6, cmd)
	require.NoError(t, err)
	assert.Equal(t, workflows.ActResult{No: aNo, Seq: 7, State: "signed"}, out)
	assert.Equal(t, "grievance/"+aNo, s.sent.WorkflowID)
	assert.Equal(t, workflows.ActUpdate, s.sent.UpdateName)
	assert.Equal(t, client.WorkflowUpdateStageCompleted, s.sent.WaitForStage)
	assert.True(t, s.limit, "nobody waits for a worker without end")

	_, err = NewEngine(s, "q", s).ActOnSession(context.Background(), "n-J1", 6, cmd)
	require.NoError(t, err)
	assert.Equal(t, "joint/n-J1", s.sent.WorkflowID)
}

// The engine repeats the outcome of an update ID. The same wish at the same
// version may share one; another request, or a case that has moved on, must not.
func TestUpdateIDs(t *testing.T) {
	t.Parallel()
	cmd := machine.Command{Key: "k", Fingerprint: "f"}
	other := machine.Command{Key: "k", Fingerprint: "g"}
	assert.Equal(t, updateID(cmd, 3), updateID(cmd, 3))
	assert.NotEqual(t, updateID(cmd, 3), updateID(cmd, 4))
	assert.NotEqual(t, updateID(cmd, 3), updateID(other, 3))
}

func TestKeysAreScopedToCallerAndCase(t *testing.T) {
	t.Parallel()
	key := commandKey("a", "grievance/1", "k")
	for _, other := range []string{commandKey("b", "grievance/1", "k"), commandKey("a", "grievance/2", "k"), commandKey("a", "joint/1", "k"),
		commandKey("a", "grievance/1", "l"), commandKey("a", "grievance/1k", "")} {
		assert.NotEqual(t, key, other)
	}
	assert.NotContains(t, key, "grievance")
	assert.Equal(t, fingerprint("x", form.Input{"a": 1.0, "b": "c"}), fingerprint("x", form.Input{"b": "c", "a": 1.0}))
}

func TestWhatTheEngineAnswers(t *testing.T) {
	t.Parallel()
	conflict := domain.Refuse("return_window_closed", "G13", "退回期限已过", "the return window is closed")
	rows := map[string]struct {
		err  error
		code domain.Code
		gone bool
	}{
		"a refusal":                        {err: failure.Wrap(conflict), code: domain.CodeConflict},
		"no workflow":                      {err: serviceerror.NewNotFound("workflow execution already completed"), gone: true},
		"a workflow that ended on the way": {err: temporal.NewApplicationError("ended", updateCompletedElsewhere), gone: true},
		"away":                             {err: serviceerror.NewUnavailable("connection refused"), code: domain.CodeUnavailable},
		"busy":                             {err: serviceerror.NewResourceExhausted(enums.RESOURCE_EXHAUSTED_CAUSE_RPS_LIMIT, "slow down"), code: domain.CodeUnavailable},
		"no worker":                        {err: context.DeadlineExceeded, code: domain.CodeUnavailable},
		"a fault of the workflow":          {err: temporal.NewApplicationError("fold", "fold"), code: domain.CodeUnavailable},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewEngine(&stub{err: row.err}, "q", nil).ActOnCase(context.Background(), aNo, 1, machine.Command{Key: "k"})
			assert.Equal(t, row.gone, errors.Is(err, ErrNotRunning))
			assert.Equal(t, row.code, domain.CodeOf(err))
		})
	}
}

// aNo is the number of a grievance.
const aNo = "220402G2026112300001"

func TestAWorkflowIsStartedOnceUnderItsNumber(t *testing.T) {
	t.Parallel()
	s := &stub{}
	require.NoError(t, NewEngine(s, "q", s).StartCase(context.Background(), workflows.AnyCaseInput{No: aNo}))
	assert.Equal(t, "grievance/"+aNo, s.began.ID)
	assert.Equal(t, "q", s.began.TaskQueue)
	assert.Equal(t, aNo, s.noted)
	assert.Equal(t, enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, s.began.WorkflowIDConflictPolicy)
	require.NoError(t, NewEngine(s, "q", s).StartSession(context.Background(), workflows.SessionInput{No: "n-J1"}))
	assert.Equal(t, "joint/n-J1", s.began.ID)

	away := &stub{err: serviceerror.NewUnavailable("connection refused")}
	err := NewEngine(away, "q", away).StartCase(context.Background(), workflows.AnyCaseInput{No: aNo})
	assert.Equal(t, domain.CodeUnavailable, domain.CodeOf(err))
	assert.Empty(t, away.noted, "left to the sweeper")
}

// Every code a rule or this door can answer has a status and a title.
func TestEveryCodeHasAStatus(t *testing.T) {
	t.Parallel()
	for code, status := range statuses {
		p := problemOf(&domain.Error{Code: code, Reason: "r"}, true, "id")
		assert.Equal(t, status, p.Status, code)
		assert.NotEmpty(t, titles[code].ZH, code)
		assert.NotEmpty(t, titles[code].EN, code)
		assert.Equal(t, titles[code].EN, p.Detail)
	}
	assert.Equal(t, 500, problemOf(&domain.Error{Code: "unheard_of"}, false, "").Status)
	assert.Equal(t, 500, problemOf(errors.New("pq: secret"), false, "").Status)
	assert.NotContains(t, problemOf(errors.New("pq: secret"), false, "").Detail, "secret")
}
