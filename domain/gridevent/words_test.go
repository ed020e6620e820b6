package gridevent_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/gridevent"
	"huajie/internal/testkit/recorded"
)

func TestEveryTypeOfEventIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Named(t, gridevent.Machine.TypeLabels(), "supervision")
}

// TestEveryFlagIsNamed reads in the sources what an event is marked with.
func TestEveryFlagIsNamed(t *testing.T) {
	t.Parallel()
	marked := map[string]bool{"place_border": true, "place_overlap": true, "place_gap": true, "place_elsewhere": true, "grid_by_reporter": true}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`\.(?:flag|blame)\("([a-z_]+)"\)`).FindAllStringSubmatch(string(b), -1) {
			marked[m[1]] = true
		}
	}
	require.Greater(t, len(marked), 5)
	for flag := range marked {
		require.NotEmpty(t, gridevent.FlagLabels[flag].ZH, flag)
		require.NotEmpty(t, gridevent.FlagLabels[flag].EN, flag)
	}
	require.Len(t, gridevent.FlagLabels, len(marked), "nothing else is named")
}
