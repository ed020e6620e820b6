package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/recheck"
	"huajie/domain/view"
	"huajie/domain/whistle"
)

// Rulebook gives the rules a case is judged by.
type Rulebook interface {
	// Rules are the rules of an area at a time. A version other than "" asks for the
	// policy a case was dispatched under; the newest is taken where that
	// version is not kept.
	Rules(area, version string, at time.Time) *machine.Rules
}

// Desk is where every change of a case, session or whistle is decided and written down.
type Desk struct {
	Ledger Ledger
	Book   Rulebook
	Now    func() time.Time // the clock that waiting is measured with; nil: time.Now
	// Engine is the engine's clock, where this process can read it: that of a machine
	// whose time is the engine's. nil where the engine's time is not real.
	Engine func() time.Time

	delays delays
}

func (d *Desk) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

// CommitInput asks for one step of one subject, or, with an empty action, for
// every limit that has passed to take effect.
type CommitInput struct {
	Kind    string          `json:"kind"`
	No      string          `json:"no"`
	Seq     int             `json:"seq"` // what the workflow has folded
	Command machine.Command `json:"command"`
	At      time.Time       `json:"at"`

	recordedAt time.Time // At, and how long the ledger has been away since
}

// CommitResult is what the workflow folds.
type CommitResult struct {
	Events []machine.Event `json:"events,omitempty"`
	Behind bool            `json:"behind,omitempty"` // only missed events: fold them and ask anew
}

// Commit decides one step and writes it down, exactly once. It returns a
// refusal (*domain.Error) that changed nothing, or an error after which trying
// again is safe.
func (d *Desk) Commit(ctx context.Context, in CommitInput) (CommitResult, error) {
	in.recordedAt = in.At.Add(max(d.delays.begin(in, d.now()), d.inherited(in.At)))
	w, err := d.wish(in)
	if err != nil {
		return CommitResult{}, err
	}
	out, err := d.Ledger.Change(ctx, w)
	d.delays.end(in, err)
	if err != nil {
		return CommitResult{}, err
	}
	return CommitResult{Events: out.Events, Behind: out.Behind}, nil
}

// FireMany lets every limit of these cases, sessions and whistles take effect that has
// passed at a moment, in one transaction, and answers in which of them one did. Those
// that somebody is changing at the time are left out. After an error nothing is changed.
func (d *Desk) FireMany(ctx context.Context, nos []string, at time.Time) ([]string, error) {
	list := make([]Write, len(nos))
	for i, no := range nos {
		var err error
		if list[i], err = d.wish(CommitInput{Kind: KindOf(no), No: no, Seq: -1, At: at, recordedAt: at}); err != nil {
			return nil, err
		}
	}
	done, err := d.Ledger.ChangeMany(ctx, list)
	var fired []string
	for _, w := range done {
		if len(w.Events) > 0 {
			fired = append(fired, w.No)
		}
	}
	return fired, err
}

// wish is what the ledger is asked for one step.
func (d *Desk) wish(in CommitInput) (Write, error) {
	w := Write{Kind: in.Kind, No: in.No, Seq: in.Seq, Key: in.Command.Key, Fingerprint: in.Command.Fingerprint}
	switch k, isCase := casekind.Named(in.Kind); {
	case isCase:
		_, w.Beside = k.Named(in.Command.Action, in.Command.Input)
		w.Decide = func(cur Current) (Decision, error) { return d.decideCase(cur, k, in) }
	case in.Kind == KindSession:
		w.Decide = func(cur Current) (Decision, error) { return d.decideSession(cur, in) }
	case in.Kind == KindWhistle:
		w.Decide = func(cur Current) (Decision, error) { return d.decideWhistle(cur, in) }
	default:
		return Write{}, fmt.Errorf("no machine for %q", in.Kind)
	}
	return w, nil
}

func (d *Desk) decideCase(cur Current, k casekind.Kind, in CommitInput) (Decision, error) {
	c := k.Fresh()
	if err := cur.State(c); err != nil {
		return Decision{}, err
	}
	card := c.Card()
	rules := d.Book.Rules(card.Area, card.JudgedBy(), card.JudgedAt(in.At))
	world, err := d.worldOf(cur, k, c, in, rules)
	if err != nil {
		return Decision{}, err
	}
	events, next, unanswered, err := decide[casefile.Case](k, c, in, rules, world)
	if err != nil {
		return Decision{}, err
	}
	about := notice.FromCase(next, rules)
	if namesPeople(events) {
		people, err := cur.People(about.People())
		if err != nil {
			return Decision{}, err
		}
		about = about.Named(func(username string) (domain.Text, bool) {
			u, ok := people[username]
			return domain.Text{ZH: u.ZH, EN: u.EN}, ok
		})
	}
	out := Decision{Events: events, State: next, Notices: notice.RenderAll(events, about, rules), Unanswered: unanswered}
	if event, ok := next.(*gridevent.Event); ok && event.State == gridevent.Closed {
		out.Lot = recheck.LotOf(events, event, d.Book.Rules("", "", in.At), in.At)
	}
	return d.withSplit(cur, out, card, in, rules)
}

