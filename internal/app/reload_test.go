package app_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/internal/app"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/store"
)

func migrated(url string) error { return store.Migrate(context.Background(), url) }

// TestABadRulebookNeverReplacesAGoodOne: a faulty folder is told line by line and
// changes nothing; a sound one is put in force and kept.
func TestABadRulebookNeverReplacesAGoodOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, rulebook.Data()))
	cfg := config.Default()
	cfg.DataDir, cfg.RulebookDir = t.TempDir(), dir
	cfg.DatabaseURL = testkit.MigratedDatabase(t, migrated)
	cfg.TemporalAddress = "127.0.0.1:1" // nobody is asked
	var log strings.Builder
	a, err := app.Open(context.Background(), cfg, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	defer a.Close()
	first := a.Book.Current()

	policy := filepath.Join(dir, "policy.yaml")
	good, err := os.ReadFile(policy)
	require.NoError(t, err)
	write := func(from, to string) {
		require.Contains(t, string(good), from)
		require.NoError(t, os.WriteFile(policy, []byte(strings.Replace(string(good), from, to, 1)), 0o600))
	}
	write("rework.max: 2", "rework.max: two")
	require.False(t, a.Reload(context.Background()))
	require.Same(t, first, a.Book.Current())
	require.Contains(t, log.String(), "policy.yaml:")
	require.Contains(t, log.String(), "rework.max")

	write("rework.max: 2", "rework.max: 3")
	require.True(t, a.Reload(context.Background()))
	require.NotEqual(t, first.Version, a.Book.Current().Version)
	versions, err := a.Store.Rulebooks(context.Background())
	require.NoError(t, err)
	require.Contains(t, versions, a.Book.Current().Version)
}
