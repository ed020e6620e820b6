package calendar_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/calendar"
)

// TestVectors holds the test vectors of domain.md §4.1. A bare date starts at 10:00 of the day.
func TestVectors(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, v := range []struct {
		name, start, limit, due string
		provisional             bool
	}{
		{"Sunday 20 Sep counts", "2026-09-18", "5wd", "2026-09-24 17:00", false},
		{"over National Day to a worked Saturday", "2026-09-28", "5wd", "2026-10-10 17:00", false},
		{"to a worked Saturday", "2026-02-13", "1wd", "2026-02-14 17:00", false},
		{"from a worked Saturday over Spring Festival", "2026-02-14", "1wd", "2026-02-24 17:00", false},
		{"over Labour Day", "2026-04-30", "3wd", "2026-05-08 17:00", false},
		{"15 cd rolls off National Day", "2026-09-16", "15cd", "2026-10-08 24:00", false},
		{"60 cd rolls off National Day", "2026-08-03", "60cd", "2026-10-08 24:00", false},
		{"60 cd on a working day", "2026-08-01", "60cd", "2026-09-30 24:00", false},
		{"15 cd on a worked Sunday does not roll", "2026-09-05", "15cd", "2026-09-20 24:00", false},
		{"30 cd rolls off a Sunday", "2026-01-31", "30cd", "2026-03-02 24:00", false},
		{"4 wh over the weekend to a worked Sunday", "2026-09-18 16:00", "4wh", "2026-09-20 11:30", false},
		{"2 wh over Mid-Autumn", "2026-09-24 16:30", "2wh", "2026-09-28 10:00", false},
		{"2 wh from a Saturday", "2026-11-21 10:00", "2wh", "2026-11-23 10:30", false},
		{"2 wh over lunch", "2026-11-23 10:45", "2wh", "2026-11-23 14:45", false},
		{"2 uh in the holiday night", "2026-10-01 23:30", "2uh", "2026-10-02 01:30", false},
		{"no calendar for 2027", "2026-12-31", "1wd", "2027-01-04 17:00", true},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			due := c.Due(ts(v.start), limit(v.limit))
			same(t, ts(v.due), due.At)
			require.Equal(t, v.provisional, due.Provisional)
			require.Equal(t, ts(v.due).Add(-1).Format(time.DateOnly), due.Date().String())
		})
	}
}

