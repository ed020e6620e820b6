package api

import (
	"context"
	"errors"
	"time"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/workflows"
)

// wish is one request to take a step.
type wish struct {
	actor   domain.Actor
	action  string
	key     string // Idempotency-Key
	ifMatch string
	input   form.Input
	// print is the fingerprint of the request as it came: what the house adds to the inputs
	// does not make a retry another request.
	print string
}

// stepping takes one step, asked for by a caller.
func (d *door[S, V]) stepping(action string) func(context.Context, *stepInput) (*shown[V], error) {
	return func(ctx context.Context, in *stepInput) (*shown[V], error) {
		who := callerOf(ctx)
		w, wrong := in.wish(who.actor, action)
		subject, err := d.find(ctx, who.scope, in.No)
		switch {
		case err != nil && wrong == nil:
			return d.replay(ctx, in.No, w, err)
		case err != nil:
			return nil, err
		case wrong != nil:
			return nil, wrong
		}
		if d.ready != nil {
			if err := d.ready(ctx, who, subject, &w); err != nil {
				return nil, err
			}
		}
		return d.act(ctx, subject, w)
	}
}

// act takes one step and answers with the subject as the step left it. The same
// wish again gets the same answer, whatever has happened since.
func (d *door[S, V]) act(ctx context.Context, subject S, w wish) (*shown[V], error) {
	after, at, err := d.step(ctx, subject, w)
	if err != nil {
		return nil, err
	}
	return d.answer(ctx, after, at), nil
}

// step takes one step; it answers the subject as the step left it, and the
// moment of the step.
//
// The workflow is asked first, even for a retry, so that one which has missed
// its own commit by a crash catches up. What the ledger has for the key then
// decides: it knows the wish that was carried out, whatever stands in its way now.
func (d *door[S, V]) step(ctx context.Context, subject S, w wish) (after S, at time.Time, err error) {
	head := subject.GetHead()
	cmd := machine.Command{Action: w.action, Actor: w.actor, Input: w.input,
		Key: d.key(w, head.No), Fingerprint: w.print}
	cmd.IfMatch, err = ifMatch(w.ifMatch, head.Seq, string(head.State))
	if err == nil {
		_, err = d.dispatch(ctx, subject, cmd)
	}
	if err != nil && !settles(err) {
		return after, at, err
	}
	done, found, readErr := d.s.Reader.Committed(ctx, cmd.Key)
	switch {
	case readErr != nil:
		return after, at, readErr
	case found && done.Fingerprint != cmd.Fingerprint:
		return after, at, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
	case found:
		return d.after(ctx, head.No, done)
	case err != nil:
		return after, at, d.explain(ctx, head.No, cmd, err)
	}
	return after, at, unavailable("ledger_behind")
}

// replay answers a retry of a step that has taken the subject out of the
// caller's sight: the answer is the one they had. For anything else the
// subject stays hidden.
func (d *door[S, V]) replay(ctx context.Context, no string, w wish, hidden error) (*shown[V], error) {
	if domain.CodeOf(hidden) != domain.CodeNotFound || len(no) > longestNo {
		return nil, hidden
	}
	done, found, err := d.s.Reader.Committed(ctx, d.key(w, no))
	switch {
	case err != nil:
		return nil, err
	case !found || done.No != no:
		return nil, hidden
	case done.Fingerprint != w.print:
		return nil, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
	}
	after, at, err := d.after(ctx, no, done)
	if err != nil {
		return nil, err
	}
	return d.answer(ctx, after, at), nil
}

// key is the command key of a wish about a number.
func (d *door[S, V]) key(w wish, no string) string {
	return commandKey(w.actor.User, d.name(no)+"/"+no, w.key)
}

// settles tells whether an error may stand for a wish that was carried out
// before: the case has moved on since, or the engine is away now.
func settles(err error) bool {
	switch domain.CodeOf(err) {
	case domain.CodeConflict, domain.CodeStale, domain.CodeForbidden, domain.CodeInvalid, domain.CodeUnavailable:
		return true
	}
	return false
}

