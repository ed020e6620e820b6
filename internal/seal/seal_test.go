package seal_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/internal/seal"
)

func TestSealedPayloadsShowNothingAndOpenAgain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "keys", "payload.json")
	key, err := seal.Key(file)
	require.NoError(t, err)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	conv := seal.Converter(key)
	p, err := conv.ToPayloads(map[string]string{"summary": "楼上漏水"})
	require.NoError(t, err)
	require.NotContains(t, string(p.Payloads[0].Data), "漏水")

	again, err := seal.Key(file) // another process
	require.NoError(t, err)
	var out map[string]string
	require.NoError(t, seal.Converter(again).FromPayloads(p, &out))
	require.Equal(t, "楼上漏水", out["summary"])
}

func TestAnotherKeyDoesNotOpen(t *testing.T) {
	t.Parallel()
	a, err := seal.Key(filepath.Join(t.TempDir(), "a"))
	require.NoError(t, err)
	b, err := seal.Key(filepath.Join(t.TempDir(), "b"))
	require.NoError(t, err)
	p, err := seal.Converter(a).ToPayloads("x")
	require.NoError(t, err)
	var s string
	require.Error(t, seal.Converter(b).FromPayloads(p, &s))
}
