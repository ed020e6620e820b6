package telemetry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.yaml.in/yaml/v3"

	"huajie/domain/calendar"
	"huajie/domain/notice"
	"huajie/domain/view"
	"huajie/internal/telemetry"
)

func newTelemetry(t *testing.T, o telemetry.Options) *telemetry.Telemetry {
	t.Helper()
	o.Version, o.Ratio = "test", 1
	m, err := telemetry.New(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	return m
}

func scrape(t *testing.T, m *telemetry.Telemetry, headers ...string) (int, string) {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	for _, h := range headers {
		req.Header.Set(h, "203.0.113.7")
	}
	res := httptest.NewRecorder()
	m.Handler().ServeHTTP(res, req)
	return res.Code, res.Body.String()
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	t.Parallel()
	m := newTelemetry(t, telemetry.Options{})
	for _, r := range []struct {
		method, path, route string
		status              int
	}{{"GET", "/api/v1/cases/220402G2026112300001", "/api/v1/cases/:no", 200}, {"GET", "/api/v1/cases/220402G2026112300002", "/api/v1/cases/:no", 404}, {"BREW", "/x", "", 404}} {
		_, end := m.Begin(httptest.NewRequest(r.method, r.path, nil), r.route)
		end(r.status)
	}
	_, body := scrape(t, m)
	require.Contains(t, body, `huajie_http_requests_total{method="GET",route="/api/v1/cases/:no",status="200"} 1`)
	require.Contains(t, body, `huajie_http_requests_total{method="GET",route="/api/v1/cases/:no",status="404"} 1`)
	require.Contains(t, body, `huajie_http_requests_total{method="other",route="none",status="404"} 1`)
	require.Contains(t, body, `huajie_http_request_duration_seconds_count{method="GET",route="/api/v1/cases/:no"} 2`)
	require.Contains(t, body, "huajie_http_requests_in_flight 0")
	require.Contains(t, body, `huajie_build_info{version="test"} 1`)
	require.NotContains(t, body, "220402G", "no label names a case")
}

// TestMetricsAreNotForOutside: a proxy in front of the API does not hand them out.
func TestMetricsAreNotForOutside(t *testing.T) {
	t.Parallel()
	m := newTelemetry(t, telemetry.Options{})
	for _, h := range []string{"X-Forwarded-For", "Forwarded"} {
		status, body := scrape(t, m, h)
		require.Equal(t, http.StatusNotFound, status)
		require.NotContains(t, body, "huajie_")
	}
}

type fakeLedger struct {
	asked int
	err   error
}

func (f *fakeLedger) Gauges(context.Context, time.Time) (view.Gauges, error) {
	f.asked++
	return view.Gauges{Unstarted: 3, Unfired: 2, Oldest: 90 * time.Second,
		Deliveries: map[notice.State]int{notice.Queued: 7, notice.Failed: 1}, OldestDelivery: 30 * time.Second,
		Open: []view.LevelCount{{Kind: "grievance", Level: "", Light: view.NoRun, Count: 4}, {Kind: "grievance", Level: "L1", Light: view.Red, Count: 5}, {Kind: "grid_event", Level: "L1", Light: view.Green, Count: 6}}}, f.err
}

func (f *fakeLedger) UnscannedPhotos(context.Context, time.Time) (view.Unscanned, error) {
	return view.Unscanned{Pending: 8, Failed: 9, Oldest: 2 * time.Minute}, f.err
}

func officeHours(t *testing.T) calendar.Hours {
	t.Helper()
	var h calendar.Hours
	require.NoError(t, yaml.Unmarshal([]byte(`week: {mon: ["08:30-17:00"], tue: ["08:30-17:00"], wed: ["08:30-17:00"], thu: ["08:30-17:00"], fri: ["08:30-17:00"]}`), &h))
	return h
}

func aCalendar(t *testing.T) func() *calendar.Calendar {
	t.Helper()
	year := time.Now().In(calendar.Zone).Year()
	c, err := calendar.New("test", []calendar.Year{{Year: year, Notice: "国办发明电"}}, officeHours(t))
	require.NoError(t, err)
	return func() *calendar.Calendar { return c }
}

func TestTheCaseworkIsCounted(t *testing.T) {
	t.Parallel()
	m, ledger := newTelemetry(t, telemetry.Options{}), &fakeLedger{}
	require.NoError(t, m.Watch(telemetry.Business(ledger, aCalendar(t), true)))
	_, body := scrape(t, m)
	for _, line := range []string{
		`huajie_deliveries{state="queued"} 7`, `huajie_deliveries{state="failed"} 1`, `huajie_deliveries{state="delivered"} 0`, "huajie_deliveries_oldest_seconds 30",
		`huajie_photos_unscanned{state="pending"} 8`, `huajie_photos_unscanned{state="error"} 9`, "huajie_photos_unscanned_oldest_seconds 120",
		`huajie_cases_open{kind="grievance",level="none",light="none"} 4`, `huajie_cases_open{kind="grievance",level="L1",light="red"} 5`, `huajie_cases_open{kind="grid_event",level="L1",light="green"} 6`,
		`huajie_cases_overdue{kind="grievance",level="L1"} 5`, `huajie_cases_overdue{kind="grievance",level="L3"} 0`, `huajie_cases_overdue{kind="grid_event",level="none"} 0`, "huajie_cases_unstarted 3", "huajie_deadlines_unfired 2",
		"huajie_deadlines_unfired_oldest_seconds 90", "huajie_ledger_up 1", "huajie_calendar_days_left ",
	} {
		require.Contains(t, body, line)
	}
	scrape(t, m)
	require.Equal(t, 1, ledger.asked, "a scraper in a hurry does not make the ledger count again")
}

// TestNobodyWaitsForNoScanner: without one every photo is pending for ever, and that is no news.
func TestNobodyWaitsForNoScanner(t *testing.T) {
	t.Parallel()
	m := newTelemetry(t, telemetry.Options{})
	require.NoError(t, m.Watch(telemetry.Business(&fakeLedger{}, aCalendar(t), false)))
	_, body := scrape(t, m)
	for _, line := range []string{`huajie_photos_unscanned{state="pending"} 0`, `huajie_photos_unscanned{state="error"} 0`, "huajie_photos_unscanned_oldest_seconds 0"} {
		require.Contains(t, body, line)
	}
}

// TestAnAbsentLedgerTellsNothing: old numbers would look like good news.
func TestAnAbsentLedgerTellsNothing(t *testing.T) {
	t.Parallel()
	m := newTelemetry(t, telemetry.Options{})
	require.NoError(t, m.Watch(telemetry.Business(&fakeLedger{err: errors.New("away")}, aCalendar(t), true)))
	status, body := scrape(t, m)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "huajie_ledger_up 0")
	require.NotContains(t, body, "huajie_cases_open")
}

