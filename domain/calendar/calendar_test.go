package calendar_test

import (
	"testing"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/calendar"
)

// TestOracle compares every day of the shipped years with lunar-go, and their working days with the counts of
// ecosystem.md §5. lunar-go is read only: its Fix would change a global.
func TestOracle(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	workdays := map[int]int{}
	for d := date("2024-01-01"); d.Year <= 2026; d = d.AddDays(1) {
		want := d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
		if h := HolidayUtil.GetHoliday(d.String()); h != nil {
			want = h.IsWork()
		}
		working, why, name, provisional := c.IsWorkday(d)
		require.Equal(t, want, working, "%s %s %s", d, why, name.ZH)
		require.False(t, provisional)
		if working {
			workdays[d.Year]++
		}
	}
	require.Equal(t, map[int]int{2024: 251, 2025: 248, 2026: 248}, workdays)
}

func TestIsWorkday(t *testing.T) {
	t.Parallel()
	years := append(shippedYears(t), calendar.Year{Year: 2028, Provisional: true, Holidays: []calendar.Span{
		{From: date("2028-01-26"), To: date("2028-01-28"), Name: "春节", NameEN: "Spring Festival"},
	}})
	c := build(t, years, shippedHours(t))
	for _, v := range []struct {
		date        string
		working     bool
		why         calendar.DayKind
		zh, en      string
		provisional bool
	}{
		{"2026-09-18", true, calendar.Weekday, "工作日", "working day", false},
		{"2026-09-19", false, calendar.Weekend, "周末", "weekend", false},
		{"2026-09-20", true, calendar.MakeupWorkday, "调休上班", "make-up workday", false},
		{"2026-09-26", false, calendar.Holiday, "中秋节", "Mid-Autumn Festival", false},
		{"2026-10-08", true, calendar.Weekday, "工作日", "working day", false},
		{"2027-01-01", false, calendar.FixedHoliday, "元旦", "New Year's Day", true},
		{"2027-05-02", false, calendar.FixedHoliday, "劳动节", "Labour Day", true},
		{"2027-05-03", true, calendar.Weekday, "工作日", "working day", true},
		{"2027-10-03", false, calendar.FixedHoliday, "国庆节", "National Day", true},
		{"2027-10-04", true, calendar.Weekday, "工作日", "working day", true},
		{"2028-01-01", false, calendar.FixedHoliday, "元旦", "New Year's Day", true},
		{"2028-01-27", false, calendar.Holiday, "春节", "Spring Festival", true},
		{"2050-01-01", false, calendar.FixedHoliday, "元旦", "New Year's Day", true},
		{"1990-06-06", true, calendar.Weekday, "工作日", "working day", true},
	} {
		working, why, name, provisional := c.IsWorkday(date(v.date))
		require.Equal(t, v.working, working, v.date)
		require.Equal(t, v.why, why, v.date)
		require.Equal(t, calendar.Name{ZH: v.zh, EN: v.en}, name, v.date)
		require.Equal(t, v.provisional, provisional, v.date)
	}
	require.True(t, c.Covers(2026))
	require.False(t, c.Covers(2027))
	require.False(t, c.Covers(2028), "known days are no notice")
	require.Equal(t, "test", c.Version())
}

func TestMissing(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for at, want := range map[string]int{"2026-10-31 23:59": 0, "2026-11-01 00:00": 2027, "2026-12-31": 2027, "2025-12-01": 0, "2027-03-01": 2027} {
		year, ok := c.Missing(ts(at))
		require.Equal(t, want, year, at)
		require.Equal(t, want != 0, ok, at)
	}
}

func TestShippedYears(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, y := range shippedYears(t) {
		require.Regexp(t, `^国办发明电〔20\d\d〕\d+号$`, y.Notice)
		require.Regexp(t, `^https://www\.gov\.cn/`, y.URL)
		require.True(t, y.Verified)
		for _, h := range y.Holidays {
			require.NotEmpty(t, h.NameEN)
		}
		got, ok := c.Year(y.Year)
		require.True(t, ok)
		require.Equal(t, y, got)
		got.Workdays[0], got.Holidays[0].Name = calendar.Date{}, "changed"
		again, _ := c.Year(y.Year)
		require.Equal(t, y, again, "the calendar shares nothing")
	}
	_, ok := c.Year(2027)
	require.False(t, ok)
}

