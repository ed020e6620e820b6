package machine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/form"
)

// Begin opens a turn on a copy of the state; the state itself is never changed.
func (m *Machine[S]) Begin(s S, actor domain.Actor, rules *Rules, world World, at, recorded time.Time) *Turn[S] {
	own, base := m.Fresh(), encode(s)
	if err := json.Unmarshal(base, own); err != nil {
		panic(fmt.Sprintf("state of %s cannot be copied: %v", s.GetHead().No, err)) // a programming error
	}
	return &Turn[S]{Case: own, Now: at, Rules: rules, World: world, Actor: actor, m: m, recorded: recorded, base: base, from: own.GetHead().State}
}

// Events gives what the turn recorded.
func (t *Turn[S]) Events() []Event { return t.events }

// Keyed makes the turn's events carry the key of the command they answer.
func (t *Turn[S]) Keyed(key string) *Turn[S] { t.key = key; return t }

// Decide answers a command with events and the state after them, or refuses it
// with a *domain.Error. Limits that have passed by now take effect first: a
// command never overtakes time (§6 item 94). After a long time away these may be
// too many for one commit, which is answered by ErrCatchUp.
//
// A refusal comes in this order: no such action (not_found), an office that
// never may (forbidden), a stale version (stale), a wrong state (conflict), an office
// elsewhere (forbidden), inputs (invalid), and at last the guards of the rule
// (conflict).
func (m *Machine[S]) Decide(s S, cmd Command, rules *Rules, world World, now time.Time) ([]Event, S, error) {
	if err := m.mayAttempt(s, cmd); err != nil {
		return nil, s, err
	}
	t := m.Begin(s, domain.SystemActor(), rules, world, now, world.recorded(now))
	more, err := t.fireUntil(now)
	if err != nil {
		return nil, s, err
	}
	if more {
		return nil, s, ErrCatchUp
	}
	t.begin(now, cmd.Actor, "")
	t.key = cmd.Key
	if err := m.act(t, cmd); err != nil {
		return nil, s, err
	}
	return t.events, t.Case, nil
}

// mayAttempt holds what is known before time is let in: whether there is such
// an action, whether the actor may ever take it, and whether the caller looked
// at the present version.
func (m *Machine[S]) mayAttempt(s S, cmd Command) error {
	if cmd.Action != Approve && cmd.Action != Decline {
		step, ok := m.Step(cmd.Action)
		if !ok {
			return domain.NotFound()
		}
		if !step.mayEver(cmd.Actor) {
			return notYourOffice(step.Rule)
		}
	}
	if cmd.IfMatch != 0 && cmd.IfMatch != s.GetHead().Seq {
		return &domain.Error{Code: domain.CodeStale, Reason: "stale", State: string(s.GetHead().State),
			Text: domain.Text{ZH: "办件已被他人更新,请刷新后再试", EN: "the case has changed since it was read"}}
	}
	return nil
}

// begin makes the turn ready for its next command or deadline: nothing of the
// one before may be taken for its own.
func (t *Turn[S]) begin(now time.Time, actor domain.Actor, deadline string) {
	t.Now, t.Actor, t.deadline = now, actor, deadline
	t.In, t.By, t.Unit, t.told = nil, Who{}, "", false
	t.Proposer, t.ProposerUnit, t.AskedAt = "", "", time.Time{}
	t.causes, t.excused = nil, false
}

func notYourOffice(rule string) *domain.Error {
	return domain.Forbid("not_your_office", rule, "您的岗位不能执行此步骤", "your office may not take this step")
}

