package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huajie/domain/calendar"
)

// simulator is a second, naive implementation of §4.1 that shares nothing with the package: it owns its tables and
// looks at every minute, one after the other.
type simulator struct {
	off, makeup map[string]bool
	// window tells whether a minute of the day (0 to 1439) of a working day is worked.
	window func(day time.Time, minute int) bool
}

func newSimulator(window func(day time.Time, minute int) bool) *simulator {
	s := &simulator{off: map[string]bool{}, makeup: map[string]bool{}, window: window}
	for _, span := range [][2]string{
		{"2024-01-01", "2024-01-01"}, {"2024-02-10", "2024-02-17"}, {"2024-04-04", "2024-04-06"}, {"2024-05-01", "2024-05-05"},
		{"2024-06-10", "2024-06-10"}, {"2024-09-15", "2024-09-17"}, {"2024-10-01", "2024-10-07"}, {"2025-01-01", "2025-01-01"},
		{"2025-01-28", "2025-02-04"}, {"2025-04-04", "2025-04-06"}, {"2025-05-01", "2025-05-05"}, {"2025-05-31", "2025-06-02"},
		{"2025-10-01", "2025-10-08"}, {"2026-01-01", "2026-01-03"}, {"2026-02-15", "2026-02-23"}, {"2026-04-04", "2026-04-06"},
		{"2026-05-01", "2026-05-05"}, {"2026-06-19", "2026-06-21"}, {"2026-09-25", "2026-09-27"}, {"2026-10-01", "2026-10-07"},
		// the fixed rule
		{"2027-01-01", "2027-01-01"}, {"2027-05-01", "2027-05-02"}, {"2027-10-01", "2027-10-03"},
	} {
		for d, _ := time.Parse(time.DateOnly, span[0]); d.Format(time.DateOnly) <= span[1]; d = d.AddDate(0, 0, 1) {
			s.off[d.Format(time.DateOnly)] = true
		}
	}
	for _, d := range []string{
		"2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12", "2025-01-26",
		"2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
	} {
		s.makeup[d] = true
	}
	return s
}

// normalHours are those of the shipped data.
func normalHours(_ time.Time, m int) bool {
	return (m >= 8*60+30 && m < 11*60+30) || (m >= 13*60+30 && m < 17*60)
}

// winterHours are those of helpers_test.go winter.
func winterHours(d time.Time, m int) bool {
	switch {
	case d.Weekday() == time.Saturday:
		return m >= 9*60 && m < 12*60
	case d.Month() >= time.November || d.Month() <= time.March:
		return (m >= 8*60+30 && m < 11*60+30) || (m >= 13*60 && m < 16*60)
	}
	return normalHours(d, m)
}

// rest tells whether t's day is off.
func (s *simulator) rest(t time.Time) bool {
	key := t.Format(time.DateOnly)
	weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
	return s.off[key] || (weekend && !s.makeup[key])
}

// each calls f for every minute from t until f returns false, telling whether the minute is worked.
func (s *simulator) each(t time.Time, f func(t time.Time, worked bool) bool) {
	rest := s.rest(t)
	for {
		minute := t.Hour()*60 + t.Minute()
		if minute == 0 {
			rest = s.rest(t)
		}
		if !f(t, !rest && s.window(t, minute)) {
			return
		}
		t = t.Add(time.Minute)
	}
}

// counted counts the worked minutes in [from, to).
func (s *simulator) counted(from, to time.Time) (n int) {
	if !from.Before(to) {
		return 0
	}
	s.each(from, func(t time.Time, worked bool) bool {
		if t.Before(to) && worked {
			n++
		}
		return t.Before(to)
	})
	return n
}

// midnight returns the end of t's day.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
}

// begin returns the moment from which the class counts.
func begin(start time.Time, class string) time.Time {
	if class == "wd" || class == "cd" {
		return midnight(start)
	}
	return start
}

func within(t time.Time, pauses []calendar.Pause) bool {
	for _, p := range pauses {
		if !t.Before(p.From) && (p.To.IsZero() || t.Before(p.To)) {
			return true
		}
	}
	return false
}

