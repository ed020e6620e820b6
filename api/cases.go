package api

import (
	"context"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/workflows"
)

// caseDoor is the door of cases of all kinds.
type caseDoor = door[casefile.Case, view.CaseView]

// everyKind asks of each case the machine of its kind.
type everyKind struct{}

// Decide asks the machine of the kind.
func (everyKind) Decide(c casefile.Case, cmd machine.Command, rules *machine.Rules, world machine.World, now time.Time) ([]machine.Event, casefile.Case, error) {
	return casekind.Of(c).Decide(c, cmd, rules, world, now)
}

// Offers asks the machine of the kind.
func (everyKind) Offers(c casefile.Case, actor domain.Actor, rules *machine.Rules, now time.Time) []machine.Offer {
	return casekind.Of(c).Offers(c, actor, rules, now)
}

func newCaseDoor(s *server) caseDoor {
	return caseDoor{
		s: s, machine: everyKind{}, read: s.Reader.Case, query: s.Engine.QueryCase, rules: s.caseRules, hints: s.hintsFor, ready: readyOnCase, send: s.Engine.ActOnCase,
		name:  func(no string) string { kind, _ := casefile.KindOf(no); return kind },
		fresh: func(c casefile.Case) func() casefile.Case { return casekind.Of(c).Fresh },
		over:  func(c casefile.Case) bool { return casekind.Of(c).Final(c) }, show: showCase,
		start: func(ctx context.Context, c casefile.Case) error { return s.startCase(ctx, c.GetHead().No, c, nil) },
	}
}

// showCase shows a case to a caller, its words only to whoever may read them.
func showCase(who caller, c casefile.Case, rules *machine.Rules, at time.Time) view.CaseView {
	v := view.NewCaseView(c, rules, at)
	if !reads(who, c, rules, at) {
		v.Withhold()
	}
	return v
}

// reads tells whether the caller, who sees a case, may read what it says. Whoever is to sign
// for something on it reads what they sign for, while it waits.
func reads(who caller, c casefile.Case, rules *machine.Rules, at time.Time) bool {
	return who.scope.Reads(c.Card()) || slices.ContainsFunc(casekind.Of(c).Offers(c, who.actor, rules, at), func(o machine.Offer) bool { return o.Action == machine.Approve })
}

// caseRules are the rules a case is judged by: since its dispatch, those of then.
func (s *server) caseRules(of casefile.Case, at time.Time) *machine.Rules {
	c := of.Card()
	return s.Rules.Rules(c.Area, c.JudgedBy(), c.JudgedAt(at))
}

// startCase starts the workflow of a case from its state or its first events.
func (s *server) startCase(ctx context.Context, no string, c casefile.Case, events []machine.Event) error {
	return s.Engine.StartCase(ctx, workflows.AnyCaseInput{No: no, State: c, Events: events})
}

// readyOnCase refuses steps the kind of the case does not have, and lets who raised a matter
// act on it as the petitioner.
func readyOnCase(_ context.Context, who caller, c casefile.Case, w *wish) error {
	kind := casekind.Of(c)
	if !kind.Takes(w.action) {
		return domain.NotFound()
	}
	w.actor = actorOn(who, kind, c, w.action)
	return nil
}

// hintsFor are what the forms of a case can be filled with.
func (s *server) hintsFor(of casefile.Case, now time.Time) hints {
	rules, c := s.caseRules(of, now), of.Card()
	h := hints{rules: rules, county: c.County, area: c.Area, lead: c.LeadUnit, category: c.Category, requests: of.GetHead().Requests,
		labelOf: casekind.Of(of).ActionLabel, sessions: c.Sessions}
	h.leader, _ = rules.Org.LeaderOnRota(c.County, now)
	return h
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
	return &clocksOutput{Clocks{c.GetHead().Seq, now.In(zone), view.Clocks(c, s.caseRules(c, now), now)}}, nil
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
	if ownMatter(who, c.Card()) {
		actor = petitioner
	}
	now := s.Now()
	h := s.hintsFor(c, now)
	offers := casekind.Of(c).Offers(c, actor, h.rules, now)
	if err := s.advise(ctx, who.scope, c.Card(), offers, &h); err != nil {
		return nil, err
	}
	return s.cases.offered(ctx, c, offers, h, english(in.Language))
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
	return wish{actor, action, in.Key, in.IfMatch, input, fingerprint(action, input)}, err
}
