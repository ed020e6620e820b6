// Package localstack runs what Huajie stands on — PostgreSQL and Temporal — as
// supervised child processes on this machine. `huajie dev` and the tests use
// it; production points at servers of its own and never comes here.
//
// Everything lives below one data directory and is found there again at the
// next start: the cluster (postgres/), its password (postgres.secret), the
// ports (stack.json) and the logs (log/). A lock file keeps a second process
// out. Linux and macOS are supported.
package localstack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// Names of the databases the stack creates.
const (
	ProductDatabase            = "huajie"
	TemporalDatabase           = "temporal"
	TemporalVisibilityDatabase = "temporal_visibility"
)

// DefaultNamespace is the Temporal namespace when none is chosen.
const DefaultNamespace = "huajie"

// Options choose what is started and where. The zero value of every field but
// DataDir is sensible.
type Options struct {
	// DataDir holds everything; it is created when missing.
	DataDir string
	// DatabaseURL names an external PostgreSQL; none is started then. A local
	// Temporal still puts its two databases on that server.
	DatabaseURL string
	// TemporalAddress names an external Temporal; none is started then.
	TemporalAddress string
	// WithoutTemporal starts PostgreSQL alone.
	WithoutTemporal bool
	// Namespace is registered at start; DefaultNamespace when empty.
	Namespace string
	// SearchAttributes are registered at start, by name and type ("Keyword").
	SearchAttributes map[string]string
	// Retention of closed workflows; 30 days when zero.
	Retention time.Duration
	// Dev allows skipping time in workflows.
	Dev bool
	// Progress hears one line per step, also later when a child is restarted.
	// It is called from several goroutines.
	Progress func(step string)

	// PostgresBin is the directory of initdb and postgres, if not discovered.
	PostgresBin string
	// PostgresSettings are further settings of the server, for instance
	// fsync=off in tests. The defaults are safe.
	PostgresSettings map[string]string
	// TemporalBinary is the path of huajie-temporal, if not discovered.
	TemporalBinary string
	// WithoutUI saves the port and memory of Temporal's web UI.
	WithoutUI bool

	// relocateBase is where clusters go that cannot live in DataDir; tests
	// change it.
	relocateBase string
}

// Stack is a running local stack.
type Stack struct {
	// DatabaseURL is the product's database, with password.
	DatabaseURL string
	// TemporalAddress is host:port of the frontend; empty without Temporal.
	TemporalAddress string
	// TemporalUI is the URL of Temporal's web UI; empty when there is none.
	TemporalUI string
	// Namespace is ready to use.
	Namespace string

	options  Options
	lock     *os.File
	state    *state
	postgres *postgres
	temporal *temporal
	failed   chan error
}

// Start brings up what the options ask for, and returns once all of it can be
// used. On an error everything already started is stopped again.
func Start(ctx context.Context, o Options) (*Stack, error) {
	o = o.withDefaults()
	s := &Stack{
		DatabaseURL:     o.DatabaseURL,
		TemporalAddress: o.TemporalAddress,
		Namespace:       o.Namespace,
		options:         o,
		failed:          make(chan error, 2),
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// start is the story of Start.
func (s *Stack) start(ctx context.Context) error {
	if err := s.open(); err != nil {
		return err
	}
	if s.options.DatabaseURL == "" {
		if err := s.startPostgres(ctx); err != nil {
			return fmt.Errorf("PostgreSQL: %w", err)
		}
	}
	if err := CheckExtensions(ctx, s.DatabaseURL); err != nil {
		return err
	}
	if s.options.TemporalAddress != "" || s.options.WithoutTemporal {
		return nil
	}
	if err := CreateDatabases(ctx, s.DatabaseURL, TemporalDatabase, TemporalVisibilityDatabase); err != nil {
		return fmt.Errorf("databases of Temporal: %w", err)
	}
	if err := s.startTemporal(ctx); err != nil {
		return fmt.Errorf("temporal: %w", err)
	}
	return nil
}

// open prepares the data directory and takes its lock.
func (s *Stack) open() error {
	dir, err := filepath.Abs(s.options.DataDir)
	if err != nil {
		return err
	}
	s.options.DataDir = dir
	if err := os.MkdirAll(filepath.Join(dir, "log"), 0o755); err != nil { // an unprivileged PostgreSQL must pass through it
		return fmt.Errorf("data directory: %w", err)
	}
	if s.lock, err = lockDir(dir); err != nil {
		return err
	}
	s.state, err = loadState(dir)
	return err
}

// Failed delivers an error when a child cannot be kept alive any more.
func (s *Stack) Failed() <-chan error { return s.failed }

// DatabaseNamed is the URL of another database on the same server.
func (s *Stack) DatabaseNamed(name string) (string, error) {
	return databaseNamed(s.DatabaseURL, name)
}

// PostgresPID is the process id of the local PostgreSQL, 0 when there is none.
func (s *Stack) PostgresPID() int {
	if s.postgres == nil {
		return 0
	}
	return s.postgres.keeper.pid()
}

// TemporalPID is the process id of the local Temporal, 0 when there is none.
func (s *Stack) TemporalPID() int {
	if s.temporal == nil {
		return 0
	}
	return s.temporal.keeper.pid()
}

// Close stops Temporal, then PostgreSQL, and gives the data directory free.
// It may be called more than once.
func (s *Stack) Close() error {
	var faults []error
	if s.temporal != nil {
		faults = append(faults, s.temporal.keeper.stop())
		s.temporal = nil
	}
	if s.postgres != nil {
		faults = append(faults, s.postgres.keeper.stop())
		s.postgres = nil
	}
	if s.lock != nil {
		faults = append(faults, s.lock.Close())
		s.lock = nil
	}
	return errors.Join(faults...)
}

// withDefaults fills what was left out.
func (o Options) withDefaults() Options {
	if o.DataDir == "" {
		o.DataDir = "data"
	}
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Retention == 0 {
		o.Retention = 30 * 24 * time.Hour
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.relocateBase == "" {
		o.relocateBase = systemDir
	}
	return o
}

// databaseNamed replaces the database of a PostgreSQL URL.
func databaseNamed(base, name string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		// The URL holds a password, so neither it nor the parser's error is shown.
		return "", errors.New("the database URL must look like postgres://user:password@host:port/database")
	}
	u.Path = "/" + name
	return u.String(), nil
}
