// Package casekind is the one table of the kinds of case there are: who has a
// case of any kind, or only its number, finds the rules for it here.
package casekind

import (
	"fmt"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// kinds are all kinds of case.
var kinds = []Kind{
	row(casefile.KindGrievance, casefile.LetterGrievance, domain.Text{ZH: "群众诉求", EN: "grievance"}, grievance.Machine, grievance.Final, grievance.Over, words(grievance.Labels)),
	row(casefile.KindGridEvent, casefile.LetterGridEvent, domain.Text{ZH: "网格事件", EN: "grid event"}, gridevent.Machine, gridevent.Final, gridevent.Over, words(gridevent.Labels)),
}

// Kind is one kind of case.
type Kind struct {
	Name   string // in the ledger, in lists and in keys
	Letter string // in its numbers
	Label  domain.Text
	Machine
	Over   func(machine.State) bool
	labels map[machine.State]domain.Text
}

// Machine is the machine of a kind, with the type of its cases left out. A case of
// another kind is a programming error.
type Machine interface {
	// Fresh is an empty case to fold events into.
	Fresh() casefile.Case
	// Owns tells whether a case is of the kind.
	Owns(c casefile.Case) bool
	// Final tells whether nothing can happen to the case any more.
	Final(c casefile.Case) bool
	// Action finds a step by its name.
	Action(name string) (Action, bool)
	// Actions are the names of all steps.
	Actions() []string
	// Decide, Fire, Offers, Named and Files are those of machine.Machine.
	Decide(c casefile.Case, cmd machine.Command, rules *machine.Rules, world machine.World, now time.Time) ([]machine.Event, casefile.Case, error)
	Fire(c casefile.Case, rules *machine.Rules, world machine.World, now time.Time) ([]machine.Event, casefile.Case, error)
	Offers(c casefile.Case, actor domain.Actor, rules *machine.Rules, now time.Time) []machine.Offer
	Named(action string, in form.Input) (users, cases []string)
	Files(action string, in form.Input) []string
	// TypeLabel names a type of event.
	TypeLabel(typ string) domain.Text
}

// Action is what there is to know of a step without its case.
type Action struct {
	Label      domain.Text
	Petitioner bool // who raised the matter may take it
}

// All are the kinds of case, in a fixed order.
func All() []Kind { return kinds }

// Named gives a kind by its name; ok is false where there is none.
func Named(name string) (k Kind, ok bool) {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// OfNumber gives the kind of the case a number belongs to.
func OfNumber(no string) (Kind, bool) {
	name, ok := casefile.KindOf(no)
	if !ok {
		return Kind{}, false
	}
	return Named(name)
}

// Of gives the kind of a case. One of no kind is a programming error.
func Of(c casefile.Case) Kind {
	for _, k := range kinds {
		if k.Owns(c) {
			return k
		}
	}
	panic(fmt.Sprintf("a %T is no case", c))
}

// StateLabel names a state; ok is false where the kind has no such state.
func (k Kind) StateLabel(s machine.State) (label domain.Text, ok bool) {
	label, ok = k.labels[s]
	return label, ok
}

// ActionLabel names a step; one the kind does not have keeps its identifier.
func (k Kind) ActionLabel(action string) domain.Text {
	if a, ok := k.Action(action); ok {
		return a.Label
	}
	return domain.Text{ZH: action, EN: action}
}

// Takes tells whether there is such a step, or answer to a request, at all.
func (k Kind) Takes(action string) bool {
	_, ok := k.Action(action)
	return ok || action == machine.Approve || action == machine.Decline
}

// row makes the row of a kind.
func row[C casefile.Case](name, letter string, label domain.Text, m *machine.Machine[C], final func(C) bool, over func(machine.State) bool, labels map[machine.State]domain.Text) Kind {
	return Kind{Name: name, Letter: letter, Label: label, Machine: untyped[C]{m, final}, Over: over, labels: labels}
}

// words are the labels of a machine in the one form there is here.
func words[L ~struct{ ZH, EN string }](labels map[machine.State]L) map[machine.State]domain.Text {
	out := make(map[machine.State]domain.Text, len(labels))
	for s, l := range labels {
		out[s] = domain.Text(struct{ ZH, EN string }(l))
	}
	return out
}
