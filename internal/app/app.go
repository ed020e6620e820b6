// Package app is the wiring: it puts store, rulebook, engine, worker and API
// together from the configuration. Commands and end-to-end tests share it.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
	tlog "go.temporal.io/sdk/log"

	"huajie/activities"
	"huajie/api"
	"huajie/config"
	"huajie/internal/localstack"
	"huajie/internal/seal"
	"huajie/internal/telemetry"
	"huajie/rulebook"
	"huajie/store"
	"huajie/worker"
	"huajie/workflows"
)

// App is the product, put together and connected.
type App struct {
	Config config.Config
	Store  *store.Store
	Book   *rulebook.Holder
	Client client.Client
	Desk   *activities.Desk
	Log    *slog.Logger
	// TaskQueue is workflows.TaskQueue unless a test needs one of its own.
	TaskQueue string
	// Telemetry is what the process tells about itself; nil for a command that
	// does its work and ends.
	Telemetry *telemetry.Telemetry

	stopping atomic.Bool // told to stop: /readyz says no
	recalled atomic.Bool // the earlier rulebooks have been read
}

// Option changes how the product is opened.
type Option func(*App)

// WithTelemetry lets a process that stays tell how it is doing. The App closes it.
func WithTelemetry(t *telemetry.Telemetry) Option { return func(a *App) { a.Telemetry = t } }

// Open connects to database and engine. Neither needs to be there yet: what
// needs them answers unavailable until they are.
func Open(ctx context.Context, cfg config.Config, log *slog.Logger, opts ...Option) (*App, error) {
	cfg = Effective(cfg)
	a := &App{Config: cfg, Log: log, TaskQueue: workflows.TaskQueue}
	for _, o := range opts {
		o(a)
	}
	book, err := Rulebook(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.DatabaseURL == "" {
		return nil, fmt.Errorf("no database: set HUAJIE_DATABASE_URL, or start the local stack with `huajie dev`")
	}
	if cfg.TemporalAddress == "" {
		return nil, fmt.Errorf("no engine: set HUAJIE_TEMPORAL_ADDRESS, or start the local stack with `huajie dev`")
	}
	key, err := seal.Key(payloadKey(cfg))
	if err != nil {
		return nil, err
	}
	engine := client.Options{
		HostPort: cfg.TemporalAddress, Namespace: cfg.TemporalNamespace,
		DataConverter: seal.Converter(key), Logger: tlog.NewStructuredLogger(quiet(log)),
		// What is sealed cannot be compressed: gzip, the default, costs a tenth of
		// the worker's time and saves nothing.
		ConnectionOptions: client.ConnectionOptions{GrpcCompression: &client.GrpcCompressionNone{}},
	}
	database := []store.Option{store.WithDrill(drillCounties(book)...), store.WithMaxConns(24)}
	if a.Telemetry != nil {
		engine.MetricsHandler = a.Telemetry.EngineMetrics()
		if engine.Interceptors, err = a.Telemetry.EngineTraces(); err != nil {
			return nil, err
		}
		database = append(database, store.WithTracer(a.Telemetry.QueryTracer()))
	}
	if a.Client, err = client.NewLazyClient(engine); err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	if a.Store, err = store.New(ctx, cfg.DatabaseURL, database...); err != nil {
		a.Client.Close()
		return nil, err
	}
	a.Book = rulebook.NewHolder(book, rulebookOptions(cfg)...)
	a.Desk = &activities.Desk{Ledger: a.Store, Book: a.Book, Engine: time.Now}
	if err := a.watch(); err != nil {
		a.Close()
		return nil, err
	}
	if err := a.recall(ctx); err != nil {
		log.WarnContext(ctx, "earlier rulebooks cannot be read yet", "error", err)
	}
	return a, nil
}

// Close lets go of both connections, and then sends what telemetry still holds.
func (a *App) Close() {
	a.Client.Close()
	a.Store.Close()
	if a.Telemetry == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	if err := a.Telemetry.Close(ctx); err != nil {
		a.Log.Warn("telemetry was not sent to its end", "error", err)
	}
}

// Handler is the HTTP API.
func (a *App) Handler(version string) http.Handler {
	d := api.Deps{
		Reader: a.Store, Accounts: a.Store, Registrar: a.Desk, Rules: a.Book, Changes: a.Store, Log: a.Log, Version: version,
		Engine: api.NewEngine(a.Client, a.TaskQueue, a.Store), Stopping: a.stopping.Load,
	}
	if a.Telemetry != nil {
		d.Watch, d.Metrics = a.Telemetry, a.Telemetry.Handler()
	}
	return api.New(d)
}

// Worker runs cases.
func (a *App) Worker() *worker.Worker {
	return worker.New(worker.Deps{Client: a.Client, Desk: a.Desk, Cases: a.Store, Log: a.Log}, worker.Options{TaskQueue: a.TaskQueue})
}

// Rulebook loads the rulebook the configuration names.
func Rulebook(cfg config.Config) (*rulebook.Book, error) {
	opts := rulebookOptions(cfg)
	if cfg.RulebookDir == "" {
		return rulebook.Default(opts...)
	}
	return rulebook.Load(os.DirFS(cfg.RulebookDir), opts...)
}

func rulebookOptions(cfg config.Config) []rulebook.Option {
	if cfg.Drill {
		return []rulebook.Option{rulebook.WithDrill()}
	}
	return nil
}

// Effective fills in what the running local stack of the data directory answers
// for, where nothing else is configured.
func Effective(cfg config.Config) config.Config {
	if cfg.DatabaseURL != "" && cfg.TemporalAddress != "" {
		return cfg
	}
	database, temporal, _ := localstack.Running(cfg.DataDir)
	if cfg.DatabaseURL == "" {
		cfg.DatabaseURL = database
	}
	if cfg.TemporalAddress == "" {
		cfg.TemporalAddress = temporal
	}
	return cfg
}

func payloadKey(cfg config.Config) string {
	if cfg.PayloadKeyFile != "" {
		return cfg.PayloadKeyFile
	}
	return filepath.Join(cfg.DataDir, "keys", "payload.json")
}

func drillCounties(b *rulebook.Book) []string {
	var out []string
	for _, u := range b.Org.Units() {
		if u.Drill && u.ID == u.County {
			out = append(out, u.ID)
		}
	}
	return out
}

// quiet keeps the engine's own chatter out of the product's log.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(levelFloor{log.Handler(), slog.LevelWarn})
}

// levelFloor drops records below a level.
type levelFloor struct {
	slog.Handler
	floor slog.Level
}

// Enabled implements slog.Handler.
func (l levelFloor) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= l.floor && l.Handler.Enabled(ctx, level)
}
