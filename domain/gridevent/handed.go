package gridevent

import "slices"

// handlerLeft takes who has left off the event. The unit names somebody else, whose
// limits go on; the turn to look at the place passes to the next.
func handlerLeft(t turn) error {
	c, who := t.Case, t.In.Text("person")
	handled, looks := slices.Contains(c.Handlers, who), c.Verifier == who
	if !handled && !looks && c.Owner.User != who {
		return nil
	}
	c.Handlers = slices.DeleteFunc(slices.Clone(c.Handlers), func(h string) bool { return h == who })
	if c.Owner.User == who {
		c.Owner.User = ""
	}
	if looks {
		t.passLook()
	}
	e := t.Record("handler_left", "§6 item 37")
	switch {
	case looks:
		t.tellVerifier(e)
	case c.LeadUnit != "":
		e.Notify("N20", t.counter(c.LeadUnit)...)
	default:
		e.Notify("N20", t.desk()...)
	}
	return nil
}

// transferUnit puts the successor in the place of a unit whose duty it has taken over. The
// limits go on, and it is neither a return nor a new dispatch.
func transferUnit(t turn) error {
	c, from, to := t.Case, t.In.Text("from_unit"), t.In.Text("to_unit")
	if from == to || c.LeadUnit != from && c.Suggested != from {
		return nil
	}
	if c.Suggested == from {
		c.Suggested = to
	}
	if c.LeadUnit != from {
		t.Record("transferred", "§6 item 34").Untold("the platform sees the successor suggested")
		return nil
	}
	c.LeadUnit, c.Handlers = to, nil
	if c.Owner.Unit == from {
		c.owns(Owner{Unit: to})
	}
	c.joins(to)
	c.Orders = c.Orders.Move(from, to)
	t.Reassign(from, to)
	t.Record("transferred", "§6 item 34").Notify("N7", t.counter(to)...).Notify("N13", t.reporter())
	return nil
}
