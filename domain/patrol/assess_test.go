package patrol_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/calendar"
	"huajie/domain/patrol"
)

var (
	monday = calendar.Date{Year: 2026, Month: time.November, Day: 23}
	after  = time.Date(2027, time.January, 4, 0, 0, 0, 0, calendar.Zone)
)

// onDuty marks a duty with a patrol in it.
func onDuty(from, to time.Time, patrolFrom, patrolTo time.Time) []patrol.Mark {
	mark := func(k patrol.Kind, on bool, at time.Time) patrol.Mark {
		return patrol.Mark{Kind: k, On: on, At: at, Client: fmt.Sprint(k, on, at.Unix())}
	}
	return []patrol.Mark{mark(patrol.Duty, true, from), mark(patrol.Duty, false, to), mark(patrol.Patrol, true, patrolFrom), mark(patrol.Patrol, false, patrolTo)}
}

// worked are the facts of a day with a walk of two hours at 1.6 km/h.
func worked(d calendar.Date, d235 bool) patrol.Facts {
	start := d.Start().Add(9 * time.Hour)
	length := 2*time.Hour + 2*time.Minute
	if !d235 {
		length = time.Hour
	}
	tr := from(start)
	tr.y = float64(d.Day) * 40 // no two days in the same footsteps
	tr.noise = 2
	tr.r.Float64()
	for range d.Day {
		tr.r.NormFloat64()
	}
	tr.walk(length, 1.6)
	return patrol.Facts{Marks: onDuty(start, start.Add(4*time.Hour), start, tr.at.Add(time.Second)), Points: tr.points}
}

func join(all ...patrol.Facts) (out patrol.Facts) {
	for _, f := range all {
		out.Marks, out.Points = append(out.Marks, f.Marks...), append(out.Points, f.Points...)
		out.Beats, out.Events, out.Away = append(out.Beats, f.Beats...), append(out.Events, f.Events...), append(out.Away, f.Away...)
	}
	return out
}

func TestMarksBecomeSpans(t *testing.T) {
	t.Parallel()
	r := rules(t)
	h := func(hours float64) time.Time { return nine.Add(time.Duration(hours * float64(time.Hour))) }
	on := func(at time.Time) patrol.Mark { return patrol.Mark{Kind: patrol.Duty, On: true, At: at} }
	off := func(at time.Time) patrol.Mark { return patrol.Mark{Kind: patrol.Duty, At: at} }
	for name, row := range map[string]struct {
		marks []patrol.Mark
		want  []patrol.Span
	}{
		"on and off":            {[]patrol.Mark{on(h(0)), off(h(3))}, []patrol.Span{{From: h(0), To: h(3)}}},
		"in any order":          {[]patrol.Mark{off(h(3)), on(h(0))}, []patrol.Span{{From: h(0), To: h(3)}}},
		"on twice":              {[]patrol.Mark{on(h(0)), on(h(1)), off(h(3))}, []patrol.Span{{From: h(0), To: h(3)}}},
		"off before on":         {[]patrol.Mark{off(h(-1)), on(h(0)), off(h(1)), off(h(2))}, []patrol.Span{{From: h(0), To: h(1)}}},
		"off and on at once":    {[]patrol.Mark{on(h(0)), off(h(1)), on(h(1)), off(h(2))}, []patrol.Span{{From: h(0), To: h(1)}, {From: h(1), To: h(2)}}},
		"never off":             {[]patrol.Mark{on(h(0))}, []patrol.Span{{From: h(0), To: h(12)}}},
		"never off, next day":   {[]patrol.Mark{on(h(0)), on(h(24)), off(h(25))}, []patrol.Span{{From: h(0), To: h(12)}, {From: h(24), To: h(25)}}},
		"off much later":        {[]patrol.Mark{on(h(0)), off(h(30))}, []patrol.Span{{From: h(0), To: h(12)}}},
		"on again after the 12": {[]patrol.Mark{on(h(0)), on(h(13))}, []patrol.Span{{From: h(0), To: h(12)}, {From: h(13), To: h(25)}}},
	} {
		assert.Equal(t, row.want, patrol.DutySpans(row.marks, r), name)
	}
	marks := onDuty(h(0), h(2), h(1), h(5))
	assert.Equal(t, []patrol.Span{{From: h(1), To: h(2)}}, patrol.PatrolSpans(marks, r), "going off duty ends the patrol")
	assert.Empty(t, patrol.PatrolSpans(marks[2:], r), "no patrol without duty")
}

