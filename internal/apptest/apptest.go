// Package apptest runs the product for tests as its processes run it, on the
// shared stack of testkit. A package that uses it needs testkit.Main.
package apptest

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"go.temporal.io/api/enums/v1"

	"huajie/config"
	"huajie/internal/app"
	"huajie/internal/telemetry"
	"huajie/internal/testkit"
	"huajie/store"
	"huajie/workflows"
)

// Product is a database, a task queue and keys of the test's own. Workflow IDs
// are case numbers and shared by everybody on the stack: each test that
// registers cases does so in a county of its own.
type Product struct {
	t      testing.TB
	Config config.Config
	queue  string
	log    *slog.Logger
}

func migrated(url string) error { return store.Migrate(context.Background(), url) }

// New prepares a product with the demonstration accounts.
func New(t testing.TB) *Product {
	t.Helper()
	address, namespace := testkit.Temporal(t)
	want := map[string]enums.IndexedValueType{}
	for name, kind := range workflows.SearchAttributes() {
		v, err := enums.IndexedValueTypeFromString(kind)
		must(t, err)
		want[name] = v
	}
	testkit.SearchAttributes(t, want)
	cfg := config.Default()
	cfg.DataDir, cfg.Listen, cfg.MetricsListen, cfg.Demo = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0", true
	cfg.PayloadKeyFile = filepath.Join(cfg.DataDir, "payload.json")
	cfg.DatabaseURL = testkit.MigratedDatabase(t, migrated)
	cfg.TemporalAddress, cfg.TemporalNamespace = address, namespace
	p := &Product{t: t, Config: cfg, queue: testkit.Name(t), log: slog.New(slog.DiscardHandler)}
	must(t, app.Seed(t.Context(), cfg, p.log))
	return p
}

// Run runs parts of the product until the test ends and gives the address they
// answer at: of the API, or else of the metrics of a worker.
func (p *Product) Run(parts app.Parts, o telemetry.Options) (addr string) {
	p.t.Helper()
	o.Version, o.Ratio = "test", 1
	m, err := telemetry.New(p.t.Context(), o)
	must(p.t, err)
	a, err := app.Open(p.t.Context(), p.Config, p.log, app.WithTelemetry(m))
	must(p.t, err)
	a.TaskQueue = p.queue
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	parts.Version, parts.Ready = "test", func(_, addr string) { ready <- addr }
	go func() { done <- a.Run(ctx, parts) }()
	p.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			p.t.Errorf("the product ended with %v", err)
		}
		a.Close()
	})
	return <-ready
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
