package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	runtimepprof "runtime/pprof"
	"time"

	"github.com/jackc/pgx/v5"
)

// profileSpan is how long processors are watched.
const profileSpan = 20 * time.Second

// profiles records the processor time of api and worker by function, and that of
// PostgreSQL by statement, if a directory for it was given.
func (l *Lab) profiles(ctx context.Context, watched ...*child) (stop func() error, err error) {
	if l.Profile == "" {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(l.Profile, 0o755); err != nil {
		return nil, err
	}
	if err := l.onServer(ctx, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()`)
		return err
	}); err != nil {
		return nil, err
	}
	done := make(chan error, len(watched))
	for _, c := range watched {
		go func() { done <- c.profile(l.Profile, profileSpan) }()
	}
	return func() error {
		faults := []error{l.onServer(ctx, func(c *pgx.Conn) error { return statements(ctx, c, filepath.Join(l.Profile, "postgres.txt")) })}
		for range watched {
			faults = append(faults, <-done)
		}
		return errors.Join(faults...)
	}, nil
}

// profileSelf records the processor time of this process, for what it does itself.
func (l *Lab) profileSelf() (stop func() error, err error) {
	if l.Profile == "" {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(l.Profile, 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(l.Profile, "self.pprof"))
	if err != nil {
		return nil, err
	}
	return func() error { runtimepprof.StopCPUProfile(); return f.Close() }, runtimepprof.StartCPUProfile(f)
}

func (l *Lab) onServer(ctx context.Context, do func(*pgx.Conn) error) error {
	return onDatabase(ctx, l.Stack.DatabaseURL, do)
}

func onDatabase(ctx context.Context, url string, do func(*pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer c.Close(ctx) //nolint:errcheck // nothing depends on it
	return do(c)
}

// statements writes what PostgreSQL has spent its time on, per database.
func statements(ctx context.Context, c *pgx.Conn, file string) error {
	rows, err := c.Query(ctx, `SELECT d.datname, s.calls, s.total_exec_time, s.mean_exec_time, s.wal_bytes::bigint, left(regexp_replace(s.query, '\s+', ' ', 'g'), 150)
		FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid ORDER BY s.total_exec_time DESC LIMIT 60`)
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		rows.Close()
		return err
	}
	var database, query string
	var calls, wal int64
	var total, mean float64
	_, err = pgx.ForEachRow(rows, []any{&database, &calls, &total, &mean, &wal, &query}, func() error {
		_, err := fmt.Fprintf(f, "%-20s %7d calls %9.1f ms %7.3f ms each %6d B log each  %s\n", database, calls, total, mean, wal/max(calls, 1), query)
		return err
	})
	return errors.Join(err, f.Close())
}

// profile stores a processor profile of the child over some time.
func (c *child) profile(dir string, span time.Duration) error {
	res, err := http.Get(fmt.Sprintf("http://%s/profile?seconds=%d", c.ready.Profile, int(span.Seconds())))
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	f, err := os.Create(filepath.Join(dir, c.role+".pprof"))
	if err != nil {
		return err
	}
	_, err = io.Copy(f, res.Body)
	return errors.Join(err, f.Close())
}
