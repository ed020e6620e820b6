package localstack

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"
)

// countRequest asks how many workflows a query finds.
func countRequest(namespace, query string) *workflowservice.CountWorkflowExecutionsRequest {
	return &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace, Query: query}
}

// listen takes a port for the time of a test.
func listen(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", hostPort(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func TestFindTemporalSaysWhatToRun(t *testing.T) {
	t.Parallel()
	_, err := findTemporal(Options{TemporalBinary: filepath.Join(t.TempDir(), "none")})
	if !errors.Is(err, ErrNoTemporal) || !strings.Contains(err.Error(), "make bin/huajie-temporal") {
		t.Errorf("got %v", err)
	}
}

func TestOldPostgresIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, program := range []string{"postgres", "initdb"} {
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) 13.9'\n"
		if err := os.WriteFile(filepath.Join(dir, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	_, err := findPostgres(t.Context(), Options{PostgresBin: dir})
	if err == nil || !strings.Contains(err.Error(), "13.9") {
		t.Errorf("got %v", err)
	}
}

func TestErrorsDoNotShowThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://u:geheim@127.0.0.1:bad/x", "%%geheim", "host=127.0.0.1 port=1 password=geheim connect_timeout=1"} {
		err := CheckExtensions(t.Context(), url)
		if err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := databaseNamed("%%geheim", "x"); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("databaseNamed: %v", err)
	}
}

func TestBrokenStateIsEmpty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "stack.json"), []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := loadState(dir)
	if err != nil || s.PostgresPort != 0 {
		t.Errorf("got %+v, %v", s, err)
	}
}

// TestKeeperExplains: a child that does not come up is reported with its last
// words.
func TestKeeperExplains(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "log"), 0o700); err != nil {
		t.Fatal(err)
	}
	log := newLogFile(dir, "child")
	k := &keeper{
		name: "child", log: log, progress: func(string) {}, failed: make(chan error, 1),
		settle: func(context.Context) error { return nil },
		begin: func(ctx context.Context) (*process, error) {
			stderr, err := log.open()
			if err != nil {
				return nil, err
			}
			defer func() { _ = stderr.Close() }()
			cmd := exec.Command("sh", "-c", "echo last words >&2; exit 3")
			cmd.Stderr = stderr
			p, err := launch(cmd)
			if err != nil {
				return nil, err
			}
			return p, until(ctx, p, time.Millisecond, func() error { return errors.New("not ready") })
		},
	}
	err := k.start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "last words") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("got %v", err)
	}
}

func TestReaches(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inner := filepath.Join(dir, "private", "inner")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "private"), 0o700); err != nil {
		t.Fatal(err)
	}
	stranger := &account{name: "stranger", uid: 4_000_000, gid: 4_000_000}
	if blocked, err := stranger.reaches(inner); err != nil || blocked == "" {
		t.Errorf("blocked by %q, %v", blocked, err)
	}
	if blocked, err := stranger.reaches("/"); err != nil || blocked != "" {
		t.Errorf("/ is blocked by %q, %v", blocked, err)
	}
	if blocked, err := (*account)(nil).reaches(inner); err != nil || blocked != "" {
		t.Errorf("ourselves: blocked by %q, %v", blocked, err)
	}
}

func TestCheckNamesEveryFault(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none")
	findings := Check(t.Context(), Options{DataDir: t.TempDir(), PostgresBin: missing, TemporalBinary: missing})
	faults := map[string]bool{}
	for _, f := range findings {
		if f.OK {
			continue
		}
		faults[f.What] = true
		if f.Detail == "" || f.MendZH == "" || f.MendEN == "" {
			t.Errorf("%+v does not say how to mend it", f)
		}
	}
	if !faults["postgresql"] || !faults["temporal server"] || len(faults) != 2 {
		t.Errorf("faults: %v", faults)
	}
}

func TestCheckTemporalSaysWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	if f := CheckTemporal(t.Context(), hostPort(1), "huajie"); f.OK || f.MendZH == "" {
		t.Errorf("%+v", f)
	}
}