func TestDueEdges(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, v := range []struct {
		name, start, limit, due string
		provisional             bool
	}{
		{"wd from a rest day", "2026-11-21 10:00", "1wd", "2026-11-23 17:00", false},
		{"wd from the first moment of a day", "2026-11-23 00:00", "1wd", "2026-11-24 17:00", false},
		{"wd from 24:00 is from the next day", "2026-11-23 24:00", "1wd", "2026-11-25 17:00", false},
		{"wd one second before 24:00", "2026-11-23 23:59:59", "1wd", "2026-11-24 17:00", false},
		{"wd at close of business", "2026-11-23 17:00", "1wd", "2026-11-24 17:00", false},
		{"wh at close of business", "2026-11-23 17:00", "1wh", "2026-11-24 09:30", false},
		{"wh at close of business on Friday", "2026-11-27 17:00", "1wh", "2026-11-30 09:30", false},
		{"wh a second before closing", "2026-11-23 16:59:59", "1wh", "2026-11-24 09:29:59", false},
		{"wh in lunch", "2026-11-23 12:15", "1wh", "2026-11-23 14:30", false},
		{"wh as lunch begins", "2026-11-23 11:30", "1wh", "2026-11-23 14:30", false},
		{"wh ends as a window closes", "2026-11-23 08:30", "3wh", "2026-11-23 11:30", false},
		{"wh ends with the day", "2026-11-23 08:30", "390wmin", "2026-11-23 17:00", false},
		{"wh before opening", "2026-11-23 03:00", "1wmin", "2026-11-23 08:31", false},
		{"wh on a worked Saturday", "2026-10-10 16:30", "1wh", "2026-10-12 09:00", false},
		{"uh keeps the second", "2026-11-23 23:59:30", "15min", "2026-11-24 00:14:30", false},
		{"s in the night", "2026-11-23 23:59:30", "45s", "2026-11-24 00:00:15", false},
		{"cd from a rest day", "2026-11-21 10:00", "2cd", "2026-11-23 24:00", false},
		{"cd from 24:00 is from the next day", "2026-11-23 24:00", "1cd", "2026-11-25 24:00", false},
		{"cd rolls over nine days of Spring Festival", "2026-02-14", "1cd", "2026-02-24 24:00", false},
		{"cd rolls to a worked Sunday", "2026-09-18", "1cd", "2026-09-20 24:00", false},
		{"cd over the year end without calendar", "2026-12-20", "15cd", "2027-01-04 24:00", true},
		{"cd rolls into a year without calendar", "2026-12-31", "1cd", "2027-01-04 24:00", true},
		{"cd up to the year end", "2026-12-21", "10cd", "2026-12-31 24:00", false},
		{"wh over the year end without calendar", "2026-12-31 16:30", "1wh", "2027-01-04 09:00", true},
		{"wh up to the year end", "2026-12-31 16:00", "1wh", "2026-12-31 17:00", false},
		{"uh never asks the calendar", "2026-12-31 16:00", "24uh", "2027-01-01 16:00", false},
		{"fixed rule in May 2027", "2027-04-30", "1wd", "2027-05-03 17:00", true},
		{"fixed rule in October 2027", "2027-09-30", "1wd", "2027-10-04 17:00", true},
		{"long before any calendar", "1999-12-31", "1wd", "2000-01-03 17:00", true},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			due := c.Due(ts(v.start), limit(v.limit))
			same(t, ts(v.due), due.At)
			require.Equal(t, v.provisional, due.Provisional)
		})
	}
}

func TestDueWithoutLimit(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	require.True(t, c.Due(ts("2026-11-23"), calendar.Limit{}).IsZero())
	due, open := c.DuePaused(ts("2026-11-23"), calendar.Limit{}, []calendar.Pause{{From: ts("2026-11-22")}})
	require.True(t, due.IsZero())
	require.False(t, open)
	same(t, ts("2026-11-23 17:00"), c.Extend(ts("2026-11-23 17:00"), calendar.Limit{}).At)
}

func TestDueInAnyLocation(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	utc := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC) // Monday 01:00 in Zone
	same(t, ts("2026-11-24 17:00"), c.Due(utc, limit("1wd")).At)
	same(t, ts("2026-11-23 09:30"), c.Due(utc, limit("1wh")).At)
	require.Equal(t, calendar.Zone, c.Due(utc, limit("1uh")).At.Location())
	require.Equal(t, "2026-11-23", calendar.DateOf(utc).String())
}

func TestDueAtCounter(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	same(t, ts("2026-10-08 17:00"), c.DueAtCounter(ts("2026-09-16"), limit("15cd")).At)
	same(t, ts("2026-09-24 17:00"), c.DueAtCounter(ts("2026-09-18"), limit("5wd")).At)
	same(t, ts("2026-09-18 12:00"), c.DueAtCounter(ts("2026-09-18"), limit("2uh")).At)
	require.True(t, c.DueAtCounter(ts("2027-09-30"), limit("1cd")).Provisional)
}

