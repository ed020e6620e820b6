package grievance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/grievance"
)

// specified are the transitions this machine must have (§3.1, §4.6).
func specified() []string {
	var out []string
	for n := 1; n <= 36; n++ {
		out = append(out, fmt.Sprintf("G%d", n))
	}
	return append(out, "G39", "FR1", "FR2", "FR3", "FR4", "FR5", "FR6", "FR7", "FR9")
}

// TestEveryRuleHasATest fails when a transition of the specification has no test
// that names it, or a step of the table none that takes it.
func TestEveryRuleHasATest(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, f := range files {
		if f == "coverage_test.go" {
			continue
		}
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		all.Write(b)
	}
	text := all.String()
	for _, rule := range specified() {
		named := regexp.MustCompile(`"` + rule + ` [^"]*"`)
		require.True(t, named.MatchString(text), "no test names %s", rule)
	}
	for _, s := range grievance.Machine.Steps {
		taken := regexp.MustCompile(`[" ]` + s.Action + `[" ]`)
		require.True(t, taken.MatchString(text), "no test takes the step %s", s.Action)
	}
}

// TestTable holds what every row of the table must be.
func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range grievance.Machine.Steps {
		require.False(t, seen[s.Action], "%s twice", s.Action)
		seen[s.Action] = true
		require.Regexp(t, `^[a-z][a-z0-9-]*$`, s.Action)
		require.NotEmpty(t, s.From, s.Action)
		require.NotNil(t, s.Do, s.Action)
		if s.SystemOnly {
			require.Empty(t, s.Who, s.Action)
			continue
		}
		require.NotEmpty(t, s.Rule, s.Action)
		require.NotEmpty(t, s.ZH, s.Action)
		require.NotEmpty(t, s.EN, s.Action)
		require.NotEmpty(t, s.Who, s.Action)
		for _, from := range s.From {
			require.Contains(t, grievance.Labels, from, s.Action)
		}
		for _, f := range s.Fields {
			require.Regexp(t, `^[a-z][a-z0-9_]*$`, f.Name, s.Action)
			require.NotEmpty(t, f.ZH, s.Action+"."+f.Name)
			require.NotEmpty(t, f.EN, s.Action+"."+f.Name)
			if f.Table != "" {
				_, known := book(t).Codes.Table(f.Table)
				require.True(t, known, "%s.%s names no code table", s.Action, f.Name)
			}
		}
		if s.Within != nil {
			require.NotNil(t, s.Signature, s.Action)
		}
	}
}
