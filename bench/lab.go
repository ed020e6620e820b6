package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.temporal.io/api/workflowservice/v1"

	"huajie/config"
	"huajie/internal/app"
	"huajie/internal/localstack"
	"huajie/rulebook"
	"huajie/workflows"
)

// Lab is the ground a run stands on: a PostgreSQL and a Temporal of its own, as
// durable as in production, in a directory that goes away with it.
type Lab struct {
	Dir     string
	Stack   *localstack.Stack
	Profile string // directory for processor profiles, "" for none
	sites   int
}

// OpenLab starts the stack below a directory.
func OpenLab(ctx context.Context, dir, profile string, say func(string)) (*Lab, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.MkdirTemp(dir, "stack-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(root, 0o711); err != nil { // an unprivileged PostgreSQL passes through it
		return nil, err
	}
	settings := map[string]string{"max_connections": "300", "shared_buffers": "512MB", "max_wal_size": "4GB"}
	if profile != "" {
		settings["shared_preload_libraries"] = "pg_stat_statements"
	}
	stack, err := localstack.Start(ctx, localstack.Options{DataDir: root, Namespace: "bench", WithoutUI: true,
		SearchAttributes: workflows.SearchAttributes(), Progress: say, PostgresSettings: settings})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(root))
	}
	return &Lab{Dir: root, Stack: stack, Profile: profile}, nil
}

// Close stops everything and removes it.
func (l *Lab) Close() error { return errors.Join(l.Stack.Close(), os.RemoveAll(l.Dir)) }

// Site is the product on a database of its own: an API and a worker process, and
// a connection of the bench itself beside them.
type Site struct {
	*app.App
	lab    *Lab
	api    *child
	worker *child
	Base   string // of the API
}

// SiteOptions change what a site runs with.
type SiteOptions struct {
	Policy        string // YAML values of a policy layer for every county
	WithoutWorker bool
}

// OpenSite creates a database and starts the product on it.
func (l *Lab) OpenSite(ctx context.Context, o SiteOptions) (*Site, error) {
	l.sites++
	name := fmt.Sprintf("bench_%d", l.sites)
	if err := localstack.CreateDatabases(ctx, l.Stack.DatabaseURL, name); err != nil {
		return nil, err
	}
	url, err := l.Stack.DatabaseNamed(name)
	if err != nil {
		return nil, err
	}
	cfg := config.Default()
	cfg.DataDir, cfg.Listen = l.Dir, "127.0.0.1:0"
	cfg.PayloadKeyFile = filepath.Join(l.Dir, "payload.json")
	cfg.DatabaseURL, cfg.TemporalAddress = url, l.Stack.TemporalAddress
	cfg.TemporalNamespace = strings.ReplaceAll(name, "_", "-") // case numbers of two sites are the same
	cfg.Demo, cfg.RateLimit = true, 0                          // what is measured is the product, not its limits
	if cfg.RulebookDir, err = l.rules(name, o.Policy); err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if err := app.Migrate(ctx, cfg, log); err != nil {
		return nil, err
	}
	a, err := app.Open(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	a.TaskQueue = name
	s := &Site{App: a, lab: l}
	if err := errors.Join(s.attributesKnown(ctx), s.start(ctx, cfg, o)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// attributesKnown waits until the engine has taken in the new namespace and what
// is searched in it; it looks once a second.
func (s *Site) attributesKnown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		_, err := s.Client.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
			Namespace: s.Config.TemporalNamespace, Query: workflows.AttrCounty.GetName() + " = 'none'"})
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (s *Site) start(ctx context.Context, cfg config.Config, o SiteOptions) (err error) {
	if s.api, err = s.lab.launch(ctx, "api", s.TaskQueue, cfg); err != nil {
		return err
	}
	s.Base = "http://" + s.api.ready.Address
	if !o.WithoutWorker {
		s.worker, err = s.lab.launch(ctx, "worker", s.TaskQueue, cfg)
	}
	return err
}

// rules is the built-in rulebook, with a layer of policy for every county if the
// scenario needs one.
func (l *Lab) rules(name, values string) (string, error) {
	if values == "" {
		return "", nil
	}
	dir := filepath.Join(l.Dir, "rules-"+name)
	if err := os.CopyFS(dir, rulebook.Data()); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(dir, "policy"), 0o755); err != nil {
		return "", err
	}
	for _, county := range counties {
		layer := "scope: \"" + county + "\"\nversion: \"bench\"\neffective_from: 2020-01-01\nvalues:\n" + values
		if err := os.WriteFile(filepath.Join(dir, "policy", county+".yaml"), []byte(layer), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// Close stops API and worker. The database goes with the lab.
func (s *Site) Close() error {
	var faults []error
	for _, c := range []*child{s.api, s.worker} {
		if c != nil {
			faults = append(faults, c.stop())
		}
	}
	s.App.Close()
	return errors.Join(faults...)
}

// usage is the processor time used so far, by process.
type usage map[string]time.Duration

// processes are the groups of a measurement, in the order they are told.
var processes = []string{"load", "api", "worker", "bare worker", "temporal", "postgres"}

// usage reads the processor time of everything that runs.
func (l *Lab) usage(children ...*child) usage {
	u := usage{"load": ownCPU(), "temporal": treeCPU(l.Stack.TemporalPID()), "postgres": treeCPU(l.Stack.PostgresPID())}
	for _, c := range children {
		if c != nil {
			u[c.role] += treeCPU(c.cmd.Process.Pid)
		}
	}
	return u
}

func (u usage) add(from, to usage) {
	for k := range to {
		u[k] += to[k] - from[k]
	}
}

func (u usage) sum() (all time.Duration) {
	for _, d := range u {
		all += d
	}
	return all
}
