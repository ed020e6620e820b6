package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/config"
)

func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()
	require.NoError(t, config.Default().Validate())
}

func TestEnvironmentOverridesFileOverridesDefault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "huajie.yaml")
	require.NoError(t, os.WriteFile(file, []byte("listen: 127.0.0.1:9000\nsession_ttl: 1h\n"), 0o600))
	t.Setenv("HUAJIE_LISTEN", "127.0.0.1:9100")
	c, err := config.Load(file)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:9100", c.Listen)
	require.Equal(t, time.Hour, c.SessionTTL)
	require.Equal(t, "huajie", c.TemporalNamespace)
}

func TestUnknownKeyIsAFault(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "huajie.yaml")
	require.NoError(t, os.WriteFile(file, []byte("lisen: 127.0.0.1:9000\n"), 0o600))
	_, err := config.Load(file)
	require.ErrorContains(t, err, "lisen")
}

func TestAllFaultsAtOnceAndNoSecretShown(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.DatabaseURL, c.LogLevel, c.SessionTTL = "mysql://u:topsecret@h/db", "loud", 0
	c.MetricsListen, c.DrainDelay, c.OTLPEndpoint, c.TraceRatio = "nowhere", -1, "collector:4318", 2
	err := c.Validate()
	for _, key := range []string{"database_url", "log_level", "session_ttl", "metrics_listen", "drain_delay", "otlp_endpoint", "trace_ratio"} {
		require.ErrorContains(t, err, key)
	}
	require.False(t, strings.Contains(err.Error(), "topsecret"))
}

func TestSecretFromFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	require.NoError(t, os.WriteFile(file, []byte("postgres://u:p@127.0.0.1/h\n"), 0o600))
	t.Setenv("HUAJIE_DATABASE_URL_FILE", file)
	c, err := config.Load("")
	require.NoError(t, err)
	require.Equal(t, "postgres://u:p@127.0.0.1/h", c.DatabaseURL)
}

// TestReferenceFileIsComplete keeps the reference file and the struct together.
func TestReferenceFileIsComplete(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("huajie.example.yaml")
	require.NoError(t, err)
	for _, key := range config.Keys() {
		require.Contains(t, string(b), key+":", "the reference file misses %s", key)
	}
}
