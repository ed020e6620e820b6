package worker

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/whistle"
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
		return failure.Wrap(StartStored(ctx, c.Client, c.Cases, c.queue, in.Effect.To))
	case machine.EffectBlowWhistle:
		return failure.Wrap(c.blow(ctx, in))
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

// tell signals the other case, session or whistle, starting its workflow again where it
// has ended or was never started: word must not get lost.
func (c casework) tell(ctx context.Context, in workflows.DeliverInput) error {
	to := in.Effect.To
	word := workflows.TellInput{From: in.From, Command: machine.Command{
		Key: in.Key, Action: in.Effect.Action, Actor: domain.SystemActor(), Input: in.Effect.Input}}
	input, shown, err := c.restart(ctx, to)
	if domain.CodeOf(err) == domain.CodeNotFound {
		return c.whisper(ctx, to, word, err)
	}
	if err != nil {
		return err
	}
	name, err := workflows.TypeOf(to)
	if err != nil {
		return err
	}
	o := startOptions(workflows.ID(to), c.queue)
	o.TypedSearchAttributes = shown
	_, err = c.Client.SignalWithStartWorkflow(ctx, o.ID, workflows.TellSignal, word, o, name, input)
	return err
}

// blow drafts the whistle that a case has asked for, and starts its workflow. A whistle the
// rules refuse by now ends before it began, and the case hears that: it must not wait for
// it for ever.
func (c casework) blow(ctx context.Context, in workflows.DeliverInput) error {
	w, err := c.Desk.DraftWhistle(ctx, activities.WhistleInput{No: in.Effect.To, Actor: domain.SystemActor(), Key: in.Key, Input: in.Effect.Input, At: time.Now()})
	if code := domain.CodeOf(err); code == domain.CodeInvalid || code == domain.CodeForbidden {
		c.Log.WarnContext(ctx, "a whistle could not be drafted", "from", in.From, "reason", domain.ReasonOf(err))
		in.Effect = machine.Effect{Kind: machine.EffectTell, To: in.From, Action: whistle.Ended,
			Input: form.Input{"whistle": in.Effect.To, "whistle_state": string(whistle.Rejected)}}
		return c.tell(ctx, in)
	}
	if err != nil {
		return err
	}
	return StartStored(ctx, c.Client, c.Cases, c.queue, w.No)
}

// whisper tells a session that runs and that the ledger does not know yet: it was
// started by its case and still waits to write its first events. A case that ends meanwhile
// calls it off, and that word must not get lost either. unknown is the error when
// there is no such session at all.
func (c casework) whisper(ctx context.Context, to string, word workflows.TellInput, unknown error) error {
	if activities.KindOf(to) != activities.KindSession {
		return unknown
	}
	err := c.Client.SignalWorkflow(ctx, workflows.ID(to), "", workflows.TellSignal, word)
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return unknown
	}
	return err
}

// restart gives the input with which a workflow would continue from the ledger.
func (c casework) restart(ctx context.Context, no string) (input any, shown temporal.SearchAttributes, err error) {
	if activities.KindOf(no) == activities.KindSession {
		s, err := c.Cases.StoredSession(ctx, no)
		if err != nil {
			return nil, shown, err
		}
		return workflows.SessionInput{No: no, Case: s.Case, State: s}, shown, nil
	}
	in := workflows.AnyCaseInput{No: no}
	if activities.KindOf(no) == activities.KindWhistle {
		in.State, err = c.Cases.StoredWhistle(ctx, no)
	} else {
		in.State, err = c.Cases.StoredCase(ctx, no)
	}
	if err != nil {
		return nil, shown, err
	}
	return in, workflows.StartAttributes(in), nil
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