func TestSeasonalHours(t *testing.T) {
	t.Parallel()
	c := build(t, shippedYears(t), winter(t))
	same(t, ts("2026-11-02 16:00"), c.Due(ts("2026-10-30"), limit("1wd")).At)
	same(t, ts("2026-10-30 17:00"), c.Due(ts("2026-10-29"), limit("1wd")).At)
	same(t, ts("2026-02-14 12:00"), c.Due(ts("2026-02-13"), limit("1wd")).At, "a make-up Saturday with its own hours")
	same(t, ts("2026-01-04 16:00"), c.Due(ts("2026-01-03"), limit("1wd")).At, "a make-up Sunday keeps Monday's hours")
	same(t, ts("2026-04-01 09:00"), c.Due(ts("2026-03-31 15:30"), limit("1wh")).At)
	same(t, ts("2026-10-30 17:00"), c.Before(ts("2026-11-02 16:00"), limit("1wd")), "closing to closing")
	same(t, ts("2026-11-02 16:00"), c.Before(ts("2026-11-03 16:00"), limit("1wd")))
	same(t, ts("2026-10-30 13:15"), c.Before(ts("2026-11-02 13:15"), limit("1wd")).Add(105*time.Minute), "13:15 is lunch in October")
}

func TestPauses(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	type span [2]string
	for _, v := range []struct {
		name, start, limit string
		pauses             []span
		due                string // "" if open
	}{
		{"a weekend credits nothing to wd", "2026-11-20", "3wd", []span{{"2026-11-20 17:00", "2026-11-23 08:30"}}, "2026-11-25 17:00"},
		{"a holiday credits nothing to wd", "2026-09-30", "1wd", []span{{"2026-10-01 00:00", "2026-10-07 24:00"}}, "2026-10-08 17:00"},
		{"two hours push wd into the next morning", "2026-11-23", "1wd", []span{{"2026-11-24 09:00", "2026-11-24 11:00"}}, "2026-11-25 10:30"},
		{"a pause over lunch credits work only", "2026-11-23", "1wd", []span{{"2026-11-24 11:00", "2026-11-24 14:00"}}, "2026-11-25 09:30"},
		{"the start day is not running clock", "2026-11-23 09:00", "1wd", []span{{"2026-11-23 10:00", "2026-11-23 16:00"}}, "2026-11-24 17:00"},
		{"before the start credits nothing", "2026-11-23 10:00", "2wh", []span{{"2026-11-20 00:00", "2026-11-23 10:00"}}, "2026-11-23 14:00"},
		{"reaching over the start", "2026-11-23 10:00", "1wh", []span{{"2026-11-20 00:00", "2026-11-23 10:30"}}, "2026-11-23 11:30"},
		{"from the due moment on", "2026-11-23 09:00", "1wh", []span{{"2026-11-23 10:00", "2026-11-23 15:00"}}, "2026-11-23 10:00"},
		{"a minute before the due moment", "2026-11-23 09:00", "1wh", []span{{"2026-11-23 09:59", "2026-11-23 15:00"}}, "2026-11-23 15:01"},
		{"overlapping pauses are one", "2026-11-23 09:00", "2uh", []span{{"2026-11-23 10:00", "2026-11-23 12:00"}, {"2026-11-23 09:30", "2026-11-23 11:00"}}, "2026-11-23 13:30"},
		{"one inside the other", "2026-11-23 09:00", "2uh", []span{{"2026-11-23 09:30", "2026-11-23 12:00"}, {"2026-11-23 10:00", "2026-11-23 11:00"}}, "2026-11-23 13:30"},
		{"empty and backward pauses", "2026-11-23 09:00", "2uh", []span{{"2026-11-23 10:00", "2026-11-23 10:00"}, {"2026-11-23 10:30", "2026-11-23 10:00"}}, "2026-11-23 11:00"},
		{"the push meets the next pause", "2026-11-23 09:00", "2uh", []span{{"2026-11-23 10:00", "2026-11-23 11:00"}, {"2026-11-23 11:30", "2026-11-23 12:30"}}, "2026-11-23 13:00"},
		{"open", "2026-11-23 09:00", "2uh", []span{{"2026-11-23 10:00", ""}}, ""},
		{"open before the start", "2026-11-23 09:00", "5wd", []span{{"2026-11-20 10:00", ""}}, ""},
		{"open after the due moment", "2026-11-23 09:00", "2uh", []span{{"2026-11-23 11:00", ""}}, "2026-11-23 11:00"},
		{"open swallows later ones", "2026-11-23 09:00", "2uh", []span{{"2026-11-23 10:30", "2026-11-23 10:45"}, {"2026-11-23 10:00", ""}}, ""},
		{"open joins an earlier one", "2026-11-23 09:00", "2uh", []span{{"2026-11-23 09:30", "2026-11-23 10:30"}, {"2026-11-23 10:00", ""}}, ""},
		{"cd by elapsed days", "2026-11-02", "10cd", []span{{"2026-11-05 00:00", "2026-11-08 00:00"}}, "2026-11-16 24:00"},
		{"cd by elapsed days, then roll", "2026-11-02", "10cd", []span{{"2026-11-05 00:00", "2026-11-07 00:00"}}, "2026-11-16 24:00"},
		{"a cd that ends in mid-day runs to 24:00", "2026-11-02", "10cd", []span{{"2026-11-05 08:00", "2026-11-09 20:00"}}, "2026-11-17 24:00"},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			var pauses []calendar.Pause
			for _, s := range v.pauses {
				p := calendar.Pause{From: ts(s[0])}
				if s[1] != "" {
					p.To = ts(s[1])
				}
				pauses = append(pauses, p)
			}
			due, open := c.DuePaused(ts(v.start), limit(v.limit), pauses)
			require.Equal(t, v.due == "", open)
			if open {
				require.True(t, due.IsZero())
				return
			}
			same(t, ts(v.due), due.At)
		})
	}
}