func TestWorkdaysAndOpening(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, v := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-09-18", 5, "2026-09-24"},
		{"2026-09-24", -5, "2026-09-18"},
		{"2026-09-19", 0, "2026-09-19"},
		{"2026-08-31", 3, "2026-09-03"},
		{"2026-10-08", -1, "2026-09-30"},
	} {
		got, provisional := c.AddWorkdays(date(v.from), v.n)
		require.Equal(t, v.want, got.String())
		require.False(t, provisional)
	}
	_, provisional := c.AddWorkdays(date("2026-12-31"), 1)
	require.True(t, provisional)

	for at, want := range map[string]string{
		"2026-11-23 03:00": "2026-11-23 08:30", "2026-11-23 08:30": "2026-11-23 08:30", "2026-11-23 09:17:05": "2026-11-23 09:17:05",
		"2026-11-23 11:30": "2026-11-23 13:30", "2026-11-23 17:00": "2026-11-24 08:30", "2026-10-01 09:00": "2026-10-08 08:30",
		"2026-09-19 09:00": "2026-09-20 08:30",
	} {
		same(t, ts(want), c.NextOpen(ts(at)), at)
		require.Equal(t, at == want, c.Open(ts(at)), at)
	}
	closing, ok := c.CloseOfBusiness(date("2026-09-20"))
	require.True(t, ok)
	same(t, ts("2026-09-20 17:00"), closing)
	_, ok = c.CloseOfBusiness(date("2026-09-19"))
	require.False(t, ok)
}

func TestNewFaults(t *testing.T) {
	t.Parallel()
	span := func(from, to, name string) calendar.Span {
		return calendar.Span{From: date(from), To: date(to), Name: name}
	}
	years := []calendar.Year{
		{Year: 2027, Holidays: []calendar.Span{
			span("2027-01-01", "2027-01-03", ""),
			span("2027-02-10", "2027-02-05", "backward"),
			span("2026-05-01", "2026-05-03", "elsewhere"),
			span("2027-05-01", "2027-06-03", "too long"),
			span("2027-10-01", "2027-10-03", "国庆节"),
			span("2027-10-03", "2027-10-04", "again"),
			{Name: "no dates"},
		}, Workdays: []calendar.Date{
			date("2027-10-02"), date("2027-10-11"), date("2029-01-06"), {Year: 2027, Month: 2, Day: 30}, date("2027-10-09"), date("2027-10-09"),
		}},
		{Year: 2027},
		{Year: 27},
		{Year: 2028, Workdays: []calendar.Date{date("2027-12-25")}},
		{Year: 2026, Holidays: []calendar.Span{span("2026-12-31", "2027-01-02", "元旦")}, Workdays: []calendar.Date{date("2027-01-30")}},
		{Year: 2032, Workdays: []calendar.Date{date("2032-12-26")}},
		{Year: 2033, Holidays: []calendar.Span{span("2032-12-25", "2033-01-01", "元旦")}},
	}
	_, err := calendar.New("", years, shippedHours(t))
	require.Error(t, err)
	for _, want := range []string{
		"version is missing",
		`year 2027: holiday from "2027-01-01" has no name`,
		"year 2027: holiday backward ends (2027-02-05) before it begins (2027-02-10)",
		"year 2027: holiday elsewhere",
		"year 2027: holiday too long is longer than a month",
		"year 2027: 2027-10-03 is listed twice",
		"year 2027: holiday no dates",
		"year 2027: 2027-10-02 is listed twice",
		"year 2027: make-up workday 2027-10-11 is a Monday",
		`year 2027: make-up workday "2029-01-06" is not a day of the year`,
		`year 2027: make-up workday "2027-02-30" is not a day of the year`,
		"year 2027: 2027-10-09 is listed twice",
		"year 2027 is given twice",
		"year 27: out of range",
		"year 2033: 2032-12-26 contradicts the notice for 2032",
	} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "2027-01-02 ", "a notice may reach into the new year")
}

