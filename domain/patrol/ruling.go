package patrol

import (
	"slices"
	"time"

	"huajie/domain/calendar"
)

// Ruling is what somebody who looked at an integrity flag says of it: it was as it seems,
// or there is an explanation (§6 item 75).
type Ruling struct {
	Kind    FlagKind
	Day     calendar.Date // Flag.Day
	N       int           // how often it had been when somebody looked
	Cleared bool          // it no longer takes anything away
	Reason  string
	By      string
	At      time.Time
}

// Day is the day a flag is known by: its own, or the first of the month it is about.
func (f Flag) Day(m Month) calendar.Date {
	if !f.Date.IsZero() {
		return f.Date
	}
	first, _ := MonthOf(m.From.Year, m.From.Month)
	return first
}

// Cleared tells whether somebody has looked and found an explanation.
func (f Flag) Cleared() bool { return f.Ruling != nil && f.Ruling.Cleared }

// rule lays the rulings beside the flags: of each the last that was made, unless the flag has
// grown since. Then it is open again, for nobody has looked at what came later.
func rule(flags []Flag, rulings []Ruling, day func(Flag) calendar.Date) {
	for i := range flags {
		f := &flags[i]
		f.Ruling = nil
		for _, r := range slices.Backward(rulings) {
			if r.Kind != f.Kind || r.Day != day(*f) {
				continue
			}
			if r.N >= f.N {
				f.Ruling = &r
			}
			break
		}
	}
}

func ownDay(f Flag) calendar.Date { return f.Date }

// MonthOfFlag is the month in which a flag of a kind is found: weeks belong to the month of
// their Thursday.
func MonthOfFlag(k FlagKind, day calendar.Date) (from, to calendar.Date) {
	if k == FlagBurst {
		day = day.AddDays(3)
	}
	return MonthOf(day.Year, day.Month)
}

// Known tells whether there is such a kind of flag.
func (k FlagKind) Known() bool { _, ok := flagTable[k]; return ok }