func TestPausedIntoMissingYearIsProvisional(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	due, _ := c.DuePaused(ts("2026-12-29"), limit("2wd"), []calendar.Pause{{From: ts("2026-12-31 16:00"), To: ts("2026-12-31 17:00")}})
	same(t, ts("2027-01-04 09:30"), due.At)
	require.True(t, due.Provisional)
}

func TestExtend(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	same(t, ts("2026-11-09 24:00"), c.Extend(ts("2026-10-08 24:00"), limit("30cd")).At, "7 November is a Saturday")
	same(t, ts("2026-12-30 24:00"), c.Extend(ts("2026-11-30 24:00"), limit("30cd")).At)
	same(t, ts("2026-11-30 17:00"), c.Extend(ts("2026-11-23 17:00"), limit("5wd")).At)
	same(t, ts("2026-11-24 17:00"), c.Extend(ts("2026-11-23 10:00"), limit("1wd")).At)
	same(t, ts("2026-11-24 09:00"), c.Extend(ts("2026-11-23 16:30"), limit("1wh")).At)
	same(t, ts("2026-11-23 18:30"), c.Extend(ts("2026-11-23 16:30"), limit("2uh")).At)
	due, open := c.ExtendPaused(ts("2026-11-23 17:00"), limit("1wd"), []calendar.Pause{
		{From: ts("2026-11-20 09:00"), To: ts("2026-11-20 10:00")}, // part of the old due moment
		{From: ts("2026-11-24 09:00"), To: ts("2026-11-24 10:00")},
	})
	require.False(t, open)
	same(t, ts("2026-11-25 09:30"), due.At)
	_, open = c.ExtendPaused(ts("2026-11-23 17:00"), limit("1wd"), []calendar.Pause{{From: ts("2026-11-24 09:00")}})
	require.True(t, open)
}

