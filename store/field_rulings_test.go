package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/domain/patrol"
)

// TestRulingsAreKept: all of them, in the order in which they were made, each of one flag of
// one member.
func TestRulingsAreKept(t *testing.T) {
	t.Parallel()
	s, _ := walkers(t)
	day := func(m time.Month, d int) calendar.Date { return calendar.Date{Year: 2026, Month: m, Day: d} }
	add := func(member string, kind patrol.FlagKind, on calendar.Date, n int, cleared bool, by string) patrol.Ruling {
		r := patrol.Ruling{Kind: kind, Day: on, N: n, Cleared: cleared, Reason: "经核实", By: by, At: morning.UTC()}
		require.NoError(t, s.AddRuling(t.Context(), member, r))
		return r
	}
	read := func(member string, from, to calendar.Date) []patrol.Ruling {
		f, err := s.FieldFacts(t.Context(), member, nil, from, to, 0, nil)
		require.NoError(t, err)
		return f.Rulings
	}
	nov := day(time.November, 23)
	of := []patrol.Ruling{
		add("wang", patrol.FlagMock, nov, 1, true, "zhao"),
		add("wang", patrol.FlagMock, nov, 1, false, "zhao"),
		add("wang", patrol.FlagMock, nov, 1, true, "zhao"), // again, after something else was said
		add("wang", patrol.FlagMock, nov, 2, true, "zhao"),
		add("wang", patrol.FlagMock, nov, 2, true, "sun"),
		add("wang", patrol.FlagDrift, nov, 2, true, "sun"),
		add("wang", patrol.FlagDrift, nov.AddDays(1), 2, true, "sun"),
		add("wang", patrol.FlagAlbumPhoto, day(time.November, 1), 2, true, "sun"),
	}
	add("wang", patrol.FlagAlbumPhoto, day(time.November, 1), 2, true, "sun") // the same again
	add("wang", patrol.FlagDrift, nov, 2, true, "sun")
	late := add("wang", patrol.FlagMock, day(time.December, 1), 1, true, "zhao")
	early := add("wang", patrol.FlagMock, day(time.October, 31), 1, true, "zhao")
	other := add("li", patrol.FlagMock, nov, 1, true, "zhao")
	assert.Equal(t, of, read("wang", nov, day(time.November, 30)), "of the month from its beginning, to the last day asked for")
	assert.Equal(t, append(slices.Clone(of), late, early), read("wang", day(time.October, 31), day(time.December, 1)))
	assert.Equal(t, of[:6], read("wang", nov, nov)[:6])
	assert.NotContains(t, read("wang", nov, nov), of[6])
	assert.Equal(t, []patrol.Ruling{other}, read("li", nov, nov))
	require.NoError(t, s.AddRuling(t.Context(), "nobody", other), "who is not known has no flags")
	assert.Empty(t, read("nobody", nov, nov))
}
