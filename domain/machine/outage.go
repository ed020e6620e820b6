package machine

import (
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/form"
)

// MoveForOutage is the step that takes an outage of the system into a subject
// (§6 item 44). Only the system takes it, once for every outage.
const MoveForOutage = "move-for-outage"

// OutageReason is the reason of the pauses outages make (table pause_reason).
const OutageReason = "outage"

// OutageFields are the inputs of MoveForOutage: the number of the outage and its window.
var OutageFields = []form.Field{
	{Name: "outage", ZH: "停机编号", EN: "number of the outage", Type: form.Line, Required: true},
	{Name: "from", ZH: "停机起", EN: "from", Type: form.Moment, Required: true},
	{Name: "to", ZH: "停机止", EN: "to", Type: form.Moment, Required: true},
}

// Outage is the pause that the command MoveForOutage speaks of.
func (t *Turn[S]) Outage() calendar.Pause {
	return calendar.Pause{From: t.In.Time("from", calendar.Zone), To: t.In.Time("to", calendar.Zone), Reason: OutageReason, By: t.In.Text("outage")}
}

// WithOutage adds an outage to a ledger of pauses, once.
func WithOutage(pauses []calendar.Pause, o calendar.Pause) []calendar.Pause {
	for _, p := range pauses {
		if p.Reason == o.Reason && p.From.Equal(o.From) && p.To.Equal(o.To) {
			return pauses
		}
	}
	return append(slices.Clip(pauses), o)
}

// OutageStep is the row of MoveForOutage in the table of a machine.
func OutageStep[S Subject](from []State, do func(*Turn[S]) error) Step[S] {
	return Step[S]{Action: MoveForOutage, Rule: "§6 item 44", ZH: "系统停机顺延", EN: "Move for an outage of the system",
		From: from, SystemOnly: true, Fields: OutageFields, Do: do}
}

// Movable tells which deadlines of a subject an outage may move, and the time that those
// without a limit of their own count.
type Movable struct {
	Outlasts func(Deadline) bool
	Class    calendar.Class
}

// Met tells whether an outage met a deadline that it moves, or an urgent one that it excuses.
func (t *Turn[S]) Met(m Movable, o calendar.Pause) bool {
	return slices.ContainsFunc(t.Case.GetHead().Pending(), func(d Deadline) bool {
		class := d.Limit.Class()
		if d.Limit.IsZero() {
			class = m.Class
		}
		return m.Outlasts(d) && d.Start.Before(o.To) && Lost(t.Rules.Calendar, class, o) > 0 || Touched(d, []calendar.Pause{o})
	})
}

// MoveSteps sets every deadline that outages have moved, and has what is kept of its date
// follow: moved gets it as it was and as it is.
func (t *Turn[S]) MoveSteps(m Movable, outages []calendar.Pause, moved func(was, now Deadline)) (some bool) {
	for _, d := range t.Case.GetHead().Pending() {
		if !m.Outlasts(d) {
			continue
		}
		if to := Outlast(t.Rules.Calendar, d, m.Class, outages); to.At.After(d.At) {
			t.Set(to)
			moved(d, to)
			some = true
		}
	}
	return some
}

// Wider is when a window of the policy ends that has been open since a moment: not before
// until, and later by what outages took of it. Urgent hours go on.
func (t *Turn[S]) Wider(since time.Time, window calendar.Limit, until time.Time, outages []calendar.Pause) time.Time {
	if since.IsZero() || window.Class() == calendar.UrgentHours {
		return until
	}
	if due, _ := t.Rules.Calendar.DuePaused(since, window, outages); due.At.After(until) {
		return due.At
	}
	return until
}

// Lost is how much time an outage took from limits of a class. Days and working hours
// lose the working time in it: nobody would have worked at night. Urgent hours lose
// nothing: the emergency goes on, system or not.
func Lost(cal *calendar.Calendar, class calendar.Class, o calendar.Pause) time.Duration {
	switch class {
	case calendar.UrgentHours:
		return 0
	case calendar.Seconds: // drills, in place of working time
		return max(0, o.To.Sub(o.From))
	}
	return cal.Counted(o.From, o.To, calendar.WorkingHours)
}

// Outlast tells where a deadline comes to lie after outages of the system: what was
// left of it when the system went away is left when it is back, in its own time. A
// deadline without a limit of its own counts time of the class given. It moves
// those alone that count working time, and never back; which of a subject's
// deadlines may move at all, its machine knows.
func Outlast(cal *calendar.Calendar, d Deadline, class calendar.Class, outages []calendar.Pause) Deadline {
	if !d.Limit.IsZero() {
		class = d.Limit.Class()
	}
	if d.Start.IsZero() || !class.Working() && class != calendar.Seconds {
		return d
	}
	var due calendar.Due
	if d.Limit.IsZero() {
		if d.Set.IsZero() {
			d.Set = d.At
		}
		due, _ = cal.Carry(d.Start, d.Set, class, outages)
	} else {
		due, _ = cal.DuePaused(d.Start, d.Limit, outages)
	}
	if due.At.After(d.At) {
		d.At, d.Provisional = due.At, due.Provisional
	}
	return d
}

// Touched tells whether an outage took urgent hours from a deadline: it is not moved,
// and nobody is blamed when it passes.
func Touched(d Deadline, outages []calendar.Pause) bool {
	return d.Limit.Class() == calendar.UrgentHours && slices.ContainsFunc(outages, func(o calendar.Pause) bool {
		return d.Start.Before(o.To) && o.From.Before(d.At)
	})
}

// Blameless tells whether what passes now is held against nobody: it fires late by
// the fault of the system (§6 item 95), or the system was away while it ran (item 44).
func (t *Turn[S]) Blameless() bool { return t.LateBySystem() || t.excused }
