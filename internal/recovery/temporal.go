package recovery

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"huajie/activities"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/workflows"
)

// Temporal is the Engine over a Temporal client.
type Temporal struct {
	Client    client.Client
	Converter converter.DataConverter // opens the payloads of histories
	Queue     string                  // where the workers listen
}

var _ Engine = (*Temporal)(nil)

const (
	pageSize     = 1000
	queryLimit   = 20 * time.Second // longer than the engine waits for a worker that was killed
	callLimit    = 10 * time.Second
	recentlySeen = 90 * time.Second // a poll lasts up to a minute
)

// workflowID is the ID of a case or session.
func workflowID(kind, no string) string {
	if kind == activities.KindSession {
		return workflows.SessionID(no)
	}
	return workflows.GrievanceID(no)
}

// subject tells of which case or session a workflow ID is.
func subject(id string) (kind, no string, ok bool) {
	for kind, prefix := range map[string]string{activities.KindGrievance: workflows.GrievanceID(""), activities.KindSession: workflows.SessionID("")} {
		if no, ok := strings.CutPrefix(id, prefix); ok && no != "" {
			return kind, no, true
		}
	}
	return "", "", false
}

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
	query := "WorkflowType IN ('" + workflows.GrievanceWorkflow + "', '" + workflows.SessionWorkflow + "')"
	var token []byte
	for {
		page, err := t.Client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: pageSize, NextPageToken: token})
		if err != nil {
			return err
		}
		runs := make([]Run, 0, len(page.GetExecutions()))
		for _, e := range page.GetExecutions() {
			if kind, no, ok := subject(e.GetExecution().GetWorkflowId()); ok {
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
		WorkflowID: workflowID(kind, no), QueryType: workflows.StateQuery, QueryRejectCondition: enums.QUERY_REJECT_CONDITION_NOT_OPEN,
	})
	if err != nil {
		return nil, notFound(err)
	}
	if answer.QueryRejected != nil {
		return nil, ErrNotRunning
	}
	state := fresh(kind)
	return state, answer.QueryResult.Get(state)
}

// fresh is an empty state of a kind.
func fresh(kind string) machine.Subject {
	if kind == activities.KindSession {
		return joint.Fresh()
	}
	return grievance.Fresh()
}

// Running implements Engine.
func (t *Temporal) Running(ctx context.Context, kind, no string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	d, err := t.Client.DescribeWorkflowExecution(ctx, workflowID(kind, no), "")
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
	return notFound(t.Client.SignalWorkflow(ctx, workflowID(kind, no), "", workflows.TellSignal, workflows.TellInput{From: "verify"}))
}

// Start implements Engine.
func (t *Temporal) Start(ctx context.Context, s Start) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	o := client.StartWorkflowOptions{
		ID: workflowID(s.Kind, s.No), TaskQueue: t.Queue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,

		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}
	name, input := workflows.SessionWorkflow, any(nil)
	if s.Kind == activities.KindSession {
		state, _ := s.State.(*joint.Session)
		input = workflows.SessionInput{No: s.No, Case: s.Case, State: state, Events: s.Events}
	} else {
		state, _ := s.State.(*grievance.Case)
		if now, ok := s.Now.(*grievance.Case); ok {
			o.TypedSearchAttributes = workflows.CaseAttributes(now)
		}
		name, input = workflows.GrievanceWorkflow, workflows.GrievanceInput{No: s.No, State: state, Events: s.Events}
	}
	_, err := t.Client.ExecuteWorkflow(ctx, o, name, input)
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