func TestBefore(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, v := range []struct{ name, due, limit, want string }{
		{"a working day, closing to closing", "2026-09-24 17:00", "1wd", "2026-09-23 17:00"},
		{"over the weekend", "2026-11-23 17:00", "1wd", "2026-11-20 17:00"},
		{"over a worked Sunday", "2026-09-21 17:00", "1wd", "2026-09-20 17:00"},
		{"same time of day", "2026-11-23 10:00", "1wd", "2026-11-20 10:00"},
		{"due in lunch", "2026-11-24 12:00", "1wd", "2026-11-23 11:30"},
		{"due in the night", "2026-11-24 20:00", "1wd", "2026-11-23 17:00"},
		{"due at 24:00", "2026-11-24 24:00", "1wd", "2026-11-23 17:00"},
		{"due at opening", "2026-11-24 08:30", "1wd", "2026-11-20 17:00"},
		{"due on a rest day", "2026-11-21 12:00", "1wd", "2026-11-19 17:00"},
		{"four working hours", "2026-09-20 11:30", "4wh", "2026-09-18 16:00"},
		{"as a window opens", "2026-11-23 11:30", "3wh", "2026-11-23 08:30"},
		{"working hours before a night", "2026-11-23 22:00", "1wh", "2026-11-23 16:00"},
		{"working hours from 24:00 of a holiday", "2026-10-07 24:00", "1wh", "2026-09-30 16:00"},
		{"calendar days do not roll", "2026-10-08 24:00", "7cd", "2026-10-01 24:00"},
		{"calendar days", "2026-10-08 24:00", "1cd", "2026-10-07 24:00"},
		{"urgent hours", "2026-10-02 01:30", "2uh", "2026-10-01 23:30"},
		{"seconds", "2026-10-02 00:00:10", "30s", "2026-10-01 23:59:40"},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			same(t, ts(v.want), c.Before(ts(v.due), limit(v.limit)))
		})
	}
	same(t, ts("2026-11-23 17:00"), c.Before(ts("2026-11-23 17:00"), calendar.Limit{}))
}

func TestFraction(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, v := range []struct {
		name, start, due string
		class            calendar.Class
		num, den         int
		want             string
	}{
		{"half of 5 wd", "2026-09-18 10:00", "2026-09-24 17:00", "wd", 1, 2, "2026-09-22 13:45"},
		{"80 % of 5 wd ends with a day", "2026-09-18 10:00", "2026-09-24 17:00", "wd", 80, 100, "2026-09-23 17:00"},
		{"half of 4 wh", "2026-09-18 16:00", "2026-09-20 11:30", "wh", 1, 2, "2026-09-20 09:30"},
		{"half of 60 cd", "2026-08-01 10:00", "2026-09-30 24:00", "cd", 1, 2, "2026-08-31 24:00"},
		{"half of 15 min", "2026-08-01 10:00", "2026-08-01 10:15", "uh", 1, 2, "2026-08-01 10:07:30"},
		{"a third of 10 s", "2026-08-01 10:00", "2026-08-01 10:00:10", "s", 1, 3, "2026-08-01 10:00:03"},
		{"nothing", "2026-09-18 10:00", "2026-09-24 17:00", "wd", 0, 2, "2026-09-18 24:00"},
		{"less than nothing", "2026-09-18 10:00", "2026-09-24 17:00", "wd", -1, 2, "2026-09-18 24:00"},
		{"all", "2026-09-18 10:00", "2026-09-24 17:00", "wd", 2, 2, "2026-09-24 17:00"},
		{"more than all", "2026-09-18 10:00", "2026-09-24 17:00", "wd", 3, 2, "2026-09-24 17:00"},
		{"due on the start day", "2026-09-18 10:00", "2026-09-18 14:00", "wd", 1, 2, "2026-09-18 11:00"},
		{"due before the start", "2026-09-18 10:00", "2026-09-17 14:00", "wh", 1, 2, "2026-09-17 14:00"},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			same(t, ts(v.want), c.Fraction(ts(v.start), ts(v.due), v.class, v.num, v.den))
		})
	}
}