// act takes one step within the turn.
func (m *Machine[S]) act(t *Turn[S], cmd Command) error {
	if cmd.Action == Approve || cmd.Action == Decline {
		return m.sign(t, cmd)
	}
	step, ok := m.Step(cmd.Action)
	if !ok {
		return domain.NotFound()
	}
	if err := m.entitle(t, step, step.Who); err != nil {
		return err
	}
	clean, faults := form.Check(step.fields(t), cmd.Input, t.Lookup())
	if len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	t.In = clean
	if step.Guard != nil {
		if err := step.Guard(t); err != nil {
			return withState(err, t.Case.GetHead().State)
		}
	}
	if m.needsSecond(t, step) {
		return withState(m.ask(t, step), t.Case.GetHead().State)
	}
	return withState(step.Do(t), t.Case.GetHead().State)
}

// entitle checks office and state, in the order Decide promises.
func (m *Machine[S]) entitle(t *Turn[S], step *Step[S], who []Who) error {
	if !step.mayEver(t.Actor) {
		return notYourOffice(step.Rule)
	}
	if !step.allowedFrom(t.Case.GetHead().State) {
		return wrongState(t.Case.GetHead(), step.Rule)
	}
	if t.Actor.IsSystem() || t.Actor.IsPetitioner() {
		return nil
	}
	by, unit, ok := m.office(t, who)
	if !ok {
		return domain.Forbid("not_your_case", step.Rule, "此办件不在您的职责范围内", "this case is not in your charge")
	}
	t.By, t.Unit = by, unit
	return nil
}

// office finds the first office among who that the actor holds in the right place.
func (m *Machine[S]) office(t *Turn[S], who []Who) (Who, string, bool) {
	for _, w := range who {
		for _, g := range t.Actor.Grants {
			if g.Role == w.Role && m.Stands(t, g, w.Place) {
				return w, g.Unit, true
			}
		}
	}
	return Who{}, "", false
}

// Offer is a step an actor may take now.
type Offer struct {
	Action string       `json:"action"`
	Rule   string       `json:"rule"`
	ZH     string       `json:"label_zh"`
	EN     string       `json:"label_en"`
	Fields []form.Field `json:"fields"`
}

// Offers lists the steps the actor may take on the case as it stands. A step
// whose guard can be judged without inputs and refuses is left out.
func (m *Machine[S]) Offers(s S, actor domain.Actor, rules *Rules, now time.Time) []Offer {
	t := m.Begin(s, actor, rules, World{}, now, now)
	var out []Offer
	for i := range m.Steps {
		step := &m.Steps[i]
		t.begin(now, actor, "")
		if actor.IsSystem() || step.SystemOnly || m.entitle(t, step, step.Who) != nil || step.shut(t) {
			continue
		}
		out = append(out, Offer{step.Action, step.Rule, step.ZH, step.EN, step.fields(t)})
	}
	return append(out, m.signable(t)...)
}

// shut tells whether the guard refuses already, whatever may be entered. Guards
// answer a missing input with a fault of the form, which does not count here.
func (s *Step[S]) shut(t *Turn[S]) bool {
	return s.Guard != nil && domain.CodeOf(s.Guard(t)) == domain.CodeConflict
}

// Fire lets every deadline that has passed by now take effect, in due order,
// each at the moment it was due. It answers no events when none has passed. After
// a long time away only the first take effect at once, and what is left with
// the next commit: the state still has it as due.
func (m *Machine[S]) Fire(s S, rules *Rules, world World, now time.Time) ([]Event, S, error) {
	t := m.Begin(s, domain.SystemActor(), rules, world, now, world.recorded(now))
	if _, err := t.fireUntil(now); err != nil {
		return nil, s, err
	}
	return t.events, t.Case, nil
}

// recorded is when a decision taken at a moment is written down.
func (w World) recorded(at time.Time) time.Time {
	if w.RecordedAt.After(at) {
		return w.RecordedAt
	}
	return at
}

// mostFirings bounds one commit: an event takes about a kilobyte of the two
// megabytes that the engine carries.
const mostFirings = 200

