package rulebook_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/rulebook"
)

// TestReloadedBookIsTheSameBook: a version kept in the ledger comes back as it was.
func TestReloadedBookIsTheSameBook(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]rulebook.Option{nil, {rulebook.WithDrill()}} {
		b, err := rulebook.Default(opts...)
		require.NoError(t, err)
		again, err := rulebook.Reload(b.Files())
		require.NoError(t, err)
		require.Equal(t, b.Version, again.Version)
		require.Equal(t, len(b.Org.Units()), len(again.Org.Units()))
	}
}
