package testkit

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

func TestMain(m *testing.M) { Main(m) }

var migrations atomic.Int32

// migrateOnce is a migration that counts how often it runs.
func migrateOnce(url string) error {
	migrations.Add(1)
	return run(context.Background(), url, "CREATE TABLE kept AS SELECT 7 AS id")
}

// value reads one number from a database.
func value(t *testing.T, url, query string) (n int, err error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(t.Context())
	err = conn.QueryRow(t.Context(), query).Scan(&n)
	return n, err
}

func TestDatabasesAreApartAndDropped(t *testing.T) {
	var urls []string
	t.Run("life", func(t *testing.T) {
		a, b := Database(t), Database(t)
		if err := run(t.Context(), a, "CREATE TABLE only_in_a (id int)"); err != nil {
			t.Fatal(err)
		}
		if n, err := value(t, b, "SELECT count(*) FROM pg_tables WHERE tablename = 'only_in_a'"); err != nil || n != 0 {
			t.Errorf("seen in the other database: %d, %v", n, err)
		}
		urls = append(urls, a, b)
	})
	for _, url := range urls {
		if err := run(t.Context(), url, "SELECT 1"); err == nil {
			t.Error("a database has outlived its test")
		}
	}
}

func TestMigratedDatabaseMigratesOnce(t *testing.T) {
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			url := MigratedDatabase(t, migrateOnce)
			if n, err := value(t, url, "SELECT id FROM kept"); err != nil || n != 7 {
				t.Errorf("got %d, %v", n, err)
			}
			if n := migrations.Load(); n != 1 {
				t.Errorf("migrated %d times", n)
			}
		})
	}
}

// TestChineseLettersAreLetters guards the locale: without it trigram search
// finds nothing in Chinese.
func TestChineseLettersAreLetters(t *testing.T) {
	t.Parallel()
	url := Database(t)
	if err := run(t.Context(), url, "CREATE EXTENSION pg_trgm"); err != nil {
		t.Fatal(err)
	}
	if n, err := value(t, url, "SELECT cardinality(show_trgm('矛盾纠纷'))"); err != nil || n == 0 {
		t.Errorf("%d trigrams, %v", n, err)
	}
}

func TestTemporalWithSearchAttributes(t *testing.T) {
	t.Parallel()
	want := map[string]enums.IndexedValueType{"TestkitCounty": enums.INDEXED_VALUE_TYPE_KEYWORD}
	SearchAttributes(t, want)
	SearchAttributes(t, want) // a second test asks for the same
	c := Client(t)
	id := Name(t)
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: id, TaskQueue: id, SearchAttributes: map[string]any{"TestkitCounty": "220402"}, //nolint:staticcheck // the untyped form is shortest
	}, "nobody-runs-this")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.TerminateWorkflow(t.Context(), id, "", "test"); err != nil {
		t.Error(err)
	}
}
