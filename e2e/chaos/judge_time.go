package chaos

import (
	"time"
)

// The bounds of the judgement on time.
const (
	// blameless is how late the product may be by its own rules without saying so.
	blameless = time.Minute
	// doubt is what may lie between the moment a firing is decided and the commit: the
	// limit of a workflow task, and a database that is frozen meanwhile. Between the two,
	// both answers are right.
	doubt = 30 * time.Second
	// sleepless is how late a limit may take effect while nothing is wrong, and recovery
	// how long after a fault something may still be. A machine that is busy with other work
	// has been seen to be 27 seconds late with everything; a workflow that nobody wakes is
	// not found by its limit, which takes effect without it.
	sleepless = 45 * time.Second
	recovery  = 40 * time.Second
	// grain is what PostgreSQL cuts off a time.
	grain = time.Microsecond
)

// walk folds every stream and shows each event with the limits before it.
func walk(l *Ledger, visit func(e, before Event, first bool, limits map[string]time.Time, state map[string]any)) {
	for _, list := range l.Events {
		state, limits, before := map[string]any{}, map[string]time.Time{}, Event{}
		for i, e := range list {
			state = merge(state, e.Change)
			visit(e, before, i == 0, limits, state)
			limits, before = limitsOf(state), e
		}
	}
}

func streamsWhole(e Evidence) Check {
	f := checking("streams", "no event is missing or doubled, and every row stands at its last one")
	for no, list := range e.Ledger.Events {
		f.looked()
		for i, x := range list {
			if x.Seq != i+1 {
				f.against(no, "event %d stands in place %d", x.Seq, i+1)
				break
			}
		}
		if r := e.Ledger.Rows[no]; r.Seq != len(list) {
			f.against(no, "the row stands at %d, there are %d events", r.Seq, len(list))
		}
	}
	for no := range e.Ledger.Rows {
		if len(e.Ledger.Events[no]) == 0 {
			f.against(no, "has a row and no events")
		}
	}
	return f.done()
}

func ownerNeverEmpty(e Evidence) Check {
	f := checking("owner", "after every event somebody answers for the case or whistle")
	walk(e.Ledger, func(x, _ Event, _ bool, _ map[string]time.Time, state map[string]any) {
		if x.Kind == "joint_session" {
			return
		}
		f.looked()
		if ownerOf(state) == "" {
			f.against(x.No, "has no owner after event %d %s", x.Seq, x.Type)
		}
	})
	return f.done()
}

// sameFiring tells whether an event goes on with what the one before it began.
func sameFiring(x, before Event) bool {
	return x.Deadline == before.Deadline && x.At.Equal(before.At) && x.Recorded.Equal(before.Recorded)
}

func near(a, b time.Time) bool { d := a.Sub(b); return d < grain && d > -grain }

func limitsOnce(e Evidence) Check {
	f := checking("firings", "every limit that passed took effect exactly once, as of the moment it was due")
	walk(e.Ledger, func(x, before Event, _ bool, limits map[string]time.Time, _ map[string]any) {
		if x.Deadline == "" {
			return
		}
		f.looked()
		due, set := limits[x.Deadline]
		switch {
		case set && near(due, x.At):
		case sameFiring(x, before):
		case set:
			f.against(x.No, "event %d: %s took effect as of %s, it was due %s", x.Seq, x.Deadline, x.At.Format(clock), due.Format(clock))
		default:
			f.against(x.No, "event %d: %s took effect as of %s and was not running (any more)", x.Seq, x.Deadline, x.At.Format(clock))
		}
	})
	return f.done()
}

// clock shows a moment to the millisecond.
const clock = "15:04:05.000"

func dueOrder(e Evidence) Check {
	f := checking("order", "limits take effect in the order they are due, and no step overtakes one that has passed")
	walk(e.Ledger, func(x, before Event, first bool, limits map[string]time.Time, _ map[string]any) {
		if first || sameFiring(x, before) && x.Deadline != "" {
			return
		}
		f.looked()
		for id, due := range limits {
			if due.Before(x.At.Add(-grain)) && id != x.Deadline {
				f.against(x.No, "event %d %s took effect as of %s, before %s, which was due %s", x.Seq, x.Type, x.At.Format(clock), id, due.Format(clock))
			}
		}
	})
	return f.done()
}

func neverEarly(e Evidence) Check {
	f := checking("early", "no limit took effect before it was due, by the database's own clock")
	walk(e.Ledger, func(x, _ Event, _ bool, _ map[string]time.Time, _ map[string]any) {
		if x.Deadline == "" {
			return
		}
		f.looked()
		if x.Recorded.Before(x.At) || x.Committed.Before(x.At) {
			f.against(x.No, "event %d: %s was due %s, recorded %s, committed %s", x.Seq, x.Deadline, x.At.Format(clock), x.Recorded.Format(clock), x.Committed.Format(clock))
		}
	})
	return f.done()
}

func lateIsMarked(e Evidence) Check {
	f := checking("late", "what took effect more than a minute late says so, and nothing else does")
	walk(e.Ledger, func(x, _ Event, _ bool, _ map[string]time.Time, _ map[string]any) {
		late := x.Committed.Sub(x.At)
		switch {
		case x.Deadline == "" && x.Late:
			f.against(x.No, "event %d %s is marked late and no limit", x.Seq, x.Type)
		case x.Deadline == "":
			return
		case late > blameless+doubt && !x.Late:
			f.against(x.No, "event %d: %s took effect %s late and is not marked (recorded %s late)", x.Seq, x.Deadline, late.Round(time.Second), x.Recorded.Sub(x.At).Round(time.Second))
		case late < blameless && x.Late:
			f.against(x.No, "event %d: %s took effect %s late and is marked", x.Seq, x.Deadline, late.Round(time.Second))
		}
		if late > blameless {
			f.looked()
		}
	})
	return f.done()
}

func nobodyOverslept(e Evidence) Check {
	f := checking("overslept", "while nothing is wrong no limit waits")
	walk(e.Ledger, func(x, _ Event, _ bool, _ map[string]time.Time, _ map[string]any) {
		if x.Deadline == "" || overlaps(e.Strikes, x.At.Add(-time.Second), x.At.Add(sleepless), recovery) {
			return
		}
		f.looked()
		if late := x.Committed.Sub(x.At); late > sleepless {
			f.against(x.No, "event %d: %s took effect %s late, and nothing was wrong around %s", x.Seq, x.Deadline, late.Round(time.Millisecond), x.At.Format(clock))
		}
	})
	return f.done()
}

func nothingOwed(e Evidence) Check {
	f := checking("owed", "at the end no limit lies back that has not taken effect")
	for _, d := range e.Ledger.Live {
		f.looked()
		if late := e.Ledger.ReadAt.Sub(d.At); late > sleepless {
			f.against(d.No, "%s was due %s, %s ago", d.ID, d.At.Format(clock), late.Round(time.Second))
		}
	}
	return f.done()
}
