package calendar

import (
	"slices"
	"time"
)

// Due is the moment by which something must be done. The zero value means that there is no due moment.
type Due struct {
	// At is the moment, in Zone. A day that ends at 24:00 is written as 00:00 of the next; use Date to name it.
	At time.Time `json:"at"`
	// Provisional means that a year without a notice was involved; recompute when it is loaded (§4.1
	// calendar.missing_year).
	Provisional bool `json:"provisional,omitempty"`
}

// IsZero tells whether there is no due moment.
func (d Due) IsZero() bool { return d.At.IsZero() }

// Date returns the last day on which the deadline can be kept: for 24:00 of 8 October that is 8 October.
func (d Due) Date() Date { return DateOf(d.At.Add(-1)) }

// Due computes when a limit that starts at start runs out. Without a limit there is no due moment.
//
//   - cd: the start day is excluded, due at 24:00 of the last day; a last day that is a rest day rolls to the next
//     working day, a weekend day that is worked does not (§4.1 time.class.cd and .roll; MFD §201, §203).
//   - wd: the start day is excluded, due at close of business of the nth working day (§4.1 time.class.wd).
//   - wh: counted from the exact moment inside the work windows; a limit that runs out as a window closes is due at
//     that closing, not at the next opening (§4.1 time.class.wh).
//   - uh, s: elapsed time (§4.1 time.class.uh).
func (c *Calendar) Due(start time.Time, l Limit) Due {
	due, _ := c.DuePaused(start, l, nil)
	return due
}

// DueAtCounter is [Calendar.Due] for an act that needs an open counter: a calendar-day limit ends at close of business
// of its last day instead of 24:00 (§4.1 time.class.cd; MFD §203).
func (c *Calendar) DueAtCounter(start time.Time, l Limit) Due {
	due := c.Due(start, l)
	if l.class == CalendarDays {
		// The last day is always worked: rest days have rolled.
		if t, ok := c.CloseOfBusiness(due.Date()); ok {
			due.At = t
		}
	}
	return due
}