// minutes returns the size of a limit in minutes of its class.
func (s *simulator) minutes(start time.Time, class string, n int) int {
	switch class {
	case "cd":
		return n * 24 * 60
	case "wd":
		total := 0
		for d := midnight(start); n > 0; d = midnight(d) {
			if !s.rest(d) {
				total += s.counted(d, midnight(d))
				n--
			}
		}
		return total
	case "wmin", "min":
		return n
	}
	return n * 60
}

// due counts minute by minute until the limit is used up; used is when that is, before a cd limit rolls.
func (s *simulator) due(start time.Time, class string, n int, pauses []calendar.Pause) (due, used time.Time, open bool) {
	left := s.minutes(start, class, n)
	working := class == "wd" || class == "wh" || class == "wmin"
	s.each(begin(start, class), func(t time.Time, worked bool) bool {
		used = t
		if left == 0 {
			return false
		}
		if !within(t, pauses) {
			if worked || !working {
				left--
			}
		} else {
			for _, p := range pauses {
				open = open || (p.To.IsZero() && !t.Before(p.From))
			}
		}
		return !open
	})
	due = used
	if class == "cd" && !open {
		last := used.Add(-time.Minute)
		for s.rest(last) {
			last = last.AddDate(0, 0, 1)
		}
		due = midnight(last)
	}
	return due, used, open
}

// pair is a calendar and its simulator.
type pair struct {
	name string
	c    *calendar.Calendar
	s    *simulator
}

func pairs(tb testing.TB) []pair {
	return []pair{
		{"normal hours", shipped(tb), newSimulator(normalHours)},
		{"winter hours", build(tb, shippedYears(tb), winter(tb)), newSimulator(winterHours)},
	}
}

// scene is a limit with a start and pauses.
type scene struct {
	start  time.Time
	class  string
	n      int
	pauses []calendar.Pause
}

func (s scene) limit() calendar.Limit { return limit(fmt.Sprint(s.n, s.class)) }

func drawMinute(t *rapid.T, name string) time.Time {
	// From 2024 to a month before the end of 2027, so that the fixed rule has its share; half the draws lie near the
	// long holidays of 2026, where the rules meet.
	if rapid.Bool().Draw(t, name+" near a holiday") {
		base := rapid.SampledFrom([]string{"2026-02-10", "2026-04-29", "2026-09-17", "2026-09-30", "2026-12-29", "2026-10-30", "2026-03-30"}).Draw(t, name+" base")
		return ts(base + " 00:00").Add(time.Duration(rapid.IntRange(0, 6*24*60).Draw(t, name)) * time.Minute)
	}
	return ts("2024-01-02 00:00").Add(time.Duration(rapid.IntRange(0, 1420*24*60).Draw(t, name)) * time.Minute)
}

func drawScene(t *rapid.T, openPauses bool) scene {
	most := map[string]int{"wd": 12, "cd": 40, "wh": 60, "uh": 90, "wmin": 500, "min": 500}
	s := scene{start: drawMinute(t, "start"), class: rapid.SampledFrom([]string{"wd", "cd", "wh", "uh", "wmin", "min"}).Draw(t, "class")}
	s.n = rapid.IntRange(1, most[s.class]).Draw(t, "amount")
	for i := range rapid.IntRange(0, 3).Draw(t, "pauses") {
		from := s.start.Add(time.Duration(rapid.IntRange(-2*24*60, 20*24*60).Draw(t, "from")) * time.Minute)
		p := calendar.Pause{From: from, Reason: fmt.Sprint("reason ", i), By: "director"}
		p.To = from.Add(time.Duration(rapid.IntRange(-60, 8*24*60).Draw(t, "length")) * time.Minute)
		if openPauses && rapid.IntRange(0, 5).Draw(t, "open") == 0 {
			p.To = time.Time{}
		}
		s.pauses = append(s.pauses, p)
	}
	return s
}

func TestDueAgreesWithSimulator(t *testing.T) {
	t.Parallel()
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				s := drawScene(t, true)
				want, _, open := p.s.due(s.start, s.class, s.n, s.pauses)
				got, gotOpen := p.c.DuePaused(s.start, s.limit(), s.pauses)
				if open != gotOpen || (!open && !want.Equal(got.At)) {
					t.Fatalf("due %v (open %v), the simulator says %v (open %v)", got.At, gotOpen, want, open)
				}
			})
		})
	}
}

