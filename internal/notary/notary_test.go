package notary_test

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/internal/notary"
)

var at = time.Date(2026, time.November, 23, 9, 0, 0, 0, calendar.Zone)

func row(day, n int) audit.Row {
	return audit.Row{Day: calendar.Date{Year: 2026, Month: time.November, Day: day}, N: n, Hash: []byte{byte(day), byte(n)}}
}

// sign signs the ends of days after what a file holds.
func sign(t *testing.T, key *notary.Key, file string, ends ...audit.Row) {
	t.Helper()
	tail, err := notary.LastHead(file)
	require.NoError(t, err)
	_, err = key.AppendHeads(file, tail, ends, at)
	require.NoError(t, err)
}

func TestAKeyIsMadeOnceAndExported(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "keys", "audit.pem")
	first, err := notary.OpenKey(file)
	require.NoError(t, err)
	second, err := notary.OpenKey(file)
	require.NoError(t, err)
	assert.Equal(t, first.ID(), second.ID())
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	exported, err := notary.PEM(first.Public())
	require.NoError(t, err)
	public := filepath.Join(t.TempDir(), "audit.pub")
	require.NoError(t, os.WriteFile(public, exported, 0o600))
	for _, f := range []string{file, public} {
		keys, err := notary.Publics(f)
		require.NoError(t, err)
		assert.True(t, ed25519.Verify(keys[first.ID()], []byte("words"), first.Sign([]byte("words"))))
	}
	require.NoError(t, os.WriteFile(public, []byte("nothing"), 0o600))
	_, err = notary.Publics(public)
	assert.Error(t, err)
	_, err = notary.OpenKey(public)
	assert.Error(t, err)
}

// TestHeadsAreAppended: a head is written when there is something new, and what a writer left
// that died does not spoil the file.
func TestHeadsAreAppended(t *testing.T) {
	t.Parallel()
	key, err := notary.OpenKey(filepath.Join(t.TempDir(), "k.pem"))
	require.NoError(t, err)
	keys := map[string]ed25519.PublicKey{key.ID(): key.Public()}
	file := filepath.Join(t.TempDir(), "audit", "heads.jsonl")
	tail, err := notary.LastHead(file)
	require.NoError(t, err)
	require.Zero(t, tail)
	for _, ends := range [][]audit.Row{{row(23, 4)}, {row(23, 4)}, {row(23, 9), row(24, 1)}, {row(24, 1)}, {row(24, 2)}, {row(24, 1)}} {
		sign(t, key, file, ends...)
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString(`{"day":"2026-`)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	sign(t, key, file, row(24, 3))
	heads, faults, err := notary.ReadHeads(file, keys)
	require.NoError(t, err)
	assert.Empty(t, faults)
	var got [][2]int
	for _, h := range heads {
		got = append(got, [2]int{h.Day.Day, h.Rows})
	}
	assert.Equal(t, [][2]int{{23, 4}, {23, 9}, {24, 1}, {24, 2}, {24, 3}}, got)
}

// TestADamagedLineDoesNotStopSigning: it is named, and what follows is signed and holds.
func TestADamagedLineDoesNotStopSigning(t *testing.T) {
	t.Parallel()
	key, err := notary.OpenKey(filepath.Join(t.TempDir(), "k.pem"))
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "heads.jsonl")
	sign(t, key, file, row(23, 4))
	for n, damage := range []string{"x\n", "{}\n"} {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString(damage)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		tail, err := notary.LastHead(file)
		require.NoError(t, err)
		assert.True(t, tail.Damaged)
		assert.Equal(t, 4+n, tail.Head.Rows)
		sign(t, key, file, row(23, 5+n))
	}
	heads, faults, err := notary.ReadHeads(file, map[string]ed25519.PublicKey{key.ID(): key.Public()})
	require.NoError(t, err)
	assert.Len(t, heads, 3)
	require.Len(t, faults, 2)
	assert.Equal(t, []int{2, 4}, []int{faults[0].Line, faults[1].Line})
}

func TestAForgedHeadIsNamed(t *testing.T) {
	t.Parallel()
	key, err := notary.OpenKey(filepath.Join(t.TempDir(), "k.pem"))
	require.NoError(t, err)
	other, err := notary.OpenKey(filepath.Join(t.TempDir(), "k.pem"))
	require.NoError(t, err)
	keys := map[string]ed25519.PublicKey{key.ID(): key.Public()}
	file := filepath.Join(t.TempDir(), "heads.jsonl")
	for n := range 4 {
		sign(t, key, file, row(23, n+1))
	}
	good, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(good), "\n")
	for name, c := range map[string]struct {
		text string
		line int
		says string
	}{
		"another number of rows": {strings.Replace(string(good), `"rows":2`, `"rows":7`, 1), 2, "signature"},
		"no JSON":                {lines[0] + "x\n" + lines[1], 2, "cannot be read"},
		"a line left out":        {lines[0] + lines[2] + lines[3], 2, "does not follow"},
		"lines changed about":    {lines[0] + lines[2] + lines[1] + lines[3], 2, "does not follow"},
		"the first line gone":    {lines[1] + lines[2], 1, "does not follow"},
	} {
		forged := filepath.Join(t.TempDir(), "forged")
		require.NoError(t, os.WriteFile(forged, []byte(c.text), 0o600))
		_, faults, err := notary.ReadHeads(forged, keys)
		require.NoError(t, err)
		require.NotEmpty(t, faults, name)
		assert.Equal(t, c.line, faults[0].Line, name)
		assert.Contains(t, faults[0].What.EN, c.says, name)
	}
	_, faults, err := notary.ReadHeads(file, map[string]ed25519.PublicKey{other.ID(): other.Public()})
	require.NoError(t, err)
	require.Len(t, faults, 4)
	assert.Contains(t, faults[0].What.EN, "not given")
}
