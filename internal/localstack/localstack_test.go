package localstack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const testQueue = "localstack-test"

var county = sdk.NewSearchAttributeKeyKeyword("HuajieCounty")

// greet is the smallest workflow that needs a search attribute.
func greet(ctx workflow.Context, name string) (string, error) {
	err := workflow.UpsertTypedSearchAttributes(ctx, county.ValueSet("220402"))
	return "你好，" + name, err
}

// openDir is a temporary directory another user can pass through: t.TempDir
// itself shuts everybody else out.
func openDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

// testOptions are fast and unsafe: nothing in a test survives a power cut.
func testOptions(t *testing.T, dir string) Options {
	return Options{
		DataDir:          dir,
		SearchAttributes: map[string]string{county.GetName(): "Keyword", "HuajieDue": "Datetime"},
		Dev:              true,
		Progress:         func(step string) { t.Log(step) },
		PostgresSettings: map[string]string{"fsync": "off"},
	}
}

// TestStack is the whole story: a first start, a workflow, both children killed
// and back, a second start that finds everything again.
func TestStack(t *testing.T) {
	if _, err := findTemporal(Options{}); err != nil {
		t.Fatal(err) // its text says which make target to run
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	options := testOptions(t, openDir(t))

	began := time.Now()
	first := start(t, options)
	t.Logf("first start: %s", time.Since(began).Round(time.Millisecond))
	execute(t, ctx, first, "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (7)")
	runWorkflow(t, ctx, first, "one")
	wantSlimIndexes(t, ctx, first)
	wantUI(t, first)
	for _, f := range Check(ctx, options) {
		if !f.OK {
			t.Errorf("doctor: %+v", f)
		}
	}

	_, err := Start(ctx, options)
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("a second stack on the same directory: %v, want %v", err, ErrInUse)
	}

	kill(t, first.PostgresPID)
	eventually(t, ctx, "PostgreSQL after kill -9", func() error { return countKept(ctx, first) })
	kill(t, first.TemporalPID)
	eventually(t, ctx, "Temporal after kill -9", func() error { return greetOnce(ctx, first, "two") })

	began = time.Now()
	if err := first.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	t.Logf("stop: %s", time.Since(began).Round(time.Millisecond))
	began = time.Now()
	second := start(t, options)
	t.Logf("second start: %s", time.Since(began).Round(time.Millisecond))
	if second.DatabaseURL != first.DatabaseURL || second.TemporalAddress != first.TemporalAddress || second.TemporalUI != first.TemporalUI {
		t.Errorf("the addresses have changed")
	}
	if err := countKept(ctx, second); err != nil {
		t.Errorf("the rows of the first start: %v", err)
	}
	if got := result(t, ctx, second, "one"); got != "你好，one" {
		t.Errorf("the workflow of the first start: %q", got)
	}
}

