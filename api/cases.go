package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/workflows"
)

// caseDoor is the door of grievances.
type caseDoor = door[*grievance.Case, view.CaseView]

func newCaseDoor(s *server) caseDoor {
	return caseDoor{
		s: s, machine: grievance.Machine, read: s.Reader.Case, rules: s.caseRules, send: s.Engine.ActOnCase,
		over: grievance.Final, show: view.NewCaseView,
		start: func(ctx context.Context, c *grievance.Case) error { return s.startCase(ctx, c.No, c, nil) },
	}
}

// caseRules are the rules a case is judged by: since its dispatch, those of then.
func (s *server) caseRules(c *grievance.Case, at time.Time) *machine.Rules {
	version := ""
	if !c.DispatchedAt.IsZero() {
		version = c.RulebookVersion
	}
	return s.Rules.Rules(c.Area, version, at)
}

// startCase starts the workflow of a case from its state or its first events.
func (s *server) startCase(ctx context.Context, no string, c *grievance.Case, events []machine.Event) error {
	return s.Engine.StartCase(ctx, workflows.GrievanceInput{No: no, State: c, Events: events})
}

// hintsFor are what the forms of a case can be filled with.
func (s *server) hintsFor(c *grievance.Case, now time.Time) hints {
	rules := s.caseRules(c, now)
	h := hints{rules: rules, county: c.County, area: c.Area, lead: c.LeadUnit, category: c.Category, requests: c.Requests, labelOf: labelOf(grievance.Machine)}
	h.leader, _ = rules.Org.LeaderOnRota(c.County, now)
	for _, r := range c.Sessions {
		h.sessions = append(h.sessions, r.No)
	}
	return h
}

// labelOf names the actions of a machine.
func labelOf[S machine.Subject](m *machine.Machine[S]) func(string) domain.Text {
	return func(action string) domain.Text {
		if step, ok := m.Step(action); ok {
			return domain.Text{ZH: step.ZH, EN: step.EN}
		}
		return domain.Text{ZH: action, EN: action}
	}
}

// ByNo names one subject in the path.
type ByNo struct {
	No string `path:"no" doc:"number, e.g. 220402G2026112300017"`
}

type readCaseInput struct {
	ByNo
	IfNoneMatch string `header:"If-None-Match" doc:"answers 304 when the version is still this one"`
	Source      string `query:"source" enum:"ledger,workflow" doc:"workflow: answer from the running workflow by a Temporal query"`
}

// getCase shows one case, from the ledger or as its workflow has it.
func (s *server) getCase(ctx context.Context, in *readCaseInput) (*shown[view.CaseView], error) {
	c, err := s.cases.find(ctx, callerOf(ctx).scope, in.No)
	if err != nil {
		return nil, err
	}
	if in.Source == "workflow" {
		return asked(ctx, &s.cases, c, s.Engine.QueryCase)
	}
	return s.cases.unlessSeen(c, in.IfNoneMatch), nil
}

// unlessSeen answers 304 when the caller has this version.
func (d *door[S, V]) unlessSeen(subject S, ifNoneMatch string) *shown[V] {
	out := d.answer(subject, d.s.Now())
	if notModified(ifNoneMatch, subject.GetHead().Seq) {
		out.Status = http.StatusNotModified
	}
	return out
}

