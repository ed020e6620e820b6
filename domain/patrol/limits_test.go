package patrol_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/domain/geo"
	"huajie/domain/patrol"
)

// patrolled are the facts of a day with one walk from nine on.
func patrolled(d calendar.Date, length time.Duration, kmh float64) patrol.Facts {
	tr := from(d.Start().Add(9*time.Hour)).walk(length, kmh)
	start := tr.points[0].At
	return patrol.Facts{Marks: onDuty(start, start.Add(8*time.Hour), start, tr.at.Add(time.Second)), Points: tr.points}
}

func part(m patrol.Month, name patrol.Part) (p patrol.Scored) {
	for _, p = range m.Parts {
		if p.Part == name {
			break
		}
	}
	return p
}

// TestADayNeedsBoth: two hours and three kilometres (§7.5 day_ok).
func TestADayNeedsBoth(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		length time.Duration
		kmh    float64
		want   bool
	}{
		"long enough, not far enough": {3 * time.Hour, 0.9, false},
		"far enough, not long enough": {time.Hour, 5, false},
		"both":                        {125 * time.Minute, 1.6, true},
	} {
		d := patrol.AssessDay(monday, patrolled(monday, row.length, row.kmh), terms(t, after))
		require.NotNil(t, d.OK, name)
		assert.Equal(t, row.want, *d.OK, "%s: %v min, %v km", name, d.Track.Minutes(), d.Track.Km())
	}
}

// TestMoreOnOneDayIsNotMoreOnAnother: a day and a week count up to what they ask for.
func TestMoreOnOneDayIsNotMoreOnAnother(t *testing.T) {
	t.Parallel()
	f := patrolled(monday, 4*time.Hour, 4)
	for i := range 10 {
		f.Events = append(f.Events, event(i, nine.Add(time.Duration(i)*time.Hour)))
	}
	m := patrol.AssessMonth(monday, monday.AddDays(1), f, terms(t, after))
	assert.Equal(t, patrol.Rate{Done: 120, Of: 240}, part(m, patrol.ScoreTime).Rate)
	assert.Equal(t, patrol.Rate{Done: 3, Of: 6}, part(m, patrol.ScoreDistance).Rate)
	m = patrol.AssessMonth(monday, monday.AddDays(13), f, terms(t, after))
	assert.Equal(t, patrol.Rate{Done: 5, Of: 10}, part(m, patrol.ScoreEvents).Rate)
}

// TestABurstIsShort: a week's worth within half an hour, and not a minute longer (§6 item 75).
func TestABurstIsShort(t *testing.T) {
	t.Parallel()
	for length, want := range map[time.Duration]int{30 * time.Minute: 1, 31 * time.Minute: 0, time.Hour: 0} {
		var f patrol.Facts
		for i := range 5 {
			f.Events = append(f.Events, event(i, nine.Add(length*time.Duration(i)/4)))
		}
		assert.Len(t, patrol.AssessWeek(monday, f, terms(t, after)).Flags, want, "in %s", length)
	}
}

// TestALongSilenceSplits a patrol in two (§4.10 track.valid); a short one does not.
func TestALongSilenceSplits(t *testing.T) {
	t.Parallel()
	for silence, want := range map[time.Duration]int{9 * time.Minute: 1, 11 * time.Minute: 2} {
		tr := from(nine).walk(10*time.Minute, 4).silent(silence, 200).walk(10*time.Minute, 4)
		parts := map[int]bool{}
		for _, s := range patrol.Track(tr.points, tr.all(), rules(t)).Segments {
			parts[s.Part] = true
		}
		assert.Len(t, parts, want, "%s", silence)
	}
}

// TestALegLiesInTheGrid from its beginning to its end.
func TestALegLiesInTheGrid(t *testing.T) {
	t.Parallel()
	tr := from(nine)
	tr.every = time.Minute
	tr.walk(10*time.Minute, 4) // ten legs of 67 m
	edge := (tr.points[4].Lon + tr.points[5].Lon) / 2
	for name, inside := range map[string]func(geo.Point) bool{
		"coming in": func(p geo.Point) bool { return p.Lon >= edge },
		"going out": func(p geo.Point) bool { return p.Lon <= edge },
	} {
		ground := tr.all()
		ground.Inside = inside
		got := patrol.Track(tr.points, ground, rules(t))
		want := map[string]float64{"coming in": 5, "going out": 4}[name]
		assert.InDelta(t, want, got.Minutes(), 0, name)
	}
}

// TestTwoPlacesAreApart when neither the jitter nor what the device admits explains it.
func TestTwoPlacesAreApart(t *testing.T) {
	t.Parallel()
	tr := from(nine)
	tr.every = time.Minute
	tr.walk(10*time.Minute, 2.4) // 40 m a minute
	assert.InDelta(t, 10, patrol.Track(tr.points, tr.all(), rules(t)).Minutes(), 0)
	for i := range tr.points {
		tr.points[i].Accuracy = 50 // just good enough
		tr.points[i].Point = place(float64(i%2)*40, 0)
	}
	got := patrol.Track(tr.points, tr.all(), rules(t))
	assert.Empty(t, got.Unused)
	assert.Zero(t, got.Minutes(), "40 m there and back, where each may be 50 m off")
}

// TestWhoseAndWhen: a report taken in as another's is no report of quality, a look belongs to
// the month it is due in, and says nothing while there is time (§6 items 39 and 89).
func TestWhoseAndWhen(t *testing.T) {
	t.Parallel()
	first, last := patrol.MonthOf(2026, time.November)
	look := func(due, done time.Time) func(*patrol.EventFact) {
		return func(e *patrol.EventFact) { e.Verification = &patrol.Verification{Due: due, DoneAt: done} }
	}
	in, noTime := last.Start(), time.Time{}
	f := patrol.Facts{Events: []patrol.EventFact{
		event(1, nine, look(in, in)),
		event(2, nine, func(e *patrol.EventFact) { e.Duplicate = true }),
		event(3, nine, look(last.End(), last.End())), // the first moment of December
		event(4, nine, look(in, noTime)),
		event(5, nine, look(in, in.Add(time.Second))),
	}}
	m := patrol.AssessMonth(first, last, f, terms(t, in.Add(-time.Hour)))
	assert.Equal(t, patrol.Rate{Done: 4, Of: 5}, part(m, patrol.ScoreQuality).Rate)
	assert.Equal(t, patrol.Rate{Done: 1, Of: 2}, part(m, patrol.ScoreVerification).Rate, "one is open, one is of December")
	m = patrol.AssessMonth(first, last, f, terms(t, after))
	assert.Equal(t, patrol.Rate{Done: 1, Of: 3}, part(m, patrol.ScoreVerification).Rate)
}
