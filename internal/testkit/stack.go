// Package testkit gives tests the real thing: PostgreSQL and Temporal, started
// once per test run and shared by all packages.
//
// `make test` starts the stack before `go test` (cmd/teststack) and passes its
// addresses in the environment. Without them — a single package run from an
// editor — the first test that asks starts a stack for its own process. Either
// way a package that uses testkit needs
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"huajie/internal/localstack"
)

// The environment that says where a shared stack is.
const (
	// DatabaseEnv is the URL of a PostgreSQL server whose user may create databases.
	DatabaseEnv = "HUAJIE_TEST_DATABASE_URL"
	// TemporalEnv is host:port of a Temporal frontend.
	TemporalEnv = "HUAJIE_TEST_TEMPORAL"
	// NamespaceEnv is the Temporal namespace; Namespace when empty.
	NamespaceEnv = "HUAJIE_TEST_TEMPORAL_NAMESPACE"
)

// Namespace is the Temporal namespace of the tests.
const Namespace = "huajie-test"

// startLimit bounds the start of a stack of one's own.
const startLimit = 3 * time.Minute

// shared is the stack of this process. It is global because Go gives a test
// process no other place between TestMain and the tests.
var shared struct {
	sync.Mutex
	inMain   bool
	database *localstack.Stack // PostgreSQL alone, until somebody asks for Temporal
	full     *localstack.Stack
	atEnd    []func() error
}

// Main runs the tests of a package and stops whatever they started.
func Main(m *testing.M) {
	shared.Lock()
	shared.inMain = true
	shared.Unlock()
	code := m.Run()
	if err := shutDown(); err != nil {
		fmt.Fprintln(os.Stderr, "testkit:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// shutDown undoes everything of this process, the last first.
func shutDown() error {
	shared.Lock()
	defer shared.Unlock()
	var faults []error
	for i := len(shared.atEnd) - 1; i >= 0; i-- {
		faults = append(faults, shared.atEnd[i]())
	}
	shared.atEnd = nil
	return errors.Join(faults...)
}

// Server is the URL of the shared PostgreSQL server. Tests that want a place of
// their own, which is nearly all of them, use Database.
func Server(t testing.TB) string {
	t.Helper()
	if url := os.Getenv(DatabaseEnv); url != "" {
		return url
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.full != nil {
		return shared.full.DatabaseURL
	}
	return ensure(t, &shared.database, localstack.Options{WithoutTemporal: true}).DatabaseURL
}

// Temporal is the address of the shared Temporal server and its namespace.
// Tests keep apart by task queues and workflow ids of their own, see Name.
func Temporal(t testing.TB) (address, namespace string) {
	t.Helper()
	if address = os.Getenv(TemporalEnv); address != "" {
		namespace = os.Getenv(NamespaceEnv)
		if namespace == "" {
			namespace = Namespace
		}
		return address, namespace
	}
	shared.Lock()
	defer shared.Unlock()
	options := localstack.Options{DatabaseURL: os.Getenv(DatabaseEnv)}
	if shared.database != nil {
		options.DatabaseURL = shared.database.DatabaseURL
	}
	s := ensure(t, &shared.full, options)
	return s.TemporalAddress, s.Namespace
}

// ensure starts a stack unless it is there. The caller holds the lock.
func ensure(t testing.TB, slot **localstack.Stack, o localstack.Options) *localstack.Stack {
	t.Helper()
	if *slot != nil {
		return *slot
	}
	if !shared.inMain {
		t.Fatal("this package uses testkit and needs: func TestMain(m *testing.M) { testkit.Main(m) }")
	}
	// The stack outlives the test that happens to ask first.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), startLimit)
	defer cancel()
	s, stop, err := StartTemporary(ctx, o)
	if err != nil {
		t.Fatalf("start the local stack: %v", err)
	}
	*slot = s
	shared.atEnd = append(shared.atEnd, stop)
	return s
}

// StartTemporary starts a fast and forgetful stack in a temporary directory.
// The function it returns stops it and removes the directory. cmd/teststack
// uses it too.
func StartTemporary(ctx context.Context, o localstack.Options) (*localstack.Stack, func() error, error) {
	root, err := os.MkdirTemp("", "huajie-test-")
	if err != nil {
		return nil, nil, err
	}
	// The unprivileged user PostgreSQL runs as must be able to pass through.
	if err := os.Chmod(root, 0o711); err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(root))
	}
	o.DataDir = filepath.Join(root, "data")
	o.Namespace, o.Dev, o.WithoutUI = Namespace, true, true
	// Nothing of a test survives it, so nothing needs to reach the disk.
	o.PostgresSettings = map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "400",
	}
	s, err := localstack.Start(ctx, o)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(root))
	}
	return s, func() error { return errors.Join(s.Close(), os.RemoveAll(root)) }, nil
}
