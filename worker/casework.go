package worker

import (
	"context"
	"errors"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/machine"
	"huajie/internal/failure"
	"huajie/workflows"
)

// casework adapts the desk to the engine: refusals cross the boundary as
// failures that are not tried again.
type casework struct {
	Deps
	queue string
}

// Commit decides and writes one step (workflows.CommitActivity).
func (c casework) Commit(ctx context.Context, in activities.CommitInput) (activities.CommitResult, error) {
	out, err := c.Desk.Commit(ctx, in)
	if err == nil {
		c.late.noticed(in.No)
	}
	return out, failure.Wrap(err)
}

// OpenSession writes the first events of a joint session (workflows.OpenActivity).
func (c casework) OpenSession(ctx context.Context, in workflows.OpenInput) (activities.CommitResult, error) {
	out, err := c.Desk.OpenSession(ctx, in.No, in.Opening, in.At)
	return out, failure.Wrap(err)
}

// Deliver carries a consequence to another workflow (workflows.DeliverActivity).
// It may be repeated: starting is by ID, telling is by the key of the cause.
func (c casework) Deliver(ctx context.Context, in workflows.DeliverInput) error {
	switch in.Effect.Kind {
	case machine.EffectStartCase:
		return failure.Wrap(StartCase(ctx, c.Client, c.Cases, c.queue, in.Effect.To))
	case machine.EffectTell:
		err := c.tell(ctx, in)
		if domain.CodeOf(err) == domain.CodeNotFound {
			c.Log.WarnContext(ctx, "nobody to tell", "from", in.From, "to", in.Effect.To, "action", in.Effect.Action)
			return nil
		}
		return failure.Wrap(err)
	}
	return failure.Wrap(domain.Invalid(domain.Fault("kind", "unknown", "未知的后续动作", "unknown kind of effect")))
}

// tell signals the other case or session, starting its workflow again where it
// has ended or was never started: word must not get lost.
func (c casework) tell(ctx context.Context, in workflows.DeliverInput) error {
	to := in.Effect.To
	word := workflows.TellInput{From: in.From, Command: machine.Command{
		Key: in.Key, Action: in.Effect.Action, Actor: domain.SystemActor(), Input: in.Effect.Input}}
	id, name, start, err := c.restart(ctx, to)
	if domain.CodeOf(err) == domain.CodeNotFound {
		return c.whisper(ctx, to, word, err)
	}
	if err != nil {
		return err
	}
	o := startOptions(id, c.queue)
	if in, ok := start.(workflows.GrievanceInput); ok {
		o.TypedSearchAttributes = workflows.StartAttributes(in)
	}
	_, err = c.Client.SignalWithStartWorkflow(ctx, id, workflows.TellSignal, word, o, name, start)
	return err
}

// whisper tells a session that runs and that the ledger does not know yet: it was
// started by its case and still waits to write its first events. A case that ends meanwhile
// calls it off, and that word must not get lost either. unknown is the error when
// there is no such session at all.
func (c casework) whisper(ctx context.Context, to string, word workflows.TellInput, unknown error) error {
	if !isSession(to) {
		return unknown
	}
	err := c.Client.SignalWorkflow(ctx, workflows.SessionID(to), "", workflows.TellSignal, word)
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return unknown
	}
	return err
}

// isSession tells the number of a session from that of a case.
func isSession(no string) bool { return strings.Contains(no, "-J") }

// restart gives the input with which a workflow would continue from the ledger.
func (c casework) restart(ctx context.Context, no string) (id, name string, input any, err error) {
	if isSession(no) {
		s, err := c.Cases.StoredSession(ctx, no)
		if err != nil {
			return "", "", nil, err
		}
		return workflows.SessionID(no), workflows.SessionWorkflow, workflows.SessionInput{No: no, Case: s.Case, State: s}, nil
	}
	k, err := c.Cases.StoredCase(ctx, no)
	if err != nil {
		return "", "", nil, err
	}
	return workflows.GrievanceID(no), workflows.GrievanceWorkflow, workflows.GrievanceInput{No: no, State: k}, nil
}

// startOptions let a workflow run at most once at a time under its number.
func startOptions(id, queue string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       id,
		TaskQueue:                queue,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}
}
