package grievance_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/grievance"
	"huajie/internal/testkit/recorded"
)

func TestEveryTypeOfEventIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Named(t, grievance.Machine.TypeLabels(), "supervision")
}

// TestEveryFlagIsNamed reads in the sources what a case is marked with.
func TestEveryFlagIsNamed(t *testing.T) {
	t.Parallel()
	marked := map[string]bool{}
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
		require.NotEmpty(t, grievance.FlagLabels[flag].ZH, flag)
		require.NotEmpty(t, grievance.FlagLabels[flag].EN, flag)
	}
	require.Len(t, grievance.FlagLabels, len(marked), "nothing else is named")
}