func (d *Desk) decideSession(cur Current, in CommitInput) (Decision, error) {
	s := joint.Fresh()
	if err := cur.State(s); err != nil {
		return Decision{}, err
	}
	rules := d.Book.Rules(s.County, "", in.At)
	users, _ := joint.Machine.Named(in.Command.Action, in.Command.Input)
	people, err := cur.People(users)
	if err != nil {
		return Decision{}, err
	}
	events, next, unanswered, err := decide[*joint.Session](joint.Machine, s, in, rules, machine.World{People: people, RecordedAt: in.recordedAt})
	if err != nil {
		return Decision{}, err
	}
	return Decision{Events: events, State: next, Notices: notice.RenderAll(events, notice.FromSession(next, rules), rules), Unanswered: unanswered}, nil
}

// judge is what decides: the machine of a session, or that of a kind of case.
type judge[S machine.Subject] interface {
	Decide(s S, cmd machine.Command, rules *machine.Rules, world machine.World, now time.Time) ([]machine.Event, S, error)
	Fire(s S, rules *machine.Rules, world machine.World, now time.Time) ([]machine.Event, S, error)
}

// decide lets the rules judge. Where more limits have passed than one commit may
// hold, the first of them are all that is decided: the command is unanswered.
func decide[S machine.Subject](m judge[S], s S, in CommitInput, rules *machine.Rules, world machine.World) (events []machine.Event, next S, unanswered bool, err error) {
	if in.Command.Action != "" {
		events, next, err = m.Decide(s, in.Command, rules, world, in.At)
		if unanswered = errors.Is(err, machine.ErrCatchUp); !unanswered {
			return events, next, false, err
		}
	}
	events, next, err = m.Fire(s, rules, world, in.At)
	return events, next, unanswered, err
}

// namesPeople tells whether a notice names somebody: the first responder (N1)
// or the owning leader (N14).
func namesPeople(events []machine.Event) bool {
	for _, e := range events {
		for _, n := range e.Notices {
			if n.N == "N1" || n.N == "N14" {
				return true
			}
		}
	}
	return false
}

// worldOf gathers what the decision must know of users and other cases.
func (d *Desk) worldOf(cur Current, k casekind.Kind, of casefile.Case, in CommitInput, rules *machine.Rules) (machine.World, error) {
	w := machine.World{RecordedAt: in.recordedAt}
	users, cases := k.Named(in.Command.Action, in.Command.Input)
	for _, r := range of.GetHead().Requests { // a signature carries out what was asked for
		u, n := k.Named(r.Action, r.Input)
		users, cases = append(users, u...), append(cases, n...)
	}
	// A case goes together with cases of its own kind only.
	cases = slices.DeleteFunc(cases, func(no string) bool { other, _ := casefile.KindOf(no); return other != k.Name })
	c := of.Card()
	var err error
	if w.People, err = cur.People(users); err != nil {
		return w, err
	}
	if w.Cases, err = cur.Cases(cases, sightOf(in.Command.Actor, rules)); err != nil {
		return w, err
	}
	if w.Photos, err = photosOf(cur, k.Files(in.Command.Action, in.Command.Input), rules, in.At); err != nil {
		return w, err
	}
	if event, ok := of.(*gridevent.Event); ok {
		err = eventWorld(cur, event, in, rules, &w)
		return w, err
	}
	switch in.Command.Action {
	case "split":
		w.NewNo, err = cur.NewNo(c.County, casefile.LetterGrievance, in.At)
	case "blow-whistle":
		w.NewNo, err = cur.NewNo(c.County, whistle.Letter, in.At)
	case "suspend":
		w.HangUps.Suspended, w.HangUps.Due, err = cur.HangUps(c.LeadUnit, quarter(in.At))
	case "close-explained":
		w.Explained.Explained, w.Explained.Closed, err = cur.Explained(c.LeadUnit, quarter(in.At))
	}
	return w, err
}

// sightOf is what the decision may know of other cases: what the actor may see.
// Nobody acts when time does; time and the consequences of another case know all.
func sightOf(a domain.Actor, rules *machine.Rules) view.Scope {
	if a.IsSystem() || a.User == "" {
		return view.Scope{City: true, Vault: true}
	}
	return view.ScopeOf(a, rules.Org)
}

