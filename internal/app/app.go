// Package app is the wiring: it puts store, rulebook, engine, worker and API
// together from the configuration. Commands and end-to-end tests share it.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
	tlog "go.temporal.io/sdk/log"

	"huajie/activities"
	"huajie/config"
	"huajie/internal/blobs"
	"huajie/internal/localstack"
	"huajie/internal/notary"
	"huajie/internal/picture"
	"huajie/internal/publish"
	"huajie/internal/scan"
	"huajie/internal/seal"
	"huajie/internal/telemetry"
	"huajie/internal/upload"
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
	Photos *upload.Desk
	Log    *slog.Logger
	Notary *notary.Key   // signs heads of the audit log and receipts
	Rules  *publish.Desk // where the rulebook is drafted, and where what was published comes from
	// TaskQueue is workflows.TaskQueue unless a test needs one of its own.
	TaskQueue string
	// Telemetry is what the process tells about itself; nil for a command that
	// does its work and ends.
	Telemetry *telemetry.Telemetry

	payloads *seal.Viewer
	kept     *blobs.Store // of Photos
	scanner  *scan.Clamd  // nil: none
	stopping atomic.Bool  // told to stop: /readyz says no
	recalled atomic.Bool  // the earlier rulebooks have been read
	signed   atomic.Int64 // when the audit log was last found signed to its end
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
	a.payloads = seal.NewViewer(key, store.Words())
	if a.Notary, err = openNotary(cfg); err != nil {
		return nil, err
	}
	engine := client.Options{
		HostPort: cfg.TemporalAddress, Namespace: cfg.TemporalNamespace,
		DataConverter: seal.Converter(key), Logger: tlog.NewStructuredLogger(quiet(log)),
		// What is sealed cannot be compressed: gzip, the default, costs a tenth of
		// the worker's time and saves nothing.
		ConnectionOptions: client.ConnectionOptions{GrpcCompression: &client.GrpcCompressionNone{}},
	}
	fields, err := Fields(cfg)
	if err != nil {
		return nil, err
	}
	database := []store.Option{store.WithFields(fields), store.WithDrill(drillCounties(book)...), store.WithMaxConns(24)}
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
	if err := a.Store.KeysFit(ctx); errors.Is(err, seal.ErrSealed) {
		a.Close()
		return nil, fmt.Errorf("the field keys in %s are not those this ledger was sealed with; put the file back from its backup (docs/operations.md, Keys): %w",
			keyFile(cfg, cfg.FieldKeyFile, "fields.json"), err)
	}
	a.Book = rulebook.NewHolder(book, rulebookOptions(cfg)...)
	a.Rules = publish.New(a.Book, a.Store, log, time.Now)
	a.Desk = &activities.Desk{Ledger: a.Store, Book: a.Book, Engine: time.Now}
	if err := a.openPhotos(); err != nil {
		a.Close()
		return nil, err
	}
	if err := a.watch(); err != nil {
		a.Close()
		return nil, err
	}
	if err := a.recall(ctx); err != nil {
		log.WarnContext(ctx, "earlier rulebooks cannot be read yet", "error", err)
	} else if err := a.takeRules(ctx); err != nil {
		log.WarnContext(ctx, "what is published of the rulebook cannot be taken yet", "error", err)
	}
	return a, nil
}

// Close lets go of both connections, and then sends what telemetry still holds.
func (a *App) Close() {
	a.Client.Close()
	a.Store.Close()
	if a.kept != nil {
		if err := a.kept.Close(); err != nil {
			a.Log.Warn("the storage of photos was not closed", "error", err)
		}
	}
	if a.Telemetry == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	if err := a.Telemetry.Close(ctx); err != nil {
		a.Log.Warn("telemetry was not sent to its end", "error", err)
	}
}

// storage is where the configuration keeps photographs.
func storage(cfg config.Config) (*blobs.Store, error) {
	at := cfg.FilesURL
	if at == "" {
		var err error
		if at, err = blobs.FolderURL(filepath.Join(cfg.DataDir, "files")); err != nil {
			return nil, err
		}
	}
	return blobs.New(at)
}

// openPhotos puts the desk for photographs before their storage.
func (a *App) openPhotos() (err error) {
	if a.kept, err = storage(a.Config); err != nil {
		return err
	}
	if a.scanner, err = scan.New(a.Config.FilesScanner); err != nil {
		return err
	}
	a.Photos = &upload.Desk{Scanned: a.scanner != nil,
		Rows: a.Store, Bytes: a.kept, Studio: picture.New(a.Config.FilesMaxPixels, a.Config.FilesAtOnce), Most: a.Config.FilesMaxBytes,
		KeepFree: a.Config.FilesKeepFree, MostUnfinished: a.Config.FilesMaxUnfinished}
	return nil
}

// Worker runs cases.
func (a *App) Worker() *worker.Worker {
	return worker.New(worker.Deps{Client: a.Client, Desk: a.Desk, Cases: a.Store, Uploads: a.Store, Errands: a.Store, Log: a.Log},
		worker.Options{TaskQueue: a.TaskQueue, KeepUploads: a.Config.FilesKeepIncomplete})
}

// Rulebook loads the rulebook the configuration names.
func Rulebook(cfg config.Config) (*rulebook.Book, error) {
	opts := rulebookOptions(cfg)
	if cfg.RulebookDir == "" {
		return rulebook.Default(opts...)
	}
	return rulebook.Load(os.DirFS(cfg.RulebookDir), opts...)
}

// RulebookInForce is what was published in the console, otherwise what the configuration names: for a
// command, which does not stay.
func RulebookInForce(ctx context.Context, cfg config.Config, s *store.Store) (*rulebook.Book, error) {
	book, err := Rulebook(cfg)
	if err != nil {
		return nil, err
	}
	h := rulebook.NewHolder(book, rulebookOptions(cfg)...)
	err = publish.New(h, s, slog.New(slog.DiscardHandler), time.Now).Take(ctx)
	return h.Current(), err
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
	return keyFile(cfg, cfg.PayloadKeyFile, "payload.json")
}

func keyFile(cfg config.Config, configured, name string) string {
	if configured != "" {
		return configured
	}
	return filepath.Join(cfg.DataDir, "keys", name)
}

// Fields opens the keys with which the database keeps what people are called and write.
func Fields(cfg config.Config) (*seal.Fields, error) {
	master, err := seal.Master(cfg.MasterKeyURI, keyFile(cfg, cfg.MasterKeyFile, "master.json"))
	if err != nil {
		return nil, err
	}
	return seal.OpenFields(keyFile(cfg, cfg.FieldKeyFile, "fields.json"), master)
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