func TestCountedAgreesWithSimulator(t *testing.T) {
	t.Parallel()
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				from := drawMinute(t, "from")
				to := from.Add(time.Duration(rapid.IntRange(-60, 30*24*60).Draw(t, "length")) * time.Minute)
				want := time.Duration(p.s.counted(from, to)) * time.Minute
				if got := p.c.Counted(from, to, calendar.WorkingHours); got != want {
					t.Fatalf("counted %v, the simulator says %v", got, want)
				}
			})
		})
	}
}

// TestFractionUsesItsShare checks with the simulator that exactly num/den of the minutes lie before the moment.
func TestFractionUsesItsShare(t *testing.T) {
	t.Parallel()
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				s := drawScene(t, false)
				due, _ := p.c.DuePaused(s.start, s.limit(), s.pauses)
				num := rapid.IntRange(1, 99).Draw(t, "percent")
				class := s.limit().Class()
				at := p.c.FractionPaused(s.start, due.At, class, s.pauses, num, 100)
				total := p.c.Used(s.start, due.At, class, s.pauses)
				want := (total * time.Duration(num) / 100).Truncate(time.Second)
				if used := p.c.Used(s.start, at, class, s.pauses); used != want {
					t.Fatalf("%v of %v used at %v, want %v", used, total, at, want)
				}
				if at.After(due.At) || at.Before(begin(s.start, s.class)) {
					t.Fatalf("%v lies outside the run up to %v", at, due.At)
				}
				minutes := 0
				p.s.each(begin(s.start, s.class), func(m time.Time, worked bool) bool {
					if !m.Before(due.At) {
						return false
					}
					if (worked || !class.Working()) && !within(m, s.pauses) {
						minutes++
					}
					return true
				})
				if total != time.Duration(minutes)*time.Minute {
					t.Fatalf("%v used in all, the simulator says %d minutes", total, minutes)
				}
			})
		})
	}
}

// TestMonotone: a later start or a larger limit never brings an earlier due moment, whatever the pauses. The exception
// is a later start of a paused wd limit where working days differ in length, see Calendar.DuePaused.
func TestMonotone(t *testing.T) {
	t.Parallel()
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				s := drawScene(t, false)
				due, _ := p.c.DuePaused(s.start, s.limit(), s.pauses)
				uneven := p.name == "winter hours" && s.class == "wd" && len(s.pauses) > 0
				later := s.start.Add(time.Duration(rapid.IntRange(0, 5*24*60).Draw(t, "later")) * time.Minute)
				if d, _ := p.c.DuePaused(later, s.limit(), s.pauses); d.At.Before(due.At) && !uneven {
					t.Fatalf("start %v due %v, start %v due %v", s.start, due.At, later, d.At)
				}
				more := s
				more.n += rapid.IntRange(1, 5).Draw(t, "more")
				d, _ := p.c.DuePaused(s.start, more.limit(), s.pauses)
				if d.At.Before(due.At) || (s.class != "cd" && d.At.Equal(due.At)) {
					t.Fatalf("%v due %v, %v due %v", s.limit(), due.At, more.limit(), d.At)
				}
				if unpaused := p.c.Due(s.start, s.limit()); due.At.Before(unpaused.At) {
					t.Fatalf("paused %v before %v", due.At, unpaused.At)
				}
			})
		})
	}
}

// TestBeforeUndoesDue: from the moment l before due, the limit l leads back to due.
func TestBeforeUndoesDue(t *testing.T) {
	t.Parallel()
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				s := drawScene(t, false)
				l := s.limit()
				due := p.c.Due(s.start, l)
				before := p.c.Before(due.At, l)
				switch l.Class() {
				case calendar.WorkingHours:
					if n := p.s.counted(before, due.At); time.Duration(n)*time.Minute != l.Nominal() {
						t.Fatalf("%v to %v counts %d minutes", before, due.At, n)
					}
				case calendar.WorkingDays:
					if again := p.c.Due(before, l); !again.At.Equal(due.At) {
						t.Fatalf("%v before %v is %v, which leads to %v", l, due.At, before, again.At)
					}
				default:
					if !before.Add(l.Nominal()).Equal(due.At) {
						t.Fatalf("%v before %v is %v", l, due.At, before)
					}
				}
			})
		})
	}
}
