package patrol_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"huajie/domain/calendar"
	"huajie/domain/patrol"
)

// told are the flags in short.
func told(flags []patrol.Flag) (out []string) {
	for _, f := range flags {
		out = append(out, fmt.Sprint(f.Kind, " ", f.Date, " ", f.Like, " ", f.N))
	}
	return out
}

// TestFewJumpsAreNoDrift: any receiver jumps now and then.
func TestFewJumpsAreNoDrift(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][]string{4: nil, 5: {"drift 2026-11-23  5"}, 6: {"drift 2026-11-23  6"}} {
		tr := from(nine).walk(5*time.Minute, 4)
		for i := range n {
			tr.silent(10*time.Second, []float64{20000, -20000}[i%2])
		}
		f := patrol.Facts{Marks: onDuty(nine, nine.Add(4*time.Hour), nine, nine.Add(4*time.Hour)), Points: tr.points}
		assert.Equal(t, want, told(patrol.AssessDay(monday, f, terms(t, after)).Flags), "%d jumps", n)
	}
}

// TestTwoDaysAlike: half of the places of the smaller day, of thirty at least, and each day
// is held against one other only.
func TestTwoDaysAlike(t *testing.T) {
	t.Parallel()
	day := func(n int, places ...int) (f patrol.Facts) {
		for i, p := range places {
			f.Points = append(f.Points, patrol.Point{At: monday.AddDays(n).Start().Add(9*time.Hour + time.Duration(i)*10*time.Second), Point: place(float64(p), 0), Accuracy: 8})
		}
		return f
	}
	run := func(from, to int) (out []int) {
		for i := from; i < to; i++ {
			out = append(out, i)
		}
		return out
	}
	date := monday.AddDays
	for name, row := range map[string]struct {
		facts patrol.Facts
		want  []string
	}{
		"half":            {join(day(0, run(0, 60)...), day(1, run(30, 90)...)), []string{fmt.Sprint("same_track ", date(1), " ", date(0), " 30")}},
		"the other half":  {join(day(0, run(30, 90)...), day(1, run(0, 60)...)), []string{fmt.Sprint("same_track ", date(1), " ", date(0), " 30")}},
		"less":            {join(day(0, run(0, 60)...), day(1, run(31, 91)...)), nil},
		"half of a small": {join(day(0, run(0, 600)...), day(1, run(570, 630)...)), []string{fmt.Sprint("same_track ", date(1), " ", date(0), " 30")}},
		"too small":       {join(day(0, run(0, 29)...), day(1, run(0, 29)...)), nil},
		"just enough":     {join(day(0, run(0, 30)...), day(1, run(0, 30)...)), []string{fmt.Sprint("same_track ", date(1), " ", date(0), " 30")}},
		"standing":        {join(day(0, make([]int, 60)...), day(1, make([]int, 60)...)), nil},
		"three": {join(day(0, run(0, 60)...), day(1, run(0, 60)...), day(2, run(0, 60)...)),
			[]string{fmt.Sprint("same_track ", date(1), " ", date(0), " 60"), fmt.Sprint("same_track ", date(2), " ", date(0), " 60")}},
	} {
		assert.Equal(t, row.want, told(patrol.AssessMonth(monday, monday.AddDays(6), row.facts, terms(t, after)).Flags), name)
	}
}

// TestKeptDays: a month by what was kept of its days is the month by their points.
func TestKeptDays(t *testing.T) {
	t.Parallel()
	var all patrol.Facts
	for i := range 5 {
		at := monday.AddDays(i).Start().Add(9 * time.Hour)
		tr := from(at)
		tr.noise, tr.y = 3, float64(min(i, 3))*40
		tr.walk(150*time.Minute, 1.6)
		if i == 1 {
			tr.points[5].Mock = true
		}
		if i == 4 {
			tr.points = append([]patrol.Point(nil), all.Points[len(all.Points)-len(tr.points):]...)
			for k := range tr.points {
				tr.points[k].At = at.Add(time.Duration(k) * 10 * time.Second)
			}
		}
		all = join(all, patrol.Facts{Marks: onDuty(at, at.Add(4*time.Hour), at, at.Add(3*time.Hour)), Points: append([]patrol.Point(nil), tr.points...), Beats: []time.Time{at, at.Add(9 * time.Minute)}})
	}
	on := terms(t, after)
	want := patrol.AssessMonth(monday, monday.AddDays(6), all, on)
	kept := map[calendar.Date]patrol.Kept{}
	for _, d := range want.Days {
		kept[d.Date] = d.Keep("b")
	}
	got := patrol.AssessMonth(monday, monday.AddDays(6), patrol.Facts{Kept: kept}, on)
	assert.Len(t, want.Flags, 2, "a mock point, and two days alike")
	assert.Equal(t, want.Flags, got.Flags)
	assert.Equal(t, want.Parts, got.Parts)
	assert.Equal(t, want.DaysOK, got.DaysOK)
	for i, d := range want.Days {
		assert.Equal(t, d.Track.Km(), got.Days[i].Track.Km())
		assert.Equal(t, d.OnlineFull, got.Days[i].OnlineFull)
	}
}

// TestBasis: what a day is measured by is told apart, and what it is not measured by is not.
func TestBasis(t *testing.T) {
	t.Parallel()
	r := terms(t, after).Rules(monday)
	other := r
	other.Jitter++
	assert.NotEqual(t, r.Basis("a"), other.Basis("a"))
	assert.NotEqual(t, r.Basis("a"), r.Basis("b"))
	other = r
	other.Version, other.Weights.Info = "next", 50
	assert.Equal(t, r.Basis("a"), other.Basis("a"))
	assert.False(t, r.Settled(monday, monday.End().Add(24*time.Hour)))
	assert.True(t, r.Settled(monday, monday.End().Add(26*time.Hour)))
}
