package calendar_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"huajie/domain/calendar"
)

const dataDir = "../../rulebook/data/calendar"

// shipped builds the calendar from the shipped data: 2024 to 2026, default hours.
func shipped(tb testing.TB) *calendar.Calendar {
	tb.Helper()
	return build(tb, shippedYears(tb), shippedHours(tb))
}

func build(tb testing.TB, years []calendar.Year, hours calendar.Hours) *calendar.Calendar {
	tb.Helper()
	c, err := calendar.New("test", years, hours)
	require.NoError(tb, err)
	return c
}

func shippedYears(tb testing.TB) []calendar.Year {
	tb.Helper()
	var years []calendar.Year
	for _, name := range []string{"2024.yaml", "2025.yaml", "2026.yaml"} {
		var y calendar.Year
		read(tb, name, &y)
		years = append(years, y)
	}
	return years
}

func shippedHours(tb testing.TB) calendar.Hours {
	tb.Helper()
	var h struct {
		Tag            string `yaml:"tag"`
		calendar.Hours `yaml:",inline"`
	}
	read(tb, "hours.yaml", &h)
	require.Equal(tb, "D", h.Tag, "the default hours must say that they are a default")
	return h.Hours
}

func read(tb testing.TB, name string, into any) {
	tb.Helper()
	f, err := os.Open(filepath.Join(dataDir, name))
	require.NoError(tb, err)
	defer func() { require.NoError(tb, f.Close()) }()
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	require.NoError(tb, dec.Decode(into), name)
}

// winter are hours that change from November to March and give make-up Saturdays a short day.
func winter(tb testing.TB) calendar.Hours {
	h := shippedHours(tb)
	h.Week.Sat = windows(tb, "09:00-12:00")
	w := h.Week
	for _, d := range []*[]calendar.Window{&w.Mon, &w.Tue, &w.Wed, &w.Thu, &w.Fri} {
		*d = windows(tb, "08:30-11:30", "13:00-16:00")
	}
	h.Seasons = []calendar.Season{{
		Name: "冬季", NameEN: "winter", Week: w,
		From: calendar.MonthDay{Month: 11, Day: 1}, To: calendar.MonthDay{Month: 3, Day: 31},
	}}
	return h
}

func windows(tb testing.TB, texts ...string) []calendar.Window {
	tb.Helper()
	var all []calendar.Window
	for _, s := range texts {
		w, err := calendar.ParseWindow(s)
		require.NoError(tb, err)
		all = append(all, w)
	}
	return all
}

// ts reads "2006-01-02 15:04[:05]" in the zone; a bare date is 10:00 of it, 24:00 is allowed.
func ts(s string) time.Time {
	if len(s) == len(time.DateOnly) {
		s += " 10:00"
	}
	if len(s) == len("2006-01-02 15:04") {
		s += ":00"
	}
	days := 0
	if s[11:] == "24:00:00" {
		s, days = s[:11]+"00:00:00", 1
	}
	t, err := time.ParseInLocation(time.DateTime, s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t.AddDate(0, 0, days)
}

func date(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func limit(s string) calendar.Limit { return calendar.MustLimit(s) }

// same compares moments and shows them readably.
func same(tb testing.TB, want, got time.Time, msg ...any) {
	tb.Helper()
	const layout = "Mon 2006-01-02 15:04:05.999999999 -0700"
	require.Equal(tb, want.In(calendar.Zone).Format(layout), got.Format(layout), msg...)
}