// asked answers from the workflow. The ledger has already told that the caller
// may know of the subject.
func asked[S machine.Subject, V any](ctx context.Context, d *door[S, V], known S, query func(context.Context, string) (S, error)) (*shown[V], error) {
	state, err := query(ctx, known.GetHead().No)
	if err == nil {
		return d.answer(state, d.s.Now()), nil
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

// Entry is one event of a timeline.
type Entry struct {
	Seq        int           `json:"seq"`
	Type       string        `json:"type"`
	Rule       string        `json:"rule,omitempty"`
	At         time.Time     `json:"at" doc:"when it took effect"`
	RecordedAt time.Time     `json:"recorded_at" doc:"when it was written down"`
	By         string        `json:"by"`
	Unit       string        `json:"unit,omitempty"`
	UnitZH     string        `json:"unit_zh,omitempty"`
	UnitEN     string        `json:"unit_en,omitempty"`
	From       machine.State `json:"from,omitempty"`
	To         machine.State `json:"to,omitempty"`
	Deadline   string        `json:"deadline,omitempty" doc:"the limit that passed, when time acted"`
	Late       bool          `json:"late_by_system,omitempty" doc:"the limit passed while the system was away; nobody is blamed"`
	Reason     string        `json:"reason,omitempty"`
	Input      form.Input    `json:"input,omitempty" doc:"what the actor entered"`
	Rulebook   string        `json:"rulebook,omitempty" doc:"version of the rules it was decided under"`
	Standing   *Standing     `json:"standing,omitempty" doc:"where the case stood after this event"`
}

// Timeline is everything that happened, oldest first.
type Timeline struct {
	Items []Entry `json:"items"`
}

type timelineOutput struct{ Body Timeline }

func (s *server) caseTimeline(ctx context.Context, in *ByNo) (*timelineOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	out, events, err := s.timeline(ctx, c.No)
	if err != nil {
		return nil, err
	}
	if !grievance.IsCitizen(who.actor) {
		s.standings(events, out)
		return out, nil
	}
	for i := range out.Body.Items { // what officers write to each other is theirs
		out.Body.Items[i].By, out.Body.Items[i].Input = "", nil
	}
	return out, nil
}

func (s *server) timeline(ctx context.Context, no string) (*timelineOutput, []machine.Event, error) {
	events, err := s.Reader.Events(ctx, no)
	if err != nil {
		return nil, nil, err
	}
	tree := s.tree()
	out := &timelineOutput{Timeline{Items: []Entry{}}}
	for _, e := range events {
		unit, _ := tree.Unit(e.Unit)
		out.Body.Items = append(out.Body.Items, Entry{Seq: e.Seq, Type: e.Type, Rule: e.Rule, At: e.At.In(zone), RecordedAt: e.RecordedAt.In(zone),
			By: e.By, Unit: e.Unit, UnitZH: unit.ZH, UnitEN: unit.EN, From: e.From, To: e.To, Deadline: e.Deadline, Late: e.LateBySystem,
			Reason: e.Reason, Input: e.Input, Rulebook: e.Rulebook})
	}
	return out, events, nil
}

// standings tells beside every event of a case where the case stood after it:
// its level, who owned it, and when it was due.
func (s *server) standings(events []machine.Event, out *timelineOutput) {
	c := grievance.Fresh()
	for i, e := range events {
		next, err := machine.Evolve(c, grievance.Fresh, e)
		if err != nil {
			return // a broken chain is for verify to tell
		}
		c = next
		due, _ := view.DueOf(c)
		owner, _ := s.tree().Unit(c.Owner.Unit)
		out.Body.Items[i].Standing = &Standing{Level: string(c.Level), OwnerUnit: c.Owner.Unit, OwnerZH: owner.ZH, OwnerEN: owner.EN, OwnerUser: c.Owner.User, DueAt: due.In(zone)}
		if due.IsZero() {
			out.Body.Items[i].Standing.DueAt = time.Time{}
		}
	}
}

// Standing is where a case stood after an event.
type Standing struct {
	Level     string    `json:"level"`
	OwnerUnit string    `json:"owner_unit"`
	OwnerZH   string    `json:"owner_zh"`
	OwnerEN   string    `json:"owner_en"`
	OwnerUser string    `json:"owner_user,omitempty"`
	DueAt     time.Time `json:"due_at,omitzero"`
}

// Clocks are the limits of a case, explained.
type Clocks struct {
	Seq   int              `json:"seq"`
	AsOf  time.Time        `json:"as_of"`
	Items []view.ClockView `json:"items"`
}

type clocksOutput struct{ Body Clocks }

// caseClocks explains every limit, segment by segment.
func (s *server) caseClocks(ctx context.Context, in *ByNo) (*clocksOutput, error) {
	c, err := s.cases.find(ctx, callerOf(ctx).scope, in.No)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	return &clocksOutput{Clocks{c.Seq, now.In(zone), view.Clocks(c, s.caseRules(c, now), now)}}, nil
}

// Actions are the steps a caller may take now.
type Actions struct {
	Seq   int           `json:"seq" doc:"version the answer holds for; send it as If-Match"`
	State machine.State `json:"state"`
	Items []Action      `json:"items"`
}

type actionsOutput struct {
	ETag string `header:"ETag"`
	Body Actions
}

type actionsInput struct {
	ByNo
	Language string `header:"Accept-Language" hidden:"true"`
}

func (s *server) caseActions(ctx context.Context, in *actionsInput) (*actionsOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	actor := who.actor
	if ownMatter(who, c) {
		actor = petitioner
	}
	now := s.Now()
	h := s.hintsFor(c, now)
	offers := grievance.Machine.Offers(c, actor, h.rules, now)
	if err := s.advise(ctx, who.scope, c, offers, &h); err != nil {
		return nil, err
	}
	return offered(ctx, &s.cases, c, offers, h, english(in.Language))
}

func offered[S machine.Subject, V any](ctx context.Context, d *door[S, V], subject S, offers []machine.Offer, h hints, inEnglish bool) (*actionsOutput, error) {
	items, err := d.s.forms(ctx, offers, h, inEnglish)
	if err != nil {
		return nil, err
	}
	head := subject.GetHead()
	return &actionsOutput{etag(head.Seq), Actions{head.Seq, head.State, items}}, nil
}

// stepInput is a request to take one step.
type stepInput struct {
	ByNo
	FormBody
	Key     string `header:"Idempotency-Key" doc:"a retry with the same key and inputs gets the same answer; the same key for another request is refused"`
	IfMatch string `header:"If-Match" doc:"version the step depends on, as the ETag of a read"`
}

// wish reads the request as the wish of an actor.
func (in *stepInput) wish(actor domain.Actor, action string) (wish, error) {
	if err := readKey(in.Key, true); err != nil {
		return wish{}, err
	}
	input, err := in.read()
	return wish{actor, action, in.Key, in.IfMatch, input}, err
}

// actOnCase takes one step on a case.
func (s *server) actOnCase(action string) func(context.Context, *stepInput) (*shown[view.CaseView], error) {
	return func(ctx context.Context, in *stepInput) (*shown[view.CaseView], error) {
		who := callerOf(ctx)
		w, wrong := in.wish(who.actor, action)
		c, err := s.cases.find(ctx, who.scope, in.No)
		switch {
		case err != nil && wrong == nil:
			return s.cases.replay(ctx, in.No, w, err)
		case err != nil:
			return nil, err
		case wrong != nil:
			return nil, wrong
		}
		w.actor = actorOn(who, c, action)
		return s.cases.act(ctx, c, w)
	}
}

// PetitionerView is who raised a matter, masked (§2.3).
type PetitionerView struct {
	Anonymous bool        `json:"anonymous"`
	Masked    bool        `json:"masked"`
	Person    view.Person `json:"person,omitzero"`
}

type petitionerOutput struct{ Body PetitionerView }

// casePetitioner shows the person masked; to see more is a step of its own that
// needs a purpose and leaves a trace.
func (s *server) casePetitioner(ctx context.Context, in *ByNo) (*petitionerOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	p, known, err := s.Reader.Petitioner(ctx, who.scope, c.No)
	if err != nil {
		return nil, err
	}
	if !known {
		return &petitionerOutput{PetitionerView{Anonymous: true}}, nil
	}
	return &petitionerOutput{PetitionerView{Masked: true, Person: p.Masked()}}, nil
}
