package patrol_test

import (
	"testing"
	"time"

	"huajie/domain/geo"
	"huajie/domain/patrol"
)

// BenchmarkMonth is a member's month: two hours on foot each working day, a point every
// twenty seconds, and a sign of life every five minutes.
func BenchmarkMonth(b *testing.B) {
	first, last := patrol.MonthOf(2026, time.November)
	on := terms(b, after)
	on.Inside = func(geo.Point) bool { return true }
	var f patrol.Facts
	for d := first; d.Compare(last) <= 0; d = d.AddDays(1) {
		if !on.Workday(d) {
			continue
		}
		tr := from(d.Start().Add(9 * time.Hour))
		tr.every, tr.noise, tr.y = 20*time.Second, 3, float64(d.Day)*40
		tr.walk(2*time.Hour, 1.6)
		f = join(f, patrol.Facts{Marks: onDuty(tr.points[0].At, tr.at.Add(5*time.Hour), tr.points[0].At, tr.at), Points: tr.points})
		for m := range 96 {
			f.Beats = append(f.Beats, tr.points[0].At.Add(time.Duration(m)*5*time.Minute))
		}
	}
	b.ReportMetric(float64(len(f.Points)), "points")
	b.ReportAllocs()
	for b.Loop() {
		patrol.AssessMonth(first, last, f, on)
	}
}