// start starts a stack and stops it with the test.
func start(t *testing.T, o Options) *Stack {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// execute runs statements in the product's database.
func execute(t *testing.T, ctx context.Context, s *Stack, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(ctx, s.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// wantSlimIndexes: what a workflow does not have is in no index of the visibility
// store, and what nothing here asks for has none. That questions are answered all the
// same is what runWorkflow sees.
func wantSlimIndexes(t *testing.T, ctx context.Context, s *Stack) {
	t.Helper()
	url, err := s.DatabaseNamed(TemporalVisibilityDatabase)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	var slim, fat, down int
	err = conn.QueryRow(ctx, `SELECT count(*) FILTER (WHERE x.indpred IS NOT NULL), count(*) FILTER (WHERE x.indpred IS NULL AND NOT a.attnotnull),
			(SELECT count(*) FROM indexes_taken_down)
		FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[1]
		WHERE x.indrelid = 'executions_visibility'::regclass`).Scan(&slim, &fat, &down)
	if err != nil || slim < 15 || slim > 25 || fat > 0 || down < 40 {
		t.Fatalf("%d indexes leave out what is not there, %d do not, %d are taken down: %v", slim, fat, down, err)
	}
}

// countKept looks for the row of the first start.
func countKept(ctx context.Context, s *Stack) error {
	conn, err := pgx.Connect(ctx, s.DatabaseURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var id int
	if err := conn.QueryRow(ctx, "SELECT id FROM kept").Scan(&id); err != nil || id != 7 {
		return fmt.Errorf("got %d, %w", id, err)
	}
	return nil
}

// runWorkflow runs greet and finds it again by its search attribute.
func runWorkflow(t *testing.T, ctx context.Context, s *Stack, id string) {
	t.Helper()
	if err := greetOnce(ctx, s, id); err != nil {
		t.Fatal(err)
	}
	c := dial(t, s)
	eventually(t, ctx, "visibility", func() error {
		answer, err := c.CountWorkflow(ctx, countRequest(s.Namespace, "HuajieCounty = '220402' AND HuajieDue IS NULL"))
		if err == nil && answer.GetCount() != 1 {
			err = fmt.Errorf("counted %d", answer.GetCount())
		}
		return err
	})
}

// greetOnce runs greet on a worker of its own.
func greetOnce(ctx context.Context, s *Stack, id string) error {
	c, err := client.DialContext(ctx, client.Options{HostPort: s.TemporalAddress, Namespace: s.Namespace})
	if err != nil {
		return err
	}
	defer c.Close()
	w := worker.New(c, testQueue, worker.Options{})
	w.RegisterWorkflow(greet)
	if err := w.Start(); err != nil {
		return err
	}
	defer w.Stop()
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: testQueue}, greet, id)
	if err != nil {
		return err
	}
	var answer string
	return run.Get(ctx, &answer)
}

// result reads the answer of a workflow that has ended.
func result(t *testing.T, ctx context.Context, s *Stack, id string) string {
	t.Helper()
	var answer string
	if err := dial(t, s).GetWorkflow(ctx, id, "").Get(ctx, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// dial opens a client that lives as long as the test.
func dial(t *testing.T, s *Stack) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: s.TemporalAddress, Namespace: s.Namespace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// wantUI expects Temporal's console to show a page.
func wantUI(t *testing.T, s *Stack) {
	t.Helper()
	response, err := http.Get(s.TemporalUI + "/namespaces/" + s.Namespace + "/workflows")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("web UI: %s", response.Status)
	}
}

// kill ends a child the hard way and waits until another one is there.
func kill(t *testing.T, pid func() int) {
	t.Helper()
	old := pid()
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, t.Context(), "another process", func() error {
		if pid() == old {
			return errors.New("still the old one")
		}
		return nil
	})
}

// eventually repeats a check for up to a minute.
func eventually(t *testing.T, ctx context.Context, what string, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := check()
		if err == nil {
			return
		}
		if wait(ctx, 50*time.Millisecond) != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

// TestClusterOutsideOfReach: root in a private directory gets its cluster
// elsewhere, and finds it there again.
func TestClusterOutsideOfReach(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root lends PostgreSQL another user")
	}
	base := openDir(t)
	home := filepath.Join(base, "home")
	if err := errors.Join(os.Mkdir(base, 0o755), os.Mkdir(home, 0o700)); err != nil {
		t.Fatal(err)
	}
	private := filepath.Join(home, "data")
	options := testOptions(t, private)
	options.WithoutTemporal, options.relocateBase = true, base

	s := start(t, options)
	execute(t, t.Context(), s, "CREATE TABLE kept AS SELECT 7 AS id")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	target, err := os.Readlink(filepath.Join(private, "postgres"))
	if err != nil || filepath.Dir(filepath.Dir(target)) != base {
		t.Fatalf("the link points to %q, %v; want it in %s", target, err, base)
	}
	if err := countKept(t.Context(), start(t, options)); err != nil {
		t.Error(err)
	}
}

// TestLeftPostmaster: the server of a huajie that was killed is taken over, and
// the file of one that died is no obstacle.
func TestLeftPostmaster(t *testing.T) {
	options := testOptions(t, openDir(t))
	options.WithoutTemporal = true
	s := start(t, options)
	execute(t, t.Context(), s, "CREATE TABLE kept AS SELECT 7 AS id")

	left := s.PostgresPID()
	other := &Stack{options: s.options, state: s.state, failed: make(chan error, 1)}
	if err := other.startPostgres(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := other.PostgresPID(); got != left {
		t.Errorf("process %d runs beside %d", got, left)
	}
	if err := other.Close(); err != nil { // stops the one both hold
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	// The number of the dead server now belongs to this very test.
	pidFile := filepath.Join(s.options.DataDir, "postgres", "postmaster.pid")
	content := fmt.Sprintf("%d\n%s\n1\n%d\n\n127.0.0.1\n", os.Getpid(), filepath.Dir(pidFile), s.state.PostgresPort)
	if err := os.WriteFile(pidFile, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := countKept(t.Context(), start(t, options)); err != nil {
		t.Error(err)
	}
}

// TestTakenPort: another server on the remembered port is left alone.
func TestTakenPort(t *testing.T) {
	t.Parallel()
	s, err := loadState(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	s.PostgresPort = l
	if err := s.choosePorts(&s.PostgresPort, &s.TemporalPort); err != nil {
		t.Fatal(err)
	}
	if s.PostgresPort == l || s.PostgresPort == 0 || s.TemporalPort == 0 {
		t.Errorf("chosen %+v while %d is taken", s, l)
	}
	again, err := loadState(filepath.Dir(s.path))
	if err != nil || *again != *s {
		t.Errorf("remembered %+v, %v; want %+v", again, err, s)
	}
}