func TestOnline(t *testing.T) {
	t.Parallel()
	r := rules(t)
	duty := []patrol.Span{{From: nine, To: nine.Add(2 * time.Hour)}, {From: nine.Add(2*time.Hour + time.Minute), To: nine.Add(3 * time.Hour)}}
	beats := func(minutes ...int) (out []time.Time) {
		for _, m := range minutes {
			out = append(out, nine.Add(time.Duration(m)*time.Minute))
		}
		return out
	}
	for name, row := range map[string]struct {
		beats []time.Time
		want  time.Duration
	}{
		"none":                     {nil, 0},
		"one proves a moment only": {beats(5), 0},
		"ten minutes apart":        {beats(0, 10, 20), 20 * time.Minute},
		"eleven minutes apart":     {beats(0, 11, 21), 10 * time.Minute},
		"in any order, twice":      {beats(20, 0, 10, 10), 20 * time.Minute},
		"off duty":                 {beats(-20, -10, 0, 5), 5 * time.Minute},
		"across two duties":        {beats(115, 119, 122, 125), 7 * time.Minute},
	} {
		assert.Equal(t, row.want, patrol.Online(row.beats, duty, r), name)
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	d := patrol.AssessDay(monday, worked(monday, true), terms(t, after))
	assert.InDelta(t, 120, d.Track.Minutes(), 2)
	assert.InDelta(t, 3.2, d.Track.Km(), 0.1)
	assert.InDelta(t, 120, d.NeedMinutes, 0)
	assert.InDelta(t, 3, d.NeedKm, 0)
	require.NotNil(t, d.OK)
	assert.True(t, *d.OK)
	assert.InDelta(t, 122, d.OnlineMinutes(), 0.2, "a track is a sign of life")

	short := patrol.AssessDay(monday, worked(monday, false), terms(t, after))
	require.NotNil(t, short.OK)
	assert.False(t, *short.OK)
	assert.Nil(t, patrol.AssessDay(monday, worked(monday, false), terms(t, monday.Start().Add(12*time.Hour))).OK, "the day is not over")
	assert.True(t, *patrol.AssessDay(monday, worked(monday, true), terms(t, monday.Start().Add(15*time.Hour))).OK, "reached is reached")

	half := worked(monday, false)
	half.Away = []patrol.Away{{Excuse: patrol.Leave, From: monday, To: monday, Half: patrol.Afternoon}}
	d = patrol.AssessDay(monday, half, terms(t, after))
	assert.InDelta(t, 60, d.NeedMinutes, 0)
	assert.InDelta(t, 1.5, d.NeedKm, 0)
	half.Away[0].Half = patrol.WholeDay
	assert.Nil(t, patrol.AssessDay(monday, half, terms(t, after)).OK, "nothing is asked on leave")
	sunday := monday.AddDays(-1)
	assert.Nil(t, patrol.AssessDay(sunday, worked(sunday, false), terms(t, after)).OK, "nothing is asked on a Sunday")

	part := terms(t, after)
	part.PartTime = true
	shipped := part.Rules
	part.Rules = func(d calendar.Date) patrol.Rules { r := shipped(d); r.PartTime = 0.5; return r }
	assert.InDelta(t, 60, patrol.AssessDay(monday, worked(monday, false), part).NeedMinutes, 0)
}

func TestOnlineIsCapped(t *testing.T) {
	t.Parallel()
	f := patrol.Facts{Marks: onDuty(nine, nine.Add(11*time.Hour), nine, nine)}
	for m := range 660 {
		f.Beats = append(f.Beats, nine.Add(time.Duration(m)*time.Minute))
	}
	d := patrol.AssessDay(monday, f, terms(t, after))
	assert.InDelta(t, 480, d.OnlineMinutes(), 0)
	assert.Equal(t, 659*time.Minute, d.OnlineFull)
}

// event reports one, accepted unless changed.
func event(n int, at time.Time, change ...func(*patrol.EventFact)) patrol.EventFact {
	e := patrol.EventFact{No: fmt.Sprintf("220402E2026%05d", n), At: at, Reported: true, Decided: true, Accepted: true, First: true}
	for _, f := range change {
		f(&e)
	}
	return e
}

func TestWeek(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return monday.AddDays(n).Start().Add(10 * time.Hour) }
	trivial := func(e *patrol.EventFact) { e.Trivial = true }
	f := patrol.Facts{Events: []patrol.EventFact{
		event(1, day(0)), event(2, day(1)), event(3, day(2), trivial), event(3, day(2), trivial), // once, however often it is told
		event(4, day(3), func(e *patrol.EventFact) { e.Accepted = false }),
		event(5, day(3), func(e *patrol.EventFact) { e.Duplicate = true }),
		event(6, day(4), func(e *patrol.EventFact) { e.First = false }),
		event(7, day(4), func(e *patrol.EventFact) { e.Decided = false }),
		event(8, day(4), func(e *patrol.EventFact) { e.Reported = false }),
		event(9, day(-1)), event(10, day(7)),
		event(11, monday.AddDays(7).Start().Add(-time.Second)),
		event(12, day(5), func(e *patrol.EventFact) { e.SelfDisposed = true }),
	}}
	w := patrol.AssessWeek(monday.AddDays(3), f, terms(t, after))
	assert.Equal(t, monday, w.From)
	assert.Equal(t, 48, w.Number)
	assert.InDelta(t, 4.2, w.Events, 1e-9)
	assert.InDelta(t, 5, w.Need, 0)
	require.NotNil(t, w.OK)
	assert.False(t, *w.OK)
	why := map[string]string{}
	for _, e := range w.Reports {
		why[e.No[11:]] = e.Why
	}
	assert.Equal(t, map[string]string{"00001": "", "00002": "", "00003": "trivial", "00004": "rejected", "00005": "duplicate", "00006": "duplicate", "00007": "undecided", "00011": "", "00012": ""}, why)

	f.Away = []patrol.Away{{Excuse: patrol.Leave, From: monday, To: monday}, {Excuse: patrol.SevereWeather, From: monday.AddDays(1), To: monday.AddDays(1), Half: patrol.Morning}}
	w = patrol.AssessWeek(monday, f, terms(t, after))
	assert.InDelta(t, 3.5, w.Worked, 0)
	assert.InDelta(t, 3, w.Need, 0, "5 × 3.5 ÷ 5, rounded down")
	assert.True(t, *w.OK)
	f.Away = []patrol.Away{{Excuse: patrol.Leave, From: monday, To: monday.AddDays(6)}}
	assert.Nil(t, patrol.AssessWeek(monday, f, terms(t, after)).OK)
	f.Away[0] = patrol.Away{Excuse: patrol.Leave, From: monday.AddDays(1), To: monday.AddDays(6)}
	w = patrol.AssessWeek(monday, patrol.Facts{Away: f.Away}, terms(t, after))
	assert.InDelta(t, 1, w.Need, 0, "a day that is left is not for nothing")
}

