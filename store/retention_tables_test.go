package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryTableSaysHowLongItIsKept: docs/retention.md names every table of the schema and no
// other, and says of each what it holds and for how long.
func TestEveryTableSaysHowLongItIsKept(t *testing.T) {
	t.Parallel()
	_, url := freshAt(t)
	rows, err := raw(t, url).Query(t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	raw, err := os.ReadFile(filepath.Join("..", "docs", "retention.md"))
	require.NoError(t, err)
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_0-9]+)` \\| ([^|]*) \\| ([^|]*) \\|").FindAllStringSubmatch(string(raw), -1) {
		if !regexp.MustCompile(`^(P|S|–)(, S)?: \S`).MatchString(row[2]) {
			continue // of another list
		}
		told = append(told, row[1])
		assert.NotEmpty(t, row[3], row[1])
	}
	assert.ElementsMatch(t, tables, told)
}
