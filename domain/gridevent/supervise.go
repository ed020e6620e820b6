package gridevent

import (
	"huajie/domain/machine"
	"huajie/domain/supervision"
)

// ladder is the ladder of §4.7 on a grid event: the unit that puts it right, or who has it.
var ladder = supervision.Parts[*Event]{
	From: active, By: machine.As(inCounty, supervisor), Signs: machine.As(inCounty, director),
	Heads:  machine.As(asOrdered, deptLeader, townLeader, director),
	Desks:  machine.As(asOrdered, liaison, townOffice, dispatcher, admin),
	Orders: func(c *Event) *supervision.Orders { return &c.Orders },
	Mark:   func(c *Event) *string { return &c.Supervision },
	Units:  supervised,
	Desk:   func(t *machine.Turn[*Event], unit string) []machine.Recipient { return turn{t}.counter(unit) },
	Head:   func(t *machine.Turn[*Event], unit string) []machine.Recipient { return turn{t}.head(unit) },
	Watch:  func(t *machine.Turn[*Event]) []machine.Recipient { return turn{t}.county(director, supervisor) },
}

func supervised(c *Event) []string {
	if c.LeadUnit != "" {
		return []string{c.LeadUnit}
	}
	return []string{c.Owner.Unit}
}