func TestFractionPaused(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	pauses := []calendar.Pause{{From: ts("2026-11-24 08:30"), To: ts("2026-11-24 17:00")}}
	due, _ := c.DuePaused(ts("2026-11-23 10:00"), limit("2wd"), pauses)
	same(t, ts("2026-11-26 17:00"), due.At)
	same(t, ts("2026-11-25 17:00"), c.FractionPaused(ts("2026-11-23 10:00"), due.At, "wd", pauses, 1, 2))
	require.Equal(t, time.Duration(0), c.Used(ts("2026-11-23 10:00"), ts("2026-11-25 08:30"), "wd", pauses))
	require.Equal(t, 90*time.Minute, c.Used(ts("2026-11-23 10:00"), ts("2026-11-25 10:00"), "wd", pauses))
	open := []calendar.Pause{{From: ts("2026-11-23 10:30")}}
	require.Equal(t, 30*time.Minute, c.Used(ts("2026-11-23 10:00"), ts("2026-11-27 10:00"), "wh", open))
	same(t, ts("2026-11-23 10:15"), c.FractionPaused(ts("2026-11-23 10:00"), ts("2026-11-24"), "wh", open, 1, 2))
}

func TestCounted(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	require.Equal(t, 390*time.Minute, c.Counted(ts("2026-11-23 00:00"), ts("2026-11-23 24:00"), "wh"))
	require.Equal(t, 24*time.Hour, c.Counted(ts("2026-11-23 00:00"), ts("2026-11-23 24:00"), "cd"))
	require.Equal(t, time.Second, c.Counted(ts("2026-11-23 16:59:59"), ts("2026-11-24 08:30"), "wd"))
	require.Zero(t, c.Counted(ts("2026-10-01 00:00"), ts("2026-10-07 24:00"), "wd"))
	require.Zero(t, c.Counted(ts("2026-11-23 17:00"), ts("2026-11-23 09:00"), "wd"))
	require.Zero(t, c.Counted(ts("2026-11-23 17:00"), ts("2026-11-23 09:00"), "uh"))
}

// TestDueIsTheFirstMoment checks starts between the minutes: the limit is used up at due, and not a nanosecond earlier.
func TestDueIsTheFirstMoment(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t, false)
		start := s.start.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)-1).Draw(t, "nanoseconds")))
		due, _ := c.DuePaused(start, s.limit(), s.pauses)
		class := s.limit().Class()
		if class == calendar.CalendarDays || class == calendar.WorkingDays {
			whole, _ := c.DuePaused(s.start, s.limit(), s.pauses)
			if !due.At.Equal(whole.At) {
				t.Fatalf("days ask only for the day: %v, %v", due.At, whole.At)
			}
			return
		}
		if used := c.Used(start, due.At, class, s.pauses); used != s.limit().Nominal() {
			t.Fatalf("%v used at %v", used, due.At)
		}
		if used := c.Used(start, due.At.Add(-1), class, s.pauses); used != s.limit().Nominal()-1 {
			t.Fatalf("%v used just before %v", used, due.At)
		}
	})
}

// TestCarry: what was left when a pause began is left when it ends, as for a whole limit; and where no pause meets the
// clock the due moment stays.
func TestCarry(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t, false)
		class := s.limit().Class()
		plain := c.Due(s.start, s.limit()).At
		carried, open := c.Carry(s.start, plain, class, s.pauses)
		if open && !slices.ContainsFunc(s.pauses, func(p calendar.Pause) bool { return p.To.IsZero() }) {
			t.Fatalf("open without an open pause")
		}
		if open {
			return
		}
		if carried.At.Before(plain) {
			t.Fatalf("%v lies before %v", carried.At, plain)
		}
		if class.Hours() {
			if want, _ := c.DuePaused(s.start, s.limit(), s.pauses); !carried.At.Equal(want.At) {
				t.Fatalf("carried to %v, a whole limit is due %v", carried.At, want.At)
			}
		}
		if same, _ := c.Carry(s.start, plain, class, nil); !same.At.Equal(plain) {
			t.Fatalf("without a pause %v became %v", plain, same.At)
		}
	})
}
