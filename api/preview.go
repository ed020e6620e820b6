package api

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// Preview is what a case would be after a step.
type Preview struct {
	Seq        int              `json:"seq" doc:"version of the case it was asked of"`
	State      machine.State    `json:"state"`
	StateLabel domain.Text      `json:"state_label"`
	Waits      bool             `json:"waits" doc:"the step is only asked for: a second person decides"`
	Clocks     []view.ClockView `json:"clocks" doc:"limits that would begin or move"`
	Refused    *PreviewRefusal  `json:"refused,omitempty" doc:"why the step would be refused; the case stays as it is"`
}

// PreviewRefusal is what a rule would say against a step.
type PreviewRefusal struct {
	Reason string `json:"reason"`
	Rule   string `json:"rule,omitempty"`
	domain.Text
	Fields []domain.FieldError `json:"fields,omitempty"`
}

type previewInput struct {
	ByNo
	FormBody
	Action string `path:"action" maxLength:"60" doc:"the step, as in its address"`
}

type previewOutput struct{ Body Preview }

// previewKey stands where a wish has its key. Nothing is ever written under it.
const previewKey = "preview"

// anyForm is the body of a step, whichever it is. Each server has its own: registering writes
// into it.
func anyForm() *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "inputs of the step"}
}

// previewStep tells the limits a step would set, before it is taken, or what a rule would say
// against it. It changes nothing.
func (s *server) previewStep(ctx context.Context, in *previewInput) (*previewOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	kind, head, now := casekind.Of(c), c.GetHead(), s.Now()
	if !kind.Takes(in.Action) {
		return nil, domain.NotFound()
	}
	cmd := machine.Command{Key: previewKey, Action: in.Action, Actor: actorOn(who, kind, c, in.Action), Input: input}
	next, err := s.Registrar.Preview(ctx, activities.CommitInput{Kind: c.Card().Kind, No: head.No, Seq: head.Seq, Command: cmd, At: now})
	if refusal := (*domain.Error)(nil); errors.As(err, &refusal) && refuses(refusal.Code) {
		out := s.previewOf(c, c, now)
		out.Refused = &PreviewRefusal{refusal.Reason, refusal.Rule, refusal.Text, refusal.Fields}
		return &previewOutput{out}, nil
	}
	switch {
	case err != nil:
		return nil, err
	case next == nil: // somebody was faster
		out := s.previewOf(c, c, now)
		out.Refused = &PreviewRefusal{Reason: "stale", Text: domain.Text{ZH: "办件已被他人更新", EN: "the case has changed since it was read"}}
		return &previewOutput{out}, nil
	}
	return &previewOutput{s.previewOf(c, next, now)}, nil
}

// refuses tells whether a rule speaks: the case is there and the caller may know of it.
func refuses(code domain.Code) bool {
	return code == domain.CodeConflict || code == domain.CodeInvalid || code == domain.CodeForbidden
}

// previewOf compares a case with what it would be.
func (s *server) previewOf(c, next casefile.Case, now time.Time) Preview {
	label, _ := casekind.Of(next).StateLabel(next.GetHead().State)
	out := Preview{Seq: c.GetHead().Seq, State: next.GetHead().State, StateLabel: label,
		Waits: len(next.GetHead().Requests) > len(c.GetHead().Requests), Clocks: []view.ClockView{}}
	before := view.Clocks(c, s.caseRules(c, now), now)
	for _, k := range view.Clocks(next, s.caseRules(next, now), now) {
		same := slices.ContainsFunc(before, func(b view.ClockView) bool { return b.Name == k.Name && b.Due.Equal(k.Due) && b.Unit == k.Unit })
		if !same && k.State == view.Running && k.Due.After(now) {
			out.Clocks = append(out.Clocks, k)
		}
	}
	return out
}
