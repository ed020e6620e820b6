package grievance

import (
	"maps"
	"slices"

	"huajie/domain/machine"
)

// handlerLeft takes who has left off the case. Where nobody is left to handle it, it is
// back with the desk of the unit, which has the time of a fresh one to name another.
func handlerLeft(t turn) error {
	c, who := t.Case, t.In.Text("person")
	handled := contains(c.Handlers, who)
	if !handled && c.Owner.User != who {
		return nil
	}
	c.Handlers = slices.DeleteFunc(slices.Clone(c.Handlers), func(h string) bool { return h == who })
	if c.Owner.User == who {
		c.Owner.User = ""
	}
	if s := c.stay(); s != nil && s.Left.IsZero() && s.Owner.User == who {
		s.Owner.User = ""
	}
	if handled {
		t.awaitHandler()
	}
	desk := c.LeadUnit
	if desk == "" {
		desk = c.Owner.Unit
	}
	t.Record("handler_left", "§6 item 37").Notify("N20", t.desk(desk)...)
	return nil
}

// awaitHandler starts the time to name a handler where a unit that is at work has none.
func (t turn) awaitHandler() {
	if c := t.Case; len(c.Handlers) == 0 && (c.State == Handling || c.State == Rework && c.Level == L1) {
		t.Start("assign", t.Rules.Policy.Limit("assign.limit"), machine.Deadline{Duty: true, Unit: c.LeadUnit})
	}
}

// transferUnit puts the successor in the place of a unit whose duty it has taken over
// (XF §24). Clocks go on, and it is neither a return nor a reassignment: no count and no
// limit starts anew but the one to name a handler. An accusation is never transferred to
// the unit it is about.
func transferUnit(t turn) error {
	c, from, to := t.Case, t.In.Text("from_unit"), t.In.Text("to_unit")
	led := c.LeadUnit == from
	if from == to || !led && c.Owner.Unit != from && !c.owes(from) && !contains(c.AssistUnits, from) {
		return nil
	}
	if t.barred(to) {
		t.Record("transfer_barred", "§6 item 13").Notify("N20", t.county(dispatcher)...)
		return nil
	}
	if led {
		c.LeadUnit, c.Handlers = to, nil
	}
	if c.Owner.Unit == from {
		c.Owner = Owner{Unit: to}
	}
	if s := c.stay(); s != nil && s.Left.IsZero() && s.Owner.Unit == from {
		s.Owner = Owner{Unit: to}
	}
	if c.Offer != nil && c.Offer.Unit == from {
		offer := *c.Offer
		offer.Unit, offer.User = to, ""
		c.Offer = &offer
	}
	c.joins(to)
	c.AssistUnits = replaced(c.AssistUnits, from, to, c.LeadUnit)
	c.Designated = replaced(c.Designated, from, to, "")
	for _, id := range slices.Sorted(maps.Keys(c.Tasks)) {
		if k := c.Tasks[id]; k.Unit == from && k.Open() {
			k.Unit = to
			c.Tasks[id] = k
		}
	}
	c.Orders = c.Orders.Move(from, to)
	t.Reassign(from, to)
	if led {
		t.awaitHandler()
	}
	e := t.Record("transferred", "§6 item 34").Notify("N7", t.desk(to)...)
	if led && !c.sealed() {
		e.Notify("N13", t.petitioners()...)
	}
	return nil
}

// replaced puts one unit in the place of another, once, and leaves out the lead.
func replaced(list []string, from, to, lead string) []string {
	if !contains(list, from) {
		return list
	}
	var out []string
	for _, u := range list {
		if u == from {
			u = to
		}
		if u != lead && !contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}
