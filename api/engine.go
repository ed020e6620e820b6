package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/whistle"
	"huajie/internal/failure"
	"huajie/workflows"
)

// How long the engine may take. A step and a question wait for a worker, and
// where that was killed, first for the engine to turn to another (8 s); a start
// does not wait for anybody.
const (
	actLimit   = 15 * time.Second
	startLimit = 3 * time.Second
	queryLimit = 12 * time.Second
)

// temporalEngine is the Engine over a Temporal client.
type temporalEngine struct {
	client client.Client
	queue  string
	starts Starts
}

// NewEngine makes the Engine of a Temporal client. The queue is where the
// workers listen, usually workflows.TaskQueue.
func NewEngine(c client.Client, queue string, starts Starts) Engine {
	return &temporalEngine{c, queue, starts}
}

// ActOnCase takes one step on a case.
func (e *temporalEngine) ActOnCase(ctx context.Context, no string, seen int, cmd machine.Command) (workflows.ActResult, error) {
	return e.act(ctx, workflows.ID(no), seen, cmd)
}

// ActOnSession takes one step on a joint session.
func (e *temporalEngine) ActOnSession(ctx context.Context, no string, seen int, cmd machine.Command) (workflows.ActResult, error) {
	return e.act(ctx, workflows.ID(no), seen, cmd)
}

// ActOnWhistle takes one step on a whistle.
func (e *temporalEngine) ActOnWhistle(ctx context.Context, no string, seen int, cmd machine.Command) (workflows.ActResult, error) {
	return e.act(ctx, workflows.ID(no), seen, cmd)
}

// act sends an update and waits for its outcome. The update ID joins the retries
// of one wish that are under way together. It holds the version the caller's
// request was read at, because the engine repeats outcomes: a refusal must not
// be repeated when the case has moved on and the step has become possible. That a wish is
// never carried out twice is for the ledger to see to, by the key.
func (e *temporalEngine) act(ctx context.Context, id string, seen int, cmd machine.Command) (out workflows.ActResult, err error) {
	ctx, cancel := context.WithTimeout(ctx, actLimit)
	defer cancel()
	handle, err := e.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: workflows.ActUpdate, UpdateID: updateID(cmd, seen), Args: []any{cmd},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, &out)
	}
	return out, outcome(err)
}

// StartCase starts the workflow of a case and notes that it runs.
func (e *temporalEngine) StartCase(ctx context.Context, in workflows.AnyCaseInput) error {
	name, err := workflows.TypeOf(in.No)
	if err != nil {
		return err
	}
	if err := e.start(ctx, workflows.ID(in.No), name, in, workflows.StartAttributes(in)); err != nil {
		return err
	}
	return e.starts.MarkStarted(ctx, in.No)
}

// StartSession starts the workflow of a joint session.
func (e *temporalEngine) StartSession(ctx context.Context, in workflows.SessionInput) error {
	return e.start(ctx, workflows.ID(in.No), workflows.SessionWorkflow, in, temporal.SearchAttributes{})
}

// StartWhistle starts the workflow of a whistle and notes that it runs.
func (e *temporalEngine) StartWhistle(ctx context.Context, in workflows.AnyCaseInput) error {
	return e.StartCase(ctx, in)
}

func (e *temporalEngine) start(ctx context.Context, id, name string, in any, shown temporal.SearchAttributes) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	_, err := e.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: e.queue, TypedSearchAttributes: shown,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, name, in)
	return outcome(err)
}

// QueryCase asks the workflow of a case for its state.
func (e *temporalEngine) QueryCase(ctx context.Context, no string) (casefile.Case, error) {
	kind, ok := casekind.OfNumber(no)
	if !ok {
		return nil, ErrNotRunning
	}
	out := kind.Fresh()
	return out, e.query(ctx, workflows.ID(no), out)
}

// QuerySession asks the workflow of a session for its state.
func (e *temporalEngine) QuerySession(ctx context.Context, no string) (*joint.Session, error) {
	out := joint.Fresh()
	return out, e.query(ctx, workflows.ID(no), out)
}

// QueryWhistle asks the workflow of a whistle for its state.
func (e *temporalEngine) QueryWhistle(ctx context.Context, no string) (*whistle.Whistle, error) {
	out := whistle.Fresh()
	return out, e.query(ctx, workflows.ID(no), out)
}

func (e *temporalEngine) query(ctx context.Context, id string, out any) error {
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	value, err := e.client.QueryWorkflow(ctx, id, "", workflows.StateQuery)
	if err == nil {
		err = value.Get(out)
	}
	return outcome(err)
}

// Ping tells whether the engine answers.
func (e *temporalEngine) Ping(ctx context.Context) error {
	_, err := e.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return outcome(err)
}

// updateCompletedElsewhere is what the server answers when the workflow ended
// before it had answered an update it had taken.
const updateCompletedElsewhere = "AcceptedUpdateCompletedWorkflow"

// outcome sorts what the engine answers: a refusal, no workflow, or the engine
// being away. Nothing else leaves this file.
func outcome(err error) error {
	if err == nil {
		return nil
	}
	if err = failure.Unwrap(err); domain.CodeOf(err) != "" {
		return err
	}
	var missing *serviceerror.NotFound
	var app *temporal.ApplicationError
	if errors.As(err, &missing) || errors.As(err, &app) && app.Type() == updateCompletedElsewhere {
		return ErrNotRunning
	}
	return &engineAway{unavailable("engine_away"), err}
}

// engineAway is the refusal when the engine does not answer; the cause is for the log.
type engineAway struct {
	refusal *domain.Error
	cause   error
}

// Error tells the cause, for the log.
func (e *engineAway) Error() string { return fmt.Sprintf("engine: %v", e.cause) }

// Unwrap gives both the refusal and its cause.
func (e *engineAway) Unwrap() []error { return []error{e.refusal, e.cause} }
