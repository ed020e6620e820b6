package casekind

import (
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// untyped is a machine whose cases come and go as casefile.Case.
type untyped[C casefile.Case] struct {
	m     *machine.Machine[C]
	final func(C) bool
}

// Fresh implements Machine.
func (u untyped[C]) Fresh() casefile.Case { return u.m.Fresh() }

// Owns implements Machine.
func (u untyped[C]) Owns(c casefile.Case) bool { _, ok := c.(C); return ok }

// Final implements Machine.
func (u untyped[C]) Final(c casefile.Case) bool { return u.final(c.(C)) }

// Action implements Machine.
func (u untyped[C]) Action(name string) (Action, bool) {
	step, ok := u.m.Step(name)
	if !ok {
		return Action{}, false
	}
	return Action{Label: domain.Text{ZH: step.ZH, EN: step.EN}, Petitioner: step.Petitioner}, true
}

// Actions implements Machine.
func (u untyped[C]) Actions() []string {
	out := make([]string, len(u.m.Steps))
	for i := range u.m.Steps {
		out[i] = u.m.Steps[i].Action
	}
	return out
}

// Decide implements Machine.
func (u untyped[C]) Decide(c casefile.Case, cmd machine.Command, rules *machine.Rules, world machine.World, now time.Time) ([]machine.Event, casefile.Case, error) {
	events, next, err := u.m.Decide(c.(C), cmd, rules, world, now)
	return events, next, err
}

// Fire implements Machine.
func (u untyped[C]) Fire(c casefile.Case, rules *machine.Rules, world machine.World, now time.Time) ([]machine.Event, casefile.Case, error) {
	events, next, err := u.m.Fire(c.(C), rules, world, now)
	return events, next, err
}

// Offers implements Machine.
func (u untyped[C]) Offers(c casefile.Case, actor domain.Actor, rules *machine.Rules, now time.Time) []machine.Offer {
	return u.m.Offers(c.(C), actor, rules, now)
}

// Named implements Machine.
func (u untyped[C]) Named(action string, in form.Input) (users, cases []string) {
	return u.m.Named(action, in)
}

// Files implements Machine.
func (u untyped[C]) Files(action string, in form.Input) []string { return u.m.Files(action, in) }

// TypeLabel implements Machine.
func (u untyped[C]) TypeLabel(typ string) domain.Text { return u.m.TypeLabel(typ) }
