// Package telemetry tells operators how the product is doing: metrics for
// Prometheus, always, and OpenTelemetry traces, where they are asked for.
// Nothing in it names a case or a person.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
)

// Options say what is told, and to whom.
type Options struct {
	// Version is that of the program.
	Version string
	// OTLPEndpoint receives traces (OTLP over HTTP). Empty: no traces are made.
	OTLPEndpoint string
	// Ratio is the share of requests that are traced.
	Ratio float64
	// Exporter receives traces instead of OTLPEndpoint; tests keep them in memory.
	Exporter sdktrace.SpanExporter
}

// Telemetry is what one process tells about itself.
type Telemetry struct {
	registry *prometheus.Registry
	metrics  *metric.MeterProvider
	traces   *sdktrace.TracerProvider // nil: no traces
	http     *httpMetrics
}

// seconds are the bounds of every histogram of time: from a step that costs
// nothing to a request about to be given up.
var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// New prepares the metrics, and the traces where they are asked for. Nothing is
// sent or served yet.
func New(ctx context.Context, o Options) (*Telemetry, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "huajie_build_info", Help: "Always 1; the label is the version.", ConstLabels: prometheus.Labels{"version": o.Version}})
	build.Set(1)
	registry.MustRegister(build)
	reader, err := otelprom.New(otelprom.WithRegisterer(registry), otelprom.WithoutScopeInfo(), otelprom.WithoutTargetInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	inSeconds := metric.NewView(metric.Instrument{Kind: metric.InstrumentKindHistogram, Unit: "s"},
		metric.Stream{Aggregation: metric.AggregationExplicitBucketHistogram{Boundaries: seconds}})
	t := &Telemetry{registry: registry, metrics: metric.NewMeterProvider(metric.WithReader(reader), metric.WithView(inSeconds)), http: newHTTPMetrics(registry)}
	if o.OTLPEndpoint == "" && o.Exporter == nil {
		return t, nil
	}
	return t, t.startTraces(ctx, o)
}

func (t *Telemetry) startTraces(ctx context.Context, o Options) error {
	about := resource.NewSchemaless(attribute.String("service.name", "huajie"), attribute.String("service.version", o.Version))
	options := []sdktrace.TracerProviderOption{
		sdktrace.WithResource(about), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(o.Ratio))),
	}
	if o.Exporter != nil {
		options = append(options, sdktrace.WithSyncer(o.Exporter))
	} else {
		exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimSuffix(o.OTLPEndpoint, "/")+"/v1/traces"))
		if err != nil {
			return fmt.Errorf("traces: %w", err)
		}
		options = append(options, sdktrace.WithBatcher(exporter))
	}
	t.traces = sdktrace.NewTracerProvider(options...)
	return nil
}

// Tracing tells whether traces are made.
func (t *Telemetry) Tracing() bool { return t.traces != nil }

// provider makes tracers; without traces they do nothing.
func (t *Telemetry) provider() trace.TracerProvider {
	if t.traces == nil {
		return noop.NewTracerProvider()
	}
	return t.traces
}

// context carries a trace from one process to the next (W3C trace context).
var traceContext = propagation.TraceContext{}

// EngineMetrics hands what the Temporal SDK counts to the registry.
func (t *Telemetry) EngineMetrics() client.MetricsHandler {
	return opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter: t.metrics.Meter("temporal-sdk-go"), UseMonotonicCounters: true, OnError: func(error) {}, // a metric less, and no process
	})
}

// EngineTraces carries traces through the engine, from the client by workflow
// to activity; none when no traces are made.
func (t *Telemetry) EngineTraces() ([]interceptor.ClientInterceptor, error) {
	if t.traces == nil {
		return nil, nil
	}
	i, err := opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer: t.traces.Tracer("huajie/engine"), TextMapPropagator: traceContext, DisableBaggage: true, AllowInvalidParentSpans: true,
	})
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	return []interceptor.ClientInterceptor{i}, nil
}

// QueryTracer traces SQL: statements, never their arguments. It is nil when no
// traces are made.
func (t *Telemetry) QueryTracer() pgx.QueryTracer {
	if t.traces == nil {
		return nil
	}
	return otelpgx.NewTracer(otelpgx.WithTracerProvider(t.traces), otelpgx.WithMeterProvider(t.metrics),
		otelpgx.WithDisableConnectionDetailsInAttributes())
}

// Watch adds metrics that are looked up whenever they are asked for.
func (t *Telemetry) Watch(c prometheus.Collector) error { return t.registry.Register(c) }

// Handler serves the metrics. It answers only who asks directly: what comes in
// through a proxy comes from outside and is told nothing.
func (t *Telemetry) Handler() http.Handler {
	metrics := promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.ContainsFunc([]string{"Forwarded", "X-Forwarded-For"}, func(h string) bool { return r.Header.Get(h) != "" }) {
			http.NotFound(w, r)
			return
		}
		metrics.ServeHTTP(w, r)
	})
}

// Close sends what has not been sent.
func (t *Telemetry) Close(ctx context.Context) error {
	err := t.metrics.Shutdown(ctx)
	if t.traces != nil {
		err = errors.Join(err, t.traces.Shutdown(ctx))
	}
	return err
}
