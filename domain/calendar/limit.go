package calendar

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Class says which time a limit counts (§4.1 time.class).
type Class string

// The time classes.
const (
	// CalendarDays counts whole days, start day excluded; due at 24:00 of the last day, rolled off rest days
	// (§4.1 time.class.cd, MFD §201, §203).
	CalendarDays Class = "cd"
	// WorkingDays counts working days, start day excluded; due at close of business of the last (§4.1 time.class.wd).
	WorkingDays Class = "wd"
	// WorkingHours counts time inside the work windows, from the exact moment (§4.1 time.class.wh).
	WorkingHours Class = "wh"
	// UrgentHours counts day and night, every day (§4.1 time.class.uh).
	UrgentHours Class = "uh"
	// Seconds counts raw seconds, for drills and tests; no rule of the book uses it.
	Seconds Class = "s"
)

// Working tells whether the class counts only working time (wd, wh).
func (c Class) Working() bool { return c == WorkingDays || c == WorkingHours }

// Hours tells whether the class counts hours and minutes (wh, uh).
func (c Class) Hours() bool { return c == WorkingHours || c == UrgentHours }

// whole tells whether the class counts days after the start day (cd, wd).
func (c Class) whole() bool { return c == CalendarDays || c == WorkingDays }

// Limit is an amount of time of one class. It is comparable; the zero value means that there is no limit.
type Limit struct {
	class Class
	n     int // days for cd and wd, minutes for wh and uh, seconds for s
}

// unit is a way to write an amount: its class, how many of the class's units it holds, and whether decimals are allowed.
type unit struct {
	class   Class
	each    int
	decimal bool
}

// unitOf knows the units that ParseLimit reads. wmin are working minutes; min are minutes around the clock.
func unitOf(s string) (unit, bool) {
	switch s {
	case "cd":
		return unit{CalendarDays, 1, false}, true
	case "wd":
		return unit{WorkingDays, 1, false}, true
	case "wh":
		return unit{WorkingHours, 60, true}, true
	case "wmin":
		return unit{WorkingHours, 1, false}, true
	case "uh":
		return unit{UrgentHours, 60, true}, true
	case "min":
		return unit{UrgentHours, 1, false}, true
	case "s":
		return unit{Seconds, 1, false}, true
	}
	return unit{}, false
}

// most is the largest amount of a class, about ten years. Anything above it is a slip of the pen.
func most(c Class) int {
	switch c {
	case CalendarDays:
		return 3660
	case WorkingDays:
		return 2600
	case WorkingHours:
		return 17_000 * 60
	case UrgentHours:
		return 3660 * 24 * 60
	}
	return 3660 * 86400
}

// ParseLimit reads an amount as the policy tables write it: "5wd", "4wh", "2uh", "0.25uh", "15min" (the same), "90wmin",
// "60cd", "30s". Days, minutes and seconds are whole; hours may have decimals that make whole minutes. Zero, negative
// and absurd amounts (more than about ten years) are refused: no limit is written by leaving the limit out.
func ParseLimit(s string) (Limit, error) {
	split := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if split <= 0 {
		return Limit{}, fmt.Errorf("limit %q: want an amount and a unit, such as 5wd, 4wh, 2uh, 15min, 60cd or 30s", s)
	}
	u, ok := unitOf(s[split:])
	if !ok {
		return Limit{}, fmt.Errorf("limit %q: unknown unit %q (want cd, wd, wh, wmin, uh, min or s)", s, s[split:])
	}
	whole, fraction, decimal := strings.Cut(s[:split], ".")
	if decimal && (!u.decimal || fraction == "" || len(fraction) > 4) {
		return Limit{}, fmt.Errorf("limit %q: only hours take decimals, at most four", s)
	}
	amount, err := strconv.ParseUint(whole+fraction, 10, 40)
	if err != nil || whole == "" {
		return Limit{}, fmt.Errorf("limit %q: the amount is not a number of sensible size", s)
	}
	scale := 1
	for range fraction {
		scale *= 10
	}
	n := int(amount) * u.each
	if n%scale != 0 {
		return Limit{}, fmt.Errorf("limit %q: not a whole number of minutes", s)
	}
	n /= scale
	if n == 0 {
		return Limit{}, fmt.Errorf("limit %q: zero is no limit; leave it out", s)
	}
	if n > most(u.class) {
		return Limit{}, fmt.Errorf("limit %q: longer than about ten years", s)
	}
	return Limit{u.class, n}, nil
}