// withSplit registers the grievance a split or a converted event has made, in the same
// transaction. Nobody stands at a desk when an event is converted: the rules do it.
func (d *Desk) withSplit(cur Current, out Decision, from casefile.Card, in CommitInput, rules *machine.Rules) (Decision, error) {
	for _, e := range out.Events {
		for _, f := range e.Effects {
			if f.Kind != machine.EffectStartCase {
				continue
			}
			person, err := cur.Petitioner(from.No)
			if err != nil {
				return Decision{}, err
			}
			converted := from.Kind == KindGridEvent
			cmd := machine.Command{Key: in.Command.Key + "/" + f.To, Action: "register", Actor: in.Command.Actor}
			if converted {
				cmd.Actor = domain.SystemActor()
			}
			input := form.Input{}
			for k, v := range f.Input {
				if v != "" && k != gridevent.PartyField {
					input[k] = v
				}
			}
			if f.Input.Text(gridevent.PartyField) == gridevent.PartyOther {
				person = "" // whoever reported a dispute of others follows it no further
			}
			r := grievance.Registration{No: f.To, Petitioner: person, Anonymous: from.Anonymous || converted && person == "", Origin: from.No, Converted: converted,
				OriginSealed: from.Confidentiality == codes.ConfidentialityAccusation, Input: input}
			events, c, err := grievance.Register(r, cmd, rules, in.At)
			if err != nil {
				return Decision{}, err
			}
			out.Spawned = &Decision{Events: events, State: c, Notices: notice.RenderAll(events, notice.FromCase(c, rules), rules)}
		}
	}
	return out, nil
}

func quarter(at time.Time) time.Time {
	y, m, _ := at.Date()
	return time.Date(y, (m-1)/3*3+1, 1, 0, 0, 0, 0, at.Location())
}

// OpenSession writes the first events of a joint session (J1). The key makes a
// repeated opening return what was written then.
func (d *Desk) OpenSession(ctx context.Context, no string, opening machine.Command, at time.Time) (CommitResult, error) {
	rules := d.Book.Rules(opening.Input.Text("county"), "", at)
	out, err := d.Ledger.Create(ctx, NewStream{Kind: KindSession, No: no, Key: opening.Key, Day: at,
		Decide: func(string) (Decision, error) {
			events, s, err := joint.Open(no, opening, rules, at)
			if err != nil {
				return Decision{}, err
			}
			return Decision{Events: events, State: s, Notices: notice.RenderAll(events, notice.FromSession(s, rules), rules)}, nil
		}})
	if err != nil {
		return CommitResult{}, err
	}
	return CommitResult{Events: out.Events}, nil
}

// RegisterInput is a matter as it comes in over the counter or the wire.
type RegisterInput struct {
	Actor       domain.Actor
	ActorName   domain.Text // as the receipt names the first responder
	Key         string      // idempotency key, "" for none
	Fingerprint string
	Input       form.Input // grievance.RegisterFields, gridevent.ReportFields
	Intake      Intake     // the person; PersonID "" for an anonymous petitioner
	Anonymous   bool
	NameUnclear bool
	// Source is who or where a submission without a key comes from; "" for one whose
	// double is a case of its own.
	Source string
	At     time.Time
}

// twice recognises the matter when it comes in again without a key.
func (in RegisterInput) twice(rules *machine.Rules) *Twice {
	if in.Key != "" || in.Source == "" {
		return nil
	}
	return &Twice{Source: in.Source, Since: rules.Calendar.Before(in.At, rules.Policy.Limit("intake.repeat_window"))}
}

// Register opens a case in the ledger (G1). The case exists, numbered and
// receipted, before any workflow does: intake is never refused for want of the
// engine (R5).
func (d *Desk) Register(ctx context.Context, in RegisterInput) (Written, error) {
	area := in.Input.Text("area")
	rules := d.Book.Rules(area, "", in.At)
	w := NewStream{Kind: KindGrievance, Place: rules.Org.CountyOf(area), Letter: casefile.LetterGrievance, Day: in.At,
		Key: in.Key, Fingerprint: in.Fingerprint, Intake: &in.Intake, Twice: in.twice(rules)}
	w.Decide = func(no string) (Decision, error) {
		r := grievance.Registration{No: no, Petitioner: in.Intake.PersonID, Anonymous: in.Anonymous, NameUnclear: in.NameUnclear, Input: in.Input}
		cmd := machine.Command{Key: in.Key, Action: "register", Actor: in.Actor, Input: in.Input}
		events, c, err := grievance.Register(r, cmd, rules, in.At)
		if err != nil {
			return Decision{}, err
		}
		about := notice.FromCase(c, rules).Named(func(string) (domain.Text, bool) { return in.ActorName, in.ActorName.ZH != "" })
		return Decision{Events: events, State: c, Notices: notice.RenderAll(events, about, rules)}, nil
	}
	// A registration that the rules refuse must not draw a number first.
	if _, err := w.Decide(""); err != nil {
		return Written{}, err
	}
	return d.Ledger.Create(ctx, w)
}
