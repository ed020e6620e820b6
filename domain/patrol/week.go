package patrol

import (
	"math"
	"time"

	"huajie/domain/calendar"
)

// Week is one ISO week, Monday to Sunday in local time (§7.5 week_events, week_ok).
type Week struct {
	Year, Number int
	From, To     calendar.Date
	Version      string // of the policy
	Open         bool
	Events       float64 // week_events
	Reports      []Weighed
	Planned      float64 // working days of the calendar
	Worked       float64 // of these, not excused
	Need         float64 // after pro rata
	// OK is week_ok; nil in a week that asks for nothing, or that may still become one.
	OK    *bool
	Flags []Flag
}

// Weighed is a report with what it counts.
type Weighed struct {
	No     string    `json:"no"`
	At     time.Time `json:"at"`
	Weight float64   `json:"weight"`
	Why    string    `json:"why,omitempty"`
}

// Counted tells whether the week counts in the compliance.
func (w Week) Counted() bool { return w.OK != nil }

// Monday is the first day of the ISO week of a date.
func Monday(d calendar.Date) calendar.Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }

// AssessWeek measures the ISO week a date lies in. What is asked shrinks with the
// working days that are excused, to whole events, rounded down but never to none
// while a day is left.
func AssessWeek(date calendar.Date, f Facts, t Terms) Week {
	monday := Monday(date)
	w := Week{From: monday, To: monday.AddDays(6)}
	w.Year, w.Number = monday.Start().ISOWeek()
	r := t.Rules(monday)
	w.Version = r.Version
	span := spanOf(w.From, w.To)
	w.Open = t.Now.Before(span.To)
	reports := reportedIn(f.Events, span)
	for _, e := range reports {
		weight, why := e.weigh(r)
		w.Events += weight
		w.Reports = append(w.Reports, Weighed{e.No, e.At, weight, why})
	}
	w.Events = math.Round(w.Events*100) / 100
	for _, d := range days(w.From, w.To) {
		if t.Workday(d) {
			left, _ := shareOn(f.Away, d)
			w.Planned++
			w.Worked += left
		}
	}
	if w.Worked > 0 {
		asked := r.Events * t.demand(r)
		w.Need = math.Floor(asked*w.Worked/w.Planned + 1e-9)
		if w.Need == 0 && asked > 0 {
			w.Need = 1
		}
	}
	w.OK = verdict(w.Events >= w.Need, w.Need > 0, w.Open)
	if n := burst(reports, r.BurstIn); r.Burst > 0 && n >= r.Burst {
		w.Flags = append(w.Flags, Flag{Kind: FlagBurst, Date: w.From, N: n})
	}
	rule(w.Flags, f.Rulings, ownDay)
	return w
}
