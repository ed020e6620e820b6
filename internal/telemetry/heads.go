package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// HeadAge tells how long ago a worker last found the audit log signed to its end
// (docs/evidence.md). It grows when signing stops, not when nothing is written.
func HeadAge(signed func() time.Time) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "huajie_audit_head_age_seconds",
		Help: "Time since this worker last found the audit log signed to its end, or started."}, func() float64 { return time.Since(signed()).Seconds() })
}
