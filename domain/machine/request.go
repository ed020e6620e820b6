package machine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"huajie/domain"
	"huajie/domain/form"
)

// Approve and Decline are the two answers to a waiting request; every machine has them.
const (
	Approve = "approve"
	Decline = "decline"
)

// requestDeadline is the kind of the deadline of a waiting request.
const requestDeadline = "request"

var requestField = form.Field{Name: "request", ZH: "申请", EN: "request", Type: form.Line}

// signFields are the inputs of Approve and Decline.
var (
	approveFields = []form.Field{requestField, {Name: "note", ZH: "意见", EN: "note", Type: form.Text}}
	declineFields = []form.Field{requestField, {Name: "reason", ZH: "理由", EN: "reason", Type: form.Text, Required: true}}
)

func (m *Machine[S]) signers(t *Turn[S], step *Step[S]) []Who {
	if step.SignsFor != nil {
		return step.SignsFor(t)
	}
	return step.Signs
}

// needsSecond tells whether the step must wait for another person.
func (m *Machine[S]) needsSecond(t *Turn[S], step *Step[S]) bool {
	switch {
	case step.Signature == NoSignature, t.Actor.IsSystem():
		return false
	case step.Signature == TwoPersons:
		return true
	}
	_, _, signs := m.office(t, m.signers(t, step))
	return !signs
}

// ask records the step as a request that waits for its second person.
func (m *Machine[S]) ask(t *Turn[S], step *Step[S]) error {
	h := t.Case.GetHead()
	for _, r := range h.Requests {
		if r.Action == step.Action && (!step.PerUnit || r.Unit == t.Unit) {
			return domain.Refuse("already_requested", step.Rule, "同一事项正在等待审批", "the same step already waits for approval")
		}
	}
	r := Request{ID: fmt.Sprintf("R%d", h.Seq+1), Action: step.Action, By: t.Actor.User, Unit: t.Unit, At: t.Now, Input: t.In}
	for _, w := range m.signers(t, step) {
		r.To = append(r.To, m.seat(t, w))
	}
	if h.Requests == nil {
		h.Requests = map[string]Request{}
	}
	h.Requests[r.ID] = r
	if step.Within != nil {
		if key := step.Within(t); key != "" {
			t.Start("request."+r.ID, t.Rules.Policy.Limit(key), Deadline{Kind: requestDeadline, Ref: r.ID, Duty: true})
		}
	}
	e := t.Record("requested", step.Rule)
	e.Notify("N9", r.To...)
	e.Fact("action", step.Action)
	return nil
}

// seat tells where the holder of an office is to be reached.
func (m *Machine[S]) seat(t *Turn[S], w Who) Recipient {
	if m.Seat != nil {
		return m.Seat(t, w)
	}
	return Recipient{Role: w.Role, Unit: t.Unit}
}

// sign answers a waiting request.
func (m *Machine[S]) sign(t *Turn[S], cmd Command) error {
	fields := approveFields
	if cmd.Action == Decline {
		fields = declineFields
	}
	answer, faults := form.Check(fields, cmd.Input, t.Lookup())
	if len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	r, step, err := m.waiting(t, answer.Text("request"))
	if err != nil {
		return err
	}
	if err := m.maySign(t, r, step); err != nil {
		return err
	}
	t.In = answer
	if cmd.Action == Decline {
		t.drop(r)
		t.Record("declined", step.Rule).Notify("N10", Recipient{User: r.By}).Fact("action", r.Action)
		return nil
	}
	return m.grant(t, r, step)
}

func (m *Machine[S]) maySign(t *Turn[S], r Request, step *Step[S]) error {
	if t.Actor.IsSystem() {
		return nil
	}
	// The signer is judged as of the request: what it asks for decides who signs.
	t.In, t.ProposerUnit = r.Input, r.Unit
	by, unit, ok := m.office(t, m.signers(t, step))
	if !ok {
		return domain.Forbid("not_your_office", step.Rule, "您不能审批此申请", "you may not decide this request")
	}
	if r.By == t.Actor.User {
		return domain.Forbid("second_person", step.Rule, "须由另一人审批", "another person must decide this request")
	}
	t.By, t.Unit = by, unit
	return nil
}

