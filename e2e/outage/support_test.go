package outage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/internal/app"
	"huajie/internal/demo"
	"huajie/internal/localstack"
	"huajie/internal/telemetry"
	"huajie/workflows"
)

// soon bounds every wait: for a server to start, a workflow to run, a limit to pass.
const soon = 90 * time.Second

// ground is a PostgreSQL and a Temporal that can be taken away one by one. They
// come back where they were, at the same addresses.
type ground struct {
	t                  *testing.T
	dir                string
	postgres, temporal *localstack.Stack
	config             config.Config
}

// newGround starts both and prepares the ledger.
func newGround(t *testing.T) *ground {
	t.Helper()
	g := bareGround(t)
	g.startTemporal()
	g.prepare()
	return g
}

// bareGround is a PostgreSQL with nothing in it yet.
func bareGround(t *testing.T) *ground {
	t.Helper()
	dir, err := os.MkdirTemp("", "huajie-outage-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711)) // the user PostgreSQL runs as must pass through
	g := &ground{t: t, dir: dir}
	t.Cleanup(func() {
		g.stopTemporal()
		g.stopPostgres()
		require.NoError(t, os.RemoveAll(dir))
	})
	g.startPostgres()
	return g
}

// prepare is what `huajie migrate` does.
func (g *ground) prepare() {
	g.t.Helper()
	cfg := config.Default()
	cfg.DataDir, cfg.PayloadKeyFile = g.dir, filepath.Join(g.dir, "payload.json")
	cfg.DatabaseURL, cfg.TemporalAddress, cfg.TemporalNamespace = g.postgres.DatabaseURL, g.temporal.TemporalAddress, localstack.DefaultNamespace
	cfg.Listen, cfg.MetricsListen = "127.0.0.1:0", "127.0.0.1:0"
	cfg.Demo, cfg.Drill = true, true
	g.config = cfg
	require.NoError(g.t, app.Migrate(context.Background(), cfg, slog.New(slog.DiscardHandler)))
}

func (g *ground) startPostgres() {
	g.t.Helper()
	var err error
	g.postgres, err = localstack.Start(context.Background(), localstack.Options{DataDir: filepath.Join(g.dir, "pg"), WithoutTemporal: true,
		PostgresSettings: map[string]string{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}})
	require.NoError(g.t, err)
	if g.config.DatabaseURL != "" {
		require.Equal(g.t, g.config.DatabaseURL, g.postgres.DatabaseURL, "it comes back where it was")
	}
}

func (g *ground) stopPostgres() {
	g.t.Helper()
	if g.postgres != nil {
		require.NoError(g.t, g.postgres.Close())
		g.postgres = nil
	}
}

func (g *ground) startTemporal() {
	g.t.Helper()
	var err error
	g.temporal, err = localstack.Start(context.Background(), localstack.Options{DataDir: filepath.Join(g.dir, "temporal"), DatabaseURL: g.postgres.DatabaseURL,
		Dev: true, WithoutUI: true, SearchAttributes: workflows.SearchAttributes()})
	require.NoError(g.t, err)
	if g.config.TemporalAddress != "" {
		require.Equal(g.t, g.config.TemporalAddress, g.temporal.TemporalAddress, "it comes back where it was")
	}
}

func (g *ground) stopTemporal() {
	g.t.Helper()
	if g.temporal != nil {
		require.NoError(g.t, g.temporal.Close())
		g.temporal = nil
	}
}

// process is one running process of the product.
type process struct {
	addr string
	stop func() error // may be called again
}

// run starts parts of the product as a process does, and waits for its address.
func (g *ground) run(p app.Parts, change ...func(*config.Config)) *process {
	g.t.Helper()
	cfg := g.config
	for _, f := range change {
		f(&cfg)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	p.Version = "test"
	p.Ready = func(_, addr string) { ready <- addr }
	go func() { done <- app.Process(ctx, cfg, slog.New(slog.DiscardHandler), p) }()
	out := &process{}
	out.stop = func() error {
		cancel()
		err, open := <-done
		if open {
			close(done)
		}
		return err
	}
	g.t.Cleanup(func() { require.NoError(g.t, out.stop()) })
	select {
	case out.addr = <-ready:
	case err := <-done:
		g.t.Fatalf("the process ended: %v", err)
	}
	return out
}

// desk is the product opened without a process: what a worker had done before it died.
func (g *ground) desk() *app.App {
	g.t.Helper()
	m, err := telemetry.New(context.Background(), telemetry.Options{})
	require.NoError(g.t, err)
	a, err := app.Open(context.Background(), g.config, slog.New(slog.DiscardHandler), app.WithTelemetry(m))
	require.NoError(g.t, err)
	g.t.Cleanup(a.Close)
	return a
}

// office is the people of the product, at one API.
type office struct {
	*demo.Client
	t *testing.T
	n atomic.Int64
}

func officeAt(t *testing.T, p *process) *office {
	return &office{Client: &demo.Client{Base: "http://" + p.addr, Password: app.DemoPassword, HTTP: &http.Client{Timeout: 40 * time.Second}}, t: t}
}

func (o *office) key() string { return fmt.Sprintf("outage-%d", o.n.Add(1)) }

// drillMatter is a matter of the drill area, whose limits are seconds.
func drillMatter(summary string) map[string]any {
	return map[string]any{"nature": "help", "summary": summary, "channel": "walk_in", "area": "220498001", "category": "0201", "petitioner": map[string]any{"anonymous": true}}
}

// calmMatter is one whose limits no test will see: whoever acts on it is never too late.
func calmMatter(summary string) map[string]any {
	m := drillMatter(summary)
	m["area"] = "220402008"
	return m
}

// receipt is what whoever registers takes home.
type receipt struct {
	No           string    `json:"no"`
	QueryCode    string    `json:"query_code"`
	RegisteredAt time.Time `json:"created_at"`
}

// register puts a matter in at the drill window.
func (o *office) register(key, summary string) (receipt, demo.Answer, error) {
	o.t.Helper()
	return o.registerAt("win-general.220498", key, drillMatter(summary))
}

// registerAt puts a matter in at any window.
func (o *office) registerAt(window, key string, matter map[string]any) (receipt, demo.Answer, error) {
	o.t.Helper()
	a, err := o.Do(context.Background(), window, http.MethodPost, "/api/v1/grievances", key, matter)
	var r receipt
	if err == nil {
		require.NoError(o.t, a.Into(&r))
	}
	return r, a, err
}

// entry is one line of a timeline.
type entry struct {
	Seq        int       `json:"seq"`
	Type       string    `json:"type"`
	At         time.Time `json:"at"`
	RecordedAt time.Time `json:"recorded_at"`
	Deadline   string    `json:"deadline"`
	Late       bool      `json:"late_by_system"`
	To         string    `json:"to"`
}

// timeline is everything that happened to a case.
func (o *office) timeline(no string) []entry {
	o.t.Helper()
	a, err := o.Do(context.Background(), "citysup.220400", http.MethodGet, "/api/v1/cases/"+no+"/timeline", "", nil)
	require.NoError(o.t, err)
	var page struct {
		Items []entry `json:"items"`
	}
	require.NoError(o.t, a.Into(&page))
	return page.Items
}

// get reads as a user and gives the status.
func (o *office) get(user, path string, v any) int {
	o.t.Helper()
	a, err := o.Do(context.Background(), user, http.MethodGet, path, "", nil)
	var e *demo.APIError
	if errors.As(err, &e) {
		return e.Status
	}
	require.NoError(o.t, err)
	if v != nil {
		require.NoError(o.t, a.Into(v))
	}
	return a.Status
}

// probe asks without a session, as a supervisor of processes does.
func probe(addr, path string) (int, map[string]string) {
	c := http.Client{Timeout: 10 * time.Second}
	res, err := c.Get("http://" + addr + path)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = res.Body.Close() }()
	var out map[string]string
	b, _ := io.ReadAll(res.Body)
	_ = json.Unmarshal(b, &out)
	return res.StatusCode, out
}

// eventually waits for something that comes by itself.
func eventually(t *testing.T, what string, there func() bool) {
	t.Helper()
	require.Eventually(t, there, soon, 50*time.Millisecond, what)
}

func refusal(t *testing.T, err error) *demo.APIError {
	t.Helper()
	var e *demo.APIError
	require.ErrorAs(t, err, &e)
	return e
}
