package gridevent

import (
	"slices"

	"huajie/domain/calendar"
	"huajie/domain/machine"
)

// ofStages are how the kinds of deadlines begin that follow the stages of a disposal.
var ofStages = []string{"stage", "whistle", "card."}

// recount counts what rests on a year without a calendar again, by the one that was published
// (§4.1 calendar.recompute, §6 item 42). A date lies later or where it lay: what was told is not
// taken back. It records nothing where no date of the event was provisional.
func recount(t turn) error {
	c := t.Case
	moved, known := t.RecountSteps(ofStages, func(d machine.Deadline) []calendar.Pause {
		if c.Outlasts(d) {
			return c.Outages
		}
		return nil
	}, t.datesFollow)
	stages, settled := t.recountStages()
	if !moved && !stages && !known && !settled {
		return nil
	}
	e := t.Record("recounted", "§4.1 calendar.recompute").Fact("years", t.In.Text("years"))
	if moved || stages {
		e.Notify("N19", t.handlers()...)
		if c.LeadUnit != "" {
			e.Notify("N19", t.counter(c.LeadUnit)...)
		}
	}
	return nil
}

// recountStages counts the stages that are still to be done. One that has passed stays passed.
func (t turn) recountStages() (moved, settled bool) {
	c := t.Case
	c.Stages = slices.Clone(c.Stages)
	for i := range c.Stages {
		s := &c.Stages[i]
		if !s.Provisional || !s.DoneAt.IsZero() {
			continue
		}
		due := t.dueFrom(s.Limit)
		s.Provisional = due.Provisional
		settled = settled || !due.Provisional
		if !s.Late && due.At.After(s.Due) {
			s.Due, moved = due.At, true
		}
	}
	if _, waits := c.Deadlines["stage"]; waits && settled && c.stage().Due.After(t.Now) {
		t.awaitStages()
	}
	return moved, settled
}

// datesFollow has what is kept of the date of a step follow it.
func (t turn) datesFollow(was, now machine.Deadline) {
	c := t.Case
	if c.Due.Equal(was.At) {
		t.judgedBy(now)
	}
	switch now.Kind {
	case "photos":
		c.PhotosDue = now.At
	case "rework":
		c.ReworkLimit = now.At
	case "root_cause":
		root := *c.RootCause
		root.Due = now.At
		c.RootCause = &root
	}
}

// provisional tells whether a date of the event rests on a year without a calendar.
func (c *Event) provisional() bool {
	return c.ProvisionalDates() || slices.ContainsFunc(c.Stages, func(s Stage) bool { return s.Provisional && s.DoneAt.IsZero() })
}
