package calendar

import "time"

// Counted returns how much time of a class lies between two moments: working time for wd and wh, elapsed time for the
// others; 0 if to is not after from. It counts what it is given: the start day of a wd or cd limit is not excluded here,
// see [Calendar.Used].
func (c *Calendar) Counted(from, to time.Time, class Class) time.Duration {
	d, _ := c.counted(from, to, class.Working())
	return d
}

// Used returns how much of a limit that started at start is used up at now: time of its class since its clock began
// (for wd and cd at 24:00 of the start day), without the pauses.
func (c *Calendar) Used(start, now time.Time, class Class, pauses []Pause) time.Duration {
	from := runStart(start, class)
	return c.between(from, now, class.Working(), stopsAfter(from, pauses))
}

// Fraction returns the moment at which num/den of the time from start to due is used (§4.3 warn.first, warn.yellow),
// in the clock's own time: working time for wd and wh, elapsed for the others; for wd and cd the clock begins at 24:00
// of the start day. The amount is rounded down to a whole second. Below 0 it returns the beginning of the clock, from
// num = den on it returns due. If due lies on the start day the whole span is taken.
func (c *Calendar) Fraction(start, due time.Time, class Class, num, den int) time.Time {
	return c.FractionPaused(start, due, class, nil, num, den)
}

// FractionPaused is [Calendar.Fraction] for a clock that was paused: the pauses use nothing up.
func (c *Calendar) FractionPaused(start, due time.Time, class Class, pauses []Pause, num, den int) time.Time {
	from := runStart(start, class)
	if !from.Before(due) {
		from = start
	}
	if num >= den || !from.Before(due) {
		return due.In(Zone)
	}
	stops := stopsAfter(from, pauses)
	total := c.between(from, due, class.Working(), stops)
	// The parts are taken separately to keep ten years of nanoseconds times num inside 64 bits.
	parts, n := time.Duration(den), time.Duration(max(num, 0))
	share := (total/parts*n + total%parts*n/parts).Truncate(time.Second)
	if share <= 0 {
		return from.In(Zone)
	}
	t, _, open := c.advance(from, share, class.Working(), stops)
	if open || t.After(due) {
		return due.In(Zone)
	}
	return t
}

// Before returns the moment that lies l before due, for countdowns and last days of application (§4.3
// statutory.countdown, warn.yellow; §4.5 extend.apply_before).
//
//   - cd, uh, s: elapsed time; 3 cd before 24:00 of the 8th is 24:00 of the 5th. It does not roll.
//   - wd: the same time of day n working days earlier; from one close of business to another. A due moment outside the
//     work windows counts as the last closing before it.
//   - wh: counted back inside the work windows; if the count ends as a window opens, that opening.
func (c *Calendar) Before(due time.Time, l Limit) time.Time {
	switch l.class {
	case WorkingHours:
		return c.backHours(due, l.Nominal())
	case WorkingDays:
		return c.backDays(due, l.n)
	}
	return due.Add(-l.Nominal()).In(Zone)
}

// backHours counts working time back from due.
func (c *Calendar) backHours(due time.Time, need time.Duration) time.Time {
	n, off := split(due)
	for ; ; n, off = n-1, day {
		windows := c.windows(c.info(n))
		for i := len(windows) - 1; i >= 0; i-- {
			w := windows[i]
			have := min(off, w.to) - w.from
			if have <= 0 {
				continue
			}
			if need <= have {
				return at(n, w.from+have-need)
			}
			need -= have
		}
	}
}

// backDays goes back a number of working days, keeping the time of day as far as the hours allow.
func (c *Calendar) backDays(due time.Time, days int) time.Time {
	n, off := split(due)
	in := c.info(n)
	if windows := c.windows(in); len(windows) == 0 || off <= windows[0].from {
		n, _ = c.shift(n, -1)
		in, off = c.info(n), day
	}
	closed := off >= c.closing(in)
	n, _ = c.shift(n, -days)
	in = c.info(n)
	if closed {
		return at(n, c.closing(in))
	}
	windows := c.windows(in)
	best := windows[0].from
	for _, w := range windows {
		if off > w.from {
			best = min(off, w.to)
		}
	}
	return at(n, best)
}

// counted returns the time between two moments, only working time if working, and whether a provisional day was used.
func (c *Calendar) counted(from, to time.Time, working bool) (time.Duration, bool) {
	if !from.Before(to) {
		return 0, false
	}
	if working {
		return c.worked(from, to)
	}
	return to.Sub(from), false
}

// worked walks the days between two moments and adds up their work windows.
func (c *Calendar) worked(from, to time.Time) (sum time.Duration, provisional bool) {
	n, off := split(from)
	last, end := split(to)
	for ; n < last || (n == last && off < end); n, off = n+1, 0 {
		until := day
		if n == last {
			until = end
		}
		in := c.info(n)
		provisional = provisional || in.provisional
		for _, w := range c.windows(in) {
			if have := min(until, w.to) - max(off, w.from); have > 0 {
				sum += have
			}
		}
	}
	return sum, provisional
}

// between is counted without the stops.
func (c *Calendar) between(from, to time.Time, working bool, stops []stop) time.Duration {
	sum, _ := c.counted(from, to, working)
	for _, s := range stops {
		end := s.to
		if end.IsZero() || end.After(to) {
			end = to
		}
		lost, _ := c.counted(s.from, end, working)
		sum -= lost
	}
	return sum
}

// advance returns the first moment at which need has been counted since from, outside the stops. need is positive.
// open means that an open stop comes first.
func (c *Calendar) advance(from time.Time, need time.Duration, working bool, stops []stop) (t time.Time, provisional, open bool) {
	for _, s := range stops {
		have, unsure := c.counted(from, s.from, working)
		if need <= have {
			break
		}
		if s.to.IsZero() {
			return time.Time{}, false, true
		}
		provisional = provisional || unsure
		need -= have
		from = s.to
	}
	if !working {
		return from.Add(need).In(Zone), provisional, false
	}
	t, unsure := c.addWorking(from, need)
	return t, provisional || unsure, false
}

// addWorking walks the days from a moment until need is used up inside their work windows.
func (c *Calendar) addWorking(from time.Time, need time.Duration) (time.Time, bool) {
	provisional := false
	for n, off := split(from); ; n, off = n+1, 0 {
		in := c.info(n)
		provisional = provisional || in.provisional
		for _, w := range c.windows(in) {
			begin := max(off, w.from)
			if begin >= w.to {
				continue
			}
			if need <= w.to-begin {
				return at(n, begin+need), provisional
			}
			need -= w.to - begin
		}
	}
}
