package telemetry

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/evidence"
	"huajie/domain/notice"
	"huajie/domain/view"
)

// Ledger counts what the business metrics tell.
type Ledger interface {
	// Gauges counts open cases, unfired deadlines and unstarted workflows.
	Gauges(ctx context.Context, now time.Time) (view.Gauges, error)
	// UnscannedPhotos counts the photographs a scanner has not judged.
	UnscannedPhotos(ctx context.Context, now time.Time) (view.Unscanned, error)
}

// The patience of one look at the ledger, and how long it serves. Several
// scrapers, or one in a hurry, do not make the ledger count again.
const (
	countLimit = 5 * time.Second
	countKeep  = 10 * time.Second
)

// business tells how the casework stands. Every process counts the same cases:
// dashboards take the max over instances and never the sum.
type business struct {
	ledger   Ledger
	calendar func() *calendar.Calendar
	scanned  bool // photographs wait for a scanner

	mu    sync.Mutex
	last  view.Gauges
	waits view.Unscanned
	fault bool
	at    time.Time
}

// Business gives the metrics of the casework. Where no scanner looks photographs through they
// wait for nobody, and none is counted.
func Business(l Ledger, cal func() *calendar.Calendar, scanned bool) prometheus.Collector {
	return &business{ledger: l, calendar: cal, scanned: scanned}
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("huajie_"+name, help, labels, nil)
}

var (
	casesOpen       = describe("cases_open", "Open cases, by kind, level of the chain and light (red: overdue). Drill cases do not count.", "kind", "level", "light")
	casesOverdue    = describe("cases_overdue", "Open cases past their due date, by kind and level of the chain. Drill cases do not count.", "kind", "level")
	casesUnstarted  = describe("cases_unstarted", "Registered cases whose workflow does not run yet.")
	unfired         = describe("deadlines_unfired", "Deadlines that have passed and not taken effect yet.")
	unfiredOldest   = describe("deadlines_unfired_oldest_seconds", "How late the oldest unfired deadline is; 0 when there is none.")
	deliveries      = describe("deliveries", "Messages by SMS and WeChat: those that wait (queued), and what became of the others within a day.", "state")
	deliveryOldest  = describe("deliveries_oldest_seconds", "How long the oldest message that is due has waited; 0 when there is none.")
	casesUntold     = describe("cases_untold", "Cases that word to many has not reached yet: an outage, a transfer of a duty.")
	clockDrift      = describe("clock_drift_seconds", "The largest difference between the clock of a process and that of the database.")
	unscanned       = describe("photos_unscanned", "Photographs no scanner of malware has judged: pending, or those it would not look at (error); 0 without a scanner.", "state")
	unscannedOldest = describe("photos_unscanned_oldest_seconds", "How long the oldest pending photograph has waited for the scanner; 0 when there is none, or no scanner.")
	calendarDays    = describe("calendar_days_left", "Days until the first day of a year whose holidays are not loaded.")
	ledgerReachable = describe("ledger_up", "Whether the ledger could be counted (1) or not (0).")
)

// Describe implements prometheus.Collector.
func (b *business) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{casesOpen, casesOverdue, casesUnstarted, unfired, unfiredOldest, deliveries, deliveryOldest, casesUntold, clockDrift, unscanned, unscannedOldest, calendarDays, ledgerReachable} {
		out <- d
	}
}

// Collect implements prometheus.Collector. While the ledger is away its numbers
// are absent: old ones would look like good news.
func (b *business) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(calendarDays, float64(DaysLeft(b.calendar(), time.Now())))
	g, waits, ok := b.count()
	if !ok {
		gauge(ledgerReachable, 0)
		return
	}
	gauge(ledgerReachable, 1)
	overdue := map[[2]string]int{}
	for _, level := range []string{"none", "L0", "L1", "L2", "L3"} { // also told while there are none
		overdue[[2]string{casefile.KindGrievance, level}] = 0
	}
	overdue[[2]string{casefile.KindGridEvent, "none"}] = 0
	for _, c := range g.Open {
		gauge(casesOpen, float64(c.Count), c.Kind, levelLabel(c.Level), string(c.Light))
		if c.Light == view.Red {
			overdue[[2]string{c.Kind, levelLabel(c.Level)}] += c.Count
		}
	}
	for of, n := range overdue {
		gauge(casesOverdue, float64(n), of[0], of[1])
	}
	gauge(casesUnstarted, float64(g.Unstarted))
	gauge(unfired, float64(g.Unfired))
	gauge(unfiredOldest, g.Oldest.Seconds())
	for _, state := range []notice.State{notice.Queued, notice.Sent, notice.Written, notice.Delivered, notice.Failed, notice.Expired, notice.Unneeded} {
		gauge(deliveries, float64(g.Deliveries[state]), string(state))
	}
	gauge(deliveryOldest, g.OldestDelivery.Seconds())
	gauge(casesUntold, float64(g.Untold))
	gauge(clockDrift, g.Drift.Seconds())
	gauge(unscanned, float64(waits.Pending), string(evidence.ScanPending))
	gauge(unscanned, float64(waits.Failed), string(evidence.ScanError))
	gauge(unscannedOldest, waits.Oldest.Seconds())
}

func (b *business) count() (view.Gauges, view.Unscanned, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if now.Sub(b.at) < countKeep {
		return b.last, b.waits, !b.fault
	}
	ctx, cancel := context.WithTimeout(context.Background(), countLimit)
	defer cancel()
	var err error
	b.last, err = b.ledger.Gauges(ctx, now)
	if err == nil && b.scanned {
		b.waits, err = b.ledger.UnscannedPhotos(ctx, now)
	}
	b.fault = err != nil
	if b.at = now; b.fault {
		b.at = time.Time{} // ask again at the next scrape
	}
	return b.last, b.waits, !b.fault
}

// levelLabel names the level a case has before it is dispatched.
func levelLabel(level string) string {
	if level == "" {
		return "none"
	}
	return level
}

// DaysLeft counts the days until the first day of a year whose holidays are not
// loaded: until then every due date is firm.
func DaysLeft(c *calendar.Calendar, now time.Time) int {
	today := calendar.DateOf(now)
	year := today.Year
	for c.Covers(year) {
		year++
	}
	days := 0
	for d := today; d.Year < year; d = d.AddDays(1) {
		days++
	}
	return days
}