// dispatch hands the command to the workflow. Where none runs the subject is
// over, or its workflow has not been started yet.
func (d *door[S, V]) dispatch(ctx context.Context, subject S, cmd machine.Command) (workflows.ActResult, error) {
	no := subject.GetHead().No
	result, err := d.send(ctx, no, subject.GetHead().Seq, cmd)
	if !errors.Is(err, ErrNotRunning) {
		return result, err
	}
	if subject, err = d.again(ctx, no); err != nil {
		return result, err
	}
	if d.over(subject) {
		return result, d.judge(subject, cmd)
	}
	if err := d.start(ctx, subject); err != nil {
		return result, err
	}
	result, err = d.send(ctx, no, subject.GetHead().Seq, cmd)
	if errors.Is(err, ErrNotRunning) {
		return result, unavailable("workflow_away")
	}
	return result, err
}

// judge refuses a step on a subject whose workflow has ended, with what the
// rules say, so that a stranger still hears "not yours" before "too late".
func (d *door[S, V]) judge(subject S, cmd machine.Command) error {
	now := d.s.Now()
	_, _, err := d.machine.Decide(subject, cmd, d.rules(subject, now), machine.World{}, now)
	if code := domain.CodeOf(err); code == domain.CodeConflict || code == domain.CodeForbidden || code == domain.CodeStale {
		return err
	}
	h := subject.GetHead()
	return &domain.Error{Code: domain.CodeConflict, Reason: "wrong_state", State: string(h.State),
		Text: domain.Text{ZH: "办件已终结,不能再执行步骤", EN: "the case is over; no step is possible any more"}}
}

// explain adds to a conflict where the subject stands now and what this caller
// may do instead.
func (d *door[S, V]) explain(ctx context.Context, no string, cmd machine.Command, err error) error {
	refusal := &domain.Error{}
	if !errors.As(err, &refusal) {
		return err
	}
	if refusal.Code != domain.CodeConflict && refusal.Code != domain.CodeStale {
		return err
	}
	subject, readErr := d.again(ctx, no)
	if readErr != nil {
		return err
	}
	told := *refusal
	told.State = string(subject.GetHead().State)
	return &denied{&told, d.allowed(subject, cmd.Actor)}
}

// allowed names the steps an actor may take now.
func (d *door[S, V]) allowed(subject S, actor domain.Actor) []string {
	now := d.s.Now()
	out := []string{}
	for _, o := range d.machine.Offers(subject, actor, d.rules(subject, now), now) {
		out = append(out, o.Action)
	}
	return out
}

// after gives the subject as a command left it, and the moment of the step. Most
// often nothing has happened since, and it is as it stands.
func (d *door[S, V]) after(ctx context.Context, no string, done view.Committed) (S, time.Time, error) {
	now, err := d.again(ctx, no)
	if err != nil || now.GetHead().Seq == done.Seq {
		return now, done.At, err
	}
	return d.asOf(ctx, now, done.Seq)
}

// asOf folds a subject up to the step that led to seq, and tells the moment of
// that step: the answer to a retry does not depend on when it is asked.
func (d *door[S, V]) asOf(ctx context.Context, now S, seq int) (subject S, at time.Time, err error) {
	events, err := d.s.Reader.Events(ctx, now.GetHead().No)
	if err != nil {
		return subject, at, err
	}
	fresh := d.fresh(now)
	subject = fresh()
	for _, e := range events {
		if e.Seq > seq {
			break
		}
		if subject, err = machine.Evolve(subject, fresh, e); err != nil {
			return subject, at, err
		}
		at = e.RecordedAt
	}
	if subject.GetHead().Seq != seq {
		return subject, at, unavailable("ledger_behind")
	}
	return subject, at, nil
}

// again reads a subject the caller has been found to be allowed to see; the step
// may have taken it out of the caller's own sight.
func (d *door[S, V]) again(ctx context.Context, no string) (S, error) {
	return d.read(ctx, everything, no)
}

// everything is the scope of the house itself.
var everything = view.Scope{City: true, Vault: true, House: true}
