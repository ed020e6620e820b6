package calendar

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DayKind says why a day is worked or not.
type DayKind string

// The kinds of days. Weekday and MakeupWorkday are worked.
const (
	Weekday       DayKind = "weekday"
	Weekend       DayKind = "weekend"
	Holiday       DayKind = "holiday"
	MakeupWorkday DayKind = "makeup_workday"
	// FixedHoliday is a holiday by the fixed rule, in a year without a notice (§4.1 calendar.missing_year).
	FixedHoliday DayKind = "fixed_holiday"
)

// Calendar is an immutable version of the working calendar. Make one with [New].
type Calendar struct {
	version   string
	hours     Hours
	schedules [][]span // see Hours.compile
	years     map[int]Year
	facts     map[int]fact
	first     int // day number of table[0]
	table     []dayInfo
}

// dayInfo is what the calendar knows about one day.
type dayInfo struct {
	kind        DayKind
	worked      bool
	provisional bool
	schedule    uint16
}

// New builds a calendar from the published years and the office hours. The version names it in the records of a case.
// All faults are returned together: a missing version, years given twice, spans outside their year, days listed twice
// or contradicted, make-up workdays that are no weekend days, missing, empty or overlapping work windows.
func New(version string, years []Year, hours Hours) (*Calendar, error) {
	known, err := facts(years)
	faults := []error{err, hours.check()}
	if version == "" {
		faults = append(faults, errors.New("version is missing"))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("calendar %s: %w", version, err)
	}
	hours.Seasons = slices.Clone(hours.Seasons)
	c := &Calendar{version: version, hours: hours, schedules: hours.compile(), years: map[int]Year{}, facts: known}
	from, to := 0, 0
	for _, y := range years {
		c.years[y.Year] = y.clone()
		if from == 0 || y.Year < from {
			from = y.Year
		}
		to = max(to, y.Year)
	}
	if from != 0 {
		// The table reaches beyond the notices, to where most limits end; days outside it are worked out when asked.
		c.first = Date{from - 1, time.December, 1}.number()
		end := Date{to + 3, time.January, 1}.number()
		table := make([]dayInfo, 0, end-c.first)
		for n := c.first; n < end; n++ {
			table = append(table, c.compute(n))
		}
		c.table = table
	}
	return c, nil
}

// Version returns the name the calendar was made with.
func (c *Calendar) Version() string { return c.version }

// Covers tells whether the notice for the year is loaded. Days of other years follow the fixed rule and are provisional.
func (c *Calendar) Covers(year int) bool {
	y, ok := c.years[year]
	return ok && !y.Provisional
}

// Covered lists the years whose notice is loaded, earliest first, separated by commas.
func (c *Calendar) Covered() string {
	var out []string
	for _, y := range c.Years() {
		if c.Covers(y) {
			out = append(out, strconv.Itoa(y))
		}
	}
	return strings.Join(out, ",")
}

// Hours returns the office hours the calendar was made with.
func (c *Calendar) Hours() Hours {
	h := c.hours
	h.Seasons = slices.Clone(h.Seasons)
	return h
}

// Year returns the arrangement of a year as it was loaded.
func (c *Calendar) Year(year int) (Year, bool) {
	y, ok := c.years[year]
	return y.clone(), ok
}

// Years lists the years whose arrangement was loaded, earliest first.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// Missing returns the first year whose notice must be loaded by now: the current one, and from 1 November the next
// (§4.1 calendar.missing_year, calendar.source). ok is false if none is missing.
func (c *Calendar) Missing(now time.Time) (year int, ok bool) {
	today := DateOf(now)
	if !c.Covers(today.Year) {
		return today.Year, true
	}
	if today.Month >= time.November && !c.Covers(today.Year+1) {
		return today.Year + 1, true
	}
	return 0, false
}

// IsWorkday tells whether a day is worked, why, and the name of the holiday if it is one. provisional means that the
// notice for the year is not loaded and the answer follows the fixed rule of §4.1 calendar.missing_year.
func (c *Calendar) IsWorkday(d Date) (working bool, why DayKind, name Name, provisional bool) {
	n := d.number()
	in := c.info(n)
	return in.worked, in.kind, c.holiday(n, in.kind), in.provisional
}

// holiday names a day off: the holiday, or the weekend.
func (c *Calendar) holiday(n int, kind DayKind) Name {
	switch kind {
	case Holiday:
		return c.facts[n].holiday
	case FixedHoliday:
		name, _ := fixedHoliday(dateOf(n))
		return name
	case Weekend:
		return Name{"周末", "weekend"}
	case MakeupWorkday:
		return Name{"调休上班", "make-up workday"}
	}
	return Name{"工作日", "working day"}
}

// info returns what is known about a day.
func (c *Calendar) info(n int) dayInfo {
	if i := n - c.first; i >= 0 && i < len(c.table) {
		return c.table[i]
	}
	return c.compute(n)
}

// compute applies the rules to a day: the notice, else the fixed rule, else the week.
func (c *Calendar) compute(n int) dayInfo {
	d, w := dateOf(n), weekdayOf(n)
	known, listed := c.facts[n]
	covered := c.Covers(d.Year)
	in := dayInfo{provisional: !covered && !known.firm}
	_, fixed := fixedHoliday(d)
	switch {
	case listed && known.off:
		in.kind = Holiday
	case listed:
		in.kind, in.worked = MakeupWorkday, true
	case !covered && fixed:
		in.kind = FixedHoliday
	case w == time.Saturday || w == time.Sunday:
		in.kind = Weekend
	default:
		in.kind, in.worked = Weekday, true
	}
	if in.worked {
		in.schedule = c.hours.schedule(d, w)
	}
	return in
}

// windows returns the work windows of a day, none on a rest day.
func (c *Calendar) windows(in dayInfo) []span {
	if !in.worked {
		return nil
	}
	return c.schedules[in.schedule]
}

// AddWorkdays returns the nth working day after d, or before d if n is negative; d itself is not counted. For n = 0 it
// returns d, worked or not. provisional is as in [Calendar.IsWorkday], for any day looked at.
func (c *Calendar) AddWorkdays(d Date, n int) (result Date, provisional bool) {
	number, provisional := c.shift(d.number(), n)
	return dateOf(number), provisional
}

// shift is AddWorkdays on day numbers.
func (c *Calendar) shift(number, n int) (int, bool) {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	provisional := false
	for n > 0 {
		number += step
		in := c.info(number)
		provisional = provisional || in.provisional
		if in.worked {
			n--
		}
	}
	return number, provisional
}

// CloseOfBusiness returns the end of the last work window of a day; ok is false on rest days.
func (c *Calendar) CloseOfBusiness(d Date) (t time.Time, ok bool) {
	n := d.number()
	in := c.info(n)
	if !in.worked {
		return time.Time{}, false
	}
	return at(n, c.closing(in)), true
}

// closing returns when a working day ends, as an offset from 00:00.
func (c *Calendar) closing(in dayInfo) time.Duration {
	windows := c.windows(in)
	return windows[len(windows)-1].to
}

// Open tells whether t lies inside a work window.
func (c *Calendar) Open(t time.Time) bool { return c.NextOpen(t).Equal(t) }

// NextOpen returns t if it lies inside a work window, else the opening of the next one. Normal items that arrive
// outside working time queue until then (§4.1 night.weekend).
func (c *Calendar) NextOpen(t time.Time) time.Time {
	n, off := split(t)
	for {
		for _, w := range c.windows(c.info(n)) {
			if off < w.to {
				return at(n, max(off, w.from))
			}
		}
		n, off = n+1, 0
	}
}