// waiting finds the request meant: the named one, or the only one.
func (m *Machine[S]) waiting(t *Turn[S], id string) (Request, *Step[S], error) {
	h := t.Case.GetHead()
	if len(h.Requests) == 0 {
		return Request{}, nil, wrongState(h, "")
	}
	if id == "" && len(h.Requests) == 1 {
		for only := range h.Requests {
			id = only
		}
	}
	r, ok := h.Requests[id]
	if !ok {
		return Request{}, nil, domain.Invalid(domain.Fault("request", "unknown_request", "请指明要审批的申请", "name the request to decide"))
	}
	step, _ := m.Step(r.Action)
	return r, step, nil
}

func (t *Turn[S]) drop(r Request) {
	delete(t.Case.GetHead().Requests, r.ID)
	t.Clear("request." + r.ID)
}

// grant carries out the step of a request.
func (m *Machine[S]) grant(t *Turn[S], r Request, step *Step[S]) error {
	h := t.Case.GetHead()
	if !step.allowedFrom(h.State) {
		return wrongState(h, step.Rule)
	}
	t.drop(r)
	note := t.In
	t.In, t.Proposer, t.ProposerUnit, t.AskedAt = r.Input, r.By, r.Unit, r.At
	if step.Guard != nil {
		if err := step.Guard(t); err != nil {
			return withState(err, h.State)
		}
	}
	if note.Has("note") {
		withNote := form.Input{"approval_note": note["note"]}
		for k, v := range r.Input {
			withNote[k] = v
		}
		t.In = withNote
	}
	return withState(step.Do(t), h.State)
}

// ExpireRequest is what happens to a request nobody decided in time; machines
// put it in Expire.
func (m *Machine[S]) ExpireRequest(t *Turn[S], d Deadline) error {
	r, ok := t.Case.GetHead().Requests[d.Ref]
	if !ok {
		return nil
	}
	step, _ := m.Step(r.Action)
	if step.Lapse == LapseApproves && step.allowedFrom(t.Case.GetHead().State) {
		err := m.grant(t, r, step)
		var refused *domain.Error
		if !errors.As(err, &refused) {
			return err
		}
		t.In = nil // the rule refuses what was asked for: it lapses like any other
	}
	t.drop(r)
	t.Record("request_lapsed", step.Rule).Notify("N10", Recipient{User: r.By}).Fact("action", r.Action)
	return nil
}

// dropMoot removes the requests whose step the state no longer allows.
func (t *Turn[S]) dropMoot() []Request {
	h := t.Case.GetHead()
	var moot []Request
	for _, r := range h.Requests {
		if step, ok := t.m.Step(r.Action); !ok || !step.allowedFrom(h.State) {
			moot = append(moot, r)
			t.drop(r)
		}
	}
	slices.SortFunc(moot, func(a, b Request) int { return strings.Compare(a.ID, b.ID) })
	return moot
}

// DropRequestsOf removes what a unit has asked for, for a step that makes it moot.
func (t *Turn[S]) DropRequestsOf(unit string) {
	for _, r := range t.Case.GetHead().Requests {
		if r.Unit == unit {
			t.drop(r)
		}
	}
}

// DropRequests removes every waiting request, for a step that makes them moot.
func (t *Turn[S]) DropRequests() {
	for _, r := range t.Case.GetHead().Requests {
		t.drop(r)
	}
}

// signable lists Approve and Decline when the actor may sign a waiting request.
func (m *Machine[S]) signable(t *Turn[S]) []Offer {
	var ids []string
	for id, r := range t.Case.GetHead().Requests {
		step, _ := m.Step(r.Action)
		if step.allowedFrom(t.Case.GetHead().State) && m.maySign(t, r, step) == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return Signing()
}

// Signing describes the two answers to a waiting request.
func Signing() []Offer {
	return []Offer{
		{Approve, "", "同意", "Approve", approveFields},
		{Decline, "", "不同意", "Decline", declineFields},
	}
}