func TestDaysLeft(t *testing.T) {
	t.Parallel()
	c, err := calendar.New("test", []calendar.Year{{Year: 2025, Notice: "a"}, {Year: 2026, Notice: "b"}, {Year: 2027, Provisional: true}}, officeHours(t))
	require.NoError(t, err)
	at := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, calendar.Zone) }
	require.Equal(t, 31, telemetry.DaysLeft(c, at(2026, time.December, 1)))
	require.Equal(t, 365+31, telemetry.DaysLeft(c, at(2025, time.December, 1)))
	require.Equal(t, 0, telemetry.DaysLeft(c, at(2027, time.January, 1)), "a provisional year does not count")
}

func TestTracesAreOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	m := newTelemetry(t, telemetry.Options{})
	require.False(t, m.Tracing())
	require.Nil(t, m.QueryTracer())
	interceptors, err := m.EngineTraces()
	require.NoError(t, err)
	require.Empty(t, interceptors)
}

// TestATraceGoesOn: who calls with a trace finds the request in it.
func TestATraceGoesOn(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	m := newTelemetry(t, telemetry.Options{Exporter: spans})
	req := httptest.NewRequest(http.MethodPost, "/api/v1/cases/220402G2026112300001/actions/sign-for?code=SECRET", strings.NewReader("{}"))
	req.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	_, end := m.Begin(req, "/api/v1/cases/:no/actions/sign-for")
	end(503)
	got := spans.GetSpans()
	require.Len(t, got, 1)
	require.Equal(t, "POST /api/v1/cases/:no/actions/sign-for", got[0].Name)
	require.Equal(t, "0af7651916cd43dd8448eb211c80319c", got[0].SpanContext.TraceID().String())
	require.Equal(t, "Error", got[0].Status.Code.String())
	for _, a := range got[0].Attributes {
		require.NotContains(t, a.Value.String(), "SECRET")
		require.NotContains(t, a.Value.String(), "220402G")
	}
}

// TestTracesAreSent: spans reach a collector over OTLP, at the latest at the end.
func TestTracesAreSent(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.URL.Path }))
	t.Cleanup(collector.Close)
	m, err := telemetry.New(t.Context(), telemetry.Options{Version: "test", OTLPEndpoint: collector.URL, Ratio: 1})
	require.NoError(t, err)
	_, end := m.Begin(httptest.NewRequest(http.MethodGet, "/livez", nil), "/livez")
	end(200)
	require.NoError(t, m.Close(context.Background()))
	require.Equal(t, "/v1/traces", <-got)
}

func TestMain(m *testing.M) {
	_ = os.Unsetenv("OTEL_EXPORTER_OTLP_ENDPOINT") // settings come from the configuration only
	os.Exit(m.Run())
}
