package patrol_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/domain/patrol"
)

// november are facts with two flags of the month itself and one of a day and a week.
func november(rulings ...patrol.Ruling) patrol.Facts {
	f := worked(monday, true)
	f.Points[7].Mock = true
	for i := range 5 {
		f.Events = append(f.Events, event(i, nine.Add(time.Duration(i)*5*time.Minute), func(e *patrol.EventFact) { e.Flags = []string{"album_photo", "same_photo"} }))
	}
	f.Rulings = rulings
	return f
}

func open(flags []patrol.Flag) (kinds []patrol.FlagKind) {
	for _, f := range flags {
		if f.Ruling == nil {
			kinds = append(kinds, f.Kind)
		}
	}
	return kinds
}

// TestTheLastRulingDecides: whatever was said before, also of more.
func TestTheLastRulingDecides(t *testing.T) {
	t.Parallel()
	say := func(n int, cleared bool) patrol.Ruling {
		return patrol.Ruling{Kind: patrol.FlagMock, Day: monday, N: n, Cleared: cleared, At: after}
	}
	for name, row := range map[string]struct {
		said          []patrol.Ruling
		open, cleared bool
	}{
		"nothing":                       {nil, true, false},
		"cleared":                       {[]patrol.Ruling{say(1, true)}, false, true},
		"confirmed":                     {[]patrol.Ruling{say(1, false)}, false, false},
		"it has shrunk since":           {[]patrol.Ruling{say(3, true)}, false, true},
		"it has grown since":            {[]patrol.Ruling{say(0, true)}, true, false},
		"both, confirmed last":          {[]patrol.Ruling{say(1, true), say(1, false)}, false, false},
		"both, cleared last":            {[]patrol.Ruling{say(1, false), say(1, true)}, false, true},
		"it shrank, was ruled and grew": {[]patrol.Ruling{say(2, true), say(0, false)}, true, false},
	} {
		d := patrol.AssessDay(monday, november(row.said...), terms(t, after))
		require.Len(t, d.Flags, 1, name)
		assert.Equal(t, row.open, d.Flags[0].Ruling == nil, name)
		assert.Equal(t, row.cleared, d.Flags[0].Cleared(), name)
	}
}

// TestARulingNamesOneFlag: by kind and day, also where a day, a week and a month have several.
func TestARulingNamesOneFlag(t *testing.T) {
	t.Parallel()
	first, last := patrol.MonthOf(2026, time.November)
	on := terms(t, after)
	all := []patrol.FlagKind{patrol.FlagMock, patrol.FlagBurst, patrol.FlagAlbumPhoto, patrol.FlagSamePhoto}
	require.Equal(t, all, open(patrol.AssessMonth(first, last, november(), on).Flags))
	for i, day := range []calendar.Date{monday, monday, first, first} {
		f := november(patrol.Ruling{Kind: all[i], Day: day, N: 99, Cleared: true, At: after})
		left := slices.Delete(slices.Clone(all), i, i+1)
		assert.Equal(t, left, open(patrol.AssessMonth(first, last, f, on).Flags), "%s", all[i])
		assert.Equal(t, all[i] == patrol.FlagMock, open(patrol.AssessDay(monday, f, on).Flags) == nil, "the day says the same of %s", all[i])
		assert.Equal(t, all[i] == patrol.FlagBurst, open(patrol.AssessWeek(monday, f, on).Flags) == nil, "the week says the same of %s", all[i])
		f.Rulings[0].Day = day.AddDays(1)
		assert.Equal(t, all, open(patrol.AssessMonth(first, last, f, on).Flags), "%s of another day", all[i])
	}
	part := patrol.AssessMonth(monday, last, november(), on)
	assert.Equal(t, first, part.Flags[2].Day(part), "photos are counted by the month, whatever part of it is asked for")
}

// TestWhereAFlagIsFound: a week belongs to the month of its Thursday, wherever it begins.
func TestWhereAFlagIsFound(t *testing.T) {
	t.Parallel()
	day := func(m time.Month, d int) calendar.Date { return calendar.Date{Year: 2026, Month: m, Day: d} }
	for _, row := range []struct {
		kind      patrol.FlagKind
		day, want calendar.Date
	}{
		{patrol.FlagBurst, day(time.June, 29), day(time.July, 1)},
		{patrol.FlagBurst, day(time.August, 31), day(time.September, 1)},
		{patrol.FlagBurst, day(time.July, 27), day(time.July, 1)},
		{patrol.FlagMock, day(time.June, 29), day(time.June, 1)},
		{patrol.FlagAlbumPhoto, day(time.June, 1), day(time.June, 1)},
	} {
		from, to := patrol.MonthOfFlag(row.kind, row.day)
		assert.Equal(t, row.want, from, "%s of %s", row.kind, row.day)
		assert.Equal(t, from.Month, to.Month)
	}
}
