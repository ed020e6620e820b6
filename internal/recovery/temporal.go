package recovery

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"huajie/activities"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/workflows"
)

// Temporal is the Engine over a Temporal client.
type Temporal struct {
	Client    client.Client
	Converter converter.DataConverter // opens the payloads of histories
	Queue     string                  // where the workers listen
	Namespace string
}

var _ Engine = (*Temporal)(nil)

const (
	pageSize     = 1000
	queryLimit   = 20 * time.Second // longer than the engine waits for a worker that was killed
	callLimit    = 10 * time.Second
	recentlySeen = 90 * time.Second // a poll lasts up to a minute
)

// Listening implements Engine.
func (t *Temporal) Listening(ctx context.Context) (bool, error) {
	d, err := t.Client.DescribeTaskQueue(ctx, t.Queue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return false, err
	}
	for _, p := range d.GetPollers() {
		if time.Since(p.GetLastAccessTime().AsTime()) < recentlySeen {
			return true, nil
		}
	}
	return false, nil
}

// List implements Engine.
func (t *Temporal) List(ctx context.Context, each func([]Run) error) error {
	query := "WorkflowType IN ('" + strings.Join(workflows.Types(), "', '") + "')"
	var token []byte
	for {
		page, err := t.Client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: pageSize, NextPageToken: token})
		if err != nil {
			return err
		}
		runs := make([]Run, 0, len(page.GetExecutions()))
		for _, e := range page.GetExecutions() {
			if kind, no, ok := workflows.NumberOf(e.GetExecution().GetWorkflowId()); ok {
				runs = append(runs, Run{Kind: kind, No: no, ID: e.GetExecution().GetRunId(), Began: e.GetStartTime().AsTime(),
					Open: e.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING})
			}
		}
		if err := each(runs); err != nil {
			return err
		}
		if token = page.GetNextPageToken(); len(token) == 0 {
			return nil
		}
	}
}

// State implements Engine.
func (t *Temporal) State(ctx context.Context, kind, no string) (machine.Subject, error) {
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	answer, err := t.Client.QueryWorkflowWithOptions(ctx, &client.QueryWorkflowWithOptionsRequest{
		WorkflowID: workflows.ID(no), QueryType: workflows.StateQuery, QueryRejectCondition: enums.QUERY_REJECT_CONDITION_NOT_OPEN,
	})
	if err != nil {
		return nil, notFound(err)
	}
	if answer.QueryRejected != nil {
		return nil, ErrNotRunning
	}
	state := activities.FreshOf(kind)()
	return state, answer.QueryResult.Get(state)
}

// Running implements Engine.
func (t *Temporal) Running(ctx context.Context, kind, no string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	d, err := t.Client.DescribeWorkflowExecution(ctx, workflows.ID(no), "")
	if err = notFound(err); errors.Is(err, ErrNotRunning) {
		return false, nil
	}
	return d.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, err
}

// Nudge implements Engine. Word without an action is what a deadline does: the
// workflow folds what it has missed, and what is due takes effect.
func (t *Temporal) Nudge(ctx context.Context, kind, no string) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	return notFound(t.Client.SignalWorkflow(ctx, workflows.ID(no), "", workflows.TellSignal, workflows.TellInput{From: "verify"}))
}

// Forget deletes every history of a stream that has ended; what the engine does not know is
// none. It is not part of Engine: nothing here loses anything.
func (t *Temporal) Forget(ctx context.Context, no string) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	var token []byte
	for {
		page, err := t.Client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowId = '" + workflows.ID(no) + "'", NextPageToken: token})
		if err != nil {
			return err
		}
		for _, e := range page.GetExecutions() {
			if e.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
				return fmt.Errorf("the workflow of %s still runs", no)
			}
			_, err := t.Client.WorkflowService().DeleteWorkflowExecution(ctx, &workflowservice.DeleteWorkflowExecutionRequest{Namespace: t.Namespace, WorkflowExecution: e.GetExecution()})
			if err = notFound(err); err != nil && !errors.Is(err, ErrNotRunning) {
				return err
			}
		}
		if token = page.GetNextPageToken(); len(token) == 0 {
			return nil
		}
	}
}

// Start implements Engine.
func (t *Temporal) Start(ctx context.Context, s Start) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	o := client.StartWorkflowOptions{
		ID: workflows.ID(s.No), TaskQueue: t.Queue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,

		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}
	name, err := workflows.TypeOf(s.No)
	if err != nil {
		return false, err
	}
	var input any = workflows.AnyCaseInput{No: s.No, State: s.State, Events: s.Events}
	if s.Kind == activities.KindSession {
		state, _ := s.State.(*joint.Session)
		input = workflows.SessionInput{No: s.No, Case: s.Case, State: state, Events: s.Events}
	}
	o.TypedSearchAttributes = workflows.AttributesOf(s.Now)
	_, err = t.Client.ExecuteWorkflow(ctx, o, name, input)
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &already) {
		return false, nil
	}
	return err == nil, err
}

// notFound makes ErrNotRunning of what the engine does not know.
func notFound(err error) error {
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return ErrNotRunning
	}
	return err
}
