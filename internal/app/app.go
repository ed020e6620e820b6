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

	"go.temporal.io/sdk/client"
	tlog "go.temporal.io/sdk/log"

	"huajie/activities"
	"huajie/api"
	"huajie/config"
	"huajie/internal/localstack"
	"huajie/internal/seal"
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
}

// Open connects to database and engine. Neither needs to be there yet: what
// needs them answers unavailable until they are.
func Open(ctx context.Context, cfg config.Config, log *slog.Logger) (*App, error) {
	cfg = Effective(cfg)
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
	c, err := client.NewLazyClient(client.Options{
		HostPort: cfg.TemporalAddress, Namespace: cfg.TemporalNamespace,
		DataConverter: seal.Converter(key), Logger: tlog.NewStructuredLogger(quiet(log)),
	})
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	s, err := store.New(ctx, cfg.DatabaseURL, store.WithDrill(drillCounties(book)...), store.WithMaxConns(24))
	if err != nil {
		c.Close()
		return nil, err
	}
	holder := rulebook.NewHolder(book)
	keepVersions(ctx, s, holder, log)
	return &App{Config: cfg, Store: s, Book: holder, Client: c, Log: log, TaskQueue: workflows.TaskQueue,
		Desk: &activities.Desk{Ledger: s, Book: holder}}, nil
}

// Close lets go of both connections.
func (a *App) Close() {
	a.Client.Close()
	a.Store.Close()
}

// Handler is the HTTP API.
func (a *App) Handler(version string) http.Handler {
	return api.New(api.Deps{
		Reader: a.Store, Accounts: a.Store, Registrar: a.Desk, Rules: a.Book, Log: a.Log, Version: version,
		Engine: api.NewEngine(a.Client, a.TaskQueue, a.Store),
	})
}

// Worker runs cases.
func (a *App) Worker() *worker.Worker {
	return worker.New(worker.Deps{Client: a.Client, Desk: a.Desk, Cases: a.Store, Log: a.Log}, worker.Options{TaskQueue: a.TaskQueue})
}

// Rulebook loads the rulebook the configuration names.
func Rulebook(cfg config.Config) (*rulebook.Book, error) {
	var opts []rulebook.Option
	if cfg.Drill {
		opts = append(opts, rulebook.WithDrill())
	}
	if cfg.RulebookDir == "" {
		return rulebook.Default(opts...)
	}
	return rulebook.Load(os.DirFS(cfg.RulebookDir), opts...)
}

// keepVersions brings back the rulebooks running cases were dispatched under.
// One that cannot be read is told and passed over: its cases are then judged
// by the newest.
func keepVersions(ctx context.Context, s *store.Store, holder *rulebook.Holder, log *slog.Logger) {
	versions, err := s.Rulebooks(ctx)
	if err != nil {
		log.WarnContext(ctx, "earlier rulebooks cannot be read now", "error", err)
		return
	}
	for _, v := range versions {
		if _, known := holder.Version(v); known {
			continue
		}
		b, err := stored(ctx, s, v)
		if err != nil {
			log.WarnContext(ctx, "an earlier rulebook cannot be read", "version", v, "error", err)
			continue
		}
		holder.Keep(b)
	}
}

func stored(ctx context.Context, s *store.Store, version string) (*rulebook.Book, error) {
	files, err := s.Rulebook(ctx, version)
	if err != nil {
		return nil, err
	}
	return rulebook.Reload(files)
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
