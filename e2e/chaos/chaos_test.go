package chaos

import (
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// How long and with which seed the test runs; the environment is for `make test`.
var (
	runFor  = flag.Duration("chaos.for", fromEnv("HUAJIE_CHAOS_FOR", time.ParseDuration, 150*time.Second), "how long officers work and faults strike")
	runSeed = flag.Uint64("chaos.seed", fromEnv("HUAJIE_CHAOS_SEED", parseSeed, uint64(time.Now().UnixNano()%1_000_000)), "seed of the run")
)

func parseSeed(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }

func fromEnv[T any](name string, parse func(string) (T, error), otherwise T) T {
	if v, err := parse(os.Getenv(name)); err == nil {
		return v
	}
	return otherwise
}

// TestChaos lets everything go wrong for a few minutes. The seed is another one every
// time and is printed: `-chaos.seed` brings the same schedule back.
func TestChaos(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "huajie-chaos-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711)) // the user PostgreSQL runs as must pass through
	began := time.Now()
	say := func(format string, args ...any) {
		t.Logf("%6s  "+format, append([]any{time.Since(began).Round(100 * time.Millisecond)}, args...)...)
	}
	say("seed %d, %s", *runSeed, *runFor)
	r, err := Run(t.Context(), Options{Seed: *runSeed, For: *runFor, Officers: 4, Dir: dir, Say: say})
	if r != nil {
		var text strings.Builder
		r.Print(&text)
		t.Log("\n" + text.String())
	}
	require.NoError(t, err, "everything of the run is in %s", dir)
	require.True(t, r.OK(), "everything of the run is in %s", dir)
	require.Positive(t, r.Yes, "somebody was served")
	require.NotEmpty(t, r.Strikes, "something went wrong")
	require.NoError(t, os.RemoveAll(dir))
}
