package grievance

import (
	"slices"

	"huajie/domain/machine"
	"huajie/domain/supervision"
)

// ladder is the ladder of §4.7 on a grievance. An accusation is supervised by the discipline
// reception alone (openVault).
var ladder = supervision.Parts[*Case]{
	From: active, By: machine.As(inCounty, supervisor), Signs: machine.As(inCounty, director),
	Heads:  machine.As(asOrdered, deptLeader, townLeader, director),
	Desks:  machine.As(asOrdered, liaison, townOffice, dispatcher),
	Orders: func(c *Case) *supervision.Orders { return &c.Orders },
	Mark:   func(c *Case) *string { return &c.Supervision },
	Units:  supervised,
	Desk:   func(t *machine.Turn[*Case], unit string) []machine.Recipient { return turn{t}.desk(unit) },
	Head:   func(t *machine.Turn[*Case], unit string) []machine.Recipient { return turn{t}.head(unit) },
	Watch:  func(t *machine.Turn[*Case]) []machine.Recipient { return turn{t}.county(director, supervisor) },
}

// supervised are the units at work on the case: the one that leads it, or else owns it, and
// those with an open task.
func supervised(c *Case) []string {
	out := []string{c.LeadUnit}
	if c.LeadUnit == "" {
		out[0] = c.Owner.Unit
	}
	var more []string
	for _, k := range c.Tasks {
		if k.Open() && k.Unit != out[0] {
			more = append(more, k.Unit)
		}
	}
	slices.Sort(more)
	return append(out, slices.Compact(more)...)
}
