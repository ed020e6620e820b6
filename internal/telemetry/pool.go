package telemetry

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// poolStat is one number of a pool of connections.
type poolStat struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*pgxpool.Stat) float64
}

// poolStats reads the pool when it is asked.
type poolStats struct {
	stat  func() *pgxpool.Stat
	lines []poolStat
}

// Pool gives the metrics of a pool of connections to PostgreSQL.
func Pool(stat func() *pgxpool.Stat) prometheus.Collector {
	line := func(kind prometheus.ValueType, name, help string, value func(*pgxpool.Stat) float64) poolStat {
		return poolStat{prometheus.NewDesc("huajie_pgx_pool_"+name, help, nil, nil), kind, value}
	}
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	return &poolStats{stat, []poolStat{
		line(gauge, "max_connections", "Most connections the pool may open.", func(s *pgxpool.Stat) float64 { return float64(s.MaxConns()) }),
		line(gauge, "connections", "Connections open now.", func(s *pgxpool.Stat) float64 { return float64(s.TotalConns()) }),
		line(gauge, "acquired_connections", "Connections at work now.", func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) }),
		line(gauge, "idle_connections", "Connections waiting for work.", func(s *pgxpool.Stat) float64 { return float64(s.IdleConns()) }),
		line(counter, "acquires_total", "Connections lent.", func(s *pgxpool.Stat) float64 { return float64(s.AcquireCount()) }),
		line(counter, "empty_acquires_total", "Connections lent only after waiting.", func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) }),
		line(counter, "canceled_acquires_total", "Waits for a connection that were given up.", func(s *pgxpool.Stat) float64 { return float64(s.CanceledAcquireCount()) }),
		line(counter, "acquire_seconds_total", "Time spent waiting for connections.", func(s *pgxpool.Stat) float64 { return s.AcquireDuration().Seconds() }),
		line(counter, "new_connections_total", "Connections opened.", func(s *pgxpool.Stat) float64 { return float64(s.NewConnsCount()) }),
	}}
}

// Describe implements prometheus.Collector.
func (p *poolStats) Describe(out chan<- *prometheus.Desc) {
	for _, l := range p.lines {
		out <- l.desc
	}
}

// Collect implements prometheus.Collector.
func (p *poolStats) Collect(out chan<- prometheus.Metric) {
	s := p.stat()
	for _, l := range p.lines {
		out <- prometheus.MustNewConstMetric(l.desc, l.kind, l.value(s))
	}
}
