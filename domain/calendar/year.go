package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Name is a name in Chinese and English.
type Name struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Span is a holiday: the days off from From to To, both included, weekends in between included.
type Span struct {
	From   Date   `json:"from" yaml:"from"`
	To     Date   `json:"to" yaml:"to"`
	Name   string `json:"name" yaml:"name"`
	NameEN string `json:"name_en,omitempty" yaml:"name_en"`
}

// Year is the arrangement of one year as the State Council publishes it (§4.1 calendar.source).
type Year struct {
	Year int `json:"year" yaml:"year"`
	// Notice is the number of the notice, such as 国办发明电〔2025〕7号, and URL the place to read it.
	Notice string `json:"notice" yaml:"notice"`
	URL    string `json:"url,omitempty" yaml:"url"`
	// Verified says that somebody compared the dates and the number with the text of the notice.
	Verified bool `json:"verified" yaml:"verified"`
	// Provisional marks a year without a notice whose known days (the lunar ones) were entered ahead of it. The fixed
	// rule of §4.1 calendar.missing_year still applies, the entered days are added, and all stays provisional.
	Provisional bool `json:"provisional,omitempty" yaml:"provisional,omitempty"`
	// Holidays are the spans off. A span may begin in December of the year before or end in January of the year after.
	Holidays []Span `json:"holidays" yaml:"holidays"`
	// Workdays are the make-up workdays (调休上班): weekend days that are worked.
	Workdays []Date `json:"workdays" yaml:"workdays"`
}

// clone returns a copy that shares nothing with y.
func (y Year) clone() Year {
	y.Holidays, y.Workdays = slices.Clone(y.Holidays), slices.Clone(y.Workdays)
	return y
}

// fact is what notices say about one day.
type fact struct {
	year    int  // of the notice
	off     bool // holiday, else make-up workday
	firm    bool // from a published notice
	holiday Name
}

// facts collects what the years say, by day number, and all faults found on the way.
func facts(years []Year) (map[int]fact, error) {
	known := map[int]fact{}
	seen := map[int]bool{}
	var faults []error
	for _, y := range years {
		if y.Year < 1949 || y.Year > 2200 {
			faults = append(faults, fmt.Errorf("year %d: out of range", y.Year))
			continue
		}
		if seen[y.Year] {
			faults = append(faults, fmt.Errorf("year %d is given twice", y.Year))
			continue
		}
		seen[y.Year] = true
		faults = append(faults, y.collect(known))
	}
	return known, errors.Join(faults...)
}

// collect adds the days of one year to known and returns its faults.
func (y Year) collect(known map[int]fact) error {
	var faults []error
	for _, h := range y.Holidays {
		if err := y.checkHoliday(h); err != nil {
			faults = append(faults, err)
			continue
		}
		for n := h.From.number(); n <= h.To.number(); n++ {
			f := fact{year: y.Year, off: true, firm: !y.Provisional, holiday: Name{h.Name, h.NameEN}}
			faults = append(faults, y.add(known, n, f))
		}
	}
	for _, d := range y.Workdays {
		if !y.near(d) {
			faults = append(faults, fmt.Errorf("year %d: make-up workday %q is not a day of the year", y.Year, d))
			continue
		}
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
			faults = append(faults, fmt.Errorf("year %d: make-up workday %s is a %s, worked anyway", y.Year, d, w))
		}
		faults = append(faults, y.add(known, d.number(), fact{year: y.Year, firm: !y.Provisional}))
	}
	return errors.Join(faults...)
}

// checkHoliday returns the fault of one span, if any.
func (y Year) checkHoliday(h Span) error {
	switch {
	case strings.TrimSpace(h.Name) == "":
		return fmt.Errorf("year %d: holiday from %q has no name", y.Year, h.From)
	case !y.near(h.From) || !y.near(h.To) || (h.From.Year != y.Year && h.To.Year != y.Year):
		return fmt.Errorf("year %d: holiday %s (%q to %q) is not in the year", y.Year, h.Name, h.From, h.To)
	case h.From.Compare(h.To) > 0:
		return fmt.Errorf("year %d: holiday %s ends (%s) before it begins (%s)", y.Year, h.Name, h.To, h.From)
	case h.To.number()-h.From.number() > 30:
		return fmt.Errorf("year %d: holiday %s is longer than a month", y.Year, h.Name)
	}
	return nil
}

// near tells whether d is a real day that a notice for the year may speak of: December before to January after.
func (y Year) near(d Date) bool {
	if d != dateOf(d.number()) {
		return false
	}
	return d.Year == y.Year || (d.Year == y.Year-1 && d.Month == time.December) || (d.Year == y.Year+1 && d.Month == time.January)
}

// add records a fact. Two notices may agree on a day, and a published one overrules one entered ahead of it.
func (y Year) add(known map[int]fact, n int, f fact) error {
	old, ok := known[n]
	switch {
	case !ok, f.firm && !old.firm:
		known[n] = f
	case old.year == f.year:
		return fmt.Errorf("year %d: %s is listed twice", y.Year, dateOf(n))
	case old.firm == f.firm && old.off != f.off:
		return fmt.Errorf("year %d: %s contradicts the notice for %d", y.Year, dateOf(n), old.year)
	}
	return nil
}

// fixedHoliday is the fallback for a year without a notice (§4.1 calendar.missing_year): 1 January, 1–2 May and
// 1–3 October.
func fixedHoliday(d Date) (Name, bool) {
	switch {
	case d.Month == time.January && d.Day == 1:
		return Name{"元旦", "New Year's Day"}, true
	case d.Month == time.May && d.Day <= 2:
		return Name{"劳动节", "Labour Day"}, true
	case d.Month == time.October && d.Day <= 3:
		return Name{"国庆节", "National Day"}, true
	}
	return Name{}, false
}
