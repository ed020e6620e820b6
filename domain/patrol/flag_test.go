package patrol_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

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