func TestNewHoursFaults(t *testing.T) {
	t.Parallel()
	hours := shippedHours(t)
	hours.Week.Mon = nil
	hours.Week.Tue = []calendar.Window{{From: 510, To: 510}}
	hours.Week.Wed = []calendar.Window{{From: 810, To: 1020}, {From: 510, To: 690}}
	hours.Week.Thu = []calendar.Window{{From: 510, To: 690}, {From: 600, To: 1020}}
	hours.Week.Fri = []calendar.Window{{From: -10, To: 690}, {From: 700, To: 1500}}
	hours.Seasons = []calendar.Season{
		{Name: "winter", From: calendar.MonthDay{Month: 11, Day: 1}, To: calendar.MonthDay{Month: 3, Day: 31}, Week: shippedHours(t).Week},
		{Name: "carnival", From: calendar.MonthDay{Month: 2, Day: 1}, To: calendar.MonthDay{Month: 2, Day: 20}, Week: shippedHours(t).Week},
		{Name: "never", From: calendar.MonthDay{Month: 2, Day: 30}, Week: shippedHours(t).Week},
	}
	_, err := calendar.New("faulty", nil, hours)
	require.Error(t, err)
	for _, want := range []string{
		"calendar faulty: ",
		"hours: Monday has no work window",
		"hours: Tuesday: window 08:30-08:30 is empty",
		"hours: Wednesday: window 08:30-11:30 overlaps the one before or is out of order",
		"hours: Thursday: window 10:00-17:00 overlaps",
		"hours: Friday: window 11:40-25:00 is empty or outside the day",
		`season "carnival" overlaps season "winter"`,
		`season "never": from and to must be days of the year`,
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestNewTakesWhatNoticesSay(t *testing.T) {
	t.Parallel()
	c := build(t, []calendar.Year{
		{Year: 2022, Holidays: []calendar.Span{{From: date("2022-10-01"), To: date("2022-10-07"), Name: "国庆节"}}},
		{Year: 2023, Holidays: []calendar.Span{{From: date("2022-12-31"), To: date("2023-01-02"), Name: "元旦"}}},
		{Year: 2024, Provisional: true, Workdays: []calendar.Date{date("2023-12-31")}},
		{Year: 2025, Provisional: true, Holidays: []calendar.Span{{From: date("2024-12-30"), To: date("2025-01-01"), Name: "元旦"}}},
	}, shippedHours(t))
	working, why, name, _ := c.IsWorkday(date("2022-12-31"))
	require.False(t, working)
	require.Equal(t, calendar.Holiday, why)
	require.Equal(t, "元旦", name.ZH)
	same(t, ts("2023-01-03 17:00"), c.Due(ts("2022-12-30"), limit("1wd")).At)

	working, why, _, _ = c.IsWorkday(date("2022-05-02"))
	require.True(t, working, "a notice overrules the fixed rule")
	require.Equal(t, calendar.Weekday, why)

	// A notice that reaches into a year without one: its days are certain, the others are not.
	c = build(t, []calendar.Year{{Year: 2022, Holidays: []calendar.Span{{From: date("2022-12-31"), To: date("2023-01-02"), Name: "元旦"}}}}, shippedHours(t))
	_, _, _, provisional := c.IsWorkday(date("2023-01-02"))
	require.False(t, provisional)
	due := c.Due(ts("2022-12-30"), limit("1cd"))
	same(t, ts("2023-01-03 24:00"), due.At)
	require.True(t, due.Provisional, "the last day is certain, the day it rolls to is not")

	// The same year, first entered ahead of its notice, then published: the notice wins in either order.
	ahead := calendar.Year{Year: 2027, Provisional: true, Holidays: []calendar.Span{{From: date("2026-12-30"), To: date("2027-01-02"), Name: "guess"}}}
	notice := calendar.Year{Year: 2026, Workdays: []calendar.Date{date("2026-12-26")}, Holidays: []calendar.Span{{From: date("2026-12-31"), To: date("2026-12-31"), Name: "notice"}}}
	for _, years := range [][]calendar.Year{{ahead, notice}, {notice, ahead}} {
		_, _, name, provisional := build(t, years, shippedHours(t)).IsWorkday(date("2026-12-31"))
		require.Equal(t, "notice", name.ZH)
		require.False(t, provisional)
	}
}

func TestEmptyCalendarFollowsTheFixedRule(t *testing.T) {
	t.Parallel()
	c := build(t, nil, shippedHours(t))
	due := c.Due(ts("2026-09-30"), limit("1wd"))
	same(t, ts("2026-10-05 17:00"), due.At)
	require.True(t, due.Provisional)
}

// TestDates compares the day arithmetic with package time.
func TestDates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-800_000, 800_000).Draw(t, "day")
		want := time.Date(1970, 1, 1, 0, 0, 0, 0, calendar.Zone).AddDate(0, 0, n)
		d := calendar.Date{Year: 1970, Month: 1, Day: 1}.AddDays(n)
		if got := (calendar.Date{Year: want.Year(), Month: want.Month(), Day: want.Day()}); got != d || d.Weekday() != want.Weekday() {
			t.Fatalf("day %d: %v %s, want %v", n, d, d.Weekday(), want)
		}
		if !d.Start().Equal(want) || !d.End().Equal(want.AddDate(0, 0, 1)) || calendar.DateOf(d.End().Add(-1)) != d {
			t.Fatalf("day %d begins %v and ends %v", n, d.Start(), d.End())
		}
		if same := d; d.Compare(same) != 0 || d.Compare(d.AddDays(1)) != -1 || d.Compare(d.AddDays(-1)) != 1 {
			t.Fatalf("day %d does not compare", n)
		}
	})
	require.Panics(t, func() { date("2026-13-01") })
}
