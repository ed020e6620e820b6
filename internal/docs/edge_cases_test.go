package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

var (
	row   = regexp.MustCompile(`(?m)^\| (\d+) \|(.+)\|(.+)\|(.+)\|$`)
	named = regexp.MustCompile("`([^`]+)`")
)

// TestEveryEdgeCaseIsAccountedFor: each of the items 1 to 57 is in the table, says
// what is done, and names tests that exist; what has no test says why.
func TestEveryEdgeCaseIsAccountedFor(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile(filepath.Join(root, "docs", "edge-cases.md"))
	require.NoError(t, err)
	all := tests(t)
	rows := row.FindAllStringSubmatch(string(table), -1)
	var items []string
	for i := range 81 {
		if n := i + 1; n <= 57 || n >= 71 { // 58–70 are about mediation, courts and review
			items = append(items, strconv.Itoa(n))
		}
	}
	require.Len(t, rows, len(items))
	for i, r := range rows {
		require.Equal(t, items[i], r[1], "in order")
		names := named.FindAllStringSubmatch(r[4], -1)
		if len(names) == 0 {
			assert.Regexp(t, `later|belongs to|like every matter|goes on`, r[3], "item %s has no test and does not say why", r[1])
		}
		for _, n := range names {
			function, part, _ := strings.Cut(n[1], "/")
			assert.Contains(t, all, "func "+function+"(", "item %s", r[1])
			if part != "" {
				assert.Contains(t, all, strconv.Quote(part), "item %s: %s", r[1], function)
			}
		}
	}
}

// tests is all test code of the product.
func tests(t *testing.T) string {
	var all strings.Builder
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "edge_cases_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		all.Write(src)
		return err
	}))
	return all.String()
}