// Pause is a span in which the policy clock stood still (§4.1 policy.pause_reasons). Statutory clocks are never paused.
type Pause struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to,omitzero"` // zero: still open
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`
}

// DuePaused computes the due moment of a limit whose clock was paused. The limit is used up by time of its class
// outside the pauses, so a pause credits exactly what it overlaps of the running clock: nothing for a weekend inside a
// wd or wh pause, nothing before the start or, for wd and cd, on the start day, nothing twice where pauses overlap. A
// pause that ends before it begins is ignored, one that begins when the limit is already used up has no effect.
//
// A paused wd limit may end in the middle of a day. Its credit is counted in minutes: where working days differ in length
// (a short make-up Saturday), half a long day lost can reach beyond a short one, and a limit that starts later, on the
// paused day itself, can be due earlier because its own start day needs no credit.
//
// A cd limit always ends at 24:00 of the day in which its counted time runs out, then rolls; otherwise a longer pause
// could bring an earlier due moment.
//
// open means that the clock stands still without an end in sight; there is then no due moment.
func (c *Calendar) DuePaused(start time.Time, l Limit, pauses []Pause) (due Due, open bool) {
	if l.IsZero() {
		return Due{}, false
	}
	due, _, open = c.run(runStart(start, l.class), l, pauses)
	return due, open
}

// Extend computes the new due moment when a running limit that is due at due is extended by l (§4.5). The count goes on
// from the due moment, and for days from the due day: 60 cd that end at 24:00 of 8 October, extended by 30 cd, end at
// 24:00 of 7 November. Passing that midnight to [Calendar.Due] instead would give one day too many.
func (c *Calendar) Extend(due time.Time, l Limit) Due {
	extended, _ := c.ExtendPaused(due, l, nil)
	return extended
}

// ExtendPaused is [Calendar.Extend] with pauses that began after the old due moment was set; those that ended before it
// have no effect, because they are part of it.
func (c *Calendar) ExtendPaused(due time.Time, l Limit, pauses []Pause) (extended Due, open bool) {
	if l.IsZero() {
		return Due{At: due.In(Zone)}, false
	}
	extended, _, open = c.run(extendStart(due, l.class), l, pauses)
	return extended, open
}

// runStart returns when the clock of a limit begins to run: at the start, or for whole days at the end of that day.
func runStart(start time.Time, class Class) time.Time {
	n, off := split(start)
	if class.whole() {
		return at(n+1, 0)
	}
	return at(n, off)
}

// extendStart is runStart for an extension, whose first day follows the day of the old due moment.
func extendStart(due time.Time, class Class) time.Time {
	if class.whole() {
		return runStart(due.Add(-1), class)
	}
	return runStart(due, class)
}

// run lets a limit run from the start of its clock. It returns the due moment and, since a cd limit may be due later
// than that, the moment at which the limit is used up.
func (c *Calendar) run(from time.Time, l Limit, pauses []Pause) (due Due, used time.Time, open bool) {
	stops := stopsAfter(from, pauses)
	switch l.class {
	case CalendarDays:
		used, _, open := c.advance(from, time.Duration(l.n)*day, false, stops)
		if open {
			return Due{}, time.Time{}, true
		}
		return c.roll(used), used, false
	case WorkingDays:
		first, _ := split(from)
		n, provisional := c.shift(first-1, l.n)
		end := at(n, c.closing(c.info(n)))
		if len(stops) > 0 {
			need, _ := c.worked(from, end)
			var more bool
			end, more, open = c.advance(from, need, true, stops)
			provisional = provisional || more
		}
		if open {
			return Due{}, time.Time{}, true
		}
		return Due{end, provisional}, end, false
	}
	used, provisional, open := c.advance(from, l.Nominal(), l.class == WorkingHours, stops)
	if open {
		return Due{}, time.Time{}, true
	}
	return Due{used, provisional}, used, false
}

// roll moves a moment to 24:00 of its day, or of the next working day if the day is off (§4.1 time.class.cd.roll).
func (c *Calendar) roll(used time.Time) Due {
	n, _ := split(used.Add(-1))
	in := c.info(n)
	provisional := in.provisional
	if !in.worked {
		var more bool
		n, more = c.shift(n, 1)
		provisional = provisional || more
	}
	return Due{at(n+1, 0), provisional}
}

// stop is a pause after clipping and union; the zero to means open.
type stop struct{ from, to time.Time }

// stopsAfter clips the pauses to the time after from, drops the empty ones, sorts and unites them. Nothing follows an
// open one.
func stopsAfter(from time.Time, pauses []Pause) []stop {
	if len(pauses) == 0 {
		return nil
	}
	clipped := make([]stop, 0, len(pauses))
	for _, p := range pauses {
		s := stop{p.From, p.To}
		if s.from.Before(from) {
			s.from = from
		}
		if s.to.IsZero() || s.from.Before(s.to) {
			clipped = append(clipped, s)
		}
	}
	slices.SortFunc(clipped, func(a, b stop) int { return a.from.Compare(b.from) })
	var united []stop
	for _, s := range clipped {
		last := len(united) - 1
		switch {
		case last < 0 || (!united[last].to.IsZero() && united[last].to.Before(s.from)):
			united = append(united, s)
		case united[last].to.IsZero():
			return united
		case s.to.IsZero() || united[last].to.Before(s.to):
			united[last].to = s.to
		}
	}
	return united
}

// Carry computes where a due moment comes to lie when the clock, which has run since a moment, turns out to have been
// paused: as much time of the class as there was from since to due is left outside the pauses. It is for a due moment
// that is no whole limit, and gives due itself where no pause meets the clock. open is that of [Calendar.DuePaused].
func (c *Calendar) Carry(since, due time.Time, class Class, pauses []Pause) (carried Due, open bool) {
	need, provisional := c.counted(since, due, class.Working())
	stops := stopsAfter(since, pauses)
	if need <= 0 || len(stops) == 0 {
		return Due{due.In(Zone), provisional}, false
	}
	t, more, open := c.advance(since, need, class.Working(), stops)
	if open {
		return Due{}, true
	}
	if t.Before(due) { // due lies outside the working time that is counted
		t = due.In(Zone)
	}
	return Due{t, provisional || more}, false
}
