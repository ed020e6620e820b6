package gridevent

import (
	"slices"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/machine"
)

// moves are the limits of steps that an outage moves, by kind of deadline: nobody could
// send a photo or look at the place either. The stages have a ledger of their own, and
// what follows a red light follows it.
var moves = []string{"review", "supplement", "photos", "self.confirm", "sign", "return.review", "verify", "rework", "root_cause", "boundary", "request"}

// Outlasts tells whether an outage moves a deadline of the event.
func (c *Event) Outlasts(d machine.Deadline) bool { return slices.Contains(moves, d.Kind) }

// movable: a deadline without a limit of its own is a share of the disposal, and counts
// its time.
func (c *Event) movable() machine.Movable {
	m := machine.Movable{Outlasts: c.Outlasts, Class: calendar.WorkingHours}
	if n := len(c.Stages); n > 0 {
		m.Class = c.Stages[n-1].Limit.Class()
	}
	return m
}

// moveForOutage enters the outage into the ledgers of the event. It records nothing where
// no time was lost that a limit of it counts.
func moveForOutage(t turn) error {
	c, o := t.Case, t.Outage()
	outages := machine.WithOutage(c.Outages, o)
	if len(outages) == len(c.Outages) || !t.meets(o) {
		return nil
	}
	c.Outages = outages
	steps, stages := t.moveSteps(), t.moveStages(o)
	e := t.Record("moved_for_outage", "§6 item 44")
	if steps || stages {
		e.Notify("N19", t.handlers()...)
		if c.LeadUnit != "" {
			e.Notify("N19", t.counter(c.LeadUnit)...)
		}
	}
	e.Fact("outage", o.By)
	return nil
}

// meets tells whether the outage met a limit that it moves, or an urgent one that it excuses.
func (t turn) meets(o calendar.Pause) bool {
	c := t.Case
	if s := c.stage(); s != nil && !c.DispatchedAt.IsZero() && c.DispatchedAt.Before(o.To) && machine.Lost(t.Rules.Calendar, s.Limit.Class(), o) > 0 {
		return true
	}
	return t.Met(c.movable(), o)
}

// moveSteps moves the running steps, and with them what is kept of their dates.
func (t turn) moveSteps() bool {
	c := t.Case
	c.ReturnUntil = t.Wider(c.UnitSince, t.Rules.Policy.ReturnWindow(codes.TrackGridEvent), c.ReturnUntil, c.Outages)
	return t.MoveSteps(c.movable(), c.Outages, t.datesFollow)
}

// moveStages enters the outage into the ledger of the stages. One whose limit lies ahead
// again is not late, and its red light and all that hangs on it are gone.
func (t turn) moveStages(o calendar.Pause) (moved bool) {
	c := t.Case
	if c.DispatchedAt.IsZero() {
		return false
	}
	c.Pauses, c.Stages = machine.WithOutage(c.Pauses, o), slices.Clone(c.Stages)
	for i := range c.Stages {
		s := &c.Stages[i]
		if due := t.dueFrom(s.Limit); s.DoneAt.IsZero() && due.At.After(s.Due) {
			s.Due, s.Provisional, moved = due.At, due.Provisional, true
			if due.At.After(t.Now) {
				s.Late, s.Spared = false, false
			}
		}
	}
	if s := c.stage(); moved && s != nil && s.Due.After(t.Now) && slices.Contains([]machine.State{Dispatched, Signed, ReturnPending, Disposing}, c.State) {
		t.awaitStages()
	}
	return moved
}