// MustLimit is [ParseLimit] for literals in tests and tables; it panics on a fault.
func MustLimit(s string) Limit {
	l, err := ParseLimit(s)
	if err != nil {
		panic(err)
	}
	return l
}

// IsZero tells whether there is no limit.
func (l Limit) IsZero() bool { return l.n == 0 }

// Class returns the time class, "" if there is no limit.
func (l Limit) Class() Class { return l.class }

// Count returns the amount in the unit of its class: days for cd and wd, minutes for wh and uh, seconds for s.
func (l Limit) Count() int { return l.n }

// String returns the limit as [ParseLimit] reads it, in the largest unit that fits; "" if there is no limit.
func (l Limit) String() string {
	if l.IsZero() {
		return ""
	}
	n, unit := l.n, string(l.class)
	if l.class == WorkingHours || l.class == UrgentHours {
		switch {
		case n%60 == 0:
			n /= 60
		case l.class == WorkingHours:
			unit = "wmin"
		default:
			unit = "min"
		}
	}
	return strconv.Itoa(n) + unit
}

// MarshalText writes the limit as [Limit.String].
func (l Limit) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a limit as [ParseLimit] does; empty text means no limit.
func (l *Limit) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*l = Limit{}
		return nil
	}
	v, err := ParseLimit(string(text))
	if err == nil {
		*l = v
	}
	return err
}

// Scale returns num/den of the limit in the same class, rounded up to a whole day, minute or second: half of 5wd is
// 3wd (§4.4 assist.limit). A ratio that is not positive gives no limit.
func (l Limit) Scale(num, den int) Limit {
	if l.IsZero() || num <= 0 || den <= 0 {
		return Limit{}
	}
	hi, lo := bits.Mul64(uint64(l.n), uint64(num))
	if hi >= uint64(den) {
		return Limit{l.class, most(l.class)}
	}
	n, rest := bits.Div64(hi, lo, uint64(den))
	if rest > 0 {
		n++
	}
	return Limit{l.class, int(min(n, uint64(most(l.class))))}
}

// Half returns half of the limit, rounded up as [Limit.Scale] does.
func (l Limit) Half() Limit { return l.Scale(1, 2) }

// Nominal returns the length on paper, with a day as 24 hours whatever its class. It is for rules that sort limits by
// size ("limits ≥10 d", "limits ≤3 d", §4.3, §4.5), never for computing a due moment.
func (l Limit) Nominal() time.Duration {
	switch l.class {
	case CalendarDays, WorkingDays:
		return time.Duration(l.n) * day
	case WorkingHours, UrgentHours:
		return time.Duration(l.n) * time.Minute
	}
	return time.Duration(l.n) * time.Second
}

// Text returns the limit as a sentence says it: "5个工作日" and "5 working days", "15分钟" and "15 minutes".
func (l Limit) Text() (zh, en string) {
	hours := l.n%60 == 0
	switch {
	case l.IsZero():
		return "不限时", "no limit"
	case l.class == CalendarDays:
		return phrase(l.n, "日", "calendar day")
	case l.class == WorkingDays:
		return phrase(l.n, "个工作日", "working day")
	case l.class == WorkingHours && hours:
		return phrase(l.n/60, "个工作小时", "working hour")
	case l.class == WorkingHours:
		return phrase(l.n, "个工作分钟", "working minute")
	case l.class == UrgentHours && hours:
		return phrase(l.n/60, "小时", "hour")
	case l.class == UrgentHours:
		return phrase(l.n, "分钟", "minute")
	}
	return phrase(l.n, "秒", "second")
}

func phrase(n int, zh, en string) (string, string) {
	if n != 1 {
		en += "s"
	}
	s := strconv.Itoa(n)
	return s + zh, s + " " + en
}
