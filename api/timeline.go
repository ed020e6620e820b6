package api

import (
	"context"
	"time"

	"huajie/domain"
	"huajie/domain/casekind"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// Entry is one event of a timeline.
type Entry struct {
	Seq        int           `json:"seq"`
	Type       string        `json:"type"`
	LabelZH    string        `json:"label_zh" doc:"name of the type"`
	LabelEN    string        `json:"label_en"`
	Rule       string        `json:"rule,omitempty"`
	At         time.Time     `json:"at" doc:"when it took effect"`
	RecordedAt time.Time     `json:"recorded_at" doc:"when it was written down"`
	By         string        `json:"by" doc:"account; system for what time does, petitioner for who raised the matter"`
	ByZH       string        `json:"by_zh,omitempty" doc:"name of the officer; the account itself where it has none"`
	ByEN       string        `json:"by_en,omitempty"`
	Unit       string        `json:"unit,omitempty"`
	UnitZH     string        `json:"unit_zh,omitempty"`
	UnitEN     string        `json:"unit_en,omitempty"`
	From       machine.State `json:"from,omitempty"`
	FromZH     string        `json:"from_zh,omitempty"`
	FromEN     string        `json:"from_en,omitempty"`
	To         machine.State `json:"to,omitempty"`
	ToZH       string        `json:"to_zh,omitempty"`
	ToEN       string        `json:"to_en,omitempty"`
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
	kind := casekind.Of(c)
	out, events, err := s.timeline(ctx, c.GetHead().No, speech{kind.TypeLabel, func(x machine.State) domain.Text {
		label, _ := kind.StateLabel(x)
		return label
	}})
	if err != nil {
		return nil, err
	}
	if !grievance.IsCitizen(who.actor) {
		s.standings(kind, events, out)
		if now := s.Now(); !reads(who, c, s.caseRules(c, now), now) {
			for i := range out.Body.Items {
				out.Body.Items[i].Input, out.Body.Items[i].Reason = nil, ""
			}
		}
		return out, nil
	}
	for i := range out.Body.Items { // what officers write to each other is theirs
		e := &out.Body.Items[i]
		e.By, e.ByZH, e.ByEN, e.Input = "", "", "", nil
	}
	return out, nil
}

// speech is how what happens to the subjects of one machine is told.
type speech struct {
	typ   func(string) domain.Text
	state func(machine.State) domain.Text
}

func speechOf[S machine.Subject, L ~struct{ ZH, EN string }](m *machine.Machine[S], labels map[machine.State]L) speech {
	return speech{m.TypeLabel, func(x machine.State) domain.Text { return domain.Text(struct{ ZH, EN string }(labels[x])) }}
}

// timeline tells the events of a subject in words, to whoever was found to be allowed to see it.
func (s *server) timeline(ctx context.Context, no string, speak speech) (*timelineOutput, []machine.Event, error) {
	events, err := s.Reader.Events(ctx, no)
	if err != nil {
		return nil, nil, err
	}
	actors := make([]string, len(events))
	for i, e := range events {
		actors[i] = e.By
	}
	nameOf, err := s.namesOf(ctx, callerOf(ctx), actors)
	if err != nil {
		return nil, nil, err
	}
	tree := s.tree()
	out := &timelineOutput{Timeline{Items: []Entry{}}}
	for _, e := range events {
		unit, _ := tree.Unit(e.Unit)
		label, by, from, to := speak.typ(e.Type), nameOf(e.By), speak.state(e.From), speak.state(e.To)
		out.Body.Items = append(out.Body.Items, Entry{Seq: e.Seq, Type: e.Type, LabelZH: label.ZH, LabelEN: label.EN, Rule: e.Rule,
			At: e.At.In(zone), RecordedAt: e.RecordedAt.In(zone), By: e.By, ByZH: by.ZH, ByEN: by.EN, Unit: e.Unit, UnitZH: unit.ZH, UnitEN: unit.EN,
			From: e.From, FromZH: from.ZH, FromEN: from.EN, To: e.To, ToZH: to.ZH, ToEN: to.EN, Deadline: e.Deadline, Late: e.LateBySystem,
			Reason: e.Reason, Input: e.Input, Rulebook: e.Rulebook})
	}
	return out, events, nil
}

// standings tells beside every event of a case where the case stood after it:
// its level, who owned it, and when it was due.
func (s *server) standings(kind casekind.Kind, events []machine.Event, out *timelineOutput) {
	state := kind.Fresh()
	for i, e := range events {
		next, err := machine.Evolve(state, kind.Fresh, e)
		if err != nil {
			return // a broken chain is for verify to tell
		}
		state = next
		c := state.Card()
		owner, _ := s.tree().Unit(c.Owner.Unit)
		out.Body.Items[i].Standing = &Standing{Level: string(c.Level), OwnerUnit: c.Owner.Unit, OwnerZH: owner.ZH, OwnerEN: owner.EN, OwnerUser: c.Owner.User, DueAt: view.Local(c.Due)}
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
