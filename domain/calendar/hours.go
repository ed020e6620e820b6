package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Clock is a time of day in minutes since 00:00; 24:00 is 1440.
type Clock int

// ParseClock reads a time of day written as 08:30, up to 24:00.
func ParseClock(s string) (Clock, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return 0, fmt.Errorf("time of day %q: want hh:mm", s)
	}
	return Clock(t.Hour()*60 + t.Minute()), nil
}

// String returns the time of day as 08:30.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// Window is an uninterrupted span of working time within one day; To is exclusive.
type Window struct{ From, To Clock }

// ParseWindow reads a window written as 08:30-11:30.
func ParseWindow(s string) (Window, error) {
	from, to, ok := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	f, errFrom := ParseClock(from)
	t, errTo := ParseClock(to)
	if !ok || errFrom != nil || errTo != nil {
		return Window{}, fmt.Errorf("work window %q: want hh:mm-hh:mm", s)
	}
	return Window{f, t}, nil
}

// String returns the window as 08:30-11:30.
func (w Window) String() string { return w.From.String() + "-" + w.To.String() }

// MarshalText writes the window as [Window.String].
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads a window as [ParseWindow] does.
func (w *Window) UnmarshalText(text []byte) error {
	v, err := ParseWindow(string(text))
	if err == nil {
		*w = v
	}
	return err
}

// Week holds the work windows of each day of the week, in order. Monday to Friday must have some. Those of Saturday
// and Sunday are used only when the day is a make-up workday; if it has none it keeps Monday's hours.
type Week struct {
	Mon []Window `json:"mon" yaml:"mon"`
	Tue []Window `json:"tue" yaml:"tue"`
	Wed []Window `json:"wed" yaml:"wed"`
	Thu []Window `json:"thu" yaml:"thu"`
	Fri []Window `json:"fri" yaml:"fri"`
	Sat []Window `json:"sat,omitempty" yaml:"sat,omitempty"`
	Sun []Window `json:"sun,omitempty" yaml:"sun,omitempty"`
}

// On returns the windows of one day of the week.
func (w Week) On(d time.Weekday) []Window {
	return [7][]Window{w.Sun, w.Mon, w.Tue, w.Wed, w.Thu, w.Fri, w.Sat}[d]
}

// MonthDay is a day of any year, such as 1 November.
type MonthDay struct {
	Month time.Month
	Day   int
}

// ParseMonthDay reads a day of the year written as 11-01.
func ParseMonthDay(s string) (MonthDay, error) {
	t, err := time.Parse(time.DateOnly, "2024-"+s) // a leap year: 02-29 is a day
	if err != nil {
		return MonthDay{}, fmt.Errorf("day of the year %q: want mm-dd", s)
	}
	return MonthDay{t.Month(), t.Day()}, nil
}

// String returns the day of the year as 11-01.
func (m MonthDay) String() string { return fmt.Sprintf("%02d-%02d", int(m.Month), m.Day) }

// MarshalText writes the day of the year as [MonthDay.String].
func (m MonthDay) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a day of the year as [ParseMonthDay] does.
func (m *MonthDay) UnmarshalText(text []byte) error {
	v, err := ParseMonthDay(string(text))
	if err == nil {
		*m = v
	}
	return err
}

// order ranks days of the year.
func (m MonthDay) order() int { return int(m.Month)*32 + m.Day }

// Season replaces the week's hours from one day of the year to another, both included. A season may run over the new
// year (11-01 to 03-31).
type Season struct {
	Name   string   `json:"name" yaml:"name"`
	NameEN string   `json:"name_en,omitempty" yaml:"name_en"`
	From   MonthDay `json:"from" yaml:"from"`
	To     MonthDay `json:"to" yaml:"to"`
	Week   Week     `json:"week" yaml:"week"`
}

// has tells whether the season covers the day of the year.
func (s Season) has(m MonthDay) bool {
	if s.From.order() <= s.To.order() {
		return s.From.order() <= m.order() && m.order() <= s.To.order()
	}
	return m.order() >= s.From.order() || m.order() <= s.To.order()
}

// Hours are the office hours of the place (§4.1 time.work_hours): a normal week and, where hours change with the
// season, its variants.
type Hours struct {
	Week    Week     `json:"week" yaml:"week"`
	Seasons []Season `json:"seasons,omitempty" yaml:"seasons,omitempty"`
}

// span is a window as offsets from 00:00.
type span struct{ from, to time.Duration }

// check returns all faults of the hours.
func (h Hours) check() error {
	faults := []error{h.Week.check("hours")}
	for i, s := range h.Seasons {
		name := fmt.Sprintf("season %q", s.Name)
		faults = append(faults, s.Week.check(name))
		if !s.From.valid() || !s.To.valid() {
			faults = append(faults, fmt.Errorf("%s: from and to must be days of the year", name))
			continue
		}
		for _, other := range h.Seasons[:i] {
			if s.has(other.From) || other.has(s.From) {
				faults = append(faults, fmt.Errorf("%s overlaps season %q", name, other.Name))
			}
		}
	}
	return errors.Join(faults...)
}

func (m MonthDay) valid() bool {
	_, err := ParseMonthDay(m.String())
	return err == nil
}

// check returns all faults of a week, each named after where it stands.
func (w Week) check(where string) error {
	var faults []error
	for d := time.Sunday; d <= time.Saturday; d++ {
		windows := w.On(d)
		if len(windows) == 0 && d != time.Sunday && d != time.Saturday {
			faults = append(faults, fmt.Errorf("%s: %s has no work window", where, d))
		}
		end := Clock(0)
		for _, win := range windows {
			switch {
			case win.From < 0 || win.To > 24*60 || win.From >= win.To:
				faults = append(faults, fmt.Errorf("%s: %s: window %s is empty or outside the day", where, d, win))
			case win.From < end:
				faults = append(faults, fmt.Errorf("%s: %s: window %s overlaps the one before or is out of order", where, d, win))
			}
			end = win.To
		}
	}
	return errors.Join(faults...)
}

// compile turns the hours into one list of spans per season and day of the week: index season*7+weekday, season 0 being
// the normal week. A weekend day without hours of its own gets Monday's, for make-up workdays.
func (h Hours) compile() [][]span {
	weeks := []Week{h.Week}
	for _, s := range h.Seasons {
		weeks = append(weeks, s.Week)
	}
	var table [][]span
	for _, w := range weeks {
		for d := time.Sunday; d <= time.Saturday; d++ {
			windows := w.On(d)
			if len(windows) == 0 {
				windows = w.Mon
			}
			spans := make([]span, len(windows))
			for i, win := range windows {
				spans[i] = span{time.Duration(win.From) * time.Minute, time.Duration(win.To) * time.Minute}
			}
			table = append(table, spans)
		}
	}
	return table
}

// schedule returns the index into the compiled table for a day.
func (h Hours) schedule(d Date, w time.Weekday) uint16 {
	season := 1 + slices.IndexFunc(h.Seasons, func(s Season) bool { return s.has(MonthDay{d.Month, d.Day}) })
	return uint16(season*7 + int(w))
}
