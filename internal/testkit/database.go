package testkit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Database is the URL of an empty database of the test's own. It is dropped
// when the test ends, whoever is still connected.
func Database(t testing.TB) string {
	t.Helper()
	return clone(t, "template0")
}

// templates are the migrated databases of this process, by migration.
var templates sync.Map // string → *template

// template is made once, however many tests ask for it at the same time.
type template struct {
	once sync.Once
	name string
	err  error
}

// MigratedDatabase is Database after migrate. The migration runs once per
// process and its result is copied from then on, so migrate must be a named
// function that does the same every time.
func MigratedDatabase(t testing.TB, migrate func(url string) error) string {
	t.Helper()
	key := runtime.FuncForPC(reflect.ValueOf(migrate).Pointer()).Name()
	entry, _ := templates.LoadOrStore(key, &template{})
	made := entry.(*template)
	made.once.Do(func() {
		server := Server(t)
		made.name = uniqueName("template")
		made.err = makeTemplate(context.WithoutCancel(t.Context()), server, made.name, migrate)
		if made.err == nil {
			dropAtEnd(server, made.name)
		}
	})
	if made.err != nil {
		t.Fatalf("%s: %v", key, made.err)
	}
	return clone(t, made.name)
}

// makeTemplate creates a database and migrates it.
func makeTemplate(ctx context.Context, server, name string, migrate func(url string) error) error {
	if err := run(ctx, server, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return err
	}
	target, err := named(server, name)
	if err == nil {
		err = migrate(target)
	}
	if err != nil {
		return errors.Join(err, run(ctx, server, drop(name)))
	}
	return nil
}

// dropAtEnd drops a template when the process ends; a shared server would
// collect them otherwise.
func dropAtEnd(server, name string) {
	shared.Lock()
	defer shared.Unlock()
	shared.atEnd = append(shared.atEnd, func() error { return run(context.Background(), server, drop(name)) })
}

// clone copies a database for a test.
func clone(t testing.TB, from string) string {
	t.Helper()
	server, name := Server(t), uniqueName("test")
	// Copying files is more than twice as fast as logging pages, since the test
	// server never waits for the disk.
	if err := run(t.Context(), server, "CREATE DATABASE "+name+" TEMPLATE "+from+" STRATEGY FILE_COPY"); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		// The context of the test is over by now.
		if err := run(context.Background(), server, drop(name)); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	target, err := named(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// drop is the statement that drops a database and throws its users out.
func drop(name string) string { return "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)" }

// run executes one statement on a connection of its own.
func run(ctx context.Context, server, statement string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// named is the URL of another database of the server.
func named(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("%s is not a URL", DatabaseEnv)
	}
	u.Path = "/" + name
	return u.String(), nil
}

// uniqueName is a name no other test of any process has.
func uniqueName(prefix string) string {
	return prefix + "_" + strings.ToLower(rand.Text()[:16])
}
