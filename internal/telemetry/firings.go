package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"huajie/activities"
	"huajie/domain/machine"
)

// lateBounds reach from a timer's own inexactness to a long outage.
var lateBounds = []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400}

// firings is a ledger that notes how late each deadline was written down.
type firings struct {
	activities.Ledger
	late prometheus.Histogram
}

// Firings wraps a ledger so that the lateness of deadlines can be watched.
func (t *Telemetry) Firings(l activities.Ledger) (activities.Ledger, error) {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "huajie_deadline_lateness_seconds",
		Help: "How much later than due deadlines took effect.", Buckets: lateBounds})
	return &firings{l, h}, t.registry.Register(h)
}

// Change implements activities.Ledger.
func (f *firings) Change(ctx context.Context, w activities.Write) (activities.Written, error) {
	out, err := f.Ledger.Change(ctx, w)
	if err == nil && !out.Repeated && !out.Behind { // those were counted when they were written
		f.note(out.Events)
	}
	return out, err
}

// ChangeMany implements activities.Ledger.
func (f *firings) ChangeMany(ctx context.Context, list []activities.Write) ([]activities.Written, error) {
	out, err := f.Ledger.ChangeMany(ctx, list)
	for _, w := range out {
		f.note(w.Events)
	}
	return out, err
}

func (f *firings) note(events []machine.Event) {
	for _, late := range lateness(events) {
		f.late.Observe(late.Seconds())
	}
}

// lateness gives one duration for each firing: one deadline may cause several events.
func lateness(events []machine.Event) []time.Duration {
	var out []time.Duration
	var last machine.Event
	for _, e := range events {
		if e.Deadline != "" && (e.Deadline != last.Deadline || !e.At.Equal(last.At)) {
			out = append(out, max(0, e.RecordedAt.Sub(e.At)))
		}
		last = e
	}
	return out
}