func TestMonthIsScoredAndExplained(t *testing.T) {
	t.Parallel()
	first, last := patrol.MonthOf(2026, time.November)
	f := patrol.Facts{}
	duty := 0
	on := terms(t, after)
	for d := first; d.Compare(last) <= 0; d = d.AddDays(1) {
		if on.Workday(d) {
			f = join(f, worked(d, duty%2 == 0))
			duty++
		}
	}
	for i := range 20 {
		at := first.AddDays(i).Start().Add(10 * time.Hour)
		f.Events = append(f.Events, event(i, at, func(e *patrol.EventFact) {
			e.Accepted = i%4 != 0
			if i%2 == 0 {
				e.Rating = 4
			}
			e.Verification = &patrol.Verification{Due: at.Add(24 * time.Hour), DoneAt: at.Add(time.Duration(20+i) * time.Hour)}
		}))
	}
	m := patrol.AssessMonth(first, last, f, on)
	assert.Len(t, m.Days, 30)
	assert.Len(t, m.Weeks, 4, "weeks of the Thursdays 5, 12, 19, 26")
	assert.InDelta(t, float64(duty), m.DaysOK.Of, 0)
	assert.InDelta(t, float64((duty+1)/2), m.DaysOK.Done, 0)
	assert.Empty(t, m.Flags)
	got := map[patrol.Part]patrol.Scored{}
	sum, of := 0.0, 0.0
	for _, p := range m.Parts {
		got[p.Part] = p
		if p.Points != nil {
			sum, of = sum+*p.Points, of+p.Weight
			assert.InDelta(t, p.Weight*p.Done/p.Of, *p.Points, 0.006, "%s says how it is made", p.Part)
		}
		assert.NotEmpty(t, p.Part.Label().ZH)
	}
	assert.Equal(t, patrol.Rate{Done: 15, Of: 20}, got[patrol.ScoreQuality].Rate)
	assert.Equal(t, patrol.Rate{Done: 5, Of: 20}, got[patrol.ScoreVerification].Rate)
	assert.Equal(t, patrol.Rate{Done: 40, Of: 50}, got[patrol.ScoreRating].Rate)
	assert.Equal(t, patrol.Rate{Done: 0, Of: 20}, got[patrol.ScoreInfo].Rate)
	require.NotNil(t, m.Score)
	assert.InDelta(t, 100*sum/of, *m.Score, 0.01)
}