// fireUntil lets deadlines take effect, and tells whether more of them have passed
// than one commit may hold.
func (t *Turn[S]) fireUntil(now time.Time) (more bool, err error) {
	var moment time.Time
	still := 0 // firings in which time has not moved on
	for range mostFirings {
		d, ok := t.Case.GetHead().Next()
		if !ok || d.At.After(now) {
			return false, nil
		}
		if still++; d.At.After(moment) {
			moment, still = d.At, 0
		}
		if err := t.fire(d); err != nil {
			return false, err
		}
	}
	if still > mostFirings/2 { // a rule arms itself in the past, which would never end
		return false, fmt.Errorf("case %s: more than %d deadlines at one moment", t.Case.GetHead().No, still)
	}
	d, ok := t.Case.GetHead().Next()
	return ok && !d.At.After(now), nil
}

// fire lets one deadline take effect at the moment it was due.
func (t *Turn[S]) fire(d Deadline) error {
	t.begin(d.At, domain.SystemActor(), d.ID)
	t.excused = Touched(d, t.Case.GetHead().Outages)
	t.Clear(d.ID)
	before := len(t.events)
	if rule, ok := t.m.Expire[d.Kind]; ok {
		if err := rule(t, d); err != nil {
			return fmt.Errorf("deadline %s of %s: %w", d.ID, t.Case.GetHead().No, err)
		}
	}
	if len(t.events) == before {
		t.Record("limit_passed", "")
	}
	return nil
}

// ErrCatchUp says that more limits have passed than one commit may hold: they take
// effect first (Fire), then the command is decided anew.
var ErrCatchUp = errors.New("limits that have passed take effect first")

// Lookup lets a form be checked against the rulebook of the turn.
func (t *Turn[S]) Lookup() form.Lookup { return LookupOf(t.Rules) }

// LookupOf lets a form be checked against rules.
func LookupOf(r *Rules) form.Lookup { return lookup{r} }

type lookup struct{ rules *Rules }

// Canonical implements form.Lookup.
func (l lookup) Canonical(table, code string) (string, bool) {
	return l.rules.Codes.Canonical(table, code)
}

// HasUnit implements form.Lookup.
func (l lookup) HasUnit(id string) bool { _, ok := l.rules.Org.Unit(id); return ok }

// withState tells the caller of a refused step where the case stands.
func withState(err error, s State) error {
	var e *domain.Error
	if errors.As(err, &e) && e.Code == domain.CodeConflict && e.State == "" {
		e.State = string(s)
	}
	return err
}

// Named lists the users and cases an input names, so that the committer can
// look them up.
func (m *Machine[S]) Named(action string, in form.Input) (users, cases []string) {
	step, ok := m.Step(action)
	if !ok {
		return nil, nil
	}
	return named(step.Fields, in)
}

// Files lists the uploaded files an input names.
func (m *Machine[S]) Files(action string, in form.Input) []string {
	step, ok := m.Step(action)
	if !ok {
		return nil
	}
	return FilesOf(step.Fields, in)
}

// FilesOf lists the uploaded files among inputs.
func FilesOf(fields []form.Field, in form.Input) (ids []string) {
	for _, f := range fields {
		if f.Type == form.Files {
			ids = append(ids, in.List(f.Name)...)
		}
	}
	return ids
}

func named(fields []form.Field, in form.Input) (users, cases []string) {
	for _, f := range fields {
		switch f.Type {
		case form.User:
			users = append(users, in.Text(f.Name))
		case form.Users:
			users = append(users, in.List(f.Name)...)
		case form.Case:
			cases = append(cases, in.Text(f.Name))
		case form.Cases:
			cases = append(cases, in.List(f.Name)...)
		case form.Objects:
			for _, o := range in.Objects(f.Name) {
				u, c := named(f.Of, o)
				users, cases = append(users, u...), append(cases, c...)
			}
		}
	}
	empty := func(s string) bool { return s == "" }
	return slices.DeleteFunc(users, empty), slices.DeleteFunc(cases, empty)
}
