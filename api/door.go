package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"huajie/domain"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/workflows"
)

// door is what cases, sessions and whistles have in common: a subject of a machine is
// read, shown, and moved by steps. V is how it is shown.
type door[S machine.Subject, V any] struct {
	s       *server
	machine moves[S]
	name    func(no string) string // of the machine, in keys
	fresh   func(like S) func() S
	read    func(ctx context.Context, scope view.Scope, no string) (S, error)
	query   func(ctx context.Context, no string) (S, error) // asks the workflow
	rules   func(S, time.Time) *machine.Rules
	hints   func(S, time.Time) hints // for the forms of its steps
	// ready sees a wish before it is sent; nil takes it as it comes.
	ready func(ctx context.Context, who caller, s S, w *wish) error
	send  func(ctx context.Context, no string, seen int, cmd machine.Command) (workflows.ActResult, error)
	start func(ctx context.Context, s S) error
	over  func(S) bool
	show  func(caller, S, *machine.Rules, time.Time) V
	speak speech // of its timeline
}

// moves is what a door asks of a machine.
type moves[S machine.Subject] interface {
	Decide(s S, cmd machine.Command, rules *machine.Rules, world machine.World, now time.Time) ([]machine.Event, S, error)
	Offers(s S, actor domain.Actor, rules *machine.Rules, now time.Time) []machine.Offer
}

// longestNo bounds what is looked up as a number at all.
const longestNo = 40

// find reads a subject the caller may know of.
func (d *door[S, V]) find(ctx context.Context, scope view.Scope, no string) (S, error) {
	if len(no) > longestNo {
		var none S
		return none, domain.NotFound()
	}
	return d.read(ctx, scope, no)
}

// shown is the answer of a read or a step.
type shown[V any] struct {
	Status       int
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         V
}

func (d *door[S, V]) answer(ctx context.Context, s S, at time.Time) *shown[V] {
	return &shown[V]{Status: http.StatusOK, ETag: etag(s.GetHead().Seq), CacheControl: "private, no-cache",
		Body: d.show(callerOf(ctx), s, d.rules(s, at), at)}
}

// get shows a subject, from the ledger or as its workflow has it.
func (d *door[S, V]) get(ctx context.Context, in *readCaseInput) (*shown[V], error) {
	subject, err := d.find(ctx, callerOf(ctx).scope, in.No)
	if err != nil {
		return nil, err
	}
	if in.Source == "workflow" {
		return d.asked(ctx, subject)
	}
	return d.unlessSeen(ctx, subject, in.IfNoneMatch), nil
}

// unlessSeen answers 304 when the caller has this version.
func (d *door[S, V]) unlessSeen(ctx context.Context, subject S, ifNoneMatch string) *shown[V] {
	out := d.answer(ctx, subject, d.s.Now())
	if notModified(ifNoneMatch, subject.GetHead().Seq) {
		out.Status = http.StatusNotModified
	}
	return out
}

// asked answers from the workflow. The ledger has already told that the caller
// may know of the subject.
func (d *door[S, V]) asked(ctx context.Context, known S) (*shown[V], error) {
	state, err := d.query(ctx, known.GetHead().No)
	if err == nil {
		return d.answer(ctx, state, d.s.Now()), nil
	}
	if !errors.Is(err, ErrNotRunning) {
		return nil, err
	}
	if d.over(known) {
		return nil, &domain.Error{Code: domain.CodeNotFound, Reason: "workflow_ended",
			Text: domain.Text{ZH: "办件已终结,流程记录已不在引擎中", EN: "the case is over and its workflow is no longer kept"}}
	}
	return nil, unavailable("workflow_away")
}

// timeline tells everything that happened to a subject that only officers see.
func (d *door[S, V]) timeline(ctx context.Context, in *ByNo) (*timelineOutput, error) {
	subject, err := d.find(ctx, callerOf(ctx).scope, in.No)
	if err != nil {
		return nil, err
	}
	out, _, err := d.s.timeline(ctx, subject.GetHead().No, d.speak)
	return out, err
}

// actions are the steps the caller may take now.
func (d *door[S, V]) actions(ctx context.Context, in *actionsInput) (*actionsOutput, error) {
	who := callerOf(ctx)
	subject, err := d.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	now := d.s.Now()
	h := d.hints(subject, now)
	return d.offered(ctx, subject, d.machine.Offers(subject, who.actor, h.rules, now), h, english(in.Language))
}

// offered shows offers as forms.
func (d *door[S, V]) offered(ctx context.Context, subject S, offers []machine.Offer, h hints, inEnglish bool) (*actionsOutput, error) {
	items, err := d.s.forms(ctx, offers, h, inEnglish)
	if err != nil {
		return nil, err
	}
	head := subject.GetHead()
	return &actionsOutput{etag(head.Seq), Actions{head.Seq, head.State, items}}, nil
}

// labelsOf names the steps of a machine; one it does not have keeps its identifier.
func labelsOf[S machine.Subject](m *machine.Machine[S]) func(action string) domain.Text {
	return func(action string) domain.Text {
		if step, ok := m.Step(action); ok {
			return domain.Text{ZH: step.ZH, EN: step.EN}
		}
		return domain.Text{ZH: action, EN: action}
	}
}