func TestNothingIsNotZero(t *testing.T) {
	t.Parallel()
	first, last := patrol.MonthOf(2026, time.November)
	f := patrol.Facts{Away: []patrol.Away{{Excuse: patrol.Leave, From: first.AddDays(-7), To: last.AddDays(7)}}}
	m := patrol.AssessMonth(first, last, f, terms(t, after))
	assert.Nil(t, m.Score)
	assert.Nil(t, m.DaysOK.Percent())
	assert.Nil(t, m.WeeksOK.Percent())
	m = patrol.AssessMonth(first, last, patrol.Facts{}, terms(t, after))
	require.NotNil(t, m.Score)
	assert.Zero(t, *m.Score, "asked for and not done is zero")
}

func TestFlagsZeroTheirItem(t *testing.T) {
	t.Parallel()
	first, last := monday, monday.AddDays(6)
	clean := join(worked(monday, true), worked(monday.AddDays(1), true))
	for i := range 5 {
		clean.Events = append(clean.Events, event(i, monday.AddDays(i).Start().Add(10*time.Hour)))
	}
	assess := func(change func(*patrol.Facts)) patrol.Month {
		f := join(clean)
		f.Events = append([]patrol.EventFact(nil), clean.Events...)
		change(&f)
		return patrol.AssessMonth(first, last, f, terms(t, after))
	}
	require.Empty(t, assess(func(*patrol.Facts) {}).Flags)
	for flag, change := range map[patrol.FlagKind]func(*patrol.Facts){
		patrol.FlagMock: func(f *patrol.Facts) { f.Points[7].Mock = true },
		patrol.FlagDrift: func(f *patrol.Facts) {
			for i := range 3 {
				f.Points[100+10*i].Point = place(90000, 0)
			}
		},
		patrol.FlagSameTrack: func(f *patrol.Facts) {
			again := join(worked(monday, true))
			for _, p := range again.Points {
				p.At = p.At.AddDate(0, 0, 3)
				f.Points = append(f.Points, p)
			}
		},
		patrol.FlagBurst: func(f *patrol.Facts) {
			for i := range f.Events {
				f.Events[i].At = nine.Add(time.Duration(i) * 5 * time.Minute)
			}
		},
		patrol.FlagAlbumPhoto: func(f *patrol.Facts) {
			f.Events[0].Flags, f.Events[1].Flags = []string{"album_photo"}, []string{"album_photo"}
		},
		patrol.FlagSamePhoto: func(f *patrol.Facts) {
			f.Events[0].Flags, f.Events[1].Flags = []string{"same_photo"}, []string{"same_photo"}
		},
	} {
		m := assess(change)
		require.Len(t, m.Flags, 1, "%s", flag)
		assert.Equal(t, flag, m.Flags[0].Kind)
		assert.NotEmpty(t, flag.Label().ZH)
		for _, p := range m.Parts {
			for _, zeroed := range flag.Zeroes() {
				if p.Part == zeroed {
					assert.Equal(t, []patrol.FlagKind{flag}, p.Zeroed, "%s %s", flag, p.Part)
					if assert.NotNil(t, p.Points) {
						assert.Zero(t, *p.Points)
					}
				}
			}
		}
		day := m.Flags[0].Day(m)
		ruled := func(by ...patrol.Ruling) patrol.Month {
			return assess(func(f *patrol.Facts) { change(f); f.Rulings = by })
		}
		zeroed := func(m patrol.Month) bool {
			return slices.ContainsFunc(m.Parts, func(p patrol.Scored) bool { return len(p.Zeroed) > 0 })
		}
		looked := patrol.Ruling{Kind: flag, Day: day, N: m.Flags[0].N, Cleared: true, At: after}
		m = ruled(looked)
		require.Len(t, m.Flags, 1, "a flag that is cleared stays to be seen")
		assert.True(t, m.Flags[0].Cleared(), "%s", flag)
		assert.False(t, zeroed(m), "%s takes nothing away", flag)
		confirmed := looked
		confirmed.Cleared, confirmed.At = false, after.Add(time.Hour)
		assert.True(t, zeroed(ruled(looked, confirmed)), "the last ruling counts")
		grown := looked
		grown.N--
		m = ruled(grown)
		assert.True(t, zeroed(m) && m.Flags[0].Ruling == nil, "nobody has looked at what came later")
		elsewhere := looked
		elsewhere.Day = day.AddDays(-7)
		assert.True(t, zeroed(ruled(elsewhere)), "a ruling is on one day")
		from, to := patrol.MonthOfFlag(flag, day)
		assert.True(t, from.Compare(first) <= 0 && last.Compare(to) <= 0, "%s is found in November", flag)
	}
	one := assess(func(f *patrol.Facts) { f.Events[0].Flags = []string{"album_photo"} })
	assert.Empty(t, one.Flags, "once is no habit")
}

// TestDaysOfAMonthAreTheDays: a month is made of the same days one by one.
func TestDaysOfAMonthAreTheDays(t *testing.T) {
	t.Parallel()
	on := terms(t, after)
	rapid.Check(t, func(rt *rapid.T) {
		tr := anyTrace(rt)
		f := patrol.Facts{Points: tr.points, Marks: onDuty(nine, nine.Add(9*time.Hour), nine, nine.Add(time.Duration(rapid.IntRange(1, 9).Draw(rt, "hours"))*time.Hour))}
		m := patrol.AssessMonth(monday, monday.AddDays(1), f, on)
		for _, d := range m.Days {
			one := patrol.AssessDay(d.Date, f, on)
			require.Equal(rt, one.Track, d.Track)
			require.Equal(rt, one.Online, d.Online)
		}
	})
}
