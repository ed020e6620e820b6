package grievance

import (
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/machine"
)

// moves are the steps whose limit an outage moves, by kind of deadline: what the
// policy gives somebody to do, and the grace of a desk. What the law gives, what
// the petitioner has time for, and what counts calendar days stay where they are.
var moves = []string{"pickup", "triage.soft", "triage", "triage.decide", "unassigned", "handover", "inform", "sign", "assign", "contact",
	"return.review", "adjudicate", "task", "joint.convene", "leader.designate", "leader.meet", "rework.decide", "request"}

// Outlasts tells whether an outage moves a deadline of the case. The notice of
// what becomes of a petition is the law's (XF §22).
func (c *Case) Outlasts(d machine.Deadline) bool {
	return slices.Contains(moves, d.Kind) && (d.Kind != "triage.decide" || !c.petition())
}

// movable: a deadline without a limit of its own is a share of the policy clock, and
// counts its time.
func (c *Case) movable() machine.Movable {
	m := machine.Movable{Outlasts: c.Outlasts, Class: calendar.WorkingHours}
	if c.Policy != nil && c.Policy.Limit.Class() != calendar.CalendarDays {
		m.Class = c.Policy.Limit.Class()
	}
	return m
}

// moveForOutage enters the outage into the ledgers of the case. It records nothing
// where no clock of the case ran, or where no time was lost that any of them counts.
func moveForOutage(t turn) error {
	c, o := t.Case, t.Outage()
	known := len(c.Outages)
	outages := machine.WithOutage(c.Outages, o)
	if len(outages) == known {
		return nil
	}
	clock, runs := t.outlasting(o)
	if !runs && !t.Met(c.movable(), o) {
		return nil
	}
	c.Outages = outages
	moved := t.moveSteps()
	before := time.Time{}
	if runs {
		before = c.Policy.Due
		t.putClock(clock)
	}
	e := t.Record("moved_for_outage", "§6 item 44")
	later := runs && c.Policy.Due.After(before) && !before.IsZero()
	if moved || later {
		e.Notify("N19", t.handlers()...).Notify("N19", t.desk(c.Owner.Unit)...)
	}
	if later && c.Statutory == nil && c.State != Replied { // the date they were told (N6)
		e.Notify("N19", t.petitioners()...)
	}
	e.Fact("outage", o.By)
	return nil
}

// moveSteps moves the running steps, and with them what is kept of their dates.
func (t turn) moveSteps() bool {
	c := t.Case
	if !c.petition() { // a petition's is the law's (XF §23)
		c.ReturnUntil = t.Wider(c.UnitSince, t.Rules.Policy.ReturnWindow(c.Track), c.ReturnUntil, c.Outages)
	}
	return t.MoveSteps(c.movable(), c.Outages, t.datesFollow)
}

// outlasting is the policy clock with the outage in its ledger; it runs or is overdue, or
// ran when the system went away.
func (t turn) outlasting(o calendar.Pause) (k Clock, runs bool) {
	c := t.Case
	if c.Policy == nil {
		return k, false
	}
	k = *c.Policy
	answered := c.State == Replied && c.Reply != nil && !c.Reply.IssuedAt.After(o.From)
	if answered || !k.Start.Before(o.To) || machine.Lost(t.Rules.Calendar, k.Limit.Class(), o) == 0 {
		return k, false
	}
	k.Pauses = machine.WithOutage(k.Pauses, o)
	if k.Due.IsZero() { // it stands still: what was left when that began has grown
		k.HeldDue = later(t.ledgerDue(k).At, k.HeldDue)
		return k, true
	}
	due := Clock{AllThatIsLeft: k.AllThatIsLeft}
	was := t.ledgerDue(k)
	due.Due, due.Provisional = was.At, was.Provisional
	t.bound(&due)
	if due.Due.After(k.Due) {
		k.Due, k.Provisional = due.Due, due.Provisional
	}
	return k, true
}

// ledgerDue is LedgerDue by the calendar of the turn.
func (t turn) ledgerDue(k Clock) calendar.Due { return k.LedgerDue(t.Rules.Calendar) }

// LedgerDue reads the due date off the ledger of a clock: its limit outside the pauses
// that have ended, then every extension in its turn. A least time that was given
// counts from when it was given.
func (k Clock) LedgerDue(cal *calendar.Calendar) calendar.Due {
	pauses := slices.DeleteFunc(slices.Clone(k.Pauses), func(p calendar.Pause) bool { return p.To.IsZero() })
	due, _ := cal.DuePaused(k.Start, k.Limit, pauses)
	for _, x := range k.Extensions {
		if !x.Limit.IsZero() {
			due, _ = cal.ExtendPaused(due.At, x.Limit, pauses)
			continue
		}
		class := k.Limit.Class()
		if class.Working() || class == calendar.CalendarDays {
			class = calendar.WorkingHours
		}
		if least, _ := cal.Carry(x.Given(), x.To, class, pauses); least.At.After(due.At) {
			due = least
		}
	}
	return due
}

// putClock takes a clock that an outage has moved. One that is overdue no more has its
// warnings again before it; where it still is, the grace and the card that follow the
// red light follow its new date. What has happened meanwhile stays: a case that has
// climbed is not sent down.
func (t turn) putClock(k Clock) {
	c := t.Case
	was := *c.Policy
	c.Policy = &k
	if s := c.stay(); s != nil && s.Due.Equal(was.Due) {
		s.Due = k.Due
	}
	switch {
	case c.State == Replied || k.Due.IsZero() || k.Due.Equal(was.Due) && k.Due.After(t.Now):
	case k.Due.After(t.Now):
		t.armPolicy()
	default:
		t.followRed()
	}
}

// followRed moves what waits after a red light to follow the date of the clock.
func (t turn) followRed() {
	c, k := t.Case, t.Case.Policy
	if d, waits := c.Deadlines["policy.grace"]; waits {
		d.At = later(t.climbsAt(k.Due, k.Pauses), d.At)
		t.Set(d)
	}
	if d, waits := c.Deadlines["policy.fail"]; waits {
		from := k.Due
		if d.Duty { // it has come round again, and counts from then
			from = d.Start
		}
		due, _ := t.Rules.Calendar.DuePaused(from, d.Limit, k.Pauses)
		d.At = later(due.At, d.At)
		t.Set(d)
	}
}
