package calendar_test

import (
	"testing"
	"time"

	"huajie/domain/calendar"
)

func BenchmarkDue(b *testing.B) {
	c := shipped(b)
	for _, v := range []struct{ start, limit string }{
		{"2026-08-03 10:00", "60cd"}, {"2026-09-16 10:00", "15wd"}, {"2026-09-18 16:00", "4wh"}, {"2026-03-02 10:00", "200wh"},
		{"2026-10-01 23:30", "2uh"}, {"2031-09-16 10:00", "15wd"},
	} {
		start, l := ts(v.start), limit(v.limit)
		b.Run(v.limit+" from "+v.start[:4], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Due(start, l)
			}
		})
	}
}

func BenchmarkDuePaused(b *testing.B) {
	c := shipped(b)
	pauses := []calendar.Pause{{From: ts("2026-09-18 10:00"), To: ts("2026-09-22 10:00")}, {From: ts("2026-09-24 10:00"), To: ts("2026-10-09 10:00")}}
	start, l := ts("2026-09-16 10:00"), limit("15wd")
	b.ReportAllocs()
	for b.Loop() {
		c.DuePaused(start, l, pauses)
	}
}

func BenchmarkExplain(b *testing.B) {
	c := shipped(b)
	start, l := ts("2026-09-16 10:00"), limit("15wd")
	due := c.Due(start, l).At
	b.ReportAllocs()
	for b.Loop() {
		c.Explain(start, due, l, nil, nil, time.Time{})
	}
}
