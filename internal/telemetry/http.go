package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// httpMetrics count requests by the pattern of their route, so that no label
// names a case.
type httpMetrics struct {
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newHTTPMetrics(r prometheus.Registerer) *httpMetrics {
	m := &httpMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "huajie_http_requests_total",
			Help: "Requests answered, by method, pattern of the route and status."}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "huajie_http_request_duration_seconds",
			Help: "Time from request to answer, by method and pattern of the route.", Buckets: seconds}, []string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "huajie_http_requests_in_flight", Help: "Requests being answered."}),
	}
	r.MustRegister(m.requests, m.took, m.inFlight)
	return m
}

// methods are the ones that get a label of their own; anybody may invent more.
var methods = map[string]bool{http.MethodGet: true, http.MethodPost: true, http.MethodPut: true, http.MethodDelete: true, http.MethodHead: true, http.MethodOptions: true}

// Begin is told of a request and the pattern of its route. The request goes on
// under the context; end is called with the status it was answered with.
func (t *Telemetry) Begin(r *http.Request, route string) (context.Context, func(status int)) {
	method, began := r.Method, time.Now()
	if !methods[method] {
		method = "other"
	}
	if route == "" {
		route = "none"
	}
	ctx := traceContext.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := t.provider().Tracer("huajie/api").Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route)))
	t.http.inFlight.Inc()
	return ctx, func(status int) {
		t.http.inFlight.Dec()
		t.http.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
		t.http.took.WithLabelValues(method, route).Observe(time.Since(began).Seconds())
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}
