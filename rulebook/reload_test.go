package rulebook_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

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

// TestABookOfAnEarlierVersionCanStillBeRead: an upgrade drops and adds policy keys,
// and cases go on under the rules of their dispatch.
func TestABookOfAnEarlierVersionCanStillBeRead(t *testing.T) {
	t.Parallel()
	b, err := rulebook.Default()
	require.NoError(t, err)
	files := b.Files()
	old := strings.Replace(string(files["policy.yaml"]), "  reopen.window: 30cd", "  reopen.window: 20cd\n  dispatch.target: 30wmin", 1)
	old = strings.Replace(old, "  explained.quota: 5%", "", 1)
	require.NotEqual(t, string(files["policy.yaml"]), old)
	files["policy.yaml"] = []byte(old)
	reasons, _, found := strings.Cut(string(files["codes/reasons.yaml"]), "  - name: unmask_purpose")
	require.True(t, found)
	files["codes/reasons.yaml"] = []byte(reasons)
	again, err := rulebook.Reload(files)
	require.NoError(t, err)
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	set := again.PolicyAt("220402", now)
	require.Equal(t, "20cd", set.Text("reopen.window"), "what the book says holds")
	require.Equal(t, "5%", set.Text("explained.quota"), "what it could not know holds as shipped")
	_, err = rulebook.Load(fstestOf(files))
	require.ErrorContains(t, err, "dispatch.target", "a rulebook put in force now is checked in full")
}

func fstestOf(files map[string][]byte) fstest.MapFS {
	out := fstest.MapFS{}
	for name, raw := range files {
		out[name] = &fstest.MapFile{Data: raw}
	}
	return out
}
